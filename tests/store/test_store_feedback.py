"""Feedback: what was said of answers, as labelled data that the forge reads; on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from store_support import HOSTILE, answer, case
from typer.testing import CliRunner

from vedette.cli.main import app
from vedette.errors import OutsideError, UserError
from vedette.schema import FeedbackKind, Focus, Session, Verdict
from vedette.store import Lake, audit
from vedette.store.book import find_case, save_cases
from vedette.store.feedback import FeedbackBook
from vedette.store.sessions import SessionBook

ACCEPTED, REJECTED, CORRECTED, VERDICT = FeedbackKind


def talk(lake: Lake, *texts: str, case_id: str | None = None) -> Session:
    book = SessionBook(lake)
    session = book.start(texts[0], "jo", case_id)
    for n, text in enumerate(texts):
        book.add(session.session_id, answer(n, question=f"question {n} of {text}", text=text, focus=Focus()))
    return book.get(session.session_id)


def test_what_was_said_comes_back(lake: Lake) -> None:
    session, other = talk(lake, "a", "b"), talk(lake, "c")
    book = FeedbackBook(lake)
    first = book.add(session.session_id, 2, CORRECTED, text=f" better {HOSTILE}", author="al")
    second = book.add(session.session_id, 1, ACCEPTED)
    third = book.add(other.session_id, 1, REJECTED, text="no")
    assert book.list(session.session_id) == (first, second)
    assert book.list() == (first, second, third)
    assert (first.text, first.author) == (f"better {HOSTILE}".strip(), "al")
    told = audit.entries(lake, action="session.feedback")
    assert [e.detail["kind"] for e in told] == ["corrected", "accepted", "rejected"]
    assert "better" not in repr(told), "ids and words, not what was said"


@pytest.mark.parametrize(
    ("turn", "kind", "more", "message"),
    [
        (2, ACCEPTED, {}, "no turn 2"),
        (0, ACCEPTED, {}, "no turn 0"),
        (1, CORRECTED, {}, "as it should have been"),
        (1, CORRECTED, {"text": " \n"}, "as it should have been"),
        (1, VERDICT, {}, "only a verdict"),
        (1, ACCEPTED, {"verdict": Verdict.BENIGN}, "only a verdict"),
        (1, ACCEPTED, {"text": "x" * 20_001}, "20001 characters"),
    ],
)
def test_what_makes_no_sense_is_told(
    lake: Lake, turn: int, kind: FeedbackKind, more: dict[str, Any], message: str
) -> None:
    session = talk(lake, "a")
    with pytest.raises(UserError, match=message):
        FeedbackBook(lake).add(session.session_id, turn, kind, **more)
    with pytest.raises(UserError, match="no session"):
        FeedbackBook(lake).add("session-none", 1, ACCEPTED)
    assert FeedbackBook(lake).list() == ()


def test_a_verdict_is_written_on_the_case_that_the_answer_spoke_of(lake: Lake) -> None:
    save_cases(lake, [case("case-1"), case("case-2")])
    book, sessions = FeedbackBook(lake), SessionBook(lake)
    session = sessions.start("q", "jo", "case-2")
    sessions.add(session.session_id, answer(1, focus=Focus(case_id="case-1")))
    sessions.add(session.session_id, answer(2, focus=Focus()))
    sessions.add(session.session_id, answer(3, focus=Focus(case_id="case-gone")))
    said = [
        book.add(session.session_id, n, VERDICT, verdict=v, text="a red team", author="al")
        for n, v in enumerate((Verdict.BENIGN, Verdict.TRUE_POSITIVE, Verdict.BENIGN), start=1)
    ]
    assert [f.case_id for f in said] == ["case-1", "case-2", None]
    one = find_case(lake, "case-1")
    assert one.verdict == Verdict.BENIGN
    assert [(n.text, n.author, n.verdict) for n in one.notes] == [("a red team", "al", Verdict.BENIGN)]
    assert find_case(lake, "case-2").verdict == Verdict.TRUE_POSITIVE
    assert list(book.corpus()) == [], "verdicts are trained on from their cases"
    from vedette.forge.activity.history import from_home

    assert {f["verdict"] for f in from_home(lake)} <= {"benign", "true_positive"}
    assert from_home(lake), "where the activity model's reader finds them"


def test_the_last_word_counts(lake: Lake) -> None:
    session = talk(lake, "a", "b")
    book = FeedbackBook(lake)
    book.add(session.session_id, 1, ACCEPTED)
    book.add(session.session_id, 1, VERDICT, verdict=Verdict.BENIGN)
    book.add(session.session_id, 1, CORRECTED, text="better")
    book.add(session.session_id, 2, CORRECTED, text="better")
    book.add(session.session_id, 2, REJECTED)
    (row,) = book.corpus()
    replies = [m for m in row["messages"] if m["role"] == "assistant"]
    assert {k: v for k, v in replies[0].items() if k != "plan"} == {
        "role": "assistant", "content": "a", "corrected": "better", "verdict": "benign",
    }  # fmt: skip
    assert {k: v for k, v in replies[1].items() if k != "plan"} == {
        "role": "assistant", "content": "b", "feedback": "down",
    }  # fmt: skip
    assert replies[0]["plan"]["steps"][0]["tool"] == "hosts"


def test_the_forge_builds_a_corpus_from_what_was_said(lake: Lake, tmp_path: Path) -> None:
    """Through the program: accepted answers to follow, corrected and rejected ones as preferences."""
    book = FeedbackBook(lake)
    followed = talk(lake, *(f"accepted answer {n}" for n in range(3)))
    for n in range(1, 4):
        book.add(followed.session_id, n, ACCEPTED)
    corrected = talk(lake, "wrong answer", "never judged")
    book.add(corrected.session_id, 1, CORRECTED, text="right answer")
    talk(lake, "nobody said anything of this one")
    # the same question, answered well elsewhere
    sessions = SessionBook(lake)
    for text, kind in (("good reply", ACCEPTED), ("bad reply", REJECTED)):
        session = sessions.start("same", "jo")
        sessions.add(session.session_id, answer(1, question="the same question", text=text))
        book.add(session.session_id, 1, kind)

    path = tmp_path / "feedback.jsonl"
    assert book.write_corpus(path) == 4
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [len(line["messages"]) for line in lines] == [6, 4, 2, 2]
    out = tmp_path / "corpus"
    told = CliRunner().invoke(
        app,
        ["--quiet", "--home", str(tmp_path / "h"), "forge", "corpus", str(path), "--out", str(out), "--json"],
        catch_exceptions=False,
        standalone_mode=False,
    )
    card = orjson.loads(told.stdout)["card"]
    assert card["spec"]["sources"][0]["format"] == "auto", "recognised by itself"
    import pyarrow.parquet as pq

    rows = [r for p in sorted(out.rglob("*.parquet")) for r in pq.read_table(p).to_pylist()]
    kinds = sorted(label for r in rows for label in r["labels"])
    assert kinds == ["corrected", "down", "up", "up", "up", "up"]
    everything = repr(rows)
    for wanted in ("right answer", "wrong answer", "good reply", "bad reply", "accepted answer 2"):
        assert wanted in everything
    assert "nobody said" not in everything
    pairs = {(r["chosen"], r["rejected"]) for r in rows if r.get("chosen")}
    assert pairs == {("right answer", "wrong answer"), ("good reply", "bad reply")}


def test_a_folder_that_is_not_there_is_told(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="cannot write"):
        FeedbackBook(lake).write_corpus(tmp_path / "none" / "f.jsonl")
