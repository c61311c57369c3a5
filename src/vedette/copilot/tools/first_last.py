"""What was first and what was last: of a case's steps, its accounts, hosts and techniques, of findings or of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vedette.copilot.tools.coverage import coverage
from vedette.copilot.tools.event_query import FILTERS, EventQuery, event_query
from vedette.copilot.tools.ranked import KINDS, point, ranked
from vedette.copilot.tools.telling import TOLD, Names, event_fact, events_of
from vedette.copilot.tools.where import Condition, one_of, written_out
from vedette.investigate.tools.accounts import strongest
from vedette.investigate.tools.base import account_aliases, account_in
from vedette.investigate.tools.timeline import Filter, no_steps, speaking_of, step_fact
from vedette.schema import (
    AccountRole,
    Case,
    Event,
    Parameter,
    TimelineEntry,
    Tool,
    ToolResult,
    ValueKind,
)
from vedette.store.query import reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, ADDRESS, CASE, HOST, TACTIC, TECHNIQUE, WINDOW, choice_of, text_of
from vedette.toolbox.cases import choose_case, no_case, stored, which_case
from vedette.toolbox.saying import FactList, Saying, iso

TIMEOUT_S = 20.0
_OF = ("step", "event", "account", "host", "technique", "finding")
_WHAT = ("first", "last", "both")
_EVENT_FILTERS = ("activity", "address", "outcome", "source", "destination", "process", "command", "operation", "code",
                  "logon_type", "finding", "text")  # fmt: skip
"""Filters that only events have: with one of these, the first or last event is meant."""
_NOTHING: dict[str, Any] = {"first": None, "last": None}


class FirstLast:
    """Says what came first and last, and when."""

    tool = Tool(
        name="first_last",
        description="What came first or last, and when: step, account, host, technique or finding of a case; event.",
        parameters=(
            Parameter(
                name="what",
                kind=ValueKind.CHOICE,
                choices=_WHAT,
                description="first, last, or both.",
                example="first",
            ),
            Parameter(
                name="of",
                kind=ValueKind.CHOICE,
                choices=_OF,
                description="First what: step of the case, event in the logs, account, host, technique, finding.",
                example="which host first",
            ),
            CASE,
            ACCOUNT,
            HOST,
            ADDRESS,
            TECHNIQUE,
            TACTIC,
            *(p for p in FILTERS if p.name in _EVENT_FILTERS and p.name != "address"),
            WINDOW,
        ),
        examples=(
            "what was the first thing the attacker did?",
            "when did it start",
            "which account was compromised first?",
            "When was svc-backup last seen?",
            "first logon of alice on FS01",
            "last activity from 203.0.113.7",
            "how did it begin",
            "which machine came after the first one, and which was last",
            "earliest sign of lateral movement",
            "initial access time?",
            "What is the most recent finding?",
            "when did bob first fail to log on",
            "where did it all start",
            "latest event in the data",
        ),
        words=(
            "first", "last", "earliest", "latest", "start", "started", "begin", "began", "initial", "most recent",
            "when", "ended", "end", "stopped", "first seen", "last seen", "originally",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the first and the last of what was asked for."""
        what = choice_of(arguments, "what", _WHAT, "both") or "both"
        of = choice_of(arguments, "of", _OF, None) or _usual(context, arguments)
        if of in ("account", "host") and (text_of(arguments, of) or _of_events(arguments)):
            of = _usual(context, arguments)  # the account or host is given: what is asked is what it did
        if of == "event":
            return _events(context, arguments, what)
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, _NOTHING)
        case, facts = chosen.case, FactList()
        wanted = Filter.of(case, arguments)
        if of == "step":
            values = _steps(facts, case, wanted, what)
        else:
            values = ranked(facts, case, KINDS[of](case, wanted), of, what, wanted)
        which_case(facts, chosen, context)
        entity = wanted.account or wanted.host
        return ToolResult(
            facts=facts.done(),
            values=values,
            case_id=case.case_id,
            entities=tuple(filter(None, (entity,))),
            window=wanted.window,
            next_questions=("What happened next?", "Show me the timeline."),
        )


def _usual(context: ToolContext, arguments: Mapping[str, Any]) -> str:
    """Return what is meant where the question does not say: steps of a case, unless it asks about something else."""
    if _of_events(arguments):
        return "event"
    account, host = text_of(arguments, "account"), text_of(arguments, "host")
    if not account and not host:
        return "step"
    chosen = choose_case(context, arguments)
    if chosen is None:
        return "event"
    entity = account or host
    steps = Filter.of(chosen.case, {"account": account, "host": host})
    known = any(steps.fits(s) for s in chosen.case.timeline)
    return "step" if entity and known else "event"


def _of_events(arguments: Mapping[str, Any]) -> bool:
    """Return whether a filter is given that only events have."""
    return any(arguments.get(name) is not None for name in _EVENT_FILTERS)


# ---------------------------------------------------------------------- steps of a case


def _steps(facts: FactList, case: Case, wanted: Filter, what: str) -> dict[str, Any]:
    steps = [s for s in case.timeline if wanted.fits(s)]
    if not steps:
        no_steps(facts, case, wanted)
        return dict(_NOTHING)
    first, last = steps[0], max(steps, key=lambda s: s.at)
    ends = [("first", first), ("last", last)] if what == "both" else [(what, first if what == "first" else last)]
    for name, entry in ends if len(steps) > 1 else ends[:1]:
        say = Saying()
        counted = f"{name} of {say.n(len(steps), 'step')}" if len(steps) > 1 else "only step"
        lead = f"The {counted}{wanted.said(say)} in {say.case(case)}, at "
        step_fact(facts, case, entry, f"{name}_step", lead, say)
    account = account_in(case, wanted.account) if wanted.account else None
    if account is not None and account.role is AccountRole.CREATED:
        said, reason = Saying(), strongest(account)[0]
        facts.add(
            "account_reason", account.name, said.told(reason.text, case), said, kind=ValueKind.ACCOUNT,
            subject=account.name, subject_kind=ValueKind.ACCOUNT, evidence=reason.evidence,
            aliases=account_aliases(account),
        )  # fmt: skip
    return {"first": _of_step(first), "last": _of_step(last), "steps": len(steps)}


def _of_step(entry: TimelineEntry) -> dict[str, Any]:
    ref = entry.evidence[0].ref if entry.evidence else ""
    return point(entry.at, entry.account, entry.host, entry.text, ref)


# ---------------------------------------------------------------------- events


def _events(context: ToolContext, arguments: Mapping[str, Any], what: str) -> ToolResult:
    query = event_query(context, {k: v for k, v in arguments.items() if k not in ("what", "of", "tactic")})
    names, facts = Names(context), FactList()
    with reading(context.lake) as reader:
        where = query.where
        sql = (
            "SELECT count(*) AS n, min((time, event_id)) AS first, max((time, event_id)) AS last "  # noqa: S608 (values are parameters)
            f"FROM events WHERE {where.sql}"
        )
        n, first, last = reader.run(sql, where.values, timeout_s=TIMEOUT_S).rows[0]
        shown = written_out(sql, where.values)
        if not n:
            spoken = speaking_of(context, text_of(arguments, "text") or "")
            if spoken is not None:
                return _spoken(facts, *spoken, what, str(arguments.get("text")), shown)
            return _no_events(context, reader, query, shown, facts)
        found = one_of("event_id", [first[1], last[1]])
        every = Condition(f"{found.sql} AND {where.sql}", (*found.values, *where.values))
        sql = f"SELECT {TOLD} FROM events WHERE {every.sql} ORDER BY time, event_id"  # noqa: S608 (as above)
        ends = events_of(reader.run(sql, every.values, timeout_s=TIMEOUT_S))
    picked: dict[str, Event] = {"first": ends[0], "last": ends[-1]}
    wants = ("first", "last") if what == "both" else (what,)
    for name in wants if n > 1 else wants[:1]:
        say = Saying()
        counted = f"of {say.n(int(n))} {query.noun(int(n))}" if n > 1 else f"only {query.noun(1)}"
        lead = f"The {name + ' ' if n > 1 else ''}{counted}{query.words(say)}, at "
        event_fact(
            facts, names, picked[name], name=f"{name}_event", lead=lead, subject=query.account or query.host or "",
            subject_kind=ValueKind.ACCOUNT if query.account else ValueKind.HOST if query.host else None, said=say,
        )  # fmt: skip
    _first_step(facts, context, query)
    return ToolResult(
        facts=facts.done(),
        values={
            name: point(e.time, names.user(e) if e.class_name == "authentication" else names.actor(e) or names.user(e),
                         e.device_name, e.activity or e.class_name, e.event_id)
            for name, e in picked.items()
        } | {"count": int(n)},
        query=shown,
        entities=tuple(query.entities),
        window=query.window,
        case_id=query.case_id,
        next_questions=(f"Is this normal for {query.account}?",) if query.account else (),
    )  # fmt: skip


def _spoken(
    facts: FactList, case: Case, steps: Sequence[TimelineEntry], what: str, text: str, shown: str
) -> ToolResult:
    """Return the first and last step whose words hold a text that no event holds."""
    picked = {"first": steps[0], "last": max(steps, key=lambda s: s.at)}
    for name in ("first", "last") if what == "both" and len(steps) > 1 else ("first" if what == "both" else what,):
        say = Saying()
        which = f"the {name} of {say.n(len(steps), 'step')}" if len(steps) > 1 else "the only step"
        lead = f"No event holds the text {say.quote(text)}; {which} of {say.case(case)} told in such words, at "
        step_fact(facts, case, picked[name], f"{name}_step", lead, say)
    return ToolResult(
        facts=facts.done(),
        values={"first": _of_step(picked["first"]), "last": _of_step(picked["last"]), "steps": len(steps)},
        query=shown,
        case_id=case.case_id,
    )


def _first_step(facts: FactList, context: ToolContext, query: EventQuery) -> None:
    """Say also when the entity's part in a case begins, so that the two firsts are not taken for one another."""
    for case in context.cases:
        steps = [s for s in case.timeline if query.account and s.account == query.account]
        if not steps and query.host:
            steps = [s for s in case.timeline if s.host == query.host]
        if steps:
            say = Saying()
            name = say.account(query.account) if query.account else say.host(str(query.host))
            text = f"The part of {name} in {say.case(case)} begins at {say.at(steps[0].at)} and ends at "
            text += f"{say.at(steps[-1].at)}."
            facts.add(
                "case_part", iso(steps[0].at), text, say, kind=ValueKind.TIME,
                subject=query.account or query.host or "",
                evidence=[*steps[0].evidence[:2], *steps[-1].evidence[:1]],
            )  # fmt: skip
            return


def _no_events(context: ToolContext, reader: Any, query: EventQuery, shown: str, facts: FactList) -> ToolResult:
    seen = coverage(reader, query)
    unknown = seen.unknown(query, context)
    if not (unknown and seen.cannot_tell):
        say = Saying()
        text = f"There are no {query.noun(2)}{query.words(say)}: {seen.looked_at(say, query)}."
        facts.add(
            "n_events", 0, text, say, kind=ValueKind.COUNT, subject=query.account or query.host or "",
            evidence=[*seen.evidence, stored("query", shown)], aliases=query.aliases,
        )  # fmt: skip
    return ToolResult(
        facts=facts.done(), values={**_NOTHING, "count": 0}, query=shown, unknown=unknown,
        entities=tuple(query.entities), window=query.window,
    )  # fmt: skip


FIRST_LAST = FirstLast()
