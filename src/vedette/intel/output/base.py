"""What every output is, and the things of a reading gathered: each once, with all its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vedette.documents.marking import LEVELS
from vedette.schema import EntityMention, MentionKind, ObservableKind, Reading, SeenObservable, Standing, key_of

TLP = LEVELS
"""Markings of the Traffic Light Protocol, the widest first; ``white`` is the old name of ``clear``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a reading is to be told."""

    at: datetime
    """When it was read, UTC: stands where a report does not say its own time."""
    tlp: str | None = None
    """One of :data:`TLP`; None leaves it to what the document says of itself."""
    text: bool = True
    """Whether the report's own text goes along."""


class Output(Protocol):
    """Writes readings in one form."""

    def __call__(self, readings: Sequence[Reading], told: Told) -> bytes:
        """Return the file's bytes: the same readings give the same bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a report, wherever it stands."""

    first: SeenObservable
    places: tuple[tuple[int, int], ...]
    standing: Standing
    """The gravest: an indicator anywhere is one."""
    confidence: float
    reason: str

    @property
    def key(self) -> str:
        """Return what tells it from others."""
        return key_of(self.first)


@dataclass(frozen=True, slots=True)
class Name:
    """One thing that a report names, by whatever name."""

    best: EntityMention
    names: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def key(self) -> str:
        """Return what tells it from others."""
        return key_of(self.best)


_GRAVITY = (Standing.EXAMPLE, Standing.REFERENCE, Standing.VICTIM, Standing.OBSERVABLE, Standing.INDICATOR)


def values_of(observables: Iterable[SeenObservable]) -> list[Value]:
    """Return the values, each once, in the order in which they are met first."""
    grouped: dict[tuple[ObservableKind, str], list[SeenObservable]] = {}
    for one in observables:
        grouped.setdefault((one.kind, one.value), []).append(one)
    out = []
    for found in grouped.values():
        gravest = max(found, key=lambda one: (_GRAVITY.index(one.standing), one.confidence))
        places = tuple((one.start, one.end) for one in found)
        out.append(Value(found[0], places, gravest.standing, gravest.confidence, gravest.reason))
    return out


def names_of(entities: Iterable[EntityMention], *kinds: MentionKind) -> list[Name]:
    """Return the things named, each once, those of some kinds where kinds are given; not what is only denied."""
    grouped: dict[str, list[EntityMention]] = {}
    for one in entities:
        if (not kinds or one.kind in kinds) and not one.denied:
            grouped.setdefault(key_of(one), []).append(one)
    out = []
    for found in grouped.values():
        best = max(found, key=lambda one: one.confidence)
        names = tuple(dict.fromkeys([best.name or best.text, *(one.text for one in found)]))
        out.append(Name(best, names, tuple((one.start, one.end) for one in found)))
    return out


def marking_of(reading: Reading, told: Told | None) -> str | None:
    """Return the marking that holds: the one asked for, else the document's own where it names a known one."""
    asked = told.tlp if told is not None else None
    said = (asked or reading.document.fields.get("tlp", "")).strip().lower().removeprefix("tlp:")
    return said if said in TLP else None


def lowered(readings: Iterable[Reading], tlp: str | None) -> list[tuple[Reading, str]]:
    """Return the readings that a marking asked for marks wider than they mark themselves, each with its own."""
    asked = max(1, TLP.index(tlp)) if tlp in TLP else len(TLP)  # clear and white are one
    marked = [(reading, said) for reading in readings if (said := marking_of(reading, None)) is not None]
    return [(reading, said) for reading, said in marked if TLP.index(said) > asked]
