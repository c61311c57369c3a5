"""Times in questions: what is said, and what it means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.copilot.times import Calendar, windows, write
from vedette.schema import Window

OLD = Calendar(
    now=datetime(2026, 11, 23, 7, tzinfo=UTC),
    first_at=datetime(2026, 3, 5, tzinfo=UTC),
    last_at=datetime(2026, 3, 11, 23, 59, tzinfo=UTC),
    spans=(("incident", datetime(2026, 3, 9, 9, 52, 21, tzinfo=UTC), datetime(2026, 3, 9, 21, 39, tzinfo=UTC)),),
)


def at(text: str) -> datetime | None:
    return None if text == ".." else datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("what happened between 9 and 10 on 9 March", "2026-03-09T09:00", "2026-03-09T10:00"),
        ("between 9 and 11 pm yesterday", "2026-03-10T21:00", "2026-03-10T23:00"),
        ("from 21:00 to 02:00", "2026-03-09T21:00", "2026-03-10T02:00"),
        ("last night", "2026-03-10T18:00", "2026-03-11T06:00"),
        ("since Monday", "2026-03-09", ".."),
        ("since two hours ago", "2026-03-11T21:59", ".."),
        ("two days ago", "2026-03-09", "2026-03-10"),
        ("the last 24 hours", "2026-03-10T23:59", ".."),
        ("on 9 March 2026 at 09:52", "2026-03-09T09:52", "2026-03-09T09:53"),
        ("2026-03-09T09:52:21Z", "2026-03-09T09:52:21", "2026-03-09T09:52:22"),
        ("at 11:52+02:00 on 9 March", "2026-03-09T09:52", "2026-03-09T09:53"),
        ("9.3.2026", "2026-03-09", "2026-03-10"),
        ("03/09/2026", "2026-03-09", "2026-03-10"),
        ("the morning of 9 March", "2026-03-09T06:00", "2026-03-09T12:00"),
        ("before noon on Tuesday", "..", "2026-03-10T12:00"),
        ("after 9 March", "2026-03-10", ".."),
        ("until 9 March", "..", "2026-03-10"),
        ("around 6 am", "2026-03-11T05:30", "2026-03-11T07:30"),
        ("during the incident", "2026-03-09T09:52:21", "2026-03-09T21:39:00.000001"),
        ("before the attack", "..", "2026-03-09T09:52:21"),
        ("the hour before 09:52", "2026-03-09T08:52", "2026-03-09T09:52"),
        ("10 minutes after 09:52:21", "2026-03-09T09:52:21", "2026-03-09T10:02:21"),
        ("in 2020", "2020-01-01", "2021-01-01"),
    ],
)
def test_one_window(text: str, start: str, end: str) -> None:
    found = windows(text, OLD)
    assert [(m.window.start_at, m.window.end_at) for m in found] == [(at(start), at(end))]


@pytest.mark.parametrize(
    "text", ["who may have done it", "did ws5 reach 10 hosts", "event 4625", "31 February 2026", "version 9.3", ""]
)
def test_no_window(text: str) -> None:
    assert windows(text, OLD) == ()


def test_two_days_to_compare() -> None:
    found = windows("compare 8 March with 9 March", OLD)
    assert [m.window.start_at for m in found] == [at("2026-03-08"), at("2026-03-09")]


def test_relative_times_count_from_now_where_the_data_is_fresh() -> None:
    fresh = Calendar(now=datetime(2026, 3, 12, 8, tzinfo=UTC), first_at=OLD.first_at, last_at=OLD.last_at)
    (found,) = windows("yesterday", fresh)
    assert found.window.start_at == at("2026-03-11")
    assert not found.relative
    assert windows("yesterday", OLD)[0].relative


def test_what_is_written_reads_back() -> None:
    for text in ("last night", "since Monday", "before the attack"):
        window = windows(text, OLD)[0].window
        (again,) = windows(write(window), OLD)
        assert (again.window.start_at, again.window.end_at) == (window.start_at, window.end_at)
    assert write(Window()) == "../.."


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for mention in windows(text, OLD):
        assert 0 <= mention.start < mention.end <= len(text)


@given(st.lists(st.sampled_from("9 10 09:52 march 9.3.2026 yesterday since between and last hour to pm on z".split())))
def test_words_of_time_in_any_order_are_read(words: list[str]) -> None:
    for mention in windows(" ".join(words), OLD):
        window = mention.window
        assert window.start_at or window.end_at
