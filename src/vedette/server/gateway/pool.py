"""Threads that judge requests and pieces of streams: few, standing, fed by turns.

A piece costs half a millisecond. To start a thread for it, as :mod:`vedette.server.work` does for calls that take
longer, would keep the loop waiting for longer than that: it stands still until the new thread has begun. Here a call
waits in its owner's queue, and its result comes back by one wake-up of the loop, together with those that were ready
with it. Owners are served by turns: who asks a hundred questions waits behind its own.

Whoever stops waiting leaves the call to its thread. A call that does not come back in its time is given up, and its
thread with it: another takes its place, so that a scanner that hangs closes its own streams and no others; when too
many hang, nothing is judged any more, and so nothing passes.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, TypeVar

from vedette.errors import OutsideError
from vedette.server.work import TooSlowError

T = TypeVar("T")

MOST_STUCK = 32


class Pool:
    """Standing threads for short calls. Belongs to the loop that first uses it.

    Args:
        n_threads: calls that run at once.
        name: of the threads.
        at_once: calls that a thread takes together, where so many wait: for short ones.
        most_waiting: calls that may wait.
    """

    def __init__(self, n_threads: int, *, name: str, at_once: int = 1, most_waiting: int = 20_000) -> None:
        self._queues: OrderedDict[str, deque[_Call]] = OrderedDict()
        self._ready = threading.Condition()
        self._name = name
        self._at_once = at_once
        self._n_threads = n_threads
        self._most_waiting = most_waiting
        self._n_waiting = 0
        self._n_stuck = 0
        self._begun = False
        self._closed = False

    async def run(self, owner: str, call: Callable[[], T], *, timeout_s: float) -> T:
        """Return what a call returns, from a thread.

        Args:
            owner: in whose turn it is.
            call: what runs.
            timeout_s: for waiting and running together.

        Raises:
            TooSlowError: it was not done in time.
            OutsideError: too many wait, or too many threads hang.
        """
        if self._closed or self._n_stuck >= MOST_STUCK or self._n_waiting >= self._most_waiting:
            raise OutsideError("nothing can be judged at the moment", next_step="try again in a few seconds")
        loop = asyncio.get_running_loop()
        if not self._begun:
            self._begun = True
            for _ in range(self._n_threads):
                self._start(loop)
        made = _Call(call, loop.create_future())
        self._n_waiting += 1
        with self._ready:
            self._queues.setdefault(owner, deque()).append(made)
            self._ready.notify()
        late = loop.call_later(timeout_s, self._late, made, loop)
        try:
            found: T = await made.future
            return found
        finally:
            late.cancel()
            made.over = True
            self._n_waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        threading.Thread(target=self._work, args=(loop,), name=self._name, daemon=True).start()

    def _late(self, call: _Call, loop: asyncio.AbstractEventLoop) -> None:
        if call.future.done():
            return
        if call.running and not call.stuck:
            call.stuck = True
            self._n_stuck += 1
            self._start(loop)
        call.future.set_exception(TooSlowError("this was not done in its time", next_step="try again"))

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            calls = self._next()
            if not calls:
                return
            for call in calls:
                if call.over:
                    continue
                call.running = True
                try:
                    call.value = call.call()
                except BaseException as error:
                    call.error = error if isinstance(error, Exception) else RuntimeError(type(error).__name__)
                call.running = False
            try:
                loop.call_soon_threadsafe(self._done, calls)
            except RuntimeError:
                return  # the loop is closed
            if any(call.stuck for call in calls):
                return  # another has taken its place

    def _next(self) -> list[_Call]:
        """Return calls whose turn it is, waiting for one; none where the pool is closed."""
        with self._ready:
            while not self._queues:
                if self._closed:
                    return []
                self._ready.wait()
            calls: list[_Call] = []
            while self._queues and len(calls) < self._at_once:
                owner, waiting = self._queues.popitem(last=False)
                calls.append(waiting.popleft())
                if waiting:
                    self._queues[owner] = waiting  # at the end: the others come first
            return calls

    def _done(self, calls: list[_Call]) -> None:
        for call in calls:
            if call.stuck:
                self._n_stuck -= 1
            if call.future.done():
                continue
            if isinstance(call.error, StopIteration):
                call.error = RuntimeError("StopIteration")  # a future cannot carry it
            if call.error is not None:
                call.future.set_exception(call.error)
            else:
                call.future.set_result(call.value)


class _Call:
    """A call, and what came of it."""

    __slots__ = ("call", "error", "future", "over", "running", "stuck", "value")

    def __init__(self, call: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        self.call = call
        self.future = future
        self.value: Any = None
        self.error: Exception | None = None
        self.over = False
        self.running = False
        self.stuck = False
