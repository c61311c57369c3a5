"""Content that a policy does not allow in replies: words and expressions of the house."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from vedette.guard.sound import sound
from vedette.schema.guarding import GuardFinding

ENTITY = "FORBIDDEN_CONTENT"
SCANNER = "policy"
MOST_FINDINGS = 1000
"""Of one passage; more say nothing more."""


@dataclass(frozen=True, kw_only=True)
class ForbiddenContent:
    """Words and RE2 expressions that replies must not hold."""

    words: tuple[str, ...] = ()
    """Whole words or phrases, whatever their case."""
    patterns: tuple[str, ...] = ()

    @cached_property
    def _compiled(self) -> tuple[tuple[str, Any], ...]:
        import re2

        made = [("pattern", re2.compile(f"({one})")) for one in self.patterns]
        if self.words:
            # a word ends where no letter, digit or underscore goes on; RE2's own \b knows ASCII only
            joined = "|".join(re2.escape(one) for one in sorted(self.words, key=len, reverse=True))
            made.append(("word", re2.compile(rf"(?i)({joined})(?:$|[^\pL\pN_])")))
        return tuple(made)

    def findings(self, text: str) -> tuple[GuardFinding, ...]:
        """Return where a text holds forbidden content, in order of place; time grows in line with its length."""
        text = sound(text)
        found = [
            GuardFinding(entity=ENTITY, start=start, end=end, score=1.0, scanner=SCANNER, rule=rule)
            for rule, compiled in self._compiled
            for match in islice(compiled.finditer(text), MOST_FINDINGS)
            for start, end in [match.span(1)]
            if end > start and not (rule == "word" and start and _goes_on(text[start - 1]))
        ]
        return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _goes_on(char: str) -> bool:
    return char.isalnum() or char == "_"
