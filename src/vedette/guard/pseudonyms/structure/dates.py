"""Dates that keep their distance: all of a session are moved by the same number of weeks."""

from __future__ import annotations

import re
from datetime import date, timedelta

from vedette.guard.pseudonyms.structure.keyed import Keyed, cased

_LEAST_WEEKS, _MOST_WEEKS = 53, 420
_MONTHS = "january february march april may june july august september october november december".split()
_NAMES = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<gap>[-/.]?)(?P<month>\d{2})(?P=gap)(?P<day>\d{2})(?P<rest>(?:[T ].*)?)", re.DOTALL
)
_NUMBERS = re.compile(
    r"(?P<one>\d{1,2})(?P<gap>[-/.])(?P<two>\d{1,2})(?P=gap)(?P<year>\d{4})(?P<rest>(?:[T ,].*)?)", re.DOTALL
)
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<th>st|nd|rd|th)?(?P<a>[-./ ])(?P<of>of )?{_MONTH}(?P<b>,? |[-./])"
    r"(?P<year>\d{4})(?P<rest>(?:[T ,:].*)?)",
    re.DOTALL,
)
_MONTH_FIRST = re.compile(
    rf"{_MONTH}(?P<a> )(?P<day>\d{{1,2}})(?P<th>st|nd|rd|th)?(?P<b>,? )(?P<year>\d{{4}})(?P<rest>(?:[T ,].*)?)",
    re.DOTALL,
)


def moved(value: str, keyed: Keyed) -> str | None:
    """Return a date as many weeks earlier as all of the session, written as it was; None for what is no full date."""
    if keyed.turn:
        return None
    days = timedelta(weeks=_LEAST_WEEKS + keyed.below(_MOST_WEEKS - _LEAST_WEEKS, "weeks"))
    for form in (_iso, _numbers, _named):
        made = form(value, days)
        if made is not None:
            return made
    return None


def _earlier(year: str, month: int, day: str, days: timedelta) -> date | None:
    try:
        return date(int(year), month, int(day)) - days
    except (ValueError, OverflowError):
        return None


def _padded(number: int, like: str) -> str:
    return f"{number:02d}" if len(like) == 2 else str(number)


def _iso(value: str, days: timedelta) -> str | None:
    found = _ISO.fullmatch(value)
    when = _earlier(found["year"], int(found["month"]), found["day"], days) if found else None
    if found is None or when is None:
        return None
    gap = found["gap"]
    return f"{when.year:04d}{gap}{when.month:02d}{gap}{when.day:02d}{found['rest']}"


def _numbers(value: str, days: timedelta) -> str | None:
    found = _NUMBERS.fullmatch(value)
    if found is None:
        return None
    one, two, gap = found["one"], found["two"], found["gap"]
    american = int(two) > 12 or (gap == "/" and int(one) <= 12)
    month, day = (one, two) if american else (two, one)
    when = _earlier(found["year"], int(month), day, days)
    if when is None:
        return None
    told = (_padded(when.month, month), _padded(when.day, day))
    first, second = told if american else told[::-1]
    return f"{first}{gap}{second}{gap}{when.year:04d}{found['rest']}"


def _named(value: str, days: timedelta) -> str | None:
    found = _DAY_FIRST.fullmatch(value) or _MONTH_FIRST.fullmatch(value)
    if found is None:
        return None
    month = _NAMES.get(found["month"][:3].lower())
    if month is None or not _MONTHS[month - 1].startswith(found["month"].lower()):
        return None
    when = _earlier(found["year"], month, found["day"], days)
    if when is None:
        return None
    name = _MONTHS[when.month - 1]
    whole = len(found["month"]) > 3 or found["month"].lower() == "may"
    told = cased(name if whole else name[:3], found["month"] if found["month"] != "May" else "March")
    day = _padded(when.day, found["day"] if found["day"].startswith("0") else "1")
    if found["th"]:
        day += "th" if 10 < when.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10, "th")
    end = found.end("month")
    dot = "." if value[end : end + 1] == "." and value[end + 1 : end + 2] == " " else ""
    if found.re is _DAY_FIRST:
        return f"{day}{found['a']}{found['of'] or ''}{told}{dot}{found['b']}{when.year:04d}{found['rest']}"
    return f"{told}{dot}{found['a']}{day}{found['b']}{when.year:04d}{found['rest']}"
