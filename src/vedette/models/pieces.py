"""Pieces of words and their vectors, and a text as the encoder reads it: pieces in order, in windows that overlap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_WORD = 28
"""Characters of a word that means something; a longer one is data."""
TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[^\w\s]|_+")
WINDOW, STRIDE = 160, 120
"""Pieces of a window, and how far the next one starts behind it."""
MOST_PIECES = 6
"""Pieces of a word that are read."""
MOST_DIGITS = 3
"""Digits of a number that is read as what it is; a longer one is some number."""
UNKNOWN, FIRST, LAST, NUMBER = "[UNK]", "[CLS]", "[SEP]", "[NUM]"
SPECIAL = (UNKNOWN, FIRST, LAST, NUMBER)
"""Words of the table that no text holds: it is parted at brackets, and its letters are small."""
_PIECES: dict[int, dict[str, tuple[int, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Vectors:
    """The word vectors."""

    places: dict[str, int]
    table: NDArray[np.float32]
    """(n_words, n_dims)"""
    steps: NDArray[np.int8]
    """The same in whole steps, as stored."""
    scale: NDArray[np.float32]
    """(n_dims,) what a step is worth."""

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Vectors:
        """Return the vectors stored by ``to_arrays``."""
        words = arrays["words"].tobytes().decode("utf-8").split("\n")
        table = arrays["vectors"].astype(np.float32) * arrays["scale"]
        if len(words) != len(table):
            raise ValueError("words and vectors differ in number")
        places = {word: place for place, word in enumerate(words)}
        return cls(places, np.ascontiguousarray(table, dtype=np.float32), arrays["vectors"], arrays["scale"])

    @classmethod
    def load(cls, path: Path) -> Vectors:
        """Return the vectors in a file."""
        with np.load(path) as arrays:
            return cls.of(dict(arrays))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to store."""
        words = np.frombuffer("\n".join(self.places).encode("utf-8"), dtype=np.uint8)
        return {"words": words, "vectors": self.steps, "scale": self.scale}

    def pieces(self, word: str) -> tuple[int, ...]:
        """Return the places of a word's pieces, longest first from the left; none where it has none."""
        place = self.places.get(word)
        if place is not None:
            return (place,)
        found: list[int] = []
        start = 0
        if len(word) > LONGEST_WORD:
            return ()
        while start < len(word) and len(found) < 8:
            lead = "##" if start else ""
            for end in range(min(len(word), start + 18), start, -1):
                place = self.places.get(lead + word[start:end])
                if place is not None:
                    found.append(place)
                    start = end
                    break
            else:
                start += 1
        return tuple(found)


def pieces_of(vectors: Vectors, word: str) -> tuple[int, ...]:
    """Return the places of a word's pieces, remembered."""
    kept = _PIECES.setdefault(id(vectors), {})
    found = kept.get(word)
    if found is None:
        if len(kept) > 200_000:
            kept.clear()
        found = kept[word] = vectors.pieces(word[:80])
    return found


def read(text: str, words: Vectors, planted: tuple[int, int] | None = None) -> tuple[list[int], list[int]]:
    """Return the pieces of a text, and for each whether it stands in a planted order; a mark repeated counts once."""
    found: list[int] = []
    told: list[int] = []
    before = ""
    for match in TOKEN.finditer(text):
        word = match[0]
        if word == before and len(word) == 1 and not word.isalpha():
            continue
        before = word
        if word.isdigit() and len(word) > MOST_DIGITS:
            own: Sequence[int] = (words.places[NUMBER],)
        else:
            own = pieces_of(words, word.lower())[:MOST_PIECES] or (words.places[UNKNOWN],)
        found += own
        told += [int(planted is not None and match.start() < planted[1] and match.end() > planted[0])] * len(own)
    return found, told


def starts(n: int) -> Sequence[int]:
    """Return where the windows of so many pieces start."""
    return [0] if n <= WINDOW else range(0, n - (WINDOW - STRIDE), STRIDE)


def windows(text: str, words: Vectors) -> list[NDArray[np.int32]]:
    """Return the windows of a text, each between the words that tell its ends."""
    found = read(text, words)[0]
    return [ended(found[at : at + WINDOW], words) for at in starts(len(found)) if found]


def ended(pieces: Sequence[int], words: Vectors) -> NDArray[np.int32]:
    """Return a window between the words that tell its ends."""
    return np.array([words.places[FIRST], *pieces, words.places[LAST]], dtype=np.int32)
