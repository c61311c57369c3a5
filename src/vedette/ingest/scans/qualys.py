"""Qualys: asset data reports, scan results and host detections as XML.

One finding a detection. Qualys keeps what it knows of a check (QID) in a glossary behind the hosts, so an asset data
report is read twice. Severities 1 to 5 are read as informational to critical, as Qualys words them (minimal, medium,
serious, critical, urgent). Where a check names one CVE, that is the flaw; where it names several, they are
``related``. A detection whose status is Fixed, or which somebody had ignored, says so.

Source: Qualys, "API (VM, PC) User Guide": DTDs ``asset_data_report``, ``scan``, ``host_list_vm_detection_output``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import moment, number, unique
from vedette.ingest.scans.subjects import says_something
from vedette.ingest.scans.vocabulary import cvss_of, is_vector, vulnerability_ids
from vedette.ingest.scans.xml import Found, child, children, elements, root_of, text_of
from vedette.schema import AssetKind, Place, ScanFinding, ScanKind, ScanRecord, Severity, VexStatus

ROOTS = {
    "ASSET_DATA_REPORT": "asset data report",
    "SCAN": "scan results",
    "HOST_LIST_VM_DETECTION_OUTPUT": "host detections",
}
_SEVERITIES = dict(enumerate(Severity, 1))
_HOST_FIELDS = (
    "IP", "IPV6", "DNS", "NETBIOS", "NETBIOS_HOSTNAME", "OPERATING_SYSTEM", "OS", "QG_HOSTID", "DNS_DATA",
    "EC2_INSTANCE_ID", "CLOUD_RESOURCE_ID", "ASSET_ID",
)  # fmt: skip
_CHECKS = ("VULN", "PRACTICE", "INFO", "SERVICE")
_MAX_CHECKS = 200_000
_MAX_TEXT = 8_000
_STATES = {"fixed": VexStatus.FIXED}


@dataclass(frozen=True, slots=True)
class _Check:
    """What the glossary says of a QID."""

    title: str = ""
    description: str = ""
    severity: str = ""
    cves: tuple[str, ...] = ()
    advisories: tuple[str, ...] = ()
    ratings: tuple[tuple[str, float | None], ...] = ()
    references: tuple[str, ...] = ()


class QualysReader:
    """Results of Qualys as XML."""

    name = "qualys"
    title = "Qualys (XML)"
    examples = ("asset data report", "scan results", "host list detection of the API")

    def sniff(self, sample: Sample) -> float:
        """Return 0.97 for a root element that Qualys' DTDs name."""
        root = root_of(sample.head)
        if root is None or root[1] not in ROOTS:
            return 0.0
        if root[1] != "SCAN":
            return 0.97
        # others call a root SCAN too
        return 0.97 if b"qualys" in sample.head.lower() or root[2].get("value", "").startswith("scan/") else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield a finding for each detection on each host."""
        with content.open() as handle:
            root = root_of(handle.read(1 << 16))
        if root is None or root[1] not in ROOTS:
            raise ScanError("no report of Qualys")
        head.scanner = "Qualys"
        yield from _scan(content, head, context) if root[1] == "SCAN" else _report(content, head, context)


READER = QualysReader()


def _report(content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanFinding | ScanRefusal]:
    """Read the hosts of an asset data report or of the detection API."""
    checks: dict[str, _Check] = {}
    for found in elements(content, ("VULN_DETAILS", "HOST", "GENERATION_DATETIME", "DATETIME")):
        if found.name == "VULN_DETAILS" and len(checks) < _MAX_CHECKS:
            checks[text_of(found.element, "QID")] = _check(found.element)
        elif found.name in ("GENERATION_DATETIME", "DATETIME") and head.made_at is None:
            head.made_at = moment((found.element.text or "").strip(), context.timezone)
    said: dict[str, str] = {}
    place: Place | None = None
    for found in elements(content, (*_HOST_FIELDS, "VULN_INFO", "DETECTION"), begins=("HOST",)):
        if found.name == "HOST":
            said, place = {}, None
        elif found.name in ("VULN_INFO", "DETECTION"):
            if "/HOST" not in found.pointer:
                continue
            place = place or _place(said)
            yield _finding(found, place, checks, context)
        elif "/HOST[" in found.pointer:
            _take(found.element, found.name, said)
            known, place = place, _place(said)
            if place is not None and (known is None or known.name != place.name):
                if known is not None and head.places and head.places[-1] == known.name:
                    head.places.pop()
                head.places.append(place.name)


def _take(element: Element, name: str, said: dict[str, str]) -> None:
    if name == "DNS_DATA":
        said["FQDN"] = text_of(element, "FQDN")
        said["HOSTNAME"] = text_of(element, "HOSTNAME")
    elif text := (element.text or "").strip():
        said.setdefault(name, text)


def _place(said: dict[str, str]) -> Place | None:
    names = [said.get(key, "") for key in ("FQDN", "DNS", "NETBIOS", "NETBIOS_HOSTNAME", "IP", "IPV6")]
    others = [said.get(key, "") for key in ("HOSTNAME", "QG_HOSTID", "EC2_INSTANCE_ID", "CLOUD_RESOURCE_ID")]
    return host_place([*names, *others], said.get("OPERATING_SYSTEM") or said.get("OS", ""))


def host_place(names: Sequence[str], system: str) -> Place | None:
    """Return the host of the first name that says something, with the others as aliases; None without one."""
    said = unique(
        tuple(n.strip() for n in names if says_something(n) and n.strip().lower() != "no registered hostname")
    )
    if not said:
        return None
    return Place(name=said[0], kind=AssetKind.HOST, aliases=said[1:], operating_system=system)


def _check(details: Element) -> _Check:
    vendors = list(children(child(details, "VENDOR_REFERENCE_LIST"), "VENDOR_REFERENCE"))
    scores = [
        rating(text_of(details, name, *path), text_of(details, name, "CVSS3_VERSION"))
        for name, path in (("CVSS3_SCORE", ("CVSS3_BASE",)), ("CVSS_SCORE", ("CVSS_BASE",)))
    ]
    return _Check(
        title=text_of(details, "TITLE"),
        description="\n\n".join(filter(None, (text_of(details, name)[:_MAX_TEXT] for name in ("THREAT", "IMPACT")))),
        severity=text_of(details, "SEVERITY"),
        cves=tuple(text_of(node, "ID") for node in children(child(details, "CVE_ID_LIST"), "CVE_ID")),
        advisories=tuple(text_of(node, "ID") for node in vendors),
        ratings=tuple(scores),
        references=unique(tuple(text_of(node, "URL") for node in vendors)),
    )


def rating(text: str, version: str = "") -> tuple[str, float | None]:
    """Return vector and score of ``8.1 (AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H)``; Qualys leaves out the version."""
    score, _, rest = text.partition("(")
    vector = rest.rstrip(") ")
    if "/PR:" in vector and not vector.startswith("CVSS:"):
        vector = f"CVSS:{'3.0' if version.strip().startswith('3.0') else '3.1'}/{vector}"
    return (vector if is_vector(vector) else "", number(score.strip()))


def _finding(
    found: Found, place: Place | None, checks: dict[str, _Check], context: ScanContext
) -> ScanFinding | ScanRefusal:
    node = found.element
    qid = text_of(node, "QID")
    if not qid.isdecimal():
        return ScanRefusal(found.pointer, "a detection without QID", b"")
    if place is None:
        return ScanRefusal(found.pointer, "its host has no name", b"")
    check = checks.get(qid, _Check())
    ids, related = check_ids(qid, check.cves)
    vectors, score = cvss_of(check.ratings)
    if score is None:
        score = rating(text_of(node, "CVSS3_FINAL"))[1]
    state = text_of(node, "VULN_STATUS") or text_of(node, "STATUS")
    status, status_by = judged(state, text_of(node, "IS_IGNORED") == "1")
    return ScanFinding(
        kind=kind_of(text_of(node, "TYPE")),
        ids=ids,
        related=(*related, *advisories(check.advisories)),
        title=check.title,
        description=check.description,
        severity=severity_of_level(text_of(node, "SEVERITY") or check.severity),
        cvss=vectors,
        score=score if score is not None and 0 <= score <= 10 else None,
        place=place,
        location=location_of(text_of(node, "PORT"), text_of(node, "PROTOCOL")),
        status=status,
        status_by=status_by,
        seen_at=_moment(node, ("LAST_FOUND", "LAST_FOUND_DATETIME"), context),
        first_seen_at=_moment(node, ("FIRST_FOUND", "FIRST_FOUND_DATETIME"), context),
        references=check.references,
        pointer=found.pointer,
    )


def check_ids(qid: str, named: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a check's ids and those that it covers: its only CVE is the flaw itself, several are related."""
    cves = vulnerability_ids(*(cve for cve in named if cve.upper().startswith("CVE-")))
    own = f"qualys:{qid}"
    return ((*cves, own), ()) if len(cves) == 1 else ((own,), cves)


def advisories(references: Iterable[str]) -> tuple[str, ...]:
    """Return the vendor references that are ids: Qualys puts titles among them."""
    return unique(tuple(text for each in references if (text := each.strip()) and len(text.split()) == 1))


def kind_of(word: str) -> ScanKind:
    """Return what Qualys' type means: ``Ig`` and ``Info`` are information gathered, all others vulnerabilities."""
    return ScanKind.INFORMATION if word.strip().lower() in ("ig", "info", "information") else ScanKind.VULNERABILITY


def severity_of_level(level: str) -> Severity | None:
    """Return the severity of Qualys' level 1 to 5."""
    return _SEVERITIES.get(int(level)) if level.isdecimal() and len(level) < 3 else None


def judged(state: str, is_ignored: bool) -> tuple[VexStatus | None, str]:
    """Return what Qualys' status says beyond that a flaw is there, and whose word that is."""
    if state.strip().lower() in _STATES:
        return _STATES[state.strip().lower()], f"Qualys: {state}"
    return (VexStatus.AFFECTED, "Qualys: ignored") if is_ignored else (None, "")


def location_of(port: str, protocol: str) -> str:
    """Return ``443/tcp``; empty for a flaw of the host as a whole."""
    if not port or port == "0":
        return ""
    return f"{port}/{protocol.lower()}" if protocol else port


def _moment(node: Element, names: Sequence[str], context: ScanContext) -> datetime | None:
    return next((at for name in names if (at := moment(text_of(node, name), context.timezone))), None)


def _scan(content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanFinding | ScanRefusal]:
    """Read the addresses of a scan's results: its checks stand in groups by port."""
    said: dict[str, str] = {}
    group: dict[str, str] = {}
    wanted = (*_CHECKS, "OS", "NETBIOS_HOSTNAME", "KEY")
    for found in elements(content, wanted, begins=("IP", "CAT")):
        element = found.element
        if found.name == "IP":
            said = {"IP": element.get("value", ""), "DNS": element.get("name", "")}
            if (place := _place(said)) is not None:
                head.places.append(place.name)
        elif found.name == "CAT":
            group = {key.upper(): value for key, value in element.attrib.items()}
        elif found.name == "KEY":
            if element.get("value") == "DATE" and head.made_at is None:
                head.made_at = moment((element.text or "").strip(), context.timezone)
        elif found.name in ("OS", "NETBIOS_HOSTNAME"):
            _take(element, found.name, said)
        elif element.get("number"):
            yield _scanned(found, _place(said), group)


def _scanned(found: Found, place: Place | None, group: dict[str, str]) -> ScanFinding | ScanRefusal:
    node = found.element
    qid = node.get("number", "").strip()
    if not qid.isdecimal():
        return ScanRefusal(found.pointer, "a check without QID", b"")
    if place is None:
        return ScanRefusal(found.pointer, "its address has no name", b"")
    cves = [text_of(cve, "ID") for cve in children(child(node, "CVE_ID_LIST"), "CVE_ID")]
    ids, related = check_ids(qid, [*cves, *node.get("cveid", "").replace(",", " ").split()])
    vendors = list(children(child(node, "VENDOR_REFERENCE_LIST"), "VENDOR_REFERENCE"))
    vectors, score = cvss_of([rating(text_of(node, "CVSS3_BASE")), rating(text_of(node, "CVSS_BASE"))])
    return ScanFinding(
        kind=ScanKind.INFORMATION if found.name in ("INFO", "SERVICE") else ScanKind.VULNERABILITY,
        ids=ids,
        related=(*related, *advisories(text_of(vendor, "ID") for vendor in vendors)),
        title=text_of(node, "TITLE"),
        description="\n\n".join(filter(None, (text_of(node, name) for name in ("DIAGNOSIS", "CONSEQUENCE")))),
        severity=severity_of_level(node.get("severity", "").strip()),
        cvss=vectors,
        score=score,
        place=place,
        location=location_of(group.get("PORT", ""), group.get("PROTOCOL", "")),
        references=unique(tuple(text_of(vendor, "URL") for vendor in vendors)),
        pointer=found.pointer,
    )
