"""Taking a set over from a file, a folder or an archive: read strictly, held whole, or not at all."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from vedette.errors import OutsideError, UserError
from vedette.files import sha256_of
from vedette.knowledge import holding
from vedette.knowledge.columns import COLUMNS, arrow_schema
from vedette.knowledge.holding import HeldSet
from vedette.knowledge.sources.base import Head, Rows, WrongFormatError
from vedette.knowledge.sources.members import BOUNDS, Bounds, Reading
from vedette.knowledge.sources.registry import READERS

_BATCH = 10_000
_NEWER = {"cvelist": "updated_at", "nvd": "updated_at", "osv": "updated_at", "vulnrichment": "decided_at"}
"""Which of two records with the same id counts: the one that is newer by this column."""


def import_set(
    home: Path,
    name: str,
    path: Path,
    *,
    now: datetime,
    source: str | None = None,
    on: date | None = None,
    sha256: str | None = None,
    fewer: bool = False,
    bounds: Bounds = BOUNDS,
) -> HeldSet:
    """Read a set from a file or folder, and let it count; the version before is kept for :func:`holding.rollback`.

    Args:
        home: the home.
        name: the set.
        path: the publisher's file as it is, compressed or not, an archive, or a folder.
        now: the moment, UTC.
        source: where it came from, for the manifest; None: the file's name.
        on: the day that its content is of; None: as it says itself.
        sha256: what the file's SHA-256 must be.
        fewer: take it even where it has fewer than half of the records that are held.
        bounds: how much is unpacked.

    Raises:
        UserError: there is no such set or file, it is not what it should be, or says no day.
        OutsideError: it cannot be read or stored.
    """
    kind = holding.kind(name)
    where = str(path)
    if not path.exists():
        raise UserError(f"there is no {path.name}", location=where)
    if sha256 is not None:
        _check_digest(path, sha256)
    root = holding.folder(home, name)
    staging = root / f".import-{uuid.uuid4().hex}"
    head = Head()
    reading = Reading(path, bounds)
    try:
        staging.mkdir(parents=True)
        n_records = _write(name, READERS[name](reading.members(), head), staging)
        day = on or head.on
        if day is None:
            raise UserError(
                f"{path.name} does not say which day it is of",
                location=where,
                next_step="say it with --date YYYY-MM-DD",
            )
        if day > now.astimezone(UTC).date() + timedelta(days=2):
            raise UserError(f"{path.name} says that it is of {day}, which is yet to come", location=where)
        _check_size(home, name, n_records, fewer, where)
        made = HeldSet(
            name=name,
            title=kind.title,
            version=_version(head.version) or day.isoformat(),
            on=day,
            fetched_at=now.astimezone(UTC),
            source=source or path.name,
            source_sha256=reading.sha256,
            n_records=n_records,
            n_skipped=head.n_skipped,
            sha256="",
            notice=kind.notice,
            extra=head.extra,
        )
        return holding.put(home, made, staging / holding.DATA)
    except WrongFormatError as error:
        raise UserError(
            f"{path.name} is no {kind.title} that can be taken over: {error}",
            location=where,
            next_step="fetch the publisher's file again; what was held before still counts",
        ) from None
    except OSError as error:
        raise OutsideError(
            f"cannot take {kind.title} over: {error.strerror or error}",
            location=where,
            next_step="check the file, the disk's space and permissions",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(name: str, rows: Rows, staging: Path) -> int:
    """Write a set's rows as Parquet in order of their ids, the newer of two with the same id; return how many."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(name)
    raw = staging / "raw.parquet"
    with pq.ParquetWriter(raw, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    key = next(iter(COLUMNS[name]))
    newest = f"ORDER BY {_NEWER[name]} DESC NULLS LAST" if name in _NEWER else f"ORDER BY {key}"
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '1GB'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET temp_directory = ?", [str(staging / "spill")])
        selected = (
            f"SELECT * FROM read_parquet(?) QUALIFY row_number() OVER (PARTITION BY {key} {newest}) = 1"  # noqa: S608
            f" ORDER BY {key}"
        )
        connection.execute(
            f"COPY ({selected}) TO '{_quoted(staging / holding.DATA)}' (FORMAT parquet, COMPRESSION zstd)", [str(raw)]
        )
    return int(pq.read_metadata(staging / holding.DATA).num_rows)


def _batches(rows: Rows) -> Iterator[list[Any]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _check_digest(path: Path, sha256: str) -> None:
    if path.is_dir():
        raise UserError("a folder has no SHA-256", next_step="give the file, or leave --sha256 out")
    found = sha256_of(path)
    if found != sha256.strip().lower():
        raise UserError(
            f"{path.name} has the SHA-256 {found}, not {sha256[:80]}",
            location=str(path),
            next_step="fetch it again; what was held before still counts",
        )


def _check_size(home: Path, name: str, n_records: int, fewer: bool, where: str) -> None:
    if n_records == 0:
        raise WrongFormatError("it holds nothing")
    try:
        before = holding.held(home, name)
    except OutsideError:
        before = None  # torn: whatever comes is better
    if before is not None and not fewer and n_records * 2 < before.n_records:
        raise UserError(
            f"it has {n_records:,} records, and {before.n_records:,} of {before.on} are held: it may be a part only",
            location=where,
            next_step="take it all the same with --fewer",
        )


def _version(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", text.strip()).strip("-.+_")[:60]
