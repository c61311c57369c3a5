"""Events by filters: how many, which, the most frequent, how many different; by a SELECT that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vedette.copilot.tools.coverage import coverage
from vedette.copilot.tools.event_query import FILTERS, LOGONS, EventQuery, event_query
from vedette.copilot.tools.telling import (
    TOLD,
    Names,
    event_fact,
    events_of,
    proof,
    row_of,
    telling,
    written_account,
)
from vedette.copilot.tools.where import Condition, account_key, any_of, like, one_of, short_host, written_out
from vedette.investigate.tools.timeline import speaking_of, step_fact
from vedette.schema import DataTable, Event, Evidence, Parameter, Tool, ToolResult, ValueKind
from vedette.store.query import Reader, reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import COUNT, choice_of, count_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined

TIMEOUT_S = 20.0
"""For one SELECT."""
_WHATS = ("count", "list", "top", "distinct")
_BY: dict[str, tuple[str, ValueKind, str]] = {
    "account": ("coalesce(actor_name, user_name)", ValueKind.ACCOUNT, "account"),
    "user": ("coalesce(user_name, actor_name)", ValueKind.ACCOUNT, "account"),
    "host": ("device_name", ValueKind.HOST, "host"),
    "address": ("regexp_replace(src_ip, '^::ffff:', '')", ValueKind.ADDRESS, "source address"),
    "destination": ("coalesce(dst_name, dst_ip)", ValueKind.ADDRESS, "destination"),
    "port": ("dst_port", ValueKind.COUNT, "destination port"),
    "process": ("regexp_extract(process_path, '[^/\\\\]+$')", ValueKind.PROCESS, "program"),
    "command": ("process_cmd", ValueKind.COMMAND, "command line"),
    "domain": ("lower(dns_query)", ValueKind.DOMAIN, "name asked for"),
    "url": ("url", ValueKind.URL, "URL"),
    "file": ("coalesce(file_path, CASE WHEN api_operation IS NOT NULL THEN resource END)", ValueKind.FILE, "file"),
    "operation": ("api_operation", ValueKind.RESOURCE, "operation"),
    "resource": ("resource", ValueKind.RESOURCE, "resource"),
    "bucket": (
        "CASE WHEN resource LIKE '%://%' THEN split_part(split_part(resource, '://', 2), '/', 1) "
        "WHEN resource LIKE 'arn:%:s3:::%' THEN split_part(split_part(resource, ':::', 2), '/', 1) "
        "WHEN resource LIKE '%buckets/%' THEN split_part(split_part(resource, 'buckets/', 2), '/', 1) END",
        ValueKind.RESOURCE,
        "bucket",
    ),
    "activity": ("concat_ws(' ', class_name, activity)", ValueKind.TEXT, "activity"),
    "outcome": ("outcome", ValueKind.TEXT, "outcome"),
    "source": ("reader", ValueKind.TEXT, "kind of log"),
    "user_agent": ("user_agent", ValueKind.TEXT, "user agent"),
    "day": ("strftime(time, '%Y-%m-%d')", ValueKind.TEXT, "day"),
    "hour": ("strftime(time, '%Y-%m-%d %H:00')", ValueKind.TEXT, "hour"),
}
"""What events can be counted by: an expression of ours, its kind, and what it is called."""


class Events:
    """Searches and counts events."""

    tool = Tool(
        name="events",
        description="Events by account, host, address, time, kind, technique or text: count, list, top or distinct.",
        parameters=(
            Parameter(
                name="what",
                kind=ValueKind.CHOICE,
                choices=_WHATS,
                description="count them, list them, top: the most frequent values, distinct: how many different.",
                example="how many",
            ),
            Parameter(
                name="by",
                kind=ValueKind.CHOICE,
                choices=tuple(_BY),
                description="For top and distinct: values of what.",
                example="by host",
            ),
            *FILTERS,
            COUNT,
        ),
        examples=(
            "how many failed logons did alice have?",
            "events on DC01 yesterday",
            "which DNS names did WORKSTATION5 ask for",
            "Did anyone run mimikatz?",
            "search for comsvcs",
            "connections to 203.0.113.7",
            "top 5 processes on FS01",
            "how many different accounts logged on to the jump host last night?",
            "Show me the PowerShell commands bob ran on Tuesday.",
            "list api calls that failed",
            "was there any traffic on port 445 between these two",
            "failed logins by source address",
            "number of events",
            "Which user agents talked to our web server from that address?",
            "was a scheduled task created?",
            "were any logs cleared",
            "grep invoke-webrequest",
            "what files were written by rundll32",
            "logons per hour on 9 March",
        ),
        words=(
            "events", "event", "logs", "records", "how many", "count", "number of", "search", "find", "grep", "list",
            "logon", "logons", "login", "logins", "failed", "connections", "connect", "traffic", "process", "processes",
            "ran", "run", "command", "commands", "dns", "queries", "requests", "files", "registry", "port", "top",
            "most", "distinct", "different", "service", "task", "cleared", "downloaded", "uploaded",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what was asked of the events that fit, with the statement that found it."""
        what = choice_of(arguments, "what", _WHATS, "top" if arguments.get("by") else "count") or "count"
        query = event_query(context, arguments)
        by = choice_of(arguments, "by", _BY, _usual_by(query) if what in ("top", "distinct") else None)
        most = count_of(arguments, default=10, most=200)
        names = Names(context)
        with reading(context.lake) as reader:
            return _Answer(context, reader, query, names, what, by, most).result()


_FEW = 3
"""Names told that a question after it may mean by ``he`` or ``there``."""


def _usual_by(query: EventQuery) -> str:
    name = query.activity.name if query.activity else ""
    usual = {"dns": "domain", "http": "url", "network": "destination", "process": "process", "api": "operation",
             "file": "file", "object": "bucket", "logon": "user", "failed_logon": "user", "lockout": "user",
             "account_created": "user", "account_change": "user", "explicit_logon": "user"}  # fmt: skip
    return usual.get(name, "activity" if query.account else "account")


class _Answer:
    """One answer over events."""

    def __init__(
        self, context: ToolContext, reader: Reader, query: EventQuery, names: Names, what: str, by: str | None,
        most: int,
    ) -> None:  # fmt: skip
        self._context, self._reader, self._query, self._names = context, reader, query, names
        self._what, self._by, self._most = what, by, most
        self._facts = FactList()
        self._values: dict[str, Any] = {}
        self._tables: list[DataTable] = []
        self._shown: str | None = None

    def _rows(self, sql: str, values: tuple[Any, ...], *, max_rows: int = 1_000) -> Any:
        return self._reader.run(sql, values, max_rows=max_rows, timeout_s=TIMEOUT_S)

    def result(self) -> ToolResult:
        """Return the answer."""
        where = self._query.where
        sql = (
            "SELECT reader, count(*) AS n, min((time, event_id)) AS first, max((time, event_id)) AS last "  # noqa: S608 (the condition is ours, its values are parameters)
            f"FROM events WHERE {where.sql} GROUP BY reader ORDER BY n DESC, reader"
        )
        by_reader = [(str(r), int(n), a, b) for r, n, a, b in self._rows(sql, where.values).rows]
        total = sum(n for _, n, _, _ in by_reader)
        self._shown = written_out(sql, where.values)
        unknown: tuple[str, ...] = ()
        if total == 0:
            unknown = self._none()
        else:
            if self._what in ("top", "distinct"):
                self._grouped(total, self._by or "account", self._what)
            self._counted(total, by_reader)
            if self._what == "count" and self._by:
                self._grouped(total, self._by, "distinct" if self._by == "host" else "top")
            if self._what in ("list", "count"):
                if query_is_wide(self._query) and total > 1:
                    self._judged(total)
                self._listed(total)
            if self._query.activity and self._query.activity.name in ("logon", "failed_logon") and total > 1:
                self._where_from(total)
            unknown = self._undecided()
        query = self._query
        return ToolResult(
            facts=self._facts.done(),
            values={"count": total, **self._values},
            tables=tuple(self._tables),
            query=self._shown,
            unknown=unknown,
            case_id=query.case_id,
            entities=tuple(query.entities),
            window=query.window,
            next_questions=self._next(total),
        )

    def _counted(self, total: int, by_reader: list[tuple[str, int, Any, Any]]) -> None:
        query, say = self._query, Saying()
        ends = (min(r[2] for r in by_reader), max(r[3] for r in by_reader))
        first, last = _utc(ends[0][0]), _utc(ends[1][0])
        n_made = self._made(total)
        n = f"{say.n(n_made)} {query.noun(n_made)}"
        words = query.words(say)
        verb = "is" if n_made == 1 else "are"
        told_by = f", told by {say.n(total, 'record')}, several of which speak of the same" if n_made != total else ""
        text = f"There {verb} {n}{words}{told_by}, {say.span(first, last)}"
        sources = [f"{say.value(ValueKind.TEXT, r)} {say.n(k)}" for r, k, _, _ in by_reader[:6]]
        if len(by_reader) > 1:
            text += f"; by kind of log: {joined(sources, 6)}, where one activity may be recorded by several"
        else:
            text += f", recorded by {say.value(ValueKind.TEXT, by_reader[0][0])}"
        told = self._ends([str(e[1]) for e in ends])
        self._facts.add(
            "n_events", n_made, text + ".", say, kind=ValueKind.COUNT, subject=query.account or query.host or "",
            subject_kind=ValueKind.ACCOUNT if query.account else ValueKind.HOST if query.host else None,
            aliases=query.aliases, evidence=[*proof(told), self._statement()],
        )  # fmt: skip
        self._values |= {"first_at": iso(first), "last_at": iso(last)}
        if n_made != total:
            self._values |= {"count": n_made, "records": total}
        if self._what == "count" and query.conditions:
            for e, lead in zip(told, ("The first, at ", "The last, at "), strict=False):
                event_fact(self._facts, self._names, e, lead=lead if total > 1 else "At ")

    def _made(self, total: int) -> int:
        """Return how many things were made, where that is asked: records of the same making count once.

        Of one thing on one host, the kind of record that tells of most makings counts.
        """
        made = self._query.activity.made if self._query.activity else None
        if made is None:
            return total
        where = self._query.where
        sql = (
            "SELECT CAST(sum(most) AS BIGINT) FROM (SELECT max(n) AS most FROM ("  # noqa: S608 (as above)
            f"SELECT {short_host('device_name')} AS host, lower({made}) AS made, reader, event_code, count(*) AS n "
            f"FROM events WHERE {where.sql} GROUP BY ALL) GROUP BY host, made)"
        )
        return int(self._rows(sql, where.values).rows[0][0])

    def _judged(self, total: int) -> None:
        """Say which of the events findings rest on: what an analyst looks at first."""
        from vedette.store.book import load_findings

        rules = sorted({f.rule_id for f in load_findings(self._context.lake)})[:1_000]
        if not rules or self._query.no_finding is not None:
            return
        where, hit = self._query.where, one_of("rule_id", rules)
        found = f"{where.sql} AND event_id IN (SELECT event_id FROM hits WHERE {hit.sql})"  # noqa: S608 (as above)
        values = (*where.values, *hit.values)
        sql = f"SELECT {TOLD}, count(*) OVER () AS n FROM events WHERE {found} ORDER BY time, event_id LIMIT 4"  # noqa: S608 (as above)
        result = self._rows(sql, values)
        if not result.rows or int(result.rows[0][-1]) == total:
            return
        n = int(result.rows[0][-1])
        events = events_of(replace(result, columns=result.columns[:-1], rows=[r[:-1] for r in result.rows]))
        say = Saying()
        words = list(dict.fromkeys(f"at {say.at(e.time)} {telling(say, self._names, e)}" for e in events))
        more = f" and {say.n(n - len(events))} more" if n > len(events) else ""
        verb = "is" if n == 1 else "are"
        text = f"{say.n(n)} of them {verb} part of findings: {'; '.join(words)}{more}."
        self._facts.add(
            "n_judged", n, text, say, kind=ValueKind.COUNT, subject=self._query.account or self._query.host or "",
            evidence=proof(events),
        )  # fmt: skip
        self._values["judged"] = n

    def _statement(self) -> Evidence:
        return stored("query", self._shown or "")

    def _ends(self, ids: list[str]) -> list[Event]:
        """Return the first and the last event; said one by one where they were counted."""
        found = one_of("event_id", ids)
        every = Condition(f"{found.sql} AND {self._query.where.sql}", (*found.values, *self._query.where.values))
        sql = f"SELECT {TOLD} FROM events WHERE {every.sql} ORDER BY time, event_id"  # noqa: S608 (as above)
        return events_of(self._rows(sql, every.values))

    def _listed(self, total: int) -> None:
        where = self._query.where
        limit = max(self._most, self._context.max_rows) if self._what == "list" else min(self._context.max_rows, 20)
        sql = f"SELECT {TOLD} FROM events WHERE {where.sql} ORDER BY time, event_id LIMIT {int(limit)}"  # noqa: S608 (as above)
        events = events_of(self._rows(sql, where.values))
        if self._what == "list":
            self._shown = written_out(sql, where.values)
        for e in events[: self._most if self._what == "list" else 0]:
            event_fact(self._facts, self._names, e)
        self._values["rows"] = [row_of(self._names, e) for e in events]
        columns = ("time", "what", "account", "host", "source", "destination", "outcome", "event")
        rows = tuple(
            (iso(e.time), row["what"] or f"{e.class_name} {e.activity or ''}".strip(), row["account"] or "",
             row["host"] or "", row["source"] or "", row["destination"] or "", e.outcome or "", e.event_id)
            for e, row in zip(events, self._values["rows"], strict=True)
        )  # fmt: skip
        self._tables.append(DataTable(columns=columns, rows=rows, title="Events", cut=max(0, total - len(rows))))

    def _where_from(self, total: int) -> None:
        """Say of logons also whose they are, where to and where from, as far as that was not asked for."""
        shown, values, tables = self._shown, dict(self._values), list(self._tables)
        for by, given in (("user", self._query.account), ("address", None), ("host", self._query.host)):
            if not given and by != self._by:
                self._grouped(total, by, "top")
        self._shown, self._values, self._tables = shown, values, tables

    def _grouped(self, total: int, by: str, what: str) -> None:
        query, where = self._query, self._query.where
        if by == "account" and query.activity and query.activity.name in {*LOGONS, "lockout"}:
            by = "user"
        expression, kind, noun = _BY[by]
        domain = "coalesce(user_domain, actor_domain)" if by == "user" else "coalesce(actor_domain, user_domain)"
        label = f"min({domain})" if kind is ValueKind.ACCOUNT else "NULL"
        key, pick = expression, "min"
        if kind is ValueKind.ACCOUNT:
            key = account_key(expression)
        elif by == "host":
            key, pick = short_host(expression), "max"
        sql = (
            f"SELECT {pick}({expression}) AS value, count(*) AS n, max(time) AS last_at, "  # noqa: S608 (as above)
            f"min((time, event_id)) AS first, {label} AS realm "
            f"FROM events WHERE {where.sql} AND {expression} IS NOT NULL AND CAST({expression} AS VARCHAR) <> '' "
            f"GROUP BY {key} ORDER BY n DESC, value"
        )
        result = self._rows(sql, where.values, max_rows=10_000)
        self._shown = written_out(sql, where.values)
        found = []
        for value, n, last, (first, event_id), realm in result.rows:
            name = value
            if kind is ValueKind.ACCOUNT:
                name = self._names.of(written_account(str(value), realm)) or value
            found.append((name, int(n), _utc(first), _utc(last), str(event_id)))
        n_said = f"more than {len(found):,}" if result.cut else None
        if kind in (ValueKind.ACCOUNT, ValueKind.HOST) and len(found) <= _FEW:
            query.entities += [str(name) for name, *_ in found]
        say = Saying()
        listed = [f"{_worded(say, kind, name)} ({say.n(n)})" for name, n, *_ in found[: min(self._most, 12)]]
        counted = sum(n for _, n, *_ in found)
        if not found and by == "command" and query.activity and query.activity.made and self._commands(total):
            return
        if not found:
            text = f"None of the {say.n(total)} {query.noun(total)}{query.words(say)} names a {noun}"
        elif what != "distinct" and len(found) == 1:
            text = f"The only {noun} in {say.n(total)} {query.noun(total)}{query.words(say)}: {listed[0]}"
        elif what == "distinct":
            head = n_said or say.n(len(found))
            say.add(ValueKind.COUNT, len(found))
            text = f"There {'is' if len(found) == 1 else 'are'} {head} different {_many(noun, len(found))} in "
            text += f"{say.n(total)} {query.noun(total)}{query.words(say)}: {joined(listed, 12)}"
        else:
            text = f"Of {say.n(total)} {query.noun(total)}{query.words(say)}, the most frequent of "
            text += f"{n_said or say.n(len(found))} {_many(noun, len(found))}: {joined(listed, 12)}"
        if found and len(found) > len(listed):
            text += f" and {say.n(len(found) - len(listed))} more"
        if found and counted < total and not result.cut:
            text += f"; {say.n(total - counted)} of them name none"
        self._facts.add(
            "n_distinct" if what == "distinct" else "most_frequent",
            len(found) if what == "distinct" else [str(f[0]) for f in found[: self._most]],
            text + ".", say, kind=ValueKind.COUNT if what == "distinct" else kind,
            subject=query.account or query.host or "", aliases=query.aliases,
            evidence=[*(Evidence(ref=f[4], at=f[2], quote=str(f[0])[:200]) for f in found[:6]), self._statement()],
        )  # fmt: skip
        if what == "distinct":
            self._values |= {"count": len(found), "n_events": total}
        self._values |= {
            "distinct": len(found),
            "top": [{"value": f[0], "count": f[1]} for f in found[: max(self._most, self._context.max_rows)]],
        }
        rows = tuple(
            (str(name), n, iso(first), iso(last)) for name, n, first, last, _ in found[: self._context.max_rows]
        )
        cut = max(0, len(found) - len(rows))
        self._tables.append(DataTable(columns=(noun, "events", "first", "last"), rows=rows, title=noun, cut=cut))

    def _commands(self, total: int) -> bool:
        """Say which commands name what was made, where the records of its making give none; tell whether any does."""
        where, made = self._query.where, str(self._query.activity.made) if self._query.activity else ""
        sql = (
            f"SELECT DISTINCT {made} AS made FROM events WHERE {where.sql} AND made IS NOT NULL ORDER BY made LIMIT 10"  # noqa: S608 (as above)
        )
        names = [str(r[0]) for r in self._rows(sql, where.values).rows if len(str(r[0])) > 2]
        if not names:
            return False
        parts = [like("process_cmd", n.replace("*", "")) for n in names]
        naming = any_of(parts)
        sql = (
            f"SELECT {TOLD} FROM events WHERE class_name = 'process_activity' AND activity = 'launch' "  # noqa: S608 (as above)
            f"AND {naming.sql} ORDER BY time, event_id LIMIT 5"
        )
        events = events_of(self._rows(sql, naming.values))
        if not events:
            return False
        self._shown = written_out(sql, naming.values)
        say = Saying()
        what = joined([say.quote(n) for n in names[:3]], 3)
        words = list(dict.fromkeys(f"at {say.at(e.time)} {telling(say, self._names, e)}" for e in events))
        text = f"The records of the {say.n(total)} {self._query.noun(total)} give no command line; "
        text += f"{say.n(len(events), 'process start names', 'process starts name')} {what}: {'; '.join(words)}."
        self._facts.add(
            "commands", [str(e.process_cmd)[:300] for e in events], text, say, kind=ValueKind.COMMAND,
            evidence=proof(events), aliases=names,
        )  # fmt: skip
        self._values["top"] = [{"value": e.process_cmd, "count": 1} for e in events]
        return True

    def _none(self) -> tuple[str, ...]:
        """Say that there are none, or that the lake cannot tell."""
        query = self._query
        seen = coverage(self._reader, query)
        say = Saying()
        if query.no_finding is not None:
            text = f"No event is known{query.words(say)}: no finding of this lake is of "
            text += f"{say.quote(query.no_finding)}, among {say.n(seen.n_events, 'event')} of "
            text += f"{seen.sources_said(say)}."
            self._facts.add("n_events", 0, text, say, kind=ValueKind.COUNT, evidence=[self._statement()])
            return ("Rules find what they know: what no rule tells of is not seen.",)
        unknown = seen.unknown(query, self._context)
        if unknown and seen.cannot_tell:
            return unknown
        spoken = speaking_of(self._context, query.text) if query.text else None
        text = f"There are no {query.noun(2)}{query.words(say)}: {seen.looked_at(say, query)}."
        self._facts.add(
            "n_events", 0, text, say, kind=ValueKind.COUNT, subject=query.account or query.host or "",
            aliases=query.aliases, evidence=[*seen.evidence, self._statement()],
        )  # fmt: skip
        if spoken is not None:
            case, steps = spoken
            for entry in steps[:3]:
                said = Saying()
                lead = f"But a step of {said.case(case)} is told in such words, at "
                step_fact(self._facts, case, entry, lead=lead, said=said)
        return unknown

    def _undecided(self) -> tuple[str, ...]:
        """Say that more records might belong, where an outcome was asked for and they give none.

        Not how many: what is unknown cites nothing that a number could be held against.
        """
        outcome = [c for c in self._query.conditions if c.sql == "outcome = ?"]
        if not outcome:
            return ()
        rest = [c for c in self._query.conditions if c not in outcome]
        sql = " AND ".join([*(c.sql for c in rest), "outcome IS NULL"])
        values = tuple(v for c in rest for v in c.values)
        rows = self._rows(f"SELECT 1 FROM events WHERE {sql} LIMIT 1", values).rows  # noqa: S608 (as above)
        return ("More records do not say whether they succeeded; they are not counted.",) if rows else ()

    def _next(self, total: int) -> tuple[str, ...]:
        query = self._query
        asked = []
        if total and self._what == "count":
            asked.append("List them.")
        if total and self._what != "top":
            asked.append(f"Which {_BY[_usual_by(query)][2]}s are most frequent among them?")
        if query.account:
            asked.append(f"Is this normal for {query.account}?")
        return tuple(asked)


def query_is_wide(query: EventQuery) -> bool:
    """Return whether somebody or some place is asked about, and not findings: then what rules judged is told too."""
    return bool(query.account or query.host or query.entities) and not any(
        kind in (ValueKind.TECHNIQUE, ValueKind.FINDING) for _, kind, _ in query.said
    )


def _worded(say: Saying, kind: ValueKind, value: Any) -> str:
    if kind is ValueKind.COUNT:
        say.add(kind, int(value))
        return str(value)
    return say.value(kind, str(value))


def _many(noun: str, n: int) -> str:
    if n == 1:
        return noun
    irregular = {"activity": "activities", "kind of log": "kinds of log", "source address": "source addresses",
                 "name asked for": "names asked for"}  # fmt: skip
    return irregular.get(noun, noun + "s")


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


EVENTS = Events()
