"""Whether the world has changed since a model was trained: measured, not felt.

Three kinds of measure, each with a threshold of its own:

- *population stability* (PSI) of chosen features, of the mix of rules and of the model's own scores, between a
  reference window and the recent findings: ``sum((q - p) * ln(q / p))`` over bins;
- a *two-sample classifier* (ridge regression, cross-fitted): how well recent and reference findings can be told apart,
  as AUC;
- *calibration*: where recent findings have verdicts, how many mattered against how many the model expected, with a
  standard error over places and days, because the findings of an incident come together.

A small window differs from any reference by chance, and a company's weeks differ among themselves. So a threshold is
the larger of a fixed floor and what windows of the same size inside the training time reached themselves (their
maximum, with a margin).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.models.activity.features import Floats

WATCHED: Mapping[str, tuple[str, ...]] = {
    "what": ("severity", "techniques", "accounts"),
    "time": ("hour_sin", "hour_cos"),
    "places": ("host_new", "account_new", "rule_host_new"),
    "company": ("host_tactics_day", "rule_hosts_day", "rule_burst"),
}
"""Features whose distribution is watched, by group. Learnt shares are not: 36 rules have 36 shares, which wander over
the bins' edges while nothing changes (on development worlds without change, PSI up to 0.9); where verdicts change,
calibration and AUC tell."""

SIZES = (60, 120, 240, 480)
"""Sizes of recent windows; the largest that fits is taken."""

FLOOR_PSI = 0.25
FLOOR_AUC = 0.65
FLOOR_UNSEEN = 0.15
MARGIN = 1.3
REFUSE_AT = 2.0
"""Times the threshold from which the inputs' change alone is enough to refuse."""
LEAST_JUDGED = 40
"""Recent verdicts from which calibration is looked at."""
LEAST_TRUE = 8
"""Places and days with what mattered from which the AUC on recent verdicts is looked at."""
AUC_REFUSE, AUC_WARN = 3.3, 2.3
_BINS = 8
_REFERENCE = 1500


class Level(StrEnum):
    """What follows from the drift measured."""

    UNCHECKED = "unchecked"
    """Too few recent findings to tell."""
    OK = "ok"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure of drift."""

    group: str
    measure: str
    value: float
    threshold: float

    @property
    def ratio(self) -> float:
        """Return the value over its threshold."""
        return self.value / self.threshold

    def __str__(self) -> str:
        return f"{self.measure} {self.value:.2f} (threshold {self.threshold:.2f})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far the recent findings are from what the model was trained on."""

    level: Level
    why: str
    n_recent: int
    measures: tuple[Measured, ...] = ()
    """Furthest over its threshold first."""
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """Findings in order of time, as drift looks at them."""

    x: Floats
    """Features, ``(n, d)``."""
    score: Floats
    p: Floats
    rules: tuple[str, ...]
    matters: Floats
    """1, 0 or NaN where nobody judged."""
    clusters: tuple[str, ...]
    """Place and day: what is not independent."""

    def last(self, n: int) -> Recent:
        """Return the last ``n``."""
        start = max(len(self.rules) - n, 0)
        return self.part(slice(start, None))

    def part(self, where: slice) -> Recent:
        """Return a stretch."""
        return Recent(
            self.x[where], self.score[where], self.p[where], self.rules[where], self.matters[where],
            self.clusters[where],
        )  # fmt: skip


def psi(reference: Floats, recent: Floats) -> float:
    """Return the population stability index of two samples over bins of the reference's quantiles; NaN is a bin."""
    known = reference[~np.isnan(reference)]
    values = np.unique(known)
    if len(values) > _BINS:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1]))
    else:
        edges = (values[1:] + values[:-1]) / 2

    def shares(x: Floats) -> Floats:
        place = np.where(np.isnan(x), len(edges) + 1, np.searchsorted(edges, x, side="right"))
        counts = np.bincount(place.astype(int), minlength=len(edges) + 2) + 0.5
        return np.asarray(counts / counts.sum())

    p, q = shares(reference), shares(recent)
    return float(((q - p) * np.log(q / p)).sum())


def psi_of_mix(reference: Mapping[str, float], recent: Sequence[str], n_reference: int) -> float:
    """Return the PSI of the mix of rules; what the reference holds less than 1% of counts together."""
    known = {rule for rule, share in reference.items() if share >= 0.01}
    names = [*sorted(known), ""]
    found = Counter(rule if rule in known else "" for rule in recent)
    p = np.array([reference.get(name, 0.0) * n_reference for name in names]) + 0.5
    p[-1] = max(n_reference - (p[:-1] - 0.5).sum(), 0) + 0.5
    q = np.array([float(found.get(name, 0)) for name in names]) + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum())


def auc(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, ties counted half; NaN where a class is missing."""
    n1, n0 = int(positive.sum()), int((~positive).sum())
    if not n1 or not n0:
        return math.nan
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    return float((rank[place][positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def two_sample(reference: Floats, recent: Floats) -> float:
    """Return how well the two samples can be told apart: AUC of cross-fitted ridge regression, 0.5 is not at all."""
    x = np.vstack([reference, recent])
    y = np.r_[np.zeros(len(reference)), np.ones(len(recent))]
    mean = np.nanmean(x, axis=0)
    x = np.where(np.isnan(x), mean, x) - mean
    deviation = x.std(axis=0)
    x = x / np.where(deviation < 1e-9, 1.0, deviation)
    weight = np.where(y == 1, len(reference) / max(len(recent), 1), 1.0)
    fold = np.arange(len(y)) % 2
    score = np.zeros(len(y))
    for part in (0, 1):
        a, w, t = x[fold != part], weight[fold != part], y[fold != part]
        gram = (a * w[:, None]).T @ a + 0.05 * w.sum() * np.eye(a.shape[1])
        beta = np.linalg.solve(gram, (a * w[:, None]).T @ (t - np.average(t, weights=w)))
        score[fold == part] = x[fold == part] @ beta
    return auc(score, y == 1)


class Reference:
    """The window of the training time with which recent findings are compared."""

    def __init__(
        self,
        names: Sequence[str],
        x: Floats,
        score: Floats,
        rules: Mapping[str, float],
        thresholds: Mapping[str, Mapping[str, float]],
        n: int,
    ) -> None:
        self.names = tuple(names)
        """Watched features, in the order of ``x``'s columns."""
        self.x = x
        self.score = score
        self.rules = dict(rules)
        """Rule -> share of the reference's findings."""
        self.thresholds = {size: dict(held) for size, held in thresholds.items()}
        """Size of window -> measure -> threshold."""
        self.n = n

    @classmethod
    def of(cls, names: Sequence[str], recent: Recent) -> Reference:
        """Return the reference of the training time's findings (features named ``names``)."""
        watched = [name for group in WATCHED.values() for name in group]
        columns = [list(names).index(name) for name in watched]
        n = len(recent.rules)
        x, score = recent.x[:, columns], recent.score
        thresholds: dict[str, dict[str, float]] = {}
        for size in SIZES:
            if n < 4 * size:
                break
            highest: dict[str, float] = {}
            starts = np.unique(np.linspace(0, n - size, min(2 * n // size, 16)).astype(int))
            for start in starts:
                inside = np.zeros(n, dtype=bool)
                inside[start : start + size] = True
                rest = np.flatnonzero(~inside)
                rest = rest[:: max(1, len(rest) // _REFERENCE)]
                shares = _mix([recent.rules[i] for i in rest])
                held = _measures(
                    watched, x[rest], score[rest], shares, len(rest),
                    x[inside], score[inside], [recent.rules[i] for i in np.flatnonzero(inside)],
                )  # fmt: skip
                for measure, value in held.items():
                    highest[measure] = max(highest.get(measure, 0.0), value)
            thresholds[str(size)] = {measure: _threshold(measure, value) for measure, value in highest.items()}
        kept = np.arange(n)[:: max(1, n // _REFERENCE)]
        return cls(watched, x[kept], score[kept], _mix(recent.rules), thresholds, n)

    def compare(self, names: Sequence[str], recent: Recent) -> tuple[tuple[Measured, ...], int]:
        """Return the measures of the last findings and how many they were; none where they are too few."""
        sizes = [int(size) for size in self.thresholds if int(size) <= len(recent.rules)]
        if not sizes:
            return (), len(recent.rules)
        size = max(sizes)
        window = recent.last(size)
        columns = [list(names).index(name) for name in self.names]
        found = _measures(
            self.names, self.x, self.score, self.rules, self.n,
            window.x[:, columns], window.score, window.rules,
        )  # fmt: skip
        groups = {name: group for group, members in WATCHED.items() for name in members}
        thresholds = self.thresholds[str(size)]
        measures = [
            Measured(group=groups.get(m.removeprefix("psi:"), m), measure=m, value=v, threshold=thresholds[m])
            for m, v in found.items()
        ]
        return tuple(sorted(measures, key=lambda m: (-m.ratio, m.measure))), size

    def plain(self) -> dict[str, Any]:
        """Return what is not an array, for JSON."""
        return {"names": list(self.names), "rules": self.rules, "thresholds": self.thresholds, "n": self.n}


def _threshold(measure: str, highest: float) -> float:
    if measure == "two-sample":
        return max(FLOOR_AUC, 0.5 + (highest - 0.5) * MARGIN)
    return max(FLOOR_UNSEEN if measure == "unseen rules" else FLOOR_PSI, highest * MARGIN)


def _mix(rules: Sequence[str]) -> dict[str, float]:
    return {rule: n / len(rules) for rule, n in sorted(Counter(rules).items())}


def _measures(
    names: Sequence[str],
    x: Floats,
    score: Floats,
    mix: Mapping[str, float],
    n: int,
    recent_x: Floats,
    recent_score: Floats,
    recent_rules: Sequence[str],
) -> dict[str, float]:
    found = {f"psi:{name}": psi(x[:, i], recent_x[:, i]) for i, name in enumerate(names)}
    found["psi:scores"] = psi(score, recent_score)
    found["psi:rules"] = psi_of_mix(mix, recent_rules, n)
    known = np.array([rule in mix for rule in recent_rules])
    found["unseen rules"] = float((~known).mean()) if len(known) else 0.0
    found["two-sample"] = two_sample(x, recent_x)
    return found


def calibration_z(recent: Recent) -> tuple[float, float, float, int]:
    """Return how far recent verdicts are from what was expected.

    Returns:
        ``(z, observed, expected, n)``: the difference in standard errors clustered by place and day, how many
        mattered, how many the model expected to, and how many were judged.
    """
    judged = ~np.isnan(recent.matters)
    n = int(judged.sum())
    if not n:
        return 0.0, 0.0, 0.0, 0
    residual = recent.matters[judged] - recent.p[judged]
    names = [c for c, keep in zip(recent.clusters, judged, strict=True) if keep]
    _, place = np.unique(np.array(names), return_inverse=True)
    sums = np.bincount(place, weights=residual)
    model = np.bincount(place, weights=recent.p[judged] * (1 - recent.p[judged]))
    error = math.sqrt(max(float((sums**2).sum()), float(model.sum()), 1e-9))
    return float(residual.sum()) / error, float(recent.matters[judged].sum()), float(recent.p[judged].sum()), n


def auc_since(recent: Recent) -> tuple[float, float, int]:
    """Return the AUC on recent verdicts, its standard error, and how many places and days had what mattered.

    Findings of one incident come together, so a place and day counts once for the error. NaN where there are too few.
    """
    judged = ~np.isnan(recent.matters)
    true = recent.matters[judged] == 1
    names = [c for c, keep in zip(recent.clusters, judged, strict=True) if keep]
    n1 = len({c for c, t in zip(names, true, strict=True) if t})
    n0 = len({c for c, t in zip(names, true, strict=True) if not t})
    if n1 < LEAST_TRUE or n0 < LEAST_TRUE:
        return math.nan, math.nan, n1
    value = auc(recent.p[judged], true)
    return value, hanley(value, n1, n0), n1


def judge(
    reference: Reference, names: Sequence[str], recent: Recent, trained_auc: float, trained_error: float = 0.0
) -> Drift:
    """Return whether a model may still rank.

    It refuses where recent verdicts contradict it (z beyond 4 and off by a factor of 1.5, or an AUC that is below what
    it was by 3.3 standard errors and may be chance), or where the inputs alone are further from the training time than
    twice the threshold. It warns above the threshold, from z 3, and from an AUC 2.3 standard errors lower.
    """
    measures, size = reference.compare(names, recent)
    window = recent.last(max(SIZES))
    z, observed, expected, n_judged = calibration_z(window)
    numbers = {"z": z, "observed": observed, "expected": expected, "n_judged": float(n_judged)}
    refuse, warn = [], []
    if n_judged >= LEAST_JUDGED:
        factor = (observed + 1) / (expected + 1)
        told = f"of {n_judged} findings judged since, {observed:.0f} mattered where {expected:.1f} were expected"
        if abs(z) > 4 and max(factor, 1 / factor) > 1.5:
            refuse.append(f"{told} (z {z:+.1f})")
        elif abs(z) > 3:
            warn.append(f"{told} (z {z:+.1f})")
        value, error, _ = auc_since(window)
        if not math.isnan(value):
            lower = (trained_auc - value) / math.hypot(error, trained_error)
            numbers |= {"auc": value, "auc_error": error, "auc_z": lower}
            told = f"AUC on {n_judged} findings judged since is {value:.2f} (it was {trained_auc:.2f})"
            if lower > AUC_REFUSE and value - 1.96 * error <= 0.5:
                refuse.append(f"{told}, which may be chance")
            elif lower > AUC_WARN:
                warn.append(told)
    if not measures and not refuse and not warn:
        return Drift(
            level=Level.UNCHECKED,
            why=f"{len(recent.rules)} recent findings are too few to tell whether the world has changed",
            n_recent=len(recent.rules),
            numbers=numbers,
        )
    for m in measures:
        if m.ratio >= REFUSE_AT or (m.measure == "two-sample" and m.value - 0.5 >= REFUSE_AT * (m.threshold - 0.5)):
            refuse.append(str(m))
        elif m.ratio >= 1:
            warn.append(str(m))
    level = Level.REFUSE if refuse else Level.WARN if warn else Level.OK
    why = "; ".join((refuse or warn)[:3]) or "recent findings look like those of the training time"
    return Drift(level=level, why=why, n_recent=size, measures=measures, numbers=numbers)


def hanley(value: float, n1: int, n0: int) -> float:
    """Return the standard error of an AUC (Source: Hanley and McNeil, 1982)."""
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    variance = value * (1 - value) + (n1 - 1) * (q1 - value**2) + (n0 - 1) * (q2 - value**2)
    return math.sqrt(max(variance, 0.0) / (n1 * n0))
