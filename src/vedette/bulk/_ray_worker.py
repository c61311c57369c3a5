"""What runs on a cluster's worker: imported there, and only where Daft is used."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import daft

from vedette.errors import InternalError


def shard_worker(width: int) -> Callable[[bytes], Any]:
    """Return the class of a pool of ``width`` actors; called with the pickled work, it gives the pool."""

    @daft.cls(max_concurrency=width, cpus=1)
    class ShardWorker:
        """One process: prepared once, then a shard at a time."""

        def __init__(self, work: bytes) -> None:
            self._work = work
            self._function: Callable[[Any], Any] | None = None

        @daft.method.batch(return_dtype=daft.DataType.binary(), batch_size=1)  # type: ignore[untyped-decorator]
        def answer(self, shards: daft.Series) -> list[bytes]:
            """Return the pickled answer to each pickled shard."""
            return [self._one(shard) for shard in shards.to_pylist()]

        def _one(self, shard: bytes) -> bytes:
            try:
                if self._function is None:
                    function, initializer, initargs = pickle.loads(self._work)  # noqa: S301
                    if initializer is not None:
                        initializer(*initargs)
                    self._function = function
                value = self._function(pickle.loads(shard))  # noqa: S301
                return pickle.dumps((True, value), protocol=5)
            except Exception as error:
                return failure(error)

    return ShardWorker


def failure(error: Exception) -> bytes:
    """Return an error pickled: itself where it can travel, else what it says."""
    try:
        packed = pickle.dumps((False, error), protocol=5)
        pickle.loads(packed)  # noqa: S301 (an error with a constructor of its own may pickle and not come back)
        return packed
    except Exception:
        return pickle.dumps((False, InternalError(f"{type(error).__name__}: {error}"[:2000])), protocol=5)
