"""Where a text of any kind holds something with a form: the log that was pasted into a question."""

from __future__ import annotations

import re

from vedette.guard.structured.base import MAX_NESTED, Field, Path, Places, Reader
from vedette.guard.structured.hl7 import read_segments
from vedette.guard.structured.json_text import Nested, read_json
from vedette.guard.structured.pairs import read_line, read_pairs
from vedette.guard.structured.rows import header_of, named_columns, read_rows
from vedette.guard.structured.xml_text import read_xml
from vedette.schema.guarding import Form

_OBJECT = re.compile(r"\{(?=\s{0,64}(?:[bu]?[\"']|\}))|\[(?=\s{0,64}\{)")
_ELEMENT = re.compile(r"<(?:\?xml|Event|[A-Za-z][\w:.\-]{0,63}(?:\s[^<>]{0,200})?>)")
_MIN_LINES = 2
"""``Key: value`` lines that make a block."""


def _nested(depth: int) -> Nested | None:
    if depth >= MAX_NESTED:
        return None

    def nest(reader: Reader, value: str, path: Path, name: str, places: Places) -> None:
        """Read a string that has a form of its own, and put its fields where they stand."""
        head = value.lstrip()[:1]
        within = Reader()
        if (head and head in "{[<") or "=" in value or ("\n" in value and ":" in value):
            scan(within, value, depth + 1)
        for one in within.fields:
            start, end = places.start(one.start), places.end(one.end)
            reader.add(
                (*path, *one.path), one.name, one.value, start, end, one.escaped or end - start != len(one.value)
            )

    return nest


def _block(reader: Reader, text: str, lines: list[tuple[str, int, int]], path: Path) -> None:
    """Take a block of ``Key: value`` lines; a line without a value heads those that follow."""
    if len(lines) < _MIN_LINES:
        return
    heading = ""
    for name, start, end in lines:
        if start == end:
            heading = name
            continue
        reader.add((*path, heading, name) if heading else (*path, name), name, text[start:end], start, end)


def scan(reader: Reader, text: str, depth: int = 0) -> None:
    """Read all that has a form, in order of place."""
    nested = _nested(depth)
    end = len(text)
    at = 1 if text.startswith("\ufeff") else 0
    block: list[tuple[str, int, int]] = []
    columns: tuple[str, list[str]] | None = None
    has_objects = "{" in text
    has_elements = "</" in text or "/>" in text
    has_pairs = "=" in text
    may_head = True  # a table begins the text, or stands after an empty line or a colon
    while at < end and not reader.full:
        stop = text.find("\n", at)
        stop = end if stop < 0 else stop
        line_end = stop - 1 if stop > at and text[stop - 1] == "\r" else stop
        following = stop + 1
        if line_end == at:
            may_head = True
            at = following
            continue
        if text[at] == "#" and (named := named_columns(text[at:line_end])):
            columns = named
            at = following
            continue
        if text.startswith(("MSH|", "PID|"), at):
            stop = text.find("\n\n", at)
            stop = end if stop < 0 else stop
            read_segments(reader, text, at, stop)
            at = stop
            continue
        if columns and text[at] != "#":
            after = read_rows(reader, text, at, end, *columns)
            columns = None if after == at else columns
            if after > at:
                at = after
                may_head = False
                continue
        island = None
        if has_objects and (found := _OBJECT.search(text, at, min(end, line_end + 66))) and found.start() < line_end:
            island = (found.start(), "json")
        if (
            has_elements
            and (found := _ELEMENT.search(text, at, line_end))
            and (island is None or found.start() < island[0])
        ):
            island = (found.start(), "xml")
        if island is not None:
            begin, kind = island
            if begin > at and has_pairs:
                read_pairs(reader, text, at, begin, nested=nested, least=2)
            read = read_json if kind == "json" else read_xml
            after, _ = read(reader, text, begin, end, (), nested)
            at = max(after, begin + 1)
            may_head = False
            continue
        if may_head and (table := header_of(text, at, end)):
            after = read_rows(reader, text, following, end, *table)
            may_head = False
            if after > following:
                at = after
                continue
        n_pairs = read_pairs(reader, text, at, line_end, nested=nested, least=2) if has_pairs else 0
        if not n_pairs and (line := read_line(text, at, line_end)):
            block.append(line)
        elif n_pairs or text[at:line_end].strip():
            _block(reader, text, block, ())
            block = []
        may_head = text[line_end - 1] == ":"
        at = following
    _block(reader, text, block, ())


def read(text: str, form: Form) -> tuple[Field, ...] | None:
    """Return the fields of a text in a form; None where it has no such form."""
    reader = Reader()
    nested = _nested(0)
    start = 1 if text.startswith("\ufeff") else 0
    end = len(text)
    if form is Form.AUTO:
        scan(reader, text)
    elif form is Form.JSON:
        at = start
        while at < end and not reader.full:  # one value, or one a line; a line that is none is skipped
            after, whole = read_json(reader, text, at, end, (), nested)
            if not whole:
                stop = text.find("\n", max(after - 1, at))  # a line cut off ends where the next begins
                after = end if stop < 0 else stop + 1
            at = max(after, at + 1)
    elif form is Form.XML:
        at = start
        while at < end and not reader.full:
            after, _ = read_xml(reader, text, at, end, (), nested)
            at = max(after, at + 1)
    elif form is Form.CSV:
        if table := header_of(text, start, end):
            stop = text.find("\n", start)
            at = stop + 1
            while at < end and not reader.full:
                after = read_rows(reader, text, at, end, *table)
                if after == at:  # a row of another length: skipped
                    stop = text.find("\n", at)
                    after = end if stop < 0 else stop + 1
                at = after
        elif text.startswith("#", start):
            scan(reader, text)
    elif form is Form.PAIRS:
        at = start
        while at < end and not reader.full:
            stop = text.find("\n", at)
            stop = end if stop < 0 else stop
            if not read_pairs(reader, text, at, stop, nested=nested) and (line := read_line(text, at, stop)):
                name, first, last = line
                reader.add((name,), name, text[first:last], first, last)
            at = stop + 1
    if not reader.fields:
        return None
    reader.fields.sort(key=lambda one: (one.start, -one.end))
    return tuple(reader.fields)
