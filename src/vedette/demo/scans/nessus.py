"""Nessus files of version 2: hosts with their properties, and an item for each thing found on one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from vedette.demo.clock import MINUTE, SECOND, to_datetime
from vedette.demo.company import Host
from vedette.demo.scans.catalogue import Check
from vedette.demo.scans.estate import is_windows

_RISKS = ("None", "Low", "Medium", "High", "Critical")
_VERSION = "10.8.3"


def nessus_file(name: str, hosts: Iterable[tuple[Host, str, tuple[Check, ...]]], started_at: int) -> str:
    """Return a report.

    Args:
        name: of the report.
        hosts: each with its operating system and what was found on it.
        started_at: microseconds since 1970; hosts are scanned one after the other.
    """
    lines = [
        '<?xml version="1.0" ?>',
        "<NessusClientData_v2>",
        "<Policy>",
        "<policyName>Credentialed scan</policyName>",
    ]
    lines += ["<Preferences><ServerPreferences>"]
    lines += [_preference("TARGET", "10.20.0.0/16"), _preference("sc_version", _VERSION)]
    lines += ["</ServerPreferences></Preferences>", "</Policy>"]
    lines.append(f'<Report name={quoteattr(name)} xmlns:cm="http://www.nessus.org/cm">')
    for number, (host, system, found) in enumerate(hosts):
        lines += _host(host, system, found, started_at + number * 40 * SECOND)
    return "\n".join([*lines, "</Report>", "</NessusClientData_v2>", ""])


def _preference(name: str, value: str) -> str:
    return f"<preference><name>{name}</name><value>{escape(value)}</value></preference>"


def _host(host: Host, system: str, found: Iterable[Check], started_at: int) -> Iterator[str]:
    ended_at = started_at + 6 * MINUTE
    tags = {
        "HOST_START": _ctime(started_at),
        "HOST_START_TIMESTAMP": str(started_at // SECOND),
        "HOST_END": _ctime(ended_at),
        "HOST_END_TIMESTAMP": str(ended_at // SECOND),
        "operating-system": system,
        "os": "windows" if is_windows(host) else "linux",
        "system-type": "general-purpose",
        "mac-address": host.mac.upper(),
        "host-ip": host.ip,
        "host-fqdn": host.fqdn.lower(),
        **({"netbios-name": host.name} if is_windows(host) else {}),
        "Credentialed_Scan": "true",
    }
    yield f'<ReportHost name="{host.ip}"><HostProperties>'
    for name, value in tags.items():
        yield f'<tag name="{name}">{escape(value)}</tag>'
    yield "</HostProperties>"
    yield (
        '<ReportItem port="0" svc_name="general" protocol="tcp" severity="0" pluginID="19506" '
        'pluginName="Nessus Scan Information" pluginFamily="Settings">\n<risk_factor>None</risk_factor>\n'
        f"<plugin_output>Information about this scan :\n\nNessus version : {_VERSION}\nCredentialed checks : yes\n"
        "</plugin_output>\n</ReportItem>"
    )
    for check in found:
        yield _item(check)
    yield "</ReportHost>"


def _item(check: Check) -> str:
    risk = _RISKS[check.severity]
    said = [("Path", check.path), ("Installed version", check.installed), ("Fixed version", check.fixed)]
    output = "".join(f"  {label:<17} : {value}\n" for label, value in said if value)
    parts = [
        *(f"<cpe>{escape(cpe)}</cpe>" for cpe in [check.cpe] if cpe),
        *(f"<cve>{cve}</cve>" for cve in check.cves),
        f"<cvss3_base_score>{check.score}</cvss3_base_score>",
        f"<cvss3_vector>CVSS:3.0/{check.vector}</cvss3_vector>",
        f"<description>{escape(check.synopsis)}</description>",
        *(f"<xref>CISA-KNOWN-EXPLOITED:{due}</xref>" for due in [check.kev_due] if due),
        f"<plugin_publication_date>{check.published}</plugin_publication_date>",
        "<plugin_type>local</plugin_type>",
        f"<risk_factor>{risk}</risk_factor>",
        f"<solution>{escape(check.solution)}</solution>",
        f"<synopsis>{escape(check.synopsis)}</synopsis>",
        *(f"<plugin_output>\n{escape(text)}</plugin_output>" for text in [output] if text),
    ]
    head = (
        f'<ReportItem port="{check.port}" svc_name="{check.service}" protocol="tcp" severity="{check.severity}" '
        f'pluginID="{check.plugin}" pluginName={quoteattr(check.name)} pluginFamily={quoteattr(check.family)}>'
    )
    return "\n".join([head, *parts, "</ReportItem>"])


def _ctime(t: int) -> str:
    at = to_datetime(t)
    return f"{at:%a %b} {at.day:2d} {at:%H:%M:%S %Y}"
