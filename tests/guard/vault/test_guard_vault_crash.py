"""A vault whose process is killed at any moment: what add() returned is there, and nothing is there in part."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vedette.guard.trail import Trail
from vedette.guard.vault import FileKeys, Vault
from vedette.store import Lake

_WRITER = """
import json, sys
from pathlib import Path
from vedette.guard.base import Pair
from vedette.guard.trail import Trail
from vedette.guard.vault import FileKeys, Vault
from vedette.store import Lake

home, run = Path(sys.argv[1]), sys.argv[2]
lake = Lake.open(home)
keys = FileKeys(home / "keys.json")
vault, trail = Vault(lake.state, keys), Trail(lake.state, keys, anchor=home / "anchor.json")
book = vault.open("talk", ttl_s=3600)
print(json.dumps("ready"), flush=True)
for n in range(100_000):
    pairs = [Pair(entity="PERSON", value=f"{run} {n} {k}", pseudonym=f"P_{run}_{n}_{k}") for k in range(4)]
    kept = book.add(pairs)
    row = trail.record(action="pseudonymise", actor=run, entities={"PERSON": 4})
    print(json.dumps([row.seq, [[p.value, p.pseudonym] for p in kept]]), flush=True)
    if n % 7 == 3:
        FileKeys(home / "keys.json").renew()
        vault.rotate()
"""


def written_until_killed(home: Path, run: str, delay_s: float) -> list[tuple[int, list[list[str]]]]:
    """Return what a writer said was kept before it was killed."""
    command = [sys.executable, "-c", _WRITER, str(home), run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "ready"
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().decode().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def killed_again_and_again(home: Path, n_times: int) -> int:
    rng = random.Random(n_times)
    promised: dict[str, str] = {}
    last_row = 0
    for run in range(n_times):
        for seq, kept in written_until_killed(home, f"r{run}", rng.uniform(0.0, 0.25)):
            promised |= {pseudonym: value for value, pseudonym in kept}
            last_row = seq
        lake = Lake.open(home)
        keys = FileKeys(home / "keys.json")
        book = Vault(lake.state, keys).open("talk")
        for pseudonym, value in promised.items():
            held = book.value_of(pseudonym)
            assert held is not None, pseudonym
            assert held.value == value
        by_run: dict[str, int] = {}
        for pair in book.pairs():
            by_run[pair.value.rpartition(" ")[0]] = by_run.get(pair.value.rpartition(" ")[0], 0) + 1
        assert set(by_run.values()) <= {4}, "all pairs of one call or none"
        told = Trail(lake.state, keys, anchor=home / "anchor.json").verify()
        assert told.whole, told.reason
        assert told.n_rows >= last_row
        assert (told.anchored or 0) >= last_row, "what was promised cannot be cut off unseen"
        assert told.n_rows - (told.anchored or 0) <= 1, "no more than the row that was being written"
        lake.close()
    return len(promised)


def test_a_vault_that_is_killed_keeps_what_it_promised(tmp_path: Path) -> None:
    Lake.open(tmp_path).close()
    assert killed_again_and_again(tmp_path, 2) > 0


@pytest.mark.slow
def test_a_vault_that_is_killed_forty_times_keeps_what_it_promised(tmp_path: Path) -> None:
    Lake.open(tmp_path).close()
    assert killed_again_and_again(tmp_path, 40) > 0
