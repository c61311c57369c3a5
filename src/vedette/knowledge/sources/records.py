"""JSON in a feed's files: one document, a list, or one a line; each record with where it stands."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from vedette.knowledge.sources.base import WrongFormatError
from vedette.knowledge.sources.members import Member

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_MARK = b"\xef\xbb\xbf"


def documents(members: Iterable[Member]) -> Iterator[tuple[str, Any]]:
    """Yield the JSON documents of a feed, each with where it stands.

    Raises:
        WrongFormatError: a file is no JSON, or torn.
    """
    for member in members:
        if not member.alone and not member.name.lower().endswith(_SUFFIXES):
            continue  # prose, pictures and settings lie beside the records of a repository
        yield from _of(member)


def _of(member: Member) -> Iterator[tuple[str, Any]]:
    # line by line out of the one copy: a CVE List as lines has half a gigabyte
    lines = io.BytesIO(member.data)
    first = lines.readline().removeprefix(_MARK)
    if first.startswith(b"{") and lines.tell() < len(member.data) and (start := _whole(first)) is not None:
        yield f"{member.name}, line 1", start
        for number, line in enumerate(lines, 2):
            if line.strip():
                found = _whole(line)
                if found is None:
                    raise WrongFormatError(f"{member.name}, line {number}: no whole JSON")
                yield f"{member.name}, line {number}", found
        return
    data = member.data.removeprefix(_MARK)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        shown = "it is empty" if not data.strip() else f"no whole JSON: {error}"
        raise WrongFormatError(f"{member.name}: {shown}") from None
    if isinstance(found, list):
        for number, item in enumerate(found):
            yield f"{member.name}, item {number}", item
    else:
        yield member.name, found


def _whole(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def at(value: Any, *keys: str | int) -> Any:
    """Return what lies at a path of keys, or None where something else does."""
    for key in keys:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and -len(value) <= key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []


def english(entries: Any) -> str | None:
    """Return the English text of a list of texts by language, or the first one."""
    texts = [(at(e, "lang"), at(e, "value")) for e in listed(entries)]
    named = [(str(lang or ""), value) for lang, value in texts if isinstance(value, str) and value.strip()]
    return next((value for lang, value in named if lang.lower().startswith("en")), named[0][1] if named else None)


def as_json(value: Any) -> str | None:
    """Return a list as JSON text; None where it is empty or none."""
    return orjson.dumps(value).decode() if isinstance(value, list) and value else None
