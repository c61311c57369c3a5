"""What data there is: which sources, from when to when, what is missing, what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.copilot.tools.activities import ACTIVITIES
from vedette.copilot.tools.where import all_of, host_forms, in_time, short_host, written_out
from vedette.schema import DataTable, Evidence, Tool, ToolResult, ValueKind
from vedette.store.query import Reader, reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import HOST, WINDOW, in_window, text_of, window_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined

TIMEOUT_S = 20.0
STALE = timedelta(hours=24)
"""A lake whose last event is older than this is said to be stale."""
GAP = timedelta(hours=24)
"""A kind of log that is silent for longer than this between its first and last event is said to have a gap."""
_LOOKED_FOR = ("logon", "process", "network", "dns", "http", "file", "registry", "script", "account_change", "email",
               "api", "alert")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    n: int
    first_at: datetime
    first_id: str
    last_at: datetime
    last_id: str
    n_hosts: int


class DataStatus:
    """Says what the lake holds."""

    tool = Tool(
        name="data_status",
        description="What data there is: sources, hosts, from when to when, gaps, what is missing or not readable.",
        parameters=(HOST, WINDOW),
        examples=(
            "what data do you have?",
            "which log sources are there",
            "from when to when do the logs go",
            "do we have logs from DC01?",
            "any gaps in the data",
            "what is missing",
            "How fresh is the data, and is anything broken?",
            "log coverage",
            "is sysmon being collected on the file server",
            "do you see DNS",
            "how many events are in the lake and from which systems",
            "which hosts send logs",
            "quarantine status",
            "when was the last event received",
        ),
        words=(
            "data", "logs", "sources", "log sources", "coverage", "gaps", "missing", "collected", "ingested", "lake",
            "fresh", "stale", "quarantine", "retention", "telemetry", "visibility", "readers",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the sources with how many events each and from when to when, then what is missing."""
        host, window = text_of(arguments, "host"), window_of(arguments)
        if not context.lake.segments("events"):
            return ToolResult(
                unknown=("The lake holds no events yet: read logs first.",),
                values={"sources": [], "n_events": 0, "first_at": None, "last_at": None},
            )
        forms = host_forms(context, host) if host else None
        where = all_of([*([forms.on()] if forms else []), *in_time(window)])
        facts = FactList()
        with reading(context.lake) as reader:
            sql = (
                "SELECT reader, count(*) AS n, min((time, event_id)) AS first, max((time, event_id)) AS last, "  # noqa: S608 (values are parameters)
                f"count(DISTINCT {short_host('device_name')}) AS hosts "
                f"FROM events WHERE {where.sql} GROUP BY reader ORDER BY n DESC, reader"
            )
            sources = [
                _Source(str(r), int(n), _utc(a[0]), str(a[1]), _utc(b[0]), str(b[1]), int(h))
                for r, n, a, b, h in reader.run(sql, where.values, timeout_s=TIMEOUT_S).rows
            ]
            shown = written_out(sql, where.values)
            name = forms.name if forms else None
            if not sources:
                return self._nothing(context, name, facts, shown, arguments)
            hosts = _hosts(reader, where)
            _headline(facts, sources, hosts, name, arguments)
            missing = _missing(facts, reader, where, sources, name)
            gaps = _gaps(facts, reader, where)
        if not host:
            _host_fact(facts, hosts)
            _stale(facts, context, sources)
        quarantined = _quarantined(facts, context) if not host else 0
        first, last = min(s.first_at for s in sources), max(s.last_at for s in sources)
        rows = tuple((s.name, s.n, s.n_hosts, iso(s.first_at), iso(s.last_at)) for s in sources)
        return ToolResult(
            facts=facts.done(),
            values={
                "sources": [s.name for s in sources],
                "n_events": sum(s.n for s in sources),
                "by_source": {s.name: s.n for s in sources},
                "first_at": iso(first),
                "last_at": iso(last),
                "hosts": [h for h, *_ in hosts],
                "missing": missing,
                "gaps": gaps,
                "quarantined": quarantined,
            },
            tables=(
                DataTable(columns=("kind of log", "events", "hosts", "first", "last"), rows=rows, title="Sources"),
            ),
            query=shown,
            entities=(name,) if name else (),
            window=window,
            next_questions=("Which cases are there?", "How many events per day?"),
        )

    def _nothing(
        self, context: ToolContext, host: str | None, facts: FactList, shown: str, arguments: Mapping[str, Any]
    ) -> ToolResult:
        say = Saying()
        n = sum(s.n_rows for s in context.lake.segments("events"))
        place = f" recorded on {say.host(host)}" if host else ""
        text = (
            f"The lake holds no event{place}{in_window(say, window_of(arguments))}, among {say.n(n, 'event')} in all."
        )
        facts.add("n_events", 0, text, say, kind=ValueKind.COUNT, subject=host or "", evidence=[stored("query", shown)])
        return ToolResult(
            facts=facts.done(),
            values={"sources": [], "n_events": 0, "first_at": None, "last_at": None},
            query=shown,
            unknown=(f"What happened on {host} cannot be told from its own logs: none are here.",) if host else (),
            entities=(host,) if host else (),
        )


def _headline(
    facts: FactList, sources: list[_Source], hosts: list[Any], host: str | None, arguments: Mapping[str, Any]
) -> None:
    say = Saying()
    total = sum(s.n for s in sources)
    first, last = min(s.first_at for s in sources), max(s.last_at for s in sources)
    words = joined([f"{say.value(ValueKind.TEXT, s.name)} ({say.n(s.n)})" for s in sources], 20)
    whose = f"{say.n(total, 'event')} were recorded on {say.host(host)}" if host else (
        f"The lake holds {say.n(total, 'event')} from {say.n(len(hosts), 'named host')}"
    )  # fmt: skip
    text = f"{whose}{in_window(say, window_of(arguments))}, {say.span(first, last)}, of "
    text += f"{say.n(len(sources), 'kind of log', 'kinds of log')}: {words}."
    earliest = min(sources, key=lambda s: (s.first_at, s.first_id))
    latest = max(sources, key=lambda s: (s.last_at, s.last_id))
    facts.add(
        "n_events", total, text, say, kind=ValueKind.COUNT, subject=host or "",
        subject_kind=ValueKind.HOST if host else None,
        evidence=[
            Evidence(ref=earliest.first_id, at=earliest.first_at), Evidence(ref=latest.last_id, at=latest.last_at),
            *(Evidence(ref=s.first_id, at=s.first_at) for s in sources),
        ],
    )  # fmt: skip
    for s in sources[:12]:
        say = Saying()
        text = f"{say.value(ValueKind.TEXT, s.name)}: {say.n(s.n, 'event')}"
        text += f" from {say.n(s.n_hosts, 'named host')}" if s.n_hosts and not host else ""
        text += f", {say.span(s.first_at, s.last_at)}."
        facts.add(
            "source", s.name, text, say, kind=ValueKind.TEXT, subject=s.name,
            evidence=[Evidence(ref=s.first_id, at=s.first_at), Evidence(ref=s.last_id, at=s.last_at)],
        )  # fmt: skip


def _hosts(reader: Reader, where: Any) -> list[Any]:
    sql = (
        "SELECT max(device_name) AS name, count(*) AS n, min((time, event_id)) AS first "  # noqa: S608 (values are parameters)
        f"FROM events WHERE {where.sql} AND device_name IS NOT NULL AND device_name <> '' "
        f"GROUP BY {short_host('device_name')} ORDER BY n DESC, name"
    )
    return reader.run(sql, where.values, max_rows=2_000, timeout_s=TIMEOUT_S).rows


def _host_fact(facts: FactList, hosts: list[Any]) -> None:
    if not hosts:
        return
    say = Saying()
    words = joined([f"{say.host(str(h))} ({say.n(int(n))})" for h, n, _ in hosts[:8]], 8)
    more = f" and {say.n(len(hosts) - 8)} more" if len(hosts) > 8 else ""
    verb = "is" if len(hosts) == 1 else "are"
    text = f"{say.n(len(hosts), 'host')} {verb} named as the place of events, the busiest first: {words}{more}."
    facts.add(
        "n_hosts", len(hosts), text, say, kind=ValueKind.COUNT,
        evidence=[Evidence(ref=str(f[1]), at=_utc(f[0])) for _, _, f in hosts[:8]],
    )  # fmt: skip


def _missing(facts: FactList, reader: Reader, where: Any, sources: list[_Source], host: str | None) -> list[str]:
    """Say which kinds of activity no event shows."""
    from vedette.copilot.tools.activities import conditions_of

    kinds = [ACTIVITIES[name] for name in _LOOKED_FOR]
    conditions = [all_of(conditions_of(k)) for k in kinds]
    columns = ", ".join(f"count(*) FILTER ({c.sql})" for c in conditions)
    values = (*(v for c in conditions for v in c.values), *where.values)
    row = reader.run(f"SELECT {columns} FROM events WHERE {where.sql}", values, timeout_s=TIMEOUT_S).rows[0]  # noqa: S608 (as above)
    missing = [k for k, n in zip(kinds, row, strict=True) if not n]
    say = Saying()
    held = [f"{say.n(int(n))} {k.one if n == 1 else k.many}" for k, n in zip(kinds, row, strict=True) if n]
    place = f" on {say.host(host)}" if host else ""
    text = f"Seen{place}: {joined(held, 12)}" if held else f"No activity of a known kind is seen{place}"
    if missing:
        text += f"; not seen at all: {joined([k.many for k in missing], 12)}"
    facts.add(
        "missing", [k.name for k in missing], text + ".", say, kind=ValueKind.TEXT, subject=host or "",
        evidence=[Evidence(ref=s.first_id, at=s.first_at) for s in sources],
    )  # fmt: skip
    return [k.many for k in missing]


def _gaps(facts: FactList, reader: Reader, where: Any) -> list[dict[str, Any]]:
    """Say which kinds of log fell silent for a day or more between their first and last event."""
    sql = (
        "WITH hours AS (SELECT DISTINCT reader, date_trunc('hour', time) AS hour "  # noqa: S608 (values are parameters)
        f"FROM events WHERE {where.sql}), "
        "steps AS (SELECT reader, hour, lead(hour) OVER (PARTITION BY reader ORDER BY hour) AS after FROM hours) "
        "SELECT reader, hour, after FROM steps WHERE after > hour + INTERVAL 1 HOUR ORDER BY reader, hour"
    )
    found: dict[str, tuple[datetime, datetime]] = {}
    for name, hour, after in reader.run(sql, where.values, timeout_s=TIMEOUT_S).rows:
        start, end = _utc(hour) + timedelta(hours=1), _utc(after)
        known = found.get(str(name))
        if end - start >= GAP and (known is None or end - start > known[1] - known[0]):
            found[str(name)] = (start, end)
    say = Saying()
    if not found:
        text = f"No kind of log falls silent for {say.duration(GAP.total_seconds())} or longer between its first and "
        text += "last event."
    else:
        words = [
            f"{say.value(ValueKind.TEXT, name)} from {say.at(start)} until {say.at(end)}"
            for name, (start, end) in list(found.items())[:6]
        ]
        verb = "falls" if len(found) == 1 else "fall"
        text = f"{say.n(len(found), 'kind of log', 'kinds of log')} {verb} silent for "
        text += f"{say.duration(GAP.total_seconds())} or longer, longest: {'; '.join(words)}."
    facts.add(
        "n_gaps",
        len(found),
        text,
        say,
        kind=ValueKind.COUNT,
        evidence=[stored("query", written_out(sql, where.values))],
    )
    return [{"source": n, "start_at": iso(a), "end_at": iso(b)} for n, (a, b) in found.items()]


def _stale(facts: FactList, context: ToolContext, sources: list[_Source]) -> None:
    latest = max(sources, key=lambda s: (s.last_at, s.last_id))
    age = context.now - latest.last_at
    say = Saying()
    if age < timedelta(0):
        text = f"The last event is of {say.at(latest.last_at)}, which lies in the future of this machine's clock."
    elif age > STALE:
        whole = timedelta(hours=int(age.total_seconds() // 3600))
        text = f"The last event is of {say.at(latest.last_at)}, more than {say.duration(whole.total_seconds())} ago: "
        text += "what happened since is not in the lake."
    else:
        text = f"The last event is of {say.at(latest.last_at)}, {say.duration(age.total_seconds())} ago."
    facts.add(
        "last_event_at", iso(latest.last_at), text, say, kind=ValueKind.TIME,
        evidence=[Evidence(ref=latest.last_id, at=latest.last_at)],
    )  # fmt: skip


def _quarantined(facts: FactList, context: ToolContext) -> int:
    """Say how many records could not become events, and why."""
    from sqlalchemy import func, select

    from vedette.store import tables

    q = tables.quarantine.c
    with context.lake.state.connect() as state:
        rows = state.execute(
            select(q.reason, func.count(), func.min(q.record_id))
            .group_by(q.reason)
            .order_by(func.count().desc(), q.reason)
        ).all()
    total = sum(int(n) for _, n, _ in rows)
    say = Saying()
    if not total:
        text = "No record is in quarantine: every record read became an event."
        evidence = [stored("quarantine", "0 records")]
    else:
        words = joined([f"{say.quote(str(r))} ({say.n(int(n))})" for r, n, _ in rows[:4]], 4)
        verb = "is" if total == 1 else "are"
        text = f"{say.n(total, 'record')} {verb} in quarantine and not counted here, because: {words}."
        evidence = [stored(str(ref), str(reason)) for reason, _, ref in rows[:8]]
    facts.add("n_quarantined", total, text, say, kind=ValueKind.COUNT, evidence=evidence)
    return total


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


DATA_STATUS = DataStatus()
