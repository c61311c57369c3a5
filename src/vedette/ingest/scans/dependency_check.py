"""OWASP Dependency-Check's JSON and XML reports: the libraries of a project, each with its vulnerabilities.

A library's related files (the same library packed elsewhere) have no findings of their own in the report and none here:
they are a finding's location.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.dependency_check_xml import is_report, parts_of
from vedette.ingest.scans.json_values import (
    MAX_NAME,
    JsonObject,
    arr,
    first_text,
    flag,
    loads,
    long_text,
    moment,
    number,
    obj,
    objects,
    outline,
    records,
    refusal,
    text,
    texts,
)
from vedette.ingest.scans.subjects import named_place
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, is_public_id, severity_of, vulnerability_ids
from vedette.knowledge.packages import parse_purl
from vedette.schema import AssetKind, Component, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

_V2 = (
    ("AV", ("accessVector",)),
    ("AC", ("accessComplexity",)),
    ("Au", ("authenticationr", "authentication")),
    ("C", ("confidentialityImpact", "confidentialImpact")),
    ("I", ("integrityImpact",)),
    ("A", ("availabilityImpact",)),
)
_V3 = (
    ("AV", ("attackVector",)),
    ("AC", ("attackComplexity",)),
    ("PR", ("privilegesRequired",)),
    ("UI", ("userInteraction",)),
    ("S", ("scope",)),
    ("C", ("confidentialityImpact",)),
    ("I", ("integrityImpact",)),
    ("A", ("availabilityImpact",)),
)

Records = Iterator[ScanRecord | ScanRefusal]


class DependencyCheckReader:
    """OWASP Dependency-Check."""

    name = "dependency_check"
    title = "OWASP Dependency-Check (JSON, XML)"
    examples = ("XML of schema 1.3 to 4.1, JSON of schema 1.0 and 1.1; suppressed vulnerabilities with their notes",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the report's own root or schema."""
        if is_report(sample.head):
            return 0.97
        keys = outline(sample.head)
        if {"reportSchema", "scanInfo"} <= keys or {"scanInfo", "projectInfo", "dependencies"} <= keys:
            return 0.97
        return 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield each library and its vulnerabilities, suppressed ones with the note of who suppressed them."""
        head.scanner = "OWASP Dependency-Check"
        with content.open() as handle:
            start = handle.read(1000).lstrip()
        place: Place | None = None
        for kind, pointer, part in _json_parts(content) if start[:1] == b"{" else parts_of(content):
            if kind == "scanInfo":
                if version := text(part.get("engineVersion")):
                    head.scanner = f"OWASP Dependency-Check {version}"
                continue
            if kind == "projectInfo":
                head.made_at = moment(part.get("reportDate"), context.timezone)
                place = named_place(
                    content, context, _project(part), AssetKind.REPOSITORY, is_path=True, aliases=(_project(part),)
                )
                head.places.append(place.name)
                continue
            if kind == "refused":
                yield refusal(pointer, text(part.get("reason")))
                continue
            if place is None:
                place = named_place(content, context, "", AssetKind.REPOSITORY)
                head.places.append(place.name)
            yield from _dependency(part, pointer, place)


READER = DependencyCheckReader()


def _json_parts(content: ScanContent) -> Iterator[tuple[str, str, JsonObject]]:
    report = loads(content.read())
    if not isinstance(report, dict) or "dependencies" not in report:
        raise ScanError("not a report of Dependency-Check: no dependencies in it")
    yield "scanInfo", "/scanInfo", obj(report, "scanInfo")
    yield "projectInfo", "/projectInfo", obj(report, "projectInfo")
    for record in records(report.get("dependencies"), "/dependencies"):
        if isinstance(record, ScanRefusal):
            yield "refused", record.pointer, {"reason": record.reason}
        else:
            yield "dependency", *record


def _project(info: JsonObject) -> str:
    parts = [text(info.get(key)) for key in ("groupID", "artifactID")]
    return text(info.get("name")) or ":".join(part for part in parts if part)


def _dependency(entry: JsonObject, pointer: str, place: Place) -> Records:
    if not text(entry.get("fileName")) and not text(entry.get("filePath")):
        yield refusal(pointer, "a dependency without a file", entry)
        return
    package = _package(entry)
    related = [
        first_text(one.get("filePath"), one.get("fileName")) for one in objects(entry.get("relatedDependencies"))
    ]
    location = ", ".join(dict.fromkeys(one for one in related if one))[:MAX_NAME]
    yield Component(
        place=place,
        package=package,
        type="library",
        licences=texts([entry.get("license")]),
        hashes=tuple(f"{name}:{said}" for name in ("sha256", "sha1", "md5") if (said := text(entry.get(name)))),
        pointer=pointer,
    )
    for record in records(entry.get("vulnerabilities"), f"{pointer}/vulnerabilities"):
        yield record if isinstance(record, ScanRefusal) else _finding(record[1], record[0], place, package, location)
    for record in records(entry.get("suppressedVulnerabilities"), f"{pointer}/suppressedVulnerabilities"):
        if isinstance(record, ScanRefusal):
            yield record
            continue
        why = text(record[1].get("notes"), 500)
        by = f"Dependency-Check's suppression file{': ' + why if why else ''}"
        yield _finding(record[1], record[0], place, package, location, VexStatus.AFFECTED, by)


def _package(entry: JsonObject) -> Package:
    purls = [text(one.get("id")) for one in objects(entry.get("packages"))]
    purl = next((one for one in purls if one.startswith("pkg:")), "")
    cpes = [text(one.get("id")) for one in objects(entry.get("vulnerabilityIds"))]
    cpe = next((one for one in cpes if one.startswith("cpe:")), "")
    path = first_text(entry.get("filePath"), entry.get("fileName"))
    name, version = text(entry.get("fileName")), ""
    if parts := parse_purl(purl):
        separator = ":" if parts.type == "maven" else "/"
        name = f"{parts.namespace}{separator}{parts.name}" if parts.namespace else parts.name
        version = parts.version or ""
    return Package(name=name, version=version, purl=purl, cpe=cpe, path=path)


def _finding(
    found: JsonObject,
    pointer: str,
    place: Place,
    package: Package,
    location: str,
    status: VexStatus | None = None,
    status_by: str = "",
) -> ScanFinding | ScanRefusal:
    name = text(found.get("name"))
    if not name:
        return refusal(pointer, "a vulnerability without a name", found)
    source = text(found.get("source")).lower() or "dependency_check"
    main = name if is_public_id(name) else f"{source}:{name}"
    vectors, score = cvss_of(_ratings(found))
    software = [obj(one, "software") or one for one in objects(found.get("vulnerableSoftware"))]
    matched = [one for one in software if flag(one.get("vulnerabilityIdMatched")) is True]
    return ScanFinding(
        kind=ScanKind.VULNERABILITY,
        ids=vulnerability_ids(main),
        title=name,
        description=long_text(found.get("description")),
        severity=severity_of(found.get("severity")) or severity_of(obj(found, "cvssv3").get("baseSeverity")),
        cvss=vectors,
        score=score,
        cwes=cwes_of([*arr(found.get("cwes")), found.get("cwe")]),
        place=place,
        package=package,
        fixed_in=texts([one.get("versionEndExcluding") for one in matched]),
        location=location,
        status=status,
        status_by=status_by,
        known_exploited=True if found.get("knownExploitedVulnerability") else None,
        references=texts([reference.get("url") for reference in objects(found.get("references"))]),
        pointer=pointer,
    )


def _ratings(found: JsonObject) -> list[tuple[object, float | None]]:
    """Return vectors and scores; the report gives the parts of a vector, and of 3.x not always which it is."""
    four, three, two = obj(found, "cvssv4"), obj(found, "cvssv3"), obj(found, "cvssv2")
    version = text(three.get("version"))
    return [
        (four.get("vectorString"), number(four.get("baseScore"))),
        (
            text(three.get("vectorString")) or (_vector(three, _V3, f"CVSS:{version}/") if version else ""),
            number(three.get("baseScore")),
        ),
        (text(two.get("vectorString")) or _vector(two, _V2, ""), number(two.get("score"))),
    ]


def _vector(rating: JsonObject, metrics: tuple[tuple[str, tuple[str, ...]], ...], start: str) -> str:
    parts = []
    for metric, keys in metrics:
        said = first_text(*(rating.get(key) for key in keys))[:1].upper()
        if not said:
            return ""
        parts.append(f"{metric}:{said}")
    return start + "/".join(parts)
