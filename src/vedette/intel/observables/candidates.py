"""What the finders hand over, and how one reading is chosen for every range."""

from __future__ import annotations

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


def chosen(candidates: Iterable[Candidate], size: int) -> list[Candidate]:
    """Return readings of a text of that size in order of place, none overlapping another: by rank, then the longer."""
    taken = bytearray(size)
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (c.rank, c.start - c.end, c.start)):
        if taken.find(1, one.start, one.end) < 0:
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    kept.sort(key=lambda c: c.start)
    return kept
