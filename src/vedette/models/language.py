"""From a name to a loaded language model: the registry's, the catalogue's, or a GGUF file.

A registered language model says in ``serve.json`` what of its folder is served, with paths relative to it::

    {"format": "gguf-f16", "gguf": "gguf-f16/model.gguf"}
    {"format": "gguf-adapter", "adapter": "gguf-adapter/adapter.gguf", "scale": 1.0, "base": "smollm2-135m-instruct"}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import OutsideError, UserError
from vedette.models import catalogue
from vedette.models.files import safe_path
from vedette.models.llama import LlamaModel
from vedette.models.loading import find, is_language
from vedette.models.registry import ModelEntry

_DEEPEST = 4
"""Registered models that rest on registered models."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What the runtime loads."""

    gguf: Path
    adapters: tuple[tuple[Path, float], ...] = ()


def open_model(
    ref: str,
    home: Path,
    *,
    n_ctx: int = 2048,
    n_parallel: int = 1,
    threads: int | None = None,
    adapters: Sequence[tuple[Path, float]] = (),
) -> LlamaModel:
    """Return a loaded language model; close it, or use it as a context manager.

    Args:
        ref: ``name`` or ``name@version`` in the registry, a catalogue name, or the path of a GGUF file.
        home: the home.
        n_ctx: see :class:`vedette.models.llama.LlamaModel`.
        n_parallel: see there.
        threads: see there.
        adapters: more adapters, after those that belong to the model.

    Raises:
        UserError: there is no such model, it is no language model, or its base weights were not pulled.
        OutsideError: files are damaged.
    """
    weights = weights_of(ref, home)
    return LlamaModel(
        weights.gguf, adapters=(*weights.adapters, *adapters), n_ctx=n_ctx, n_parallel=n_parallel, threads=threads
    )


def open_entry(entry: ModelEntry, home: Path, *, n_ctx: int = 2048) -> LlamaModel:
    """Return the loaded language model of an entry that ``find`` gave; see :func:`open_model`."""
    weights = _served(entry, home, _DEEPEST)
    return LlamaModel(weights.gguf, adapters=weights.adapters, n_ctx=n_ctx)


def weights_of(ref: str, home: Path) -> Weights:
    """Return the files that a name stands for, checked by digest; see :func:`open_model`."""
    return _weights(ref, home, _DEEPEST)


def _weights(ref: str, home: Path, deep: int) -> Weights:
    if ref.endswith(".gguf"):
        return Weights(Path(ref))
    if "@" not in ref and any(e.name == ref for e in catalogue.entries(home)):
        entry = catalogue.entry(ref, home)
        if entry.format != "gguf":
            raise UserError(f"{ref} is {entry.format}, which the embedded runtime does not read")
        return Weights(catalogue.locate(ref, home))
    return _served(find(ref, home), home, deep)


def _served(entry: ModelEntry, home: Path, deep: int) -> Weights:
    called = f"{entry.name}@{entry.version}"
    if not is_language(entry):
        raise UserError(f"{called} is no language model", next_step=f"vedette forge predict {entry.name}")
    if deep == 0:
        raise UserError(f"{called} rests on models that rest on each other")
    try:
        said: Any = orjson.loads((entry.path / "serve.json").read_bytes())
        gguf, adapter, base = (said.get(key) for key in ("gguf", "adapter", "base"))
        scale = float(said.get("scale", 1.0))
    except FileNotFoundError:
        raise UserError(
            f"{called} was registered without a form that can be served",
            next_step="name one in the recipe: export: {formats: [gguf-f16], serve: gguf-f16}",
        ) from None
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise OutsideError(f"serve.json of {called} cannot be read: {error}", location=str(entry.path)) from None
    if isinstance(gguf, str):
        return Weights(entry.path / safe_path(gguf))
    if isinstance(adapter, str) and isinstance(base, str):
        under = _weights(base, home, deep - 1)
        return Weights(under.gguf, (*under.adapters, (entry.path / safe_path(adapter), scale)))
    if isinstance(said.get("onnx"), str):
        raise UserError(
            f"{called} is served as ONNX, which the embedded runtime does not read",
            next_step="serve a GGUF form: export: {formats: [gguf-f16], serve: gguf-f16}",
        )
    raise OutsideError(f"serve.json of {called} names neither weights, nor an adapter and its base weights")
