from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_scan_support import as_bytes

from vedette.ingest.scans import json_values as values
from vedette.ingest.scans.base import ScanError, ScanRefusal
from vedette.ingest.scans.content import HeldContent

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


def paths_of(value: object, at: str, depth: int) -> set[str]:
    """Return the paths of keys down to a depth, the plain way."""
    if isinstance(value, dict):
        found = set() if not at else {at}
        for key, inner in value.items():
            path = f"{at}.{key}" if at else key
            found |= {path} if depth > 0 else set()
            if depth > 1:
                found |= paths_of(inner, path, depth - 1)
        return found
    if isinstance(value, list):
        found = {f"{at}[]"}
        for inner in value:
            if depth > 1:
                found |= paths_of(inner, f"{at}[]", depth - 1)
        return found
    return set()


NAMES = st.text(alphabet="abcXYZ_$-", min_size=1, max_size=5)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
).filter(lambda value: isinstance(value, dict | list))


@given(DOCUMENTS, st.sampled_from([None, 2]))
def test_outline_finds_the_keys_that_parsing_finds(value: object, indent: int | None) -> None:
    found = values.outline(json.dumps(value, indent=indent).encode())
    assert found == paths_of(value, "", 5)


@given(DOCUMENTS, st.integers(0, 400))
def test_outline_of_a_cut_document_finds_some_of_its_keys_and_no_others(value: object, cut: int) -> None:
    text = json.dumps(value)
    assert values.outline(text[:cut].encode()) <= values.outline(text.encode())


@given(st.binary(max_size=300))
def test_outline_never_raises(data: bytes) -> None:
    assert isinstance(values.outline(data), frozenset)
    values.outline(b"{" + data)


def test_outline_is_linear_in_quotes() -> None:
    # each of these quotes would start a search to the end if a string had to be closed
    assert values.outline(b'{"a": "' + b'\\"' * 500_000) == {"a"}


@given(JSON)
def test_accessors_take_anything(value: object) -> None:
    assert isinstance(values.text(value), str)
    assert isinstance(values.obj(value, "a", "b"), dict)
    assert isinstance(values.arr(value), list)
    assert all(isinstance(one, dict) for one in values.objects(value))
    assert all(isinstance(one, str) and one for one in values.texts(value, split=","))
    assert values.number(value) is None or abs(values.number(value) or 0) < float("inf")
    assert values.share(value) is None or 0 <= (values.share(value) or 0) <= 1
    assert values.flag(value) in (None, True, False)
    assert values.moment(value) is None or values.moment(value).tzinfo is not None
    for record in values.records(value, ""):
        assert isinstance(record, ScanRefusal) or isinstance(record[1], dict)
    for member in values.members(value, ""):
        assert isinstance(member, ScanRefusal) or isinstance(member[2], dict)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((1, 1.0), ("7.5", 7.5), (True, None), ("nan", None), ("inf", None), ("1e999", None)),
        *(("", None), ([1], None), (10**400, None), ("9" * 50, None), (None, None)),
    ],
)
def test_number(value: object, number: float | None) -> None:
    assert values.number(value) == number


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-01-15T08:58:29.82753744Z", datetime(2024, 1, 15, 8, 58, 29, 827537, UTC)),
        ("2024-06-14T04:03:53+02:00", datetime(2024, 6, 14, 2, 3, 53, tzinfo=UTC)),
        ("2026-03-13 22:38:57.161000+01:00", datetime(2026, 3, 13, 21, 38, 57, 161000, UTC)),
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (1_700_000_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("2024-01-15T08:58:29", None),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        (5, None),
        (True, None),
    ],
)
def test_moment(value: object, at: datetime | None) -> None:
    assert values.moment(value) == at


def test_a_time_without_zone_is_read_in_the_zone_that_is_known() -> None:
    zone = timezone(timedelta(hours=2))
    assert values.moment("2024-01-15T08:58:29", zone) == datetime(2024, 1, 15, 6, 58, 29, tzinfo=UTC)


def test_half_a_surrogate_pair_and_a_stray_byte_cost_neither_text_nor_file() -> None:
    assert values.loads(b'{"a": "x\\ud800y", "b": 1}') == {"a": "x\\ud800y", "b": 1}
    assert values.loads(b'{"a": "x\xe9y"}') == {"a": "x\\xe9y"}


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1', b"PK\x03\x04", b"[" * 100_000, b"null x", b'{"a": \xff}'])
def test_what_is_no_json_is_told(data: bytes) -> None:
    with pytest.raises(ScanError, match="not JSON"):
        values.loads(data)


def _documents(data: bytes) -> list[object]:
    return list(values.documents(HeldContent("x", "", len(data), data)))


def test_documents_are_one_or_one_a_line() -> None:
    assert _documents(b'\xef\xbb\xbf{"a":\n1}') == [("", {"a": 1})]
    assert _documents(b'{"a": 1}\n\n{"a": 2}\n') == [("line 1", {"a": 1}), ("line 3", {"a": 2})]
    assert _documents(b'[{"a": 1},\n{"a": 2}]') == [("", [{"a": 1}, {"a": 2}])]
    first, second, third = _documents(b'{"a": 1}\n{"a": \n{"a": 3}\n')
    assert isinstance(second, ScanRefusal)
    assert second.pointer == "line 2"
    assert (first, third) == (("line 1", {"a": 1}), ("line 3", {"a": 3}))


def test_a_line_that_is_too_long_is_refused_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MAX_LINE_BYTES", 64)
    data = b'{"a": 1}\n{"b": 2}\n' + as_bytes({"a": "x" * 500}) + b'\n{"a": 3}\n'
    found = _documents(data)
    assert [one.pointer if isinstance(one, ScanRefusal) else one[0] for one in found] == [
        "line 1",
        "line 2",
        "line 3",
        "line 4",
    ]


def test_records_say_what_stands_where_a_record_should() -> None:
    found = list(values.records([{"a": 1}, None, "x", [1]], "/x"))
    assert found[0] == ("/x/0", {"a": 1})
    assert [one.reason for one in found[1:] if isinstance(one, ScanRefusal)] == [
        "null where a record should be",
        "text where a record should be",
        "a list where a record should be",
    ]
    assert list(values.records(None, "/x")) == []
    (refused,) = values.records({"a": 1}, "/x")
    assert isinstance(refused, ScanRefusal)
    assert refused.reason == "an object where a list should be"
    (refused,) = values.members([1], "/x")
    assert isinstance(refused, ScanRefusal)


def test_pointers_escape_keys() -> None:
    ((pointer, key, _),) = values.members({"@scope/name~x": {}}, "/v")
    assert (pointer, key) == ("/v/@scope~1name~0x", "@scope/name~x")


def test_texts_are_bounded() -> None:
    assert len(values.text("x" * 10_000)) == values.MAX_NAME
    assert len(values.texts([str(n) for n in range(5_000)])) == values.MAX_ITEMS
