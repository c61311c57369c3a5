"""How things stand: verdicts, permissions and advice, which a fact must say itself.

"The case can be closed", "no action is needed", "it was a test" name nothing that could be looked up, so that the
words of some fact about something else easily seem to hold them. What a sentence says of the whole, it must therefore
say in the fact's own words; what may be done no fact says unless it says so; and what a fact denies of one thing is
denied of that thing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from vedette.claims import lexicon
from vedette.claims.clauses import Clause, keys
from vedette.claims.tokens import Token

if TYPE_CHECKING:
    from vedette.claims.match import View

_BE = frozenset("is are was were be been being isn't aren't wasn't weren't".split())
_MAY = frozenset("can can't cannot could couldn't able allowed permitted free".split())
_SAID_ANYHOW = frozenset(
    "found seen shown listed given reported recorded observed noted involved identified named called mapped "
    "considered assessed marked made raised".split()
)
"""Participles that say no more than that a fact is there."""
_IS_THERE = frozenset({"SHOW", "HOLD", "SEE", "REPORT"})
"""Groups of verbs by which something is there: "the case holds no critical finding"."""
_DENYING = frozenset("no none nobody nothing not never neither nor cannot".split())
_QUESTIONS = frozenset("question questions unknowns".split())
_ADJECTIVES = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL", "INFORMATIONAL"})
_STATES = _ADJECTIVES | frozenset(
    "COMPROMISE ATTACKER BYSTANDER TARGET IMPLICATE FINDING TECHNIQUE SUBTECHNIQUE TACTIC SEVERITY UNKNOWN FIRST LAST "
    "BEGIN CREDENTIAL RULE".split()
)
"""Groups whose words may stand for one another in what is said of the whole."""


def anchored(clause: Clause) -> bool:
    """Return whether a clause names, counts, times or quotes anything but the case itself."""
    return any(i.token.what != "name" or i.token.sort != "case" for i in clause.items)


def unsaid(clause: Clause, view: View) -> str:
    """Return what a clause says of how things stand that a view of a fact does not say, empty where nothing."""
    lows = [t.low for t in clause.tokens if t.what == "word"]
    if _permits(lows, view):
        return "says what may be done, which no fact says"
    if any(a in ("about", "going") and b == "to" and a not in view.raw for a, b in pairwise(lows)):
        return "says what is to come, which no fact says"
    if _over(clause.tokens) and "over" not in view.raw:
        return "says that something is over, which no fact says"
    if view.asks and any(a in ("no", "zero") and _QUESTIONS & set(lows[k + 1 : k + 3]) for k, a in enumerate(lows)):
        return "denies an open question"
    if view.asks:
        held = {lexicon.stem(w) for w in view.raw}
        for low in lows:
            if lexicon.TYPE_WORDS.get(low, "case") != "case" and lexicon.stem(low) not in held:
                return f"no question is about a {low}"
    if view.asks and "nothing" in lows and not anchored(clause):
        return "says that nothing is known"
    if view.advises and not view.asks and _DENYING & set(lows) and not _DENYING & set(lows) & view.raw:
        return "denies what a fact advises"
    if anchored(clause) or clause.inherited:
        return ""
    return _unheld(clause, view) or (_denied(clause, view, lows) if clause.negative else "")


def _permits(lows: Sequence[str], view: View) -> bool:
    said = _MAY & set(lows)
    if not said or said & view.raw:
        return False
    k = next(k for k, low in enumerate(lows) if low in said)
    rest = [low for low in lows[k + 1 :] if low not in ("be", "not", "also", "have", "been")]
    return not rest or (rest[0] not in _SAID_ANYHOW and rest[0] not in _TOLD)


_TOLD = frozenset(
    "see say tell know told said show confirm determined known traced attributed answered decided find".split()
)


def _over(tokens: Sequence[Token]) -> bool:
    """Return whether *over* is what is said: "the attack is over"."""
    for k, token in enumerate(tokens[1:], 1):
        if token.low == "over" and (tokens[k - 1].low in _BE or tokens[k - 1].low in ("now", "all")):
            after = tokens[k + 1] if k + 1 < len(tokens) else None
            if after is None or after.what == "mark" or after.low in ("now", "and", "but"):
                return True
    return False


def _unheld(clause: Clause, view: View) -> str:
    """Return the first word of a clause about the whole that stands in the view in other words only."""
    held = {lexicon.stem(w) for w in view.raw}
    groups = frozenset(view.words)
    tokens = clause.tokens
    after_be = {id(t) for b, t in pairwise(tokens) if b.low in _BE and t.what == "word"}
    if view.advises and not view.asks:
        for token in tokens:
            if token.low in lexicon.TYPE_WORDS and lexicon.stem(token.low) not in held:
                return f"no fact says “{token.text}” of what to do"
    for token in clause.words:
        low = token.low.split(" ")[0]
        predicated = id(token) in after_be and (token.participle or low == "known")
        if view.advises and low in lexicon.HEDGES:
            continue
        if "END" in token.groups and token.verb and not view.advises and clause.link not in ("before", "after"):
            return f"says “{token.text}” and not when"
        if lexicon.stem(low) in held or low in view.raw or low in _SAID_ANYHOW:
            continue
        if view.asks and ("UNKNOWN" in token.groups or low in _TOLD):
            continue
        if not predicated and not view.advises:
            if low in lexicon.NEUTRAL or low in lexicon.TYPE_WORDS or token.groups & _IS_THERE:
                continue
        if not (view.advises and not view.asks) and keys(token) & groups & (
            _STATES if view.raw and not view.asks and clause.link not in ("before", "after") else groups
        ):
            continue
        return f"no fact says “{token.text}” of the whole"
    return ""


def _denied(clause: Clause, view: View, lows: Sequence[str]) -> str:
    """Return what is wrong where a clause denies of everything what a fact denies of some."""
    if any(i.token.what == "name" and i.token.sort != "case" for i in view.items):
        return "denies of all what a fact denies of one"
    said = frozenset(k for t in clause.words for k in keys(t))
    zero = [i for i in view.items if i.token.what == "number" and i.token.value == 0]
    for item in zero:
        if item.words & _ADJECTIVES - said:
            return "denies of all what a fact denies of some"
        sorts = {_SORTS[k] for k in item.words if k in _SORTS}
        mine = {lexicon.TYPE_WORDS[t.low] for t in clause.words if t.low in lexicon.TYPE_WORDS}
        mine |= {"who"} if {"nobody", "none"} & set(lows) and not mine else set()
        if sorts and mine - {"case"} and not sorts & mine:
            return "denies another thing than the fact"
        if "FINDING" in item.words and "FINDING" not in said and "nothing" not in lows and not said & _ADJECTIVES:
            return "denies another thing than the fact"
    return ""


_SORTS = {"=" + lexicon.stem(w): s for w, s in lexicon.TYPE_WORDS.items()}
