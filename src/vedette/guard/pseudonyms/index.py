"""What a session has given out, ready to be looked up: it grows with the book and is never built anew for a text."""

from __future__ import annotations

import re
import threading
from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from vedette.guard.base import Pair, PairBook
from vedette.guard.entities import ENTITIES, Group, group_of
from vedette.guard.pseudonyms.everyday import EVERYDAY
from vedette.guard.pseudonyms.places import DEEPEST, Place, place_of, read, write
from vedette.guard.pseudonyms.tokens import Words, letter_of, word_of
from vedette.guard.pseudonyms.words import SPACELESS, WORD, fold, identity, is_whole

_NOT_SWEPT = frozenset({"AGE", "NRP", "TITLE"})
"""These are words of the language, which name nobody where they stand alone."""
_SPACELESS = re.compile(f"[{SPACELESS}]")
_LEAST = 3
_MOST = 4096
_LEAST_SPACELESS = 2
_LEAST_DIGITS = 4
_LEAST_DIGITS_OF_SECRETS = 6
"""A PIN's few digits stand for many other things: an extension, a port, a year."""


class Known(NamedTuple):
    """A pair, and what its pseudonym's mark says."""

    pair: Pair
    letter: str
    value: str
    """The pair's value, as it reads in prose."""


class Phrases:
    """Texts that are found again in other texts as whole words, without regard to case.

    A phrase is looked up by its first word: what a text costs grows with its length, whatever is in here.
    """

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[int, int]]] = {}
        self._all: dict[str, str] = {}
        self._sorted: list[str] = []
        self._firsts: set[str] = set()
        self.longest = 0

    def __len__(self) -> int:
        return len(self._all)

    def add(self, phrase: str) -> None:
        """Take in a phrase; one without a letter or digit is never found."""
        key = fold(phrase)
        first = WORD.search(key)
        if first is None or key in self._all:
            return
        shape = (first.start(), len(key))
        shapes = self._by_word.setdefault(first[0], [])
        if shape not in shapes:
            shapes.append(shape)
            shapes.sort(key=lambda one: (one[1] - one[0], one[0]), reverse=True)
        self._all[key] = phrase
        insort(self._sorted, key)
        self._firsts.add(key[0])
        self.longest = max(self.longest, len(key))

    def get(self, text: str) -> str | None:
        """Return the phrase that a text is, as it was added first."""
        return self._all.get(fold(text))

    def find(self, text: str, start: int = 0) -> Iterator[tuple[int, int, str]]:
        """Yield where phrases stand, the first and longest of those that overlap, each as it was added."""
        if not self._all:
            return
        folded = fold(text)
        by_word, known = self._by_word, self._all
        done = start
        for word in WORD.finditer(folded, start):
            shapes = by_word.get(word[0])
            if shapes is None:
                continue
            for before, length in shapes:
                low = word.start() - before
                if low < done or low + length > len(folded):
                    continue
                phrase = known.get(folded[low : low + length])
                if phrase is not None and is_whole_value(text, low, low + length):
                    yield low, low + length, phrase
                    done = low + length
                    break

    def begun_at(self, text: str, start: int = 0) -> int:
        """Return where the end of a text begins that may yet become a phrase; the text's length where none may."""
        if not self._all:
            return len(text)
        low = max(start, len(text) - self.longest - _MOST_UNDECIDED)
        folded = fold(text[low:])
        ordered, firsts = self._sorted, self._firsts
        undecided = _UNDECIDED.search(folded)
        widths = range(1, len(undecided[0]) + 1) if undecided else ()
        for at, char in enumerate(folded):
            if char not in firsts:
                continue
            tail = folded[at:]
            place = bisect_left(ordered, tail)
            if place < len(ordered) and ordered[place].startswith(tail):
                return low + at
            for width in widths:  # what follows a phrase decides whether it is whole
                if tail[:-width] in self._all:
                    return low + at
        return len(text)


_MOST_UNDECIDED = 3
_UNDECIDED = re.compile(r"(?:\.|_{1,3})\Z")
_DIGIT_POINT = re.compile(r"\.[0-9]")
_POINT_AFTER_DIGIT = re.compile(r"[0-9]\.\Z")


def is_whole_value(text: str, start: int, end: int) -> bool:
    """Return whether a range is whole words, and no part of a longer number with points."""
    if not is_whole(text, start, end):
        return False
    if text[end - 1].isdigit() and _DIGIT_POINT.match(text, end):
        return False
    return not (text[start].isdigit() and start > 1 and _POINT_AFTER_DIGIT.search(text, start - 2, start))


def sweepable(entity: str, value: str) -> bool:
    """Return whether a value names somebody or something wherever it stands, and not only where it was found."""
    if entity in _NOT_SWEPT or len(value) > _MOST:
        return False
    if value.isdigit():
        return len(value) >= (_LEAST_DIGITS_OF_SECRETS if group_of(entity) is Group.SECRET else _LEAST_DIGITS)
    least = _LEAST_SPACELESS if _SPACELESS.search(value) else _LEAST
    return len(value) >= least and value.casefold() not in EVERYDAY


class SessionIndex:
    """The pairs of one session by what they are looked up by. Safe from several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.words = Words()
        self._clear()

    def _clear(self) -> None:
        self._pairs: tuple[Pair, ...] = ()
        self.spellings: dict[str, list[Known]] = {}
        self.by_spelling: dict[tuple[str, str], Pair] = {}
        self.values = Phrases()
        self.surrogates = Phrases()
        self.by_value: dict[str, Pair] = {}
        self.by_surrogate: dict[str, Pair] = {}

    def catch_up(self, book: PairBook) -> None:
        """Take in what was added to the book; what was erased there is forgotten here."""
        pairs = book.pairs()
        if pairs is self._pairs:
            return
        with self.lock:
            known = len(self._pairs)
            if len(pairs) < known or (known and pairs[known - 1] != self._pairs[-1]):
                self._clear()
                known = 0
            for pair in pairs[known:]:
                self._take(pair)
            self._pairs = pairs

    def _take(self, pair: Pair) -> None:
        entity = plain_entity(pair.entity)
        letter = letter_of(pair.pseudonym)
        if letter is None:
            letter = ""
            for depth in range(DEEPEST + 1 if "\\" in pair.pseudonym or '"' in pair.pseudonym else 1):
                name = write(pair.pseudonym, Place(depth=depth))
                self.surrogates.add(name)
                self.by_surrogate.setdefault(name, pair)
        elif entity not in ENTITIES:
            self.words.learn(word_of(entity))
        place = place_of(letter)
        value = pair.value if place is None else read(pair.value, place)
        self.by_spelling.setdefault((letter, pair.value), pair)
        self.spellings.setdefault(identity(value), []).append(Known(pair, letter, value))
        if sweepable(entity, value):
            self.values.add(value)
            self.by_value.setdefault(value, pair)


def plain_entity(entity: str) -> str:
    """Return an entity without what tells pairs of one value apart."""
    return entity.partition(":")[0]


_indexes: WeakKeyDictionary[PairBook, SessionIndex] = WeakKeyDictionary()
_indexes_lock = threading.Lock()


def index_of(book: PairBook) -> SessionIndex:
    """Return the index of a book, caught up; it lives as long as the book."""
    try:
        with _indexes_lock:
            found = _indexes.get(book)
            if found is None:
                found = _indexes[book] = SessionIndex()
    except TypeError:  # a book that cannot be referred to weakly, or has no hash
        found = SessionIndex()
    found.catch_up(book)
    return found
