"""Days as other languages write them: ``5. Mai 2025``, ``12 мая 2025 г.``, ``2025年5月12日``, ``5 de mayo de 2025``."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

import re2

from vedette.knowledge.tools.base import encodable

_NAMES = {
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "de2": "jänner feber maerz - - - - - sept okt nov dez",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
MONTHS = {
    name: at for names in _NAMES.values() for at, name in enumerate(names.split(), start=1) if name != "-"
}  # fmt: skip
"""Months by their names in small letters."""
_MONTH = "|".join(sorted(MONTHS, key=lambda name: (-len(name), name)))
_YEAR = r"(?:19[89]\d|20[0-4]\d)"
_WRITTEN = re2.compile(
    rf"(?i)(?:^|[^\w.])((0?[1-9]|[12]\d|3[01])(?:\.|º|°|er)? (?:de )?({_MONTH})\.?,? (?:de )?({_YEAR})"
    r"(?: г\.?| года| р\.)?)(?:\W|$)"
)
_SIGNS = re2.compile(rf"(({_YEAR}) ?[年년] ?(1[0-2]|0?[1-9]) ?[月월](?: ?(3[01]|[12]\d|0?[1-9]) ?[日일])?)")


_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2007\u2009\u2002\u2003\u200a\n\r\t", " "))
_AHEAD = 2
"""How many times as far a day to come lies as one past: a report tells mostly of what was."""


def spaced(text: str) -> str:
    """Return a text with every kind of space as a plain one, each sign in its place."""
    return text.translate(_SPACES)


def nearest_year(published: date, month: int, day: int = 15) -> int:
    """Return the year in which a day without one lies nearest to when its report was published."""

    def far(year: int) -> int:
        days = (date(year, month, min(day, calendar.monthrange(year, month)[1])) - published).days
        return days * _AHEAD if days > 0 else -days

    return min((year for year in range(max(1, published.year - 1), min(9999, published.year + 1) + 1)), key=far)


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, ISO 8601) of days that English does not write so; none that is no day."""
    plain = spaced(encodable(text))
    for found in _WRITTEN.finditer(plain):
        if (iso := _iso(found[4], MONTHS[found[3].lower()], found[2])) is not None:
            yield found.start(1), found.end(1), iso
    for found in _SIGNS.finditer(plain):
        if found[4] is None:
            yield found.start(1), found.end(1), f"{found[2]}-{int(found[3]):02d}"
        elif (iso := _iso(found[2], int(found[3]), found[4])) is not None:
            yield found.start(1), found.end(1), iso


def _iso(year: str, month: int, day: str) -> str | None:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return None
