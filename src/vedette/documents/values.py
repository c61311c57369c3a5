"""JSON from anybody, bounded: what is too deep or too many is refused, wrong types come out as nothing."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

import orjson

from vedette.documents.base import Limits, RefusedError

_MAX_VALUES = 10
"""Times ``max_elements``: commas, brackets and braces of a JSON text."""
_BOM = b"\xef\xbb\xbf"


def loads(data: bytes, limits: Limits) -> Any:
    """Return what a JSON text says.

    Raises:
        RefusedError: it is none, is cut off, nests too deep or holds too much.
    """
    data = data.removeprefix(_BOM)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    n = data.count(b",") + data.count(b"[") + data.count(b"{")
    if n > _MAX_VALUES * limits.max_elements:
        raise RefusedError(f"more than {_MAX_VALUES * limits.max_elements:,} values")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:  # half a character or a byte that is no UTF-8 inside a text costs neither the text nor the file
            return json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise RefusedError(f"not JSON, or cut off: {str(error)[:150]}") from None


def text(value: object) -> str:
    """Return a text or number as text; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, (int, float)) else ""


def texts(value: object) -> list[str]:
    """Return the texts in a list, or a single one."""
    if isinstance(value, list):
        return [v for v in value[:1000] if isinstance(v, str) and v.strip()]
    return [value] if isinstance(value, str) and value.strip() else []


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects in a list."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
