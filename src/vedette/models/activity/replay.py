"""Plays outcomes back in order of time: the one way in which features are made, in training and in serving."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from vedette.models.activity.features import Floats, Layout, vector
from vedette.models.activity.fired import Outcome
from vedette.models.activity.state import State

IMPORTED_S = 14 * 86_400.0
"""Findings judged later than this after they fired came out of imported logs: they are taken as of their verdict."""


def taken_at(outcome: Outcome) -> float:
    """Return the moment as of which a finding's features are taken.

    That is when it fired. Where logs were imported long afterwards, nobody could have looked at it then, and all
    verdicts of the import would lie in its future; there it is the moment before it was judged.
    """
    fired_at = outcome.fired.at
    if outcome.judged and outcome.judged[0].at - fired_at > IMPORTED_S:
        return outcome.judged[0].at
    return fired_at


def replay(outcomes: Iterable[Outcome], state: State, layout: Layout) -> Iterator[tuple[Outcome, Floats]]:
    """Yield each finding with its features, and bring the state up to date.

    Findings of one moment do not see each other, so that their order does not matter. A verdict counts for findings
    that are taken strictly after it.
    """
    ordered = sorted(outcomes, key=lambda o: (taken_at(o), o.fired.finding_id))
    for at, moment in groupby(ordered, key=taken_at):
        state.advance(at)
        together = list(moment)
        vectors = [vector(outcome.fired, state, layout) for outcome in together]
        yield from zip(together, vectors, strict=True)
        for outcome in together:
            state.add(outcome)
