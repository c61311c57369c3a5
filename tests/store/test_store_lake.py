"""The lake: commits all or nothing, older schemas read today, retention, cleaning up, the state's versions."""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import OutsideError, UserError
from vedette.schema import COLUMNS, event_arrow_schema
from vedette.store import Lake, hits_arrow_schema
from vedette.store import lake as lake_module

BASE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def table(n_rows: int, start: int = 0, **more: list[Any]) -> pa.Table:
    rows: dict[str, list[Any]] = {name: [None] * n_rows for name in COLUMNS}
    rows["event_id"] = [f"{start + i:032x}" for i in range(n_rows)]
    rows["time"] = [BASE + timedelta(hours=i) for i in range(n_rows)]
    rows["class_name"] = ["authentication"] * n_rows
    rows["source"] = ["s"] * n_rows
    rows["reader"] = ["r"] * n_rows
    rows["raw"] = ['{"a":1}'] * n_rows
    return pa.table(rows | more, schema=event_arrow_schema())


def put(lake: Lake, rows: pa.Table, shard: str, **more: Any) -> bool:
    return lake.commit(lake.write("events", rows, job="j", shard=shard, source="s"), job="j", shard=shard, **more)


def ids(lake: Lake) -> list[str]:
    with lake.connection() as connection:
        return [row[0] for row in connection.execute("SELECT event_id FROM events ORDER BY 1").fetchall()]


def test_what_is_written_is_not_there_before_its_commit(lake: Lake) -> None:
    written = lake.write("events", table(3), job="j", shard="1", source="s")
    assert ids(lake) == []
    assert lake.segments() == []
    assert lake.commit(written, job="j", shard="1")
    assert len(ids(lake)) == 3
    assert lake.finished("j") == {"1"}
    assert lake.commit(written, job="j", shard="1"), "a second commit of the same shard changes nothing"
    assert len(ids(lake)) == 3


def test_a_commit_whose_extra_fails_leaves_nothing(lake: Lake) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        put(lake, table(3), "1", extra=fail)
    assert ids(lake) == []
    assert lake.finished("j") == frozenset()
    assert put(lake, table(3), "1")
    assert len(ids(lake)) == 3


def test_a_commit_after_others_have_committed_is_held_back(lake: Lake) -> None:
    assert put(lake, table(2), "1", after=0)
    assert not put(lake, table(2, 10), "2", after=0), "somebody committed since"
    assert len(ids(lake)) == 2
    assert put(lake, table(2, 10), "2", after=lake.segments()[-1].seq)
    assert len(ids(lake)) == 4
    other = lake.write("events", table(1, 40), job="j", shard="5", source="other")
    assert lake.commit(other, job="j", shard="5", after=0), "another source is nobody's concern"


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 72), st.sampled_from(["authentication", "file_activity", "process_activity"])),
        min_size=1,
        max_size=30,
    )
)
def test_every_row_lands_in_the_file_of_its_day_and_class(rows: list[tuple[int, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        lake = Lake.open(Path(folder))
        whole = table(
            len(rows), time=[BASE + timedelta(hours=h) for h, _ in rows], class_name=[name for _, name in rows]
        )  # fmt: skip
        put(lake, whole, "1")
        segments = lake.segments()
        found = []
        for s in segments:
            part = pq.ParquetFile(s.path).read()
            assert part.num_rows == s.n_rows
            for row in part.to_pylist():
                assert (row["time"].date(), row["class_name"]) == (s.day, s.class_name)
                assert s.t_min is not None
                assert s.t_max is not None
                assert s.t_min <= row["time"] <= s.t_max
                found.append(row["event_id"])
        assert sorted(found) == sorted(whole.column("event_id").to_pylist())
        assert len({(s.day, s.class_name) for s in segments}) == len(segments)
        lake.close()


def test_an_older_segment_reads_today(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written when ``actor_name`` was called ``account`` and ``user_agent`` was not there yet."""
    put(lake, table(2, actor_name=["new-1", "new-2"], user_agent=["x", "y"]), "new")
    old = table(2, 100, actor_name=["old-1", "old-2"]).drop_columns(["user_agent"])
    old = old.rename_columns(["account" if c == "actor_name" else c for c in old.column_names])
    old = old.append_column("gone_since", pa.array(["z", "z"]))
    written = lake.write("events", old, job="j", shard="old", source="s")
    monkeypatch.setattr(lake_module, "SCHEMA_VERSION", 0)
    lake.commit(written, job="j", shard="old")
    monkeypatch.undo()
    monkeypatch.setitem(lake_module.RENAMED, 0, {"account": "actor_name"})
    with lake.connection() as connection:
        cursor = connection.execute("SELECT * FROM events ORDER BY event_id")
        names = [d[0] for d in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert tuple(names) == COLUMNS
    assert [r["actor_name"] for r in rows] == ["new-1", "new-2", "old-1", "old-2"]
    assert [r["user_agent"] for r in rows] == ["x", "y", None, None]
    from vedette.store.query import run_query

    assert run_query(lake, "SELECT count(DISTINCT actor_name) FROM events").rows == [(4,)]


def test_an_empty_lake_has_every_column(lake: Lake) -> None:
    with lake.connection() as connection:
        for name in ("events", "hits"):
            cursor = connection.execute(f"SELECT * FROM {name}")
            assert cursor.fetchall() == []
        described = connection.execute("DESCRIBE events").fetchall()
    assert tuple(row[0] for row in described) == COLUMNS
    assert {row[0]: row[1] for row in described}["time"] == "TIMESTAMP"


def test_native_is_the_raw_record_where_it_is_null(lake: Lake) -> None:
    put(lake, table(2, native=[None, '{"b":2}']), "1")
    with lake.connection() as connection:
        assert connection.execute("SELECT native FROM events ORDER BY event_id").fetchall() == [
            ('{"a":1}',),
            ('{"b":2}',),
        ]


def test_retention_drops_whole_days_and_their_hits(lake: Lake) -> None:
    put(lake, table(48), "1")
    hits = pa.table(
        {
            "ruleset": ["R"] * 2,
            "rule_id": ["r"] * 2,
            "event_id": ["a", "b"],
            "time": [BASE, BASE + timedelta(hours=2)],
            **{c: [None] * 2 for c in ("device_name", "cloud_account", "actor", "values")},
        },
        schema=hits_arrow_schema(),
    )
    segment = lake.segments()[0]
    lake.commit(
        lake.write("hits", hits, job="detect:x", shard=segment.segment_id), job="detect:x", shard=segment.segment_id
    )
    paths = [s.path for s in lake.segments() if s.day == date(2026, 1, 2)]
    gone = lake.expire(date(2026, 1, 3))
    assert {s.table for s in gone} == {"events", "hits"}
    assert lake.segments("hits") == []
    assert all(s.day is not None and s.day >= date(2026, 1, 3) for s in lake.segments())
    assert not any(p.exists() for p in paths)
    assert lake.finished("detect:x") == frozenset(), "what comes back must be judged again"
    assert lake.finished("j") == frozenset()
    assert lake.expire(date(2026, 1, 3)) == []


def test_cleaning_removes_orphans_and_nothing_else(lake: Lake) -> None:
    put(lake, table(3), "1")
    orphan = lake.write("events", table(3, 50), job="j", shard="lost", source="s")[0]
    half = lake.folder / "events" / "x.1.part"
    half.write_bytes(b"x")
    left = lake.home / "tmp" / "ingest-left"
    left.mkdir(parents=True)
    (left / "1.npy").write_bytes(b"x")
    alive = lake.home / "tmp" / "ingest-alive"
    (alive / "seen").mkdir(parents=True)
    assert lake.clean() == 0, "young files may belong to a run that is alive"
    long_ago = time.time() - 8 * 3600
    for path in (lake.folder / orphan.path, half, left / "1.npy", left, alive):
        os.utime(path, (long_ago, long_ago))
    for s in lake.segments():
        os.utime(s.path, (long_ago, long_ago))
    assert lake.clean() == 3
    assert not (lake.folder / orphan.path).exists()
    assert not left.exists()
    assert (alive / "seen").exists()
    assert len(ids(lake)) == 3


def test_a_disk_that_fails_is_an_outside_error(lake: Lake) -> None:
    lake.folder.mkdir(exist_ok=True)
    (lake.folder / "events").write_text("a file where a folder should be")
    with pytest.raises(OutsideError) as caught:
        lake.write("events", table(1), job="j", shard="1", source="s")
    assert caught.value.next_step


def test_paths_with_quotes_work(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / 'it\'s a "home" [x]*?')
    put(lake, table(2), "1")
    assert len(ids(lake)) == 2
    lake.close()


def test_the_state_is_made_from_nothing_by_its_migrations(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from vedette.store import tables
    from vedette.store.state import HEAD

    lake = Lake.open(tmp_path)
    with lake.state.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    lake.close()
    again = Lake.open(tmp_path)
    assert again.segments() == []
    again.close()


def test_a_state_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Lake.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "state.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UserError, match="newer"):
        Lake.open(tmp_path)


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"junk" * 1_000)
    with pytest.raises(OutsideError) as caught:
        Lake.open(tmp_path)
    assert caught.value.location == str(tmp_path)


def test_many_open_a_new_home_at_once(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def opened(_: int) -> int:
        lake = Lake.open(tmp_path / "new")
        try:
            return len(lake.segments())
        finally:
            lake.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == [0] * 8
