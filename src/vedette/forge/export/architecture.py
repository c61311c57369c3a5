"""What llama.cpp must be told of a model architecture, and how its weights are laid out there.

Two architectures are written: ``llama`` and ``qwen2``. They differ in one thing that is silent when it is wrong. Both
turn query and key by rotary positions; Transformers pairs dimension ``i`` of a head with ``i + half``, llama.cpp's
``llama`` pairs neighbours ``2i`` and ``2i + 1``, its ``qwen2`` pairs like Transformers. So the rows of the query and
key projections (and of ``lora_B`` on them) are reordered for ``llama`` and left as they are for ``qwen2``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Architecture:
    """One family of models, as llama.cpp knows it."""

    name: str
    """``general.architecture``."""
    interleaved: bool
    """Whether rotary pairs are neighbours, so that rows of query and key projections move."""


ARCHITECTURES: dict[str, Architecture] = {
    "llama": Architecture(name="llama", interleaved=True),
    "qwen2": Architecture(name="qwen2", interleaved=False),
}
"""Transformers' ``model_type`` to architecture."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of one model, read from its ``config.json``."""

    architecture: Architecture
    n_layers: int
    n_heads: int
    n_kv_heads: int
    head_size: int
    hidden: int
    feed_forward: int
    context: int
    vocabulary: int
    norm_epsilon: float
    rope_base: float
    rope: Mapping[str, Any]
    """Rotary scaling as the configuration says it; ``rope_type`` is ``default``, ``linear``, ``yarn`` or ``llama3``."""
    tied: bool
    """Whether the output matrix is the embedding matrix."""


def shape_of(config: Mapping[str, Any]) -> Shape:
    """Return the sizes in a Transformers configuration.

    Raises:
        UserError: llama.cpp's layout of this architecture, activation or rotary scaling is not known here.
    """
    kind = str(config.get("model_type", "unknown"))
    if kind not in ARCHITECTURES:
        raise UserError(
            f"a model of the architecture {kind!r} cannot be written as GGUF",
            next_step=f"the architectures that can: {', '.join(ARCHITECTURES)}; export as merged or adapter instead",
        )
    activation = config.get("hidden_act", "silu")
    if activation != "silu":
        raise UserError(
            f"{kind} with the activation {activation!r} cannot be written as GGUF: llama.cpp computes silu",
            next_step="export as merged or adapter instead",
        )
    if config.get("use_sliding_window"):
        raise UserError(
            f"{kind} with sliding-window attention cannot be written as GGUF", next_step="export as merged instead"
        )
    heads = int(config["num_attention_heads"])
    hidden = int(config["hidden_size"])
    rope = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    rope.setdefault("rope_type", rope.get("type", "default"))
    if rope["rope_type"] not in ("default", "linear", "yarn", "llama3"):
        raise UserError(
            f"rotary scaling of the type {rope['rope_type']!r} cannot be written as GGUF",
            next_step="export as merged instead",
        )
    return Shape(
        architecture=ARCHITECTURES[kind],
        n_layers=int(config["num_hidden_layers"]),
        n_heads=heads,
        n_kv_heads=int(config.get("num_key_value_heads") or heads),
        head_size=int(config.get("head_dim") or hidden // heads),
        hidden=hidden,
        feed_forward=int(config["intermediate_size"]),
        context=int(config.get("max_position_embeddings", 2048)),
        vocabulary=int(config["vocab_size"]),
        norm_epsilon=float(config.get("rms_norm_eps", 1e-6)),
        rope_base=float(rope.get("rope_theta") or config.get("rope_theta") or 10000.0),
        rope=rope,
        tied=bool(config.get("tie_word_embeddings", False)),
    )


def interleave(rows: Array, n_heads: int) -> Array:
    """Return the rows of a projection (or of its bias) in llama.cpp's ``llama`` order.

    In each head, row ``i`` of the first half goes to ``2i`` and row ``i`` of the second half to ``2i + 1``.

    Args:
        rows: ``(n_heads * head_size, …)``.
        n_heads: heads of this projection (key heads for the key projection).
    """
    half = rows.shape[0] // n_heads // 2
    return rows.reshape(n_heads, 2, half, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def rows_for(shape: Shape, name: str) -> Callable[[Array], Array]:
    """Return what must be done with the rows of the tensor of that Transformers name."""
    if shape.architecture.interleaved:
        if ".q_proj." in name:
            return lambda rows: interleave(rows, shape.n_heads)
        if ".k_proj." in name:
            return lambda rows: interleave(rows, shape.n_kv_heads)
    return lambda rows: rows


def tensor_name(shape: Shape, name: str) -> str:
    """Return llama.cpp's name of a tensor.

    Raises:
        UserError: the architecture has no such tensor there.
    """
    import gguf

    names = gguf.get_tensor_name_map(_ARCH_IDS()[shape.architecture.name], shape.n_layers)
    found = names.get_name(name, try_suffixes=(".weight", ".bias"))
    if found is None:
        raise UserError(
            f"the tensor {name!r} has no place in llama.cpp's architecture {shape.architecture.name!r}",
            next_step="export as merged instead",
        )
    return str(found)


def _ARCH_IDS() -> dict[str, Any]:  # noqa: N802  (a table made late, because gguf is imported late)
    import gguf

    return {name: arch for arch, name in gguf.MODEL_ARCH_NAMES.items()}


def write_hyperparameters(writer: Any, shape: Shape) -> None:
    """Put the sizes, norms and rotary settings into a GGUF file's header."""
    import gguf

    writer.add_block_count(shape.n_layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.n_heads)
    writer.add_head_count_kv(shape.n_kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(shape.rope_base)
    kind = shape.rope["rope_type"]
    if kind == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(float(shape.rope["factor"]))
    elif kind == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(float(shape.rope["factor"]))
        original = shape.rope.get("original_max_position_embeddings")
        if original:
            writer.add_rope_scaling_orig_ctx_len(int(original))


def rope_factors(shape: Shape) -> Array | None:
    """Return by what each rotary frequency is divided, ``(head_size / 2,) float32``, where ``llama3`` scaling is used.

    Low frequencies are divided by ``factor``, high ones kept, those between blended smoothly.
    """
    if shape.rope["rope_type"] != "llama3":
        return None
    import numpy as np

    factor, original = float(shape.rope["factor"]), float(shape.rope["original_max_position_embeddings"])
    low, high = float(shape.rope["low_freq_factor"]), float(shape.rope["high_freq_factor"])
    out: list[float] = []
    for i in range(0, shape.head_size, 2):
        wavelength = 2 * math.pi * shape.rope_base ** (i / shape.head_size)
        if wavelength < original / high:
            out.append(1.0)
        elif wavelength > original / low:
            out.append(factor)
        else:
            share = (original / wavelength - low) / (high - low)
            out.append(1.0 / ((1 - share) / factor + share))
    return np.asarray(out, dtype=np.float32)


def expected_tensors(shape: Shape, given: Sequence[str]) -> list[str]:
    """Return the tensors to write, in the given order, without what llama.cpp computes itself.

    The output matrix is left out where it is the embedding matrix: llama.cpp then uses the one for both.
    """
    return [
        name
        for name in given
        if not name.endswith("rotary_emb.inv_freq") and not (shape.tied and name == "lm_head.weight")
    ]
