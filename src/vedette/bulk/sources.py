"""Rows of a bulk job: Parquet, JSON lines or files, cut into shards that are the same each time.

A text job's rows have an ``id`` and a ``text`` (Parquet, JSON lines) or a file's bytes as ``content``. Where one
shard ends and the next begins depends on the input and the number of rows alone, never on who works on it: that is
what lets a job go on after it was killed. What cannot be made a row (a line that is no JSON, a file that is too large)
is a row with its reason, for the table of errors.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, runtime_checkable

import orjson

from vedette.bulk.places import Entry, Place, S3Access, parquet_names
from vedette.errors import OutsideError, UserError
from vedette.files import seen_sha256, walk_files

if TYPE_CHECKING:
    import pyarrow as pa

SHARD_ROWS = 500
SHARD_BYTES = 16_000_000
"""A shard ends where its texts weigh this much, however few its rows."""
MOST_LINE_BYTES = 32_000_000
MOST_FILE_BYTES = 64_000_000
_JSONL = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_LEFT_OUT = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that could not be read."""

    row: int
    """In the shard's file, from 0."""
    row_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Shard:
    """Rows that are worked on together."""

    number: int
    source: str
    """The file of the rows."""
    first_row: int
    """The file's row that is the shard's first."""
    rows: tuple[int, ...] | None
    """Numbers of the rows in the file, where they do not follow each other."""
    table: pa.Table
    bad: tuple[Bad, ...] = ()

    def row_number(self, at: int) -> int:
        """Return the number in its file of a row of the table."""
        return self.rows[at] if self.rows is not None else self.first_row + at


@runtime_checkable
class Source(Protocol):
    """Where the rows of a job come from."""

    @property
    def identity(self) -> str:
        """A digest of what is read: another one is another job."""
        ...

    @property
    def n_rows(self) -> int | None:
        """How many rows there are; None where only reading tells."""
        ...

    def shards(self, shard_rows: int, finished: Callable[[int], bool]) -> Iterator[Shard]:
        """Yield the shards in order but for the finished ones, which are not even read where that can be helped."""
        ...


def text_schema() -> pa.Schema:
    """Return the columns of a text job's rows."""
    import pyarrow as pa

    return pa.schema([("id", pa.string()), ("text", pa.large_string()), ("content", pa.large_binary())])


def open_texts(
    specs: Sequence[str | Path],
    *,
    text_column: str = "text",
    id_column: str | None = None,
    access: S3Access | None = None,
) -> Source:
    """Return the rows of files, folders and prefixes: Parquet and JSON lines by row, any other file as one.

    Args:
        specs: paths and ``s3://`` URLs, in order.
        text_column: the column, or the field of a line, that holds the text.
        id_column: the one that names a row; None is ``id`` where there is one, else the file and the row's number.
        access: to the store.

    Raises:
        UserError: there is nothing to read.
    """
    files: list[tuple[Place, Entry, str]] = []
    left_out: dict[str, str] = {}
    for spec in specs:
        place = Place(spec, access)
        kind = place.kind()
        if kind == "file":
            files.append((place, place.itself(), place.url))
        elif kind == "folder":
            own = place.entries() if place.remote else _local_entries(place, left_out)
            files += [(place, entry, entry.name) for entry in own if _wanted(entry.name)]
        else:
            raise UserError(f"there is nothing at {place.url}", next_step="check the path or URL")
    if not files:
        raise UserError(f"there are no files in {', '.join(str(s) for s in specs)[:200]}", next_step="check the path")
    return TextSource(tuple(files), text_column, id_column, left_out)


def _local_entries(place: Place, left_out: dict[str, str]) -> list[Entry]:
    """Return the files of a folder, and note which of them are not to be read: links that lead out of it."""
    root, found = Path(place.root), []
    for path, reason in walk_files(root):
        entry = Entry(path.relative_to(root).as_posix(), 0 if reason else path.stat().st_size, "")
        if reason:
            left_out[path.as_posix()] = reason
        found.append(entry)
    return sorted(found, key=lambda entry: entry.name)


def _wanted(name: str) -> bool:
    parts = name.split("/")
    return not any(part in _LEFT_OUT or part[:1] in "_." for part in parts)


class TextSource:
    """Rows with an id and a text, or a file's bytes."""

    def __init__(
        self,
        files: Sequence[tuple[Place, Entry, str]],
        text_column: str = "text",
        id_column: str | None = None,
        left_out: Mapping[str, str] | None = None,
    ) -> None:
        self._files = files
        self._left_out = dict(left_out or {})
        self._text, self._id = text_column, id_column
        self._n_rows: int | None = None
        self._known = False

    @property
    def identity(self) -> str:
        """A digest of the files and of the columns that are read.

        Of a local file its content counts, of a store's its size and the time it was written.
        """
        digest = hashlib.sha256(orjson.dumps([self._text, self._id]))
        for place, entry, name in self._files:
            reason = self._reason(place, entry)
            own = f"{entry.size_bytes} {entry.modified}"
            mark = reason or (own if place.remote else _local_mark(place, entry))
            digest.update(orjson.dumps([name, mark]))
        return digest.hexdigest()

    def _reason(self, place: Place, entry: Entry) -> str:
        """Return why a file is not to be read; empty where it is."""
        return self._left_out.get((Path(place.root) / entry.name).as_posix(), "") if self._left_out else ""

    @property
    def n_rows(self) -> int | None:
        """How many rows there are, where the files' ends say so."""
        if not self._known:
            self._known = True
            total = 0
            for place, entry, name in self._files:
                if self._reason(place, entry):
                    total += 1
                    continue
                if name.endswith(_JSONL):
                    return None
                total += _parquet(place, entry).metadata.num_rows if name.endswith(".parquet") else 1
            self._n_rows = total
        return self._n_rows

    def shards(self, shard_rows: int, finished: Callable[[int], bool]) -> Iterator[Shard]:
        """Yield the shards in order but for the finished ones."""
        number = 0
        loose: list[tuple[Place, Entry, str]] = []
        for one in self._files:
            name = one[2]
            if not name.endswith((".parquet", *_JSONL)) or self._reason(one[0], one[1]):
                loose.append(one)
                continue
            made = self._of_parquet if name.endswith(".parquet") else self._of_lines
            for make in made(one, shard_rows, number, finished):
                if make is not None:
                    yield make
                number += 1
        yield from self._of_files(loose, shard_rows, number, finished)

    def _of_parquet(
        self, one: tuple[Place, Entry, str], shard_rows: int, number: int, finished: Callable[[int], bool]
    ) -> Iterator[Shard | None]:
        import pyarrow as pa

        place, entry, name = one
        file = _parquet(place, entry)
        names = file.schema_arrow.names
        if self._text not in names:
            raise UserError(
                f"{name} has no column {self._text!r}",
                next_step=f"name one with --text-column: {', '.join(names[:20])}",
            )
        id_column = self._id if self._id is not None else "id" if "id" in names else None
        if id_column is not None and id_column not in names:
            raise UserError(
                f"{name} has no column {id_column!r}", next_step=f"name one with --id-column: {', '.join(names[:20])}"
            )
        wanted = list(dict.fromkeys([self._text, *([id_column] if id_column else [])]))
        start = 0
        for group in range(file.num_row_groups):
            n_rows = file.metadata.row_group(group).num_rows
            cut = range(0, n_rows, shard_rows)
            if all(finished(number + i) for i in range(len(cut))):
                yield from (None for _ in cut)
            else:
                for i, batch in enumerate(_batches(file, shard_rows, group, wanted, name)):
                    if finished(number + i):
                        yield None
                        continue
                    first = start + cut[i]
                    ids = _ids(batch, id_column, name, first)
                    texts, contents = _texts(batch.column(batch.schema.get_field_index(self._text)), self._text, name)
                    table = pa.table([ids, texts, contents], schema=text_schema())
                    yield Shard(number + i, name, first, None, table)
            number += len(cut)
            start += n_rows

    def _of_lines(
        self, one: tuple[Place, Entry, str], shard_rows: int, number: int, finished: Callable[[int], bool]
    ) -> Iterator[Shard | None]:
        import pyarrow as pa

        place, _, name = one
        with _lines(place, one[1].name, name) as stream:
            at = 0
            while True:
                first, size = at, 0
                ids: list[str] = []
                texts: list[str] = []
                rows: list[int] = []
                bad: list[Bad] = []
                while at - first < shard_rows and size < SHARD_BYTES:
                    line = stream.readline(MOST_LINE_BYTES + 1)
                    if not line:
                        break
                    size += len(line)
                    if len(line) > MOST_LINE_BYTES and not line.endswith(b"\n"):
                        while (rest := stream.readline(MOST_LINE_BYTES)) and not rest.endswith(b"\n"):
                            pass
                        bad.append(Bad(at, f"{name}#{at}", f"the line is longer than {MOST_LINE_BYTES:,} bytes"))
                    elif line.strip():
                        row_id, text = self._line(line, name, at)
                        if isinstance(text, str):
                            ids.append(row_id)
                            texts.append(text)
                            rows.append(at)
                        else:
                            bad.append(Bad(at, row_id, text.args[0]))
                    at += 1
                if at == first:
                    return
                if finished(number):
                    yield None
                else:
                    table = pa.table([ids, texts, [None] * len(ids)], schema=text_schema())
                    yield Shard(number, name, first, tuple(rows), table, tuple(bad))
                number += 1

    def _line(self, line: bytes, name: str, at: int) -> tuple[str, str | ValueError]:
        row_id = f"{name}#{at}"
        try:
            asked = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            return row_id, ValueError(f"not JSON: {error}"[:300])
        if not isinstance(asked, dict):
            return row_id, ValueError("not a JSON object")
        own = asked.get(self._id if self._id is not None else "id")
        if isinstance(own, (str, int)) and not isinstance(own, bool):
            row_id = str(own)
        text = asked.get(self._text)
        return row_id, text if isinstance(text, str) else ValueError(f"the line has no text in {self._text!r}")

    def _of_files(
        self,
        files: Sequence[tuple[Place, Entry, str]],
        shard_rows: int,
        number: int,
        finished: Callable[[int], bool],
    ) -> Iterator[Shard]:
        import pyarrow as pa

        at = 0
        while at < len(files):
            first, size = at, 0
            while at < len(files) and at - first < shard_rows and (at == first or size < SHARD_BYTES):
                size += min(files[at][1].size_bytes, MOST_FILE_BYTES)
                at += 1
            if not finished(number):
                ids: list[str] = []
                contents: list[bytes] = []
                rows: list[int] = []
                bad: list[Bad] = []
                for row in range(first, at):
                    place, entry, name = files[row]
                    if reason := self._reason(place, entry):
                        bad.append(Bad(row, name, reason))
                        continue
                    if entry.size_bytes > MOST_FILE_BYTES:
                        bad.append(Bad(row, name, f"it is larger than {MOST_FILE_BYTES:,} bytes"))
                        continue
                    try:
                        contents.append(place.read(entry.name) or b"")
                    except OutsideError as error:
                        bad.append(Bad(row, name, error.message))
                        continue
                    ids.append(name)
                    rows.append(row)
                table = pa.table([ids, [None] * len(ids), contents], schema=text_schema())
                yield Shard(number, "", first, tuple(rows), table, tuple(bad))
            number += 1


class ParquetSource:
    """All columns of one or many Parquet files, or the chosen ones.

    Args:
        spec: a file, a folder or an ``s3://`` URL.
        columns: which; None means all.
        access: to the store.

    Raises:
        UserError: there are none, or their columns differ.
    """

    def __init__(self, spec: str | Path, columns: Sequence[str] | None = None, access: S3Access | None = None) -> None:
        place = Place(spec, access)
        entries = [place.itself()] if place.kind() == "file" else list(parquet_names(place.entries()))
        if not entries:
            raise UserError(f"there is no Parquet at {place.url}", next_step="check the path or URL")
        self._place, self._entries = place, entries
        self._columns = list(columns) if columns is not None else None

    @property
    def identity(self) -> str:
        """A digest of the files and columns that are read."""
        digest = hashlib.sha256(orjson.dumps(self._columns))
        for entry in self._entries:
            place = self._place
            mark = _local_mark(place, entry) if not place.remote else f"{entry.size_bytes} {entry.modified}"
            digest.update(orjson.dumps([entry.name, mark]))
        return digest.hexdigest()

    @property
    def n_rows(self) -> int | None:
        """How many rows there are."""
        return sum(int(_parquet(self._place, entry).metadata.num_rows) for entry in self._entries)

    def shards(self, shard_rows: int, finished: Callable[[int], bool]) -> Iterator[Shard]:
        """Yield the shards in order but for the finished ones."""
        import pyarrow as pa

        number = 0
        for entry in self._entries:
            file = _parquet(self._place, entry)
            names = self._columns or file.schema_arrow.names
            missing = [name for name in names if name not in file.schema_arrow.names]
            if missing:
                raise UserError(f"{entry.name or self._place.url} has no column {missing[0]!r}")
            start = 0
            for group in range(file.num_row_groups):
                n_rows = file.metadata.row_group(group).num_rows
                cut = range(0, n_rows, shard_rows)
                if not all(finished(number + i) for i in range(len(cut))):
                    for i, batch in enumerate(_batches(file, shard_rows, group, names, entry.name or self._place.url)):
                        if not finished(number + i):
                            table = pa.Table.from_batches([batch])
                            yield Shard(number + i, entry.name or self._place.url, start + cut[i], None, table)
                number += len(cut)
                start += n_rows


def _parquet(place: Place, entry: Entry) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(place.open(entry.name), pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{entry.name or place.url} is no Parquet: {error}"[:300]) from error


def _batches(file: Any, n_rows: int, group: int, columns: Sequence[str], name: str) -> Iterator[Any]:
    import pyarrow as pa

    try:
        yield from file.iter_batches(n_rows, row_groups=[group], columns=list(columns))
    except (pa.ArrowException, OSError) as error:
        raise OutsideError(f"{name} is damaged: {error}"[:300], next_step="get the file again") from error


def _texts(column: Any, name: str, source: str) -> tuple[Any, Any]:
    """Return a column as texts and as bytes, one of them empty."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    none = {one: pa.nulls(len(column), one) for one in (pa.large_string(), pa.large_binary())}
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.large_string()), none[pa.large_binary()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return none[pa.large_string()], column.cast(pa.large_binary())
    raise UserError(f"the column {name!r} of {source} holds {kind}, no text", next_step="name another by --text-column")


def _ids(batch: Any, column: str | None, name: str, first: int) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    made = pa.array([f"{name}#{first + i}" for i in range(batch.num_rows)], pa.string())
    if column is None:
        return made
    return pc.coalesce(batch.column(batch.schema.get_field_index(column)).cast(pa.string()), made)


def _local_mark(place: Place, entry: Entry) -> str:
    path = Path(place.root) / entry.name if entry.name else Path(place.root)
    try:
        return seen_sha256(path)
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror or error}", next_step="check it") from error


def _lines(place: Place, name: str, shown: str) -> IO[bytes]:
    stream: Any = place.open(name)
    if shown.endswith(".gz"):
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    return io.BufferedReader(stream)
