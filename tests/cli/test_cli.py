"""The program as a user meets it: help, JSON, exit codes, errors, and hostile names that stay inert."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_support import Done, call

from vedette.cli.frame import clean
from vedette.cli.main import VERBS

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egpj\u202c\x9b31m[/red]\nerror: forged line\r\x00=cmd|x"
INERT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")

RULE = """
title: Dump tool [bold]%s
id: 33333333-3333-4333-8333-333333333333
status: test
level: high
tags: [attack.credential-access, attack.t1003.001]
logsource: {category: process_creation, product: windows}
detection:
  selection: {CommandLine|contains: 'comsvcs'}
  condition: selection
"""


def record(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "EventID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "PC-1",
        "RecordNumber": number,
        "UtcTime": "2026-01-02 03:04:05.678",
        "User": "EXAMPLE\\jo",
        "Image": "C:\\Windows\\System32\\rundll32.exe",
        "CommandLine": "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 612 C:\\t.dmp full",
        "ParentImage": "C:\\Windows\\System32\\cmd.exe",
        **more,
    }


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records))
    return path


def inert(done: Done) -> None:
    """Check that nothing on the screen is an order to a terminal."""
    for text in (done.out, done.err):
        found = INERT.search(text)
        assert found is None, (found, text[max(0, found.start() - 60) : found.start() + 60] if found else "")


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "VEDETTE_HOME", "VEDETTE_TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")


@pytest.fixture(scope="module")
def investigated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with hostile names in its logs, investigated."""
    folder = tmp_path_factory.mktemp("cli")
    attack = [
        record(n, Hostname=f"PC-{HOSTILE}", User=f"EXAMPLE\\jo{HOSTILE}", ParentImage=f"C:\\{HOSTILE}\\x.exe")
        for n in range(3)
    ]
    (folder / "logs").mkdir()
    write(folder / "logs" / "a[red]b.json", *attack, {"EventID": 1, "Hostname": HOSTILE})
    (folder / "logs" / "odd.json").write_text("what \x1b[2J is this\n")
    done = call("--home", folder / "home", "investigate", folder / "logs", "--json")
    assert done.code == 0, done.err
    assert done.json["cases"], "the test world has no case"
    return folder / "home"


def test_every_verb_has_help() -> None:
    done = call("--help")
    assert done.code == 0
    for verb, line in VERBS.items():
        assert verb in done.out
        assert line.split(",")[0][:30] in done.out
        shown = call(verb, "--help")
        assert shown.code == 0, shown.err
        assert "Usage" in shown.out


@pytest.mark.parametrize("verb", ["cases", "lake", "knowledge"])
def test_nouns_below_verbs_have_help(verb: str) -> None:
    for noun in re.findall(r"^  ([a-z]+) ", call(verb, "--help").out, re.M):
        shown = call(verb, noun, "--help")
        assert shown.code == 0
        assert "--json" in shown.out


def test_importing_the_program_imports_nothing_heavy() -> None:
    heavy = {"duckdb", "pyarrow", "sigma", "pptx", "pydantic", "numpy", "sqlalchemy", "orjson", "hyperscan", "jinja2"}
    code = f"import sys, vedette.cli.main; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version() -> None:
    assert re.fullmatch(r"vedette \d+\.\d+\.\d+\S*\n", call("--version").out)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nonsense"], 2, "nonsense"),
        (["ingest", "--nonsense"], 2, "nonsense"),
        (["ingest"], 2, "nothing to read"),
        (["ingest", "/does/not/exist"], 2, "no such file"),
        (["ingest", "/does/not/exist", "--timezone", "Mars/Olympus"], 2, "no time zone"),
        (["ingest", "x", "--timezone", "+2x"], 2, "no offset"),
        (["ingest", "x", "--year", "12"], 2, "year"),
        (["query"], 2, "no query"),
        (["query", "DROP TABLE events"], 2, "only one SELECT"),
        (["query", "SELECT * FROM nowhere"], 2, "no view"),
        (["cases", "show", "case-nope"], 2, "no case"),
        (["report"], 2, "no cases"),
        (["investigate"], 2, "empty"),
        (["detect", "--no-builtin"], 2, "--rules"),
        (["lake", "expire"], 2, "--before"),
        (["lake", "expire", "--before", "yesterday", "--yes"], 2, "no day"),
        (["lake", "expire", "--before", "2026-01-01"], 2, "--yes"),
        (["knowledge", "technique", "T9999"], 2, "T9999"),
        (["cases", "triage", "x", "surely"], 2, "surely"),
        (["--home", "/proc/nothing", "tokens", "create", "ana"], 3, "home"),
        (["--home", "/dev/null/x", "tokens", "create", "ana"], 3, "home"),
    ],
)
def test_errors_name_cause_and_exit_code(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    given = arguments if "--home" in arguments else ["--home", str(tmp_path / "home"), *arguments]
    done = call(*given)
    assert done.code == code, (done.out, done.err)
    assert words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "verb",
    [
        ["ask", "what happened?"], ["ask", "--jsonl"], ["cases", "list"], ["cases", "show", "x"], ["query", "SELECT 1"],
        ["lake", "status"], ["report"], ["detect"], ["investigate"], ["sessions", "list"], ["tokens", "list"],
        ["ingest", "--quarantine"], ["chat"],
    ],
)  # fmt: skip
def test_a_mistyped_home_is_told_and_not_made(verb: list[str], tmp_path: Path) -> None:
    mistyped = tmp_path / "hmoe"
    done = call("--home", mistyped, *verb)
    assert done.code == 2, (done.out, done.err)
    assert f"there is no home at {mistyped}" in done.err.replace("\n", "")
    assert "try: " in done.err
    assert not mistyped.exists()


def test_a_verb_that_writes_makes_its_home(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", record())
    assert call("--home", tmp_path / "one", "ingest", path).code == 0
    assert call("--home", tmp_path / "two", "tokens", "create", "ana").code == 0
    assert (tmp_path / "one").is_dir()
    assert (tmp_path / "two").is_dir()


def test_an_interrupt_while_the_program_is_imported_is_silent() -> None:
    code = (
        "import builtins, sys\n"
        "from vedette.cli import start\n"
        "real = builtins.__import__\n"
        "def stop(name, *rest):\n"
        "    if name == 'typer':\n"
        "        raise KeyboardInterrupt\n"
        "    return real(name, *rest)\n"
        "builtins.__import__ = stop\n"
        "start.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_lines_that_all_fail_end_as_a_users_error(tmp_path: Path) -> None:
    bad = b'{"id": 1}\nnonsense\n'
    good = json.dumps({"id": 2, "text": json.dumps(record())}).encode() + b"\n"
    for verb in ("detect", "investigate"):
        done = call("--home", tmp_path, verb, "--jsonl", stdin=bad)
        assert done.code == 2
        assert done.out.count("error") == 2
        assert call("--home", tmp_path, verb, "--jsonl", stdin=bad + good).code == 0
        assert call("--home", tmp_path, verb, "--jsonl").code == 0


def test_errors_come_as_json_too(tmp_path: Path) -> None:
    done = call("--home", tmp_path, "ingest", "/does/not/exist", "--json")
    assert done.code == 2
    assert done.json["error"].startswith("no such file")
    assert done.json["next_step"]


def test_an_unexpected_error_is_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.store import Lake

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"odd {HOSTILE}")

    monkeypatch.setattr(Lake, "segments", fail)
    done = call("--home", tmp_path, "lake", "status")
    assert done.code == 70
    assert "ZeroDivisionError" in done.err
    inert(done)


def test_a_damaged_state_is_an_outside_failure(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"this is no database" * 100)
    done = call("--home", tmp_path, "lake", "status")
    assert done.code == 3
    assert "state database" in done.err


def test_ingest_says_what_came_of_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", record(1), record(2), {"EventID": 5})
    done = call("--home", tmp_path / "home", "ingest", path, "--json")
    assert done.code == 0
    assert {k: done.json[k] for k in ("new", "known", "quarantined")} == {"new": 2, "known": 0, "quarantined": 1}
    assert done.json["files"][0]["reader"] == "windows_json"
    again = call("--home", tmp_path / "home", "ingest", path)
    assert "2 known already" in again.out
    assert "vedette ingest --quarantine" in again.out
    held = call("--home", tmp_path / "home", "ingest", "--quarantine", "--json")
    assert held.json["quarantine"][0]["reason"].startswith("no time")
    assert call("--home", tmp_path / "home", "ingest", "--replay", "--json").json["quarantined"] == 1
    assert "windows_json" in call("ingest", "--formats").out
    assert call("ingest", "--formats", "--json").json["broken"] == []


def test_what_cannot_be_read_is_a_user_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello\n")
    done = call("--home", tmp_path / "home", "ingest", tmp_path / "x.txt")
    assert done.code == 2
    assert "--reader" in done.out
    (tmp_path / "empty").mkdir()
    assert "no files" in call("--home", tmp_path / "home", "ingest", tmp_path / "empty").err


def test_stdin_is_read(tmp_path: Path) -> None:
    done = call("--home", tmp_path, "ingest", "-", "--json", stdin=json.dumps(record()).encode())
    assert done.json["new"] == 1


def test_detect_exits_1_over_fail_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "r.yml").write_text(RULE % "")
    call("--home", home, "ingest", write(tmp_path / "a.json", record()))
    base = ("--home", home, "detect", "--no-builtin", "--rules", tmp_path / "r.yml")
    assert call(*base, "--fail-on", "critical").code == 0
    assert call(*base, "--fail-on", "high").code == 1
    done = call(*base, "--json", "--fail-on", "low")
    assert done.code == 1
    (finding,) = done.json["findings"]
    assert finding["severity"] == "high"
    assert finding["evidence"]
    listed = call("--home", home, "detect", "--no-builtin", "--rules", tmp_path / "r.yml", "--list-rules", "--json")
    assert len(listed.json["rules"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["cases", "list"],
        ["cases", "show", "case-"],
        ["detect"],
        ["investigate"],
        ["ingest", "--quarantine"],
        ["lake", "status"],
        ["query", "SELECT device_name, actor_name, native->>'ParentImage' AS parent, raw FROM events"],
        ["query", "SELECT device_name, actor_name, raw FROM events", "--csv"],
        ["query", "SELECT chr(27) || '[2J' AS x, 1 AS \"\x1b[31m\""],
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_hostile_names_never_reach_the_terminal(arguments: list[str], as_json: bool, investigated: Path) -> None:
    extra = ["--json"] if as_json and "--csv" not in arguments else []
    done = call("--home", investigated, *arguments, *extra)
    assert done.code == 0, done.err
    inert(done)
    assert not re.search(r"^error: forged", done.out + done.err, re.M)
    if extra:
        assert done.out.isascii()
        json.loads(done.out)


def test_csv_cells_are_no_formulas(investigated: Path) -> None:
    done = call("--home", investigated, "query", "SELECT '=1+1' a, '  @x' b, '\t-2' c, -2 d, 'x=1' e", "--csv")
    assert done.out.splitlines()[1] == "'=1+1,'  @x,'  -2,-2,x=1"


def test_clean() -> None:
    assert clean("a\nb\tc\x1b[1m\u202ex\x9b é [red]") == "a\\nb  c\\x1b[1m\\u202ex\\x9b é [red]"


def test_case_json_has_the_promised_shape(investigated: Path) -> None:
    done = call("--home", investigated, "investigate", "--json")
    (case, *_) = done.json["cases"]
    assert {"accounts", "hosts", "techniques", "timeline"} <= case.keys()
    for account in case["accounts"]:
        assert {"name", "role", "confidence", "evidence", "implicated"} <= account.keys()
        assert 0 <= account["confidence"] <= 1
    assert call("--home", investigated, "investigate", "--fail-on", "low").code == 1


def test_verdicts_and_notes_survive_another_investigation(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = write(tmp_path / "a.json", *(record(n) for n in range(3)))
    case_id = call("--home", home, "investigate", path, "--json").json["cases"][0]["case_id"]
    done = call(
        "--home", home, "cases", "triage", case_id, "true_positive", "--why", "seen it", "--author", "ann", "--json"
    )
    assert done.code == 0, done.err
    assert done.json["note"]["author"] == "ann"
    assert call("--home", home, "cases", "note", case_id, "-", stdin=b"from a pipe\n").code == 0
    finding = call("--home", home, "cases", "show", case_id, "--json").json["findings"][0]["finding_id"]
    assert call("--home", home, "cases", "triage", case_id, "false_positive", "--finding", finding[:8]).code == 0
    assert call("--home", home, "cases", "triage", case_id, "benign", "--finding", "zzz").code == 2
    assert call("--home", home, "cases", "close", case_id, "--why", "done").code == 0
    again = call("--home", home, "investigate", path, "--json")
    assert [c["case_id"] for c in again.json["cases"]] == [case_id]
    shown = call("--home", home, "cases", "show", case_id, "--json").json
    assert (shown["status"], shown["verdict"]) == ("closed", "true_positive")
    assert [n["text"] for n in shown["notes"]][:2] == ["seen it", "from a pipe"]
    assert call("--home", home, "cases", "list", "--status", "open", "--json").json["cases"] == []
    call("--home", home, "cases", "reopen", case_id)
    assert len(call("--home", home, "cases", "list", "--status", "open", "--json").json["cases"]) == 1


def test_retention(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = write(tmp_path / "a.json", record(1), record(2, UtcTime="2026-02-02 00:00:00.000"))
    call("--home", home, "ingest", path)
    assert call("--home", home, "lake", "status", "--json").json["events"] == 2
    done = call("--home", home, "lake", "expire", "--before", "2026-02-01", "--yes", "--json")
    assert done.json["events"] == 1
    assert call("--home", home, "lake", "status", "--json").json["events"] == 1
    assert call("--home", home, "lake", "clean", "--json").json == {"deleted": 0}


def test_reports_are_written(investigated: Path, tmp_path: Path) -> None:
    done = call("--home", investigated, "report", "--to", "markdown", "--to", "json", "--out", tmp_path, "--json")
    assert done.code == 0, done.err
    assert sorted(Path(p).suffix for p in done.json["written"]) == [".json", ".md"]
    assert all(Path(p).is_file() for p in done.json["written"])


def test_jsonl_keeps_order_and_ids_and_carries_errors(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", record())
    (tmp_path / "r.yml").write_text(RULE % "")
    asked = [
        {"id": "first", "path": str(path)},
        {"id": 2, "text": json.dumps(record(7, User=f"EXAMPLE\\{HOSTILE}"))},
        {"id": "gone", "path": "/does/not/exist"},
        {"id": "dash", "path": "-"},
        {"id": "bad", "text": "hello"},
        {"id": "neither"},
        {"id": ["a", {"b": 1}], "text": json.dumps(record(8, CommandLine="calm"))},
    ]
    stdin = b"\n".join(json.dumps(a).encode() for a in asked) + b"\nnot json\n\n[1]\n"
    base = ("--home", tmp_path / "home", "detect", "--no-builtin", "--rules", tmp_path / "r.yml", "--jsonl")
    done = call(*base, stdin=stdin)
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["id"] for line in lines] == ["first", 2, "gone", "dash", "bad", "neither", ["a", {"b": 1}], None, None]
    assert [len(line["findings"]) if "findings" in line else "error" for line in lines] == [
        1, 1, "error", "error", "error", "error", 0, "error", "error",
    ]  # fmt: skip
    assert done.out.isascii()
    inert(done)
    assert not (tmp_path / "home" / "lake").exists(), "lines must not taint the home"


def test_doctor(tmp_path: Path) -> None:
    done = call("--home", tmp_path, "doctor", "--json")
    assert done.code == 0, done.out
    assert done.json["ok"] is True
    assert {c["name"] for c in done.json["checks"]} >= {"readers", "rules", "run"}


def test_two_homes_never_touch_each_other(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", record())
    call("--home", tmp_path / "one", "ingest", path)
    (tmp_path / "two").mkdir()
    assert call("--home", tmp_path / "two", "lake", "status", "--json").json["events"] == 0


def test_settings_that_are_wrong_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEDETTE_WORKERS", "many")
    done = call("--home", tmp_path, "lake", "status")
    assert done.code == 2
    assert "VEDETTE_WORKERS" in done.err
    assert os.environ["VEDETTE_WORKERS"] == "many"
