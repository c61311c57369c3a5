"""One plain spelling of a text: what a reader sees in it, whatever characters it is written with.

Case, accents, look-alike letters, invisible characters, letters with marks between them, digits for letters and
stretched words are undone, white space is made one. Every character of the result knows the range of the text that it
came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase
from typing import Any

from vedette.guard.injection.normalise_tables import (
    ALWAYS,
    INVISIBLE,
    LEET,
    LOOKALIKES,
    LOOSE,
    MARKS,
    OTHER_SCRIPTS,
    SINGLE,
    WORDS,
)

Edit = tuple[int, int, str]
"""A range of a text and what is put in its place."""

ROUNDS = 4
"""How often words are looked at anew after a disguise was undone in them; the rest stays as it is."""
LONGEST_MIXED = 20
SHORTEST_MIXED = 3
LONGEST_JOINED = 400
"""Letters of a joined line that are cut into words at once."""
ONE_WRITER = 2
"""How many Latin letters there must be to each of another script before a word of look-alikes is read as Latin."""

_OTHER = re.compile(r"[^\x00-\x7f]")
_FOREIGN_WORD = re.compile(rf"[A-Za-z]*[{OTHER_SCRIPTS}][A-Za-z{OTHER_SCRIPTS}]*")
_UNSEEN = re.compile(rf"[{INVISIBLE}]")
_MARK = re.compile(rf"[{MARKS}]")
_PARTS = re.compile(r"([a-z0-9@$!|])([^a-z0-9@$!|]*)")
_RUN = re.compile(r"([a-z])\1+")
_LEET = str.maketrans(LEET)
_JOINED_UNKNOWN = frozenset(" .-_*|")
"""Marks between single letters that are taken out even where no known word comes of it."""
_ENOUGH_UNKNOWN = 5


@cache
def _pattern(name: str) -> Any:
    """Return a pattern of this module; RE2 is loaded with the first text."""
    import re2

    marks = r"[ ._*|/+~,:;=^'\x22-]"
    return re2.compile(
        {
            "control": r"[\x00-\x08\x0e-\x1f\x7f]+",
            "space": r"[ \t\r\f\v]*\n[ \t\r\f\v\n]+|[ \t\r\f\v]+\n|[ \t\r\f\v]{2,}|[\t\r\f\v]",
            "spaced": rf"\b(?:[a-z0-9@$!|]{marks}{{1,5}}){{3,}}[a-z0-9@$!|]\b",
            "mixed": r"[a-z@$!|+(0-9]*(?:[a-z][0-9@$!|+(]|[0-9@$!|+(][a-z])[a-z0-9@$!|+(]*",
            "stretched": "[a-z]*(?:" + "|".join(letter * 3 for letter in ascii_lowercase) + ")[a-z]*",
        }[name]
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Edits between one text and the next: where each stands in both."""

    old: tuple[int, ...]
    old_end: tuple[int, ...]
    new: tuple[int, ...]
    new_end: tuple[int, ...]

    def low(self, position: int) -> int:
        """Return where the character at a position of the new text begins in the old one."""
        at = bisect_right(self.new, position) - 1
        if at < 0:
            return position
        if position < self.new_end[at]:
            return self.old[at]
        return self.old_end[at] + position - self.new_end[at]

    def high(self, position: int) -> int:
        """Return where the character at a position of the new text ends in the old one."""
        at = bisect_right(self.new, position) - 1
        if at >= 0 and position < self.new_end[at]:
            return self.old_end[at]
        return self.low(position) + 1


@dataclass(frozen=True, slots=True)
class Offsets:
    """From places in a text that was rewritten to places in the text as it was given."""

    stages: tuple[_Stage, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the given text that a range of the rewritten one came from."""
        if end <= start:
            low = self.at(start)
            return low, low
        first, last = start, end - 1
        high = end
        for stage in reversed(self.stages):
            high = stage.high(last)
            first, last = stage.low(first), high - 1
        return first, max(high, first)

    def at(self, position: int) -> int:
        """Return where a character, or the end, of the rewritten text begins in the given one."""
        for stage in reversed(self.stages):
            position = stage.low(position)
        return position


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in its plain spelling."""

    text: str
    offsets: Offsets
    undone: int = 0
    """Words that were written in a disguise: spaced out, in digits, stretched, in letters of another script."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the given text that a range of this one came from."""
        return self.offsets.span(start, end)


def normalise(text: str) -> Normalised:
    """Return a text in its plain spelling: lower case, Latin look-alikes as Latin letters, nothing unseen.

    It takes any string, half characters included, and normalising twice changes nothing more.
    """
    work = _Work(text)
    if not text.isascii():
        work.apply(_characters(work.text))
    work.apply((m.start(), m.end(), "") for m in _pattern("control").finditer(work.text))
    if not work.text.isascii():
        work.apply(_foreign_words(work.text), undone=True)
    work.text = work.text.lower() if work.text.isascii() else _lower(work.text)
    for _ in range(ROUNDS):
        before = work.count
        work.apply(_spaced(work.text), undone=True)
        work.apply(_mixed(work.text), undone=True)
        work.apply(_stretched(work.text), undone=True)
        if work.count > before and not work.text.isascii():
            work.apply(_foreign_words(work.text), undone=True)
        if work.count == before:
            break
    work.apply(_spaces(work.text))
    return Normalised(work.text, Offsets(tuple(work.stages)), work.count)


class _Work:
    """A text on its way, with the edits so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stages: list[_Stage] = []
        self.count = 0

    def apply(self, edits: Iterable[Edit], *, undone: bool = False) -> None:
        """Make edits, which are in order and do not overlap."""
        old: list[int] = []
        old_end: list[int] = []
        new: list[int] = []
        new_end: list[int] = []
        parts: list[str] = []
        at = length = 0
        for start, end, put in edits:
            parts += (self.text[at:start], put)
            length += start - at
            old.append(start)
            old_end.append(end)
            new.append(length)
            length += len(put)
            new_end.append(length)
            at = end
        if not old:
            return
        parts.append(self.text[at:])
        self.text = "".join(parts)
        self.stages.append(_Stage(tuple(old), tuple(old_end), tuple(new), tuple(new_end)))
        if undone:
            self.count += len(old)


def _lower(text: str) -> str:
    """Return a text in lower case where that keeps its length, character by character."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def _characters(text: str) -> Iterable[Edit]:
    for match in _OTHER.finditer(text):
        folded = _fold(match[0])
        if folded is not None:
            yield match.start(), match.end(), folded


@cache
def _fold(character: str) -> str | None:
    """Return what a character is spelled as; None where it stays."""
    found = _spelled(character)
    for _ in range(3):
        again = "".join(_spelled(c) for c in found)
        if again == found:
            break
        found = again
    return None if found == character else found


def _spelled(character: str) -> str:
    if character.isascii():
        return character
    if (always := ALWAYS.get(character, ALWAYS.get(character.lower()))) is not None:
        return always
    if _UNSEEN.match(character) or _MARK.match(character):
        return ""
    code = ord(character)
    for start in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):  # letters in boxes and circles, flags
        if start <= code < start + 26:
            return chr(97 + code - start)
    category = unicodedata.category(character)
    if category == "Cc" or category == "Cs":
        return "" if category == "Cc" else "\ufffd"
    if category.startswith("Z"):
        return " "
    plain = unicodedata.normalize("NFKC", character)
    if plain != character:
        return plain
    split = unicodedata.normalize("NFD", character)
    if len(split) > 1 and split[0].isascii():
        return split[0]
    if len(split) > 1 and split[0] in ALWAYS:
        return ALWAYS[split[0]]
    return character


def _foreign_words(text: str) -> Iterable[Edit]:
    """Find words of another script, or of two, that are meant to be read as Latin."""
    words = list(_FOREIGN_WORD.finditer(text))
    if not words:
        return
    latin = sum(1 for c in text if c.isascii() and c.isalpha())
    foreign = sum(1 for word in words for c in word[0] if not c.isascii() and c not in LOOKALIKES)
    reads_latin = 0 < latin >= ONE_WRITER * foreign
    for word in words:
        letters = word[0]
        mixed = any(c.isascii() for c in letters)
        alike = all(c.isascii() or c in LOOKALIKES for c in letters)
        latin_word = "".join(LOOKALIKES.get(c, c) for c in letters).lower()
        known = len(letters) > 3 and latin_word in WORDS
        pretends = len(letters) > 1 and not LOOSE.intersection(letters) and (reads_latin or known)
        if alike and (mixed or pretends):
            yield word.start(), word.end(), latin_word


def _spaced(text: str) -> Iterable[Edit]:
    """Find letters with a mark or a space between each two; wider gaps than the usual part words."""
    for match in _pattern("spaced").finditer(text):
        parts = [(letter, gap) for letter, gap in _PARTS.findall(match[0])]
        gaps = Counter(gap for _, gap in parts[:-1])
        usual = max(gaps, key=lambda gap: (gaps[gap], -len(gap)))
        words = "".join(letter if gap in (usual, "") else f"{letter} " for letter, gap in parts).split(" ")
        known = [_joined(word) for word in words]
        if all(known):
            yield match.start(), match.end(), " ".join(word for word in known if word)
        elif usual[:1] in _JOINED_UNKNOWN and len(parts) >= _ENOUGH_UNKNOWN and all(word.isalpha() for word in words):
            if len(words) == 1 or max(map(len, words)) >= _ENOUGH_UNKNOWN:
                yield match.start(), match.end(), " ".join(words)


def _joined(letters: str) -> str | None:
    """Return the known words that single letters make, digits read as letters where need be."""
    if (cut := _cut(letters)) is not None or letters.isalpha():
        return cut
    return _cut(letters.translate(_LEET))


def _cut(letters: str) -> str | None:
    """Cut joined letters into known words; None where they are none."""
    if letters in WORDS:
        return letters
    if len(letters) > LONGEST_JOINED:
        return None
    best: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 15), end):
            word = letters[start:end]
            before = best[start]
            if before is None or not (word in WORDS if len(word) > 1 else word in SINGLE):
                continue
            if (here := best[end]) is None or before[0] + 1 < here[0]:
                best[end] = (before[0] + 1, start)
    if best[-1] is None:
        return None
    words: list[str] = []
    end = len(letters)
    while end:
        step = best[end]
        assert step is not None  # noqa: S101 (every place on the way was reached)
        words.append(letters[step[1] : end])
        end = step[1]
    return " ".join(reversed(words))


def _mixed(text: str) -> Iterable[Edit]:
    """Find words with digits or marks for letters, known once these are read as such."""
    for match in _pattern("mixed").finditer(text):
        token = match[0]
        if len(token) > LONGEST_MIXED:
            continue
        bare = token.rstrip("!|+(")
        readings = (bare.translate(_LEET), bare.replace("1", "l").translate(_LEET), token.translate(_LEET))
        for word, end in zip(readings, (len(bare), len(bare), len(token)), strict=True):
            if len(word) > SHORTEST_MIXED - 1 and word in WORDS and word != token[:end]:
                yield match.start(), match.start() + end, word
                break


def _stretched(text: str) -> Iterable[Edit]:
    """Find words with letters three times and more, known once they are not."""
    for match in _pattern("stretched").finditer(text):
        for word in (_RUN.sub(r"\1", match[0]), _RUN.sub(r"\1\1", match[0])):
            if word in WORDS:
                yield match.start(), match.end(), word
                break


def _spaces(text: str) -> Iterable[Edit]:
    for match in _pattern("space").finditer(text):
        put = "\n" if "\n" in match[0] else " "
        if match[0] != put:
            yield match.start(), match.end(), put
