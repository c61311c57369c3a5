"""A text as its values were before somebody defanged, escaped or wrapped them, with the way back to every place.

Finders look at :attr:`Plain.raw`: one byte a character of :attr:`Plain.text`, so that one pattern over bytes serves and
every offset is a character's. What was taken back is kept as edits, which give the place in the source.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63")
_NOTHING = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_LINE_ENDS = frozenset("\u0085\u2028\u2029")
LETTER, SIGN, NOTHING, DASH = 0xFF, 0x01, 0x02, 0x03
"""What stands for a foreign letter, another sign, a character without width, a dash that is no hyphen."""


@cache
def _stand_in(char: str) -> int:
    if char in _NOTHING:
        return NOTHING
    if char in _DASHES:
        return DASH
    if char in _LINE_ENDS:
        return 0x0A
    if char.isspace():
        return 0x20
    return LETTER if char.isalnum() else SIGN


@cache
def _one(char: str) -> bytes:
    return bytes((_stand_in(char),))


def _stand_ins(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    if error.end - error.start == 1:
        return _one(error.object[error.start]), error.end
    return bytes(map(_stand_in, error.object[error.start : error.end])), error.end


codecs.register_error("vedette-observables", _stand_ins)


_LATIN = bytes(byte if byte < 0x80 else _stand_in(chr(byte)) for byte in range(256))


def mirror(text: str) -> bytes:
    """Return one byte for every character: ASCII as it is, others as what they are like."""
    if text.isascii():
        return text.encode("ascii")
    return text.encode("latin-1", "vedette-observables").translate(_LATIN)


class Edit(NamedTuple):
    """A range of the source that reads otherwise once it is taken back."""

    start: int
    end: int
    plain: str
    defanging: bool = False


class Plain:
    """A source text with edits applied."""

    __slots__ = ("_after", "_at", "_edits", "_ends", "low", "raw", "source", "text")

    def __init__(self, source: str, raw: bytes, edits: Sequence[Edit]) -> None:
        """Apply edits, which are in order and do not overlap, to a source whose mirror is raw."""
        self.source = source
        self._edits = edits
        self._at: list[int] = []
        self._ends: list[int] = []
        self._after: list[int] = []
        if not edits:
            self.text, self.raw, self.low = source, raw, raw.lower()
            return
        texts, raws, last, shift = [], [], 0, 0
        for start, end, plain, _ in edits:
            texts.append(source[last:start])
            texts.append(plain)
            raws.append(raw[last:start])
            raws.append(plain.encode("ascii"))
            at = start + shift
            reach = at + len(plain)
            shift = reach - end
            self._at.append(at)
            self._ends.append(reach)
            self._after.append(-shift)
            last = end
        texts.append(source[last:])
        raws.append(raw[last:])
        self.text = "".join(texts)
        self.raw = b"".join(raws)
        self.low = self.raw.lower()

    def place(self, start: int, end: int) -> tuple[int, int, bool]:
        """Return where a range of the plain text stands in the source, and whether it was defanged there."""
        if not self._at or end <= self._at[0]:
            return start, end, False
        first, last = self._source(start, ending=False), self._source(end - 1, ending=True)
        return first, last, self.defanged(start, end)

    def defanged(self, start: int, end: int) -> bool:
        """Return whether a range of the plain text was defanged in the source."""
        at = bisect_right(self._ends, start)
        while at < len(self._at) and self._at[at] < end:
            if self._edits[at].defanging:
                return True
            at += 1
        return False

    def _source(self, at: int, *, ending: bool) -> int:
        edit = bisect_right(self._at, at) - 1
        while edit >= 0 and self._at[edit] == self._ends[edit] == at and ending:
            edit -= 1  # what was taken away stood before the character: an ending one does not take it along
        if edit < 0:
            return at + ending
        if at < self._ends[edit]:
            return self._edits[edit].end if ending else self._edits[edit].start
        return at + self._after[edit] + ending


def ordered(edits: list[Edit]) -> list[Edit]:
    """Return edits in order; of those that overlap, the first and longest."""
    edits.sort()
    if all(a.end <= b.start for a, b in pairwise(edits)):
        return edits
    edits.sort(key=lambda e: (e.start, -e.end))
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept
