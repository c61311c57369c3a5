"""Brace expansion, on a word's text before anything else is done to it."""

from __future__ import annotations

import re
from itertools import pairwise

_SKIP = re.compile(r"[^\\'\"`${},]+")
_NUMBERS = re.compile(r"([+-]?\d{1,9})\.\.([+-]?\d{1,9})(?:\.\.([+-]?\d{1,9}))?")
_LETTERS = re.compile(r"([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d{1,9}))?")
MOST = 4096
"""Most words that one word may become."""
_LONGEST = 400_000
_DEEPEST = 40
_MOST_OPENED = 300


def _quoted_end(text: str, at: int, n: int, depth: int = 0) -> int:
    """Return where the quoted or substituted piece that starts at ``at`` ends, or ``at`` where none does."""
    c = text[at]
    if depth > _DEEPEST:
        return n
    if c == "\\":
        return min(at + 2, n)
    if c == "'":
        end = text.find("'", at + 1, n)
        return n if end < 0 else end + 1
    if c == '"':
        i = at + 1
        while i < n and text[i] != '"':
            if text[i] == "$" and text[i + 1 : i + 2] in ("(", "{"):
                i = _quoted_end(text, i, n, depth + 1)
            else:
                i += 2 if text[i] == "\\" else 1
        return min(i + 1, n)
    if c == "`":
        i = at + 1
        while i < n and text[i] != "`":
            i += 2 if text[i] == "\\" else 1
        return min(i + 1, n)
    if c == "$" and at + 1 < n:
        follows = text[at + 1]
        if follows == "'":
            i = at + 2
            while i < n and text[i] != "'":
                i += 2 if text[i] == "\\" else 1
            return min(i + 1, n)
        if follows in "({":
            close = ")" if follows == "(" else "}"
            depth, i = 1, at + 2
            while i < n and depth:
                d = text[i]
                if d == follows:
                    depth += 1
                elif d == close:
                    depth -= 1
                elif d in "'\"`\\":
                    i = _quoted_end(text, i, n, depth + 1) - 1
                i += 1
            return min(i, n)
        return at + 1
    return at


def _group(text: str, at: int) -> tuple[int, list[int]] | None:
    """Return the place of the ``}`` that closes the ``{`` at ``at``, and its commas; None where it is no group."""
    n = len(text)
    depth, i = 1, at + 1
    commas: list[int] = []
    while i < n:
        m = _SKIP.match(text, i)
        if m:
            i = m.end()
            continue
        c = text[i]
        if c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
            if not depth:
                return i, commas
        elif c == ",":
            if depth == 1:
                commas.append(i)
        else:
            i = max(_quoted_end(text, i, n), i + 1)
            continue
        i += 1
    return None


def _range(body: str) -> list[str] | None:
    m = _NUMBERS.fullmatch(body)
    if m:
        first, last, step = int(m.group(1)), int(m.group(2)), abs(int(m.group(3) or 1)) or 1
        if abs(last - first) // step > MOST:
            return None
        width = max(len(m.group(1).lstrip("+-")), len(m.group(2).lstrip("+-")))
        padded = any(len(g.lstrip("+-")) > 1 and g.lstrip("+-").startswith("0") for g in m.group(1, 2))
        numbers = range(first, last + (1 if last >= first else -1), step if last >= first else -step)
        if padded:
            return [f"-{-i:0{width}d}" if i < 0 else f"{i:0{width}d}" for i in numbers]
        return [str(i) for i in numbers]
    m = _LETTERS.fullmatch(body)
    if m:
        first, last, step = ord(m.group(1)), ord(m.group(2)), abs(int(m.group(3) or 1)) or 1
        codes = range(first, last + (1 if last >= first else -1), step if last >= first else -step)
        return ["\\\\" if i == 92 else "\\`" if i == 96 else chr(i) for i in codes]
    return None


def expand(text: str, depth: int = 0) -> list[str] | None:
    """Return the words that a word's text becomes, or None where it has no braces to expand."""
    n, i = len(text), 0
    if not depth and text.count("{") > _MOST_OPENED:
        return None  # each is looked for its end
    while i < n:
        m = _SKIP.match(text, i)
        if m:
            i = m.end()
            continue
        c = text[i]
        if c != "{":
            i = max(_quoted_end(text, i, n), i + 1)
            continue
        found = _group(text, i) if depth < _DEEPEST else None
        if found is None:
            i += 1
            continue
        close, commas = found
        if commas:
            edges = [i, *commas, close]
            middles: list[str] = []
            for a, b in pairwise(edges):
                piece = text[a + 1 : b]
                middles.extend(expand(piece, depth + 1) or [piece])
        else:
            made = _range(text[i + 1 : close])
            if made is None:
                inner = expand(text[i + 1 : close], depth + 1)
                if inner is None:
                    i += 1
                    continue
                middles = ["{" + one + "}" for one in inner]
            else:
                middles = made
        tails = expand(text[close + 1 :], depth + 1) or [text[close + 1 :]]
        head = text[:i]
        if len(middles) * len(tails) > MOST or len(middles) * sum(len(t) for t in tails) > _LONGEST:
            return None
        return [head + middle + tail for middle in middles for tail in tails]
    return None
