"""Tables: CSV, TSV, and the logs that name their columns on a line of their own (Zeek, W3C)."""

from __future__ import annotations

import re

from vedette.guard.structured.base import Path, Reader

_CELL = re.compile(r"[ \t]*+\"((?:[^\"]++|\"\")*+)\"[ \t]*+")
_HEADER = re.compile(r"[A-Za-z_@#][\w .@#/()\-:]{0,47}")
_DELIMITERS = (",", "\t", ";", "|")
MAX_COLUMNS = 512


def _cells(text: str, at: int, end: int, delimiter: str) -> tuple[list[tuple[int, int, bool]], int]:
    """Return the cells of one row (start, end, whether doubled quotes stand in it), and where the next row begins."""
    cells: list[tuple[int, int, bool]] = []
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
    while True:
        quoted = _CELL.match(text, at, end) if text.startswith(('"', " "), at) else None
        if quoted and (quoted.end() >= end or text[quoted.end()] in (delimiter, "\r", "\n")):
            cells.append((quoted.start(1), quoted.end(1), '""' in quoted.group(1)))
            at = quoted.end()
        else:
            found = plain.match(text, at, end)
            first, last = found.span() if found else (at, at)
            at = last
            while first < last and text[first] == " ":
                first += 1
            while last > first and text[last - 1] == " ":
                last -= 1
            cells.append((first, last, False))
        if at < end and text[at] == delimiter and len(cells) < MAX_COLUMNS:
            at += 1
            continue
        stop = text.find("\n", at, end)
        return cells, end if stop < 0 else stop + 1


def _line_end(text: str, at: int, end: int) -> int:
    stop = text.find("\n", at, end)
    return end if stop < 0 else stop


def header_of(text: str, start: int, end: int) -> tuple[str, list[str]] | None:
    """Return delimiter and column names of a table that begins at ``start``; None where none does."""
    first_end = _line_end(text, start, end)
    if first_end >= end or first_end - start > 20_000:
        return None
    second_end = _line_end(text, first_end + 1, end)
    for delimiter in _DELIMITERS:
        if text.count(delimiter, start, first_end) < 1 or not text.count(delimiter, first_end + 1, second_end):
            continue
        cells, _ = _cells(text, start, first_end, delimiter)
        names = [text[first:last].strip() for first, last, _ in cells]
        if len(set(names)) != len(names) or not all(_HEADER.fullmatch(name) for name in names):
            continue
        if delimiter == "," and any(len(name.split()) > 4 for name in names):
            continue
        row, _ = _cells(text, first_end + 1, end, delimiter)
        if len(row) == len(names) and (len(names) > 2 or delimiter != ","):
            return delimiter, names
        if len(row) == len(names) == 2 and all(" " not in name for name in names):
            return delimiter, names
    return None


def read_rows(
    reader: Reader, text: str, start: int, end: int, delimiter: str, names: list[str], base: Path = ()
) -> int:
    """Read rows until one has another number of cells; return where reading ended. ``start`` is past the header."""
    at, n = start, 0
    while at < end and not reader.full:
        if text[at] in "\r\n":
            at += 1
            continue
        cells, following = _cells(text, at, end, delimiter)
        if len(cells) != len(names):
            return at
        for name, (first, last, doubled) in zip(names, cells, strict=True):
            value = text[first:last]
            if value and value != "-":
                reader.add((*base, n, name), name, value.replace('""', '"') if doubled else value, first, last, doubled)
        at = following
        n += 1
    return at


def named_columns(line: str) -> tuple[str, list[str]] | None:
    """Return delimiter and columns of a line that names them (``#fields`` of Zeek, ``#Fields:`` of W3C)."""
    if line.startswith("#fields\t"):
        return "\t", line.rstrip("\r\n").split("\t")[1:]
    if line.startswith("#Fields: "):
        return " ", line[9:].split()
    return None
