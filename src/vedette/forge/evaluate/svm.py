"""The baseline that every classifier is measured beside: TF-IDF over words and word pairs, and a linear SVM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.forge.base import Corpus
from vedette.forge.train.calibrate import threshold_for_f1, threshold_for_precision
from vedette.forge.train.features import Labelled, labelled
from vedette.schema import Prediction, RankedLabel


@dataclass(frozen=True, slots=True)
class SvmBaseline:
    """A fitted baseline."""

    vectoriser: Any
    svm: Any
    labels: NDArray[np.str_]
    none: str | None
    threshold: float
    name: str = "tfidf-svm"
    version: str = "baseline"

    def margins(self, texts: Sequence[str]) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
        """Return each text's first label, and by how much it leads (over ``none``, where there is such)."""
        scores = np.atleast_2d(self.svm.decision_function(self.vectoriser.transform(texts)))
        if len(self.labels) == 2 and scores.shape[0] == 1 and scores.shape[1] == len(texts):
            scores = np.stack([-scores[0], scores[0]], axis=1)
        lead = np.zeros(len(texts))
        if self.none is not None and self.none in self.labels:
            at = int(np.flatnonzero(self.labels == self.none)[0])
            lead = scores[:, at].copy()
            scores[:, at] = -np.inf
        best = scores.argmax(axis=1)
        return self.labels[best], scores[np.arange(len(texts)), best] - lead

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text; the confidence is the margin through a logistic curve."""
        first, margin = self.margins(texts)
        return [
            Prediction(
                labels=(RankedLabel(label=str(label), confidence=float(1 / (1 + np.exp(-3 * m)))),),
                abstained=bool(m < self.threshold),
            )
            for label, m in zip(first, margin, strict=True)
        ]


def fit_svm(data: Labelled, *, none: str | None, seed: int) -> SvmBaseline:
    """Return the baseline fitted on these records, without a threshold."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    texts, labels = [], []
    for text, own in zip(data.texts, data.labels, strict=True):
        for label in own:
            texts.append(text)
            labels.append(label)
    svm = LinearSVC(random_state=seed).fit(vectoriser.fit_transform(texts), labels)
    return SvmBaseline(vectoriser, svm, np.asarray(svm.classes_, dtype=np.str_), none, -np.inf)


def train_svm(corpus: Corpus, *, none: str | None = None, seed: int = 0, precision: float | None = None) -> SvmBaseline:
    """Return the baseline of a corpus: weights from train, the threshold from validation, as our own models have it.

    Args:
        corpus: the same as ours learns from.
        none: label of records that have nothing to be found; with it the threshold is the best one for micro-F1.
        seed: of the solver.
        precision: otherwise, the precision that the threshold is set for; none answers always.
    """
    model = fit_svm(labelled(corpus, "train"), none=none, seed=seed)
    held = labelled(corpus, "validation")
    if not len(held) or (none is None and precision is None):
        return model
    first, margin = model.margins(held.texts)
    right = np.array([label in own for label, own in zip(first, held.labels, strict=True)])
    confidence = margin.astype(np.float32)
    if none is not None:
        threshold = threshold_for_f1(confidence, right, sum(len(set(own) - {none}) for own in held.labels))
    else:
        assert precision is not None  # noqa: S101
        threshold = threshold_for_precision(confidence, right, precision)
    return SvmBaseline(model.vectoriser, model.svm, model.labels, none, threshold)
