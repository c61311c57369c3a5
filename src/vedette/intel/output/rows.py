"""What the rows of a report's tables tie together: hashes with the name of their file, values with names and days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import re2

from vedette.intel.entities import dates
from vedette.knowledge.tools.base import encodable
from vedette.schema import (
    EntityMention,
    MentionKind,
    ObservableKind,
    PartKind,
    Reading,
    SeenObservable,
    key_of,
)

_FIRST_SEEN = re2.compile(
    r"(?i)^\W*(?:first[ _-]?(?:seen|observed|detected|submitted|submission)|(?:date[ _])?(?:observed|seen|detected|"
    r"added)(?:[ _](?:on|at|date))?|"
    r"date(?: of (?:observation|detection))?|timestamp|valid[ _]from|zuerst gesehen|"
    r"erstmals gesehen)(?: ?\(?utc\)?)?\W*$"
)
_KIND = re2.compile(
    r"(?i)^\W*(?:ioc |indicator |observable |artifact |hash )?(?:type|kind|category|class|typ|#|no\.?|nr\.?|id)\W*$"
)
_NAMED = frozenset({MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN})
_FILE_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ssdeep", "tlsh", "imphash"})
_MOST_ROWS = 20_000
_MOST_SAID = 300
_T = TypeVar("_T", SeenObservable, EntityMention)


@dataclass(frozen=True, slots=True)
class File:
    """A file as a row gives it: its hashes, and its name where there is one."""

    hashes: tuple[SeenObservable, ...]
    name: SeenObservable | None


@dataclass(slots=True)
class Rows:
    """What tables say of the values in them, by the values' keys."""

    files: dict[str, File] = field(default_factory=dict)
    """By the key of each hash; a name alone is in :attr:`names`."""
    names: dict[str, File] = field(default_factory=dict)
    """By the key of a file's name: the first file that bears it."""
    said: dict[str, str] = field(default_factory=dict)
    """The other cells, as the report wrote them."""
    first_seen: dict[str, datetime] = field(default_factory=dict)
    mentions: list[tuple[SeenObservable, EntityMention, tuple[int, int]]] = field(default_factory=list)
    """Which value stands in a row with which malware, tool, group or campaign, and where that row is."""


def rows_of(reading: Reading) -> Rows:
    """Return what the tables of a report tie together."""
    out = Rows()
    text = reading.document.text
    seen = sorted(reading.observables, key=lambda one: one.start)
    named = sorted(
        (one for one in reading.entities if one.kind in _NAMED and not one.denied), key=lambda one: one.start
    )
    starts, name_starts = [one.start for one in seen], [one.start for one in named]
    n = 0
    for part in reading.document.parts:
        if part.kind is not PartKind.TABLE:
            continue
        heads: list[str] = []
        for at, cells in enumerate(_cells(text, part.start, part.end)):
            n += 1
            if n > _MOST_ROWS:
                return out
            low, high = cells[0][0], cells[-1][1]
            values = _between(seen, starts, low, high)
            if not values:
                heads = heads if at else [text[a:b].strip() for a, b in cells]
                continue
            _row(out, text, cells, heads, values, _between(named, name_starts, low, high))
    return out


def _row(
    out: Rows,
    text: str,
    cells: Sequence[tuple[int, int]],
    heads: Sequence[str],
    values: Sequence[SeenObservable],
    named: Sequence[EntityMention],
) -> None:
    said: list[str] = []
    first_seen: datetime | None = None
    for at, (low, high) in enumerate(cells):
        head = encodable(heads[at]) if at < len(heads) else ""
        cell = " ".join(text[low:high].split())
        if not cell:
            continue
        if _FIRST_SEEN.search(head):
            first_seen = first_seen or _day(cell)
        elif not _KIND.search(head) and not any(low <= one.start < high for one in values) and _telling(cell):
            said.append(cell)
    words = "; ".join(dict.fromkeys(said))[:_MOST_SAID]
    for one in values:
        key = key_of(one)
        if words:
            out.said.setdefault(key, words)
        if first_seen is not None and (key not in out.first_seen or first_seen < out.first_seen[key]):
            out.first_seen[key] = first_seen
        out.mentions += [(one, name, (cells[0][0], cells[-1][1])) for name in named if not _inside(name, one)]
    hashes = {one.sort: one for one in values if one.kind is ObservableKind.HASH and one.sort in _FILE_HASHES}
    names = {key_of(one): one for one in values if one.kind is ObservableKind.FILE}
    if not hashes or len({one.value for one in values if one.kind is ObservableKind.HASH}) > len(hashes):
        return  # two files in one row
    file = File(tuple(hashes.values()), next(iter(names.values())) if len(names) == 1 else None)
    if len(file.hashes) > 1 or file.name is not None:
        for one in file.hashes:
            out.files.setdefault(key_of(one), file)
        if file.name is not None:
            out.names.setdefault(key_of(file.name), file)


def _inside(name: EntityMention, value: SeenObservable) -> bool:
    return value.start <= name.start < value.end


def _telling(cell: str) -> bool:
    """Return whether a cell says something in words: no day, no dash, no number."""
    return any(char.isalpha() for char in cell) and _day(cell) is None


def _day(cell: str) -> datetime | None:
    """Return the day that a cell is, None where it is none or holds more than that."""
    for one in dates.find(cell[:60]):
        if one.iso is None or len(one.iso) < 10 or len(cell) - (one.end - one.start) > 12:
            return None
        at = datetime.fromisoformat(one.iso.replace("Z", "+00:00"))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return None


def _cells(text: str, start: int, end: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the ranges of the cells of each row of a table, parted by tabs, else by upright strokes."""
    low = start
    while low < end:
        high = text.find("\n", low, end)
        high = end if high < 0 else high
        if high > low:
            sign = "\t" if text.find("\t", low, high) >= 0 else "|"
            ranges: list[tuple[int, int]] = []
            begin = low
            while (cut := text.find(sign, begin, high)) >= 0:
                ranges.append((begin, cut))
                begin = cut + 1
            ranges.append((begin, high))
            if sign == "|" and len(ranges) > 2 and not text[slice(*ranges[0])].strip():
                ranges = ranges[1:]
            yield ranges
        low = high + 1


def _between(things: Sequence[_T], starts: Sequence[int], low: int, high: int) -> list[_T]:
    return list(things[bisect_left(starts, low) : bisect_left(starts, high)])
