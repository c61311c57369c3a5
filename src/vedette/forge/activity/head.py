"""The head ``activity``: trains an activity model from a corpus of triage history, and measures it on what came after.

The corpus must be parted by time (``split: {by: time}``). It is measured as it is used: findings come in order of
time, and the verdicts on earlier ones are known once they have been given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vedette.errors import InternalError, UserError
from vedette.forge.activity.fit import Options, enough_in_all, fit
from vedette.forge.activity.history import outcomes_of
from vedette.forge.activity.measure import STATISTICS, by_rule, by_severity, by_title, ece
from vedette.forge.base import Comparison, Corpus, Evaluation, Measure, Progress
from vedette.forge.evaluate.stats import interval, paired
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe, Split
from vedette.models.activity.drift import Level
from vedette.models.activity.model import ActivityModel, Scored, cluster_of
from vedette.schema import Verdict

if TYPE_CHECKING:
    from vedette.models.activity.features import Floats
    from vedette.models.activity.fired import Outcome
    from vedette.models.base import Predictor


class ActivityHead:
    """Trains and measures activity models."""

    def fit(
        self, loaded: LoadedRecipe, corpus: Corpus, out: Path, home: Path, progress: Progress
    ) -> Mapping[str, float]:
        """Write a servable model into ``out`` and return figures of the training.

        Raises:
            UserError: too little history, or nothing in it to rank by (the message has the measure); the corpus is
                not parted by time; an option is wrong.
        """
        recipe = loaded.recipe
        if not isinstance(recipe, ClassifierRecipe):
            raise InternalError(f"a {recipe.kind} recipe came to the activity head")
        if recipe.corpus.split.by != "time":
            raise UserError("an activity model is parted by time: what comes later tests what came before",
                            next_step="write split: {by: time} in the recipe's corpus")  # fmt: skip
        salt = bytes.fromhex(corpus.digest)[:32] if _is_hex(corpus.digest) else corpus.digest.encode()[:64]
        options = Options.of(recipe.train.options, recipe.train.abstain_precision)
        train, validation = _read(corpus, "train", salt), _read(corpus, "validation", salt)
        enough_in_all([*train, *validation, *_read(corpus, "test", salt)], options, recipe.corpus.split.test)
        model, figures = fit(
            train,
            validation,
            options=options,
            salt=salt,
            seed=recipe.seed,
            name=recipe.name,
            progress=progress,
        )
        model.save(out)
        return {name: value for name, value in figures.items() if math.isfinite(value)}

    def evaluate(
        self,
        loaded: LoadedRecipe,
        corpus: Corpus,
        predictor: Predictor,
        others: Mapping[str, Predictor],
        progress: Progress,
    ) -> Evaluation:
        """Return what a model measures on the test part, beside simple orders and the other models."""
        if not isinstance(predictor, ActivityModel):
            raise InternalError(f"{type(predictor).__name__} came to the activity head")
        found = _judged(predictor, corpus)
        if len(found) < 20:
            return Evaluation(metrics={}, notes=(f"{len(found)} judged findings in the test part are too few",))
        n, seed = loaded.recipe.evaluate.bootstrap, loaded.recipe.seed
        outcomes = [s.outcome for s in found]
        true = np.array([float(bool(o.matters)) for o in outcomes])
        groups = [cluster_of(o.fired) for o in outcomes]
        rankings: dict[str, Floats] = {"ours": np.array([s.matters for s in found])}
        salt = predictor.salt
        history = [*_read(corpus, "train", salt), *_read(corpus, "validation", salt)]
        cut = min(o.fired.at for o in outcomes)
        before = [o for o in history if o.judged and o.judged[-1].at < cut]
        rankings["baseline"] = by_rule(outcomes, history)
        rankings["severity"] = by_severity(outcomes)
        rankings["titles"] = by_title(outcomes, before)
        metrics = _measures(rankings["ours"], true, groups, n, seed)
        metrics |= _verdicts(found)
        held: dict[str, Mapping[str, Measure]] = {
            name: _measures(score, true, groups, n, seed, calibrated=name not in ("severity",))
            for name, score in rankings.items()
            if name != "ours"
        }
        for name, other in others.items():
            if isinstance(other, ActivityModel):
                theirs = {s.outcome.fired.finding_id: s for s in _judged(other, corpus)}
                if all(o.fired.finding_id in theirs for o in outcomes):
                    rankings[name] = np.array([theirs[o.fired.finding_id].matters for o in outcomes])
                    held[name] = _measures(rankings[name], true, groups, n, seed)
        comparisons = [
            _compared(metric, name, rankings["ours"], score, true, groups, n, seed)
            for name, score in rankings.items()
            if name != "ours"
            for metric in STATISTICS
        ]
        drift = predictor.drift(found)
        progress.note("beside it: each rule's share of true verdicts so far (baseline), severity, words of titles")
        progress.note(f"drift over the last {drift.n_recent} findings of the test: {drift.level.value}, {drift.why}")
        unchecked = (f"drift: {drift.why}",) if drift.level is Level.UNCHECKED else ()
        return Evaluation(metrics=metrics, others=held, comparisons=comparisons, notes=unchecked)


HEAD = ActivityHead()


def _is_hex(text: str) -> bool:
    return len(text) >= 16 and len(text) % 2 == 0 and all(c in "0123456789abcdef" for c in text)


def _read(corpus: Corpus, split: Split, salt: bytes) -> list[Outcome]:
    return list(outcomes_of((record.fields for record in corpus.records(split)), salt))


def _judged(model: ActivityModel, corpus: Corpus) -> list[Scored]:
    """Return the judged findings of the test part as the model meets them, in order of time."""
    scored = model.follow(_read(corpus, "test", model.salt), model.snapshot.fork())
    return [s for s in scored if s.outcome.matters is not None]


def _measures(
    score: Floats, true: Floats, groups: Sequence[str], n: int, seed: int, *, calibrated: bool = True
) -> dict[str, Measure]:
    out = {}
    for name, statistic in STATISTICS.items():

        def on(index: Any, statistic: Any = statistic) -> float:
            return float(statistic(score[index], true[index]))

        out[name] = interval(score, groups=groups, statistic=on, n=n, seed=seed)
    if calibrated:
        out["ece"] = interval(
            score, groups=groups, statistic=lambda index: ece(score[index], true[index]), n=n, seed=seed
        )
    return out


def _compared(
    metric: str,
    other: str,
    ours: Floats,
    theirs: Floats,
    true: Floats,
    groups: Sequence[str],
    n: int,
    seed: int,
) -> Comparison:
    statistic = STATISTICS[metric]
    return paired(
        metric,
        other,
        ours,
        theirs,
        groups=groups,
        statistic=lambda index: statistic(ours[index], true[index]) - statistic(theirs[index], true[index]),
        n=n,
        seed=seed,
    )


def _verdicts(found: Sequence[Scored]) -> dict[str, Measure]:
    right = [float(s.verdicts[0].label == (s.outcome.verdict or Verdict.UNDECIDED).value) for s in found]
    said = [r for r, s in zip(right, found, strict=True) if not s.abstained]
    out = {
        "verdict_accuracy": Measure(value=float(np.mean(right)), n=len(right)),
        "verdict_coverage": Measure(value=len(said) / len(right), n=len(right)),
    }
    if said:
        out["verdict_precision"] = Measure(value=float(np.mean(said)), n=len(said))
    return out
