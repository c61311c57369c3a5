"""A question as every task asks it, and what is read of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """How an answer is read and scored."""

    CHOICE = "choice"
    """The letter of an option (or of several)."""
    SHORT = "short"
    """A word or number; a model that tells odds chooses among candidates instead."""
    CWE = "cwe"
    CVSS = "cvss"
    TECHNIQUES = "techniques"
    ACTOR = "actor"
    NUMBER = "number"
    REFUSAL = "refusal"
    """Whether the model refuses; ``target`` says what it should do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One item of a task."""

    question_id: str
    kind: Kind
    prompt: str
    """The user's turn, without the options."""
    target: tuple[str, ...]
    """What is right: letters, the acceptable names, the ids of a set, ``refuse`` or ``answer``."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Letter to text, for choices; candidates for short answers."""
    plausible: tuple[str, ...] = ()
    """Actors that count as plausible, not as right."""
    group: str = ""
    """What the item belongs to; whole groups are drawn for intervals."""
    part: str = ""
    """Part of the set that gets a figure of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A task: where its questions come from and which figure stands for it."""

    name: str
    about: str
    metric: str
    """The figure that stands for the task."""
    folder: str | None = None
    """Folder under the data root; none: the questions are made here."""
    stem: str = ""
    """What the file's name holds."""
    load: Callable[[Path | None, int], list[Question]]
    """From the file and a seed to the questions."""
    licence: str = "Apache-2.0"
    """Of the questions; those of others are measured with, never shipped."""
    max_tokens: int = 32
    """Tokens of a generated answer."""


def written(question: Question) -> str:
    """Return the question as the user asks it, with its options."""
    if question.kind is not Kind.CHOICE or not question.options:
        return question.prompt
    lines = "\n".join(f"{letter}. {text}" for letter, text in question.options.items())
    many = len(question.target) > 1
    ask = "the letters of all right options" if many else "the letter of the right option"
    return f"{question.prompt}\n\n{lines}\n\nAnswer with {ask} only."
