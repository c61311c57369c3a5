"""Points in time and stretches of it, as people write them, and whether two say the same.

A written time says as much as it says: a date, a clock time to the minute or the second, a zone or none (then UTC).
It agrees with a computed time where every part that it says agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import re2

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri", "saturday sat",
         "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "cet": 60, "cest": 120, "bst": 60, "ist": 330, "est": -300, "edt": -240, "cst": -360,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "jst": 540, "eet": 120, "eest": 180, "msk": 180,
    "wet": 0, "west": 60, "aest": 600, "aedt": 660,
}  # fmt: skip

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ZONE = (
    r"(?:z\b|utc(?:[+-]\d{1,2}(?::?\d{2})?)?\b|gmt(?:[+-]\d{1,2}(?::?\d{2})?)?\b|[+-]\d{2}:?\d{2}\b"
    r"|c[es]s?t\b|cdt\b|bst\b|ist\b|e[sd]t\b|m[sd]t\b|p[sd]t\b|jst\b|eest?\b|msk\b|we[s]?t\b|ae[sd]t\b)"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[ap]\.?m\b\.?)?"
_DATE = (
    r"(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}(?:,?\s\d{{4}})?|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?)"
)
TIME_PATTERN = (
    rf"(?:{_DATE}(?:t|\s|,\s|\sat\s|,\sat\s|\saround\s|-){_CLOCK}(?:\s?{_ZONE})?"
    rf"|{_CLOCK}(?:\s?{_ZONE})?(?:\s|,\s|\son\s|,\son\s|\sof\s)(?:the\s)?{_DATE}"
    rf"|{_DATE}|{_CLOCK}(?:\s?{_ZONE})?|\d{{1,2}}\s?[ap]\.?m\b\.?(?:\s?{_ZONE})?"
    rf"|\d{{1,2}}(?:\.\d{{2}})?\so'clock|\d{{2}}:?\d{{2}}(?::?\d{{2}})?z\b|\d{{4}}\s?(?:hrs|hours|h)\s(?:utc|gmt)\b)"
)
"""RE2 pattern over lower-case text."""
_DATE_RE = re2.compile(_DATE)
_CLOCK_RE = re2.compile(rf"({_CLOCK})(?:\s?({_ZONE}))?|(\d{{1,2}}\s?[ap]\.?m\b)\.?(?:\s?({_ZONE}))?")
_NUMBERS = re2.compile(r"\d+")
_YEAR_FIRST = re2.compile(r"^\d{4}[-/]")
_MONTH_RE = re2.compile(_MONTH)

UNITS = {
    "millisecond": 0.001, "msec": 0.001, "ms": 0.001, "second": 1.0, "sec": 1.0, "s": 1.0, "minute": 60.0,
    "min": 60.0, "m": 60.0, "hour": 3600.0, "hr": 3600.0, "h": 3600.0, "day": 86400.0, "d": 86400.0,
    "week": 604800.0, "month": 2629800.0, "year": 31557600.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A time as far as it was written."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    second_of_day: int | None = None
    """Whole seconds since midnight in the zone it was written in."""
    fraction: str = ""
    """Digits after the second."""
    seconds: bool = False
    """Whether seconds were written."""
    offset: int = 0
    """Minutes that the zone is ahead of UTC."""
    weekday: int | None = None

    def agrees(self, at: datetime) -> bool:
        """Return whether a computed time is the one written, in every part that was written."""
        there = at.astimezone(timezone(timedelta(minutes=self.offset)))
        if self.year is not None and self.year != there.year:
            return False
        if self.month is not None and (self.month, self.day) != (there.month, there.day):
            return False
        if self.weekday is not None and self.weekday != there.weekday():
            return False
        if self.second_of_day is None:
            return True
        clock = there.hour * 3600 + there.minute * 60 + there.second
        if not self.seconds:
            return clock // 60 == self.second_of_day // 60
        if clock != self.second_of_day:
            return False
        return not self.fraction or f"{there.microsecond:06d}"[: len(self.fraction)] == self.fraction[:6]

    def moment(self) -> datetime | None:
        """Return the time itself where date and clock were both written."""
        if self.year is None or self.month is None or self.day is None or self.second_of_day is None:
            return None
        try:
            midnight = datetime(self.year, self.month, self.day, tzinfo=timezone(timedelta(minutes=self.offset)))
        except ValueError:
            return None
        micro = int((self.fraction + "000000")[:6])
        try:
            return (midnight + timedelta(seconds=self.second_of_day, microseconds=micro)).astimezone(UTC)
        except OverflowError:
            return None


def parse_time(text: str) -> Written | None:
    """Return what a written time says; None where it is none (13 o'clock in the 25th month)."""
    low = text.lower().strip()
    year = month = day = None
    rest = low
    found = _DATE_RE.search(low)
    if found:
        parsed = _date(found.group(0))
        if parsed is None:
            return None
        year, month, day = parsed
        rest = low[: found.start()] + " " + low[found.end() :]
    clock = _clock(rest)
    if clock is None:
        return Written(year=year, month=month, day=day) if found and not any(c.isdigit() for c in rest) else None
    second, fraction, seconds, offset = clock
    return Written(
        year=year, month=month, day=day, second_of_day=second, fraction=fraction, seconds=seconds, offset=offset
    )


def _date(text: str) -> tuple[int | None, int, int] | None:
    numbers = [int(n) for n in _NUMBERS.findall(text)]
    named = _MONTH_RE.search(text)
    if _YEAR_FIRST.search(text):
        year, month, day = numbers[0], numbers[1], numbers[2]
    elif named:
        month = _MONTHS[named.group(0).rstrip(".")]
        day = numbers[0]
        year = numbers[1] if len(numbers) > 1 else None  # type: ignore[assignment]
    else:
        day, month, year = numbers[0], numbers[1], numbers[2]
    try:
        date(year or 2000, month, day)
    except ValueError:
        return None
    return year, month, day


def _clock(text: str) -> tuple[int, str, bool, int] | None:
    found = _CLOCK_RE.search(text.replace("t", " ", 1) if text[:1] == "t" else text)
    if not found:
        if "o'clock" in text:
            numbers = _NUMBERS.findall(text)
            return (int(numbers[0]) * 3600, "", False, 0) if numbers and int(numbers[0]) < 24 else None
        digits = "".join(_NUMBERS.findall(text))
        if len(digits) in (4, 6) and (text.rstrip().endswith(("z", "utc", "gmt"))):
            hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:] or 0)
            if hour < 24 and minute < 60 and second < 60:
                return hour * 3600 + minute * 60 + second, "", len(digits) == 6, 0
        return None
    written = found.group(1) or found.group(3)
    zone = found.group(2) or found.group(4) or ""
    digits_only, _, tail = written.replace(",", ".").partition(".")
    fraction = ""
    if tail and tail[0].isdigit():
        fraction = _NUMBERS.search(tail).group(0)
    numbers = [int(n) for n in _NUMBERS.findall(digits_only)]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    second = numbers[2] if len(numbers) > 2 else 0
    half = written.replace(".", "").replace(" ", "")
    if half.endswith("pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12
    elif half.endswith("am"):
        if not 1 <= hour <= 12:
            return None
        hour %= 12
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3600 + minute * 60 + second, fraction, len(numbers) > 2, _offset(zone)


def _offset(zone: str) -> int:
    zone = zone.strip().lower()
    if zone in _ZONES:
        return _ZONES[zone]
    for prefix in ("utc", "gmt"):
        zone = zone.removeprefix(prefix)
    numbers = _NUMBERS.findall(zone)
    if not numbers:
        return 0
    digits = "".join(numbers)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return (-1 if zone.startswith("-") else 1) * (hours * 60 + minutes)


def as_moment(value: object) -> datetime | None:
    """Return a fact's time value (ISO 8601 text or a datetime) in UTC, else None."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00").replace("Z", "+00:00"))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
