"""The model of injections: two views of a window, served with NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def judge(
    weights: Mapping[str, NDArray[np.float32]],
    dense: NDArray[np.float32],
    pairs: NDArray[np.int32],
    pair_ends: NDArray[Any],
    whole: NDArray[np.float32],
) -> tuple[float, NDArray[np.float32]]:
    """Return the score of a window, in log odds, and of each of its pieces."""
    hidden = dense @ weights["first"] + weights["first_bias"]
    if len(pairs):
        sums = np.zeros((len(pairs) + 1, hidden.shape[1]), dtype=np.float32)
        np.cumsum(weights["pairs"][pairs], axis=0, out=sums[1:])
        starts = np.concatenate([[0], pair_ends[:-1]])
        hidden += sums[pair_ends] - sums[starts]
    np.maximum(hidden, 0.0, out=hidden)
    inner = np.maximum(hidden @ weights["second"] + weights["second_bias"], 0.0)
    pieces = inner @ weights["piece"] + weights["piece_bias"]
    view = np.concatenate([hidden.max(axis=0), hidden.mean(axis=0), whole])
    over = np.maximum(view @ weights["whole"] + weights["whole_bias"], 0.0) @ weights["out"] + weights["out_bias"]
    return float(pieces.max() + over[0]), pieces
