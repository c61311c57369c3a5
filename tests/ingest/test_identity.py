"""Each record once: reading again, grown, rotated, renamed; true repeats kept; hosts told apart."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_support import as_lines, count, events, sysmon, take, web_lines

from vedette.ingest import pipeline
from vedette.ingest.identity import Identifier, source_name
from vedette.store import Lake


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "access.log"
    path.parent.mkdir()
    path.write_bytes(web_lines(range(50)))
    return path


def new(lake: Lake, *paths: Path, **more: object) -> int:
    return take(lake, *paths, **more).total("n_new")


def test_reading_twice_adds_nothing(lake: Lake, log: Path) -> None:
    assert new(lake, log) == 50
    before = events(lake)
    again = take(lake, log)
    assert (again.total("n_new"), again.total("n_known")) == (0, 50)
    assert events(lake) == before


def test_what_grew_is_added(lake: Lake, log: Path) -> None:
    new(lake, log)
    log.write_bytes(log.read_bytes() + web_lines(range(50, 60)))
    summary = take(lake, log)
    assert (summary.total("n_new"), summary.total("n_known")) == (10, 50)
    assert count(lake) == 60


def test_rotated_renamed_and_packed_are_the_same_file(lake: Lake, log: Path) -> None:
    new(lake, log)
    rotated = log.rename(log.with_name("access.log.1"))
    log.write_bytes(web_lines(range(100, 120)))
    assert new(lake, rotated, log) == 20
    (log.parent / "access.log.2.gz").write_bytes(gzip.compress(rotated.read_bytes()))
    rotated.unlink()
    assert new(lake, log.parent) == 0
    other = log.parent / "web-backup.txt"
    shutil.copy(log, other)
    assert new(lake, other) == 0
    assert count(lake) == 70


@pytest.mark.parametrize("chunk_rows", [1, 3, 7, 4096])
def test_true_repeats_are_kept_also_across_chunks(
    lake: Lake, log: Path, chunk_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "CHUNK_ROWS", chunk_rows)
    monkeypatch.setattr(pipeline, "COMMIT_ROWS", chunk_rows * 2)
    log.write_bytes(web_lines([1, 1, 2, 1, 3, 2, 1, 1, 4, 1]))
    assert new(lake, log) == 10
    assert count(lake) == 10
    assert new(lake, log) == 0
    log.write_bytes(log.read_bytes() + web_lines([1, 2]))
    assert new(lake, log) == 2
    assert count(lake) == 12


def test_ids_do_not_depend_on_chunks(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch, open_lake: Callable[[Path], Lake]
) -> None:
    log.write_bytes(web_lines([n % 7 for n in range(60)]))
    seen = []
    for rows in (1, 5, 4096):
        monkeypatch.setattr(pipeline, "CHUNK_ROWS", rows)
        lake = open_lake(tmp_path / f"home{rows}")
        new(lake, log)
        seen.append(events(lake))
        lake.close()
    assert seen[0] == seen[1] == seen[2]


def test_like_looking_files_of_two_hosts_are_told_apart_by_source(lake: Lake, tmp_path: Path) -> None:
    for host in ("a", "b"):
        (tmp_path / host).write_bytes(web_lines(range(5)))
    assert new(lake, tmp_path / "a", source="host-a") == 5
    assert new(lake, tmp_path / "b", source="host-b") == 5
    assert new(lake, tmp_path / "a", source="host-a") == 0
    assert {row[0] for row in events(lake, "source")} == {"host-a", "host-b"}


def test_files_with_another_first_record_are_other_sources(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(web_lines([1, 9]))
    (tmp_path / "b").write_bytes(web_lines([2, 9]))
    assert new(lake, tmp_path / "a", tmp_path / "b") == 4


def test_overlapping_exports_of_self_identifying_records_merge(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "monday.json").write_bytes(as_lines(sysmon(n) for n in range(30)))
    (tmp_path / "tuesday.json").write_bytes(as_lines(sysmon(n) for n in range(20, 45)))
    summary = take(lake, tmp_path / "monday.json", tmp_path / "tuesday.json")
    assert (summary.total("n_new"), summary.total("n_known")) == (45, 10)
    assert count(lake) == 45


def test_a_file_whose_first_record_is_bad_is_still_one_source(lake: Lake, log: Path) -> None:
    log.write_bytes(b"what is this\n" + web_lines(range(5)))
    first = take(lake, log, reader="web")
    log.write_bytes(log.read_bytes() + web_lines(range(5, 8)))
    second = take(lake, log, reader="web")
    assert first.files[0].source == second.files[0].source
    assert (first.total("n_quarantined"), second.total("n_quarantined")) == (1, 0)
    assert (second.total("n_new"), second.total("n_known"), second.total("n_quarantined_known")) == (3, 5, 1)


def test_reading_again_after_retention_brings_the_days_back(lake: Lake, tmp_path: Path) -> None:
    from datetime import date

    path = tmp_path / "a.json"
    path.write_bytes(as_lines(sysmon(n, day=1 + n % 3) for n in range(30)))
    assert new(lake, path) == 30
    before = events(lake)
    lake.expire(date(2026, 1, 3))
    assert count(lake) == 10
    assert new(lake, path) == 20
    assert events(lake) == before


def test_source_names() -> None:
    assert source_name("web", b"x", self_identifying=False, given="mine") == "mine"
    assert source_name("web", b"x", self_identifying=True) == "web"
    a, b = (source_name("web", raw, self_identifying=False) for raw in (b"x", b"y"))
    assert a != b
    assert a.startswith("web:")


@given(st.lists(st.sampled_from([b"a", b"b", b"c", b""]), max_size=40), st.lists(st.integers(1, 9), min_size=1))
def test_occurrence_numbers_do_not_depend_on_batches(records: list[bytes], sizes: list[int]) -> None:
    whole = Identifier("s", None)  # type: ignore[arg-type]
    wanted, found = whole.identify(records) if records else ([], np.zeros((0, 2), dtype=np.uint64))
    parts = Identifier("s", None)  # type: ignore[arg-type]
    got: list[bytes] = []
    at = 0
    while at < len(records):
        size = sizes[at % len(sizes)]
        ids, _ = parts.identify(records[at : at + size])
        got += ids
        at += size
    assert got == wanted
    assert len(set(got)) == len(records)
    assert len(found) == len(records)
    other = Identifier("t", None)  # type: ignore[arg-type]
    assert not records or other.identify(records)[0] != wanted
