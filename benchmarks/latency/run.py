"""How soon is there an answer, from a cold start and after; how many tokens a second; in how much memory?

    python -m benchmarks.latency.run --weights PATH/SmolLM2-135M-Instruct.Q4_1.gguf

Everything is measured in fresh processes. Without ``--home`` a demonstration's lake is made in a folder that is thrown
away. Results go to ``results.jsonl``, the table into the README between its two marks.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vedette.llm.embedded import spare_threads
from vedette.models import catalogue
from vedette.settings import Settings

HERE = Path(__file__).parent
BEGIN, END = "<!-- results: run.py writes them -->", "<!-- end of results -->"
WEIGHTS = "smollm2-135m-instruct"
MEMORY_BAR_MB = 1000.0
ANSWER_BAR_S = 3.0
QUESTION = "which accounts took part?"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, help="a home with cases; unset: a demonstration's")
    parser.add_argument("--weights", type=Path, help="where the weights are taken from, if the home has none")
    parser.add_argument("--repeats", type=int, default=3, help="cold starts")
    parser.add_argument("--n", type=int, default=12, help="warm requests of each kind")
    parser.add_argument("--threads", type=int, default=spare_threads())
    parser.add_argument("--no-write", action="store_true", help="print the table only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-latency-") as scratch:
        home = given.home or demonstration(Path(scratch))
        state = catalogue.held(catalogue.entry(WEIGHTS, home), home)
        if state.path is None:
            weights = given.weights or catalogue.held(catalogue.entry(WEIGHTS), Settings().home).path
            if weights is None:
                raise SystemExit(f"there are no weights: give --weights, or vedette models pull {WEIGHTS}")
            catalogue.pull(WEIGHTS, home, source=weights)
        row = measure(home, given.repeats, given.n, given.threads)
    print(table(row))
    if not given.no_write:
        (HERE / "results.jsonl").write_text(json.dumps(row) + "\n")
        readme = HERE / "README.md"
        before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
        readme.write_text(f"{before}{BEGIN}\n{table(row)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    misses = [text for text, ok in bars(row) if not ok]
    if misses:
        raise SystemExit("missed: " + "; ".join(misses))


def demonstration(folder: Path) -> Path:
    """Make the demonstration's logs, lake and cases, and return its home."""
    run(
        ["-m", "vedette", "demo", "--events", "20000", "--folder", str(folder / "demo"), "--out", str(folder), "--json"]
    )
    return next(p.parent for p in (folder / "demo").rglob("state.sqlite"))


def run(arguments: Sequence[str], **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def part(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(["-m", "benchmarks.latency.parts", *arguments]).splitlines()[-1])
    return found


def measure(home: Path, repeats: int, n: int, threads: int) -> dict[str, Any]:
    cold = [part("model", str(home), "0", str(threads)) for _ in range(repeats)]
    warm = part("model", str(home), str(n), str(threads))
    whole = {name: part("answers", str(home), str(n), str(threads), name) for name in ("none", "embedded")}
    firsts = {
        name: [part("answers", str(home), "1", str(threads), name) for _ in range(repeats)]
        for name in ("none", "embedded")
    }
    called: dict[str, list[float]] = {}
    for name in ("none", "embedded"):
        called[name] = []
        for _ in range(repeats):
            started = time.monotonic()
            ask = ["-m", "vedette", "--home", str(home), "ask", QUESTION]
            run(ask, VEDETTE_MODEL=name, VEDETTE_LLM_THREADS=str(threads))
            called[name].append(time.monotonic() - started)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "machine": f"{processor()}, {os.cpu_count()} logical processors, load {os.getloadavg()[0]:.1f} at the end",
        "python": platform.python_version(),
        "threads": threads,
        "cold": cold,
        "warm": warm,
        "answers": whole,
        "first_answers": firsts,
        "ask": called,
    }


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def table(row: dict[str, Any]) -> str:
    cold, warm, answers, ask = row["cold"], row["warm"], row["answers"], row["ask"]
    firsts = row["first_answers"]
    spent = [s - p for s, p in zip(warm["replies_s"], warm["pieces_s"], strict=True)]
    reading = warm["n_prompt"] / sum(warm["pieces_s"])
    made_cpu_s = sum(warm["replies_cpu_s"]) - sum(warm["pieces_cpu_s"])
    making_cpu = (warm["n_made"] - len(spent)) / made_cpu_s
    making = (warm["n_made"] - len(spent)) / sum(spent)
    lines = [
        "| measured | without a model | embedded |",
        "|---|---|---|",
        f"| cold: `vedette ask`, whole call | {spread(ask['none'])} | {spread(ask['embedded'])} |",
        "| cold: process to first checked answer | "
        + " | ".join(spread([f["first_s"] for f in firsts[name]]) for name in ("none", "embedded"))
        + " |",
        f"| cold: process to loaded weights | | {spread([c['loaded_s'] for c in cold])} |",
        f"| cold: process to first token of a reply | | {spread([c['first_piece_s'] for c in cold])} |",
        f"| cold: process to whole first reply | | {spread([c['first_reply_s'] for c in cold])} |",
        "| warm: question to checked answer, p50 / p90 | "
        + " | ".join(p50_p90([r["s"] for r in answers[name]["rows"]]) for name in ("none", "embedded"))
        + " |",
        "| the same, processor time | "
        + " | ".join(p50_p90([r["cpu_s"] for r in answers[name]["rows"]]) for name in ("none", "embedded"))
        + " |",
        f"| warm: model words facts, first token, p50 / p90 | | {p50_p90(warm['pieces_s'])} |",
        f"| warm: model words facts, whole, p50 / p90 | | {p50_p90(warm['replies_s'])} |",
        f"| the same, processor time | | {p50_p90(warm['replies_cpu_s'])} |",
        f"| warm: model chooses under a grammar, p50 / p90 | | {p50_p90(warm['choices_s'])} |",
        f"| the same, processor time | | {p50_p90(warm['choices_cpu_s'])} |",
        f"| tokens a second: read | | {reading:,.0f} |",
        f"| tokens a second: written | | {making:,.0f} |",
        f"| tokens read a second of processor time | | {warm['n_prompt'] / sum(warm['pieces_cpu_s']):,.0f} |",
        f"| tokens written a second of processor time | | {making_cpu:,.0f} |",
        f"| peak memory: the model alone | | {warm['peak_mb']:,.0f} MB |",
        "| peak memory: answering | "
        + " | ".join(f"{answers[name]['peak_mb']:,.0f} MB" for name in ("none", "embedded"))
        + " |",
    ]
    for text, ok in bars(row):
        lines.append(f"| bar: {text} | | {'kept' if ok else '**missed**'} |")
    called = sum(1 for r in answers["embedded"]["rows"] if r["n_calls"])
    lines += [
        "",
        f"The model was asked in {called} of {len(answers['embedded']['rows'])} warm questions; the others are "
        "answered by one computed sentence or a list. Processor time is what the same takes with one thread on a "
        "processor of its own; the rest of a duration was spent waiting for one.",
        "",
        f"{row['at']}, commit {row['commit']}, {row['machine']}, Python {row['python']}, threads: {row['threads']}, "
        f"{len(cold)} cold starts.",
    ]
    return "\n".join(lines)


def bars(row: dict[str, Any]) -> list[tuple[str, bool]]:
    answers = row["answers"]["embedded"]
    peak = max(answers["peak_mb"], row["warm"]["peak_mb"])
    p50 = statistics.median([r["s"] for r in answers["rows"]])
    return [
        (f"memory under {MEMORY_BAR_MB:,.0f} MB", peak < MEMORY_BAR_MB),
        (f"half of the warm answers within {ANSWER_BAR_S:g} s", p50 < ANSWER_BAR_S),
    ]


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} s ({min(values):.2f}–{max(values):.2f})"


def p50_p90(values: Sequence[float]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):.2f} / {ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]:.2f} s"


if __name__ == "__main__":
    main()
