"""Which case a question means, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vedette.schema import Case, Evidence, EvidenceKind, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import text_of
from vedette.toolbox.saying import FactList, Saying, joined, shown


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case, and whether the user named it."""

    case: Case
    named: bool
    """Whether it was asked for, by id or as the conversation's case."""


def choose_case(context: ToolContext, arguments: Mapping[str, Any]) -> Chosen | None:
    """Return the case that is meant: the named one, else the conversation's, else the gravest; None without any.

    Raises:
        UserError: there is no case of that id, or several fit.
    """
    wanted = text_of(arguments, "case")
    if wanted:
        return Chosen(_find(context, wanted), True)
    if context.focus.case_id:
        known = next((c for c in context.cases if c.case_id == context.focus.case_id), None)
        if known is not None:
            return Chosen(known, True)
    return Chosen(context.cases[0], len(context.cases) == 1) if context.cases else None


def _find(context: ToolContext, wanted: str) -> Case:
    low = wanted.casefold()
    for case in context.cases:
        if case.case_id == low or case.case_id.removeprefix("case-") == low:
            return case
    from vedette.store.book import find_case

    return find_case(context.lake, low)


def case_proof(case: Case) -> tuple[Evidence, ...]:
    """Return the events that a case rests on: the first of each finding."""
    return tuple(e for f in case.findings for e in f.evidence[:1]) or (stored(case.case_id, case.title),)


def stored(ref: str, quote: str = "") -> Evidence:
    """Return evidence that is no event: a stored case, a query, a reference set."""
    return Evidence(kind=EvidenceKind.OUTPUT, ref=ref, quote=shown(quote, 200))


def titled(saying: Saying, case: Case) -> str:
    """Return a case's id and title."""
    return f"{saying.case(case)} ({saying.quote(case.title, ValueKind.TEXT, 140)})"


def which_case(facts: FactList, chosen: Chosen, context: ToolContext) -> None:
    """Say which of several cases was taken, where the user named none."""
    others = [c for c in context.cases if c.case_id != chosen.case.case_id]
    if chosen.named or not others:
        return
    say = Saying()
    text = (
        f"No case was named, so this speaks of {say.case(chosen.case)}, the gravest of {say.n(len(context.cases))} "
        f"current cases; the others: {_joined_cases(say, others)}."
    )
    facts.add(
        "case_chosen", chosen.case.case_id, text, say, kind=ValueKind.CASE,
        evidence=[stored(c.case_id, c.title) for c in context.cases[:8]],
    )  # fmt: skip
    facts.aside()


def _joined_cases(saying: Saying, cases: Iterable[Case]) -> str:
    listed = list(cases)
    return joined([saying.case(c) for c in listed[:5]] + [c.case_id for c in listed[5:]], 5)


def no_case(context: ToolContext, values: Mapping[str, Any]) -> ToolResult:
    """Return the answer of a tool that speaks of a case where there is none: unknown, or truly none."""
    state = lake_state(context)
    if state.n_events == 0:
        return ToolResult(
            unknown=("The lake holds no events yet, so there is nothing to ask about: read logs first.",),
            values=dict(values),
            next_questions=("Which data do you have?",),
        )
    if not state.judged:
        return ToolResult(
            unknown=(
                f"The lake holds {state.n_events:,} events that no rule has judged yet, so there is no case to speak "
                "of: run an investigation first.",
            ),
            values=dict(values),
        )
    facts, say = FactList(), Saying()
    n_findings = state.n_findings
    text = (
        f"There is no case: {say.n(state.n_events, 'event')} were judged by rules and gave "
        f"{say.n(n_findings, 'finding')}, and no findings that together look like an attack."
    )
    facts.add("n_cases", 0, text, say, kind=ValueKind.COUNT, evidence=[stored("cases", "0 cases")])
    return ToolResult(facts=facts.done(), values=dict(values), next_questions=("Which findings are there?",))


@dataclass(frozen=True, slots=True)
class LakeState:
    """What has been done in a lake."""

    n_events: int
    judged: bool
    """Whether rules have run over it."""
    n_findings: int


def lake_state(context: ToolContext) -> LakeState:
    """Return how many events there are, and whether rules have judged them."""
    from sqlalchemy import func, select

    from vedette.store import tables

    segments = context.lake.segments("events")
    with context.lake.state.connect() as connection:
        n_findings = connection.execute(select(func.count()).select_from(tables.findings)).scalar() or 0
        names = [s.segment_id for s in segments]
        judged = bool(n_findings) or bool(
            names
            and connection.execute(
                select(tables.shards.c.shard).where(tables.shards.c.shard.in_(names[-200:])).limit(1)
            ).first()
        )
    return LakeState(sum(s.n_rows for s in segments), judged, int(n_findings))
