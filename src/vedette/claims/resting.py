"""Which facts one clause rests on, and why it rests on none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vedette.claims import lexicon
from vedette.claims.clauses import Clause, Item
from vedette.claims.derived import derived
from vedette.claims.match import STATES, Match, Reading, match, read
from vedette.claims.names import Names
from vedette.claims.tokens import Token
from vedette.schema import Fact, ValueKind


@dataclass(slots=True)
class Support:
    """How a sentence or clause came out."""

    facts: list[int] = field(default_factory=list)
    reason: str = ""
    at: datetime | None = None
    subjects: list[Item] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Return whether it may be kept."""
        return not self.reason


class Resting:
    """Facts made ready, and which of them a clause rests on."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        """Take the facts. Reading each is put off until a sentence may rest on it."""
        together = derived(facts)
        self._facts = [*facts, *(f for f, _ in together)]
        self._sources = [*((n,) for n in range(len(facts))), *(s for _, s in together)]
        self._names = Names(list(facts))
        self._readings: dict[int, Reading] = {}
        self._advised = False
        self._in_time = False
        self._within: list[int] | None = None

    def _one(self, clause: Clause) -> Support:
        """Return the support of one clause by one fact, completed by what others say of the same things."""
        best: tuple[Match, int] | None = None
        untimed: Support | None = None
        for index in self._candidates(clause):
            reading = self._reading(index)
            for view in reading.views:
                result = match(clause, reading, view, advised=self._advised)
                if result.whole and says_something(clause, result):
                    if self._in_time and result.at is None:
                        untimed = untimed or Support(facts=[index])
                        continue
                    return Support(facts=[index], at=result.at)
                if best is None or result.cost < best[0].cost:
                    best = (result, index)
        if untimed is not None:
            return untimed
        if best is None:
            return Support(reason=_unknown_names(clause) or "rests on no fact")
        return self._completed(clause, *best)

    def _completed(self, clause: Clause, first: Match, index: int) -> Support:
        """Return the support by two facts of one thing: what one leaves open, the other says."""
        reason = _reason(first, clause)
        if first.whole:
            if clause.has_asides and not any(tells(t) for t in clause.words):
                return Support(facts=[index], at=first.at)
            return Support(reason="names something and says nothing of it")
        if first.wrong or len(first.missing_items) > 2 or not first.used:
            return Support(reason=reason)
        topics = [m for m, _ in first.used if m.token.what == "name" and m.token.sort in _TOPICS]
        if clause.owner is not None:
            topics.append(clause.owner)
        timed = any(i.token.what == "time" for i in clause.items)
        rivals = {i.token.text for i in clause.items if i.token.what == "name" and i.token.sort in ("who", "where")}
        sorts = {i.token.sort for i in clause.items if i.token.what == "name" and i not in first.missing_items}
        counted = any(i.token.what == "number" for i in clause.items)
        if counted and any(i.token.sort in sorts for i in first.missing_items):
            return Support(reason=reason)  # the count is of one of them
        if not topics or not _joinable(first) or timed or (first.missing_words and len(rivals) > 1):
            return Support(reason=reason)
        rest = Clause(
            items=[*topics[:1], *first.missing_items], words=list(first.missing_words), negative=clause.negative,
            subject=topics[:1], tokens=list(first.missing_words),
        )  # fmt: skip
        for item in rest.items:
            item.side = item.side
        for other in self._candidates(rest):
            if first.missing_words and self._facts[other].kind not in _STATE_KINDS:
                continue
            reading = self._reading(other)
            for view in reading.views:
                result = match(rest, reading, view, advised=self._advised)
                if result.whole:
                    return Support(facts=[index, other], at=first.at)
        return Support(reason=reason)

    def _candidates(self, clause: Clause) -> list[int]:
        """Return the numbers of the facts that hold every name of the clause."""
        if self._within is not None:
            return self._within
        wanted: set[str] = set()
        for item in clause.items:
            if item.token.what == "name":
                wanted |= item.token.ids
        if not wanted:
            return list(range(len(self._facts)))
        found = []
        for index in range(len(self._facts)):
            if self._reading(index).ids & wanted:
                found.append(index)
        return found

    def _reading(self, index: int) -> Reading:
        reading = self._readings.get(index)
        if reading is None:
            reading = read(self._facts[index], self._names)
            self._readings[index] = reading
        return reading


_STATE_KINDS = frozenset({ValueKind.ROLE, ValueKind.SHARE, ValueKind.CHOICE, ValueKind.COUNT})
_TOPICS = frozenset({"who", "where", "entity", "technique", "case", "finding", "rule"})
ADJECTIVES = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFORMATIONAL"})
TYPE_KEY = {"who": "=account", "where": "=host", "technique": "TECHNIQUE"}


def _joinable(result: Match) -> bool:
    """Return whether what is missing is of the sort that another fact may add: a state, a share, a technique."""
    for item in result.missing_items:
        if item.token.what == "share" or item.token.sort in ("technique", "tactic"):
            continue
        return False
    return all(t.groups & (STATES - ADJECTIVES) for t in result.missing_words)


def says_something(clause: Clause, result: Match) -> bool:
    """Return whether a match is of more than a name."""
    return result.said > 0 or len(result.used) >= 2 or (clause.owner is not None and bool(result.used))


def _reason(result: Match, clause: Clause) -> str:
    if result.missing_items:
        item = result.missing_items[0]
        named = {
            "time": "the time", "number": "the number", "share": "the percentage", "duration": "the duration",
            "quote": "the quote", "name": "the name", "code": "the name",
        }  # fmt: skip
        return f"{named.get(item.token.what, 'the value')} “{item.token.text}” does not follow from the facts"
    if result.wrong:
        return result.wrong
    if result.missing_words:
        return f"no fact says “{result.missing_words[0].text}” of this"
    return "rests on no fact"


def _unknown_names(clause: Clause) -> str:
    for item in clause.items:
        if item.token.what == "code":
            return f"no fact holds “{item.token.text}”"
    return ""


def tells(token: Token) -> bool:
    """Return whether a word says something beside a name."""
    return token.low not in lexicon.NEUTRAL and token.low not in lexicon.TYPE_WORDS
