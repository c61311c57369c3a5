"""What the model reads of a text: for each piece its meaning, its concepts, its shape, and how it stands in the rest.

Meaning is the mean of static word vectors (a table made once by running every piece of MiniLM's vocabulary through it
alone), so unseen words still speak. Concepts are classes of words in some twenty languages (``features_words``), their
order included. Nothing depends on the words of one attack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from vedette.guard.injection.features_words import CONCEPTS, PHRASES, SCRIPTS
from vedette.guard.injection.segments import Segment, segments
from vedette.models.pieces import TOKEN, Vectors, pieces_of

MOST_SEGMENTS = 64
"""Pieces that are judged together."""
STRIDE = 48
NEAR = 5
"""How many concepts back a pair reaches."""
_MARKS = "'\"|\n<{\\"
_STOP = frozenset(
    """the a an of to and in is it for on with that this be as are was at by or from but not have has you your i we he
    they will can if do so what which who their there been were more would about when all my our me its der die das und
    ist ein eine in zu den mit von für auf le la les de des et un une en que el los se por con per il di che
    o""".split()
)
NAMES: tuple[str, ...] = (*CONCEPTS, *PHRASES)
N_CONCEPTS = len(NAMES)
N_PAIRS = N_CONCEPTS * N_CONCEPTS
N_SHAPE = 26
N_PLACE = 14


@cache
def _words() -> tuple[dict[str, tuple[int, ...]], dict[str, list[tuple[tuple[str, ...], int]]], list[tuple[str, int]]]:
    """Return concepts by word, phrases by their first word, and parts of words with theirs."""
    single: dict[str, list[int]] = {}
    for number, words in enumerate(CONCEPTS.values()):
        for word in words.split():
            single.setdefault(word, []).append(number)
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, told in enumerate(PHRASES.values(), len(CONCEPTS)):
        for phrase in told.split("|"):
            first, *rest = phrase.replace("-", " - ").split()
            phrases.setdefault(first, []).append((tuple(rest), number))
    names = list(CONCEPTS)
    parts = [(part, names.index(name)) for name, told in SCRIPTS.items() for part in told.split()]
    return {word: tuple(dict.fromkeys(found)) for word, found in single.items()}, phrases, parts


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one window of a text."""

    pieces: tuple[Segment, ...]
    dense: NDArray[np.float32]
    """(n_pieces, n_dense): meaning, meaning of the first words, concepts, first concepts, shape, place."""
    pairs: NDArray[np.int32]
    """Ordered pairs of concepts, those of all pieces after each other."""
    pair_ends: NDArray[np.int64]
    """(n_pieces,) where each piece's pairs end."""
    whole: NDArray[np.float32]
    """Of the window: meaning, shape, marks."""


@lru_cache(maxsize=1 << 16)
def _concepts(word: str) -> tuple[int, ...]:
    single, _, parts = _words()
    found = single.get(word)
    if found is None and not word.isascii():
        found = tuple(number for part, number in parts if part in word)
    return found or ()


def _shape(text: str, tokens: Sequence[str], n_pieces: int, n_stop: int) -> list[float]:
    n = max(len(tokens), 1)
    letters = sum(map(len, [t for t in tokens if t[0].isalpha()]))
    words = [t for t in tokens if t[0].isalpha()]
    n_words = max(len(words), 1)
    marks = [t for t in tokens if not t[0].isalnum()]
    size = max(len(text), 1)
    odd = sum(1 for w in words if len(w) > 2 and not w.islower() and not w.istitle() and not w.isupper())
    upper = sum(1 for w in words if len(w) > 1 and w.isupper())
    spaces = text.count(" ")
    last = text[-1:]
    return [
        np.log1p(len(text)) / 6, np.log1p(n_words) / 4, letters / size, len(marks) / n,
        (n - len(words) - len(marks)) / n,
        odd / n_words, upper / n_words, min(n_pieces / n_words, 4.0), n_stop / n_words, spaces / size,
        1.0 if last == "?" else 0.0, 1.0 if last == "!" else 0.0, 1.0 if last == "." else 0.0,
        1.0 if last == ":" else 0.0,
        1.0 if text[0].isupper() else 0.0, 0.0 if text.isascii() else 1.0, 1.0 if "@" in text else 0.0,
        1.0 if "://" in text or "www." in text else 0.0, 1.0 if ">" in text[:2] else 0.0,
        sum(map(text.count, "(){};=")) / size * 5, sum(map(text.count, "/\\_")) / size * 5, text.count('"') / size * 5,
        sum(map(text.count, "-–")) / size * 5, len(set(words)) / n_words, sum(map(len, words)) / n_words / 8,
        1.0 if "[" in text or "<" in text or "{" in text else 0.0,
    ]  # fmt: skip


def windows(found: Sequence[Segment]) -> list[Sequence[Segment]]:
    """Return a text's pieces in windows that overlap."""
    if len(found) <= MOST_SEGMENTS:
        return [found] if found else []
    return [found[at : at + MOST_SEGMENTS] for at in range(0, len(found) - (MOST_SEGMENTS - STRIDE), STRIDE)]


def read(text: str, vectors: Vectors) -> list[Reading]:
    """Return what is known of a text, window by window."""
    return [_window(text, window, vectors) for window in windows(segments(text))]


def _window(text: str, pieces: Sequence[Segment], vectors: Vectors) -> Reading:
    n = len(pieces)
    places: list[int] = []
    place_ends: list[int] = []
    lead: list[int] = []
    lead_ends: list[int] = []
    counts = np.zeros((n, N_CONCEPTS), dtype=np.float32)
    first = np.zeros((n, N_CONCEPTS), dtype=np.float32)
    shapes = np.zeros((n, N_SHAPE), dtype=np.float32)
    pairs: list[int] = []
    pair_ends: list[int] = []
    phrases = _words()[1]
    for i, piece in enumerate(pieces):
        own = text[piece.start : piece.end]
        tokens = TOKEN.findall(own)
        before: list[int] = []
        at_start = len(places)
        n_stop = n_words = 0
        lower = [token.lower() for token in tokens]
        for j, word in enumerate(lower):
            alpha = word[0].isalpha()
            if alpha:
                n_words += 1
                n_stop += word in _STOP
            got = pieces_of(vectors, word)
            places += got
            if n_words <= 4 and alpha:
                lead += got
            told = _concepts(word)
            if word in phrases:
                told = told + tuple(
                    number for rest, number in phrases[word] if tuple(lower[j + 1 : j + 1 + len(rest)]) == rest
                )
            for number in told:
                counts[i, number] += 1
                if n_words <= 3:
                    first[i, number] = 1
                for other in before[-NEAR:]:
                    pairs.append(other * N_CONCEPTS + number)
            before += told
        place_ends.append(len(places))
        lead_ends.append(len(lead))
        pair_ends.append(len(pairs))
        shapes[i] = _shape(own, tokens, len(places) - at_start, n_stop)
    meaning = _means(vectors.table, places, place_ends)
    leading = _means(vectors.table, lead, lead_ends)
    sizes = np.diff([0, *place_ends]).astype(np.float32)
    middle = (meaning * sizes[:, None]).sum(0) / max(float(sizes.sum()), 1.0)
    place = np.zeros((n, N_PLACE), dtype=np.float32)
    rest = (middle * sizes.sum() - meaning * sizes[:, None]) / np.maximum(sizes.sum() - sizes, 1)[:, None]
    norm = np.linalg.norm(meaning, axis=1) * np.linalg.norm(rest, axis=1)
    place[:, 0] = (meaning * rest).sum(1) / np.maximum(norm, 1e-6)
    place[:, 1] = np.arange(n) == 0
    place[:, 2] = np.arange(n) == n - 1
    place[:, 3] = np.linspace(0, 1, n)
    place[:, 4] = np.log1p(n) / 4
    place[:, 5] = n == 1
    for i, piece in enumerate(pieces):
        mark = _MARKS.find(piece.mark) if piece.mark else -1
        place[i, 6 + mark if mark >= 0 else 13] = 1
    whole = np.concatenate([middle, shapes.mean(0), place.mean(0)]).astype(np.float32)
    dense = np.concatenate([meaning, leading, np.log1p(counts), first, shapes, place], axis=1)
    return Reading(
        tuple(pieces),
        dense.astype(np.float32),
        np.array(pairs, dtype=np.int32),
        np.array(pair_ends, dtype=np.int64),
        whole,
    )


def _means(table: NDArray[np.float32], places: Sequence[int], ends: Sequence[int]) -> NDArray[np.float32]:
    sums = np.zeros((len(places) + 1, table.shape[1]), dtype=np.float32)
    np.cumsum(table[np.array(places, dtype=np.int64)], axis=0, out=sums[1:])
    edges = np.array([0, *ends])
    sizes = np.maximum(np.diff(edges), 1)
    return np.asarray((sums[edges[1:]] - sums[edges[:-1]]) / sizes[:, None], dtype=np.float32)
