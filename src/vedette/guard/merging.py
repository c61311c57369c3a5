"""Findings of several scanners become one list: what another finding already says is left out."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.guard.entities import Group, group_of
from vedette.schema.guarding import GuardFinding

_RANK = {
    Group.SECRET: 0,
    Group.IDENTIFIER: 1,
    Group.PERSONAL: 2,
    Group.INFRASTRUCTURE: 3,
    Group.GENERAL: 5,
}
"""Which of two that cover the same text is kept: the lower."""
_APART = frozenset({Group.ATTACK, Group.REPLY})
"""These speak of a passage's intent, and never stand for a value within it."""
_WHOLE = frozenset({"URL", "FILE_PATH", "CONNECTION_STRING", "ARN", "STREET_ADDRESS"})
"""These hold other values; the whole is replaced, and says more than its parts."""
_GUESSED = frozenset({"STREET_ADDRESS"})
"""These are a reading of words: a number within them that its form or its check sum proves stands beside them."""
_PROVEN = 0.9


def merged(findings: Iterable[GuardFinding]) -> tuple[GuardFinding, ...]:
    """Return findings in order of place; one that lies within another that ranks no lower is left out.

    Those that overlap in part both stay: together they say how far something reaches.
    """
    apart: dict[tuple[str, int, int, str], GuardFinding] = {}
    values: dict[tuple[int, int], GuardFinding] = {}
    for one in findings:
        if group_of(one.entity) in _APART:
            key = (one.entity, one.start, one.end, one.rule)
            if key not in apart or one.score > apart[key].score:
                apart[key] = one
        elif (one.start, one.end) not in values or _order(one) < _order(values[one.start, one.end]):
            values[one.start, one.end] = one
    kept: list[GuardFinding] = []
    around: list[GuardFinding] = []  # those kept whose end was not passed yet
    for one in sorted(values.values(), key=lambda f: (f.start, -f.end)):
        around = [other for other in around if other.end > one.start]
        inside = [other for other in around if other.end >= one.end]
        if any(_says_more(other, one) for other in inside):
            continue
        kept = [other for other in kept if not (other in inside and _rank(one) < _rank(other) and not _holds(other))]
        kept.append(one)
        around.append(one)
    return tuple(sorted((*kept, *apart.values()), key=lambda f: (f.start, f.end, f.entity)))


def _rank(one: GuardFinding) -> int:
    group = group_of(one.entity)
    return 4 if group is None else _RANK.get(group, 4)


def _order(one: GuardFinding) -> tuple[int, float]:
    return _rank(one), -one.score


def _holds(one: GuardFinding) -> bool:
    return one.entity in _WHOLE


def _says_more(outer: GuardFinding, inner: GuardFinding) -> bool:
    """Whether the outer finding makes the inner one needless."""
    if outer.entity in _GUESSED and _rank(inner) == 1 and inner.score >= _PROVEN:
        return False
    if _holds(outer) and _rank(inner) > 0:
        return True
    return _rank(outer) <= _rank(inner)
