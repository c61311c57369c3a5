"""Which lines of a text people wrote, told by their marks alone.

A line of a log, a command or code is full of quotes with colons, braces, assignments, paths and tags. A line with more
than one such mark for 28 characters is machine text; between two lines of it, a short line without a space is, too.
Linear: each character is looked at a fixed number of times.
"""

from __future__ import annotations

import re

_MARKS = re.compile(
    r"\"\s?:|\":|\w=[\"'\w/{\[%$(<-]|[{}]|</?\w|/>|\\\\|\b0x[0-9a-fA-F]|::|->|=>|\(\)|\);|[|&]{2}|\$\w|\$\(|\s--?\w|[A-Za-z]:\\"
    r"|\w\\\w|\w_\w|\d{4}-\d\d-\d\dT\d|\d:\d\d:\d\d[.,]\d|\[\w+\]|/\w+/|\w\.\w+\("
)
_MANY = 28
"""Characters for a mark."""
_LONG = 4096
"""Characters of a line that are looked at for marks."""
_TEXT = re.compile(r"[^\W\d_]")


def lines(text: str) -> list[tuple[int, int]]:
    """Return the half-open offsets of the runs of lines that people wrote, in order."""
    found: list[tuple[int, int]] = []
    start = 0
    n = len(text)
    while start < n:
        end = text.find("\n", start)
        end = n if end < 0 else end + 1
        if not is_machine(text, start, end):
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        start = end
    return [(low, high) for low, high in found if _TEXT.search(text, low, min(high, low + 100_000))]


def is_machine(text: str, start: int, end: int) -> bool:
    """Return whether a line is a log's, a command's or code's."""
    length = min(end - start, _LONG)
    if length < 12:
        return False
    marks = 0
    for _ in _MARKS.finditer(text, start, start + length):
        marks += 1
        if marks * _MANY > length and marks > 1:
            return True
    return False
