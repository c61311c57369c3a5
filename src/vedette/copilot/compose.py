"""The answer without a model: facts by their computed sentences, the direct answer first, each with its citations.

Nothing is added that a fact does not say, but ``Yes`` or ``No`` before a sentence where the question asks for one and a
tool's typed values decide it, and how much more there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import re2

from vedette.copilot.binding import Bound
from vedette.copilot.mentions import Mentions
from vedette.schema import (
    IMPLICATED_ROLES,
    AccountRole,
    Choice,
    Citation,
    Claim,
    DataTable,
    Evidence,
    Fact,
    ToolResult,
    ValueKind,
)

MAX_SENTENCES = 6
MAX_BESIDE_TABLE = 4
"""Where a table says the rest."""
MAX_CHARS = 1_200
"""Of the sentences after the first three."""
MAX_CITED = 3
"""Citation numbers of one sentence."""
MAX_UNKNOWN = 2
_ASIDE = "case_chosen"
"""Name of facts that say which of several things was taken: said last, and always."""


@dataclass(frozen=True)
class Draft:
    """What an answer is made of, before a model words it."""

    facts: tuple[Fact, ...] = ()
    """Everything that was computed, numbered ``f1``, ``f2`` … through all steps."""
    said: tuple[Fact, ...] = ()
    """Those that the answer says, in order; the first is the direct answer."""
    gaps: tuple[Fact, ...] = ()
    """What is unknown."""
    notes: tuple[Fact, ...] = ()
    """What is said last: how the question was read, which case was taken, how much more there is."""
    values: Mapping[str, Any] = field(default_factory=dict)
    asked_gap: bool = False
    """Whether what is unknown is the very thing that was asked: it is said first, and nothing is answered."""
    lead: str = ""
    """``Yes`` or ``No``, where the question asks for it and the values decide."""


def numbered(results: Sequence[ToolResult]) -> tuple[tuple[Fact, ...], ...]:
    """Return the facts of each result with ids that are unique in the answer; what has no sentence is left out."""
    number = 0
    out = []
    for result in results:
        kept = []
        for fact in result.facts:
            number += 1
            kept.append(replace(fact, fact_id=f"f{number}"))
        out.append(tuple(kept))
    return tuple(out)


def draft(
    question: str,
    steps: Sequence[Bound],
    results: Sequence[ToolResult],
    mentions: Mentions,
    notes: Sequence[str] = (),
    left: bool = False,
) -> Draft:
    """Return what to say.

    Args:
        question: as the user wrote it.
        steps: the tools that ran.
        results: what each found.
        mentions: what the question speaks of.
        notes: sentences about how the question was read.
        left: whether something that the question names was not looked at.
    """
    groups = numbered(results)
    every = tuple(f for group in groups for f in group)
    said: list[Fact] = []
    asides: list[Fact] = []
    beside_table = any(len(t.rows) > 1 for r in results for t in r.tables)
    room = MAX_BESIDE_TABLE if beside_table else MAX_SENTENCES
    texts: set[str] = set()
    for at, group in enumerate(groups):
        share = max(2, room // (len(groups) - at))
        own: list[Fact] = []
        aside = [f for f in group if f.name == _ASIDE]
        for fact in _shaped(question, [f for f in group if f.text and f.name != _ASIDE]):
            if fact.text in texts:
                continue
            length = sum(len(f.text) for f in said + own)
            if len(own) >= share or (len(own) >= 3 and length + len(fact.text) > MAX_CHARS):
                break
            own.append(fact)
            texts.add(fact.text)
        if own:
            asides += [f for f in aside if f.text not in texts]
            texts.update(f.text for f in aside)
        said += own
        room -= len(own)
    gap = _asked_gap(question, [u for r in results for u in r.unknown], mentions)
    gaps = list(dict.fromkeys(u for r in results for u in r.unknown))[: MAX_UNKNOWN if said else MAX_SENTENCES]
    if gap is not None:
        gaps = [gap, *(g for g in gaps if g != gap)]
    gap_facts = [_note(f"u{i}", f"Still unknown: {text}" if said else text) for i, text in enumerate(gaps, 1)]
    tail = list(notes)
    n_left = len([f for f in every if f.text]) - len(said) - len(asides)
    if n_left > 0 and not beside_table:
        tail.append(f"There {'is' if n_left == 1 else 'are'} {n_left} more {'fact' if n_left == 1 else 'facts'}.")
    made = [_note(f"n{i}", text) for i, text in enumerate(tail, 1)]
    lead = "" if left or len(steps) != 1 else yes_or_no(question, steps[0], results[0], mentions)
    return Draft(
        facts=(*every, *gap_facts, *made),
        said=tuple(said),
        gaps=tuple(gap_facts),
        notes=(*asides, *made),
        values=merged(steps, results),
        asked_gap=gap is not None,
        lead="" if gap is not None else lead,
    )


def _note(fact_id: str, text: str) -> Fact:
    return Fact(fact_id=fact_id, name="note", value=text, kind=ValueKind.TEXT, text=text)


def merged(steps: Sequence[Bound], results: Sequence[ToolResult]) -> dict[str, Any]:
    """Return the values of every step: the first's as they are, another's where they clash under its tool's name."""
    values: dict[str, Any] = {}
    for step, result in zip(steps, results, strict=True):
        clash = {k: v for k, v in result.values.items() if k in values and values[k] != v}
        values.update({k: v for k, v in result.values.items() if k not in values})
        if clash:
            values[step.tool.name] = dict(result.values)
    return values


_COUNTS = re2.compile(r"(?i)\bhow (?:many|often|much)\b|\bnumber of\b|\bcount\b")
_WHENS = re2.compile(r"(?i)^\W*(?:and |but |so )?(?:since |until |at )?(?:when|what time)\b")
_LENGTHS = re2.compile(r"(?i)\bhow long\b|\bduration\b")


def _shaped(question: str, facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts with the one first that the question asks for: a count, a time, a duration."""
    kind = (
        ValueKind.COUNT
        if _COUNTS.search(question)
        else ValueKind.DURATION
        if _LENGTHS.search(question)
        else ValueKind.TIME
        if _WHENS.search(question)
        else None
    )
    ordered = list(facts)
    if kind is not None and ordered and ordered[0].kind is not kind:
        best = next((f for f in ordered[:4] if f.kind is kind), None)
        if best is not None:
            ordered.remove(best)
            ordered.insert(0, best)
    return ordered


_HOW_TAKEN = re2.compile(
    r"(?i)\bhow (?:exactly |then )?(?:was|were|did|has|had|have|could|is)\b.{0,60}"
    r"\b(?:stolen|steal|stole|taken over|take over"
    r"|compromised|compromise|hacked|hijacked|phished|leaked|cracked|guessed|come to control|came to control"
    r"|g[eo]t (?:hold of )?(?:\w+ ){0,3}(?:password|credential|key|token|account)s?)\b"
)
_WHO_BEHIND = re2.compile(r"(?i)\bwho(?:se)?\b.{0,24}\b(?:behind|owns?|owned|address is|ip is|hides?|belongs?)\b")
_OPEN = (
    (_HOW_TAKEN, ValueKind.ACCOUNT, "How did the attacker come to control {}?"),
    (_WHO_BEHIND, ValueKind.ADDRESS, "Who uses {}?"),
)
"""What asks a thing that cases keep as an open question, what it is about, and how the open question begins."""


def _asked_gap(question: str, unknown: Sequence[str], mentions: Mentions) -> str | None:
    """Return the open question of a case that the question itself asks, None where it asks for something else."""
    for pattern, kind, begins in _OPEN:
        if pattern.search(question):
            names = [str(m.value) for m in mentions.of(kind)]
            heads = [begins.format(n) for n in names] or ([begins.split("{}")[0]] if kind is ValueKind.ACCOUNT else [])
            return next((u for u in unknown if u.startswith(tuple(heads))), None)
    return None


# ---------------------------------------------------------------------- yes and no

_ASKS = re2.compile(r"(?i)^\W*(?:so |and |but |then |ok,? )?(?:is|are|was|were|did|does|do|has|have|had|any)\b")
_NEGATED = re2.compile(
    r"(?i)\b(?:not|n't|never|no|neither|nobody|nothing|without|unless|except|or|only|always|all)\b|n't\b"
)
_ROLES = (
    (
        r"\b(?:implicated|involved|part of|took part|suspicious|suspect|guilty|bad|malicious|responsible|behind)\b",
        IMPLICATED_ROLES,
    ),
    (
        r"\b(?:compromised|hacked|breached|taken over|hijacked|pwned|owned|abused)\b",
        frozenset({AccountRole.COMPROMISED}),
    ),
    (r"\b(?:created|made) by\b", frozenset({AccountRole.CREATED})),
    (r"\btargeted\b|\baimed at\b", frozenset({AccountRole.TARGETED})),
    (r"\bbystander\b", frozenset({AccountRole.BYSTANDER})),
)
_ROLE_WORDS = tuple((re2.compile("(?i)" + pattern), frozenset(r.value for r in roles)) for pattern, roles in _ROLES)
_PLAIN = frozenset(
    """is are was were did do does has have had any there some in the a an this that of on by for to from at during seen
    used observed found present recorded detected data logs log case incident attack technique techniques finding
    findings events
    event cases incidents ever it we you please tell me know if whether so and but then ok been be""".split()
)


def yes_or_no(question: str, step: Bound, result: ToolResult, mentions: Mentions) -> str:
    """Return ``Yes`` or ``No`` where the question asks for one and the values alone decide it, else nothing."""
    if not _ASKS.search(question) or _NEGATED.search(question) or not result.facts:
        return ""
    role = result.values.get("role")
    if isinstance(role, str) and role in set(AccountRole):
        said = [roles for pattern, roles in _ROLE_WORDS if pattern.search(question)]
        if role == AccountRole.TARGETED and any(not roles & {role} for roles in said):
            return ""  # aimed at; whether more came of it is for the sentence to say
        return ("Yes" if role in said[0] else "No") if len(said) == 1 else ""
    count = result.values.get("count")
    if result.unknown or not isinstance(count, int) or isinstance(count, bool):
        return ""
    words = {w.strip(".,;:?!\"'").casefold() for w in mentions.rest.split()} - {""}
    for name, value in step.arguments.items():
        parameter = next(p for p in step.tool.parameters if p.name == name)
        if parameter.kind is ValueKind.CHOICE:
            words -= set(str(value).replace("_", " ").split())
    if words <= _PLAIN:
        return "Yes" if count > 0 else "No"
    return ""


# ---------------------------------------------------------------------- citations


class Citer:
    """Numbers evidence in the order in which sentences cite it."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._numbers: dict[tuple[str, int | None], int] = {}
        self._cited: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What was cited so far."""
        return tuple(self._cited)

    def cite(self, claim: Claim) -> str:
        """Return a claim's sentence with its citation numbers before the full stop."""
        numbers = []
        for evidence in claim.evidence[:MAX_CITED]:
            numbers.append(self._number(evidence))
        text = claim.text.rstrip()
        marks = "".join(f"[{n}]" for n in dict.fromkeys(numbers))
        if not marks:
            return text
        end = text[-1:] if text[-1:] in ".!?" else ""
        return f"{text[: len(text) - len(end)]} {marks}{end or '.'}"

    def _number(self, evidence: Evidence) -> int:
        place = (evidence.ref, evidence.start)
        if place not in self._numbers:
            self._numbers[place] = len(self._numbers) + 1
            self._cited.append(
                Citation(
                    number=self._numbers[place],
                    ref=evidence.ref,
                    at=evidence.at,
                    quote=evidence.quote,
                    start=evidence.start,
                    end=evidence.end,
                )
            )
        return self._numbers[place]


def claim_of(fact: Fact, lead: str = "") -> Claim:
    """Return a fact's computed sentence as a claim: true by construction."""
    text = f"{lead}: {fact.text}" if lead else fact.text
    return Claim(text=text, evidence=fact.evidence, facts=(fact.fact_id,), checked=True)


def choice_text(choice: Choice) -> str:
    """Return a choice as it is put to the user."""
    options = "; ".join(f"{i}. {o}" for i, o in enumerate(choice.options, 1))
    return f"{choice.question} {options}"


def tables_of(results: Sequence[ToolResult]) -> tuple[DataTable, ...]:
    """Return the tables of every result."""
    return tuple(t for r in results for t in r.tables if t.rows)
