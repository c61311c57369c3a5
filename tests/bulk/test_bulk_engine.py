"""The ordered map over shards: one process or several, the same answer."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from vedette.bulk import run_shards
from vedette.errors import OutsideError

started_with: list[int] = []


def square(n: int) -> int:
    return n * n


def remember(n: int) -> None:
    started_with.append(n)


def add(n: int) -> int:
    return n + started_with[-1]


def die(n: int) -> int:
    if n == 3:
        os._exit(9)
    return n


def fail(n: int) -> int:
    if n == 3:
        raise ValueError("three")
    return n


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order(workers: int) -> None:
    assert list(run_shards(square, range(20), workers=workers)) == [(n, n * n) for n in range(20)]
    assert list(run_shards(square, [], workers=workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_each_process_is_prepared(workers: int) -> None:
    assert list(run_shards(add, [1, 2], workers=workers, initializer=remember, initargs=(10,))) == [(1, 11), (2, 12)]


@pytest.mark.parametrize("workers", [1, 2])
def test_shards_are_drawn_as_they_are_needed(workers: int) -> None:
    drawn = []

    def shards() -> Iterator[int]:
        for n in range(100):
            drawn.append(n)
            yield n

    results = run_shards(square, shards(), workers=workers)
    for _ in range(3):
        next(results)
    assert len(drawn) <= 3 + workers + 1
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_come_through_after_the_results_before_them(workers: int) -> None:
    results = run_shards(fail, range(10), workers=workers)
    assert [next(results)[0] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_a_killed_worker_is_told() -> None:
    with pytest.raises(OutsideError) as caught:
        list(run_shards(die, range(10), workers=2))
    assert "--workers" in str(caught.value.next_step)
