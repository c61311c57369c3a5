from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.ingest.scans import json_records
from vedette.ingest.scans.base import ScanError, ScanRefusal
from vedette.ingest.scans.content import HeldContent


def read(data: bytes, *keys: str, wrapper: str = "") -> list[Any]:
    content = HeldContent("x", "", len(data), data)
    found = json_records.records_of(content, *(keys or ("findings",)), wrapper=wrapper)
    return [one.pointer if isinstance(one, ScanRefusal) else one for one in found]


@pytest.mark.parametrize("whole_bytes", [0, 1 << 20])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"findings": [{"a": 1}, 7, {}]}', [("/findings/0", {"a": 1}), "/findings/1", ("/findings/2", {})]),
        ('{"next": null, "findings": []}', []),
        ('[{"a": 1}, null]', [("/0", {"a": 1}), "/1"]),
        ('[{"findings": [{"a": 1}]}, {"a": 2}]', [("/0/findings/0", {"a": 1}), ("/1", {"a": 2})]),
        ('{"a": 1}', [("/", {"a": 1})]),
        ('{"detail": {"a": 1}}\n{"detail": {"a": 2}}', [("line 1/detail", {"a": 1}), ("line 2/detail", {"a": 2})]),
        ('{"source": "x", "detail": {"findings": [{"a": 1.5}]}}', [("/detail/findings/0", {"a": 1.5})]),
    ],
)
def test_records_are_the_same_whole_and_one_by_one(
    text: str, found: list[Any], whole_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_records, "WHOLE_BYTES", whole_bytes)
    assert read(text.encode(), wrapper="detail") == found


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "id"]), VALUES), max_size=5))
def test_streaming_says_what_parsing_says(rows: list[dict[str, Any]]) -> None:
    data = json.dumps({"findings": rows}).encode()
    plain = read(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_records, "WHOLE_BYTES", 0)
        assert read(data) == plain


@pytest.mark.parametrize("data", [b'{"findings": [{"a": 1}, {"a"', b'[{"a": 1}, {"a": nope}]'])
def test_what_stands_before_the_damage_is_kept(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "WHOLE_BYTES", 0)
    found: list[Any] = []
    with pytest.raises(ScanError, match="not JSON"):
        found.extend(json_records.records_of(HeldContent("x", "", len(data), data), "findings"))
    assert [one[1] for one in found if not isinstance(one, ScanRefusal)] == [{"a": 1}]
