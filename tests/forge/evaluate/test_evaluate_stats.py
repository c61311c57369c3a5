"""Intervals and tests agree with scipy, with closed forms, and with the truth of made-up worlds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vedette.forge.evaluate.stats import (
    brier,
    expected_calibration_error,
    interval,
    mcnemar,
    paired,
    reliability_table,
    wilson,
)

finite = st.floats(-1e6, 1e6, allow_nan=False)
columns = hnp.arrays(np.float64, st.integers(2, 40), elements=finite)


def test_interval_agrees_with_scipy() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    rows = np.random.default_rng(3).gamma(2.0, 1.5, size=200)
    ours = interval(rows, n=4000)
    theirs = scipy_stats.bootstrap(
        (rows,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert ours.value == pytest.approx(rows.mean())
    assert ours.low == pytest.approx(theirs.low, abs=0.02)
    assert ours.high == pytest.approx(theirs.high, abs=0.02)


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = sum((m := interval(rng.normal(1.0, 2.0, 80), n=300, seed=k)).low <= 1.0 <= m.high for k in range(300))
    assert 0.90 <= held / 300 <= 0.98


def test_groups_widen_the_interval_where_items_hang_together() -> None:
    rng = np.random.default_rng(1)
    groups = [g for g in range(20) for _ in range(25)]
    rows = np.repeat(rng.normal(size=20), 25) + rng.normal(scale=0.1, size=500)
    alone, together = interval(rows), interval(rows, groups=groups)
    assert alone.value == together.value
    assert (together.high - together.low) > 3 * (alone.high - alone.low)


def test_groups_need_not_stand_side_by_side() -> None:
    rng = np.random.default_rng(1)
    rows, groups = rng.normal(size=60), [k // 3 for k in range(60)]
    mixed = rng.permutation(60)
    names = [f"report-{groups[k]}" for k in mixed]
    a = interval(rows, groups=groups, n=2000)
    b = interval(rows[mixed], groups=names, n=2000)
    assert (a.low, a.high) == (pytest.approx(b.low, abs=0.02), pytest.approx(b.high, abs=0.02))


@pytest.mark.parametrize("groups", [None, [0, 0, 1, 1, 1, 2, 3, 3, 4, 4]])
def test_the_mean_as_a_statistic_gives_the_same_interval(groups: list[int] | None) -> None:
    rows = np.arange(10.0) ** 2
    plain = interval(rows, groups=groups, n=200, seed=5)
    named = interval(rows, groups=groups, statistic=lambda i: rows[i].mean(), n=200, seed=5)
    assert named.value == pytest.approx(plain.value)
    assert (named.low, named.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


def test_a_statistic_that_is_undefined_on_some_resamples_is_measured_on_the_others() -> None:
    rows = np.array([1.0, 0, 0, 0])
    found = interval(rows, statistic=lambda i: float("nan") if rows[i].sum() == 0 else rows[i].sum(), n=300)
    assert found.low is not None
    assert found.low >= 1


@given(columns, st.integers(0, 5))
def test_interval_is_repeatable_holds_within_the_rows_and_keeps_them(rows: np.ndarray, seed: int) -> None:
    a, b = interval(rows, n=100, seed=seed), interval(rows, n=100, seed=seed)
    assert a == b
    slack = 1e-9 * max(1.0, abs(rows).max())
    assert rows.min() - slack <= a.low <= a.high <= rows.max() + slack
    assert list(a.rows) == rows.tolist()
    assert a.n == len(rows)


@given(columns, st.floats(-100, 100))
def test_a_constant_difference_is_certain(rows: np.ndarray, shift: float) -> None:
    found = paired("m", "before", rows + shift, rows, n=100)
    slack = 1e-6 * max(1.0, abs(rows).max())
    assert found.difference == pytest.approx(shift, abs=slack)
    assert found.high - found.low <= slack


@given(columns)
def test_a_model_does_not_differ_from_itself(rows: np.ndarray) -> None:
    found = paired("m", "current", rows, rows, n=100)
    assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_swapping_the_models_turns_the_sign_and_keeps_the_p_value() -> None:
    rng = np.random.default_rng(2)
    a = rng.normal(0.2, 1, 50)
    b = rng.normal(0, 1, 50)
    there, back = paired("m", "before", a, b), paired("m", "before", b, a)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))
    assert there.p_value == back.p_value


def test_pairing_sees_what_two_intervals_would_hide() -> None:
    rng = np.random.default_rng(4)
    hard = rng.normal(0, 5, 100)
    ours, theirs = hard + 0.5 + rng.normal(0, 0.2, 100), hard
    assert interval(ours).low < interval(theirs).high  # they overlap
    assert paired("m", "before", ours, theirs).p_value < 0.01


def test_no_difference_is_called_one_about_one_time_in_twenty() -> None:
    rng = np.random.default_rng(5)
    called = sum(
        paired("m", "before", rng.normal(size=60), rng.normal(size=60), n=300, seed=k).p_value < 0.05
        for k in range(300)
    )
    assert called / 300 < 0.11


def test_the_statistic_of_a_pair_is_the_difference() -> None:
    ours, theirs = np.array([1.0, 2, 3, 4]), np.array([1.0, 1, 1, 1])
    found = paired("m", "before", ours, theirs, statistic=lambda i: np.median(ours[i]) - np.median(theirs[i]), n=100)
    assert found.difference == 1.5


def test_one_group_says_nothing_of_the_spread() -> None:
    assert interval([0.2, 0.4], groups=["a", "a"]).low is None
    found = paired("m", "before", [1.0, 2], [0.0, 0], groups=["a", "a"])
    assert (found.low, found.high, found.p_value) == (-math.inf, math.inf, 1.0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: interval([]), "nothing to measure"),
        (lambda: interval([[1.0], [2.0]]), "one column"),
        (lambda: interval([1.0, 2.0], groups=["a"]), "1 groups for 2 rows"),
        (lambda: paired("f1", "before", [1.0, 2.0], [1.0]), "f1: 2 rows of ours against 1"),
        (lambda: wilson(3, 2), "3 of 2"),
        (lambda: wilson(0, 0), "0 of 0"),
        (lambda: brier([1.2], [1]), "not in"),
        (lambda: brier([float("nan")], [1]), "not in"),
        (lambda: expected_calibration_error([0.5, 0.5], [1]), "2 confidences for 1"),
    ],
)
def test_wrong_input_is_refused(call, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        call()


@given(st.integers(1, 400), st.data())
def test_wilson_agrees_with_scipy(n: int, data: st.DataObject) -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    hits = data.draw(st.integers(0, n))
    theirs = scipy_stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    ours = wilson(hits, n)
    assert (ours.low, ours.high) == (pytest.approx(theirs.low, abs=1e-9), pytest.approx(theirs.high, abs=1e-9))


@given(hnp.arrays(bool, st.integers(1, 120)), st.randoms(use_true_random=False))
def test_mcnemar_agrees_with_the_binomial_test(ours: np.ndarray, random) -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    theirs = np.array([random.random() < 0.6 for _ in ours])
    b, c = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
    wanted = scipy_stats.binomtest(min(b, c), b + c).pvalue if b + c else 1.0
    assert mcnemar(ours, theirs) == pytest.approx(min(1.0, wanted), abs=1e-9)


def test_calibration_of_known_worlds() -> None:
    assert expected_calibration_error([0.9] * 10, [1] * 9 + [0]) == pytest.approx(0.0)
    assert expected_calibration_error([1.0] * 4, [1, 1, 0, 0]) == pytest.approx(0.5)
    # two bins of two: |0.25 - 0.5| and |0.75 - 1.0|, each with half of the weight
    assert expected_calibration_error([0.2, 0.3, 0.7, 0.8], [1, 0, 1, 1], n_bins=2) == pytest.approx(0.25)
    assert brier([0.0, 1.0, 0.5], [0, 1, 1]) == pytest.approx(0.25 / 3)


def test_bins_take_their_upper_end() -> None:
    table = reliability_table([0.0, 0.5, 0.5001, 1.0], [0, 1, 1, 1], n_bins=2)
    assert [(row.low, row.high, row.n) for row in table] == [(0.0, 0.5, 2), (0.5, 1.0, 2)]
    assert table[0].accuracy == 0.5


@given(hnp.arrays(np.float64, 30, elements=st.floats(0, 1)), hnp.arrays(bool, 30))
def test_calibration_figures_stay_in_their_range(said: np.ndarray, right: np.ndarray) -> None:
    assert 0 <= expected_calibration_error(said, right) <= 1
    assert 0 <= brier(said, right) <= 1
    assert sum(row.n for row in reliability_table(said, right)) == 30
