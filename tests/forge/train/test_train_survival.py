"""Kills, a full disk and two processes, each in processes of their own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.training import kills, two_processes
from benchmarks.training.tiny import make_base

pytestmark = pytest.mark.slow

POINTS = [(2, False), (4, True), (7, False), (9, True), (11, False), (14, True), (16, False), (19, True), (21, False)]


@pytest.mark.parametrize("method", ["full", "lora"])
def test_ten_kills_change_nothing(tmp_path: Path, method: str) -> None:
    settings = {"kind": "pretraining", "method": method, "max_steps": 30, "save_every": 3, "n": 120}
    found = kills.run(tmp_path, settings, [*POINTS, (25, True)])
    assert len(found["kills"]) == 10
    assert all(row["same_losses"] for row in found["kills"])
    assert found["same_losses"]
    assert found["same_weights"]
    assert found["largest_difference"] == 0
    assert any("damaged" in note for note in found["notes"])


@pytest.mark.parametrize("kind", ["pretraining", "instruction", "preference"])
def test_two_processes_make_the_same_steps(tmp_path: Path, kind: str) -> None:
    settings: dict[str, Any] = {"kind": kind, "method": "lora", "precision": "float32", "max_steps": 6}
    settings |= {"batch_size": 4, "accumulate": 2, "max_length": 128, "learning_rate": 2e-3}
    found = two_processes.compare(tmp_path, settings)
    assert found["processes"] == [1, 2]
    assert found["largest_loss_difference"] < 1e-4
    assert found["largest_weight_difference"] < 1e-3
    assert not found["told_twice"]


def _worker(folder: Path, settings: dict[str, Any], **more: Any) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(kills.WORKER), str(folder), json.dumps(settings)],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        **more,
    )
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_a_writer_that_hits_the_end_of_the_disk(tmp_path: Path) -> None:
    make_base(tmp_path / "base")
    settings = {"method": "full", "max_steps": 6, "save_every": 2}

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    code, said = _worker(tmp_path / "run", settings, preexec_fn=limit)
    assert code == 3
    assert "no room for a checkpoint" in said["error"]
    assert str(tmp_path / "run" / "work" / "checkpoints") in said["error"]
    assert said["next_step"]
    assert list((tmp_path / "run" / "work" / "checkpoints").glob("*checkpoint-*")) == []
    code, said = _worker(tmp_path / "run", settings)
    assert (code, said["metrics"]["steps"]) == (0, 6)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    make_base(tmp_path / "base")
    place = tmp_path / "run" / "work" / "checkpoints"
    place.mkdir(parents=True)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    if mount.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        settings = {"method": "full", "max_steps": 6, "save_every": 2}
        code, said = _worker(tmp_path / "run", settings)
        assert code == 3
        assert "are needed" in said["error"]
        assert "are free" in said["error"]
        subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
        code, said = _worker(tmp_path / "run", settings)
        assert (code, said["metrics"]["steps"]) == (0, 6)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
