"""Times as whole microseconds since 1970, and how each log format writes them.

Generation does arithmetic on millions of times, so a time here is a plain integer; a
:class:`datetime` appears only at the public door. Every second is formatted once and cached.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
"""Microseconds in a second."""
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def to_us(moment: datetime) -> int:
    """Return microseconds since 1970 of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(t: int) -> datetime:
    """Return the aware UTC datetime of a time in microseconds."""
    return _EPOCH + timedelta(microseconds=t)


_IN_HOUR = tuple(f"{m:02d}:{s:02d}" for m in range(60) for s in range(60))
"""``MM:SS`` of every second of an hour: with the hour's text cached, a time costs one lookup and one join."""


@lru_cache(maxsize=1024)
def _iso_hour(hour: int) -> str:
    return (_EPOCH + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:")


@lru_cache(maxsize=1024)
def _bsd_hour(hour: int) -> str:
    m = _EPOCH + timedelta(hours=hour)
    return f"{_MONTHS[m.month - 1]} {m.day:2d} {m:%H:}"


@lru_cache(maxsize=1024)
def _clf_hour(hour: int) -> str:
    m = _EPOCH + timedelta(hours=hour)
    return f"{m.day:02d}/{_MONTHS[m.month - 1]}/{m.year}:{m:%H:}"


def iso_second(second: int) -> str:
    """Return ``2026-03-05T09:14:22`` for a count of seconds."""
    return _iso_hour(second // 3600) + _IN_HOUR[second % 3600]


def bsd_second(second: int) -> str:
    """Return ``Mar  5 09:14:22``, the RFC 3164 form: no year, no zone, day padded with a space."""
    return _bsd_hour(second // 3600) + _IN_HOUR[second % 3600]


def clf_second(second: int) -> str:
    """Return ``05/Mar/2026:09:14:22 +0000``, the form of web access logs."""
    return f"{_clf_hour(second // 3600)}{_IN_HOUR[second % 3600]} +0000"


def iso_ms(t: int) -> str:
    """Return ``2026-03-05T09:14:22.123Z``."""
    second, us = divmod(t, SECOND)
    return f"{iso_second(second)}.{us // 1000:03d}Z"


def iso_us(t: int) -> str:
    """Return ``2026-03-05T09:14:22.123456Z``."""
    second, us = divmod(t, SECOND)
    return f"{iso_second(second)}.{us:06d}Z"


def day_key(t: int) -> str:
    """Return ``20260305``: the UTC day that rotated files are named after."""
    return iso_second(t // SECOND)[:10].replace("-", "")


def hour_of_day(t: int) -> float:
    """Return the UTC hour of the day with its fraction, in [0, 24)."""
    return (t % DAY) / HOUR


def weekday(t: int) -> int:
    """Return 0 for Monday to 6 for Sunday (1970-01-01 was a Thursday)."""
    return (t // DAY + 3) % 7


def is_workday(t: int) -> bool:
    """Return whether the UTC day is Monday to Friday."""
    return weekday(t) < 5


def activity_level(t: int) -> float:
    """Return how busy the company is, from 0.1 (a Sunday night) to 1.0 (a weekday's middle)."""
    hour = hour_of_day(t)
    if not is_workday(t):
        return 0.14 if 8 <= hour < 20 else 0.1
    if 8 <= hour < 12 or 13 <= hour < 17:
        return 1.0
    if 12 <= hour < 13:
        return 0.7
    if 7 <= hour < 8 or 17 <= hour < 19:
        return 0.45
    return 0.15
