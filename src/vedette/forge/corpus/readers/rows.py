"""Files of rows: JSON lines, JSON, CSV, TSV and Parquet. Which field is the text, the recipe says."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import DamagedError, excerpt_of, lines, read_document
from vedette.forge.recipe import SourceSpec

_LISTS = ("data", "records", "rows", "items", "examples", "objects", "values")
"""Keys under which a JSON file may hold its rows."""
_MAX_FIELD_CHARS = 16 << 20


def json_rows(file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
    """Yield the objects of a file of JSON lines."""
    for line in lines(file.path, spec.options.get("encoding")):
        if isinstance(line, Bad):
            yield line
            continue
        number, text = line
        if not text.strip():
            continue
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield Bad(place=f"line {number}", reason=f"no JSON: {error.msg}", excerpt=excerpt_of(text))
            continue
        yield _row(value, f"line {number}", text)


def _row(value: Any, place: str, shown: str = "") -> Row | Bad:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, Mapping):
        return Bad(place=place, reason="no JSON object", excerpt=excerpt_of(shown))
    return Row(place=place, fields=value)


class JsonLinesReader:
    """Reads JSON lines."""

    name = "jsonl"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        first, _, rest = sample.head.lstrip().partition(b"\n")
        opens = first[:1] == b"{"
        if sample.suffix in (".jsonl", ".ndjson"):
            return 0.8
        return 0.7 if opens and first.rstrip()[-1:] == b"}" and (rest.lstrip()[:1] in (b"{", b"")) else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows."""
        return json_rows(file, spec)


class JsonReader:
    """Reads one JSON value: a list of objects, an object that holds such a list, or one object."""

    name = "json"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        if sample.suffix == ".json":
            return 0.75
        return 0.6 if sample.head.lstrip()[:2] in (b"[{", b"[\n", b"{\n") else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows."""
        try:
            data = read_document(file.path)
            value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except DamagedError as error:
            reason = str(error)
            if reason.startswith("larger"):
                reason += "; write it as JSON lines, which are read one by one"
            yield Bad(place="", reason=reason)
            return
        except orjson.JSONDecodeError as error:
            if b"\n{" in data:  # JSON lines under another name
                yield from json_rows(file, spec)
                return
            yield Bad(place="", reason=f"no JSON: {error.msg}", excerpt=excerpt_of(data))
            return
        if isinstance(value, Mapping):
            held = spec.options.get("records") or next((k for k in _LISTS if isinstance(value.get(k), list)), None)
            value = value.get(held, value) if held else value
        rows = value if isinstance(value, list) else [value]
        for number, item in enumerate(rows, start=1):
            yield _row(item, f"item {number}")


class CsvReader:
    """Reads CSV with a header (or with ``options: {header: [names]}``)."""

    whole = False

    def __init__(self, name: str, suffix: str, delimiter: str | None) -> None:
        self.name = name
        self._suffix = suffix
        self._delimiter = delimiter

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        return 0.8 if sample.suffix == self._suffix else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows."""
        bad: list[Bad] = []
        source = _Lines(lines(file.path, spec.options.get("encoding")), bad)
        delimiter = spec.options.get("delimiter") or self._delimiter or _delimiter(source.peek())
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            raise UserError(f"the delimiter is {delimiter!r}", next_step="give one character")
        before = csv.field_size_limit(_MAX_FIELD_CHARS)
        try:
            yield from self._rows(csv.reader(source, delimiter=delimiter), source, spec, bad)
        finally:
            csv.field_size_limit(before)

    def _rows(self, table: Any, source: _Lines, spec: SourceSpec, bad: list[Bad]) -> Iterator[Row | Bad]:
        header: list[str] | None = spec.options.get("header")
        while True:
            place = f"line {source.number + 1}"
            try:
                values = next(table)
            except StopIteration:
                break
            except csv.Error as error:
                bad.append(Bad(place=place, reason=f"no CSV: {error}"))
                continue
            finally:
                yield from bad
                bad.clear()
            if not values:
                continue
            if header is None:
                header = [v.strip() for v in values]
                if len(set(header)) != len(header):
                    twice = sorted({h for h in header if header.count(h) > 1})
                    yield Bad(place=place, reason=f"the header names {twice[0]!r} twice")
                    return
                continue
            if len(values) != len(header):
                reason = f"{len(values)} values where the header has {len(header)}"
                yield Bad(place=place, reason=reason, excerpt=excerpt_of(" | ".join(values)))
                continue
            yield Row(place=place, fields=dict(zip(header, values, strict=True)))


class _Lines:
    """Lines for the CSV parser; what is no text is set aside."""

    def __init__(self, source: Iterator[tuple[int, str] | Bad], bad: list[Bad]) -> None:
        self._source = source
        self._bad = bad
        self._ahead: str | None = None
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._ahead is not None:
            text, self._ahead = self._ahead, None
            return text
        for line in self._source:
            if isinstance(line, Bad):
                self._bad.append(line)
                continue
            self.number, text = line
            return text + "\n"
        raise StopIteration

    def peek(self) -> str:
        """Return the first line without taking it."""
        try:
            self._ahead = next(self)
        except StopIteration:
            return ""
        return self._ahead


def _delimiter(line: str) -> str:
    return max(",;\t|", key=lambda d: (line.count(d), d == ","))


class ParquetReader:
    """Reads Parquet, a few thousand rows at a time."""

    name = "parquet"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        return 1.0 if sample.head[:4] == b"PAR1" else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        number = 0
        try:
            with pq.ParquetFile(file.path) as table:
                for batch in table.iter_batches(batch_size=2000):
                    for fields in batch.to_pylist():
                        number += 1
                        yield Row(place=f"row {number}", fields=fields)
        except (pa.ArrowException, OSError, ValueError) as error:
            yield Bad(place=f"row {number + 1}" if number else "", reason=f"no Parquet: {str(error)[:200]}")


JSONL = JsonLinesReader()
JSON = JsonReader()
CSV = CsvReader("csv", ".csv", None)
TSV = CsvReader("tsv", ".tsv", "\t")
PARQUET = ParquetReader()
