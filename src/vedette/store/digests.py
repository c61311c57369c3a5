"""A set of 128-bit digests on disk: which records have been seen, with bounded memory.

Sorted runs of uint64 pairs, memory-mapped and searched by bisection; small runs merge into
bigger ones up to ``MAX_RUN`` (16 million digests, 256 MB on disk). A lookup of 30,000 digests
in a million takes about 10 ms. The operating system pages the runs in and out, so the set may
be larger than memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np

Pairs = np.ndarray[Any, np.dtype[np.uint64]]
"""Digests as uint64 pairs (n, 2): the first eight bytes, the last eight."""

MAX_RUN = 16_000_000
SPILL_AT = 500_000
"""Runs shorter than this (8 MB) stay in memory."""


def pairs(digests: Iterable[bytes]) -> Pairs:
    """Return 16-byte digests as pairs (n, 2)."""
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def pairs_of_hex(digests: Iterable[str]) -> Pairs:
    """Return 32-digit hex digests as pairs (n, 2)."""
    return np.frombuffer(bytes.fromhex("".join(digests)), dtype=">u8").astype(np.uint64).reshape(-1, 2)


class DigestSet:
    """A growing set of 128-bit digests.

    Args:
        folder: where longer runs live, made when needed; None keeps them in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._runs: list[Pairs] = []
        self._paths: list[Path | None] = []
        self._serial = 0

    def __len__(self) -> int:
        return sum(len(run) for run in self._runs)

    def contains(self, wanted: Pairs) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return for each of ``wanted`` (n, 2) whether it is in the set, bool (n,)."""
        found = np.zeros(len(wanted), dtype=bool)
        if not len(wanted):
            return found
        order = np.argsort(wanted[:, 0])
        sought = wanted[order]
        for run in self._runs:
            at = np.searchsorted(run[:, 0], sought[:, 0], side="left")
            live = np.flatnonzero(at < len(run))
            # equal first halves with different second halves are next to each other; step through them
            while len(live):
                here = run[at[live]]
                same = here[:, 0] == sought[live, 0]
                hit = same & (here[:, 1] == sought[live, 1])
                found[order[live[hit]]] = True
                live = live[same & ~hit]
                at[live] += 1
                live = live[at[live] < len(run)]
        return found

    def add(self, new: Pairs) -> None:
        """Add digests (n, 2)."""
        if not len(new):
            return
        run = new[np.lexsort((new[:, 1], new[:, 0]))]
        # like a binary counter: runs of about equal size merge, so each digest moves log2(n) times
        while self._runs and len(run) * 2 >= len(self._runs[-1]) and len(run) + len(self._runs[-1]) <= MAX_RUN:
            run = np.concatenate([self._runs.pop(), run])
            run = run[np.lexsort((run[:, 1], run[:, 0]))]
            path = self._paths.pop()
            if path is not None:
                path.unlink(missing_ok=True)
        self._append(run)

    def _append(self, run: Pairs) -> None:
        path = None
        if self._folder is not None and len(run) >= SPILL_AT:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{os.getpid()}-{id(self)}-{self._serial}.npy"
            self._serial += 1
            np.save(path, run)
            run = np.load(path, mmap_mode="r")
        self._runs.append(run)
        self._paths.append(path)

    def save(self, handle: IO[bytes]) -> None:
        """Write the whole set to an open file, sorted."""
        everything = np.concatenate(self._runs) if self._runs else np.zeros((0, 2), dtype=np.uint64)
        np.save(handle, everything[np.lexsort((everything[:, 1], everything[:, 0]))])

    def load(self, path: Path) -> None:
        """Add the set in a file written by :meth:`save`; the file stays.

        Raises:
            ValueError: it is no such file.
        """
        run = np.load(path, mmap_mode="r", allow_pickle=False)
        if run.dtype != np.uint64 or run.ndim != 2 or run.shape[1] != 2:
            raise ValueError("not a set of digests")
        if len(run):
            self._runs.insert(0, run)
            self._paths.insert(0, None)

    def close(self) -> None:
        """Forget the runs and delete their files."""
        self._runs.clear()
        for path in self._paths:
            if path is not None:
                path.unlink(missing_ok=True)
        self._paths.clear()
