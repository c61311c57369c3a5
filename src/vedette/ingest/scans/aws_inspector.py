"""Amazon Inspector: findings of version 2 as the API, the console and EventBridge give them, and of Inspector Classic.

A finding may concern several packages; each is a finding here, because each has its own version and mend.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.aws_resources import resource_place, system_of
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanHead, ScanRefusal
from vedette.ingest.scans.json_records import records_of
from vedette.ingest.scans.json_values import (
    JsonObject,
    first_text,
    long_text,
    moment,
    number,
    obj,
    objects,
    outline,
    records,
    refusal,
    share,
    text,
    texts,
    unique,
)
from vedette.ingest.scans.subjects import named_place
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, same_and_related, severity_of
from vedette.knowledge.packages import make_purl
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

STATUSES = {
    "SUPPRESSED": (VexStatus.AFFECTED, "suppression rule in Amazon Inspector"),
    "CLOSED": (VexStatus.FIXED, "closed by Amazon Inspector"),
}
_NO_VERSION = frozenset({"notavailable", "not available", "not_available", "no", "none"})

Records = Iterator[ScanRecord | ScanRefusal]


class AwsInspectorReader:
    """Amazon Inspector."""

    name = "aws_inspector"
    title = "Amazon Inspector (JSON)"
    examples = (
        "version 2: list-findings, report export, EventBridge events: package, code and network findings",
        "Inspector Classic: describe-findings",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the ARN and resources of a finding in small letters."""
        keys = outline(sample.head)
        for at in ("", "[].", "findings[].", "detail."):
            if f"{at}findingArn" in keys and keys & {f"{at}resources", f"{at}awsAccountId", f"{at}severity"}:
                return 0.96
            if {f"{at}assetAttributes", f"{at}serviceAttributes"} & keys and f"{at}severity" in keys:
                return 0.9
        if keys <= {"findings", "findings[]", "nextToken"} and "findings[]" in keys:
            return 0.6  # list-findings that found nothing
        return 0.9 if b"Inspector2 Finding" in sample.head and "detail" in keys else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each package and resource of each of Inspector's."""
        head.scanner = "Amazon Inspector"
        looked_at: set[str] = set()
        for record in records_of(content, "findings", wrapper="detail"):
            if isinstance(record, ScanRefusal):
                yield record
                continue
            pointer, found = record
            if "assetAttributes" in found or "assetType" in found:
                place = _classic_place(found, content, context)
                _look(head, looked_at, place)
                yield _classic(found, pointer, place)
                continue
            if "findingArn" not in found and "type" not in found:
                yield refusal(pointer, "no finding of Inspector: neither an ARN nor a type", found)
                continue
            seen = moment(found.get("lastObservedAt")) or moment(found.get("updatedAt"))
            if seen:
                head.made_at = max(head.made_at or seen, seen)
            for resource in records(found.get("resources"), f"{pointer}/resources"):
                if isinstance(resource, ScanRefusal):
                    yield resource
                    continue
                place = resource_place(resource[1], content, context)
                _look(head, looked_at, place)
                at = pointer if resource[0].endswith("/resources/0") else resource[0]
                yield from _finding(found, at, place)
            if "resources" not in found:
                yield refusal(pointer, "a finding without resources: there is no place that it concerns", found)


READER = AwsInspectorReader()


def _look(head: ScanHead, looked_at: set[str], place: Place) -> None:
    if place.name not in looked_at:
        looked_at.add(place.name)
        head.places.append(place.name)


def _finding(found: JsonObject, pointer: str, place: Place) -> Records:
    kind = text(found.get("type")).upper()
    if kind == "PACKAGE_VULNERABILITY" or "packageVulnerabilityDetails" in found:
        yield from _packages(found, pointer, place)
    elif kind == "CODE_VULNERABILITY" or "codeVulnerabilityDetails" in found:
        yield _code(found, pointer, place)
    elif kind == "NETWORK_REACHABILITY" or "networkReachabilityDetails" in found:
        yield _network(found, pointer, place)
    else:
        yield refusal(pointer, f"a finding of unknown type {kind[:60]!r}", found)


def _packages(found: JsonObject, pointer: str, place: Place) -> Records:
    details = obj(found, "packageVulnerabilityDetails")
    main = text(details.get("vulnerabilityId")) or text(found.get("title")).split(" - ")[0]
    if not main:
        yield refusal(pointer, "no vulnerabilityId", found)
        return
    ids, related = same_and_related(main, texts(details.get("relatedVulnerabilities")))
    ratings = [(one.get("scoringVector"), number(one.get("baseScore"))) for one in objects(details.get("cvss"))]
    vectors, score = cvss_of([*ratings, ("", number(found.get("inspectorScore")))])
    status, status_by = STATUSES.get(text(found.get("status")).upper(), (None, ""))
    packages = list(objects(details.get("vulnerablePackages"))) or [{}]
    for index, one in enumerate(packages):
        package, fixed = _package(one, place)
        yield ScanFinding(
            kind=ScanKind.VULNERABILITY,
            ids=ids,
            related=related,
            title=text(found.get("title")),
            description=long_text(found.get("description")),
            severity=severity_of(found.get("severity")),
            cvss=vectors,
            score=score,
            place=place,
            package=package,
            fixed_in=(fixed,) if fixed else (),
            layer=first_text(one.get("sourceLayerHash"), one.get("sourceLambdaLayerArn")),
            status=status,
            status_by=status_by,
            epss=share(obj(found, "epss").get("score")),
            seen_at=moment(found.get("lastObservedAt")),
            first_seen_at=moment(found.get("firstObservedAt")),
            references=unique(texts([details.get("sourceUrl")]), texts(details.get("referenceUrls"))),
            pointer=pointer if index == 0 else f"{pointer}/packageVulnerabilityDetails/vulnerablePackages/{index}",
        )


def _package(one: JsonObject, place: Place) -> tuple[Package, str]:
    """Return a vulnerable package, and the version that mends it."""
    return package_of(
        name=text(one.get("name")),
        epoch=text(one.get("epoch")),
        version=text(one.get("version")),
        release=text(one.get("release")),
        manager=text(one.get("packageManager")),
        path=text(one.get("filePath")),
        fixed=text(one.get("fixedInVersion")),
        place=place,
    )


def package_of(
    *, name: str, epoch: str, version: str, release: str, manager: str, path: str, fixed: str, place: Place
) -> tuple[Package, str]:
    """Return a package of Inspector or Security Hub with its whole version, and the version that mends it."""
    whole = "-".join(part for part in (version, release) if part)
    if whole and epoch not in ("", "0"):
        whole = f"{epoch}:{whole}"
    # GENERIC is what was found without a package manager: no ecosystem at all
    ecosystem = system_of(place) if manager.upper() == "OS" else manager.replace("GENERIC", "")
    package = Package(name=name, version=whole, purl=make_purl(ecosystem, name, whole) if name else "", path=path)
    return package, "" if fixed.lower() in _NO_VERSION else fixed


def _code(found: JsonObject, pointer: str, place: Place) -> ScanFinding:
    details = obj(found, "codeVulnerabilityDetails")
    where = obj(details, "filePath")
    path, line = first_text(where.get("filePath"), where.get("fileName")), text(where.get("startLine"))
    detector = first_text(details.get("detectorId"), details.get("ruleId"), found.get("title"))
    status, status_by = STATUSES.get(text(found.get("status")).upper(), (None, ""))
    return ScanFinding(
        kind=ScanKind.WEAKNESS,
        ids=(f"aws_inspector:{detector}",),
        title=first_text(found.get("title"), details.get("detectorName")),
        description=long_text(found.get("description")),
        severity=severity_of(found.get("severity")),
        score=cvss_of([("", number(found.get("inspectorScore")))])[1],
        cwes=cwes_of(texts(details.get("cwes"))),
        place=place,
        package=Package(path=path),
        location=f"{path}:{line}" if path and line else path,
        status=status,
        status_by=status_by,
        seen_at=moment(found.get("lastObservedAt")),
        first_seen_at=moment(found.get("firstObservedAt")),
        references=texts(details.get("referenceUrls")),
        pointer=pointer,
    )


def _network(found: JsonObject, pointer: str, place: Place) -> ScanFinding:
    details = obj(found, "networkReachabilityDetails")
    ports = obj(details, "openPortRange")
    begin, end = text(ports.get("begin")), text(ports.get("end"))
    span = begin if begin == end else f"{begin}-{end}"
    status, status_by = STATUSES.get(text(found.get("status")).upper(), (None, ""))
    return ScanFinding(
        kind=ScanKind.MISCONFIGURATION,
        ids=("aws_inspector:NETWORK_REACHABILITY",),
        title=text(found.get("title")),
        description=long_text(found.get("description")),
        severity=severity_of(found.get("severity")),
        place=place,
        location=f"{span}/{text(details.get('protocol')).lower()}" if span else "",
        status=status,
        status_by=status_by,
        seen_at=moment(found.get("lastObservedAt")),
        first_seen_at=moment(found.get("firstObservedAt")),
        pointer=pointer,
    )


def _classic_place(found: JsonObject, content: ScanContent, context: ScanContext) -> Place:
    attributes = obj(found, "assetAttributes")
    agent = text(attributes.get("agentId"))
    aliases = (text(attributes.get("hostname")), *texts(attributes.get("ipv4Addresses")))
    return named_place(content, context, agent or aliases[0], AssetKind.HOST, aliases=aliases)


def _classic(found: JsonObject, pointer: str, place: Place) -> ScanFinding | ScanRefusal:
    """Return a finding of Inspector Classic, whose facts stand in a list of keys and values."""
    said = {text(one.get("key")): text(one.get("value")) for one in objects(found.get("attributes"))}
    main = first_text(said.get("CVE_ID"), found.get("id"), said.get("BENCHMARK_RULE_ID"))
    if not main:
        return refusal(pointer, "no id", found)
    is_flaw = main.upper().startswith(("CVE-", "ALAS", "KB", "GHSA-"))
    vectors, score = cvss_of(
        (said.get(f"CVSS{version}_VECTOR", ""), number(said.get(f"CVSS{version}_SCORE"))) for version in ("3", "2")
    )
    name = said.get("package_name", "") or said.get("PACKAGE_NAME", "")
    return ScanFinding(
        kind=ScanKind.VULNERABILITY if is_flaw else ScanKind.MISCONFIGURATION,
        ids=same_and_related(main, ())[0] if is_flaw else (f"aws_inspector:{main}",),
        title=text(found.get("title")),
        description=long_text(found.get("description")),
        severity=severity_of(found.get("severity")),
        cvss=vectors,
        score=score,
        place=place,
        package=Package(name=name),
        seen_at=moment(found.get("updatedAt")),
        first_seen_at=moment(found.get("createdAt")),
        pointer=pointer,
    )
