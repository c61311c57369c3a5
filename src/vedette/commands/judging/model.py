"""The two models that judge commands, as they ship: a vocabulary of hashed features, sparse weights and a curve.

One tells the technique (a column for each), the other the risk (one column). Served with NumPy alone: some 100 known
features of a command, each with a few kept weights, are summed in about 0.03 ms. Loading both takes about 20 ms.
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

from vedette.commands.judging.features import Facts, Vocabulary, facts_of, joined
from vedette.commands.traces import Traces
from vedette.models import shipped
from vedette.models.linear import read_folder
from vedette.models.weights import LinearWeights
from vedette.schema import Prediction, RankedLabel

TECHNIQUES = "command-techniques"
RISK = "command-risk"


class Known:
    """A command's features, as both models read them, and what was already worked out from them."""

    __slots__ = ("facts", "keys", "risk")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.keys = joined(facts.keys)
        self.risk: float | None = None
        """Once it was asked for."""


Row = tuple[NDArray[np.int64], NDArray[np.float32]]
"""The places and values of a command's features that a model knows."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A loaded model. Immutable; several threads may use one."""

    name: str
    version: str
    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: LinearWeights
    facts: Mapping[str, Any]
    """Temperature, shares of the acts, threshold and curve: see ``ranking`` and ``rating``."""
    places: Mapping[str, int]
    """The place of each label."""
    table: NDArray[np.int8]
    """(n_features, n_labels) the weights written out, in steps of ``weights.scale``."""

    @classmethod
    def of(
        cls,
        name: str,
        version: str,
        labels: Sequence[str],
        vocabulary: Vocabulary,
        weights: LinearWeights,
        facts: Mapping[str, Any],
    ) -> Judge:
        """Return a model that is ready to judge."""
        table = np.zeros((len(vocabulary.keys), len(labels)), dtype=np.int8)
        table[np.arange(len(table)).repeat(np.diff(weights.indptr)), weights.columns] = weights.values
        places = {label: place for place, label in enumerate(labels)}
        return cls(name, version, tuple(labels), vocabulary, weights, facts, places, table)

    def row(self, known: Known) -> Row:
        """Return a command's known features."""
        return self.vocabulary.row(known.keys)

    def score(self, row: Row) -> float:
        """Return the score of the one label of a model that has one."""
        at, values = row
        return float(values @ self.table[at, 0]) * float(self.weights.scale[0]) + float(self.weights.bias[0])

    def scores(self, row: Row) -> NDArray[np.float32]:
        """Return the score of each label."""
        at, values = row
        return np.asarray(values @ self.table[at].astype(np.float32) * self.weights.scale + self.weights.bias)

    def worth(self, row: Row, place: int, most: int) -> tuple[list[int], list[float]]:
        """Return the features that speak most for a label, the heaviest first, and by how much, up to a factor."""
        at, values = row
        worth = values * self.table[at, place]
        order = np.argsort(-worth, kind="stable")[:most]
        return self.vocabulary.keys[at[order]].tolist(), worth[order].tolist()

    def confidence(self, chance: float) -> float:
        """Return what a chance is worth, by the curve learnt on commands that were left out of training."""
        return float(np.interp(chance, self.facts["chance"], self.facts["confidence"]))

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
        return Judge.of(name, version, body["labels"], words, weights, facts)

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
