"""Do the address, the path and the command itself come out of a hidden command, and nothing that is not in it?

Usage: ``python -m benchmarks.commands.decoding [--part development|held-out|all] [--write] [--misses] [--show]``

A row is recovered when its final command stands in the text of one layer and every URL, path and host of it stands
among the observables. Invented is each URL, domain, address, file, registry key or mail address among the observables
that neither the truth nor the hiding holds: a fragment of a URL or of a path counts as one.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import math
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.commands.corpus.truth import Row, Truth, normalised

from vedette.schema.command import Explanation, Language
from vedette.schema.entity import ObservableKind as Kind

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
RESULTS = HERE / "results"
PARTS = {"development": "benchmarks.commands.corpus.development", "held-out": "benchmarks.commands.corpus.held_out"}
"""Modules whose ``rows()`` yields :class:`Row`."""
STATED = {Kind.URL, Kind.DOMAIN, Kind.IP, Kind.FILE, Kind.REGISTRY, Kind.EMAIL}
_PROGRAMS = re.compile(
    r"(?:.*[\\/])?(?:powershell|pwsh|cmd|bash|sh|dash|zsh|python[\d.]*|perl|ruby|php|node|mshta|rundll32|certutil|"
    r"wscript|cscript|wmic|schtasks|forfiles|busybox|awk|conhost|pcalua|docker)(?:\.exe)?",
    re.IGNORECASE,
)
_HIVES = {
    "hkcu": "hkey_current_user",
    "hklm": "hkey_local_machine",
    "hku": "hkey_users",
    "hkcr": "hkey_classes_root",
}


@dataclass(slots=True)
class Score:
    """What became of one row."""

    row: Row
    final: bool
    n_items: int
    missing: tuple[str, ...]
    invented: tuple[str, ...]
    ms: float
    error: str = ""

    @property
    def whole(self) -> bool:
        """Return whether everything came out."""
        return self.final and not self.missing


@dataclass(slots=True)
class Tally:
    """Counts over rows."""

    n: int = 0
    whole: int = 0
    final: int = 0
    items: int = 0
    found: int = 0
    invented: int = 0
    ms: list[float] = field(default_factory=list)

    def add(self, score: Score) -> None:
        """Count one more row."""
        self.n += 1
        self.whole += score.whole
        self.final += score.final
        self.items += score.n_items
        self.found += score.n_items - len(score.missing)
        self.invented += len(score.invented)
        self.ms.append(score.ms)


# ---- judging -----------------------------------------------------------------------------------
def same(value: str) -> str:
    """Return a value so that two ways of writing the same thing are equal: Windows paths, hives, hosts without case."""
    value = value.strip("\"'")
    if "://" in value:
        scheme, _, rest = value.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme.lower()}://{host.lower()}{slash}{path}".rstrip("/")
    if re.match(r"(?i)(hk(cu|lm|u|cr)|hkey_\w+):?\\", value):
        hive, _, rest = value.replace(":", "", 1).partition("\\")
        return f"{_HIVES.get(hive.lower(), hive.lower())}\\{rest.lower()}".rstrip("\\")
    if "\\" in value or re.match(r"[A-Za-z]:", value):
        return value.lower().rstrip("\\")
    return value if "/" in value else value.lower()


def allowed(truth: Truth, adds: Iterable[str]) -> set[str]:
    """Return every value that may be stated of a row: what the truth holds, whole, and what the hiding wrote."""
    held = {*truth.items, *truth.registry, *adds}
    held |= {urlsplit(u).hostname or u for u in truth.urls}
    held |= set(re.split(r"[\s'\"();=,<>|&\[\]{}]+", truth.text.replace("\\\\", "\\")))
    held |= {t.removeprefix("/i:") for t in truth.text.split()}
    return {same(v) for v in held if v}


def judge(row: Row, found: Iterable[tuple[Kind, str]], texts: Iterable[str], ms: float, error: str = "") -> Score:
    """Return the score of what was recovered: observables and the texts of layers."""
    truth = row.truth
    values: dict[Kind, set[str]] = defaultdict(set)
    given: list[tuple[Kind, str]] = [(k, v) for k, v in found if k in STATED]
    for kind, value in given:
        values[kind].add(same(value))
    missing = [u for u in truth.urls if same(u) not in values[Kind.URL]]
    missing += [p for p in truth.paths if same(p) not in values[Kind.FILE]]
    missing += [h for h in truth.hosts if same(h) not in values[Kind.IP] | values[Kind.DOMAIN]]
    wanted = [normalised(s, truth.language) for s in truth.statements]
    final = any(all(w in seen for w in wanted) for seen in (normalised(t, truth.language) for t in texts))
    fine = allowed(truth, row.code.adds)
    invented = [f"{k}: {v}" for k, v in given if same(v) not in fine and not _PROGRAMS.fullmatch(v)]
    return Score(row, final, len(truth.items), tuple(missing), tuple(dict.fromkeys(invented)), ms, error)


def explained(row: Row, explain: Callable[..., Explanation], *, tell: bool) -> tuple[Score, Explanation | None]:
    """Return the score of our own explanation of a row, and the explanation."""
    began = time.thread_time()
    try:
        got = explain(row.code.text, row.code.language) if tell else explain(row.code.text)
    except Exception as error:
        return judge(row, (), (), 0.0, f"{type(error).__name__}: {error}"), None
    ms = (time.thread_time() - began) * 1000
    return judge(row, [(o.kind, o.value) for o in got.observables], [layer.text for layer in got.layers], ms), got


# ---- telling -----------------------------------------------------------------------------------
def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


def share(k: int, n: int) -> str:
    """Return a share with its interval."""
    low, high = wilson(k, n)
    return f"{k}/{n} = {100 * k / max(n, 1):.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def table(title: str, tallies: dict[str, Tally]) -> list[str]:
    """Return lines of a Markdown table."""
    lines = [f"| {title} | commands | whole | final command | items | invented |", "|---|---|---|---|---|---|"]
    for name, t in tallies.items():
        lines.append(f"| {name} | {t.n} | {t.whole} | {t.final} | {t.found}/{t.items} | {t.invented} |")
    return lines


def tallied(scores: Iterable[Score], keys: Callable[[Score], Iterable[str]]) -> dict[str, Tally]:
    """Return counts by key, sorted."""
    out: dict[str, Tally] = defaultdict(Tally)
    for score in scores:
        for key in dict.fromkeys(keys(score)):
            out[key].add(score)
    return dict(sorted(out.items()))


def report(scores: list[Score], part: str) -> str:
    """Return the result of a part as Markdown."""
    total = Tally()
    for score in scores:
        total.add(score)
    ms = sorted(total.ms)
    deep = sorted(s.ms for s in scores if s.row.code.depth >= 6) or [0.0]
    lines = [
        f"**{part}**: whole {share(total.whole, total.n)}; final command {share(total.final, total.n)}; "
        f"URLs, paths and hosts {share(total.found, total.items)}; invented {total.invented}; "
        f"raised {sum(bool(s.error) for s in scores)}. "
        f"Time per command: median {ms[len(ms) // 2]:.1f} ms, p99 {ms[int(len(ms) * 0.99)]:.1f} ms, "
        f"six deep p99 {deep[int(len(deep) * 0.99)]:.1f} ms.",
        "",
        *table("ways over each other", tallied(scores, lambda s: [str(s.row.code.depth)])),
        "",
        *table("language as given", tallied(scores, lambda s: [s.row.code.language])),
        "",
        *table("language of what is hidden", tallied(scores, lambda s: [s.row.truth.language])),
        "",
        *table("way", tallied(scores, lambda s: s.row.code.methods)),
    ]
    return "\n".join(lines)


def missed(score: Score, got: Explanation | None) -> str:
    """Return what a row was, should have given and gave."""
    row = score.row
    lines = [
        f"=== {row.id}  ({' <- '.join(reversed(row.code.methods))})",
        f"input ({row.code.language}): {row.code.text[:3000]!r}",
        f"truth ({row.truth.language}): {row.truth.text!r}",
        f"final command found: {score.final}; missing: {list(score.missing)}; invented: {list(score.invented)}",
        score.error,
    ]
    if got is not None:
        for layer in got.layers:
            mark = " clear" if layer.simplified else ""
            lines.append(f"  layer {layer.number} of {layer.parent} {layer.language}{mark}: {layer.text[:600]!r}")
        lines.append(f"  observables: {[f'{o.kind}: {o.value[:200]}' for o in got.observables][:20]}")
        lines.append(f"  stops: {[s.reason for s in got.stops]}")
    return "\n".join(lines) + "\n"


def blamed(score: Score, got: Explanation | None) -> str:
    """Return the language of the layer that nothing came out of, or ``observables`` or ``detection``."""
    if got is None:
        return str(score.row.code.language)
    if score.final:
        return "observables"
    if got.language is not score.row.code.language:
        return "detection"
    last = [layer for layer in got.layers if not layer.simplified] or list(got.layers)
    return str(last[-1].language)


# ---- running -----------------------------------------------------------------------------------
def rows_of(part: str) -> Iterator[Row]:
    """Yield the rows of a part; nothing where it is not there."""
    if importlib.util.find_spec(PARTS[part]) is None:
        print(f"{part}: no module {PARTS[part]}", file=sys.stderr)
        return
    yield from importlib.import_module(PARTS[part]).rows()


@cache
def commit() -> str:
    """Return the commit that is measured."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=False
    )
    return done.stdout.strip() or "unknown"


def peer_scores(rows: list[Row], venv: Path) -> dict[str, list[Score]]:
    """Return the scores of the static decoders that a virtual environment holds, and of them together."""
    asked = "".join(json.dumps({"text": r.code.text}) + "\n" for r in rows)
    done = subprocess.run(
        [str(venv / "bin" / "python"), str(HERE / "peers.py")], input=asked, capture_output=True, text=True, check=True
    )
    out: dict[str, list[Score]] = defaultdict(list)
    for row, line in zip(rows, done.stdout.splitlines(), strict=True):
        answer: dict[str, dict[str, Any]] = json.loads(line)
        together: tuple[list[tuple[Kind, str]], list[str], float] = ([], [], 0.0)
        for name, got in answer.items():
            found = [(Kind(k), v) for k, v in got["found"]]
            out[name].append(judge(row, found, got["texts"], got["ms"], got["error"]))
            together = (together[0] + found, together[1] + got["texts"], together[2] + got["ms"])
        out["all peers together"].append(judge(row, *together))
    return out


def publish(text: str, name: str) -> None:
    """Put a result between its markers in the README."""
    old = README.read_text("utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    head, _, rest = old.partition(begin)
    _, _, tail = rest.partition(end)
    README.write_text(f"{head}{begin}\n{text.strip()}\n{end}{tail}", "utf-8")


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=(*PARTS, "all"), default="development")
    parser.add_argument("--tell", action="store_true", help="say which language a row is in")
    parser.add_argument("--only", default="", help="rows whose id or ways hold this text")
    parser.add_argument("--write", action="store_true", help="put the result into the README and results/")
    parser.add_argument("--misses", action="store_true", help="print every row that is not whole or invents something")
    parser.add_argument("--misses-to", type=Path, help="write them into one file for each language in this folder")
    parser.add_argument("--show", action="store_true", help="print the rows as JSON lines and stop")
    parser.add_argument("--peers", type=Path, help="a virtual environment with static decoders of others")
    args = parser.parse_args(argv)
    parts = list(PARTS) if args.part == "all" else [args.part]
    for part in parts:
        rows = [
            r
            for r in rows_of(part)
            if not args.only or args.only in r.id or any(args.only in m for m in r.code.methods)
        ]
        if not rows:
            continue
        if args.show:
            for row in rows:
                told = {
                    "id": row.id,
                    "language": row.code.language,
                    "ways": row.code.methods,
                    "truth": row.truth.text,
                    "items": row.truth.items,
                    "text": row.code.text,
                }
                print(json.dumps(told))
            continue
        _measure(part, rows, args)
    return 0


def _measure(part: str, rows: list[Row], args: argparse.Namespace) -> None:
    from vedette.commands import explain

    explain("whoami")
    scores: list[Score] = []
    misses: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        score, got = explained(row, explain, tell=args.tell)
        scores.append(score)
        if not score.whole or score.invented:
            misses[blamed(score, got)].append(missed(score, got))
    text = report(scores, part)
    if args.write and not args.tell:
        told = [explained(row, explain, tell=True)[0] for row in rows]
        n_whole, n_invented = sum(s.whole for s in told), sum(len(s.invented) for s in told)
        text = text.replace(
            "\n\n", f"\n\nWith the language told: whole {share(n_whole, len(told))}; invented {n_invented}.\n\n", 1
        )
    if args.misses:
        print("\n".join(m for found in misses.values() for m in found))
    if args.misses_to:
        for name in ("observables", "detection", *Language):
            path = args.misses_to / f"misses-{name}.txt"
            if name in misses or path.exists():
                path.write_text("\n".join(misses.get(name, [])), "utf-8", "surrogatepass")
    print(text)
    compared = []
    if args.peers:
        together: dict[str, Tally] = defaultdict(Tally)
        for name, theirs in {"Vedette": scores, **peer_scores(rows, args.peers)}.items():
            for score in theirs:
                together[name].add(score)
        compared = ["", *table("on the same rows", together)]
        print("\n".join(compared))
    if args.write:
        stamp = f"Measured {datetime.now(UTC):%Y-%m-%d} at commit `{commit()}`.\n\n"
        publish(stamp + text + "\n" + "\n".join(compared), f"decoding-{part}")
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / f"decoding-{part}.jsonl").open("w") as out:
            for s in scores:
                out.write(
                    json.dumps(
                        {
                            "id": s.row.id,
                            "depth": s.row.code.depth,
                            "ways": s.row.code.methods,
                            "final": s.final,
                            "items": s.n_items,
                            "missing": s.missing,
                            "invented": s.invented,
                            "error": s.error,
                        }
                    )
                    + "\n"
                )


if __name__ == "__main__":
    raise SystemExit(main())
