"""The ``linear`` head: one-against-all linear models over n-grams, pruned, calibrated, served without scikit-learn.

Squared-hinge weights (liblinear) are the default; ridge and logistic loss can be chosen. With ``refit`` the calibration
and the threshold come from cross-validation by group over train and validation, and the weights from all of it: every
record then helps, and nothing is calibrated on what the weights have seen. Deterministic for a seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.forge.base import Corpus, Progress
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe
from vedette.forge.train.calibrate import calibrate, calibrate_forms, threshold_for_f1, threshold_for_precision
from vedette.forge.train.features import (
    Labelled,
    block_specs,
    field_names,
    known_options,
    labelled,
    matrix,
    without_repeats,
)
from vedette.forge.train.softmax import fit_softmax
from vedette.forge.train.svm import fit_svms
from vedette.models.linear import Calibration, Expert, Family, LinearModel
from vedette.models.text import BlockSpec, TextFeatures
from vedette.models.weights import LinearWeights

OPTIONS = (
    "words",
    "chars",
    "fields",
    "solver",
    "C",
    "keep",
    "none",
    "min_rows",
    "labels_from",
    "top",
    "long_chars",
    "refit",
    "folds",
    "threshold",
    "calibrate_on",
    "max_chars",
    "label_bias",
    "epochs",
    "rate",
    "back_off",
    "aliases",
    "sample",
    "full",
    "threshold_on",
    "abstain_on",
    "expert",
    "whole_words",
)
"""What ``train.options`` may say to this head."""


def fit_weights(
    rows: Any,
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    n_labels: int,
    *,
    solver: str,
    strength: float,
    seed: int,
    epochs: int = 4,
    rate: float = 0.3,
    sample: int | None = None,
    full: int = 100,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (n_features, n_labels) weights and (n_labels,) biases of one-against-all models.

    Args:
        rows: (n, n_features) CSR matrix.
        labels: (n,) numbers of the labels; all of ``range(n_labels)`` must occur.
        weights: (n,) how much a row counts.
        n_labels: how many labels there are, two or more.
        solver: ``svm`` (squared hinge), ``softmax``, ``ridge`` (least squares) or ``logistic`` (one against all).
        strength: of the data against the L2 penalty (the usual C).
        seed: of the solver's order.
        epochs: passes of ``softmax``.
        rate: first step of ``softmax``.
        sample: rows that a rare label is told from by ``svm``; none: all.
        full: rows from which on a label is not rare to ``svm``.
    """
    if solver == "softmax":
        return fit_softmax(rows, labels, weights, n_labels, epochs=epochs, rate=rate, seed=seed)
    if solver == "svm":
        return fit_svms(rows, labels, weights, n_labels, strength=strength, seed=seed, sample=sample, full=full)
    from sklearn.linear_model import LogisticRegression, Ridge

    if solver == "ridge":
        targets = -np.ones((len(labels), n_labels), dtype=np.float32)
        targets[np.arange(len(labels)), labels] = 1
        ridge = Ridge(alpha=1 / strength, solver="sparse_cg", tol=1e-3, random_state=seed)
        ridge.fit(rows, targets, sample_weight=weights)
        coefficients, bias = ridge.coef_, ridge.intercept_
    elif solver == "logistic":
        parts, starts = [], []
        for label in range(n_labels):
            one = LogisticRegression(C=strength, solver="liblinear", random_state=seed)
            one.fit(rows, labels == label, sample_weight=weights)
            parts.append(one.coef_[0])
            starts.append(float(one.intercept_[0]))
        coefficients, bias = np.vstack(parts), np.array(starts)
    else:
        raise UserError(
            f"train.options.solver: there is no {solver!r}", next_step="use svm, softmax, ridge or logistic"
        )
    if n_labels == 2 and len(coefficients) == 1:
        coefficients, bias = np.vstack([-coefficients, coefficients]), np.concatenate([-bias, bias])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), np.asarray(bias, dtype=np.float32)


def fit_model(
    data: Labelled, specs: Sequence[BlockSpec], options: Mapping[str, Any], *, seed: int, name: str = "candidate"
) -> LinearModel:
    """Return a model fitted on all of ``data``, not yet calibrated."""
    least = int(options.get("min_rows", 1))
    none = options.get("none")
    counts: dict[str, int] = {}
    for labels in data.labels:
        for label in labels:
            counts[label] = counts.get(label, 0) + 1
    wanted = set(counts)
    if options.get("labels_from"):
        marked = zip(data.labels, data.sources, strict=True)
        wanted = {label for labels, source in marked if source in options["labels_from"] for label in labels}
    names = sorted(label for label in wanted if counts[label] >= least)
    if options.get("labels_from"):  # what has no label left would only widen the features
        data = data.take([i for i, labels in enumerate(data.labels) if set(labels) & set(names)])
    if len(names) < 2:
        raise UserError(
            f"a classifier needs two labels with {least} records or more, and the corpus has {len(names)}",
            next_step="see the corpus' card, or set train.options.min_rows",
        )
    number = {label: i for i, label in enumerate(names)}
    place, target, weight = [], [], []
    for i, labels in enumerate(data.labels):
        known = [label for label in labels if label in number]
        for label in known:
            place.append(i)
            target.append(number[label])
            weight.append(data.weights[i] / len(known))
    features = TextFeatures.fit(data.texts, specs, fields=data.fields, max_chars=int(options.get("max_chars", 20_000)))
    found = matrix(features.transform(data.texts, fields=data.fields))
    dense, bias = _fitted(found[place], target, weight, len(names), options, seed)
    calibration, worth = Calibration(families=_families(names, options)), np.ones(len(names), dtype=np.float32)
    if options.get("expert"):
        expert, more, starts = _fit_expert(data, found, number, options["expert"], seed)
        dense, bias = np.hstack([dense, more]), np.concatenate([bias, starts])
        calibration = replace(calibration, expert=expert)
        worth = np.append(worth, np.full(len(starts), expert.temperature, dtype=np.float32))
    return LinearModel(
        name=name,
        version="candidate",
        fields=tuple((options.get("fields") or {}).get("names") or ()),
        labels=tuple(names),
        features=features,
        weights=LinearWeights.compress(dense, bias, keep=int(options.get("keep", 2_000_000)), worth=worth),
        calibration=calibration,
        none=none if none in number else None,
        top=int(options.get("top", 5)),
        long_chars=options.get("long_chars"),
    )


def _fitted(
    rows: Any,
    target: Sequence[int],
    weight: Sequence[float],
    n_labels: int,
    options: Mapping[str, Any],
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return fit_weights(
        rows,
        np.array(target),
        np.array(weight),
        n_labels,
        solver=str(options.get("solver", "svm")),
        strength=float(options.get("C", 1.0)),
        seed=seed,
        epochs=int(options.get("epochs", 4)),
        rate=float(options.get("rate", 0.3)),
        sample=None if options.get("sample") is None else int(options["sample"]),
        full=int(options.get("full", 100)),
    )


def _fit_expert(
    data: Labelled, rows: Any, number: Mapping[str, int], options: Mapping[str, Any], seed: int
) -> tuple[Expert, NDArray[np.float32], NDArray[np.float32]]:
    """Fit a second head on the labels that some sources have, over the same features; return it and its columns."""
    counts = options.get("weights") or {}
    marked = zip(data.labels, data.sources, strict=True)
    names = sorted({label for labels, source in marked if source in options["labels_from"] for label in labels})
    column = {label: i for i, label in enumerate(names)}
    place, target, weight = [], [], []
    for i, labels in enumerate(data.labels):
        known = [label for label in labels if label in column]
        for label in known:
            place.append(i)
            target.append(column[label])
            weight.append(data.weights[i] * float(counts.get(data.sources[i], 1.0)) / len(known))
    dense, bias = _fitted(rows[place], target, weight, len(names), options, seed)
    expert = Expert(
        labels=tuple(number[label] for label in names),
        temperature=float(options.get("temperature", 1.0)),
        trust=float(options.get("trust", 0.0)),
        share=float(options.get("share", 0.0)),
    )
    return expert, dense, bias


def renamed(data: Labelled, aliases: Mapping[str, str]) -> Labelled:
    """Return the records with some labels under another name (``aliases: {old: new}``)."""
    if not aliases:
        return data
    return replace(data, labels=tuple(tuple(aliases.get(label, label) for label in own) for own in data.labels))


def _families(labels: Sequence[str], options: Mapping[str, Any]) -> tuple[Family, ...]:
    given = options.get("back_off")
    if given is None:
        return ()
    return families_of(labels, float(given.get("lead", 0.5)), tuple(given.get("always") or ()))


def families_of(labels: Sequence[str], lead: float, always: Sequence[str]) -> tuple[Family, ...]:
    """Return the families among labels whose names say what is above them (``T1059`` above ``T1059.001``).

    Args:
        labels: the labels.
        lead: share of a family's chance from which the best of those under it stands alone.
        always: labels that stand for those under them whatever the share.
    """
    number = {label: i for i, label in enumerate(labels)}
    under: dict[str, list[int]] = {}
    for label, i in number.items():
        parent = label.rpartition(".")[0]
        if parent in number:
            under.setdefault(parent, []).append(i)
    return tuple(
        Family(parent=number[parent], children=tuple(children), lead=2.0 if parent in always else lead)
        for parent, children in sorted(under.items())
    )


def scores_of(model: LinearModel, data: Labelled) -> NDArray[np.float32]:
    """Return (n, n_columns) raw scores as they will be served."""
    return model.weights.scores(model.features.transform(data.texts, fields=data.fields))


def column_names(model: LinearModel) -> list[str]:
    """Return the name of each column of scores: the labels, then those of the expert, marked as its own."""
    expert = model.calibration.expert
    return [*model.labels, *(f"expert {model.labels[j]}" for j in (expert.labels if expert else ()))]


def group_folds(groups: Sequence[str], k: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each record: groups stay whole, folds are filled evenly, the largest group first."""
    order = np.random.default_rng(seed)
    sizes: dict[str, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    names = sorted(sizes)
    order.shuffle(names)
    names.sort(key=lambda group: -sizes[group])
    filled = [0] * k
    fold: dict[str, int] = {}
    for group in names:
        fold[group] = filled.index(min(filled))
        filled[fold[group]] += sizes[group]
    return np.array([fold[group] for group in groups])


def out_of_fold(
    data: Labelled,
    fit: Any,
    labels: Sequence[str],
    folds: NDArray[np.int64],
    rows: NDArray[np.bool_],
    progress: Progress,
) -> NDArray[np.float32]:
    """Return the scores of the marked rows from models that saw neither their fold nor a repeat of them.

    A label that such a model does not know gets the least score there is.

    Args:
        data: all records.
        fit: makes a model of records.
        labels: names of the columns.
        folds: fold of each record.
        rows: which records are wanted.
        progress: who is told.
    """
    scores = np.full((int(rows.sum()), len(labels)), np.nan, dtype=np.float32)
    place = np.cumsum(rows) - 1
    column = {label: i for i, label in enumerate(labels)}
    k = int(folds.max()) + 1
    for fold in range(k):
        wanted = np.flatnonzero(rows & (folds == fold))
        if not len(wanted):
            continue
        fresh = without_repeats(data, np.flatnonzero(folds != fold), wanted)
        model = fit(data.take(fresh.tolist()))
        got = scores_of(model, data.take(wanted.tolist()))
        names = column_names(model)
        at: list[int] = [column[label] for label in names if label in column]
        have: list[int] = [i for i, label in enumerate(names) if label in column]
        scores[place[wanted][:, None], np.array(at)] = got[:, have]
        progress.update("cross-validation", fold + 1, k)
    least = np.nanmin(scores) if np.isfinite(scores).any() else 0.0
    return np.where(np.isnan(scores), least, scores)


class LinearHead:
    """Trains the ``linear`` form."""

    def fit(
        self, loaded: LoadedRecipe, corpus: Corpus, out: Path, home: Path, progress: Progress
    ) -> Mapping[str, float]:
        """Write the model into ``out`` and return figures of the training."""
        recipe = loaded.recipe
        assert isinstance(recipe, ClassifierRecipe)  # noqa: S101  (the trainer sends no other)
        options = recipe.train.options
        known_options(options, OPTIONS, "linear")
        specs, fields = block_specs(recipe.train), field_names(recipe.train)
        aliases = options.get("aliases") or {}
        train = renamed(labelled(corpus, "train", fields=fields), aliases)
        validation = renamed(labelled(corpus, "validation", fields=fields), aliases)
        if not len(train):
            raise UserError("no training record has a label", next_step="name the label's field in corpus.sources")
        progress.update("fit", 0, 1, rows=float(len(train)))

        def fitted(data: Labelled) -> LinearModel:
            return fit_model(data, specs, options, seed=recipe.seed, name=recipe.name)

        if options.get("refit"):
            data = train + validation
            model = fitted(data)
            wanted = self._calibrated_on(data, options)
            folds = group_folds(data.groups, int(options.get("folds", 5)), recipe.seed)
            scores = out_of_fold(data, fitted, column_names(model), folds, wanted, progress)
            held = data.take(np.flatnonzero(wanted).tolist())
        else:
            model = fitted(train)
            held = validation.take(np.flatnonzero(self._calibrated_on(validation, options)).tolist())
            scores = scores_of(model, held)
        figures: dict[str, float] = {"rows": float(len(train)), "labels": float(len(model.labels))}
        if len(held) >= 20:
            calibration = self._calibration(model, scores, held, recipe, figures)
            model = replace(model, calibration=calibration)
        else:
            progress.note("too few validation records to calibrate on: confidences are the softmax's own")
        model.save(out, facts={"recipe": recipe.name, "seed": recipe.seed, "licence": recipe.licence})
        figures |= {"features": float(len(model.features)), "weights": float(len(model.weights.values))}
        progress.update("fit", 1, 1, **figures)
        return figures

    @staticmethod
    def _calibrated_on(data: Labelled, options: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Mark the records of the sources that the model is calibrated on (``calibrate_on``; none: all)."""
        named = options.get("calibrate_on")
        if not named:
            return np.ones(len(data), dtype=bool)
        marked = np.array([source in named for source in data.sources], dtype=bool)
        if len(data) and not marked.any():
            raise UserError(f"train.options.calibrate_on: no record comes from {', '.join(named)}")
        return marked

    @staticmethod
    def _calibration(
        model: LinearModel,
        scores: NDArray[np.float32],
        held: Labelled,
        recipe: ClassifierRecipe,
        figures: dict[str, float],
    ) -> Calibration:
        number = {label: i for i, label in enumerate(model.labels)}
        truth = [{number[label] for label in labels if label in number} for labels in held.labels]
        none = number.get(model.none) if model.none is not None else None
        if recipe.train.options.get("whole_words") is not None and none is not None:
            return _forms(model, scores, held, truth, none, recipe, figures)
        # biases follow how often the training records have each label: wrong where others are asked
        per_label = bool(recipe.train.options.get("label_bias", True))
        calibration = calibrate(scores, truth, none=none, families=model.calibration.families, per_label=per_label)
        confidences = calibration.confidences(scores)
        if none is not None:
            confidences[:, none] = -1
        first = confidences.argmax(axis=1)
        confidence = confidences[np.arange(len(first)), first]
        right = np.array([int(j) in t for j, t in zip(first, truth, strict=True)])
        judged = np.array([none is None or t != {none} for t in truth])
        figures["validation_top1"] = float(right[judged].mean()) if judged.any() else 0.0
        threshold = 0.0
        if recipe.train.options.get("threshold") == "f1":
            asked = _from(held, recipe.train.options.get("threshold_on"))
            n_true = sum(len(t - {none}) for t, here in zip(truth, asked, strict=True) if here)
            threshold = threshold_for_f1(confidence[asked], right[asked], n_true)
        if recipe.train.abstain_precision is not None:
            asked = _from(held, recipe.train.options.get("abstain_on"))
            precise = threshold_for_precision(confidence[asked], right[asked], recipe.train.abstain_precision)
            threshold = max(threshold, precise)
        said = confidence >= threshold
        figures["threshold"] = threshold
        figures["validation_coverage"] = float(said.mean())
        figures["validation_precision"] = float(right[said].mean()) if said.any() else 0.0
        return replace(calibration, threshold=threshold)


def _forms(
    model: LinearModel,
    scores: NDArray[np.float32],
    held: Labelled,
    truth: Sequence[set[int]],
    none: int,
    recipe: ClassifierRecipe,
    figures: dict[str, float],
) -> Calibration:
    """Calibrate mentions and whole sentences each by themselves."""
    mention = _from(held, recipe.train.options.get("abstain_on"))
    found = calibrate_forms(
        scores,
        truth,
        held.texts,
        mention,
        model.calibration,
        none=none,
        words=int(recipe.train.options["whole_words"]),
        precision=recipe.train.abstain_precision or 0.0,
    )
    confidences = found.confidences(scores, held.texts)
    confidences[:, none] = -1
    first = confidences.argmax(axis=1)
    right = np.array([int(j) in labels for j, labels in zip(first, truth, strict=True)])
    said = confidences[np.arange(len(first)), first] >= found.thresholds(held.texts)
    figures["validation_top1"] = float(right[mention].mean())
    figures["validation_coverage"] = float(said[mention].mean())
    figures["validation_precision"] = float(right[said & mention].mean()) if (said & mention).any() else 0.0
    return found


def _from(data: Labelled, sources: Sequence[str] | None) -> NDArray[np.bool_]:
    """Mark the records of these sources; of all where none is named."""
    return np.array([not sources or source in sources for source in data.sources], dtype=bool)


HEAD = LinearHead()
