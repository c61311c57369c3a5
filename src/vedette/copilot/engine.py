"""The copilot: a question enters; a plan of typed tools runs; a worded and checked answer leaves.

What is computed stands before any model is asked for words, so that the answer is complete without one, and whatever a
model does (invents, obeys a log, says nothing, fails) can only cost its own sentences.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.copilot import scope
from vedette.copilot.base import Listener, Progress, Stage
from vedette.copilot.binding import Bound
from vedette.copilot.command_asked import TOOL, command_asked
from vedette.copilot.compose import Draft, choice_text, claim_of, draft, tables_of
from vedette.copilot.followups import answer_choice, chosen, leans
from vedette.copilot.layout import Page, Place, placed
from vedette.copilot.mentions import ENTITY_KINDS, World, calendar_of
from vedette.copilot.model_router import ModelRouter, adapter_of, can_word, is_large
from vedette.copilot.names import name_index
from vedette.copilot.noting import missing_text, notes_of, unused_note
from vedette.copilot.planning import Planned, Planner, focus_after, needed
from vedette.copilot.quotes import QUOTED, STAND_IN, spoken
from vedette.copilot.reports_asked import HITS, SUMMARY, is_own, reports_asked, summary_call
from vedette.copilot.reports_asked import TOOLS as READERS
from vedette.copilot.rules import CHOOSER
from vedette.copilot.times import Calendar
from vedette.copilot.wording import Worded, word, worth_wording
from vedette.errors import UserError, VedetteError
from vedette.models import Predictor, load
from vedette.schema import (
    Answer,
    AnswerStatus,
    Case,
    Choice,
    Claim,
    Fact,
    Focus,
    Plan,
    Reading,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
    ValueKind,
)
from vedette.toolbox import ToolContext, ToolPlugin

if TYPE_CHECKING:
    from vedette.llm import LanguageModel
    from vedette.store import Lake

log = logging.getLogger(__name__)

MAX_QUESTION = 4_000
ROUTERS = ("auto", "rules", "model")
_NO_FOCUS = Focus()
_NO_REPORTS = frozenset(
    "technique_info command_explanation draft_report slides data_status changed_since exposure_report "
    "exposure_changes".split()
)
"""Tools whose question, asked beside a report, is never about the report's attack."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class _Run:
    """One question on its way."""

    question: str
    focus: Focus
    listener: Listener | None
    cancel: threading.Event | None
    asked_at: datetime
    started: float = field(default_factory=time.monotonic)
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    plan: Plan | None = None

    @property
    def cancelled(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()

    def tell(self, stage: Stage, **what: Any) -> None:
        if self.listener is not None:
            self.listener(Progress(stage=stage, **what))


class Copilot:
    """Answers questions about a lake; follows :class:`vedette.copilot.base.Answerer`.

    Args:
        lake: what is asked about.
        model: words answers and, with the routing adapter or where it is large, chooses tools; None: neither.
        tools: by name; None: every registered one.
        router: ``auto`` (a large model's, an embedded one's where rules are not sure), ``rules`` or ``model``.
        clock: what the time is, UTC.
        third_party: whether tools of other packages are used.
        words: whether the model words answers; None: where its words are worth waiting for
            (:func:`vedette.copilot.model_router.can_word`). Without, it only chooses tools.

    Raises:
        UserError: there is no such router, or ``model`` is asked for and the model cannot choose tools.
    """

    def __init__(
        self,
        lake: Lake,
        *,
        model: LanguageModel | None = None,
        tools: Mapping[str, ToolPlugin] | None = None,
        router: str = "auto",
        clock: Callable[[], datetime] = _now,
        third_party: bool = True,
        words: bool | None = None,
    ) -> None:
        if tools is None:
            from vedette.toolbox import tools as registered

            tools, _ = registered(third_party=third_party)
        self.lake = lake
        self.model = model
        self._plugins = dict(tools)
        self._clock = clock
        self.words = model is not None and (can_word(model) if words is None else words)
        """Whether the model words answers."""
        declared = {name: plugin.tool for name, plugin in self._plugins.items()}
        # a small model is asked where the rules are not sure, a large one always
        always = router == "model" or (model is not None and is_large(model))
        chooser = _chooser(lake.home, third_party)
        self.planner = Planner(declared, self._router(router, declared), always=always, chooser=chooser)

    def _router(self, router: str, tools: Mapping[str, Tool]) -> ModelRouter | None:
        if router not in ROUTERS:
            raise UserError(f"there is no router {router!r}", next_step=f"choose one of: {', '.join(ROUTERS)}")
        if router == "rules" or self.model is None:
            if router == "model":
                raise UserError("the model's router needs a model", next_step="name one, or use the router auto")
            return None
        adapter = adapter_of(self.model, self.lake.home)
        if adapter is not None or router == "model" or is_large(self.model):
            return ModelRouter(self.model, tools, adapter=adapter)
        return None

    @property
    def tools(self) -> Mapping[str, Tool]:
        """What can be asked, by name."""
        return self.planner.tools

    # ------------------------------------------------------------------ asking

    def ask(
        self,
        question: str,
        *,
        focus: Focus = _NO_FOCUS,
        case_id: str | None = None,
        listener: Listener | None = None,
        cancel: threading.Event | None = None,
        readings: Sequence[Reading] = (),
    ) -> Answer:
        """Return the checked answer; see :meth:`vedette.copilot.base.Answerer.ask`."""
        asked = _readable(question)
        run = _Run(asked, focus, listener, cancel, self._clock())
        context = ToolContext(lake=self.lake, now=run.asked_at, focus=focus, readings=tuple(readings))
        pinned = _pinned(context.cases, case_id) if case_id else None
        if pinned and focus.case_id != pinned:
            run.focus = replace(focus, case_id=pinned)
        answer = self._answered(run, context, pinned)
        run.tell(Stage.DONE, answer=answer)
        return answer

    def _answered(self, run: _Run, context: ToolContext, pinned: str | None) -> Answer:
        picked = chosen(run.focus.pending, run.question) if run.focus.pending else None
        command = command_asked(run.question) if picked is None and TOOL in self.tools else None
        attached = bool(context.readings)
        report = self._report_asked(run, attached) if picked is None and command is None else None
        special = picked is not None or command is not None or report is not None
        if not special and (ruled := scope.ruling(spoken(run.question))) is not None:
            return self._ruled(run, ruled)
        world = self._world(run, context, pinned)
        if run.cancelled:
            return self._cancelled(run)
        if picked is not None:
            calls = answer_choice(run.focus, picked, self.tools)
            planned = self.planner.resume(run.question, calls, world)
        elif command is not None:
            asked = [ToolCall(tool=TOOL, arguments={"command": command})]
            planned = replace(self.planner.resume(run.question, asked, world), router="rules")
        elif report is not None:
            planned = self._about_reports(run, report, world)
        else:
            planned = self.planner.plan(run.question, world, run.cancel)
            if attached and SUMMARY in self.tools and self._of_attached(run, planned, world, context.readings):
                planned = self._about_reports(run, summary_call(spoken(run.question), attached=True), world)
        run.usage = run.usage.plus(planned.usage)
        run.model = planned.model if planned.usage.n_calls else ""
        calls = tuple(step.call for step in planned.steps)
        run.plan = Plan(question=run.question, steps=calls, router=planned.router)
        run.tell(Stage.PLANNED, plan=run.plan)
        if run.cancelled:
            return self._cancelled(run)
        stopped = self._stopped(run, planned, world)
        if stopped is not None:
            return stopped
        return self._run_tools(run, planned, world, context)

    def _report_asked(self, run: _Run, attached: bool) -> ToolCall | None:
        """Return what a question asks about reports, None where it asks about something else."""
        call = reports_asked(spoken(run.question), attached=attached)
        quoted = QUOTED.search(run.question)
        if call is not None and quoted is not None and STAND_IN in str(call.arguments.get("thing", "")):
            call = replace(call, arguments={"thing": (quoted[1] or quoted[2]).strip()})
        return call if call is not None and call.tool in self.tools else None

    def _about_reports(self, run: _Run, call: ToolCall, world: World) -> Planned:
        """Return the plan of a question about reports: they come in today, however old the events are."""
        world = replace(world, calendar=Calendar(run.asked_at))
        calls = [call]
        if call.arguments.get("about") == "do" and HITS in self.tools:  # what was seen here is what to act on
            calls.append(ToolCall(tool=HITS, arguments={k: v for k, v in call.arguments.items() if k != "about"}))
        return replace(self.planner.resume(run.question, calls, world), router="rules")

    def _of_attached(self, run: _Run, planned: Planned, world: World, readings: Sequence[Reading]) -> bool:
        """Return whether a question is about what came with it: it names nothing of the own data alone."""
        if any(m.kind is ValueKind.CASE for m in planned.mentions.found) or is_own(spoken(run.question)):
            return False
        own = [m for m in planned.mentions.found if m.kind in ENTITY_KINDS and world.index.kind_of(m.value) is not None]
        texts = [reading.document.text.casefold() for reading in readings]
        if any(not any(m.text.casefold() in text for text in texts) for m in own):
            return False
        missing = needed(planned)
        if missing:  # a name that no event holds may be one that the report gives
            return all(any(m.text.casefold() in text for text in texts) for m in missing)
        return not any(step.tool.name in _NO_REPORTS and not step.lacks for step in planned.steps)

    def _world(self, run: _Run, context: ToolContext, pinned: str | None) -> World:
        index = name_index(self.lake, context.cases)
        case_id = pinned or run.focus.case_id
        known = {c.case_id: c for c in context.cases}
        if case_id is not None and case_id not in known:
            case_id = None  # the case of an old conversation that is no longer made
            run.focus = replace(run.focus, case_id=None)
        case = known.get(case_id) if case_id else next(iter(context.cases), None)
        return World(index, context.cases, calendar_of(index, case, run.focus, run.asked_at), run.focus, pinned)

    # ------------------------------------------------------------------ answers without tools

    def _ruled(self, run: _Run, ruled: scope.Ruling) -> Answer:
        declined = ruled.kind in (scope.Kind.ACTION, scope.Kind.OUTSIDE)
        status = AnswerStatus.DECLINED if declined else AnswerStatus.ANSWERED
        run.plan = Plan(question=run.question, router="rules")
        run.tell(Stage.PLANNED, plan=run.plan)
        return self._plain(run, status, [ruled.text], next_questions=scope.suggestions(self.tools.values()))

    def _stopped(self, run: _Run, planned: Planned, world: World) -> Answer | None:
        """Return the answer to what cannot be run: nothing meant, a name that is nowhere, or a choice to make."""
        missing = needed(planned)
        if missing:
            text = [missing_text(m, world) for m in missing[:3]]
            near = missing[0].near
            parameter = _named_parameter(planned, missing[0].kind)
            pending = Choice(parameter=parameter, question=text[0], options=near) if near and parameter else None
            focus = replace(run.focus, pending=pending, plan=run.plan)
            return self._plain(
                run, AnswerStatus.UNKNOWN, text, unknown=tuple(text), focus=focus, values=_empty(planned)
            )
        if not planned.steps:
            asked = scope.suggestions(self.tools.values())
            if leans(run.question):
                text = ["Nothing was spoken of yet: which account, host, time or case do you mean?"]
                return self._plain(run, AnswerStatus.CLARIFY, text, next_questions=asked)
            if planned.mentions.found or scope.is_about_security(run.question):
                text = [scope.UNTOLD]
                return self._plain(run, AnswerStatus.UNKNOWN, text, unknown=tuple(text), next_questions=asked)
            return self._plain(run, AnswerStatus.DECLINED, [scope.OUTSIDE], next_questions=asked)
        asking = next((s for s in planned.steps if s.choice is not None), None)
        if asking is not None and asking.choice is not None:
            return self._clarify(run, asking.choice)
        lacking = next((s for s in planned.steps if s.lacks), None)
        if lacking is not None:
            wanted = lacking.lacks[0]
            options = self._options(wanted.kind, world)
            question = f"Which {wanted.name.replace('_', ' ')} do you mean?"
            if options:
                return self._clarify(run, Choice(parameter=wanted.name, question=question, options=options))
            return self._plain(run, AnswerStatus.UNKNOWN, [question], unknown=(question,))
        return None

    def _options(self, kind: ValueKind, world: World) -> tuple[str, ...]:
        """Return what a required argument could be, from the case in question."""
        case = next((c for c in world.cases if c.case_id == world.case_id), next(iter(world.cases), None))
        if kind is ValueKind.CASE:
            return tuple(c.case_id for c in world.cases[:8])
        if case is None:
            return ()
        accounts = [a.name for a in case.accounts if a.implicated]
        hosts = [h.name for h in case.hosts]
        named = {
            ValueKind.ACCOUNT: accounts, ValueKind.HOST: hosts, ValueKind.ENTITY: accounts + hosts,
            ValueKind.TECHNIQUE: [t.technique_id for t in case.techniques],
        }  # fmt: skip
        return tuple(named.get(kind, [])[:8])

    def _clarify(self, run: _Run, choice: Choice) -> Answer:
        focus = replace(run.focus, pending=choice, plan=run.plan)
        return self._plain(run, AnswerStatus.CLARIFY, [choice_text(choice)], focus=focus, choice=choice)

    def _cancelled(self, run: _Run) -> Answer:
        return self._plain(run, AnswerStatus.CANCELLED, [])

    def _plain(
        self,
        run: _Run,
        status: AnswerStatus,
        texts: Sequence[str],
        *,
        focus: Focus | None = None,
        **more: Any,
    ) -> Answer:
        """Return an answer of sentences that rest on no event."""
        facts = tuple(
            Fact(fact_id=f"n{i}", name="note", value=text, kind=ValueKind.TEXT, text=text)
            for i, text in enumerate(texts, 1)
        )
        claims = tuple(claim_of(f) for f in facts)
        page = Page()
        for claim in claims:
            run.tell(Stage.CLAIM, claim=claim, text=page.add(Place.LEAD, claim))
        settled = status in (AnswerStatus.DECLINED, AnswerStatus.CANCELLED)
        return Answer(
            answer_id=uuid.uuid4().hex,
            question=run.question,
            status=status,
            text=page.text,
            claims=claims,
            facts=facts,
            plan=run.plan,
            focus=focus or (run.focus if settled else replace(run.focus, pending=None)),
            model=run.model,
            usage=run.usage,
            asked_at=run.asked_at,
            duration_s=time.monotonic() - run.started,
            **more,
        )

    # ------------------------------------------------------------------ answers from tools

    def _run_tools(self, run: _Run, planned: Planned, world: World, context: ToolContext) -> Answer:
        # a window or name of before is used only where the question refers to it, and then it is an argument
        focus = replace(run.focus, case_id=world.case_id if run.focus.case_id or world.pinned else None, pending=None)
        steps: list[Bound] = []
        results: list[ToolResult] = []
        for step in planned.steps:
            if run.cancelled:
                return self._cancelled(run)
            result = self._one(step, replace(context, focus=focus))
            steps.append(step)
            results.append(result)
            run.tell(Stage.RAN, tool=step.tool.name)
            if result.choice is not None:
                return self._clarify(run, result.choice)
            if result.case_id and focus.case_id is None and len(planned.steps) > 1:
                focus = replace(focus, case_id=result.case_id)
        left = [m for m in planned.left if m.kind is not ValueKind.CASE or m.value != world.case_id]
        notes = notes_of(planned, world)
        if context.readings and not any(s.tool.name in READERS for s in steps):
            what = "attached report was" if len(context.readings) == 1 else "attached reports were"
            notes.append(f"The {what} not read for this answer.")
        unused = unused_note(left)
        made = draft(spoken(run.question), steps, results, planned.mentions, [*notes, *unused], bool(left))
        worded = self._worded(run, made)
        if run.cancelled:
            return self._cancelled(run)
        return self._whole(run, planned, results, made, worded, world)

    def _one(self, step: Bound, context: ToolContext) -> ToolResult:
        """Return what a tool found; what it refuses or breaks over is unknown, and said."""
        try:
            return self._plugins[step.tool.name].run(context, step.arguments)
        except VedetteError as error:
            hint = f" ({error.next_step})" if error.next_step else ""
            return ToolResult(unknown=(f"{error.message[:300]}{hint[:200]}.",))
        except Exception as error:
            # another package's tool; the other steps still answer
            log.warning("the tool %s failed: %s", step.tool.name, type(error).__name__, exc_info=True)
            return ToolResult(
                unknown=(f"The tool {step.tool.name} failed ({type(error).__name__}), so this is not known.",)
            )

    def _worded(self, run: _Run, made: Draft) -> Worded:
        if self.model is None or not self.words or not worth_wording(made.said) or made.lead:
            return Worded(uncovered=made.said)
        short = not is_large(self.model)
        worded = word(self.model, run.question, made.said, made.facts, short=short, cancel=run.cancel)
        run.usage = run.usage.plus(worded.usage)
        run.model = worded.model or run.model
        return worded

    def _whole(
        self,
        run: _Run,
        planned: Planned,
        results: Sequence[ToolResult],
        made: Draft,
        worded: Worded,
        world: World,
    ) -> Answer:
        laid = _laid(made, worded)
        claims = tuple(claim for _, claim in laid)
        page = Page()
        for place, claim in laid:
            run.tell(Stage.CLAIM, claim=claim, text=page.add(place, claim))
        unknown = tuple(dict.fromkeys(u for r in results for u in r.unknown))
        case_id = next((r.case_id for r in reversed(results) if r.case_id), run.focus.case_id)
        names = [n for r in results for n in r.entities]
        window = next((r.window for r in reversed(results) if r.window), run.focus.window)
        kept = {id(c) for c in worded.claims}
        n_replaced = min(len(worded.dropped), sum(1 for c in claims if id(c) not in kept and c.facts[:1] != ()))
        return Answer(
            answer_id=uuid.uuid4().hex,
            question=run.question,
            status=AnswerStatus.ANSWERED if made.said and not made.asked_gap else AnswerStatus.UNKNOWN,
            text=page.text,
            claims=claims,
            values=made.values,
            citations=page.citations,
            facts=made.facts,
            dropped=worded.dropped,
            n_replaced=n_replaced,
            tables=tables_of(results),
            artefacts=tuple(a for r in results for a in r.artefacts),
            queries=tuple(dict.fromkeys(r.query for r in results if r.query)),
            plan=run.plan,
            unknown=unknown,
            focus=Focus(case_id=case_id, entities=focus_after(run.focus, planned, names), window=window, plan=run.plan),
            next_questions=tuple(dict.fromkeys(q for r in results for q in r.next_questions))[:4],
            model=run.model,
            usage=run.usage,
            asked_at=run.asked_at,
            duration_s=time.monotonic() - run.started,
        )


def _laid(made: Draft, worded: Worded) -> list[tuple[Place, Claim]]:
    """Return the sentences to show: the model's that checked, and computed ones for what those do not say.

    The direct answer comes first, whoever words it.
    """
    uncovered = list(worded.uncovered)
    first = made.said[0] if made.said else None
    claims: list[Claim] = []
    if first is not None and first in uncovered:
        claims.append(claim_of(first, made.lead))
        uncovered.remove(first)
    claims += worded.claims
    claims += [claim_of(f) for f in uncovered]
    if not claims and not made.gaps:
        claims.append(Claim(text="Nothing was found that answers this.", evidence=(), checked=True))
    gaps = [claim_of(f) for f in made.gaps]
    if made.asked_gap:
        laid = [(Place.LEAD, gaps.pop(0)), *((Place.POINT, claim) for claim in claims)]
    else:
        laid = placed(claims)
    laid += [(Place.POINT if claims else Place.LEAD, gap) for gap in gaps]
    laid += [(Place.REMARK, claim_of(f)) for f in made.notes]
    return laid


def _chooser(home: Path, third_party: bool) -> Predictor | None:
    """Return the trained chooser of tools: the home's, where one is registered, else the one that ships."""
    try:
        return load(CHOOSER, home, third_party=third_party)
    except VedetteError as error:
        log.warning("tools are chosen by rules alone: %s", error.message)
        return None


def _readable(question: str) -> str:
    if not isinstance(question, str) or not question.strip():
        raise UserError("the question is empty", next_step='ask something: vedette ask "what happened?"')
    if len(question) > MAX_QUESTION:
        raise UserError(
            f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} are read",
            next_step="ask in fewer words",
        )
    text = "".join(c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in question)
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _pinned(cases: Sequence[Case], wanted: str) -> str:
    low = wanted.strip().casefold()
    fitting = [
        c.case_id
        for c in cases
        if c.case_id == low or c.case_id.removeprefix("case-").startswith(low.removeprefix("case-"))
    ]
    if len(fitting) != 1 or not low:
        known = ", ".join(c.case_id for c in cases[:8]) or "none; vedette investigate PATH… makes them"
        said = f"no case {wanted[:40]!r}" if not fitting else f"{wanted[:40]!r} fits {len(fitting)} cases"
        raise UserError(said, next_step=f"choose one of: {known}")
    return fitting[0]


def _named_parameter(planned: Planned, kind: ValueKind | None) -> str | None:
    """Return the parameter that a missing name would have been for."""
    wanted = (kind, ValueKind.ENTITY) if kind else (ValueKind.ENTITY, ValueKind.ACCOUNT, ValueKind.HOST)
    for step in planned.steps:
        for parameter in step.tool.parameters:
            if parameter.kind in wanted:
                return parameter.name
    return None


def _empty(planned: Planned) -> dict[str, Any]:
    return {"count": 0} if any(s.tool.name in ("events", "findings") for s in planned.steps) else {}
