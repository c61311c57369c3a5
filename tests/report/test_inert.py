from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.report.inert import cell, clip, json_text, markdown_code, middle, script_json, visible, workbook

from .hostile import NASTY

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Zürich 日本語", "Zürich 日本語"),
        ("a\nb\tc", "a␊b␉c"),
        ("\x00\x1b\x7f", "␀␛␡"),
        ("\x85", "\\u0085"),
        ("txt\u202eexe", "txt\\u202eexe"),
        ("a\u200bb", "a\\u200bb"),
        ("\x1b[1;31mred\x1b[0m", "␛red␛"),
        ("\x9b31mred", "␛red"),
        ("\x1b]8;;http://evil\x07", "␛]8;;http://evil␇"),
        ("\U000e0041", "\\U000e0041"),
        ("\u3164", "\\u3164"),
        ("\ufeff", "\\ufeff"),
        ("e\u0301", "e\u0301"),
        ("\ud800", "\\ud800"),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_marks_do_not_pile_up() -> None:
    shown = visible("e" + "\u0301" * 50 + "x" + "\u0301")
    assert shown.startswith("e" + "\u0301" * 3 + "\\u0301")
    assert shown.endswith("x\u0301")


@given(st.text() | st.sampled_from(NASTY))
def test_visible_text_hides_nothing_and_is_stable(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert not {unicodedata.category(c) for c in shown} & HIDDEN
    assert not text or shown


@given(st.text())
def test_cells_never_begin_a_formula(text: str) -> None:
    for made in (cell(visible(text)), workbook(visible(text))):
        assert made.lstrip()[:1] not in set("=+-@＝＋－＠") or not made.lstrip()
        assert visible(text) in made


@pytest.mark.parametrize(
    "text", ["http://a.b", "HTTPS://a", "mailto:a@b", "internal:Sheet1!A1", "external:c:\\x", "www.a.b"]
)
def test_workbook_text_is_no_link(text: str) -> None:
    assert workbook(text) == "'" + text


@given(st.text(max_size=50), st.integers(1, 60))
def test_cut_text_keeps_its_length(text: str, n: int) -> None:
    assert len(clip(text, n)) <= n
    assert len(middle(text, n)) <= n
    if len(text) <= n:
        assert clip(text, n) == middle(text, n) == text


@given(st.recursive(st.text() | st.none() | st.booleans(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_json_stays_the_same_value_and_hides_nothing(value: object) -> None:
    made = json_text(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(made) == value
    assert not {unicodedata.category(c) for c in made if c != "\n"} & HIDDEN


@given(st.text() | st.sampled_from(NASTY))
def test_data_cannot_end_its_script_element(text: str) -> None:
    made = script_json([text])
    assert json.loads(made) == [text]
    assert not set("<>&") & set(made)
    assert made.isascii()


@given(st.text(alphabet="`|\\ ab", max_size=20))
def test_code_spans_hold_their_text_whole(text: str) -> None:
    from markdown_it import MarkdownIt

    shown = visible(text)
    tokens = MarkdownIt().parseInline(markdown_code(shown))[0].children or []
    assert [t.type for t in tokens] == ["code_inline"]
    assert tokens[0].content.strip() == shown.strip()
