"""Tables: headings in any order, lines of preamble, cells of many lines, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.ingest.scans import delimited
from vedette.ingest.scans.base import ScanError, ScanRefusal
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.delimited import Headings, Row, heading, layout_of, rows_of

HEADINGS = Headings(
    names={"id": ("Plugin ID", "ID"), "name": ("Name",)}, needed=(("Plugin ID", "Name"), ("ID", "Name"))
)


def rows(data: bytes) -> list[Row | ScanRefusal]:
    layout = layout_of(data, HEADINGS)
    assert layout is not None
    return list(rows_of(HeldContent("x", "0" * 32, len(data), data), layout))


def values(data: bytes) -> list[dict[str, str]]:
    return [dict(row.values) for row in rows(data) if isinstance(row, Row)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_delimiter_order_and_line_end(delimiter: str, end: str) -> None:
    lines = [("Other", "NAME", "plugin_id"), ("x", " a ", "1"), ("", "", ""), ("x", "b", "2")]
    data = end.join(delimiter.join(line) for line in lines).encode()
    assert values(data) == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]


def test_preamble_and_cells_of_many_lines() -> None:
    data = b'"Report","2026"\n"a"\n\nPlugin ID,Name\n1,"two\nlines, ""quoted"""\n2,b\n'
    found = rows(data)
    assert [row.pointer for row in found] == ["line 5", "line 7"]
    assert isinstance(found[0], Row)
    assert found[0].get("name") == 'two\nlines, "quoted"'
    assert found[0].get("nothing") == ""


def test_the_better_heading_wins_where_it_says_something() -> None:
    assert values(b"ID,Plugin ID,Name\n9,1,a\n8,,b\n") == [{"id": "1", "name": "a"}, {"id": "8", "name": "b"}]


def test_short_rows_and_rows_with_too_many_cells() -> None:
    found = rows(b"Plugin ID,Name\n1\n2,b,,\n3,c,d\n")
    assert [type(row) for row in found] == [Row, Row, ScanRefusal]
    assert found[2].pointer == "line 4"


def test_no_such_headings() -> None:
    for data in (b"", b"a,b\n1,2\n", b"Plugin ID\nName\n", b'"' * 9_999, b"\xff\xfe\0", b"Plugin ID;Other\n"):
        assert layout_of(data, HEADINGS) is None


def test_what_does_not_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 1_000)
    with pytest.raises(ScanError, match="line 2"):
        rows(b"Plugin ID,Name\n1," + b"x" * 5_000)


def test_a_quote_that_is_never_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import csv

    before = csv.field_size_limit(1_000)
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 1_000)
    try:
        with pytest.raises(ScanError, match="damaged table at line 2"):
            rows(b'Plugin ID,Name\n1,"open\n' + b"more\n" * 5_000)
    finally:
        csv.field_size_limit(before)


@given(st.text(max_size=60))
def test_headings_are_compared_in_one_form(text: str) -> None:
    assert heading(heading(text)) == heading(text)
    assert heading(text.upper()) == heading(text.lower()) or not text.isascii()
