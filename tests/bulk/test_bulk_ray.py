"""The engine on a Ray cluster keeps what every engine promises."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import job_functions
import pytest

from vedette.bulk import Engine, LocalEngine, PoolEngine, engine_named, run_shards
from vedette.bulk.job import run_job
from vedette.bulk.ray import RayEngine
from vedette.bulk.sources import open_texts
from vedette.errors import MissingExtraError, UserError

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("name", "workers", "engine"),
    [
        (None, None, LocalEngine()),
        (None, 1, LocalEngine()),
        (None, 3, PoolEngine(3)),
        ("local", None, LocalEngine()),
        ("pool", 3, PoolEngine(3)),
        ("pool:2", 3, PoolEngine(2)),
        ("ray://host:10001", 4, RayEngine("ray://host:10001", 4)),
        ("ray://auto", None, RayEngine("ray://auto")),
    ],
)
def test_engines_have_names(name: str | None, workers: int | None, engine: Engine) -> None:
    assert engine_named(name, workers) == engine
    assert isinstance(engine, Engine)


def test_one_process_cannot_be_several() -> None:
    with pytest.raises(UserError, match="one process"):
        engine_named("local", 4)


def test_a_missing_extra_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "daft", None)
    with pytest.raises(MissingExtraError) as caught:
        list(run_shards(job_functions.square, [1], engine=engine_named("ray://127.0.0.1:1")))
    assert "vedette[scale]" in str(caught.value.next_step)


def test_what_does_not_pickle_is_said() -> None:
    from vedette.bulk.ray import pickled

    with pytest.raises(UserError, match="cannot be sent"):
        pickled(lambda: None, "the work")


def test_an_error_that_cannot_travel_says_what_it_said() -> None:
    from vedette.bulk._ray_worker import failure

    class OddError(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__(f"{one} and {two}")

    good, error = pickle.loads(failure(OddError(1, 2)))
    assert not good
    assert "1 and 2" in str(error)
    assert str(pickle.loads(failure(ValueError("three")))[1]) == "three"


def test_nobody_is_told_of_use() -> None:
    from vedette.bulk.ray import _SILENT

    assert _SILENT["DAFT_ANALYTICS_ENABLED"] == "0"
    assert _SILENT["RAY_USAGE_STATS_ENABLED"] == "0"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path, Path]:
    """Return what the driver printed, its input and its folder."""
    if find_spec("daft") is None or find_spec("ray") is None:
        pytest.skip("daft and ray are not installed: the 'scale' extra")
    folder = tmp_path_factory.mktemp("ray")
    lines = folder / "texts.jsonl"
    rows = [{"id": f"d{n}", "text": ("fault " if n % 50 == 7 else "") + f"text number {n}"} for n in range(100)]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "ray_driver.py"), str(lines), str(folder)],
        env={**os.environ, "PYTHONPATH": str(HERE), "RAY_worker_niceness": "0"},
        capture_output=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    return json.loads(done.stdout.decode().strip().splitlines()[-1]), lines, folder


@pytest.mark.slow
def test_results_come_in_order(told: tuple[dict[str, Any], Path, Path]) -> None:
    assert told[0]["square"] == [[n, n * n] for n in range(20)]
    assert told[0]["none"] == []
    assert told[0]["prepared"] == [[1, 11], [2, 12]]


@pytest.mark.slow
def test_errors_come_through_after_the_results_before_them(told: tuple[dict[str, Any], Path, Path]) -> None:
    assert told[0]["fail"] == [[0, 0], [1, 1], [2, 2], ["ValueError", "three"]]


@pytest.mark.slow
def test_a_killed_worker_is_made_good(told: tuple[dict[str, Any], Path, Path]) -> None:
    assert (told[2] / "died").exists()
    assert [result for _, result in told[0]["die_once"]] == list(range(6))


@pytest.mark.slow
def test_a_shard_that_kills_every_worker_is_told(told: tuple[dict[str, Any], Path, Path]) -> None:
    *before, (kind, message) = told[0]["die"]
    assert before == [[0, 0], [1, 1], [2, 2]]
    assert kind == "OutsideError"
    assert "same shard" in message


@pytest.mark.slow
def test_a_job_gives_the_same_bytes(told: tuple[dict[str, Any], Path, Path]) -> None:
    _, lines, folder = told
    run_job(job_functions.lengths, open_texts([lines]), folder / "here", shard_rows=10)

    def digests(out: Path) -> dict[str, str]:
        return {
            p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in out.rglob("*.parquet")
        }

    assert digests(folder / "here") == digests(folder / "out")
    assert told[0]["job"] == {"n_rows": 100, "n_errors": 2}
