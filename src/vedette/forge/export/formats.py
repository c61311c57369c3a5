"""The names of the forms that a trained model can be given."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.errors import UserError
from vedette.forge.export.gguf_model import BITS

GGUF = tuple(f"gguf-{kind}" for kind in BITS)
"""Whole models for llama.cpp."""
OF_LANGUAGE = ("adapter", "merged", "gguf-adapter", *GGUF, "onnx")
OF_ENCODER = ("merged", "onnx", "onnx-int8")
DEFAULT = {"adapter": ("adapter", "gguf-adapter"), "causal-lm": ("merged", "gguf-f16"), "encoder": ("onnx",)}
"""What each kind of trained model is made into where the recipe names nothing."""
_SERVED = ("gguf-adapter", "gguf-f16", "gguf-q8_0", *GGUF, "onnx-int8", "onnx")
"""What is served where the recipe names nothing: the first of these that was made."""


def chosen(formats: Sequence[str], form: str) -> tuple[str, ...]:
    """Return the forms to make of a trained model, each once, in the order given.

    Args:
        formats: as the recipe names them; empty takes the kind's own.
        form: of the trained model: ``adapter``, ``causal-lm`` or ``encoder``.

    Raises:
        UserError: a form is unknown, or cannot be made of such a model.
    """
    if form not in DEFAULT:
        raise UserError(
            f"a model of the form {form!r} has no other form to be exported to",
            next_step="it is served as it was trained: vedette forge predict NAME",
        )
    possible = OF_ENCODER if form == "encoder" else OF_LANGUAGE
    names = tuple(dict.fromkeys(formats)) or DEFAULT[form]
    for name in names:
        if name not in (*OF_LANGUAGE, *OF_ENCODER):
            raise UserError(f"there is no export format {name!r}", next_step=f"known: {', '.join(possible)}")
        if name not in possible:
            raise UserError(f"an {form} model cannot be exported as {name}", next_step=f"can be: {', '.join(possible)}")
        if "adapter" in name and form != "adapter":
            raise UserError(
                f"{name} needs an adapter, and this model was trained in full",
                next_step="train with method: lora, or export as merged or gguf-f16",
            )
    return names


def served(names: Sequence[str], wanted: str | None) -> str | None:
    """Return which of the made forms is to be served; none where none can be.

    Raises:
        UserError: the wanted one is not made, or cannot be served.
    """
    if wanted is not None:
        if wanted not in names:
            raise UserError(
                f"export.serve names {wanted}, which export.formats does not make",
                next_step=f"add it to the formats, or serve one of {', '.join(names)}",
            )
        if wanted not in _SERVED:
            raise UserError(
                f"{wanted} cannot be served without a training library", next_step="serve a gguf or onnx format"
            )
        return wanted
    return next((name for name in _SERVED if name in names), None)


def gguf_kind(name: str) -> str:
    """Return the GGUF type of a ``gguf-…`` form."""
    return name.removeprefix("gguf-")
