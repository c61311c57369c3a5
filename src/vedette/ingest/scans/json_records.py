"""The flat records of exports of any size: a page's list, an array, JSON lines; beyond 32 MB read one by one.

A whole fleet's findings are one list of some kilobytes each. Small files are parsed at once, which is fastest; in large
ones only the record at hand is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.ingest.scans.base import ScanContent, ScanError, ScanRefusal
from vedette.ingest.scans.json_values import (
    JsonObject,
    documents,
    is_json_lines,
    outline,
    records,
    refusal,
)

WHOLE_BYTES = 32 << 20
_HEAD_BYTES = 1 << 16


def records_of(content: ScanContent, *keys: str, wrapper: str = "") -> Iterator[tuple[str, JsonObject] | ScanRefusal]:
    """Yield pointer and object of each record of an export.

    Args:
        content: a page with its records under one of ``keys``, an array of records or pages, one record by itself, or
            any of these one a line.
        keys: members that hold a page's list, the likeliest first.
        wrapper: member that holds a record in an event, where events come so.

    Raises:
        ScanError: none of these, or damaged from here on.
    """
    prefix = _streamed_prefix(content, keys) if content.size > WHOLE_BYTES else None
    if prefix is None:
        for document in documents(content):
            if isinstance(document, ScanRefusal):
                yield document
            else:
                yield from _records_in(*document, keys, wrapper)
        return
    at = "" if prefix == "item" else f"/{prefix.removesuffix('.item')}"
    for index, value in enumerate(_streamed(content, prefix)):
        if isinstance(value, dict):
            yield from _records_in(f"{at}/{index}", value, keys, wrapper)
        else:
            yield refusal(f"{at}/{index}", "no object where a record should be", value)


def _streamed_prefix(content: ScanContent, keys: tuple[str, ...]) -> str | None:
    """Return where the list to stream stands, None where the file is not one long list."""
    with content.open() as handle:
        head = handle.read(_HEAD_BYTES)
    paths = outline(head)
    if "[]" in paths:
        return "item"
    found = next((key for key in keys if f"{key}[]" in paths), None)
    return f"{found}.item" if found and not is_json_lines(content) else None


def _streamed(content: ScanContent, prefix: str) -> Iterator[object]:
    import ijson

    with content.open() as handle:
        try:
            yield from ijson.items(handle, prefix, use_float=True)
        except (ijson.JSONError, ValueError, OverflowError, RecursionError) as error:
            raise ScanError(f"not JSON, or cut off: {str(error)[:200]}") from None


def _records_in(
    at: str, value: object, keys: tuple[str, ...], wrapper: str
) -> Iterator[tuple[str, JsonObject] | ScanRefusal]:
    if isinstance(value, list):
        for record in records(value, at):
            if isinstance(record, ScanRefusal):
                yield record
            else:
                yield from _records_in(*record, keys, wrapper)
        return
    if not isinstance(value, dict):
        raise ScanError("neither an object nor a list of records")
    for key in keys:
        if isinstance(value.get(key), list):
            yield from records(value[key], f"{at}/{key}")
            return
    if wrapper and isinstance(value.get(wrapper), dict | list):
        yield from _records_in(f"{at}/{wrapper}", value[wrapper], keys, "")
        return
    yield at or "/", value
