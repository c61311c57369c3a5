"""The ordered map over shards, on an engine: this process, a pool of processes, or a cluster.

A shard is an input that pickles, a result likewise; the function is a name that can be imported. What an engine
promises: results in the order of the shards whoever computed them, shards drawn as they are needed and a bounded
number under way, an error of the function passed on after the results before it, a lost worker told as OutsideError
where it could not be made good.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from vedette.errors import OutsideError, UserError

S = TypeVar("S")
R = TypeVar("R")

CHOICES = "local, pool, pool:N, ray://HOST:PORT or ray://local"
"""What an engine can be called."""
MOST_FAILURES = 3
"""How often in a row a worker may be lost before the work is given up."""


@runtime_checkable
class Engine(Protocol):
    """Where shards are worked on."""

    @property
    def name(self) -> str:
        """What the user called it."""
        ...

    @property
    def workers(self) -> int:
        """How many shards are worked on at once; 0 where only the cluster knows."""
        ...

    @property
    def remote(self) -> bool:
        """Whether a worker may be on another machine: a shard must then carry its bytes, not a path."""
        ...

    def run(
        self,
        function: Callable[[S], R],
        shards: Iterable[S],
        *,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> Iterator[tuple[S, R]]:
        """Yield (shard, result) in the order of the shards."""
        ...


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Everything in this process, lazily."""

    name: str = "local"
    workers: int = 1
    remote: bool = False

    def run(
        self,
        function: Callable[[S], R],
        shards: Iterable[S],
        *,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> Iterator[tuple[S, R]]:
        """Yield (shard, result) in the order of the shards."""
        if initializer is not None:
            initializer(*initargs)
        for shard in shards:
            yield shard, function(shard)


@dataclass(frozen=True, slots=True)
class PoolEngine:
    """A pool of processes on this machine; at most ``workers + 1`` shards are under way or waiting."""

    workers: int
    remote: bool = False

    @property
    def name(self) -> str:
        """What the user called it."""
        return f"pool:{self.workers}"

    def run(
        self,
        function: Callable[[S], R],
        shards: Iterable[S],
        *,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> Iterator[tuple[S, R]]:
        """Yield (shard, result) in the order of the shards.

        Where a worker is killed, the pool is made anew and what was under way is worked on again.

        Raises:
            OutsideError: workers died again and again with no result in between.
        """
        source = iter(shards)
        waiting: deque[S] = deque()
        failures = 0
        while True:
            try:
                for shard, result in self._pooled(function, source, waiting, initializer, initargs):
                    failures = 0
                    yield shard, result
                return
            except BrokenProcessPool as error:
                failures += 1
                if failures >= MOST_FAILURES:
                    raise OutsideError(
                        f"a worker process died, {failures} times on the same shard; most likely for want of memory",
                        next_step="run the command again with fewer --workers: it goes on where it stopped",
                    ) from error

    def _pooled(
        self,
        function: Callable[[S], R],
        source: Iterator[S],
        waiting: deque[S],
        initializer: Callable[..., None] | None,
        initargs: tuple[Any, ...],
    ) -> Iterator[tuple[S, R]]:
        """Yield results from one pool; ``waiting`` holds, in order, the shards that were drawn and not yielded."""
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.workers, mp_context=context, initializer=initializer, initargs=initargs) as pool:
            futures: deque[Future[R]] = deque()
            try:
                futures.extend(pool.submit(function, shard) for shard in waiting)
                for shard in source:
                    waiting.append(shard)
                    futures.append(pool.submit(function, shard))
                    if len(futures) > self.workers:
                        result = futures.popleft().result()
                        yield waiting.popleft(), result
                while futures:
                    result = futures.popleft().result()
                    yield waiting.popleft(), result
            finally:
                for future in futures:
                    future.cancel()


def engine_named(name: str | None = None, workers: int | None = None) -> Engine:
    """Return the engine that a user calls ``name``: ``local``, ``pool``, ``pool:N``, ``ray://HOST:PORT``, ``ray://local``.

    Args:
        name: None means a pool where there is more than one worker, else this process.
        workers: how many; a number in the name counts for more. None leaves it to the engine: one for the pool
            without a number, every processor of a cluster.

    Raises:
        UserError: there is no such engine.
    """
    text = (name or "").strip()
    if not text:
        return PoolEngine(workers) if workers is not None and workers > 1 else LocalEngine()
    if text == "local":
        if workers is not None and workers > 1:
            raise UserError(
                f"--engine local is one process, --workers {workers} asks for more", next_step="choose --engine pool"
            )
        return LocalEngine()
    kind, _, number = text.partition(":")
    if kind == "pool":
        if number and not (number.isascii() and number.isdigit() and 1 <= int(number) <= 4096):
            raise UserError(f"not a number of workers: {number[:40]!r}", next_step="write it as pool:4")
        return PoolEngine(int(number) if number else max(workers or 1, 1))
    if text.startswith("ray://"):
        from vedette.bulk.ray import RayEngine

        return RayEngine(text, workers)
    raise UserError(f"there is no engine called {text[:80]!r}", next_step=f"choose one of: {CHOICES}")


def run_shards(
    function: Callable[[S], R],
    shards: Iterable[S],
    *,
    workers: int = 1,
    engine: Engine | None = None,
    initializer: Callable[..., None] | None = None,
    initargs: tuple[Any, ...] = (),
) -> Iterator[tuple[S, R]]:
    """Yield (shard, result) in the order of ``shards``.

    Few shards are under way or waiting at a time, so memory stays bounded however many there are.

    Args:
        function: pure function of a shard; importable, as are its argument and result picklable,
            on every engine but this process.
        shards: the inputs; drawn as they are needed.
        workers: processes, where no engine is given.
        engine: where the work is done; None is this process, or a pool where there are several workers.
        initializer: called once in each process (in this one too) before the first shard.
        initargs: its arguments.

    Raises:
        OutsideError: a worker was lost and could not be made good.
    """
    chosen = engine if engine is not None else engine_named(None, workers)
    yield from chosen.run(function, shards, initializer=initializer, initargs=initargs)
