"""What lists say of a word: a given name, a surname, a town, a kind of street, a month; packed as hashes with bits.

Some 150,000 words in 24-bit hashes with 16 bits each, sorted, so that differences compress: 0.4 MB on disk, found by
binary search. About one foreign word in a hundred falls on one of them: the tagger was trained with that.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from unicodedata import combining, normalize

import numpy as np
from numpy.typing import NDArray

BITS = (
    "first-common",
    "first",
    "last-common",
    "last",
    "city-big",
    "city",
    "country",
    "state",
    "demonym",
    "calendar",
    "street",
    "firm",
    "title",
    "job",
    "english",
    "particle",
)
"""What each bit of a word says, lowest first; a number has ``calendar`` where it may be a year."""
BIT = {name: 1 << place for place, name in enumerate(BITS)}
_MASK = 0xFFFFFF


def folded(word: str) -> str:
    """Return a word in small letters, without accents and full stops."""
    if word.isascii():
        return word.lower().strip(".")
    return "".join(c for c in normalize("NFKD", word.casefold()) if not combining(c)).strip(".")


def hashed(word: str) -> int:
    """Return the hash of a folded word."""
    return zlib.crc32(word.encode("utf-8", "replace")) & _MASK


class Gazetteer:
    """Bits by word. Immutable."""

    __slots__ = ("bits", "keys")

    def __init__(self, keys: NDArray[np.uint32], bits: NDArray[np.uint16]) -> None:
        self.keys, self.bits = keys, bits

    @classmethod
    def of(cls, words: Mapping[str, int]) -> Gazetteer:
        """Return the gazetteer of folded words with their bits."""
        merged: dict[int, int] = {}
        for word, bits in words.items():
            key = hashed(word)
            merged[key] = merged.get(key, 0) | bits
        keys = np.array(sorted(merged), dtype=np.uint32)
        return cls(keys, np.array([merged[int(k)] for k in keys], dtype=np.uint16))

    def look_up(self, word: str) -> int:
        """Return the bits of a folded word."""
        if not len(self.keys):
            return 0
        key = hashed(word)
        at = int(np.searchsorted(self.keys, key))
        return int(self.bits[at]) if at < len(self.keys) and self.keys[at] == key else 0

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays that :meth:`from_arrays` reads; differences compress better than keys."""
        return {"gazetteer_keys": np.diff(self.keys, prepend=np.uint32(0)), "gazetteer_bits": self.bits}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Gazetteer:
        """Return the gazetteer that :meth:`to_arrays` gave.

        Raises:
            ValueError: keys and bits differ in number.
        """
        keys = np.cumsum(arrays["gazetteer_keys"], dtype=np.uint32)
        bits = np.asarray(arrays["gazetteer_bits"], dtype=np.uint16)
        if len(keys) != len(bits):
            raise ValueError(f"{len(keys)} words of the gazetteer have {len(bits)} entries")
        return cls(keys, bits)
