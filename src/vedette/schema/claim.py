"""Facts, the tools that compute them, plans, and the claims that rest on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vedette.schema.finding import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One computed value with its evidence: what a tool returns and a claim rests on."""

    fact_id: str
    name: str
    """What the value is: ``first_seen_at``, ``n_failed_logons``."""
    value: Any
    """A JSON value."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence, the evidence it cites, and whether it checked."""

    text: str
    evidence: tuple[Evidence, ...]
    facts: tuple[str, ...] = ()
    """Ids of the facts it rests on."""
    checked: bool = False
    """True only where every name, number and time in the text follows from the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A typed, read-only question that a capability answers."""

    name: str
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    """JSON Schema of the arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The tools chosen for a request, in order."""

    question: str
    steps: tuple[tuple[str, dict[str, Any]], ...] = ()
    """Tool name and its arguments."""
