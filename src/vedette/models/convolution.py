"""What small convolution networks share when NumPy serves them: neighbours, products, and tables kept in steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
ALONE = 250_000
"""Multiplications done at once: with more, the algebra library starts threads, which cost far more than they bring."""


def taps(x: Matrix, reach: int, step: int = 1) -> Matrix:
    """Return each row beside its neighbours, from the earliest on; zeros beyond the ends."""
    n, width = x.shape
    pad = reach * step
    padded = np.zeros((n + 2 * pad, width), dtype=np.float32)
    padded[pad : pad + n] = x
    return np.concatenate([padded[i * step : i * step + n] for i in range(2 * reach + 1)], axis=1)


def times(x: Matrix, w: Matrix) -> Matrix:
    """Return the product, worked out in parts so small that the algebra library starts no threads for them."""
    rows = max(ALONE // w.size, 1)
    if len(x) <= rows:
        return np.asarray(x @ w, dtype=np.float32)
    whole = len(x) // rows * rows
    out = np.empty((len(x), w.shape[1]), dtype=np.float32)
    np.matmul(x[:whole].reshape(-1, rows, x.shape[1]), w, out=out[:whole].reshape(-1, rows, w.shape[1]))
    if whole < len(x):
        np.matmul(x[whole:], w, out=out[whole:])
    return out


def wide_times(x: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the product of few rows and many columns, likewise in parts."""
    columns = max(ALONE // max(x.size, 1), 1)
    if w.shape[1] <= columns:
        return np.asarray(x @ w)
    return np.concatenate([x @ w[:, at : at + columns] for at in range(0, w.shape[1], columns)], axis=1)


def in_steps(table: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """Return a table in bytes, and what a byte is worth in each column: the table is their product."""
    scale = np.maximum(np.abs(table).max(axis=0), 1e-6) / 127
    return np.rint(table / scale).astype(np.int8), scale.astype(np.float32)


def of_steps(steps: NDArray[Any], scale: NDArray[Any]) -> Matrix:
    """Return the table that :func:`in_steps` was given, to half a step."""
    return np.asarray(steps.astype(np.float32) * scale, dtype=np.float32)
