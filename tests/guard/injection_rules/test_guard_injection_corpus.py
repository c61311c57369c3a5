"""The rows that models of attacks learn from."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from recipes.injection.corpus import Row, rows


@pytest.fixture(scope="module")
def made() -> list[Row]:
    return rows()


def test_rows_are_the_same_each_time(made: list[Row]) -> None:
    assert rows() == made
    assert rows(seed=5) != made


def test_there_are_enough_of_each_kind(made: list[Row]) -> None:
    assert len(made) >= 6000
    assert len({row.family for row in made}) >= 60
    assert len({row.text for row in made}) == len(made)
    kinds = Counter(row.kind for row in made)
    assert min(kinds.values()) >= 1000
    assert 0.35 < sum(row.label for row in made) / len(made) < 0.65


def test_a_family_is_of_one_kind(made: list[Row]) -> None:
    labels: dict[str, set[int]] = defaultdict(set)
    for row in made:
        labels[row.family].add(row.label)
    assert all(len(one) == 1 for one in labels.values())


def test_forms_are_filled(made: list[Row]) -> None:
    for row in made:
        assert not any(c in row.text for c in "\x00\x01\x02\x03\x04\x05\x06"), row
        assert row.text.strip()


def test_orders_stand_where_they_are_said_to(made: list[Row]) -> None:
    planted = [row for row in made if row.kind == "indirect"]
    assert all(0 <= row.start < row.end <= len(row.text) for row in planted)
    assert sum(row.end - row.start < len(row.text) for row in planted) > 0.9 * len(planted)
    assert {row.carrier for row in planted} <= {row.carrier for row in made if row.family.startswith("twin-")}
