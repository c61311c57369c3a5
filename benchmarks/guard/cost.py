"""What does guarding a prompt of a kilobyte cost, beside one embedding of it?

Usage: ``python -m benchmarks.guard.cost --home HOME [--presidio VENV] [--n 200] [--write]``

The prompts are stretches of 1,024 characters of real text: threat reports, mail, commands, CVE texts. Of each, in turn
and in this order, the embedding (MiniLM-L6 in 8 bits on onnxruntime, one thread), every scanner, and Presidio in an
environment of its own are timed by the processor's clock. A round goes over all prompts; the first is not counted. What
the engine remembers of a text that it has seen is not used.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.guard.presidio import Presidio
from benchmarks.guard.tables import write_section

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SIZE = 1024
SOURCES = (
    ("reports", "tram/bootstrap_sentences.jsonl.gz", "text"),
    ("mail", "email-phishing/spamassassin.jsonl.gz", "text"),
    ("commands", "cmd-atomic-red-team/atomic_tests.jsonl.gz", "command"),
    ("vulnerabilities", "vulnrichment/cves.jsonl.gz", "description"),
)


def texts_of(path: Path, key: str) -> Iterator[str]:
    """Yield a field of a file of JSON lines."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        for line in file:
            row = json.loads(line)
            value = row.get(key) or row.get("text") or row.get("body") or row.get("sentence") or ""
            if isinstance(value, str) and value.strip():
                yield value


def prompts(n: int) -> list[str]:
    """Return ``n`` stretches of text of a kilobyte, as many of each source."""
    out: list[str] = []
    for _, name, key in SOURCES:
        held, of_source = "", 0
        for text in texts_of(SHARED / name, key):
            held += text.strip() + "\n"
            while len(held) >= SIZE and of_source < n // len(SOURCES):
                out.append(held[:SIZE])
                held, of_source = held[SIZE:], of_source + 1
            if of_source >= n // len(SOURCES):
                break
    return out


def main(argv: Sequence[str] | None = None) -> int:
    """Time everything in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="where minilm-l6-v2-int8 was pulled to")
    parser.add_argument("--presidio", type=Path, help="a virtual environment with presidio-analyzer")
    parser.add_argument("--n", type=int, default=200, help="prompts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    from vedette.guard.base import Cost
    from vedette.guard.engine import scanners_named
    from vedette.llm.embedding import EmbeddedEmbedder
    from vedette.schema.guarding import Around, Direction, Passage

    texts = prompts(args.n)
    embedder = EmbeddedEmbedder("minilm-l6-v2-int8", args.home, threads=1)
    embedder.embed(["warm"])
    scanners = [one for one in scanners_named() if one.directions != frozenset({Direction.REPLY})]
    for one in scanners:
        one.warm()
    presidio = Presidio(args.presidio) if args.presidio else None
    around = Around()

    def timed(job: Callable[[str], object], text: str) -> float:
        start = time.process_time()
        job(text)
        return time.process_time() - start

    jobs: dict[str, Callable[[str], object]] = {"embedding": lambda text: embedder.embed([text])}
    for one in scanners:
        jobs[f"scanner {one.name}"] = lambda text, one=one: one.scan(
            Passage(text=text, direction=Direction.PROMPT), around
        )
    from vedette.guard.engine import Guard
    from vedette.guard.policy import load_policy

    guards: list[Guard] = []
    jobs["the whole guard, policy included"] = lambda text: guards[-1].check(
        Passage(text=text, direction=Direction.PROMPT)
    )
    times: dict[str, list[float]] = {name: [] for name in jobs} | ({"Presidio": []} if presidio else {})
    for number in range(args.rounds + 1):
        guards.append(Guard(scanners, load_policy("default"), timeout_s=None))  # it remembers what it has seen
        for text in texts:
            taken = {name: timed(job, text) for name, job in jobs.items()}
            if presidio:
                taken["Presidio"] = presidio.scan(text)[1]
            if number:
                for name, value in taken.items():
                    times[name].append(value)
    patterns = [f"scanner {one.name}" for one in scanners if one.cost is Cost.PATTERN]
    every = [f"scanner {one.name}" for one in scanners]
    times["pattern scanners together"] = [sum(row) for row in zip(*(times[name] for name in patterns), strict=True)]
    times["all scanners together"] = [sum(row) for row in zip(*(times[name] for name in every), strict=True)]
    base = times["embedding"]
    lines = ["| what | median, ms | 5% to 95%, ms | ratio to the embedding (median of pairs) |", "|---|---|---|---|"]
    figures: dict[str, Any] = {}
    for name, values in times.items():
        ordered = sorted(values)
        low, high = ordered[len(ordered) // 20], ordered[-len(ordered) // 20]
        ratio = statistics.median(a / b for a, b in zip(values, base, strict=True))
        median = statistics.median(values)
        lines.append(f"| {name} | {median * 1e3:.2f} | {low * 1e3:.2f} to {high * 1e3:.2f} | {ratio:.3f} |")
        figures[name] = {"median_ms": round(median * 1e3, 3), "ratio": round(ratio, 4)}
    lines += ["", f"{len(texts)} prompts of {SIZE} characters, {args.rounds} rounds, everything in turn."]
    print("\n".join(lines))
    if presidio:
        presidio.close()
    if args.write:
        write_section("cost", "\n".join(lines), figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
