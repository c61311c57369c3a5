"""What the finders hand over, and how one reading is chosen for every range."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import NamedTuple

from vedette.schema.entity import ObservableKind


class Candidate(NamedTuple):
    """A reading of a range of plain text."""

    rank: int
    """What is more surely right or reaches further has the lower one: of two that overlap it stays."""
    start: int
    end: int
    kind: ObservableKind
    value: str
    sort: str = ""


def chosen(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return readings in order of place, none overlapping another: by rank, then the longer, then the earlier."""
    taken: list[tuple[int, int]] = []
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (c.rank, c.start - c.end, c.start)):
        at = bisect_left(taken, (one.start, one.end))
        if at < len(taken) and taken[at][0] < one.end:
            continue
        if at and taken[at - 1][1] > one.start:
            continue
        insort(taken, (one.start, one.end))
        kept.append(one)
    kept.sort(key=lambda c: c.start)
    return kept
