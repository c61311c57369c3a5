"""pip-audit's JSON: the dependencies of an environment or requirements file, each with its vulnerabilities."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    documents,
    long_text,
    outline,
    records,
    refusal,
    text,
    texts,
)
from vedette.ingest.scans.subjects import named_place
from vedette.ingest.scans.vocabulary import vulnerability_ids
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Component, Package, Place, ScanFinding, ScanKind, ScanRecord

Records = Iterator[ScanRecord | ScanRefusal]


class PipAuditReader:
    """pip-audit."""

    name = "pip_audit"
    title = "pip-audit (JSON)"
    examples = ("dependencies with their vulnerabilities: version 2, and the bare array of version 1",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by dependencies that hold ``vulns``."""
        keys = outline(sample.head)
        if "dependencies[].vulns" in keys or {"dependencies[].skip_reason", "fixes"} <= keys:
            return 0.97
        if {"[].name", "[].version", "[].vulns"} <= keys:
            return 0.95
        return 0.8 if {"dependencies", "fixes"} <= keys and "dependencies[].name" in keys else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield each dependency and its vulnerabilities; one that was not audited is refused with the reason."""
        head.scanner = "pip-audit"
        place = named_place(content, context, "", AssetKind.REPOSITORY)
        head.places.append(place.name)
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, value = document
            if isinstance(value, dict) and "dependencies" in value:
                value, at = value["dependencies"], f"{at}/dependencies"
            if not isinstance(value, list):
                raise ScanError("not a report of pip-audit: no dependencies in it")
            for record in records(value, at):
                if isinstance(record, ScanRefusal):
                    yield record
                else:
                    yield from _dependency(record[1], record[0], place)


READER = PipAuditReader()


def _dependency(entry: JsonObject, pointer: str, place: Place) -> Records:
    name, version = text(entry.get("name")), text(entry.get("version"))
    if not name:
        yield refusal(pointer, "a dependency without a name", entry)
        return
    if reason := text(entry.get("skip_reason")):
        yield refusal(pointer, f"pip-audit did not audit {name}: {reason[:300]}")
        return
    package = Package(name=name, version=version, purl=make_purl("pypi", name, version))
    yield Component(place=place, package=package, type="library", pointer=pointer)
    for record in records(entry.get("vulns"), f"{pointer}/vulns"):
        if isinstance(record, ScanRefusal):
            yield record
            continue
        at, found = record
        ids = vulnerability_ids(text(found.get("id")), *texts(found.get("aliases")))
        if not ids:
            yield refusal(at, "a vulnerability without an id", found)
            continue
        yield ScanFinding(
            kind=ScanKind.VULNERABILITY,
            ids=ids,
            description=long_text(found.get("description")),
            place=place,
            package=package,
            fixed_in=texts(found.get("fix_versions")),
            pointer=at,
        )
