"""Requests with their plans, drawn by seed from phrasings: the rows of the training and of the held-out set."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from vedette.copilot.adapter import noise, slots, vocabulary
from vedette.copilot.adapter.intents import Intent, intents
from vedette.copilot.adapter_prompt import routing_prompt, write_plan
from vedette.schema import Focus, Message, Plan, Role, Tool, ToolCall, ValueKind, Window

_GAP = re.compile(r"\{([a-z_]+\d?)\}")
_EITHER = re.compile(r"\(([^()]*)\)")
_CLOSED = frozenset(vocabulary.LEXICON)
"""Gaps whose plan holds a choice's word and not the text."""
_TAILS: Mapping[bool, Mapping[str, tuple[str, ...]]] = {
    False: {
        "window": (
            " {window}",
            " {window}",
            " {window}",
            ", {window}",
            " and only {window}",
            " - {window}",
            " ({window})",
            ", just {window}",
            " if it was {window}",
            " as of {window}",
            " but {window} only",
        ),
        "host": (
            " on {host}",
            " on {host}",
            " for host {host}",
            " at {host}",
            " on the machine {host}",
            " (host {host})",
            ", only {host}",
            " limited to {host}",
            " concerning {host}",
            ", I mean on {host}",
            " for server {host}",
            " just for {host}",
            " when it comes to {host}",
            " and only for {host}",
            " - {host}",
            " related to {host}",
            " about {host}",
            " in connection with {host}",
            ", host = {host}",
            " from the perspective of {host}",
        ),
        "account": (
            " for {account}",
            " by {account}",
            " by {account}",
            " of user {account}",
            " involving {account}",
            " (user {account})",
            ", only {account}",
            " limited to {account}",
            " concerning {account}",
            ", I mean by {account}",
            " just for {account}",
            " when it comes to {account}",
            " - {account}",
            " and only for {account}",
            " related to {account}",
            " about {account}",
            ", account = {account}",
            " in connection with {account}",
            " under the account {account}",
        ),
        "case": (
            " in {case}",
            " in {case}",
            " of {case}",
            " for {case}",
            " ({case})",
            ", I mean {case}",
            " - {case}",
            ", only {case}",
            " limited to {case}",
            " concerning {case}",
            " when it comes to {case}",
            " related to {case}",
            " from {case}",
            " belonging to {case}",
            " about {case}",
            ", case = {case}",
            " during {case}",
        ),
        "front": ("{window}, ", "{window}: ", "{window} ", "about {window}: "),
    },
    True: {
        "window": (" {window}", ", say {window}", " {window} that is"),
        "host": (", restricted to {host}", " regarding {host}", " with {host} in mind"),
        "account": (", restricted to {account}", " as regards {account}", " where {account} is concerned"),
        "case": (" within {case}", ", with {case} in mind", " as regards {case}"),
        "front": ("{window} - ",),
    },
}
"""What a tail sounds like in training, and in the held-out set."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to say an intent."""

    intent: str
    family: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A question with the plan that is right."""

    intent: str
    family: str
    phrasing: str
    question: str
    focus: Focus | None
    steps: tuple[ToolCall, ...]
    named: tuple[tuple[str, ValueKind], ...] = ()
    """What the question names and no plan holds: grounding finds it."""

    def messages(self, tools: Mapping[str, Tool]) -> list[Message]:
        """Return the conversation to train on: prompt and plan."""
        told = Message(role=Role.ASSISTANT, content=write_plan(self.steps, tools))
        return [*routing_prompt(self.question, self.focus), told]


@cache
def phrasings(*, held_out: bool) -> tuple[Phrasing, ...]:
    """Return the phrasings of one of the two sets; neither reads the other's module."""
    if held_out:
        from vedette.copilot.adapter.held_out import PHRASINGS
    else:
        from vedette.copilot.adapter.training import PHRASINGS
    read: list[Phrasing] = []
    intent = ""
    for line in PHRASINGS.strip().splitlines():
        if line.startswith("# "):
            intent = line[2:].strip()
        elif line.strip():
            family, _, phrase = line.partition(" ")
            read.append(Phrasing(intent, family, phrase.strip()))
    return tuple(read)


def requests(rows: int, seed: int, tools: Mapping[str, Tool], *, held_out: bool = False) -> Iterator[Request]:
    """Yield requests: every phrasing in turn, intents with more to copy more often.

    Args:
        rows: how many.
        seed: the same seed gives the same requests.
        tools: every tool by name.
        held_out: whether those of the held-out families and values.
    """
    rng = random.Random(f"{seed} {held_out}")  # noqa: S311 (nothing secret is drawn)
    by_intent: dict[str, list[Phrasing]] = {}
    for phrasing in phrasings(held_out=held_out):
        by_intent.setdefault(phrasing.intent, []).append(phrasing)
    if held_out:
        every = list(phrasings(held_out=True))
        order = every if rows >= len(every) else [every[i * len(every) // rows] for i in range(rows)]
        while len(order) < rows:
            order = order + rng.sample(order, min(len(order), rows - len(order)))
    else:
        order = list(_in_turn(by_intent, rows, rng))
    for phrasing in order:
        yield request(phrasing, rng, tools, held_out=held_out)


def _in_turn(by_intent: Mapping[str, list[Phrasing]], rows: int, rng: random.Random) -> Iterator[Phrasing]:
    """Yield phrasings of intents drawn by weight; no phrasing comes again before all of its intent have been."""
    names = list(by_intent)
    left: dict[str, list[Phrasing]] = {n: [] for n in names}
    for name in rng.choices(names, [intents()[n].weight for n in names], k=rows):
        if not left[name]:
            left[name] = rng.sample(by_intent[name], len(by_intent[name]))[::-1]
        yield left[name].pop()


def request(phrasing: Phrasing, rng: random.Random, tools: Mapping[str, Tool], *, held_out: bool) -> Request:
    """Return one request made of a phrasing."""
    intent = intents()[phrasing.intent]
    text = phrasing.text
    while match := _EITHER.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    text = " ".join(text.split())
    text, tails = _with_tails(text, intent, rng, held_out)
    values: dict[str, slots.Filled] = {}
    pieces: list[tuple[str, bool]] = []
    gaps: list[str] = []
    at = 0
    for match in _GAP.finditer(text):
        if match.start() > at:
            pieces.append((text[at : match.start()], False))
        gap = match[1]
        if gap not in values:
            values[gap] = slots.fill(gap, rng, held_out=held_out)
        pieces.append((values[gap].text, True))
        gaps.append(gap)
        at = match.end()
    if at < len(text):
        pieces.append((text[at:], False))
    habits = noise.HELD_OUT if held_out else noise.TRAINING
    spoilt = noise.spoil(pieces, rng, habits, phrasing.family)
    written = [t for t, value in spoilt if value]
    said = {
        gap: values[gap].value if gap.rstrip("0123456789") in _CLOSED else now
        for gap, now in zip(gaps, written, strict=True)
    }
    focus = _focus(intent, rng, tools)
    steps = tuple(_step(tool, arguments, said, tails, tools, focus) for tool, arguments in intent.steps)
    question = " ".join("".join(t for t, _ in spoilt).split())
    return Request(
        intent=intent.name, family=phrasing.family, phrasing=phrasing.text, question=question, focus=focus, steps=steps,
        named=_named(intent, said, tools),
    )  # fmt: skip


def _named(intent: Intent, said: Mapping[str, str], tools: Mapping[str, Tool]) -> tuple[tuple[str, ValueKind], ...]:
    """Return the values of an intent that are for parameters which no plan holds."""
    given = ((p, a[p.name]) for tool, a in intent.steps if tool in tools for p in tools[tool].parameters if p.name in a)
    return tuple((said[v[1:-1]], p.kind) for p, v in given if not p.routed and v.startswith("{"))


def _with_tails(text: str, intent: Intent, rng: random.Random, held_out: bool) -> tuple[str, dict[str, str]]:
    """Return a phrasing with tails such as a time, and which argument each gives."""
    tails: dict[str, str] = {}
    forms = _TAILS[held_out]
    if not intent.tails or rng.random() < (0.6 if held_out else 0.45):
        return text, tails
    chosen = rng.sample(intent.tails, 2 if len(intent.tails) > 1 and rng.random() < 0.2 else 1)
    for tail in chosen:
        gap = f"{tail}9"
        tails[tail] = gap
        if tail == "window" and rng.random() < 0.15:
            form = rng.choice(forms["front"]).replace("{window}", "{window9}")
            text = form + text
            continue
        form = rng.choice(forms[tail]).replace(f"{{{tail}}}", f"{{{gap}}}")
        bare = text.rstrip("?.!")
        text = bare + form + text[len(bare) :]
    return text, tails


def _step(
    tool: str,
    arguments: Mapping[str, str],
    said: Mapping[str, str],
    tails: Mapping[str, str],
    tools: Mapping[str, Tool],
    focus: Focus | None,
) -> ToolCall:
    name = focus.plan.steps[-1].tool if tool == "$" and focus is not None and focus.plan is not None else tool
    given = {p: said[v[1:-1]] if v.startswith("{") else v for p, v in arguments.items()}
    takes = {p.name for p in tools[name].parameters}
    given |= {tail: said[gap] for tail, gap in tails.items() if tail in takes}
    return ToolCall(
        tool=name, arguments={p.name: given[p.name] for p in tools[name].parameters if p.routed and p.name in given}
    )


def _focus(intent: Intent, rng: random.Random, tools: Mapping[str, Tool]) -> Focus | None:
    """Return what was talked of before: what a follow-up needs, else something or nothing at random."""
    if not intent.after and rng.random() < 0.6:
        return None
    names = sorted(tools)
    if intent.after not in ("", "any"):
        names = [n for n in names if any(p.name == intent.after for p in tools[n].parameters)]
    steps = []
    for name in rng.sample(names, 2 if not intent.after and rng.random() < 0.08 else 1):
        own = [p.name for p in tools[name].parameters]
        some = set(rng.sample(own, min(len(own), rng.choice((0, 0, 1, 1, 2, 3)))))
        if intent.after in own:
            some.add(intent.after)
        some |= {p.name for p in tools[name].parameters if p.required}
        steps.append(ToolCall(tool=name, arguments=dict.fromkeys(sorted(some), "x")))
    return Focus(
        plan=Plan(question="", steps=tuple(steps)),
        case_id="x" if rng.random() < 0.7 else None,
        entities=("x",) if rng.random() < 0.7 else (),
        window=Window(start_at=datetime(2026, 1, 1, tzinfo=UTC)) if rng.random() < 0.3 else None,
    )
