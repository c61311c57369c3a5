"""What of a text is replaced: ranges that do not overlap, made of findings that do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vedette.guard.entities import Group, group_of
from vedette.schema.guarding import Action


@dataclass(frozen=True, slots=True)
class Range:
    """A part of a text that is replaced as one."""

    start: int
    end: int
    entity: str
    action: Action
    score: float = 0.0
    found: int = 0
    """Characters of the finding that the entity comes from."""

    @property
    def weight(self) -> tuple[bool, int, float]:
        """Return what decides which entity names a range of several: secrets, then the longest, then the surest."""
        return group_of(self.entity) is Group.SECRET, self.found, self.score


def joined(ranges: Iterable[Range], gap: int = 0) -> list[Range]:
    """Return ranges that neither overlap nor touch, in order, each as wide as those that it is made of.

    Args:
        ranges: in any order.
        gap: characters between two that are made one nevertheless.
    """
    out: list[Range] = []
    for one in sorted(ranges, key=lambda each: (each.start, -each.end)):
        if out and one.start <= out[-1].end + gap:
            last = out[-1]
            best = max(last, one, key=lambda each: each.weight)
            action = max(last.action, one.action, key=lambda each: each.gravity)
            out[-1] = Range(last.start, max(last.end, one.end), best.entity, action, best.score, best.found)
        else:
            out.append(one)
    return out


def apart(text: str, ranges: Sequence[Range], gap: int = 0) -> list[Range]:
    """Return what is replaced: what is masked for good is cut out of what gets a pseudonym around it."""
    masked = joined(one for one in ranges if one.action is not Action.PSEUDONYMISE)
    named = joined((one for one in ranges if one.action is Action.PSEUDONYMISE), gap)
    if not masked or not named:
        return masked or named
    out = list(masked)
    which = 0
    for one in named:
        start = one.start
        while which < len(masked) and masked[which].end <= start:
            which += 1
        at = which
        while at < len(masked) and masked[at].start < one.end:
            out += _part(text, one, start, masked[at].start)
            start = masked[at].end
            at += 1
        out += _part(text, one, start, one.end)
    out.sort(key=lambda each: each.start)
    return out


def _part(text: str, whole: Range, start: int, end: int) -> list[Range]:
    if start >= end or not any(char.isalnum() for char in text[start:end]):
        return []
    return [Range(start, end, whole.entity, whole.action, whole.score, whole.found)]
