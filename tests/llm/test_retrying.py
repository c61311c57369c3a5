from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from vedette.llm.retrying import Retry, asked_wait_s

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e300", None),
        ("soon", None),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0.0),
        ("Fri, 99 Jan 2026 03:04:35 GMT", None),
        ("x" * 10_000, None),
    ],
)
def test_retry_after_is_read_as_the_rfc_says(said: str | None, wait_s: float | None) -> None:
    assert asked_wait_s(said, NOW) == wait_s


def test_waits_are_drawn_between_nothing_and_a_growing_bound() -> None:
    drawn = random.Random(7)
    retry = Retry(base_s=1, cap_s=5, draw=drawn.random)
    for n_failed, bound in ((1, 1), (2, 2), (3, 4), (4, 5), (10, 5)):
        waits = [retry.delay_s(n_failed) for _ in range(300)]
        assert 0 <= min(waits) < 0.1 * bound
        assert 0.9 * bound < max(waits) < bound
        assert all(3 <= retry.delay_s(n_failed, 3.0) < 3 + bound for _ in range(50))
