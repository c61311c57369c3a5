"""What words say beside their neighbours: three convolutions over a window, the strongest token and the whole.

Reaches what bags of words and concepts cannot: who does what to whom. Served with NumPy; about 60,000 multiplications a
token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
LAYERS = (
    "table", "near", "near_bias", "wide", "wide_bias", "told", "told_bias", "second", "second_bias", "third",
    "third_bias", "token", "token_bias", "strong", "strong_bias", "heed", "whole", "whole_bias", "out", "out_bias",
    "rule",
)  # fmt: skip
ALONE = 250_000
"""Multiplications done at once: with more, the algebra library starts threads, which cost far more than they bring."""
NOTHING = -12.0
"""Log odds of a text without a word."""


def _taps(x: Matrix, reach: int, step: int = 1) -> Matrix:
    n, width = x.shape
    pad = reach * step
    padded = np.zeros((n + 2 * pad, width), dtype=np.float32)
    padded[pad : pad + n] = x
    return np.concatenate([padded[i * step : i * step + n] for i in range(2 * reach + 1)], axis=1)


def _times(x: Matrix, w: Matrix) -> Matrix:
    """Return the product, worked out in parts so small that the algebra library starts no threads for them."""
    rows = max(ALONE // w.size, 1)
    if len(x) <= rows:
        return np.asarray(x @ w, dtype=np.float32)
    return np.concatenate([x[at : at + rows] @ w for at in range(0, len(x), rows)])


def heed(w: Mapping[str, Matrix], ids: NDArray[np.int32], numbers: Matrix) -> float:
    """Return the log odds of a window, given what the rules tell in numbers, the surest forms last."""
    x = w["table"][ids[:, 0]]
    for slot in range(1, ids.shape[1]):
        x += w["table"][ids[:, slot]]
    told = np.maximum(_times(x, w["wide"]) + w["wide_bias"], 0).mean(axis=0)
    about = (told[:, None] * w["told"]).sum(axis=0) + w["told_bias"] + w["near_bias"]
    h = np.maximum(_times(_taps(x, 2), w["near"]) + about, 0)
    h = h + np.maximum(_times(_taps(h, 1), w["second"]) + w["second_bias"], 0)
    h = h + np.maximum(_times(_taps(h, 1, 3), w["third"]) + w["third_bias"], 0)
    strong = (np.maximum(_times(h, w["token"]) + w["token_bias"], 0) * w["strong"]).sum(axis=1)
    share = (h * w["heed"]).sum(axis=1)
    share = np.exp(share - share.max())
    heeded = (h * share[:, None]).sum(axis=0) / share.sum()
    view = np.concatenate([h.max(axis=0), h.mean(axis=0), heeded, numbers])
    whole = np.maximum((view[:, None] * w["whole"]).sum(axis=0) + w["whole_bias"], 0) @ w["out"]
    told_by_rules = float(w["rule"][0]) * float(numbers[-2:].max())
    return float(np.logaddexp(strong.max() + w["strong_bias"][0], whole + w["out_bias"][0])) + told_by_rules


def worst(w: Mapping[str, Matrix], windows: Sequence[NDArray[np.int32]], numbers: Matrix) -> float:
    """Return the log odds of a text: those of its worst window."""
    return max((heed(w, one, numbers) for one in windows), default=NOTHING)


def stored(w: Mapping[str, Matrix]) -> dict[str, NDArray[Any]]:
    """Return the arrays to keep: the table in steps of a column's scale, the layers in half precision."""
    scale = np.maximum(np.abs(w["table"]).max(axis=0), 1e-6) / 127
    kept: dict[str, NDArray[Any]] = {name: w[name].astype(np.float16) for name in LAYERS if name != "table"}
    return kept | {"table": np.rint(w["table"] / scale).astype(np.int8), "scale": scale.astype(np.float32)}


def restored(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Matrix]:
    """Return the layers from the arrays kept."""
    found = {name: np.ascontiguousarray(arrays[name], dtype=np.float32) for name in LAYERS if name != "table"}
    return found | {"table": arrays["table"].astype(np.float32) * arrays["scale"]}
