"""The ``report-techniques`` form: trees that judge a report's sentences together, over the tagger's scores.

A folder holds ``model.json`` (techniques, curves, thresholds) and ``weights.npz`` (the detector's weights, the trees).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.documents.sentences import sentences_of
from vedette.intel.techniques import reading
from vedette.intel.techniques.context import Floats, Pairs, pairs_of
from vedette.knowledge.tools.base import encodable
from vedette.models import load as load_model
from vedette.models.boosted import Trees
from vedette.models.convolution import Matrix
from vedette.models.encoder import shipped_encoder
from vedette.models.linear import LinearModel, read_folder
from vedette.models.text import TextFeatures
from vedette.models.weights import LinearWeights
from vedette.schema import Prediction, RankedLabel, Span

TAGGER = "technique-tagger"


@dataclass(frozen=True, slots=True)
class Curve:
    """A monotone curve from what a model computes to a chance that holds, by straight lines."""

    raw: tuple[float, ...] = (0.0, 1.0)
    chance: tuple[float, ...] = (0.0, 1.0)

    def of(self, values: Floats) -> Floats:
        """Return the chances; a trace of the raw values keeps their order where the curve is flat."""
        return np.asarray(np.interp(values, self.raw, self.chance) * (1 - 1e-3) + values * 1e-3)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the trees say of a report."""

    sentences: Floats
    """(n_sentences, n_labels) confidences; 0 where a technique was not looked at."""
    report: Floats
    """(n_labels,) confidences."""
    looks: Floats
    """(n_sentences,) the detector's log odds."""
    pairs: Pairs


@cache
def _shipped_tagger() -> LinearModel:
    tagger = load_model(f"{TAGGER}@shipped")
    if not isinstance(tagger, LinearModel):
        raise TypeError("the shipped tagger is no linear model")
    return tagger


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportModel:
    """A loaded judge of whole reports. Immutable; several threads may use one."""

    name: str
    version: str
    labels: tuple[str, ...]
    counts: Floats
    """How often each technique stands in what was learnt from."""
    detector: tuple[TextFeatures, LinearWeights]
    """Says how much a sentence looks like one that names a technique; one column."""
    reader: Mapping[str, Matrix]
    """Reads sentences in context (``reading``), over the shipped encoder."""
    trees: Trees
    sentence_curve: Curve = Curve()
    report_curve: Curve = Curve()
    sentence_threshold: float = 0.3
    """Confidence from which on a sentence is said to describe a technique."""
    report_threshold: float = 0.5
    given: LinearModel | None = field(default=None, repr=False)
    """The tagger; none: the shipped one."""

    @property
    def tagger(self) -> LinearModel:
        """The tagger whose scores the trees read."""
        return self.given if self.given is not None else _shipped_tagger()

    def detect(self, texts: Sequence[str]) -> Floats:
        """Return (n,) log odds that a sentence names a technique."""
        features, weights = self.detector
        return weights.scores(features.transform(texts))[:, 0].astype(np.float64)

    def pairs(self, texts: Sequence[str]) -> Pairs:
        """Return what the trees read of a report's sentences."""
        return self._pairs(texts, self.detect(texts))

    def _pairs(self, texts: Sequence[str], looks: Floats) -> Pairs:
        heard = reading.heard(self.reader, shipped_encoder(), texts, looks)
        return pairs_of(texts, self.tagger, looks, self.labels, self.counts, heard)

    def raw(self, pairs: Pairs, n: int) -> tuple[Floats, Floats]:
        """Return uncalibrated chances: (n, n_labels) of sentences, (n_labels,) of the report."""
        chances = np.zeros((n, len(self.labels)))
        if len(pairs.sentence):
            scores = self.trees.scores(pairs.values)[:, 0]
            chances[pairs.sentence, pairs.label] = 1 / (1 + np.exp(-scores))
        missed = np.log1p(-np.clip(chances, 0, 0.999)).sum(axis=0)
        return chances, np.asarray(1 - np.exp(missed))

    def judge(self, texts: Sequence[str]) -> Judged:
        """Return what the sentences of one report, in order, are said to describe."""
        looks = self.detect(texts)
        pairs = self._pairs(texts, looks)
        chances, report = self.raw(pairs, len(texts))
        sure = np.where(chances > 0, self.sentence_curve.of(chances), 0.0)
        return Judged(sure, np.where(report > 0, self.report_curve.of(report), 0.0), looks, pairs)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text, in order: the techniques of a text that is taken for a report."""
        return [self._one(encodable(text[:400_000])) for text in texts]

    def _one(self, text: str) -> Prediction:
        spans = sentences_of(text)[:5000]
        if not spans:
            return Prediction(labels=(), abstained=True)
        judged = self.judge([text[a:b] for a, b in spans])
        best = judged.sentences.max(axis=0)
        order = [int(i) for i in np.argsort(-judged.report, kind="stable") if best[i] > 0]
        said = [i for i in order if best[i] >= self.sentence_threshold]
        labels = []
        for i in said or order[:5]:
            start, end = spans[int(judged.sentences[:, i].argmax())]
            sure = round(float(judged.report[i]), 4)
            labels.append(
                RankedLabel(
                    label=self.labels[i],
                    confidence=sure,
                    span=Span(start=start, end=end, label=self.labels[i], score=sure),
                )
            )
        return Prediction(labels=tuple(labels), abstained=not said)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to store."""
        features, weights = self.detector
        own = {f"detector_{key}": value for key, value in {**features.to_arrays(), **weights.to_arrays()}.items()}
        own |= {f"reader_{key}": layer.astype(np.float16) for key, layer in self.reader.items()}
        return {**own, **self.trees.to_arrays(), "counts": self.counts}

    def body(self) -> dict[str, Any]:
        """Return what ``model.json`` says."""
        return {
            "form": "report-techniques",
            "labels": list(self.labels),
            "features": self.detector[0].to_json(),
            "curves": {
                name: [list(curve.raw), list(curve.chance)]
                for name, curve in (("sentence", self.sentence_curve), ("report", self.report_curve))
            },
            "thresholds": {"sentence": self.sentence_threshold, "report": self.report_threshold},
        }


def load(folder: Path, name: str, version: str) -> ReportModel:
    """Return the model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> ReportModel:
        own = {key.removeprefix("detector_"): value for key, value in arrays.items() if key.startswith("detector_")}
        features, weights = TextFeatures.from_parts(body["features"], own), LinearWeights.from_arrays(own)
        if len(weights.indptr) - 1 != len(features) or len(arrays["counts"]) != len(body["labels"]):
            raise ValueError("weights, features and labels differ in number")
        reader = {key: np.ascontiguousarray(arrays[f"reader_{key}"], dtype=np.float32) for key in reading.LAYERS}
        curves = {
            key: Curve(tuple(map(float, raw)), tuple(map(float, chance)))
            for key, (raw, chance) in body["curves"].items()
        }
        return ReportModel(
            name=name,
            version=version,
            labels=tuple(body["labels"]),
            counts=arrays["counts"].astype(np.float64),
            detector=(features, weights),
            reader=reader,
            trees=Trees.from_arrays(arrays),
            sentence_curve=curves["sentence"],
            report_curve=curves["report"],
            sentence_threshold=float(body["thresholds"]["sentence"]),
            report_threshold=float(body["thresholds"]["report"]),
        )

    model: ReportModel = read_folder(folder, build)
    return model
