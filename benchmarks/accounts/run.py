"""Which accounts are implicated, in which role, how sure: the benchmark's command.

``ACCOUNTS_DOOR=cli`` goes through the command line and not the library.

Usage: ``python -m benchmarks.accounts.run incidents|blended|generated|fresh|false-cases [--quick] [--workers N]``
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.accounts import fresh as second_set
from benchmarks.accounts.harness import pipeline, recorded, scoring
from benchmarks.accounts.worlds import CALM, FAMILIES, World, generate
from benchmarks.accounts.worlds.writers import write

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
README = HERE / "README.md"


# ---- shared parts ------------------------------------------------------------------------------
def worlds_digest(*folders: str) -> str:
    """Return a digest of the generators, so that a cached world is never an old generator's."""
    digest = hashlib.sha256()
    for folder in ("worlds", *folders):
        for path in sorted((HERE / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def cache_folder(args: argparse.Namespace, *folders: str) -> Path:
    """Return where generated worlds and verdicts are kept between runs."""
    root = Path(args.cache) if args.cache else Path(tempfile.gettempdir()) / "vedette-accounts"
    folder = root / worlds_digest(*folders)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def header(name: str, **settings: Any) -> dict[str, Any]:
    """Return the first line of a result file."""
    model = "unknown"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        m = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())
        model = m[1] if m else model
    return {
        "kind": "header",
        "benchmark": f"accounts/{name}",
        "commit": pipeline.commit(),
        "product": pipeline.product_digest(),
        "worlds": worlds_digest(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "hardware": f"{os.cpu_count()} x {model}",
        "python": platform.python_version(),
        **settings,
    }


def save(name: str, rows: Sequence[dict[str, Any]], quick: bool) -> None:
    """Write result rows as JSON lines; a quick run leaves the published ones alone."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}{'-quick' if quick else ''}.jsonl"
    path.write_text("".join(json.dumps(r, sort_keys=False, default=str) + "\n" for r in rows))
    print(f"\nwritten: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


def publish(name: str, text: str, quick: bool) -> None:
    """Put a table between its markers in the README."""
    if quick or not README.exists():
        return
    old = README.read_text("utf-8")
    begin, end = f"<!-- results:{name} -->", f"<!-- /results:{name} -->"
    if begin in old and end in old:
        head, _, rest = old.partition(begin)
        _, _, tail = rest.partition(end)
        README.write_text(f"{head}{begin}\n{text.strip()}\n{end}{tail}", "utf-8")


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table."""
    cells = [[str(c).replace("|", "\\|") for c in row] for row in rows]
    return "\n".join(
        ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *("| " + " | ".join(r) + " |" for r in cells)]
    )


def in_parallel(jobs: Sequence[tuple[Any, ...]], work: Any, workers: int, label: str) -> Iterator[Any]:
    """Yield results as they come, with progress on stderr."""
    start, done = time.monotonic(), 0

    def tick() -> None:
        nonlocal done
        done += 1
        spent = time.monotonic() - start
        left = spent / done * (len(jobs) - done)
        print(
            f"\r{label}: {done}/{len(jobs)}  {spent:.0f} s, {left:.0f} s left   ", end="", file=sys.stderr, flush=True
        )

    if workers <= 1:
        for job in jobs:
            result = work(*job)
            tick()
            yield result
    else:
        with ProcessPoolExecutor(max_workers=workers) as pool:
            for future in as_completed([pool.submit(work, *job) for job in jobs]):
                result = future.result()
                tick()
                yield result
    print(file=sys.stderr)


# ---- recorded incidents --------------------------------------------------------------------------
OPTIONS = ("--timezone", "UTC")
DOOR = os.environ.get("ACCOUNTS_DOOR", "library")


def _recorded_rows(rows: list[dict[str, Any]]) -> str:
    def yes(b: bool) -> str:
        return "yes" if b else "no"

    return table(
        [
            "incident",
            "events",
            "cases",
            "implicated: truth",
            "implicated: said",
            "exact",
            "naive rule",
            "naive exact",
            "hosts: truth",
            "hosts: said",
            "hosts exact",
        ],
        [
            [
                r["incident"],
                r["events"],
                r["cases"],
                ", ".join(r["accounts_truth"]) or "none",
                ", ".join(f"{n} ({r['roles'][n][0]} {r['roles'][n][1]})" for n in r["accounts_said"]) or "none",
                yes(r["accounts_exact"]),
                ", ".join(r["naive"][:8]) + (" …" if len(r["naive"]) > 8 else "") or "none",
                yes(r["naive_exact"]),
                ", ".join(r["hosts_truth"]),
                ", ".join(r["hosts_said"]) or "none",
                yes(r["hosts_exact"]),
            ]
            for r in rows
        ],
    )


def _need_recorded() -> Path:
    folder = recorded.shared_folder()
    if folder is None:
        print("the recorded incidents (../shared/data/incidents-otrf) are not here: nothing to measure")
        raise SystemExit(0)
    return folder


def incidents(args: argparse.Namespace) -> int:
    """Judge each recorded incident by itself."""
    folder = _need_recorded()
    rows = []
    for incident in recorded.load(folder):
        said = pipeline.run([incident["path"]], options=OPTIONS, door=DOOR)
        rows.append(recorded.judge(incident, pipeline.to_json(said)) | {"detail": pipeline.to_json(said)["cases"]})
        if said.error:
            print(f"{incident['id']}: {said.error}")
    text = _recorded_rows(rows)
    exact = sum(r["accounts_exact"] for r in rows)
    tail = (
        f"\n\nAccounts exactly right in {exact} of {len(rows)} (naive rule {sum(r['naive_exact'] for r in rows)}); "
        f"hosts exactly right in {sum(r['hosts_exact'] for r in rows)}."
    )
    print(text + tail)
    publish("incidents", text + tail, args.quick)
    save("incidents", [header("incidents"), *({"kind": "incident", **r} for r in rows)], args.quick)
    return 0 if exact == len(rows) else 1


def blended(args: argparse.Namespace) -> int:
    """Judge all recorded incidents at once, among busy innocent days; several times, with other days."""
    folder = _need_recorded()
    known = recorded.load(folder)
    truth = sorted({n for i in known for n in i["accounts"]})
    hosts = sorted({h for i in known for h in i["hosts"]})
    rows: list[dict[str, Any]] = []
    for seed in range(1, 2 if args.quick else 4):
        work = cache_folder(args) / f"blended-{seed}"
        shutil.rmtree(work, ignore_errors=True)
        innocent = recorded.blend(folder, work, seed)
        paths = [*(i["path"] for i in known), folder / "apt29-day1-SCRANTON-zeek", *innocent["paths"]]
        said = pipeline.to_json(pipeline.run(paths, options=OPTIONS, door=DOOR))
        row = recorded.judge({"id": f"all six, Zeek, innocent days {seed}", "accounts": truth, "hosts": hosts}, said)
        names = {scoring.base(n) for n in innocent["innocent"]} - set(truth)
        row |= {
            "n_innocent": len(names),
            "n_same_hosts": len(innocent["same_hosts"]),
            "wrong": sorted(set(row["accounts_said"]) & names),
            "missed": sorted(set(truth) - set(row["accounts_said"])),
            "naive_wrong": len(set(row["naive"]) & names),
            "cases_said": [_case_row(case) for case in said["cases"]],
        }
        rows.append(row)
        if said["error"]:
            print(said["error"])
    text = _recorded_rows(rows)
    text += "\n\n" + table(
        [
            "blend",
            "innocent accounts",
            "on the recordings' own hosts",
            "implicated though innocent",
            "by the naive rule",
            "missed",
        ],
        [
            [
                r["incident"],
                r["n_innocent"],
                r["n_same_hosts"],
                ", ".join(r["wrong"]) or "none",
                r["naive_wrong"],
                ", ".join(r["missed"]) or "none",
            ]
            for r in rows
        ],
    )
    text += "\n\nThe cases of the first blend:\n\n" + table(
        ["case", "implicated", "hosts"],
        [[c["title"], ", ".join(c["implicated"]) or "none", ", ".join(c["hosts"])] for c in rows[0]["cases_said"]],
    )
    print(text)
    publish("blended", text, args.quick)
    save("blended", [header("blended"), *({"kind": "blend", **r} for r in rows)], args.quick)
    return 0 if all(r["accounts_exact"] for r in rows) else 1


def _case_row(case: dict[str, Any]) -> dict[str, Any]:
    accounts = {scoring.base(a["name"]): [a["role"], round(a["confidence"], 3)] for a in case["accounts"]}
    return {
        "case": case["case_id"],
        "title": case["title"],
        "implicated": sorted(n for n, (role, _) in accounts.items() if role in scoring.IMPLICATED),
        "hosts": sorted({scoring.host_base(h["name"]) for h in case["hosts"]}),
        "accounts": accounts,
    }


# ---- generated incidents ---------------------------------------------------------------------------
def _judge_world(family: str, seed: int, cache: str, digest: str, fresh: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    folder = Path(cache) / f"{family}-{seed}"
    truth_path, verdict_path = folder / "truth.json", folder / f"said-{digest}.json"
    if not truth_path.exists():
        shutil.rmtree(folder, ignore_errors=True)
        (second_set.generate if family in second_set.FAMILIES else generate)(family, seed, folder)
    truth = json.loads(truth_path.read_text())
    if verdict_path.exists() and not fresh:
        return truth, json.loads(verdict_path.read_text())
    said = pipeline.to_json(pipeline.run([folder / "logs"], options=OPTIONS, door=DOOR))
    if said["error"]:
        return truth, said
    part = verdict_path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(said))
    part.replace(verdict_path)
    return truth, said


def generated(args: argparse.Namespace) -> int:
    """Judge generated incidents: roles, precision, recall, calibration."""
    return _generated(args, "generated", tuple(FAMILIES), 12)


def fresh(args: argparse.Namespace) -> int:
    """Judge the second set of generated incidents, written apart from the first."""
    return _generated(args, "fresh", tuple(second_set.FAMILIES), 22, "fresh")


def _generated(args: argparse.Namespace, name: str, known: Sequence[str], n_seeds: int, *folders: str) -> int:
    families = [f for f in known if not args.family or f in args.family]
    seeds = range(args.first_seed, args.first_seed + (1 if args.quick else args.seeds or n_seeds))
    jobs = [(f, s) for s in seeds for f in families][: 20 if args.quick else None]
    digest, cache = pipeline.product_digest(), str(cache_folder(args, *folders))
    results = []
    for result in in_parallel([(f, s, cache, digest, args.fresh) for f, s in jobs], _judge_world, args.workers, name):
        results.append(result)
        if len(results) == 10 and all(said["error"] for _, said in results):
            print(f"\nthe first ten incidents all failed: {results[0][1]['error']}")
            return 1
    results.sort(key=lambda r: (r[0]["family"], r[0]["seed"]))
    scores = [scoring.score(f"{t['family']}/{t['seed']}", t, s) for t, s in results]
    ok = [s for s in scores if not s.error]
    figures = scoring.bootstrap(ok) if ok else {}
    lines = [
        table(
            ["measure", "value", "95% interval"],
            [[m, f"{v:.3f}", f"{lo:.3f} to {hi:.3f}"] for m, (v, lo, hi) in figures.items()],
        )
    ]
    by_family: dict[str, list[scoring.Score]] = defaultdict(list)
    for s in scores:
        by_family[s.family].append(s)

    def pct(x: float) -> str:
        return "–" if math.isnan(x) else f"{x:.2f}"

    def line(name: str, group: Sequence[scoring.Score]) -> list[Any]:
        m = scoring.METRICS
        return [
            name,
            len(group),
            pct(m["role accuracy"](group)),
            pct(m["implicated precision"](group)),
            pct(m["implicated recall"](group)),
            f"{sum(s.exact for s in group)}/{len(group)}",
            sum(len(s.bystanders_implicated) for s in group),
            sum(s.n_cases == 0 for s in group),
            pct(m["expected calibration error (taking part or targeted)"](group)),
        ]

    columns = [
        "",
        "incidents",
        "role accuracy",
        "precision",
        "recall",
        "exact",
        "innocent implicated",
        "no case",
        "ECE",
    ]
    lines.append(table(["family", *columns[1:]], [line(f, g) for f, g in sorted(by_family.items())]))
    truths = {f"{t['family']}/{t['seed']}": t for t, _ in results}
    by_source: dict[str, list[scoring.Score]] = defaultdict(list)
    for s in scores:
        t = truths[s.key]
        by_source[(t["missing"] or ["nothing missing"])[0]].append(s)
    lines.append(table(["log sources", *columns[1:]], [line(f, g) for f, g in sorted(by_source.items())]))
    by_role: dict[str, Counter[str]] = defaultdict(Counter)
    for t, said in results:
        best = scoring.stated(said["cases"])
        for n, a in t["accounts"].items():
            by_role[a["role"]][best[n]["role"] if n in best else "absent"] += 1
        names = set(t["accounts"]) | set(t["neutral"])
        by_role["innocent, not in truth"].update(a["role"] for n, a in best.items() if n not in names)
    roles = ["compromised", "attacker", "created", "targeted", "bystander", "absent"]
    lines.append(
        table(
            ["truth \\ said", *roles],
            [[r, *(by_role[r][c] for c in roles)] for r in [*roles[:5], "innocent, not in truth"]],
        )
    )
    statements = [r for s in ok for r in s.statements]
    lines.append(
        table(
            ["statements", "mean confidence", "share right"],
            [[n, f"{c:.3f}", f"{r:.3f}"] for n, c, r in scoring.reliability(statements)],
        )
    )
    kinds = scoring.categories(scores)
    lines.append(table(["kind of miss", "accounts"], kinds.most_common()))
    errors = [s for s in scores if s.error]
    text = "\n\n".join(lines) + f"\n\n{len(scores)} incidents, {len(errors)} with an error."
    print(text)
    for s in errors:
        print(f"error in {s.key}: {s.error[:300]}")
    if args.misses:
        for s in scores:
            for m in s.misses:
                print(
                    f"{s.key:28} {m['name']:34} truth {m['truth']:12} said {m['said']:12} "
                    f"{m['confidence']} {m['missing']} {m['windows_style']}"
                )
    publish(name, text, args.quick)
    rows = [
        header(name, n=len(scores), seeds=[seeds.start, seeds.stop], worlds=worlds_digest(*folders)),
        {
            "kind": "summary",
            "figures": {m: [round(x, 4) for x in v] for m, v in figures.items()},
            "misses": dict(kinds),
        },
        *(
            {
                "kind": "incident",
                "key": s.key,
                "scored": s.n_scored,
                "right": s.n_right,
                "truth_implicated": s.n_truth_implicated,
                "said_implicated": s.n_said_implicated,
                "both": s.n_both,
                "exact": s.exact,
                "cases": s.n_cases,
                "innocent_implicated": s.bystanders_implicated,
                "misses": [{k: v for k, v in m.items() if k != "reasons"} for m in s.misses],
                "statements": [[round(c, 4), r, role] for c, r, role in s.statements],
                "error": s.error,
            }
            for s in scores
        ),
    ]
    save(name, rows, args.quick)
    v = figures.get("role accuracy", (0.0, 0, 0))[0]
    e = figures.get("expected calibration error (taking part or targeted)", (1.0, 0, 0))[0]
    return 0 if v >= 0.9 and e <= 0.05 else 1


# ---- false cases -------------------------------------------------------------------------------------
def _judge_calm(
    kind: str, seed: int, scale: float, cache: str, digest: str, fresh: bool
) -> tuple[str, int, dict[str, Any]]:
    folder = Path(cache) / f"{kind}-{seed}-{scale:g}"
    verdict_path = folder / f"said-{digest}.json"
    if verdict_path.exists() and not fresh:
        return kind, seed, json.loads(verdict_path.read_text())
    shutil.rmtree(folder / "logs", ignore_errors=True)
    world = World(kind, seed)
    CALM[kind](world, scale)  # type: ignore[call-arg]
    write(world, folder)
    said = pipeline.to_json(pipeline.run([folder / "logs"], options=OPTIONS, door=DOOR))
    shutil.rmtree(folder / "logs", ignore_errors=True)
    if not said["error"]:
        verdict_path.write_text(json.dumps(said))
    return kind, seed, said


def false_cases(args: argparse.Namespace) -> int:
    """Count the cases made of benign events alone."""
    digest, cache = pipeline.product_digest(), str(cache_folder(args))
    goal = 50_000 if args.quick else args.events
    rows: list[dict[str, Any]] = []
    total, seed = 0, args.first_seed
    while total < goal:
        jobs = [(kind, seed, 0.5 if args.quick else 3.0, cache, digest, args.fresh) for kind in CALM]
        for kind, s, said in in_parallel(jobs, _judge_calm, args.workers, f"false cases, round {seed}"):
            total += said["n_events"]
            rows.append({"kind": "world", "world": kind, "seed": s, **said})
            if said["error"]:
                print(f"error in {kind}/{s}: {said['error'][:300]}")
        if not any(r["n_events"] for r in rows):
            print("no events were read: giving up")
            return 1
        seed += 1
    lines = []
    for kind in CALM:
        mine = [r for r in rows if r["world"] == kind]
        n = sum(r["n_events"] for r in mine)
        cases = sum(len(r["cases"]) for r in mine)
        lines.append(
            [kind, len(mine), n, cases, f"{cases / n * 1e6:.2f}" if n else "–", sum(r["n_findings"] for r in mine)]
        )
    cases = sum(len(r["cases"]) for r in rows)
    lines.append(["all", len(rows), total, cases, f"{cases / total * 1e6:.2f}", sum(r["n_findings"] for r in rows)])
    text = table(["world", "worlds", "events", "false cases", "per million events", "findings"], lines)
    titles = Counter(c["title"] for r in rows for c in r["cases"])
    if titles:
        text += "\n\n" + table(["false case", "times"], titles.most_common(20))
    print(text)
    publish("false-cases", text, args.quick)
    save("false-cases", [header("false-cases", events=total, cases=cases), *rows], args.quick)
    return 0 if cases / total * 1e6 <= 1 else 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one part of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["incidents", "blended", "generated", "fresh", "false-cases", "all"])
    parser.add_argument("--quick", action="store_true", help="20 incidents, 50,000 benign events; for CI")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seeds", type=int, help="incidents per family (12; of the second set 22)")
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--events", type=int, default=1_000_000, help="benign events for false-cases")
    parser.add_argument("--family", action="append", help="only this family (repeatable)")
    parser.add_argument("--cache", help="folder of generated worlds and verdicts")
    parser.add_argument("--fresh", action="store_true", help="judge again, even where a verdict is cached")
    parser.add_argument("--misses", action="store_true", help="print each miss")
    args = parser.parse_args(argv)
    parts = {
        "incidents": incidents,
        "blended": blended,
        "generated": generated,
        "fresh": fresh,
        "false-cases": false_cases,
    }
    if args.part == "all":
        return max(part(args) for part in parts.values())
    return parts[args.part](args)


if __name__ == "__main__":
    raise SystemExit(main())
