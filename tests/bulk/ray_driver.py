"""Runs shards and a job on a cluster that is started here, and prints what came of it: a program of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(lines: str, folder: str) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import job_functions as functions

    from vedette.bulk import engine_named, run_shards
    from vedette.bulk.job import run_job
    from vedette.bulk.sources import open_texts

    engine = engine_named("ray://local", 2)
    told: dict[str, Any] = {}

    def shards(name: str, function: Callable[..., Any], given: list[Any], **more: Any) -> None:
        results: list[Any] = []
        try:
            for shard, result in run_shards(function, given, engine=engine, **more):
                results.append([shard, result])
        except Exception as error:
            results.append([type(error).__name__, str(error)])
        told[name] = results

    shards("square", functions.square, list(range(20)))
    shards("none", functions.square, [])
    shards("prepared", functions.add, [1, 2], initializer=functions.remember, initargs=(10,))
    shards("fail", functions.fail, list(range(10)))
    shards("die_once", functions.die_once, [(n, f"{folder}/died") for n in range(6)])
    shards("die", functions.die, list(range(6)))
    report = run_job(functions.lengths, open_texts([lines]), f"{folder}/out", engine=engine, shard_rows=10)
    told["job"] = {"n_rows": report.n_rows, "n_errors": report.n_errors}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
