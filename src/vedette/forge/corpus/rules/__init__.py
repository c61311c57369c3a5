"""The rules of the default redactor."""

from __future__ import annotations

from vedette.forge.corpus.rules import assignments, formats, personal
from vedette.forge.corpus.rules.base import Find, merged

__all__ = ["Find", "find"]

_RULES = (*formats.RULES, *assignments.RULES, *personal.RULES)


def find(text: str) -> list[Find]:
    """Return what is to be replaced in a text, in order, without overlaps."""
    return merged(found for rule in _RULES for found in rule.finds(text))
