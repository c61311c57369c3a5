"""A traced command as sparse features: words, pieces of words, and what the tables saw in it.

Three blocks, each of length one: words and pairs of words of the decoded layers, runs of three to five letters inside
them, and marks (tools, acts, places, patterns, touches, languages, ways of hiding). A feature is the 32-bit hash of
its text; nothing else is kept of it. A command of 100 characters makes some 300, in about 0.1 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vedette.commands.traces import Traces

MOST_CHARS = 6_000
"""Characters of a command's layers that are judged."""
BLOCKS = ("words", "letters", "marks")

_WORD = re.compile(r"[A-Za-z]+|[0-9]+|[^\sA-Za-z0-9]")
_CHUNK = re.compile(r"[^\s'\"`,;(){}=|]{3,48}")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST = 48
_SALT = {"words": 0, "letters": 0x5BD1E995, "marks": 0x1B873593}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a command is judged by."""

    text: str
    """Its decoded layers, one after the other."""
    marks: tuple[str, ...]
    """``tool:certutil``, ``act:…``, ``technique:T1105``, ``touch:network:connect`` …"""


def facts_of(traces: Traces) -> Facts:
    """Return what a traced command is judged by."""
    replaced = {layer.parent for layer in traces.layers if layer.simplified}
    texts: list[str] = []
    marks: set[str] = set()
    left = MOST_CHARS
    for layer in traces.layers:
        marks.add(f"language:{layer.language.value}")
        marks.update(f"method:{method}" for method in layer.methods)
        if layer.number in replaced or left <= 0:
            continue
        texts.append(layer.text[:left])
        left -= len(layer.text)
    if len(traces.layers) > 1:
        marks.add("nested")
    for used in traces.uses:
        usage = used.usage
        name = usage.name.lower()[:_LONGEST]
        marks.add(f"tool:{name}")
        marks.update(f"flag:{name}:{flag.lower()[:24]}" for flag in usage.flags)
    for fired in traces.fired:
        marks.add(f"act:{fired.id}")
        marks.update(f"technique:{technique}" for technique, _ in fired.techniques)
    marks.update(f"grave:{step}" for step in range(1, int(10 * noisy_or(traces)) + 1))
    for touch in traces.touches:
        marks.add(f"touch:{touch.kind.value}:{touch.action.value}")
    return Facts("\n".join(texts), tuple(sorted(marks)))


def noisy_or(traces: Traces) -> float:
    """Return how likely one of the acts seen is meant badly, each taken by itself, in [0, 1]."""
    left = 1.0
    for fired in traces.fired:
        left *= 1 - fired.risk
    return 1 - left


def words_of(text: str) -> list[str]:
    """Return the words of a text, in small letters; signs are words of one character, long runs are left out."""
    return [word.lower() if len(word) <= _LONGEST else "~" for word in _WORD.findall(text)]


def spelled(facts: Facts) -> dict[str, set[str]]:
    """Return the features of the blocks of words and of marks, spelled out."""
    words = words_of(facts.text)
    grams = set(words)
    grams.update(map(" ".join, pairwise(words)))
    for chunk in _CHUNK.findall(facts.text):
        low = chunk.lower()
        grams.add(f"={low}")
        if "\\" in low or "/" in low:
            grams.update(f"={part}" for part in re.split(r"[\\/]+", low) if len(part) > 2)
    for hump in _humps(facts.text):
        grams.add(f"~{hump}")
    return {"words": grams, "marks": set(facts.marks)}


def _humps(text: str) -> Iterable[str]:
    return (part.lower() for part in _HUMPS.findall(text) if 2 < len(part) <= 24)


def _hashes(grams: Iterable[str], salt: int) -> NDArray[np.uint32]:
    return np.array([crc32(gram.encode("utf-8", "replace"), salt) for gram in grams], dtype=np.uint32)


@lru_cache(maxsize=1)
def _powers() -> NDArray[np.uint32]:
    return np.array([pow(0x01000193, n, 1 << 32) for n in range(8)], dtype=np.uint32)


def letters_of(text: str) -> NDArray[np.uint32]:
    """Return the hashes of all runs of three to five letters, digits and signs between blanks, each once."""
    codes = np.frombuffer(text.lower().encode("utf-8", "replace"), dtype=np.uint8).astype(np.uint32)
    if len(codes) < 3:
        return np.empty(0, dtype=np.uint32)
    blank = codes <= 32
    blanks = np.concatenate(([0], np.cumsum(blank)))
    powers = _powers()
    found = []
    gram = codes * powers[0] + codes.dtype.type(0)
    for n in range(2, 6):
        m = len(codes) - n + 1
        if m <= 0:
            break
        gram = gram[:m] * powers[1] ^ codes[n - 1 :]
        if n >= 3:
            inside = blanks[n : n + m] == blanks[:m]
            found.append((gram[inside] + np.uint32(n * 0x9E3779B1 & 0xFFFFFFFF)) ^ np.uint32(_SALT["letters"]))
    joined = np.concatenate(found)
    joined ^= joined >> np.uint32(15)
    joined *= np.uint32(0x2C1B3C6D)
    joined ^= joined >> np.uint32(12)
    return np.unique(joined)


def keys_of(facts: Facts) -> tuple[NDArray[np.uint32], ...]:
    """Return the hashes of a command's features, one array for each of ``BLOCKS``."""
    grams = spelled(facts)
    return (
        _hashes(grams["words"], _SALT["words"]),
        letters_of(facts.text),
        _hashes(grams["marks"], _SALT["marks"]),
    )


def spelled_hashes(facts: Facts) -> dict[int, str]:
    """Return the words of a command by the hash of their feature, for telling which weighed most."""
    grams = sorted(spelled(facts)["words"])
    hashes = _hashes(grams, _SALT["words"]).tolist()
    return {key: gram.lstrip("=~") for key, gram in zip(hashes, grams, strict=True)}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that a model knows."""

    keys: NDArray[np.uint32]
    """Sorted."""
    idf: NDArray[np.float32]
    block: NDArray[np.uint8]
    """The place in ``BLOCKS`` of each."""
    weights: tuple[float, ...]
    """Length of each block in a row."""

    @classmethod
    def build(
        cls, rows: Sequence[tuple[NDArray[np.uint32], ...]], *, min_count: int, weights: Sequence[float]
    ) -> Vocabulary:
        """Return the features that at least ``min_count`` rows have."""
        keys, idf, block = [], [], []
        for number in range(len(BLOCKS)):
            found, counts = np.unique(np.concatenate([row[number] for row in rows]), return_counts=True)
            kept = counts >= min_count
            keys.append(found[kept])
            idf.append((1 + np.log((1 + len(rows)) / (1 + counts[kept]))).astype(np.float32))
            block.append(np.full(int(kept.sum()), number, dtype=np.uint8))
        every = np.concatenate(keys)
        order = np.argsort(every, kind="stable")
        every, many, of = every[order], np.concatenate(idf)[order], np.concatenate(block)[order]
        first = np.concatenate(([True], every[1:] != every[:-1]))
        return cls(every[first], many[first], of[first], tuple(weights))

    def row(self, keys: tuple[NDArray[np.uint32], ...]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the places and values of a command's known features."""
        every = np.concatenate(keys)
        at = np.searchsorted(self.keys, every)
        at[at == len(self.keys)] = 0
        at = at[self.keys[at] == every]
        block, values = self.block[at], self.idf[at]
        norms = np.sqrt(np.bincount(block, weights=values * values, minlength=len(BLOCKS)))
        scale = np.array(self.weights) / np.maximum(norms, 1e-9)
        return at, (values * scale[block]).astype(np.float32)
