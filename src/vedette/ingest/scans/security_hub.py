"""AWS Security Hub: findings in the Amazon Security Finding Format, Inspector's among them.

A finding concerns one or more resources, and one of Inspector's one or more packages: each pair is a finding here. A
control's finding lives on when the control passes: it then has the status fixed.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.aws_inspector import package_of
from vedette.ingest.scans.aws_resources import resource_place
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
from vedette.ingest.scans.vocabulary import cvss_of, ids_in, same_and_related, severity_of
from vedette.schema import Package, Place, ScanFinding, ScanKind, ScanRecord, Severity, VexStatus

# what AWS writes for Severity.Normalized, the lowest of each label
_NORMALISED = (
    (90, Severity.CRITICAL),
    (70, Severity.HIGH),
    (40, Severity.MEDIUM),
    (1, Severity.LOW),
    (0, Severity.INFORMATIONAL),
)

Records = Iterator[ScanRecord | ScanRefusal]


class SecurityHubReader:
    """AWS Security Hub."""

    name = "security_hub"
    title = "AWS Security Hub (JSON, ASFF)"
    examples = ("get-findings, array, EventBridge events: controls, Inspector, and other products' findings",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the product and resources of a finding in large letters."""
        keys = outline(sample.head)
        for at in ("", "[].", "Findings[].", "findings[].", "detail.findings[]."):
            if f"{at}ProductArn" in keys or {f"{at}GeneratorId", f"{at}AwsAccountId"} <= keys:
                return 0.96
        if keys <= {"Findings", "Findings[]", "NextToken"} and "Findings[]" in keys:
            return 0.6  # get-findings that found nothing
        return 0.9 if b"Security Hub Findings" in sample.head and "detail" in keys else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each resource, vulnerability and package of each of Security Hub's."""
        head.scanner = "AWS Security Hub"
        looked_at: set[str] = set()
        for record in records_of(content, "Findings", "findings", wrapper="detail"):
            if isinstance(record, ScanRefusal):
                yield record
                continue
            pointer, found = record
            if "Resources" not in found:
                yield refusal(pointer, "no finding of Security Hub: there is no resource that it concerns", found)
                continue
            seen = moment(found.get("LastObservedAt")) or moment(found.get("UpdatedAt"))
            if seen:
                head.made_at = max(head.made_at or seen, seen)
            platform = _platform(found)
            for resource in records(found.get("Resources"), f"{pointer}/Resources"):
                if isinstance(resource, ScanRefusal):
                    yield resource
                    continue
                place = resource_place(resource[1], content, context, platform=platform)
                if place.name not in looked_at:
                    looked_at.add(place.name)
                    head.places.append(place.name)
                at = pointer if resource[0].endswith("/Resources/0") else resource[0]
                yield from _findings(found, at, place)


READER = SecurityHubReader()


def _findings(found: JsonObject, pointer: str, place: Place) -> Records:
    flaws = list(objects(found.get("Vulnerabilities")))
    if not flaws:
        yield _check(found, pointer, place)
        return
    n_yielded = 0
    for index, flaw in enumerate(flaws):
        main = text(flaw.get("Id"))
        if not main:
            yield refusal(f"{pointer}/Vulnerabilities/{index}", "a vulnerability without an id", flaw)
            continue
        for inner, package in enumerate(list(objects(flaw.get("VulnerablePackages"))) or [{}]):
            at = pointer if not n_yielded else f"{pointer}/Vulnerabilities/{index}/VulnerablePackages/{inner}"
            n_yielded += 1
            yield _vulnerability(found, flaw, package, main, at, place)


def _vulnerability(
    found: JsonObject, flaw: JsonObject, package: JsonObject, main: str, pointer: str, place: Place
) -> ScanFinding:
    ids, related = same_and_related(main, texts(flaw.get("RelatedVulnerabilities")))
    ratings = [(one.get("BaseVector"), number(one.get("BaseScore"))) for one in objects(flaw.get("Cvss"))]
    vectors, score = cvss_of(ratings)
    status, status_by = _judged(found)
    installed, fixed = package_of(
        name=text(package.get("Name")),
        epoch=text(package.get("Epoch")),
        version=text(package.get("Version")),
        release=text(package.get("Release")),
        manager=text(package.get("PackageManager")),
        path=text(package.get("FilePath")),
        fixed=text(package.get("FixedInVersion")),
        place=place,
    )
    epss = share(flaw.get("EpssScore"))
    return ScanFinding(
        kind=ScanKind.VULNERABILITY,
        ids=ids,
        related=related,
        title=text(found.get("Title")),
        description=long_text(found.get("Description")),
        severity=_severity(found),
        cvss=vectors,
        score=score,
        place=place,
        package=installed,
        fixed_in=(fixed,) if fixed else (),
        layer=first_text(package.get("SourceLayerHash"), package.get("SourceLayerArn")),
        status=status,
        status_by=status_by,
        epss=epss if epss is not None else share(found.get("EpssScore")),
        seen_at=moment(found.get("LastObservedAt")),
        first_seen_at=moment(found.get("FirstObservedAt")),
        references=unique(texts([obj(flaw, "Vendor").get("Url")]), texts(flaw.get("ReferenceUrls"))),
        pointer=pointer,
    )


def _check(found: JsonObject, pointer: str, place: Place) -> ScanFinding:
    """Return a finding that names no vulnerability of its own: a control, a detection, or one by its title."""
    types = texts(found.get("Types"))
    title = text(found.get("Title"))
    product = first_text(found.get("ProductName"), obj(found, "ProductFields").get("aws/securityhub/ProductName"))
    fields, compliance = obj(found, "ProductFields"), obj(found, "Compliance")
    control = first_text(
        compliance.get("SecurityControlId"),
        fields.get("ControlId"),
        fields.get("RuleId"),
        text(found.get("GeneratorId")).rpartition("/")[2],
        found.get("Id"),
    )
    is_flaw = any("/Vulnerabilities" in one for one in types)
    if is_flaw:
        kind = ScanKind.VULNERABILITY
    elif compliance or any("Software and Configuration Checks" in one for one in types):
        kind = ScanKind.MISCONFIGURATION
    else:
        kind = ScanKind.INFORMATION
    named = ids_in(title) if is_flaw else ()
    status, status_by = _judged(found)
    return ScanFinding(
        kind=kind,
        ids=named[:1] or (f"{product.lower().replace(' ', '_') or 'security_hub'}:{control}",),
        related=named[1:],
        title=title,
        description=long_text(found.get("Description")),
        severity=_severity(found),
        place=place,
        package=Package(),
        status=status,
        status_by=status_by,
        seen_at=moment(found.get("LastObservedAt")) or moment(found.get("UpdatedAt")),
        first_seen_at=moment(found.get("FirstObservedAt")) or moment(found.get("CreatedAt")),
        references=texts([obj(found, "Remediation", "Recommendation").get("Url"), found.get("SourceUrl")]),
        pointer=pointer,
    )


def _platform(found: JsonObject) -> str:
    """Return the operating system that Inspector puts among the fields of its product."""
    fields = obj(found, "ProductFields")
    return next((text(value) for key, value in fields.items() if key.endswith("/platform")), "")


def _severity(found: JsonObject) -> Severity | None:
    said = obj(found, "Severity")
    label = severity_of(said.get("Label"))
    normalised = number(said.get("Normalized"))
    if label or normalised is None:
        return label
    return next((severity for lowest, severity in _NORMALISED if normalised >= lowest), None)


def _judged(found: JsonObject) -> tuple[VexStatus | None, str]:
    check = text(obj(found, "Compliance").get("Status")).upper()
    if check == "PASSED":
        return VexStatus.FIXED, "the check passes in AWS Security Hub"
    if check == "NOT_AVAILABLE":
        return VexStatus.UNDER_INVESTIGATION, "AWS Security Hub could not make the check"
    workflow = first_text(obj(found, "Workflow").get("Status"), found.get("WorkflowState")).upper()
    if workflow == "SUPPRESSED":
        return VexStatus.AFFECTED, "suppressed in AWS Security Hub"
    if workflow == "RESOLVED":
        return VexStatus.FIXED, "resolved in AWS Security Hub"
    if text(found.get("RecordState")).upper() == "ARCHIVED":
        return VexStatus.FIXED, f"archived by {first_text(found.get('ProductName'), 'its product')}"
    return None, ""
