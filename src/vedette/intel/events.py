"""Dates in a report's sentences, made ISO 8601, with what the sentence is about.

A date is as exact as it is said: a month stays a month. A day or month without a year takes the year of the nearest
date before it in the document, else that in which it lies nearest to the document's own date; what is told relative to
now ("yesterday", "last month") only where the document says when it was published. A date that none of this settles is
no event.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import re2

from vedette.intel import foreign_dates
from vedette.knowledge.tools.base import encodable
from vedette.schema import Document
from vedette.schema.intel import EntityMention, MentionKind, ReportEvent, SeenObservable, TechniqueMention, key_of

_MONTHS = {
    name: at
    for at, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|"
        "nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "several": 0}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
_YEAR = r"(?:19[89]\d|20[0-4]\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_TH = r"(?:st|nd|rd|th)?"
_ZONE = r"(?:Z|UTC|GMT|\s?UTC|\s?GMT|[+-]\d{2}:?\d{2})"
_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?:\.\d+)?"

_ISO = re2.compile(rf"\b({_YEAR})[-/.](0?[1-9]|1[0-2])[-/.]({_DAY})(?:(?:[T ]|,? at ){_CLOCK}\s?({_ZONE})?)?(?:\b|$)")
_ISO_MONTH = re2.compile(rf"\b({_YEAR})[-/](0[1-9]|1[0-2])\b")
_MDY = re2.compile(
    rf"(?i)\b({_MONTH})\.? ({_DAY}){_TH}(?:\s?(?:-|–|—|to|through|until|and)\s?(?:({_MONTH})\.? )?({_DAY}){_TH})?"
    rf"(?:,? (?:of )?({_YEAR}))?\b"
)
_DMY = re2.compile(
    rf"(?i)\b({_DAY}){_TH}(?:\s?(?:-|–|—|to|through|until|and)\s?({_DAY}){_TH})?(?: of)? ({_MONTH})\.?"
    rf"(?:,? ({_YEAR}))?\b"
)
_MY = re2.compile(
    rf"(?i)\b(?:(early|mid|late|the beginning of|the end of)[- ])?({_MONTH})\.?"
    rf"(?:(?: ({_YEAR}))?\s?(?:-|–|—|to|through|until|and)\s?({_MONTH})\.?)?,? (?:of )?({_YEAR})\b"
)
_SLASHED = re2.compile(rf"\b({_DAY})/({_DAY})/({_YEAR})\b")
_QUARTER = re2.compile(rf"(?i)\b(?:Q([1-4])|(first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?: of)?,? ({_YEAR})\b")
_HALF = re2.compile(rf"(?i)\b(?:H([12])|(first|second) half)(?: of)?,? ({_YEAR})\b")
_SEASON = re2.compile(rf"(?i)\b(spring|summer|autumn|fall)(?: of)?,? ({_YEAR})\b")
_YEARS = re2.compile(
    rf"(?i)\b(?:from |between )({_YEAR}) (?:to|and|until|through) ({_YEAR})\b|\b({_YEAR})\s?[–—-]\s?({_YEAR})\b"
)
_YEAR_ALONE = re2.compile(
    rf"(?i)\b(?:in|since|during|until|by|of|from|early|late|mid|throughout|before|after|as early as|as far back as|"
    rf"back to|year)[ -]({_YEAR})\b"
)
_BARE_MONTH = re2.compile(rf"(?i)\b(?:in|since|during|until|by|of|from|early|late|mid|mid-|last|this) ({_MONTH})\b")
_ON_THE = re2.compile(rf"(?i)\b(?:on|by|until|since) the ({_DAY})(?:st|nd|rd|th)\b")
_RELATIVE = re2.compile(
    r"(?i)\b(today|yesterday|last week|last month|last year|this week|this month|this year|earlier this month|"
    r"earlier this year|(\d{1,3}|a|an|one|two|three|four|five|six) (day|week|month|year)s? ago)\b"
)
_NO_EVENT = re2.compile(r"(?i)\b(?:copyright|©|all rights reserved|last updated|updated on|posted on|published on)\b")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text."""

    at: str
    until: str
    start: int
    end: int


@dataclass(slots=True)
class _Now:
    """What a date without a year is read against."""

    published: date | None
    year: int | None = None
    month: int | None = None


def dates(text: str, published: date | None = None, year: int | None = None, month: int | None = None) -> list[Dated]:
    """Return the dates of one text, by place, none within another.

    Args:
        text: a sentence.
        published: the day that it was written, where that is known.
        year: the year that a date without one falls into; None: that of ``published``.
        month: the month that a day without one falls into.
    """
    return _dates(foreign_dates.spaced(encodable(text)), _Now(published, year, month))


def find(
    document: Document,
    sentences: Sequence[tuple[int, int]],
    things: Sequence[SeenObservable | EntityMention | TechniqueMention],
) -> list[ReportEvent]:
    """Return what a report says happened at a time, by time.

    Args:
        document: the report; its own date settles what is told relative to it.
        sentences: offsets of its sentences.
        things: names, values and techniques in it: those in a dated sentence are what its event is about.
    """
    ordered = sorted(
        (t for t in things if not (isinstance(t, EntityMention) and t.kind is MentionKind.DATE)),
        key=lambda t: (t.start, t.end),
    )
    now = _Now(document.published_at.date() if document.published_at else None)
    out: list[ReportEvent] = []
    first = 0
    for start, end in sorted(sentences):
        text = document.text[start:end]
        while first < len(ordered) and ordered[first].start < start:
            first += 1
        plain = foreign_dates.spaced(encodable(text))
        found = _dates(plain, now)
        if not found or _NO_EVENT.search(plain):
            continue
        keys, at = [], first
        while at < len(ordered) and ordered[at].start < end:
            if ordered[at].end <= end:
                keys.append(key_of(ordered[at]))
            at += 1
        for item in found:
            out.append(
                ReportEvent(
                    at=item.at, until=item.until, text=text, start=start, end=end, keys=tuple(dict.fromkeys(keys))
                )
            )
    return sorted(dict.fromkeys(out), key=lambda e: (e.at, e.until, e.start))


def _dates(text: str, now: _Now) -> list[Dated]:
    found: list[Dated] = []
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in taken)

    def put(m: re2._Match[str], at: str | None, until: str | None = "") -> None:
        place(m.start(), m.end(), at, until)

    def place(start: int, end: int, at: str | None, until: str | None = "") -> None:
        if at is None or until is None or not free(start, end):
            return
        taken.append((start, end))
        found.append(Dated(at, "" if until == at else until, start, end))
        now.year = int(at[:4])
        if len(at) >= 7:
            now.month = int(at[5:7])

    for start, end, iso in foreign_dates.find(text):
        place(start, end, iso)
    for m in _ISO.finditer(text):
        put(m, _stamp(m))
        taken.append((m.start(), m.end()))  # 2024-02-30 is no date, and its year no other one
    for m in _MDY.finditer(text):
        year = int(m[5]) if m[5] else _year(now, _MONTHS[m[1].casefold()], int(m[2]))
        first = _day(year, _MONTHS[m[1].casefold()], int(m[2]))
        last = _day(year, _MONTHS[(m[3] or m[1]).casefold()], int(m[4])) if m[4] else ""
        if m[1].casefold() != "may" or m[1][0].isupper():
            put(m, first, last)
    for m in _DMY.finditer(text):
        year = int(m[4]) if m[4] else _year(now, _MONTHS[m[3].casefold()], int(m[1]))
        month = _MONTHS[m[3].casefold()]
        if m[3].casefold() != "may" or m[3][0].isupper():
            put(m, _day(year, month, int(m[1])), _day(year, month, int(m[2])) if m[2] else "")
    for m in _SLASHED.finditer(text):
        put(m, _slashed(int(m[1]), int(m[2]), int(m[3])))
    for m in _MY.finditer(text):
        year, month = int(m[5]), _MONTHS[m[2].casefold()]
        if m[4]:
            put(m, f"{m[3] or year}-{month:02}", f"{year}-{_MONTHS[m[4].casefold()]:02}")
        else:
            put(m, f"{year}-{month:02}")
    for m in _ISO_MONTH.finditer(text):
        put(m, f"{m[1]}-{m[2]}")
    for m in _QUARTER.finditer(text):
        quarter = int(m[1]) if m[1] else _QUARTERS[m[2].casefold()]
        put(m, f"{m[3]}-{3 * quarter - 2:02}", f"{m[3]}-{3 * quarter:02}")
    for m in _HALF.finditer(text):
        half = int(m[1]) if m[1] else _QUARTERS[m[2].casefold()]
        put(m, f"{m[3]}-{6 * half - 5:02}", f"{m[3]}-{6 * half:02}")
    for m in _SEASON.finditer(text):
        low, high = _SEASONS[m[1].casefold()]
        put(m, f"{m[2]}-{low:02}", f"{m[2]}-{high:02}")
    for m in _YEARS.finditer(text):
        put(m, m[1] or m[3], m[2] or m[4])
    for m in _YEAR_ALONE.finditer(text):
        put(m, m[1])
    for m in _BARE_MONTH.finditer(text):
        if m[1][0].isupper():
            known = _year(now, _MONTHS[m[1].casefold()])
            put(m, f"{known}-{_MONTHS[m[1].casefold()]:02}" if known else None)
    for m in _ON_THE.finditer(text):
        if now.year and now.month:
            put(m, _day(now.year, now.month, int(m[1])))
    if now.published is not None:
        for m in _RELATIVE.finditer(text):
            put(m, *_relative(m, now.published))
    return sorted(found, key=lambda d: d.start)


def _year(now: _Now, month: int, day: int = 15) -> int | None:
    """Return the year of a day that is named without one: the text's own, else the nearest to when it was published."""
    if now.year is not None:
        return now.year
    if now.published is None:
        return None
    return foreign_dates.nearest_year(now.published, month, day)


def _day(year: int | None, month: int, day: int) -> str | None:
    if year is None or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year}-{month:02}-{day:02}"


def _slashed(first: int, second: int, year: int) -> str | None:
    """Return a day written with slashes; only its year where either number may be the month."""
    if first <= 12 and second <= 12 and first != second:
        return str(year)
    month, day = (first, second) if first <= 12 else (second, first)
    return _day(year, month, day) if month <= 12 else None


def _stamp(m: re2._Match[str]) -> str | None:
    day = _day(int(m[1]), int(m[2]), int(m[3]))
    if day is None or not m[4]:
        return day
    clock = f"{day}T{int(m[4]):02}:{m[5]}:{m[6] or '00'}"
    zone = (m[7] or "").strip().upper()
    if zone in ("Z", "UTC", "GMT"):
        return f"{clock}Z"
    return f"{clock}{zone[:3]}:{zone[-2:]}" if zone else clock


def _relative(m: re2._Match[str], today: date) -> tuple[str | None, str]:
    words = m[1].casefold()
    if words == "today":
        return today.isoformat(), ""
    if words == "yesterday":
        return (today - timedelta(days=1)).isoformat(), ""
    if words in ("this year", "earlier this year", "last year"):
        return str(today.year - (words == "last year")), ""
    if words in ("this month", "earlier this month"):
        return f"{today:%Y-%m}", ""
    if words == "last month":
        return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}", ""
    if words in ("last week", "this week"):
        monday = today - timedelta(days=today.weekday() + (7 if words == "last week" else 0))
        return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    n = int(m[2]) if m[2].isdigit() else _NUMBERS[m[2].casefold()]
    unit = m[3].casefold()
    if unit == "day":
        return (today - timedelta(days=n)).isoformat(), ""
    if unit == "week":
        monday = today - timedelta(days=7 * n + today.weekday())
        return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    months = today.year * 12 + today.month - 1 - (n if unit == "month" else 12 * n)
    if months < 12:
        return None, ""
    return (f"{months // 12:04}-{months % 12 + 1:02}" if unit == "month" else f"{months // 12:04}"), ""
