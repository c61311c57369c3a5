"""What words mean beside each other: the lower layers of a sentence encoder, and convolutions over what they say.

The two lowest layers of MiniLM-L6 (all-MiniLM-L6-v2, Apache-2.0) as they are, the commoner half of its pieces in 6 bits
and the layers in 8; what is read off them is ours. Served with NumPy; about 3.7 million multiplications a piece, far
more than the other readers together, so only texts that those find doubtful are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.guard.injection import features_pieces
from vedette.guard.injection.features import Vectors
from vedette.guard.injection.model_near import NOTHING
from vedette.models.convolution import Matrix, in_steps, of_steps, taps

LAYERS = 2
HEADS = 12
BIG = ("qkv", "o", "i", "d")
SMALL = ("qkv_bias", "o_bias", "i_bias", "d_bias", "n1", "n1_bias", "n2", "n2_bias")
READ_OFF = (
    "inp", "inp_bias", "g1", "g1_bias", "g2", "g2_bias", "a", "a_bias", "b", "b_bias", "c", "c_bias",
    "token", "token_bias", "strong", "strong_bias", "heed", "whole", "whole_bias", "out", "out_bias",
)  # fmt: skip
"""Layers that were learnt from attacks."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """The lower layers of a sentence encoder."""

    words: Vectors
    """Its pieces and their vectors, in 6 bits."""
    layers: Mapping[str, Matrix]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Encoder:
        """Return the encoder stored by ``to_arrays``."""
        own = {name[8:]: array for name, array in arrays.items() if name.startswith("encoder-")}
        layers = {
            name: np.ascontiguousarray(
                of_steps(array, own[name + "_scale"]) if name + "_scale" in own else array, dtype=np.float32
            )
            for name, array in own.items()
            if name not in ("words", "vectors", "scale") and not name.endswith("_scale")
        }
        missing = {f"{k}-{name}" for k in range(LAYERS) for name in (*BIG, *SMALL)} - set(layers)
        if missing or not {"place", "norm", "norm_bias"} <= set(layers):
            raise ValueError(f"the encoder lacks layers: {', '.join(sorted(missing)) or 'the lowest'}")
        return cls(Vectors.of(own), layers)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to store: matrices in steps of a column's scale, the rest in half precision."""
        kept: dict[str, NDArray[Any]] = dict(self.words.to_arrays())
        for name, array in self.layers.items():
            if name.rpartition("-")[2] in BIG:
                kept[name], kept[name + "_scale"] = in_steps(array)
            else:
                kept[name] = array.astype(np.float16)
        return {f"encoder-{name}": array for name, array in kept.items()}

    def encoded(self, ids: NDArray[np.int32]) -> Matrix:
        """Return what each piece of a window means in its place, ``(n_pieces, width)``."""
        w = self.layers
        x = _normed(self.words.table[ids] + w["place"][: len(ids)], w["norm"], w["norm_bias"])
        for k in range(LAYERS):
            x = _layer(w, k, x)
        return x


def _normed(x: Matrix, gain: Matrix, bias: Matrix) -> Matrix:
    x = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((x * x).mean(axis=1, keepdims=True) + np.float32(1e-12))
    return np.asarray(x / spread * gain + bias, dtype=np.float32)


def _gelu(x: Matrix) -> Matrix:
    return np.asarray(0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x))), dtype=np.float32)


def _layer(w: Mapping[str, Matrix], k: int, x: Matrix) -> Matrix:
    n, width = x.shape
    told = (x @ w[f"{k}-qkv"] + w[f"{k}-qkv_bias"]).reshape(n, 3, HEADS, width // HEADS).transpose(1, 2, 0, 3)
    shares = told[0] @ told[1].transpose(0, 2, 1) / np.float32(np.sqrt(width // HEADS))
    shares = np.exp(shares - shares.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    heard = (shares @ told[2]).transpose(1, 0, 2).reshape(n, width)
    x = _normed(x + heard @ w[f"{k}-o"] + w[f"{k}-o_bias"], w[f"{k}-n1"], w[f"{k}-n1_bias"])
    inner = _gelu(x @ w[f"{k}-i"] + w[f"{k}-i_bias"])
    return _normed(x + inner @ w[f"{k}-d"] + w[f"{k}-d_bias"], w[f"{k}-n2"], w[f"{k}-n2_bias"])


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
    for window in features_pieces.windows(text, encoder.words):
        x = encoder.encoded(window)
        found = max(found, sum(read_off(w, x) for w in taught) / len(taught))
    return found
