"""How well does the technique tagger name what a sentence describes, and how much better than TF-IDF and a linear SVM?

Cross-validation by report: each of the recipe's folds is judged by a model that saw neither its reports nor a repeat
of their rows; calibration and thresholds come from the other folds. ``folds`` fits those models (the long part; one
process each with ``--fold``), ``report`` judges them beside the baseline, ``ship`` makes the model that ships.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "src"))

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from vedette.forge.base import Evaluation, Record, Silent  # noqa: E402
from vedette.forge.corpus import build_corpus  # noqa: E402
from vedette.forge.evaluate.classifier import Answers, measure  # noqa: E402
from vedette.forge.evaluate.stats import interval  # noqa: E402
from vedette.forge.evaluate.svm import fit_svm  # noqa: E402
from vedette.forge.recipe import ClassifierRecipe, load_recipe  # noqa: E402
from vedette.forge.train.calibrate import threshold_for_f1, threshold_for_precision  # noqa: E402
from vedette.forge.train.features import Labelled, block_specs, labelled, without_repeats  # noqa: E402
from vedette.forge.train.linear import LinearHead, column_names, fit_model, group_folds, renamed, scores_of  # noqa: E402
from vedette.models.linear import LinearModel, load  # noqa: E402

RECIPE = HERE.parents[1] / "recipes" / "technique-tagger.yaml"
SHIPPED = HERE.parents[1] / "src" / "vedette" / "models" / "shipped" / "technique-tagger"
MENTIONS, SENTENCES = "tram-mentions", "tram-sentences"
ROWS = ("mentions.top1", "mentions.macro_f1", "mentions.precision", "mentions.coverage", "mentions.precision_at_0.7",
        "mentions.ece", "sentences.micro_f1", "sentences.group_micro_f1")  # fmt: skip


@dataclass(frozen=True)
class Task:
    recipe: ClassifierRecipe
    data: Labelled
    folds: NDArray[np.int64]
    judged: NDArray[np.bool_]

    @property
    def options(self) -> dict[str, Any]:
        return self.recipe.train.options

    def train_on(self, fold: int) -> Labelled:
        held = np.flatnonzero(self.judged & (self.folds == fold))
        return self.data.take(without_repeats(self.data, np.flatnonzero(self.folds != fold), held).tolist())


def task(shared: Path, work: Path) -> Task:
    """The recipe's records, all in one part, and the fold of each."""
    loaded = load_recipe(RECIPE, {"data": str(shared)})
    recipe = loaded.recipe
    assert isinstance(recipe, ClassifierRecipe)
    spec = replace(recipe.corpus, split=replace(recipe.corpus.split, validation=0.0, test=0.0))
    corpus = build_corpus(spec, loaded.folder, work / "corpus", seed=recipe.seed, progress=Silent())
    options = recipe.train.options
    data = renamed(labelled(corpus, "train"), options.get("aliases") or {})
    folds = group_folds(data.groups, int(options["folds"]), recipe.seed)
    return Task(recipe, data, folds, LinearHead._calibrated_on(data, options))


def fit(what: Task, work: Path, fold: int | None) -> None:
    """Fit the model of one fold, or of everything."""
    started = time.process_time()
    data = what.data if fold is None else what.train_on(fold)
    model = fit_model(data, block_specs(what.recipe.train), what.options, seed=what.recipe.seed, name=what.recipe.name)
    model.save(work / ("all" if fold is None else f"fold{fold}"))
    seconds = time.process_time() - started
    print(json.dumps({"fold": fold, "rows": len(data), "labels": len(model.labels), "cpu_s": round(seconds, 1)}))


def out_of_fold(what: Task, work: Path, labels: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places of the judged records of the fitted folds, and their scores in the columns of ``labels``."""
    column = {label: i for i, label in enumerate(labels)}
    places, parts = [], []
    for fold in range(int(what.folds.max()) + 1):
        folder = work / f"fold{fold}"
        if not folder.is_dir():
            continue
        held = np.flatnonzero(what.judged & (what.folds == fold))
        model = load(folder, what.recipe.name, f"fold{fold}")
        got = scores_of(model, what.data.take(held.tolist()))
        scores = np.full((len(held), len(labels)), float(got.min()), dtype=np.float32)
        names = column_names(model)
        have = [i for i, label in enumerate(names) if label in column]
        scores[:, [column[names[i]] for i in have]] = got[:, have]
        places.append(held)
        parts.append(scores)
    if not places:
        raise SystemExit(f"no fold is fitted in {work}: run `folds` first")
    return np.concatenate(places), np.concatenate(parts)


def crossed(what: Task, model: LinearModel, places: NDArray[np.int64], scores: NDArray[np.float32]) -> Answers:
    """What the folds' models say, each calibrated on the other folds."""
    first = np.zeros(len(places), dtype="<U16")
    confidence, said = np.zeros(len(places)), np.zeros(len(places), dtype=bool)
    fold = what.folds[places]
    for k in np.unique(fold):
        here, others = fold == k, fold != k
        if not others.any():  # one fold alone: halves by report calibrate each other
            raise SystemExit("calibration needs two folds or more")
        held = what.data.take(places[others].tolist())
        calibration = LinearHead._calibration(model, scores[others], held, what.recipe, {})
        texts = [what.data.texts[i] for i in places[here]]
        chances = calibration.confidences(scores[here], texts)
        if model.none is not None:
            chances[:, model.labels.index(model.none)] = -1
        best = chances.argmax(axis=1)
        first[here] = np.array(model.labels)[best]
        confidence[here] = chances[np.arange(len(best)), best]
        said[here] = confidence[here] >= calibration.thresholds(texts)
    return Answers(first, confidence, said)


def baseline(what: Task, places: NDArray[np.int64]) -> Answers:
    """TF-IDF + linear SVM over the techniques that are judged, fitted on the same rows, thresholds from other folds."""
    known = {label for i in np.flatnonzero(what.judged) for label in what.data.labels[i]}
    none = what.options["none"]
    fold = what.folds[places]
    first = np.zeros(len(places), dtype="<U16")
    margin = np.zeros(len(places))
    for k in np.unique(fold):
        train = what.train_on(int(k))
        train = train.take([i for i, own in enumerate(train.labels) if set(own) & known])
        model = fit_svm(train, none=none, seed=what.recipe.seed)
        here = np.flatnonzero(fold == k)
        first[here], margin[here] = model.margins([what.data.texts[i] for i in places[here]])
        print(f"baseline of fold {k} fitted on {len(train)} rows", file=sys.stderr)
    right = np.array([first[j] in what.data.labels[i] for j, i in enumerate(places)])
    true = np.array([len(set(what.data.labels[i]) - {none}) for i in places])
    mention = np.array([what.data.sources[i] == MENTIONS for i in places])
    said = np.zeros(len(places), dtype=bool)
    for k in np.unique(fold):
        others = fold != k
        whole = others & ~mention
        least = threshold_for_f1(margin[whole].astype(np.float32), right[whole], int(true[whole].sum()))
        if what.recipe.train.abstain_precision is not None:
            asked = others & mention
            least = max(
                least,
                threshold_for_precision(
                    margin[asked].astype(np.float32), right[asked], what.recipe.train.abstain_precision
                ),
            )
        said[fold == k] = margin[fold == k] >= least
    return Answers(first, 1 / (1 + np.exp(-3 * margin)), said)


def judged(what: Task, places: NDArray[np.int64], told: dict[str, Answers], n: int) -> Evaluation:
    records = [
        Record(
            record_id=str(i),
            text=what.data.texts[i],
            labels=what.data.labels[i],
            group=what.data.groups[i],
            source=what.data.sources[i],
        )
        for i in places
    ]
    options = what.recipe.evaluate.options
    return measure(
        records,
        told,
        none=options["none"],
        parts=options["parts"],
        min_rows=options["min_rows"],
        roll_up=options["roll_up"],
        n=n,
        seed=what.recipe.seed,
    )


def annoctr(shared: Path, model: LinearModel, n: int) -> list[dict[str, Any]]:
    """Mentions of techniques in reports of another annotation project; nothing is trained on it.

    Its links name techniques without their sub-techniques: ``technique`` compares those, ``exact`` the ids as said.
    """
    rows = []
    for part in ("dev", "train"):
        with gzip.open(shared / "annoctr" / f"linking_mitre_{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    rows = [row for row in rows if row["entity_type"] == "TECHNIQUE" and "/techniques/T" in row["label_link"]]
    truth = [row["label_link"].split("/techniques/")[1].strip("/").replace("/", ".") for row in rows]
    groups = [row["document"] for row in rows]
    found = []
    for form in ("mention", "sentence"):
        whole = [row["_context_left"] + row["mention"] + row["_context_right"] for row in rows]
        told = model.predict([row["mention"] for row in rows] if form == "mention" else whole)
        first = [p.labels[0].label if p.labels else "" for p in told]
        for level in ("technique", "exact"):
            right = [
                float((a.split(".")[0] == b.split(".")[0]) if level == "technique" else a == b)
                for a, b in zip(first, truth, strict=True)
            ]
            value = interval(right, groups=groups, n=n)
            found.append({"what": "annoctr", "input": form, "level": level, "top1": value.value,
                          "low": value.low, "high": value.high, "n": value.n})  # fmt: skip
    return found


def misses(what: Task, places: NDArray[np.int64], told: Answers) -> list[dict[str, Any]]:
    """Categories of wrong mentions, as counts: no text of the data is kept."""
    kinds: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    counts = Counter(what.data.labels[i][0] for i in np.flatnonzero(what.judged) if what.data.sources[i] == MENTIONS)
    for j, i in enumerate(places):
        own = what.data.labels[i]
        if what.data.sources[i] != MENTIONS or told.first[j] in own:
            continue
        words = len(what.data.texts[i].split())
        said, true = str(told.first[j]), own[0]
        if said.split(".")[0] == true.split(".")[0]:
            kinds["same technique, another sub-technique"] += 1
        elif said not in counts:
            kinds["a technique outside of TRAM's 50"] += 1
        elif counts[true] < 10:
            kinds["a technique with fewer than 10 mentions"] += 1
        elif words <= 3:
            kinds["three words or fewer"] += 1
        else:
            kinds["another technique of the 50"] += 1
        pairs[f"{true} as {said}"] += 1
    total = sum(kinds.values())
    return [{"what": "misses", "kind": k, "n": n, "of": total} for k, n in kinds.most_common()] + [
        {"what": "confusion", "pair": k, "n": n} for k, n in pairs.most_common(12)
    ]


def calibrated(what: Task, work: Path) -> tuple[LinearModel, NDArray[np.int64], NDArray[np.float32], dict[str, float]]:
    model = load(work / "all", what.recipe.name, "candidate")
    places, scores = out_of_fold(what, work, column_names(model))
    figures: dict[str, float] = {}
    calibration = LinearHead._calibration(model, scores, what.data.take(places.tolist()), what.recipe, figures)
    return replace(model, calibration=calibration), places, scores, figures


def report(what: Task, shared: Path, work: Path, out: Path, n: int) -> None:
    model, places, scores, _ = calibrated(what, work)
    ours, theirs = crossed(what, model, places, scores), baseline(what, places)
    found = judged(what, places, {"": ours, "baseline": theirs}, n)
    rows: list[dict[str, Any]] = []
    for name in ROWS:
        mine, base = found.metrics[name], found.others["baseline"][name]
        pair = next(c for c in found.comparisons if c.metric == name)
        rows.append({"what": "cross-validation", "metric": name, "n": mine.n, "value": mine.value, "low": mine.low,
                     "high": mine.high, "baseline": base.value, "difference": pair.difference,
                     "difference_low": pair.low, "difference_high": pair.high, "p": pair.p_value})  # fmt: skip
    rows += annoctr(shared, model, n) + misses(what, places, ours)
    text = [what.data.texts[i] for i in places[:2000]]
    started = time.process_time()
    model.predict(text)
    rows.append({"what": "speed", "texts_per_cpu_s": round(len(text) / (time.process_time() - started))})
    about = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version(),
             "folds": len(np.unique(what.folds[places])), "seed": what.recipe.seed}  # fmt: skip
    with out.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(about | row) + "\n")
    fill(rows)


def fill(rows: list[dict[str, Any]]) -> None:
    """Put the tables into README.md."""
    lines = table(rows)
    lines += ["", "| wrong mentions | share |", "|---|---|"]
    lines += [f"| {r['kind']} | {r['n']} of {r['of']} |" for r in rows if r["what"] == "misses"]
    pairs = ", ".join(f"{r['pair']} ({r['n']})" for r in rows if r["what"] == "confusion")
    lines += ["", f"Most frequent: {pairs}."]
    lines += [f"One core judges {r['texts_per_cpu_s']:,} texts a second." for r in rows if r["what"] == "speed"]
    readme = HERE / "README.md"
    head, _, rest = readme.read_text(encoding="utf-8").partition("<!-- tables -->")
    tail = rest.partition("<!-- end -->")[2]
    readme.write_text(f"{head}<!-- tables -->\n" + "\n".join(lines) + f"\n<!-- end -->{tail}", encoding="utf-8")
    print("\n".join(lines))


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The figures as Markdown."""
    lines = ["| metric | tagger | TF-IDF + linear SVM | difference |", "|---|---|---|---|"]
    for row in rows:
        if row["what"] == "cross-validation":
            lines.append(
                f"| {row['metric']} (n={row['n']:,}) | {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f}) "
                f"| {row['baseline']:.3f} | {row['difference']:+.3f} "
                f"({row['difference_low']:+.3f} to {row['difference_high']:+.3f}) |"
            )
    lines += ["", "| annoctr, input | compared | top-1 |", "|---|---|---|"]
    for row in rows:
        if row["what"] == "annoctr":
            shown = f"{row['top1']:.3f} ({row['low']:.3f} to {row['high']:.3f}), n={row['n']:,}"
            lines.append(f"| {row['input']} | {row['level']} | {shown} |")
    return lines


CARD = """---
license: apache-2.0
language: en
library_name: vedette
pipeline_tag: text-classification
tags: [security, mitre-attack, threat-intelligence, numpy]
---
# technique-tagger

Names the MITRE ATT&CK Enterprise technique that a sentence of a threat report describes, or abstains. A linear model
over hashed n-grams, {labels} labels, {size:.1f} MB, NumPy alone: `vedette forge predict technique-tagger "…"`.

**Made for** reports about intrusions, in English. **Not made for** logs, code or chat, and never to act on alone.

**Trained on** TRAM (MITRE Engenuity, Apache-2.0: mentions, reports, older sentences), ATT&CK procedure examples and
ATT&CK technique names and descriptions, version 18.1 (ATT&CK terms of use, see NOTICE.txt). Nothing else: AnnoCTR and
CTIBench are only measured on.

**Measured** by cross-validation over TRAM's reports, repeats taken out, beside TF-IDF and a linear SVM on the same
rows (`benchmarks/techniques` says how; 95% intervals over whole reports).

{table}

The shipped weights are fitted on every record; calibration and threshold are those of the cross-validation.

**Rebuild** with `python benchmarks/techniques/run.py folds`, `report` and `ship`, from `recipes/technique-tagger.yaml`.

**Limits.** Reports leave many techniques unmarked, which holds confidence on whole sentences down. Where TRAM marks
only a family's head (T1027, T1055, T1078, …) the head comes first. DLL side-loading is called T1574.002, as in reports
before ATT&CK 18. Techniques outside of TRAM's 50 are ranked, but their confidence is low: it is learnt on TRAM.
"""


def ship(what: Task, work: Path, out: Path) -> None:
    """Write the shipped folder: weights from every record, calibration and threshold from the folds."""
    from vedette.knowledge import attack
    from vedette.models.shipped import write_manifest

    model, _, _, figures = calibrated(what, work)
    facts = {"recipe": what.recipe.name, "seed": what.recipe.seed, "licence": what.recipe.licence}
    model.save(SHIPPED, facts=facts)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    size = sum(path.stat().st_size for path in SHIPPED.iterdir() if path.suffix != ".md") / 1e6
    card = CARD.format(labels=len(model.labels) - 1, size=size, table="\n".join(table(rows)))
    (SHIPPED / "README.md").write_text(card, encoding="utf-8")
    notice = Path(attack.__file__).parent / "data" / "ATTACK-NOTICE.txt"
    (SHIPPED / "NOTICE.txt").write_text(notice.read_text(encoding="utf-8"), encoding="utf-8")
    write_manifest(
        SHIPPED,
        {
            "licence": what.recipe.licence,
            "recipe_sha256": sha256(RECIPE.read_bytes()).hexdigest(),
            "corpus_sha256": sha256("\0".join(what.data.texts).encode()).hexdigest(),
            "metrics": {key: round(value, 4) for key, value in figures.items()},
            "created_at": "2026-11-23T00:00:00+00:00",
        },
    )
    size = sum(path.stat().st_size for path in SHIPPED.iterdir())
    print(json.dumps({"size_bytes": size, **figures}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["folds", "report", "ship"])
    parser.add_argument("--fold", help="one fold's number, or `all` for the model of everything")
    parser.add_argument("--shared", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--work", type=Path, default=Path("build/techniques"))
    parser.add_argument("--out", type=Path, default=HERE / "results.jsonl")
    parser.add_argument("--bootstrap", type=int, default=1000)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    what = task(given.shared.resolve(), given.work)
    if given.step == "folds":
        wanted = [given.fold] if given.fold else [*map(str, range(int(what.folds.max()) + 1)), "all"]
        for fold in wanted:
            fit(what, given.work, None if fold == "all" else int(fold))
    elif given.step == "report":
        report(what, given.shared.resolve(), given.work, given.out, given.bootstrap)
    else:
        ship(what, given.work, given.out)


if __name__ == "__main__":
    main()
