"""How much is measured, and where question sets are: ``evaluate.options`` of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from vedette.errors import UserError

Scoring = Literal["auto", "letters", "texts", "generate"]


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class EvaluationOptions:
    """Limits and places of an evaluation. Every limit that cut something off is told in the notes."""

    max_chars: int = Field(default=120_000, ge=100)
    """Characters of each held-out text, about a quarter as many tokens."""
    max_documents: int = Field(default=200, ge=1)
    """Documents of each held-out text."""
    window: int = Field(default=1024, ge=8)
    """Tokens read at once."""
    stride: int = Field(default=512, ge=1)
    """Tokens that a window moves on."""
    limit: int = Field(default=200, ge=1)
    """Items of each task, drawn by seed."""
    data: dict[str, str] = field(default_factory=dict)
    """Folder or file of a task's question set, by task name or by set (``ctibench``); relative to the recipe."""
    data_root: str | None = None
    """Folder that holds the sets' folders (``ctibench/``, ``cybermetric/``, …)."""
    scoring: Scoring = "auto"
    """How multiple choice is answered: ``letters`` or ``texts`` compares the options' odds, ``generate`` reads a reply;
    ``auto`` takes ``letters`` where the model tells odds."""
    max_tokens: int = Field(default=128, ge=1)
    """Tokens of a generated answer."""
    canary_repeats: int = Field(default=1, ge=1)
    """Training records that each canary is planted in."""
    canary_alternatives: int = Field(default=511, ge=7)
    """Random secrets that each canary is ranked among."""
    canary_threshold: float = Field(default=8.0, gt=0)
    """Bits of exposure from which a canary counts as memorised."""
    latency: bool = True
    """Whether speed and memory are measured."""


_ADAPTER = TypeAdapter(EvaluationOptions)


def read_options(given: Mapping[str, Any]) -> EvaluationOptions:
    """Return a recipe's options of the evaluation.

    Raises:
        UserError: an option is unknown or wrong; the known ones are named.
    """
    try:
        return _ADAPTER.validate_python(dict(given))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:8])
        known = ", ".join(EvaluationOptions.__dataclass_fields__)
        raise UserError(f"evaluate.options: {told}", next_step=f"known options: {known}") from None
