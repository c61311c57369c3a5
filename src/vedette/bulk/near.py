"""Near-duplicates: MinHash finds candidates, the true Jaccard similarity of the shingle sets decides.

128 permutations, in bands chosen so that a pair at the threshold is missed with chance under 1 in 200. Signatures
and shingles lie in files that the operating system pages in; in memory stay 8 bytes a text. 100,000 texts of 60 words
take about 10 s on one core.

Source: Broder 1997 (MinHash); Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, chapter 3 (banding).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np

from vedette.bulk.words import Counts, Numbers, ranges, shingles

N_PERMUTATIONS = 128
_MISS = 0.005
_MARGIN = 0.13
"""How far the estimate from 128 permutations may be off (3.5 standard deviations) before a pair is not looked at."""
_CHUNK = 400_000
_ROUNDS = 64

_RANDOM = np.random.Generator(np.random.PCG64(20241))
_A = _RANDOM.integers(1, 1 << 63, N_PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
_B = _RANDOM.integers(0, 1 << 63, N_PERMUTATIONS, dtype=np.uint64)

Ids = np.ndarray[Any, np.dtype[np.int64]]


def signatures(flat: Numbers, sizes: Counts) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return the MinHash signatures (n_texts, 128) of shingle sets (none empty)."""
    out = np.empty((len(sizes), N_PERMUTATIONS), dtype=np.uint32)
    if not len(sizes):
        return out
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    for at in range(N_PERMUTATIONS):
        hashed = ((flat * _A[at] + _B[at]) >> np.uint64(32)).astype(np.uint32)
        out[:, at] = np.minimum.reduceat(hashed, starts)
    return out


def rows_per_band(threshold: float) -> int:
    """Return the most rows a band may have so that a pair at the threshold is hardly ever missed."""
    for rows in range(32, 1, -1):
        if (1 - threshold**rows) ** (N_PERMUTATIONS // rows) <= _MISS:
            return rows
    return 1


class ShingleFile:
    """Shingle sets and signatures of many texts, on disk.

    Args:
        folder: where the files live.
        name: of the set.
        size: words of a shingle.
    """

    def __init__(self, folder: Path, name: str, size: int) -> None:
        self.size = size
        self._flat_path = folder / f"{name}.shingles"
        self._signature_path = folder / f"{name}.signatures"
        self._flat_out: IO[bytes] = self._flat_path.open("wb")
        self._signature_out: IO[bytes] = self._signature_path.open("wb")
        self._sizes: list[Counts] = []
        self.sizes: Counts = np.zeros(0, dtype=np.int64)
        self._starts: Counts = self.sizes
        self._flat: Numbers = np.zeros(0, dtype=np.uint64)
        self._signatures: Any = None

    def add(self, texts: Sequence[Numbers]) -> None:
        """Add texts as word numbers."""
        held: list[Numbers] = []
        n_held = 0
        for text in texts:
            held.append(text)
            n_held += len(text)
            if n_held > _CHUNK:
                self._write(held)
                held, n_held = [], 0
        self._write(held)

    def _write(self, texts: Sequence[Numbers]) -> None:
        flat, sizes = shingles(texts, self.size)
        self._flat_out.write(flat.tobytes())
        self._signature_out.write(signatures(flat, sizes).tobytes())
        self._sizes.append(sizes)

    def abandon(self) -> None:
        """Let go of the files."""
        self._flat_out.close()
        self._signature_out.close()
        self._flat, self._signatures = np.zeros(0, dtype=np.uint64), None

    def close(self) -> None:
        """End writing; from now on it can be asked."""
        self._flat_out.close()
        self._signature_out.close()
        self.sizes = np.concatenate(self._sizes) if self._sizes else np.zeros(0, dtype=np.int64)
        self._starts = (
            np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64) if len(self.sizes) else self.sizes
        )
        if len(self.sizes):
            self._flat = np.memmap(self._flat_path, dtype=np.uint64, mode="r")
            self._signatures = np.memmap(
                self._signature_path, dtype=np.uint32, mode="r", shape=(len(self.sizes), N_PERMUTATIONS)
            )

    def jaccard(self, left: Ids, right: Ids) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the true similarity of each pair, in [0, 1]."""
        out = np.empty(len(left))
        weights = self.sizes[left] + self.sizes[right]
        edges = np.searchsorted(np.cumsum(weights), np.arange(0, int(weights.sum()) + 2_000_000, 2_000_000))
        for start, end in pairwise(edges):
            end = min(max(int(end), int(start)) + 1, len(left))
            out[start:end] = self._jaccard(left[start:end], right[start:end])
        return out

    def _jaccard(self, left: Ids, right: Ids) -> np.ndarray[Any, np.dtype[np.float64]]:
        if not len(left):
            return np.zeros(0)
        both = np.concatenate([left, right])
        sizes = self.sizes[both]
        pair = np.repeat(np.concatenate([np.arange(len(left))] * 2).astype(np.uint64), sizes)
        # a shingle is in both sets of a pair where its hash, shifted by the pair's own amount, stands twice
        keys = self._flat[ranges(self._starts[both], sizes)] + pair * np.uint64(0x9E3779B97F4A7C15)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        twice = order[1:][keys[1:] == keys[:-1]]
        common = np.bincount(pair[twice].astype(np.int64), minlength=len(left))
        return np.asarray(common / (self.sizes[left] + self.sizes[right] - common))

    def _alike(self, left: Ids, right: Ids, threshold: float) -> tuple[Ids, Ids]:
        keep = np.zeros(len(left), dtype=bool)
        for start in range(0, len(left), 100_000):
            end = start + 100_000
            same = self._signatures[left[start:end]] == self._signatures[right[start:end]]
            keep[start:end] = same.mean(axis=1) >= threshold - _MARGIN
        left, right = left[keep], right[keep]
        sure = self.jaccard(left, right) >= threshold - 1e-9
        return left[sure], right[sure]

    def _bands(self, ids: Ids, threshold: float) -> Iterator[Numbers]:
        rows = rows_per_band(threshold)
        for band in range(N_PERMUTATIONS // rows):
            part = np.asarray(self._signatures[ids, band * rows : (band + 1) * rows]).astype(np.uint64)
            key = np.full(len(ids), 0x100000001B3, dtype=np.uint64)
            for at in range(rows):
                key = (key ^ part[:, at]) * np.uint64(0x9E3779B97F4A7C15)
                key ^= key >> np.uint64(31)
            yield key

    def clusters(self, ids: Ids, threshold: float) -> Ids:
        """Return for each of ``ids`` (ascending) the first text of its cluster; it is its own where it stands alone.

        Texts are in one cluster where a chain of similar pairs joins them. In a crowded band each text is compared
        with up to 64 leaders, not with every other.
        """
        parent = np.arange(len(ids), dtype=np.int64)
        if len(ids) < 2:
            return ids.copy()
        for key in self._bands(ids, threshold):
            order = np.argsort(key, kind="stable")
            for _ in range(_ROUNDS):
                ordered = key[order]
                new = np.ones(len(order), dtype=bool)
                new[1:] = ordered[1:] != ordered[:-1]
                leaders = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
                open_ = ~new & (_roots(parent, order) != _roots(parent, leaders))
                if not open_.any():
                    break
                left, right = leaders[open_], order[open_]
                a, b = self._alike(ids[left], ids[right], threshold)
                _join(parent, np.searchsorted(ids, a), np.searchsorted(ids, b))
                # those that are not like their leader stay, and the first of them leads the next round
                stay = ~new & (_roots(parent, order) != _roots(parent, leaders))
                if not stay.any():
                    break
                order = order[stay]
        return ids[_roots(parent, np.arange(len(ids)))]

    def across(self, left: Ids, right: Ids, threshold: float) -> Iterator[tuple[Ids, Ids]]:
        """Yield the similar pairs of a text in ``left`` and one in ``right``, in blocks of ``left``'s order."""
        if not len(left) or not len(right):
            return
        bands = []
        for key in self._bands(right, threshold):
            order = np.argsort(key, kind="stable")
            bands.append((key[order], order))
        for start in range(0, len(left), 512):
            block = left[start : start + 512]
            found: list[Numbers] = []
            for key, (keys, order) in zip(self._bands(block, threshold), bands, strict=True):
                low = np.searchsorted(keys, key, side="left")
                n = np.searchsorted(keys, key, side="right") - low
                if n.any():
                    who = np.repeat(np.arange(len(block)), n)
                    found.append((who.astype(np.uint64) << np.uint64(32)) | order[ranges(low, n)].astype(np.uint64))
            if not found:
                continue
            pairs = np.unique(np.concatenate(found))
            a = block[(pairs >> np.uint64(32)).astype(np.int64)]
            b = right[(pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)]
            a, b = self._alike(a, b, threshold)
            if len(a):
                yield a, b


def _roots(parent: Ids, of: Ids) -> Ids:
    roots = parent[of]
    while True:
        above = parent[roots]
        if np.array_equal(above, roots):
            return roots
        roots = above


def _join(parent: Ids, left: Ids, right: Ids) -> None:
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b:
            parent[max(a, b)] = min(a, b)


def join_all(n: int, links: Sequence[Ids]) -> Ids:
    """Return for each of ``n`` items the first item that it hangs together with.

    Args:
        n: how many items.
        links: arrays (n,) that name for each item another it belongs with.
    """
    parent = np.arange(n, dtype=np.int64)
    for link in links:
        far = np.flatnonzero(link != np.arange(n))
        _join(parent, far, link[far])
    return _roots(parent, np.arange(n))
