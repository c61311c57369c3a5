"""A job over tables: rows in, tables of Parquet out, every row exactly once, however often it is killed.

The input is cut into shards that depend on it alone. A worker gets a shard's rows and returns tables; this process
writes them, one file a table and shard, and then the shard's marker. A run that was killed goes on behind the markers
it finds: a file without its marker is written again with the same bytes. A row whose function raises is in the
``errors`` table with its reason, and the rows beside it go on. So the output is the same bytes on one process, a pool
and a cluster, in one run and in ten.

Layout of the output, a folder or an S3 prefix::

    _job.json                  what the job is: function, version, input, rows of a shard, columns of each table
    _markers/00000007.json     a finished shard: its rows, its files with their SHA-256
    _done.json                 the sums, written last: without it the output is not whole
    TABLE/part-00000007.parquet
    errors/part-00000007.parquet
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import orjson

from vedette.bulk.engine import Engine, LocalEngine, run_shards
from vedette.bulk.places import Place, S3Access
from vedette.bulk.sources import SHARD_ROWS, Bad, Shard, Source
from vedette.errors import InternalError, UserError
from vedette.files import locked

if TYPE_CHECKING:
    import pyarrow as pa

Tables = Mapping[str, "pa.Table"]
Function = Callable[["pa.Table"], Tables]
"""Rows to tables: the tables of two tables one after the other are the tables of each one after the other. It always
returns the same tables with the same columns, empty ones too. Beside them it may return ``errors``, rows of ``at``
(the row of its argument) and ``reason``, for what went wrong with a part of a row."""

ERRORS = "errors"
NEAR_DUPLICATES = "near_duplicates"
_JOB, _DONE, _MARKERS = "_job.json", "_done.json", "_markers"
_LAYOUT = 1
_MOST_REASON = 500
_ROW_GROUP = 65_536


class Progress(Protocol):
    """Told how far a job has come."""

    def __call__(self, *, rows: int, total: int | None, errors: int) -> None:
        """Take note, after each shard."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """What came of a job."""

    url: str
    n_shards: int
    n_kept: int
    """Shards that an earlier run had finished."""
    n_rows: int
    """Rows of the input, with the bad ones."""
    n_errors: int
    tables: Mapping[str, int]
    """Rows of each table."""
    n_near_duplicates: int | None = None
    """None where they were not looked for."""


class _Work(NamedTuple):
    """A shard on its way to a worker; everything in it pickles small."""

    number: int
    source: str
    rows: bytes
    """Arrow IPC."""


@dataclass(slots=True)
class _Result:
    tables: dict[str, bytes] = field(default_factory=dict)
    """Parquet, ready to be written."""
    n_rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)
    """Row of the shard, and why."""


def run_job(
    function: Function,
    source: Source,
    sink: str | Path,
    *,
    engine: Engine | None = None,
    name: str | None = None,
    version: str = "1",
    shard_rows: int = SHARD_ROWS,
    initializer: Callable[..., None] | None = None,
    initargs: tuple[Any, ...] = (),
    access: S3Access | None = None,
    progress: Progress | None = None,
    near_duplicates: float | None = None,
    fresh: bool = False,
) -> JobReport:
    """Work on all rows of a source and keep the tables; go on where an earlier run of the same job stopped.

    Args:
        function: rows to tables, by a name that can be imported; pure but for what ``initializer`` prepared.
        source: the rows.
        sink: a folder or ``s3://`` URL for the output.
        engine: where the work is done; None is this process.
        name: of the function, for the markers; None is its module and name.
        version: of everything that the answers depend on (model, rules, code): with another one it is another job.
        shard_rows: rows of a shard. More make fewer files, fewer make less memory.
        initializer: called once in each process before its first shard.
        initargs: its arguments.
        access: to the store of the sink.
        progress: told of it after each shard.
        near_duplicates: a similarity in (0, 1]: mark texts that are at least so similar to an earlier one; None does
            not look.
        fresh: throw away what an earlier job left in the sink.

    Raises:
        UserError: the sink holds another job's output.
        OutsideError: a disk, store or cluster failed; running again goes on behind the finished shards.
        InternalError: the function's tables are not what they must be.
    """
    import pyarrow

    place = Place(sink, access)
    name = name or f"{function.__module__}.{function.__qualname__}"
    header = {
        "layout": _LAYOUT,
        "function": name,
        "version": version,
        "input": source.identity,
        "shard_rows": shard_rows,
        "near_duplicates": near_duplicates,
        "pyarrow": pyarrow.__version__,
    }
    with ExitStack() as held:
        if not place.remote:
            held.enter_context(locked(Path(place.root) / ".lock", timeout_s=5.0))
        job = _Output(place, header, fresh=fresh)
        total = source.n_rows
        n_rows, n_errors = job.n_rows, job.n_errors
        if progress is not None:
            progress(rows=n_rows, total=total, errors=n_errors)
        bad: dict[int, Shard] = {}

        def packed() -> Iterator[_Work]:
            for shard in source.shards(shard_rows, job.finished):
                bad[shard.number] = _emptied(shard)
                yield _Work(shard.number, shard.source, _ipc(shard.table))

        for work, result in run_shards(
            partial(work_on, function),
            packed(),
            engine=engine if engine is not None else LocalEngine(),
            initializer=initializer,
            initargs=initargs,
        ):
            rows, errors = job.add(bad.pop(work.number), work, result)
            n_rows += rows
            n_errors += errors
            if progress is not None:
                progress(rows=n_rows, total=total, errors=n_errors)
        n_near = None
        if near_duplicates is not None:
            from vedette.bulk.marking import near_duplicate_rows

            n_near = job.once(NEAR_DUPLICATES, lambda: near_duplicate_rows(source, shard_rows, near_duplicates))
        return job.end(n_near)


def work_on(function: Function, work: _Work) -> _Result:
    """Return what a shard's rows become, on whichever process.

    Where the rows fail together they are halved until the ones that fail stand alone.
    """
    import pyarrow as pa

    with pa.ipc.open_stream(work.rows) as reader:
        table = reader.read_all()
    result = _Result()
    parts = list(_tried(function, table, 0, result.errors))
    if not parts:  # every row failed: the columns of the tables are still to be told
        try:
            parts = [{name: one for name, one in function(table.slice(0, 0)).items() if name != ERRORS}]
        except Exception as error:
            raise InternalError(f"the function fails on no rows too: {type(error).__name__}: {error}"[:500]) from error
    if any(set(part) != set(parts[0]) for part in parts) or NEAR_DUPLICATES in parts[0]:
        raise InternalError("a job's function returns the same tables each time")
    for name in sorted(parts[0]):
        whole = pa.concat_tables([part[name] for part in parts])
        result.tables[name] = parquet_of(whole)
        result.n_rows[name] = whole.num_rows
        result.columns[name] = str(whole.schema.remove_metadata())
    return result


def _tried(function: Function, table: pa.Table, start: int, errors: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    if not table.num_rows and start:
        return
    try:
        made = dict(function(table))
        told = made.pop(ERRORS, None)
        if told is not None:
            ats, reasons = told.column("at").to_pylist(), told.column("reason").to_pylist()
            errors.extend((start + at, reason) for at, reason in zip(ats, reasons, strict=True))
        yield made
        return
    except Exception as error:
        if table.num_rows == 0:
            raise
        if table.num_rows == 1:
            errors.append((start, reason_of(error)))
            return
    half = table.num_rows // 2
    yield from _tried(function, table.slice(0, half), start, errors)
    yield from _tried(function, table.slice(half), start + half, errors)


def reason_of(error: Exception) -> str:
    """Return an error in one line that a terminal may show."""
    text = " ".join(str(error).split())
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return f"{type(error).__name__}: {shown}"[:_MOST_REASON]


def parquet_of(table: pa.Table) -> bytes:
    """Return a table as Parquet: the same rows are the same bytes, with one version of pyarrow."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(
        pa.Table.from_batches(table.combine_chunks().to_batches(), schema=table.schema),
        out,
        row_group_size=_ROW_GROUP,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        data_page_version="1.0",
        store_schema=True,
    )
    return out.getvalue()


def told_errors(told: Iterable[tuple[int, str]]) -> pa.Table:
    """Return the ``errors`` that a job's function may return: the row of its argument, and why."""
    import pyarrow as pa

    rows = list(told)
    return pa.table(
        {"at": pa.array([a for a, _ in rows], pa.int64()), "reason": pa.array([r for _, r in rows], pa.string())}
    )


def errors_schema() -> pa.Schema:
    """Return the columns of the table of rows that failed."""
    import pyarrow as pa

    return pa.schema([("id", pa.string()), ("source", pa.string()), ("row", pa.int64()), ("reason", pa.string())])


def _ipc(table: pa.Table) -> bytes:
    import pyarrow as pa

    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _emptied(shard: Shard) -> Shard:
    """Return a shard with the names of its rows alone."""
    table = shard.table.select(["id"]) if "id" in shard.table.column_names else shard.table.select([])
    return Shard(shard.number, shard.source, shard.first_row, shard.rows, table, shard.bad)


class _Output:
    """The output of a job and the markers of what is finished."""

    def __init__(self, place: Place, header: dict[str, Any], *, fresh: bool) -> None:
        self._place = place
        self._columns: dict[str, str] = {}
        self._markers: dict[int, dict[str, Any]] = {}
        self.n_rows = self.n_errors = self._n_new = 0
        known = place.read(_JOB)
        here = place.entries()
        if fresh and known is not None:
            for entry in here:
                if entry.name == _JOB or entry.name.startswith("_") or "/part-" in entry.name:
                    place.remove(entry.name)
            known, here = None, []
        if known is None:
            others = [e.name for e in here if e.name != ".lock"]
            if others:
                raise UserError(
                    f"{place.url} holds something else ({others[0]})", next_step="choose a new folder for --out"
                )
            place.write(_JOB, _json(header))
            return
        before = _object(known)
        changed = [key for key in header if before.get(key) != header[key]]
        if changed:
            raise UserError(
                f"{place.url} holds another job's output: {', '.join(changed)} changed",
                next_step="choose another --out, or begin anew with --fresh",
            )
        sizes = {entry.name: entry.size_bytes for entry in here}
        for name in sizes:
            if name.startswith(f"{_MARKERS}/"):
                marker = _object(place.read(name) or b"{}")
                files = marker.get("files", {})
                if isinstance(marker.get("shard"), int) and all(
                    sizes.get(file) == one.get("size_bytes") for file, one in files.items()
                ):
                    self._markers[marker["shard"]] = marker
        self._columns = self._markers.get(0, {}).get("columns", {})
        self.n_rows = sum(m["n_rows"] for m in self._markers.values())
        self.n_errors = sum(m["n_errors"] for m in self._markers.values())

    def finished(self, number: int) -> bool:
        """Return whether a shard needs no more work."""
        return number in self._markers

    def add(self, shard: Shard, work: _Work, result: _Result) -> tuple[int, int]:
        """Write a shard's tables, then its marker; return its rows and its errors."""
        if not self._columns:
            self._columns = dict(result.columns)
        if result.columns != self._columns:
            changed = sorted(
                name
                for name in result.columns.keys() | self._columns.keys()
                if result.columns.get(name) != self._columns.get(name)
            )
            raise InternalError(f"the columns of {', '.join(changed)} changed between shards")
        errors = _errors(shard, result.errors)
        written = dict(result.tables)
        n_rows = dict(result.n_rows)
        written[ERRORS], n_rows[ERRORS] = parquet_of(errors), errors.num_rows
        files: dict[str, dict[str, Any]] = {}
        for name, data in written.items():
            # the first shard tells the columns of a table that may stay empty
            if n_rows[name] or shard.number == 0:
                file = f"{name}/part-{shard.number:08d}.parquet"
                self._place.write(file, data)
                files[file] = {
                    "n_rows": n_rows[name],
                    "size_bytes": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
        rows = shard.table.num_rows + len(shard.bad)
        marker = {
            "shard": shard.number,
            "source": shard.source,
            "input_sha256": hashlib.sha256(work.rows).hexdigest(),
            "n_rows": rows,
            "n_errors": errors.num_rows,
            "tables": n_rows,
            "files": files,
        }
        if shard.number == 0:
            marker["columns"] = result.columns
        self._place.write(f"{_MARKERS}/{shard.number:08d}.json", _json(marker))
        self._markers[shard.number] = marker
        self._n_new += 1
        return rows, errors.num_rows

    def once(self, name: str, make: Callable[[], pa.Table]) -> int:
        """Write a table that needs all the rows, if it is not there; return its rows."""
        file = f"{name}/part-00000000.parquet"
        marker = f"_{name}.json"
        known = self._place.read(marker)
        if known is not None:
            return int(_object(known).get("n_rows", 0))
        table = make()
        self._place.write(file, parquet_of(table))
        self._place.write(marker, _json({"n_rows": table.num_rows}))
        return int(table.num_rows)

    def end(self, n_near: int | None) -> JobReport:
        """Write that all is done, and say what."""
        tables: dict[str, int] = {}
        for marker in self._markers.values():
            for name, count in marker["tables"].items():
                tables[name] = tables.get(name, 0) + count
        tables = dict(sorted(tables.items()))
        n_rows = sum(m["n_rows"] for m in self._markers.values())
        n_errors = sum(m["n_errors"] for m in self._markers.values())
        self._place.write(
            _DONE,
            _json({"n_shards": len(self._markers), "n_rows": n_rows, "n_errors": n_errors, "tables": tables}),
        )
        return JobReport(
            url=self._place.url,
            n_shards=len(self._markers),
            n_kept=len(self._markers) - self._n_new,
            n_rows=n_rows,
            n_errors=n_errors,
            tables=tables,
            n_near_duplicates=n_near,
        )


def _errors(shard: Shard, failed: list[tuple[int, str]]) -> pa.Table:
    import pyarrow as pa

    ids = shard.table.column("id").to_pylist() if shard.table.column_names else []
    # a row's name as the shard was made tells its file where the files were given one by one
    rows = [
        (shard.row_number(at), ids[at] if ids else f"{shard.source}#{shard.row_number(at)}", reason)
        for at, reason in failed
    ]
    rows += [(bad.row, bad.row_id, bad.reason) for bad in shard.bad]
    rows.sort(key=lambda row: row[0])
    return pa.table(
        [
            [row_id for _, row_id, _ in rows],
            [shard.source or row_id for _, row_id, _ in rows],
            [row for row, _, _ in rows],
            [reason for _, _, reason in rows],
        ],
        schema=errors_schema(),
    )


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def read_table(url: str | Path, table: str, access: S3Access | None = None) -> pa.Table:
    """Return a table of a job's output in the order of the input.

    Raises:
        UserError: there is no such table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = Place(url, access)
    names = [entry.name for entry in place.entries(table) if entry.name.endswith(".parquet")]
    if not names:
        raise UserError(f"{place.url} has no table {table!r}", next_step="look at its _job.json and _done.json")
    return pa.concat_tables([pq.read_table(io.BytesIO(place.read(name) or b"")) for name in names])


def sorted_sha256(table: pa.Table) -> str:
    """Return the SHA-256 of a table as Parquet, its rows sorted as JSON: the same rows, the same digest."""
    import pyarrow as pa

    order = sorted(range(table.num_rows), key=_row_keys(table).__getitem__)
    return hashlib.sha256(parquet_of(table.take(pa.array(order, pa.int64())))).hexdigest()


def _row_keys(table: pa.Table) -> list[bytes]:
    return [orjson.dumps(row, default=str) for row in table.to_pylist()]


__all__ = [
    "ERRORS",
    "NEAR_DUPLICATES",
    "Bad",
    "Function",
    "JobReport",
    "Progress",
    "Shard",
    "Source",
    "parquet_of",
    "read_table",
    "run_job",
    "sorted_sha256",
    "told_errors",
    "work_on",
]
