"""Weights and trees give the same scores however many rows are asked of at once, and those that their arrays say."""

import numpy as np
import pytest

from vedette.models.boosted import Trees
from vedette.models.text import Rows
from vedette.models.weights import LinearWeights


def weights(n_features: int, n_labels: int, rng: np.random.Generator) -> tuple[LinearWeights, np.ndarray]:
    """Return weights of which every other feature bears on most labels, and the whole table that they stand for."""
    shares = np.where(np.arange(n_features) % 2, 0.6, 0.02)
    table = rng.normal(size=(n_features, n_labels)) * (rng.random((n_features, n_labels)) < shares[:, None])
    made = LinearWeights.compress(
        table.astype(np.float32), rng.normal(size=n_labels).astype(np.float32), keep=n_features * n_labels
    )
    whole = np.zeros((n_features, n_labels))
    owner = np.repeat(np.arange(n_features), np.diff(made.indptr))
    whole[owner, made.columns] = made.values * made.scale[made.columns].astype(np.float64)
    return made, whole


def rows(sizes: list[int], n_features: int, rng: np.random.Generator) -> tuple[Rows, np.ndarray]:
    chosen = [np.sort(rng.choice(n_features, size, replace=False)) for size in sizes]
    values = [rng.random(size).astype(np.float32) for size in sizes]
    dense = np.zeros((len(sizes), n_features))
    for at, (own, value) in enumerate(zip(chosen, values, strict=True)):
        dense[at, own] = value
    made = Rows(
        np.concatenate(([0], np.cumsum(sizes))),
        np.concatenate(chosen).astype(np.int32),
        np.concatenate(values),
        n_features,
    )
    return made, dense


@pytest.mark.parametrize("n_labels", [1, 31, 32, 200])
@pytest.mark.parametrize(
    "sizes", [[5], [0], [3, 0, 40], [200] * 30, [5000, 4, 4]], ids=["one", "empty", "some", "many", "large"]
)
def test_scores_are_the_product(n_labels: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(7)
    made, whole = weights(6000, n_labels, rng)
    given, dense = rows(sizes, 6000, rng)
    np.testing.assert_allclose(made.scores(given), dense @ whole + made.bias, rtol=1e-4, atol=1e-5)


def test_no_rows_have_no_scores() -> None:
    made, _ = weights(10, 40, np.random.default_rng(7))
    assert made.scores(Rows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), 10)).shape == (0, 40)


def walked(trees: Trees, row: np.ndarray) -> list[float]:
    """Return the scores of a row, one tree and one node after another."""
    out = trees.start.tolist()
    for root, column in zip(trees.roots, trees.output, strict=True):
        at = root
        while trees.feature[at] >= 0:
            value = row[trees.feature[at]]
            left = trees.missing_left[at] if np.isnan(value) else value <= trees.split[at]
            at = trees.left[at] if left else trees.right[at]
        out[column] += trees.value[at]
    return out


@pytest.mark.parametrize("n", [0, 1, 7, 3000])
def test_all_trees_are_walked_to_the_leaves_that_each_leads_to(n: int) -> None:
    rng = np.random.default_rng(7)
    roots, feature, left, right = [], [], [], []
    for _ in range(60):
        first = len(feature)
        roots.append(first)
        n_inner = int(rng.integers(0, 8))
        open_leaves = [first]
        feature, left, right = [*feature, -1], [*left, 0], [*right, 0]
        for _ in range(n_inner):
            at = open_leaves.pop(int(rng.integers(len(open_leaves))))
            feature[at], left[at], right[at] = int(rng.integers(5)), len(feature), len(feature) + 1
            open_leaves += [left[at], right[at]]
            feature, left, right = [*feature, -1, -1], [*left, 0, 0], [*right, 0, 0]
    size = len(feature)
    trees = Trees(
        np.array(roots), rng.integers(0, 2, 60), np.array(feature), np.round(rng.normal(size=size), 1),
        np.array(left), np.array(right), rng.random(size) < 0.5, rng.normal(size=size), np.array([0.5, -1.0]),
    )  # fmt: skip
    values = np.round(rng.normal(size=(n, 5)), 1)
    values[rng.random((n, 5)) < 0.2] = np.nan
    told = trees.scores(values)
    assert told.shape == (n, 2)
    assert told[:50].tolist() == [walked(trees, row) for row in values[:50]]
    assert np.array_equal(told[-50:], trees.scores(values[-50:]))
