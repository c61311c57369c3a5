"""A text in the pieces that an order could hide in: sentences, values of fields, cells and lines of code.

Nothing is parsed: tool output arrives cut, escaped twice or as no language's syntax at all, so pieces end where the
marks of any structure do. Linear in the text; a piece is at most 400 characters long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 400
"""Characters of a piece; a longer one is cut at a space."""
FEW = 6
"""Of more pieces, those of one or two words say nothing: names and values of fields."""
_SAYS = re.compile(
    r"[^\W\d_]{1,24}(?![^\W_])[^\w\n]{1,4}[^\W\d_]{1,24}(?![^\W_])[^\w\n]{1,4}[^\W\d_]{1,24}(?![^\W_])"
    r"|[^\W\d_]{2,12}[^\x00-\u2e7f]{3}|[\u0900-\u0dff\u0e00-\u0fff\u2e80-\uffdc]{4}"
)
"""Three words, or four signs of a script that puts no spaces between words."""
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{1,28}(?![^\W_])|[\u0900-\u0dff\u0e00-\u0fff\u2e80-\uffdc]")
"""A word, as against data."""
_BREAK = re.compile(
    r"""
    \\?["'`]\s?[,:}\]]\s?[\[{]*\s?(?:\\?["'`](?=\S))?   # the end of a quoted value or name, and the next one's start
    |[{\[]\s?\\?["'](?=\S)                           # the start of an object's first name
    |(?:\\r)?\\n                                      # a line end that was escaped
    |\n
    |\|                                               # cells
    |(?<=[.!?])["')\]]{0,2}[^\S\n](?=\s{0,2}[^\sa-z]) # sentences
    |[。！？]
    |<!--|-->|</?[A-Za-z][^<>\n]{0,200}>              # markup
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text."""

    start: int
    end: int
    mark: str
    """First character of what parts it from the one before: how it stands in what carries it."""


def segments(text: str) -> list[Segment]:
    """Return the pieces of a text, in order: those that hold a word, or of many only those of three."""
    found: list[Segment] = []
    at, mark = 0, ""
    for match in _BREAK.finditer(text):
        _take(text, at, match.start(), mark, found)
        at, mark = match.end(), match[0].strip(" \t")[:1] or "\n"
    _take(text, at, len(text), mark, found)
    says = _SAYS if len(found) > FEW else _WORD
    return [one for one in found if says.search(text, one.start, one.end)]


def _take(text: str, start: int, end: int, mark: str, found: list[Segment]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        found.append(Segment(start, cut, mark))
        start = cut
    if end - start > 1 and any(map(str.isalpha, text[start:end])):
        found.append(Segment(start, end, mark))
