"""Text that a model reads and a person does not see.

Messages in characters without a picture are an alarm by themselves. Comments, alternative texts and elements that are
not shown are ordinary: they are told, and whether they give orders is for the rules to say. Joiners of Arabic, Indic
and emoji sequences, flags and single variation selectors are how those are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

from vedette.guard.injection.decode_codecs import of_bytes, pattern
from vedette.guard.sound import sound

LEAST_TAGS = 3
LEAST_SELECTORS = 4
LEAST_ZERO_WIDTH = 12
"""Characters without width in a row that are no accident."""
MOST_SPLIT = 8
"""Words cut by characters without width, from which on it is a disguise."""
LONGEST_MESSAGE = 20_000
LONGEST_CONCEALED = 4_000

_ANY_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u180e\ufe00-\ufe0f\U000e0000-\U000e01ef]")
_TAGS = re.compile("[\U000e0020-\U000e007f]+")
_SELECTORS = re.compile(f"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{{{LEAST_SELECTORS},}}")
_ZERO_WIDTH = re.compile(f"[\u200b-\u200f\u2060-\u2064\u206a-\u206f\ufeff\u180e]{{{LEAST_ZERO_WIDTH},}}")
_SPLIT_WORD = re.compile("[A-Za-z][\u200b-\u200d\u2060-\u2064\ufeff]+(?=[A-Za-z])")
_OVERRIDE = re.compile("[\u202d\u202e][^\u202c\n]{3,}")
_EMBEDDING = re.compile("[\u202a\u202b\u2066\u2067\u2068]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_WAVING_FLAG = "\U0001f3f4"

_SELECTOR_BYTES = {chr(0xFE00 + n): n for n in range(16)} | {chr(0xE0100 + n): n + 16 for n in range(240)}


class HiddenKind(StrEnum):
    """How a text is hidden."""

    TAGS = "tags"
    """In tag characters, which no font shows."""
    SELECTORS = "variation-selectors"
    """As bytes, one to a variation selector."""
    ZERO_WIDTH = "zero-width"
    """As digits, one to a character without width."""
    SPLIT_WORDS = "split-words"
    """Words cut by characters without width."""
    BIDI = "bidi"
    """Shown in another order than it is read in."""
    STYLE = "style"
    """In an element that is not shown, or as good as not."""
    COMMENT = "comment"
    """In a comment of HTML or Markdown."""
    ALTERNATIVE = "alternative-text"
    """In the text of a picture or a link's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A range that a person does not see, or sees otherwise."""

    kind: HiddenKind
    start: int
    end: int
    score: float
    """How sure it is that something was hidden on purpose; 0 for what is ordinary unless it gives orders."""
    text: str = ""
    """What it says, where that is known."""


def hidden(text: str) -> tuple[Hidden, ...]:
    """Return what a text hides, in order."""
    found: list[Hidden] = []
    if not text.isascii() and _ANY_UNSEEN.search(text):
        found += _tags(text)
        found += _selectors(text)
        found += _zero_width(text)
        found += _split_words(text)
        found += _bidi(text)
    found += _concealed(text)
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _tags(text: str) -> Iterator[Hidden]:
    for match in _TAGS.finditer(text):
        if (
            text[match.start() - 1 : match.start()] == _WAVING_FLAG
            and match[0].endswith("\U000e007f")
            and len(match[0]) < 9
        ):
            continue
        said = "".join(chr(ord(c) - 0xE0000) for c in match[0] if c != "\U000e007f")
        if len(said) >= LEAST_TAGS:
            yield Hidden(
                kind=HiddenKind.TAGS, start=match.start(), end=match.end(), score=0.97, text=said[:LONGEST_MESSAGE]
            )


def _selectors(text: str) -> Iterator[Hidden]:
    for match in _SELECTORS.finditer(text):
        if len(set(match[0])) == 1:
            continue
        said = of_bytes(bytes(_SELECTOR_BYTES[c] for c in match[0][:LONGEST_MESSAGE]))
        score = 0.97 if said else 0.8
        yield Hidden(kind=HiddenKind.SELECTORS, start=match.start(), end=match.end(), score=score, text=said or "")


def _zero_width(text: str) -> Iterator[Hidden]:
    for match in _ZERO_WIDTH.finditer(text):
        kinds = sorted(set(match[0]))
        if len(kinds) < 2:
            continue
        said = _digits(match[0][:LONGEST_MESSAGE], kinds)
        score = 0.97 if said else 0.8
        yield Hidden(kind=HiddenKind.ZERO_WIDTH, start=match.start(), end=match.end(), score=score, text=said or "")


def _digits(signs: str, kinds: list[str]) -> str | None:
    """Read characters as digits, to the base of the number of their kinds; one kind may stand between letters."""
    if len(kinds) > 4:
        return None
    for order in permutations(kinds):
        mark, digits = order[0], order[1:]
        if len(digits) > 1 and mark in signs[1:-1]:
            parts = [part for part in signs.split(mark) if part]
            if len(parts) > 2 and (said := _of_parts(parts, "".join(digits))):
                return said
        if len(kinds) == 2:
            for width in (8, 7, 16):
                parts = [signs[at : at + width] for at in range(0, len(signs) // width * width, width)]
                if said := _of_parts(parts, "".join(order)):
                    return said
        if len(kinds) == 4:
            parts = [signs[at : at + 4] for at in range(0, len(signs) // 4 * 4, 4)]
            if said := _of_parts(parts, "".join(order)):
                return said
    return None


def _of_parts(parts: list[str], digits: str) -> str | None:
    base = len(digits)
    codes = []
    for part in parts:
        code = 0
        for sign in part:
            code = code * base + digits.index(sign)
        codes.append(code)
    return of_bytes(bytes(codes)) if codes and max(codes) < 256 else None


def _split_words(text: str) -> Iterator[Hidden]:
    cuts = [match.span() for match in _SPLIT_WORD.finditer(text)]
    if len(cuts) >= MOST_SPLIT:
        yield Hidden(kind=HiddenKind.SPLIT_WORDS, start=cuts[0][0], end=min(cuts[-1][1] + 1, len(text)), score=0.6)


def _bidi(text: str) -> Iterator[Hidden]:
    for match in _OVERRIDE.finditer(text):
        letters = [c for c in match[0] if c.isalpha()]
        backwards = match[0][0] == "\u202e"
        reordered = sum(1 for c in letters if bool(_RIGHT_TO_LEFT.match(c)) != backwards)
        if reordered >= 3:
            said = match[0][1:][::-1] if backwards else ""
            yield Hidden(
                kind=HiddenKind.BIDI, start=match.start(), end=match.end(), score=0.9, text=said[:LONGEST_MESSAGE]
            )
    marks = list(_EMBEDDING.finditer(text))
    if len(marks) >= 2 and not _RIGHT_TO_LEFT.search(text):
        yield Hidden(kind=HiddenKind.BIDI, start=marks[0].start(), end=marks[-1].end(), score=0.6)


_WHITE = r"(?:white\b|transparent|#f{3}(?:f{3})?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)"
_UNSHOWN = (
    r"display\s*:\s*none",
    r"visibility\s*:\s*hidden",
    r"font-size\s*:\s*0*(?:\.\d+)?[01]?(?:px|pt|em)?\s*[;\"']",
    r"opacity\s*:\s*0?(?:\.0\d*)?\s*[;\"']",
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}",
)
_STYLED = (
    rf"(?is)<([a-z][a-z0-9]*)\b[^<>]*?(?:style\s*=\s*[\"'](?:[^\"'<>]*?(?:{'|'.join(_UNSHOWN)})"
    rf"|(?:[^\"'<>]*?[;\s])?color\s*:\s*{_WHITE})"
    rf"|\s(?:hidden|aria-hidden\s*=\s*[\"']?true)\b|\scolor\s*=\s*[\"']?{_WHITE})[^<>]*>"
)
_COMMENTS = r"(?s)<!--(.*?)-->|\[//\]:\s*#\s*[(\"'](.*?)[)\"']\s*(?:\n|$)|\[comment\]:\s*<>\s*\((.*?)\)\s*(?:\n|$)"
_ALTERNATIVES = (
    r"(?is)!\[([^\]]{12,})\]\(|<img\b[^<>]*?\balt\s*=\s*\"([^\"<>]{12,})\"|\]\([^\s)]+\s+\"([^\"]{12,})\"\)"
    r"|<[a-z][^<>]*?\btitle\s*=\s*\"([^\"<>]{12,})\""
)
_CLOSING = re.compile(r"</([a-zA-Z][a-zA-Z0-9]*)\s*>")


def _concealed(text: str) -> Iterator[Hidden]:
    if "<" in text:
        yield from _styled(text)
    if "<!--" in text or "]:" in text:
        yield from _groups(HiddenKind.COMMENT, _COMMENTS, text)
    if "](" in text or "<" in text:
        yield from _groups(HiddenKind.ALTERNATIVE, _ALTERNATIVES, text)


def _styled(text: str) -> Iterator[Hidden]:
    read = sound(text)
    for match in pattern(_STYLED).finditer(read):
        end = _closing(read, match.end(), match[1].lower())
        said = re.sub("<[^<>]*>", " ", text[match.end() : end]).strip()
        if said:
            yield Hidden(kind=HiddenKind.STYLE, start=match.end(), end=end, score=0.0, text=said)


def _closing(text: str, at: int, tag: str) -> int:
    """Return where an element's content ends: at its closing tag, or where it gets too long."""
    limit = min(len(text), at + LONGEST_CONCEALED)
    ends = (found.start() for found in _CLOSING.finditer(text, at, limit) if found[1].lower() == tag)
    return next(ends, limit)


def _groups(kind: HiddenKind, expression: str, text: str) -> Iterator[Hidden]:
    for match in pattern(expression).finditer(sound(text)):
        for group in range(1, 5):
            if group <= len(match.groups()) and match[group]:
                start, end = match.span(group)
                said = text[start : min(end, start + LONGEST_CONCEALED)]
                if said.strip():
                    yield Hidden(kind=kind, start=start, end=end, score=0.0, text=said)
