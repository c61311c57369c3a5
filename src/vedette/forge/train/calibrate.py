"""Scores to confidences that hold: temperature, a bias for each label, a monotone curve, and abstention thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vedette.models.linear import Calibration, Family, Whole

_EMPTY = 2000
"""Records of the ``none`` label that are looked at, about."""
_ANSWERED = 0.72
"""Share of mentions that are answered whatever the precision."""


def calibrate(
    scores: NDArray[np.float32],
    truth: Sequence[set[int]],
    *,
    none: int | None = None,
    per_label: bool = True,
    shrink: float = 2.0,
    knots: int = 24,
    families: Sequence[Family] = (),
) -> Calibration:
    """Return the calibration that fits held-out scores.

    Temperature and biases minimise the log loss; a label's bias is pulled to 0 as by ``shrink`` records, so that a
    label with few of them keeps the common calibration, and one with none has no bias. The curve is isotonic over the
    chance of the first proposed label.

    Args:
        scores: (n, n_labels) raw scores of records that the weights have not seen.
        truth: labels of each record; empty where its label is none of the model's.
        none: number of the label that is never proposed.
        per_label: whether labels have a bias of their own.
        shrink: strength of that pull.
        knots: most points of the curve.
        families: labels that stand in for those under them.
    """
    from scipy.optimize import minimize

    rows = [i for i, labels in enumerate(truth) if labels]
    n, n_labels = scores.shape
    # of thousands of records that hold nothing, one stands for several: each costs a softmax over all labels
    empty = [i for i in rows if truth[i] == {none}]
    stride = max(1, len(empty) // _EMPTY)
    drawn = set(empty[::stride])
    rows = [i for i in rows if truth[i] != {none} or i in drawn]
    counts = np.array([stride if truth[i] == {none} else 1 for i in rows], dtype=np.float32)[:, None]
    target = np.zeros((len(rows), n_labels))
    for at, i in enumerate(rows):
        target[at, sorted(truth[i])] = 1 / len(truth[i])
    # a label that held-out records never have is not to blame for that: they are not all there is
    seen = target.sum(axis=0) > 0
    # Platt's smoothing: where every held-out record is right, the best temperature would be infinite
    doubt = 1 / (len(rows) + 2)
    target = target * (1 - doubt) + doubt / n_labels
    target = target.astype(np.float32)
    held = scores[rows].astype(np.float32)

    def loss(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        heat = np.float32(np.exp(x[0]))
        logits = held * heat
        if per_label:
            logits += x[1:].astype(np.float32)
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        total = chances.sum(axis=1, keepdims=True)
        chances /= total
        value = -float((counts * target * (logits - np.log(total))).sum(dtype=np.float64))
        pull = (chances - target) * counts
        slope = [np.array([float((pull * held).sum(dtype=np.float64) * heat)])]
        if per_label:
            value += shrink / 2 * float((x[1:] ** 2).sum())
            slope.append((pull.sum(axis=0, dtype=np.float64) + shrink * x[1:]) * seen)
        return value, np.concatenate(slope)

    start = np.zeros(1 + (n_labels if per_label else 0))
    start[0] = np.log(3.0)
    bounds = [(-4.0, 6.0)] + [(-8.0, 8.0)] * (len(start) - 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60})
    bias = tuple(round(float(v), 4) for v in found.x[1:]) if per_label else ()
    plain = Calibration(temperature=float(np.exp(found.x[0])), bias=bias, families=tuple(families))
    chances = plain.confidences(scores)
    if none is not None:
        chances[:, none] = -1
    first = chances.argmax(axis=1)
    top = chances[np.arange(n), first]
    right = np.array([float(int(j) in labels) for j, labels in zip(first, truth, strict=True)])
    chance, confidence = _curve(top, right, knots)
    return replace(plain, chance=chance, confidence=confidence)


def calibrate_forms(
    scores: NDArray[np.float32],
    truth: Sequence[set[int]],
    texts: Sequence[str],
    mention: NDArray[np.bool_],
    plain: Calibration,
    *,
    none: int,
    words: int,
    precision: float,
    knots: int = 24,
) -> Calibration:
    """Return the calibration with one curve and threshold for mentions and another for whole sentences.

    Short texts are calibrated on mentions and answer with the asked precision. Whole sentences are calibrated on the
    sentences of reports and on mentions that look like them, and answer where micro-F1 over all sentences is best.

    Args:
        scores: (n, n_columns) scores of records that the weights have not seen.
        truth: labels of each record.
        texts: of each record.
        mention: which records are mentions; the others are sentences of reports.
        plain: temperature, families and expert.
        none: number of the label that is never proposed.
        words: see ``Whole``.
        precision: asked of mentions, whatever their form.
        knots: most points of a curve.
    """
    open_ = replace(plain, none=none, whole=Whole(words=words, chance=(), confidence=(), threshold=0.0))
    assert open_.whole is not None  # noqa: S101  (just given)
    whole = open_.whole.marks(texts)
    chances = open_.chances(scores)
    chances = np.where(whole[:, None], chances, np.minimum(open_.mention_chances(chances), 1.0))
    chances[:, none] = -1
    first = chances.argmax(axis=1)
    top = chances[np.arange(len(first)), first]
    right = np.array([float(int(j) in labels) for j, labels in zip(first, truth, strict=True)])
    chance, confidence = _curve(top[mention & ~whole], right[mention & ~whole], knots)
    long_chance, long_confidence = _curve(top[whole], right[whole], knots)
    curve = np.where(whole, np.interp(top, long_chance, long_confidence), np.interp(top, chance, confidence))
    sure = (curve * (1 - 1e-3) + top * 1e-3).astype(np.float32)
    hit = right > 0
    short = mention & ~whole
    # the whole sentences' threshold first, by F1; what mentions of that form lack in precision, short ones make up for
    asked = ~mention & whole
    there = sum(len(labels - {none}) for labels, here in zip(truth, asked, strict=True) if here)
    long_least = threshold_for_f1(sure[asked], hit[asked], there)
    said = mention & whole & (sure >= long_least)
    least = _least_beside(
        sure[short], hit[short], int(said.sum()), int(hit[said].sum()), int((mention & whole).sum()), precision
    )
    return replace(
        open_,
        chance=chance,
        confidence=confidence,
        threshold=least,
        whole=replace(open_.whole, chance=long_chance, confidence=long_confidence, threshold=long_least),
    )


def _least_beside(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], said: int, hits: int, all_long: int, precision: float
) -> float:
    """Return the least threshold with which these answers and those already said reach the precision together."""
    order = np.argsort(-confidence, kind="stable")
    share = (hits + np.cumsum(right[order])) / (said + np.arange(1, len(order) + 1))
    good = np.flatnonzero(share >= precision)
    # where the precision is out of reach, or leaves most unanswered, as many are answered as should be at the least
    enough = int(np.ceil(_ANSWERED * (len(order) + all_long))) - said
    at = max(int(good[-1]) if len(good) else 0, min(max(enough, 1), len(order)) - 1)
    return float(confidence[order[at]]) if len(order) else 1.01


def _curve(
    top: NDArray[np.float32], right: NDArray[np.float64], knots: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return a monotone curve from chance to precision; bins of equal counts, smoothed to stay inside (0, 1)."""
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(top, kind="stable")
    bins = [part for part in np.array_split(order, min(knots, max(1, len(order) // 20))) if len(part)]
    x = np.array([float(top[part].mean()) for part in bins])
    y = np.array([(float(right[part].sum()) + 0.5 * x[i]) / (len(part) + 0.5) for i, part in enumerate(bins)])
    weight = np.array([len(part) for part in bins], dtype=float)
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0).fit(x, y, sample_weight=weight).predict(x)
    chance = np.concatenate(([0.0], x, [1.0]))
    confidence = np.concatenate(([0.0], fitted, [min(1.0, float(fitted[-1]) + 0.5 * (1 - float(fitted[-1])))]))
    chance, at = np.unique(np.round(chance, 6), return_index=True)
    confidence = np.maximum.accumulate(np.round(confidence[at], 5))
    return tuple(float(v) for v in chance), tuple(float(v) for v in confidence)


def threshold_for_precision(confidence: NDArray[np.float32], right: NDArray[np.bool_], precision: float) -> float:
    """Return the least threshold whose answered records are right in at least this share; above all where none is."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    ends = np.append(confidence[order][1:] < confidence[order][:-1], True) if len(order) else np.zeros(0, bool)
    good = np.flatnonzero((share >= precision) & ends)
    return float(confidence[order[good[-1]]]) if len(good) else 1.01


def threshold_for_f1(confidence: NDArray[np.float32], right: NDArray[np.bool_], n_true: int) -> float:
    """Return the threshold with the best micro-F1, where ``n_true`` labels were to be found."""
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(n_true, 1))
    return float(confidence[order[int(f1.argmax())]]) if len(order) else 0.0
