"""Which record is which: logical sources, occurrence numbers and event ids.

The logical source of a file is told by its first record, so it survives renaming, rotation,
compression and growth; for formats whose records carry an id of their own it is the format.
The id of a record is a digest of source, raw record and how many equal records stood before it
in the same file, so reading a file again finds nothing new and true repeats stay apart.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import numpy as np

from vedette.store import DigestSet, Lake
from vedette.store.digests import Pairs, pairs, pairs_of_hex

WORTH_KEEPING = 50_000
"""Ids; fewer are read from the lake again faster than kept."""


def source_name(reader: str, first_record: bytes, *, self_identifying: bool, given: str | None = None) -> str:
    """Return the logical source: what the user gave, else by the rule above."""
    if given:
        return given
    if self_identifying:
        return reader
    return f"{reader}:{blake2b(first_record, digest_size=6).hexdigest()}"


class Identifier:
    """Numbers equal records of one stream and gives each its id.

    Args:
        source: logical source.
        folder: where digests seen in this stream are kept, so that memory stays bounded.
    """

    def __init__(self, source: str, folder: Path) -> None:
        # SHA-256 rather than BLAKE2: processors have instructions for it, which halves the time
        self._base = sha256(blake2b(source.encode(), digest_size=16).digest())
        self._seen = DigestSet(folder)
        self._repeats: dict[bytes, int] = {}

    def identify(self, raws: Sequence[bytes]) -> tuple[list[bytes], Pairs]:
        """Return the 16-byte id of each record, and the same ids as pairs (n, 2)."""
        digests = [self._digest(raw) for raw in raws]
        found = pairs(digests)
        suspect = self._seen.contains(found)
        order = np.argsort(found[:, 0], kind="stable")
        equal = np.flatnonzero(found[order[1:], 0] == found[order[:-1], 0])
        suspect[order[equal]] = True
        suspect[order[equal + 1]] = True
        if suspect.any():
            first_here: dict[bytes, bool] = {}
            fresh = ~self._seen.contains(found)
            for i in np.flatnonzero(suspect).tolist():
                digest = digests[i]
                if digest in first_here or not fresh[i]:
                    n_before = self._repeats.get(digest, 0) + 1
                    self._repeats[digest] = n_before
                    digests[i] = self._digest(digest + n_before.to_bytes(8, "big"))
                first_here[digest] = True
            base = found[fresh]
            self._seen.add(np.unique(base, axis=0))
            return digests, pairs(digests)
        self._seen.add(found)
        return digests, found

    def _digest(self, data: bytes) -> bytes:
        state = self._base.copy()
        state.update(data)
        return state.digest()[:16]

    def close(self) -> None:
        """Delete what was kept on disk."""
        self._seen.close()


class KnownIds:
    """The ids that a logical source already has in the lake.

    Kept between calls in the home's cache, with the commit up to which it holds; what was committed
    since is read from the lake, so a lost or damaged cache costs time and nothing else.

    Args:
        lake: whose events.
        source: logical source.
    """

    def __init__(self, lake: Lake, source: str) -> None:
        self._lake = lake
        self._source = source
        self._cache = lake.home / "cache" / "ids" / blake2b(source.encode(), digest_size=12).hexdigest()
        self._ids = DigestSet(lake.home / "tmp")
        self.last_seq = 0
        """Commit up to which the lake's ids are in."""
        self._saved_seq = 0
        self._load()
        self.refresh()

    def _load(self) -> None:
        """Take the newest cached set that speaks of segments which the lake still has."""
        for path in sorted(
            self._cache.glob("*.npy"), key=lambda p: int(p.stem) if p.stem.isdigit() else -1, reverse=True
        ):
            try:
                seq = int(path.stem)
                self._ids.load(path)
            except (OSError, ValueError, EOFError):
                continue
            segments = self._lake.segments("events", source=self._source)
            if len(self._ids) == sum(s.n_rows for s in segments if s.seq <= seq):
                self.last_seq = self._saved_seq = seq
                return
            # days were dropped while a run still knew them: what is gone may come in again
            self._ids.close()

    def refresh(self) -> None:
        """Learn what has been committed since."""
        import pyarrow.parquet as pq

        for segment in self._lake.segments("events", source=self._source, after=self.last_seq):
            column = pq.ParquetFile(segment.path).read(columns=["event_id"]).column("event_id").to_pylist()
            self._ids.add(pairs_of_hex(column))
            self.last_seq = max(self.last_seq, segment.seq)

    def add(self, ids: Pairs) -> None:
        """Add ids (n, 2) that have just been committed."""
        self._ids.add(ids)

    def contains(self, ids: Pairs) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return for each id whether it is known, bool (n,)."""
        return self._ids.contains(ids)

    def close(self) -> None:
        """Keep the set for the next call, where it grew enough to be worth it, and let it go."""
        if self.last_seq > self._saved_seq and len(self._ids) >= WORTH_KEEPING:
            self._cache.mkdir(parents=True, exist_ok=True)
            part = self._cache / f"{os.getpid()}.part"
            with part.open("wb") as handle:
                self._ids.save(handle)
            part.replace(self._cache / f"{self.last_seq}.npy")
            for path in self._cache.glob("*.npy"):
                if path.stem.isdigit() and int(path.stem) < self.last_seq:
                    path.unlink(missing_ok=True)
        self._ids.close()
