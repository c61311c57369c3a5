"""Jobs over tables: every row once, errors by row, going on after a kill, the same bytes by any engine."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import job_functions
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vedette.bulk import engine_named
from vedette.bulk.job import read_table, run_job, sorted_sha256
from vedette.bulk.sources import ParquetSource, open_texts
from vedette.errors import InternalError, OutsideError, UserError

HERE = Path(__file__).parent


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    rows = [{"id": f"d{n}", "text": ("fault " if n % 50 == 7 else "") + f"text number {n}"} for n in range(200)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def bytes_of(out: Path) -> dict[str, str]:
    """Return the SHA-256 of every table's file, and of the sums."""
    files = [p for p in out.rglob("*") if p.is_file() and (p.suffix == ".parquet" or p.name == "_done.json")]
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def run(lines: Path, out: Path, engine: str = "local", function: Any = job_functions.lengths, **more: Any) -> Any:
    return run_job(function, open_texts([lines]), out, engine=engine_named(engine), **{"shard_rows": 10, **more})


def test_rows_become_tables(lines: Path, tmp_path: Path) -> None:
    report = run(lines, tmp_path / "out")
    assert (report.n_rows, report.n_errors, report.n_shards, report.n_kept) == (200, 4, 20, 0)
    table = read_table(tmp_path / "out", "lengths")
    assert table.column("id").to_pylist() == [f"d{n}" for n in range(200) if n % 50 != 7]
    assert report.tables == {"errors": 4, "lengths": 196, "words": 588}


def test_a_row_that_fails_is_told_and_the_others_go_on(lines: Path, tmp_path: Path) -> None:
    run(lines, tmp_path / "out")
    errors = read_table(tmp_path / "out", "errors").to_pylist()
    assert [(e["id"], e["row"]) for e in errors] == [("d7", 7), ("d57", 57), ("d107", 107), ("d157", 157)]
    assert all(e["reason"].startswith("ValueError: no good at all") for e in errors)
    assert not any("\x1b" in e["reason"] for e in errors)


def test_a_shard_whose_rows_all_fail_is_finished_too(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "a", "text": "fault"}\n{"id": "b", "text": "fault"}\n')
    report = run(path, tmp_path / "out")
    assert (report.n_rows, report.n_errors, report.tables["lengths"]) == (2, 2, 0)
    assert read_table(tmp_path / "out", "words").column_names == ["id", "word"]


def test_a_part_of_a_row_may_be_told(lines: Path, tmp_path: Path) -> None:
    run(lines, tmp_path / "out", function=job_functions.partly)
    errors = read_table(tmp_path / "out", "errors").to_pylist()
    told = [e["row"] for e in errors if e["reason"] == "a part was no good"]
    assert set(told) == {n for n in range(200) if n % 2 and n % 50 != 7}
    assert len(told) == len(set(told))


def test_the_pool_gives_the_same_bytes(lines: Path, tmp_path: Path) -> None:
    run(lines, tmp_path / "one")
    run(lines, tmp_path / "many", "pool:2")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "many")


def test_a_second_run_does_nothing(lines: Path, tmp_path: Path) -> None:
    first = run(lines, tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    again = run(lines, tmp_path / "out")
    assert again.n_kept == 20
    assert again.tables == first.tables
    assert bytes_of(tmp_path / "out") == before


@pytest.mark.parametrize("lost", ["marker", "part", "torn"])
def test_what_is_not_whole_is_made_again(lines: Path, tmp_path: Path, lost: str) -> None:
    run(lines, tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    if lost == "marker":
        (tmp_path / "out/_markers/00000004.json").unlink()
    elif lost == "part":
        (tmp_path / "out/lengths/part-00000004.parquet").unlink()
    else:
        part = tmp_path / "out/lengths/part-00000004.parquet"
        part.write_bytes(part.read_bytes()[:40])
    assert run(lines, tmp_path / "out").n_kept == 19
    assert bytes_of(tmp_path / "out") == before


@pytest.mark.parametrize("engine", ["local", "pool:2"])
def test_a_killed_driver_goes_on(lines: Path, tmp_path: Path, engine: str) -> None:
    out = tmp_path / "out"
    driver = subprocess.Popen(
        [sys.executable, str(HERE / "job_functions.py"), str(lines), str(out), engine],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(list(out.glob("_markers/*.json"))) < 3 and time.monotonic() < deadline:
        assert driver.poll() is None
        time.sleep(0.01)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    n_there = len(list(out.glob("_markers/*.json")))
    assert 3 <= n_there < 20
    report = run(lines, out, engine, job_functions.slow_lengths)
    assert report.n_kept >= 3
    assert report.n_rows == 200
    run(lines, tmp_path / "whole", function=job_functions.slow_lengths)
    assert bytes_of(out) == bytes_of(tmp_path / "whole")


def test_a_killed_worker_is_made_good(lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILLED_MARK", str(tmp_path / "killed"))
    report = run(lines, tmp_path / "out", "pool:2", job_functions.killing_lengths)
    assert (tmp_path / "killed").exists()
    assert (report.n_rows, report.n_errors) == (200, 4)
    run(lines, tmp_path / "whole", "local", job_functions.killing_lengths)
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize("changed", ["version", "shard_rows", "input"])
def test_another_job_is_refused(lines: Path, tmp_path: Path, changed: str) -> None:
    run(lines, tmp_path / "out")
    more: dict[str, Any] = {}
    if changed == "input":
        lines.write_text(lines.read_text() + '{"id": "new", "text": "t"}\n')
    else:
        more = {"version": {"version": "2"}, "shard_rows": {"shard_rows": 11}}[changed]
    with pytest.raises(UserError, match=changed):
        run(lines, tmp_path / "out", **more)
    report = run(lines, tmp_path / "out", fresh=True, **more)
    assert report.n_kept == 0
    run(lines, tmp_path / "whole", **more)
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_a_folder_with_other_things_is_left_alone(lines: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    for fresh in (False, True):
        with pytest.raises(UserError, match=r"letter\.txt"):
            run(lines, tmp_path / "mine", fresh=fresh)
    assert (tmp_path / "mine/letter.txt").read_text() == "dear"


def test_columns_that_change_are_a_mistake(lines: Path, tmp_path: Path) -> None:
    with pytest.raises(InternalError, match="one"):
        run(lines, tmp_path / "out", function=job_functions.changing)


def test_lines_that_are_no_rows_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": 1, "text": "a b"}\nnot json\n[1]\n\n{"id": "x"}\n{"id": "y", "text": "c"}'))
    report = run(path, tmp_path / "out")
    assert read_table(tmp_path / "out", "lengths").to_pylist() == [{"id": "1", "n": 3}, {"id": "y", "n": 1}]
    errors = read_table(tmp_path / "out", "errors").to_pylist()
    assert [e["row"] for e in errors] == [1, 2, 4]
    assert errors[2]["id"] == "x"
    assert report.n_rows == 5


def test_parquet_is_read_by_its_columns(tmp_path: Path) -> None:
    rows = {"name": [f"n{n}" for n in range(25)], "body": ["x" * n for n in range(25)], "other": list(range(25))}
    pq.write_table(pa.table(rows), tmp_path / "in.parquet", row_group_size=8)
    source = open_texts([tmp_path / "in.parquet"], text_column="body", id_column="name")
    assert source.n_rows == 25
    run_job(job_functions.lengths, source, tmp_path / "out", shard_rows=5)
    assert read_table(tmp_path / "out", "lengths").to_pylist() == [{"id": f"n{n}", "n": n} for n in range(25)]
    with pytest.raises(UserError, match=r"no column 'text'"):
        run_job(job_functions.lengths, open_texts([tmp_path / "in.parquet"]), tmp_path / "other")


def test_bytes_and_dictionaries_are_read_and_numbers_are_not(tmp_path: Path) -> None:
    columns = {"id": ["a", "b"], "raw": [b"four", b"x"], "n": [1, 2]}
    table = pa.table(columns).append_column("often", pa.array(["same", "same"]).dictionary_encode())
    pq.write_table(table, tmp_path / "in.parquet")
    for column, sizes in (("raw", [4, 1]), ("often", [4, 4])):
        out = tmp_path / column
        run_job(job_functions.lengths, open_texts([tmp_path / "in.parquet"], text_column=column), out)
        assert read_table(out, "lengths").column("n").to_pylist() == sizes
    with pytest.raises(UserError, match="no text"):
        run_job(job_functions.lengths, open_texts([tmp_path / "in.parquet"], text_column="n"), tmp_path / "n")


def test_damaged_parquet_is_said(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": [f"text {n} " * 50 for n in range(5_000)]}), path, compression="none")
    data = bytearray(path.read_bytes())
    data[100 : len(data) // 2] = b"\xff" * (len(data) // 2 - 100)
    path.write_bytes(bytes(data))
    with pytest.raises(OutsideError, match="damaged"):
        run_job(job_functions.lengths, open_texts([path]), tmp_path / "out")


def test_files_are_rows(tmp_path: Path) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/.git").mkdir()
    for name in ("b.txt", "a.md", "deep/c.txt", ".git/config"):
        (tmp_path / "in" / name).write_text(name)
    run_job(job_functions.lengths, open_texts([tmp_path / "in"]), tmp_path / "out")
    assert read_table(tmp_path / "out", "lengths").column("id").to_pylist() == ["a.md", "b.txt", "deep/c.txt"]


def test_all_columns_can_be_worked_on(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(2):
        table = pa.table({"id": [f"d{number}"], "text": ["a"], "content": pa.nulls(1, pa.binary())})
        pq.write_table(table, tmp_path / f"in/{number}.parquet")
    report = run_job(job_functions.lengths, ParquetSource(tmp_path / "in"), tmp_path / "out")
    assert report.tables["lengths"] == 2


def test_near_duplicates_are_marked(tmp_path: Path) -> None:
    words = " ".join(f"word{n}" for n in range(60))
    texts = [words, "something else that was said once and never again", words + " changed", words.upper()]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": f"t{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    report = run(path, tmp_path / "out", near_duplicates=0.8)
    assert report.n_near_duplicates == 2
    marks = read_table(tmp_path / "out", "near_duplicates").to_pylist()
    assert [(m["id"], m["first_id"]) for m in marks] == [("t2", "t0"), ("t3", "t0")]
    assert marks[1]["similarity"] == 1.0
    assert 0.8 <= marks[0]["similarity"] < 1.0
    assert report.tables["lengths"] == 4


def test_order_does_not_matter_to_the_sorted_digest(lines: Path, tmp_path: Path) -> None:
    run(lines, tmp_path / "out")
    table = read_table(tmp_path / "out", "words")
    backwards = table.take(list(reversed(range(table.num_rows))))
    assert sorted_sha256(table) == sorted_sha256(backwards)
    assert sorted_sha256(table) != sorted_sha256(table.slice(1))


@pytest.mark.parametrize("spec", ["nowhere.parquet", "s3://bucket/x.parquet", "s3://", "ftp://host/x"])
def test_what_cannot_be_read_is_said(spec: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        open_texts([tmp_path / spec if "://" not in spec else spec])
    assert caught.value.next_step


def test_what_is_no_parquet_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no such thing")
    with pytest.raises((UserError, OutsideError), match=r"x\.parquet"):
        run_job(job_functions.lengths, open_texts([tmp_path / "x.parquet"]), tmp_path / "out")


def test_a_link_that_leads_out_of_the_folder_is_told_and_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret words")
    (tmp_path / "secret.jsonl").write_text('{"id": "s", "text": "secret"}\n')
    (folder / "a.txt").write_text("open words")
    (folder / "same.txt").symlink_to(folder / "a.txt")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "sub/rows.jsonl").symlink_to(tmp_path / "secret.jsonl")
    (folder / "up").symlink_to(tmp_path)
    (shard,) = open_texts([folder]).shards(100, lambda _: False)
    assert shard.table.column("id").to_pylist() == ["a.txt", "same.txt"]
    assert shard.table.column("content").to_pylist() == [b"open words"] * 2
    assert {(bad.row_id, bad.reason) for bad in shard.bad} == {
        (name, "a link that leads out of the folder") for name in ("link.txt", "sub/rows.jsonl")
    }
    assert open_texts([folder]).n_rows == 4
