"""Dates in running text, with what they say in ISO 8601: as exact as they are written, never more."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vedette.intel import foreign_dates

_MONTHS = "january february march april may june july august september october november december".split()
_NUMBER = {name: i + 1 for i, name in enumerate(_MONTHS)} | {name[:3]: i + 1 for i, name in enumerate(_MONTHS)}
_NUMBER["sept"] = 9
_MONTH = (
    r"(?P<{0}>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?P<{0}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<{0}>(?:19[89]|20[0-4])\d)"
_COMMA = r"(?:\s?,\s|\s|,)"
_STRETCH = (
    r"(?:(?:the )?(?:beginning|start|end|middle|first half|second half) of |early[- ]|mid[- ]|late[- ]"
    r"|(?:spring|summer|autumn|fall|winter)(?: of)? )"
)
_BEFORE = r"(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Dd]uring|[Ff]rom|[Ll]ast|[Tt]his|[Oo]f|[Bb]etween|[Aa]nd|[Tt]o)"
_CLOCK = r"[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"

_FORMS = (
    # 2021-05-04, 2021/05/04, with a time of day behind it
    rf"\b{_YEAR.format('iy')}[-/.](?P<im>0[1-9]|1[0-2])[-/.](?P<id>0[1-9]|[12]\d|3[01])(?P<it>{_CLOCK})?\b",
    # 16 October 2020, 16th of October
    rf"\b{_DAY.format('dd')}(?:\s(?:of\s)?|-){_MONTH.format('dm')}(?:(?:{_COMMA}|-){_YEAR.format('dy')})?\b",
    # October 16, 2020; Oct. 16
    rf"\b{_MONTH.format('md')}\s{_DAY.format('mdd')}\b(?:{_COMMA}{_YEAR.format('mdy')}\b)?(?![.,]?\d)",
    # early March 2020
    rf"\b{_STRETCH}?{_MONTH.format('m')}(?:\s|\sof\s|,\s){_YEAR.format('my')}\b",
    # Q3 2021
    rf"\bQ[1-4]\s?(?:of\s)?{_YEAR.format('qy')}\b",
    # early 2020, mid-2019, summer of 2021
    rf"\b{_STRETCH}{_YEAR.format('py')}\b(?![-/]\d)",
    # 04/05/2021
    rf"\b(?P<n1>0?[1-9]|[12]\d|3[01])[/.](?P<n2>0?[1-9]|[12]\d|3[01])[/.]{_YEAR.format('ny')}\b(?![.,]?\d)",
    # in early March, since May
    rf"\b{_BEFORE}\s(?P<alone>(?:early |mid-|mid |late )?{_MONTH.format('am')})\b(?!\.?\s?\d|[\w-])",
    # in 2020
    r"(?<![\w.,:/-])(?<!port )(?P<year>(?:19[89]|20[0-4])\d)\b(?![.,]?\d|[-/:_]\w|\s?%)",
    # last year
    r"(?i:\b(?P<rel>(?:last|this|past|previous|earlier this|later this) (?:year|month|week)|yesterday"
    r"|today(?=[,. ]))\b)",
)
_DATE = re.compile("|".join(f"(?:{form})" for form in _FORMS))


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date as a text says it."""

    start: int
    end: int
    iso: str | None
    """``2021``, ``2021-03``, ``2021-03-04``, ``2021-03-04T10:00:00Z``; None where its year is not said."""


def find(text: str, published_at: datetime | None = None) -> Iterator[SaidDate]:
    """Yield the dates of a text.

    Args:
        text: what is read.
        published_at: the day of the document, by which ``last year`` and ``in May`` are told.
    """
    text = foreign_dates.spaced(text)
    foreign = sorted(foreign_dates.find(text))
    for low, high, iso in foreign:
        yield SaidDate(low, high, iso)
    ends = [high for _, high, _ in foreign]
    for found in _DATE.finditer(text):
        at = bisect_right(ends, found.start())
        if at < len(foreign) and foreign[at][0] < found.end():
            continue
        said = {key: value for key, value in found.groupdict().items() if value is not None}
        start, end = found.span("alone") if "alone" in said else found.span()
        iso_or_none = _iso(said, published_at.date() if published_at else None)
        if iso_or_none is not None or "iy" not in said:  # 2024-02-30 is no day
            yield SaidDate(start, end, iso_or_none)


def _month(word: str) -> int:
    return _NUMBER[word.lower().rstrip(".")]


def _day(year: str, month: int, day: str) -> str | None:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None


def _iso(said: dict[str, str], published: date | None) -> str | None:
    if "iy" in said:
        return _timed(_day(said["iy"], int(said["im"]), said["id"]), said.get("it", ""))
    if "dd" in said or "mdd" in said:
        month = _month(said.get("dm") or said["md"])
        day, year = said.get("dd") or said["mdd"], said.get("dy") or said.get("mdy")
        if year is None and published is not None:
            year = str(foreign_dates.nearest_year(published, month, int(day)))
        return _day(year, month, day) if year else None
    if "m" in said:
        return f"{said['my']}-{_month(said['m']):02d}"
    if "ny" in said:
        first, second = int(said["n1"]), int(said["n2"])
        if first > 12 or first == second:
            return _day(said["ny"], second, said["n1"]) if second <= 12 else None
        return _day(said["ny"], first, said["n2"]) if second > 12 else said["ny"]
    if "am" in said:
        month = _month(said["am"])
        return f"{foreign_dates.nearest_year(published, month)}-{month:02d}" if published else None
    for key in ("qy", "py", "year"):
        if key in said:
            return said[key]
    return _relative(said.get("rel", "").lower(), published)


def _timed(day: str | None, time: str) -> str | None:
    if day is None or not time:
        return day
    clock = re.match(r"[T ](\d{2}):(\d{2})(?::(\d{2}))?", time)
    zone = time.strip()[-3:]
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59 or not (zone.endswith("Z") or zone in ("UTC", "GMT")):
        return day
    return f"{day}T{clock[1]}:{clock[2]}:{clock[3] or '00'}Z"


def _relative(word: str, published: date | None) -> str | None:
    if published is None or not word or word.startswith("past"):
        return None
    back = word.startswith(("last", "previous"))
    if word.endswith("year"):
        return str(published.year - back)
    if word.endswith("month"):
        whole = published.year * 12 + published.month - 1 - back
        return f"{whole // 12}-{whole % 12 + 1:02d}"
    if word == "today":
        return published.isoformat()
    if word == "yesterday":
        return (published - timedelta(days=1)).isoformat()
    return None
