"""What the letters and words of a window say by themselves: runs of them, counted in buckets, a weight for each bucket.

The networks generalise over meanings; this part knows the very forms that were taught, in any language and spelling,
and what ordinary text, code and logs look like. Runs of two to four letters within words, and of one and two words; a
bucket's number is a hash, so nothing but the weights is kept. About a third of a millisecond for a kilobyte.
"""

from __future__ import annotations

import re
import zlib
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 1 << 17
"""Buckets of the runs of letters, and as many of the runs of words."""
LONGEST = 6000
"""Characters of a window that are read."""
_WORD = re.compile(r"\w\w+")
_DIGITS = re.compile(r"\d+")
_STEPS = np.array((0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F), dtype=np.uint32)
_MIX = np.uint32(0x2C1B3C6D)

Runs = tuple[NDArray[np.int32], NDArray[np.float32]]


def runs(text: str) -> Runs:
    """Return the buckets of a window's runs, each once, and how much each counts; each kind's squares add up to 1."""
    low = _DIGITS.sub("0", text[:LONGEST].lower())
    letters = _counted(_letters(low))
    words = _WORD.findall(low)
    told = [zlib.crc32(word.encode("utf-8", "replace")) for word in words]
    told += [zlib.crc32(f"{a} {b}".encode("utf-8", "replace")) for a, b in pairwise(words)]
    said = _counted(np.array(told, dtype=np.uint32) % np.uint32(SIZE))
    return np.concatenate([letters[0], said[0] + SIZE]).astype(np.int32), np.concatenate([letters[1], said[1]])


def _letters(low: str) -> NDArray[np.uint32]:
    codes = np.frombuffer(f" {' '.join(low.split())} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    blank = codes == ord(" ")
    found = []
    with np.errstate(over="ignore"):
        for n in (2, 3, 4):
            size = len(codes) - n + 1
            if size < 1:
                break
            mixed = np.full(size, n, dtype=np.uint32)
            inside = np.ones(size, dtype=bool)
            for i in range(n):
                mixed = (mixed ^ codes[i : i + size]) * _STEPS[i]
                mixed ^= mixed >> np.uint32(15)
                if 0 < i < n - 1:
                    inside &= ~blank[i : i + size]
            if n == 2:
                inside &= ~(blank[:size] & blank[1 : 1 + size])
            mixed *= _MIX
            found.append((mixed ^ (mixed >> np.uint32(13)))[inside] % np.uint32(SIZE))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint32)


def _counted(buckets: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if not len(buckets):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    places, counts = np.unique(buckets, return_counts=True)
    much = 1 + np.log(counts)
    return places.astype(np.int64), (much / np.sqrt((much * much).sum())).astype(np.float32)


def said(weights: NDArray[Any], bias: float, told: Runs) -> float:
    """Return what the runs say, in log odds."""
    return float(weights[told[0]] @ told[1]) + bias
