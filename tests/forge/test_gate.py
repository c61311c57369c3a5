"""The promotion gate: which figures it lets pass, and that unknown is not good enough."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.errors import UserError
from vedette.forge.base import Comparison, Evaluation, Measure
from vedette.forge.gate import judge, passed
from vedette.forge.recipe import GateRule, GateSpec


def evaluation(ours: float, theirs: float | None = None, interval: tuple[float, float] | None = None) -> Evaluation:
    pairs = ()
    if interval is not None and theirs is not None:
        pairs = (
            Comparison(
                metric="accuracy",
                other="baseline",
                difference=ours - theirs,
                low=interval[0],
                high=interval[1],
                p_value=0.5,
            ),
        )
    return Evaluation(
        metrics={"accuracy": Measure(value=ours)},
        others={"baseline": {"accuracy": Measure(value=theirs)}} if theirs is not None else {},
        comparisons=pairs,
    )


def held(result: Evaluation, **rule: Any) -> bool:
    return passed(judge(GateSpec(rules=(GateRule(metric=rule.pop("metric", "accuracy"), **rule),)), result))


def test_bounds() -> None:
    assert held(evaluation(0.8), at_least=0.8)
    assert not held(evaluation(0.799), at_least=0.8)
    assert held(evaluation(0.8), at_most=0.8)
    assert not held(evaluation(0.8), at_least=0.5, at_most=0.7)


def test_what_was_not_measured_does_not_hold() -> None:
    assert not held(evaluation(0.9), metric="recall", at_least=0.1)
    assert not held(evaluation(0.9), beats="baseline")
    assert not held(evaluation(0.9), beats="before")


def test_the_first_version_has_no_current_one_to_beat() -> None:
    assert held(evaluation(0.1), beats="current")


@pytest.mark.parametrize(
    ("ours", "theirs", "by", "relative", "wins"),
    [
        (0.82, 0.80, 0.02, False, True),
        (0.81, 0.80, 0.02, False, False),
        (0.78, 0.80, -0.03, False, True),
        (0.76, 0.80, -0.03, False, False),
        (0.88, 0.80, 0.1, True, True),
        (0.87, 0.80, 0.1, True, False),
    ],
)
def test_by_how_much(ours: float, theirs: float, by: float, relative: bool, wins: bool) -> None:
    # a hair above, for the difference of two decimals
    assert held(evaluation(ours + 1e-9, theirs), beats="baseline", by=by, relative=relative) is wins


def test_less_is_better_for_perplexity() -> None:
    result = Evaluation(
        metrics={"perplexity.security": Measure(value=20.0)},
        others={"before": {"perplexity.security": Measure(value=28.0)}},
    )
    assert held(result, metric="perplexity.security", beats="before", by=0.25, relative=True)
    assert not held(result, metric="perplexity.security", beats="before", by=0.3, relative=True)
    worse = Evaluation(
        metrics={"perplexity.general": Measure(value=21.0)},
        others={"before": {"perplexity.general": Measure(value=20.0)}},
    )
    assert held(worse, metric="perplexity.general", beats="before", by=-0.05, relative=True)
    assert not held(worse, metric="perplexity.general", beats="before", by=-0.04, relative=True)


def test_a_gain_that_may_be_chance_does_not_count() -> None:
    assert not held(evaluation(0.82, 0.80, (-0.01, 0.05)), beats="baseline")
    assert held(evaluation(0.82, 0.80, (0.005, 0.05)), beats="baseline")


def test_a_loss_that_is_allowed_need_not_be_certain() -> None:
    assert held(evaluation(0.79, 0.80, (-0.03, 0.01)), beats="baseline", by=-0.02)


def test_every_rule_must_hold_and_is_told() -> None:
    spec = GateSpec(rules=(GateRule(metric="accuracy", at_least=0.5), GateRule(metric="accuracy", at_least=0.9)))
    checks = judge(spec, evaluation(0.8))
    assert [c.passed for c in checks] == [True, False]
    assert "0.8" in checks[1].why
    assert "at least 0.9" in checks[1].rule


def test_a_rule_that_says_nothing_is_an_error() -> None:
    with pytest.raises(UserError, match="says nothing"):
        judge(GateSpec(rules=(GateRule(metric="accuracy"),)), evaluation(0.8))
