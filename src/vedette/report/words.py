"""The few words that every format says the same way: times, counts, shares and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime


def utc(at: datetime) -> datetime:
    """Return the time in UTC; a time without zone is UTC already, by the schema."""
    if at.tzinfo is None:
        return at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


def when(at: datetime | None) -> str:
    """Return date and time to the second, without the zone: the report says once that all times are UTC."""
    return utc(at).replace(microsecond=0, tzinfo=None).isoformat(" ") if at is not None else "–"


def day(at: datetime) -> str:
    """Return the date."""
    return utc(at).date().isoformat()


def clock(at: datetime) -> str:
    """Return the time of day to the second."""
    return utc(at).time().replace(microsecond=0).isoformat()


def stretch(first_at: datetime, last_at: datetime) -> str:
    """Return both ends of a stretch of time, the date once where both fall on one day."""
    if day(first_at) == day(last_at):
        return f"{when(first_at)} – {clock(last_at)}"
    return f"{when(first_at)} – {when(last_at)}"


def share(value: float) -> str:
    """Return a probability as people say it: never 100 % or 0 % for what is not certain."""
    if value >= 0.995:
        return "over 99 %"
    if 0 <= value < 0.005:
        return "under 1 %"
    return f"{value * 100:.0f} %"


def sure(value: float) -> str:
    """Return a word for a probability, for readers who do not think in numbers."""
    for limit, word in ((0.9, "very likely"), (0.7, "likely"), (0.5, "more likely than not")):
        if value >= limit:
            return word
    return "uncertain"


def count(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: ``1 host``, ``2,140 hosts``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def more(n: int, where: str = "see the JSON file") -> str:
    """Return what to say of things left out; nothing where nothing was."""
    return f"and {n:,} more ({where})" if n > 0 else ""


def listed(names: Sequence[str], most: int) -> str:
    """Return the first names joined by commas, and how many more there are."""
    text = ", ".join(names[:most])
    return text + (f" and {len(names) - most:,} more" if len(names) > most else "")
