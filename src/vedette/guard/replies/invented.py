"""Pseudonyms that a model made up: the shape of ours, and none that was given out."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import cache
from typing import TYPE_CHECKING

from vedette.guard.replies.leaks import SCANNER
from vedette.schema.guarding import GuardFinding

if TYPE_CHECKING:
    from vedette.guard.pseudonyms.tokens import Words


def invented(text: str, given: Set[str]) -> Iterator[GuardFinding]:
    """Yield what looks like a pseudonym and is none of those given out."""
    from vedette.guard.pseudonyms.tokens import shapes

    for shape in shapes(text, _words()):
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


@cache
def _words() -> Words:
    """Return the words that pseudonyms begin with; made once, for a stream is judged in many pieces."""
    from vedette.guard.pseudonyms.tokens import Words

    return Words()
