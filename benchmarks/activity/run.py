"""Measures the activity model on generated worlds: ranking, calibration, time saved, refusals.

python -m benchmarks.activity.run generated --seeds 0-5
python -m benchmarks.activity.run fresh --seeds 0-5
python -m benchmarks.activity.run summary
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from vedette.errors import UserError
from vedette.forge.activity.fit import Options, fit
from vedette.forge.activity.generate import Company, generate, truth_of
from vedette.forge.activity.measure import (
    MINUTES,
    STATISTICS,
    by_rule,
    by_severity,
    by_title,
    ece,
    minutes_until,
)
from vedette.forge.evaluate.stats import interval, paired
from vedette.models.activity import Level, read_outcome

HERE = Path(__file__).parent
RESULTS = HERE / "results.jsonl"
SALT = b"benchmark"
TRAIN, VALIDATION, CHANGE = 0.55, 0.15, 0.8
"""Shares of the findings; abrupt changes come after this share of the days, well inside the test part."""
CHECK_EVERY = 60
"""Findings between two looks at drift."""
KINDS = ("stationary", "gradual", "abrupt", "new-rules", "lazy", "little", "no-signal")

Findings = list[dict[str, Any]]


def generated(kind: str, seed: int) -> Findings:
    """The first family: the generator that ships, on which features and thresholds were chosen (seeds from 100)."""
    base = "stationary" if kind == "no-signal" else kind
    found = list(generate(Company(kind=base, seed=seed, scale=0.6, change=CHANGE)))
    return _shuffled(found, seed) if kind == "no-signal" else found


def _shuffled(found: Findings, seed: int) -> Findings:
    """Verdicts dealt anew: nothing can be learnt, and a model must say so."""
    rng = np.random.default_rng(seed)
    judged = [f for f in found if "judged" in f]
    words = rng.permutation([f["verdict"] for f in judged])
    for finding, word in zip(judged, words, strict=True):
        finding["verdict"] = str(word)
        finding["judged"] = [{**finding["judged"][0], "verdict": str(word)}]
    return found


def measure(family: str, kind: str, seed: int, scorer: str = "auto") -> dict[str, Any]:
    """Return the row of one world."""
    found = _families()[family](kind, seed)
    outcomes = [read_outcome(f, SALT) for f in found]
    n = len(outcomes)
    a, b = int(n * TRAIN), int(n * (TRAIN + VALIDATION))
    row: dict[str, Any] = {"family": family, "world": kind, "seed": seed, "findings": n, "scorer": scorer}
    row["judged"] = sum(bool(o.judged) for o in outcomes)
    row["true_share"] = round(float(np.mean([truth_of(f)[1] for f in found])), 4)
    started = time.monotonic()
    try:
        model, _ = fit(outcomes[:a], outcomes[a:b], options=Options(scorer=scorer), salt=SALT, seed=seed)
    except UserError as error:
        return row | {"refused_training": str(error)}
    row["fit_s"] = round(time.monotonic() - started, 2)
    row["chosen"] = model.settings.facts["chosen"]
    started = time.monotonic()
    scored = model.follow(outcomes[b:], model.snapshot.fork())
    row["us_per_finding"] = round((time.monotonic() - started) / max(len(scored), 1) * 1e6)
    truth = {f["finding_id"]: truth_of(f) for f in found}
    ids = [s.outcome.fired.finding_id for s in scored]
    p_true = np.array([truth[i][0] for i in ids])
    true = np.array([float(truth[i][1]) for i in ids])
    met = [s.outcome for s in scored]
    cut = met[0].fired.at
    known = [o for o in outcomes[:b] if o.judged and o.judged[-1].at < cut]
    p = np.array([s.matters for s in scored])
    rankings = {
        "ours": p,
        "severity": by_severity(met),
        "rule": by_rule(met, outcomes[:b]),
        "titles": by_title(met, known),
        "truth": p_true,
    }
    minutes = np.array([MINUTES[int(o.fired.severity)] for o in met])
    row["metrics"] = {
        name: {metric: round(value(score, true), 4) for metric, value in STATISTICS.items()}
        | {"minutes_to_80pct": round(minutes_until(score, true, minutes), 1)}
        for name, score in rankings.items()
    }
    row["minutes_all"] = float(minutes.sum())
    judged = np.array([o.matters is not None for o in met])
    said = np.array([float(bool(o.matters)) for o in met])
    row["ece_verdicts"] = round(ece(p[judged], said[judged]), 4)
    row["ece_truth"] = round(ece(p, true), 4)
    row["mean_p"], row["mean_true"] = round(float(p.mean()), 4), round(float(true.mean()), 4)
    right = np.array(
        [o.verdict is not None and s.verdicts[0].label == o.verdict.value for s, o in zip(scored, met, strict=True)]
    )
    sure = np.array([not s.abstained for s in scored])
    row["verdict_coverage"] = round(float(sure.mean()), 4)
    row["verdict_precision"] = round(float(right[judged & sure].mean()), 4) if (judged & sure).any() else None
    row["verdict_accuracy"] = round(float(right[judged].mean()), 4)
    days = [f["first_at"] for f in found]
    start = np.datetime64(days[0][:10])
    whole = (np.datetime64(days[-1][:10]) - start).astype(int) + 1
    changed_at = float((start + np.timedelta64(int(whole * CHANGE), "D")).astype("datetime64[s]").astype(float))
    changes = kind in ("abrupt", "new-rules") or (family == "fresh" and kind in CHANGING)
    place = next((i for i, o in enumerate(met) if o.fired.at >= changed_at), len(met)) if changes else None
    row |= _drift(model, scored, place)
    return row


CHANGING = ("merger", "retuned")
"""Worlds of the second family that change at once."""


def _drift(model: Any, scored: list[Any], change: int | None) -> dict[str, Any]:
    """Look at drift every so often, as a team that ranks its queue would: verdicts that came later are not known."""
    checks = []
    for end in range(CHECK_EVERY, len(scored) + 1, CHECK_EVERY):
        now = scored[end - 1].outcome.fired.at
        seen = [_known(s, now) for s in scored[max(0, end - 600) : end]]
        drift = model.drift(seen)
        checks.append((end, drift.level.value, drift.why))
    before = [c for c in checks if change is None or c[0] <= change]
    after = [] if change is None else [c for c in checks if c[0] > change]
    refused = next((c for c in after if c[1] == Level.REFUSE), None)
    warned = next((c for c in after if c[1] in (Level.REFUSE, Level.WARN)), None)
    return {
        "checks_before": len(before),
        "refused_before": sum(c[1] == Level.REFUSE for c in before),
        "warned_before": sum(c[1] == Level.WARN for c in before),
        "why_before": next((c[2] for c in before if c[1] == Level.REFUSE), ""),
        "change": change,
        "checks_after": len(after),
        "refused_after": sum(c[1] == Level.REFUSE for c in after),
        "warned_after": sum(c[1] == Level.WARN for c in after),
        "refused_within": refused[0] - change if refused and change is not None else None,
        "warned_within": warned[0] - change if warned and change is not None else None,
        "why_after": refused[2] if refused else warned[2] if warned else "",
    }


def _known(scored: Any, now: float) -> Any:
    from dataclasses import replace

    judged = tuple(j for j in scored.outcome.judged if j.at < now)
    return replace(scored, outcome=replace(scored.outcome, judged=judged))


def _families() -> Mapping[str, Callable[[str, int], Findings]]:
    held: dict[str, Callable[[str, int], Findings]] = {"generated": generated}
    try:
        from benchmarks.activity.fresh import world
    except ImportError:
        return held
    return held | {"fresh": world}


def kinds_of(family: str) -> tuple[str, ...]:
    """Return the kinds of worlds of a family."""
    if family == "generated":
        return KINDS
    from benchmarks.activity.fresh import KINDS as FRESH

    return FRESH


# -- summary -----------------------------------------------------------------------------------

_ORDERS = ("ours", "rule", "titles", "severity", "truth")
_RANKING = ("world", "worlds", *(f"AUC {n}" for n in _ORDERS), "AP ours", "AP rule", "top 10% ours", "top 10% rule",
            "ECE", "minutes to 80%", "by severity")  # fmt: skip
_REFUSALS = ("world", "looks without change", "refused", "warned", "worlds with change", "refused in",
             "findings until then", "warned or refused in", "findings until then")  # fmt: skip


def _row(cells: list[Any] | tuple[Any, ...]) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |"


def _head(names: tuple[str, ...]) -> str:
    return _row(names) + "\n" + "|---" * len(names) + "|"


def summarise(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield Markdown tables of the rows."""
    for family in dict.fromkeys(r["family"] for r in rows):
        held = [r for r in rows if r["family"] == family]
        kinds = list(dict.fromkeys(r["world"] for r in held))
        yield f"### {family}\n"
        yield _head(_RANKING)
        yield from (_ranked(kind, [r for r in held if r["world"] == kind]) for kind in kinds)
        trained = [r for r in held if "metrics" in r and r["world"] != "no-signal"]
        if len(trained) > 1:
            yield from _paired(trained)
        yield "\n" + _head(_REFUSALS)
        yield from (_refused(kind, [r for r in trained if r["world"] == kind]) for kind in kinds)
        yield ""


def _ranked(kind: str, held: list[dict[str, Any]]) -> str:
    trained = [r for r in held if "metrics" in r]
    n_refused = len(held) - len(trained)
    if not trained:
        return _row([kind, f"{n_refused}, all refused at training", *[""] * (len(_RANKING) - 2)])

    def mean(name: str, metric: str) -> float:
        return float(np.mean([r["metrics"][name][metric] for r in trained]))

    cells = [kind, f"{len(trained)}" + (f" ({n_refused} refused)" if n_refused else "")]
    cells += [f"{mean(n, 'auc'):.3f}" for n in _ORDERS]
    cells += [f"{mean(n, 'average_precision'):.3f}" for n in ("ours", "rule")]
    cells += [f"{mean(n, 'precision_at_10pct'):.3f}" for n in ("ours", "rule")]
    cells += [f"{np.mean([r['ece_truth'] for r in trained]):.3f}"]
    cells += [f"{mean(n, 'minutes_to_80pct'):,.0f}" for n in ("ours", "severity")]
    return _row(cells)


def _paired(trained: list[dict[str, Any]]) -> Iterator[str]:
    yield "\nPaired over worlds: mean difference, 95% bootstrap interval over worlds.\n"
    yield _head(("measure", "against", "difference", "low", "high", "p"))
    for metric in STATISTICS:
        for other in ("rule", "titles", "severity"):
            ours, theirs = ([r["metrics"][n][metric] for r in trained] for n in ("ours", other))
            c = paired(metric, other, ours, theirs)
            ends = [f"{v:+.3f}" for v in (c.difference, c.low, c.high)]
            yield _row([metric, other, *ends, f"{c.p_value:.3f}"])
    saved = [1 - _minutes(r, "ours") / _minutes(r, "severity") for r in trained]
    by_rule_ = [1 - _minutes(r, "ours") / _minutes(r, "rule") for r in trained]
    for name, values in (
        ("ECE against truth", [r["ece_truth"] for r in trained]),
        ("ECE against verdicts", [r["ece_verdicts"] for r in trained]),
        ("minutes saved until 80% of what mattered is found, against severity", saved),
        ("the same, against rule", by_rule_),
        ("suggested verdicts: share of findings", [r["verdict_coverage"] for r in trained]),
        ("suggested verdicts: right", [r["verdict_precision"] for r in trained if r["verdict_precision"] is not None]),
    ):
        m = interval(values)
        yield f"\n{name}: {m.value:.3f} ({m.low:.3f} to {m.high:.3f})"


def _minutes(row: dict[str, Any], name: str) -> float:
    return float(row["metrics"][name]["minutes_to_80pct"])


def _refused(kind: str, held: list[dict[str, Any]]) -> str:
    looks = sum(r["checks_before"] for r in held)
    cells: list[Any] = [kind, looks]
    cells += [f"{sum(r[k] for r in held) / looks:.1%}" if looks else "" for k in ("refused_before", "warned_before")]
    changed = [r for r in held if r["change"] is not None]
    if not changed:
        return _row(cells + [""] * 5)
    cells.append(len(changed))
    for key in ("refused_within", "warned_within"):
        found = [r[key] for r in changed if r[key] is not None]
        cells += [len(found), f"{np.median(found):.0f}" if found else ""]
    return _row(cells)


def header() -> dict[str, Any]:
    """Return the first line of the results: where and with what they were measured."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, 2 shared cores",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def main() -> None:
    """Run; worlds that are in the results already are not measured again, so a killed run goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=["generated", "fresh", "summary"])
    parser.add_argument("--seeds", default="0-5")
    parser.add_argument("--worlds", default="")
    parser.add_argument("--scorer", default="auto")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.family != "summary":
        first, _, last = given.seeds.partition("-")
        kinds = given.worlds.split(",") if given.worlds else kinds_of(given.family)
        done = {(r["family"], r["world"], r["seed"]) for r in _rows(given.out)}
        wanted = [(given.family, kind, seed) for seed in range(int(first), int(last or first) + 1) for kind in kinds]
        jobs = [(*job, given.scorer) for job in wanted if job not in done]
        with ProcessPoolExecutor(given.workers) as pool, given.out.open("a", encoding="utf-8") as out:
            print(json.dumps(header()), file=out, flush=True)
            for row in pool.map(measure, *zip(*jobs, strict=True)) if jobs else ():
                print(json.dumps(row), file=out, flush=True)
                ours = row.get("metrics", {}).get("ours", row.get("refused_training", ""))
                print(row["world"], row["seed"], ours, row.get("refused_before"), row.get("refused_within"), flush=True)
    print("\n".join(summarise(_rows(given.out))))


def _rows(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [row for row in map(json.loads, lines) if "family" in row]
    place = {kind: i for i, kind in enumerate((*KINDS, "steady", "seasonal", "creep", "merger", "retuned", "tiny"))}
    return sorted(rows, key=lambda r: (r["family"] == "fresh", place.get(r["world"], 99), r["seed"]))


if __name__ == "__main__":
    main()
