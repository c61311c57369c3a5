"""Which of what reports name has been seen in the own lake: values in events, techniques in findings, flaws in scans.

All values are looked for in one pass over the events, in the columns, the native fields and the raw record. References,
victims, private addresses and names of the system's own tools are left out, since that they are seen says nothing.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vedette.intel.digest.needles import Haystack, needles_of, whole
from vedette.intel.observables.benign import is_system_file
from vedette.knowledge.tools import packed_tables
from vedette.schema import Evidence, EvidenceKind, ObservableKind, Reading, SeenObservable, Standing, key_of

if TYPE_CHECKING:
    from vedette.store import Lake

MOST_PLACES = 20
"""Hosts and accounts of a hit that are named; the others are counted."""
MOST_EXAMPLES = 3
"""Own events that a hit cites at its beginning; its last is cited too."""
QUOTE = 160
_BATCH = 4_096
_SEPARATOR = "\x1f"
_SEARCHED = (
    "device_name", "device_ip", "actor_name", "user_name", "process_path", "process_cmd", "parent_path", "parent_cmd",
    "target_path", "src_ip", "src_name", "dst_ip", "dst_name", "file_path", "file_hash", "registry_path",
    "service_name", "resource", "dns_query", "url", "user_agent", "message", "alert", "native", "raw",
)  # fmt: skip
_AT_HOME = ("\\windows\\", "\\program files", "/bin/", "/sbin/", "/system/library/")
"""Folders in which files of the system lie."""
_TAKEN = frozenset({Standing.INDICATOR, Standing.OBSERVABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Where a report names a thing."""

    document_id: str
    title: str
    start: int
    end: int
    quote: str

    @property
    def evidence(self) -> Evidence:
        """The place as evidence."""
        return Evidence(kind=EvidenceKind.SPAN, ref=self.document_id, start=self.start, end=self.end, quote=self.quote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A thing of reports that the own lake holds too."""

    key: str
    """As :func:`vedette.schema.key_of` gives it."""
    kind: str
    """Of the observable, or ``technique``."""
    value: str
    name: str = ""
    """A technique's."""
    standing: Standing = Standing.OBSERVABLE
    named: tuple[Named, ...]
    """Where the reports name it, a place in each."""
    n_events: int
    """Own events that hold it; for a technique, those that its findings rest on."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    hosts: tuple[str, ...] = ()
    """Most events first."""
    n_hosts: int = 0
    accounts: tuple[str, ...] = ()
    n_accounts: int = 0
    seen_as: tuple[str, ...] = ()
    """What stands in the events where it is not the value itself: names below a domain, addresses of a range."""
    how: str = ""
    evidence: tuple[Evidence, ...] = ()
    """Own events, scan records: what the hit rests on."""
    findings: tuple[str, ...] = ()
    """Titles of own findings with the technique."""
    cases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Assets on which scanners found the vulnerability and that are not said to be mended or unaffected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was looked for, and what was not."""

    hits: tuple[Hit, ...]
    """Most telling first."""
    n_sought: int
    """Values that were looked for."""
    n_events: int
    """Events that were looked through."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Values that were not looked for, with the reason."""
    n_techniques: int = 0
    """Techniques that were looked for."""


def seen_in_lake(lake: Lake, readings: Sequence[Reading]) -> list[Hit]:
    """Return what the lake holds of the values, techniques and vulnerabilities of reports; see :func:`look`."""
    return list(look(lake, readings).hits)


def look(lake: Lake, readings: Sequence[Reading]) -> Looked:
    """Return what the lake holds of reports' values, techniques and vulnerabilities, and what was not looked for.

    Args:
        lake: the own events, findings, cases and scans.
        readings: what was read out of the reports.
    """
    sought, left_out = _sought(readings)
    events, n_events = _in_events(lake, sought)
    hits = _value_hits(sought, events, _on_assets(lake, sought))
    techniques = _techniques(readings)
    hits += _technique_hits(lake, techniques)
    order = {Standing.INDICATOR: 0, Standing.OBSERVABLE: 1}
    hits.sort(key=lambda h: (h.kind == "technique", order.get(h.standing, 2), h.n_hosts > 20, -h.n_events, h.key))
    return Looked(
        hits=tuple(hits), n_sought=len(sought), n_events=n_events, left_out=tuple(left_out),
        n_techniques=len(techniques),
    )  # fmt: skip


# ---------------------------------------------------------------------- what is looked for


@dataclass(slots=True)
class _Sought:
    kind: ObservableKind
    value: str
    standing: Standing
    named: list[Named] = field(default_factory=list)


def _sought(readings: Sequence[Reading]) -> tuple[dict[str, _Sought], list[tuple[str, str]]]:
    """Return the values to look for, by key, and those left out with the reason."""
    found: dict[str, _Sought] = {}
    left: dict[str, tuple[str, str]] = {}
    for reading in readings:
        for seen in reading.observables:
            key = key_of(seen)
            reason = _why_not(seen)
            if reason:
                left.setdefault(key, (seen.value, reason))
                continue
            if not needles_of(seen.kind, seen.value, key) and seen.kind is not ObservableKind.IP_RANGE:
                continue
            _add(found, key, seen.kind, seen.value, seen.standing, reading, seen.start, seen.end)
        for hole in reading.vulnerabilities:
            if hole.cve:
                key, kind = f"cve:{hole.cve}", ObservableKind.CVE
                _add(found, key, kind, hole.cve, Standing.OBSERVABLE, reading, hole.start, hole.end)
    return found, [entry for key, entry in left.items() if key not in found]


def _add(
    found: dict[str, _Sought],
    key: str,
    kind: ObservableKind,
    value: str,
    standing: Standing,
    reading: Reading,
    start: int,
    end: int,
) -> None:
    sought = found.setdefault(key, _Sought(kind, value, standing))
    if standing is Standing.INDICATOR:
        sought.standing = standing
    document = reading.document
    if all(place.document_id != document.document_id for place in sought.named):
        quote = document.text[start : min(end, start + QUOTE)]
        sought.named.append(
            Named(document_id=document.document_id, title=document.title, start=start, end=end, quote=quote)
        )


def _why_not(seen: SeenObservable) -> str:
    """Return why a value is not looked for; empty where it is."""
    if seen.standing is Standing.EXAMPLE and not _inside(seen):
        return ""  # reserved for examples: it stands in no real log but by somebody's will
    if seen.standing not in _TAKEN:
        return seen.reason or f"the report has it as a {seen.standing.value}"
    if _inside(seen):
        return "it is a private address"
    if seen.kind is ObservableKind.FILE and _of_system(seen):
        return "it comes with the system or a wide-spread program"
    return ""


def _of_system(seen: SeenObservable) -> bool:
    """Return whether a file is one that every host has: by its name alone, or where it belongs and nothing is said."""
    is_name = "\\" not in seen.value and "/" not in seen.value
    name = seen.value.lower()
    if not is_name:
        at_home = any(folder in name for folder in _AT_HOME)
        return at_home and seen.standing is not Standing.INDICATOR and is_system_file(name)
    tables = packed_tables()
    families = ("windows", "unix", "macos", "powershell")
    known = any(tables.tool(family, n) for family in families for n in (name, name.removesuffix(".exe")))
    return known or is_system_file(name)


def _inside(seen: SeenObservable) -> bool:
    """Return whether a value is an address of any inner network."""
    if seen.kind is not ObservableKind.IP:
        return False
    try:
        address = ipaddress.ip_address(seen.value)
    except ValueError:
        return False
    inner = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10")
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_unspecified or any(address in ipaddress.ip_network(net) for net in inner)
    return address.is_loopback or address.is_link_local or address in ipaddress.ip_network("fc00::/7")


# ---------------------------------------------------------------------- values in events


@dataclass(slots=True)
class _Seen:
    n: int = 0
    hosts: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    first: list[tuple[datetime, str, str]] = field(default_factory=list)
    """(time, event id, quote) of the earliest few."""
    last: tuple[datetime, str, str] | None = None
    seen_as: Counter[str] = field(default_factory=Counter)
    how: str = ""

    def add(self, at: datetime, event_id: str, quote: str, host: str | None, account: str | None) -> None:
        """Count an event."""
        self.n += 1
        if host:
            self.hosts[host] += 1
        if account:
            self.accounts[account] += 1
        one = (at, event_id, quote)
        if len(self.first) < MOST_EXAMPLES or one < self.first[-1]:
            self.first = sorted([*self.first, one])[:MOST_EXAMPLES]
        if self.last is None or one > self.last:
            self.last = one


def _in_events(lake: Lake, sought: dict[str, _Sought]) -> tuple[dict[str, _Seen], int]:
    """Return what the events hold of the values, by key, and how many events were looked through."""
    found: dict[str, _Seen] = {}
    n_events = 0
    with lake.connection() as connection:
        needles = [n for key, one in sought.items() for n in needles_of(one.kind, one.value, key)]
        needles += _in_ranges(connection, sought)
        columns = ", ".join(f'"{name}"' for name in _SEARCHED)
        sql = (
            "SELECT event_id, time, coalesce(device_name, device_ip) AS host, actor_name AS account, actor_domain, "  # noqa: S608
            f"concat_ws(chr(31), {columns}) AS text FROM events"
        )
        if not needles:
            (n_events,) = connection.execute("SELECT count(*) FROM events").fetchone() or (0,)
            return found, int(n_events)
        haystack = Haystack(needles)
        for batch in connection.sql(sql).to_arrow_reader(_BATCH):
            rows = [batch.column(i).to_pylist() for i in range(batch.num_columns)]
            n_events += batch.num_rows
            for event_id, time, host, account, realm, text in zip(*rows, strict=True):
                low = text.lower()
                for key, (needle, start, end) in haystack.find(low).items():
                    seen = found.setdefault(key, _Seen())
                    as_written = whole(needle, low, start, end)
                    if as_written != needle.form or needle.how:
                        seen.seen_as[as_written] += 1
                    seen.how = seen.how or needle.how
                    at = time.replace(tzinfo=UTC)
                    who = f"{realm}\\{account}" if account and realm and "\\" not in account else account
                    seen.add(at, event_id, _quote(text if len(text) == len(low) else low, start, end), host, who)
    return found, n_events


def _in_ranges(connection: object, sought: dict[str, _Sought]) -> Iterator:  # type: ignore[type-arg]
    """Yield a needle for each own address that lies in a range."""
    ranges = [(key, _bounds(one.value)) for key, one in sought.items() if one.kind is ObservableKind.IP_RANGE]
    bounds = [(key, pair) for key, pair in ranges if pair is not None]
    if not bounds:
        return
    sql = " UNION ".join(f"SELECT {c} FROM events WHERE {c} IS NOT NULL" for c in ("src_ip", "dst_ip", "device_ip"))  # noqa: S608
    for (text,) in connection.execute(sql).fetchall():  # type: ignore[attr-defined]
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        for key, (first, last) in bounds:
            if address.version == first.version and int(first) <= int(address) <= int(last):
                for needle in needles_of(ObservableKind.IP, str(address), key):
                    yield type(needle)(needle.form, needle.border, key, "address of the range")


def _bounds(value: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...] | None:
    """Return the first and last address of ``10.0.0.0/8`` or ``10.0.0.1-10.0.0.9``."""
    try:
        if "/" in value:
            net = ipaddress.ip_network(value.strip(), strict=False)
            return net[0], net[-1]
        first, _, last = value.partition("-")
        return ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
    except ValueError:
        return None


def _quote(text: str, start: int, end: int) -> str:
    """Return what stands around a place in the field that holds it."""
    room = max(0, QUOTE - (end - start)) // 2
    first = max(text.rfind(_SEPARATOR, 0, start) + 1, start - room)
    after = text.find(_SEPARATOR, end)
    last = min(after if after >= 0 else len(text), end + room)
    return text[first : min(last, first + 2 * QUOTE)].strip()


def _value_hits(
    sought: dict[str, _Sought], events: dict[str, _Seen], assets: dict[str, list[tuple[str, str]]]
) -> list[Hit]:
    hits = []
    for key, one in sought.items():
        seen, exposed = events.get(key, _Seen()), assets.get(key, [])
        if not seen.n and not exposed:
            continue
        examples = dict.fromkeys([*seen.first, *([seen.last] if seen.last else [])])
        records = [Evidence(kind=EvidenceKind.RECORD, ref=record, quote=place) for place, record in exposed[:3]]
        hits.append(
            Hit(
                key=key,
                kind=one.kind.value,
                value=one.value,
                standing=one.standing,
                named=tuple(one.named),
                n_events=seen.n,
                first_at=seen.first[0][0] if seen.first else None,
                last_at=seen.last[0] if seen.last else None,
                hosts=_most(seen.hosts),
                n_hosts=len(seen.hosts),
                accounts=_most(seen.accounts),
                n_accounts=len(seen.accounts),
                seen_as=_most(seen.seen_as),
                how=seen.how,
                evidence=(*(Evidence(ref=ref, at=at, quote=quote) for at, ref, quote in examples), *records),
                places=tuple(dict.fromkeys(place for place, _ in exposed)),
            )
        )
    return hits


def _most(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_PLACES])


# ---------------------------------------------------------------------- vulnerabilities on own assets


def _on_assets(lake: Lake, sought: dict[str, _Sought]) -> dict[str, list[tuple[str, str]]]:
    """Return the assets that scanners found a vulnerability on and no later word takes back: key to (asset, record)."""
    wanted = {one.value.upper(): key for key, one in sought.items() if one.kind is ObservableKind.CVE}
    if not wanted or not lake.segments("scan_findings"):
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    with lake.connection() as connection:
        rows = connection.execute(
            "SELECT upper(id) AS id, place, min(record_id) FROM "
            "(SELECT unnest(ids) AS id, place, record_id, status FROM scan_findings) "
            "WHERE upper(id) IN (SELECT unnest(?)) AND place IS NOT NULL "
            "AND coalesce(status, '') NOT IN ('fixed', 'not_affected') GROUP BY 1, 2 ORDER BY 1, 2",
            [sorted(wanted)],
        ).fetchall()
    for cve, place, record in rows:
        found.setdefault(wanted[cve], []).append((place, record))
    return found


# ---------------------------------------------------------------------- techniques in findings


def _techniques(readings: Iterable[Reading]) -> dict[str, tuple[str, list[Named]]]:
    """Return the techniques that reports as wholes describe: id to name and a place in each report."""
    found: dict[str, tuple[str, list[Named]]] = {}
    for reading in readings:
        document = reading.document
        for told in reading.report_techniques:
            start, end = told.sentences[0] if told.sentences else (0, 0)
            _, places = found.setdefault(told.technique, (told.name, []))
            quote = document.text[start : min(end, start + 2 * QUOTE)]
            places.append(
                Named(document_id=document.document_id, title=document.title, start=start, end=end, quote=quote)
            )
    return found


def _technique_hits(lake: Lake, techniques: dict[str, tuple[str, list[Named]]]) -> list[Hit]:
    """Return the techniques that own findings show: the same one, or one below it."""
    from vedette.store.book import load_cases, load_findings

    if not techniques:
        return []
    findings, cases = load_findings(lake), load_cases(lake)
    hits = []
    for technique, (name, named) in techniques.items():
        own = [f for f in findings if any(t == technique or t.startswith(f"{technique}.") for t in f.techniques)]
        if not own:
            continue
        hosts = Counter[str]()
        accounts = Counter[str]()
        below = Counter[str]()
        for f in own:
            if f.device_name:
                hosts[f.device_name] += f.count
            for account in f.accounts:
                accounts[account] += f.count
            for t in f.techniques:
                if t.startswith(f"{technique}."):
                    below[t] += f.count
        ids = {f.finding_id for f in own}
        hits.append(
            Hit(
                key=f"technique:{technique}",
                kind="technique",
                value=technique,
                name=name,
                named=tuple(named),
                n_events=sum(f.count for f in own),
                first_at=min(f.first_at for f in own),
                last_at=max(f.last_at for f in own),
                hosts=_most(hosts),
                n_hosts=len(hosts),
                accounts=_most(accounts),
                n_accounts=len(accounts),
                seen_as=_most(below),
                evidence=tuple(e for f in own[:MOST_EXAMPLES] for e in f.evidence[:1]),
                findings=tuple(dict.fromkeys(f.title for f in own)),
                cases=tuple(c.case_id for c in cases if ids & {f.finding_id for f in c.findings}),
            )
        )
    return hits
