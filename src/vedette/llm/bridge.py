"""From plain functions to an event loop and back: requests run in a loop of their own thread.

What waits in a socket cannot be ended from another thread; a task of a loop can. So a cancelled or late request is a
cancelled task: its connection is closed before its slot is free.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from vedette.errors import InternalError, UserError
from vedette.llm.waiting import CancelledError, Deadline

_ENDING_S = 10.0
"""What a cancelled task may take to close its connection."""

T = TypeVar("T")


@dataclass(slots=True)
class _End:
    error: BaseException | None = None


class Bridge:
    """An event loop in a thread of its own, started by the first request."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def run(self, make: Callable[[], Coroutine[Any, Any, T]], deadline: Deadline, doing: str) -> T:
        """Return what a coroutine returns.

        Raises:
            CancelledError: it was cancelled; the task is over by then.
            OutsideError: it took too long; the task is over by then.
        """
        found: list[T] = []

        async def work(_: Callable[[Any], None]) -> None:
            found.append(await make())

        for _ in self._items(work, deadline, doing):
            raise InternalError("a task that gives no items gave one")
        return found[0]

    def iterate(
        self, make: Callable[[], AsyncGenerator[T, None]], deadline: Deadline, doing: str
    ) -> Generator[T, None, None]:
        """Yield what an asynchronous generator yields; closing this one ends the task. See :meth:`run`."""

        async def work(give: Callable[[Any], None]) -> None:
            items = make()
            try:
                async for item in items:
                    give(item)
            finally:
                await items.aclose()

        return self._items(work, deadline, doing)

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """End what runs, run a last coroutine, and stop the loop. May be called twice."""
        with self._lock:
            self._closed = True
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return

        async def end() -> None:
            for task in list(self._tasks):
                task.cancel()
            if self._tasks:
                await asyncio.wait(list(self._tasks), timeout=_ENDING_S)
            if last is not None:
                await asyncio.wait_for(last(), _ENDING_S)

        try:
            asyncio.run_coroutine_threadsafe(end(), loop).result(3 * _ENDING_S)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_ENDING_S)
            if not thread.is_alive():
                loop.close()

    def _items(
        self, work: Callable[[Callable[[Any], None]], Coroutine[Any, Any, None]], deadline: Deadline, doing: str
    ) -> Generator[Any, None, None]:
        came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        deadline.check(doing)
        loop = self._running()
        task: list[asyncio.Task[None]] = []
        over = threading.Event()

        async def whole() -> None:
            try:
                await work(came.put)
                came.put(_End())
            except asyncio.CancelledError:
                came.put(_End(UserError("the model is closed") if self._closed else CancelledError()))
            except BaseException as error:
                came.put(_End(error))

        def start() -> None:
            made = loop.create_task(whole())
            task.append(made)
            self._tasks.add(made)
            made.add_done_callback(self._tasks.discard)
            made.add_done_callback(lambda _: over.set())

        loop.call_soon_threadsafe(start)
        try:
            while True:
                try:
                    item = came.get(timeout=max(0.001, deadline.look_s()))
                except queue.Empty:
                    deadline.check(doing)
                    continue
                if isinstance(item, _End):
                    if item.error is not None:
                        raise item.error
                    return
                deadline.check(doing)
                yield item
        finally:
            if not over.is_set() and not loop.is_closed():
                loop.call_soon_threadsafe(lambda: [t.cancel() for t in task])
                over.wait(_ENDING_S)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise UserError("the model is closed")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
                self._thread.start()
            return self._loop
