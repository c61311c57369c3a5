"""A text as the encoder reads it: pieces of words in order, in windows that overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vedette.guard.injection import features
from vedette.guard.injection.features import Vectors

WINDOW, STRIDE = 160, 120
"""Pieces of a window, and how far the next one starts behind it."""
MOST_PIECES = 6
"""Pieces of a word that are read."""
MOST_DIGITS = 3
"""Digits of a number that is read as what it is; a longer one is some number."""
UNKNOWN, FIRST, LAST, NUMBER = "[UNK]", "[CLS]", "[SEP]", "[NUM]"
SPECIAL = (UNKNOWN, FIRST, LAST, NUMBER)
"""Words of the table that no text holds: it is parted at brackets, and its letters are small."""


def read(text: str, words: Vectors, planted: tuple[int, int] | None = None) -> tuple[list[int], list[int]]:
    """Return the pieces of a text, and for each whether it stands in a planted order; a mark repeated counts once."""
    found: list[int] = []
    told: list[int] = []
    before = ""
    for match in features._TOKEN.finditer(text):
        word = match[0]
        if word == before and len(word) == 1 and not word.isalpha():
            continue
        before = word
        if word.isdigit() and len(word) > MOST_DIGITS:
            own: Sequence[int] = (words.places[NUMBER],)
        else:
            own = features._pieces(words, word.lower())[:MOST_PIECES] or (words.places[UNKNOWN],)
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
