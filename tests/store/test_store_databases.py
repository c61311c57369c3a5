"""What one database takes and another does not; whose a database is; and taking the state from one to another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, make_url, select
from store_support import AT, HOSTILE, answer, case

from postgres_support import Cluster
from vedette.errors import OutsideError, UserError
from vedette.schema import AccessRole, CaseStatus, RunRecord, Verdict
from vedette.store import Lake, audit, tables
from vedette.store.book import add_note, find_case, load_cases, load_findings, save_cases, save_findings, save_run
from vedette.store.copying import copy_state
from vedette.store.query import run_query
from vedette.store.sessions import SessionBook
from vedette.store.state import STATE_FILE, to_db, writing
from vedette.store.tokens import TokenBook


def record(record_id: str, **changes: Any) -> dict[str, Any]:
    made = {
        "record_id": record_id, "source": "s", "name": "n", "offset": 0, "reader": "r", "reason": "bad", "raw": b"",
        "preamble": b"", "truncated": 0, "quarantined_at": to_db(AT),
    }  # fmt: skip
    return {**made, **changes}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(written=st.text(alphabet=st.sampled_from("\x00\x1a01ab\x1b\ud800\udcff\U0001f600")) | st.text(), raw=st.binary())
def test_any_text_and_bytes_come_back_and_are_found_again(lake: Lake, written: str, raw: bytes) -> None:
    t = tables.quarantine
    kept = written.encode("utf-8", "backslashreplace").decode()
    with writing(lake.state) as connection:
        connection.execute(t.delete())
        connection.execute(insert(t), record("q", source=written, reason=written, raw=raw, preamble=raw))
    with lake.state.connect() as connection:
        row = connection.execute(select(t).where(t.c.source == written, t.c.preamble == raw)).one()
    assert (row.source, row.reason, bytes(row.raw)) == (kept, kept, raw)


def test_files_beyond_two_gigabytes_and_names_beyond_a_page(lake: Lake) -> None:
    name = "".join(f"{n:x}" for n in range(20_000))  # more than an ordered index takes, even compressed
    with writing(lake.state) as connection:
        connection.execute(insert(tables.quarantine), record("q", offset=2**40, source=name))
        connection.execute(
            insert(tables.segments).values(
                segment_id="s1", tbl="events", path="p", source=name, n_rows=1, size_bytes=2**40, schema_version=1,
                job="j", shard="1",
            )
        )  # fmt: skip
    assert [s.size_bytes for s in lake.segments(source=name)] == [2**40]
    with lake.state.connect() as connection:
        assert connection.execute(select(tables.quarantine.c.offset)).scalar() == 2**40


def test_the_casebook_keeps_what_analysts_wrote(lake: Lake) -> None:
    save_findings(lake, "R", case().findings)
    save_findings(lake, "R", case().findings)
    assert load_findings(lake) == list(case().findings)
    save_cases(lake, [case("case-1"), case("case-2"), case("case-3")])
    add_note(lake, find_case(lake, "1"), HOSTILE, author=HOSTILE, verdict=Verdict.TRUE_POSITIVE)
    add_note(lake, find_case(lake, "case-3"), "done", finding_id="ff", status=CaseStatus.CLOSED)
    save_cases(lake, [case("case-2", title="Again")])
    assert [c.case_id for c in load_cases(lake)] == ["case-2"]
    past = {c.case_id: c for c in load_cases(lake, past=True)}
    assert set(past) == {"case-1", "case-2", "case-3"}, "those that somebody wrote on stay"
    assert past["case-1"].verdict == Verdict.TRUE_POSITIVE
    assert (past["case-1"].notes[0].text, past["case-1"].notes[0].author) == (HOSTILE, HOSTILE)
    assert past["case-3"].status == CaseStatus.CLOSED
    assert past["case-2"].title == "Again"
    assert past["case-1"].confidence == 1 / 3
    rows = run_query(lake, "SELECT case_id, confidence, body->>'title' FROM cases").rows
    assert rows == [("case-2", 1 / 3, "Again")]
    for version in ("1", "2"):
        save_run(lake, RunRecord(run_id="r", kind="train", started_at=AT, finished_at=None, version=version))
    with lake.state.connect() as connection:
        assert '"version":"2"' in (connection.execute(select(tables.runs.c.body)).scalar() or "")


def test_eight_writers_of_cases_findings_and_notes_at_once(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    """Each replaces what is there: whoever commits last has it whole, and no note is lost."""
    save_cases(lake, [case("case-0")])
    lakes = [open_lake(lake.home) for _ in range(8)]

    def write(n: int) -> None:
        for k in range(5):
            save_findings(lakes[n], f"R{n}", case().findings)
            save_cases(lakes[n], [case("case-0"), case(f"case-{n + 1}")])
            add_note(lakes[n], case("case-0"), f"{n} {k}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert load_findings(lake) == list(case().findings)
    current = [c.case_id for c in load_cases(lake)]
    assert "case-0" in current
    assert len(current) == 2
    notes = find_case(lake, "case-0").notes
    assert sorted(n.text for n in notes) == sorted(f"{n} {k}" for n in range(8) for k in range(5))


def test_a_lock_that_is_not_given_back_ends_in_an_error(
    lake: Lake, open_lake: Callable[[Path], Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.store.state._BUSY_MS", 200)
    other = open_lake(lake.home)
    with writing(lake.state), pytest.raises(OutsideError, match="cannot write"):
        audit.record(other, "jo", "a.b")
    audit.record(other, "jo", "a.b")
    assert len(audit.entries(lake)) == 1


# -- whose a database is, and where it is ------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "no database URL"),
        ("postgresql+psycopg://u:hunter2@[::1", "no database URL"),
        ("mysql://u:hunter2@h/d", "SQLite or PostgreSQL"),
        ("postgresql+nodriver://u:hunter2@h/d", "driver"),
    ],
)
def test_a_wrong_url_is_told_without_its_password(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        Lake.open(tmp_path, url)
    assert "hunter2" not in f"{caught.value.message} {caught.value.location} {caught.value.next_step}"
    assert caught.value.next_step or "driver" in message


def test_a_server_that_is_away_or_refuses_is_told_without_the_password(tmp_path: Path, postgres: Cluster) -> None:
    away = "postgresql://u:hunter2@127.0.0.1:1/d"
    refused = make_url(postgres.url("postgres")).set(password="hunter2").render_as_string(hide_password=False)
    for url in (away, refused):
        with pytest.raises(OutsideError, match="cannot open the state") as caught:
            Lake.open(tmp_path, url)
        assert "VEDETTE_STATE_URL" in (caught.value.next_step or "")
        assert "hunter2" not in f"{caught.value.message} {caught.value.location}"


def test_a_connection_that_the_server_closed_is_made_again(tmp_path: Path, postgres: Cluster) -> None:
    name = postgres.create(postgres.migrated())
    lake = Lake.open(tmp_path, postgres.url(name))
    audit.record(lake, "jo", "a.b")
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    audit.record(lake, "jo", "a.c")
    assert len(audit.entries(lake)) == 2
    lake.close()
    postgres.drop(name)


def test_two_homes_never_share_a_database(tmp_path: Path, postgres: Cluster) -> None:
    name = postgres.create(postgres.migrated())
    url = postgres.url(name)
    first = Lake.open(tmp_path / "one", url)
    save_cases(first, [case()])
    with pytest.raises(UserError, match="another home") as caught:
        Lake.open(tmp_path / "two", url)
    assert postgres.password not in caught.value.message
    first.close()
    (tmp_path / "one").rename(tmp_path / "moved")
    moved = Lake.open(tmp_path / "moved", url)
    assert len(load_cases(moved)) == 1, "a home that was moved is the same home"
    moved.close()
    postgres.drop(name)


def test_a_home_knows_where_its_state_is_but_not_the_password(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = postgres.create(postgres.migrated())
    lake = Lake.open(tmp_path, postgres.url(name))
    save_cases(lake, [case()])
    lake.close()
    kept = make_url(orjson.loads((tmp_path / STATE_FILE).read_bytes())["url"])
    assert kept.password is None
    assert kept == make_url(postgres.url(name))._replace(password=None)
    with pytest.raises(OutsideError, match="password"):
        Lake.open(tmp_path)
    monkeypatch.setenv("PGPASSWORD", postgres.password)  # PostgreSQL's own way, as is ~/.pgpass
    again = Lake.open(tmp_path)
    assert again.state.dialect.name == "postgresql"
    assert len(load_cases(again)) == 1
    again.close()
    assert not (tmp_path / "state.sqlite").exists()
    (tmp_path / STATE_FILE).write_text("{")
    with pytest.raises(OutsideError, match=STATE_FILE):
        Lake.open(tmp_path)
    postgres.drop(name)


def test_the_forge_reads_and_writes_a_home_whose_state_is_elsewhere(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vedette.forge.corpus.base import Row, SourceFile
    from vedette.forge.corpus.registry import reader_named
    from vedette.forge.pipeline import _save
    from vedette.forge.recipe import SourceSpec

    name = postgres.create(postgres.migrated())
    lake = Lake.open(tmp_path, postgres.url(name))
    save_cases(lake, [case()])
    add_note(lake, case(), "a red team", verdict=Verdict.BENIGN)
    monkeypatch.setenv("PGPASSWORD", postgres.password)
    for kind in ("activity", "cases"):
        spec = SourceSpec(path=str(tmp_path), format=kind)
        rows = [r for r in reader_named(kind).read(SourceFile(path=tmp_path, name="home"), spec) if isinstance(r, Row)]
        assert rows, kind
    _save(RunRecord(run_id="r", kind="train", started_at=AT, finished_at=None, version="1"), tmp_path)
    with lake.state.connect() as connection:
        assert connection.execute(select(tables.runs.c.run_id)).scalars().all() == ["r"]
    assert not (tmp_path / "state.sqlite").exists()
    lake.close()
    postgres.drop(name)


# -- from one database to another --------------------------------------------------------------------


def filled(lake: Lake) -> str:
    """Put something into every table that a home has; return a token's secret."""
    save_findings(lake, "R", case().findings)
    save_cases(lake, [case()])
    add_note(lake, case(), HOSTILE)
    save_run(lake, RunRecord(run_id="r", kind="train", started_at=AT, finished_at=None, version="1"))
    lake.commit([], job="j", shard="1")
    with writing(lake.state) as connection:
        connection.execute(insert(tables.quarantine), record("q", source=HOSTILE, raw=b"\x00\xff", offset=2**40))
        for n in range(3):
            connection.execute(
                insert(tables.segments).values(
                    segment_id=f"s{n}", tbl="events", path="p", source=HOSTILE, n_rows=1, size_bytes=1,
                    schema_version=1, job="j", shard="1",
                )
            )  # fmt: skip
    book = SessionBook(lake)
    session = book.start(HOSTILE, "jo")
    for n in range(3):
        book.add(session.session_id, answer(n))
    book.share(session.session_id)
    from vedette.schema import FeedbackKind
    from vedette.store.feedback import FeedbackBook

    FeedbackBook(lake).add(session.session_id, 1, FeedbackKind.ACCEPTED)
    fill_guard(lake)
    return TokenBook(lake).issue("ci", AccessRole.VIEWER)[1]


def fill_guard(lake: Lake) -> None:
    from vedette.guard.base import Pair
    from vedette.guard.trail import Trail
    from vedette.guard.vault import Approvals, FileKeys, Vault

    keys = FileKeys(lake.home / "guard" / "keys.json")
    pairs = Vault(lake.state, keys).open("s").add([Pair(entity="PERSON", value=HOSTILE, pseudonym="PERSON_1")])
    assert pairs[0].value == HOSTILE
    Approvals(lake.state, keys).ask("jo", "PERSON", HOSTILE)
    for n in range(3):
        Trail(lake.state, keys).record(action="allow", actor="jo", reason=HOSTILE, size_bytes=n)
    with writing(lake.state) as connection:
        connection.execute(insert(tables.guard_spend).values(client="jo", day="2026-03-09", n_tokens=2**40, usd=0.5))


def guard_goes_on(lake: Lake) -> None:
    from vedette.guard.trail import Trail
    from vedette.guard.vault import FileKeys, Vault

    keys = FileKeys(lake.home / "guard" / "keys.json")
    assert [one.value for one in Vault(lake.state, keys).open("s").pairs()] == [HOSTILE]
    told = Trail(lake.state, keys).verify()
    assert (told.whole, told.n_rows) == (True, 3)


def contents(lake: Lake) -> dict[str, list[Any]]:
    with lake.state.connect() as connection:
        return {
            t.name: [tuple(row) for row in connection.execute(select(t).order_by(*t.primary_key))]
            for t in tables.metadata.sorted_tables
            if t is not tables.home
        }


def test_the_state_goes_to_postgresql_and_back_whole(tmp_path: Path, postgres: Cluster) -> None:
    home = tmp_path / "home"
    lake = Lake.open(home)
    secret = filled(lake)
    wanted = contents(lake)
    assert all(wanted.values()), "every table is tried"
    lake.close()
    name = postgres.create()
    url = postgres.url(name)
    with pytest.raises(UserError, match="known to the SQLite") as caught:
        Lake.open(home, url)
    assert "copy-state" in (caught.value.next_step or "")

    told = copy_state(home, "sqlite", url)
    assert told == {table: len(rows) for table, rows in wanted.items()}
    there = Lake.open(home, url)
    assert contents(there) == wanted
    assert TokenBook(there).check(secret)
    guard_goes_on(there)
    entry = audit.record(there, "jo", "a.b")
    assert entry.audit_id == len(wanted["audit"]) + 1, "numbers go on"
    session = SessionBook(there).list()[0]
    assert SessionBook(there).add(session.session_id, answer(9)).number == 4
    now = contents(there)
    there.close()
    with pytest.raises(UserError, match="not empty"):
        copy_state(home, "sqlite", url)
    with pytest.raises(UserError, match="not empty"):
        copy_state(home, url, "sqlite")
    with pytest.raises(UserError, match="another home"):
        copy_state(tmp_path / "elsewhere", url, "sqlite")

    (home / "state.sqlite").unlink()
    copy_state(home, url, "sqlite")
    back = Lake.open(home)
    assert back.state.dialect.name == "sqlite"
    assert contents(back) == now
    assert audit.record(back, "jo", "a.b").audit_id == entry.audit_id + 1
    back.close()
    postgres.drop(name)


def test_copying_from_nowhere_or_to_itself_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no state\.sqlite"):
        copy_state(tmp_path, "sqlite", "postgresql://h/d")
    with pytest.raises(UserError, match="already"):
        copy_state(tmp_path, "sqlite", "sqlite")


def test_a_copy_that_fails_leaves_the_target_empty(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake.open(tmp_path)
    filled(lake)
    lake.close()
    name = postgres.create()

    def fail(*_: Any) -> None:
        raise RuntimeError("pulled")

    with monkeypatch.context() as patch:
        patch.setattr("vedette.store.copying._count_on", fail)
        with pytest.raises(RuntimeError, match="pulled"):
            copy_state(tmp_path, "sqlite", postgres.url(name))
    assert copy_state(tmp_path, "sqlite", postgres.url(name))["turns"] == 3
    postgres.drop(name)
