"""How good a ranking is: figures on findings in order of time, beside three simple ways to order a queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from vedette.forge.evaluate.stats import expected_calibration_error
from vedette.models.activity.drift import auc
from vedette.models.activity.features import Floats
from vedette.models.activity.fired import Outcome

TOP = 0.1
"""Share of the queue that somebody looks at first."""
MINUTES = {0: 3.0, 1: 4.0, 2: 6.0, 3: 9.0, 4: 12.0}
"""Minutes of an analyst for a finding of each severity."""


def average_precision(score: Floats, true: Floats) -> float:
    """Return the mean precision at each finding that mattered; tied scores count as one step. NaN without any."""
    n = float(true.sum())
    if not n:
        return float("nan")
    order = np.argsort(-score, kind="stable")
    ends = np.r_[np.flatnonzero(np.diff(score[order])), len(order) - 1]
    hits = np.cumsum(true[order])[ends]
    gained = np.diff(np.r_[0.0, hits])
    return float((gained * hits / (ends + 1)).sum() / n)


def precision_at_top(score: Floats, true: Floats, share: float = TOP) -> float:
    """Return how many of the first ``share`` of the queue mattered; ties at the cut count in part."""
    k = max(1, round(len(score) * share))
    cut = np.sort(score)[::-1][k - 1]
    above, at = score > cut, score == cut
    return float((true[above].sum() + true[at].mean() * (k - above.sum())) / k)


def recall_at_top(score: Floats, true: Floats, share: float = TOP) -> float:
    """Return which share of what mattered is in the first ``share`` of the queue."""
    n = float(true.sum())
    k = max(1, round(len(score) * share))
    return precision_at_top(score, true, share) * k / n if n else float("nan")


def minutes_until(score: Floats, true: Floats, minutes: Floats, share: float = 0.8) -> float:
    """Return an analyst's minutes in queue order until ``share`` of what mattered is found."""
    order = np.argsort(-score, kind="stable")
    wanted = np.ceil(share * true.sum())
    if not wanted:
        return float("nan")
    place = int(np.searchsorted(np.cumsum(true[order]), wanted))
    return float(minutes[order][: place + 1].sum())


STATISTICS: Mapping[str, Callable[[Floats, Floats], float]] = {
    "auc": lambda score, true: auc(score, true == 1),
    "average_precision": average_precision,
    "precision_at_10pct": precision_at_top,
    "recall_at_10pct": recall_at_top,
}
"""Metrics of a ranking: scores and truth in, larger is better."""


def ece(p: Floats, true: Floats) -> float:
    """Return the expected calibration error of chances to matter."""
    return float(expected_calibration_error(p, true, n_bins=10))


def by_severity(outcomes: Sequence[Outcome]) -> Floats:
    """Return the usual order of a queue: gravest first, then as they came."""
    severity = np.nan_to_num(np.array([o.fired.severity for o in outcomes]), nan=2.0)
    return np.asarray(severity - np.arange(len(outcomes)) * 1e-9)


def by_rule(outcomes: Sequence[Outcome], history: Sequence[Outcome]) -> Floats:
    """Return each rule's share of true verdicts, as known when the finding fired (shrunk by 5 imagined verdicts).

    Args:
        outcomes: what is to be ranked, in order of time; their own verdicts count for later ones.
        history: what came before.
    """
    events = [
        (j.at, o.fired.rule, float(j.verdict.value == "true_positive"))
        for o in (*history, *outcomes)
        for j in o.judged[:1]
    ]
    events.sort()
    counts: dict[str, list[float]] = {}
    total, place, out = [1.0, 10.0], 0, []
    for outcome in outcomes:
        while place < len(events) and events[place][0] < outcome.fired.at:
            _, rule, true = events[place]
            held = counts.setdefault(rule, [0.0, 0.0])
            held[0] += true
            held[1] += 1
            total[0] += true
            total[1] += 1
            place += 1
        true, n = counts.get(outcome.fired.rule, (0.0, 0.0))
        prior = total[0] / total[1]
        out.append((true + 5 * prior) / (n + 5))
    return np.array(out)


def by_title(outcomes: Sequence[Outcome], history: Sequence[Outcome]) -> Floats:
    """Return the chance of a logistic regression over TF-IDF of the titles, trained on ``history``."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    judged = [o for o in history if o.matters is not None]
    labels = [bool(o.matters) for o in judged]
    if len(set(labels)) < 2:
        return np.zeros(len(outcomes))
    texts = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+")  # noqa: S106 (no password)
    model = LogisticRegression(max_iter=300)
    model.fit(texts.fit_transform([o.fired.title for o in judged]), labels)
    return np.asarray(model.predict_proba(texts.transform([o.fired.title for o in outcomes]))[:, 1])
