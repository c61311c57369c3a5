"""The tagger of names that no list has: a table of rows, convolutions, and what the whole document says of a name.

A token's rows, its word's meaning and its bits are summed; three steps look at its neighbours. Then every token that
looks like a name is told what its other mentions in the document look like (the mean of what the steps make of them):
one ``the X malware`` speaks for all the others. Several networks, trained apart, are averaged. Served with NumPy.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.intel.entities.features import BITS, SLOTS, Features, Read, shipped_lists
from vedette.intel.entities.tokens import Token, tokens
from vedette.models import shipped
from vedette.models.convolution import Matrix, in_steps, of_steps, taps, times
from vedette.models.linear import read_folder
from vedette.models.pieces import Vectors
from vedette.schema import Prediction, RankedLabel

NAME = "threat-names"
FORM = "threat-names"
TYPES = ("Malware", "Indicator", "System", "Organization", "Vulnerability")
"""As the labelled set calls them."""
LABELS = ("O", *(f"{part}-{kind}" for kind in TYPES for part in ("B", "I")))
GAP = 2
"""Empty tokens between sentences: a step of the first width does not see the neighbour's words."""
BLOCK = 100
"""Sentences that are read as one document, at most."""
BLOCK_TOKENS = 6000
"""Their tokens, at most: what is held in memory at once."""
MOST_TOKENS = 400
"""Of a sentence; a longer one, a table's line or no prose at all, is read in pieces."""
_NO_WAY = -1e4


@dataclass(frozen=True, slots=True)
class Weights:
    """The layers of one network, ``(taps * n_in, n_out)`` for a convolution."""

    table: Matrix
    meaning: Matrix
    bits: Matrix
    bits_bias: Matrix
    near: Matrix
    near_bias: Matrix
    second: Matrix
    second_bias: Matrix
    third: Matrix
    third_bias: Matrix
    first_out: Matrix
    first_out_bias: Matrix
    remember: Matrix
    remember_bias: Matrix
    join: Matrix
    join_bias: Matrix
    out: Matrix
    out_bias: Matrix


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A range of tokens of one type."""

    kind: str
    first: int
    last: int
    """Both are in it."""
    score: float
    """Mean probability of the type over its tokens, in [0, 1]."""


def _softmax(scores: Matrix) -> Matrix:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


def _ways() -> tuple[Matrix, Matrix]:
    """Return what it costs to go from a label to the next, and to begin with one: no name goes on without beginning."""
    between = np.zeros((len(LABELS), len(LABELS)), dtype=np.float32)
    for b, label in enumerate(LABELS):
        if label[0] == "I":
            between[[a for a, left in enumerate(LABELS) if left[2:] != label[2:]], b] = _NO_WAY
    return between, between[0].copy()


_BETWEEN, _BEGIN = _ways()


def best_path(scores: Matrix) -> list[int]:
    """Return the labels of a sentence that together score most, of those that may follow each other."""
    total = scores[0] + _BEGIN
    back: list[NDArray[np.intp]] = []
    columns = np.arange(len(LABELS))
    for row in scores[1:]:
        ways = total[:, None] + _BETWEEN
        came = ways.argmax(axis=0)
        back.append(came)
        total = ways[came, columns] + row
    at = int(total.argmax())
    path = [at]
    for came in reversed(back):
        at = int(came[at])
        path.append(at)
    return path[::-1]


@dataclass(frozen=True, slots=True)
class NameTagger:
    """A loaded model. Several threads may use one."""

    name: str
    version: str
    features: Features
    networks: tuple[Weights, ...]
    facts: Mapping[str, Any]
    """``reluctance``: logarithm by which being no name is held back; ``figures``."""

    def read(self, text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[list[Token], Read]]:
        """Return the tokens of a text's sentences, and what is read of them.

        Sentences without a word that could be a name's are left out.
        """
        matches = shipped_lists().matcher.find(text)
        starts = [match.start for match in matches]
        told = []
        for start, end in spans:
            own = tokens(text, start, end)
            for first in range(0, len(own), MOST_TOKENS):
                piece = own[first : first + MOST_TOKENS]
                if not any(self.features.of_token(token.text).key for token in piece):
                    continue
                low, high = bisect_left(starts, piece[0].start), bisect_left(starts, piece[-1].end)
                told.append((piece, self.features.read(text, piece, matches[low:high])))
        return told

    def chances(self, sentences: Sequence[Read]) -> list[Matrix]:
        """Return ``(n_tokens, n_labels)`` for each sentence of a document, each row adding up to 1."""
        told: list[Matrix] = []
        low = n = 0
        for high, one in enumerate(sentences):
            if high - low == BLOCK or (n and n + len(one.keys) > BLOCK_TOKENS):
                told += self._block(sentences[low:high])
                low, n = high, 0
            n += len(one.keys)
        return told + self._block(sentences[low:]) if sentences else told

    def _block(self, sentences: Sequence[Read]) -> list[Matrix]:
        places, n = [], GAP
        for one in sentences:
            places.append((n, n + len(one.keys)))
            n += len(one.keys) + GAP
        rows = np.zeros((n, SLOTS), dtype=np.int32)
        meanings = np.zeros((n, self.features.n_dims), dtype=np.float32)
        bits = np.zeros((n, len(BITS)), dtype=np.float32)
        there = np.zeros((n, 1), dtype=np.float32)
        group = np.full(n, -1, dtype=np.intp)
        keys: dict[str, int] = {}
        for (low, high), one in zip(places, sentences, strict=True):
            rows[low:high], meanings[low:high], bits[low:high], there[low:high] = one.rows, one.meanings, one.bits, 1
            for at, key in enumerate(one.keys, low):
                if key:
                    group[at] = keys.setdefault(key, len(keys))
        mean = sum(_one(w, rows, meanings, bits, there, group, len(keys)) for w in self.networks)
        whole = np.asarray(mean, dtype=np.float32) / np.float32(len(self.networks))
        return [whole[low:high] for low, high in places]

    def spans(self, chances: Matrix) -> list[TaggedSpan]:
        """Return the names of a sentence, in order."""
        if not len(chances) or chances[:, 0].min() > 0.97:
            return []
        scores = np.log(chances + 1e-9)
        scores[:, 0] -= self.facts["reluctance"]
        found: list[TaggedSpan] = []
        path = best_path(scores)
        first = 0
        while first < len(path):
            if path[first] == 0:
                first += 1
                continue
            inside = path[first] + path[first] % 2
            last = first
            while last + 1 < len(path) and path[last + 1] == inside:
                last += 1
            own = chances[first : last + 1, [inside - 1, inside]].sum(axis=1)
            found.append(TaggedSpan(TYPES[(inside - 1) // 2], first, last, float(own.mean())))
            first = last + 1
        return found

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return which types of name each text holds, the surest first."""
        told = []
        for text in texts:
            best: dict[str, float] = {}
            for chances in self.chances([one for _, one in self.read(text, _lines(text))]):
                for span in self.spans(chances):
                    best[span.kind] = max(best.get(span.kind, 0.0), span.score)
            ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
            labels = tuple(RankedLabel(label=kind, confidence=score) for kind, score in ranked)
            told.append(Prediction(labels=labels, abstained=not labels))
        return told

    def save(self, folder: Path) -> None:
        """Write the model into a folder: tables in steps of a column's scale, the layers in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        body = {"form": FORM, "types": list(TYPES), "bits": list(BITS), "networks": len(self.networks), **self.facts}
        (folder / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        (folder / "words.txt").write_text("\n".join(self.features.words) + "\n", encoding="utf-8")
        arrays: dict[str, Any] = dict(self.features.vectors.to_arrays())
        for number, network in enumerate(self.networks):
            for field in fields(Weights):
                layer = getattr(network, field.name)
                if field.name == "table":
                    arrays[f"{number}-table"], arrays[f"{number}-scale"] = in_steps(layer)
                else:
                    arrays[f"{number}-{field.name}"] = layer.astype(np.float16)
        with (folder / "weights.npz").open("wb") as file:
            np.savez_compressed(file, **arrays)


def _one(
    w: Weights, rows: NDArray[np.int32], meanings: Matrix, bits: Matrix, there: Matrix, group: NDArray[np.intp], n: int
) -> Matrix:
    """Return one network's probabilities."""
    x = w.table[rows[:, 0]]
    for slot in range(1, SLOTS):
        x += w.table[rows[:, slot]]
    x = (x + times(meanings, w.meaning) + times(bits, w.bits) + w.bits_bias) * there
    h = np.maximum(times(taps(x, 2), w.near) + w.near_bias, 0) * there
    h = h + np.maximum(times(taps(h, 1), w.second) + w.second_bias, 0) * there
    h = h + np.maximum(times(taps(h, 1, 2), w.third) + w.third_bias, 0) * there
    alone = _softmax(times(h, w.first_out) + w.first_out_bias)
    own = np.concatenate([np.maximum(times(h, w.remember) + w.remember_bias, 0), alone], axis=1)
    told = np.zeros_like(own)
    named = group >= 0
    if n:
        total = np.zeros((n, own.shape[1]), dtype=np.float32)
        np.add.at(total, group[named], own[named])
        total /= np.bincount(group[named], minlength=n)[:, None].astype(np.float32)
        told[named] = total[group[named]]
    joined = np.maximum(times(taps(np.concatenate([h, told], axis=1), 1), w.join) + w.join_bias, 0) * there
    return _softmax(times(joined + h, w.out) + w.out_bias)


def _lines(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            spans.append((at, at + len(line)))
        at += len(line)
    return spans


def load(folder: Path, name: str, version: str) -> NameTagger:
    """Return the model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> NameTagger:
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")[:-1]
        if tuple(body["types"]) != TYPES or tuple(body["bits"]) != BITS:
            raise ValueError("it tags other types, or reads other bits")
        features = Features(words, Vectors.of(arrays))
        networks = []
        for number in range(int(body["networks"])):
            layers = {
                field.name: arrays[f"{number}-{field.name}"].astype(np.float32)
                for field in fields(Weights)
                if field.name != "table"
            }
            table = of_steps(arrays[f"{number}-table"], arrays[f"{number}-scale"])
            if len(table) != features.n_rows:
                raise ValueError(f"the table has {len(table)} rows where {features.n_rows} are known")
            networks.append(Weights(table=table, **layers))
        facts = {key: value for key, value in body.items() if key not in ("form", "types", "bits", "networks")}
        float(facts["reluctance"])
        return NameTagger(name, version, features, tuple(networks), facts)

    tagger: NameTagger = read_folder(folder, build)
    return tagger


@cache
def tagger() -> NameTagger:
    """Return the shipped model, loaded once.

    Raises:
        InternalError: its files are not what was packaged.
    """
    entry = shipped.entry(NAME)
    return load(entry.path, entry.name, entry.version)
