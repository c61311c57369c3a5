"""Times as documents, feeds and messages write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)


def parse_time(value: object) -> datetime | None:
    """Return a time in UTC, None where it is none: ISO 8601, as e-mail writes it, or seconds since 1970.

    A time without a zone is taken for UTC. What lies before 1970 is a placeholder, and none.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)) or (isinstance(value, str) and value.isdigit() and len(value) in (10, 13)):
        try:
            seconds = float(value)
            at = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
        return at if at > _EARLIEST else None
    if not isinstance(value, str) or not 6 <= len(value.strip()) <= 60:
        return None
    text = value.strip()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return at if at > _EARLIEST else None
