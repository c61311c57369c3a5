"""``vedette ask`` and ``vedette chat`` as a user calls them."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from vedette.cli import main as main_module

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(world: Path, tmp_path: Path) -> Path:
    """A copy of the small world to write to."""
    copy = tmp_path / "home"
    shutil.copytree(world, copy)
    return copy


@pytest.fixture
def call(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the program on that home; return exit code, standard output and error."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vedette", "--home", str(home), *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as stop:
            main_module.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return run


def valid(value: Any, name: str) -> None:
    Draft202012Validator(json.loads((SCHEMAS / name).read_text(encoding="utf-8"))).validate(value)


def test_ask_for_people(call: Call) -> None:
    code, out, err = call("ask", "was alice compromised?")
    assert code == 0
    assert out.startswith("Yes: CORP\\alice")
    assert "[1]" in out
    assert "vedette" in err


def test_ask_json_follows_its_schema(call: Call) -> None:
    code, out, _ = call("ask", "which accounts are implicated?", "--json")
    told = json.loads(out)
    assert code == 0
    valid(told, "ask.schema.json")
    assert told["status"] == "answered"
    assert told["values"]["accounts"] == ["CORP\\alice"]
    assert told["claims"]
    assert told["dropped"] == []
    assert told["session_id"].startswith("session-")


def test_the_question_from_standard_input(call: Call) -> None:
    code, out, _ = call("ask", "-", stdin=b"who is alice?\n")
    assert code == 0
    assert "CORP\\alice" in out


def test_sessions_go_on(call: Call) -> None:
    _, out, _ = call("ask", "who is alice?", "--json")
    session = json.loads(out)["session_id"]
    _, out, _ = call("ask", "how many logons did she have?", "--session", session, "--json")
    assert json.loads(out)["plan"]["steps"][0]["arguments"]["account"] == "CORP\\alice"
    assert json.loads(out)["session_id"] == session
    _, out, _ = call("ask", "and bob?", "--session", "last", "--json")
    assert json.loads(out)["plan"]["steps"][0]["arguments"]["account"] == "CORP\\bob"


def test_nothing_is_kept_where_that_is_said(call: Call) -> None:
    _, out, _ = call("ask", "who is alice?", "--json", "--no-keep")
    assert "session_id" not in json.loads(out)
    code, _, err = call("ask", "who is alice?", "--session", "last")
    assert code == 2
    assert "no session" in err


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "not text"),
        ("who is müller?".encode("latin-1"), "not text"),
        (b"who\x00is alice?", "control character"),
        (b"\x1b[31mwho is alice?", "control character"),
        (b"\xff\xfew", "not text"),
    ],
)
def test_what_is_no_text_is_no_question(call: Call, stdin: bytes, said: str) -> None:
    for given in ((), ("-",)):
        code, out, err = call("ask", *given, stdin=stdin)
        assert (code, out) == (2, "")
        assert said in err
        assert "try: " in err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_question_is_read_as_shells_pipe_it(call: Call, encoding: str) -> None:
    code, out, _ = call("ask", "-", stdin="was alice compromised?\r\n".encode(encoding))
    assert code == 0
    assert out.startswith("Yes: CORP\\alice")


def test_lines_that_all_fail_end_as_a_users_error(call: Call) -> None:
    bad = b'{"id": 1}\n\xff\xfe\n{"id": 3, "text": ""}\n'
    code, out, _ = call("ask", "--jsonl", stdin=bad)
    assert code == 2
    assert len([json.loads(line)["error"] for line in out.splitlines()]) == 3
    assert call("ask", "--jsonl", stdin=bad + b'{"id": 4, "text": "who is alice?"}\n')[0] == 0
    assert call("ask", "--jsonl")[0] == 0


def test_slides_are_written(call: Call, tmp_path: Path) -> None:
    code, out, _ = call("ask", "make slides for the last incident for my CISO", "--out", tmp_path / "deck")
    assert code == 0
    (deck,) = (tmp_path / "deck").iterdir()
    assert deck.name == "vedette-case-0a1b2c3d.pptx"
    assert deck.read_bytes()[:2] == b"PK"
    assert "written: " in out


def test_slides_for_executives_are_a_deck_of_their_own(call: Call, tmp_path: Path) -> None:
    import zipfile

    def slide(words: str) -> str:
        folder = tmp_path / f"deck{words}"
        assert call("ask", f"make slides for the last incident{words}", "--out", folder)[0] == 0
        with zipfile.ZipFile(folder / "vedette-case-0a1b2c3d.pptx") as package:
            return package.read("ppt/slides/slide1.xml").decode()

    plain = slide("")
    assert "Executive summary" not in plain
    assert slide(" for the analysts") == plain
    for reader in ("for my CISO", "for the board", "to show to management", "for the executives"):
        assert "Executive summary" in slide(f" {reader}"), reader


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", ""), "empty"),
        (("ask", "x" * 5000), "characters"),
        (("ask", "who?", "--case", "case-99"), "no case"),
        (("ask", "who?", "--model", "nonsense"), "no language model"),
        (("ask", "who?", "--session", "nope"), "no session"),
    ],
)
def test_users_errors(call: Call, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = call(*arguments)
    assert code == 2
    assert said in err


def test_lines(call: Call) -> None:
    lines = [
        {"id": 1, "text": "who is alice?", "session": "a"},
        {"id": 2, "text": "how many logons did she have?", "session": "a"},
        {"id": 3, "text": "how many logons did she have?"},
        {"id": 4, "text": ""},
        {"id": 5},
        {"id": 6, "text": "who is alice?", "case": "case-0a1b2c3d"},
        {"id": 7, "text": "who?", "case": "case-12345678"},
    ]
    stdin = b"\n".join(json.dumps(line).encode() for line in lines) + b"\nnot json\n[1]\n"
    code, out, _ = call("ask", "--jsonl", stdin=stdin)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [t["id"] for t in told] == [1, 2, 3, 4, 5, 6, 7, None, None]
    assert told[1]["plan"]["steps"][0]["arguments"]["account"] == "CORP\\alice"
    assert "account" not in (told[2]["plan"]["steps"] or [{"arguments": {}}])[0]["arguments"]
    assert "empty" in told[3]["error"]
    assert "error" in told[4]
    assert told[5]["status"] == "answered"
    assert "no case" in told[6]["error"]
    assert "not JSON" in told[7]["error"]
    for line in told:
        valid(line, "ask-jsonl.schema.json")
    for line in lines:
        if line["id"] != 5:
            valid(line, "ask-jsonl-input.schema.json")


def test_text_of_logs_reaches_no_terminal_unescaped(call: Call) -> None:
    _, out, err = call("ask", "who is \x1b[2Jmallory\x07?")
    assert "\x1b" not in out + err
    assert "\x07" not in out + err


def test_chat_over_a_pipe(call: Call, tmp_path: Path) -> None:
    lines = [
        "who is alice?", "how many logons did she have?", "/evidence 1", "/evidence 99", "/why", "/case 0a1b",
        "/case none",
        "/feedback accepted", "/feedback nonsense", f"/export {tmp_path / 'kept.json'}", "/sessions", "/help", "/nope",
        "/model none", "/table", "/reset", "/why", "", "x" * 5000, "/quit", "never asked",
    ]  # fmt: skip
    code, out, _ = call("chat", stdin="\n".join(lines).encode())
    assert code == 0
    assert "CORP\\alice counts as compromised" in out
    assert "class_name" in out  # the event behind the citation
    assert "no such citation" in out
    assert "chosen by: rules" in out
    assert "only case-0a1b2c3d is meant" in out
    assert "there is no command /nope" in out
    assert "nothing was answered yet" in out
    assert "characters" in out
    assert "never asked" not in out
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert [t["answer"]["question"] for t in kept["turns"]] == lines[:2]
    assert kept["feedback"][0]["kind"] == "accepted"


def test_chat_goes_on_with_a_conversation(call: Call) -> None:
    call("ask", "who is alice?")
    code, out, _ = call("chat", "--session", "last", stdin=b"how many logons did she have?\n")
    assert code == 0
    assert "CORP\\alice" in out


def test_chat_asks_which_was_meant(call: Call) -> None:
    _, out, _ = call("chat", stdin=b"who is dana?\nthe second\n")
    assert "Which account" in out
    assert "WEST\\dana" in out


def test_quotes_hold_no_line_ends_and_no_signs_of_lost_bytes() -> None:
    from vedette.cli.answering import _footnote
    from vedette.schema import Citation
    from vedette.toolbox.saying import shown

    assert shown("whoami\r\n\tdir \x1b[31m") == "whoami dir \N{REPLACEMENT CHARACTER}[31m"
    line = _footnote(
        Citation(number=1, ref="e1", quote="one\r\ntwo \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} x"), 0
    )
    assert line == "  [1] e1  one two … x"
