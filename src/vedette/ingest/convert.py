"""Small pure conversions that readers share: flattening, numbers, split names, JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

import orjson

from vedette.ingest.base import Native, Rebuilt, RecordError, Sample

MAX_DEPTH = 32
"""Deeper nesting than this is refused: real records stay below ten."""

MAX_INNER_TEXT = 4 * 1024 * 1024
"""JSON text inside a JSON field is not parsed beyond this many characters."""


def load_json(data: bytes) -> dict[str, Any]:
    """Return the JSON object in ``data``.

    Raises:
        RecordError: not JSON, or not an object.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        value = _mended(data)
        if value is None:
            raise RecordError(f"not JSON: {str(error)[:200]}") from None
    if not isinstance(value, dict):
        raise RecordError(f"JSON {type(value).__name__}, not an object")
    return value


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.S
)
"""A pair of surrogates, a lone one, or any other escape."""
_NO_UTF8 = re.compile("[\udc80-\udcff]")


def _mended(data: bytes) -> Rebuilt | None:
    r"""Return an object that only its text keeps from being JSON, None where it is something else.

    Half a surrogate pair (Windows allows it in command lines) and bytes that are no UTF-8 would
    otherwise let an attacker send a record past detection: they are written ``\ud800`` and ``\xe9``.
    """
    if b"\\u" not in data and data.isascii():
        return None
    text = _NO_UTF8.sub(lambda m: f"\\\\x{ord(m[0]) - 0xDC00:02x}", data.decode("utf-8", "surrogateescape"))
    text = _ESCAPE.sub(lambda m: "\\" + m[0] if len(m[0]) == 6 else m[0], text)
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
    return Rebuilt(value) if isinstance(value, dict) else None


def decode_text(data: bytes) -> str:
    r"""Return the text of a line; bytes that are no UTF-8 are written ``\xe9``, so that nothing is lost or guessed."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="backslashreplace")


def flatten(value: dict[str, Any]) -> Native:
    """Return the object flat: ``{"a": {"b": 1}}`` becomes ``{"a.b": 1}``.

    Lists of scalars stay; lists of objects become one list per inner key
    (``items: [{"a": 1}, {"a": 2}]`` gives ``items.a: [1, 2]``). An empty object is null.

    Raises:
        RecordError: nested deeper than MAX_DEPTH.
    """
    for inner in value.values():
        if type(inner) is dict or type(inner) is list:
            break
    else:
        return value
    out: Native = {}
    _flatten_into(out, "", value, 0)
    return out


def _flatten_into(out: Native, prefix: str, value: dict[str, Any], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise RecordError(f"nested deeper than {MAX_DEPTH}")
    for key, inner in value.items():
        name = f"{prefix}.{key}" if prefix else key
        if type(inner) is dict:
            if inner:
                _flatten_into(out, name, inner, depth + 1)
            else:
                out[name] = None
        elif type(inner) is list and any(type(item) is dict or type(item) is list for item in inner):
            _flatten_list(out, name, inner, depth + 1)
        else:
            out[name] = inner


def _flatten_list(out: Native, name: str, items: list[Any], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise RecordError(f"nested deeper than {MAX_DEPTH}")
    for item in items:
        if type(item) is dict:
            flat: Native = {}
            _flatten_into(flat, name, item, depth + 1)
        elif type(item) is list:
            flat = {}
            _flatten_list(flat, name, item, depth + 1)
        else:
            flat = {name: item}
        for key, inner in flat.items():
            held = out.get(key)
            if not isinstance(held, list):
                held = out[key] = [] if key not in out else [held]
            if type(inner) is list:
                held.extend(inner)
            else:
                held.append(inner)


def to_int(value: Any) -> int | None:
    """Return the whole number in ``value`` (decimal or 0x hex, text or number), else None."""
    if type(value) is int:
        return value if -(2**63) <= value < 2**63 else None
    if type(value) is float:
        return int(value) if value == value and abs(value) < 2**63 else None
    if type(value) is str:
        text = value.strip()
        try:
            number = int(text, 16) if text[:2].lower() == "0x" else int(text)
        except ValueError:
            return None
        return number if -(2**63) <= number < 2**63 else None
    return None


def to_text(value: Any) -> str | None:
    """Return ``value`` as text: a scalar as written, a list joined by ", ", else JSON."""
    if value is None or value == "":
        return None
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is list and all(type(item) is str for item in value):
        return ", ".join(value) or None
    if type(value) in (int, float):
        return str(value)
    return orjson.dumps(value).decode()


def lower(value: Any) -> str | None:
    """Return ``value`` as lower-case text."""
    text = to_text(value)
    return text.lower() if text else None


def account_name(value: Any) -> str | None:
    r"""Return the name in ``DOMAIN\name``, ``name@domain`` or ``name``."""
    text = to_text(value)
    if not text:
        return None
    _, sep, name = text.rpartition("\\")
    if sep:
        return name or None
    name, sep, _ = text.partition("@")
    return (name if sep and name else text) or None


def account_domain(value: Any) -> str | None:
    r"""Return the domain in ``DOMAIN\name`` or ``name@domain``, else None."""
    text = to_text(value)
    if not text:
        return None
    domain, sep, _ = text.rpartition("\\")
    if sep:
        return domain or None
    name, sep, domain = text.partition("@")
    return domain if sep and name and domain else None


def as_ip(value: Any) -> str | None:
    """Return ``value`` if it is an IP address (a port or brackets behind it are cut), else None."""
    if type(value) is not str or not 2 <= len(value) <= 64:
        return None
    text = value.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ip_address(text)
    except ValueError:
        return None
    return text


def not_ip(value: Any) -> str | None:
    """Return ``value`` as text if it is no IP address: the name in a field that holds either."""
    return None if as_ip(value) else to_text(value)


def json_text(value: Any) -> str | None:
    """Return a list or object as JSON text, for rules that search a whole field; None when empty."""
    if value is None or value == "" or value == [] or value == {}:
        return None
    return value if type(value) is str else orjson.dumps(value).decode()


def parsed(value: Any) -> Any:
    """Return what JSON text in a field holds (exports write nested columns so), else ``value``."""
    if type(value) is str and value[:1] in ("{", "[") and len(value) < MAX_INNER_TEXT:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def unwrap(
    value: dict[str, Any], is_record: Callable[[dict[str, Any]], bool], keys: Sequence[str], depth: int = 3
) -> dict[str, Any] | None:
    """Return the record in ``value``: itself, or an object or JSON text under one of ``keys``.

    Shippers wrap records (EventBridge ``detail``, a syslog ``message``, ``_source`` of a search).
    Keys with a dot are looked up as written and as a path. None where no record is inside.
    """
    if is_record(value):
        return value
    if depth == 0:
        return None
    for key in keys:
        inner = value.get(key)
        if inner is None and "." in key:
            head, _, tail = key.partition(".")
            outer = value.get(head)
            inner = outer.get(tail) if type(outer) is dict else None
        inner = parsed(inner)
        if type(inner) is list and len(inner) == 1:
            inner = inner[0]
        if type(inner) is dict:
            found = unwrap(inner, is_record, keys, depth - 1)
            if found is not None:
                return found
    return None


def sample_objects(sample: Sample, limit: int = 6) -> list[dict[str, Any]]:
    """Return the first JSON objects of a sample: ``first``, then those that stand one a line."""
    found: list[dict[str, Any]] = []
    if isinstance(sample.first, dict):
        found.append(sample.first)
    for line in sample.lines[: limit * 2]:
        if len(found) >= limit:
            break
        if line[:1] == b"{":
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if type(value) is dict and value not in found:
                found.append(value)
    return found


def best_score(sample: Sample, score: Callable[[dict[str, Any]], float]) -> float:
    """Return the best score of the sample's first objects; one that is not the first counts a little less."""
    objects = sample_objects(sample)
    scores = [score(value) * (1.0 if place == 0 else 0.95) for place, value in enumerate(objects)]
    return max(scores, default=0.0)
