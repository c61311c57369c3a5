"""What words mean beside each other: the lower layers of a sentence encoder, served with NumPy.

The two lowest layers of MiniLM-L6 (all-MiniLM-L6-v2, Apache-2.0) as they are, the commoner half of its pieces in 6 bits
and the layers in 8. About 3.7 million multiplications a piece: for texts that something cheaper finds worth it. What is
read off them is learnt by those who ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.models import shipped
from vedette.models.convolution import Matrix, in_steps, of_steps
from vedette.models.linear import read_folder
from vedette.models.pieces import Vectors

NAME = "encoder"
LAYERS = 2
HEADS = 12
BIG = ("qkv", "o", "i", "d")
SMALL = ("qkv_bias", "o_bias", "i_bias", "d_bias", "n1", "n1_bias", "n2", "n2_bias")


@dataclass(frozen=True, slots=True)
class Encoder:
    """The lower layers of a sentence encoder."""

    words: Vectors
    """Its pieces and their vectors, in 6 bits."""
    layers: Mapping[str, Matrix]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Encoder:
        """Return the encoder stored by ``to_arrays``."""
        own = dict(arrays)
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
        return kept

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


@cache
def shipped_encoder() -> Encoder:
    """Return the encoder that comes with the package, loaded once.

    Raises:
        InternalError: its files are not what was packaged.
    """
    built: Encoder = read_folder(shipped.entry(NAME).path, lambda _, arrays: Encoder.of(arrays))
    return built
