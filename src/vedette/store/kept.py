"""What is kept in the lake by its own id and can be taken out again: reports of scans, readings of documents.

Several share a Parquet file, so a file that holds a forgotten one is written anew without it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from vedette.schema.intel_tables import INTEL_TABLES, intel_arrow_schema
from vedette.schema.scan_tables import SCAN_TABLES, scan_arrow_schema
from vedette.store import tables
from vedette.store.lake import Lake, Segment, Written, version_of
from vedette.store.state import now, writing

if TYPE_CHECKING:
    import pyarrow as pa


class KeptMeanwhileError(Exception):
    """Somebody else has committed one of these meanwhile."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A family of tables whose rows all belong to something with an id, kept and forgotten whole."""

    job: str
    """The bulk job; a finished shard is ``<id>.<what tells this keeping from another of the same id>``."""
    tables: tuple[str, ...]
    key: str
    """The column that holds the id."""
    quarantine: str
    """Prefix of a quarantined record's source, before a colon and the id."""
    schema: Callable[[str], pa.Schema]
    """Returns a table's Arrow schema."""

    def shards(self, lake: Lake) -> dict[str, str]:
        """Return what is in the lake: id to its shard."""
        return {shard.partition(".")[0]: shard for shard in lake.finished(self.job) if "." in shard}

    def mark(self, connection: Connection, shards: Sequence[str]) -> None:
        """Mark shards as finished inside a commit's transaction.

        Raises:
            KeptMeanwhileError: one with the same id is there.
        """
        marks = tables.shards
        wanted = {shard.partition(".")[0] for shard in shards}
        held = connection.execute(select(marks.c.shard).where(marks.c.job == self.job)).scalars()
        if not wanted.isdisjoint(shard.partition(".")[0] for shard in held):
            raise KeptMeanwhileError
        if shards:
            at = now()
            connection.execute(insert(marks), [{"job": self.job, "shard": s, "finished_at": at} for s in shards])

    def without(self, lake: Lake, written: Sequence[Written], ids: Collection[str]) -> list[Written]:
        """Return files that wait for their commit, written anew without some ids."""
        out: list[Written] = []
        for file in written:
            rows = self._rest(lake.folder / file.path, file.table, ids)
            out += lake.write(file.table, rows, job=self.job, shard=f"{file.segment_id}-again")
            if not out or out[-1].path != file.path:
                (lake.folder / file.path).unlink(missing_ok=True)
        return out

    def forget(self, lake: Lake, ids: Collection[str]) -> int:
        """Take what has these ids out of the lake, with its quarantined records; return how many were there."""
        while True:
            wanted = sorted(set(ids) & self.shards(lake).keys())
            if not wanted or self._forget(lake, wanted):
                return len(wanted)

    def _forget(self, lake: Lake, wanted: Sequence[str]) -> bool:
        """Take ids out; return whether it was done, or somebody else has written the same files anew meanwhile."""
        old: list[Segment] = []
        new: list[Written] = []
        for table in self.tables:
            for segment in lake.segments(table):
                rows = self._rest(segment.path, table, wanted)
                if rows.num_rows == segment.n_rows:
                    continue
                old.append(segment)
                new += lake.write(table, rows, job=self.job, shard=f"{segment.segment_id}-without-{wanted[0]}")
        t, marks, bad = tables.segments, tables.shards, tables.quarantine
        with writing(lake.state) as connection:
            there = set(connection.execute(select(t.c.segment_id).where(t.c.tbl.in_(list(self.tables)))).scalars())
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
                            "size_bytes": w.size_bytes, "schema_version": version_of(w.table), "job": self.job,
                            "shard": f"without-{wanted[0]}",
                        }
                        for w in new
                    ],
                )  # fmt: skip
            held = connection.execute(select(marks.c.shard).where(marks.c.job == self.job)).scalars().all()
            gone = [shard for shard in held if shard.partition(".")[0] in set(wanted)]
            for start in range(0, len(gone), 500):
                part_gone = gone[start : start + 500]
                connection.execute(delete(marks).where(marks.c.job == self.job, marks.c.shard.in_(part_gone)))
            for one in wanted:
                connection.execute(delete(bad).where(bad.c.source == f"{self.quarantine}:{one}"))
        for segment in old:
            segment.path.unlink(missing_ok=True)
        return True

    def _rest(self, path: Path, table: str, ids: Collection[str]) -> pa.Table:
        """Return a file's rows but those of some ids, in today's columns."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        rows = pq.ParquetFile(path).read()
        is_gone = pc.is_in(rows.column(self.key), value_set=pa.array(sorted(ids), pa.string()))
        schema = self.schema(table)
        # columns that came later are null in older files
        grown = pa.concat_tables([schema.empty_table(), rows.filter(pc.invert(is_gone))], promote_options="default")
        return grown.select(schema.names).cast(schema)


SCANS = Kept("scans", tuple(SCAN_TABLES), "report_id", "scan", scan_arrow_schema)
"""Reports of scans; a shard is ``<report id>.<reader>.<what the user said>``."""
READINGS = Kept("readings", tuple(INTEL_TABLES), "document_id", "reading", intel_arrow_schema)
"""What was read out of documents; a shard is ``<document id>.<digest of the reading>``."""
