"""Taking personal data and secrets out of text: the protocol, and the rule-based default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast, runtime_checkable

from vedette.forge.corpus.rules import find
from vedette.plugins import load_plugin

GROUP = "vedette.redactors"


_ROUNDS = 12
"""What is taken out may bring another find to light (two that shared a separator): until none is left."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """Text without what was found, and how often each kind was."""

    text: str
    counts: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Redactor(Protocol):
    """Takes personal data and secrets out of a text (entry points ``vedette.redactors``).

    Redacting twice gives what redacting once gives. Safe on any text; time grows in line with its length.
    """

    name: str

    def redact(self, text: str) -> Redacted:
        """Return the text with each find replaced by a placeholder such as ``<EMAIL>``."""
        ...


class RulesRedactor:
    """Finds by rules: formats, check sums, context and entropy. Needs no model."""

    name = "rules"
    version = 3
    """Goes up with the rules, so that a corpus built by older ones is built again."""

    def redact(self, text: str) -> Redacted:
        """Return the text with each find replaced by a placeholder."""
        counts: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            found = find(text)
            if not found:
                break
            parts: list[str] = []
            end = 0
            for item in found:
                parts += (text[end : item.start], item.placeholder)
                counts[item.kind] += 1
                end = item.end
            parts.append(text[end:])
            text = "".join(parts)
        return Redacted(text, dict(sorted(counts.items())))


def redactor_named(name: str) -> Redactor:
    """Return a redactor by name.

    Raises:
        UserError: there is none of that name, or it is broken.
    """
    return cast(Redactor, load_plugin(GROUP, name, "redactor", Redactor))
