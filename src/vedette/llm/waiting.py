"""Deadlines, cancellation, and the bounded pool of slots that requests wait for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from vedette.errors import OutsideError, UserError

_LOOK_S = 0.05
"""Between two looks at whether a waiting request was cancelled."""


class CancelledError(Exception):
    """The request was cancelled by who made it; no backend lets it out."""


class Deadline:
    """When a request must be over, and whether it was cancelled.

    Args:
        timeout_s: from now.
        cancel: set from another thread.
    """

    def __init__(self, timeout_s: float, cancel: threading.Event | None = None) -> None:
        if not 0 < timeout_s < 1e7:
            raise UserError(f"a time limit must be above 0 seconds, not {timeout_s:g}")
        self.timeout_s = timeout_s
        self.cancel = cancel
        self._end = time.monotonic() + timeout_s

    def left_s(self) -> float:
        """Return the seconds left; at least 0."""
        return max(0.0, self._end - time.monotonic())

    def cancelled(self) -> bool:
        """Return whether it was cancelled."""
        return self.cancel is not None and self.cancel.is_set()

    def look_s(self) -> float:
        """Return how long to block before looking again."""
        return self.left_s() if self.cancel is None else min(self.left_s(), _LOOK_S)

    def check(self, doing: str) -> None:
        """Return if there is time left.

        Raises:
            CancelledError: it was cancelled.
            OutsideError: time is up.
        """
        if self.cancelled():
            raise CancelledError
        if not self.left_s():
            raise self.late(doing)

    def late(self, doing: str) -> OutsideError:
        """Return the error that says what took too long."""
        return OutsideError(
            f"{doing} took longer than {self.timeout_s:g} s",
            next_step="allow more time by VEDETTE_LLM_TIMEOUT_S, ask for less, or use a faster model",
        )

    def wait(self, seconds: float, doing: str) -> None:
        """Wait so long, unless it is cancelled or over before; see :meth:`check`."""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            self.check(doing)
            step = min(rest, self.left_s())
            if self.cancel is None:
                time.sleep(step)
            else:
                self.cancel.wait(step)
        self.check(doing)


class Slots:
    """So many requests at once; the others wait in the order in which they came."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise UserError(f"a pool holds at least 1 request, not {size}")
        self.size = size
        self._free = size
        self._closed = False
        self._queue: deque[object] = deque()
        self._state = threading.Condition()

    @property
    def free(self) -> int:
        """Slots that nobody holds."""
        with self._state:
            return self._free

    @contextmanager
    def hold(self, deadline: Deadline) -> Iterator[None]:
        """Hold a slot.

        Raises:
            CancelledError: it was cancelled while it waited.
            OutsideError: none became free in time.
            UserError: the model was closed.
        """
        me = object()
        with self._state:
            self._queue.append(me)
            try:
                while True:
                    if self._closed:
                        raise UserError("the model is closed")
                    deadline.check("waiting for the model")
                    if self._free and self._queue[0] is me:
                        break
                    self._state.wait(deadline.look_s())
                self._free -= 1
            finally:
                self._queue.remove(me)
                self._state.notify_all()
        try:
            yield
        finally:
            with self._state:
                self._free += 1
                self._state.notify_all()

    def close(self) -> None:
        """Let nobody in any more; who waits is told."""
        with self._state:
            self._closed = True
            self._state.notify_all()
