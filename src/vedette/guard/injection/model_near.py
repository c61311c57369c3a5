"""What words say beside their neighbours: three convolutions over a window, the strongest token and the whole.

Reaches what bags of words and concepts cannot: who does what to whom. Served with NumPy; about 60,000 multiplications a
token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.models.convolution import Matrix, in_steps, of_steps, taps, times

LAYERS = (
    "table", "near", "near_bias", "wide", "wide_bias", "told", "told_bias", "second", "second_bias", "third",
    "third_bias", "token", "token_bias", "strong", "strong_bias", "heed", "whole", "whole_bias", "out", "out_bias",
    "rule",
)  # fmt: skip
NOTHING = -12.0
"""Log odds of a text without a word."""


def heed(w: Mapping[str, Matrix], ids: NDArray[np.int32], numbers: Matrix) -> float:
    """Return the log odds of a window, given what the rules tell in numbers, the surest forms last."""
    x = w["table"][ids[:, 0]]
    for slot in range(1, ids.shape[1]):
        x += w["table"][ids[:, slot]]
    told = np.maximum(times(x, w["wide"]) + w["wide_bias"], 0).mean(axis=0)
    about = (told[:, None] * w["told"]).sum(axis=0) + w["told_bias"] + w["near_bias"]
    h = np.maximum(times(taps(x, 2), w["near"]) + about, 0)
    h = h + np.maximum(times(taps(h, 1), w["second"]) + w["second_bias"], 0)
    h = h + np.maximum(times(taps(h, 1, 3), w["third"]) + w["third_bias"], 0)
    strong = (np.maximum(times(h, w["token"]) + w["token_bias"], 0) * w["strong"]).sum(axis=1)
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
    table, scale = in_steps(w["table"])
    kept: dict[str, NDArray[Any]] = {name: w[name].astype(np.float16) for name in LAYERS if name != "table"}
    return kept | {"table": table, "scale": scale}


def restored(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Matrix]:
    """Return the layers from the arrays kept."""
    found = {name: np.ascontiguousarray(arrays[name], dtype=np.float32) for name in LAYERS if name != "table"}
    return found | {"table": of_steps(arrays["table"], arrays["scale"])}
