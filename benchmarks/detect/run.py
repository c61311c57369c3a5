"""How many times the events per CPU second of one SQL query per rule does the matcher reach?

Both sides see the same varied events and all shared rules, take turns within one run, and are timed in CPU
seconds of this process. Memory is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import detect_events as events  # noqa: E402
import detect_support as support  # noqa: E402
import orjson  # noqa: E402

from vedette.detect import Matcher, RuleSet, load_rules  # noqa: E402

BATCH_ROWS = 4_000


def rules(shared: Path, cache: Path) -> RuleSet:
    return load_rules([shared / "sigma-rules/sigma_rules.jsonl.gz"], builtin=False, cache_dir=cache)


def match_some(matcher: Matcher, lines: list[bytes]) -> tuple[float, float, int]:
    """Return CPU seconds of parsing and of matching one batch, and its hits."""
    start = time.process_time()
    natives = [orjson.loads(line) for line in lines]
    sources = [support.logsource(n) for n in natives]
    middle = time.process_time()
    hits = len(matcher.match(natives, sources, None, lines))
    return middle - start, time.process_time() - middle, hits


def compare(
    shared: Path, cache: Path, n_events: int, n_sql: int, repeats: int, *, as_written: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield a row for each repeat; within it the two sides take turns of a fraction of a second."""
    import baseline

    made, fields, failed = baseline.queries(shared, as_written=as_written)
    ruleset = rules(shared, cache)
    yield {"what": "rules", "ours": len(ruleset.rules), "sql": len(made), "sql_refused": failed}
    matcher = Matcher(ruleset)
    for repeat in range(repeats):
        lines = [orjson.dumps(e) for e in events.stream(shared, n_events, seed=100 + repeat)]
        sample = [orjson.loads(line) for line in lines[:: max(1, n_events // n_sql)]][:n_sql]
        table = baseline.Table(fields)
        load_s = table.load(sample)
        starts = range(0, len(lines), BATCH_ROWS)
        share = -(-len(made) // len(starts))
        query_s = parse_s = match_s = 0.0
        hits = broken = 0
        sql_hits: set[tuple[str, int]] = set()
        gc.collect()
        gc.disable()
        for turn, start in enumerate(starts):
            parse, match, n_hits = match_some(matcher, lines[start : start + BATCH_ROWS])
            spent, found, n_broken = table.run(made[turn * share : (turn + 1) * share])
            parse_s, match_s, hits = parse_s + parse, match_s + match, hits + n_hits
            query_s, broken = query_s + spent, broken + n_broken
            sql_hits |= found
        gc.enable()
        ours, sql = n_events / match_s, len(sample) / query_s
        yield {
            "what": "match",
            "repeat": repeat,
            "cold": repeat == 0,
            "ours_per_s": ours,
            "ours_with_parsing_per_s": n_events / (match_s + parse_s),
            "sql_per_s": sql,
            "sql_with_loading_per_s": len(sample) / (query_s + load_s),
            "ratio": ours / sql,
            "hits": hits,
            "sql_failed_queries": broken,
            **agreement(matcher, sample, sql_hits),
        }


def agreement(matcher: Matcher, sample: list[dict[str, Any]], sql_hits: set[tuple[str, int]]) -> dict[str, int]:
    """Return how many hits the two sides share and differ in."""
    hits = matcher.match(sample, [support.logsource(n) for n in sample])
    ours = {(matcher.ruleset.rules[r].info.rule_id, row) for r, row in hits}
    return {"both": len(ours & sql_hits), "only_ours": len(ours - sql_hits), "only_sql": len(sql_hits - ours)}


def memory(shared: Path, cache: Path, n_events: int) -> dict[str, Any]:
    """Match a stream that is made batch by batch; return peak memory and CPU seconds. Run in a fresh process."""
    matcher = Matcher(rules(shared, cache))
    match_s, hits = 0.0, 0
    gc.disable()
    for natives in events.batches(shared, n_events, BATCH_ROWS):
        sources = [support.logsource(n) for n in natives]
        before = time.process_time()
        hits += len(matcher.match(natives, sources))
        match_s += time.process_time() - before
    # Not ru_maxrss: that outlives exec and would tell of the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = int(next(x for x in status.splitlines() if x.startswith("VmHWM")).split()[1]) / 1024
    return {"what": "memory", "events": n_events, "peak_mib": peak, "match_s": match_s, "hits": hits}


def warm_start(shared: Path, cache: Path) -> dict[str, Any]:
    """Time a fresh process from its first line to compiled rules, and to its first batch done."""
    start = time.process_time()
    ruleset = rules(shared, cache)
    loaded = time.process_time() - start
    natives = events.base_events(shared)
    sources = [support.logsource(n) for n in natives]
    before = time.process_time()
    matcher = Matcher(ruleset)
    matcher.match(natives, sources)
    first = time.process_time() - before
    return {
        "what": "warm start",
        "from_cache": ruleset.from_cache,
        "load_s": loaded,
        "tables_and_first_batch_s": first,
        "batch": len(natives),
    }


def pipeline(shared: Path, cache: Path, n_events: int) -> dict[str, Any]:
    """Ingest JSON lines and detect, in CPU seconds of this process and its children."""
    try:
        from vedette.ingest import ingest
    except ImportError:
        return {"what": "pipeline", "skipped": "vedette.ingest has no ingest()"}
    from vedette.detect import detect
    from vedette.store import Lake

    def cpu() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    ruleset = rules(shared, cache)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        with path.open("wb") as stream:
            for event in events.stream(shared, n_events):
                stream.write(orjson.dumps(event) + b"\n")
        lake = Lake.open(Path(folder) / "home")
        start = cpu()
        ingest(lake, [path])
        middle = cpu()
        summary = detect(lake, ruleset)
        end = cpu()
    return {
        "what": "pipeline",
        "events": summary.events,
        "ingest_s": middle - start,
        "detect_s": end - middle,
        "per_s": n_events / (end - start),
        "detect_per_s": n_events / (end - middle),
        "hits": summary.hits,
    }


def fresh(mode: str, args: argparse.Namespace, *more: str) -> dict[str, Any]:
    """Run one mode of this script in its own process."""
    command = [
        sys.executable,
        __file__,
        "--mode",
        mode,
        "--shared",
        str(args.shared),
        "--cache",
        str(args.cache),
        *more,
    ]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def spread(values: list[float]) -> str:
    middle = statistics.median(values)
    return (
        f"{middle:,.1f} ({min(values):,.1f} to {max(values):,.1f})"
        if middle < 1000
        else (f"{middle:,.0f} ({min(values):,.0f} to {max(values):,.0f})")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "vedette-bench-rules")
    parser.add_argument("--events", type=int, default=60_000, help="events for the matcher, each repeat")
    parser.add_argument("--sql-events", type=int, default=10_000, help="events for the SQL side, each repeat")
    parser.add_argument(
        "--as-written", action="store_true", help="SQL as the backend writes it, without the log source first"
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--memory", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument(
        "--pipeline", type=int, default=0, metavar="EVENTS", help="also time ingest and detect together"
    )
    parser.add_argument("--out", type=Path, help="append results as JSON lines")
    parser.add_argument("--mode", choices=["memory", "warm", "pipeline"], help=argparse.SUPPRESS)
    parser.add_argument("--n", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    modes = {
        "memory": lambda: memory(args.shared, args.cache, args.n),
        "warm": lambda: warm_start(args.shared, args.cache),
        "pipeline": lambda: pipeline(args.shared, args.cache, args.n),
    }
    if args.mode:
        print(json.dumps(modes[args.mode]()))
        return
    rows: list[dict[str, Any]] = []
    for row in compare(args.shared, args.cache, args.events, args.sql_events, args.repeats, as_written=args.as_written):
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
    rows.append(fresh("warm", args))
    rows += [fresh("memory", args, "--n", str(n)) for n in args.memory]
    if args.pipeline:
        rows.append(fresh("pipeline", args, "--n", str(args.pipeline)))
    report(rows)
    if args.out:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE
        ).stdout
        head = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit.strip(),
            "cpu": platform.processor(),
        }
        with args.out.open("a") as stream:
            for row in rows:
                stream.write(json.dumps({**head, **row}) + "\n")


def report(rows: list[dict[str, Any]]) -> None:
    """Print the table that stands in the README."""
    runs = [r for r in rows if r["what"] == "match" and not r["cold"]] or [r for r in rows if r["what"] == "match"]
    sql = [r["sql_per_s"] for r in runs]
    print("| measured | median (range) |\n|---|---|")
    for name, label in [
        ("sql_per_s", "one SQL query a rule: events per CPU second, queries alone"),
        ("sql_with_loading_per_s", "the same with filling its table"),
        ("ours_per_s", "matcher: events per CPU second, from parsed records"),
        ("ours_with_parsing_per_s", "the same with parsing JSON"),
        ("ratio", "**ratio, matching alone**"),
    ]:
        print(f"| {label} | {spread([r[name] for r in runs])} |")
    for row in rows:
        if row["what"] == "match" and row["cold"]:
            print(f"| ratio in the first repeat, tables built within it | {row['ratio']:.1f} |")
        elif row["what"] == "warm start":
            print(f"| warm start: compiled rules from the cache, CPU s | {row['load_s']:.2f} |")
            first = row["tables_and_first_batch_s"]
            print(f"| tables built and first {row['batch']:,} events matched, CPU s | {first:.2f} |")
        elif row["what"] == "memory":
            label = f"peak memory, {row['events']:,} events, MiB (matching CPU s)"
            print(f"| {label} | {row['peak_mib']:.0f} ({row['match_s']:.1f}) |")
        elif row["what"] == "pipeline" and "per_s" in row:
            ratio = row["per_s"] / statistics.median(sql)
            print(f"| ingest and detect, {row['events']:,} events: events per CPU second | {row['per_s']:,.0f} |")
            print(f"| **ratio, ingest and detect** | {ratio:.1f} |")
    print(f"\nHits of the SQL side's sample: {[(r['both'], r['only_ours'], r['only_sql']) for r in runs]}")
    print("(shared, only ours, only SQL's)")


if __name__ == "__main__":
    main()
