"""Tables as scanners and spreadsheets export them: any delimiter, lines of preamble, cells of many lines.

Headings are compared without case and punctuation, in any order; a reader names for each of its fields the headings
that its maker uses. Rows stream: a line, and a cell, is at most 8 MB, so that a quote that is never closed is told
and does not fill the memory.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from vedette.ingest.scans.base import ScanContent, ScanError, ScanRefusal

MAX_LINE_BYTES = 8 << 20
MAX_COLUMNS = 2_000
_PREAMBLE_ROWS = 60
"""Rows before the headings, at most: Qualys puts the report's own facts there."""
_DELIMITERS = ",;\t|"
_NO_WORD = re.compile(r"[^a-z0-9]+", re.ASCII)


def heading(text: str) -> str:
    """Return a heading without case and punctuation: ``CVSS v3.0 Base Score`` is ``cvss v3 0 base score``."""
    return _NO_WORD.sub(" ", text.lower()).strip()


@dataclass(frozen=True, slots=True)
class Headings:
    """Which fields a reader knows, and by which headings."""

    names: Mapping[str, Sequence[str]]
    """Field to the headings that hold it, the best first."""
    needed: Sequence[Sequence[str]]
    """Sets of headings, one of which must all be there for a table to be of this format."""

    def columns(self, row: Sequence[str]) -> dict[str, list[int]] | None:
        """Return field to its columns, the best first, None where the row is no row of such headings."""
        if not 1 < len(row) <= MAX_COLUMNS:
            return None
        places: dict[str, int] = {}
        for i, text in enumerate(row):
            places.setdefault(heading(text), i)
        if not any(all(heading(name) in places for name in names) for names in self.needed):
            return None
        out: dict[str, list[int]] = {}
        for field, names in self.names.items():
            found = [places[key] for key in map(heading, names) if key in places]
            if found:
                out[field] = found
        return out


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    pointer: str
    """``line 12``: where it begins."""
    values: Mapping[str, str]
    """Field to its trimmed text; fields that are empty or have no column are left out."""

    def get(self, field: str) -> str:
        """Return a field's text, or an empty one."""
        return self.values.get(field, "")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table stands in its file."""

    delimiter: str
    columns: dict[str, list[int]]
    preamble: tuple[tuple[str, ...], ...]
    """Rows before the headings."""
    n_columns: int
    n_rows_before: int
    """Rows up to the headings, those included."""


def layout_of(head: bytes, headings: Headings) -> Layout | None:
    """Return the layout of the table that a file's head begins, None where it has no such headings."""
    text = head.decode("utf-8", "replace")
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        rows: list[tuple[str, ...]] = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                columns = headings.columns(row)
                if columns is not None:
                    return Layout(delimiter, columns, tuple(rows), len(row), len(rows) + 1)
                rows.append(tuple(row))
                if len(rows) > _PREAMBLE_ROWS:
                    break
        except csv.Error:
            continue
    return None


def rows_of(content: ScanContent, layout: Layout) -> Iterator[Row | ScanRefusal]:
    """Yield the rows below the headings; empty ones are left out.

    Raises:
        ScanError: a line or cell is too long; what was yielded before stands.
    """
    if csv.field_size_limit() < MAX_LINE_BYTES:
        csv.field_size_limit(MAX_LINE_BYTES)
    with content.open() as handle:
        reader = csv.reader(_lines(handle), delimiter=layout.delimiter)
        n_before = layout.n_rows_before
        begins = 1
        try:
            for row in reader:
                line, begins = begins, reader.line_num + 1
                if n_before:
                    n_before -= 1
                elif any(map(str.strip, row)):
                    yield _row(row, f"line {line}", layout)
        except csv.Error as error:
            raise ScanError(f"damaged table at line {begins}: {error}") from None


def _row(row: Sequence[str], pointer: str, layout: Layout) -> Row | ScanRefusal:
    if any(map(str.strip, row[layout.n_columns :])):
        reason = "a row has more cells than there are headings"
        return ScanRefusal(pointer, reason, repr(list(row))[:2_000].encode("utf-8", "replace"))
    values: dict[str, str] = {}
    for field, places in layout.columns.items():
        for place in places:
            if place < len(row) and (text := row[place].strip()):
                values[field] = text
                break
    return Row(pointer, values)


def _lines(handle: IO[bytes]) -> Iterator[str]:
    number = 0
    while line := handle.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise ScanError(f"line {number} is longer than {MAX_LINE_BYTES >> 20} MB")
        yield line.decode("utf-8", "replace")
