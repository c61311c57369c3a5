"""From a text to tokens with offsets, parted as the labelled sets of threat reports part theirs.

Words keep their inner points, hyphens and slashes (``net.droidjack.server``, ``side-loaded``); every other mark is a
token of its own. Linear: every character is in at most one token.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r"(?://)?\w+(?:[./\\@+_-]+\w+)*/?|[^\w\s]")
MOST_CHARS = 120
"""Of a token that is looked into; what is longer is data."""


class Token(NamedTuple):
    """A token of a text."""

    start: int
    end: int
    text: str


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of a range of a text."""
    stop = len(text) if end is None else end
    return [Token(found.start(), found.end(), found.group()) for found in _TOKEN.finditer(text, start, stop)]
