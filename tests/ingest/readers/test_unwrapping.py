"""The parts of ``vedette.ingest.convert`` that find a record inside what it was shipped in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_driver import sample_of

from vedette.ingest.base import Sample
from vedette.ingest.convert import as_ip, best_score, json_text, not_ip, parsed, sample_objects, unwrap


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:50123", "198.51.100.7"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("::", "::"),
        ("198.51.100.256", None),
        ("198.51.100", None),
        ("ec2.amazonaws.com", None),
        ("AWS Internal", None),
        ("", None),
        (None, None),
        (7, None),
        ("1" * 1000, None),
    ],
)
def test_address_or_name(text: Any, address: str | None) -> None:
    assert as_ip(text) == address
    if isinstance(text, str) and text:
        assert not_ip(text) == (None if address else text)


@given(st.text(max_size=80))
def test_address_never_raises(text: str) -> None:
    assert as_ip(text) is None or as_ip(text) in text


def is_record(value: dict[str, Any]) -> bool:
    return "record" in value


@pytest.mark.parametrize(
    "wrapped",
    [
        {"record": 1},
        {"detail": {"record": 1}},
        {"message": json.dumps({"record": 1})},
        {"event": {"original": json.dumps({"record": 1})}},
        {"event.original": {"record": 1}},
        {"detail": {"message": json.dumps({"record": 1})}},
        {"detail": [{"record": 1}]},
    ],
)
def test_unwrap_finds_the_record(wrapped: dict[str, Any]) -> None:
    assert unwrap(wrapped, is_record, ("detail", "message", "event.original")) == {"record": 1}


@pytest.mark.parametrize(
    "wrapped",
    [{}, {"other": {"record": 1}}, {"detail": "{broken"}, {"detail": [{"record": 1}, {"record": 2}]}, {"detail": None}],
)
def test_unwrap_finds_none(wrapped: dict[str, Any]) -> None:
    assert unwrap(wrapped, is_record, ("detail",)) is None


def test_unwrap_stops_at_its_depth() -> None:
    value: dict[str, Any] = {"record": 1}
    for _ in range(3):
        value = {"detail": value}
    assert unwrap(value, is_record, ("detail",)) == {"record": 1}
    assert unwrap({"detail": value}, is_record, ("detail",)) is None


def test_text_that_is_json_is_parsed_and_other_text_left() -> None:
    assert parsed('{"a": 1}') == {"a": 1}
    assert parsed("{a") == "{a"
    assert parsed("7") == "7"
    assert parsed(7) == 7


def test_json_text_of_nothing_is_none() -> None:
    assert [json_text(value) for value in (None, "", [], {})] == [None] * 4
    assert json_text([{"a": 1}]) == '[{"a":1}]'
    assert json_text("as it is") == "as it is"


def test_sample_objects_come_once_and_skip_what_is_broken() -> None:
    sample = sample_of(b'{"a":1}\n{broken\n{"a":1}\n{"b":2}\n[3]\n')
    assert sample_objects(sample) == [{"a": 1}, {"b": 2}]
    assert sample_objects(Sample("x", b"", (), None)) == []


def test_a_later_object_counts_less_than_the_first() -> None:
    def score(value: dict[str, Any]) -> float:
        return 1.0 if "b" in value else 0.0

    assert best_score(sample_of(b'{"b":1}\n{"a":1}\n'), score) == 1.0
    assert 0.9 < best_score(sample_of(b'{"a":1}\n{"b":1}\n'), score) < 1.0
    assert best_score(sample_of(b"no json"), score) == 0.0
