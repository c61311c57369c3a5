"""Explaining a hidden command opens, fetches and starts nothing; the traps that say so catch what does."""

from __future__ import annotations

import pytest
from benchmarks.commands import sandbox


def test_nothing_is_opened_fetched_or_started():
    got = sandbox.run(every=8)
    assert got["rows"] > 60
    assert got["events"] == []
    assert got["errors"] == []
    assert not got["killed"], got["stderr"]
    assert got["changed"] == []


@pytest.mark.parametrize("canary", ["open", "exec"])
def test_the_traps_catch_what_is_done_on_purpose(canary):
    got = sandbox.run(every=300, canary=canary)
    assert got["events"], "the audit hook saw nothing"
    assert got["killed"] or got["why_not"]


@pytest.mark.slow
@pytest.mark.parametrize("canary", ["write", "socket", "fork"])
def test_the_traps_catch_the_others_too(canary):
    got = sandbox.run(every=300, canary=canary)
    assert got["events"], "the audit hook saw nothing"
    assert got["killed"] or got["why_not"]


@pytest.mark.slow
def test_nothing_is_opened_fetched_or_started_by_any_row():
    got = sandbox.run()
    assert (got["events"], got["errors"], got["killed"], got["changed"]) == ([], [], False, [])
