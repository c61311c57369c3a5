"""How much one client may ask of the server: sizes, times, places, and requests in a minute."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the server allows."""

    body_bytes: int = 1 << 20
    """Of a request."""
    body_timeout_s: float = 15.0
    """For a request's body to arrive."""
    ask_timeout_s: float = 180.0
    """For a question, waiting for its turn included."""
    read_timeout_s: float = 60.0
    """For everything else: lists, reports, evidence."""
    n_asking: int = 4
    """Questions that are answered at once."""
    n_reading: int = 4
    """Other calls that run at once."""
    max_waiting: int = 256
    """Calls that may wait for their turn, of all clients together."""
    max_waiting_each: int = 64
    """Calls that may wait of one client."""
    requests_per_minute: int = 600
    """Of one token, and of one address that needs none."""
    questions_per_minute: int = 120
    """Of the same."""
    refusals_per_minute: int = 20
    """Wrong tokens from one address, before it has to wait."""
    history_chars: int = 200_000
    """Of the messages of one chat request together."""
    question_chars: int = 4_000
    shutdown_grace_s: float = 3.0
    """For calls to end when the server stops."""


class Rates:
    """Token buckets by key: each fills evenly to its minute's worth and is emptied by use.

    Args:
        clock: seconds that only go up.
        max_keys: remembered; the longest unused one is forgotten first, and starts full when it comes back.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, max_keys: int = 20_000) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, kind: str, key: str, per_minute: int) -> float:
        """Take one of ``per_minute``; return 0.0 where there was one, else the seconds until there is."""
        left = self._filled(kind, key, per_minute)
        if left < 1.0:
            return (1.0 - left) * 60.0 / per_minute
        self._left[kind, key] = (left - 1.0, self._clock())
        return 0.0

    def wait_s(self, kind: str, key: str, per_minute: int) -> float:
        """Return the seconds until one can be taken, taking none."""
        left = self._filled(kind, key, per_minute)
        return 0.0 if left >= 1.0 else (1.0 - left) * 60.0 / per_minute

    def _filled(self, kind: str, key: str, per_minute: int) -> float:
        now = self._clock()
        left, then = self._left.get((kind, key), (float(per_minute), now))
        left = min(float(per_minute), left + (now - then) * per_minute / 60.0)
        self._left[kind, key] = (left, now)
        self._left.move_to_end((kind, key))
        while len(self._left) > self._max_keys:
            self._left.popitem(last=False)
        return left
