"""Runs of letters and words: where they fall, what they count, and that no text breaks them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.injection.model import MOST_HEARD, OF_NEAR, OF_RULES, OF_WORDS, of_window, together
from vedette.guard.injection.model_words import SIZE, runs, said


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_each_bucket_stands_once_and_each_kind_has_length_one(text: str) -> None:
    places, much = runs(text)
    assert len(places) == len(much) == len(set(places.tolist()))
    for own in (much[places < SIZE], much[places >= SIZE]):
        assert len(own) == 0 or float((own * own).sum()) == pytest.approx(1.0, abs=1e-4)
    assert not len(places) or (places.min() >= 0 and places.max() < 2 * SIZE)


@pytest.mark.parametrize("text", ["", " \n", "\ud800\udfff", "\x00" * 9000, "é" * 9000, "a b " * 4000])
def test_hostile_texts_are_counted(text: str) -> None:
    places, much = runs(text)
    assert len(places) == len(much)
    assert np.isfinite(much).all()


def test_numbers_and_case_and_space_make_no_difference() -> None:
    for one, other in (("Send 17 Files", "send 99 files"), ("read  the\n file", "read the file")):
        assert [part.tolist() for part in runs(one)] == [part.tolist() for part in runs(other)]
    assert runs("send the file")[0].tolist() != runs("keep the file")[0].tolist()


def test_the_order_of_words_counts() -> None:
    one, other = runs("dog bites man"), runs("man bites dog")
    assert set(one[0][one[0] < SIZE].tolist()) == set(other[0][other[0] < SIZE].tolist())
    assert set(one[0].tolist()) != set(other[0].tolist())


def test_what_is_said_is_the_weight_of_each_times_what_it_counts() -> None:
    told = runs("forget it")
    weights = np.zeros(2 * SIZE, dtype=np.float32)
    weights[told[0][3]] = 2.0
    assert said(weights, 0.5, told) == pytest.approx(0.5 + 2 * float(told[1][3]))


def test_a_sum_is_of_all_readers_and_of_the_surest_known_form() -> None:
    rules = np.zeros(18, dtype=np.float32)
    assert together(1.0, 2.0, rules) == pytest.approx(1 + 2 * OF_NEAR)
    rules[17] = 0.9
    assert together(1.0, 2.0, rules) == pytest.approx(1 + 2 * OF_NEAR + 0.9 * OF_RULES)
    assert of_window(1.0, 2.0) == pytest.approx(1 + 2 * OF_WORDS)
    assert of_window(1.0, 1e6) == of_window(1.0, MOST_HEARD)
