"""Microsoft Defender Vulnerability Management: what its API, its file export, advanced hunting and portal give.

One table of names serves JSON and CSV, because all of them write the same facts under almost the same names, in any
case. Times are UTC, as Microsoft defines them, also where they are written without a zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import lru_cache

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.delimited import Headings, heading, layout_of, rows_of
from vedette.ingest.scans.json_records import records_of
from vedette.ingest.scans.json_values import (
    JsonObject,
    long_text,
    moment,
    number,
    outline,
    refusal,
    share,
    text,
    texts,
)
from vedette.ingest.scans.subjects import named_place
from vedette.ingest.scans.vocabulary import cvss_of, score_of, severity_of, vulnerability_ids
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, VexStatus

_HEAD_BYTES = 1 << 16
_FIELDS: dict[str, tuple[str, ...]] = {
    "cve": ("CveId", "CVE ID", "CVE", "Vulnerability ID", "Vulnerability"),
    "name": ("Name", "Id"),
    "device": ("DeviceName", "Device name", "Device", "ComputerDnsName", "MachineName", "Asset name"),
    "device_id": ("DeviceId", "Device ID", "MachineId"),
    "platform": ("OSPlatform", "OS Platform"),
    "os_version": ("OSVersion", "OS Version"),
    "vendor": ("SoftwareVendor", "Software vendor", "ProductVendor", "Vendor"),
    "software": ("SoftwareName", "Software name", "ProductName", "Software", "Related software"),
    "version": ("SoftwareVersion", "Software version", "ProductVersion", "Installed version"),
    "severity": ("VulnerabilitySeverityLevel", "Severity", "Vulnerability severity", "Severity level"),
    "score": ("CvssScore", "CVSS", "CVSS score", "CvssV3"),
    "vector": ("CvssVector", "CVSS vector"),
    "update": ("RecommendedSecurityUpdate", "Recommended security update"),
    "update_id": ("RecommendedSecurityUpdateId", "FixingKbId", "Recommended security update ID"),
    "update_url": ("RecommendedSecurityUpdateUrl",),
    "first": ("FirstSeenTimestamp", "First detected", "First seen", "FirstDetected"),
    "last": ("LastSeenTimestamp", "Last detected", "Last seen", "Last seen on"),
    "at": ("EventTimestamp", "Timestamp"),
    "status": ("Status",),
    "mitigation": ("CveMitigationStatus",),
    "epss": ("EPSS", "EpssScore"),
    "description": ("Description", "VulnerabilityDescription"),
    "disk": ("DiskPaths", "Disk paths", "Evidence"),
    "registry": ("RegistryPaths",),
}
_HEADINGS = Headings(
    names=_FIELDS,
    needed=(
        ("CveId", "DeviceName"),
        ("CveId", "DeviceId"),
        ("CveId", "SoftwareName", "SoftwareVendor"),
        ("CVE ID", "Device name"),
        ("Vulnerability ID", "Device name"),
        ("Name", "Severity", "CVSS", "Related software"),
    ),
)

Records = Iterator[ScanRecord | ScanRefusal]


class DefenderReader:
    """Microsoft Defender Vulnerability Management."""

    name = "defender"
    title = "Microsoft Defender Vulnerability Management (JSON, JSON lines, CSV)"
    examples = (
        "software vulnerabilities by device: API, export files, delta export",
        "machinesVulnerabilities, and a device's own vulnerabilities (say the device with --asset)",
        "DeviceTvmSoftwareVulnerabilities of advanced hunting; exports of the portal",
    )

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is: by a CVE beside a device or a product of Microsoft's naming."""
        keys = {key.lower() for key in outline(sample.head)}
        for at in ("", "[].", "value[].", "results[]."):
            if f"{at}cveid" in keys and keys & {f"{at}deviceid", f"{at}machineid", f"{at}devicename"}:
                return 0.95
            if f"{at}exposedmachines" in keys and keys & {f"{at}publicexploit", f"{at}cvssv3"}:
                return 0.95
        return 0.85 if layout_of(sample.head, _HEADINGS) else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Records:
        """Yield a finding for each device, product and CVE."""
        head.scanner = "Microsoft Defender Vulnerability Management"
        looked_at: set[str] = set()
        for record in _entries(content):
            if isinstance(record, ScanRefusal):
                yield record
                continue
            pointer, entry = record
            place = _place(entry, content, context)
            if place.name not in looked_at:
                looked_at.add(place.name)
                head.places.append(place.name)
            finding = _finding(entry, pointer, place)
            if isinstance(finding, ScanFinding) and finding.seen_at:
                head.made_at = max(head.made_at or finding.seen_at, finding.seen_at)
            yield finding


READER = DefenderReader()


class _Entry:
    """One row or object, by field."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def get(self, field: str) -> object:
        return self._values.get(field)

    def said(self, field: str) -> str:
        return text(self._values.get(field))


def _entries(content: ScanContent) -> Iterator[tuple[str, _Entry] | ScanRefusal]:
    with content.open() as handle:
        start = handle.read(_HEAD_BYTES)
    if start.lstrip()[:1] in (b"{", b"["):
        for record in records_of(content, "value", "Results", "results"):
            yield record if isinstance(record, ScanRefusal) else (record[0], _of_json(record[1]))
        return
    layout = layout_of(start, _HEADINGS)
    if layout is None:
        raise ScanError("not an export of Defender: neither JSON nor a table with its headings")
    for row in rows_of(content, layout):
        if isinstance(row, ScanRefusal):
            yield row
        else:
            yield row.pointer, _Entry(row.values)


@lru_cache(maxsize=4096)
def _fields_of(key: str) -> tuple[tuple[str, int], ...]:
    """Return the fields that a member of JSON holds, each with its rank; "Device name" of a table is deviceName."""
    plain = heading(key).replace(" ", "")
    return tuple(
        (field, rank)
        for field, names in _FIELDS.items()
        for rank, name in enumerate(names)
        if heading(name).replace(" ", "") == plain
    )


def _of_json(entry: JsonObject) -> _Entry:
    found: dict[str, object] = {}
    ranks: dict[str, int] = {}
    for key, value in entry.items():
        if value is None or value == "" or value == []:
            continue
        for field, rank in _fields_of(key[:100]):
            if rank < ranks.get(field, len(_FIELDS[field])):
                found[field], ranks[field] = value, rank
    return _Entry(found)


def _place(entry: _Entry, content: ScanContent, context: ScanContext) -> Place:
    device, identity = entry.said("device"), entry.said("device_id")
    return named_place(
        content,
        context,
        device or identity,
        AssetKind.HOST,
        aliases=(identity,),
        operating_system=" ".join(part for part in (entry.said("platform"), entry.said("os_version")) if part),
    )


def _finding(entry: _Entry, pointer: str, place: Place) -> ScanFinding | ScanRefusal:
    named = entry.said("cve") or entry.said("name")
    # machinesVulnerabilities joins device, product and CVE in its id
    ids = vulnerability_ids(*(part for part in texts(named, split=",") if "-_-" not in part))
    if not ids:
        return refusal(pointer, "no CVE in it")
    vectors, score = cvss_of([(entry.said("vector"), score_of(number(entry.said("score"))))])
    vendor, software = entry.said("vendor"), entry.said("software")
    update = entry.said("update_id")
    status, status_by = _judged(entry)
    paths = texts(entry.get("disk"), split=",") or texts(entry.get("registry"), split=",")
    return ScanFinding(
        kind=ScanKind.VULNERABILITY,
        ids=ids[:1],
        related=ids[1:],
        title=entry.said("update"),
        description=long_text(entry.get("description")),
        severity=severity_of(entry.said("severity")),
        cvss=vectors,
        score=score,
        place=place,
        package=Package(
            name=f"{vendor}:{software}" if vendor and software else software,
            version=entry.said("version"),
            path=next(iter(paths), ""),
        ),
        fixed_in=(f"KB{update}" if update.isdigit() else update,) if update else (),
        status=status,
        status_by=status_by,
        epss=share(entry.get("epss")),
        seen_at=moment(entry.said("last"), UTC) or moment(entry.said("at"), UTC),
        first_seen_at=moment(entry.said("first"), UTC),
        references=texts([entry.said("update_url")]),
        pointer=pointer,
    )


def _judged(entry: _Entry) -> tuple[VexStatus | None, str]:
    if entry.said("status").lower() == "fixed":
        return VexStatus.FIXED, "Microsoft Defender: fixed since the last export"
    if entry.said("mitigation").lower() in ("mitigated", "full", "fully mitigated"):
        return VexStatus.NOT_AFFECTED, "Microsoft Defender: mitigated on this device"
    return None, ""
