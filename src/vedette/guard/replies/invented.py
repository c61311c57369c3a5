"""Pseudonyms that a model made up: the shape of ours, and none that was given out."""

from __future__ import annotations

from collections.abc import Iterator, Set

from vedette.guard.replies.leaks import SCANNER
from vedette.schema.guarding import GuardFinding


def invented(text: str, given: Set[str]) -> Iterator[GuardFinding]:
    """Yield what looks like a pseudonym and is none of those given out."""
    from vedette.guard.pseudonyms.tokens import Words, shapes

    words = Words()
    for shape in shapes(text, words):
        if shape.name not in given:
            yield GuardFinding(
                entity="INVENTED_PSEUDONYM",
                start=shape.start,
                end=shape.end,
                score=0.9,
                scanner=SCANNER,
                rule="invented",
                note="no pseudonym of this session",
            )
