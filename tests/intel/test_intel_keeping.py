"""Readings in the lake: kept once, replaced, queried, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vedette.intel import keeping
from vedette.intel.keeping import Keeping, forget, keep, kept
from vedette.schema import Document, ObservableKind, Reading, SeenObservable
from vedette.store import Lake
from vedette.store.query import run_query

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = Lake.open(tmp_path / "home")
    yield lake
    lake.close()


def reading(name: str, *domains: str) -> Reading:
    text = " ".join(domains)
    seen, at = [], 0
    for domain in domains:
        end = at + len(domain)
        seen.append(SeenObservable(kind=ObservableKind.DOMAIN, value=domain, text=domain, start=at, end=end))
        at = end + 1
    document = Document(
        document_id=f"doc-{name}", title=name, source=f"{name}.txt", text=text, parts=(), fields={"a": "b"}
    )
    return Reading(document=document, observables=tuple(seen))


def test_what_is_kept_comes_back_whole(lake: Lake) -> None:
    readings = [reading("one", "a.example", "b.example"), reading("two", "c.example")]
    assert keep(lake, readings, clock=lambda: MONDAY) == Keeping(n_new=2)
    assert kept(lake) == readings
    assert kept(lake, ["doc-two"]) == readings[1:]


def test_a_reading_again_adds_nothing_and_a_better_one_replaces(lake: Lake) -> None:
    first = reading("one", "a.example")
    keep(lake, [first, reading("two", "c.example")], clock=lambda: MONDAY)
    assert keep(lake, [first], clock=lambda: TUESDAY) == Keeping(n_known=1)
    better = replace(first, n_abstained=3)
    assert keep(lake, [better, reading("new")], clock=lambda: TUESDAY) == Keeping(n_new=1, n_replaced=1)
    assert {r.document.title: r for r in kept(lake)}["one"] == better
    # the document came in on Monday, however often it is read
    assert [r.document.title for r in kept(lake, since=TUESDAY)] == ["new"]
    rows = run_query(lake, "SELECT count(*) FROM intel_observables").rows
    assert rows == [(2,)]


def test_what_is_forgotten_is_gone_and_can_come_again(lake: Lake) -> None:
    one, two = reading("one", "a.example"), reading("two", "c.example")
    keep(lake, [one, two], clock=lambda: MONDAY)
    assert forget(lake, ["doc-one", "doc-none"]) == 1
    assert kept(lake) == [two]
    assert run_query(lake, "SELECT value FROM intel_observables").rows == [("c.example",)]
    assert keep(lake, [one], clock=lambda: TUESDAY) == Keeping(n_new=1)
    assert [r.document.title for r in kept(lake, since=TUESDAY)] == ["one"]


def test_sql_joins_things_with_the_text_they_stand_in(lake: Lake) -> None:
    keep(lake, [reading("one", "ä.example", "b.example")])
    sql = (
        'SELECT o.key, substring(d.text, o.start + 1, o."end" - o.start) FROM intel_observables o '
        "JOIN intel_documents d USING (document_id) ORDER BY o.number"
    )
    assert run_query(lake, sql).rows == [("domain:ä.example", "ä.example"), ("domain:b.example", "b.example")]


def test_many_are_kept_in_commits_of_some(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "COMMIT_DOCUMENTS", 3)
    readings = [reading(f"{n:02}", f"{n}.example") for n in range(10)]
    assert keep(lake, iter(readings)) == Keeping(n_new=10)
    assert len(lake.segments("intel_documents")) == 4
    assert sorted(r.document.title for r in kept(lake)) == [r.document.title for r in readings]


def test_two_who_keep_the_same_at_once_leave_it_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Lake.open(lake.home)
    write = lake.write
    one = reading("one", "a.example")

    def meanwhile(*given: object, **named: object) -> object:
        if not other.segments("intel_documents"):
            keep(other, [one], clock=lambda: MONDAY)
        return write(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(lake, "write", meanwhile)
    assert keep(lake, [one, reading("two")], clock=lambda: TUESDAY) == Keeping(n_new=1, n_known=1)
    other.close()
    assert [r.document.title for r in kept(lake)] == ["one", "two"]
    assert lake.clean() == 0


def test_the_statements_of_the_reference_run(lake: Lake) -> None:
    keep(lake, [reading("one", "a.example")], clock=lambda: MONDAY)
    page = (Path(__file__).parents[2] / "docs/reference/intel-tables.md").read_text(encoding="utf-8")
    statements = [part.partition("```")[0] for part in page.split("```sql\n")[1:]]
    assert len(statements) == 3
    for statement in statements:
        assert run_query(lake, statement).columns
