"""Typed access to JSON that anybody may have written: wrong types come out as nothing, never as an exception.

A reader takes a report apart with these, so that a number where a list should be costs that one value or record and not
the file. Everything is bounded, because a report is untrusted: texts are cut, lists end.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

import orjson

from vedette.ingest.base import RecordError
from vedette.ingest.scans.base import ScanContent, ScanError, ScanRefusal
from vedette.ingest.times import parse_iso

JsonObject = dict[str, object]

MAX_TEXT = 20_000
"""Characters of a description."""
MAX_NAME = 2_000
"""Characters of a name, version, path or id."""
MAX_ITEMS = 1_000
"""Entries of one list of texts."""
MAX_LINE_BYTES = 16 * 1024 * 1024
"""One JSON line."""
_MAX_RAW_BYTES = 2_000
_BOM = b"\xef\xbb\xbf"
_STRAY_BYTE = re.compile("[\udc80-\udcff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# a string (also one that the end of the sample cuts), or a bracket, colon or comma; possessive, so linear
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]', re.DOTALL)
_MAX_OUTLINE_DEPTH = 5


@lru_cache(maxsize=4)
def outline(head: bytes) -> frozenset[str]:
    """Return the paths of the keys of the first JSON value that ``head`` begins with, also where its end is cut off.

    ``{"a": [{"b": 1}]}`` gives ``a`` and ``a[].b``; an array at the top is ``[]``. Empty for what is no JSON.
    """
    if head.removeprefix(_BOM).lstrip()[:1] not in (b"{", b"["):
        return frozenset()
    paths: set[str] = set()
    stack: list[str | None] = []  # the path of each open bracket, None where it is too deep to matter
    is_object: list[bool] = []
    key = ""
    last: bytes = b""
    for token in _TOKEN.findall(head):
        if token in (b"{", b"["):
            if not stack:
                inner: str | None = "" if token == b"{" else "[]"
            elif stack[-1] is None or len(stack) >= _MAX_OUTLINE_DEPTH:
                inner = None
            else:
                inner = (key if is_object[-1] else stack[-1]) + ("[]" if token == b"[" else "")
            if inner:
                paths.add(inner)
            stack.append(inner)
            is_object.append(token == b"{")
        elif token in (b"}", b"]"):
            if stack:
                stack.pop()
                is_object.pop()
            if not stack:
                break
        elif token == b":":
            if stack and is_object[-1] and stack[-1] is not None and last[:1] == b'"':
                name = last.strip(b'"').decode(errors="replace")
                key = f"{stack[-1]}.{name}" if stack[-1] else name
                paths.add(key)
        last = token
    return frozenset(paths)


def loads(data: bytes) -> object:
    """Return what ``data`` says.

    Half a surrogate pair or a byte that is no UTF-8 inside a text costs neither the text nor the file.

    Raises:
        ScanError: not JSON, or cut off.
    """
    data = data.removeprefix(_BOM)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if b"\\u" not in data and data.isascii():
            raise ScanError(f"not JSON, or cut off: {str(error)[:200]}") from None
    try:
        value: object = json.loads(data.decode("utf-8", "surrogateescape"), parse_constant=lambda _: None)
        return _without_surrogates(value, 0)
    except (ValueError, RecursionError) as error:
        raise ScanError(f"not JSON, or cut off: {str(error)[:200]}") from None


def _without_surrogates(value: object, depth: int) -> object:
    if isinstance(value, str):
        if value.isascii():
            return value
        return (
            _STRAY_BYTE.sub(lambda m: f"\\x{ord(m[0]) - 0xDC00:02x}", value)
            .encode("utf-8", "backslashreplace")
            .decode()
        )
    if depth > 200:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [_without_surrogates(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(_without_surrogates(key, 0)): _without_surrogates(item, depth + 1) for key, item in value.items()}
    return value


def documents(content: ScanContent) -> Iterator[tuple[str, object] | ScanRefusal]:
    """Yield the pointer and value of what a file holds: one JSON document, or one a line.

    A document's pointer is empty, a line's ``line 12``. The file is read whole only where its first line is no document
    of its own.

    Raises:
        ScanError: it begins with no JSON.
    """
    if not is_json_lines(content):
        yield "", loads(content.read())
        return
    good = 0
    with content.open() as stream:
        for number, line in _lines(stream):
            if line is None:
                yield ScanRefusal(f"line {number}", f"longer than {MAX_LINE_BYTES // 2**20} MiB")
                continue
            try:
                value = loads(line)
            except ScanError as error:
                if not good:
                    raise
                yield ScanRefusal(f"line {number}", error.reason, line[:_MAX_RAW_BYTES])
                continue
            good += 1
            yield f"line {number}", value


def is_json_lines(content: ScanContent) -> bool:
    """Return whether the file holds one JSON object a line, several of them."""
    with content.open() as stream:
        lines = (line for _, line in _lines(stream))
        first = next(lines, None)
        second = next(lines, None)
    if first is None or second is None or second.lstrip()[:1] != b"{":
        return False
    try:
        return isinstance(orjson.loads(first.removeprefix(_BOM)), dict)
    except orjson.JSONDecodeError:
        return False


def _lines(stream: io.BufferedIOBase | object) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and text of the lines that say something; None for one that is too long."""
    number = 0
    readline = getattr(stream, "readline")  # noqa: B009 (IO[bytes] and its like)
    while line := readline(MAX_LINE_BYTES):
        number += 1
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip():
            yield number, line


def obj(value: object, *keys: str) -> JsonObject:
    """Return the object at ``keys`` below ``value``; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def arr(value: object) -> list[object]:
    """Return the list; empty where it is none."""
    return value if isinstance(value, list) else []


def objects(value: object) -> Iterator[JsonObject]:
    """Yield the objects in a list, passing over everything else: for details, not for records."""
    return (item for item in arr(value) if isinstance(item, dict))


def records(value: object, pointer: str) -> Iterator[tuple[str, JsonObject] | ScanRefusal]:
    """Yield pointer and object of each record of a list; what is none is refused. Null and absent are an empty list."""
    if value is None:
        return
    if not isinstance(value, list):
        yield refusal(pointer, f"{_kind(value)} where a list should be", value)
        return
    for index, item in enumerate(value):
        if isinstance(item, dict):
            yield f"{pointer}/{index}", item
        else:
            yield refusal(f"{pointer}/{index}", f"{_kind(item)} where a record should be", item)


def members(value: object, pointer: str) -> Iterator[tuple[str, str, JsonObject] | ScanRefusal]:
    """Yield pointer, key and object of each record of an object that holds records by key."""
    if value is None:
        return
    if not isinstance(value, dict):
        yield refusal(pointer, f"{_kind(value)} where an object should be", value)
        return
    for key, item in value.items():
        inner = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"[:MAX_NAME]
        if isinstance(item, dict):
            yield inner, key, item
        else:
            yield refusal(inner, f"{_kind(item)} where a record should be", item)


def refusal(pointer: str, reason: str, value: object = None) -> ScanRefusal:
    """Return a refusal with the beginning of what was refused."""
    try:
        raw = orjson.dumps(value)[:_MAX_RAW_BYTES]
    except (orjson.JSONEncodeError, RecursionError):
        raw = b""
    return ScanRefusal(pointer, reason, raw)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def text(value: object, limit: int = MAX_NAME) -> str:
    """Return the text, trimmed and cut; a number as it is written; empty for anything else."""
    if isinstance(value, str):
        return value.strip()[:limit]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:limit]
    return ""


def first_text(*values: object, limit: int = MAX_NAME) -> str:
    """Return the first of the values that says something."""
    return next((said for value in values if (said := text(value, limit))), "")


def long_text(*values: object) -> str:
    """Return the first of the values that says something, as long as a description may be."""
    return first_text(*values, limit=MAX_TEXT)


def texts(value: object, *, split: str = "") -> tuple[str, ...]:
    """Return the different texts of a list, in order; of one text where it is no list, split at ``split`` if given."""
    if isinstance(value, str):
        value = value.split(split) if split else [value]
    out: dict[str, None] = {}
    for item in arr(value):
        if said := text(item):
            out[said] = None
            if len(out) >= MAX_ITEMS:
                break
    return tuple(out)


def unique(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the different texts of all groups, in order, none of them empty."""
    return tuple(dict.fromkeys(item for group in groups for item in group if item))[:MAX_ITEMS]


def number(value: object) -> float | None:
    """Return the finite number, also where it is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    if isinstance(value, int | float | str):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            return None
        return found if math.isfinite(found) else None
    return None


def share(value: object) -> float | None:
    """Return the number where it lies in [0, 1]."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None


def flag(value: object) -> bool | None:
    """Return true or false, also where it is written as text; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return None


def moment(value: object, zone: tzinfo | None = None) -> datetime | None:
    """Return the time in UTC, written as ISO 8601 or as seconds or milliseconds since 1970.

    None for anything else, and for one without a zone where ``zone`` is None. Go's zero time (year 1) says nothing.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 1e8 < value < 1e14:
        return _EPOCH + timedelta(seconds=value if value < 1e11 else value / 1000)
    if not isinstance(value, str) or not value or len(value) > 60:
        return None
    try:
        return _EPOCH + timedelta(microseconds=parse_iso(value, zone))
    except RecordError:
        return None
