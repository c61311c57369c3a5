"""Which stretches of a report tell anything: lines of bare values do not, and "see T1190" names without telling."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import re2

from vedette.knowledge import attack
from vedette.knowledge.tools.base import encodable

_WORD = re2.compile(r"\p{L}{2,}")
_ID = re2.compile(r"(?i)\b(?:TA?\d{4}(?:[./]\d{3})?|[GSMC]\d{4})\b")
_POINTING = re2.compile(r"(?i)^\W*(?:see|refer to|cf|compare|as in|described in|mapped to|mitre att&ck|technique)\b")
_LEAST_WORDS = 3
"""Of a line that a sentence can be."""
_LEAST_TOLD = 5
"""Of a sentence that tells what happened, its ids and the technique's own name left out."""
_UNSPACED = re2.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{4}")


def worded(text: str, start: int, end: int, values: Sequence[tuple[int, int]]) -> bool:
    """Return whether a stretch holds words beside the values in it.

    Args:
        text: the document.
        start: where the stretch begins.
        end: and ends.
        values: where values stand, in order, none overlapping.
    """
    at = bisect_left(values, (start, start))
    pieces, low = [], start
    while at < len(values) and values[at][0] < end:
        pieces.append(text[low : values[at][0]])
        low = max(low, values[at][1])
        at += 1
    plain = encodable(" ".join([*pieces, text[low:end]]))
    if _UNSPACED.search(plain) is not None:
        return True
    return sum(1 for _, _ in zip(range(_LEAST_WORDS), _WORD.finditer(plain), strict=False)) == _LEAST_WORDS


def tells(sentence: str, technique: str) -> bool:
    """Return whether a sentence tells of what was done, more than that it names a technique."""
    plain = encodable(sentence)
    if _POINTING.search(plain) is not None and len(plain) < 120:
        return False
    plain = _ID.sub(" ", plain)
    for words in (attack.name_of(technique) or "").split(": "):
        if words:
            plain = plain.replace(words, " ")
    found = _WORD.findall(plain)
    return len(found) >= _LEAST_TOLD or _UNSPACED.search(plain) is not None
