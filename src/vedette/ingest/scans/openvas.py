"""OpenVAS and Greenbone: reports as XML, from any version of GVM, with or without the manager's envelope.

One finding a ``result``. Where a test names one CVE, that is the flaw; where it names several, the finding's id is the
test's (``openvas:`` and its OID) and the CVEs are ``related``. Results of the level ``Log`` are information; a result
that an override calls a false positive says so with the override's words as its author's.

Host names, systems and addresses stand behind the results in the file, so it is read twice.

Source: Greenbone, "GMP: Greenbone Management Protocol", element ``report``; "Report formats".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import moment, number, share, unique
from vedette.ingest.scans.subjects import named
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, severity_of, vulnerability_ids
from vedette.ingest.scans.xml import Found, child, children, elements, root_of, text_of
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, Severity, VexStatus

_ALIASES = ("DNS-via-TargetDefinition", "MAC", "hostname")
_SAID = re.compile(
    r"^[ \t]{0,40}(Vulnerable package|Installed version|Fixed version|Installation\s{1,4}path / port|File checked)"
    r"[ \t]{0,40}:[ \t]{0,40}(\S[^\r\n]{0,500})",
    re.MULTILINE,
)
_VERSION = re.compile(r"[^\s,;()]{1,120}")
_MAX_HOSTS = 200_000


class OpenVasReader:
    """Reports of OpenVAS and Greenbone as XML."""

    name = "openvas"
    title = "OpenVAS and Greenbone (XML)"
    examples = ("report of GVM 4 to 24", "get_reports_response of GMP", "anonymous XML")

    def sniff(self, sample: Sample) -> float:
        """Return 0.95 for a root ``report`` or ``get_reports_response`` with OpenVAS' own elements after it."""
        root = root_of(sample.head)
        if root is None or root[0] or root[1] not in ("report", "get_reports_response"):
            return 0.0
        attributes = root[2]
        own = (b"<nvt ", b"<gmp>", b"<omp>", b"<gmp ", b"<scan_run_status", b"<report_format", b"<owner>", b"<results ")
        if attributes.get("format_id") or attributes.get("extension") == "xml" or root[1] == "get_reports_response":
            return 0.95
        return 0.9 if any(mark in sample.head for mark in own) else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield a finding for each result."""
        head.scanner = "OpenVAS"
        hosts = _hosts(content, head, context)
        head.places += [place.name for place in hosts.values()]
        for found in elements(content, ("result",)):
            if "/results" in found.pointer:
                yield _finding(found, hosts, context)


READER = OpenVasReader()


def _hosts(content: ScanContent, head: ScanHead, context: ScanContext) -> dict[str, Place]:
    """Return the hosts that the report describes, by address; take its times on the way."""
    hosts: dict[str, Place] = {}
    times: dict[str, datetime] = {}
    # results are wanted too, so that what lies in them is not met
    for found in elements(content, ("host", "result", "task", "scan_start", "scan_end", "timestamp", "creation_time")):
        if found.name in ("scan_start", "scan_end", "timestamp", "creation_time"):
            if (at := moment((found.element.text or "").strip(), context.timezone)) is not None:
                times.setdefault(found.name, at)
        elif found.name == "host" and child(found.element, "ip") is not None and len(hosts) < _MAX_HOSTS:
            if address := named(text_of(found.element, "ip")):
                hosts[address] = _described(address, found.element)
    made = [times[name] for name in ("scan_end", "scan_start", "timestamp", "creation_time") if name in times]
    head.made_at = made[0] if made else None
    return hosts


def _described(address: str, host: Element) -> Place:
    details: dict[str, list[str]] = {}
    for detail in children(host, "detail"):
        if value := text_of(detail, "value"):
            details.setdefault(text_of(detail, "name"), []).append(value)
    aliases = [value for name in _ALIASES for value in details.get(name, ())]
    system = (details.get("best_os_txt") or details.get("OS") or [""])[0]
    return Place(
        name=address,
        kind=AssetKind.HOST,
        aliases=tuple(alias for alias in unique(tuple(aliases)) if alias != address),
        operating_system=system,
    )


def _finding(found: Found, hosts: dict[str, Place], context: ScanContext) -> ScanFinding | ScanRefusal:
    result = found.element
    test = child(result, "nvt")
    address = named(text_of(result, "host"), text_of(result, "host", "hostname"))
    oid = (test.get("oid", "") if test is not None else "").strip()
    if not oid:
        return ScanRefusal(found.pointer, "a result without the id of its test", b"")
    if not address:
        return ScanRefusal(found.pointer, "a result that names no host", b"")
    place = hosts.get(address) or Place(name=address, kind=AssetKind.HOST)
    if (name := text_of(result, "host", "hostname")) and name not in (place.name, *place.aliases):
        place = Place(
            name=place.name, kind=place.kind, aliases=(*place.aliases, name), operating_system=place.operating_system
        )
    tags = _tags(text_of(test, "tags"))
    refs = [(ref.get("type", "").lower(), ref.get("id", "")) for ref in children(child(test, "refs"), "ref")]
    cves = [value for kind, value in refs if kind == "cve"]
    if oid.upper().startswith("CVE-"):  # a scan by CPE names the CVE itself
        cves.insert(0, oid)
    else:
        cves += [part for part in text_of(test, "cve").replace(",", " ").split() if part != "NOCVE"]
    ids, related = test_ids(oid, cves)
    threat = text_of(result, "threat")
    score = number(text_of(result, "severity"))
    values = [(text_of(node, "value"), number(text_of(node, "score"))) for node in _severities(test)]
    vectors, base = cvss_of([*values, (tags.get("cvss_base_vector", ""), number(text_of(test, "cvss_base")))])
    false_positive = threat.lower() == "false positive" or (score is not None and score == -1)
    output = text_of(result, "description")
    package, fixed_in = installed(output)
    references = [value for kind, value in refs if kind == "url"]
    references += [part.strip().removeprefix("URL:") for part in text_of(test, "xref").split(",")]
    return ScanFinding(
        kind=kind_of(threat, score, bool(cves)),
        ids=ids,
        related=(*related, *unique(tuple(v for k, v in refs if k in ("dfn-cert", "cert-bund")))),
        title=text_of(result, "name") or text_of(test, "name"),
        description="\n\n".join(part for part in (tags.get("summary", ""), tags.get("insight", ""), output) if part),
        severity=severity_of(threat) or level_of(score),
        cvss=vectors,
        score=base if base is not None else (score if score is not None and score > 0 else None),
        cwes=cwes_of(value for kind, value in refs if kind == "cwe"),
        place=place,
        package=package,
        fixed_in=fixed_in,
        location=_location(text_of(result, "port")),
        status=VexStatus.NOT_AFFECTED if false_positive else None,
        status_by=_override(result) if false_positive else "",
        epss=share(text_of(test, "epss", "max_severity", "score")),
        seen_at=moment(text_of(result, "creation_time"), context.timezone),
        references=unique(tuple(value for value in references if value.startswith(("http://", "https://")))),
        pointer=found.pointer,
    )


def test_ids(oid: str, named: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a test's ids and those that it covers: its only CVE is the flaw itself, several are related."""
    cves = vulnerability_ids(*named)
    own = () if oid.upper().startswith("CVE-") else (f"openvas:{oid}",)
    return ((*cves, *own), ()) if len(cves) == 1 else (own or cves[:1], cves)


def kind_of(threat: str, score: float | None, names_cve: bool) -> ScanKind:
    """Return what sort of thing a result is: of the level ``Log`` or with no score, information."""
    if threat.lower() in ("log", "debug", "error"):
        return ScanKind.INFORMATION
    if names_cve or threat.lower() in ("critical", "high", "medium", "low", "alarm", "false positive"):
        return ScanKind.VULNERABILITY
    return ScanKind.VULNERABILITY if score is not None and score != 0 else ScanKind.INFORMATION


def level_of(score: float | None) -> Severity | None:
    """Return the severity class of a score by the scale of CVSS 3, None for what is no score."""
    if score is None or not 0 <= score <= 10:
        return None
    if score == 0:
        return Severity.INFORMATIONAL
    return (
        Severity.LOW
        if score < 4
        else Severity.MEDIUM
        if score < 7
        else Severity.HIGH
        if score < 9
        else Severity.CRITICAL
    )


def installed(output: str) -> tuple[Package, tuple[str, ...]]:
    """Return the one package that a result's text speaks of, as far as it says so, and the versions that mend it."""
    said: dict[str, list[str]] = {}
    for name, value in _SAID.findall(output[:200_000]):
        said.setdefault(" ".join(name.split()), []).append(value.strip())

    def only(*names: str) -> str:
        values = {value for name in names for value in said.get(name, ())}
        return next(iter(values)) if len(values) == 1 else ""

    name, version = only("Vulnerable package"), only("Installed version")
    fixed = [value.lstrip(">= ") for value in said.get("Fixed version", ())]
    if name:  # ``openssl-1.0.2k-16.el7``: the versions repeat the name
        version = version.removeprefix(f"{name}-")
        fixed = [value.removeprefix(f"{name}-") for value in fixed]
    path = only("Installation path / port", "File checked")
    return (
        Package(name=name, version=version, path=path if path.startswith(("/", "\\")) or path[1:2] == ":" else ""),
        unique(tuple(value for value in fixed if value[:1].isdigit() and _VERSION.fullmatch(value))),
    )


def _severities(test: Element | None) -> Iterator[Element]:
    return children(child(test, "severities"), "severity")


def _tags(text: str) -> dict[str, str]:
    """Return the values in ``a=b|c=d``."""
    out: dict[str, str] = {}
    for part in text.split("|"):
        name, found, value = part.partition("=")
        if found and value.strip() and value.strip() != "NOTAG":
            out[name.strip()] = value.strip()
    return out


def _location(port: str) -> str:
    """Return ``443/tcp``; empty for ``general/tcp``, which stands for the host as a whole."""
    number_ = port.partition("/")[0].strip()
    if number_.isdecimal():
        return port.strip() if number_ != "0" else ""
    # ``https (443/tcp)`` of older versions
    inner = port.rpartition("(")[2].rstrip(") ")
    return inner if inner.partition("/")[0].isdecimal() else ""


def _override(result: Element) -> str:
    for override in children(child(result, "overrides"), "override"):
        owner, text = text_of(override, "owner", "name"), text_of(override, "text")
        return f"OpenVAS override{f' by {owner}' if owner else ''}: {text}"[:500]
    return "OpenVAS override"
