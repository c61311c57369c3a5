"""Tenable Nessus: ``.nessus`` files, version 2, as Nessus, Vulnerability Management and Security Center write them.

One finding a ``ReportItem``. Where a plug-in names one CVE, that is the flaw; where it names several, it is an advisory
that covers them: the finding's id is the plug-in's and the CVEs are ``related``. Compliance checks are
misconfigurations where they failed; what has no risk and names no CVE is information.

Hosts keep the name that the scan gave them, with their addresses, DNS and NetBIOS names, MACs and cloud instance ids as
aliases. A file is read host by host, item by item: 1 GB takes no more memory than 1 MB.

Source: Tenable, "Nessus v2 file format" and the plug-in attributes in Tenable's API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanHead, ScanRefusal
from vedette.ingest.scans.json_values import number, share, unique
from vedette.ingest.scans.subjects import named
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, severity_of, vulnerability_ids
from vedette.ingest.scans.xml import Found, children, elements, local, root_of, text_of
from vedette.schema import AssetKind, Package, Place, ScanFinding, ScanKind, ScanRecord, Severity

_SEVERITIES = dict(enumerate(Severity))
_ALIAS_TAGS = (
    "host-ip", "host-fqdn", "host-rdns", "hostname", "netbios-name", "host-uuid", "bios-uuid", "tenable-agent-uuid",
    "aws-instance-instanceId", "aws-instance-instance-id", "aws-instance-id", "azure-instance-id", "azure-vm-id",
    "gcp-instance-instance-id", "gcp-instance-id", "mac-address", "ip-addresses",
)  # fmt: skip
_INSTALLED = re.compile(
    r"^[ \t-]{0,40}(Path|Installed version|Fixed version|Remote package installed|Installed package|Should be"
    r"|Fixed package)[ \t]{0,40}:[ \t]{0,40}(\S[^\r\n]{0,500})",
    re.MULTILINE,
)
# what tells a package of RPM from one of dpkg: its distribution or architecture at the end
_RPM = re.compile(
    r"\.(?:el|fc|amzn|mga|cm|ph|oe|ky|azl)\d{1,3}\S{0,60}$|\.(?:x86_64|noarch|aarch64|i[3-6]86|ppc64le|s390x)$"
)
_DPKG = re.compile(r"([a-z0-9][a-z0-9+.-]{1,120})_(\d[^\s-]{0,100}(?:-[^\s-]{0,100})?)")
_MONTHS = {m: i for i, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_CTIME = re.compile(r"\w{3} (\w{3}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})", re.ASCII)


@dataclass(slots=True)
class _Host:
    name: str
    tags: dict[str, str] = field(default_factory=dict)

    def place(self) -> Place:
        """Return the host as a place."""
        aliases: list[str] = []
        for tag in _ALIAS_TAGS:
            aliases += self.tags.get(tag, "").split()
        aliases += _fqdns(self.tags.get("host-fqdns", ""))
        name = named(self.name, *aliases)
        return Place(
            name=name,
            kind=AssetKind.WEBSITE if name.startswith(("http://", "https://")) else AssetKind.HOST,
            aliases=tuple(alias for alias in unique(tuple(aliases)) if alias != name),
            operating_system=self.tags.get("operating-system", self.tags.get("os", "")).split("\n")[0],
        )

    def seen_at(self, context: ScanContext) -> datetime | None:
        """Return when the scan of it ended."""
        for tag in ("HOST_END_TIMESTAMP", "HOST_START_TIMESTAMP"):
            if (found := epoch(self.tags.get(tag, ""))) is not None:
                return found
        return ctime(self.tags.get("HOST_END", self.tags.get("HOST_START", "")), context)


class NessusReader:
    """Nessus files of version 2 (XML)."""

    name = "nessus"
    title = "Nessus (XML)"
    examples = (".nessus of Nessus 5 to 10", "Tenable Vulnerability Management", "Security Center", "compliance scans")

    def sniff(self, sample: Sample) -> float:
        """Return 1 for a root element ``NessusClientData_v2``."""
        root = root_of(sample.head)
        return 1.0 if root is not None and root[1] == "NessusClientData_v2" else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield a finding for each item of each host."""
        head.scanner = "Nessus"
        host, place, seen_at = _Host(""), Place(name=""), None
        wanted = ("preference", "HostProperties", "ReportItem")
        for found in elements(content, wanted, begins=("ReportHost",)):
            element = found.element
            if found.name == "ReportHost":
                host = _Host(element.get("name", "").strip())
                place, seen_at = host.place(), None
                if place.name:
                    head.places.append(place.name)
            elif found.name == "HostProperties":
                host.tags = {tag.get("name", ""): (tag.text or "").strip() for tag in children(element, "tag")}
                place, seen_at = host.place(), host.seen_at(context)
                if not host.name and place.name:
                    head.places.append(place.name)
                if seen_at is not None and (head.made_at is None or seen_at > head.made_at):
                    head.made_at = seen_at
            elif found.name == "preference":
                if text_of(element, "name") == "sc_version" and (version := text_of(element, "value")):
                    head.scanner = f"Nessus {version}"[:80]
            elif not place.name:
                yield ScanRefusal(found.pointer, "its host has no name", b"")
            else:
                if element.get("pluginID") == "19506":
                    head.scanner = _version(text_of(element, "plugin_output")) or head.scanner
                yield _finding(found, place, seen_at)


READER = NessusReader()


def _finding(found: Found, place: Place, seen_at: datetime | None) -> ScanFinding | ScanRefusal:
    item = found.element
    plugin = item.get("pluginID", "").strip()
    if not plugin:
        return ScanRefusal(found.pointer, "an item without pluginID", b"")
    many: dict[str, list[str]] = {}
    for node in item:
        if text := (node.text or "").strip():
            many.setdefault(local(node.tag), []).append(text)

    def one(*names: str) -> str:
        return next((many[name][0] for name in names if name in many), "")

    ids, related = plugin_ids(plugin, many.get("cve", ()))
    xrefs = many.get("xref", ())
    vectors, score = cvss_of([
        (vector_of(one("cvss4_vector")), number(one("cvss4_base_score"))),
        (vector_of(one("cvss3_vector")), number(one("cvss3_base_score"))),
        (vector_of(one("cvss_vector")), number(one("cvss_base_score"))),
    ])  # fmt: skip
    severity = _SEVERITIES.get(int(item.get("severity", "x"))) if item.get("severity", "").isdecimal() else None
    severity = severity if severity is not None else severity_of(one("risk_factor"))
    port, protocol = item.get("port", "").strip(), item.get("protocol", "").strip()
    kind, title, result = kind_of(severity, ids[0].startswith("CVE-") or bool(related)), item.get("pluginName", ""), ""
    if one("compliance").lower() == "true" or "compliance-check-name" in many:
        result = one("compliance-result").upper()
        kind = ScanKind.INFORMATION if result == "PASSED" else ScanKind.MISCONFIGURATION
        title = one("compliance-check-name") or title
        if check := one("compliance-check-id"):
            ids = (f"nessus:{plugin}:{check}",)
    package, fixed_in = installed(one("plugin_output"), one("cpe"))
    return ScanFinding(
        kind=kind,
        ids=ids,
        related=(*related, *advisories(xrefs, one("msft"))),
        title=title or one("plugin_name"),
        description="\n\n".join(part for part in (one("synopsis"), one("description")) if part),
        severity=severity,
        cvss=vectors,
        score=score,
        cwes=cwes_of([*many.get("cwe", ()), *(x for x in xrefs if x.upper().startswith("CWE:"))]),
        place=place,
        package=package,
        fixed_in=fixed_in,
        location=one("uri") or location_of(port, protocol),
        epss=share(one("epss_score")),
        known_exploited=True if any(x.upper().startswith("CISA-KNOWN-EXPLOITED") for x in xrefs) else None,
        seen_at=seen_at,
        references=unique(tuple(" ".join(many.get("see_also", ())).split())),
        pointer=found.pointer,
    )


def plugin_ids(plugin: str, named: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a plug-in's ids and those that it covers: its only CVE is the flaw itself, several are related."""
    own = f"nessus:{plugin}"
    cves = vulnerability_ids(*(named if isinstance(named, (list, tuple)) else ()))
    return ((*cves, own), ()) if len(cves) == 1 else ((own,), cves)


def kind_of(severity: Severity | None, names_cve: bool) -> ScanKind:
    """Return what sort of thing a plug-in found: with no risk and no CVE it is information."""
    if names_cve or (severity is not None and severity is not Severity.INFORMATIONAL):
        return ScanKind.VULNERABILITY
    return ScanKind.INFORMATION


def vector_of(text: str) -> str:
    """Return a vector without Tenable's ``CVSS2#`` before it."""
    return text.removeprefix("CVSS2#").removeprefix("CVSS3#").strip("()")


def location_of(port: str, protocol: str) -> str:
    """Return ``443/tcp``; empty for port 0, which stands for the host as a whole."""
    if not port or port == "0":
        return ""
    return f"{port}/{protocol.lower()}" if protocol else port


def advisories(xrefs: object, msft: str = "") -> tuple[str, ...]:
    """Return the vendors' advisories among cross references: ``RHSA:2021:5128`` as ``RHSA-2021:5128``."""
    out: list[str] = []
    for text in xrefs if isinstance(xrefs, (list, tuple)) else ():
        name, _, number_ = str(text).partition(":")
        name, number_ = name.strip().upper(), number_.strip()
        if name in ("RHSA", "RHBA", "ELSA", "CESA", "SUSE-SU", "ALSA", "RLSA") and number_:
            out.append(f"{name}-{number_}")
        elif name in ("USN", "DSA", "DLA", "GLSA", "ALAS", "ALAS2", "FEDORA") and number_:
            out.append(number_ if number_.upper().startswith(name) else f"{name}-{number_}")
        elif name == "MSFT" and number_.upper().startswith("MS"):
            out.append(number_.upper())
    if msft:
        out.append(msft.upper())
    return unique(tuple(out))


def installed(output: str, cpe: str) -> tuple[Package, tuple[str, ...]]:
    """Return the one package that a plug-in's output speaks of, as far as it says so, and the versions that mend it."""
    said: dict[str, list[str]] = {}
    for name, value in _INSTALLED.findall(output[:200_000]):
        said.setdefault(name, []).append(value.strip())

    def only(name: str) -> str:
        values = set(said.get(name, ()))
        return next(iter(values)) if len(values) == 1 else ""

    name, version = "", only("Installed version")
    fixed = list(said.get("Fixed version", ()))
    packages = {*said.get("Remote package installed", ()), *said.get("Installed package", ())}
    if len(packages) == 1:  # of several, nobody could tell which of the versions below mends which
        name, version = package_of(packages.pop())
        fixed += [package_of(text)[1] for text in (*said.get("Should be", ()), *said.get("Fixed package", ()))]
    only_cpe = cpe.split()[0] if len(cpe.split()) == 1 else ""
    return (
        Package(name=name, version=version, cpe=only_cpe.removeprefix("x-"), path=only("Path")),
        unique(tuple(value for value in fixed if value and value[0].isalnum())),
    )


def package_of(text: str) -> tuple[str, str]:
    """Return name and version of ``openssl-libs-1.0.2k-16.el7`` (RPM) or ``libssl1.1_1.1.1d-0`` (dpkg)."""
    match = _DPKG.fullmatch(text)
    if match and not _RPM.search(text):
        return match[1], match[2]
    parts = text.rsplit("-", 2)
    return (parts[0], f"{parts[1]}-{parts[2]}") if len(parts) == 3 else (text, "")


def _version(output: str) -> str:
    match = re.search(r"Nessus version : (\d[\w.]{0,30})", output)
    return f"Nessus {match.group(1)}" if match else ""


def _fqdns(text: str) -> list[str]:
    """Return the names in the property ``host-fqdns``, a JSON list of objects."""
    try:
        values = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        return []
    names = [value.get("FQDN") for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    return [name for name in names if isinstance(name, str)]


def epoch(text: str) -> datetime | None:
    """Return the moment that seconds since 1970 name, None where they name none."""
    seconds = number(text)
    if seconds is None or not 0 < seconds < 7_258_118_400:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def ctime(text: str, context: ScanContext) -> datetime | None:
    """Return the moment of ``Tue Nov 25 10:00:00 2014`` in the user's zone, None where the user said none."""
    match = _CTIME.fullmatch(text.strip())
    if match is None or context.timezone is None or match.group(1) not in _MONTHS:
        return None
    month, (day, hour, minute, second, year) = _MONTHS[match.group(1)], map(int, match.groups()[1:])
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=context.timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
