"""What words mean beside each other: convolutions over what the lower layers of a sentence encoder say of them.

The layers cost far more than the other readers together, so only texts that those find doubtful are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vedette.guard.injection.model_near import NOTHING
from vedette.models.convolution import Matrix, taps
from vedette.models.encoder import Encoder
from vedette.models.pieces import windows

READ_OFF = (
    "inp", "inp_bias", "g1", "g1_bias", "g2", "g2_bias", "a", "a_bias", "b", "b_bias", "c", "c_bias",
    "token", "token_bias", "strong", "strong_bias", "heed", "whole", "whole_bias", "out", "out_bias",
)  # fmt: skip
"""Layers that were learnt from attacks."""


def read_off(w: Mapping[str, Matrix], x: Matrix) -> float:
    """Return the log odds of an encoded window: of its strongest piece and of the whole, either being enough."""
    about = np.maximum(x @ w["g1"] + w["g1_bias"], 0).mean(axis=0) @ w["g2"] + w["g2_bias"]
    h = np.maximum(x @ w["inp"] + w["inp_bias"] + about, 0)
    for name, reach, step in (("a", 2, 1), ("b", 1, 2), ("c", 1, 4)):
        h = h + np.maximum(taps(h, reach, step) @ w[name] + w[name + "_bias"], 0)
    strong = np.maximum(h @ w["token"] + w["token_bias"], 0) @ w["strong"]
    share = h @ w["heed"]
    share = np.exp(share - share.max(axis=0))
    heeded = (share / share.sum(axis=0)).T @ h
    view = np.concatenate([heeded[0], heeded[1], h.max(axis=0), h.mean(axis=0)])
    whole = np.maximum(view @ w["whole"] + w["whole_bias"], 0) @ w["out"]
    return float(np.logaddexp(strong.max() + w["strong_bias"][0], whole + w["out_bias"][0]))


def worst(encoder: Encoder, taught: Sequence[Mapping[str, Matrix]], text: str) -> float:
    """Return the log odds of a text: the mean of those taught, in its worst window."""
    found = NOTHING
    for window in windows(text, encoder.words):
        x = encoder.encoded(window)
        found = max(found, sum(read_off(w, x) for w in taught) / len(taught))
    return found
