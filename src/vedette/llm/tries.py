"""Trying a request again: what may be gone the next time, and the loop around it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from vedette.errors import OutsideError, VedetteError
from vedette.llm.retrying import Retry
from vedette.llm.waiting import Deadline

log = logging.getLogger(__name__)

T = TypeVar("T")


class AgainError(Exception):
    """A failure that may be gone the next time.

    Args:
        error: what is raised where it is not.
        asked_s: how long the endpoint asks to wait.
    """

    def __init__(self, error: VedetteError, asked_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.asked_s = asked_s


def tried(once: Callable[[], T], retry: Retry, deadline: Deadline, name: str) -> T:
    """Return what one try gives, after as many as are allowed.

    Args:
        once: raises :class:`AgainError` where it may be tried again.
        retry: how often, and after what waits.
        deadline: of all tries and waits together.
        name: of the model.

    Raises:
        CancelledError: it was cancelled while it waited.
        OutsideError: no try gave anything, there is no time for another, or the endpoint asks to wait too long.
    """
    n_failed = 0
    while True:
        try:
            return once()
        except AgainError as failure:
            n_failed += 1
            if n_failed > retry.times:
                raise failure.error from None
            if failure.asked_s is not None and failure.asked_s > retry.longest_s:
                raise OutsideError(
                    f"{failure.error.message}; it asks to wait {failure.asked_s:,.0f} s",
                    next_step="ask again later, or use another model",
                ) from None
            delay_s = retry.delay_s(n_failed, failure.asked_s)
            if delay_s >= deadline.left_s():
                raise failure.error from None
        log.info("%s: try %d failed, waiting %.1f s", name, n_failed, delay_s)
        if retry.sleep is None:
            deadline.wait(delay_s, f"the reply of {name}")
        else:
            retry.sleep(delay_s)
            deadline.check(f"the reply of {name}")
