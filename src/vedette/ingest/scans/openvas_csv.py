"""OpenVAS and Greenbone: results as CSV, as the report format ``CSV Results`` writes them.

One finding a row, with the same ids and kinds as the XML report gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.delimited import Headings, Row, layout_of, rows_of
from vedette.ingest.scans.json_values import moment, number, unique
from vedette.ingest.scans.openvas import installed, kind_of, level_of, test_ids
from vedette.ingest.scans.subjects import named
from vedette.ingest.scans.vocabulary import severity_of
from vedette.schema import AssetKind, Place, ScanFinding, ScanRecord, VexStatus

HEADINGS = Headings(
    names={
        "ip": ("IP", "Host IP", "Host"),
        "hostname": ("Hostname",),
        "port": ("Port",),
        "protocol": ("Port Protocol", "Protocol"),
        "score": ("CVSS", "CVSS Base"),
        "severity": ("Severity", "Threat"),
        "name": ("NVT Name", "Name"),
        "summary": ("Summary",),
        "result": ("Specific Result", "Description"),
        "oid": ("NVT OID", "OID"),
        "cves": ("CVEs", "CVE"),
        "timestamp": ("Timestamp", "Detected"),
        "insight": ("Vulnerability Insight",),
        "product": ("Product Detection Result",),
        "references": ("Other References", "References"),
        "certs": ("CERTs",),
    },
    needed=(("NVT Name", "NVT OID"), ("NVT OID", "IP"), ("IP", "NVT Name", "Severity")),
)


class OpenVasCsvReader:
    """Results of OpenVAS and Greenbone as CSV."""

    name = "openvas_csv"
    title = "OpenVAS and Greenbone (CSV)"
    examples = ("CSV Results",)

    def sniff(self, sample: Sample) -> float:
        """Return 0.97 for a table with headings such as ``NVT OID`` and ``NVT Name``."""
        return 0.97 if layout_of(sample.head, HEADINGS) is not None else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield a finding for each row."""
        with content.open() as handle:
            layout = layout_of(handle.read(1 << 16), HEADINGS)
        if layout is None:
            raise ScanError("no headings of an OpenVAS report in its first lines")
        head.scanner = "OpenVAS"
        for row in rows_of(content, layout):
            finding = row if isinstance(row, ScanRefusal) else _finding(row, context)
            if isinstance(finding, ScanFinding) and finding.seen_at is not None:
                head.made_at = max(head.made_at or finding.seen_at, finding.seen_at)
            yield finding


READER = OpenVasCsvReader()


def _finding(row: Row, context: ScanContext) -> ScanFinding | ScanRefusal:
    host = named(row.get("ip"), row.get("hostname"), context.asset or "")
    if not host:
        return ScanRefusal(row.pointer, "names no host", b"")
    oid, title = row.get("oid"), row.get("name")
    if not oid and not title:
        return ScanRefusal(row.pointer, "names no test", b"")
    cves = row.get("cves").replace(",", " ").split()
    ids, related = test_ids(oid or title, [cve for cve in cves if cve != "NOCVE"])
    score, threat = number(row.get("score")), row.get("severity")
    false_positive = threat.lower() == "false positive" or score == -1
    package, fixed_in = installed(row.get("result"))
    port, protocol = row.get("port"), row.get("protocol").lower()
    return ScanFinding(
        kind=kind_of(threat, score, bool(cves)),
        ids=ids,
        related=(*related, *unique(tuple(row.get("certs").replace(",", " ").split()))),
        title=title,
        description="\n\n".join(filter(None, map(row.get, ("summary", "insight", "result")))),
        severity=severity_of(threat) or level_of(score),
        score=score if score is not None and 0 < score <= 10 else None,
        place=Place(
            name=host,
            kind=AssetKind.HOST,
            aliases=(row.get("hostname"),) if row.get("hostname") not in ("", host) else (),
        ),
        package=package,
        fixed_in=fixed_in,
        location=(f"{port}/{protocol}" if protocol else port) if port not in ("", "0") else "",
        status=VexStatus.NOT_AFFECTED if false_positive else None,
        status_by="OpenVAS override" if false_positive else "",
        seen_at=moment(row.get("timestamp"), context.timezone),
        references=unique(tuple(r for r in row.get("references").replace(",", " ").split() if "://" in r)),
        pointer=row.pointer,
    )
