"""A PEFT LoRA adapter written as a GGUF adapter, to be laid over base weights when they are loaded.

An adapter is two thin matrices for each adapted one: ``B @ A * alpha / rank`` is added. llama.cpp keeps one alpha for
the file, so where modules differ in it the difference is folded into ``B``. What llama.cpp cannot lay over a file
(DoRA, trained biases, whole modules saved, embeddings) is refused by name; merging keeps all of it.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError
from vedette.forge.export.architecture import Shape, rows_for, shape_of, tensor_name
from vedette.forge.export.gguf_model import About, write_about
from vedette.forge.export.weights import Weights, config_of, disk_errors, need_room

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MERGE = "export as merged or gguf-f16 instead: merging keeps it"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is added to one matrix: ``b @ a * scale``."""

    name: str
    """Transformers' name of the matrix."""
    a: NDArray[np.float32]
    """``(rank, columns)``."""
    b: NDArray[np.float32]
    """``(rows, rank)``."""
    scale: float


def read_pairs(folder: Path) -> list[Pair]:
    """Return the matrices of a PEFT LoRA adapter.

    Raises:
        UserError: the adapter is of a kind that llama.cpp cannot lay over a file, or its files are not whole.
    """
    config = config_of(folder, "adapter_config.json")
    if config.get("peft_type") != "LORA":
        raise UserError(f"an adapter of the kind {config.get('peft_type')!r} cannot be written as GGUF")
    for key, told in (
        ("use_dora", "DoRA"),
        ("modules_to_save", "whole trained modules"),
        ("lora_bias", "trained LoRA biases"),
        ("trainable_token_indices", "trained tokens"),
    ):
        if config.get(key):
            raise UserError(f"an adapter with {told} ({key}) cannot be written as GGUF", next_step=_MERGE)
    if config.get("bias", "none") != "none":
        raise UserError("an adapter with trained biases cannot be written as GGUF", next_step=_MERGE)
    weights = Weights(folder, "adapter_model")
    found: dict[str, dict[str, str]] = {}
    for name in weights.names():
        match = re.fullmatch(r"(?:base_model\.model\.)?(.+)\.lora_([AB])\.weight", name)
        if match is None:
            raise UserError(
                f"the adapter's tensor {name!r} has no counterpart in a GGUF adapter",
                next_step=_MERGE,
            )
        found.setdefault(match.group(1), {})[match.group(2)] = name
    pairs: list[Pair] = []
    for module, sides in found.items():
        if set(sides) != {"A", "B"}:
            raise UserError(f"the adapter in {folder} has only half of what it adds to {module!r}")
        a, b = weights.get(sides["A"]), weights.get(sides["B"])
        pairs.append(Pair(f"{module}.weight", a, b, _scale(config, module, a.shape[0])))
    if not pairs:
        raise UserError(f"the adapter in {folder} adapts nothing")
    return pairs


def _scale(config: Mapping[str, Any], module: str, rank: int) -> float:
    alpha = float(config.get("lora_alpha") or 8)
    for pattern, value in (config.get("alpha_pattern") or {}).items():
        if module == pattern or module.endswith(f".{pattern}"):
            alpha = float(value)
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)


def write_adapter(folder: Path, base_config: Mapping[str, Any], out: Path, about: About) -> None:
    """Write a PEFT adapter as the GGUF adapter ``out``, in float32.

    Args:
        folder: the PEFT folder.
        base_config: ``config.json`` of the base weights.
        out: the file; it appears under its name only when it is whole.
        about: name, licence and so on.

    Raises:
        UserError: the architecture or the adapter cannot be written.
        OutsideError: the disk is full.
    """
    shape = shape_of(base_config)
    pairs = read_pairs(folder)
    need_room(out.parent, sum(p.a.nbytes + p.b.nbytes for p in pairs) + 1_000_000)
    part = out.with_name(out.name + ".part")
    with disk_errors(part):
        _write(part, shape, pairs, about)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(out)


def _write(path: Path, shape: Shape, pairs: list[Pair], about: About) -> None:
    import gguf
    import numpy as np

    rank = pairs[0].a.shape[0]
    alpha = pairs[0].scale * rank
    with closing(gguf.GGUFWriter(path, shape.architecture.name)) as writer:
        writer.add_type(gguf.GGUFType.ADAPTER)
        write_about(writer, about)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
        writer.add_file_type(gguf.LlamaFileType.ALL_F32)
        for pair in pairs:
            there = tensor_name(shape, pair.name)
            if there in ("token_embd.weight", "output.weight"):
                raise UserError("an adapter on the embeddings cannot be written as GGUF", next_step=_MERGE)
            # llama.cpp scales by alpha over this pair's own rank; what this pair is scaled by besides goes into b.
            besides = pair.scale / (alpha / pair.a.shape[0])
            b = rows_for(shape, pair.name)(pair.b)
            writer.add_tensor(f"{there}.lora_a", np.ascontiguousarray(pair.a))
            writer.add_tensor(f"{there}.lora_b", np.ascontiguousarray(b if besides == 1.0 else b * np.float32(besides)))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
