"""Signs in the organisation's own logs that a vulnerability was tried on an asset, and that it worked.

A sign is an event that a rule tagged with the CVE met, or an alert of a security product that names the CVE. It counts
for the asset that was aimed at: where the event names its target (address or host), that one, else the host that
logged it; never for the attacker's side, and never for a proxy or sensor that only saw it pass. A name that several
assets have is no one's. That it worked is only said where a finding says so in words, or where an analyst confirmed the
finding, or the case whose entry the asset is: by attempt alone nothing is exploited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from vedette.exposure.resolve import Resolved
from vedette.exposure.tables import put, rows
from vedette.schema import Case, EventClass, Finding, HostRole, Verdict
from vedette.store.book import load_cases, load_findings

if TYPE_CHECKING:
    import duckdb

    from vedette.store import Lake

_CVE = re.compile(r"(?<![a-z0-9])cve[-_. ](\d{4})[-_](\d{4,19})(?!\d)", re.I | re.ASCII)
_WORKED = re.compile(
    r"\b(?:successful(?:ly)?|post[- ]exploitation|was exploited|compromised by|exploitation succeeded)\b",
    re.I | re.ASCII,
)
_MAYBE = re.compile(
    r"\b(?:attempt(?:s|ed)?|possible|possibly|potential(?:ly)?|suspected|probe|scan(?:ning)?|unsuccessful)\b",
    re.I | re.ASCII,
)
_DUCK_CVE = r"cve[-_. ]\d{4}[-_]\d{4,19}"
_KINDS = "vul INTEGER, asset INTEGER, ref VARCHAR, happened_at TIMESTAMP, worked BOOLEAN"

_AIMED = """
SELECT t.rule_id, t.cve, e.event_id, e.time, e.class_name, e.device_name, e.device_ip, e.src_ip, e.dst_ip, e.dst_name
FROM work.tagged t JOIN hits h ON h.rule_id = t.rule_id JOIN events e ON e.event_id = h.event_id
"""
# the product's own words only: an address asked for may name a CVE for any reason
_NAMED = f"""
SELECT '' AS rule_id, unnest(cves) AS cve, event_id, time, class_name, device_name, device_ip, src_ip, dst_ip, dst_name
FROM (
  SELECT *, list_distinct(regexp_extract_all(lower(concat_ws(' ', alert, message, native)), '{_DUCK_CVE}')) AS cves
  FROM events WHERE class_name = '{EventClass.FINDING.value}' AND
    (contains(lower(native), 'cve') OR contains(lower(alert), 'cve') OR contains(lower(message), 'cve'))
)
"""  # noqa: S608 (our words)
ALERT = "alert:"
"""How the rule of a finding begins that is a product's own alert: no hit stands for it, only its event."""
_NETWORK = frozenset({"network_activity", "http_activity", "dns_activity", "detection_finding", "smb_activity"})


def gather(connection: duckdb.DuckDBPyConnection, lake: Lake, resolved: Resolved) -> None:
    """Make ``attempt`` (vulnerability, asset, event, moment, worked or not) and ``logged`` (assets with own logs)."""
    for table in ("attempt", "logged", "tagged"):
        connection.execute(f"DROP TABLE IF EXISTS work.{table}")
    put(connection, "attempt", {"vul": []}, _KINDS)
    put(connection, "logged", {"asset": []}, "asset INTEGER")
    put(connection, "tagged", {"cve": []}, "rule_id VARCHAR, cve VARCHAR")
    if not any(True for _ in lake.segments("events")):
        return
    assets = resolved.assets
    hosts = [name for (name,) in rows(connection, "SELECT DISTINCT device_name FROM events WHERE device_name <> ''")]
    put(connection, "logged", {"asset": sorted({n for h in hosts if (n := assets.find(h)) is not None})}, "")
    findings = load_findings(lake)
    tagged = [(f.rule_id, cve) for f in findings for cve in cves_of(f)]
    tagged = sorted(set(tagged))
    put(connection, "tagged", {"rule_id": [r for r, _ in tagged], "cve": [c for _, c in tagged]}, "")
    numbers = {name: number for number, name in enumerate(resolved.names)}
    worked = _worked(findings, load_cases(lake))
    confirmed = {event_id for rule, event_id in worked if rule.startswith(ALERT)}
    found: dict[tuple[int, int, str], tuple[Any, bool]] = {}
    for sql in (_AIMED, _NAMED):
        for rule_id, cve, event_id, time, class_name, device, device_ip, _src, dst_ip, dst_name in rows(
            connection, sql
        ):
            number = numbers.get(_normal(cve) or "")
            asset = None if number is None else _aimed_at(
                assets.find, class_name, device, device_ip, dst_ip, dst_name
            )  # fmt: skip
            if number is None or asset is None:
                continue
            success = (rule_id, event_id) in worked or (not rule_id and event_id in confirmed)
            key = (number, asset, event_id)
            found[key] = (time, success or found.get(key, (None, False))[1])
    put(
        connection,
        "attempt",
        {
            "vul": [v for v, _, _ in found],
            "asset": [a for _, a, _ in found],
            "ref": [r for _, _, r in found],
            "happened_at": [t for t, _ in found.values()],
            "worked": [w for _, w in found.values()],
        },
        "",
    )


def cves_of(finding: Finding) -> tuple[str, ...]:
    """Return the CVEs that a finding speaks of: its rule's tags, else the ids in its title."""
    named = [f"CVE-{year}-{number}" for year, number in _CVE.findall(finding.title)]
    return tuple(dict.fromkeys((*finding.vulnerabilities, *named)))


def says_it_worked(finding: Finding) -> bool:
    """Return whether a finding says in words that the exploitation succeeded, and does not take it back."""
    said = f"{finding.title} {finding.description}"
    return bool(_WORKED.search(said)) and not _MAYBE.search(finding.title)


def hosts_of(connection: duckdb.DuckDBPyConnection, accounts: Iterable[str]) -> tuple[str, ...]:
    """Return the hosts on which accounts acted or logged on, as the logs name them."""
    wanted = [(d.lower(), n.lower()) for a in accounts for d, _, n in [a.rpartition("\\")]]
    found: set[str] = set()
    for domain, name in wanted:
        sql = """
            SELECT DISTINCT device_name FROM events WHERE device_name <> '' AND (
              (lower(actor_name) = $name AND ($domain = '' OR lower(actor_domain) = $domain))
              OR (lower(user_name) = $name AND ($domain = '' OR lower(user_domain) = $domain)))
        """
        found |= {h for (h,) in connection.execute(sql, {"name": name, "domain": domain}).fetchall()}
    return tuple(sorted(found))


def digest(lake: Lake) -> str:
    """Return a digest of what findings and cases say, as far as it bears on exposures."""
    said = [(f.finding_id, f.count, cves_of(f), says_it_worked(f)) for f in load_findings(lake) if cves_of(f)]
    cases = [
        (c.case_id, c.verdict.value, c.status.value, [h.name for h in c.hosts if h.role is HostRole.ENTRY])
        for c in load_cases(lake)
        if said and any(cves_of(f) for f in c.findings)
    ]
    hits = [s.segment_id for s in lake.segments("hits")] if said else []
    return blake2b(orjson.dumps([sorted(said), cases, hits]), digest_size=12).hexdigest()


def _normal(text: str) -> str | None:
    match = _CVE.search(text)
    return f"CVE-{match[1]}-{match[2]}" if match else None


def _aimed_at(
    find: Any, class_name: str, device: str | None, device_ip: str | None, dst_ip: str | None, dst_name: str | None
) -> int | None:
    """Return the one asset that an event was aimed at, None where it is not ours or not sure."""
    # the address is the sensor's word, the name often only what the client asked for
    for text in (dst_ip, dst_name):
        if text and (aim := find(text)) is not None:
            return int(aim)
    if (dst_ip or dst_name) and class_name in _NETWORK:
        return None  # seen by a sensor or proxy on its way to a place that is none of ours
    hosts = {n for text in (device, device_ip) if text and (n := find(text)) is not None}
    return hosts.pop() if len(hosts) == 1 else None


def _worked(findings: list[Finding], cases: list[Case]) -> set[tuple[str, str]]:
    """Return the events, with their rule where one is meant, of which somebody says that it worked."""
    found: set[tuple[str, str]] = set()
    for finding in findings:
        if cves_of(finding) and says_it_worked(finding):
            found |= {(finding.rule_id, e.ref) for e in finding.evidence}
    for case in cases:
        if case.verdict is not Verdict.TRUE_POSITIVE:
            continue
        entries = {h.name.lower() for h in case.hosts if h.role is HostRole.ENTRY}
        confirmed = {n.finding_id for n in case.notes if n.verdict is Verdict.TRUE_POSITIVE}
        for finding in case.findings:
            on_entry = (finding.device_name or "").lower() in entries
            if cves_of(finding) and (finding.finding_id in confirmed or on_entry):
                found |= {(finding.rule_id, e.ref) for e in finding.evidence}
    return found
