"""Reports of scans in the lake: which are there, and taking one out again.

Several reports share a Parquet file, so a file that holds a forgotten report is written anew without it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from vedette.schema.scan_tables import SCAN_TABLES, scan_arrow_schema
from vedette.store import tables
from vedette.store.lake import Lake, Segment, Written, version_of
from vedette.store.state import writing

if TYPE_CHECKING:
    import pyarrow as pa

JOB = "scans"
"""The bulk job of reports; a finished shard is ``<report id>.<reader>.<what the user said>``."""


def reports_of_shards(lake: Lake) -> dict[str, str]:
    """Return the reports that are in the lake: id to its shard."""
    return {shard.partition(".")[0]: shard for shard in lake.finished(JOB) if "." in shard}


def without_reports(lake: Lake, written: Sequence[Written], reports: Collection[str]) -> list[Written]:
    """Return files that wait for their commit, written anew without some reports."""
    out: list[Written] = []
    for file in written:
        rows = _kept(lake.folder / file.path, file.table, reports)
        out += lake.write(file.table, rows, job=JOB, shard=f"{file.segment_id}-again")
        if not out or out[-1].path != file.path:
            (lake.folder / file.path).unlink(missing_ok=True)
    return out


def forget_reports(lake: Lake, reports: Collection[str]) -> int:
    """Take reports out of the lake with all their rows and quarantined records; return how many were there.

    Args:
        lake: where from.
        reports: their ids.
    """
    while True:
        wanted = sorted(set(reports) & reports_of_shards(lake).keys())
        if not wanted or _forget(lake, wanted):
            return len(wanted)


def _forget(lake: Lake, wanted: Sequence[str]) -> bool:
    """Take reports out; return whether it was done, or somebody else has written the same files anew meanwhile."""
    old: list[Segment] = []
    new: list[Written] = []
    for table in SCAN_TABLES:
        for segment in lake.segments(table):
            rows = _kept(segment.path, table, wanted)
            if rows.num_rows == segment.n_rows:
                continue
            old.append(segment)
            new += lake.write(table, rows, job=JOB, shard=f"{segment.segment_id}-without-{wanted[0]}")
    t, marks, bad = tables.segments, tables.shards, tables.quarantine
    with writing(lake.state) as connection:
        there = set(connection.execute(select(t.c.segment_id).where(t.c.tbl.in_(list(SCAN_TABLES)))).scalars())
        if not {segment.segment_id for segment in old} <= there:
            return False
        for part in (old[i : i + 500] for i in range(0, len(old), 500)):
            connection.execute(delete(t).where(t.c.segment_id.in_([s.segment_id for s in part])))
        if new:
            connection.execute(
                insert(t),
                [
                    {
                        "segment_id": w.segment_id, "tbl": w.table, "path": w.path, "n_rows": w.n_rows,
                        "size_bytes": w.size_bytes, "schema_version": version_of(w.table), "job": JOB,
                        "shard": f"without-{wanted[0]}",
                    }
                    for w in new
                ],
            )  # fmt: skip
        held = connection.execute(select(marks.c.shard).where(marks.c.job == JOB)).scalars().all()
        gone = [shard for shard in held if shard.partition(".")[0] in set(wanted)]
        for start in range(0, len(gone), 500):
            part_gone = gone[start : start + 500]
            connection.execute(delete(marks).where(marks.c.job == JOB, marks.c.shard.in_(part_gone)))
        for report in wanted:
            connection.execute(delete(bad).where(bad.c.source == f"scan:{report}"))
    for segment in old:
        segment.path.unlink(missing_ok=True)
    return True


def _kept(path: Path, table: str, reports: Collection[str]) -> pa.Table:
    """Return a file's rows but those of some reports, in today's columns."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rows = pq.ParquetFile(path).read()
    is_gone = pc.is_in(rows.column("report_id"), value_set=pa.array(sorted(reports), pa.string()))
    schema = scan_arrow_schema(table)
    # columns that came later are null in older files
    grown = pa.concat_tables([schema.empty_table(), rows.filter(pc.invert(is_gone))], promote_options="default")
    return grown.select(schema.names).cast(schema)
