"""The rules of the default redactor: the guard's finders of secrets at their most eager, and personal data by form."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from vedette.forge.corpus.rules import identities, personal
from vedette.forge.corpus.rules.base import Find, Rule, merged
from vedette.guard.secrets import encoded, scanner
from vedette.guard.secrets.base import Hit
from vedette.guard.sound import sound

__all__ = ["Find", "find"]

_SHORT_CHARS = 80
_SECRET = "<SECRET>"  # noqa: S105 (what stands in the place of one)


class _Family:
    """Rules that need not be tried where the gate does not match.

    Args:
        gate: RE2 that matches wherever one of the rules can.
        rules: the rules.
    """

    def __init__(self, gate: str, rules: tuple[Rule, ...]) -> None:
        self._gate_text = gate
        self._gate: Any = None
        self.rules = rules

    def open(self, text: str) -> bool:
        """Return whether the rules are worth trying."""
        if self._gate is None:
            self._gate = re2.compile(self._gate_text)
        return self._gate.search(text) is not None


FAMILIES = (
    _Family(r"@|%40|\[at\]|\(at\)", personal.MAIL),
    _Family(r"\d\.\d{1,3}\.\d|:[0-9A-Fa-f]{0,4}:|[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-", personal.ADDRESSES),
    _Family(r"\d(?:[^A-Za-z]{0,3}\d){5}|[A-Z]\d\d", (*personal.NUMBERS, *identities.RULES)),
)


def find(text: str) -> list[Find]:
    """Return what is to be replaced in a text, in order, without overlaps."""
    return list(_find_short(text)) if len(text) <= _SHORT_CHARS else _find(text)


def _find(text: str) -> list[Find]:
    text = sound(text)
    found = _plain(text)
    behind = [Find(hit.start, hit.end, f"encoded {hit.rule}", hit.entity) for hit in encoded.find(text, _as_hits)]
    return merged([*found, *behind]) if behind else found


def _plain(text: str) -> list[Find]:
    secrets = (Find(hit.start, hit.end, hit.rule, _SECRET) for hit in scanner.plain(text, eager=True))
    return merged(
        [
            *secrets,
            *(found for family in FAMILIES if family.open(text) for rule in family.rules for found in rule.finds(text)),
        ]
    )


def _as_hits(text: str) -> list[Hit]:
    """Return finds as what the guard decodes encodings for; the placeholder stands in the entity's place."""
    return [Hit(find.start, find.end, find.placeholder, find.kind, 1.0) for find in _plain(text)]


@lru_cache(maxsize=1 << 15)
def _find_short(text: str) -> tuple[Find, ...]:
    """Field values come again and again."""
    return tuple(_find(text))
