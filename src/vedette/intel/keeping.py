"""Readings in the lake: kept once each, replaced where the reading changed, given back whole.

A document's id comes from its text, so reading the same report again adds nothing, and reading it with better eyes
replaces what was kept. ``read_at`` stays the moment when the document first came in: "what is new" is about reports,
not about versions of the reader.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import orjson

from vedette.intel.tables import readings_of, tables_of, whole
from vedette.schema import Reading
from vedette.schema.intel_tables import INTEL_TABLES, intel_columns
from vedette.store.kept import READINGS, KeptMeanwhileError
from vedette.store.lake import Lake

COMMIT_DOCUMENTS = 500
"""Documents that share a commit at most."""
COMMIT_CHARS = 32 << 20


@dataclass(frozen=True, slots=True)
class Keeping:
    """What came of keeping readings."""

    n_new: int = 0
    n_replaced: int = 0
    n_known: int = 0
    """The lake had the very same reading."""


def keep(lake: Lake, readings: Iterable[Reading], *, clock: Callable[[], datetime] | None = None) -> Keeping:
    """Keep readings in the lake; each commit takes some hundreds of documents, whole or not at all.

    Args:
        lake: where to.
        readings: what was read; of a document that comes twice, the last counts.
        clock: returns the moment that new documents are marked with, UTC.
    """
    at = clock or (lambda: datetime.now(UTC))
    n_new = n_replaced = n_known = 0
    batch: dict[str, Reading] = {}
    n_chars = 0

    def done() -> None:
        nonlocal n_new, n_replaced, n_known, n_chars
        new, replaced = _keep(lake, list(batch.values()), at())
        n_new, n_replaced, n_known = n_new + new, n_replaced + replaced, n_known + len(batch) - new - replaced
        batch.clear()
        n_chars = 0

    for reading in readings:
        batch[reading.document.document_id] = reading
        n_chars += len(reading.document.text)
        if len(batch) >= COMMIT_DOCUMENTS or n_chars >= COMMIT_CHARS:
            done()
    done()
    return Keeping(n_new, n_replaced, n_known)


def kept(lake: Lake, document_ids: Collection[str] | None = None, *, since: datetime | None = None) -> list[Reading]:
    """Return readings from the lake, by the moment they came in.

    Args:
        lake: where from.
        document_ids: which; None for all.
        since: only what came in at that moment or later.
    """
    where, given = ["true"], []
    if document_ids is not None:
        where.append("document_id IN (SELECT unnest(?))")
        given.append(sorted(document_ids))
    if since is not None:
        where.append("read_at >= ?")
        given.append(since.astimezone(UTC).replace(tzinfo=None))  # type: ignore[arg-type]
    with lake.connection() as connection:
        of = f"SELECT document_id FROM intel_documents WHERE {' AND '.join(where)}"  # noqa: S608 (our words)
        tables = {}
        for table in INTEL_TABLES:
            columns = ", ".join(f'"{column.name}"' for column in intel_columns(table))
            order = "read_at, document_id" if table == "intel_documents" else "document_id, number"
            sql = f"SELECT {columns} FROM {table} WHERE document_id IN ({of}) ORDER BY {order}"  # noqa: S608 (ours)
            tables[table] = connection.sql(sql, params=given).to_arrow_table()
    return readings_of(tables)


def forget(lake: Lake, document_ids: Collection[str]) -> int:
    """Take documents with all that was read out of them from the lake; return how many were there."""
    return READINGS.forget(lake, document_ids)


def _keep(lake: Lake, readings: Sequence[Reading], at: datetime) -> tuple[int, int]:
    """Commit readings that the lake does not have; return how many are new and how many replaced another."""
    while True:
        there = READINGS.shards(lake)
        shards = {reading.document.document_id: _shard(reading) for reading in readings}
        fresh = [r for r in readings if there.get(r.document.document_id) != shards[r.document.document_id]]
        if not fresh:
            return 0, 0
        replaced = [r.document.document_id for r in fresh if r.document.document_id in there]
        first_at = _read_at(lake, replaced)
        groups: dict[datetime, list[Reading]] = {}
        for reading in fresh:
            groups.setdefault(first_at.get(reading.document.document_id, at), []).append(reading)
        batch = uuid.uuid4().hex
        written = [
            file
            for number, (moment, group) in enumerate(sorted(groups.items(), key=lambda item: item[0]))
            for table, rows in tables_of(group, read_at=moment).items()
            for file in lake.write(table, rows, job=READINGS.job, shard=f"{batch}-{number}-{table}")
        ]
        READINGS.forget(lake, replaced)
        marks = [shards[reading.document.document_id] for reading in fresh]
        try:
            lake.commit(
                written,
                job=READINGS.job,
                shard=f"batch-{batch}",
                extra=lambda connection, marks=marks: READINGS.mark(connection, marks),  # type: ignore[misc]
            )
        except KeptMeanwhileError:  # somebody else has kept some of them: look again
            for file in written:
                (lake.folder / file.path).unlink(missing_ok=True)
            continue
        return len(fresh) - len(replaced), len(replaced)


def _read_at(lake: Lake, document_ids: Sequence[str]) -> dict[str, datetime]:
    if not document_ids:
        return {}
    with lake.connection() as connection:
        rows = connection.execute(
            "SELECT document_id, read_at FROM intel_documents WHERE document_id IN (SELECT unnest(?))",
            [list(document_ids)],
        ).fetchall()
    return {row[0]: row[1].replace(tzinfo=UTC) for row in rows if row[1] is not None}


def _shard(reading: Reading) -> str:
    try:
        data = orjson.dumps(reading, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        data = orjson.dumps(whole(reading), option=orjson.OPT_SORT_KEYS)
    return f"{reading.document.document_id}.{blake2b(data, digest_size=8).hexdigest()}"
