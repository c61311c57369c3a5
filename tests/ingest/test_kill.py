"""Kill -9 in the middle of ingest and of detect: run again, nothing is lost and nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingest_support import as_lines, sysmon, web_lines

from vedette.store import Lake
from vedette.store.book import load_findings, to_json

DRIVER = Path(__file__).with_name("killed_driver.py")
ROWS = 500

RULES = """
title: Command that ends in seven
id: 11111111-1111-4111-8111-111111111111
status: test
level: medium
logsource: {category: process_creation, product: windows}
detection:
  selection: {CommandLine|endswith: '7'}
  condition: selection
---
title: Page asked for
id: 22222222-2222-4222-8222-222222222222
status: test
level: low
logsource: {category: webserver}
detection:
  selection: {cs-uri-stem|contains: '5'}
  condition: selection
"""


def write_world(folder: Path, n_events: int) -> Path:
    """Write logs of three kinds: self-identifying, not, and packed; with true repeats and bad records among them."""
    logs = folder / "logs"
    logs.mkdir(parents=True)
    (logs / "pc1.json").write_bytes(as_lines(sysmon(n, "PC-1", day=2 + n % 3) for n in range(n_events)) + b"{broken\n")
    pages = web_lines(n // 2 for n in range(n_events // 2))  # every line twice
    (logs / "access.log").write_bytes(pages)
    import gzip

    (logs / "pc2.json.gz").write_bytes(gzip.compress(as_lines(sysmon(n, "PC-2") for n in range(n_events // 2))))
    (folder / "rules.yml").write_text(RULES)
    return logs


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(DRIVER), str(ROWS), "--quiet", "--home", str(home), *arguments]


def environment(url: str | None) -> dict[str, str]:
    return {**os.environ, "VEDETTE_STATE_URL": url} if url else dict(os.environ)


def run(home: Path, url: str | None, *arguments: str) -> float:
    """Run to the end and return how many seconds it took."""
    started = time.monotonic()
    done = subprocess.run(command(home, *arguments), env=environment(url), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - started


def kill_after(home: Path, url: str | None, watch: str, wanted: int, delay_s: float, *arguments: str) -> int:
    """Start, kill -9 ``delay_s`` after ``wanted`` segments of a table are committed, return how many were."""
    process = subprocess.Popen(
        command(home, *arguments),
        env=environment(url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    reached = 0
    lake: Lake | None = None
    deadline = time.monotonic() + 60
    try:
        while process.poll() is None and time.monotonic() < deadline:
            if lake is None and (home / ("state.sqlite" if url is None else "state.json")).exists():
                lake = Lake.open(home, url)
            if lake is not None:
                reached = len(lake.segments(watch))
                if reached >= wanted:
                    time.sleep(delay_s)
                    break
            time.sleep(0.002)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if lake is not None:
            reached = len(lake.segments(watch))
            lake.close()
    return reached


def contents(home: Path, url: str | None) -> dict[str, list[Any]]:
    """Return everything that a run makes: events, hits, findings, quarantine."""
    lake = Lake.open(home, url)
    try:
        with lake.connection() as connection:
            kept = {
                table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
                for table in ("events", "hits")
            }
        kept["findings"] = sorted(to_json(f) for f in load_findings(lake))
        from vedette.ingest import quarantined

        kept["quarantine"] = [(q["record_id"], q["raw"], q["reason"], q["offset"]) for q in quarantined(lake)]
        return kept
    finally:
        lake.close()


def check_kills(folder: Path, n_events: int, n_kills: int, seed: int, state_url: Callable[[Path], str | None]) -> None:
    logs = write_world(folder, n_events)
    ingest = ("ingest", str(logs), "--timezone", "UTC")
    detect = ("detect", "--no-builtin", "--rules", str(folder / "rules.yml"))
    calm, home = folder / "calm", folder / "killed"
    calm_url, url = state_url(calm), state_url(home)
    run(calm, calm_url, *ingest)
    run(calm, calm_url, *detect)
    wanted = contents(calm, calm_url)
    assert len(wanted["events"]) == n_events + 2 * (n_events // 2)
    assert len(wanted["quarantine"]) == 1
    assert wanted["hits"]
    assert wanted["findings"]
    lake = Lake.open(calm, calm_url)
    totals = {table: len(lake.segments(table)) for table in ("events", "hits")}
    lake.close()
    assert totals["events"] > 10

    random_points = random.Random(seed)
    for verb, table in ((ingest, "events"), (detect, "hits")):
        points = sorted(random_points.sample(range(totals[table]), min(n_kills, totals[table])))
        for point in points:
            reached = kill_after(home, url, table, point, random_points.uniform(0, 0.03), *verb)
            print(f"{verb[0]}: killed when {reached} of {totals[table]} {table} segments stood")
        run(home, url, *verb)
    assert contents(home, url) == wanted

    # a run that nothing is left for changes nothing
    run(home, url, *ingest)
    run(home, url, *detect)
    assert contents(home, url) == wanted


def test_two_kills_lose_and_double_nothing(tmp_path: Path, state_url: Callable[[Path], str | None]) -> None:
    check_kills(tmp_path, 2_500, 2, seed=5, state_url=state_url)


@pytest.mark.slow
def test_ten_kills_lose_and_double_nothing(tmp_path: Path, state_url: Callable[[Path], str | None]) -> None:
    check_kills(tmp_path, 20_000, 10, seed=6, state_url=state_url)
