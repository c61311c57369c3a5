"""From a team's outcomes to an activity model, or to a refusal that says what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vedette.errors import UserError
from vedette.forge.activity.choose import calibrate, choose, fit_linear
from vedette.forge.base import Progress, Silent
from vedette.forge.evaluate.stats import interval
from vedette.models.activity.drift import Recent, Reference, auc
from vedette.models.activity.features import Floats, Layout, choose_words
from vedette.models.activity.fired import Outcome
from vedette.models.activity.model import ActivityModel, Settings, cluster_of
from vedette.models.activity.replay import replay, taken_at
from vedette.models.activity.scorer import Linear, Scaling
from vedette.models.activity.state import State
from vedette.schema import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a recipe may set (``train.options``)."""

    least_judged: int = 200
    """Judged findings that training needs."""
    least_of_class: int = 20
    """Of them, those that mattered and those that did not."""
    least_validation: int = 60
    """Judged findings that the validation window needs."""
    least_validation_of_class: int = 8
    scorer: str = "auto"
    """``auto``, ``linear`` or ``boosted``."""
    words: int = 80
    """Words of titles that are features."""
    conflicts: str = "latest"
    """Of verdicts that differ: ``latest``, ``first``, or ``drop`` (the finding counts as unlabelled)."""
    abstain_precision: float = 0.85
    """Precision of suggested verdicts that the threshold is set for."""

    @classmethod
    def of(cls, given: Mapping[str, Any], abstain_precision: float | None = None) -> Options:
        """Return the options in a recipe.

        Raises:
            UserError: a name is unknown or a value is of the wrong kind.
        """
        known = {name: type(value) for name, value in _DEFAULTS.items()}
        for name, value in given.items():
            if name not in known:
                raise UserError(
                    f"train.options: the activity head knows no {name!r}", next_step=f"it knows {', '.join(known)}"
                )
            if isinstance(value, bool) or not isinstance(value, (int, float) if known[name] is float else known[name]):
                raise UserError(f"train.options.{name}: {value!r} is no {known[name].__name__}")
        chosen = {**_DEFAULTS, **given}
        if abstain_precision is not None:
            chosen["abstain_precision"] = abstain_precision
        if chosen["conflicts"] not in ("latest", "first", "drop"):
            raise UserError("train.options.conflicts: use latest, first or drop")
        if chosen["scorer"] not in ("auto", "linear", "boosted"):
            raise UserError("train.options.scorer: use auto, linear or boosted")
        return cls(**chosen)


_DEFAULTS: dict[str, Any] = {name: getattr(Options(), name) for name in Options.__dataclass_fields__}


def settle(outcomes: Sequence[Outcome], conflicts: str) -> list[Outcome]:
    """Return the outcomes with conflicting verdicts decided in the recipe's way."""
    if conflicts == "latest":
        return list(outcomes)
    return [
        o if not o.conflicting else Outcome(fired=o.fired, judged=o.judged[:1] if conflicts == "first" else ())
        for o in outcomes
    ]


def fit(
    train: Sequence[Outcome],
    validation: Sequence[Outcome],
    *,
    options: Options,
    salt: bytes,
    seed: int = 0,
    name: str = "activity",
    progress: Progress | None = None,
) -> tuple[ActivityModel, dict[str, float]]:
    """Return a model and figures of its training.

    Args:
        train: outcomes of the first part of the time; verdicts given after its end are not learnt from, because they
            were not known then.
        validation: outcomes of the part after it: calibration, threshold, and whether there is anything to be had.
        options: the recipe's.
        salt: key of the names' digests, the one with which the outcomes were read.
        seed: of the trees and of resamples.
        name: of the model.
        progress: who is told.

    Raises:
        UserError: too little to learn from, or nothing learnt: the message has the measure.
    """
    progress = progress or Silent()
    train, validation = settle(train, options.conflicts), settle(validation, options.conflicts)
    _enough(train, validation, options)
    cut = min(taken_at(o) for o in validation)
    layout = Layout(words=choose_words((o.fired.title for o in train), options.words, max(20, len(train) // 500)))
    progress.note(f"{len(train):,} findings to learn from, {len(validation):,} to check on")

    state = State()
    played = list(replay([*train, *validation], state, layout))
    x = np.array([row for _, row in played])
    y = np.array([_label(o, cut if taken_at(o) < cut else math.inf) for o, _ in played])
    times = np.array([taken_at(o) for o, _ in played])
    early, known = times < cut, ~np.isnan(y)
    learn, check = early & known, ~early & known
    scaling = Scaling.of(x[early])
    z = scaling(x)
    pairs = np.array(layout.crossed(), dtype=np.int64)
    choice = choose(z[learn], y[learn], pairs, kind=options.scorer, seed=seed)
    scorer = choice.fit(z[learn], y[learn])
    progress.note(f"chosen by temporal cross-validation over {choice.folds} blocks: {choice.name}")
    score = scorer.score(z)
    clusters = [cluster_of(o.fired) for o, _ in played]
    held = _interval(score[check], y[check], [c for c, k in zip(clusters, check, strict=True) if k], seed)
    value, low, high = held
    told = f"AUC on {int(check.sum())} later findings is {value:.3f}, 95% interval {low:.3f} to {high:.3f}"
    if not low > 0.5:
        raise UserError(
            f"there is nothing to rank by yet: {told}, which includes chance (0.5)",
            next_step="go on giving verdicts, and train again",
        )
    progress.note(told)
    calibration = calibrate(score[check], y[check])
    kind_of_false = _kind_of_false(z, [o for o, _ in played], learn, layout)
    p = calibration(score)
    everything = Recent(
        x=x, score=score, p=p, rules=tuple(o.fired.rule for o, _ in played), matters=y, clusters=tuple(clusters)
    )
    settled = slice(len(x) // 4, None)  # the first quarter starts from nothing: no reference for later
    reference = Reference.of(layout.names, everything.part(settled))
    facts: dict[str, Any] = {
        "auc": value,
        "auc_low": low,
        "auc_high": high,
        "chosen": choice.name,
        "n_findings": len(played),
        "n_judged": int(known.sum()),
        "n_true": int(np.nansum(y)),
        "n_conflicting": sum(o.conflicting for o, _ in played),
        "from": float(times.min()),
        "to": float(times.max()),
    }
    model = ActivityModel(
        name=name,
        version="candidate",
        salt=salt,
        layout=layout,
        scaling=scaling,
        scorer=scorer,
        calibration=calibration,
        kind_of_false=kind_of_false,
        reference=reference,
        snapshot=state,
        settings=Settings(threshold=1.01, facts=facts),
    )
    threshold, coverage, precision = _threshold(model, [o for o, _ in played], z, p, check, options.abstain_precision)
    model.settings = Settings(threshold=threshold, facts=facts)
    figures = {k: float(v) for k, v in facts.items() if isinstance(v, (int, float))}
    figures |= {f"cv_log_loss[{k}]": v for k, v in choice.log_loss.items()}
    figures |= {"threshold": threshold, "validation_coverage": coverage, "validation_precision": precision}
    return model, figures


def _label(outcome: Outcome, before: float) -> float:
    """Return 1, 0 or NaN by the last verdict given before a moment."""
    known = [j for j in outcome.judged if j.at < before]
    if not known or known[-1].verdict is Verdict.UNDECIDED:
        return math.nan
    return float(known[-1].verdict is Verdict.TRUE_POSITIVE)


def enough_in_all(outcomes: Sequence[Outcome], options: Options, share_tested: float) -> None:
    """Raise where a whole history is too little to be parted, saying how much more is needed.

    Args:
        outcomes: everything, the test part too.
        options: the recipe's.
        share_tested: what the test part takes away.

    Raises:
        UserError: there is too little.
    """
    used = max(1 - share_tested, 0.1)
    _need(
        "this history",
        np.array([_label(o, math.inf) for o in outcomes]),
        math.ceil((options.least_judged + options.least_validation) / used),
        math.ceil((options.least_of_class + options.least_validation_of_class) / used),
    )


def _enough(train: Sequence[Outcome], validation: Sequence[Outcome], options: Options) -> None:
    """Raise where a window has too little."""
    cut = min((taken_at(o) for o in validation), default=math.inf)
    early, late = (np.array([_label(o, at) for o in part]) for part, at in ((train, cut), (validation, math.inf)))
    _need("the training window", early, options.least_judged, options.least_of_class)
    _need("the validation window", late, options.least_validation, options.least_validation_of_class)


def _need(what: str, labels: Floats, least: int, least_of_class: int) -> None:
    n, n1 = int((~np.isnan(labels)).sum()), int(np.nansum(labels)) if len(labels) else 0
    missing = (
        (least - n, "judged findings"),
        (least_of_class - n1, "judged true_positive"),
        (least_of_class - (n - n1), "judged benign or false_positive"),
    )
    needs = ", ".join(f"{more} more {name}" for more, name in missing if more > 0)
    if needs:
        raise UserError(
            f"too little triage history to rank by: {what} has {n} judged findings, {n1} of them true "
            f"({len(labels)} findings in all; unjudged ones teach nothing); it needs {needs}",
            next_step="vedette cases triage CASE VERDICT --finding ID  gives verdicts",
        )


def _interval(score: Floats, y: Floats, clusters: Sequence[str], seed: int) -> tuple[float, float, float]:
    true = y == 1

    def statistic(index: Any) -> float:
        return auc(score[index], true[index])

    found = interval(score, groups=clusters, statistic=statistic, n=300, seed=seed)
    return found.value, found.low if found.low is not None else 0.0, found.high if found.high is not None else 1.0


def _kind_of_false(z: Floats, outcomes: Sequence[Outcome], learn: Any, layout: Layout) -> Linear:
    """Return the model that tells benign activity from false positives of a rule."""
    verdicts = [o.verdict for o in outcomes]
    false = np.array([v in (Verdict.BENIGN, Verdict.FALSE_POSITIVE) for v in verdicts])
    chosen = np.asarray(learn) & false
    benign = np.array([v is Verdict.BENIGN for v in verdicts])[chosen].astype(float)
    none = np.zeros((0, 2), dtype=np.int64)
    n1, n0 = float(benign.sum()), float(len(benign) - benign.sum())
    if min(n1, n0) < 10:
        return Linear(none, np.zeros(len(layout.names)), math.log((n1 + 1) / (n0 + 1)))
    return fit_linear(z[chosen], benign, none, 0.03)


def _threshold(
    model: ActivityModel, outcomes: Sequence[Outcome], z: Floats, p: Floats, check: Any, wanted: float
) -> tuple[float, float, float]:
    """Return the least confidence at which suggested verdicts of the validation window are precise enough.

    Returns:
        ``(threshold, coverage, precision)``; a threshold above 1 suggests nothing.
    """
    benign = 1 / (1 + np.exp(-np.clip(model.kind_of_false.score(z), -30, 30)))
    chances = np.column_stack([p, (1 - p) * benign, (1 - p) * (1 - benign)])[check]
    order = (Verdict.TRUE_POSITIVE, Verdict.BENIGN, Verdict.FALSE_POSITIVE)
    truth = np.array([order.index(o.verdict) if o.verdict in order else -1 for o in outcomes])[check]
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    by_confidence = np.argsort(-sure, kind="stable")
    precision = np.cumsum(right[by_confidence]) / np.arange(1, len(right) + 1)
    fitting = np.flatnonzero(precision >= wanted)
    fitting = fitting[fitting >= 19]  # a precision over fewer than 20 suggestions says little
    if not len(fitting):
        return 1.01, 0.0, math.nan
    last = int(fitting[-1])
    return float(sure[by_confidence[last]]), (last + 1) / len(right), float(precision[last])
