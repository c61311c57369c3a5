"""What a scanner is, and what keeps the pairs of values and pseudonyms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from vedette.schema.guarding import Around, Direction, Passage, Scanned

GROUP = "vedette.scanners"
"""Entry points of scanners."""


class Cost(StrEnum):
    """What a kilobyte costs at the median on one core, in orders of magnitude."""

    PATTERN = "pattern"
    """Less than a millisecond."""
    MODEL = "model"
    """Milliseconds: a small model of ours."""
    REMOTE = "remote"
    """Something asked elsewhere."""


@runtime_checkable
class Scanner(Protocol):
    """Finds something in texts (entry points ``vedette.scanners``, a class without arguments or an object).

    Safe on any text and from several threads; time grows in line with the text's length. Made once, kept for long:
    what is heavy is loaded with the first scan or by :meth:`warm`.
    """

    @property
    def name(self) -> str:
        """As its entry point is called."""
        ...

    @property
    def directions(self) -> frozenset[Direction]:
        """What it can judge; a passage without a direction is given to all but those for replies alone."""
        ...

    @property
    def cost(self) -> Cost:
        """What scanning costs."""
        ...

    @property
    def entities(self) -> frozenset[str]:
        """What it can find: names of :mod:`vedette.guard.entities`, or of a pack's."""
        ...

    def warm(self) -> None:
        """Load what is loaded once."""
        ...

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return what it finds, and what it could not judge; it raises nothing on purpose.

        Findings of one scanner may overlap where both hold (a URL with a token in it); the engine sorts them out.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A value, and what stands in its place."""

    entity: str
    value: str = field(repr=False)
    pseudonym: str


@runtime_checkable
class PairBook(Protocol):
    """The pairs of one session. Safe from several threads and, where it is kept, from several processes."""

    @property
    def session_id(self) -> str:
        """Whose pairs these are."""
        ...

    @property
    def secret(self) -> bytes:
        """32 random bytes of this session: pseudonyms are drawn with them, so that no other session draws the same."""
        ...

    def pseudonym_of(self, entity: str, value: str) -> str | None:
        """Return what stands for a value, where something does."""
        ...

    def value_of(self, pseudonym: str) -> Pair | None:
        """Return the pair of a pseudonym as it was given out; None where this session never gave it out."""
        ...

    def add(self, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """Keep pairs, all or none; return what holds for each (a value that another writer was first with keeps its).

        Raises:
            OutsideError: they cannot be kept; nothing may then leave.
        """
        ...

    def pairs(self) -> tuple[Pair, ...]:
        """Return all, in the order in which they were added."""
        ...
