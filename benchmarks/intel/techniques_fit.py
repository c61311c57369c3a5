"""How the report model is fitted: detector and trees for each fold, over the tagger of that fold, and for all.

A report's features come from a tagger and a detector that never saw it, in training as in judging; curves and
thresholds of a fold are learnt on the other folds' answers, those of the shipped model on all folds' answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.intel.techniques_data import Report
from benchmarks.intel.techniques_reader import heard, material, reader_of
from numpy.typing import NDArray

from vedette.forge.train.boosted import trees_of
from vedette.intel.techniques.context import Floats, Pairs, pairs_of
from vedette.intel.techniques.report_model import Curve, ReportModel
from vedette.models.boosted import Trees
from vedette.models.linear import LinearModel
from vedette.models.text import BlockSpec, TextFeatures
from vedette.models.weights import LinearWeights

NO_TREES = Trees(*(np.zeros(0, dtype=t) for t in (int, int, int, float, int, int, bool, float)), np.zeros(1))


@dataclass(frozen=True)
class Settings:
    """As the recipe says them."""

    seeds: int
    rounds: int
    rate: float
    leaves: int
    least: int
    penalty: float
    share: float
    detector_strength: float
    reader_passes: int


def detector_of(reports: Sequence[Report], strength: float) -> tuple[TextFeatures, LinearWeights]:
    """Fit which sentences look like ones that name a technique."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    texts = [text for r in reports for text in r.texts]
    truth = np.array([bool(t) for r in reports for t in r.truth])
    features = TextFeatures.fit(
        texts,
        (BlockSpec(kind="words", low=1, high=2, min_count=2), BlockSpec(kind="chars", low=2, high=5, min_count=3)),
    )
    rows = features.transform(texts)
    matrix = csr_matrix((rows.values, rows.indices, rows.indptr), shape=(len(texts), len(features)))
    model = LogisticRegression(C=strength, solver="liblinear").fit(matrix, truth)
    weights = model.coef_.T.astype(np.float32)
    return features, LinearWeights.compress(weights, model.intercept_.astype(np.float32), keep=400_000)


def model_of(
    reports: Sequence[Report], tagger: LinearModel | None, settings: Settings, labels: tuple[str, ...]
) -> ReportModel:
    """Return a model with detector and counts of these reports; no trees yet."""
    counts = Counter(label for r in reports for t in r.truth for label in t)
    return ReportModel(
        name="report-techniques",
        version="fold",
        labels=labels,
        counts=np.array([float(counts[label]) for label in labels]),
        detector=detector_of(reports, settings.detector_strength),
        reader={},
        trees=NO_TREES,
        given=tagger,
    )


def targets(pairs: Pairs, report: Report, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each pair is marked."""
    return np.array(
        [labels[k] in report.truth[i] for i, k in zip(pairs.sentence, pairs.label, strict=True)], dtype=bool
    )


def trees_for(values: Floats, marked: NDArray[np.bool_], settings: Settings) -> Trees:
    """Fit boosted trees, a few times with other draws, as one ensemble that averages them."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    grown = []
    for seed in range(settings.seeds):
        model = HistGradientBoostingClassifier(
            max_iter=settings.rounds,
            learning_rate=settings.rate,
            max_leaf_nodes=settings.leaves,
            min_samples_leaf=settings.least,
            l2_regularization=settings.penalty,
            max_features=settings.share,
            early_stopping=False,
            random_state=seed,
        )
        grown.append(trees_of(model.fit(values, marked)))
    return joined(grown)


def joined(parts: Sequence[Trees]) -> Trees:
    """Return ensembles as one that gives their mean."""
    starts = np.concatenate(([0], np.cumsum([len(p.feature) for p in parts])[:-1]))
    return Trees(
        np.concatenate([p.roots + s for p, s in zip(parts, starts, strict=True)]),
        np.concatenate([p.output for p in parts]),
        np.concatenate([p.feature for p in parts]),
        np.concatenate([p.split for p in parts]),
        np.concatenate([np.where(p.feature < 0, 0, p.left + s) for p, s in zip(parts, starts, strict=True)]),
        np.concatenate([np.where(p.feature < 0, 0, p.right + s) for p, s in zip(parts, starts, strict=True)]),
        np.concatenate([p.missing_left for p in parts]),
        np.concatenate([p.value for p in parts]) / len(parts),
        np.mean([p.start for p in parts], axis=0),
    )


@dataclass(frozen=True)
class Answer:
    """Uncalibrated chances of one report by a model that never saw it."""

    sentences: Floats
    report: Floats


def curve_of(raw: Floats, right: NDArray[np.bool_]) -> Curve:
    """Fit a monotone curve to chances, with at most some 40 knots."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(raw, right)
    x, y = fitted.X_thresholds_, fitted.y_thresholds_
    if len(x) > 40:
        keep = np.unique(np.linspace(0, len(x) - 1, 40).astype(int))
        x, y = x[keep], y[keep]
    return Curve(tuple(float(v) for v in x), tuple(float(v) for v in y))


def best_threshold(parts: Sequence[tuple[Floats, NDArray[np.bool_], int]], draws: int = 200) -> float:
    """Return the chance from which on saying gives the best F1: the mean of what draws of the reports say.

    Args:
        parts: of each report, chances, which of them are right, and how many were to be said.
        draws: of as many reports, with repeats.
    """
    grid = np.linspace(0.1, 0.8, 141)
    said = np.array([[(chances >= level).sum() for level in grid] for chances, _, _ in parts], dtype=float)
    hits = np.array([[right[chances >= level].sum() for level in grid] for chances, right, _ in parts], dtype=float)
    n_true = np.array([n for _, _, n in parts], dtype=float)
    random = np.random.default_rng(0)
    best = []
    for drawn in random.integers(0, len(parts), (draws, len(parts))):
        f1 = 2 * hits[drawn].sum(axis=0) / (said[drawn].sum(axis=0) + n_true[drawn].sum())
        best.append(grid[int(f1.argmax())])
    return float(np.mean(best))


def calibrated(model: ReportModel, reports: Sequence[Report], answers: Sequence[Answer]) -> ReportModel:
    """Return a model whose curves and thresholds come from these answers."""
    number = {label: i for i, label in enumerate(model.labels)}
    raw, right, raw_all, right_all = [], [], [], []
    for report, answer in zip(reports, answers, strict=True):
        marked = np.zeros(answer.sentences.shape, dtype=bool)
        for i, truth in enumerate(report.truth):
            for label in truth & number.keys():
                marked[i, number[label]] = True
        looked = answer.sentences > 0
        raw.append(answer.sentences[looked])
        right.append(marked[looked])
        raw_all.append(answer.report)
        right_all.append(np.array([label in report.all_truth for label in model.labels]))
    sentence, whole = np.concatenate(raw), np.concatenate(raw_all)
    hit, hit_all = np.concatenate(right), np.concatenate(right_all)
    model = replace(model, sentence_curve=curve_of(sentence, hit), report_curve=curve_of(whole, hit_all))
    n_true = [sum(map(len, report.truth)) for report in reports]
    n_all = [len(report.all_truth) for report in reports]
    return replace(
        model,
        sentence_threshold=best_threshold(
            [(model.sentence_curve.of(c), r, n) for c, r, n in zip(raw, right, n_true, strict=True)]
        ),
        report_threshold=best_threshold(
            [(model.report_curve.of(c), r, n) for c, r, n in zip(raw_all, right_all, n_all, strict=True)]
        ),
    )


def cross(
    reports: Sequence[Report],
    folds: NDArray[np.int64],
    taggers: Sequence[LinearModel],
    settings: Settings,
    shared: Path,
    kept: Path | None,
    note: Any,
) -> tuple[list[ReportModel], ReportModel]:
    """Return the calibrated model of each fold, and the one of all reports (tagger: the shipped one)."""
    labels = tuple(sorted({label for r in reports for _, _, label in r.spans}))
    bare, looks = [], [np.zeros(0)] * len(reports)
    for k, tagger in enumerate(taggers):
        bare.append(model_of([r for r, f in zip(reports, folds, strict=True) if f != k], tagger, settings, labels))
        for i in np.flatnonzero(folds == k):
            looks[i] = bare[-1].detect(reports[i].texts)
    note("detectors: fitted")
    given = material(reports, labels, shared, kept)
    note("sentences: encoded")
    read: list[Pairs | None] = [None] * len(reports)
    for k, model in enumerate(bare):
        keep = [int(i) for i in np.flatnonzero(folds != k)]
        bare[k] = model = replace(model, reader=reader_of(given, reports, keep, looks, labels, settings.reader_passes))
        for i in np.flatnonzero(folds == k):
            told = heard(given, dict(model.reader), int(i), looks[i])
            read[i] = pairs_of(reports[i].texts, model.tagger, looks[i], labels, model.counts, told)
        note(f"fold {k}: read")
    pairs = [p for p in read if p is not None]
    values = np.concatenate([p.values for p in pairs])
    marked = np.concatenate([targets(p, r, labels) for p, r in zip(pairs, reports, strict=True)])
    of_report = np.repeat(np.arange(len(reports)), [len(p.sentence) for p in pairs])
    answers: list[Answer] = [Answer(np.zeros((0, 0)), np.zeros(0))] * len(reports)
    grown = []
    for k, model in enumerate(bare):
        mine = folds[of_report] != k
        grown.append(replace(model, trees=trees_for(values[mine], marked[mine], settings)))
        for i in np.flatnonzero(folds == k):
            answers[i] = Answer(*grown[-1].raw(pairs[i], len(reports[i].sentences)))
        note(f"fold {k}: fitted")
    done = []
    for k, model in enumerate(grown):
        others = [i for i in range(len(reports)) if folds[i] != k]
        done.append(calibrated(model, [reports[i] for i in others], [answers[i] for i in others]))
    every = reader_of(given, reports, range(len(reports)), looks, labels, settings.reader_passes)
    whole = model_of(reports, None, settings, labels)
    whole = replace(whole, reader=every, trees=trees_for(values, marked, settings))
    note("all: fitted")
    return done, calibrated(whole, reports, answers)
