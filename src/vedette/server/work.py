"""The one place where the server's event loop crosses to threads.

Everything below the server is plain, blocking code, and the loop never calls it: :meth:`Workers.run` waits for a slot,
starts the call in a thread of its own and waits for its end without blocking others. Slots are bounded, and those who
wait are served by turns, owner by owner: a client that asks a hundred questions waits behind its own, not before
everybody else's.

Whoever stops waiting (a client that went away, a timeout, a shutdown) sets the call's ``cancel`` event. The slot is
free when the call has ended, not when its caller lost interest, so that never more calls run than there are slots.
Threads are daemons: a call that does not look at ``cancel`` cannot keep the program from ending.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from vedette.errors import OutsideError

T = TypeVar("T")


class BusyError(OutsideError):
    """Too many calls wait already."""


class TooSlowError(OutsideError):
    """The call was not done in the time that it had."""


class StoppingError(OutsideError):
    """The server is going down."""

    def __init__(self) -> None:
        super().__init__("the server is going down", next_step="ask again when it is back")


@dataclass(frozen=True, slots=True)
class Load:
    """How full the slots are."""

    n_slots: int
    running: int
    waiting: int


class Workers:
    """Slots for blocking calls, given out by turns. Belongs to the loop that first uses it.

    Args:
        name: of the threads.
        n_slots: calls that may run at once.
        max_waiting: calls that may wait, of all owners together.
        max_waiting_each: calls that may wait of one owner.
    """

    def __init__(self, name: str, *, n_slots: int, max_waiting: int, max_waiting_each: int) -> None:
        self._name = name
        self._n_slots = n_slots
        self._max_waiting = max_waiting
        self._max_waiting_each = max_waiting_each
        self._taken = 0
        self._running: set[threading.Event] = set()
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    @property
    def load(self) -> Load:
        """How full the slots are now."""
        return Load(self._n_slots, self._taken, sum(len(queue) for queue in self._queues.values()))

    async def run(self, owner: str, call: Callable[[threading.Event], T], *, timeout_s: float) -> T:
        """Return what ``call`` returns, from a thread.

        Args:
            owner: in whose turn the call is.
            call: given the event that tells it to stop.
            timeout_s: for waiting and running together.

        Raises:
            BusyError: too many wait.
            TooSlowError: it was not done in time; it has been told to stop.
            StoppingError: the server goes down.
        """
        deadline = asyncio.timeout(timeout_s)
        try:
            async with deadline:
                await self._enter(owner)
                return await self._in_thread(call)
        except TimeoutError:
            if not deadline.expired():
                raise  # the call's own
            raise TooSlowError(
                f"this took longer than {timeout_s:g} s and was stopped",
                next_step="ask for less (a case, a host, a shorter time), or let the server give it more time",
            ) from None

    async def _enter(self, owner: str) -> None:
        """Return once a slot is this caller's."""
        if self._stopping:
            raise StoppingError
        if self._taken < self._n_slots and not self._queues:
            self._taken += 1
            self._idle.clear()
            return
        own = self._queues.get(owner, ())
        if len(own) >= self._max_waiting_each or self.load.waiting >= self._max_waiting:
            raise BusyError("too many requests wait already", next_step="try again in a few seconds")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(owner, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()  # the slot came in the moment in which the caller left
            else:
                self._forget(owner, turn)
            raise

    def _forget(self, owner: str, turn: asyncio.Future[None]) -> None:
        queue = self._queues.get(owner)
        if queue is not None and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._queues[owner]

    def _give_back(self) -> None:
        """Hand the slot to whose turn it is, or leave it free."""
        while self._queues:
            owner, queue = self._queues.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._queues[owner] = queue  # at the end: the others come first
            if not turn.done():
                turn.set_result(None)
                return
        self._taken -= 1
        if not self._taken:
            self._idle.set()

    async def _in_thread(self, call: Callable[[threading.Event], T]) -> T:
        """Run the call in a thread; the slot goes back when it ends, however that is."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        stop = threading.Event()
        self._running.add(stop)
        if self._stopping:
            stop.set()

        def ended(value: Any, error: BaseException | None) -> None:
            self._running.discard(stop)
            self._give_back()
            if done.done():
                return  # nobody waits any more
            if error is None:
                done.set_result(value)
            else:
                done.set_exception(error)

        def work() -> None:
            value: Any = None
            failed: BaseException | None = None
            try:
                value = call(stop)
            except StopIteration as error:
                failed = RuntimeError(repr(error))  # a future cannot carry it
            except Exception as error:
                failed = error
            except BaseException as error:
                failed = RuntimeError(repr(error))  # a call that leaves the program must not take the server along
            try:
                loop.call_soon_threadsafe(ended, value, failed)
            except RuntimeError:
                pass  # the loop is closed: the server is gone

        try:
            threading.Thread(target=work, name=f"vedette-{self._name}", daemon=True).start()
        except RuntimeError as error:  # no more threads
            ended(None, OutsideError(f"cannot start a thread: {error}", next_step="try again later"))
        try:
            return await done
        except asyncio.CancelledError:
            stop.set()
            raise

    async def close(self, grace_s: float) -> bool:
        """Tell all to stop and wait so long for them to end; return whether they did."""
        self._stopping = True
        waiting = [turn for queue in self._queues.values() for turn in queue]
        self._queues.clear()
        for turn in waiting:
            if not turn.done():
                turn.set_exception(StoppingError())
        for stop in tuple(self._running):
            stop.set()
        try:
            async with asyncio.timeout(grace_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
