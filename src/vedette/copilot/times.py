"""Times in a question: from ``between 9 and 10 on 9 March`` or ``last night`` to windows.

Times without a zone are UTC, as everything in the lake. Times without a date are of the day that is being talked of:
the conversation's window, else the case, else the last day of the data. Where the data ended days ago, ``yesterday``
and ``last night`` are read from its end, and the window says so. All patterns are RE2's: linear in the question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import re2

from vedette.schema import Window

_MONTHS = {
    name[:3]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), 1)
}  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_ZONE = r"(?:\s?(z|utc|gmt|[+-]\d{2}:?\d{2})\b)?"
_UNITS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86400, "week": 604800}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "half an": 0.5, "quarter of an": 0.25,
}  # fmt: skip
_NUMBER = r"(\d{1,4}|half an|(?:a )?quarter of an|an?|one|two|(?:a )?couple of|three|(?:a )?few|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty)"  # noqa: E501
_UNIT = r"(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)"
_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30)}
_NEAR = {1: 60, 60: 300, 3600: 1800}
"""Seconds around a point that ``around`` takes in, by how exactly the point is said."""
_OLD = timedelta(days=2)
"""Data that ended longer ago is read by its own calendar."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What times in a question are read against."""

    now: datetime
    first_at: datetime | None = None
    """Of the data."""
    last_at: datetime | None = None
    day: datetime | None = None
    """A moment of the day that is talked of, for times without a date."""
    spans: tuple[tuple[str, datetime, datetime], ...] = ()
    """Named stretches: ``("incident", first, last)``."""
    window: Window | None = None
    """What ``before that`` counts from."""

    @property
    def old(self) -> bool:
        """Whether the data ended so long ago that its own end stands for now."""
        return self.last_at is not None and self.last_at < self.now - _OLD

    @property
    def anchor(self) -> datetime:
        """What relative times count from."""
        return self.last_at if self.old and self.last_at else self.now

    def date(self) -> datetime:
        """Return midnight of the day that times without a date belong to."""
        return _midnight(self.day or self.last_at or self.now)


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A stretch of time that a text names."""

    start: int
    end: int
    """Half-open character offsets."""
    window: Window
    relative: bool = False
    """Whether it counts from the end of the data, for want of fresh data."""


@dataclass(frozen=True, slots=True)
class _Point:
    start: int
    end: int
    at: datetime
    until: datetime
    dated: bool
    relative: bool = False
    own_day: bool = False
    """Whether the day was said beside the time: ``18:00 on 9 March``."""


def windows(text: str, calendar: Calendar) -> tuple[TimeMention, ...]:
    """Return the stretches of time that a text names, in order; those it opens or closes with a word included."""
    low = _folded(text)
    plain = _T.sub(r"\1 \2", low)  # 2026-03-09t09:52 is a day and a time
    points = _points(plain, calendar)
    found: list[TimeMention] = []
    used: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or start >= b for a, b in used)

    def take(start: int, end: int, window: tuple[datetime | None, datetime | None], relative: bool) -> None:
        if free(start, end):
            used.append((start, end))
            said = text[start:end].strip()
            found.append(
                TimeMention(
                    start, end, Window(start_at=window[0], end_at=window[1], said=said), relative and calendar.old
                )
            )

    for match in _INTERVAL.finditer(low):
        interval = _interval(match)
        if interval:
            take(match.start(), match.end(), interval, False)
    for make in (_pairs, _offsets, _singles):
        for start, end, window, relative in make(plain, points, calendar, free):
            take(start, end, window, relative)
    return tuple(sorted(found, key=lambda m: m.start))


def write(window: Window) -> str:
    """Return a window as text that :func:`windows` reads back: an ISO 8601 interval, ``..`` for an open end."""
    ends = (
        window.start_at.isoformat() if window.start_at else "..",
        window.end_at.isoformat() if window.end_at else "..",
    )
    return "/".join(ends)


_STAMP = r"\d{4}-\d{2}-\d{2}t\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:z|[+-]\d{2}:\d{2})"
_T = re2.compile(r"(\d{4}-\d{1,2}-\d{1,2})t(\d)")
_INTERVAL = re2.compile(rf"({_STAMP}|\.\.)/({_STAMP}|\.\.)")


def _interval(match: Any) -> tuple[datetime | None, datetime | None] | None:
    try:
        start, end = (
            None if part == ".." else datetime.fromisoformat(part.upper()).astimezone(UTC) for part in match.groups()
        )
    except (ValueError, OverflowError):
        return None
    return (start, end) if start or end else None


def _folded(text: str) -> str:
    """Return the text in lower case, with as many characters as before."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text.replace("\u2013", "-").replace("\u2014", "-"))


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


# ---------------------------------------------------------------------- points

_ISO = re2.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?:\b|t)")
_DAY_MONTH = re2.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ .-]*({_MONTH})\b\.?(?:,?[ -]?(\d{{4}})\b)?")
_MONTH_DAY = re2.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?")
_NUMERIC = re2.compile(r"\b(\d{1,2})([./])(\d{1,2})(?:[./](\d{4}|\d{2})?)?\b")
_NAMED = re2.compile(rf"\b(today|yesterday|day before yesterday|(?:last |this |on )?{_WEEKDAY})\b")
_CLOCK = re2.compile(rf"\b(\d{{1,2}}):(\d{{2}})(?::(\d{{2}})(?:[.,](\d{{1,6}}))?)?(?:\s?(am|pm))?{_ZONE}")
_HOUR = re2.compile(rf"\b(\d{{1,2}})\s?(am|pm|a\.m\.|p\.m\.|h|o'?clock|hrs)\b{_ZONE}")
_HOUR_OF = re2.compile(r"\b(\d{1,2})(?: o'?clock)? in the (morning|afternoon|evening)\b")
_WORD_TIME = re2.compile(r"\b(noon|midday|midnight)\b")
_MONTH_ONLY = re2.compile(
    rf"\b(?:in|during|of|since|before|after|until|all of|throughout) ({_MONTH})\b(?: (\d{{4}})\b)?"
)
_YEAR = re2.compile(r"\b(?:in|during|of|since|before|after|until) (\d{4})\b")
_BARE = re2.compile(
    r"\b(?:between|from)\s+(\d{1,2})\s*(?:and|to|until|till|-)\s*(\d{1,2})\b(?:\s?(am|pm|h|o'?clock)\b)?"
)
_BARE_ONE = re2.compile(
    r"\b(?:after|before|since|until|till|around|about|at|by) (\d{1,2})(?: (?:on|yesterday|today)\b|[?.!,]?$)"
)


_FIRST_DAY = re2.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s*(?:and|to|until|till|through|-|–)\s*(?:the\s+)?$")


def _first_days(low: str, days: Sequence[_Point]) -> list[_Point]:
    """Return the days that share the month of the day after them: the 5 of ``between 5 and 7 March``."""
    found = []
    for day in days:
        match = _FIRST_DAY.search(low[: day.start])
        if match is None or not day.dated or day.relative or day.until - day.at != timedelta(days=1):
            continue
        number = int(match[1])
        if 0 < number < day.at.day and low[day.start : day.start + 1].isdigit():
            at = day.at.replace(day=number)
            found.append(_Point(match.start(1), match.end(1), at, at + timedelta(days=1), dated=True))
    return found


def _points(low: str, calendar: Calendar) -> list[_Point]:
    """Return days, times and days with times, in order, the longest reading of each place."""
    days = _dates(low, calendar)
    days = sorted([*days, *_first_days(low, days)], key=lambda p: p.start)
    clocks = [c for c in _clocks(low) if not any(c.start < d.end and c.end > d.start for d in days)]
    points: list[_Point] = []
    spare = list(clocks)
    for day in days:
        near = [c for c in spare if _joined(low, day, c)]
        if near and day.until - day.at == timedelta(days=1):
            clock = near[0]
            spare.remove(clock)
            whole = _at(day.at, clock, min(day.start, clock.start), max(day.end, clock.end), day.relative)
            points.append(replace(whole, own_day=clock.end <= day.start))
        else:
            points.append(day)
    # a day said once serves every time beside it: "between 9:00 and 10:30 on 9 March"
    said = next((p for p in points if p.dated and p.until - p.at <= timedelta(days=1)), None)
    falls = [found for c in spare if (found := _day_of(c, calendar)) is not None]
    base = _midnight(said.at) if said else (falls[0] if falls else calendar.date())
    for clock in spare:
        points.append(_at(base, clock, clock.start, clock.end, bool(said and said.relative), dated=said is not None))
    return sorted(points, key=lambda p: p.start)


@dataclass(frozen=True, slots=True)
class _Clock:
    start: int
    end: int
    since: timedelta
    granule: int
    """Seconds: how exactly it is said."""
    zone: timezone | None = None


def _at(day: datetime, clock: _Clock, start: int, end: int, relative: bool, *, dated: bool = True) -> _Point:
    at = day + clock.since
    if clock.zone is not None:
        at = at.replace(tzinfo=clock.zone).astimezone(UTC)
    return _Point(start, end, at, at + timedelta(seconds=clock.granule), dated, relative)


def _joined(low: str, day: _Point, clock: _Clock) -> bool:
    between = low[day.end : clock.start] if day.end <= clock.start else low[clock.end : day.start]
    return (
        between.strip(" ,") in ("", "t", "at", "on", "around", "about", "the", "on the", "in the", "of")
        and len(between) <= 12
    )


def _day_of(clock: _Clock, calendar: Calendar) -> datetime | None:
    """Return the day on which a time without a date falls into what is talked of, None where it does not."""
    for _, first, last in calendar.spans:
        day = _midnight(first)
        while day <= last:
            at = day + clock.since
            if first - timedelta(minutes=1) <= at <= last + timedelta(minutes=1):
                return day
            day += timedelta(days=1)
            if day - first > timedelta(days=60):
                break
    return None


def _dates(low: str, calendar: Calendar) -> list[_Point]:
    found: list[_Point] = []

    def add(match: Any, at: datetime | None, until: datetime | None = None, relative: bool = False) -> None:
        if at is not None and all(match.end() <= p.start or match.start() >= p.end for p in found):
            found.append(_Point(match.start(), match.end(), at, until or at + timedelta(days=1), True, relative))

    for m in _ISO.finditer(low):
        add(m, _date(int(m[1]), int(m[2]), int(m[3])))
    for m in _DAY_MONTH.finditer(low):
        add(m, _year_less(m[3], _MONTHS[m[2][:3]], int(m[1]), calendar))
    for m in _MONTH_DAY.finditer(low):
        add(m, _year_less(m[3], _MONTHS[m[1][:3]], int(m[2]), calendar))
    for m in _NUMERIC.finditer(low):
        if m[2] == "." and m[4] is None:
            continue  # 9.3 may be anything
        add(m, _numeric(int(m[1]), int(m[3]), m[4], m[2], calendar))
    for m in _NAMED.finditer(low):
        word = m[1].removeprefix("last ").removeprefix("this ").removeprefix("on ")
        today = _midnight(calendar.anchor)
        if word in ("sun", "mon", "sat", "wed") and not m[1].startswith(("last ", "this ", "on ")):
            continue  # too short to be taken for a day on their own
        back = {"today": 0, "yesterday": 1, "day before yesterday": 2}.get(word)
        if back is None:
            number = next(i for i, d in enumerate(_DAYS) if d.startswith(word[:3]))
            back = (today.weekday() - number) % 7
            back = 7 if back == 0 and m[1].startswith("last ") else back
        add(m, today - timedelta(days=back), relative=True)
    for m in _MONTH_ONLY.finditer(low):
        first = _year_less(m[2], _MONTHS[m[1][:3]], 1, calendar)
        if first is not None:
            add(_Inner(m, 1), first, _month_after(first))
    for m in _YEAR.finditer(low):
        year = int(m[1])
        if 1990 <= year <= 2100:
            add(_Inner(m, 1), datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    return sorted(found, key=lambda p: p.start)


@dataclass(frozen=True, slots=True)
class _Inner:
    """A match that stands for one that begins with its group."""

    match: Any
    group: int

    def start(self) -> int:
        """Return where the group begins."""
        return int(self.match.start(self.group))

    def end(self) -> int:
        """Return where the match ends."""
        return int(self.match.end())


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _year_less(year: str | None, month: int, day: int, calendar: Calendar) -> datetime | None:
    if year:
        return _date(int(year), month, day)
    last = calendar.last_at or calendar.now
    first = calendar.first_at or last
    for candidate in range(last.year, first.year - 1, -1):
        at = _date(candidate, month, day)
        if at is not None and _midnight(first) <= at + timedelta(days=31 if day == 1 else 0) and at <= last:
            return at
    at = _date(last.year, month, day)
    return _date(last.year - 1, month, day) if at is not None and at > last + timedelta(days=180) else at


def _numeric(a: int, b: int, year: str | None, mark: str, calendar: Calendar) -> datetime | None:
    full = str(2000 + int(year)) if year and len(year) == 2 else year
    readings = [_year_less(full, b, a, calendar), _year_less(full, a, b, calendar) if mark == "/" else None]
    there = [r for r in readings if r is not None]
    first, last = calendar.first_at, calendar.last_at
    inside = [r for r in there if first and last and _midnight(first) <= r <= last]
    return next(iter(inside or there), None)


def _month_after(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)


def _clocks(low: str) -> list[_Clock]:
    found: list[_Clock] = []

    def add(start: int, end: int, hours: int, minutes: int, seconds: float, granule: int, zone: str | None) -> None:
        if hours > 24 or minutes > 59 or seconds >= 60 or any(start < c.end and end > c.start for c in found):
            return
        since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        found.append(_Clock(start, end, since, granule, _zone(zone)))

    for m in _CLOCK.finditer(low):
        seconds = float(f"{m[3] or 0}.{m[4] or 0}")
        add(m.start(), m.end(), _hour(int(m[1]), m[5]), int(m[2]), seconds, 1 if m[3] else 60, m[6])
    for m in _HOUR.finditer(low):
        add(m.start(), m.end(), _hour(int(m[1]), m[2].replace(".", "")), 0, 0, 3600, m[3])
    for m in _HOUR_OF.finditer(low):
        add(m.start(), m.end(), _hour(int(m[1]), "am" if m[2] == "morning" else "pm"), 0, 0, 3600, None)
    for m in _WORD_TIME.finditer(low):
        add(m.start(), m.end(), 0 if m[1] == "midnight" else 12, 0, 0, 60, None)
    for m in _BARE.finditer(low):
        add(
            m.start(1),
            m.end(1),
            _hour(int(m[1]), m[3] if m[3] == "pm" and int(m[1]) < int(m[2]) else None),
            0,
            0,
            3600,
            None,
        )
        add(m.start(2), m.end(2), _hour(int(m[2]), m[3]), 0, 0, 3600, None)
    for m in _BARE_ONE.finditer(low):
        add(m.start(1), m.end(1), int(m[1]), 0, 0, 3600, None)
    return sorted(found, key=lambda c: c.start)


def _hour(hour: int, half: str | None) -> int:
    if half == "pm" and hour < 12:
        return hour + 12
    return 0 if half == "am" and hour == 12 else hour


def _zone(text: str | None) -> timezone | None:
    if not text or text[0] not in "+-":
        return None
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    return timezone(sign * timedelta(hours=hours, minutes=minutes)) if hours < 15 and minutes < 60 else None


# ---------------------------------------------------------------------- windows

_Found = tuple[int, int, tuple[datetime | None, datetime | None], bool]
_Free = Callable[[int, int], bool]

_OPENERS = re2.compile(r"(?:\bbetween|\bfrom)\s+(?:the\s+)?$")
_LINKS = ("and", "to", "until", "till", "through", "-", "up to", "and the", "to the")
_SINCE = re2.compile(r"\b(since|after|from|starting(?: at| on| from)?|later than|as of|past)\s+(?:the\s+)?$")
_BEFORE = re2.compile(r"\b(before|until|till|prior to|up to|earlier than|by)\s+(?:the\s+)?$")
_AROUND = re2.compile(r"\b(around|about|near|circa|roughly at|at about|at around)\s+(?:the\s+)?$")
_ON = re2.compile(r"\b(at|on|in|during|for|of|within|on the|in the)\s+(?:the\s+)?$")
_PART = re2.compile(r"^\s*(morning|afternoon|evening|night)\b|^\s+in the (morning|afternoon|evening)\b")
_PART_OF = re2.compile(r"\b(morning|afternoon|evening|night) (?:of|on) (?:the )?$")


def _pairs(low: str, points: Sequence[_Point], calendar: Calendar, free: _Free) -> list[_Found]:
    """Return ``between A and B``, ``from A to B`` and ``A - B``."""
    found: list[_Found] = []
    for one, two in pairwise(points):
        between = low[one.end : two.start].strip(" ,")
        opened = _OPENERS.search(low[: one.start])
        joined = between in _LINKS or (between in ("", "on", "on the") and False)
        if not joined or (opened is None and between.startswith("and")):
            continue
        start, end = one.at, two.until if two.until - two.at >= timedelta(days=1) else two.at
        if end <= start and two.until - two.at < timedelta(days=1):
            end += timedelta(days=1)  # from 21:00 to 02:00
        if end <= start:
            continue
        last = two.end
        after = next((p for p in points if p.start >= two.end), None)
        if after is not None and low[two.end : after.start].strip(" ,") in ("on", "on the", "", "of"):
            last = after.end  # "between 9 and 10 on 9 March": the day belongs to it
        at = opened.start() if opened else one.start
        found.append((at, last, (start, end), one.relative or two.relative))
    return found


_LAST = re2.compile(
    rf"\b(?:in |within |during |over |for )?(?:the )?(last|past|previous|recent) (?:{_NUMBER} )?{_UNIT}\b"
)
_AGO = re2.compile(rf"\b{_NUMBER} {_UNIT} ago\b")
_FROM_POINT = re2.compile(
    rf"\b(?:in |within |during )?(?:the )?(?:first |last )?{_NUMBER}?\s?{_UNIT} (before|after|following|around|of)"
    r"\s+(?:the\s+)?$"
)
_FROM_THAT = re2.compile(
    rf"\b(?:in |within |during )?(?:the )?{_NUMBER}?\s?{_UNIT} (before|after)(?: (?:that|this|it|then)\b|\W*$)"
)
_NEXT_TO = re2.compile(r"\b(?:on |in |during )?(?:the )?(previous|preceding|next|following) (day|hour|week|night)\W*$")
_BEFORE_THAT = re2.compile(r"\b(before|after|since) (?:that|then)\W*$")
_CALENDAR = re2.compile(
    r"\b(?:in |during )?(this|last|past|previous) (week|month|year|morning|afternoon|evening|night|weekend)\b"
    r"|\b(tonight|overnight)\b"
)
_CASE = re2.compile(
    r"\b(?:(during|while|in the course of|throughout|before|prior to|after|since|until|up to)) "
    r"(?:the |that |this )?(?:last |latest )?"
    r"(incident|attack|case|intrusion|breach|compromise)\b(?: (?:ran|began|started|happened|was on))?"
)


def _offsets(low: str, points: Sequence[_Point], calendar: Calendar, free: _Free) -> list[_Found]:
    """Return stretches counted from now, from a point, from the calendar or from a case."""
    found: list[_Found] = []
    anchor, today = calendar.anchor, _midnight(calendar.anchor)
    said = calendar.window
    if said and (m := _NEXT_TO.search(low)):
        back = m[1] in ("previous", "preceding")
        edge = said.start_at if back else said.end_at
        if edge:
            length = timedelta(seconds=_UNITS.get(m[2], 86400))
            found.append((m.start(), m.end(), (edge - length, edge) if back else (edge, edge + length), False))
    for m in _LAST.finditer(low):
        seconds = _seconds(m[2] or "one", m[3])
        if m[1] == "last" and m[3].startswith(("day", "week")) and not m[2]:
            days = 1 if m[3].startswith("day") else 7
            found.append((m.start(), m.end(), (anchor - timedelta(days=days), None), True))
        else:
            found.append((m.start(), m.end(), (anchor - timedelta(seconds=seconds), None), True))
    for m in _AGO.finditer(low):
        seconds = _seconds(m[1], m[2])
        at = anchor - timedelta(seconds=seconds)
        unit = _UNITS[m[2].rstrip("s")]
        before = low[: m.start()]
        if opened := _SINCE.search(before):
            found.append((opened.start(), m.end(), (at, None), True))
        elif unit >= 86400:
            found.append((m.start(), m.end(), (_midnight(at), _midnight(at) + timedelta(days=1)), True))
        else:
            found.append((m.start(), m.end(), (at, at + timedelta(seconds=unit)), True))
    for point in points:
        m = _FROM_POINT.search(low[: point.start])
        if m is None:
            continue
        length = timedelta(seconds=_seconds(m[1] or "one", m[2]))
        if m[3] == "before":
            counted = (point.at - length, point.at)
        elif m[3] in ("after", "following"):
            counted = (point.at, point.at + length)
        else:
            counted = (point.at - length, point.until + length)
        found.append((m.start(), point.end, counted, point.relative))
    for m in _FROM_THAT.finditer(low):
        length = timedelta(seconds=_seconds(m[1] or "one", m[2]))
        if m[3] == "before" and said and said.start_at:
            found.append((m.start(), m.end(), (said.start_at - length, said.start_at), False))
        elif m[3] == "after" and said and said.end_at:
            found.append((m.start(), m.end(), (said.end_at, said.end_at + length), False))
    if said and not found and (m := _BEFORE_THAT.search(low)):
        if m[1] == "before" and said.start_at:
            found.append((m.start(), m.end(), (None, said.start_at), False))
        elif m[1] != "before" and said.end_at:
            found.append((m.start(), m.end(), (said.end_at, None), False))
    for m in _CALENDAR.finditer(low):
        found.append((m.start(), m.end(), _calendar(m[1] or "this", m[2] or m[3], today), True))
    for m in _CASE.finditer(low):
        for word, first, last in calendar.spans:
            if word != "incident":
                continue
            end = last + timedelta(microseconds=1)
            window: tuple[datetime | None, datetime | None] = {
                "before": (None, first), "prior to": (None, first), "until": (None, first), "up to": (None, first),
                "after": (end, None), "since": (end, None),
            }.get(m[1], (first, end))  # fmt: skip
            found.append((m.start(), m.end(), window, False))
    return found


def _seconds(number: str, unit: str) -> float:
    word = number.removeprefix("a ") if number not in ("a", "an") else number
    return (float(number) if number.isdigit() else _WORDS[word]) * _UNITS[unit.rstrip("s")]


def _calendar(which: str, what: str, today: datetime) -> tuple[datetime | None, datetime | None]:
    back = which in ("last", "past", "previous")
    day = timedelta(days=1)
    if what == "tonight":
        return today + timedelta(hours=18), today + timedelta(hours=30)
    if what == "overnight":
        return today - timedelta(hours=6), today + timedelta(hours=6)
    if what in _PARTS:
        first, last = _PARTS[what]
        base = today - day if back else today
        return base + timedelta(hours=first), base + timedelta(hours=last)
    if what == "weekend":
        saturday = today - timedelta(days=(today.weekday() - 5) % 7)
        if back and today.weekday() >= 5:
            saturday -= timedelta(days=7)
        return saturday, saturday + 2 * day
    if what == "week":
        monday = today - timedelta(days=today.weekday() + (7 if back else 0))
        return monday, monday + 7 * day
    if what == "month":
        first_day = today.replace(day=1)
        first_day = (first_day - day).replace(day=1) if back else first_day
        return first_day, _month_after(first_day)
    year = today.year - (1 if back else 0)
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def _singles(low: str, points: Sequence[_Point], calendar: Calendar, free: _Free) -> list[_Found]:
    """Return single points with the word before them: ``since``, ``before``, ``around``, ``on``."""
    found: list[_Found] = []
    for point in points:
        if not free(point.start, point.end):
            continue
        one = _with_part(low, point)
        before = low[: one.start]
        whole = one.until - one.at >= timedelta(days=1)
        if m := _SINCE.search(before):
            start = one.until if m[1] in ("after", "later than", "past") and whole else one.at
            # "after 18:00 on 9 March" is that evening; "since 18:00 on 9 March" goes on
            day_end = _midnight(one.at) + timedelta(days=1)
            until = day_end if one.own_day and m[1] in ("after", "later than", "past", "from") else None
            found.append((m.start(), one.end, (start, until), one.relative))
        elif m := _BEFORE.search(before):
            inclusive = m[1] in ("until", "till", "up to", "by") and whole
            found.append((m.start(), one.end, (None, one.until if inclusive else one.at), one.relative))
        elif (m := _AROUND.search(before)) and not whole:
            granule = int((one.until - one.at).total_seconds())
            pad = timedelta(seconds=_NEAR.get(granule, 1800))
            found.append((m.start(), one.end, (one.at - pad, one.until + pad), one.relative))
        else:
            m = _ON.search(before)
            found.append((m.start() if m else one.start, one.end, (one.at, one.until), one.relative))
    return found


def _with_part(low: str, point: _Point) -> _Point:
    """Return the point narrowed to a part of its day: ``Monday morning``, ``the night of 9 March``."""
    if point.until - point.at != timedelta(days=1):
        return point
    after = _PART.search(low[point.end :])
    ahead = _PART_OF.search(low[: point.start])
    if after is None and ahead is None:
        return point
    part = (after[1] or after[2]) if after is not None else ahead[1]
    first, last = _PARTS[part]
    start, end = (point.start, point.end + after.end()) if after is not None else (ahead.start(), point.end)
    return replace(
        point, start=start, end=end, at=point.at + timedelta(hours=first), until=point.at + timedelta(hours=last)
    )
