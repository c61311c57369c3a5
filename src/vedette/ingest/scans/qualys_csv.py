"""Qualys: reports as CSV, from the report templates and from the detection lists of VMDR.

The facts of the report stand in lines before the headings and a summary may stand there too; both are passed over.
One finding a row, with the same ids and kinds as the XML gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.delimited import Headings, Row, layout_of, rows_of
from vedette.ingest.scans.json_values import moment, number
from vedette.ingest.scans.qualys import (
    advisories,
    check_ids,
    host_place,
    judged,
    kind_of,
    location_of,
    rating,
    severity_of_level,
)
from vedette.ingest.scans.vocabulary import cvss_of
from vedette.schema import Package, ScanFinding, ScanRecord

HEADINGS = Headings(
    names={
        "ip": ("IP", "Asset IPV4", "Asset IPv4 Address", "IP Address", "IPv4"),
        "ip6": ("Asset IPV6", "IPv6 Address", "IPv6"),
        "dns": ("DNS", "Asset Name", "DNS Name", "Hostname"),
        "fqdn": ("FQDN",),
        "netbios": ("NetBIOS", "NetBIOS Name"),
        "asset_id": ("Asset Id", "Host ID", "QG Host ID", "Cloud Resource ID", "EC2 Instance ID"),
        "system": ("OS", "Operating System"),
        "qid": ("QID",),
        "title": ("Title", "Vulnerability"),
        "state": ("Vuln Status", "Status"),
        "ignored": ("Ignored", "Is Ignored"),
        "type": ("Type", "Type Detected"),
        "severity": ("Severity", "Severity Level", "KB Severity"),
        "port": ("Port",),
        "protocol": ("Protocol",),
        "first": ("First Detected", "First Found"),
        "last": ("Last Detected", "Last Found"),
        "cves": ("CVE ID", "CVE", "CVEs", "CVE IDs"),
        "vendor": ("Vendor Reference",),
        "cvss3": (
            "CVSS3.1 Base",
            "CVSS3 Base",
            "CVSS3.0 Base",
            "CVSSv3.1 Base (nvd)",
            "CVSSv3 Base",
            "CVSS3.1",
            "CVSS3",
        ),
        "cvss2": ("CVSS Base", "CVSSv2 Base (nvd)", "CVSSv2 Base", "CVSS"),
        "threat": ("Threat", "CVE-Description", "Description"),
        "impact": ("Impact",),
        "results": ("Results", "Result"),
        "cpe": ("OS CPE",),
    },
    needed=(("QID", "Title"), ("QID", "IP"), ("QID", "Severity"), ("QID", "Asset Name")),
)
_US_TIME = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: at)? (\d{1,2}:\d{2}(?::\d{2})?)(?: ?(AM|PM))?(?: \((?:GMT|UTC)([+-]\d{4})?\))?",
    re.ASCII,
)


class QualysCsvReader:
    """Results of Qualys as CSV."""

    name = "qualys_csv"
    title = "Qualys (CSV)"
    examples = ("scan report", "asset data report", "VMDR detections")

    def sniff(self, sample: Sample) -> float:
        """Return 0.97 for a table with the heading ``QID`` and others of Qualys, lines of preamble passed over."""
        return 0.97 if layout_of(sample.head, HEADINGS) is not None else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield a finding for each row with a QID; hosts without one are places that were looked at."""
        with content.open() as handle:
            layout = layout_of(handle.read(1 << 16), HEADINGS)
        if layout is None:
            raise ScanError("no headings of a Qualys report in its first lines")
        head.scanner = "Qualys"
        head.made_at = next((at for row in layout.preamble for cell in row if (at := _moment(cell, context))), None)
        for row in rows_of(content, layout):
            yield from [row] if isinstance(row, ScanRefusal) else _records(row, head, context)


READER = QualysCsvReader()


def _records(row: Row, head: ScanHead, context: ScanContext) -> Iterator[ScanFinding | ScanRefusal]:
    names = [row.get(name) for name in ("fqdn", "dns", "netbios", "ip", "ip6", "asset_id")]
    # a row's FQDN is that of its service, which a host may have several of
    place = host_place([*names[1:4], *names[4:], names[0], context.asset or ""], row.get("system"))
    qid = row.get("qid")
    if not qid:
        if place is not None and row.get("ip"):
            head.places.append(place.name)
        return
    if not qid.isdecimal():
        yield ScanRefusal(row.pointer, "no QID", qid[:200].encode("utf-8", "replace"))
        return
    if place is None:
        yield ScanRefusal(row.pointer, "names no host", b"")
        return
    ids, related = check_ids(qid, row.get("cves").replace(",", " ").split())
    vectors, score = cvss_of([rating(row.get("cvss3")), rating(row.get("cvss2"))])
    status, status_by = judged(row.get("state"), row.get("ignored").lower() in ("yes", "true", "1"))
    yield ScanFinding(
        kind=kind_of(row.get("type")),
        ids=ids,
        related=(*related, *advisories(row.get("vendor").split(","))),
        title=row.get("title"),
        description="\n\n".join(filter(None, map(row.get, ("threat", "impact")))),
        severity=severity_of_level(row.get("severity")),
        cvss=vectors,
        score=score if score is not None else number(row.get("cvss2")),
        place=place,
        package=Package(),
        location=location_of(row.get("port"), row.get("protocol")),
        status=status,
        status_by=status_by,
        seen_at=_moment(row.get("last"), context),
        first_seen_at=_moment(row.get("first"), context),
        pointer=row.pointer,
    )


def _moment(text: str, context: ScanContext) -> datetime | None:
    """Return a time as Qualys' CSV writes it: month first, in the user's zone where it says none."""
    if (at := moment(text, context.timezone)) is not None:
        return at
    match = _US_TIME.match(text.strip()[:60])
    if match is None:
        return None
    month, day, year, clock, half, offset = match.groups()
    hour, _, rest = clock.partition(":")
    if half:
        hour = str(int(hour) % 12 + (12 if half == "PM" else 0))
    zone = offset or ("Z" if match[0].endswith(")") else "")
    return moment(f"{year}-{month}-{day}T{hour}:{rest}{zone}", context.timezone)
