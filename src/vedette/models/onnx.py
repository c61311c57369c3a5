"""The ``onnx`` form: an encoder with a classification layer, on onnxruntime; and sentence embeddings for features.

A folder holds ``model.onnx``, ``tokenizer.json`` and ``model.json``. Neither PyTorch nor Transformers is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import MissingExtraError, OutsideError
from vedette.models.linear import Calibration
from vedette.schema import Prediction, RankedLabel

_BATCH = 32
_MAX_CHARS = 20_000


class Encoder:
    """A tokenizer and an ONNX session. Safe to call from several threads.

    Args:
        folder: holds ``model.onnx`` and ``tokenizer.json``.
        max_tokens: tokens of a text that are read.
        threads: of one run; none leaves it to onnxruntime.

    Raises:
        MissingExtraError: onnxruntime or tokenizers is not installed.
        OutsideError: the folder holds no whole model.
    """

    def __init__(self, folder: Path, *, max_tokens: int = 128, threads: int | None = None) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtraError("forge", f"the encoder in {folder}") from None
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if threads is not None:
            options.intra_op_num_threads = threads
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare exceptions
            raise OutsideError(
                f"{folder} holds no whole encoder: {error}", next_step="restore the folder, or pull or train it again"
            ) from None
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.enable_padding()
        self._inputs = {one.name for one in self._session.get_inputs()}

    def run(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the first output for a batch of texts, and the attention mask (n, n_tokens)."""
        shown = [text[:_MAX_CHARS].encode("utf-8", "replace").decode("utf-8") for text in texts]
        encoded = self._tokenizer.encode_batch(shown)
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        out = self._session.run(None, {name: given[name] for name in given if name in self._inputs})[0]
        return np.asarray(out, dtype=np.float32), mask

    def batches(self, texts: Sequence[str]) -> list[tuple[list[int], NDArray[np.float32], NDArray[np.int64]]]:
        """Return outputs in batches of like length, with the places of their texts."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found = []
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            found.append((places, *self.run([texts[i] for i in places])))
        return found

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n_texts, dim) unit vectors: the mean over the tokens' last states."""
        vectors: NDArray[np.float32] | None = None
        for places, states, mask in self.batches(texts):
            mean = states  # a graph that gives (n, dim) has taken the mean itself
            if states.ndim == 3:
                weight = mask[..., None].astype(np.float32)
                mean = (states * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
            mean = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
            if vectors is None:
                vectors = np.zeros((len(texts), mean.shape[1]), dtype=np.float32)
            vectors[places] = mean
        return vectors if vectors is not None else np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxModel:
    """A loaded encoder classifier."""

    name: str
    version: str
    labels: tuple[str, ...]
    encoder: Encoder
    calibration: Calibration
    none: str | None = None
    top: int = 5

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n_texts, n_labels) raw scores."""
        out = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for places, logits, _ in self.encoder.batches(texts):
            out[places] = logits
        return out

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text, in order; an empty text gets none."""
        if not texts:
            return []
        return ranked(
            self.calibration.confidences(self.scores(texts)),
            self.labels,
            self.none,
            self.top,
            self.calibration.threshold,
            [bool(text.strip()) for text in texts],
        )


def ranked(
    confidences: NDArray[np.float32],
    labels: Sequence[str],
    none: str | None,
    top: int,
    threshold: float,
    readable: Sequence[bool],
) -> list[Prediction]:
    """Return the predictions that rows of confidences stand for.

    Args:
        confidences: (n, n_labels).
        labels: of the columns.
        none: the label that is never proposed.
        top: most labels of a prediction.
        threshold: confidence of the first label under which it is an abstention.
        readable: whether there was anything to judge.
    """
    chances = confidences.copy()
    if none is not None and none in labels:
        chances[:, list(labels).index(none)] = -1
    n_top = min(top, len(labels) - (none in labels if none is not None else 0))
    order = np.argsort(-chances, axis=1, kind="stable")[:, :n_top]
    found = []
    for i, places in enumerate(order):
        told = tuple(RankedLabel(label=labels[j], confidence=round(float(chances[i, j]), 4)) for j in places)
        sure = bool(told) and readable[i] and bool(chances[i, places[0]] >= threshold)
        found.append(Prediction(labels=told if readable[i] else (), abstained=not sure))
    return found


def load(folder: Path, name: str, version: str) -> OnnxModel:
    """Return the encoder classifier in a folder.

    Raises:
        MissingExtraError: onnxruntime or tokenizers is not installed.
        OutsideError: the folder holds no whole model.
    """
    try:
        body: Mapping[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        labels = tuple(str(label) for label in body["labels"])
        calibration = Calibration.from_json(body["calibration"])
        max_tokens, none, top = int(body["max_tokens"]), body["none"], int(body["top"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutsideError(f"{folder} holds no whole model: {error}", next_step="train and register it again") from None
    return OnnxModel(
        name=name,
        version=version,
        labels=labels,
        encoder=Encoder(folder, max_tokens=max_tokens),
        calibration=calibration,
        none=none,
        top=top,
    )
