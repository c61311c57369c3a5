"""What runs on a cluster: the foreman, who asks Daft, and the workers that Daft starts. Imported there alone.

The foreman is a driver within the cluster: Daft is made for that, and what becomes of the program outside does not
leave half a query behind. He counts how often each shard was begun, so that one that kills its workers is told apart
from a bad day, and hears from every worker that is at work, so that a query that hangs is told apart from a long one.
"""

from __future__ import annotations

import os
import pickle
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from vedette.errors import InternalError, OutsideError, UserError

MOST_BEGINNINGS = 3
"""How often a shard is begun: what killed its worker so often would kill the next."""
BEAT_S = 5.0
START_S = 300
"""How long a worker may take to start, on a machine that is busy."""
NAMESPACE = "vedette"


class Foreman:
    """Gives a wave of shards to Daft and hands out the answers as they come.

    Args:
        name: under which workers find him.
        work: pickled function, initializer and its arguments.
        width: workers.
        silent: environment variables that keep Daft and Ray from telling their makers of their use.
    """

    def __init__(self, name: str, work: bytes, width: int, silent: dict[str, str]) -> None:
        os.environ.update(silent)
        import daft

        daft.set_runner_ray(noop_if_initialized=True, worker_startup_timeout=START_S)
        daft.set_execution_config(actor_udf_ready_timeout=START_S)
        self._name, self._work, self._width = name, work, width
        self._answers: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._done = threading.Event()
        self._problem: str | None = None
        self._begun: Counter[int] = Counter()
        self._heard = time.monotonic()

    def begin(self, numbered: list[tuple[int, bytes]]) -> None:
        """Start on a wave: shards, each pickled, with their numbers."""
        self._done.clear()
        self._problem = None
        self._begun.clear()
        self._heard = time.monotonic()
        threading.Thread(target=self._ask, args=(numbered,), name="vedette-wave", daemon=True).start()

    def _ask(self, numbered: list[tuple[int, bytes]]) -> None:
        try:
            import daft
            import pyarrow as pa
            import ray

            schema = pa.schema([("number", pa.int64()), ("shard", pa.large_binary())])
            parts = [pa.table({"number": [number], "shard": [shard]}, schema=schema) for number, shard in numbered]
            worker = shard_worker(min(self._width, len(parts)))(self._name, self._work)
            answer = worker.answer(daft.col("number"), daft.col("shard")).alias("answer")
            frame = daft.from_arrow(parts).select("number", answer)
            for part in frame.iter_partitions(results_buffer_size=2 * self._width):
                table = (part if hasattr(part, "to_arrow") else ray.get(part)).to_arrow()
                for one in zip(table.column("number").to_pylist(), table.column("answer").to_pylist(), strict=True):
                    self._answers.put(one)
                self._heard = time.monotonic()
        except Exception as error:
            self._problem = f"{type(error).__name__}: {error}"[:2000]
        finally:
            self._done.set()

    def answers(self, wait_s: float) -> tuple[list[tuple[int, bytes]], bool, str | None, float]:
        """Return what has come (waiting a while for the first), whether that was all, what went wrong, the silence."""
        done = self._done.is_set()  # before looking: nothing comes after it
        found: list[tuple[int, bytes]] = []
        try:
            found.append(self._answers.get(timeout=0.01 if done else wait_s))
            size = len(found[0][1])
            while size < 32_000_000:
                found.append(self._answers.get_nowait())
                size += len(found[-1][1])
        except queue.Empty:
            pass
        return found, done and not found, self._problem, time.monotonic() - self._heard

    def begun(self, number: int) -> int:
        """Note that a worker has begun a shard; return how often that was done."""
        self._heard = time.monotonic()
        self._begun[number] += 1
        return self._begun[number]

    def beat(self) -> None:
        """Note that a worker is at work."""
        self._heard = time.monotonic()


def shard_worker(width: int) -> Callable[[str, bytes], Any]:
    """Return the class of a pool of ``width`` workers; called with the foreman's name and the work, it is the pool."""
    import daft

    @daft.cls(max_concurrency=width, cpus=1)
    class ShardWorker:
        """One process: prepared once, then a shard at a time."""

        def __init__(self, foreman: str, work: bytes) -> None:
            self._hand = Hand(foreman, work)

        @daft.method.batch(return_dtype=daft.DataType.binary(), batch_size=1)  # type: ignore[untyped-decorator]
        def answer(self, numbers: daft.Series, shards: daft.Series) -> list[bytes]:
            """Return the pickled answer to each pickled shard."""
            pairs = zip(numbers.to_pylist(), shards.to_pylist(), strict=True)
            return [self._hand.answer(number, shard) for number, shard in pairs]

    return ShardWorker


class Hand:
    """Works on shards in a worker's process."""

    def __init__(self, foreman: str, work: bytes) -> None:
        import ray

        self._foreman = ray.get_actor(foreman, namespace=NAMESPACE)
        self._work = work
        self._function: Callable[[Any], Any] | None = None

    def answer(self, number: int, shard: bytes) -> bytes:
        """Return the pickled result of a shard, or the error."""
        import ray

        n_begun = ray.get(self._foreman.begun.remote(number))
        if n_begun > MOST_BEGINNINGS:
            return failure(
                OutsideError(
                    f"a worker process died, {MOST_BEGINNINGS} times on the same shard; most likely for want of memory",
                    next_step="give the nodes more memory, or make shards of fewer rows: it goes on where it stopped",
                )
            )
        working = threading.Event()
        threading.Thread(target=self._beat, args=(working,), name="vedette-beat", daemon=True).start()
        try:
            if self._function is None:
                function, initializer, initargs = pickle.loads(self._work)  # noqa: S301
                if initializer is not None:
                    initializer(*initargs)
                self._function = function
            value = self._function(pickle.loads(shard))  # noqa: S301
            return pickle.dumps((True, value), protocol=5)
        except ModuleNotFoundError as error:
            return failure(
                UserError(
                    f"a worker cannot import {error.name}",
                    next_step="install the same packages and extras of Vedette on every node",
                )
            )
        except Exception as error:
            return failure(error)
        finally:
            working.set()

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(BEAT_S):
            self._foreman.beat.remote()


def failure(error: Exception) -> bytes:
    """Return an error pickled: itself where it can travel, else what it says."""
    try:
        packed = pickle.dumps((False, error), protocol=5)
        pickle.loads(packed)  # noqa: S301 (an error with a constructor of its own may pickle and not come back)
        return packed
    except Exception:
        return pickle.dumps((False, InternalError(f"{type(error).__name__}: {error}"[:2000])), protocol=5)
