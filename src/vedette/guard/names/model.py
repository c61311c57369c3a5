"""The tagger as it ships: a table of rows, three convolutions and a wide window that tells the register.

A token's rows are summed; two steps look at its neighbours (two, then three tokens to each side), and the mean over
40 and 300 tokens to each side tells what kind of text this is: the country in a letter is personal, the one in a threat
report is not. Served with NumPy: about 60,000 multiplications a token, 1 ms for a kilobyte.
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

from vedette.guard.names.features import SLOTS, SPECIAL, Features, Row
from vedette.guard.names.gazetteer import Gazetteer
from vedette.models import shipped
from vedette.models.convolution import Matrix, in_steps, of_steps, taps, times
from vedette.models.linear import read_folder
from vedette.schema import Prediction, RankedLabel

NAME = "names"
TYPES = ("PERSON", "LOCATION", "ORGANIZATION", "DATE_TIME", "STREET_ADDRESS", "TITLE", "NRP", "AGE")
LABELS = ("O", *(f"{part}-{kind}" for kind in TYPES for part in ("B", "I")))
REACH = (40, 300)
"""Tokens to each side in the wide windows: the paragraph, the document."""
BLOCK = 4096
"""Tokens that are tagged at once."""
_EDGE = 320
_REGISTER_STEPS = 50
_PROSE = 60
"""Tokens to each side that tell everyday prose from security prose."""
_LEAST = 0.35
"""Probability of a token's type, at least, for the token to be of a range."""
"""Tokens of the neighbouring blocks that are read along."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of tokens of one type."""

    kind: str
    first: int
    last: int
    """Both are in it."""
    score: float
    """Mean probability of the type over its tokens, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The layers, in the order in which they are worked out; ``(taps * n_in, n_out)`` for a convolution."""

    table: Matrix
    near: Matrix
    near_bias: Matrix
    wide: Matrix
    wide_bias: Matrix
    told: Matrix
    """What the wide window adds to the first step."""
    second: Matrix
    second_bias: Matrix
    third: Matrix
    third_bias: Matrix
    out: Matrix
    out_wide: Matrix
    out_bias: Matrix


def _window_means(x: Matrix, reaches: Sequence[int]) -> Matrix:
    """Return the means of the rows around each row, for each reach, side by side."""
    n = len(x)
    total = np.zeros((n + 1, x.shape[1]), dtype=np.float64)
    np.cumsum(x, axis=0, dtype=np.float64, out=total[1:])
    at = np.arange(n)
    means = []
    for reach in reaches:
        low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, n)
        means.append((total[high] - total[low]) / (high - low)[:, None])
    return np.concatenate(means, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Tagger:
    """A loaded model. Several threads may use one."""

    name: str
    version: str
    features: Features
    weights: Weights
    register: NDArray[np.float32]
    """``(n_words,)`` how much each known word speaks for security prose, in logarithms of odds."""
    facts: Mapping[str, Any]
    """``thresholds`` by type: of everyday prose, of security prose, and where no person stands beside; ``reach`` of the
    wide windows; ``registers`` between which the first threshold becomes the second."""

    def probabilities(self, rows: Sequence[Row]) -> Matrix:
        """Return ``(n_tokens, n_labels)``, each row adding up to 1."""
        if len(rows) <= BLOCK:
            return self._block(rows)
        parts = []
        for start in range(0, len(rows), BLOCK):
            low = max(0, start - _EDGE)
            part = self._block(rows[low : start + BLOCK + _EDGE])
            parts.append(part[start - low : start - low + BLOCK])
        return np.concatenate(parts)

    def _block(self, rows: Sequence[Row]) -> Matrix:
        w = self.weights
        if not rows:
            return np.zeros((0, len(LABELS)), dtype=np.float32)
        ids = np.array(rows, dtype=np.int32)
        x = w.table[ids[:, 0]]
        for slot in range(1, SLOTS):
            x += w.table[ids[:, slot]]
        told = _window_means(np.maximum(times(x, w.wide) + w.wide_bias, 0), self.facts["reach"])
        h = np.maximum(times(taps(x, 2), w.near) + w.near_bias + times(told, w.told), 0)
        h = h + np.maximum(times(taps(h, 1), w.second) + w.second_bias, 0)
        h = h + np.maximum(times(taps(h, 1, 2), w.third) + w.third_bias, 0)
        scores = h @ w.out + told @ w.out_wide + w.out_bias
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return np.asarray(scores, dtype=np.float32)

    def spans(self, chances: Matrix, rows: Sequence[Row]) -> list[Span]:
        """Return the ranges that reach their type's threshold in the prose that they stand in, in order."""
        if not len(chances):
            return []
        kinds = chances[:, 1::2] + chances[:, 2::2]
        best = kinds.argmax(axis=1)
        strength = kinds[np.arange(len(kinds)), best]
        marked = np.flatnonzero(strength > _LEAST)
        if not len(marked):
            return []
        begins = chances[marked, 1 + 2 * best[marked]] > chances[marked, 2 + 2 * best[marked]]
        # (place, type, whether it begins there, how surely)
        told = list(
            zip(marked.tolist(), best[marked].tolist(), begins.tolist(), strength[marked].tolist(), strict=True)
        )
        found: list[Span] = []
        at = 0
        while at < len(told):
            first, kind, _, _ = told[at]
            sure = [told[at][3]]
            at += 1
            while at < len(told) and told[at][0] == first + len(sure) and told[at][1] == kind and not told[at][2]:
                sure.append(told[at][3])
                at += 1
            score = (max(sure) + sum(sure) / len(sure)) / 2
            if score >= self.facts["thresholds"][TYPES[kind]][0]:
                found.append(Span(TYPES[kind], first, first + len(sure) - 1, score))
        if not found:
            return found
        security = self._security(rows)
        kept = []
        for span in found:
            everyday, other, _ = self.facts["thresholds"][span.kind]
            if span.score >= everyday + (other - everyday) * float(security[span.first]):
                kept.append(span)
        return kept

    def alone(self, kind: str) -> float:
        """Return the threshold of a type where no person stands beside."""
        return float(self.facts["thresholds"][kind][2])

    def _security(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return for each token whether its surroundings are everyday prose (0), security prose (1), or between."""
        n = len(rows)
        places = np.fromiter((row[0] for row in rows), dtype=np.int64, count=n)
        total = np.concatenate(([0.0], np.cumsum(self.register[places], dtype=np.float64)))
        at = np.arange(n)
        low, high = np.maximum(at - _PROSE, 0), np.minimum(at + _PROSE + 1, n)
        told = (total[high] - total[low]) / np.sqrt(high - low + 4)
        everyday, security = self.facts["registers"]
        return np.asarray(np.clip((told - everyday) / (security - everyday), 0, 1), dtype=np.float64)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return which types each text holds, the surest first."""
        told = []
        for text in texts:
            best: dict[str, float] = {}
            rows = self.features.of_text(text)[1]
            for span in self.spans(self.probabilities(rows), rows):
                best[span.kind] = max(best.get(span.kind, 0.0), span.score)
            ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
            labels = tuple(RankedLabel(label=kind, confidence=score) for kind, score in ranked)
            told.append(Prediction(labels=labels, abstained=not labels))
        return told

    def save(self, folder: Path) -> None:
        """Write the model into a folder: the table in steps of a column's scale, the layers in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        words = self.features.words[len(SPECIAL) :]
        body = {"form": "names", "types": list(TYPES), **self.facts}
        (folder / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        (folder / "words.txt").write_text(
            "\n".join(f"{word}\t{self.features.common.get(word, 0)}" for word in words) + "\n", encoding="utf-8"
        )
        steps, scale = in_steps(self.weights.table)
        arrays: dict[str, Any] = {
            "table": steps,
            "scale": scale,
            "register": np.rint(self.register * _REGISTER_STEPS).astype(np.int8),
            **self.features.gazetteer.to_arrays(),
        }
        for field in Weights.__dataclass_fields__:
            if field != "table":
                arrays[field] = getattr(self.weights, field).astype(np.float16)
        with (folder / "weights.npz").open("wb") as file:
            np.savez_compressed(file, **arrays)


def load(folder: Path, name: str, version: str) -> Tagger:
    """Return the model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Tagger:
        lines = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        pairs = [line.rsplit("\t", 1) for line in lines if "\t" in line]
        words = (*SPECIAL, *(word for word, _ in pairs))
        features = Features(
            words, {word: int(tier) for word, tier in pairs if tier != "0"}, Gazetteer.from_arrays(arrays)
        )
        table = of_steps(arrays["table"], arrays["scale"])
        if len(table) != features.n_rows:
            raise ValueError(f"the table has {len(table)} rows where {features.n_rows} are known")
        if tuple(body["types"]) != TYPES:
            raise ValueError("it tags other types")
        layers = {k: arrays[k].astype(np.float32) for k in Weights.__dataclass_fields__ if k != "table"}
        facts = {key: value for key, value in body.items() if key not in ("form", "types")}
        register = arrays["register"].astype(np.float32) / np.float32(_REGISTER_STEPS)
        if len(register) != len(words):
            raise ValueError("words and their registers differ in number")
        return Tagger(name, version, features, Weights(table=table, **layers), register, facts)

    tagger: Tagger = read_folder(folder, build)
    return tagger


@cache
def tagger() -> Tagger:
    """Return the shipped model, loaded once.

    Raises:
        InternalError: its files are not what was packaged.
    """
    entry = shipped.entry(NAME)
    return load(entry.path, entry.name, entry.version)
