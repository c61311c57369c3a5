"""A Transformers folder written as one GGUF file.

Matrices take the chosen type; vectors (norms, biases) stay float32, as llama.cpp wants them. A matrix whose rows do
not divide into blocks of 32 stays at 16 bits in a quantised file. Tensors are read, laid out, rounded and written one
after the other, so memory holds one at a time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError
from vedette.forge.export.architecture import (
    Shape,
    expected_tensors,
    rope_factors,
    rows_for,
    shape_of,
    tensor_name,
    write_hyperparameters,
)
from vedette.forge.export.vocabulary import Vocabulary, read_vocabulary, write_vocabulary
from vedette.forge.export.weights import Weights, config_of, disk_errors, need_room, parameters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BITS: Mapping[str, float] = {
    "f32": 32,
    "f16": 16,
    "q8_0": 8.5,
    "q5_1": 6,
    "q5_0": 5.5,
    "q4_1": 5,
    "q4_0": 4.5,
}
"""Types a file may have, with the bits a weight then takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a GGUF file says of itself besides its sizes."""

    name: str
    licence: str = ""
    version: str = ""
    description: str = ""
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    base: str = ""
    """Name of the base weights."""
    datasets: tuple[str, ...] = field(default=())


def write_model(folder: Path, out: Path, kind: str, about: About) -> None:
    """Write the model in a Transformers folder as the file ``out``.

    The same folder gives the same bytes. The file appears under its name only when it is whole.

    Args:
        folder: with ``config.json``, safetensors and tokeniser.
        out: the file.
        kind: one of ``BITS``.
        about: name, licence and so on.

    Raises:
        UserError: the architecture or tokeniser cannot be written, or the type is unknown.
        OutsideError: the disk is full.
    """
    if kind not in BITS:
        raise UserError(f"there is no GGUF type {kind!r}", next_step=f"known: {', '.join(BITS)}")
    shape = shape_of(config_of(folder))
    vocabulary = read_vocabulary(folder, shape.vocabulary)
    weights = Weights(folder)
    total = sum(n for _, n in parameters(weights))
    need_room(out.parent, int(total * BITS[kind] / 8 * 1.05) + 16_000_000)
    part = out.with_name(out.name + ".part")
    with disk_errors(part):
        _write(part, shape, vocabulary, weights, kind, about, total)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(out)


def _write(
    path: Path, shape: Shape, vocabulary: Vocabulary, weights: Weights, kind: str, about: About, total: int
) -> None:
    import gguf
    import numpy as np

    with closing(gguf.GGUFWriter(path, shape.architecture.name)) as writer:
        writer.add_type(gguf.GGUFType.MODEL)
        write_about(writer, about)
        writer.add_size_label(f"{total / 1e6:.0f}M" if total < 1e9 else f"{total / 1e9:.1f}B")
        writer.add_file_type(_file_type(kind))
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
        write_hyperparameters(writer, shape)
        write_vocabulary(writer, vocabulary)

        planned: list[tuple[str, str | None, Any]] = []
        factors = rope_factors(shape)
        if factors is not None:
            planned.append(("rope_freqs.weight", None, gguf.GGMLQuantizationType.F32))
        for name in expected_tensors(shape, weights.names()):
            planned.append((tensor_name(shape, name), name, _type_of(weights.shape(name), kind)))
        for there, source, qtype in planned:
            size = factors.shape if source is None and factors is not None else weights.shape(source or "")
            stored = gguf.quant_shape_to_byte_shape(size, qtype) if _in_bytes(qtype) else size
            dtype = (
                np.uint8 if _in_bytes(qtype) else np.float16 if qtype == gguf.GGMLQuantizationType.F16 else np.float32
            )
            n_bytes = int(np.prod(stored)) * np.dtype(dtype).itemsize
            writer.add_tensor_info(there, stored, np.dtype(dtype), n_bytes, raw_dtype=qtype)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for _, source, qtype in planned:
            array = factors if source is None else rows_for(shape, source)(weights.get(source))
            assert array is not None  # noqa: S101  (planned only where there are some)
            writer.write_tensor_data(_rounded(np.ascontiguousarray(array), qtype))


def write_about(writer: Any, about: About) -> None:
    """Put name, licence and origin into a GGUF file's header."""
    writer.add_name(about.name)
    if about.version:
        writer.add_version(about.version)
    if about.description:
        writer.add_description(about.description)
    if about.licence:
        writer.add_license(about.licence)
    if about.languages:
        writer.add_languages(list(about.languages))
    if about.tags:
        writer.add_tags(list(about.tags))
    if about.base:
        writer.add_base_model_count(1)
        writer.add_base_model_name(0, about.base)
    if about.datasets:
        writer.add_dataset_count(len(about.datasets))
        for i, name in enumerate(about.datasets):
            writer.add_dataset_name(i, name)


def _type_of(size: tuple[int, ...], kind: str) -> Any:
    import gguf

    if len(size) == 1:
        return gguf.GGMLQuantizationType.F32
    qtype = gguf.GGMLQuantizationType[kind.upper()]
    block, _ = gguf.GGML_QUANT_SIZES[qtype]
    return qtype if size[-1] % block == 0 else gguf.GGMLQuantizationType.F16


def _in_bytes(qtype: Any) -> bool:
    import gguf

    return qtype not in (gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16)


def _rounded(array: NDArray[np.float32], qtype: Any) -> NDArray[Any]:
    import gguf

    if qtype != gguf.GGMLQuantizationType.F32 and not _fits(array):
        raise UserError(
            "the model has weights beyond what 16 bits hold (65,504), or that are no numbers",
            next_step="export as gguf-f32, and look at the training: such weights are rarely wanted",
        )
    rounded: NDArray[Any] = gguf.quants.quantize(array, qtype)
    return rounded


def _fits(array: NDArray[np.float32]) -> bool:
    import numpy as np

    return bool(np.isfinite(array).all() and np.abs(array).max(initial=0.0) <= np.finfo(np.float16).max)


def _file_type(kind: str) -> Any:
    import gguf

    return gguf.LlamaFileType.ALL_F32 if kind == "f32" else gguf.LlamaFileType[f"MOSTLY_{kind.upper()}"]


def as_stored(array: NDArray[np.float32], kind: str) -> NDArray[np.float32]:
    """Return a tensor as a file of that type gives it back: rounded, then widened to float32 again."""
    import gguf

    qtype = _type_of(array.shape, kind)
    if qtype == gguf.GGMLQuantizationType.F32:
        return array
    widened: NDArray[np.float32] = gguf.quants.dequantize(gguf.quants.quantize(array, qtype), qtype)
    return widened.reshape(array.shape)
