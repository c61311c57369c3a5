"""The ``linear`` form: sparse int8 weights over hashed n-grams, calibrated, served with NumPy alone.

A folder holds ``model.json`` (labels, featuriser, calibration) and ``weights.npz``. Scores of a row are a sum over its
features' few kept weights; a softmax over scores times a temperature plus a bias for each label gives chances, and a
monotone curve learnt on validation data makes the chance of the first label a confidence that holds. A label named as
``none`` takes its share of the chances, and is never proposed.

A long text is judged sentence by sentence: each label's confidence is that of its best sentence, which is its span.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vedette.errors import OutsideError
from vedette.models.text import Rows, TextFeatures, field_values, sentences
from vedette.models.weights import LinearWeights
from vedette.schema import Prediction, RankedLabel, Span

_CHUNK = 2048
MENTION = 0.7
"""How far the chance of "nothing" is taken out of a mention's chances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A label and those under it, such as a technique and its sub-techniques.

    Where none of those under it leads clearly, the label above takes the chances of all, and so comes first: what is
    said is then less, and right.
    """

    parent: int
    children: tuple[int, ...]
    lead: float
    """Share of the family's chance that the best of those under it must have to stand alone.

    Above 1, none ever stands alone, and the label above takes the chance of the best of them instead of all.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """A second set of scores, of some labels only: the first says whether one of them is meant, the second which.

    Its columns follow those of the labels.
    """

    labels: tuple[int, ...]
    """The label of each of its columns."""
    temperature: float = 1.0
    trust: float = 0.0
    """Added to the log odds that one of its labels is meant."""
    share: float = 0.0
    """Weight of the first scores, beside its own, in which of them it is."""

    def merge(self, chances: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the first scores' chances (n, n_labels) with those of the expert's labels parted as it says."""
        ours = np.array(self.labels)
        under = np.maximum(chances[:, ours], 1e-30)
        logits = self.temperature * scores * (1 - self.share) + self.share * np.log(under)
        logits -= logits.max(axis=1, keepdims=True, initial=-np.inf)
        split = np.exp(logits)
        split /= split.sum(axis=1, keepdims=True)
        mass = np.clip(under.sum(axis=1, keepdims=True), 1e-12, 1 - 1e-9)
        meant = 1 / (1 + np.exp(-(np.log(mass / (1 - mass)) + self.trust)))
        out = chances * (1 - meant) / (1 - mass)
        out[:, ours] = split * meant
        return np.asarray(out / out.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """How whole sentences are judged where mentions, picked out by someone, are judged otherwise.

    Of a report's sentences most name nothing, so what speaks for "nothing" counts in full; of a mention it is known
    that it names something.
    """

    words: int
    """A text of so many words is a whole sentence; so is one of four from a capital to a full stop."""
    chance: tuple[float, ...]
    confidence: tuple[float, ...]
    threshold: float

    def marks(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Mark the texts that are whole sentences."""
        found = np.zeros(len(texts), dtype=bool)
        for i, text in enumerate(texts):
            n = len(text[:20_000].split(maxsplit=self.words))
            ends = text[:1].isupper() and text[-20:].rstrip().endswith((".", "!", "?"))
            found[i] = n >= self.words or (n >= 4 and ends)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Scores to confidence."""

    temperature: float = 1.0
    """What scores are multiplied with before the softmax."""
    bias: tuple[float, ...] = ()
    """Added for each label after that; empty for none."""
    chance: tuple[float, ...] = (0.0, 1.0)
    confidence: tuple[float, ...] = (0.0, 1.0)
    """Monotone curve from the softmax's chance to the confidence, by straight lines."""
    families: tuple[Family, ...] = ()
    threshold: float = 0.0
    """Confidence of the first label under which the model abstains."""
    expert: Expert | None = None
    whole: Whole | None = None
    """How whole sentences are judged; none: as all texts."""
    none: int | None = None
    """With ``whole``: the label that stands for nothing, which a mention cannot be."""

    def chances(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (n, n_labels) chances."""
        width = scores.shape[1] - (len(self.expert.labels) if self.expert else 0)
        logits = scores[:, :width].astype(np.float64) * self.temperature
        if self.bias:
            logits += np.asarray(self.bias)
        logits -= logits.max(axis=1, keepdims=True, initial=-np.inf)
        chances = np.exp(logits)
        chances /= chances.sum(axis=1, keepdims=True)
        if self.expert is not None:
            chances = self.expert.merge(chances, scores[:, width:].astype(np.float64))
        for family in self.families:
            under = chances[:, family.children]
            whole = under.sum(axis=1) + chances[:, family.parent]
            alone = under.max(axis=1) >= family.lead * whole
            if family.lead > 1:  # the best of them under another name: a sum would add up many traces
                whole = np.maximum(under.max(axis=1), chances[:, family.parent])
            chances[:, family.parent] = np.where(alone, chances[:, family.parent], whole)
        return np.asarray(chances)

    def mention_chances(self, chances: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chances given that there is something."""
        if self.none is None:
            return chances
        return np.asarray(chances / np.maximum(1 - MENTION * chances[:, [self.none]], 1e-9))

    def confidences(self, scores: NDArray[np.float32], texts: Sequence[str] | None = None) -> NDArray[np.float32]:
        """Return (n, n_labels) confidences; they keep the order of the chances.

        Args:
            scores: (n, n_columns).
            texts: what was scored; needed only where whole sentences are judged otherwise.
        """
        chances = self.chances(scores)
        # a trace of the chance keeps the order where the curve is flat
        if self.whole is None or texts is None:
            curve = np.interp(chances, self.chance, self.confidence)
        else:
            marks = self.whole.marks(texts)
            chances = np.where(marks[:, None], chances, np.minimum(self.mention_chances(chances), 1.0))
            curve = np.interp(chances, self.chance, self.confidence)
            curve[marks] = np.interp(chances[marks], self.whole.chance, self.whole.confidence)
        return np.asarray(curve * (1 - 1e-3) + chances * 1e-3, dtype=np.float32)

    def thresholds(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the confidence under which the model abstains, for each text."""
        least = np.full(len(texts), self.threshold)
        if self.whole is not None:
            least[self.whole.marks(texts)] = self.whole.threshold
        return least

    def to_json(self) -> dict[str, Any]:
        """Return it for ``model.json``."""
        more: dict[str, Any] = {}
        if self.expert is not None:
            more["expert"] = asdict(self.expert)
        if self.whole is not None:
            more["whole"] = asdict(self.whole)
            more["none"] = self.none
        return more | {
            "temperature": self.temperature,
            "bias": list(self.bias),
            "chance": list(self.chance),
            "confidence": list(self.confidence),
            "families": [[f.parent, list(f.children), f.lead] for f in self.families],
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Calibration:
        """Return what ``to_json`` gave."""
        return cls(
            temperature=float(body["temperature"]),
            bias=tuple(float(v) for v in body["bias"]),
            chance=tuple(float(v) for v in body["chance"]),
            confidence=tuple(float(v) for v in body["confidence"]),
            families=tuple(
                Family(parent=int(parent), children=tuple(int(c) for c in children), lead=float(lead))
                for parent, children, lead in body.get("families", ())
            ),
            threshold=float(body["threshold"]),
            expert=_tuples(Expert, body.get("expert")),
            whole=_tuples(Whole, body.get("whole")),
            none=body.get("none"),
        )


def _tuples(kind: Any, body: Mapping[str, Any] | None) -> Any:
    if body is None:
        return None
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in body.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """A loaded linear classifier. Immutable; several threads may use one."""

    name: str
    version: str
    labels: tuple[str, ...]
    features: TextFeatures
    weights: LinearWeights
    calibration: Calibration
    fields: tuple[str, ...] = ()
    """Names of the fields that are read beside a text."""
    none: str | None = None
    """The label that stands for "nothing of ours"."""
    top: int = 5
    """Labels proposed for one text."""
    long_chars: int | None = None
    """Texts longer than this are judged sentence by sentence; none: never."""

    def confidences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n_texts, n_labels) confidences of texts taken whole."""
        return self.calibration.confidences(self.weights.scores(self.features.transform(texts)), texts)

    def predict(self, texts: Sequence[str], *, fields: Sequence[Mapping[str, Any]] | None = None) -> list[Prediction]:
        """Return one prediction for each text, in order.

        Args:
            texts: the texts.
            fields: for a model that reads fields, those of each text; a missing one counts as not known.
        """
        given = [field_values(row, self.fields) for row in fields] if fields is not None else [()] * len(texts)
        out: list[Prediction | None] = [None] * len(texts)
        short = [i for i, text in enumerate(texts) if not self._long(text)]
        for start in range(0, len(short), _CHUNK):
            part = short[start : start + _CHUNK]
            for i, prediction in zip(
                part, self._whole([texts[i] for i in part], [given[i] for i in part]), strict=True
            ):
                out[i] = prediction
        for i, done in enumerate(out):
            if done is None:
                out[i] = self._parts(texts[i])
        return [prediction for prediction in out if prediction is not None]

    def _long(self, text: str) -> bool:
        return self.long_chars is not None and not self.fields and len(text) > self.long_chars

    def _whole(self, texts: Sequence[str], fields: Sequence[Sequence[str]]) -> list[Prediction]:
        rows = self.features.transform(texts, fields=fields)
        confidences = self.calibration.confidences(self.weights.scores(rows), texts)
        least = self.calibration.thresholds(texts)
        order, confidences = self._ranked(confidences)
        empty = np.diff(rows.indptr) == 0
        reasons = self._reasons(texts, fields, rows, np.where(empty, -1, order[:, 0]))
        found = []
        for i in range(len(texts)):
            ranked = tuple(
                RankedLabel(label=self.labels[j], confidence=round(float(confidences[i, j]), 4)) for j in order[i]
            )
            sure = confidences[i, order[i, 0]] >= least[i]
            found.append(
                Prediction(labels=() if empty[i] else ranked, abstained=bool(empty[i] or not sure), reasons=reasons[i])
            )
        return found

    def _ranked(self, confidences: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the best labels of each row, best first, and the confidences with the none label's taken out."""
        if self.none is not None and self.none in self.labels:
            confidences = confidences.copy()
            confidences[:, self.labels.index(self.none)] = -1
        top = min(self.top, confidences.shape[1] - (self.none in self.labels if self.none is not None else 0))
        return np.argsort(-confidences, axis=1, kind="stable")[:, :top], confidences

    def _reasons(
        self, texts: Sequence[str], fields: Sequence[Sequence[str]], rows: Rows, label: NDArray[np.int64]
    ) -> list[tuple[str, ...]]:
        """Return, for each text, the words that speak most for a label (-1: none)."""
        wanted = []
        for i in range(len(texts)):
            low, high = rows.indptr[i], rows.indptr[i + 1] if label[i] >= 0 else rows.indptr[i]
            columns = rows.indices[low:high]
            worth = rows.values[low:high] * self.weights.of(columns, int(label[i]))
            best = np.argsort(-worth, kind="stable")[:12]
            wanted.append(columns[best[worth[best] > 0]].astype(np.int64))
        told = []
        for names, features in zip(self.features.spell(texts, wanted, fields=fields), wanted, strict=True):
            words: list[str] = []
            for feature in features:
                word = names.get(int(feature), "")
                if word and not any(word in other or other in word for other in words):
                    words.append(word)
            told.append(tuple(words[:4]))
        return told

    def _parts(self, text: str) -> Prediction:
        """Judge a long text sentence by sentence."""
        spans = sentences(text)
        best: dict[int, tuple[float, int]] = {}
        for start in range(0, len(spans), _CHUNK):
            part = [text[a:b] for a, b in spans[start : start + _CHUNK]]
            rows = self.features.transform(part)
            order, confidences = self._ranked(self.calibration.confidences(self.weights.scores(rows), part))
            least = self.calibration.thresholds(part)
            for i in np.flatnonzero(np.diff(rows.indptr)):
                for j in order[i]:
                    confidence = float(confidences[i, j])
                    # only a sentence's first label counts as found in it; the others are kept while nothing is
                    if j != order[i, 0] or confidence < least[i]:
                        continue
                    if int(j) not in best or best[int(j)][0] < confidence:
                        best[int(j)] = (confidence, start + int(i))
        if not best:
            return replace(self._whole([text], [()])[0], abstained=True)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
        labels = tuple(
            RankedLabel(
                label=self.labels[j],
                confidence=round(confidence, 4),
                span=Span(start=spans[at][0], end=spans[at][1], label=self.labels[j], score=round(confidence, 4)),
            )
            for j, (confidence, at) in ranked
        )
        first, (_, at) = ranked[0]
        sentence = text[slice(*spans[at])]
        return Prediction(
            labels=labels,
            abstained=False,
            reasons=self._reasons([sentence], [()], self.features.transform([sentence]), np.array([first]))[0],
        )

    def save(self, folder: Path, *, facts: Mapping[str, Any] | None = None) -> None:
        """Write the model into a folder; ``facts`` are kept in ``model.json`` beside what loading needs."""
        folder.mkdir(parents=True, exist_ok=True)
        body = {
            **(facts or {}),
            "form": "linear",
            "labels": list(self.labels),
            "none": self.none,
            "top": self.top,
            "long_chars": self.long_chars,
            "fields": list(self.fields),
            "features": self.features.to_json(),
            "calibration": self.calibration.to_json(),
        }
        (folder / "model.json").write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        with (folder / "weights.npz").open("wb") as file:
            arrays: dict[str, Any] = {**self.features.to_arrays(), **self.weights.to_arrays()}
            np.savez_compressed(file, **arrays)


def read_folder(folder: Path, build: Callable[[Mapping[str, Any], Mapping[str, NDArray[Any]]], Any]) -> Any:
    """Return what ``build`` makes of a folder's ``model.json`` and ``weights.npz``; pickles are refused.

    Raises:
        OutsideError: the folder holds no whole model.
    """
    try:
        body = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with (folder / "weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return build(body, {key: arrays[key] for key in arrays.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        raise OutsideError(
            f"{folder} holds no whole model: {error}", next_step="restore the folder, or train and register it again"
        ) from None


def load(folder: Path, name: str, version: str) -> LinearModel:
    """Return the linear model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> LinearModel:
        features = TextFeatures.from_parts(body["features"], arrays)
        weights = LinearWeights.from_arrays(arrays)
        experts = len((body["calibration"].get("expert") or {}).get("labels", ()))
        if len(weights.indptr) - 1 != len(features) or len(body["labels"]) != weights.n_labels - experts:
            raise ValueError("weights, features and labels differ in number")
        return LinearModel(
            name=name,
            version=version,
            labels=tuple(body["labels"]),
            features=features,
            weights=weights,
            calibration=Calibration.from_json(body["calibration"]),
            fields=tuple(body["fields"]),
            none=body["none"],
            top=int(body["top"]),
            long_chars=body["long_chars"],
        )

    model: LinearModel = read_folder(folder, build)
    return model
