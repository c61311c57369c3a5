"""The head of a syslog line: priority, time, host, program; RFC 3164, ISO times, RFC 5424, relayed lines.

Every pattern is anchored and every repeated part is bounded or cannot give back, so a line is read in
linear time. RFC 3164 times have neither year nor zone: the year comes from the user and is carried
over New Year by :class:`Years`; the zone is put on where times are converted.

Source: RFC 3164, RFC 5424, RFC 6587 (octet counting); rsyslog's file formats.
"""

from __future__ import annotations

import re

from vedette.ingest.base import Native, RecordError
from vedette.ingest.times import NEEDS_YEAR

MAX_HOPS = 3
"""Relays that put their own head before the line."""

MAX_YEARS = 100
"""New Years that one file may pass."""
_STEPS = (5, 9)

NO_TIME = "syslog line without a time"
NOT_SYSLOG = "not a syslog line"

MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}

SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
FACILITIES = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *("ntp", "audit", "alert", "clock"),
    *(f"local{number}" for number in range(8)),
)

_PRI = re.compile(r"(?:\d{1,7} )?<(\d{1,3})>")
_BSD = re.compile(
    r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(?: (UTC|GMT))? "
    r"([\w.:@%/*~()\[\]-]{1,255})(?: (.*))?",
    re.DOTALL,
)
_ISO = re.compile(
    # T, or a zone: "2024-05-01 10:00:00 INFO …" is how programs write their own logs
    r"(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?"
    r"| \d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2}))) ([\w.:@%/*~()\[\]-]{1,255})(?: (.*))?",
    re.DOTALL,
)
_IETF = re.compile(r"\d{1,2} (\S{1,64}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,64}) (.*)", re.DOTALL)
# sshd[1]:, sshd(pam_unix)[1]:, polkitd(authority=local):
_TAG = re.compile(r"([^\s:\[\]<>=\"()]{1,128}(?:\([^\s:()]{1,64}\))?)(?:\[([^\]\s]{1,64})\])?:(?: (.*)|$)", re.DOTALL)
_SD_ID = re.compile(r"\[([^\s=\]\"]{1,64})")
_SD_PARAM = re.compile(r' ([^\s=\]"]{1,64})="((?:[^"\\\]]|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\\]])')


class Years:
    """The year of times that do not write it, in the order of a file.

    The user's word is the year of the first line. A month that jumps back by half a year or more is
    the next year; one that jumps ahead as far right after that is a late line of the year before and
    changes nothing, so that hostile times cannot push the year on.
    """

    def __init__(self, year: int | None) -> None:
        self._first = year
        self._year = year
        self._month = 0

    def of(self, month: int) -> int:
        """Return the year of a time in ``month``.

        Raises:
            RecordError: the user did not say the year of the file.
        """
        if self._year is None or self._first is None:
            raise RecordError(NEEDS_YEAR)
        if month == self._month:
            return self._year
        if self._month - month >= 6:
            self._year += self._year - self._first < MAX_YEARS
        elif self._month and month - self._month >= 6 and self._year > self._first:
            return self._year - 1
        self._month = month
        return self._year

    def lines(self) -> bytes:
        """Return lines that bring a new keeper to the same year and month."""
        if self._first is None or self._year is None or not self._month:
            return b""
        months: list[int] = []
        for _ in range(self._year - self._first):
            # up to December in steps too short to look like a late line, then over New Year
            months += [*(_STEPS if months else ()), 12, 1]
        if months:
            months += [step for step in _STEPS if step < self._month]
        names = {number: name for name, number in MONTHS.items()}
        return b"\n".join(f"{names[month]}  1 00:00:00 - -:".encode() for month in [*months, self._month])


def parse_line(text: str) -> Native | None:
    """Return the fields of a syslog line, None if it is none.

    ``timestamp`` (ISO, or ``month-day time`` after ``--`` where the year is not written), ``host``,
    ``program``, ``pid``, ``message``; ``facility`` and ``severity`` with a priority; ``relay`` for
    the hosts that passed it on; ``msgid``, ``sd.ID.PARAM`` for RFC 5424.
    """
    native: Native = {}
    relays: list[str] = []
    whole_time: str | None = None
    for _ in range(MAX_HOPS):
        rest = _read_head(native, text)
        if rest is None:
            if not relays:
                return None
            native["message"] = text
            break
        stamp = native["timestamp"]
        if _is_whole(stamp):
            whole_time = stamp
        if rest == "" or not _starts_head(rest):
            break
        relays.append(native.pop("host", ""))
        text = rest
    stamp = native.get("timestamp")
    if whole_time is not None and not _is_whole(stamp):
        # a relay's whole time is better than an own one without year and zone
        native["timestamp"] = whole_time
    if relays:
        if "host" not in native:
            native["host"] = relays.pop()
        if relays:
            native["relay"] = ", ".join(relay for relay in relays if relay)
    return native


def _is_whole(stamp: str | None) -> bool:
    """Return whether a time has year and zone."""
    return stamp is not None and stamp[:1] != "-" and (stamp[-1] == "Z" or "+" in stamp[19:] or "-" in stamp[19:])


def _starts_head(rest: str) -> bool:
    first = rest[0]
    if first == "<":
        return _PRI.match(rest) is not None
    if first.isdigit():
        return _ISO.match(rest) is not None or _PRI.match(rest) is not None
    return rest[:3] in MONTHS and _BSD.match(rest) is not None


def _read_head(native: Native, text: str) -> str | None:
    """Read one head into ``native``.

    Returns what follows it where no program stands, "" if all is read, None if there is no head.
    """
    pri = _PRI.match(text)
    if pri is not None:
        value = int(pri[1])
        if value < 8 * len(FACILITIES):
            native["facility"] = FACILITIES[value >> 3]
            native["severity"] = SEVERITIES[value & 7]
        text = text[pri.end() :]
        if text[1:2] == " " or text[2:3] == " ":
            match = _IETF.fullmatch(text)
            if match is not None and text[0].isdigit():
                return _read_ietf(native, match)
    match = _BSD.fullmatch(text)
    if match is not None:
        month, day, year, clock, fraction, zone, host, rest = match.groups()
        number = MONTHS.get(month)
        if number is None:
            return None
        stamp = f"{year or '--'}-{number:02d}-{int(day):02d}T{clock}{fraction or ''}"
        native["timestamp"] = f"{stamp}Z" if zone and year else stamp
    else:
        match = _ISO.fullmatch(text)
        if match is None:
            return None
        native["timestamp"], host, rest = match.groups()
    if host[-1] == ":" and (tag := _TAG.fullmatch(host)) is not None:
        # no host: the program comes at once
        _read_tag(native, tag, rest or "")
        return ""
    if host != "-":
        native["host"] = host
    if rest is None:
        native["message"] = ""
        return ""
    rest = rest.lstrip(" ") if rest[:1] == " " else rest
    tag = _TAG.fullmatch(rest)
    if tag is not None:
        _read_tag(native, tag, tag[3] or "")
        return ""
    native["message"] = rest
    return rest


def _read_tag(native: Native, tag: re.Match[str], message: str) -> None:
    native["program"] = tag[1]
    if tag[2]:
        native["pid"] = tag[2]
    native["message"] = message


def _read_ietf(native: Native, match: re.Match[str]) -> str:
    stamp, host, program, pid, msgid, rest = match.groups()
    native["timestamp"] = None if stamp == "-" else stamp
    for key, value in (("host", host), ("program", program), ("pid", pid), ("msgid", msgid)):
        if value != "-":
            native[key] = value
    if rest[:1] == "[":
        rest = _read_structured(native, rest)
    else:
        rest = rest[2:] if rest[:2] == "- " else "" if rest == "-" else rest
    native["message"] = rest.removeprefix("\ufeff")
    return ""


def _read_structured(native: Native, text: str) -> str:
    """Read the structured data at the start of ``text``; return the message behind it."""
    place = 0
    while match := _SD_ID.match(text, place):
        name = f"sd.{match[1]}"
        start, place = place, match.end()
        found = False
        while param := _SD_PARAM.match(text, place):
            found = True
            value = _ESCAPED.sub(r"\1", param[2]) if "\\" in param[2] else param[2]
            native.setdefault(f"{name}.{param[1]}", value)
            place = param.end()
        if text[place : place + 1] != "]":
            return text[start:]
        if not found:
            native.setdefault(name, "")
        place += 1
    return text[place + 1 :] if text[place : place + 1] == " " else text[place:]


def settle_time(native: Native, years: Years) -> None:
    """Put the year into ``timestamp`` where the line does not write it.

    Raises:
        RecordError: no time at all, or no year known.
    """
    stamp = native["timestamp"]
    if stamp is None:
        raise RecordError(NO_TIME)
    if stamp.startswith("--"):
        native["timestamp"] = f"{years.of(int(stamp[3:5]))}{stamp[2:]}"
