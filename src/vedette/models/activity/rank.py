"""Ranks the findings that wait for a verdict, after following the history since the model was trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vedette.models.activity.drift import Drift, Level
from vedette.models.activity.features import vector
from vedette.models.activity.fired import Outcome
from vedette.models.activity.model import ActivityModel, Scored
from vedette.models.activity.words import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A queue, or why there is none."""

    drift: Drift
    waiting: tuple[Scored, ...]
    """Findings without a verdict, the likeliest to matter first; in order of severity and time where refused."""
    n_known: int
    """Findings that the model was trained on."""
    n_since: int
    """Findings since."""

    @property
    def refused(self) -> bool:
        """Return whether the world has changed too much for an order to be given."""
        return self.drift.level is Level.REFUSE


def rank(model: ActivityModel, outcomes: Sequence[Outcome], now: float) -> Ranking:
    """Return the findings that wait for a verdict, ranked.

    Args:
        model: what ranks.
        outcomes: everything that is known, judged or not (names digested with the model's key).
        now: verdicts up to this moment count, seconds since 1970 UTC.
    """
    state = model.snapshot.fork()
    since = [o for o in outcomes if not model.snapshot.knows(o.fired.finding_id)]
    for outcome in outcomes:
        if outcome.judged and model.snapshot.knows(outcome.fired.finding_id):
            state.judge(outcome)
    drift = model.drift(model.follow(since, state))
    state.advance(now)
    waiting = [o for o in outcomes if o.verdict is None]
    rows = [vector(o.fired, state, model.layout) for o in waiting]
    facts = [Facts.of(o.fired, state) for o in waiting]
    scored = model.score([o.fired for o in waiting], np.array(rows), facts) if waiting else []
    scored = [replace(s, outcome=o) for s, o in zip(scored, waiting, strict=True)]
    if drift.level is Level.REFUSE:
        scored.sort(key=lambda s: (-np.nan_to_num(s.outcome.fired.severity, nan=2.0), s.outcome.fired.at))
    else:
        scored.sort(key=lambda s: (-s.matters, -s.score, s.outcome.fired.at))
    return Ranking(drift=drift, waiting=tuple(scored), n_known=len(outcomes) - len(since), n_since=len(since))
