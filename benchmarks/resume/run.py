"""Kill -9 during ingest and during detect, at random points, and compare with an undisturbed run.

For each point a fresh home is used: run, kill, run again to the end, compare every event, hit,
finding and quarantined record with those of a run that nobody killed. One line a kill.

    python benchmarks/resume/run.py --events 100000 --kills 10 --out results.jsonl
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from vedette import detect
from vedette.ingest import quarantined
from vedette.store import Lake
from vedette.store.book import load_findings, to_json

DRIVER = """
import sys
from vedette.ingest import pipeline
pipeline.COMMIT_ROWS = pipeline.CHUNK_ROWS = 1000
sys.argv = ["vedette", *sys.argv[1:]]
from vedette.cli.main import main
main()
"""


def records(n_events: int, host: str, chance: random.Random) -> Iterator[bytes]:
    """Yield Sysmon process creations; a few look like attacks, a few are broken."""
    for n in range(n_events):
        if chance.random() < 0.0005:
            yield b'{"EventID": 1, "Hostname": "broken'
            continue
        command = f"cmd.exe /c echo {chance.random()}"
        if chance.random() < 0.001:
            command = "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 612 C:\\t.dmp full"
        hour, rest = divmod(n % 86_400, 3_600)
        record = {
            "EventID": 1,
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Hostname": host,
            "RecordNumber": n,
            "UtcTime": f"2026-01-{1 + n % 5:02d} {hour:02d}:{rest // 60:02d}:{rest % 60:02d}.{n % 1000:03d}",
            "User": f"EXAMPLE\\user{n % 40}",
            "Image": "C:\\Windows\\System32\\cmd.exe",
            "CommandLine": command,
        }
        yield json.dumps(record).encode()


def write_world(folder: Path, n_events: int, seed: int) -> Path:
    """Write logs: plain, packed, and without ids of their own, with true repeats."""
    chance = random.Random(seed)
    logs = folder / "logs"
    logs.mkdir()
    (logs / "pc1.json").write_bytes(b"\n".join(records(n_events // 2, "PC-1", chance)) + b"\n")
    (logs / "pc2.json.gz").write_bytes(gzip.compress(b"\n".join(records(n_events // 4, "PC-2", chance)), 1))
    page = '10.0.0.{} - - [02/Jan/2026:03:{:02d}:{:02d} +0000] "GET /{} HTTP/1.1" 200 5'
    lines = (page.format(n % 9, n // 60 % 60, n % 60, n // 2 % 500) for n in range(n_events // 4))
    (logs / "access.log").write_text("\n".join(lines) + "\n")
    return logs


def command(home: Path, arguments: list[str]) -> list[str]:
    """Return the command line of a run."""
    return [sys.executable, "-c", DRIVER, "--quiet", "--home", str(home), *arguments]


def finish(home: Path, arguments: list[str]) -> float:
    """Run to the end; return seconds."""
    started = time.monotonic()
    subprocess.run(command(home, arguments), check=True, capture_output=True)
    return time.monotonic() - started


def n_segments(home: Path, table: str) -> int:
    """Return how many segments of a table are committed."""
    lake = Lake.open(home)
    try:
        return len(lake.segments(table))
    finally:
        lake.close()


def kill_after(home: Path, table: str, wanted: int, delay_s: float, arguments: list[str]) -> int:
    """Start a run, kill it ``delay_s`` after ``wanted`` segments stand; return how many stood."""
    process = subprocess.Popen(
        command(home, arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None:
        if (home / "state.sqlite").exists() and n_segments(home, table) >= wanted:
            time.sleep(delay_s)
            break
        time.sleep(0.005)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return n_segments(home, table)


def digest(home: Path) -> dict[str, Any]:
    """Return counts and digests of everything that a run makes."""
    lake = Lake.open(home)
    try:
        out: dict[str, Any] = {}
        with lake.connection() as connection:
            for table in ("events", "hits"):
                rows = sorted(map(repr, connection.execute(f"SELECT * FROM {table}").fetchall()))
                out[table] = len(rows)
                out[f"{table}_digest"] = sha256("\n".join(rows).encode()).hexdigest()[:16]
        found = sorted(to_json(f) for f in load_findings(lake))
        bad = sorted(repr((q["record_id"], q["raw"], q["reason"], q["offset"])) for q in quarantined(lake, 10**6))
        out |= {"findings": len(found), "quarantined": len(bad)}
        out["findings_digest"] = sha256(b"\n".join(found)).hexdigest()[:16]
        out["quarantined_digest"] = sha256("\n".join(bad).encode()).hexdigest()[:16]
        return out
    finally:
        lake.close()


def main(n_events: int, n_kills: int, seed: int, out: Path | None) -> bool:
    """Run the benchmark, print a table, and return whether every run came out equal."""
    chance = random.Random(seed)
    lines: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="vedette-resume-") as name:
        folder = Path(name)
        logs = write_world(folder, n_events, seed)
        rules = folder / "rules"  # a copy: somebody may edit the rules meanwhile
        shutil.copytree(Path(detect.__file__).parent / "rules", rules)
        verbs = {
            "ingest": ["ingest", str(logs), "--timezone", "UTC"],
            "detect": ["detect", "--no-builtin", "--rules", str(rules)],
        }
        calm, ingested = folder / "calm", folder / "ingested"
        finish(calm, verbs["ingest"])
        shutil.copytree(calm, ingested)
        finish(calm, verbs["detect"])
        wanted = digest(calm)
        print(f"undisturbed: {wanted}")
        for verb, table in (("ingest", "events"), ("detect", "hits")):
            total = n_segments(calm, table)
            for point in sorted(chance.sample(range(total), min(n_kills, total))):
                home = folder / "killed"
                shutil.rmtree(home, ignore_errors=True)
                if verb == "detect":
                    shutil.copytree(ingested, home)
                stood = kill_after(home, table, point, chance.uniform(0, 0.05), verbs[verb])
                seconds = finish(home, verbs[verb])
                finish(home, verbs["detect"])
                got = digest(home)
                equal = got == wanted
                lines.append(
                    {"verb": verb, "stood": stood, "of": total, "share": round(stood / total, 3), "equal": equal}
                )
                print(f"{verb}: killed at {stood} of {total} segments, then {seconds:.1f} s to the end; equal: {equal}")
                if not equal:
                    print(f"    {got}")
    if out is not None:
        out.write_text("".join(json.dumps(line) + "\n" for line in [wanted, *lines]))
    good = all(line["equal"] for line in lines)
    print(f"{sum(line['equal'] for line in lines)} of {len(lines)} killed runs ended equal to the undisturbed one")
    return good


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    sys.exit(0 if main(given.events, given.kills, given.seed, given.out) else 1)
