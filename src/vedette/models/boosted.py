"""The ``boosted`` form: gradient-boosted trees over dense features, walked with NumPy alone.

Trees are arrays: of each node the feature, the split, the children and the value. All rows walk all trees together, one
level at a time. Features are fields given beside the text (numbers as they are, words as known categories) and, where
the recipe asks, the text's embedding and n-gram projection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import OutsideError
from vedette.models.linear import Calibration, read_folder
from vedette.models.onnx import Encoder, ranked
from vedette.models.text import Rows, TextFeatures
from vedette.schema import Prediction

_WALKS = 1 << 17
"""Rows times trees that are walked at once: what is looked at stays near the processor."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of an ensemble, their nodes one after another."""

    roots: NDArray[np.int64]
    """Number of each tree's first node."""
    output: NDArray[np.int64]
    """Column that each tree adds to."""
    feature: NDArray[np.int64]
    """Of a node; -1 for a leaf."""
    split: NDArray[np.float64]
    """A row goes left where its value is not greater."""
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.bool_]
    """Whether a row without the value goes left."""
    value: NDArray[np.float64]
    """Of a leaf."""
    start: NDArray[np.float64]
    """What each column starts from."""

    def scores(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n_rows, n_columns) raw scores of (n_rows, n_features) values; NaN is a missing one."""
        out = np.tile(self.start, (len(rows), 1))
        at_once = max(_WALKS // max(len(self.roots), 1), 1)
        for low in range(0, len(rows), at_once):
            part = out[low : low + at_once]
            told = self.value[self._leaves(rows[low : low + at_once])]
            for column in range(out.shape[1]):
                own = np.concatenate([part[None, :, column], told[self.output == column]])
                part[:, column] = np.cumsum(own, axis=0)[-1]  # tree after tree: the same sums however many rows
        return out

    def _leaves(self, rows: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return (n_trees, n_rows) the leaf of each tree that each row comes to."""
        values, width = rows.ravel(), rows.shape[1]
        leaves = np.repeat(self.roots, len(rows))
        going = np.flatnonzero(self.feature[leaves] >= 0)
        at, row = leaves[going], np.tile(np.arange(len(rows)) * width, len(self.roots))[going]
        while len(going):
            value = values[row + self.feature[at]]
            left = value <= self.split[at]
            missing = np.flatnonzero(np.isnan(value))
            left[missing] = self.missing_left[at[missing]]
            at = np.where(left, self.left[at], self.right[at])
            leaves[going] = at
            inner = np.flatnonzero(self.feature[at] >= 0)
            going, at, row = going[inner], at[inner], row[inner]
        return leaves.reshape(len(self.roots), len(rows))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to store."""
        return {f"tree_{name}": getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Trees:
        """Return the trees stored by ``to_arrays``.

        Raises:
            ValueError: a node leads outside of the trees, or back, so that a walk would not end.
        """
        trees = cls(*(arrays[f"tree_{name}"] for name in cls.__slots__))
        inner = trees.feature >= 0
        here = np.flatnonzero(inner)
        for child in (trees.left[inner], trees.right[inner]):
            if len(child) and (int(child.max()) >= len(trees.feature) or bool((child <= here).any())):
                raise ValueError("a tree's node leads nowhere")
        if len(trees.output) and int(trees.output.max()) >= len(trees.start):
            raise ValueError("a tree adds to a column that is not there")
        return trees


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseFeatures:
    """Fields and text as one dense row."""

    numbers: tuple[str, ...] = ()
    """Fields read as numbers."""
    categories: tuple[tuple[str, str], ...] = ()
    """(field, value) pairs, each a column of 0 and 1."""
    text: TextFeatures | None = None
    projection: NDArray[np.float32] | None = None
    """(n_text_features, dim): n-grams to a few dimensions."""
    encoder: Encoder | None = None

    @property
    def needs_fields(self) -> bool:
        """Whether anything is read beside the text."""
        return bool(self.numbers or self.categories)

    def rows(self, texts: Sequence[str], fields: Sequence[Mapping[str, Any]] | None) -> NDArray[np.float64]:
        """Return (n_texts, n_features) values; NaN where a number is missing or is none."""
        given: Sequence[Mapping[str, Any]] = fields if fields is not None else [{}] * len(texts)
        parts = [
            np.array([[_number(row.get(name)) for name in self.numbers] for row in given]).reshape(len(texts), -1),
            np.array(
                [[float(value in _words(row.get(name))) for name, value in self.categories] for row in given]
            ).reshape(len(texts), -1),
        ]
        if self.text is not None and self.projection is not None:
            parts.append(project(self.text.transform(texts), self.projection))
        if self.encoder is not None:
            parts.append(self.encoder.embed(texts).astype(np.float64))
        return np.concatenate(parts, axis=1)


def project(rows: Rows, projection: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return sparse rows times a dense matrix."""
    out = np.zeros((len(rows), projection.shape[1]))
    for i in range(len(rows)):
        low, high = rows.indptr[i], rows.indptr[i + 1]
        out[i] = rows.values[low:high] @ projection[rows.indices[low:high]]
    return out


def _number(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def _words(value: Any) -> frozenset[str]:
    items = value if isinstance(value, list | tuple) else (value,)
    return frozenset(str(item) for item in items if item not in (None, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostedModel:
    """A loaded boosted classifier. Immutable; several threads may use one."""

    name: str
    version: str
    labels: tuple[str, ...]
    features: DenseFeatures
    trees: Trees
    calibration: Calibration
    none: str | None = None
    top: int = 5

    def predict(self, texts: Sequence[str], *, fields: Sequence[Mapping[str, Any]] | None = None) -> list[Prediction]:
        """Return one prediction for each text, in order.

        Args:
            texts: the texts.
            fields: those of each text; a missing one counts as not known.
        """
        if not texts:
            return []
        scores = self.trees.scores(self.features.rows(texts, fields))
        if scores.shape[1] == 1:
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        readable = [bool(text.strip()) or (self.features.needs_fields and fields is not None) for text in texts]
        confidences = self.calibration.confidences(scores.astype(np.float32))
        return ranked(confidences, self.labels, self.none, self.top, self.calibration.threshold, readable)


def load(folder: Path, name: str, version: str) -> BoostedModel:
    """Return the boosted model in a folder.

    Raises:
        OutsideError: the folder holds no whole model.
        MissingExtraError: it reads embeddings, and onnxruntime is not installed.
    """

    def build(body: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> BoostedModel:
        given = body["features"]
        text = TextFeatures.from_parts(given["text"], arrays) if given["text"] is not None else None
        trees = Trees.from_arrays(arrays)
        if max(len(trees.start), 2) != len(body["labels"]):
            raise ValueError("trees and labels differ in number")
        if given["encoder"] and not (folder / "encoder").is_dir():
            raise OutsideError(f"{folder} lacks its encoder", next_step="train and register it again")
        return BoostedModel(
            name=name,
            version=version,
            labels=tuple(body["labels"]),
            features=DenseFeatures(
                numbers=tuple(given["numbers"]),
                categories=tuple((str(f), str(v)) for f, v in given["categories"]),
                text=text,
                projection=arrays["projection"].astype(np.float32) if text is not None else None,
                encoder=Encoder(folder / "encoder") if given["encoder"] else None,
            ),
            trees=trees,
            calibration=Calibration.from_json(body["calibration"]),
            none=body["none"],
            top=int(body["top"]),
        )

    model: BoostedModel = read_folder(folder, build)
    return model
