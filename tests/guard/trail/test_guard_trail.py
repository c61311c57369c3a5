"""The trail: one chain, whoever writes it; whatever is done to it afterwards is seen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from vedette.errors import OutsideError, UserError
from vedette.guard import trail as trail_module
from vedette.guard.trail import BEGINNING, Trail, TrailEntry, as_dict
from vedette.guard.vault import FileKeys, Vault, sealing
from vedette.store import Lake, tables
from vedette.store.state import to_db, writing

ALL = bool(os.environ.get("VEDETTE_TEST_ALL"))
"""Whether each property is tried as often as it should be: ``make test-all``."""


def trail_of(lake: Lake, *, anchored: bool = True) -> Trail:
    anchor = lake.home / "guard" / "trail.json" if anchored else None
    return Trail(lake.state, FileKeys(lake.home / "guard" / "keys.json"), anchor=anchor)


def filled(lake: Lake, n: int = 5) -> Trail:
    trail = trail_of(lake)
    for k in range(n):
        trail.record(action="pseudonymise", actor="ana", route="chat", entities={"PERSON": k + 1}, size_bytes=k)
    trail.close()
    return trail


def opened_up(lake: Lake) -> None:
    """Take the triggers off, as somebody who owns the tables can."""
    with writing(lake.state) as connection:
        for verb in ("update", "delete", "truncate"):
            on = " ON guard_trail" if lake.state.dialect.name == "postgresql" else ""
            if on or verb != "truncate":
                connection.execute(text(f"DROP TRIGGER guard_trail_no_{verb}{on}"))


def test_rows_come_back_as_they_were_written(lake: Lake) -> None:
    trail = trail_of(lake)
    written = trail.record(
        action="block", actor="ana", role="analyst", session="ab" * 16, route="chat", model="openai:gpt-5",
        direction="prompt", entities={"API_KEY": 2, "PERSON": 1}, policy="0123456789abcdef", rule="secrets, all",
        dry_run=True, status=502, duration_ms=12.3456, size_bytes=2**40, n_replaced=3, reason="API_KEY is not allowed",
        request_id="req-1",
    )  # fmt: skip
    assert trail.entries() == (written,)
    assert {f.name for f in fields(TrailEntry)} == set(as_dict(written))
    assert json.loads(json.dumps(as_dict(written)))["entities"] == {"API_KEY": 2, "PERSON": 1}
    trail.record(action="allow")
    trail.record(action="allow", actor="ben", status=0, size_bytes=0)
    assert [one.seq for one in trail.entries(newest_first=True, limit=2)] == [3, 2]
    assert [one.seq for one in trail.entries(action="allow", actor="ben")] == [3]
    assert [one.seq for one in trail.entries(after=1, limit=1)] == [2]
    assert [one.seq for one in trail.entries(session="abab")] == [1]
    assert [one.seq for one in trail.entries(since=written.at)] == [1, 2, 3]
    assert (trail.entries()[2].status, trail.entries()[2].size_bytes) == (0, 0)
    told = trail.verify()
    assert (told.whole, told.n_rows) == (True, 3)


def test_writers_of_several_processes_keep_one_chain(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    trails = [trail_of(lake if n % 2 else open_lake(lake.home)) for n in range(6)]

    def write(n: int) -> None:
        for _ in range(5):
            trails[n].record(action="allow", actor=f"w{n}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    for one in trails:
        one.close()
    told = trail_of(lake).verify()
    assert (told.whole, told.n_rows, told.anchored) == (True, 30, 30)


# -- what somebody does to it ------------------------------------------------------------------------


def test_the_database_itself_refuses_to_change_or_delete(lake: Lake) -> None:
    filled(lake)
    t = tables.guard_trail
    for statement in (update(t).values(body="{}"), delete(t)):
        with pytest.raises((OutsideError, DatabaseError)), writing(lake.state) as connection:
            connection.execute(statement)
    assert trail_of(lake).verify().whole


@pytest.mark.parametrize("n", [1, 3, 5])
@pytest.mark.parametrize(
    "change",
    [
        {"body": '{"action": "allow"}'}, {"at": to_db(trail_module._utc_now())}, {"prev": "f" * 64},
        {"digest": "0" * 64}, {"key": 2},
    ],
)  # fmt: skip
def test_a_changed_row_is_named(tmp_path: Path, n: int, change: dict[str, Any]) -> None:
    lake = Lake.open(tmp_path / "home")
    trail = filled(lake)
    opened_up(lake)
    with writing(lake.state) as connection:
        connection.execute(update(tables.guard_trail).where(tables.guard_trail.c.seq == n).values(**change))
    if "key" in change:
        with pytest.raises(OutsideError, match=f"row {n} cannot be verified"):
            trail.verify()
    else:
        told = trail.verify()
        assert (told.whole, told.broken_at, told.n_rows) == (False, n, n - 1)
    lake.close()


def test_rows_that_are_taken_out_put_in_or_off_the_end_are_seen(lake: Lake) -> None:
    trail = filled(lake)
    opened_up(lake)
    t = tables.guard_trail
    with lake.state.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(t).order_by(t.c.seq)).mappings()]

    def told(kept: list[dict[str, Any]]) -> tuple[bool, int | None]:
        with writing(lake.state) as connection:
            connection.execute(delete(t))
            if kept:
                connection.execute(insert(t), kept)
        check = trail_of(lake).verify()
        return check.whole, check.broken_at

    assert told(rows) == (True, None)
    assert told([*rows[:2], *rows[3:]]) == (False, 3)
    assert told(rows[1:]) == (False, 1)
    assert told(rows[:4]) == (False, 5), "the anchor knew more"
    assert told(rows[:1]) == (False, 2)
    assert told([]) == (False, 1)
    again = [{**row, "seq": n} for n, row in enumerate([*rows[:2], *rows[3:]], 1)]
    assert told(again) == (False, 3), "numbered anew"
    assert told([*rows[:2], {**rows[3], "seq": 3}, {**rows[2], "seq": 4}, rows[4]]) == (False, 3)
    # a chain that is whole in itself but made without the key, or with a key of one's own
    forged, prev = [], BEGINNING
    for row in rows:
        digest = sealing.mac(b"x" * 32, "row", str(row["seq"]), row["body"], prev).hex()
        forged.append({**row, "prev": prev, "digest": digest})
        prev = digest
    assert told(forged) == (False, 1)
    assert told(rows) == (True, None)
    assert trail.verify().whole


def test_a_head_that_was_noted_is_a_witness(lake: Lake) -> None:
    trail = filled(lake, 3)
    head = trail.verify().head
    trail.record(action="allow")
    trail.close()
    assert trail.verify(head).whole
    opened_up(lake)
    with writing(lake.state) as connection:
        connection.execute(delete(tables.guard_trail).where(tables.guard_trail.c.seq > 2))
    (lake.home / "guard" / "trail.json").unlink()
    bare = trail_of(lake, anchored=False)
    assert bare.verify().whole, "the chain by itself does not know how long it was"
    assert not trail_of(lake).verify().whole, "an anchor that is missing is told"
    told = bare.verify(head)
    assert (told.whole, told.broken_at) == (False, 3)
    wrong = f"1:{'a' * 64}"
    assert bare.verify(wrong).broken_at == 1
    for nonsense in ("", "3", "x:y", head + "0"):
        with pytest.raises(UserError, match="SEQ:DIGEST"):
            bare.verify(nonsense)


def test_the_anchor_cannot_be_made_up(lake: Lake) -> None:
    trail = filled(lake)
    anchor = lake.home / "guard" / "trail.json"
    said = json.loads(anchor.read_text())
    for wrong in ({**said, "seq": 3}, {**said, "digest": "0" * 64}, {**said, "mac": "0" * 64}, {}, [], "x"):
        anchor.write_text(json.dumps(wrong))
        assert not trail.verify().whole, wrong
    anchor.write_text(json.dumps(said))
    assert trail.verify().anchored == 5


def test_the_anchor_knows_each_row_once_it_is_written(lake: Lake) -> None:
    anchor = lake.home / "guard" / "trail.json"
    trail = trail_of(lake)
    for n in range(1, 5):
        trail.record(action="allow")
        assert json.loads(anchor.read_text())["seq"] == n
        assert trail_of(lake).verify().anchored == n
    size = anchor.stat().st_size
    trail.close()
    assert anchor.stat().st_size == size


@pytest.mark.parametrize("writer", ["the same", "another"])
@pytest.mark.parametrize("n_left", [0, 2, 4])
def test_rows_off_the_end_are_missed_also_after_others_took_their_place(lake: Lake, writer: str, n_left: int) -> None:
    trail = filled(lake)
    opened_up(lake)
    with writing(lake.state) as connection:
        connection.execute(delete(tables.guard_trail).where(tables.guard_trail.c.seq > n_left))
    for n in range(n_left + 1, 9):
        (trail if writer == "the same" else trail_of(lake)).record(action="allow", actor=f"later {n}")
        told = trail_of(lake).verify()
        assert not told.whole, n
        assert told.anchored == 5, "it stays with what it knew"
    trail.close()
    assert not trail.verify().whole


def test_an_anchor_that_cannot_be_written_is_an_error(lake: Lake) -> None:
    filled(lake)
    anchor = lake.home / "guard" / "trail.json"
    anchor.unlink()
    anchor.mkdir()
    with pytest.raises(OutsideError, match="anchor"):
        trail_of(lake).record(action="allow")
    assert not trail_of(lake).verify().whole


def test_a_trail_that_grows_meanwhile_is_whole(lake: Lake, open_lake: Callable[[Path], Lake]) -> None:
    filled(lake)
    other = trail_of(open_lake(lake.home))
    reader = trail_of(lake)
    rows = reader._rows

    def later(**asked: Any) -> Any:
        found = list(rows(**asked))
        other.record(action="allow")
        return iter(found)

    reader._rows = later  # type: ignore[method-assign]
    told = reader.verify()
    assert (told.whole, told.n_rows, told.anchored) == (True, 5, 5)


def test_a_trail_whose_key_is_gone_neither_grows_nor_passes(lake: Lake) -> None:
    filled(lake)
    with writing(lake.state) as connection:
        connection.execute(delete(tables.guard_keys))
    for act in (lambda t: t.record(action="allow"), lambda t: t.verify(), lambda t: t.close()):
        with pytest.raises(OutsideError, match="key"):
            act(trail_of(lake))
    with lake.state.connect() as connection:
        assert connection.execute(select(tables.guard_keys)).first() is None, "none is made in its place"


def test_after_a_lost_master_key_the_trail_goes_on_and_says_what_it_cannot_verify(lake: Lake) -> None:
    filled(lake)
    (lake.home / "guard" / "keys.json").unlink()
    with pytest.raises(OutsideError, match="master key"):
        trail_of(lake).record(action="allow")
    Vault(lake.state, FileKeys(lake.home / "guard" / "keys.json")).reset()
    assert trail_of(lake).record(action="vault.reset").seq == 6
    with pytest.raises(OutsideError, match="row 1 cannot be verified"):
        trail_of(lake).verify()


def test_rotation_and_reset_leave_a_whole_chain(lake: Lake) -> None:
    trail = filled(lake)
    keys = FileKeys(lake.home / "guard" / "keys.json")
    keys.renew()
    vault = Vault(lake.state, keys)
    vault.rotate()
    trail.record(action="vault.rotate")
    vault.reset()
    trail_of(lake).record(action="vault.reset")
    told = trail_of(lake).verify()
    assert (told.whole, told.n_rows) == (True, 7)


# -- what it must not hold ----------------------------------------------------------------------------

SECRET = "hunter2 of the trail"


def test_words_of_clients_are_kept_only_where_they_look_like_names(lake: Lake) -> None:
    trail = trail_of(lake)
    row = trail.record(
        action=SECRET, model=SECRET, route=SECRET, session=SECRET, request_id=SECRET, direction=SECRET, policy=SECRET,
        role=SECRET, entities={SECRET: 1, "PERSON": 2}, actor="ana",
    )  # fmt: skip
    assert dict(row.entities) == {"PERSON": 2}
    assert row.model.startswith("sha256:")
    lines = "".join(trail.export())
    assert "hunter2" not in lines
    if lake.state.dialect.name == "sqlite":
        assert not any(b"hunter2" in p.read_bytes() for p in lake.home.rglob("*") if p.is_file())
    assert trail.record(action="allow", model="meta-llama/Llama-3.3-70B:free").model == "meta-llama/Llama-3.3-70B:free"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=40 if os.environ.get("VEDETTE_TEST_ALL") else 12,
)
@given(words=st.lists(st.text(), min_size=6, max_size=6), n=st.integers(-(2**40), 2**40))
def test_any_words_make_a_row_that_verifies(lake: Lake, words: list[str], n: int) -> None:
    trail = trail_of(lake)
    written = trail.record(
        action=words[0], actor=words[1], reason=words[2] * 50, rule=words[3], model=words[4], entities={words[5]: n},
        size_bytes=n,
    )  # fmt: skip
    assert trail.entries(after=written.seq - 1) == (written,)
    assert all(part.isprintable() and len(part) <= 300 for part in (written.actor, written.reason, written.rule))


def test_an_export_can_be_verified_by_another_program(lake: Lake) -> None:
    trail = filled(lake)
    rows = [json.loads(line) for line in trail.export()]
    key = trail._house.key("trail", 1)
    prev = BEGINNING
    for row in rows:
        parts = ("row", str(row["seq"]), row["at"], str(row["key"]), row["body"], prev)
        assert sealing.mac(key, *parts).hex() == row["digest"]
        assert row["prev"] == prev
        prev = row["digest"]
    assert f"{rows[-1]['seq']}:{prev}" == trail.verify().head
    assert [json.loads(line)["seq"] for line in trail.export(after=3)] == [4, 5]


def test_a_trail_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "home")
    filled(lake)
    with lake.state.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    lake.state.dispose()
    from sqlalchemy import event

    event.listen(lake.state, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))
    trail = trail_of(lake)

    def fill() -> None:
        for _ in range(500):
            trail.record(action="allow", reason="x" * 300)

    with pytest.raises(OutsideError, match="full"):
        fill()
    trail.close()
    assert trail.verify().whole
    lake.close()


def test_a_long_trail_is_read_in_batches(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_module, "_BATCH", 3)
    trail = filled(lake, 10)
    assert [one.seq for one in trail.entries()] == list(range(1, 11))
    assert [one.seq for one in trail.entries(newest_first=True)] == list(range(10, 0, -1))
    assert [one.seq for one in trail.entries(newest_first=True, after=8)] == [10, 9]
    assert trail.verify().n_rows == 10
