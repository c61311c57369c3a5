"""Tenable's CSV exports: Nessus, Tenable Vulnerability Management, Security Center, and Web App Scanning.

Headings are found by name in any order, whichever product wrote them. Nessus writes a row for each CVE of a plug-in;
such rows stand together and are one finding, as in its XML: with one CVE that is the flaw, with several they are
``related``. Findings that Tenable marks as fixed say so in their status.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContent, ScanContext, ScanError, ScanHead, ScanRefusal
from vedette.ingest.scans.delimited import Headings, Row, layout_of, rows_of
from vedette.ingest.scans.json_values import flag, moment, number, share, unique
from vedette.ingest.scans.nessus import (
    advisories,
    ctime,
    epoch,
    installed,
    kind_of,
    location_of,
    plugin_ids,
    vector_of,
)
from vedette.ingest.scans.subjects import named, named_place
from vedette.ingest.scans.vocabulary import cvss_of, cwes_of, severity_of
from vedette.schema import AssetKind, Place, ScanFinding, ScanRecord, Severity, VexStatus

HEADINGS = Headings(
    names={
        "plugin": ("Plugin ID", "definition.id", "Plugin", "plugin.id"),
        "name": ("Name", "definition.name", "Plugin Name", "plugin.name"),
        "cve": ("CVE", "definition.cve", "CVEs", "plugin.cve"),
        "risk": ("severity", "Risk", "Risk Factor", "definition.severity"),
        "host": ("Host", "asset.name", "asset.host_name", "IP Address", "asset.display_ipv4_address", "DNS Name",
                 "asset.hostname", "asset.ipv4", "asset.fqdn", "Asset Name"),
        "ip": ("asset.display_ipv4_address", "IP Address", "IPv4 Address", "asset.ipv4", "asset.ipv4_addresses", "IP"),
        "ip6": ("asset.display_ipv6_address", "asset.ipv6_addresses", "IPv6 Address"),
        "fqdn": ("asset.display_fqdn", "DNS Name", "FQDN", "asset.fqdn", "asset.fqdns"),
        "hostname": ("asset.host_name", "asset.hostname", "Hostname"),
        "netbios": ("asset.netbios_name", "NetBIOS Name", "NetBios"),
        "mac": ("asset.display_mac_address", "MAC Address", "asset.mac_addresses", "MAC"),
        "asset_id": ("asset.id", "Asset UUID", "Host ID", "asset.uuid"),
        "system": ("asset.operating_system", "OS", "Operating System", "asset.operating_systems"),
        "system_type": ("asset.system_type", "System Type"),
        "protocol": ("Protocol", "port.protocol"),
        "port": ("Port", "port.port"),
        "synopsis": ("Synopsis", "definition.synopsis"),
        "description": ("Description", "definition.description"),
        "output": ("Plugin Output", "output", "Plugin Text"),
        "see_also": ("See Also", "definition.see_also"),
        "xref": ("XREF", "Cross References", "definition.references", "Xref"),
        "cwe": ("CWE", "definition.cwe"),
        "cpe": ("CPE", "definition.cpe"),
        "cvss4_score": ("CVSS v4.0 Base Score", "CVSS V4 Base Score", "definition.cvss4.base_score"),
        "cvss4_vector": ("CVSS v4.0 Vector", "CVSS V4 Vector", "definition.cvss4.base_vector", "CVSS4 Vector"),
        "cvss3_score": ("CVSS v3.0 Base Score", "CVSS V3 Base Score", "CVSS3 Base Score", "CVSSv3",
                        "definition.cvss3.base_score"),
        "cvss3_vector": ("CVSS v3.0 Vector", "CVSS V3 Vector", "CVSS3 Vector", "definition.cvss3.base_vector"),
        "cvss2_score": ("CVSS v2.0 Base Score", "CVSS V2 Base Score", "CVSS Base Score", "CVSS",
                        "definition.cvss2.base_score"),
        "cvss2_vector": ("CVSS v2.0 Vector", "CVSS V2 Vector", "CVSS Vector", "definition.cvss2.base_vector"),
        "epss": ("EPSS Score", "definition.epss.score", "EPSS"),
        "state": ("state", "Vulnerability State", "Status"),
        "recast": ("risk_modified", "Recast Risk", "Accept Risk", "Risk Accepted"),
        "first": ("first_observed", "First Discovered", "First Found", "first_found"),
        "last": ("last_seen", "Last Observed", "Last Found", "last_found", "Host End", "Host Start"),
        "uri": ("url", "uri", "asset.url"),
    },
    needed=(
        ("Plugin ID", "Host", "Name", "Risk"),
        ("Plugin ID", "Plugin Output", "Synopsis"),
        ("Plugin ID", "Name", "Severity", "Host"),
        ("definition.id", "definition.name"),
        ("definition.id", "asset.name"),
        ("definition.id", "severity", "asset.id"),
        ("Plugin", "Plugin Name", "Severity"),
        ("Plugin", "Plugin Name", "IP Address"),
        ("plugin.id", "plugin.name", "severity"),
        ("Asset UUID", "Plugin ID"),
        # the columns of an export are the user's choice
        ("Plugin ID", "Name"),
        ("Plugin ID", "Host"),
        ("Plugin ID", "Risk"),
        ("Plugin ID", "CVE"),
    ),
)  # fmt: skip
_NUMBERED = {"0": Severity.INFORMATIONAL, "1": Severity.LOW, "2": Severity.MEDIUM, "3": Severity.HIGH,
             "4": Severity.CRITICAL}  # fmt: skip
_STATES = {"fixed": VexStatus.FIXED, "mitigated": VexStatus.FIXED, "patched": VexStatus.FIXED}


class NessusCsvReader:
    """Tables that Tenable's products export."""

    name = "nessus_csv"
    title = "Nessus and Tenable (CSV)"
    examples = ("Nessus", "Nessus Web App Scanning", "Tenable Vulnerability Management", "Tenable Security Center")

    def sniff(self, sample: Sample) -> float:
        """Return 0.97 for a table with the headings of one of Tenable's exports."""
        return 0.97 if layout_of(sample.head, HEADINGS) is not None else 0.0

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield a finding for each plug-in at each place."""
        with content.open() as handle:
            layout = layout_of(handle.read(1 << 16), HEADINGS)
        if layout is None:
            raise ScanError("no headings of a Tenable export in its first lines")
        head.scanner = "Tenable" if {"ip", "asset_id"} & layout.columns.keys() else "Nessus"
        names_hosts = "host" in layout.columns
        fallback = context.asset or ("" if names_hosts else named_place(content, context, "", AssetKind.HOST).name)
        together: list[Row] = []
        for row in rows_of(content, layout):
            if isinstance(row, ScanRefusal):
                yield row
                continue
            if together and _same(together[0], row):
                together.append(row)
                continue
            if together:
                yield _finding(together, fallback, context, head)
            together = [row]
        if together:
            yield _finding(together, fallback, context, head)


READER = NessusCsvReader()


def _same(first: Row, row: Row) -> bool:
    """Return whether two rows are of one finding, told for two CVEs."""
    fields = ("plugin", "host", "port", "protocol", "output", "uri")
    return (
        first.get("cve") != row.get("cve")
        and bool(row.get("cve"))
        and all(first.get(name) == row.get(name) for name in fields)
    )


def _finding(rows: list[Row], fallback: str, context: ScanContext, head: ScanHead) -> ScanFinding | ScanRefusal:
    row = rows[0]
    plugin, host = row.get("plugin"), named(row.get("host"), fallback)
    if not plugin.isdecimal():
        return ScanRefusal(row.pointer, "no plug-in id", plugin[:200].encode("utf-8", "replace"))
    if not host:
        return ScanRefusal(row.pointer, "names no host", b"")
    cves = [part for each in rows for part in each.get("cve").replace(",", " ").split()]
    ids, related = plugin_ids(plugin, cves)
    risk = row.get("risk")
    severity = _NUMBERED.get(risk) or severity_of(risk)
    vectors, score = cvss_of([
        (vector_of(row.get(f"{name}_vector")), number(row.get(f"{name}_score"))) for name in ("cvss4", "cvss3", "cvss2")
    ])  # fmt: skip
    cpe = row.get("cpe").replace(",", " ")
    package, fixed_in = installed(row.get("output"), cpe)
    xrefs = [part.strip() for part in row.get("xref").replace("\n", ",").replace(" #", ":").split(",") if part.strip()]
    seen_at = _moment(row.get("last"), context)
    if seen_at is not None and (head.made_at is None or seen_at > head.made_at):
        head.made_at = seen_at
    accepted = flag(row.get("recast"))
    state = _STATES.get(row.get("state").lower())
    return ScanFinding(
        kind=kind_of(severity, ids[0].startswith("CVE-") or bool(related)),
        ids=ids,
        related=(*related, *advisories(xrefs)),
        title=row.get("name"),
        description="\n\n".join(part for part in (row.get("synopsis"), row.get("description")) if part),
        severity=severity,
        cvss=vectors,
        score=score,
        cwes=cwes_of([*row.get("cwe").replace(",", " ").split(), *(x for x in xrefs if x.upper().startswith("CWE:"))]),
        place=_place(row, host),
        package=package,
        fixed_in=fixed_in,
        location=row.get("uri") or _location(row),
        status=state or (VexStatus.AFFECTED if accepted else None),
        status_by=f"Tenable: {row.get('state')}" if state else "Tenable: risk accepted" if accepted else "",
        epss=share(row.get("epss")),
        known_exploited=True if any(x.upper().startswith("CISA-KNOWN-EXPLOITED") for x in xrefs) else None,
        seen_at=seen_at,
        first_seen_at=_moment(row.get("first"), context),
        references=unique(tuple(row.get("see_also").replace(",http", " http").split())),
        pointer=row.pointer,
    )


def _place(row: Row, host: str) -> Place:
    aliases = [row.get(name) for name in ("hostname", "netbios", "asset_id")]
    for name in ("ip", "ip6", "fqdn", "mac"):
        aliases += row.get(name).replace(",", " ").split()
    return Place(
        name=host,
        kind=AssetKind.WEBSITE if _is_web(row) or "://" in host else AssetKind.HOST,
        aliases=tuple(alias for alias in unique(tuple(aliases)) if alias != host),
        operating_system=row.get("system"),
    )


def _is_web(row: Row) -> bool:
    """Return whether a web application was scanned: its rows name a scheme and no port."""
    return row.get("protocol").lower() in ("http", "https") and not row.get("port")


def _location(row: Row) -> str:
    return "" if _is_web(row) else location_of(row.get("port"), row.get("protocol"))


def _moment(text: str, context: ScanContext) -> datetime | None:
    """Return a time as Tenable's exports write it: ISO 8601, seconds, or words."""
    return moment(text, context.timezone) or epoch(text) or ctime(text, context) or _in_words(text, context)


def _in_words(text: str, context: ScanContext) -> datetime | None:
    """Return the moment of ``Nov 25, 2024 10:00:00 UTC``, None for anything else."""
    if len(text) > 60:
        return None
    words = text.replace(",", " ").split()
    if len(words) < 4 or len(words[0]) < 3:
        return None
    zone = context.timezone
    clock = words[3]
    if len(words) > 4:
        if words[4] not in ("UTC", "GMT"):
            return None
        clock += "Z"
    months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    month = words[0][:3].lower()
    if month not in months or not words[1].isdecimal():
        return None
    return moment(f"{words[2]}-{months.index(month) + 1:02d}-{int(words[1]):02d}T{clock}", zone)
