"""The ``encoder`` head: a Transformers encoder fine-tuned with a classification layer, served as ONNX.

The model that is calibrated is the exported one, on onnxruntime: what the thresholds were set on is what is served.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from vedette.errors import MissingExtraError, UserError
from vedette.forge.base import Corpus, Progress
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe
from vedette.forge.train.calibrate import calibrate, threshold_for_precision
from vedette.forge.train.features import Labelled, known_options, labelled
from vedette.models.linear import Calibration
from vedette.models.onnx import Encoder, OnnxModel

OPTIONS = ("epochs", "learning_rate", "batch_size", "max_tokens", "warmup", "none", "top", "int8")


class EncoderHead:
    """Fine-tunes an encoder and writes the ``onnx`` form."""

    def fit(
        self, loaded: LoadedRecipe, corpus: Corpus, out: Path, home: Path, progress: Progress
    ) -> Mapping[str, float]:
        """Write the model into ``out`` and return figures of the training."""
        recipe = loaded.recipe
        assert isinstance(recipe, ClassifierRecipe)  # noqa: S101  (the trainer sends no other)
        options = recipe.train.options
        known_options(options, OPTIONS, "encoder")
        if recipe.base is None:
            raise UserError("an encoder starts from base weights", next_step="write base: minilm-l6-v2")
        train, held = labelled(corpus, "train"), labelled(corpus, "validation")
        names = sorted({label for own in train.labels for label in own})
        if len(names) < 2:
            raise UserError("a classifier needs two labels or more", next_step="see the corpus' card")
        max_tokens = int(options.get("max_tokens", 128))
        with TemporaryDirectory(prefix="vedette-encoder-") as work:
            folder = Path(work)
            figures = _tune(train, names, recipe, home, folder, max_tokens, progress)
            from vedette.forge.export.onnx_graph import write_onnx

            write_onnx(folder, out, int8=bool(options.get("int8", False)))
        body: dict[str, Any] = {
            "recipe": recipe.name,
            "seed": recipe.seed,
            "licence": recipe.licence,
            "form": "onnx",
            "labels": names,
            "none": options.get("none") if options.get("none") in names else None,
            "top": int(options.get("top", 5)),
            "max_tokens": max_tokens,
        }
        model = OnnxModel(
            name=recipe.name,
            version="candidate",
            labels=tuple(names),
            encoder=Encoder(out, max_tokens=max_tokens),
            calibration=Calibration(),
            none=body["none"],
            top=body["top"],
        )
        if len(held) >= 20:
            model = replace(model, calibration=_calibration(model, held, recipe.train.abstain_precision))
        body["calibration"] = model.calibration.to_json()
        (out / "model.json").write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return {**figures, "rows": float(len(train)), "labels": float(len(names))}


def _tune(
    train: Labelled,
    names: list[str],
    recipe: ClassifierRecipe,
    home: Path,
    out: Path,
    max_tokens: int,
    progress: Progress,
) -> dict[str, float]:
    """Fine-tune, and leave a Transformers folder in ``out``."""
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError:
        raise MissingExtraError("forge", "the encoder head") from None
    from vedette.forge.train.base_weights import base_folder

    options = recipe.train.options
    assert recipe.base is not None  # noqa: S101  (asked before)
    base = base_folder(recipe.base, home)
    torch.manual_seed(recipe.seed)
    number = {label: i for i, label in enumerate(names)}
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForSequenceClassification.from_pretrained(
        base, num_labels=len(names), id2label=dict(enumerate(names)), label2id=number, ignore_mismatched_sizes=True
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    size, epochs = int(options.get("batch_size", 32)), int(options.get("epochs", 3))
    # rows of like length in a batch: padding costs as much as text
    order = sorted(range(len(train)), key=lambda i: len(train.texts[i]))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    steps = epochs * len(batches)
    warmup = max(1, round(float(options.get("warmup", 0.1)) * steps))
    optimiser = torch.optim.AdamW(model.parameters(), lr=float(options.get("learning_rate", 5e-5)), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / warmup, max(0.0, (steps - step) / max(1, steps - warmup))),
    )
    targets = torch.zeros(len(train), len(names))
    for i, own in enumerate(train.labels):
        for label in own:
            targets[i, number[label]] = 1 / len(own)
    weights = torch.tensor(train.weights)
    draw = np.random.default_rng(recipe.seed)
    done, last = 0, math.nan
    for _ in range(epochs):
        for at in draw.permutation(len(batches)):
            index = batches[at]
            given = tokenizer(
                [train.texts[i] for i in index],
                truncation=True,
                max_length=max_tokens,
                padding=True,
                return_tensors="pt",
            ).to(device)
            logits = model(**given).logits
            losses = -(targets[index].to(device) * torch.log_softmax(logits, dim=-1)).sum(dim=-1)
            weight = weights[index].to(device)
            loss = (losses * weight).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done, last = done + 1, float(loss.detach())
            progress.update("train", done, steps, loss=last)
    model.to("cpu").eval()
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return {"train_loss": last, "steps": float(steps)}


def _calibration(model: OnnxModel, held: Labelled, precision: float | None) -> Calibration:
    number = {label: i for i, label in enumerate(model.labels)}
    scores = model.scores(held.texts)
    truth = [{number[label] for label in own if label in number} for own in held.labels]
    none = number.get(model.none) if model.none is not None else None
    found = calibrate(scores, truth, none=none)
    if precision is None:
        return found
    chances = found.confidences(scores)
    if none is not None:
        chances[:, none] = -1
    first = chances.argmax(axis=1)
    right = np.array([int(j) in own for j, own in zip(first, truth, strict=True)])
    return replace(found, threshold=threshold_for_precision(chances.max(axis=1), right, precision))


HEAD = EncoderHead()
