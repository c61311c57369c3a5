"""What belongs together never parts, whatever the sizes, seeds and shares."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.bulk.near import join_all
from vedette.forge.corpus.split import TEST, TRAIN, VALIDATION, part
from vedette.forge.recipe import SplitSpec


def run(groups, by="group", seed=0, test=0.1, validation=0.1, pins=None, times=None):
    n = len(groups)
    first = {}
    units = np.array([first.setdefault(g, at) for at, g in enumerate(groups)], dtype=np.int64)
    return part(
        SplitSpec(by=by, test=test, validation=validation),
        seed=seed,
        units=units,
        keys=[f"{at:08d}".encode() for at in range(n)],
        times=np.array(times if times is not None else [0] * n, dtype=np.int64),
        pinned=np.array(pins if pins is not None else [-1] * n, dtype=np.int8),
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=200),
    st.sampled_from(["group", "time", "hash"]),
    st.integers(0, 2**31),
    st.floats(0, 0.4),
    st.floats(0, 0.4),
)
def test_units_never_part(groups, by, seed, test, validation):
    parts = run(groups, by=by, seed=seed, test=test, validation=validation, times=list(range(len(groups))))
    seen = defaultdict(set)
    for group, where in zip(groups, parts.tolist(), strict=True):
        seen[group].add(where)
    assert all(len(w) == 1 for w in seen.values())
    assert set(parts.tolist()) <= {TRAIN, VALIDATION, TEST}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([-1, 0, 1, 2])), min_size=1, max_size=60))
def test_what_is_pinned_stays_where_it_is_pinned(items):
    parts = run([g for g, _ in items], pins=[p for _, p in items])
    assert all(p < 0 or p == where for (_, p), where in zip(items, parts.tolist(), strict=True))


def test_shares_are_met_where_groups_are_small():
    parts = run([at // 3 for at in range(3000)], test=0.2, validation=0.1)
    assert abs((parts == TEST).mean() - 0.2) < 0.01
    assert abs((parts == VALIDATION).mean() - 0.1) < 0.01


def test_a_group_too_big_for_a_part_is_trained_on():
    parts = run([0] * 90 + list(range(1, 11)), test=0.05, validation=0.05)
    assert parts[0] == TRAIN
    assert (parts == TEST).sum() == 5


def test_by_hash_a_record_keeps_its_part_when_others_come():
    before = run(list(range(200)), by="hash", seed=5)
    after = run(list(range(400)), by="hash", seed=5)
    assert np.array_equal(before, after[:200])


def test_few_units_still_give_every_part_one():
    parts = run(list(range(4)), by="hash", test=0.01, validation=0.01)
    assert {TRAIN, VALIDATION, TEST} == set(parts.tolist())


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 40), st.data())
def test_joining_is_the_transitive_closure(n, data):
    links = [data.draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n)) for _ in range(2)]
    roots = join_all(n, [np.array(link) for link in links])
    for link in links:
        assert all(roots[a] == roots[b] for a, b in enumerate(link))
    assert all(roots[r] == r and r <= at for at, r in enumerate(roots.tolist()))
