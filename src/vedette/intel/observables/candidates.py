"""What the finders hand over, and how one reading is chosen for every range."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
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


_START = attrgetter("start")


def chosen(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return readings in order of place, none overlapping another: by rank, then the longer."""
    kept: list[Candidate] = []
    rivals: list[Candidate] = []
    reach = 0
    for one in sorted(candidates, key=_START):
        if one.start < reach:
            rivals.append(one)
            reach = max(reach, one.end)
            continue
        kept += rivals if len(rivals) < 2 else _best(rivals)
        rivals, reach = [one], one.end
    kept += rivals if len(rivals) < 2 else _best(rivals)
    return kept


def _best(rivals: list[Candidate]) -> list[Candidate]:
    """Return the readings that stay of those that hang together by overlaps, in order of place."""
    first = rivals[0].start
    taken = bytearray(max(one.end for one in rivals) - first)
    kept: list[Candidate] = []
    for one in sorted(rivals, key=lambda c: (c.rank, c.start - c.end, c.start)):
        start, end = one.start - first, one.end - first
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(one)
    kept.sort(key=_START)
    return kept
