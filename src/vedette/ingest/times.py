"""Times: every way that logs write them, to microseconds since 1970 in UTC.

A time without zone or year is never guessed: it needs the user's word (``--timezone``,
``--year``) or the record is refused with a reason that names the option.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.ingest.base import ReadContext, RecordError, TimeHow

NEEDS_ZONE = "time has no zone: say it with --timezone"
NEEDS_YEAR = "time has no year: say it with --year"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIN_US = -2_208_988_800_000_000  # 1900-01-01
_MAX_US = 7_258_118_400_000_000  # 2200-01-01
_FILETIME_EPOCH_US = 11_644_473_600_000_000  # 1601-01-01 to 1970-01-01

# date, T or blank, clock, optional fraction of any length, optional zone; every part bounded
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?"
    r"\s{0,2}(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def to_us(moment: datetime, zone: tzinfo | None = None) -> int:
    """Return microseconds since 1970 UTC; a naive ``moment`` is read in ``zone``.

    Raises:
        RecordError: naive and no zone, or outside the years 1900 to 2200.
    """
    if moment.tzinfo is None:
        if zone is None:
            raise RecordError(NEEDS_ZONE)
        moment = moment.replace(tzinfo=zone)
    delta = moment.astimezone(UTC) - _EPOCH
    return _in_range((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds)


def _in_range(us: int) -> int:
    if not _MIN_US <= us <= _MAX_US:
        raise RecordError("time is outside the years 1900 to 2200")
    return us


def parse_iso(text: str, zone: tzinfo | None) -> int:
    """Return microseconds for an ISO 8601 time; without zone it is read in ``zone``.

    Raises:
        RecordError: not such a time, or no zone known.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise RecordError(f"not a time: {text[:60]!r}")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    leap = second == "60"
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(  # noqa: DTZ001 (the zone is put on below)
            int(year), int(month), int(day), int(hour), int(minute), 59 if leap else int(second or 0), micro
        )
    except ValueError as error:
        raise RecordError(f"not a time: {text[:60]!r} ({error})") from None
    shift = 1_000_000 if leap else 0
    if offset is None:
        return to_us(moment, zone) + shift
    us = to_us(moment, UTC) + shift
    if offset[0] in "+-":
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        if minutes >= 24 * 60 or int(offset[-2:]) >= 60:
            raise RecordError(f"not a time: {text[:60]!r} (no such offset)")
        us -= (minutes if offset[0] == "+" else -minutes) * 60_000_000
    return _in_range(us)


def parse_time(value: Any, how: TimeHow, context: ReadContext) -> int:
    """Return microseconds since 1970 UTC for one value.

    Raises:
        RecordError: it is no time in that form, or lacks what ``context`` does not say.
    """
    if callable(how):
        return _in_range(how(value, context))
    if how in ("iso", "iso_utc"):
        if not isinstance(value, str):
            raise RecordError(f"not a time: {str(value)[:60]!r}")
        return parse_iso(value, UTC if how == "iso_utc" else context.timezone)
    try:
        if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
            raise ValueError
        if not isinstance(value, (str, int, float)):
            raise TypeError
        number = value if isinstance(value, int) else float(value)
        if number != number or abs(number) > 1e19:
            raise ValueError
    except (TypeError, ValueError):
        raise RecordError(f"not a time: {str(value)[:60]!r}") from None
    if how == "epoch_s":
        # text keeps the digits that a float would round
        if isinstance(value, str) and "." in value and "e" not in value.lower():
            whole, _, fraction = value.partition(".")
            micro = int(fraction.ljust(6, "0")[:6])
            return _in_range(int(whole) * 1_000_000 + (-micro if whole.startswith("-") else micro))
        return _in_range(round(number * 1_000_000))
    if how == "epoch_ms":
        return _in_range(round(number * 1_000))
    if how == "epoch_us":
        return _in_range(round(number))
    if how == "epoch":
        size = abs(number)
        scale = 1_000_000 if size < 1e11 else 1_000 if size < 1e14 else 1 if size < 1e17 else 0.001
        return _in_range(round(number * scale))
    if how == "filetime":
        return _in_range(int(number) // 10 - _FILETIME_EPOCH_US)
    raise RecordError(f"no such form of time: {how}")


def parse_times(
    values: Sequence[Any], how: TimeHow, context: ReadContext
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], dict[int, RecordError]]:
    """Return the times of a column, int64 microseconds (n,), and the errors by row.

    ISO columns that are all well formed go through Arrow; the rest value by value.
    """
    if how in ("iso", "iso_utc"):
        fast = _iso_column(values, zone_is_utc=how == "iso_utc" or context.timezone is UTC)
        if fast is not None:
            return fast, {}
    out = np.zeros(len(values), dtype=np.int64)
    errors: dict[int, RecordError] = {}
    for row, value in enumerate(values):
        try:
            out[row] = parse_time(value, how, context)
        except RecordError as error:
            errors[row] = error
    return out, errors


def _iso_column(values: Sequence[Any], *, zone_is_utc: bool) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """Parse a column of equal-form ISO texts in one go; None where the form is not plain enough."""
    first = values[0] if len(values) else None
    if not isinstance(first, str) or len(first) < 19 or len(first) > 32:
        return None
    zoned = first[-1] == "Z"
    if not zoned and (not zone_is_utc or len(first) > 26):
        return None
    try:
        text = pa.array(values, type=pa.string())
        if zoned:
            if pc.min(pc.ends_with(text, "Z")).as_py() is not True:
                return None
            # beyond microseconds the digits are cut, as the slow path does
            text = pc.utf8_slice_codeunits(text, 0, -1)
            if len(first) > 27:
                text = pc.utf8_slice_codeunits(text, 0, 26)
        stamps = text.cast(pa.timestamp("us"))
        if stamps.null_count:
            return None
        out: np.ndarray[Any, np.dtype[np.int64]] = stamps.cast(pa.int64()).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError):
        return None
    if len(out) and not (_MIN_US <= out.min() and out.max() <= _MAX_US):
        return None
    return out
