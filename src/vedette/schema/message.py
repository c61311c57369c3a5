"""One turn with a language model, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who speaks in a turn."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn with a model."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one or several calls of a model took."""

    n_prompt_tokens: int = 0
    n_completion_tokens: int = 0
    n_calls: int = 0
    duration_s: float = 0.0
    cost_usd: float | None = None
    """None where no price is known; 0.0 for a model on this machine."""

    def plus(self, other: Usage) -> Usage:
        """Return both together; a cost that is not known stays unknown."""
        costs = [u.cost_usd for u in (self, other) if u.n_calls]
        return Usage(
            n_prompt_tokens=self.n_prompt_tokens + other.n_prompt_tokens,
            n_completion_tokens=self.n_completion_tokens + other.n_completion_tokens,
            n_calls=self.n_calls + other.n_calls,
            duration_s=self.duration_s + other.duration_s,
            cost_usd=None if None in costs else sum(c for c in costs if c is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model said."""

    text: str
    model: str
    finish: str
    """``stop``, ``length``, ``cancelled`` or ``filtered``."""
    usage: Usage = Usage()
