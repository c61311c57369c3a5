from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vedette.demo import clock

_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001


@given(_TIMES)
def test_every_form_reads_back_as_the_time(moment: datetime) -> None:
    t = clock.to_us(moment)
    second = t // clock.SECOND
    whole = moment.replace(microsecond=0)
    assert clock.to_datetime(t) == moment
    assert datetime.fromisoformat(clock.iso_us(t)) == moment
    assert datetime.fromisoformat(clock.iso_ms(t)) == moment - timedelta(microseconds=moment.microsecond % 1000)
    assert datetime.strptime(clock.clf_second(second), "%d/%b/%Y:%H:%M:%S %z") == whole
    bsd = datetime.strptime(f"{moment.year} {clock.bsd_second(second)} +0000", "%Y %b %d %H:%M:%S %z")
    assert bsd == whole
    assert clock.day_key(t) == f"{moment:%Y%m%d}"
    assert clock.weekday(t) == moment.weekday()


@given(_TIMES)
def test_nights_and_weekends_are_quiet(moment: datetime) -> None:
    level = clock.activity_level(clock.to_us(moment))
    assert 0 < level <= 1
    if moment.weekday() >= 5 or moment.hour < 7 or moment.hour >= 19:
        assert level <= 0.15
