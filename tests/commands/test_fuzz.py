"""Any text is explained without an exception, with spans inside their texts and plain output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.commands import fuzz

ROOT = Path(__file__).resolve().parents[2]


def _checked(first: int, n: int) -> list[list[object]]:
    # a process of its own: it bounds its memory for good
    code = f"import json;from benchmarks.commands import fuzz;print(json.dumps(fuzz.run({first},{n}).failures))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    # a slow machine is no fault of the code: times are the benchmark's
    return [f for f in json.loads(done.stdout.splitlines()[-1]) if not str(f[2]).startswith("takes")]


def test_any_text_is_explained():
    assert _checked(10_000_000, 300) == []


@pytest.mark.slow
def test_any_of_many_texts_is_explained():
    assert _checked(11_000_000, 5_000) == []


def test_an_input_is_made_again_from_its_seed():
    assert [fuzz.made(seed) for seed in range(30)] == [fuzz.made(seed) for seed in range(30)]


def test_every_kind_of_input_is_made():
    assert {fuzz.made(seed)[0] for seed in range(1000)} == set(fuzz.KINDS)
