"""The CSV report of Amazon Inspector: a finding a row."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.aws_inspector import STATUSES, package_of
from vedette.ingest.scans.aws_resources import resource_place
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.delimited import Headings, Row, layout_of, rows_of
from vedette.ingest.scans.json_values import MAX_TEXT, moment, number, share, texts, unique
from vedette.ingest.scans.vocabulary import cvss_of, ids_in, same_and_related, severity_of
from vedette.schema import Package, Place, ScanFinding, ScanKind, ScanRecord

_HEAD_BYTES = 1 << 16
_HEADINGS = Headings(
    names={
        "severity": ("Severity",),
        "type": ("Finding Type",),
        "title": ("Title",),
        "description": ("Description",),
        "arn": ("Finding ARN",),
        "first": ("First Seen",),
        "last": ("Last Seen", "Last Updated"),
        "resource": ("Resource ID",),
        "resource_type": ("Resource Type",),
        "region": ("Region",),
        "platform": ("Platform",),
        "tags": ("Container Image Tags",),
        "packages": ("Affected Packages",),
        "installed": ("Package Installed Version",),
        "fixed": ("Fixed in Version",),
        "path": ("File Path",),
        "ports": ("Port Range", "Network Paths"),
        "score": ("Inspector Score",),
        "vector": ("Inspector Score Vector",),
        "status": ("Status",),
        "id": ("Vulnerability Id",),
        "advisory": ("Vendor Advisory",),
        "nvd3": ("NVD CVSS3 Vector",),
        "nvd3_score": ("NVD CVSS3 Score",),
        "nvd2": ("NVD CVSS2 Vector",),
        "nvd2_score": ("NVD CVSS2 Score",),
        "vendor3": ("Vendor CVSS3 Vector",),
        "vendor3_score": ("Vendor CVSS3 Score",),
        "public": ("Resource Public Ipv4",),
        "private": ("Resource Private Ipv4",),
        "ipv6": ("Resource Ipv6",),
        "epss": ("Epss Score",),
        "references": ("Reference Urls",),
        "manager": ("Package Manager",),
        "detector": ("Detector Name",),
    },
    needed=(("Finding ARN", "Finding Type", "Resource ID", "Severity"),),
)

Records = Iterator[ScanRecord | ScanRefusal]


class AwsInspectorCsvReader:
    """Amazon Inspector's CSV report."""

    name = "aws_inspector_csv"
    title = "Amazon Inspector (CSV report)"
    examples = ("version 2: the CSV of a findings report",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by the headings."""
        return 0.97 if layout_of(sample.head, _HEADINGS) else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each row."""
        head.scanner = "Amazon Inspector"
        with content.open() as handle:
            layout = layout_of(handle.read(_HEAD_BYTES), _HEADINGS)
        if layout is None:
            raise ScanError("not a CSV report of Amazon Inspector: its headings are not there")
        looked_at: set[str] = set()
        for row in rows_of(content, layout):
            if isinstance(row, ScanRefusal):
                yield row
                continue
            if not row.get("resource"):
                yield ScanRefusal(row.pointer, "a finding without a resource: there is no place that it concerns")
                continue
            place = _place(row, content, context)
            if place.name not in looked_at:
                looked_at.add(place.name)
                head.places.append(place.name)
            finding = _finding(row, place)
            if isinstance(finding, ScanFinding) and finding.seen_at:
                head.made_at = max(head.made_at or finding.seen_at, finding.seen_at)
            yield finding


READER = AwsInspectorCsvReader()


def _place(row: Row, content: ScanContent, context: ScanContext) -> Place:
    addresses = [one for key in ("public", "private", "ipv6") for one in texts(row.get(key), split=",")]
    details = {
        "awsEc2Instance": {"ipV4Addresses": addresses},
        "awsEcrContainerImage": {"imageTags": list(texts(row.get("tags"), split=","))},
    }
    resource: dict[str, object] = {
        "id": row.get("resource"),
        "type": row.get("resource_type"),
        "region": row.get("region"),
        "details": details,
    }
    return resource_place(resource, content, context, platform=row.get("platform"))


def _finding(row: Row, place: Place) -> ScanFinding | ScanRefusal:
    kind = row.get("type").upper().replace(" ", "_")
    main = row.get("id") or next(iter(ids_in(row.get("title"))), "")
    vectors, score = cvss_of(
        [
            *((row.get(name), number(row.get(f"{name}_score"))) for name in ("nvd3", "vendor3", "nvd2")),
            (row.get("vector"), None),
            ("", number(row.get("score"))),
        ]
    )
    status, status_by = STATUSES.get(row.get("status").upper(), (None, ""))
    package, fixed = package_of(
        name=row.get("packages"),
        epoch="",
        version=row.get("installed"),
        release="",
        manager=row.get("manager"),
        path=row.get("path"),
        fixed=row.get("fixed"),
        place=place,
    )
    if kind.startswith("PACKAGE") or main:
        if not main:
            return ScanRefusal(row.pointer, "no vulnerability id")
        scan_kind = ScanKind.VULNERABILITY
        ids, related = same_and_related(main, ())
    elif kind.startswith("CODE"):
        scan_kind = ScanKind.WEAKNESS
        ids, related = (f"aws_inspector:{row.get('detector') or row.get('title')}",), ()
    else:
        scan_kind = ScanKind.MISCONFIGURATION
        ids, related = ("aws_inspector:NETWORK_REACHABILITY",), ()
        package = Package()
    return ScanFinding(
        kind=scan_kind,
        ids=ids,
        related=related,
        title=row.get("title"),
        description=row.get("description")[:MAX_TEXT],
        severity=severity_of(row.get("severity")),
        cvss=vectors,
        score=score,
        place=place,
        package=package,
        fixed_in=(fixed,) if fixed else (),
        location=row.get("ports") if scan_kind is ScanKind.MISCONFIGURATION else "",
        status=status,
        status_by=status_by,
        epss=share(row.get("epss")),
        seen_at=moment(row.get("last")),
        first_seen_at=moment(row.get("first")),
        references=unique(texts([row.get("advisory")]), texts(row.get("references"), split=",")),
        pointer=row.pointer,
    )
