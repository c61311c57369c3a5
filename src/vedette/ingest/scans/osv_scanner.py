"""OSV-Scanner's JSON, versions 1 and 2: OSV records by package and source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    arr,
    documents,
    first_text,
    flag,
    long_text,
    number,
    obj,
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import image_names, named_place
from vedette.ingest.scans.vocabulary import (
    cvss_of,
    cwes_of,
    newest_first,
    same_and_related,
    score_of,
    severity_of,
    vulnerability_ids,
)
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Component, Package, Place, ScanFinding, ScanKind, ScanRecord, Severity

# DEBIAN-CVE-2024-1, UBUNTU-CVE-…, ALPINE-CVE-…: a distribution's record of that one CVE
_OF_ONE_CVE = re.compile(r"[A-Z][A-Za-z]{1,30}-(CVE-\d{4}-\d{4,19})", re.ASCII)
_KINDS = {
    "sbom": AssetKind.APPLICATION,
    "docker": AssetKind.IMAGE,
    "os": AssetKind.UNKNOWN,
    "artifact": AssetKind.UNKNOWN,
}

Records = Iterator[ScanRecord | ScanRefusal]


class OsvScannerReader:
    """OSV-Scanner."""

    name = "osv_scanner"
    title = "OSV-Scanner (JSON)"
    examples = (
        "version 1: lock files, SBOMs, git commits, images; version 2: also layers of images",
        "call analysis, licence violations, all packages where they are listed",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by results that hold packages of a source."""
        keys = outline(sample.head)
        if "results[].packages" in keys and keys & {"results[].source", "results[].packageSource"}:
            return 0.97
        if {"results[].packages[].package", "results[].packages[].vulnerabilities"} <= keys:
            return 0.95
        if "results" in keys and keys & {"experimental_config", "image_metadata"} and "runs" not in keys:
            return 0.85
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each OSV record of each package, and the packages."""
        head.scanner = "OSV-Scanner"
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
                continue
            at, report = document
            if not isinstance(report, dict) or "results" not in report:
                raise ScanError("not a report of OSV-Scanner: no results in it")
            image = _image(report, content, context)
            if image:
                _looked_at(head, image)
            for record in records(report.get("results"), f"{at}/results"):
                if isinstance(record, ScanRefusal):
                    yield record
                    continue
                pointer, result = record
                source = obj(result, "source") or obj(result, "packageSource")
                place = image or _place(source, content, context)
                _looked_at(head, place)
                layers = image.base_layers if image else ()
                for inner in records(result.get("packages"), f"{pointer}/packages"):
                    if isinstance(inner, ScanRefusal):
                        yield inner
                    else:
                        yield from _package(inner[1], inner[0], place, text(source.get("path")), layers)


READER = OsvScannerReader()


def _looked_at(head: ScanHead, place: Place) -> None:
    if place.name not in head.places:
        head.places.append(place.name)


def _image(report: JsonObject, content: ScanContent, context: ScanContext) -> Place | None:
    """Return the image that was scanned; version 2 gives its layers and system, and not its name."""
    metadata = obj(report, "image_metadata")
    if not metadata:
        return None
    layers = tuple(text(layer.get("diff_id")) for layer in objects(metadata.get("layer_metadata")))
    return named_place(
        content,
        context,
        "",
        AssetKind.IMAGE,
        base_layers=layers,
        operating_system=text(metadata.get("os")),
    )


def _place(source: JsonObject, content: ScanContent, context: ScanContext) -> Place:
    path = text(source.get("path"))
    kind = _KINDS.get(text(source.get("type")).lower(), AssetKind.REPOSITORY)
    image = kind is AssetKind.IMAGE
    return named_place(content, context, path, kind, is_path=not image, aliases=image_names(path) if image else ())


def _package(entry: JsonObject, pointer: str, place: Place, path: str, layers: tuple[str, ...]) -> Records:
    said = obj(entry, "package")
    name, ecosystem = text(said.get("name")), text(said.get("ecosystem"))
    # OSV names a distribution's source package; what is installed of it stands beside
    installed = first_text(said.get("os_package_name"), name)
    version = first_text(said.get("version"), said.get("commit"))
    index = number(obj(said, "image_origin_details").get("index"))
    layer = layers[int(index)] if index is not None and 0 <= index < len(layers) else ""
    purl = make_purl(ecosystem, installed, version) if installed else ""
    package = Package(name=installed, version=version, purl=purl, path=path)
    if name:
        yield Component(
            place=place, package=package, type="library", licences=texts(entry.get("licenses")), pointer=pointer
        )
    groups = [group for group in objects(entry.get("groups"))]
    for record in records(entry.get("vulnerabilities"), f"{pointer}/vulnerabilities"):
        if isinstance(record, ScanRefusal):
            yield record
        else:
            yield _finding(record[1], record[0], place, package, (name, ecosystem), groups, layer)
    for index_of, licence in enumerate(texts(entry.get("license_violations"))):
        yield ScanFinding(
            kind=ScanKind.LICENCE,
            ids=(f"osv_scanner:{licence}",),
            title=f"{licence} is not on the list of allowed licences",
            place=place,
            package=package,
            layer=layer,
            pointer=f"{pointer}/license_violations/{index_of}",
        )


def _finding(
    found: JsonObject,
    pointer: str,
    place: Place,
    package: Package,
    source: tuple[str, str],
    groups: list[JsonObject],
    layer: str,
) -> ScanFinding | ScanRefusal:
    main = text(found.get("id"))
    if not main:
        return refusal(pointer, "an OSV record without an id", found)
    group = next((one for one in groups if main in texts(one.get("ids"))), {})
    stated = (main, *texts(found.get("aliases")), *texts(group.get("ids")), *texts(group.get("aliases")))
    own_cve = _OF_ONE_CVE.fullmatch(main)
    aliases = vulnerability_ids(*stated, own_cve[1] if own_cve else "")
    upstream = texts(found.get("upstream"))
    ids, related = (aliases, upstream) if len(aliases) > 1 else same_and_related(main, upstream)
    affected = _affected(found, *source)
    specific = obj(found, "database_specific")
    ratings = list(objects(found.get("severity"))) or [
        rating for one in affected for rating in objects(one.get("severity"))
    ]
    ratings.sort(key=lambda rating: newest_first(rating.get("score")))
    vectors, score = cvss_of((rating.get("score"), None) for rating in ratings)
    return ScanFinding(
        kind=ScanKind.VULNERABILITY,
        ids=ids,
        related=tuple(
            one for one in vulnerability_ids(*unique(related, texts(found.get("related")))) if one not in ids
        ),
        title=text(found.get("summary")),
        description=long_text(found.get("details")),
        severity=severity_of(specific.get("severity"))
        or next((known for one in affected if (known := _severity(one))), None),
        cvss=vectors,
        score=score if score is not None else score_of(number(group.get("max_severity")) or None),
        cwes=cwes_of(
            [
                *arr(specific.get("cwe_ids")),
                *(weakness.get("cweId") for one in (found, *affected) for weakness in _weaknesses(one)),
            ]
        ),
        place=place,
        package=package,
        fixed_in=_fixed(affected),
        layer=layer,
        reachable=_called(group),
        references=texts([reference.get("url") for reference in objects(found.get("references"))]),
        pointer=pointer,
    )


def _affected(found: JsonObject, name: str, ecosystem: str) -> list[JsonObject]:
    """Return what the record says of this package: in its own ecosystem and release where that is told apart."""
    entries = list(objects(found.get("affected")))
    same_name = [one for one in entries if text(obj(one, "package").get("name")) == name]
    exact = [one for one in same_name if text(obj(one, "package").get("ecosystem")) == ecosystem]
    return exact or same_name


def _fixed(affected: list[JsonObject]) -> tuple[str, ...]:
    return texts(
        [
            event.get("fixed")
            for one in affected
            for span in objects(one.get("ranges"))
            if span.get("type") != "GIT"
            for event in objects(span.get("events"))
            if "fixed" in event
        ]
    )


def _severity(affected: JsonObject) -> Severity | None:
    inner = first_text(
        obj(affected, "ecosystem_specific").get("severity"),
        obj(affected, "ecosystem_specific").get("urgency"),
        obj(affected, "database_specific").get("severity"),
    )
    return severity_of(inner)


def _weaknesses(entry: JsonObject) -> Iterator[JsonObject]:
    return objects(obj(entry, "database_specific").get("cwes"))


def _called(group: JsonObject) -> bool | None:
    """Return what call analysis found for a group of aliases: called anywhere, called nowhere, or not analysed.

    What a distribution calls unimportant is written there too, and says nothing of calls.
    """
    analysis = obj(group, "experimentalAnalysis") or obj(group, "experimental_analysis")
    analysed = [obj(one) for one in analysis.values() if flag(obj(one).get("unimportant")) is not True]
    called = [flag(one.get("called")) for one in analysed]
    known = [one for one in called if one is not None]
    return any(known) if known else None
