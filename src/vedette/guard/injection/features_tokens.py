"""A text as the convolutions read it: words in order, each as rows of one table: its piece, its shape, its concepts.

Pieces of a text (``segments``) follow each other, each behind a token that tells the mark it stands behind; long texts
are read in windows that overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vedette.guard.injection import features
from vedette.guard.injection.features import NAMES
from vedette.guard.injection.segments import segments
from vedette.models.pieces import TOKEN, Vectors

SLOTS = 5
"""Rows of the table that a token adds up."""
WINDOW, STRIDE = 320, 240
MARKS = "'\"|\n<{\\"
N_SHAPES = 12
MOST_PIECES = 4
"""Word pieces of a word that are read."""

Token = tuple[int, ...]


def n_rows(n_vectors: int) -> int:
    """Return how many rows the table has, the last one for what is not there."""
    return n_vectors + len(NAMES) + N_SHAPES + len(MARKS) + 3


def tokens(text: str, vectors: Vectors, planted: tuple[int, int] | None = None) -> tuple[list[Token], list[int]]:
    """Return the tokens of a text, and for each whether it stands in a piece that a planted order reaches into."""
    n = len(vectors.table)
    nothing = n_rows(n) - 1
    first_mark = n + len(NAMES) + N_SHAPES
    phrases = features._words()[1]
    found: list[Token] = []
    told: list[int] = []
    for piece in segments(text):
        inside = int(planted is not None and piece.start < planted[1] and piece.end > planted[0])
        mark = MARKS.find(piece.mark) if piece.mark else -1
        found.append((nothing, first_mark + (mark if mark >= 0 else len(MARKS)), nothing, nothing, nothing))
        told.append(0)
        words = TOKEN.findall(text[piece.start : piece.end])
        low = [word.lower() for word in words]
        before = ""
        for j, word in enumerate(words):
            if word == before and len(word) == 1 and not word.isalpha():
                continue
            before = word
            rows = _rows(_Known(vectors), word)
            if low[j] in phrases:
                known = [n + k for rest, k in phrases[low[j]] if tuple(low[j + 1 : j + 1 + len(rest)]) == rest][:2]
                lead = list(rows[0])
                for number in known:
                    if nothing in lead[2:]:
                        lead[2 + lead[2:].index(nothing)] = number
                rows = (tuple(lead), *rows[1:])
            found += rows
            told += [inside] * len(rows)
    return found, told


def starts(n: int) -> Sequence[int]:
    """Return where the windows of so many tokens start."""
    return [0] if n <= WINDOW else range(0, n - (WINDOW - STRIDE), STRIDE)


def windows(text: str, vectors: Vectors) -> list[NDArray[np.int32]]:
    """Return the windows of a text, ``(n_tokens, SLOTS)`` each."""
    found = np.array(tokens(text, vectors)[0], dtype=np.int32).reshape(-1, SLOTS)
    return [found[start : start + WINDOW] for start in starts(len(found))] if len(found) else []


class _Known:
    """Vectors as a key of what is remembered."""

    __slots__ = ("vectors",)

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors

    def __hash__(self) -> int:
        return id(self.vectors)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.vectors is self.vectors


@lru_cache(maxsize=1 << 16)
def _rows(known: _Known, word: str) -> tuple[Token, ...]:
    n = len(known.vectors.table)
    nothing = n_rows(n) - 1
    low = word.lower()
    shape = n + len(NAMES) + _shape(word)
    places = () if word.isdigit() else known.vectors.pieces(low)
    concepts = [n + number for number in features._concepts(low)][:2]
    rows: list[Token] = []
    for k, place in enumerate(places[:MOST_PIECES] or (nothing,)):
        own = concepts if k == 0 else []
        rows.append((place, shape, *own, *([nothing] * (SLOTS - 2 - len(own)))))
    return tuple(rows)


def _shape(word: str) -> int:
    if word.isdigit():
        return 0
    if not word[0].isalnum():
        return 1 if word in ".?!" else 2 if word in "\"'`" else 3
    forms = (not word.isascii(), word.islower(), word.istitle(), word.isupper())
    return 4 + forms.index(True) if True in forms else 8
