"""From a question to the tools that answer it, with grounded arguments; or what stands in the way.

The model's router chooses first where there is one; its plan is taken only where it grounds: each step has what it
requires, and no name or time of the question is left out that the rules' plan would use. Otherwise the rules choose,
and the plan says so.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vedette.copilot.binding import Binder, Bound, uncovered, which_meant
from vedette.copilot.followups import follow_up
from vedette.copilot.mentions import ENTITY_KINDS, Mention, Mentions, Missing, World, read_mentions
from vedette.copilot.model_router import ModelRouter
from vedette.copilot.pairs import acts, sides, tells_cases
from vedette.copilot.rules import RulesRouter, clauses
from vedette.models import Predictor
from vedette.schema import Focus, Plan, Tool, ToolCall, Usage, ValueKind

MAX_STEPS = 3
_CLOSE = 0.72
"""Share of the best score that another tool needs to be weighed against it."""
_CLEAR = 3.2
"""Points from which rules are sure that a tool is meant."""
_SURE = 4.5
"""Points from which rules are so sure that a small model is not asked, which errs more often than they do then."""
_LEFT_OUT, _LACKING = 1.8, 2.5
"""Points that a thing of the question left out costs, and a required argument that is not there."""
_BY_KIND = (
    (ENTITY_KINDS, "entity_profile"),
    ((ValueKind.TECHNIQUE,), "technique_info"),
    ((ValueKind.CASE,), "case_summary"),
    ((ValueKind.TIME,), "timeline"),
)
"""What is meant by a thing alone."""


@dataclass(frozen=True)
class Planned:
    """What is to be run."""

    steps: tuple[Bound, ...] = ()
    """Empty where no tool answers the question."""
    mentions: Mentions = field(default_factory=Mentions)
    router: str = ""
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """What chose or tried to choose."""
    left: tuple[Mention, ...] = ()
    """What the question names and no step takes."""


class Planner:
    """Chooses tools for questions.

    Args:
        tools: every tool by name.
        model: the model's router, where there is one.
        always: whether the model is asked even where rules are sure.
        chooser: what the rules ask besides; None: rules alone.
    """

    def __init__(
        self,
        tools: Mapping[str, Tool],
        model: ModelRouter | None,
        *,
        always: bool = True,
        chooser: Predictor | None = None,
    ) -> None:
        self.tools = dict(tools)
        self.always = always
        self.rules = RulesRouter(tools, chooser)
        self.model = model

    def plan(self, question: str, world: World, cancel: threading.Event | None = None) -> Planned:
        """Return what is to be run for a question."""
        mentions = read_mentions(question, world)
        asked = self._follows(question, mentions, world)
        if asked is not None:
            return asked
        by_rules = self._by_rules(question, mentions, world)
        if self.model is None or (not self.always and self._sure(question, mentions, by_rules)):
            return by_rules
        routed = self.model.route(question, world.focus, cancel)
        if routed.steps is None:
            why = f"rules, since {self.model.name} {routed.failure or 'gave no plan'}"
            return replace(by_rules, router=why, usage=routed.usage, model=self.model.name)
        binder = Binder(question, mentions, world)
        steps = _distinct([binder.bind(self.tools[s.tool], s.arguments) for s in routed.steps])
        left = uncovered(mentions, steps)
        grounded = bool(steps) and not any(s.lacks for s in steps)
        worse = by_rules.steps and not any(s.lacks for s in by_rules.steps) and len(left) > len(by_rules.left)
        none = not routed.steps and self._best(question, mentions) < _CLEAR
        same = not self.always and [s.tool.name for s in steps] == [s.tool.name for s in by_rules.steps]
        if steps and same:  # what grounding reads in the question is surer than what a small model copies from it
            return replace(by_rules, router=routed.router, usage=routed.usage, model=self.model.name)
        if none or (grounded and not worse):
            return Planned(steps, mentions, routed.router, routed.usage, self.model.name, left)
        return replace(by_rules, router=f"rules, since the plan of {routed.router} did not ground", usage=routed.usage)

    def resume(self, question: str, calls: Sequence[ToolCall], world: World) -> Planned:
        """Return steps that were planned before, grounded once more."""
        steps = []
        for call in calls:
            if call.tool not in self.tools:
                continue
            written = " ".join(str(v) for v in _flat(call.arguments.values()))
            mentions = read_mentions(written, world)
            steps.append(Binder(written, mentions, world).bind(self.tools[call.tool], call.arguments, fill=False))
        return Planned(tuple(steps), Mentions(), "the conversation")

    def _sure(self, question: str, mentions: Mentions, planned: Planned) -> bool:
        """Return whether the rules' plan leaves nothing out and no other tool comes near."""
        if not planned.steps or any(s.lacks for s in planned.steps) or planned.left:
            return False
        if len(clauses(question)) > 1:
            return True  # each clause is read alone, which a small model cannot
        ranked = self.rules.rank(mentions, question)
        runner_up = ranked[1].score if len(ranked) > 1 else 0.0
        return ranked[0].score >= _SURE and runner_up < _CLOSE * ranked[0].score

    def _best(self, question: str, mentions: Mentions) -> float:
        ranked = self.rules.rank(mentions, question)
        return max((scored.ruled for scored in ranked), default=0.0)

    # ------------------------------------------------------------------ follow-ups

    def _follows(self, question: str, mentions: Mentions, world: World) -> Planned | None:
        calls = follow_up(
            question, mentions, world.focus, self.tools, world.index, asks=self._best(question, mentions) >= _CLEAR
        )
        if calls is None:
            return None
        planned = self.resume(question, calls, world)
        # an unknown name in "and for bob?" must be said, and an ambiguous one asked about
        steps = tuple(_with_options(step, mentions) for step in planned.steps)
        return replace(planned, steps=steps, mentions=mentions, left=uncovered(mentions, steps)) if steps else None

    # ------------------------------------------------------------------ rules

    def _by_rules(self, question: str, mentions: Mentions, world: World) -> Planned:
        beside = self._beside(question, mentions, world)
        if beside:
            return Planned(beside, mentions, "rules", left=uncovered(mentions, beside))
        parts = acts(question) or clauses(question)
        if len(parts) == 1 and parts[0] == question:
            step = self._one(question, mentions, world)
            steps = (step,) if step is not None else ()
            return Planned(steps, mentions, "rules", left=uncovered(mentions, steps))
        steps_: list[Bound] = []
        named = tuple(dict.fromkeys([m.value for m in mentions.of(*ENTITY_KINDS)]))
        aside = tuple(n for n in named if not any(n in str(read_mentions(p, world).found) for p in parts))
        if aside:  # named where nothing is asked: what "that one" means
            world = replace(world, focus=replace(world.focus, entities=(*aside, *world.focus.entities)))
        for part in parts:
            own = read_mentions(part, world)
            step = self._again(part, own, world) or self._one(part, own, world)
            if step is None:
                continue
            steps_.append(step)
            names = tuple(dict.fromkeys([m.value for m in own.of(*ENTITY_KINDS)] + list(world.focus.entities)))
            case = next((m.value for m in own.of(ValueKind.CASE)), world.focus.case_id)
            plan = Plan(question=part, steps=(step.call,))
            world = replace(world, focus=replace(world.focus, entities=names, case_id=case, plan=plan))
        kept = _distinct(steps_)[:MAX_STEPS]
        left = tuple(
            m for m in uncovered(mentions, kept) if not any(m.value == u.value for step in kept for u in step.used)
        )
        whole = self._one(question, mentions, world) if not aside else None
        if whole is not None and (not kept or len(uncovered(mentions, [whole])) < len(left)):
            return Planned((whole,), mentions, "rules", left=uncovered(mentions, [whole]))
        return Planned(kept, mentions, "rules", left=left)

    def _beside(self, question: str, mentions: Mentions, world: World) -> tuple[Bound, ...]:
        """Return a step for each of the things that a question sets side by side; none where it sets none."""
        if "case_summary" in self.tools and tells_cases(question, len(world.cases)):
            calls = [ToolCall(tool="case_summary", arguments={"case": c.case_id}) for c in world.cases]
            return self.resume(question, calls, world).steps
        if "events" not in self.tools:
            return ()
        bound = [Binder(question, one, world).bind(self.tools["events"], {}) for one in sides(question, mentions)]
        counted = [replace(step, written={**step.written, "what": "count"}) for step in bound]
        return tuple(
            replace(
                s,
                arguments={k: v for k, v in s.arguments.items() if k not in ("by", "top")} | {"what": "count"},
                written={k: v for k, v in s.written.items() if k not in ("by", "top")},
            )
            for s in counted
        )

    def _again(self, part: str, mentions: Mentions, world: World) -> Bound | None:
        """Return what a clause means that only the one before it makes whole, as ``and from which address`` does."""
        if world.focus.plan is None or len(part.split()) > 4:
            return None
        calls = follow_up(part, mentions, world.focus, self.tools, world.index, asks=True)
        return next(iter(self.resume(part, calls, world).steps), None) if calls else None

    def _one(self, question: str, mentions: Mentions, world: World) -> Bound | None:
        """Return the tool that one question means, None where it means none."""
        binder = Binder(question, mentions, world)
        ranked = self.rules.rank(mentions, question)
        if not any(scored.meant for scored in ranked):
            return self._by_kind(binder, mentions) or self._by_place(binder)
        meant = [scored for scored in ranked if scored.meant]
        best: tuple[float, Bound] | None = None
        for scored in meant[:5]:
            if scored.score < _CLOSE * meant[0].score:
                break
            bound = binder.bind(scored.tool, {})
            left = [m for m in uncovered(mentions, [bound]) if not m.excluded]
            points = scored.score - _LEFT_OUT * len(left) - _LACKING * len(bound.lacks)
            if best is None or points > best[0]:
                best = (points, bound)
        return best[1] if best else None

    def _by_kind(self, binder: Binder, mentions: Mentions) -> Bound | None:
        words = mentions.rest.split()
        if len(words) > 6:
            return None
        for kinds, name in _BY_KIND:
            if name in self.tools and mentions.of(*kinds):
                return binder.bind(self.tools[name], {})
        return None

    def _by_place(self, binder: Binder) -> Bound | None:
        """Return the events of a code or an operation that stands in a question which says little else."""
        if "events" not in self.tools:
            return None
        bound = binder.bind(self.tools["events"], {})
        return bound if any(name in bound.arguments for name in ("code", "operation")) else None


def needed(planned: Planned) -> tuple[Missing, ...]:
    """Return the names that are nowhere in the data and that the question cannot be answered without."""
    out = []
    for missing in planned.mentions.missing:
        searched = any(
            missing.text.casefold() in str(v).casefold() for s in planned.steps for v in s.arguments.values()
        )
        if searched:
            continue
        takes = any(p.kind in (*ENTITY_KINDS, ValueKind.ENTITY) for s in planned.steps for p in s.tool.parameters)
        lacks = any(s.lacks for s in planned.steps)
        if missing.sure or lacks or (takes and not missing.stray):
            out.append(missing)
    return tuple(out)


def focus_after(focus: Focus, planned: Planned, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that a conversation is about after an answer: the question's, the answer's, those before."""
    asked = [m.value for m in planned.mentions.of(*ENTITY_KINDS)]
    bound = [
        v
        for s in planned.steps
        for p in s.tool.parameters
        if p.kind in (*ENTITY_KINDS, ValueKind.ENTITY)
        for v in _flat([s.arguments[p.name]] if p.name in s.arguments else [])
    ]
    return tuple(dict.fromkeys([*asked, *bound, *names, *focus.entities]))[:16]


def _with_options(step: Bound, mentions: Mentions) -> Bound:
    for mention in mentions.found:
        if not mention.options:
            continue
        for name, value in step.arguments.items():
            if value == mention.value:
                return replace(step, choice=which_meant(name, mention))
    return replace(step, used=(*step.used, *(m for m in mentions.found if m.value in step.arguments.values())))


def _distinct(steps: Sequence[Bound]) -> tuple[Bound, ...]:
    kept: list[Bound] = []
    for step in steps:
        if not any(k.tool.name == step.tool.name and step.arguments.items() <= k.arguments.items() for k in kept):
            kept.append(step)
    return tuple(kept[:MAX_STEPS])


def _flat(values: object) -> list[object]:
    out: list[object] = []
    for value in values:  # type: ignore[attr-defined]
        out += _flat(value) if isinstance(value, (list, tuple)) else [value]
    return out
