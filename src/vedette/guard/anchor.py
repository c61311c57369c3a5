"""The anchor: a small file outside of the database that knows the last row of the trail.

It is moved once a row is committed, before whoever wrote the row is told, and it only ever moves on along the chain:
where the row that it knows is no longer in the trail, it stays where it is, so that rows which were taken off the end
are missed also after others were put in their place.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import OutsideError
from vedette.files import locked
from vedette.guard.vault import sealing

SYNC_S = 1.0
"""Seconds after which the next move is also forced onto the disk: that, a killed process does not need."""
_SIZE = 256
"""Bytes of the file: always the same, so that it is written in place."""
_LOCK_S = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchor knows."""

    seq: int
    digest: str
    mac: str

    def made_with(self, key: bytes) -> bool:
        """Return whether it was written with a key."""
        return hmac.compare_digest(_mac(key, self.seq, self.digest), self.mac)


class Anchor:
    """The anchor of a trail. Safe from several threads and processes.

    Args:
        path: the file.
        steady: returns seconds of a clock that never goes back.
    """

    def __init__(self, path: Path, *, steady: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._steady = steady
        self._lock = threading.Lock()
        self._moved = 0
        self._synced_s = float("-inf")
        self._warned = False

    def known(self) -> Anchored | None:
        """Return what it knows; None where there is no file.

        Raises:
            ValueError: the file holds something else.
            OSError: it cannot be read.
        """
        try:
            data = self.path.read_bytes()
            while data != (again := self.path.read_bytes()):  # it is being written
                data = again
        except FileNotFoundError:
            return None
        try:
            said = json.loads(data)
            return Anchored(int(said["seq"]), str(said["digest"]), str(said["mac"]))
        except (KeyError, TypeError):
            raise ValueError("no anchor") from None

    def move(
        self, seq: int, digest: str, key: bytes, *, prev: str | None, held: Callable[[int], str | None], now: bool
    ) -> None:
        """Move on to a committed row.

        Args:
            seq: number of the row.
            digest: its digest.
            key: the key of the trail.
            prev: digest of the row before, where it is known.
            held: returns the digest of a row of the trail.
            now: whether it is forced onto the disk.

        Raises:
            OutsideError: it cannot be written.
        """
        with self._lock:
            if seq < self._moved:
                return  # a later row was faster
            with locked(self.path.with_name(f"{self.path.name}.lock"), timeout_s=_LOCK_S):
                try:
                    if self._may_move(seq, digest, prev, held):
                        self._write(Anchored(seq, digest, _mac(key, seq, digest)), now)
                        self._moved = seq
                except OSError as error:
                    raise OutsideError(
                        f"cannot write the anchor of the guard's audit: {error.strerror or error}",
                        location=str(self.path),
                        next_step="check the disk's space and permissions",
                    ) from error

    def _may_move(self, seq: int, digest: str, prev: str | None, held: Callable[[int], str | None]) -> bool:
        try:
            known = self.known()
        except ValueError:
            return self._stays("it cannot be read")
        if known is None:
            return True
        if known.seq > seq:
            return False  # another process was ahead, or rows are missing: verifying tells
        if known.seq == seq:
            there: str | None = digest
        else:
            there = prev if prev is not None and known.seq == seq - 1 else held(known.seq)
        return there == known.digest or self._stays(f"row {known.seq} is not the one that it knew")

    def _stays(self, why: str) -> bool:
        if not self._warned:
            log.error("the anchor of the guard's audit stays where it is: %s; see vedette guard audit verify", why)
            self._warned = True
        return False

    def _write(self, anchored: Anchored, now: bool) -> None:
        said = {"seq": anchored.seq, "digest": anchored.digest, "mac": anchored.mac}
        data = json.dumps(said).encode().ljust(_SIZE - 1) + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(handle, data)
            if now or self._steady() - self._synced_s >= SYNC_S:
                os.fsync(handle)
                self._synced_s = self._steady()
        finally:
            os.close(handle)


def _mac(key: bytes, seq: int, digest: str) -> str:
    return sealing.mac(key, "anchor", str(seq), digest).hex()
