"""Clauses about one happening that several facts tell together.

A step says that an account ran a program, a finding of the same second what that amounts to, a third fact which
address the host has. They are read as one where they speak of the same account in the same second, so that a clause
may take the deed from one and the name of it from another. What is said of two happenings is never joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vedette.claims import lexicon
from vedette.claims.apart import Apart
from vedette.claims.clauses import Clause, Item, keys
from vedette.claims.match import STATES, Reading, View, match
from vedette.claims.names import Names
from vedette.claims.resting import Support, says_something
from vedette.claims.tokens import tokenise
from vedette.schema import Fact

_MOST = 40
"""Facts of one second and account that are read together at most."""
_PREPOSITIONS = frozenset("with using via through by on at from for".split())
_OUTCOMES = frozenset({"FAIL", "TRY", "BLOCK", "DENY"})
_SAYS_LITTLE = frozenset({"SPAN", "DO", "HOLD", "SEE", "SHOW"})
"""Groups of verbs that tell no deed: "was taken over"."""
_OF_ONE_FACT = (STATES - {"CREATE", "SOURCE"}) | {"FINDING", "FIRST", "LAST", "RULE", "TECHNIQUE", "TACTIC"}
"""What is said of one thing by one fact, and is not to be lent to what stands beside it."""


_Happening = tuple[Reading, View, tuple[int, ...], datetime, str]
"""What its facts say together, the numbers of the facts, when it was, and the title of the finding that it raised."""


class Joined(Apart):
    """Facts, and which of them tell of one happening."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        """Take the facts; what they tell together is read when first needed."""
        super().__init__(facts)
        self._happenings: list[_Happening] | None = None

    def _joined(self, clause: Clause) -> Support | None:
        """Return the support of a clause by the facts of one happening together."""
        if clause.negative or self._advised or clause.owner is not None:
            return None
        named = [i for i in clause.items if i.token.what == "name"]
        if not named or any(i.token.what in ("number", "share", "duration") for i in clause.items):
            return None
        if clause.groups & _OF_ONE_FACT or any(i.token.what == "quote" for i in clause.items):
            return None
        if any(i.token.sort == "finding" for i in named) or not any(
            t.verb and t.groups - _SAYS_LITTLE for t in clause.words
        ):
            return None  # what something is, one fact must say
        wanted = [i.token.ids for i in named]
        for reading, view, sources, at, title in self._told_together():
            if not all(ids & reading.ids for ids in wanted):
                continue
            result = match(clause, reading, view)
            if result.whole and says_something(clause, result) and not _misled(clause, view, title):
                return Support(facts=list(sources), at=at)
        return None

    def _told_together(self) -> list[_Happening]:
        if self._happenings is None:
            self._happenings = _happenings(
                [self._reading(n) for n in range(len(self._facts)) if len(self._sources[n]) == 1], self._names
            )
        return self._happenings


def _misled(clause: Clause, view: View, title: str) -> bool:
    """Return whether a verb that only the title holds is said to have been done to what the title does not name so."""
    low = title.lower()
    words = low.split()
    only = [
        t
        for t in clause.words
        if t.verb
        and (not t.noun or (t.participle and clause.passive))
        and any(f"title:{k}" in view.words for k in keys(t))
    ]
    for verb in only:
        at = next((k for k, w in enumerate(words) if lexicon.stem(w) == lexicon.stem(verb.low)), len(words))
        if clause.passive and any(
            i.role == "P" and i.token.what == "name" and not set(i.token.low.split()) <= set(words)
            for i in clause.items
        ):  # fmt: skip
            return True  # "X was disabled": the title says it of something else
        start = next((k for k, t in enumerate(clause.tokens) if t is verb), len(clause.tokens))
        for token in clause.tokens[start + 1 :]:
            if token.low in _PREPOSITIONS:
                break
            if token.what in ("name", "code") and not set(token.low.split()) <= set(words[at + 1 :]):
                return True
    return False


def _happenings(readings: Sequence[Reading], names: Names) -> list[_Happening]:
    """Return what happened, each as the reading of its facts together."""
    groups: dict[tuple[datetime, str], list[int]] = {}
    for n, reading in enumerate(readings):
        at = _moment(reading)
        if (
            at is None
            or reading.fact.name == "account_seen"
            or any(v.asks or v.advises or v.negative for v in reading.views)
        ):
            continue
        actor = next(
            (i for v in reading.views for i in v.items if i.token.what == "name" and i.token.sort == "who"), None
        )
        if actor is not None:
            key = min(actor.token.ids)
            groups.setdefault((at, key), []).append(n)
    out = []
    for (at, _), members in groups.items():
        titles = {n: _titles(readings[n]) for n in members}
        for title in sorted(frozenset().union(*titles.values())) or [""]:
            chosen = [n for n in members if not titles[n] or title in titles[n]]
            chosen += [
                n for n, r in enumerate(readings)
                if n not in members and title and r.fact.name == "finding" and _moment(r) == at
                and title in _titles(r)
            ]  # fmt: skip
            if 1 < len(chosen) <= _MOST:
                out.append((*_together([readings[n] for n in chosen], title, names), tuple(chosen), at, title))
    return out


def _titles(reading: Reading) -> frozenset[str]:
    return frozenset(
        i.token.low for v in reading.views for i in v.items if i.token.sort == "finding" or i.token.what == "quote"
    )


def _moment(reading: Reading) -> datetime | None:
    """Return the one second that a fact tells of, None where it tells of none or of more than one."""
    found = {m.replace(microsecond=0) for m in reading.moments}
    for view in reading.views:
        for item in view.items:
            moment = item.token.time.moment() if item.token.time is not None else None
            if moment is not None:
                found.add(moment.replace(microsecond=0))
            if item.token.what in ("share", "duration"):
                return None
    return found.pop() if len(found) == 1 else None


def _together(readings: Sequence[Reading], title: str, names: Names) -> tuple[Reading, View]:
    items: list[Item] = []
    words: dict[str, list[Item | None]] = {}
    raw: set[str] = set()
    groups: set[str] = set()
    for reading in readings:
        for view in reading.views:
            for item in view.items:
                if item.token.what == "number":
                    continue
                same = (i for i in items if i.token.ids == item.token.ids and i.token.low == item.token.low)
                if not any(i.side == item.side and i.role == item.role for i in same):
                    items.append(Item(item.token, item.role, side=item.side))
            for key in view.words:
                if key not in _OUTCOMES:
                    words.setdefault(key, [None])
            raw |= view.raw
            groups |= view.groups
    for token in tokenise(title, Names([])):
        if token.what == "word" and token.low not in lexicon.FUNCTION_WORDS:
            raw.add(token.low)
            for key in keys(token):
                if key not in words:
                    words[key] = [None]
                    words[f"title:{key}"] = [None]
    view = View(
        items, {id(i): None for i in items}, words, frozenset(groups - _OUTCOMES), False, frozenset(), items[:1],
        frozenset(raw),
    )  # fmt: skip
    first = readings[0]
    reading = Reading(
        first.fact, [view], frozenset(), [m for r in readings for m in r.moments],
        [q for r in readings for q in r.quotes], frozenset().union(*(r.ids for r in readings)), frozenset(words),
    )  # fmt: skip
    return reading, view
