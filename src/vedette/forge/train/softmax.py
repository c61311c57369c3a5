"""Multinomial logistic regression over sparse rows by AdaGrad: all labels at once.

One-against-all solvers cost as many fits as there are labels; here a pass costs one sparse product with a dense
(n_features, n_labels) matrix, whatever the labels. With 600 labels and 20,000 rows a pass takes some seconds, where
liblinear takes a minute or more. The step falls to zero over the passes, and stopping early is the regularisation: on
short texts more passes fit better and generalise worse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def fit_softmax(
    rows: Any,
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    n_labels: int,
    *,
    epochs: int = 4,
    rate: float = 0.3,
    batch: int = 256,
    seed: int = 0,
    told: Callable[[int, float], None] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (n_features, n_labels) weights and (n_labels,) biases.

    Args:
        rows: (n, n_features) CSR matrix.
        labels: (n,) numbers of the labels.
        weights: (n,) how much a row counts.
        n_labels: how many labels there are.
        epochs: passes over the rows.
        rate: first step.
        batch: rows of a step.
        seed: of the order of the rows; the result is the same for the same seed.
        told: called after each pass with its number and the mean loss.
    """
    from scipy.sparse import csr_matrix

    n, n_features = rows.shape
    matrix = np.zeros((n_features, n_labels), dtype=np.float32)
    bias = np.zeros(n_labels, dtype=np.float32)
    # one scale for each feature, not each weight: rare labels of a frequent feature do not run off
    squares = np.full((n_features, 1), 1e-8, dtype=np.float32)
    bias_squares = np.full(n_labels, 1e-8, dtype=np.float32)
    order = np.random.default_rng(seed)
    weight = np.asarray(weights, dtype=np.float32)
    steps, step = epochs * ((n + batch - 1) // batch), 0
    for epoch in range(epochs):
        loss = 0.0
        places = order.permutation(n)
        for start in range(0, n, batch):
            index = places[start : start + batch]
            part = rows[index]
            scores = part @ matrix + bias
            scores -= scores.max(axis=1, keepdims=True)
            chances = np.exp(scores)
            chances /= chances.sum(axis=1, keepdims=True)
            at = (np.arange(len(index)), labels[index])
            loss -= float((weight[index] * np.log(chances[at] + 1e-9)).sum())
            chances[at] -= 1
            pull = chances * weight[index, None]
            used, place = np.unique(part.indices, return_inverse=True)
            narrow = csr_matrix((part.data, place.astype(np.int32), part.indptr), shape=(len(index), len(used)))
            slope = np.asarray(narrow.T @ pull, dtype=np.float32)
            squares[used] += (slope * slope).sum(axis=1, keepdims=True)
            now = rate * (1 - step / steps)
            matrix[used] -= now * slope / np.sqrt(squares[used])
            total = pull.sum(axis=0)
            bias_squares += total * total
            bias -= now / 3 * total / np.sqrt(bias_squares)
            step += 1
        if told is not None:
            told(epoch, loss / max(float(weight.sum()), 1e-9))
    return matrix, bias
