"""Tensors of a Transformers or PEFT folder, one at a time, as float32."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Weights:
    """The safetensors files of one folder."""

    def __init__(self, folder: Path, stem: str = "model") -> None:
        """Read which tensor is in which file.

        Args:
            folder: holds ``<stem>.safetensors``, or ``<stem>.safetensors.index.json`` and what it names.
            stem: ``model``, or ``adapter_model`` for PEFT.

        Raises:
            UserError: there is none, or one is torn.
        """
        from safetensors import SafetensorError, safe_open

        index = folder / f"{stem}.safetensors.index.json"
        if index.exists():
            named = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            files = [folder / Path(name).name for name in sorted(named)]
        else:
            files = [folder / f"{stem}.safetensors"]
        self._open: dict[str, Any] = {}
        self._file: dict[str, Path] = {}
        for path in files:
            try:
                handle: Any = safe_open(path, framework="pt")
            except (OSError, SafetensorError) as error:
                raise UserError(
                    f"cannot read the weights {path}: {error}", next_step="is it a whole folder in safetensors form?"
                ) from None
            for name in handle.keys():
                self._open[name] = handle
                self._file[name] = path

    def names(self) -> list[str]:
        """Return all tensors' names, in a fixed order."""
        return sorted(self._open)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape without reading it."""
        return tuple(self._open[name].get_slice(name).get_shape())

    def get(self, name: str) -> NDArray[np.float32]:
        """Return a tensor."""
        array: NDArray[np.float32] = self._open[name].get_tensor(name).float().contiguous().numpy()
        return array


def config_of(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """Return a folder's configuration.

    Raises:
        UserError: there is none, or it is no JSON object.
    """
    path = folder / name
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {error}", next_step="is it a model's folder?") from None
    if not isinstance(body, dict):
        raise UserError(f"{path} holds no object")
    return body


def parameters(weights: Weights) -> Iterator[tuple[str, int]]:
    """Yield each tensor's name and number of values."""
    for name in weights.names():
        n = 1
        for size in weights.shape(name):
            n *= size
        yield name, n


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what goes wrong while ``path`` is written into a clear error; nothing half-written is left there."""
    import shutil

    from vedette.errors import OutsideError

    try:
        yield
    except BaseException as error:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError) or "No space left" in str(error):
            raise OutsideError(
                f"cannot write {path}: {error}", next_step="free some room on that disk, then run it again"
            ) from None
        raise


def need_room(path: Path, size_bytes: int) -> None:
    """Check that a disk has room for so many bytes.

    Raises:
        OutsideError: it has not; both figures are said.
    """
    import shutil

    from vedette.errors import OutsideError

    free = shutil.disk_usage(path).free
    if free < size_bytes:
        raise OutsideError(
            f"{path} has {free / 1e6:,.0f} MB free, the export needs {size_bytes / 1e6:,.0f} MB",
            next_step="free some room, or export fewer formats",
        )
