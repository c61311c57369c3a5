"""What is new since a time: cases, findings, events, accounts, hosts, and what analysts wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.copilot.tools.telling import Names, written_account
from vedette.copilot.tools.where import all_of, in_time, short_host
from vedette.investigate.tools.findings import finding_fact
from vedette.schema import Case, DataTable, Evidence, Finding, Tool, ToolResult, ValueKind, Window
from vedette.store.query import Reader, reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import WINDOW, in_window, window_of, within
from vedette.toolbox.cases import lake_state, stored
from vedette.toolbox.saying import FactList, Saying, iso, joined

TIMEOUT_S = 20.0
USUAL = timedelta(hours=24)
"""How far back is looked where no time is said."""


class ChangedSince:
    """Says what is new."""

    tool = Tool(
        name="changed_since",
        description="What is new since a time: cases, findings, events, accounts and hosts never seen before, notes.",
        parameters=(replace(WINDOW, description="Since when; left out: the last 24 h.", example="since yesterday"),),
        examples=(
            "what changed since yesterday?",
            "anything new?",
            "What happened since my last shift at 06:00?",
            "new cases since Monday",
            "updates since 9 March 20:00",
            "whats new today",
            "hand-over: what came in during the night",
            "Did anything turn up after we closed the ticket at noon?",
            "delta since this morning",
            "which accounts are new this week",
            "catch me up on the last 12 hours",
            "new findings in the last day",
        ),
        words=(
            "new", "changed", "since", "updates", "update", "overnight", "hand-over", "handover", "shift",
            "catch me up", "delta", "latest", "recently", "came in", "last night",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what is new, by the time at which it happened."""
        from vedette.store.book import load_findings

        state = lake_state(context)
        nothing: dict[str, Any] = {"cases": [], "findings": 0, "events": 0, "accounts": [], "hosts": []}
        if state.n_events == 0:
            return ToolResult(unknown=("The lake holds no events yet: read logs first.",), values=nothing)
        window = window_of(arguments) or Window(start_at=context.now - USUAL, said="in the last 24 hours")
        facts = FactList()
        cases = [c for c in context.cases if _overlaps(c, window)]
        new_cases = [c for c in cases if within(window, c.first_at)]
        findings = [f for f in load_findings(context.lake) if within(window, f.first_at)]
        with reading(context.lake) as reader:
            n_events, ends, last = _events(reader, window)
            accounts = _new_accounts(reader, window, context)
            hosts = _new_hosts(reader, window)
        _headline(facts, window, new_cases, findings, n_events, accounts, hosts, ends, context)
        for case in cases:
            _case(facts, case, case in new_cases)
        for finding in findings[:5]:
            finding_fact(facts, next((c for c in cases if finding in c.findings), None), finding)
        _listed(facts, "new_accounts", accounts, ValueKind.ACCOUNT, "account is", "accounts are", window)
        _listed(facts, "new_hosts", hosts, ValueKind.HOST, "host is", "hosts are", window)
        _notes(facts, context, window)
        if n_events == 0 and last is not None:
            say = Saying()
            text = f"The lake's last event is of {say.at(last[0])}."
            facts.add(
                "last_event_at", iso(last[0]), text, say, kind=ValueKind.TIME,
                evidence=[Evidence(ref=last[1], at=last[0])],
            )  # fmt: skip
        rows = tuple(
            [("case", c.case_id, c.title, iso(c.first_at)) for c in cases]
            + [("finding", f.finding_id[:8], f.title, iso(f.first_at)) for f in findings]
            + [("account", a[0], "", iso(a[1])) for a in accounts]
            + [("host", h[0], "", iso(h[1])) for h in hosts]
        )
        kept = rows[: context.max_rows]
        columns = ("new", "name", "what", "first")
        table = DataTable(columns=columns, rows=kept, title="New", cut=len(rows) - len(kept))
        return ToolResult(
            facts=facts.done(),
            values={
                "cases": [c.case_id for c in new_cases],
                "going_on": [c.case_id for c in cases if c not in new_cases],
                "findings": len(findings),
                "events": n_events,
                "accounts": [a[0] for a in accounts],
                "hosts": [h[0] for h in hosts],
                "since": iso(window.start_at),
            },
            tables=(table,) if rows else (),
            case_id=cases[0].case_id if cases else None,
            window=window,
            next_questions=tuple(f"What happened in {c.case_id}?" for c in cases[:1]) or ("Which cases are there?",),
        )


def _overlaps(case: Case, window: Window) -> bool:
    begins = window.end_at is None or case.first_at < window.end_at
    return begins and (window.start_at is None or case.last_at >= window.start_at)


def _events(reader: Reader, window: Window) -> tuple[int, list[Evidence], tuple[datetime, str] | None]:
    where = all_of(in_time(window))
    sql = (
        f"SELECT count(*) FILTER ({where.sql}), min((time, event_id)) FILTER ({where.sql}), "  # noqa: S608 (values are parameters)
        f"max((time, event_id)) FILTER ({where.sql}), max((time, event_id)) FROM events"
    )
    n, first, last, ever = reader.run(sql, (*where.values,) * 3, timeout_s=TIMEOUT_S).rows[0]
    ends = [Evidence(ref=str(e[1]), at=_utc(e[0])) for e in (first, last) if e]
    return int(n), ends, (_utc(ever[0]), str(ever[1])) if ever else None


def _new_accounts(reader: Reader, window: Window, context: ToolContext) -> list[tuple[str, datetime, str]]:
    """Return accounts whose first event of all lies in the window, by name without domain."""
    if window.start_at is None:
        return []
    sql = """
        WITH seen AS (
            SELECT actor_name AS name, actor_domain AS realm, time, event_id FROM events
            WHERE actor_name IS NOT NULL
            UNION ALL
            SELECT user_name, user_domain, time, event_id FROM events
            WHERE user_name IS NOT NULL AND coalesce(outcome, '') <> 'failure'
        )
        SELECT min(name), min(realm), min((time, event_id)) AS first FROM seen
        WHERE NOT ends_with(name, '$') AND NOT starts_with(name, 'S-1-') AND name NOT IN ('-', '')
        GROUP BY CASE WHEN contains(name, '/') THEN lower(name) ELSE split_part(lower(name), '@', 1) END ORDER BY first
    """
    names, found = Names(context), []
    for name, realm, first in reader.run(sql, max_rows=100_000, timeout_s=TIMEOUT_S).rows:
        at = _utc(first[0])
        if within(window, at):
            written = names.of(written_account(str(name), realm)) or str(name)
            found.append((written, at, str(first[1])))
    return found


def _new_hosts(reader: Reader, window: Window) -> list[tuple[str, datetime, str]]:
    if window.start_at is None:
        return []
    sql = (
        "SELECT max(device_name), min((time, event_id)) AS first FROM events "  # noqa: S608 (an expression of ours)
        f"WHERE device_name IS NOT NULL AND device_name <> '' GROUP BY {short_host('device_name')} ORDER BY first"
    )
    rows = reader.run(sql, max_rows=100_000, timeout_s=TIMEOUT_S).rows
    return [(str(h), _utc(f[0]), str(f[1])) for h, f in rows if within(window, _utc(f[0]))]


def _headline(
    facts: FactList, window: Window, cases: list[Case], findings: list[Finding], n_events: int,
    accounts: list[Any], hosts: list[Any], ends: list[Evidence], context: ToolContext,
) -> None:  # fmt: skip
    say = Saying()
    when = in_window(say, window).strip()
    parts = [
        f"{say.n(len(cases), 'case')} began",
        f"{say.n(len(findings), 'finding')} appeared",
        f"{say.n(n_events, 'event')} happened",
    ]
    if window.start_at is not None:
        parts.append(f"{say.n(len(accounts), 'account')} and {say.n(len(hosts), 'host')} were seen for the first time")
    named = f": {joined([say.case(c) for c in cases[:5]], 5)}" if cases else ""
    parts[0] += named
    quiet = not (cases or findings or n_events or accounts or hosts)
    lead = f"{when[:1].upper()}{when[1:]}, " if when else "In all the data, "
    text = f"{lead}{'nothing is new: ' if quiet else ''}{joined(parts, 5)}."
    evidence = [e for c in cases for f in c.findings[:1] for e in f.evidence[:1]]
    facts.add(
        "n_new_cases", len(cases), text, say, kind=ValueKind.COUNT,
        evidence=[*evidence, *ends, stored("cases", f"{len(context.cases)} cases")],
    )  # fmt: skip


def _case(facts: FactList, case: Case, new: bool) -> None:
    say = Saying()
    say.add(ValueKind.SEVERITY, case.severity.value)
    how = "is new" if new else "began before and went on"
    implicated = [a.name for a in case.accounts if a.implicated]
    who = f"; implicated: {joined([say.account(a) for a in implicated[:5]], 5)}" if implicated else ""
    text = f"{say.case(case)} ({say.quote(case.title, ValueKind.TEXT, 140)}) {how}: {case.severity.value}, "
    text += f"{say.span(case.first_at, case.last_at)}{who}."
    facts.add(
        "case", case.case_id, text, say, kind=ValueKind.CASE, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=[e for f in case.findings for e in f.evidence[:1]],
    )  # fmt: skip


def _listed(
    facts: FactList, name: str, found: list[tuple[str, datetime, str]], kind: ValueKind, one: str, many: str,
    window: Window,
) -> None:  # fmt: skip
    if window.start_at is None:
        return
    say = Saying()
    if not found:
        text = f"No {one.removesuffix(' is')} was seen for the first time{in_window(say, window)}."
        facts.add(name, [], text, say, kind=kind, evidence=[stored("query", name)])
        return
    words = joined([f"{say.value(kind, n)} ({say.at(at)})" for n, at, _ in found[:8]], 8)
    more = f" and {say.n(len(found) - 8)} more" if len(found) > 8 else ""
    text = f"{say.n(len(found), one, many)} seen for the first time{in_window(say, window)}: {words}{more}."
    facts.add(
        name, [n for n, *_ in found[:50]], text, say, kind=kind,
        evidence=[Evidence(ref=ref, at=at) for _, at, ref in found],
    )  # fmt: skip


def _notes(facts: FactList, context: ToolContext, window: Window) -> None:
    for case in context.cases:
        for note in [n for n in case.notes if within(window, n.at)][:5]:
            say = Saying()
            verdict = f" and gave the verdict {note.verdict.value.replace('_', ' ')}" if note.verdict else ""
            if note.verdict:
                say.add(ValueKind.TEXT, note.verdict.value)
            wrote = f" wrote {say.quote(note.text)}" if note.text else " noted"
            text = f"{say.account(note.author)}{wrote}{verdict} on {say.case(case)} at {say.at(note.at)}."
            facts.add(
                "note", note.text, text, say, kind=ValueKind.TEXT, subject=case.case_id, subject_kind=ValueKind.CASE,
                evidence=[stored(case.case_id, note.text)],
            )  # fmt: skip


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


CHANGED_SINCE = ChangedSince()
