"""What happened in a case, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vedette.investigate.tools.base import account_in, host_in, same_host
from vedette.knowledge import attack
from vedette.schema import (
    Case,
    DataTable,
    Parameter,
    TimelineEntry,
    Tool,
    ToolResult,
    ValueKind,
    Window,
)
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import (
    ACCOUNT,
    CASE,
    COUNT,
    HOST,
    TACTIC,
    TECHNIQUE,
    WINDOW,
    choice_of,
    count_of,
    in_window,
    tactic_of,
    technique_of,
    text_of,
    window_of,
    within,
)
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying, iso

_ORDERS = ("gravest", "first", "last")
DEFAULT_STEPS = 8


class Timeline:
    """Tells the steps of a case in order of time."""

    tool = Tool(
        name="timeline",
        description="What happened in a case, step by step, in order of time: all of it or what fits a filter.",
        parameters=(
            CASE,
            ACCOUNT,
            HOST,
            WINDOW,
            TECHNIQUE,
            TACTIC,
            Parameter(
                name="order",
                kind=ValueKind.CHOICE,
                choices=_ORDERS,
                description="Which steps to tell where not all have room: the gravest, the first or the last.",
                example="first",
            ),
            COUNT,
        ),
        examples=(
            "show me the timeline",
            "what happened step by step",
            "timeline of FS01",
            "What did svc-backup do between 14:00 and 15:00?",
            "walk me through the attack in order",
            "chronology please",
            "first five steps of the intrusion",
            "what was the last thing the attacker did",
            "everything that happened on the file server after noon",
            "sequence of events",
            "Then what?",
            "how long did the attack take from start to end?",
            "what did they do on the domain controller",
            "how many steps are in this case",
        ),
        words=(
            "timeline", "chronology", "steps", "step by step", "sequence", "order", "then", "after that", "walk",
            "did", "do", "how long", "duration", "last thing",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the steps that fit: how many, from when to when, and the weightiest of them in order of time."""
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"steps": 0, "first_at": None, "last_at": None, "duration_s": None})
        case = chosen.case
        wanted = Filter.of(case, arguments)
        steps = [s for s in case.timeline if wanted.fits(s)]
        order = choice_of(arguments, "order", _ORDERS, "first" if "count" in arguments else "gravest")
        most = count_of(arguments, default=DEFAULT_STEPS, most=50)
        facts = FactList()
        if steps:
            _headline(facts, case, steps, wanted, min(most, len(steps)), str(order))
            for entry in picked(steps, most, str(order)):
                step_fact(facts, case, entry)
        else:
            no_steps(facts, case, wanted)
        which_case(facts, chosen, context)
        rows = tuple(
            (iso(s.at), s.text, s.host or "", s.account or "", s.tactic or "", ", ".join(s.techniques),
             s.severity.value, s.count)
            for s in steps[: context.max_rows]
        )  # fmt: skip
        columns = ("time", "what", "host", "account", "tactic", "techniques", "severity", "events")
        table = DataTable(columns=columns, rows=rows, title="Timeline", cut=max(0, len(steps) - len(rows)))
        last = max((s.at for s in steps), default=None)
        first = steps[0].at if steps else None
        return ToolResult(
            facts=facts.done(),
            values={
                "steps": len(steps),
                "first_at": iso(first),
                "last_at": iso(last),
                "duration_s": (last - first).total_seconds() if first and last else None,
            },
            tables=(table,) if rows else (),
            case_id=case.case_id,
            entities=tuple(filter(None, (wanted.account, wanted.host))),
            window=wanted.window,
            next_questions=("How did the attacker move?", "Which techniques were used?", "What is still unknown?"),
        )


class Filter:
    """Which steps of a case are asked for."""

    def __init__(
        self,
        account: str | None = None,
        host: str | None = None,
        window: Window | None = None,
        technique: str | None = None,
        tactic: str | None = None,
    ) -> None:
        """Take names as the case writes them."""
        self.account, self.host, self.window = account, host, window
        self.technique, self.tactic = technique, tactic

    @classmethod
    def of(cls, case: Case, arguments: Mapping[str, Any]) -> Filter:
        """Return the filter that grounded arguments ask for."""
        account, host = text_of(arguments, "account"), text_of(arguments, "host")
        known_account = account_in(case, account) if account else None
        known_host = host_in(case, host) if host else None
        return cls(
            known_account.name if known_account else account,
            known_host.name if known_host else host,
            window_of(arguments),
            technique_of(arguments),
            tactic_of(arguments),
        )

    def fits(self, entry: TimelineEntry) -> bool:
        """Return whether a step is asked for."""
        if self.account and (entry.account or "").casefold() != self.account.casefold():
            return False
        if self.host and not same_host(entry.host, self.host):
            return False
        if self.technique and not any(
            t == self.technique or t.startswith(self.technique + ".") for t in entry.techniques
        ):
            return False
        if self.tactic and self.tactic != entry.tactic and self.tactic not in attack.tactics_of(entry.techniques):
            return False
        return within(self.window, entry.at)

    def said(self, say: Saying) -> str:
        """Return the filter in words, with a space before it."""
        words = f" by {say.account(self.account)}" if self.account else ""
        words += f" on {say.host(self.host)}" if self.host else ""
        if self.technique:
            known = attack.technique(self.technique)
            words += f" showing {say.technique(self.technique, known.name if known else '')}"
        words += f" showing {say.tactic(self.tactic)}" if self.tactic else ""
        return words + in_window(say, self.window)


def picked(steps: Sequence[TimelineEntry], most: int, order: str) -> list[TimelineEntry]:
    """Return at most so many steps, in order of time: the gravest, the first or the last ones."""
    if order == "first":
        return list(steps[:most])
    if order == "last":
        return list(steps[-most:])
    ranked = sorted(range(len(steps)), key=lambda i: (-steps[i].severity.rank, i))[:most]
    return [steps[i] for i in sorted(ranked)]


def speaking_of(context: ToolContext, text: str) -> tuple[Case, list[TimelineEntry]] | None:
    """Return the first case with steps, or findings behind them, whose words hold a text, and those steps."""
    low = text.casefold().replace("*", " ").split()
    if not low:
        return None
    for case in context.cases:
        titles: dict[str, str] = {}
        for finding in case.findings:
            for item in finding.evidence:
                titles[item.ref] = f"{titles.get(item.ref, '')} {finding.title.casefold()}"
        found = []
        for entry in case.timeline:
            words = entry.text.casefold() + " ".join(titles.get(e.ref, "") for e in entry.evidence)
            if all(w in words for w in low):
                found.append(entry)
        if found:
            return case, found
    return None


def _headline(
    facts: FactList, case: Case, steps: Sequence[TimelineEntry], wanted: Filter, n_told: int, order: str
) -> None:
    say = Saying()
    first, last = steps[0].at, max(s.at for s in steps)
    length = (last - first).total_seconds()
    over = f", over {say.lasting(first, last)}" if length >= 1 else ""
    told = f"; the {order} {say.n(n_told)} of them follow" if n_told < len(steps) and n_told > 1 else ""
    text = f"{say.case(case)} has {say.n(len(steps), 'step')}{wanted.said(say)}, {say.span(first, last)}{over}{told}."
    facts.add(
        "n_steps", len(steps), text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=[e for s in steps for e in s.evidence[:1]],
    )  # fmt: skip


def step_fact(
    facts: FactList, case: Case, entry: TimelineEntry, name: str = "step", lead: str = "At ", said: Saying | None = None
) -> None:
    """Say one step: when, who, what, where, and what it shows.

    Args:
        facts: it is added to.
        case: whose step it is.
        entry: the step.
        name: the fact's name.
        lead: what goes before the time.
        said: what worded the lead.
    """
    say = said or Saying()
    told = say.told(entry.text.rstrip("."), case)
    if entry.account:
        say.account(entry.account)
    if entry.host:
        say.host(entry.host)
    what = _deed(entry)
    if what:
        say.add(ValueKind.TEXT, what)
    shows = ""
    if entry.techniques:
        named = []
        for technique_id in entry.techniques[:4]:
            known = attack.technique(technique_id)
            named.append(say.technique(technique_id, known.name if known else ""))
        shows = f" [{', '.join(named)}]"
    times = f", {say.n(entry.count, 'event')}" if entry.count > 1 else ""
    text = f"{lead}{say.at(entry.at)}: {told}{shows}{times}."
    facts.add(
        name, iso(entry.at), text, say, kind=ValueKind.TIME, subject=entry.account or entry.host or case.case_id,
        subject_kind=ValueKind.ACCOUNT if entry.account else ValueKind.HOST if entry.host else ValueKind.CASE,
        evidence=entry.evidence or case_proof(case),
    )  # fmt: skip


def _deed(entry: TimelineEntry) -> str:
    """Return the part of a step's sentence that comes out of the log: without who and where."""
    text = entry.text.rstrip(".")
    if entry.account and text.startswith(entry.account):
        text = text[len(entry.account) :]
    if entry.host:
        place = text.rfind(f" on {entry.host}")
        text = text[:place] if place > 0 else text
    return text.strip()


def no_steps(facts: FactList, case: Case, wanted: Filter) -> None:
    """Say that a case has no such step, and what was looked at."""
    say = Saying()
    text = f"{say.case(case)} has no step{wanted.said(say)}: {say.n(len(case.timeline), 'step was', 'steps were')} "
    text += f"looked at, {say.span(case.first_at, case.last_at)}."
    facts.add(
        "n_steps", 0, text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=case_proof(case),
    )  # fmt: skip


TIMELINE = Timeline()
