"""What every reader of a published set does: refuse what it cannot be sure of, and say where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import re2

CVE = re2.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
MAX_TEXT_CHARS = 20_000
"""Of a description; longer ones are cut."""

Row = Mapping[str, Any]


class WrongFormatError(Exception):
    """The content is not what it is said to be; the message says what is wrong and where."""


@dataclass(slots=True)
class Head:
    """What a feed says of itself; its reader fills this in while it yields."""

    version: str = ""
    """The publisher's own: catalogue version, model version. Empty: it gives none."""
    on: date | None = None
    """The day that the content is of."""
    n_skipped: int = 0
    """Records that were left out, each with its reason below (the first few)."""
    skipped: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    """More that it says and that is worth keeping: EPSS's model version."""

    def skip(self, reason: str) -> None:
        """Count a record that is left out."""
        self.n_skipped += 1
        if len(self.skipped) < 10:
            self.skipped.append(reason[:200])

    def latest(self, day: date | None) -> None:
        """Take a record's day as the content's, where the feed itself says none."""
        if day is not None and (self.on is None or day > self.on):
            self.on = day


Rows = Iterator[Row]


def cve_of(value: Any) -> str | None:
    """Return a CVE id in capitals, or None where the value is none."""
    if not isinstance(value, str):
        return None
    text = value.strip().upper()
    return text if CVE.fullmatch(text) else None


def text_of(value: Any) -> str | None:
    """Return a text without its edges, cut where it is beyond all reason; None where there is none."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.strip()[:MAX_TEXT_CHARS].encode("utf-8", "replace").decode()


def texts_of(value: Any) -> list[str]:
    """Return the texts of a list, each once, in order."""
    found = [text_of(item) for item in value] if isinstance(value, list) else []
    return list(dict.fromkeys(item for item in found if item))


def day_of(value: Any) -> date | None:
    """Return the day that a text names (``2025-08-25``, also with a time behind it), or None."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def time_of(value: Any) -> datetime | None:
    """Return the moment that a text names, UTC; without an offset it is UTC, as these publishers write it."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
