"""The two models that judge commands, as they ship: a vocabulary of hashed features, sparse weights and a curve.

One tells the technique (a column for each), the other the risk (one column). Served with NumPy alone: some 300 known
features of a command, each with a few kept weights, are summed in about 0.1 ms. Loading both takes about 20 ms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.commands.judging.features import Facts, Vocabulary, facts_of, keys_of, spelled_hashes
from vedette.commands.traces import Traces
from vedette.models import shipped
from vedette.models.linear import LinearWeights, read_folder
from vedette.schema import Prediction, RankedLabel

TECHNIQUES = "command-techniques"
RISK = "command-risk"


class Known:
    """A command's features, as both models read them, and what was already worked out from them."""

    __slots__ = ("_spelled", "facts", "keys", "risk")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.keys = keys_of(facts)
        self.risk: float | None = None
        """Once it was asked for."""
        self._spelled: dict[int, str] | None = None

    def spelled(self) -> dict[int, str]:
        """Return the words of the command by the hash of their feature."""
        if self._spelled is None:
            self._spelled = spelled_hashes(self.facts)
        return self._spelled


@dataclass(frozen=True, slots=True)
class Judge:
    """A loaded model. Immutable; several threads may use one."""

    name: str
    version: str
    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: LinearWeights
    facts: Mapping[str, Any]
    """Temperature, share of the acts, threshold and curve: see ``ranking`` and ``rating``."""
    only: NDArray[np.float32] | None = None
    """Of a model with one label: the weight of each feature, written out."""

    def row(self, known: Known) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the places and values of a command's known features."""
        return self.vocabulary.row(known.keys)

    def scores(self, row: tuple[NDArray[np.int64], NDArray[np.float32]]) -> NDArray[np.float64]:
        """Return the score of each label."""
        at, values = row
        if self.only is not None:
            return np.array([float(self.only[at] @ values) + float(self.weights.bias[0])])
        first = self.weights.indptr[at]
        counts = self.weights.indptr[at + 1] - first
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(first - (ends - counts), counts) + np.arange(total)
        products = np.repeat(values, counts) * self.weights.values[places]
        sums = np.bincount(self.weights.columns[places], weights=products, minlength=len(self.labels))
        return np.asarray(sums * self.weights.scale + self.weights.bias)

    def confidence(self, chance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a chance is worth, by the curve learnt on commands that were left out of training."""
        return np.asarray(np.interp(chance, self.facts["chance"], self.facts["confidence"]))

    def predict(self, texts: Sequence[str], *, fields: Sequence[Mapping[str, Any]] | None = None) -> list[Prediction]:
        """Return one prediction for each command, in order; ``fields`` are not read."""
        from vedette.commands.engine import trace
        from vedette.commands.judging.ranking import rank
        from vedette.commands.judging.rating import risk

        found = []
        for text in texts:
            traces = trace(text.encode("utf-8", "replace").decode())
            if self.name == RISK:
                value, risky, reasons = risk(traces)
                ranked = (RankedLabel(label="risky", confidence=value),)
                found.append(
                    Prediction(
                        labels=ranked if text.strip() else (),
                        abstained=not risky,
                        reasons=tuple(r.text for r in reasons[:4]),
                    )
                )
            else:
                techniques = rank(traces)
                found.append(
                    Prediction(
                        labels=tuple(RankedLabel(label=t.id, confidence=t.confidence) for t in techniques),
                        abstained=not techniques,
                        reasons=tuple(t.text for t in techniques[:4]),
                    )
                )
        return found

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        body = {"form": "command", "labels": list(self.labels), "blocks": list(self.vocabulary.weights), **self.facts}
        (folder / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        with (folder / "weights.npz").open("wb") as file:
            arrays: dict[str, Any] = {
                "keys": self.vocabulary.keys,
                "idf": self.vocabulary.idf.astype(np.float16),
                "block": self.vocabulary.block,
                **self.weights.to_arrays(),
            }
            np.savez_compressed(file, **arrays)


def load(folder: Path, name: str, version: str) -> Judge:
    """Return the model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Judge:
        weights = LinearWeights.from_arrays(arrays)
        words = Vocabulary(arrays["keys"], arrays["idf"].astype(np.float32), arrays["block"], tuple(body["blocks"]))
        if not len(weights.indptr) - 1 == len(words.keys) == len(words.idf) == len(words.block):
            raise ValueError("weights and features differ in number")
        if len(body["labels"]) != weights.n_labels:
            raise ValueError("weights and labels differ in number")
        facts = {key: value for key, value in body.items() if key not in ("form", "labels", "blocks")}
        every = np.arange(len(words.keys), dtype=np.int32)
        only = weights.of(every, 0) if weights.n_labels == 1 else None
        return Judge(name, version, tuple(body["labels"]), words, weights, facts, only)

    judge: Judge = read_folder(folder, build)
    return judge


@cache
def judge(name: str) -> Judge:
    """Return a shipped model, loaded once.

    Raises:
        InternalError: its files are not what was packaged.
    """
    entry = shipped.entry(name)
    return load(entry.path, name, entry.version)


_LAST: list[tuple[Traces, Known]] = []


def known_of(traces: Traces) -> Known:
    """Return a command's features; those of the command asked for last are kept."""
    last = _LAST[0] if _LAST else None
    if last is not None and last[0] is traces:
        return last[1]
    known = Known(facts_of(traces))
    _LAST[:] = [(traces, known)]
    return known
