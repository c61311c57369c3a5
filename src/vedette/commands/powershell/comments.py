"""Comments: where they stand, and which of them hide something in the middle of a statement."""

from __future__ import annotations

import re

from vedette.commands.powershell import lexer as lx
from vedette.commands.powershell import nodes as n

_SKIPPED_OR_COMMENT = re.compile(
    rf"@[{lx.SINGLE}][^\S\r\n]*+\r?\n(?s:.*?)(?:\n[{lx.SINGLE}]@|\Z)|@[{lx.DOUBLE}][^\S\r\n]*+\r?\n(?s:.*?)(?:\n[{lx.DOUBLE}]@|\Z)"
    rf"|[{lx.SINGLE}][^{lx.SINGLE}]*+[{lx.SINGLE}]?|[{lx.DOUBLE}](?:[^{lx.DOUBLE}`]|`(?s:.))*+[{lx.DOUBLE}]?|`(?s:.)"
    r"|\$\{(?:[^}`]|`(?s:.))*+\}?"
    r"|(<#(?s:.*?)(?:#>|\Z)|(?:(?<=[\s;{}()|&,=+])|\A)#[^\r\n]*+)"
)


def comments_of(text: str) -> list[tuple[int, int]]:
    """Return where the comments of a script stand, in order."""
    return [m.span(1) for m in _SKIPPED_OR_COMMENT.finditer(text) if m.group(1)]


def hiding(text: str, spans: list[tuple[int, int]], body: list[n.Node]) -> bool:
    """Return whether a comment stands in the middle of a statement, where few are written to explain anything."""
    if "\n" not in text.strip():
        return any(text.startswith("<#", start) for start, _ in spans)
    starts = iter(body)
    node = next(starts, None)
    for start, end in spans:
        while node is not None and node.end <= start:
            node = next(starts, None)
        if node is None or not (node.start < start and end < node.end):
            continue
        before = text[node.start : start]
        if text.startswith("<#", start) and "\n" not in text[start:end]:
            line = text[text.rfind("\n", 0, start) + 1 : start], text[end:].partition("\n")[0]
            if line[0].strip() and line[1].strip(" \t\r;{}"):
                return True
        if isinstance(node, (n.Command, n.Pipeline)) and not any(mark in before for mark in ("{", "@(")):
            return True
    return False


def without(text: str, start: int, end: int) -> tuple[int, str]:
    """Return how far the range to leave out goes for a comment, and what stands instead: nothing or a blank."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if not before or before.isspace():
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        return end, ""
    if not after or after.isspace() or not text.startswith("<#", start):
        return end, ""
    return end, "" if before in "([{;,|=.:+" or after in ")]};,|=.:+" else " "
