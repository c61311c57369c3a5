"""Functions of jobs that tests run in other processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pyarrow as pa

started_with: list[int] = []


def square(n: int) -> int:
    return n * n


def remember(n: int) -> None:
    started_with.append(n)


def add(n: int) -> int:
    return n + started_with[-1]


def die(n: int) -> int:
    if n == 3:
        os._exit(9)
    return n


def die_once(given: tuple[int, str]) -> int:
    """Kill the process the first time that number 3 is met; the mark says that it was."""
    n, mark = given
    if n == 3:
        try:
            Path(mark).touch(exist_ok=False)
        except FileExistsError:
            return n
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def fail(n: int) -> int:
    if n == 3:
        raise ValueError("three")
    return n


def lengths(rows: pa.Table) -> dict[str, pa.Table]:
    """Return how long the texts are, and their words; a text with ``fault`` in it raises."""
    ids, texts = rows.column("id").to_pylist(), rows.column("text").to_pylist()
    contents = rows.column("content").to_pylist()
    sizes, words = [], []
    for name, text, content in zip(ids, texts, contents, strict=True):
        text = text if text is not None else content.decode()
        if "fault" in text:
            raise ValueError(f"no good\nat all: \x1b[31m{name}")
        sizes.append((name, len(text)))
        words += [(name, word) for word in text.split()]
    return {
        "lengths": pa.table(
            {"id": pa.array([i for i, _ in sizes], pa.string()), "n": pa.array([n for _, n in sizes], pa.int64())}
        ),
        "words": pa.table(
            {"id": pa.array([i for i, _ in words], pa.string()), "word": pa.array([w for _, w in words], pa.string())}
        ),
    }


def slow_lengths(rows: pa.Table) -> dict[str, pa.Table]:
    """Take time, so that a kill meets a job in its middle."""
    time.sleep(0.05)
    return lengths(rows)


def killing_lengths(rows: pa.Table) -> dict[str, pa.Table]:
    """Kill the worker the first time; the file named by the environment says that it was."""
    mark = Path(os.environ["KILLED_MARK"])
    if "d55" in rows.column("id").to_pylist():
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return lengths(rows)
        os.kill(os.getpid(), signal.SIGKILL)
    return lengths(rows)


def partly(rows: pa.Table) -> dict[str, pa.Table]:
    """Tell of a part of each odd row that was no good."""
    from vedette.bulk.job import told_errors

    odd = [at for at, name in enumerate(rows.column("id").to_pylist()) if int(name[1:]) % 2]
    return {**lengths(rows), "errors": told_errors((at, "a part was no good") for at in odd)}


def changing(rows: pa.Table) -> dict[str, pa.Table]:
    """Return other columns for another shard, which is a mistake."""
    name = "n" if "d0" in rows.column("id").to_pylist() else "m"
    return {"one": pa.table({name: pa.array([1] * rows.num_rows, pa.int64())})}


def main(paths: list[str]) -> None:
    """Run the slow job, as a driver that is to be killed: ``IN OUT ENGINE``."""
    from vedette.bulk import engine_named
    from vedette.bulk.job import run_job
    from vedette.bulk.sources import open_texts

    run_job(slow_lengths, open_texts([paths[0]]), paths[1], engine=engine_named(paths[2]), shard_rows=10)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    import job_functions  # the name by which workers find the functions

    job_functions.main(sys.argv[1:])
