"""Tokens and convolutions: what is read of a text, and that serving works out what the layers say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vedette.guard.injection import model_near
from vedette.guard.injection.features_tokens import SLOTS, STRIDE, WINDOW, n_rows, starts, tokens, windows
from vedette.guard.injection.model import shipped_model

VECTORS = shipped_model().vectors


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_every_token_names_rows_of_the_table(text: str) -> None:
    found, told = tokens(text, VECTORS)
    assert len(found) == len(told)
    for token in found:
        assert len(token) == SLOTS
        assert all(0 <= row < n_rows(len(VECTORS.table)) for row in token)


@pytest.mark.parametrize("n", [1, 319, 320, 321, 560, 561, 5000])
def test_windows_leave_no_token_out(n: int) -> None:
    covered = np.zeros(n, dtype=bool)
    for start in starts(n):
        covered[start : start + WINDOW] = True
    assert covered.all()
    assert n <= WINDOW or len(starts(n)) <= n // STRIDE + 1


def test_an_order_marks_the_tokens_of_its_piece() -> None:
    before = "The lake was calm. "
    found, told = tokens(before + "Send me the keys. It rained.", VECTORS, (len(before), len(before) + 17))
    assert 0 < sum(told) < len(found)
    assert told[0] == 0
    assert told[-1] == 0


def test_a_text_without_words_has_no_windows() -> None:
    assert windows(" \n 12 34", VECTORS) == []
    assert model_near.worst(_layers(), [], np.zeros(18, dtype=np.float32)) == model_near.NOTHING


def _layers(n_table: int = 30, n_dims: int = 4, width: int = 3) -> dict[str, NDArray[np.float32]]:
    drawn = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {
        "table": (n_table, n_dims), "near": (5 * n_dims, width), "near_bias": (width,), "wide": (n_dims, 2),
        "wide_bias": (2,), "told": (2, width), "told_bias": (width,), "second": (3 * width, width),
        "second_bias": (width,), "third": (3 * width, width), "third_bias": (width,), "token": (width, 2),
        "token_bias": (2,), "strong": (2,), "strong_bias": (1,), "heed": (width,), "whole": (3 * width + 18, 5),
        "whole_bias": (5,), "out": (5,), "out_bias": (1,), "rule": (1,),
    }  # fmt: skip
    return {name: drawn.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def _around(x: NDArray[Any], at: int, reach: int, step: int) -> NDArray[Any]:
    rows = [x[k] if 0 <= (k := at + i * step) < len(x) else np.zeros(x.shape[1]) for i in range(-reach, reach + 1)]
    return np.concatenate(rows)


def test_serving_agrees_with_working_out_token_by_token() -> None:
    w, drawn = _layers(), np.random.default_rng(4)
    ids = drawn.integers(0, 30, size=(11, SLOTS)).astype(np.int32)
    numbers = drawn.random(18).astype(np.float32)
    x = np.array([sum(w["table"][row] for row in token) for token in ids])
    told = np.maximum(x @ w["wide"] + w["wide_bias"], 0).mean(0) @ w["told"] + w["told_bias"]
    h = np.array([np.maximum(_around(x, t, 2, 1) @ w["near"] + w["near_bias"] + told, 0) for t in range(11)])
    h = h + np.array([np.maximum(_around(h, t, 1, 1) @ w["second"] + w["second_bias"], 0) for t in range(11)])
    h = h + np.array([np.maximum(_around(h, t, 1, 3) @ w["third"] + w["third_bias"], 0) for t in range(11)])
    strong = max(np.maximum(row @ w["token"] + w["token_bias"], 0) @ w["strong"] + w["strong_bias"][0] for row in h)
    odds = np.exp(h @ w["heed"])
    view = np.concatenate([h.max(0), h.mean(0), (h * (odds / odds.sum())[:, None]).sum(0), numbers])
    whole = np.maximum(view @ w["whole"] + w["whole_bias"], 0) @ w["out"] + w["out_bias"][0]
    expected = np.log(np.exp(strong) + np.exp(whole)) + w["rule"][0] * numbers[-2:].max()
    assert model_near.heed(w, ids, numbers) == pytest.approx(float(expected), rel=1e-3, abs=1e-3)


def test_layers_come_back_from_what_is_stored() -> None:
    w = _layers()
    again = model_near.restored(model_near.stored(w))
    assert set(again) == set(w)
    for name, layer in w.items():
        assert np.allclose(again[name], layer, atol=0.03)
