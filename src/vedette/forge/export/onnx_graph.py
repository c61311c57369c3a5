"""Transformers models as ONNX graphs, in float32 or with matrices of 8 bits.

Three kinds of graph, all with ``input_ids`` and ``attention_mask`` (1 where a token is) of any batch and length:

* a sequence classifier gives ``logits``, ``(batch, labels)``;
* an encoder without a head gives ``embedding``, ``(batch, dim)``: the mean over tokens, of length 1;
* a causal language model gives ``logits``, ``(batch, tokens, vocabulary)``. It keeps no cache: a graph for scoring and
  for other runtimes, while Vedette itself serves language models as GGUF.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

from vedette.errors import MissingExtraError, OutsideError, UserError
from vedette.forge.export.weights import config_of, disk_errors, need_room

_KEPT = ("tokenizer.json", "tokenizer_config.json", "config.json", "chat_template.jinja", "special_tokens_map.json")


def kind_of(folder: Path) -> str:
    """Return ``language``, ``classifier`` or ``embedding``: what the folder's architecture is.

    Raises:
        UserError: it is none of these.
    """
    names = config_of(folder).get("architectures") or ["?"]
    name = str(names[0])
    if name.endswith("ForSequenceClassification"):
        return "classifier"
    if name.endswith(("ForCausalLM", "LMHeadModel")):
        return "language"
    if name.endswith("Model"):
        return "embedding"
    raise UserError(
        f"a model of the architecture {name!r} cannot be exported as ONNX",
        next_step="sequence classifiers, plain encoders and causal language models can",
    )


def write_onnx(folder: Path, out: Path, *, int8: bool = False) -> None:
    """Write ``model.onnx``, tokeniser and configuration of a Transformers folder into ``out``.

    Args:
        folder: the model.
        out: an existing folder.
        int8: whether matrices are kept at 8 bits and their inputs rounded as they come (dynamic quantisation).

    Raises:
        MissingExtraError: torch or onnx is not installed.
        UserError: the model is of no kind that a graph is made of.
        OutsideError: the disk is full, or the exporter fails.
    """
    try:
        import onnx  # noqa: F401
        import torch
    except ImportError:
        raise MissingExtraError("forge", "exporting as ONNX") from None
    model = load(folder)
    size = sum(p.numel() for p in model.parameters()) * 4
    need_room(out, size * (3 if int8 else 2))
    whole = out / ("float32.onnx" if int8 else "model.onnx")
    ids = torch.tensor([[3, 4, 5, 6, 7], [4, 5, 6, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    sizes = {0: "batch", 1: "tokens"}
    made = "embedding" if kind_of(folder) == "embedding" else "logits"
    with disk_errors(whole), warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        try:
            # tracing: a tenth of the exporter over torch.export's time, and these models branch on no value
            torch.onnx.export(
                model,
                (ids, mask),
                str(whole),
                input_names=["input_ids", "attention_mask"],
                output_names=[made],
                dynamic_axes={
                    "input_ids": sizes,
                    "attention_mask": sizes,
                    made: sizes if kind_of(folder) == "language" else {0: "batch"},
                },
                opset_version=17,
                dynamo=False,
            )
        except (RuntimeError, TypeError, ValueError) as error:
            if "No space left" in str(error):
                raise
            raise OutsideError(
                f"torch cannot make an ONNX graph of the model in {folder}: {error}"[:600],
                next_step="export as merged, or as GGUF where it is a language model",
            ) from None
    if int8:
        _quantise(whole, out / "model.onnx")
    for name in _KEPT:
        if (folder / name).is_file():
            shutil.copy2(folder / name, out / name)


def load(folder: Path) -> Any:
    """Return a torch module ``(input_ids, attention_mask) -> logits`` or ``-> embedding``, in float32."""
    import torch
    import transformers

    kind = kind_of(folder)
    maker: Any = {
        "classifier": transformers.AutoModelForSequenceClassification,
        "language": transformers.AutoModelForCausalLM,
        "embedding": transformers.AutoModel,
    }[kind]
    from vedette.forge.train.quiet import quiet

    with quiet():
        inner = maker.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True
        ).eval()

    class Graph(torch.nn.Module):  # type: ignore[misc]  # torch's types are not read here
        """What becomes the graph."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = inner
            self.config = inner.config

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            """Return logits or embeddings."""
            if kind == "language":
                return self.inner(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits
            told = self.inner(input_ids=input_ids, attention_mask=attention_mask)
            if kind == "classifier":
                return told.logits
            weight = attention_mask.unsqueeze(-1).to(told.last_hidden_state.dtype)
            mean = (told.last_hidden_state * weight).sum(1) / weight.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    return Graph().eval()


def _quantise(whole: Path, out: Path) -> None:
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic

    quiet = logging.getLogger()
    before = quiet.level
    quiet.setLevel(logging.ERROR)  # it asks for preprocessing that changes nothing here
    try:
        with disk_errors(out):
            quantize_dynamic(str(whole), str(out), weight_type=QuantType.QInt8)
    finally:
        quiet.setLevel(before)
        whole.unlink(missing_ok=True)


def session(path: Path) -> Any:
    """Return an onnxruntime session on this processor.

    Raises:
        OutsideError: the file is no graph that onnxruntime reads.
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError("forge", "checking an ONNX export") from None
    try:
        return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base but this
        raise OutsideError(f"onnxruntime cannot read {path}: {error}"[:400]) from None
