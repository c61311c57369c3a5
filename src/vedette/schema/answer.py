"""The answer to a question: checked claims, the facts under them, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from vedette.schema.claim import Claim, Fact
from vedette.schema.message import Usage
from vedette.schema.tool import Artefact, Choice, DataTable, Plan, Window


class AnswerStatus(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    """The data cannot tell; ``unknown`` says what is missing."""
    CLARIFY = "clarify"
    """The user is asked which of several was meant."""
    DECLINED = "declined"
    """Out of scope, said plainly."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A numbered reference of an answer to an event, span or output."""

    number: int
    ref: str
    """``event_id`` or document id: what opens the evidence."""
    at: datetime | None = None
    quote: str = ""
    """Hostile text, to be shown as data."""
    start: int | None = None
    """Half-open character offsets into a document's text, where it is a place in one."""
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What a conversation is about by now: what follow-up questions refer to."""

    case_id: str | None = None
    entities: tuple[str, ...] = ()
    """The latest first."""
    window: Window | None = None
    pending: Choice | None = None
    """The choice that the user was asked for last."""
    plan: Plan | None = None
    """The last plan: what "and for bob?" repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a user gets for a question."""

    answer_id: str
    question: str
    status: AnswerStatus
    text: str
    """Sentences with citation numbers in brackets, ``alice logged on first [1].``, built from ``claims``: a short lead,
    further facts as a Markdown list (``- `` begins a line), remarks."""
    claims: tuple[Claim, ...] = ()
    """Every sentence shown, each checked."""
    values: Mapping[str, Any] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    facts: tuple[Fact, ...] = ()
    dropped: tuple[Claim, ...] = ()
    """Sentences of the model that did not check, with the reason; never shown as part of the answer."""
    n_replaced: int = 0
    """How many of the dropped were replaced by a computed sentence."""
    tables: tuple[DataTable, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    queries: tuple[str, ...] = ()
    plan: Plan | None = None
    unknown: tuple[str, ...] = ()
    choice: Choice | None = None
    focus: Focus = Focus()
    next_questions: tuple[str, ...] = ()
    model: str = ""
    """What worded it; empty where it was composed without a model."""
    usage: Usage = field(default_factory=Usage)
    asked_at: datetime | None = None
    duration_s: float = 0.0
