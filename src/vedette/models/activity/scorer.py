"""Scores of feature vectors, and what each feature added: a linear model with crossed features, or boosted trees.

Both are arrays: training makes them with scikit-learn, serving needs numpy alone. Contributions add up to the score
exactly: of the linear model a product's share goes half to each of its two features; of a tree, each step from a node
to its child is the split feature's (Saabas' way), where a node's value is the mean of the leaves below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.models.activity.features import Floats

Ints = NDArray[np.int32]
_CLIP = 5.0
"""Standard deviations beyond which a feature counts no further: nothing is extrapolated."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Brings features to mean 0 and deviation 1; unknown becomes the mean."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, x: Floats) -> Scaling:
        """Return the scaling of a training matrix ``(n, d)``."""
        known = ~np.isnan(x)
        n = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, x, 0.0)
        mean = filled.sum(axis=0) / n
        variance = (np.where(known, x - mean, 0.0) ** 2).sum(axis=0) / n
        deviation = np.sqrt(variance)
        return cls(mean, np.where(deviation < 1e-6, 1.0, deviation))

    def __call__(self, x: Floats) -> Floats:
        """Return ``(n, d)`` scaled features."""
        z = np.clip((x - self.mean) / self.deviation, -_CLIP, _CLIP)
        return np.where(np.isnan(z), 0.0, z)


def crossed(z: Floats, pairs: NDArray[np.int64]) -> Floats:
    """Return scaled features with the products of ``pairs`` ``(m, 2)`` after them."""
    if not len(pairs):
        return z
    return np.hstack([z, z[:, pairs[:, 0]] * z[:, pairs[:, 1]]])


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A linear model over scaled features and their products."""

    pairs: NDArray[np.int64]
    weights: Floats
    """``(d + m,)``."""
    intercept: float

    def score(self, z: Floats) -> Floats:
        """Return log odds, ``(n,)``."""
        # not a matrix product: its last bits depend on how many rows there are
        return np.asarray((crossed(z, self.pairs) * self.weights).sum(axis=1) + self.intercept)

    def contributions(self, z: Floats) -> Floats:
        """Return what each feature adds, ``(n, d)``; with the intercept they add up to the score."""
        parts = crossed(z, self.pairs) * self.weights
        d = z.shape[1]
        found = parts[:, :d].copy()
        for m, (a, b) in enumerate(self.pairs):
            found[:, a] += parts[:, d + m] / 2
            found[:, b] += parts[:, d + m] / 2
        return found

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is to be stored."""
        return {"pairs": self.pairs, "weights": self.weights, "intercept": np.array([self.intercept])}


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Boosted trees over scaled features; arrays ``(n_trees, n_nodes)``, padded. A leaf is its own child."""

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    """Leaves: what is added, learning rate included. Inner nodes: the mean of the leaves below."""
    intercept: float
    depth: int

    def _walk(self, z: Floats, found: Floats | None) -> Floats:
        n, n_trees = len(z), len(self.feature)
        rows, trees = np.arange(n)[:, None], np.arange(n_trees)[None, :]
        node = np.zeros((n, n_trees), dtype=np.int64)
        for _ in range(self.depth):
            feature = self.feature[trees, node]
            goes_left = z[rows, feature] <= self.threshold[trees, node]
            child = np.where(goes_left, self.left[trees, node], self.right[trees, node])
            if found is not None:
                step = self.value[trees, child] - self.value[trees, node]
                np.add.at(found, (np.broadcast_to(rows, feature.shape), feature), step)
            node = child
        return np.asarray(self.value[trees, node].sum(axis=1))

    def score(self, z: Floats) -> Floats:
        """Return log odds, ``(n,)``."""
        return np.concatenate(
            [self._walk(z[i : i + 2048], None) + self.intercept for i in range(0, len(z), 2048)] or [np.zeros(0)]
        )

    def contributions(self, z: Floats) -> Floats:
        """Return what each feature adds, ``(n, d)``; with the trees' roots and the intercept they add up."""
        found = np.zeros_like(z)
        self._walk(z, found)
        return found

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is to be stored."""
        return {
            "feature": self.feature,
            "threshold": self.threshold,
            "left": self.left,
            "right": self.right,
            "value": self.value,
            "intercept": np.array([self.intercept]),
            "depth": np.array([self.depth]),
        }


Scorer = Linear | Trees


def scorer_of(kind: str, arrays: Mapping[str, NDArray[np.generic]]) -> Scorer:
    """Return the scorer of stored arrays.

    Raises:
        KeyError: an array is missing.
        ValueError: the kind is unknown or arrays do not fit each other.
    """
    intercept = float(np.asarray(arrays["intercept"], dtype=np.float64)[0])
    if kind == "linear":
        pairs = np.asarray(arrays["pairs"], dtype=np.int64).reshape(-1, 2)
        return Linear(pairs, np.asarray(arrays["weights"], dtype=np.float64), intercept)
    if kind != "boosted":
        raise ValueError(f"unknown kind of scorer {kind!r}")
    feature, left, right = (np.asarray(arrays[name], dtype=np.int32) for name in ("feature", "left", "right"))
    threshold, value = (np.asarray(arrays[name], dtype=np.float64) for name in ("threshold", "value"))
    if not feature.shape == left.shape == right.shape == threshold.shape == value.shape or feature.ndim != 2:
        raise ValueError("the trees' arrays do not fit each other")
    for children in (left, right):
        if children.size and (children.min() < 0 or children.max() >= feature.shape[1]):
            raise ValueError("a tree points outside itself")
    depth = int(np.asarray(arrays["depth"], dtype=np.int64)[0])
    return Trees(feature, threshold, left, right, value, intercept, depth)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Turns scores into probabilities: a logistic curve (Platt) or steps joined by lines (isotonic)."""

    kind: str
    x: Floats
    """Platt: slope and offset; isotonic: scores, rising."""
    y: Floats
    """Isotonic: probabilities, rising."""

    def __call__(self, score: Floats) -> Floats:
        """Return probabilities in (0, 1)."""
        if self.kind == "platt":
            p = 1 / (1 + np.exp(-np.clip(self.x[0] * score + self.x[1], -30, 30)))
        else:
            p = np.interp(score, self.x, self.y)
        return np.asarray(np.clip(p, 1e-4, 1 - 1e-4))
