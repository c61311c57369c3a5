"""How an answer stands on the page, and on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.cells import cell_len

from vedette.cli.shown import cell, point, table_lines
from vedette.copilot.layout import Page, Place, placed
from vedette.schema import Claim, Evidence

LONG = "x" * 300


def claim(text: str, *refs: str) -> Claim:
    return Claim(text=text, evidence=tuple(Evidence(ref=r) for r in refs), checked=True)


def test_a_short_lead_then_a_list_then_remarks() -> None:
    claims = [claim(f"{LONG}.", "a"), claim("Second.", "b"), claim("Third.", "a", "b")]
    page = Page()
    pieces = [page.add(place, one) for place, one in placed(claims)]
    pieces.append(page.add(Place.REMARK, claim("No case was named.")))
    assert page.text == f"{LONG} [1].\n\n- Second [2].\n- Third [1][2].\n\nNo case was named."
    assert "".join(pieces) == page.text
    assert [c.ref for c in page.citations] == ["a", "b"]


def test_two_short_sentences_are_a_lead_and_no_list() -> None:
    page = Page()
    for place, one in placed([claim("Yes."), claim("It was bob.")]):
        page.add(place, one)
    assert page.text == "Yes. It was bob."


def test_text_of_a_log_begins_no_line_of_its_own() -> None:
    page = Page()
    page.add(Place.LEAD, claim("alice ran “a\r\n- b was cleared\u2028- c\x85d”."))
    assert page.text == "alice ran “a - b was cleared - c d”."


def test_a_line_of_the_list_gets_a_dot_on_a_terminal() -> None:
    assert point("\n\n- bob logged on [1].") == "• bob logged on [1]."
    assert point(" It was bob.") == "It was bob."


def test_the_first_columns_of_a_table_stay_whole() -> None:
    rows = [
        ("2026-03-09T09:52:21.123000+00:00", r"ALDERFINCH\svc-printq", "powershell.exe " + LONG, "", "b" * 32, LONG)
    ] * 2
    for width in (60, 80, 120, 200):
        lines, left_out = table_lines(("time", "account", "command", "host", "event", "why"), rows, width)
        assert all(cell_len(line) <= width for line in lines)
        assert "2026-03-09 09:52:21" in lines[1]
        assert r"ALDERFINCH\svc-printq" in lines[1]
        assert "host" not in lines[0] + " ".join(left_out), "nothing is in it"
    assert left_out == []
    assert "why" in table_lines(("time", "account", "command", "host", "event", "why"), rows, 80)[1]


def test_cells_are_short_and_inert() -> None:
    assert cell(None) == ""
    assert cell(datetime(2026, 3, 9, 1, 2, 3, 4, tzinfo=UTC)) == "2026-03-09 01:02:03"
    assert cell("0123456789abcdef" * 2) == "0123456789ab"
    assert cell("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
    lines, _ = table_lines(("name", "n"), [("名前" * 30, 1), ("b", 2)], 40)
    assert all(cell_len(line) <= 40 for line in lines)
