"""A GGUF file with its matrices widened to float32 and everything else as it is.

Widening loses nothing, and llama.cpp multiplies float32 matrices in float32. So a widened copy shows what a file *says*
without the rounding that llama.cpp adds when it computes with 16 or fewer bits.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from vedette.errors import UserError
from vedette.forge.export.weights import disk_errors, need_room

_OWN = ("GGUF.version", "GGUF.tensor_count", "GGUF.kv_count", "general.architecture", "general.file_type")
"""Header fields that the writer sets itself."""


def widen(source: Path, out: Path) -> None:
    """Write a copy of a GGUF file whose tensors are all float32.

    Raises:
        UserError: the file is no GGUF file, or has a type that cannot be widened here.
        OutsideError: the disk is full.
    """
    import gguf
    import numpy as np

    try:
        reader: Any = gguf.GGUFReader(source)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {source} as GGUF: {error}") from None
    need_room(out.parent, sum(int(t.n_elements) * 4 for t in reader.tensors) + 16_000_000)
    with disk_errors(out):
        with closing(gguf.GGUFWriter(out, str(reader.fields["general.architecture"].contents()))) as writer:
            writer.add_file_type(gguf.LlamaFileType.ALL_F32)
            for name, field in reader.fields.items():
                if name not in _OWN:
                    inner = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
                    writer.add_key_value(name, field.contents(), field.types[0], inner)
            for tensor in reader.tensors:
                size = tuple(int(n) for n in reversed(tensor.shape))
                writer.add_tensor_info(tensor.name, size, np.dtype(np.float32), int(tensor.n_elements) * 4)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_ti_data_to_file()
            for tensor in reader.tensors:
                try:
                    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
                except NotImplementedError:
                    raise UserError(
                        f"{source} has tensors of the type {tensor.tensor_type.name}, which cannot be widened here",
                        next_step="check the adapter over base weights of another type, such as Q8_0 or F16",
                    ) from None
                size = tuple(int(n) for n in reversed(tensor.shape))
                writer.write_tensor_data(np.ascontiguousarray(values, dtype=np.float32).reshape(size))


def stored_kind(path: Path) -> str:
    """Return the type that most of a GGUF file's matrices have, such as ``q4_1``."""
    from collections import Counter

    import gguf

    kinds = Counter(t.tensor_type.name.lower() for t in gguf.GGUFReader(path).tensors if len(t.shape) > 1)
    return kinds.most_common(1)[0][0] if kinds else "f32"
