"""A traced command as sparse features: words, pieces of words, and what the tables saw in it.

Two blocks, each of length one: words, pairs of words and their beginnings and ends in the decoded layers; and marks
(tools, acts, places, patterns, touches, languages, ways of hiding, how many of them and how grave). A feature is the
32-bit hash of its text; nothing else is kept of it. A command of 50 characters makes some 150, in about 0.04 ms.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vedette.commands.traces import Traces
from vedette.knowledge import attack

Keys = NDArray[np.uint32]

MOST_CHARS = 6_000
"""Characters of a command's layers that are judged."""
BLOCKS = ("words", "marks")

_WORD = re.compile(r"[a-z]+|[0-9]+|[^\sa-z0-9]")
_CHUNK = re.compile(r"[^\s'\"`,;(){}=|]{3,48}")
_PARTS = re.compile(r"[\\/]+")
_LONGEST = 48
_BEGINNINGS = (4, 5, 6)
_END = 4
_SPELLINGS = 2 + len(_BEGINNINGS)
_MARKED = 0x1B873593
"""What the hash of a mark starts from; that of a word starts from nothing."""
_PAIRED = np.uint32(0x9E3779B1)
_NONE = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a command is judged by."""

    text: str
    """Its decoded layers, one after the other."""
    keys: tuple[Keys, ...]
    """The hashes of its features, one array for each of ``BLOCKS``; some stand there more than once."""
    tools: tuple[int, ...]
    """The hashes of the tools that it uses."""
    words: list[str]
    chunks: list[str]

    def spelled(self, key: int) -> str:
        """Return the words of its text that a feature stands for; nothing of a mark."""
        same = self.keys[0] == key
        at = int(same.argmax()) if len(same) else 0
        if not len(same) or not same[at]:
            return ""
        pairs, chunks = _SPELLINGS * len(self.words), (_SPELLINGS + 1) * len(self.words) - 1
        if at >= chunks:
            return self.chunks[at - chunks]
        return self.words[at // _SPELLINGS] if at < pairs else " ".join(self.words[at - pairs : at - pairs + 2])


def facts_of(traces: Traces) -> Facts:
    """Return what a traced command is judged by."""
    replaced = {layer.parent for layer in traces.layers if layer.simplified}
    texts: list[str] = []
    left = MOST_CHARS
    for layer in traces.layers:
        if layer.number in replaced or left <= 0:
            continue
        texts.append(layer.text[:left])
        left -= len(layer.text)
    text = "\n".join(texts)
    marks, tools = _marks(traces, text)
    low = text.lower()
    words, chunks = _WORD.findall(low), _chunks(low)
    return Facts(text, (_words(words, chunks), np.frombuffer(marks, dtype=np.uint32)), tools, words, chunks)


def noisy_or(traces: Traces) -> float:
    """Return how likely one of the acts seen is meant badly, each taken by itself, in [0, 1]."""
    left = 1.0
    for fired in traces.fired:
        left *= 1 - fired.risk
    return 1 - left


def joined(keys: tuple[Keys, ...]) -> Keys:
    """Return the hashes of all blocks, in order and each once."""
    every = np.concatenate(keys)
    every.sort()
    if len(every) > 1:
        new = np.empty(len(every), dtype=bool)
        new[0] = True
        np.not_equal(every[1:], every[:-1], out=new[1:])
        every = every[new]
    return every


# ---- words ----------------------------------------------------------------------------------------------------------


def _hash(text: str, start: int = 0) -> int:
    return crc32(text.encode("utf-8", "replace"), start)


def _spellings(word: str) -> tuple[str, ...]:
    """Return the features of a word: itself, its beginnings and its end; itself again where it is too short."""
    if len(word) <= _BEGINNINGS[0]:
        return (word,) * _SPELLINGS
    return (word, *(f"^{word[:n]}" if len(word) > n else word for n in _BEGINNINGS), f"${word[-_END:]}")


@lru_cache(maxsize=8192)
def _of_word(word: str) -> bytes:
    if len(word) > _LONGEST:
        word = "~"
    return np.array([_hash(spelled) for spelled in _spellings(word)], dtype=np.uint32).tobytes()


def _chunks(low: str) -> list[str]:
    """Return what stands between blanks, and the parts of paths among it, each once."""
    found = dict.fromkeys(_CHUNK.findall(low))
    for chunk in [c for c in found if "\\" in c or "/" in c]:
        found.update(dict.fromkeys(part for part in _PARTS.split(chunk) if len(part) > 2))
    return list(found)


def _words(words: list[str], chunks: list[str]) -> Keys:
    """Return the hashes of the features of words: of each, of pairs of them, and of chunks, in this order."""
    if not words:
        return _NONE
    table = np.frombuffer(b"".join(map(_of_word, words)), dtype=np.uint32)
    single = table[::_SPELLINGS]
    pairs = single[:-1] * _PAIRED ^ single[1:]
    whole = np.array([crc32(chunk.encode("utf-8", "replace"), 61) for chunk in chunks], dtype=np.uint32)
    return np.concatenate((table, pairs, whole))


# ---- marks ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16384)
def _mark(text: str) -> bytes:
    return _hash(text, _MARKED).to_bytes(4, "little")


def tool_key(name: str) -> int:
    """Return the hash of the mark that a tool is used."""
    return int.from_bytes(_mark(f"tool:{name.lower()[:_LONGEST]}"), "little")


_CUTS: dict[str, tuple[float, ...]] = {
    "grave": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "max": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "second": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "sum": (0.2, 0.4, 0.6, 0.8, 1, 1.3, 1.6, 2, 3, 4),
    "risky": (1, 2, 3, 4),
    "acts": (1, 2, 3, 5, 8),
    "length": (20, 40, 60, 80, 120, 160, 240, 400, 800),
    "lines": (1, 2, 3, 5, 8),
    "uses": (1, 2, 3, 4, 6, 9),
    "tactics": (1, 2, 3, 4, 5),
    "techniques": (1, 2, 3, 4),
}
"""Numbers are told by the steps that they reach."""
_RISKY = 0.4


@cache
def _steps(name: str) -> tuple[tuple[float, ...], bytes]:
    cuts = _CUTS[name]
    return cuts, b"".join(_mark(f"{name}>={cut}") for cut in cuts)


def _reached(name: str, value: float) -> bytes:
    cuts, packed = _steps(name)
    return packed[: 4 * bisect_right(cuts, value + 1e-9)]


@lru_cache(maxsize=8192)
def _of_techniques(
    techniques: tuple[tuple[str, float], ...],
) -> tuple[bytes, frozenset[str], frozenset[str]]:
    """Return the marks of an act's techniques, their tactics, and their current numbers."""
    now = frozenset(attack.current(technique) for technique, _ in techniques)
    tactics = frozenset(tactic for technique in now for tactic in attack.tactics_served(technique))
    marks = [f"technique:{technique}" for technique, _ in techniques]
    marks += [f"parent:{technique.partition('.')[0]}" for technique in now]
    marks += [f"tactic:{tactic}" for tactic in tactics]
    return b"".join(map(_mark, sorted(marks))), tactics, now


def _marks(traces: Traces, text: str) -> tuple[bytes, tuple[int, ...]]:
    found: list[bytes] = []
    for layer in traces.layers:
        found.append(_mark(f"language:{layer.language.value}"))
        found.extend(_mark(f"method:{method}") for method in layer.methods)
    if len(traces.layers) > 1:
        found.append(_mark("nested"))
    tools = []
    for used in traces.uses:
        usage = used.usage
        name = usage.name.lower()[:_LONGEST]
        tool = _mark(f"tool:{name}")
        found.append(tool)
        tools.append(int.from_bytes(tool, "little"))
        found.extend(_mark(f"flag:{name}:{flag.lower()[:24]}") for flag in usage.flags)
        if usage.tool is None:
            found.append(_mark("unknown tool"))
    for touch in traces.touches:
        found.append(_mark(f"touch:{touch.kind.value}:{touch.action.value}"))
    found.append(_reached("length", len(text)))
    found.append(_reached("lines", text.count("\n")))
    found.append(_reached("uses", len(traces.uses)))
    found.append(_of_fired(traces) if traces.fired else _mark("nothing fired"))
    return b"".join(found), tuple(tools)


def _of_fired(traces: Traces) -> bytes:
    found: list[bytes] = []
    tactics: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    bare = False
    for fired in traces.fired:
        found.append(_mark(f"act:{fired.id}"))
        if fired.techniques:
            marks, serves, numbers = _of_techniques(fired.techniques)
            found.append(marks)
            tactics |= serves
            named |= numbers
        else:
            bare = True
        if fired.persistence:
            found.append(_mark("persistence"))
    if tactics == {"discovery"}:
        found.append(_mark("discovery alone"))
    if not bare:
        found.append(_mark("each with a technique"))
    risks = sorted((fired.risk for fired in traces.fired), reverse=True)
    found.append(_reached("grave", noisy_or(traces)))
    found.append(_reached("max", risks[0]))
    if len(risks) > 1:
        found.append(_reached("second", risks[1]))
    found.append(_reached("sum", sum(risks)))
    found.append(_reached("risky", sum(risk >= _RISKY for risk in risks)))
    found.append(_reached("acts", len(risks)))
    found.append(_reached("tactics", len(tactics)))
    found.append(_reached("techniques", len(named)))
    return b"".join(found)


# ---- vocabulary -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that a model knows."""

    keys: Keys
    """Sorted."""
    idf: NDArray[np.float32]
    block: NDArray[np.uint8]
    """The place in ``BLOCKS`` of each."""
    weights: tuple[float, ...]
    """Length of each block in a row."""

    @classmethod
    def build(cls, rows: Sequence[tuple[Keys, ...]], *, min_count: int, weights: Sequence[float]) -> Vocabulary:
        """Return the features that at least ``min_count`` rows have."""
        keys, idf, block = [], [], []
        for number in range(len(BLOCKS)):
            found, counts = np.unique(np.concatenate([np.unique(row[number]) for row in rows]), return_counts=True)
            kept = counts >= min_count
            keys.append(found[kept])
            idf.append((1 + np.log((1 + len(rows)) / (1 + counts[kept]))).astype(np.float32))
            block.append(np.full(int(kept.sum()), number, dtype=np.uint8))
        every = np.concatenate(keys)
        order = np.argsort(every, kind="stable")
        every, many, of = every[order], np.concatenate(idf)[order], np.concatenate(block)[order]
        first = np.concatenate(([True], every[1:] != every[:-1]))
        return cls(every[first], many[first], of[first], tuple(weights))

    def row(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the places and values of a command's known features, given all of them in order, each once."""
        at = self.keys.searchsorted(keys)
        at[at == len(self.keys)] = 0
        at = at[self.keys[at] == keys]
        block, values = self.block[at], self.idf[at]
        squares = np.bincount(block, values * values, len(BLOCKS)).tolist()
        scale = [weight / max(square, 1e-18) ** 0.5 for weight, square in zip(self.weights, squares, strict=True)]
        values = values * np.array(scale, dtype=np.float32)[block]
        return at, values

    def knows(self, key: int) -> bool:
        """Return whether a feature is among them."""
        at = int(self.keys.searchsorted(np.uint32(key)))
        return at < len(self.keys) and int(self.keys[at]) == key
