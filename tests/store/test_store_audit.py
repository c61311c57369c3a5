"""The audit: rows are added and read, nothing else, and hold no content; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from vedette.errors import InternalError
from vedette.store import Lake, audit, tables
from vedette.store.state import writing


def test_rows_come_back_in_order_and_by_filter(lake: Lake) -> None:
    for n in range(5):
        audit.record(lake, f"jo{n % 2}", "session.share" if n % 2 else "token.issue", f"t{n}", {"n": n, "ids": ["a"]})
    everything = audit.entries(lake)
    assert [e.target for e in everything] == ["t0", "t1", "t2", "t3", "t4"]
    assert everything[3].detail == {"n": 3, "ids": ["a"]}
    assert [e.audit_id for e in everything] == sorted(e.audit_id for e in everything)
    assert [e.target for e in audit.entries(lake, actor="jo1")] == ["t1", "t3"]
    assert [e.target for e in audit.entries(lake, action="token.")] == ["t0", "t2", "t4"]
    assert [e.target for e in audit.entries(lake, action="token.issue", limit=1)] == ["t0"]
    assert audit.entries(lake, action="token") == audit.entries(lake, action="%.") == ()
    assert [e.target for e in audit.entries(lake, after=everything[2].audit_id)] == ["t3", "t4"]
    assert [e.target for e in audit.entries(lake, newest_first=True, limit=2)] == ["t4", "t3"]
    assert [e.target for e in audit.entries(lake, target="t2")] == ["t2"]


@pytest.mark.parametrize("statement", ["update", "delete", "delete all", "truncate"])
def test_the_database_itself_refuses_to_change_or_delete_a_row(lake: Lake, statement: str) -> None:
    entry = audit.record(lake, "jo", "session.delete", "s1")
    t = tables.audit
    made: dict[str, Any] = {
        "update": update(t).values(actor="somebody else"),
        "delete": delete(t).where(t.c.audit_id == entry.audit_id),
        "delete all": delete(t),
        "truncate": text("TRUNCATE audit" if lake.state.dialect.name == "postgresql" else "DELETE FROM audit"),
    }
    with pytest.raises(DatabaseError, match="append-only"), writing(lake.state) as connection:
        connection.execute(made[statement])
    assert audit.entries(lake) == (entry,)


@pytest.mark.parametrize(
    "detail",
    [{"prompt": "x" * 201}, {"event": {"a": 1}}, {"ids": [["a"]]}, {f"k{n}": n for n in range(40)}, {"b": b"x"}],
)
def test_content_has_no_place_in_a_row(lake: Lake, detail: dict[str, Any]) -> None:
    with pytest.raises(InternalError, match="more than ids"):
        audit.record(lake, "jo", "session.ask", "s1", detail)
    assert audit.entries(lake) == ()


def test_hostile_names_are_kept_as_they_are_and_cut(lake: Lake) -> None:
    audit.record(lake, "jo\x00'--\x1a0", "a.b", "x" * 5_000)
    entry = audit.entries(lake)[0]
    assert entry.actor == "jo\x00'--\x1a0"
    assert len(entry.target) == audit.MAX_WORD_CHARS


def test_a_row_is_there_only_if_what_it_tells_of_happened(lake: Lake) -> None:
    def fail() -> None:
        with writing(lake.state) as connection:
            audit.add(connection, "jo", "session.delete", "s1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert audit.entries(lake) == ()


def test_eight_writers_lose_nothing_and_number_in_order_of_commits(
    lake: Lake, open_lake: Callable[[Path], Lake]
) -> None:
    lakes = [open_lake(lake.home) for _ in range(8)]
    seen: list[int] = []

    def write(n: int) -> None:
        for k in range(10):
            audit.record(lakes[n], f"w{n}", "x.y", str(k))
            if n == 0:  # a reader that goes on after the last number it saw must never miss one
                seen.extend(e.audit_id for e in audit.entries(lakes[n], after=max(seen, default=0)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    everything = audit.entries(lake)
    assert len(everything) == 80
    for n in range(8):
        assert [e.target for e in everything if e.actor == f"w{n}"] == [str(k) for k in range(10)]
    seen.extend(e.audit_id for e in audit.entries(lake, after=max(seen)))
    assert seen == [e.audit_id for e in everything]
