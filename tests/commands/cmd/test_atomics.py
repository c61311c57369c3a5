"""Real commands of practitioners parse as cmd, with sensible names."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from vedette.commands.base import Scope
from vedette.commands.budget import Budget
from vedette.commands.cmd import read

DATA = Path("/work/shared/data/cmd-atomic-red-team/atomic_tests.jsonl.gz")


@pytest.mark.skipif(not DATA.exists(), reason="the collection of tests is not on this machine")
def test_commands_of_the_command_prompt_parse() -> None:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["executor"] == "command_prompt"]
    broken = odd = calls = 0
    for row in rows:
        found = read(row["command"], Scope(Budget()))
        broken += found.broken or bool(found.stops)
        calls += len(found.calls)
        odd += sum(1 for call in found.calls if set(call.name.text) & set('"^&|<>()'))
    assert len(rows) > 200
    assert broken <= 0.02 * len(rows)
    assert calls >= len(rows)
    assert odd <= 0.01 * calls
