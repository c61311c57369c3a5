"""Sentences: where they end, and where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.claims import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("alice logged on. tomcat ran bash.", ["alice logged on.", "tomcat ran bash."]),
        ("It was v1.2.3 on 10.0.0.5, e.g. 3.5 times.", ["It was v1.2.3 on 10.0.0.5, e.g. 3.5 times."]),
        ("At 9:52 a.m. alice left.", ["At 9:52 a.m. alice left."]),
        ("It ended at 9 p.m. The rest is unknown.", ["It ended at 9 p.m.", "The rest is unknown."]),
        ('He ran "cmd /c dir. exit" twice. Then left.', ['He ran "cmd /c dir. exit" twice.', "Then left."]),
        ("Run `a. b` now. Done.", ["Run `a. b` now.", "Done."]),
        ("C:\\Temp\\a.exe ran. It ended.", ["C:\\Temp\\a.exe ran.", "It ended."]),
        ("See no. 5. No. It is.", ["See no. 5.", "No. It is."]),
        ("- a\n- b. c\n", ["a", "b. c"]),
        ("1. first\n2. second", ["first", "second"]),
        ("# Head\n\ntext", ["Head", "text"]),
        ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "| c | d |"]),
        ("alice logged on\nto DC01. bob\ndid too.", ["alice logged on\nto DC01.", "bob\ndid too."]),
        ("```\nwhoami. exit\n```\nDone.", ["whoami. exit", "Done."]),
        ("Wait... what? Yes!", ["Wait... what?", "Yes!"]),
        ("Cut short… on DC01. Next.", ["Cut short… on DC01.", "Next."]),
        ("", []),
        ("---\n***\n", []),
    ],
)
def test_splits_where_a_sentence_ends(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=300))
def test_sentences_are_pieces_of_the_text_in_order(text: str) -> None:
    position = 0
    for sentence in sentences(text):
        position = text.index(sentence, position) + len(sentence)
        assert sentence == sentence.strip()
