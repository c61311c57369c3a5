"""When a request is made again, and how long is waited before: exponential, with full jitter.

Source: M. Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015): a wait drawn between 0 and the
bound spreads competing clients best.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""Statuses that may be gone the next time; no other status is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often, and after what waits."""

    times: int = 2
    """After the first request."""
    base_s: float = 0.5
    cap_s: float = 20.0
    longest_s: float = 60.0
    """Where the endpoint asks to wait longer, the request fails at once and says so."""
    sleep: Callable[[float], None] | None = None
    """Waits in place of the clock; for tests. None waits, and wakes when the request is cancelled."""
    draw: Callable[[], float] = random.random
    """A number in [0, 1)."""

    def delay_s(self, n_failed: int, asked_s: float | None = None) -> float:
        """Return how long to wait after so many failures; never shorter than the endpoint asked for."""
        bound = min(self.cap_s, self.base_s * 2.0 ** max(0, n_failed - 1))
        drawn = bound * self.draw()
        return drawn if asked_s is None else asked_s + drawn


def asked_wait_s(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, at least 0; None where it says nothing.

    Source: RFC 9110, section 10.2.3: seconds, or a date.
    """
    if value is None:
        return None
    text = value.strip()[:64]
    try:
        # servers of models also send fractions of seconds
        seconds = float(text)
        return seconds if 0 <= seconds < 1e9 else None
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
