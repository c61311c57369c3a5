"""The arguments that tools share: how each is declared, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import re2

from vedette.errors import UserError
from vedette.knowledge import attack
from vedette.schema import Parameter, Severity, ValueKind, Window
from vedette.toolbox.saying import Saying, iso, shown

_TECHNIQUE_ID = re2.compile(r"T\d{4}(?:\.\d{3})?")
MAX_TEXT = 200
"""Characters of an argument."""

CASE = Parameter(
    name="case",
    kind=ValueKind.CASE,
    description="Which case: its id or the beginning of it. Left out: the one spoken of, else the gravest.",
    example="case-1a2b3c4d",
)
ACCOUNT = Parameter(
    name="account", kind=ValueKind.ACCOUNT, description="Only what this account did or was part of.", example="alice"
)
HOST = Parameter(
    name="host", kind=ValueKind.HOST, description="Only what happened on or from this host.", example="FS01"
)
ADDRESS = Parameter(
    name="address", kind=ValueKind.ADDRESS, description="Only what came from or went to it.", example="10.20.0.5"
)
WINDOW = Parameter(
    name="window", kind=ValueKind.TIME, description="Only this stretch of time.", example="since Monday 14:00"
)
TECHNIQUE = Parameter(
    name="technique", kind=ValueKind.TECHNIQUE, description="Only this ATT&CK technique.", example="T1003.006"
)
TACTIC = Parameter(
    name="tactic", kind=ValueKind.TACTIC, description="Only this ATT&CK tactic.", example="lateral movement"
)
SEVERITY = Parameter(
    name="severity",
    kind=ValueKind.CHOICE,
    choices=tuple(s.value for s in Severity),
    description="Only those at least this grave.",
    example="high",
)
COUNT = Parameter(name="count", kind=ValueKind.COUNT, description="How many to list.", example="5")


def text_of(arguments: Mapping[str, Any], name: str) -> str | None:
    """Return a text argument, or None where it is left out or empty.

    Raises:
        UserError: it is no text, or too long.
    """
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise UserError(f"{name} must be text", next_step="write it as in the question")
    value = value.strip()
    if len(value) > MAX_TEXT:
        raise UserError(f"{name} is longer than {MAX_TEXT} characters", next_step="write less")
    if "\0" in value:
        raise UserError(f"{name} holds a null character", next_step="leave it out")
    return value or None


def technique_of(arguments: Mapping[str, Any], name: str = "technique") -> str | None:
    """Return an argument that is an ATT&CK technique as its id; an id that the pinned matrix lacks is kept.

    Raises:
        UserError: it is neither an id nor a technique's name.
    """
    text = text_of(arguments, name)
    if text is None:
        return None
    known = attack.technique(text)
    if known is not None:
        return known.id
    low = text.casefold()
    named = [t.id for t in attack.techniques() if low in (t.name.casefold(), t.title.casefold())]
    if named:
        return min(named, key=lambda i: ("." in i, i))
    if _TECHNIQUE_ID.fullmatch(text.upper()):
        return text.upper()
    raise UserError(f"there is no ATT&CK technique {shown(text, 40)!r}", next_step="give its id, such as T1003.006")


def tactic_of(arguments: Mapping[str, Any], name: str = "tactic") -> str | None:
    """Return an argument that is an ATT&CK tactic as its short name.

    Raises:
        UserError: there is no such tactic.
    """
    text = text_of(arguments, name)
    if text is None:
        return None
    known = attack.tactic(text)
    if known is None:
        named = ", ".join(t.name.lower() for t in attack.tactics())
        raise UserError(f"there is no ATT&CK tactic {shown(text, 40)!r}", next_step=f"choose one of: {named}")
    return known.shortname


def choice_of(arguments: Mapping[str, Any], name: str, choices: Iterable[str], default: str | None) -> str | None:
    """Return an argument that is one of some words.

    Raises:
        UserError: it is none of them.
    """
    value = text_of(arguments, name)
    known = tuple(choices)
    if value is None:
        return default
    if value not in known:
        raise UserError(f"{name} cannot be {shown(value, 40)!r}", next_step=f"choose one of: {', '.join(known)}")
    return value


def count_of(arguments: Mapping[str, Any], name: str = "count", *, default: int, most: int = 1_000) -> int:
    """Return a number argument, between 1 and ``most``.

    Raises:
        UserError: it is no whole number, or below one.
    """
    value = arguments.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UserError(f"{name} must be a whole number of at least 1", next_step="ask for a number such as 5")
    return min(value, most)


def window_of(arguments: Mapping[str, Any], name: str = "window") -> Window | None:
    """Return a window argument; one that is open at both ends is none.

    Raises:
        UserError: it is no window, or ends before it begins.
    """
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, Window):
        raise UserError(f"{name} must be a stretch of time", next_step="say it as in: on 9 March, since 14:00")
    window = Window(start_at=_utc(value.start_at), end_at=_utc(value.end_at), said=value.said)
    if window.start_at and window.end_at and window.end_at <= window.start_at:
        raise UserError(f"{name} ends before it begins", next_step="name the earlier time first")
    return window if window.start_at or window.end_at else None


def _utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def within(window: Window | None, at: datetime | None) -> bool:
    """Return whether a time lies in a window; without a window every time does."""
    if window is None:
        return True
    if at is None:
        return False
    return (window.start_at is None or window.start_at <= at) and (window.end_at is None or at < window.end_at)


def in_window(saying: Saying, window: Window | None) -> str:
    """Return `` between … and …`` for a window, or nothing."""
    if window is None:
        return ""
    if window.start_at and window.end_at:
        if window.end_at - window.start_at == timedelta(days=1) and window.start_at.time() == time.min:
            saying.add(ValueKind.TIME, iso(window.start_at))
            return f" on {saying.value(ValueKind.TEXT, window.start_at.date().isoformat())} (UTC)"
        return f" from {saying.at(window.start_at)} until before {saying.at(window.end_at)}"
    if window.start_at:
        return f" since {saying.at(window.start_at)}"
    assert window.end_at is not None  # noqa: S101 (window_of gives no window that is open at both ends)
    return f" before {saying.at(window.end_at)}"
