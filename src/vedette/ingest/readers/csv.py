"""CSV, TSV and the like, by a mapping file.

Lines are read with Python's csv module in strict form. A quoted field may span lines: the event then
stands at its last line, with all of its fields; one that never closes is given up after
``MAX_SPAN_LINES`` and the lines behind it are read anew.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable, Sequence

from vedette.ingest.base import Framing, Mapping, Native, ReadContext, RecordError, Sample
from vedette.ingest.convert import decode_text
from vedette.ingest.readers.json_mapping import MAPPING_KEY, mapped, mapping_for, mapping_of
from vedette.ingest.readers.json_mapping_file import MappingFile

MAX_SPAN_LINES = 200
"""Lines that one record may span."""
MAX_SPAN_BYTES = 64 * 1024
"""Bytes that a record of several lines may have."""
MAX_COLUMNS = 2048

UNCLOSED = f"a quoted field does not close within {MAX_SPAN_LINES} lines or {MAX_SPAN_BYTES // 1024} KiB"
_DELIMITERS = (",", ";", "\t", "|")


def sniff_delimiter(line: str) -> str | None:
    """Return the delimiter that stands most often in a header line outside quotes, None if there is none."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    is_quoted = False
    for char in line:
        if char == '"':
            is_quoted = not is_quoted
        elif not is_quoted and char in counts:
            counts[char] += 1
    best = max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else None


def is_open_after(line: str, delimiter: str, *, is_open: bool) -> bool:
    """Return whether a quoted field is open at the end of ``line``, which began inside one or not."""
    place = 0
    opening = delimiter + '"'
    if not is_open and line.startswith('"'):
        is_open, place = True, 1
    while True:
        if is_open:
            place = line.find('"', place)
            if place < 0:
                return True
            if line.startswith('""', place):
                place += 2
                continue
            is_open = False
            place += 1
        place = line.find(opening, place)
        if place < 0:
            return False
        is_open = True
        place += len(opening)


class CsvSession:
    """Parses the lines of one CSV file; keeps its header and the lines of a record that is not complete."""

    def __init__(self, path: str, spec: MappingFile) -> None:
        self._path = path
        self._spec = spec
        self._delimiter = spec.delimiter
        self._header: tuple[str, ...] | None = spec.header or None
        self._header_line = b""
        self._held: list[tuple[int, bytes]] = []
        self._held_bytes = 0
        self._is_open = False

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return the fields of each record at its last line; None for the header and for lines that go on."""
        out: list[Native | RecordError | None] = [None] * len(batch)
        # lines held from the batch before have no place in this one
        self._held = [(-1, line) for _, line in self._held]
        queue = list(enumerate(batch))
        queue.reverse()
        while queue:
            place, line = queue.pop()
            try:
                out[place] = self._add(place, line)
            except _UnclosedError as error:
                here = [item for item in error.lines if item[0] >= 0]
                lost = len(error.lines) - len(here)
                out[here[0][0]] = RecordError(f"{UNCLOSED}; it began {lost} lines before" if lost else UNCLOSED)
                # what the open quote swallowed is read again, each line for itself
                queue.extend(reversed(here[1:]))
            except RecordError as error:
                out[place] = error
            except csv.Error as error:
                out[place] = RecordError(f"not CSV: {error}")
        return out

    def _add(self, place: int, line: bytes) -> Native | None:
        if self._header is None and not self._held:
            if not line or line.isspace():
                return None
            line = line.removeprefix(b"\xef\xbb\xbf")
            if self._delimiter is None:
                self._delimiter = sniff_delimiter(decode_text(line)) or ","
        delimiter = self._delimiter or ","
        self._is_open = is_open_after(decode_text(line), delimiter, is_open=self._is_open)
        if self._is_open or self._held:
            self._held.append((place, line))
            self._held_bytes += len(line) + 1
            if self._is_open:
                if len(self._held) >= MAX_SPAN_LINES or self._held_bytes > MAX_SPAN_BYTES:
                    raise _UnclosedError(self._release())
                return None
            line = b"\n".join(text for _, text in self._release())
        values = self._values(decode_text(line), delimiter)
        if self._header is None:
            self._header = _unique(values)
            self._header_line = line
            return None
        if not values:
            return None
        if len(values) != len(self._header):
            raise RecordError(f"{len(values)} values, the header names {len(self._header)}")
        return mapped(dict(zip(self._header, values, strict=True)), self._path, self._spec)

    def _release(self) -> list[tuple[int, bytes]]:
        held, self._held, self._held_bytes, self._is_open = self._held, [], 0, False
        return held

    @staticmethod
    def _values(text: str, delimiter: str) -> list[str]:
        # each line keeps its end, as the csv module wants it for fields that span lines
        lines = [f"{line}\n" for line in text.split("\n")] if "\n" in text else [text]
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
        if len(rows) > 1:
            raise RecordError("more than one record in a line")
        if rows and len(rows[0]) > MAX_COLUMNS:
            raise RecordError(f"more than {MAX_COLUMNS} columns")
        return rows[0] if rows else []

    def preamble(self) -> bytes:
        """Return the header line and the lines of the record that is not complete."""
        lines = [self._header_line] if self._header_line else []
        return b"\n".join([*lines, *(line for _, line in self._held)])


class _UnclosedError(Exception):
    def __init__(self, lines: list[tuple[int, bytes]]) -> None:
        super().__init__(UNCLOSED)
        self.lines = lines


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return header names; a second one of the same name and one without name get a number."""
    out: list[str] = []
    for number, name in enumerate(names, start=1):
        name = name.strip() or f"column {number}"
        out.append(name if name not in out else f"{name} {number}")
    return tuple(out)


class CsvReader:
    """Reads delimited text by a mapping file."""

    name = "csv"
    title = "CSV by a mapping file"
    framing = Framing.LINES
    examples = ("CSV, TSV, semicolon or pipe separated, with --mapping FILE",)

    def sniff(self, sample: Sample) -> float:
        """Return 0.2 where the first lines have equally many fields: too little to be chosen, enough to be named."""
        lines = [decode_text(line) for line in sample.lines[:6] if line.strip()]
        if len(lines) < 2 or lines[0][:1] in ("{", "[", "#", "<"):
            return 0.0
        delimiter = sniff_delimiter(lines[0].removeprefix("\ufeff"))
        if delimiter is None:
            return 0.0
        counts = set()
        for line in lines[: max(2, len(lines) - 1)]:
            try:
                counts.add(len(next(csv.reader([line], delimiter=delimiter), [])))
            except csv.Error:
                return 0.0
        return 0.2 if len(counts) == 1 and counts.pop() >= 3 else 0.0

    def open(self, context: ReadContext) -> CsvSession:
        """Return a session; reads the mapping file.

        Raises:
            UserError: no mapping file named, or it is wrong.
        """
        return CsvSession(*mapping_of(context, self.name))

    def kind(self, native: Native) -> Hashable:
        """Return the path of the mapping file."""
        return native.get(MAPPING_KEY)

    def mapping(self, kind: Hashable) -> Mapping:
        """Return what the mapping file says."""
        return mapping_for(kind)

    def self_identifying(self, native: Native) -> bool:
        """Return False: which column is an id is not known."""
        return False


READER = CsvReader()
