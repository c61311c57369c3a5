"""Chooses and fits the scorer: a regularised linear model with crossed features, or boosted trees.

Judged by temporal cross-validation: each fold trains on what came before and is judged on the block after it, so that
no fold knows the future. The measure is log loss. Where the trees are not better by more than one standard error over
the folds, the linear model is taken, whose contributions are easier to read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vedette.errors import MissingExtraError
from vedette.models.activity.features import Floats
from vedette.models.activity.scorer import Calibration, Linear, Scorer, Trees, crossed

PENALTIES = (0.001, 0.003, 0.01, 0.03)
"""Inverse strengths of the linear model's L2 penalty."""
BOOSTED = ((60, 2), (120, 3))
"""Trees and their depth."""
_ISOTONIC_FROM = 300
"""Validation findings of the rarer class from which isotonic calibration is taken; below, a logistic curve."""

Fit = Callable[[Floats, Floats], Scorer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What temporal cross-validation said."""

    name: str
    fit: Fit
    log_loss: Mapping[str, float]
    """Mean over the folds, by candidate."""
    folds: int


def _sklearn() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise MissingExtraError("forge", "training the activity model") from None


def fit_linear(z: Floats, y: Floats, pairs: NDArray[np.int64], c: float) -> Linear:
    """Return a logistic regression over scaled features and their products."""
    _sklearn()
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=c, max_iter=500, tol=1e-4)
    model.fit(crossed(z, pairs), y)
    return Linear(pairs, np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0]))


def fit_trees(z: Floats, y: Floats, n_trees: int, depth: int, seed: int) -> Trees:
    """Return boosted trees as arrays."""
    _sklearn()
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=n_trees, max_depth=depth, learning_rate=0.06, min_samples_leaf=15, l2_regularization=5.0,
        max_bins=64, early_stopping=False, random_state=seed,
    )  # fmt: skip
    model.fit(z, y)
    trees = [one[0].nodes for one in model._predictors]
    width = max(len(nodes) for nodes in trees)
    shape = (len(trees), width)
    feature, left, right = (np.zeros(shape, dtype=np.int32) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape)
    for t, nodes in enumerate(trees):
        n = len(nodes)
        leaf = nodes["is_leaf"].astype(bool)
        own = np.arange(n)
        feature[t, :n] = np.where(leaf, 0, nodes["feature_idx"])
        threshold[t, :n] = nodes["num_threshold"]
        left[t, :n] = np.where(leaf, own, nodes["left"])
        right[t, :n] = np.where(leaf, own, nodes["right"])
        value[t, :n] = np.where(leaf, nodes["value"], 0.0)
        counts = nodes["count"].astype(float)
        for i in sorted(np.flatnonzero(~leaf), key=lambda i: -int(nodes["depth"][i])):
            a, b = int(nodes["left"][i]), int(nodes["right"][i])
            value[t, i] = (value[t, a] * counts[a] + value[t, b] * counts[b]) / max(counts[a] + counts[b], 1.0)
    return Trees(feature, threshold, left, right, value, float(np.ravel(model._baseline_prediction)[0]), depth)


def log_loss(y: Floats, score: Floats) -> Floats:
    """Return the log loss of each row, from log odds."""
    return np.asarray(np.logaddexp(0.0, np.where(y == 1, -score, score)))


def choose(z: Floats, y: Floats, pairs: NDArray[np.int64], *, kind: str, seed: int, n_folds: int = 4) -> Choice:
    """Return the better kind of model for rows in order of time.

    Args:
        z: scaled features, ``(n, d)``, in order of time.
        y: 1 where it mattered.
        pairs: features whose products the linear model sees.
        kind: ``auto``, ``linear`` or ``boosted``.
        seed: for the trees.
        n_folds: blocks after the first that are judged.
    """

    def linear(c: float) -> Fit:
        return lambda a, b: fit_linear(a, b, pairs, c)

    def boosted(n_trees: int, depth: int) -> Fit:
        return lambda a, b: fit_trees(a, b, n_trees, depth, seed)

    candidates: dict[str, Fit] = {}
    if kind in ("auto", "linear"):
        candidates |= {f"linear C={c:g}": linear(c) for c in PENALTIES}
    if kind in ("auto", "boosted"):
        candidates |= {f"boosted {n}x{d}": boosted(n, d) for n, d in BOOSTED}
    edges = np.linspace(0, len(y), n_folds + 2).astype(int)[1:]
    losses: dict[str, list[float]] = {name: [] for name in candidates}
    for start, end in pairwise(edges.tolist()):
        if min(y[:start].sum(), (1 - y[:start]).sum()) < 5 or end <= start:
            continue
        for name, fit in candidates.items():
            losses[name].append(float(log_loss(y[start:end], fit(z[:start], y[:start]).score(z[start:end])).mean()))
    folds = min(len(told) for told in losses.values())
    if not folds:
        name = next(iter(candidates))
        return Choice(name=name, fit=candidates[name], log_loss={}, folds=0)
    means = {name: float(np.mean(told)) for name, told in losses.items()}
    best = min(means, key=lambda name: means[name])
    plain = [name for name in means if name.startswith("linear")]
    if plain and not best.startswith("linear"):
        simple = min(plain, key=lambda name: means[name])
        gain = np.array(losses[simple]) - np.array(losses[best])
        error = float(gain.std(ddof=1)) / math.sqrt(folds) if folds > 1 else math.inf
        if gain.mean() <= error:
            best = simple
    return Choice(name=best, fit=candidates[best], log_loss=means, folds=folds)


def calibrate(score: Floats, y: Floats) -> Calibration:
    """Return the calibration of scores on a validation window: isotonic where there is enough, else a logistic curve.

    Platt's targets keep the curve off 0 and 1 where the window is small.
    """
    _sklearn()
    n1, n0 = float(y.sum()), float(len(y) - y.sum())
    if min(n1, n0) >= _ISOTONIC_FROM:
        from sklearn.isotonic import IsotonicRegression

        steps = IsotonicRegression(y_min=1 / (n1 + n0 + 2), y_max=1 - 1 / (n1 + n0 + 2), out_of_bounds="clip")
        steps.fit(score, y)
        return Calibration("isotonic", np.asarray(steps.X_thresholds_), np.asarray(steps.y_thresholds_))
    from scipy.optimize import minimize

    target = np.where(y == 1, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))

    def loss(ab: Floats) -> float:
        s = ab[0] * score + ab[1]
        return float((np.logaddexp(0, s) - target * s).sum())

    found = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 5.0), (-10.0, 10.0)])
    return Calibration("platt", np.asarray(found.x, dtype=np.float64), np.zeros(0))
