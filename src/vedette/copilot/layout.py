"""How an answer stands on the page: a short lead, further facts as a list, remarks last; Markdown that reads plain.

Sentences are laid out one after another, so that a door can show each when it is ready: the pieces are the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import re2

from vedette.copilot.compose import Citer
from vedette.schema import Citation, Claim

LEAD_CHARS = 220
"""A second sentence joins the first where both have no more characters than that."""
POINT = "- "
"""Begins a line of the list."""

_LINE_ENDS = re2.compile(r"[\r\n\x0b\x0c\x1c-\x1e\x{85}\x{2028}\x{2029}]+")


class Place(StrEnum):
    """Where a sentence stands."""

    LEAD = "lead"
    """The answer itself."""
    POINT = "point"
    """A line of the list: a further fact, or something unknown."""
    REMARK = "remark"
    """Below the list: how the question was read, which case was taken."""


def placed(claims: Sequence[Claim]) -> list[tuple[Place, Claim]]:
    """Return the sentences of an answer with their places: one or two that answer, and the list."""
    n_lead = 1
    if len(claims) > 1 and len(claims[0].text) + len(claims[1].text) <= LEAD_CHARS:
        n_lead = 2
    return [(Place.LEAD if at < n_lead else Place.POINT, claim) for at, claim in enumerate(claims)]


class Page:
    """An answer's text while it grows; numbers what its sentences cite."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        self._citer = Citer()
        self._last: Place | None = None
        self.text = ""
        """What was added so far."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What was cited so far."""
        return self._citer.citations

    def add(self, place: Place, claim: Claim) -> str:
        """Add a sentence and return the piece of text for it: its mark, itself and its citation numbers.

        No line end inside a sentence is kept, so that text out of a log begins no line of its own.
        """
        sentence = _LINE_ENDS.sub(" ", self._citer.cite(claim))
        mark = POINT if place is Place.POINT else ""
        if self._last is None:
            before = ""
        elif self._last is not place:
            before = "\n\n"
        else:
            before = "\n" if place is Place.POINT else " "
        self._last = place
        piece = f"{before}{mark}{sentence}"
        self.text += piece
        return piece
