"""The ``boosted`` head: histogram gradient boosting over fields, projected n-grams and embeddings.

scikit-learn grows the trees; they are written out as plain arrays and walked with NumPy when served, so that what is
served is what was trained to the last bit of a comparison.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.forge.base import Corpus, Progress, Record
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe
from vedette.forge.train.calibrate import calibrate, threshold_for_precision
from vedette.forge.train.features import block_specs, known_options, matrix
from vedette.models.boosted import BoostedModel, DenseFeatures, Trees
from vedette.models.linear import Calibration
from vedette.models.text import TextFeatures

OPTIONS = ("words", "chars", "fields", "dimensions", "embedding", "rounds", "rate", "leaves", "top", "none")
FEATURES = ("words", "chars", "fields", "embedding")


def trees_of(model: Any) -> Trees:
    """Return a fitted ``HistGradientBoostingClassifier`` as arrays."""
    nodes: dict[str, list[NDArray[Any]]] = {
        key: [] for key in ("feature", "split", "left", "right", "missing", "value")
    }
    roots, output, total = [], [], 0
    for stage in model._predictors:
        for column, tree in enumerate(stage):
            table = tree.nodes
            leaf = table["is_leaf"].astype(bool)
            roots.append(total)
            output.append(column)
            nodes["feature"].append(np.where(leaf, -1, table["feature_idx"].astype(np.int64)))
            nodes["split"].append(table["num_threshold"].astype(np.float64))
            nodes["left"].append(np.where(leaf, 0, table["left"].astype(np.int64) + total))
            nodes["right"].append(np.where(leaf, 0, table["right"].astype(np.int64) + total))
            nodes["missing"].append(table["missing_go_to_left"].astype(bool))
            nodes["value"].append(np.where(leaf, table["value"], 0.0))
            total += len(table)
    joined = {key: np.concatenate(parts) for key, parts in nodes.items()}
    return Trees(
        np.array(roots, dtype=np.int64),
        np.array(output, dtype=np.int64),
        joined["feature"],
        joined["split"],
        joined["left"],
        joined["right"],
        joined["missing"],
        joined["value"],
        np.asarray(model._baseline_prediction, dtype=np.float64).ravel(),
    )


def _dense(records: Sequence[Record], recipe: ClassifierRecipe, home: Path) -> tuple[DenseFeatures, Path | None]:
    """Return the features fitted on the training records, and the folder of the encoder among them."""
    options, features = recipe.train.options, recipe.train.features
    unknown = [name for name in features if name not in FEATURES]
    if unknown:
        raise UserError(
            f"train.features: the boosted head has no {', '.join(unknown)}", next_step=f"it has {', '.join(FEATURES)}"
        )
    dense = DenseFeatures()
    if "fields" in features:
        names = (options.get("fields") or {}).get("names") or sorted({k for r in records for k in r.fields})
        numbers = [n for n in names if _numeric([r.fields.get(n) for r in records])]
        counts: Counter[tuple[str, str]] = Counter()
        for record in records:
            for name in names:
                value = record.fields.get(name)
                if name in numbers or value in (None, ""):
                    continue
                for item in value if isinstance(value, list | tuple) else (value,):
                    counts[name, str(item)] += 1
        known = [pair for pair, n in counts.most_common(200) if n >= 3]
        dense = replace(dense, numbers=tuple(numbers), categories=tuple(sorted(known)))
    grams = tuple(name for name in features if name in ("words", "chars"))
    if grams:
        from sklearn.decomposition import TruncatedSVD

        specs = block_specs(replace(recipe.train, features=grams))
        texts = [record.text for record in records]
        fitted = TextFeatures.fit(texts, specs)
        rows = matrix(fitted.transform(texts))
        size = min(int(options.get("dimensions", 64)), min(rows.shape) - 1)
        if size < 1:
            raise UserError("too few texts to learn n-gram features from", next_step="give more records")
        svd = TruncatedSVD(size, random_state=recipe.seed).fit(rows)
        # as stored: 16 bits
        dense = replace(dense, text=fitted, projection=svd.components_.T.astype(np.float16).astype(np.float32))
    encoder = None
    if "embedding" in features:
        from vedette.models.catalogue import locate
        from vedette.models.onnx import Encoder

        encoder = locate(str(options.get("embedding", "minilm-l6-v2-int8")), home)
        dense = replace(dense, encoder=Encoder(encoder))
    if not (dense.needs_fields or dense.text is not None or dense.encoder is not None):
        raise UserError("train.features gives no feature at all", next_step=f"name some of {', '.join(FEATURES)}")
    return dense, encoder


def _numeric(values: Sequence[Any]) -> bool:
    given = [value for value in values if value not in (None, "")]
    return bool(given) and all(isinstance(value, int | float) for value in given)


class BoostedHead:
    """Trains the ``boosted`` form."""

    def fit(
        self, loaded: LoadedRecipe, corpus: Corpus, out: Path, home: Path, progress: Progress
    ) -> Mapping[str, float]:
        """Write the model into ``out`` and return figures of the training."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        recipe = loaded.recipe
        assert isinstance(recipe, ClassifierRecipe)  # noqa: S101  (the trainer sends no other)
        options = recipe.train.options
        known_options(options, OPTIONS, "boosted")
        train = [record for record in corpus.records("train") if record.labels]
        held = [record for record in corpus.records("validation") if record.labels]
        names = sorted({record.labels[0] for record in train})
        if len(names) < 2:
            raise UserError("a classifier needs two labels or more", next_step="see the corpus' card")
        dense, encoder = _dense(train, recipe, home)
        number = {label: i for i, label in enumerate(names)}
        rows = dense.rows([r.text for r in train], [r.fields for r in train])
        model = HistGradientBoostingClassifier(
            max_iter=int(options.get("rounds", 100)),
            learning_rate=float(options.get("rate", 0.1)),
            max_leaf_nodes=int(options.get("leaves", 31)),
            early_stopping=False,
            random_state=recipe.seed,
        )
        progress.update("fit", 0, 1, rows=float(len(train)))
        weights = [record.weight for record in train]
        model.fit(rows, [number[record.labels[0]] for record in train], sample_weight=weights)
        served = BoostedModel(
            name=recipe.name,
            version="candidate",
            labels=tuple(names),
            features=dense,
            trees=trees_of(model),
            calibration=Calibration(),
            none=options.get("none") if options.get("none") in number else None,
            top=int(options.get("top", 5)),
        )
        figures = {"rows": float(len(train)), "labels": float(len(names)), "trees": float(len(served.trees.roots))}
        if len(held) >= 20:
            scores = served.trees.scores(dense.rows([r.text for r in held], [r.fields for r in held]))
            if scores.shape[1] == 1:
                scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
            truth = [{number[label] for label in r.labels if label in number} for r in held]
            none = number.get(served.none) if served.none is not None else None
            calibration = calibrate(scores.astype(np.float32), truth, none=none, per_label=False)
            if recipe.train.abstain_precision is not None:
                chances = calibration.confidences(scores.astype(np.float32))
                first = chances.argmax(axis=1)
                right = np.array([int(j) in t for j, t in zip(first, truth, strict=True)])
                least = threshold_for_precision(chances.max(axis=1), right, recipe.train.abstain_precision)
                calibration = replace(calibration, threshold=least)
            served = replace(served, calibration=calibration)
        save(served, out, encoder, {"recipe": recipe.name, "seed": recipe.seed, "licence": recipe.licence})
        progress.update("fit", 1, 1, **figures)
        return figures


def save(model: BoostedModel, out: Path, encoder: Path | None, facts: Mapping[str, Any]) -> None:
    """Write a boosted model into a folder."""
    dense = model.features
    arrays: dict[str, Any] = dict(model.trees.to_arrays())
    if dense.text is not None and dense.projection is not None:
        arrays |= dense.text.to_arrays() | {"projection": dense.projection.astype(np.float16)}
    body = {
        **facts,
        "form": "boosted",
        "labels": list(model.labels),
        "none": model.none,
        "top": model.top,
        "features": {
            "numbers": list(dense.numbers),
            "categories": [list(pair) for pair in dense.categories],
            "text": dense.text.to_json() if dense.text is not None else None,
            "encoder": encoder is not None,
        },
        "calibration": model.calibration.to_json(),
    }
    (out / "model.json").write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with (out / "weights.npz").open("wb") as file:
        np.savez_compressed(file, **arrays)
    if encoder is not None:
        (out / "encoder").mkdir()
        for name in ("model.onnx", "tokenizer.json"):
            shutil.copyfile(encoder / name, out / "encoder" / name)


HEAD = BoostedHead()
