"""The scanner of replies."""

from __future__ import annotations

from vedette.guard.base import Cost
from vedette.guard.replies.invented import invented
from vedette.guard.replies.leaks import canaries, leaks
from vedette.guard.replies.links import links
from vedette.schema.guarding import Around, Direction, Passage, Scanned


class RepliesScanner:
    """Finds what a reply should not hold; what it compares with is in ``around``."""

    name = "replies"
    directions = frozenset({Direction.REPLY})
    cost = Cost.PATTERN
    entities = frozenset({"SYSTEM_PROMPT_LEAK", "CANARY_LEAK", "UNSAFE_LINK", "INVENTED_PSEUDONYM"})

    def warm(self) -> None:
        """Load nothing: there is nothing to load."""

    def scan(self, passage: Passage, around: Around) -> Scanned:
        """Return what it finds."""
        found = [
            *canaries(passage.text, around.canaries),
            *leaks(passage.text, around.instructions),
            *links(passage.text, around),
            *invented(passage.text, around.pseudonyms),
        ]
        return Scanned(findings=tuple(sorted(found, key=lambda one: (one.start, one.end))))
