"""Conversations that are kept: sessions, their turns, and what analysts said of the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vedette.schema.answer import Answer, Focus
from vedette.schema.finding import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A conversation: who asks, about what, and how far it is."""

    session_id: str
    title: str
    owner: str
    started_at: datetime
    last_at: datetime
    """When it was last asked something; ``started_at`` where it never was."""
    case_id: str | None = None
    """The case it is bound to: only this one is meant."""
    n_turns: int = 0
    focus: Focus = field(default_factory=Focus)
    """What it is about by now: give it to the next question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question of a session with its whole answer."""

    session_id: str
    number: int
    """From 1."""
    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A read-only door to a session; the token that opens it is not kept."""

    share_id: str
    session_id: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None


class FeedbackKind(StrEnum):
    """What an analyst said of an answer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    """``text`` is the answer as it should have been."""
    VERDICT = "verdict"
    """``verdict`` is of the case that the answer spoke of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Something said of one answer: labelled activity data."""

    feedback_id: int
    session_id: str
    turn: int
    kind: FeedbackKind
    author: str
    at: datetime
    text: str = ""
    """The corrected answer, or why."""
    verdict: Verdict | None = None
    case_id: str | None = None
    """For a verdict: the case that it was written on."""
