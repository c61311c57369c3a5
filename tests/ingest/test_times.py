"""Every way that logs write times, and near misses; nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.times import NEEDS_ZONE, parse_iso, parse_time, parse_times, to_us

BERLIN = ZoneInfo("Europe/Berlin")


def us(*parts: int) -> int:
    return int((datetime(*parts[:6], tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**6 + (
        parts[6] if len(parts) > 6 else 0
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-01T12:00:00Z", us(2026, 3, 1, 12, 0, 0)),
        ("2026-03-01 12:00:00Z", us(2026, 3, 1, 12, 0, 0)),
        ("2026-03-01T12:00:00z", us(2026, 3, 1, 12, 0, 0)),
        ("2026-03-01T12:00:00 UTC", us(2026, 3, 1, 12, 0, 0)),
        ("2026-03-01T12:00Z", us(2026, 3, 1, 12, 0, 0)),
        ("2026-3-1T9:00:00Z", us(2026, 3, 1, 9, 0, 0)),
        ("2026-03-01T12:00:00.5Z", us(2026, 3, 1, 12, 0, 0, 500_000)),
        ("2026-03-01T12:00:00,123Z", us(2026, 3, 1, 12, 0, 0, 123_000)),
        ("2026-03-01T12:00:00.123456789Z", us(2026, 3, 1, 12, 0, 0, 123_456)),
        ("2026-03-01T12:00:00+02:00", us(2026, 3, 1, 10, 0, 0)),
        ("2026-03-01T12:00:00-0530", us(2026, 3, 1, 17, 30, 0)),
        ("2026-03-01T12:00:00.000+0000", us(2026, 3, 1, 12, 0, 0)),
        ("2026-12-31T23:59:60Z", us(2027, 1, 1, 0, 0, 0)),
        ("2024-02-29T00:00:00Z", us(2024, 2, 29, 0, 0, 0)),
        ("1969-12-31T23:59:59Z", -1_000_000),
        ("  2026-03-01T12:00:00Z ", us(2026, 3, 1, 12, 0, 0)),
    ],
)
def test_iso_times(text: str, wanted: int) -> None:
    assert parse_iso(text, None) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T12:60:00Z", "2026-03-01T12:00:61Z", "2026-03-01", "12:00:00", "2026-03-01T12:00:00+2",
        "2026-03-01T12:00:00ZZ", "2026-03-01T12:00:00 CET", "1600-01-01T00:00:00Z", "9999-01-01T00:00:00Z",
        "", "now", "0", "2026/03/01 12:00:00Z", "٢٠٢٦-03-01T12:00:00Z", "2026-03-01T12:00:00+99:99",
        "2026-03-01T12:00:00Z\n2026-03-01T12:00:00Z", "2026-03-01T12:00:00." + "1" * 50 + "Z",
    ],
)  # fmt: skip
def test_near_misses_are_no_times(text: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_iso(text, UTC)
    assert len(caught.value.reason) < 200


def test_a_time_without_zone_is_refused_or_read_in_the_zone_given() -> None:
    with pytest.raises(RecordError, match="--timezone"):
        parse_iso("2026-03-01T12:00:00", None)
    assert parse_iso("2026-03-01T12:00:00", BERLIN) == us(2026, 3, 1, 11, 0, 0)
    # summer time
    assert parse_iso("2026-07-01T12:00:00", BERLIN) == us(2026, 7, 1, 10, 0, 0)
    # the hour that is there twice: the first
    assert parse_iso("2026-10-25T02:30:00", BERLIN) == us(2026, 10, 25, 0, 30, 0)
    # the hour that is not there: as the clock would have gone on
    assert parse_iso("2026-03-29T02:30:00", BERLIN) == us(2026, 3, 29, 1, 30, 0)
    assert parse_iso("2026-12-31T23:59:60", BERLIN) == us(2026, 12, 31, 23, 0, 0)
    # a zone that is written wins
    assert parse_iso("2026-07-01T12:00:00Z", BERLIN) == us(2026, 7, 1, 12, 0, 0)
    with pytest.raises(RecordError):
        to_us(datetime(2026, 1, 1), None)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "how", "wanted"),
    [
        (1_767_322_800, "epoch_s", 1_767_322_800_000_000),
        ("1767322800.123456", "epoch_s", 1_767_322_800_123_456),
        ("1767322800.1234567", "epoch_s", 1_767_322_800_123_456),
        ("-1.5", "epoch_s", -1_500_000),
        (1_767_322_800.25, "epoch_s", 1_767_322_800_250_000),
        (1_767_322_800_123, "epoch_ms", 1_767_322_800_123_000),
        ("1767322800123", "epoch_ms", 1_767_322_800_123_000),
        (1_767_322_800_123_456, "epoch_us", 1_767_322_800_123_456),
        (1_767_322_800, "epoch", 1_767_322_800_000_000),
        (1_767_322_800_123, "epoch", 1_767_322_800_123_000),
        (1_767_322_800_123_456, "epoch", 1_767_322_800_123_456),
        (1_767_322_800_123_456_789, "epoch", 1_767_322_800_123_457),
        (134_117_964_001_230_000, "filetime", 134_117_964_001_230_000 // 10 - 11_644_473_600_000_000),
        ("2026-03-01T12:00:00", "iso_utc", us(2026, 3, 1, 12, 0, 0)),
    ],
)
def test_epochs(value: Any, how: str, wanted: int) -> None:
    got = parse_time(value, how, ReadContext())
    assert abs(got - wanted) <= (300 if how == "epoch" and value > 10**17 else 0)


@pytest.mark.parametrize("how", ["iso", "iso_utc", "epoch_s", "epoch_ms", "epoch_us", "epoch", "filetime"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "x",
        [],
        {},
        float("nan"),
        float("inf"),
        10**30,
        -(10**30),
        "1e400",
        "nan",
        True,
        "0x10",
        b"1",
        "1_000",
        "١٢٣",
        "1.",
        "-",
        "1.-5",
        "1.x",
    ],
)
def test_what_is_no_time_is_refused(value: Any, how: str) -> None:
    try:
        got = parse_time(value, how, ReadContext(timezone=UTC))
    except RecordError:
        return
    assert isinstance(got, int)
    assert value == "1.", (value, how, got)


moments = st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001
offsets = st.integers(-14 * 60, 14 * 60)


@given(moments, offsets)
def test_any_time_comes_back(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    aware = moment.replace(tzinfo=zone)
    wanted = to_us(aware)
    assert parse_iso(aware.isoformat(), None) == wanted
    assert parse_iso(moment.isoformat(), zone) == wanted
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=wanted) == aware


@given(
    st.lists(
        st.one_of(
            moments.map(lambda m: m.isoformat() + "Z"),
            moments.map(lambda m: m.isoformat(sep=" ")),
            moments.map(lambda m: m.isoformat(timespec="milliseconds") + "Z"),
            moments.map(lambda m: m.isoformat(timespec="seconds") + "+02:00"),
            st.sampled_from(["2026-12-31T23:59:60Z", "2026-03-01T12:00:00.123456789Z", "bad", "", "2026-1-1T1:00:00Z"]),
            st.none() | st.integers() | st.text(max_size=30),
        ),
        max_size=12,
    ),
    st.sampled_from(["iso", "iso_utc"]),
    st.sampled_from([None, UTC, BERLIN]),
)  # fmt: skip
def test_a_column_is_parsed_as_its_values_are(values: list[Any], how: str, zone: Any) -> None:
    context = ReadContext(timezone=zone)
    got, errors = parse_times(values, how, context)
    for row, value in enumerate(values):
        try:
            wanted = parse_time(value, how, context)
        except RecordError as error:
            assert errors[row].reason == error.reason  # noqa: PT017
        else:
            assert row not in errors
            assert got[row] == wanted
    assert got.dtype == np.int64


@given(
    st.lists(moments, min_size=1, max_size=8),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
    st.sampled_from("T "),
)
def test_columns_of_one_form_agree_with_single_values(moment_list: list[datetime], digits: str, sep: str) -> None:
    for suffix in ("Z", ""):
        values = [m.isoformat(sep=sep, timespec=digits) + suffix for m in moment_list]
        got, errors = parse_times(values, "iso_utc", ReadContext())
        assert not errors
        assert got.tolist() == [parse_iso(v, UTC) for v in values]


def test_reasons_name_the_option() -> None:
    assert "--timezone" in NEEDS_ZONE
