"""The ordered map over shards, in this process or in a pool."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from vedette.errors import OutsideError

S = TypeVar("S")
R = TypeVar("R")


def run_shards(
    function: Callable[[S], R],
    shards: Iterable[S],
    *,
    workers: int = 1,
    initializer: Callable[..., None] | None = None,
    initargs: tuple[Any, ...] = (),
) -> Iterator[tuple[S, R]]:
    """Yield (shard, result) in the order of ``shards``.

    At most ``workers + 1`` shards are under way or waiting, so memory stays bounded however many
    there are. With one worker everything happens in this process, lazily.

    Args:
        function: pure function of a shard; importable, as are its argument and result picklable,
            where ``workers`` > 1.
        shards: the inputs; drawn as they are needed.
        workers: processes.
        initializer: called once in each process (in this one too) before the first shard.
        initargs: its arguments.

    Raises:
        OutsideError: a worker process was killed.
    """
    if workers <= 1:
        if initializer is not None:
            initializer(*initargs)
        for shard in shards:
            yield shard, function(shard)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=initializer, initargs=initargs) as pool:
        waiting: deque[tuple[S, Future[R]]] = deque()
        source = iter(shards)
        try:
            for shard in source:
                waiting.append((shard, pool.submit(function, shard)))
                if len(waiting) > workers:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        except BrokenProcessPool as error:
            raise OutsideError(
                "a worker process died, most likely for want of memory",
                next_step="run the command again with fewer --workers: it goes on where it stopped",
            ) from error
        finally:
            for _, future in waiting:
                future.cancel()
