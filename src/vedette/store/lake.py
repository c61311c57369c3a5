"""The lake: append-only Parquet files, partitioned by day and class, read through DuckDB.

A file belongs to the lake once the state database says so: writers write files first, then add
their rows in one transaction (with the marker of the finished shard), so that a reader sees all
of a commit or nothing, and a kill leaves at worst an orphan file, which ``clean`` removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from vedette.errors import OutsideError
from vedette.schema import COLUMNS, SCHEMA_VERSION
from vedette.schema.flat_tables import FlatColumn
from vedette.schema.intel_tables import INTEL_TABLES, INTEL_VERSION, intel_columns
from vedette.schema.scan_tables import SCAN_TABLES, SCAN_VERSION, scan_columns
from vedette.store import tables
from vedette.store.state import from_db, now, open_state, to_db, writing

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

HIT_COLUMNS: tuple[tuple[str, str], ...] = (
    ("ruleset", "string"),
    ("rule_id", "string"),
    ("event_id", "string"),
    ("time", "timestamp"),
    ("device_name", "string"),
    ("cloud_account", "string"),
    ("actor", "string"),
    ("values", "string"),
)
"""The columns of ``hits``: one row for each rule that an event met."""

TABLES: tuple[str, ...] = ("events", "hits", *SCAN_TABLES, *INTEL_TABLES)
"""Every table of the lake."""

_FLAT = frozenset((*SCAN_TABLES, *INTEL_TABLES))
_MAX_SLICES = 64
_STALE_S = 6 * 3600
"""A run's folder that nothing has touched for so long is left over."""

RENAMED: dict[int, dict[str, str]] = {}
"""Schema version -> {column's name then: its name now}; how older segments are read today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One Parquet file of the lake."""

    seq: int
    """Commit order."""
    segment_id: str
    table: str
    path: Path
    day: date | None
    class_name: str | None
    source: str | None
    n_rows: int
    size_bytes: int
    t_min: datetime | None
    t_max: datetime | None
    schema_version: int
    job: str


@dataclass(frozen=True, slots=True)
class Written:
    """A Parquet file that waits for its commit."""

    segment_id: str
    table: str
    path: str
    day: date | None
    class_name: str | None
    source: str | None
    n_rows: int
    size_bytes: int
    t_min: datetime | None
    t_max: datetime | None


def hits_arrow_schema() -> pa.Schema:
    """Return the Arrow schema of ``hits``."""
    import pyarrow as pa

    kinds = {"string": pa.string(), "timestamp": pa.timestamp("us", tz="UTC")}
    return pa.schema([(name, kinds[kind]) for name, kind in HIT_COLUMNS])


def version_of(table: str) -> int:
    """Return the version of a table's columns as they are written now."""
    return SCAN_VERSION if table in SCAN_TABLES else INTEL_VERSION if table in INTEL_TABLES else SCHEMA_VERSION


def flat_columns_of(table: str) -> tuple[FlatColumn, ...]:
    """Return the columns of a table that is neither ``events`` nor ``hits``."""
    return scan_columns(table) if table in SCAN_TABLES else intel_columns(table)


class Lake:
    """A home folder's lake and its state database.

    Args:
        home: the folder; two homes never touch each other.
        url: SQLAlchemy URL of the state database, where it is not the home's own SQLite.
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        self.home = home
        self.folder = home / "lake"
        self._url = url
        self.state = open_state(home, url)

    @classmethod
    def open(cls, home: Path, url: str | None = None) -> Lake:
        """Return the lake of ``home``, created where it is new."""
        return cls(home, url)

    def close(self) -> None:
        """Release the database's connections."""
        self.state.dispose()

    # -- reading -------------------------------------------------------------------------------

    def segments(
        self, table: str = "events", *, source: str | None = None, after: int = 0, job: str | None = None
    ) -> list[Segment]:
        """Return the committed segments of a table, in commit order."""
        t = tables.segments
        query = select(t).where(t.c.tbl == table, t.c.seq > after).order_by(t.c.seq)
        if source is not None:
            query = query.where(t.c.source == source)
        if job is not None:
            query = query.where(t.c.job == job)
        with self.state.connect() as connection:
            return [
                Segment(
                    seq=row.seq,
                    segment_id=row.segment_id,
                    table=row.tbl,
                    path=self.folder / row.path,
                    day=row.day,
                    class_name=row.class_name,
                    source=row.source,
                    n_rows=row.n_rows,
                    size_bytes=row.size_bytes,
                    t_min=from_db(row.t_min) if row.t_min else None,
                    t_max=from_db(row.t_max) if row.t_max else None,
                    schema_version=row.schema_version,
                    job=row.job,
                )
                for row in connection.execute(query)
            ]

    def finished(self, job: str) -> frozenset[str]:
        """Return the shards of a job that are committed."""
        with self.state.connect() as connection:
            rows = connection.execute(select(tables.shards.c.shard).where(tables.shards.c.job == job))
            return frozenset(row[0] for row in rows)

    def connection(self, *, memory_limit: str = "256MB", threads: int = 2) -> duckdb.DuckDBPyConnection:
        """Return a DuckDB connection with a view for each table of this moment.

        For our own code: it is not locked in. The analyst's SQL goes through :mod:`vedette.store.query`.
        """
        import duckdb

        spill = self.home / "tmp" / "duckdb"
        spill.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str(spill),
                "preserve_insertion_order": False,
            }
        )
        connection.execute("SET enable_progress_bar = false")  # it would write on standard output
        for table in TABLES:
            connection.execute(f"CREATE VIEW {table} AS {self.view_sql(table)}")
        return connection

    def view_sql(self, table: str) -> str:
        """Return the SELECT that reads a table's segments, whatever their schema version."""
        if table == "events":
            columns = [(c, _duck_type(c)) for c in COLUMNS]
        elif table == "hits":
            columns = [(c, _KINDS[k]) for c, k in HIT_COLUMNS]
        else:
            columns = [(c.name, _KINDS[c.kind]) for c in flat_columns_of(table)]
        empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns)
        # plain TIMESTAMP, in UTC: arithmetic on TIMESTAMPTZ wants an extension that is not bundled
        listed = ", ".join(
            f'CAST("{name}" AS TIMESTAMP) AS "{name}"' if kind == "TIMESTAMPTZ" else f'"{name}"'
            for name, kind in columns
        )
        if table == "events":
            listed = listed.replace('"native"', "coalesce(native, raw) AS native")
        parts = [f"SELECT {empty} WHERE false"]
        by_version: dict[int, list[str]] = {}
        for segment in self.segments(table):
            by_version.setdefault(segment.schema_version, []).append(str(segment.path))
        for version, paths in sorted(by_version.items()):
            quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
            renamed = {} if table in _FLAT else RENAMED.get(version, {})
            renames = ", ".join(f'"{old}" AS "{new}"' for old, new in renamed.items())
            star = f"* RENAME ({renames})" if renames else "*"
            by_name = str(version != version_of(table)).lower()
            parts.append(
                f"SELECT {star} FROM "  # noqa: S608 (column names are ours, paths are quoted)
                f"read_parquet([{quoted}], union_by_name={by_name}, hive_partitioning=false)"
            )
        union = " UNION ALL BY NAME ".join(f"({part})" for part in parts)
        return f"SELECT {listed} FROM ({union})"  # noqa: S608 (names are ours, paths quoted)

    # -- writing -------------------------------------------------------------------------------

    def write(self, table: str, rows: pa.Table, *, job: str, shard: str, source: str | None = None) -> list[Written]:
        """Write rows as Parquet files, one for each day and class (events) or one; not yet committed.

        File names come from job and shard, so doing a shard again overwrites its own orphan files.
        """
        if rows.num_rows == 0:
            return []
        if table != "events":
            return [self._write_one(table, rows, job, shard, None, None, source)]
        return [
            self._write_one(table, part, job, shard, day, class_name, source)
            for day, class_name, part in _by_day_and_class(rows)
        ]

    def _write_one(
        self,
        table: str,
        rows: pa.Table,
        job: str,
        shard: str,
        day: date | None,
        class_name: str | None,
        source: str | None,
    ) -> Written:
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        name = blake2b(f"{job}\0{shard}\0{day}\0{class_name}".encode(), digest_size=12).hexdigest()
        relative = Path(table)
        if day is not None:
            relative = relative / f"day={day.isoformat()}" / f"class={class_name}"
        relative = relative / f"{name}.parquet"
        path = self.folder / relative
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            plain = {"event_id", "raw", "native", "process_uid", "parent_uid", "text", "parts", "sentences"}
            pq.write_table(
                rows,
                part,
                compression="zstd",
                compression_level=1,
                # what scanners say of one flaw they say of it on each host
                use_dictionary=True if table in SCAN_TABLES else [c for c in rows.column_names if c not in plain],
                write_statistics=["time", "event_id"] if "time" in rows.column_names else True,
                store_schema=False,
            )
            size_bytes = part.stat().st_size
            part.replace(path)
        except OSError as error:
            raise OutsideError(
                f"cannot write to the lake: {error.strerror}",
                location=str(path.parent),
                next_step="check the disk's space and permissions",
            ) from error
        t_min = t_max = None
        if "time" in rows.column_names:
            edge = pc.min_max(rows.column("time"))
            t_min, t_max = edge["min"].as_py(), edge["max"].as_py()
        return Written(
            name, table, relative.as_posix(), day, class_name, source, rows.num_rows, size_bytes, t_min, t_max
        )

    def commit(
        self,
        written: Sequence[Written],
        *,
        job: str,
        shard: str,
        extra: Callable[[Connection], object] | None = None,
        after: int | None = None,
    ) -> bool:
        """Make written files part of the lake and mark the shard finished, all at once.

        Args:
            written: from :meth:`write`.
            job: bulk job.
            shard: its shard.
            extra: called with the connection inside the same transaction (to store rows beside).
            after: if given and somebody else has committed events of the same source with a higher
                sequence number, nothing happens and False is returned: look again for duplicates first.

        Returns:
            True once committed (also where this very shard had been committed before).
        """
        sources = {w.source for w in written if w.source is not None}
        with writing(self.state) as connection:
            done = connection.execute(
                select(tables.shards.c.shard).where(tables.shards.c.job == job, tables.shards.c.shard == shard)
            ).first()
            if done:
                return True
            if after is not None and sources:
                t = tables.segments
                newer = select(t.c.seq).where(t.c.seq > after, t.c.source.in_(sources)).limit(1)
                if connection.execute(newer).first():
                    return False
            if written:
                connection.execute(
                    insert(tables.segments),
                    [
                        {
                            "segment_id": w.segment_id,
                            "tbl": w.table,
                            "path": w.path,
                            "day": w.day,
                            "class_name": w.class_name,
                            "source": w.source,
                            "n_rows": w.n_rows,
                            "size_bytes": w.size_bytes,
                            "t_min": to_db(w.t_min) if w.t_min else None,
                            "t_max": to_db(w.t_max) if w.t_max else None,
                            "schema_version": version_of(w.table),
                            "job": job,
                            "shard": shard,
                        }
                        for w in written
                    ],
                )
            connection.execute(insert(tables.shards).values(job=job, shard=shard, finished_at=now()))
            if extra is not None:
                extra(connection)
        return True

    # -- keeping -------------------------------------------------------------------------------

    def expire(self, before: date) -> list[Segment]:
        """Drop whole days older than ``before`` from the lake (and hits on them); return what went."""
        moment = datetime.combine(before, datetime.min.time(), UTC)
        old = [s for s in self.segments("events") if s.day is not None and s.day < before]
        old += [s for s in self.segments("hits") if s.t_max is not None and s.t_max < moment]
        self.drop([s.segment_id for s in old])
        return old

    def drop(self, segment_ids: Collection[str]) -> None:
        """Take segments out of the lake, then delete their files.

        The marks that their shards are finished go too, so that reading a file again, or judging
        it again, does what it says.
        """
        wanted = set(segment_ids)
        paths = [s.path for t in TABLES for s in self.segments(t) if s.segment_id in wanted]
        t, marks = tables.segments, tables.shards
        with writing(self.state) as connection:
            for part in (sorted(wanted)[i : i + 500] for i in range(0, len(wanted), 500)):
                for job, shard in connection.execute(select(t.c.job, t.c.shard).where(t.c.segment_id.in_(part))).all():
                    connection.execute(delete(marks).where(marks.c.job == job, marks.c.shard == shard))
                # detection names its shards by the segment that it judges
                connection.execute(delete(marks).where(marks.c.shard.in_(part)))
                connection.execute(delete(t).where(t.c.segment_id.in_(part)))
        for path in paths:
            path.unlink(missing_ok=True)
        # what is gone may come in again: forget the ids that were remembered
        shutil.rmtree(self.home / "cache" / "ids", ignore_errors=True)

    def clean(self, *, older_than: timedelta = timedelta(hours=1)) -> int:
        """Delete files that no commit speaks of (left by a kill), and what a run put aside; return how many."""
        known = {s.path for t in TABLES for s in self.segments(t)}
        limit = datetime.now(UTC).timestamp() - older_than.total_seconds()
        n_deleted = 0
        for path in self.folder.rglob("*"):
            if path.suffix in (".parquet", ".part") and path not in known and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                n_deleted += 1
        for folder in (self.home / "tmp").glob("*"):
            # a run that is alive writes in its folder, or in one below it, all the time
            inside = [folder, *folder.rglob("*")]
            if max(_touched_at(p) for p in inside) < min(limit, datetime.now(UTC).timestamp() - _STALE_S):
                n_deleted += sum(1 for p in inside if p.is_file())
                shutil.rmtree(folder, ignore_errors=True)
                if folder.is_file():
                    folder.unlink(missing_ok=True)
        return n_deleted


def _touched_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


_KINDS = {
    "string": "VARCHAR",
    "strings": "VARCHAR[]",
    "float": "DOUBLE",
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "time": "TIMESTAMPTZ",
    "json": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
}


def _duck_type(column: str) -> str:
    import pyarrow as pa

    from vedette.schema import event_arrow_schema

    kind = event_arrow_schema().field(column).type
    return "BIGINT" if kind == pa.int64() else "TIMESTAMPTZ" if pa.types.is_timestamp(kind) else "VARCHAR"


def _by_day_and_class(rows: pa.Table) -> Iterator[tuple[date, str, pa.Table]]:
    """Yield (day, class, rows in the order given) for each partition, in order of day and class.

    Rows that stand together stay slices without a copy; only where days or classes are shuffled
    are they gathered row by row, which costs about 10 times as much.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    time_us = rows.column("time").cast("int64").to_numpy()
    days = time_us // 86_400_000_000
    encoded = pc.dictionary_encode(rows.column("class_name").combine_chunks())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = encoded.dictionary.to_pylist()
    keys = (days - days.min()) * len(names) + encoded.indices.to_numpy()
    edges = np.flatnonzero(np.diff(keys)) + 1
    starts = np.concatenate(([0], edges))
    stops = np.concatenate((edges, [len(keys)]))
    runs: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        key = (int(days[start]), str(names[int(encoded.indices[start].as_py())]))
        runs.setdefault(key, []).append((start, stop))
    for (day, name), spans in sorted(runs.items()):
        if len(spans) <= _MAX_SLICES:
            part = pa.concat_tables([rows.slice(start, stop - start) for start, stop in spans])
        else:
            part = rows.take(np.concatenate([np.arange(start, stop) for start, stop in spans]))
        yield date(1970, 1, 1) + timedelta(days=day), name, part
