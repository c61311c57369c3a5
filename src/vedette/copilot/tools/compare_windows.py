"""Two stretches of time side by side: how much of what, what is new in the second, what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vedette.copilot.tools.event_query import EventQuery, event_query
from vedette.copilot.tools.telling import Names, written_account
from vedette.copilot.tools.where import Condition, account_key, all_of, in_time, of_case, short_host
from vedette.errors import UserError
from vedette.schema import DataTable, Evidence, Tool, ToolResult, ValueKind, Window
from vedette.store.query import Reader, reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, ADDRESS, CASE, HOST, WINDOW, in_window, text_of, window_of
from vedette.toolbox.cases import choose_case, lake_state, stored
from vedette.toolbox.saying import FactList, Saying, joined

TIMEOUT_S = 20.0
_COUNTED = {
    "count": ("events", "true"),
    "logons": ("successful logons", "class_name = 'authentication' AND activity = 'logon' AND outcome = 'success'"),
    "failed_logons": ("failed logons", "class_name = 'authentication' AND activity = 'logon' AND outcome = 'failure'"),
    "processes": ("process starts", "class_name = 'process_activity' AND activity = 'launch'"),
    "connections": ("network connections", "class_name = 'network_activity'"),
}
_VALUES = {
    "accounts": ("coalesce(actor_name, user_name)", ValueKind.ACCOUNT, "account"),
    "hosts": ("device_name", ValueKind.HOST, "host"),
    "addresses": ("regexp_replace(src_ip, '^::ffff:', '')", ValueKind.ADDRESS, "source address"),
    "destinations": ("coalesce(dst_name, dst_ip)", ValueKind.ADDRESS, "destination"),
    "programs": ("CASE WHEN activity = 'launch' THEN regexp_extract(process_path, '[^/\\\\]+$') END",
                 ValueKind.PROCESS, "program"),
    "operations": ("CASE WHEN class_name <> 'rpc_activity' THEN api_operation END", ValueKind.RESOURCE, "operation"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Seen:
    value: str
    n_before: int
    n_after: int
    ref: str


class CompareWindows:
    """Compares two windows."""

    tool = Tool(
        name="compare_windows",
        description="Two stretches of time compared: counts of activity, and what is new or gone in the later one.",
        parameters=(
            replace(WINDOW, name="before", description="The first stretch of time.", example="on Monday"),
            replace(WINDOW, name="after", description="The second, compared with it.", example="on Tuesday"),
            CASE,
            ACCOUNT,
            HOST,
            ADDRESS,
        ),
        examples=(
            "compare 8 March with 9 March",
            "alice on Monday vs Tuesday",
            "What is different on FS01 compared to last week?",
            "yesterday against the day before",
            "is there more traffic today than usual?",
            "differences between the week before the incident and the incident",
            "what did bob do on the 9th that he did not do on the 8th",
            "before vs after 14:00",
            "more failed logons this week than last?",
            "contrast normal activity with the time of the attack",
            "which programs were new during the case",
            "DC01 March 6 vs March 9",
            "then vs now",
        ),
        words=(
            "compare", "compared", "comparison", "versus", "vs", "against", "difference", "differences", "different",
            "more than", "less than", "contrast", "than usual", "before and after",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the counts of both windows, then the values that only one of them has."""
        empty: dict[str, Any] = {"before": {"count": 0}, "after": {"count": 0}, "new": [], "gone": []}
        if lake_state(context).n_events == 0:
            return ToolResult(unknown=("The lake holds no events yet: read logs first.",), values=empty)
        before, after = _windows(context, arguments)
        rest = {k: v for k, v in arguments.items() if k in ("account", "host", "address")}
        query = event_query(context, rest)
        facts = FactList()
        with reading(context.lake) as reader:
            counts = _counts(reader, query, before, after)
            seen = {name: _seen(reader, query, before, after, name, context) for name in _VALUES}
        unknown = _outside(context, before, after)
        _headline(facts, query, before, after, counts)
        tables = []
        for name, found in seen.items():
            _differences(facts, query, name, found)
            rows = tuple((s.value, s.n_before, s.n_after) for s in found if not s.n_before or not s.n_after)
            if rows:
                kept = rows[: context.max_rows]
                tables.append(
                    DataTable(columns=(_VALUES[name][2], "before", "after"), rows=kept, cut=len(rows) - len(kept),
                              title=f"{name.capitalize()} in one of the two")
                )  # fmt: skip
        fresh = {n: [s.value for s in found if not s.n_before][:50] for n, found in seen.items()}
        gone = {n: [s.value for s in found if not s.n_after][:50] for n, found in seen.items()}
        return ToolResult(
            facts=facts.done(),
            values={
                "before": {k: v[0] for k, v in counts.numbers.items()},
                "after": {k: v[1] for k, v in counts.numbers.items()},
                "new": [v for values in fresh.values() for v in values],
                "gone": [v for values in gone.values() for v in values],
                "new_by_kind": fresh,
                "gone_by_kind": gone,
            },
            tables=tuple(tables),
            query=counts.sql,
            unknown=unknown,
            entities=tuple(query.entities),
            window=after,
            next_questions=("Which cases are there?", "Show me the timeline."),
        )


def _windows(context: ToolContext, arguments: Mapping[str, Any]) -> tuple[Window, Window]:
    """Return both windows; what is left out follows from the other, or from the case."""
    before, after = window_of(arguments, "before"), window_of(arguments, "after")
    if after is None and before is None:
        chosen = choose_case(context, arguments)
        if chosen is None:
            raise UserError("no time is named", next_step="name two, as in: compare 8 March with 9 March")
        after = of_case(chosen.case)
    if after is None:
        assert before is not None  # noqa: S101 (one of the two is there)
        if before.end_at is None:
            raise UserError("the first stretch of time has no end", next_step="say until when it goes")
        length = before.end_at - before.start_at if before.start_at else None
        after = Window(start_at=before.end_at, end_at=_moved(before.end_at, length), said="after it")
    if before is None:
        if after.start_at is None:
            raise UserError("the second stretch of time has no beginning", next_step="say from when it goes")
        length = after.end_at - after.start_at if after.end_at else None
        named = text_of(arguments, "case") or length is None
        start = None if named or length is None else -length
        before = Window(start_at=_moved(after.start_at, start), end_at=after.start_at, said="before it")
    return before, after


def _moved(at: datetime, by: timedelta | None) -> datetime | None:
    """Return a time moved by a length; None, which is open, where there is none or time itself ends before."""
    try:
        return at + by if by is not None else None
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class _Counts:
    numbers: dict[str, tuple[int, int]]
    evidence: list[Evidence]
    sql: str


def _counts(reader: Reader, query: EventQuery, before: Window, after: Window) -> _Counts:
    from datetime import UTC

    from vedette.copilot.tools.where import written_out

    first, second, where = all_of(in_time(before)), all_of(in_time(after)), query.where
    counted = {name: Condition(sql) for name, (_, sql) in _COUNTED.items()}
    if query.acting is not None:
        counted["acting"] = query.acting
    columns: list[str] = []
    values: list[Any] = []
    for name, condition in counted.items():
        for window, side in ((first, "before"), (second, "after")):
            columns.append(f"count(*) FILTER ({condition.sql} AND {window.sql}) AS {name}_{side}")
            values += [*condition.values, *window.values]
    for window in (first, second):
        for edge in ("min", "max"):
            columns.append(f"{edge}((time, event_id)) FILTER ({window.sql})")
            values += list(window.values)
    sql = f"SELECT {', '.join(columns)} FROM events WHERE {where.sql}"  # noqa: S608 (conditions are ours, values are parameters)
    values += list(where.values)
    row = reader.run(sql, values, timeout_s=TIMEOUT_S).rows[0]
    numbers = {name: (int(row[2 * i]), int(row[2 * i + 1])) for i, name in enumerate(counted)}
    edges = [e for e in row[2 * len(counted) :] if e]
    evidence = [Evidence(ref=str(ref), at=at.replace(tzinfo=UTC)) for at, ref in edges]
    return _Counts(numbers, evidence, written_out(sql, values))


def _seen(
    reader: Reader, query: EventQuery, before: Window, after: Window, name: str, context: ToolContext
) -> list[_Seen]:
    expression, kind, _ = _VALUES[name]
    first, second, where = all_of(in_time(before)), all_of(in_time(after)), query.where
    key = f"lower({expression})"
    if kind is ValueKind.HOST:
        key = short_host(expression)
    elif kind is ValueKind.ACCOUNT:
        key = account_key(expression)
    pick = "min" if kind is ValueKind.ACCOUNT else "max"
    sql = (
        f"SELECT {pick}({expression}), count(*) FILTER ({first.sql}) AS n_before, "  # noqa: S608 (as above)
        f"count(*) FILTER ({second.sql}) AS n_after, min((time, event_id)) FILTER ({first.sql} OR {second.sql}), "
        "min(coalesce(actor_domain, user_domain)) "
        f"FROM events WHERE {where.sql} AND {expression} IS NOT NULL AND {expression} <> '' "
        f"GROUP BY {key} HAVING n_before + n_after > 0 ORDER BY n_before + n_after DESC, 1"
    )
    values = (*first.values, *second.values, *first.values, *second.values, *where.values)
    names, found = Names(context), []
    for value, a, b, edge, realm in reader.run(sql, values, max_rows=20_000, timeout_s=TIMEOUT_S).rows:
        text = str(value)
        if kind is ValueKind.ACCOUNT:
            text = names.of(written_account(text, realm)) or text
        found.append(_Seen(text, int(a), int(b), str(edge[1])))
    return found


def _span(say: Saying, window: Window) -> str:
    return in_window(say, window).strip()


def _headline(facts: FactList, query: EventQuery, before: Window, after: Window, counts: _Counts) -> None:
    say = Saying()
    about = query.words(say)
    a, b = counts.numbers["count"]
    text = f"{say.n(a, 'event')}{about} {_span(say, before)}, against {say.n(b)} {_span(say, after)}"
    nouns = {k: noun for k, (noun, _) in _COUNTED.items()} | {"acting": "as the account acting"}
    differing = [
        f"{nouns[k]} {say.n(x)} against {say.n(y)}" for k, (x, y) in counts.numbers.items() if k != "count" and x + y
    ]
    text += f"; {joined(differing, 6)}." if differing else "."
    facts.add(
        "n_events", b, text, say, kind=ValueKind.COUNT, subject=query.account or query.host or "",
        subject_kind=ValueKind.ACCOUNT if query.account else ValueKind.HOST if query.host else None,
        evidence=[*counts.evidence, stored("query", counts.sql)], aliases=query.aliases,
    )  # fmt: skip


def _differences(facts: FactList, query: EventQuery, name: str, found: list[_Seen]) -> None:
    _, kind, noun = _VALUES[name]
    many = {"source address": "source addresses"}.get(noun, noun + "s")
    for label, only in (
        ("new", [s for s in found if not s.n_before]),
        ("gone", [s for s in found if not s.n_after]),
    ):
        if not only:
            continue
        say = Saying()
        count = [s.n_after or s.n_before for s in only]
        words = [f"{say.value(kind, s.value)} ({say.n(n)})" for s, n in zip(only[:6], count, strict=False)]
        more = f" and {say.n(len(only) - 6)} more" if len(only) > 6 else ""
        where = "only in the second" if label == "new" else "only in the first"
        verb = "is" if len(only) == 1 else "are"
        text = f"{say.n(len(only))} {noun if len(only) == 1 else many} {verb} {where}: {joined(words, 6)}{more}."
        facts.add(
            f"{label}_{name}", [s.value for s in only[:50]], text, say, kind=kind,
            subject=query.account or query.host or "", evidence=[Evidence(ref=s.ref) for s in only],
        )  # fmt: skip


def _outside(context: ToolContext, before: Window, after: Window) -> tuple[str, ...]:
    """Say where a window lies outside what the lake holds: none there is not none."""
    segments = context.lake.segments("events")
    first = min((s.t_min for s in segments if s.t_min), default=None)
    last = max((s.t_max for s in segments if s.t_max), default=None)
    said = []
    for window, which in ((before, "first"), (after, "second")):
        if first and window.end_at and window.end_at <= first:
            said.append(f"The {which} stretch lies before the lake's first event: it holds nothing of that time.")
        elif last and window.start_at and window.start_at > last:
            said.append(f"The {which} stretch lies after the lake's last event: it holds nothing of that time.")
        elif first and window.start_at and window.start_at < first:
            said.append(f"The {which} stretch begins before the lake's first event, so that it is not whole.")
    return tuple(said)


COMPARE_WINDOWS = CompareWindows()
