"""Many documents on one process, a pool of two and two Ray nodes: the same bytes, nothing lost, and what it costs.

``python -m benchmarks.intel.volume --write`` in an environment with the ``scale`` extra. Without it the cluster is
left out and said to be. Documents are read where the shared data lies; nothing of them is written here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.intel.tables import write_section
from benchmarks.intel.volume_watch import PYTHONPATH, ROOT, Watch, cluster, kill_worker
from benchmarks.intel.volume_work import write_input

from vedette.bulk.job import read_table, sorted_sha256

USD_PER_CORE_HOUR = 0.05
"""About what one virtual processor costs on demand; two of them are one core of the machine measured here."""
SHARD_ROWS = {"observables": 200, "whole": 100}


def measured(work: str, engine: str, given: Path, out: Path, env: dict[str, str], nodes: list[int]) -> dict[str, Any]:
    """Run a job without disturbance and return its figures."""
    driver = _driver(work, engine, given, out, env)
    with Watch([driver.pid, *nodes]) as watch:
        told, errors = driver.communicate()
    if driver.returncode:
        raise RuntimeError(errors.decode(errors="replace")[-2000:])
    result = json.loads(told.decode().strip().splitlines()[-1])
    if result["n_errors"]:
        raise RuntimeError(f"{result['n_errors']} rows failed: {read_table(out, 'errors').slice(0, 3).to_pylist()}")
    rate = result["n_rows"] / result["seconds"]
    cost = watch.cpu_seconds / result["n_rows"] * 1e6 / 3600 * USD_PER_CORE_HOUR
    return {
        **result,
        "work": work,
        "engine": engine,
        "per_second": rate,
        "cpu_seconds": watch.cpu_seconds,
        "usd_per_million": cost,
        "peak_mb": watch.peak_mb,
        "sha256": digest_of(out, result["tables"]),
    }


def disturbed(work: str, engine: str, given: Path, out: Path, env: dict[str, str], nodes: list[int]) -> dict[str, Any]:
    """Kill a worker in the first half of a job and the driver in the second, then go on; return what is there."""
    driver = _driver(work, engine, given, out, env)
    killed = None
    total = json.loads((out.with_suffix(".total")).read_text())
    if engine != "local":
        _until(out, total // 4, driver)
        deadline = time.monotonic() + 60
        while killed is None and time.monotonic() < deadline and driver.poll() is None:
            killed = kill_worker([driver.pid, *nodes])
            time.sleep(0.02)
        at_worker = _markers(out)
    else:
        at_worker = 0
    _until(out, max(total // 2, at_worker + 1), driver)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.communicate()
    at_driver = _markers(out)
    again = _driver(work, engine, given, out, env)
    told, errors = again.communicate()
    if again.returncode:
        raise RuntimeError(errors.decode(errors="replace")[-2000:])
    result = json.loads(told.decode().strip().splitlines()[-1])
    return {
        "worker_killed": killed,
        "worker_killed_at": at_worker,
        "driver_killed_at": at_driver,
        "n_kept": result["n_kept"],
        "n_shards": result["n_shards"],
        "n_rows": result["n_rows"],
        "sha256": digest_of(out, result["tables"]),
    }


def digest_of(out: Path, tables: dict[str, int]) -> dict[str, str]:
    """Return each table's SHA-256 as Parquet with its rows sorted."""
    return {name: sorted_sha256(read_table(out, name)) for name in sorted(tables)}


def _driver(work: str, engine: str, given: Path, out: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.intel.volume_work", work, engine, str(given), str(out)]
    return subprocess.Popen(
        [*command, str(SHARD_ROWS[work])],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _markers(out: Path) -> int:
    return len(list(out.glob("_markers/*.json")))


def _until(out: Path, n: int, driver: subprocess.Popen[bytes]) -> None:
    while _markers(out) < n and driver.poll() is None:
        time.sleep(0.005)


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into README.md")
    parser.add_argument("--documents", type=int, default=20_000, help="for observables on every engine")
    parser.add_argument("--whole", type=int, default=20_000, help="for the whole extraction on every engine; 0: none")
    parser.add_argument("--growth", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--no-ray", action="store_true")
    asked = parser.parse_args()
    env = {**os.environ, "PYTHONPATH": PYTHONPATH, "OMP_NUM_THREADS": "1"}
    rows: list[dict[str, Any]] = []
    kills: list[dict[str, Any]] = []
    growth: list[dict[str, Any]] = []
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="vedette-volume-")))
        engines: list[tuple[str, dict[str, str], list[int]]] = [("local", env, []), ("pool:2", env, [])]
        if not asked.no_ray:
            address, nodes, ray_env = held.enter_context(cluster())
            engines.append((address, ray_env, nodes))
        for work, n in (("observables", asked.documents), ("whole", asked.whole)):
            if not n:
                continue
            given = folder / f"{work}.parquet"
            write_input(given, n)
            for number, (engine, own_env, nodes) in enumerate(engines):
                out = folder / f"{work}-{number}"
                one = measured(work, engine, given, out, own_env, nodes)
                rows.append(one)
                _say(one)
                if work == "observables":
                    hurt = folder / f"{work}-{number}-killed"
                    hurt.with_suffix(".total").write_text(str(one["n_shards"]))
                    two = disturbed(work, engine, given, hurt, own_env, nodes)
                    kills.append({"engine": engine, "same": two["sha256"] == one["sha256"], **two})
                    _say(kills[-1])
                    shutil.rmtree(hurt)
        for n in asked.growth:
            given = folder / f"in-{n}.parquet"
            distinct = write_input(given, n)
            one = measured("observables", "local", given, folder / f"growth-{n}", env, [])
            growth.append({**one, "distinct": distinct})
            _say(one)
        body = told(rows, kills, growth)
    print(body)
    if asked.write:
        write_section("volume", body, {"rows": rows, "kills": kills, "growth": growth})


def _say(row: dict[str, Any]) -> None:
    shown = {k: v for k, v in row.items() if k not in ("tables", "sha256")}
    print(json.dumps(shown, default=str), file=sys.stderr, flush=True)


def _name(engine: str) -> str:
    return {"local": "one process", "pool:2": "a pool of two"}.get(engine, "two Ray nodes, Daft")


def told(rows: list[dict[str, Any]], kills: list[dict[str, Any]], growth: list[dict[str, Any]]) -> str:
    """Return the tables as Markdown."""
    out = [
        "Documents are CVE descriptions (vulnrichment), then sentences and reports of tram. *Observables* is "
        "`observables.finding`; *whole* is `Extractor`: observables, names, techniques by the tagger, relations, "
        "events, vulnerabilities, injections. Processor seconds are of all processes, the cluster's own among them; "
        f"cost is those at {USD_PER_CORE_HOUR} USD an hour of a virtual processor, an assumption. Documents per second "
        "are by the wall clock of a machine that others worked on too. Memory is the peak of all processes together, "
        "without what they share.",
        "",
        "| work | engine | documents | per second | processor s | USD per million | peak MB | SHA-256 of the sorted "
        "tables |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    first = {row["work"]: row["sha256"] for row in reversed(rows)}
    for row in rows:
        same = "the same" if row["sha256"] == first[row["work"]] else "**another**"
        shown = next(iter(row["sha256"].values())) if len(row["sha256"]) == 1 else _all_of(row["sha256"])
        mark = f"`{shown[:16]}…`" if row["engine"] == "local" else same
        out.append(
            f"| {row['work']} | {_name(row['engine'])} | {row['n_rows']:,} | {row['per_second']:,.0f} | "
            f"{row['cpu_seconds']:,.0f} | {row['usd_per_million']:,.3f} | {row['peak_mb']:,.0f} | {mark} |"
        )
    out += ["", "Killed with `kill -9` in the middle, then run again:", ""]
    out += [
        "| engine | worker killed after | driver killed after | kept by the second run | rows | tables |",
        "|---|---|---|---:|---:|---|",
    ]
    for row in kills:
        worker = "(the driver is the worker)" if row["engine"] == "local" else "(ended before)"
        if row["worker_killed"]:
            worker = f"shard {row['worker_killed_at']}"
        out.append(
            f"| {_name(row['engine'])} | {worker} | shard {row['driver_killed_at']} of {row['n_shards']} | "
            f"{row['n_kept']} | {row['n_rows']:,} | {'the same bytes' if row['same'] else '**others**'} |"
        )
    out += ["", "Growth, observables on one process:", ""]
    out += ["| documents | of them different | per second | processor s | USD per million | peak MB |"]
    out += ["|---:|---:|---:|---:|---:|---:|"]
    out += [
        f"| {row['n_rows']:,} | {row['distinct']:,} | {row['per_second']:,.0f} | {row['cpu_seconds']:,.1f} | "
        f"{row['usd_per_million']:,.3f} | {row['peak_mb']:,.0f} |"
        for row in growth
    ]
    return "\n".join(out)


def _all_of(digests: dict[str, str]) -> str:
    import hashlib

    return hashlib.sha256("".join(f"{k}{v}" for k, v in sorted(digests.items())).encode()).hexdigest()


if __name__ == "__main__":
    main()
