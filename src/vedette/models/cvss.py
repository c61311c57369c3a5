"""The ``cvss`` form: a text to a CVSS 3.1 base vector, with the score that errs least. NumPy alone.

A text's n-grams give chances of the weakness behind it; n-grams and weakness chances together give chances of each
metric's values; and a table of the vectors that occur, with how much more or less often than their metrics alone would
have it, makes them chances of whole vectors. The score to answer with is the one with the least expected distance from
the truth under those chances (their median), so the first label is the likeliest vector among those whose score comes
within ``SLACK`` of that least distance: not always the likeliest of all. Its confidence is its own chance.

A folder holds ``model.json`` and ``weights.npz``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.knowledge.cvss import METRICS, BaseVector, parse, severity
from vedette.models.linear import read_folder
from vedette.models.text import Rows, TextFeatures
from vedette.models.weights import LinearWeights
from vedette.schema import Prediction, RankedLabel

Floats = NDArray[np.float64]

HEAT = 4.0
"""What a weakness score is multiplied with before the softmax."""
SLACK = 0.05
"""Expected distance of score that a likelier vector may cost."""
_LOW, _HIGH = 0.1, 0.9
_CHUNK = 1024
_SHOWN = 4

VALUES: tuple[tuple[str, str], ...] = tuple((name, value) for name, values in METRICS.items() for value in values)
"""Metric and value of each column of metric scores."""
_ENDS = np.cumsum([len(values) for values in METRICS.values()])
SPANS: tuple[slice, ...] = tuple(
    slice(int(end) - len(values), int(end)) for end, values in zip(_ENDS, METRICS.values(), strict=True)
)
"""Columns of each metric."""


def softmax(scores: Floats) -> Floats:
    """Return the softmax of each row."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def metric_chances(scores: Floats) -> Floats:
    """Return (n, 22) logarithms of the chances of each metric's values."""
    out = np.empty_like(scores)
    for span in SPANS:
        part = scores[:, span] - scores[:, span].max(axis=1, keepdims=True)
        out[:, span] = part - np.log(np.exp(part).sum(axis=1, keepdims=True))
    return out


@dataclass(frozen=True, slots=True)
class VectorTable:
    """The vectors that a model may answer with."""

    vectors: tuple[BaseVector, ...]
    lift: Floats
    """(n_vectors,) logarithm of how much more often each occurs than its metrics alone would have it."""

    def columns(self) -> NDArray[np.int64]:
        """Return (n_vectors, 8) columns of the vectors' values among metric scores."""
        place = {pair: i for i, pair in enumerate(VALUES)}
        return np.array([[place[pair] for pair in zip(METRICS, v.values, strict=True)] for v in self.vectors])

    def chances(self, logs: Floats, heat: float, pull: float) -> Floats:
        """Return (n, n_vectors) chances of the vectors.

        Args:
            logs: (n, 22) logarithms of the metrics' chances.
            heat: what they are multiplied with.
            pull: how much the table's lift counts.
        """
        joint = np.zeros((len(logs), len(self.vectors)))
        for column in self.columns().T:
            joint += logs[:, column]
        return softmax(heat * joint + pull * self.lift)


@dataclass(frozen=True, slots=True)
class Choice:
    """What follows from chances of vectors, for n texts."""

    best: NDArray[np.int64]
    """(n,) the vector to answer with."""
    error: Floats
    """(n,) expected distance of its score from the truth."""
    low: Floats
    high: Floats
    """(n,) scores between which the true one is with a chance of 0.8."""


def choose(chances: Floats, scores: Floats) -> Choice:
    """Return the vectors whose scores err least.

    Args:
        chances: (n, n_vectors).
        scores: (n_vectors,) the vectors' scores.
    """
    order = np.argsort(scores, kind="stable")
    sums = np.cumsum(chances[:, order], axis=1)

    def quantile(share: float) -> Floats:
        at = np.minimum((sums < share - 1e-12).sum(axis=1), len(order) - 1)
        return np.asarray(scores[order][at])

    distance = chances @ np.abs(scores[:, None] - scores[None, :])
    least = distance.min(axis=1, keepdims=True)
    best = np.where(distance <= least + SLACK, chances, -1.0).argmax(axis=1)
    error = distance[np.arange(len(best)), best]
    return Choice(best, np.asarray(error), quantile(_LOW), quantile(_HIGH))


@dataclass(frozen=True)
class CvssModel:
    """A loaded model. Immutable; several threads may use one."""

    name: str
    version: str
    features: TextFeatures
    weakness: LinearWeights
    weaknesses: tuple[str, ...]
    metrics: LinearWeights
    dense: Floats
    """(n_weaknesses, 22) what a weakness's chance adds to the metrics' scores."""
    table: VectorTable
    heat: float = 1.0
    pull: float = 1.0
    max_error: float = 2.0
    """Expected distance of the score above which the model abstains."""

    @cached_property
    def scores(self) -> Floats:
        """(n_vectors,) the scores of the table's vectors."""
        return np.array([vector.score for vector in self.table.vectors])

    def metric_logs(self, rows: Rows) -> Floats:
        """Return (n, 22) logarithms of the metrics' chances."""
        weakness = softmax(HEAT * self.weakness.scores(rows).astype(np.float64))
        return metric_chances(self.metrics.scores(rows).astype(np.float64) + weakness @ self.dense)

    def chances(self, rows: Rows) -> Floats:
        """Return (n, n_vectors) chances of the vectors."""
        return self.table.chances(self.metric_logs(rows), self.heat, self.pull)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text, in order.

        ``values`` has ``score``, ``severity``, ``score_low`` and ``score_high`` (between them the true score is
        expected in four of five cases), ``expected_error``, and ``likeliest``: the vector with the greatest chance,
        which need not be the first label. Further labels are those that are no likelier than the first.
        """
        found: list[Prediction] = []
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            rows = self.features.transform(part)
            chances = self.chances(rows)
            choice = choose(chances, self.scores)
            reasons = self._reasons(part, rows, choice)
            found.extend(self._told(rows, chances[i], choice, i, reasons[i]) for i in range(len(part)))
        return found

    def _told(self, rows: Rows, chances: Floats, choice: Choice, i: int, reasons: tuple[str, ...]) -> Prediction:
        if rows.indptr[i] == rows.indptr[i + 1]:
            return Prediction(labels=(), abstained=True)
        best = int(choice.best[i])
        order = [int(j) for j in np.argsort(-chances, kind="stable")]
        rest = [j for j in order if j != best and chances[j] <= chances[best]][: _SHOWN - 1]
        score = float(self.scores[best])
        return Prediction(
            labels=tuple(
                RankedLabel(label=str(self.table.vectors[j]), confidence=round(float(chances[j]), 4))
                for j in [best, *rest]
            ),
            abstained=bool(choice.error[i] > self.max_error),
            values={
                "score": score,
                "severity": severity(score),
                "score_low": float(min(choice.low[i], score)),
                "score_high": float(max(choice.high[i], score)),
                "expected_error": round(float(choice.error[i]), 2),
                "likeliest": str(self.table.vectors[order[0]]),
            },
            reasons=reasons,
        )

    def _reasons(self, texts: Sequence[str], rows: Rows, choice: Choice) -> list[tuple[str, ...]]:
        """Return what in each text spoke for the values of its vector, strongest first."""
        columns = self.table.columns()
        wanted: list[NDArray[np.int64]] = []
        for i in range(len(texts)):
            low, high = rows.indptr[i], rows.indptr[i + 1]
            worth = np.zeros(int(high - low))
            for column in columns[choice.best[i]]:
                worth += rows.values[low:high] * self.metrics.of(rows.indices[low:high], int(column))
            top = np.argsort(-worth, kind="stable")[:10]
            wanted.append(rows.indices[low:high][top[worth[top] > 0]].astype(np.int64))
        told: list[tuple[str, ...]] = []
        for names, features in zip(self.features.spell(texts, wanted), wanted, strict=True):
            kept: list[str] = []
            for feature in features:
                words = names.get(int(feature), "")
                if words and not any(words in other or other in words for other in kept):
                    kept.append(words)
            told.append(tuple(kept[:4]))
        return told

    def save(self, folder: Path, *, facts: Mapping[str, Any] | None = None) -> None:
        """Write the model into a folder; ``facts`` are kept in ``model.json`` beside what loading needs."""
        folder.mkdir(parents=True, exist_ok=True)
        body = {
            **(facts or {}),
            "form": "cvss",
            "weaknesses": list(self.weaknesses),
            "vectors": [str(vector) for vector in self.table.vectors],
            "features": self.features.to_json(),
            "heat": self.heat,
            "pull": self.pull,
            "max_error": self.max_error,
        }
        (folder / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        arrays: dict[str, Any] = {**self.features.to_arrays()}
        for prefix, weights in (("weakness_", self.weakness), ("metrics_", self.metrics)):
            arrays |= {prefix + key: value for key, value in weights.to_arrays().items()}
        arrays["dense"] = self.dense.astype(np.float16)
        arrays["lift"] = self.table.lift.astype(np.float32)
        with (folder / "weights.npz").open("wb") as file:
            np.savez_compressed(file, **arrays)


def load(folder: Path, name: str, version: str) -> CvssModel:
    """Return the model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> CvssModel:
        features = TextFeatures.from_parts(body["features"], arrays)
        parts = {}
        for prefix in ("weakness_", "metrics_"):
            own = {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
            parts[prefix] = LinearWeights.from_arrays(own)
            if len(parts[prefix].indptr) - 1 != len(features):
                raise ValueError("weights and features differ in number")
        try:
            vectors = tuple(parse(text) for text in body["vectors"])
        except UserError as error:
            raise ValueError(error.message) from None
        weaknesses = tuple(str(w) for w in body["weaknesses"])
        dense, lift = arrays["dense"].astype(np.float64), arrays["lift"].astype(np.float64)
        if dense.shape != (parts["weakness_"].n_labels, len(VALUES)) or len(weaknesses) != dense.shape[0]:
            raise ValueError("weaknesses and weights differ in number")
        if lift.shape != (len(vectors),) or not vectors or parts["metrics_"].n_labels != len(VALUES):
            raise ValueError("vectors and weights differ in number")
        return CvssModel(
            name=name,
            version=version,
            features=features,
            weakness=parts["weakness_"],
            weaknesses=weaknesses,
            metrics=parts["metrics_"],
            dense=dense,
            table=VectorTable(vectors, lift),
            heat=float(body["heat"]),
            pull=float(body["pull"]),
            max_error=float(body["max_error"]),
        )

    model: CvssModel = read_folder(folder, build)
    return model
