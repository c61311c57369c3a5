"""Measures a classifier on its corpus' test part, beside the current model and a TF-IDF + linear SVM baseline.

Rows of one group (a report, an actor) are drawn together in every bootstrap: sentences of one report are alike, and
drawing them one by one would promise too much. The baseline learns from the same records in the same run.

Metrics, for all test records and for each part that ``evaluate.options.parts`` names (``{part: [source, …]}``):

- over records that have a label: ``top1``, ``macro_f1`` (labels with ``min_rows`` records or more), ``ece``,
  ``precision`` and ``coverage`` at the abstention threshold, and ``precision_at_<c>``: the precision of the surest
  share c of the records;
- over all records, where some have the label ``evaluate.options.none``: ``micro_f1`` of what is said of each record,
  and ``group_micro_f1`` of the set of labels said of each group (a document).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.forge.base import Comparison, Corpus, Evaluation, Measure, Progress, Record
from vedette.forge.evaluate.stats import expected_calibration_error, interval, paired
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe
from vedette.models.base import Predictor
from vedette.schema import Prediction

OPTIONS = ("parts", "none", "min_rows", "coverages", "roll_up")
"""What ``evaluate.options`` may say for a classifier."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model said of the records, as arrays with one row for each."""

    first: NDArray[np.str_]
    """First label; empty where none is proposed."""
    confidence: NDArray[np.float64]
    said: NDArray[np.bool_]
    """Whether the model did not abstain."""


def answers(predictions: Sequence[Prediction]) -> Answers:
    """Return predictions as arrays."""
    return Answers(
        np.array([p.labels[0].label if p.labels else "" for p in predictions], dtype=np.str_),
        np.array([p.labels[0].confidence if p.labels else 0.0 for p in predictions], dtype=np.float64),
        np.array([bool(p.labels) and not p.abstained for p in predictions], dtype=bool),
    )


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Return the mean F1 of those of these labels that occur in the truth."""
    if not len(labels):
        return float("nan")
    n = int(max(truth.max(initial=0), said.max(initial=0), labels.max())) + 1
    true, told = np.bincount(truth, minlength=n), np.bincount(said, minlength=n)
    hits = np.bincount(truth[truth == said], minlength=n)
    both = true[labels] + told[labels]
    seen = true[labels] > 0
    return float((2 * hits[labels][seen] / both[seen]).mean()) if seen.any() else float("nan")


class _Part:
    """The records of one part, and the arithmetic of its metrics for any model's answers."""

    def __init__(self, records: Sequence[Record], none: str | None, min_rows: int, roll_up: Sequence[str]) -> None:
        self.roots = tuple(roll_up)
        self.truth = [tuple(dict.fromkeys(self.rolled(t) for t in r.labels if t != none)) for r in records]
        self.groups = [r.group or r.record_id for r in records]
        self.has = np.array([bool(t) for t in self.truth])
        self.labelled = np.flatnonzero(self.has)
        self.label_groups = [self.groups[i] for i in self.labelled]
        self.numbers: dict[str, int] = {}
        for labels in self.truth:
            for label in labels:
                self.numbers.setdefault(label, len(self.numbers))
        self.main = np.array([self.numbers[self.truth[i][0]] for i in self.labelled], dtype=np.int64)
        counts = np.bincount(self.main, minlength=len(self.numbers))
        self.frequent = np.flatnonzero(counts >= min_rows)

    def rolled(self, label: str) -> str:
        """Return the label, or the one that it is rolled up to."""
        return next((root for root in self.roots if label.startswith(root + ".")), label)

    def right(self, a: Answers) -> NDArray[np.float64]:
        """Whether the first label of each labelled record is one of its own."""
        return np.array([float(self.rolled(a.first[i]) in self.truth[i]) for i in self.labelled])

    def numbered(self, a: Answers) -> NDArray[np.int64]:
        """The first label of each labelled record as a number; a right one counts as the record's main label."""
        other = len(self.numbers)
        out = []
        for at, i in enumerate(self.labelled):
            said = self.rolled(str(a.first[i]))
            out.append(self.main[at] if said in self.truth[i] else self.numbers.get(said, other))
        return np.array(out, dtype=np.int64)

    def counts(self, a: Answers) -> NDArray[np.float64]:
        """(n, 3) labels said and right, said, and to be said, of each record."""
        out = np.zeros((len(self.truth), 3))
        for i, truth in enumerate(self.truth):
            out[i] = (
                float(a.said[i] and self.rolled(a.first[i]) in truth),
                float(a.said[i]),
                float(len(truth)),
            )
        return out

    def group_counts(self, a: Answers) -> NDArray[np.float64]:
        """The same of each group's sets, on the group's first record; zeros elsewhere."""
        first: dict[str, int] = {}
        true: dict[str, set[str]] = {}
        told: dict[str, set[str]] = {}
        for i, group in enumerate(self.groups):
            first.setdefault(group, i)
            true.setdefault(group, set()).update(self.truth[i])
            if a.said[i]:
                told.setdefault(group, set()).add(self.rolled(str(a.first[i])))
        out = np.zeros((len(self.groups), 3))
        for group, i in first.items():
            said = told.get(group, set())
            out[i] = (len(said & true[group]), len(said), len(true[group]))
        return out


def _f1(counts: NDArray[np.float64]) -> float:
    hits, said, true = counts.sum(axis=0)
    return float(2 * hits / (said + true)) if said + true else float("nan")


def evaluate_classifier(
    loaded: LoadedRecipe,
    corpus: Corpus,
    predictor: Predictor,
    others: Mapping[str, Predictor],
    progress: Progress,
) -> Evaluation:
    """Return everything measured of a classifier on the test part, and of the others on the same records.

    Raises:
        UserError: the recipe's ``evaluate`` asks for what there is not.
    """
    recipe = loaded.recipe
    assert isinstance(recipe, ClassifierRecipe)  # noqa: S101  (the pipeline sends no other)
    options = recipe.evaluate.options
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise UserError(
            f"evaluate.options: a classifier's evaluation knows no {', '.join(unknown)}",
            next_step=f"it knows {', '.join(OPTIONS)}",
        )
    records = [record for record in corpus.records("test") if record.labels]
    if not records:
        return Evaluation(metrics={}, notes=("the test part has no record with a label: nothing was measured",))
    none = options.get("none", recipe.train.options.get("none"))
    models: dict[str, Predictor] = {"": predictor, **others}
    notes: list[str] = []
    if recipe.evaluate.baseline == "tfidf-svm":
        from vedette.forge.evaluate.svm import train_svm

        progress.note("training the TF-IDF + linear SVM baseline on the same records")
        models["baseline"] = train_svm(corpus, none=none, seed=recipe.seed, precision=recipe.train.abstain_precision)
    elif recipe.evaluate.baseline is not None:
        from vedette.models import load

        models["baseline"] = load(recipe.evaluate.baseline)
    told = {}
    for at, (name, model) in enumerate(models.items()):
        told[name] = answers(model.predict([record.text for record in records]))
        progress.update("evaluate", at + 1, len(models))
    return measure(
        records,
        told,
        none=none,
        parts=options.get("parts") or {},
        min_rows=int(options.get("min_rows", 10)),
        coverages=tuple(float(c) for c in options.get("coverages", (0.7,))),
        roll_up=tuple(options.get("roll_up") or ()),
        n=recipe.evaluate.bootstrap,
        seed=recipe.seed,
        notes=notes,
    )


def measure(
    records: Sequence[Record],
    told: Mapping[str, Answers],
    *,
    none: str | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
    min_rows: int = 10,
    coverages: Sequence[float] = (0.7,),
    roll_up: Sequence[str] = (),
    n: int = 1000,
    seed: int = 0,
    notes: Sequence[str] = (),
) -> Evaluation:
    """Return the metrics of answers to records: those of ``told[""]``, and the others' beside them.

    Args:
        records: what was asked.
        told: the answers by model; the empty name is ours.
        none: label of records that have nothing to be found.
        parts: names of sources by name of part.
        min_rows: records that a label must have to count for the macro-F1.
        coverages: shares for ``precision_at_<c>``.
        roll_up: labels that stand for those under them (``T1027`` for ``T1027.002``), in truth and answers.
        n: bootstrap resamples.
        seed: of the bootstrap.
        notes: passed on.
    """
    notes = list(notes)
    metrics: dict[str, dict[str, Measure]] = {name: {} for name in told}
    comparisons: list[Comparison] = []
    sets: dict[str, list[int]] = {"": list(range(len(records)))}
    for name, sources in (parts or {}).items():
        sets[f"{name}."] = [i for i, record in enumerate(records) if record.source in sources]
        if not sets[f"{name}."]:
            notes.append(f"part {name}: no test record comes from {', '.join(sources)}")
    for prefix, index in sets.items():
        if not index:
            continue
        part = _Part([records[i] for i in index], none, min_rows, roll_up)
        here = {name: Answers(a.first[index], a.confidence[index], a.said[index]) for name, a in told.items()}
        found, differences = _measure_part(part, here, prefix, coverages, n, seed, notes)
        for name, values in found.items():
            metrics[name].update(values)
        comparisons.extend(differences)
    ours = metrics.pop("", {})
    return Evaluation(metrics=ours, others=metrics, comparisons=tuple(comparisons), notes=tuple(notes))


def _measure_part(
    part: _Part,
    told: Mapping[str, Answers],
    prefix: str,
    coverages: Sequence[float],
    n: int,
    seed: int,
    notes: list[str],
) -> tuple[dict[str, dict[str, Measure]], list[Comparison]]:
    found: dict[str, dict[str, Measure]] = {name: {} for name in told}
    pairs: dict[str, dict[str, tuple[NDArray[np.float64], Any, Sequence[str]]]] = {name: {} for name in told}
    negatives = not part.has.all()
    for name, a in told.items():
        rows = pairs[name]
        if len(part.labelled):
            right, said = part.right(a), part.numbered(a)
            rows["top1"] = (right, None, part.label_groups)
            rows["macro_f1"] = (
                right,
                lambda i, said=said: macro_f1(part.main[i], said[i], part.frequent),
                part.label_groups,
            )
            if not len(part.frequent):
                del rows["macro_f1"]
                if not name:
                    notes.append(f"{prefix}macro_f1: no label has enough records")
            confidence, told_it = a.confidence[part.labelled], a.said[part.labelled]
            rows["coverage"] = (told_it.astype(float), None, part.label_groups)
            rows["precision"] = (
                right,
                lambda i, right=right, t=told_it: float(right[i][t[i]].mean()) if t[i].any() else float("nan"),
                part.label_groups,
            )
            for share in coverages:
                rows[f"precision_at_{share:g}"] = (
                    right,
                    lambda i, right=right, c=confidence, share=share: _precision_at(right[i], c[i], share),
                    part.label_groups,
                )
            rows["ece"] = (
                right,
                lambda i, right=right, c=confidence: expected_calibration_error(c[i], right[i]),
                part.label_groups,
            )
        if negatives:
            each, whole = part.counts(a), part.group_counts(a)
            rows["micro_f1"] = (each[:, 0], lambda i, c=each: _f1(c[i]), part.groups)
            rows["group_micro_f1"] = (whole[:, 0], lambda i, c=whole: _f1(c[i]), part.groups)
        for metric, (values, statistic, groups) in rows.items():
            found[name][prefix + metric] = interval(values, groups=groups, statistic=statistic, n=n, seed=seed)
    comparisons = []
    for name in told:
        if not name:
            continue
        for metric, (values, ours, groups) in pairs[""].items():
            if metric not in pairs[name]:
                continue
            theirs_values, theirs, _ = pairs[name][metric]
            difference = None if ours is None else (lambda i, f=ours, g=theirs: f(i) - g(i))
            comparisons.append(
                paired(
                    prefix + metric, name, values, theirs_values, groups=groups, statistic=difference, n=n, seed=seed
                )
            )
    return found, comparisons


def _precision_at(right: NDArray[np.float64], confidence: NDArray[np.float64], share: float) -> float:
    take = max(1, round(share * len(right)))
    return float(right[np.argsort(-confidence, kind="stable")[:take]].mean())
