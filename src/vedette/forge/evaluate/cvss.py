"""Measures a model of CVSS vectors on its corpus' test part, beside a TF-IDF + linear SVM for each metric.

Metrics: ``score_difference`` (mean absolute difference of base scores, lower is better), ``exact`` (whole vectors),
``accuracy_AV`` and so on for each metric, ``severity`` (same qualitative rating), ``coverage`` and
``score_difference_answered`` at the abstention threshold, ``interval`` (share of true scores inside the stated
interval, 0.8 is right) and ``expected_error`` (what the model itself expects ``score_difference`` to be).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.forge.base import Comparison, Corpus, Evaluation, Measure, Progress, Record
from vedette.forge.evaluate.stats import interval, paired
from vedette.forge.recipe import LoadedRecipe
from vedette.knowledge.cvss import METRICS, BaseVector, parse, severity
from vedette.models.base import Predictor
from vedette.schema import Prediction, RankedLabel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VectorSvm:
    """The baseline: one linear SVM over words and word pairs for each metric, each answered alone."""

    parts: tuple[Any, ...]
    """Vectoriser, then one SVM for each metric."""
    name: str = "tfidf-svm"
    version: str = "baseline"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text."""
        vectoriser, *svms = self.parts
        rows = vectoriser.transform(texts)
        columns = [svm.predict(rows) for svm in svms]
        vectors = [BaseVector(tuple(str(v) for v in values)) for values in zip(*columns, strict=True)]
        return [_prediction(vector) for vector in vectors]


def _prediction(vector: BaseVector) -> Prediction:
    return Prediction(labels=(RankedLabel(label=str(vector), confidence=0.5),), abstained=False)


def train_vector_svm(records: Sequence[Record], *, seed: int = 0) -> VectorSvm:
    """Return the baseline fitted on the records that have a vector."""
    from sklearn.dummy import DummyClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    told = [(record.text, parse(record.labels[0])) for record in records if record.labels]
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    rows = vectoriser.fit_transform([text for text, _ in told])
    svms = []
    for metric in METRICS:
        values = [vector[metric] for _, vector in told]
        # a metric that never varies has nothing to learn
        svm = LinearSVC(random_state=seed, tol=0.02) if len(set(values)) > 1 else DummyClassifier()
        svms.append(svm.fit(rows, values))
    return VectorSvm((vectoriser, *svms))


def evaluate_cvss(
    loaded: LoadedRecipe,
    corpus: Corpus,
    predictor: Predictor,
    others: Mapping[str, Predictor],
    progress: Progress,
) -> Evaluation:
    """Return everything measured on the test records that have a vector.

    Raises:
        UserError: the recipe asks for a baseline that there is not.
    """
    recipe = loaded.recipe
    asked: dict[str, Predictor] = dict(others)
    if recipe.evaluate.baseline == "tfidf-svm":
        progress.update("baseline", 0, 1)
        asked["baseline"] = train_vector_svm(list(corpus.records("train")), seed=recipe.seed)
    elif recipe.evaluate.baseline is not None:
        raise UserError(f"evaluate.baseline: there is no {recipe.evaluate.baseline!r}", next_step="use tfidf-svm")
    records = [record for record in corpus.records("test") if record.labels]
    if not records:
        return Evaluation(metrics={}, notes=("the test part has no vectors",))
    truth = [parse(record.labels[0]) for record in records]
    texts = [record.text for record in records]
    told = {name: model.predict(texts) for name, model in {"": predictor, **asked}.items()}
    return compare_vectors(
        truth, told, groups=[r.group or r.record_id for r in records], n=recipe.evaluate.bootstrap, seed=recipe.seed
    )


def compare_vectors(
    truth: Sequence[BaseVector],
    told: Mapping[str, Sequence[Prediction]],
    *,
    groups: Sequence[str] | None = None,
    n: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Return the metrics of predictions: those of ``told[""]``, and the others' beside them.

    A prediction without a label counts with the score 0 and no metric right: an answer was asked for.
    """
    rows = {name: _rows(truth, predictions) for name, predictions in told.items()}
    measured: dict[str, dict[str, Measure]] = {
        name: {metric: interval(values, groups=groups, n=n, seed=seed) for metric, values in found.items()}
        for name, found in rows.items()
    }
    for name, predictions in told.items():
        said = np.array([not p.abstained for p in predictions])
        if said.any():
            kept = [g for g, s in zip(groups, said, strict=True) if s] if groups is not None else None
            answered = rows[name]["score_difference"][said]
            measured[name]["score_difference_answered"] = interval(answered, groups=kept, n=n, seed=seed)
        if name:
            measured[name].pop("interval", None)
            measured[name].pop("expected_error", None)
    comparisons: list[Comparison] = []
    for name in rows:
        for metric in rows[name] if name else ():
            if metric in rows[""] and metric in measured[name]:
                comparisons.append(
                    paired(metric, name, rows[""][metric], rows[name][metric], groups=groups, n=n, seed=seed)
                )
    ours = measured.pop("", {})
    return Evaluation(metrics=ours, others=measured, comparisons=tuple(comparisons))


def _rows(truth: Sequence[BaseVector], predictions: Sequence[Prediction]) -> dict[str, Floats]:
    said = [parse(p.labels[0].label) if p.labels else None for p in predictions]
    scores = np.array([v.score for v in truth])
    answers = np.array([v.score if v is not None else 0.0 for v in said])
    rows = {
        "score_difference": np.abs(answers - scores),
        "exact": _share(a == b for a, b in zip(said, truth, strict=True)),
        "severity": _share(severity(a) == severity(b) for a, b in zip(answers, scores, strict=True)),
        "coverage": _share(not p.abstained for p in predictions),
    }
    for metric in METRICS:
        rows[f"accuracy_{metric}"] = _share(
            a is not None and a[metric] == b[metric] for a, b in zip(said, truth, strict=True)
        )
    low = np.array([float(p.values.get("score_low", -1)) for p in predictions])
    high = np.array([float(p.values.get("score_high", -1)) for p in predictions])
    rows["interval"] = ((low <= scores) & (scores <= high)).astype(float)
    rows["expected_error"] = np.array([float(p.values.get("expected_error", 0)) for p in predictions])
    return rows


def _share(values: Iterable[bool]) -> Floats:
    return np.array([float(v) for v in values], dtype=np.float64)
