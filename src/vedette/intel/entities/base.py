"""A known thing with its names, and how surely each name means it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vedette.schema.intel import MentionKind


class Sureness(StrEnum):
    """What it takes for a name in a text to mean the thing that bears it."""

    SURE = "sure"
    """Nothing else is called so; written however."""
    CASED = "cased"
    """Written as the list writes it, or in capitals, and nothing else is called so."""
    CONTEXT = "context"
    """A common word or a short one: it needs words beside it, or another mention, that say so."""


@dataclass(frozen=True, slots=True)
class KnownThing:
    """A thing that has a name: a group, a product, a country."""

    kind: MentionKind
    name: str
    """What it is called by those who list it."""
    ref: str | None
    """Its id; None where who lists it gives none."""
    related: tuple[str, ...] = ()
    """Refs of things that are named together with it."""
    own: bool = False
    """Whether the user's own list names it."""
    sort: str = ""
    """What malware it is, where a list says so: ``ransomware``, ``stealer``, ``loader``, ``c2``."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """One name of a thing."""

    text: str
    """As the list writes it."""
    thing: KnownThing
    sureness: Sureness
    alias: bool
