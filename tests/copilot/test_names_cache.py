"""The index of names that a home keeps between calls."""

from __future__ import annotations

import shutil

import pytest
from copilot_support import case

from vedette.copilot import names, names_cache
from vedette.store import Lake


def test_an_index_reads_back_as_it_was(lake: Lake) -> None:
    cases = (case(),)
    state = names_cache.state_of(lake, cases)
    built = names.name_index(lake, cases)
    read = names_cache.kept(lake.home, state)
    assert read is not None
    assert (dict(read.strong), dict(read.weak)) == (dict(built.strong), dict(built.weak))
    assert (read.first_at, read.last_at, read.n_events) == (built.first_at, built.last_at, 42)


def test_another_state_is_not_the_kept_one(lake: Lake) -> None:
    names.name_index(lake, ())
    before = names_cache.state_of(lake, ())
    assert names_cache.kept(lake.home, before) is not None
    assert names_cache.kept(lake.home, names_cache.state_of(lake, (case(),))) is None
    lake.drop([s.segment_id for s in lake.segments("events")])
    assert names_cache.kept(lake.home, names_cache.state_of(lake, ())) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"state":1}', b"\xff\x00", b"[" * 100_000])
def test_a_broken_file_costs_time_only(lake: Lake, content: bytes) -> None:
    state = names_cache.state_of(lake, ())
    index = names.name_index(lake, ())
    file = lake.home / "cache" / "name-index.json"
    file.write_bytes(content)
    assert names_cache.kept(lake.home, state) is None
    names_cache.keep(lake.home, state, index)
    assert names_cache.kept(lake.home, state) is not None
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_a_home_that_cannot_be_written(lake: Lake) -> None:
    shutil.rmtree(lake.home / "cache", ignore_errors=True)
    (lake.home / "cache").write_text("a file where the folder would be")
    assert names.name_index(lake, ()).n_events == 42
