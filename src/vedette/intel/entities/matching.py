"""Where known names stand in a text: one pass of Aho-Corasick over its letters and digits, then a look at the borders.

Both sides are squeezed to small letters and digits, so that ``APT 28``, ``APT-28`` and ``APT28`` are one; what lies
between the pieces is compared afterwards. Linear in the text: no name of the lists is longer than a few dozen letters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from vedette.intel.entities.base import KnownName, Sureness

_PIECE = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015_\u00a0]+")
_POSSESSIVE = ("'s", "\u2019s")
_MOST_GAP = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A range of a text that bears names."""

    start: int
    end: int
    names: tuple[KnownName, ...]
    """Those that are written like this, in the order of the lists."""


def _small(piece: str) -> str:
    low = piece.lower()
    return low if len(low) == len(piece) else "".join(c.lower()[0] if c.lower() else c for c in piece)


def squeezed(text: str) -> tuple[str, list[int], list[int]]:
    """Return a text's letters and digits, small, and where each run of them starts there and in the text."""
    pieces: list[str] = []
    here: list[int] = []
    there: list[int] = []
    n = 0
    for found in _PIECE.finditer(text):
        piece = _small(found.group())
        pieces.append(piece)
        here.append(n)
        there.append(found.start())
        n += len(piece)
    return "".join(pieces), here, there


def _points(name: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return where, among its letters and digits, a name is parted, and where a writer might part it."""
    parted: set[int] = set()
    might: set[int] = set()
    n = 0
    for number, found in enumerate(_PIECE.finditer(name)):
        piece = found.group()
        if number:
            parted.add(n)
        for at in range(1, len(piece)):
            left, right = piece[at - 1], piece[at]
            if left.isdigit() != right.isdigit() or (left.islower() and right.isupper()):
                might.add(n + at)
        n += len(piece)
    return frozenset(parted), frozenset(might)


def _plain(text: str) -> str:
    return _BETWEEN.sub("", text).casefold()


def cased_alike(text: str, name: str) -> bool:
    """Return whether a text is written like a name, or in capitals, or with the capitals that begin its words."""
    if text == name or (text.isupper() and len(text) > 2 and not name.islower()):
        return True
    left, right = _BETWEEN.sub("", text), _BETWEEN.sub("", name)
    if left == right:
        return True
    if len(left) != len(right):
        return False
    if name.isupper() and " " not in name:
        return text[0].isupper() and len(name) > 4
    starts = {0} | {sum(len(p) for p in name.split()[:i]) for i in range(1, len(name.split()))}
    return all(left[i].isupper() == right[i].isupper() for i in starts if i < len(left))


class Matcher:
    """Finds the names of a list. Several threads may use one."""

    def __init__(self, names: Sequence[KnownName]) -> None:
        by_key: dict[str, list[KnownName]] = {}
        for name in names:
            by_key.setdefault(squeezed(name.text)[0], []).append(name)
        by_key.pop("", None)
        self._keys = list(by_key)
        self._names = list(by_key.values())
        self._points = {name.text: _points(name.text) for name in names}
        self._plain = {name.text: _plain(name.text) for name in names}
        self._search = AhoCorasick(self._keys).find_matches_as_indexes if self._keys else None

    def find(self, text: str) -> list[Match]:
        """Return every range that bears a name, also within longer ones, by start and then the longest first."""
        if self._search is None or not text:
            return []
        small, here, there = squeezed(text)
        found = list(self._matches(text, small, here, there))
        found.sort(key=lambda match: (match.start, -match.end))
        return found

    def _matches(self, text: str, small: str, here: list[int], there: list[int]) -> Iterator[Match]:
        assert self._search is not None  # noqa: S101
        for which, first, last in self._search(small, overlapping=True):
            left = bisect_right(here, first) - 1
            if here[left] != first and text[there[left] + first - here[left] - 1].isalnum():
                continue
            right = bisect_right(here, last - 1) - 1
            start = there[left] + first - here[left]
            end = there[right] + last - here[right]
            end = self._end(text, end, last - first)
            if end < 0 or any(there[i] - self._piece_end(here, there, i - 1, len(small)) > _MOST_GAP
                              for i in range(left + 1, right + 1)):  # fmt: skip
                continue
            gaps = frozenset(here[i] - first for i in range(left + 1, right + 1))
            if text[end : end + 1] == "." and any(name.text.endswith(".") for name in self._names[which]):
                end += 1  # the full stop of U.S.
            written = text[start:end]
            names = tuple(name for name in self._names[which] if self._fits(name, written, gaps, last - first))
            if names and not _inside_machine_text(text, start, end):
                yield Match(start, end, names)

    @staticmethod
    def _piece_end(here: list[int], there: list[int], which: int, n: int) -> int:
        length = (here[which + 1] if which + 1 < len(here) else n) - here[which]
        return there[which] + length

    @staticmethod
    def _end(text: str, end: int, length: int) -> int:
        """Return where the name ends, a plural's letter with it; -1 where a word goes on."""
        if end == len(text) or not (text[end].isalnum() or text[end] == "_"):
            return end
        after = end + 1
        plural = text[end] == "s" and length > 4 and (after == len(text) or not (text[after].isalnum()))
        return after if plural and text[end - 1] not in "sS" else -1

    def _fits(self, name: KnownName, written: str, gaps: frozenset[int], length: int) -> bool:
        parted, might = self._points[name.text]
        if not gaps <= parted | might:
            return False
        plural = len([c for c in written if c.isalnum()]) > length
        if plural and name.sureness is not Sureness.SURE:
            return False
        bare = written[:-1] if plural else written
        if _plain(bare).rstrip(".") != self._plain[name.text].rstrip("."):
            return False
        if name.sureness is Sureness.SURE:
            return True
        if parted - gaps and not bare[:1].isupper():
            return False
        here, there = _BETWEEN.sub("", bare), _BETWEEN.sub("", name.text)
        if len(here) == len(there) and any(there[at : at + 1].isupper() > here[at : at + 1].isupper() for at in gaps):
            return False  # "we chat" is no WeChat
        return cased_alike(bare, name.text) or (name.sureness is Sureness.CONTEXT and name.text.islower())


def _inside_machine_text(text: str, start: int, end: int) -> bool:
    """Return whether a range lies within an address, a path, a file's name or an identifier."""
    low = start
    while low > 0 and not text[low - 1].isspace() and start - low < 300:
        low -= 1
    high = end
    while high < len(text) and not text[high].isspace() and high - end < 300:
        high += 1
    before, after = text[low:start], text[end:high]
    if before.endswith("_") or after.startswith("_"):
        return True
    chunk = before + "\0" + after
    if "://" in chunk or "hxxp" in before.lower() or "[.]" in chunk or "@" in chunk or "\\" in chunk or "=" in chunk:
        return True
    if before == "." or (before.endswith(".") and before[-2].isalnum()):
        return True
    if after.startswith(".") and len(after) > 1 and after[1].isalnum():
        return not (after[1].isupper() or (after[1:4].lower() == "exe" and not after[4:5].isalnum()))
    if "/" in chunk:
        parts = (before + "x" + after).split("/")
        return any(not part or "." in part.rstrip(".,;:)\"'") for part in parts) or len(parts) > 4
    return False
