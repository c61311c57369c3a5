"""The state's versions: from the first with data in it to today's, never back, never past what this code speaks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, make_url, select, text
from store_support import AT, case

from postgres_support import Cluster
from vedette.errors import OutsideError, UserError
from vedette.store import Lake, audit, tables
from vedette.store import state as state_module
from vedette.store.book import load_cases, load_findings, save_cases, to_json
from vedette.store.state import HEAD, connect, to_db, writing

MIGRATIONS = Path(state_module.__file__).parent / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str | None]]:
    """A home and the URL of a database with nothing in it."""
    if request.param == "sqlite":
        yield tmp_path / "home", None
        return
    cluster = request.getfixturevalue("postgres")
    name = cluster.create()
    yield tmp_path / "home", cluster.url(name)
    cluster.drop(name)


def engine_of(home: Path, url: str | None) -> Engine:
    home.mkdir(parents=True, exist_ok=True)
    return connect(make_url(url or f"sqlite:///{home / 'state.sqlite'}"))


def migrate(engine: Engine, revision: str, *, down: bool = False) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


def first_release(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Make the first schema, put rows into every table of it, and return them."""
    migrate(engine, "0001")
    kept = case()
    at = to_db(AT)
    segment = {
        "segment_id": "s1", "tbl": "events", "path": "events/a.parquet", "day": AT.date(), "class_name": "c",
        "source": "zeek:äöü", "n_rows": 3, "size_bytes": 2**31 - 1, "t_min": at, "t_max": None, "schema_version": 1,
        "job": "j", "shard": "1",
    }  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {
        "segments": [segment, {**segment, "segment_id": "s2", "source": None, "day": None}],
        "shards": [{"job": "j", "shard": "1", "finished_at": at}],
        "quarantine": [
            {
                "record_id": "q1", "source": "s", "name": "n", "offset": 5, "reader": "r", "reason": "bad",
                "raw": b"\x00\xff", "preamble": b"", "truncated": 0, "quarantined_at": at,
            }
        ],
        "findings": [
            {
                "finding_id": "f1", "ruleset": "R", "severity": "high", "first_at": at,
                "body": to_json(kept.findings[0]).decode(),
            }
        ],
        "cases": [
            {
                "case_id": "case-1", "status": "open", "verdict": "undecided", "severity": "high",
                "confidence": 1 / 3, "first_at": at, "body": to_json(kept).decode(), "current": 1,
            }
        ],
        "notes": [
            {"case_id": "case-1", "finding_id": None, "at": at, "author": "jo", "verdict": "benign", "text": "wörk"}
        ],
        "runs": [{"run_id": "r1", "kind": "train", "started_at": at, "body": "{}"}],
    }  # fmt: skip
    with writing(engine) as connection:
        for name, some in rows.items():
            connection.execute(insert(tables.metadata.tables[name]), some)
    return rows


def test_a_first_release_with_data_comes_to_today_with_all_of_it(empty: tuple[Path, str | None]) -> None:
    home, url = empty
    engine = engine_of(home, url)
    rows = first_release(engine)
    assert set(inspect(engine).get_table_names()) == {*rows, "alembic_version"}
    engine.dispose()

    lake = Lake.open(home, url)
    with lake.state.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        for name, some in rows.items():
            held = connection.execute(select(tables.metadata.tables[name])).mappings().all()
            assert [{k: row[k] for k in some[0]} for row in held] == some, name
    assert [s.seq for s in lake.segments()] == [1, 2]
    kept = load_cases(lake)[0]
    assert (kept.title, kept.findings, kept.notes[0].text) == (case().title, case().findings, "wörk")
    assert load_findings(lake) == list(case().findings)
    # numbers go on after those that were there
    with writing(lake.state) as connection:
        again = {**rows["segments"][0], "segment_id": "s3"}
        assert connection.execute(insert(tables.segments).values(again)).inserted_primary_key[0] == 3
    audit.record(lake, "jo", "a.b")
    lake.close()


def test_a_new_database_is_made_by_its_migrations(empty: tuple[Path, str | None]) -> None:
    lake = Lake.open(*empty)
    with lake.state.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    lake.close()


def test_every_revision_is_on_the_way_to_the_head() -> None:
    from alembic.script import ScriptDirectory

    found = ScriptDirectory(str(MIGRATIONS))
    assert found.get_heads() == [HEAD]
    assert [s.revision for s in found.walk_revisions()] == [f"{n:04d}" for n in range(int(HEAD), 0, -1)]


@pytest.mark.parametrize("to", ["0001", "base"])
def test_going_back_is_refused_and_nothing_is_lost(empty: tuple[Path, str | None], to: str) -> None:
    home, url = empty
    lake = Lake.open(home, url)
    save_cases(lake, [case()])
    with pytest.raises(UserError, match="not taken back"):
        migrate(lake.state, to, down=True)
    with lake.state.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    assert len(load_cases(lake)) == 1
    lake.close()


def test_a_state_of_a_newer_version_is_refused_untouched(empty: tuple[Path, str | None]) -> None:
    home, url = empty
    lake = Lake.open(home, url)
    save_cases(lake, [case()])
    with writing(lake.state) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    lake.close()
    with pytest.raises(UserError, match="newer") as caught:
        Lake.open(home, url)
    assert "upgrade Vedette" in (caught.value.next_step or "")
    assert url is None or make_url(url).password not in caught.value.message
    engine = engine_of(home, url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 1
    engine.dispose()


def test_eight_that_open_a_new_database_at_once_migrate_it_once(empty: tuple[Path, str | None]) -> None:
    home, url = empty

    def opened(_: int) -> int:
        lake = Lake.open(home, url)
        try:
            return len(lake.segments())
        finally:
            lake.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == [0] * 8


def test_eight_machines_migrate_an_old_database_once(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Homes on several machines share no lock file; the database's own lock must do."""
    name = postgres.create()
    home, url = tmp_path / "home", postgres.url(name)
    engine = engine_of(home, url)
    first_release(engine)
    engine.dispose()
    ran: list[str] = []
    upgrade = command.upgrade

    def counted(config: Config, revision: str) -> None:
        ran.append(revision)
        upgrade(config, revision)

    monkeypatch.setattr(command, "upgrade", counted)

    def migrated(n: int) -> None:
        state_module.migrated(tmp_path / f"mount{n}", url).dispose()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(migrated, range(8)))
    assert ran == ["head"]
    postgres.drop(name)


def test_a_migration_that_fails_leaves_the_old_schema(
    empty: tuple[Path, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = empty
    engine = engine_of(home, url)
    rows = first_release(engine)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE tokens (x INTEGER)"))  # stands in the way, half way through
    with pytest.raises(OutsideError):
        Lake.open(home, url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
    assert set(inspect(engine).get_table_names()) == {*rows, "alembic_version", "tokens"}
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE tokens"))
    engine.dispose()
    lake = Lake.open(home, url)
    assert len(lake.segments()) == 2
    lake.close()
