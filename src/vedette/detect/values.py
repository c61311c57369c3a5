"""Exact comparison of one atom with one value: the meaning that all speed-ups must keep.

Atom kinds, each ``(kind, field, *operands)``; a null field means a keyword, judged on every value:

========= =================== ==============================================================
kind      operands            true where
========= =================== ==============================================================
``s``     op, text, cased     text equals (``eq``), holds (``has``), starts (``pre``) or ends (``suf``)
``g``     parts, cased        wildcard pattern; parts are texts, ``0`` for ``*`` and ``1`` for ``?``
``n``     number              the value is that number, as a JSON number or as decimal or ``0x`` text
``null``                      the field is absent, null or an empty list
``exists`` bool               the record has the field, even if it is null
``cmp``   op, number          numeric comparison
``ts``    part, number        a part of a date and time
``re``    pattern, flags      RE2 finds the pattern in the raw value
``cidr``  network             the address lies in the network
``ref``   field, pre, suf     the value equals (starts, ends, holds) the other field's value
========= =================== ==============================================================

Text comparison lowers both sides with :meth:`str.lower`; ``cased`` does not. A list is true where
any element is. JSON ``true`` reads as the text ``true``. Absent is null and makes every other atom false.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson
import re2

from vedette.detect.base import Atom


class _Absent:
    """The type of :data:`ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""Stands for a field that the record does not have."""

LAZY_KINDS: Final = frozenset({"re", "ref", "cidr", "ts"})
"""Kinds judged only for rules that everything else leaves open."""

_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d{1,40})(\.\d{1,40})?([eE][+-]?\d{1,3})?\Z", re.ASCII)
_MAX_NUMBER_CHARS = 64


def plain(value: Any) -> Any:
    """Return the value as text, int, None, ABSENT or a tuple of those, so that equal means alike.

    Python's ``1 == True == 1.0`` would make three different log values share one cache entry.
    """
    kind = type(value)
    if kind is str or kind is int or value is None or value is ABSENT:
        return value
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return repr(value)
    if isinstance(value, (list, tuple)):
        return tuple(plain(v) if not isinstance(v, (list, tuple)) else text_of(v) for v in value)
    return text_of(value)


def text_of(value: Any) -> str:
    """Return the value as the text that rules compare with."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):
        return str(value)


def number_of(value: Any) -> int | float | None:
    """Return the number that a value is or spells, in decimal or ``0x`` hexadecimal; else None."""
    if type(value) is int:
        return value
    if type(value) is not str or len(value) > _MAX_NUMBER_CHARS:
        return None
    text = value.strip()
    if _HEX.match(text):
        return int(text, 16)
    match = _DECIMAL.match(text)
    if match is None:
        return None
    if match[2] is None and match[3] is None:
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


@lru_cache(maxsize=4096)
def regex(pattern: str, flags: str = "") -> Any:
    """Return the compiled RE2 pattern.

    Raises:
        re2.error: If RE2 cannot compile it.
    """
    return re2.compile(f"(?{flags}){pattern}" if flags else pattern)


@lru_cache(maxsize=4096)
def glob_regex(parts: tuple[str | int, ...]) -> Any:
    """Return a compiled pattern for the whole of a value; 0 stands for ``*`` and 1 for ``?``."""
    body = "".join(re2.escape(p) if isinstance(p, str) else (".*" if p == 0 else ".") for p in parts)
    return re2.compile(rf"(?s)\A{body}\z")


def found(compiled: Any, text: str) -> bool:
    """Return whether the pattern is found in the text; text that is no valid Unicode is repaired first."""
    try:
        return compiled.search(text) is not None
    except UnicodeEncodeError:
        return compiled.search(text.encode("utf-8", "replace").decode()) is not None


@lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)


def _in_network(text: str, network: str) -> bool:
    net = _network(network)
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None and net.version == 4:
        address = mapped
    return address.version == net.version and address in net


def time_of(value: Any) -> datetime | None:
    """Return the point in time that a value is: ISO 8601 text, or seconds, milliseconds or microseconds since 1970.

    A time without a zone is read as UTC.
    """
    number = number_of(value)
    try:
        if number is not None:
            seconds = float(number)
            for limit in (1e11, 1e14):
                if abs(seconds) >= limit:
                    seconds = float(number) / (1e3 if limit == 1e11 else 1e6)
            return datetime.fromtimestamp(seconds, UTC)
        if type(value) is not str or not 8 <= len(value) <= 40:
            return None
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.strip()))
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


_PARTS: dict[str, Callable[[datetime], int]] = {
    "minute": lambda at: at.minute,
    "hour": lambda at: at.hour,
    "day": lambda at: at.day,
    "week": lambda at: at.isocalendar().week,
    "month": lambda at: at.month,
    "year": lambda at: at.year,
}


def _text_test(op: str, want: str, have: str) -> bool:
    if op == "eq":
        return have == want
    if op == "has":
        return want in have
    if op == "pre":
        return have.startswith(want)
    return have.endswith(want)


def _compare(op: str, have: int | float, want: int | float) -> bool:
    if op == "lt":
        return have < want
    if op == "lte":
        return have <= want
    if op == "gt":
        return have > want
    if op == "gte":
        return have >= want
    return have != want


def _one(atom: Atom, value: str | int, other: Callable[[str], Any] | None) -> bool:
    kind = atom[0]
    if kind == "s":
        op, want, cased = atom[2], atom[3], atom[4]
        have = text_of(value)
        if _text_test(op, want, have if cased else have.lower()):
            return True
        # A rule writes '0x10', a reader has made the number 16 of it.
        return op == "eq" and type(value) is int and want.startswith("0x") and number_of(want) == value
    if kind == "g":
        have = text_of(value)
        return found(glob_regex(tuple(atom[2])), have if atom[3] else have.lower())
    if kind == "n":
        return bool(number_of(value) == atom[2])
    if kind == "cmp":
        number = number_of(value)
        return number is not None and _compare(atom[2], number, atom[3])
    if kind == "re":
        return found(regex(atom[2], atom[3]), text_of(value))
    if kind == "cidr":
        return _in_network(text_of(value), atom[2])
    if kind == "ts":
        at = time_of(value)
        return at is not None and bool(_PARTS[atom[2]](at) == atom[3])
    if kind == "ref":
        return other is not None and _refers(text_of(value).lower(), other(atom[2]), atom[3], atom[4])
    raise AssertionError(kind)


def _refers(have: str, other: Any, pre: bool, suf: bool) -> bool:
    for want in elements(plain(other)):
        text = text_of(want).lower()
        if pre and suf:
            hit = text in have
        elif pre:
            hit = have.startswith(text)
        elif suf:
            hit = have.endswith(text)
        else:
            hit = have == text
        if hit:
            return True
    return False


def elements(value: Any) -> Iterable[str | int]:
    """Return the non-null values in a plain value: none, one, or a list's."""
    if value is None or value is ABSENT:
        return ()
    if type(value) is tuple:
        return [v for v in value if v is not None]
    return (value,)


def holds(atom: Atom, value: Any, other: Callable[[str], Any] | None = None) -> bool:
    """Return whether the atom is true of a plain value (see :func:`plain`).

    Args:
        atom: The comparison; its field is not looked at.
        value: What the record has there.
        other: Looks up another field of the same record, for field references.
    """
    kind = atom[0]
    if kind == "exists":
        return bool((value is not ABSENT) == atom[2])
    values = elements(value)
    if kind == "null":
        return not values
    return any(_one(atom, v, other) for v in values)
