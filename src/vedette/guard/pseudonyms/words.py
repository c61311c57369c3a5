r"""Where a word begins and ends, for values and for what stands in their place.

A range is a whole word where nothing that belongs to a word touches it. Letters of scripts that put no space between
words (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) touch nothing. Escapes end a word: the ``n`` of a ``\n``
belongs to the escape, as do the digits of ``%20`` and ``\u0041``. Underscores join, save where as many stand on both
sides, which is emphasis in Markdown.

One and the same judgement serves masking and restoring: what is put into a text is found there again.
"""

from __future__ import annotations

import re
import unicodedata

SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Ranges of letters that stand beside other words without belonging to them."""
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Characters without width that models and editors put into words."""
WORD = re.compile(f"[^\\W_{SPACELESS}]+|[{SPACELESS}]")
"""A run of letters and digits; a letter of a spaceless script is a word of its own."""
LOOK_BACK = 12
"""Characters before a place that decide whether a word begins there."""
_SPACELESS = re.compile(f"[{SPACELESS}]")
_ESCAPE_BEFORE = re.compile(r"(?:\\[bfnrt0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})\Z")
_EMPHASIS = 3


def fold(text: str) -> str:
    """Return a text without regard to case, as long as it was."""
    low = text.lower()
    if len(low) == len(text) and (text.isascii() or "Σ" not in text):
        return low
    return "".join(one if len(one) == 1 else char for char in text for one in (char.lower(),))


def identity(value: str) -> str:
    r"""Return what spellings of one value share: ``WS01`` and ``ws01``, ``DOM\\alice`` and ``DOM\alice``."""
    shared = unicodedata.normalize("NFKC", value).casefold()
    while "\\\\" in shared:
        shared = shared.replace("\\\\", "\\")
    return shared


def joins(char: str) -> bool:
    """Return whether a character that touches a word belongs to it."""
    if char.isascii():
        return char.isalnum() or char == "_"
    if char.isalnum():
        return _SPACELESS.match(char) is None
    return unicodedata.category(char)[0] == "M"


def begins(text: str, at: int) -> bool:
    """Return whether nothing before a place belongs to a word that begins there."""
    if at <= 0 or not joins(text[at - 1]):
        return True
    return text[at - 1] != "_" and _ESCAPE_BEFORE.search(text, max(0, at - 6), at) is not None


def ends(text: str, at: int) -> bool:
    """Return whether nothing after a place belongs to a word that ends there."""
    return at >= len(text) or not joins(text[at])


def is_whole(text: str, start: int, end: int) -> bool:
    """Return whether a range is a whole word, or several, and no part of a longer one."""
    if begins(text, start) and ends(text, end):
        return True
    for width in range(1, _EMPHASIS + 1):  # __word__
        if text[max(0, start - width) : start] == text[end : end + width] == "_" * width and (
            begins(text, start - width) and ends(text, end + width)
        ):
            return True
    return False


def widened(text: str, start: int, end: int, low: int = 0, high: int | None = None) -> tuple[int, int]:
    """Return the smallest range around one that is whole words, within ``low`` and ``high``."""
    high = len(text) if high is None else high
    if is_whole(text, start, end):
        return start, end
    while start > low and not begins(text, start):
        start -= 1
    while end < high and not ends(text, end):
        end += 1
    return start, end
