"""How many commands are explained in a second, on one core?

Usage: ``python -m benchmarks.commands.speed [--runs 5] [--most 2000] [--write]``

Ordinary commands (atomic-red-team, nl2bash, tldr; read in place, kept nowhere) and the hidden ones of the development
half. The sets are run in turn, again and again, so that other load on the machine meets all alike; the figure of a set
is the median of its runs, over processor time. What is timed is ``explain`` without a model's wording; loading the
tables and the readers is timed apart, in a process of its own.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.schema.command import Language

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SHELLS = {"powershell": Language.POWERSHELL, "command_prompt": Language.CMD, "bash": Language.SH, "sh": Language.SH}

_LOAD = """
import time
began = time.perf_counter()
from vedette.commands import explain
from vedette.knowledge.tools import packed_tables
imported = time.perf_counter()
packed_tables()
read = time.perf_counter()
explain("whoami")
first = time.perf_counter()
print(imported - began, read - imported, first - read)
"""

Item = tuple[str, Language | None]


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of JSON lines, packed or not."""
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as given:
        for line in given:
            yield json.loads(line)


def sets(most: int) -> dict[str, list[Item]]:
    """Return the commands to time by set; a set whose data is not there is left out."""
    from benchmarks.commands.corpus import development

    out: dict[str, list[Item]] = {}
    atomic, nl2bash, tldr = (
        SHARED / "cmd-atomic-red-team" / "atomic_tests.jsonl.gz",
        SHARED / "cmd-nl2bash" / "nl2bash.jsonl.gz",
        SHARED / "cmd-tldr" / "tldr_sample.jsonl",
    )
    if atomic.exists():
        out["atomic-red-team"] = [
            (r["command"], SHELLS.get(r["executor"])) for r in lines_of(atomic) if r.get("command")
        ]
    if nl2bash.exists():
        out["nl2bash"] = [(r["command"], Language.SH) for r in lines_of(nl2bash)]
    if tldr.exists():
        out["tldr"] = [(r["command"], None) for r in lines_of(tldr)]
    rows = list(development.rows())
    out["hidden, one to five ways"] = [(r.code.text, None) for r in rows if r.code.depth < 6]
    out["hidden, six ways"] = [(r.code.text, None) for r in rows if r.code.depth >= 6]
    return {name: _spread(items, most) for name, items in out.items()}


def _spread(items: list[Item], most: int) -> list[Item]:
    """Return at most so many, taken evenly."""
    step = max(1, -(-len(items) // most))
    return items[::step]


@dataclass(slots=True)
class Timed:
    """What a set took."""

    n: int
    chars: int
    runs_s: list[float] = field(default_factory=list)
    """Processor seconds of each run over all commands of the set."""
    each_ms: list[list[float]] = field(default_factory=list)
    """Milliseconds of each command, one list for each run."""

    def at(self, share: float) -> float:
        """Return a quantile of the commands' times, each command's being the median of its runs."""
        times = sorted(statistics.median(runs) for runs in zip(*self.each_ms, strict=True))
        return times[min(len(times) - 1, int(len(times) * share))]


def measure(given: dict[str, list[Item]], runs: int) -> dict[str, Timed]:
    """Return the times of each set over interleaved runs."""
    from vedette.commands import explain

    logging.disable(logging.CRITICAL)
    out = {name: Timed(len(items), sum(len(t) for t, _ in items)) for name, items in given.items()}
    for number in range(runs + 1):
        for name, items in given.items():
            each = []
            for text, language in items:
                began = time.thread_time()
                explain(text, language)
                each.append((time.thread_time() - began) * 1e3)
            if number:  # the first run warms up
                out[name].each_ms.append(each)
                out[name].runs_s.append(sum(each) / 1e3)
    return out


def report(timed: dict[str, Timed]) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        "| commands | n | characters, mean | commands/s/core | least–most of the runs | p50 ms | p99 ms | max ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, t in timed.items():
        rates = sorted(t.n / s for s in t.runs_s)
        lines.append(
            f"| {name} | {t.n:,} | {t.chars // max(t.n, 1)} | {statistics.median(rates):,.0f} | "
            f"{rates[0]:,.0f}–{rates[-1]:,.0f} | {t.at(0.5):.2f} | {t.at(0.99):.1f} | {t.at(1):.1f} |"
        )
    ordinary = [t for name, t in timed.items() if not name.startswith("hidden")]
    if ordinary:
        rate = statistics.median(
            sum(t.n for t in ordinary) / sum(t.runs_s[i] for t in ordinary) for i in range(len(ordinary[0].runs_s))
        )
        lines.append(f"| ordinary ones together | {sum(t.n for t in ordinary):,} | | {rate:,.0f} | | | | |")
    return "\n".join(lines)


def loading(runs: int) -> str:
    """Return how long a fresh process takes until the first command is explained."""
    times: list[list[float]] = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)
        times.append([float(t) * 1e3 for t in done.stdout.split()])
    imported, read, first = (statistics.median(t) for t in zip(*times, strict=True))
    return (
        f"In a fresh process: {imported:.0f} ms to import, {read:.0f} ms to read the tables, {first:.0f} ms for the "
        "first command."
    )


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most", type=int, default=2000, help="commands of a set")
    parser.add_argument("--write", action="store_true", help="put the result into the README")
    parser.add_argument("--slowest", type=int, default=0, help="print so many of the slowest ordinary commands")
    args = parser.parse_args(argv)
    given = sets(args.most)
    timed = measure(given, args.runs)
    text = f"{report(timed)}\n\n{loading(3)}"
    print(text)
    if args.slowest:
        for name, t in timed.items():
            each = [statistics.median(runs) for runs in zip(*t.each_ms, strict=True)]
            for ms, (command, _) in sorted(zip(each, given[name], strict=True), reverse=True)[: args.slowest]:
                print(f"{ms:.1f} ms  {name}: {command[:200]!r}")
    if args.write:
        from benchmarks.commands.decoding import commit, publish

        publish(
            f"Measured at commit `{commit()}`, one core of two hyperthreads, median of {args.runs} runs.\n\n{text}",
            "speed",
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
