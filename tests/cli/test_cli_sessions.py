"""``vedette sessions`` as it is typed, on both databases."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from cli_support import Done, call

from vedette.schema import Answer, AnswerStatus, Artefact, Citation, Claim, Evidence, Focus, Plan, ToolCall
from vedette.store import Lake
from vedette.store.sessions import SessionBook

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egpj\u202c\x9b31m[/red]\n# forged\r\x00[x](http://evil.test) <img src=x>"
INERT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def answer(n: int) -> Answer:
    evidence = Evidence(ref=f"event{n}", quote=HOSTILE)
    return Answer(
        answer_id=f"a{n}",
        question=f"who logged on {n}? {HOSTILE}",
        status=AnswerStatus.ANSWERED,
        text=f"alice {HOSTILE} logged on {n} times [1].",
        claims=(Claim(text="alice", evidence=(evidence,), facts=("f1",), checked=True),),
        dropped=(Claim(text=f"mallory {HOSTILE}", evidence=(), reason="no fact says so"),),
        citations=(Citation(number=1, ref=f"event{n}", quote=HOSTILE),),
        artefacts=(Artefact(name="deck.pptx", media_type="x", content=b"PK\x00"),),
        plan=Plan(question="q", steps=(ToolCall(tool="events"),), router="rules"),
        unknown=("mail is missing",),
        focus=Focus(entities=("alice",)),
    )


@pytest.fixture
def home(tmp_path: Path, open_lake: Callable[[Path], Lake], state_url: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one session of two turns."""
    url = state_url(tmp_path / "home")
    if url:
        monkeypatch.setenv("VEDETTE_STATE_URL", url)
    book = SessionBook(open_lake(tmp_path / "home"))
    session = book.start(f"about alice {HOSTILE}", "jo", "case-1")
    for n in (1, 2):
        book.add(session.session_id, answer(n))
    return tmp_path / "home"


def run(home: Path, *arguments: str | Path, stdin: bytes = b"") -> Done:
    done = call("--home", home, "sessions", *arguments, stdin=stdin)
    assert not INERT.search(done.out + done.err), "no terminal acts on it"
    return done


def test_list_show_and_export(home: Path, tmp_path: Path) -> None:
    listed = run(home, "list", "--json").json["sessions"]
    assert [(s["owner"], s["n_turns"], s["case_id"]) for s in listed] == [("jo", 2, "case-1")]
    session_id = listed[0]["session_id"]
    assert session_id in run(home, "list").out
    assert run(home, "list", "--owner", "al", "--json").json == {"sessions": []}
    assert "no sessions" in run(home, "list", "--owner", "al").out

    shown = run(home, "show", session_id[:14], "--json").json
    assert [t["number"] for t in shown["turns"]] == [1, 2]
    assert shown["turns"][1]["answer"].endswith("logged on 2 times [1].")
    assert shown["turns"][0]["dropped"][0]["reason"] == "no fact says so"
    text = run(home, "show", "last").out
    assert "1 sentence of the model did not check" in text
    assert "event2" in text

    out = tmp_path / "session.json"
    told = run(home, "export", "last", "--out", out, "--json").json
    assert told["bytes"] == out.stat().st_size
    made = orjson.loads(out.read_bytes())
    assert made == run(home, "export", "last").json, "the same on standard output"
    assert made["format"] == "vedette-session"
    assert b64decode(made["turns"][0]["answer"]["artefacts"][0]["content"]) == b"PK\x00"
    assert made["turns"][0]["answer"]["plan"]["steps"][0]["tool"] == "events"

    markdown = run(home, "export", "last", "--format", "markdown").out
    assert markdown.startswith("# about alice")
    assert "\n# forged" not in markdown
    prose = re.sub(r"`[^`\n]*`", "", markdown)
    assert "://evil.test" not in prose
    assert "<img" not in prose
    assert "mail is missing" in markdown
    assert "mallory" in markdown
    assert len(re.findall(r"^## \d\.", markdown, re.M)) == 2


def test_share_and_take_back(home: Path, open_lake: Callable[[Path], Lake]) -> None:
    made = run(home, "share", "last", "--days", "3", "--json").json
    book = SessionBook(open_lake(home))
    assert book.by_share(made["token"]).session_id == made["session_id"]
    assert made["path"] == f"/api/shared/{made['token']}"
    plain = run(home, "share", "last").out.strip()
    assert book.by_share(plain)
    assert made["token"] not in run(home, "show", "last", "--json").out
    assert made["share_id"] in run(home, "show", "last").out
    assert run(home, "unshare", "last", made["share_id"], "--json").json["taken_back"] == 1
    assert book.by_share(plain)
    assert "1 share of" in run(home, "unshare", "last").out
    assert book.shares(made["session_id"]) == ()


def test_feedback_is_kept_listed_and_written_for_the_forge(home: Path, tmp_path: Path) -> None:
    said = run(home, "feedback", "last", "1", "--accept", "--author", "al", "--json").json["feedback"]
    assert [(f["turn"], f["kind"], f["author"]) for f in said] == [(1, "accepted", "al")]
    run(home, "feedback", "last", "--correct", "--text", "-", stdin=b"bob did, *not* alice\n")
    run(home, "feedback", "last", "--verdict", "benign", "--text", "a red team")
    listed = run(home, "feedback", "--json").json["feedback"]
    assert [(f["turn"], f["kind"], f["verdict"]) for f in listed] == [
        (1, "accepted", None),
        (2, "corrected", None),
        (2, "verdict", "benign"),
    ]
    assert "bob did" in run(home, "show", "last").out
    out = tmp_path / "feedback.jsonl"
    assert run(home, "feedback", "--out", out, "--json").json["sessions"] == 1
    (line,) = [orjson.loads(raw) for raw in out.read_bytes().splitlines()]
    assert line["messages"][1]["feedback"] == "up"
    assert line["messages"][3]["corrected"] == "bob did, *not* alice"


def test_delete_asks_and_then_leaves_nothing(home: Path) -> None:
    refused = run(home, "delete", "last")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert run(home, "delete", "last", "--yes", "--json").json["deleted"] is True
    assert run(home, "list", "--json").json == {"sessions": []}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "nope"], "no session"),
        (["show", ""], "no session"),
        (["export", "last", "--format", "pdf"], "no format"),
        (["export", "last", "--out", "/nonexistent/x.json"], "cannot write"),
        (["unshare", "last", "share-none"], "no share"),
        (["feedback", "last", "9", "--accept"], "no turn 9"),
        (["feedback", "last", "--accept", "--reject"], "one thing"),
        (["feedback", "--accept"], "one thing"),
        (["feedback", "last", "--correct"], "should have been"),
        (["feedback", "--out", "/nonexistent/f.jsonl"], "cannot write"),
    ],
)
def test_errors_teach(home: Path, arguments: list[str], message: str) -> None:
    done = run(home, *arguments)
    assert done.code in (2, 3)
    assert message in done.err


def test_without_a_session_last_is_told(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    done = run(tmp_path / "new", "show", "last")
    assert done.code == 2
    assert "no session yet" in done.err
