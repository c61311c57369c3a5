from __future__ import annotations

import pytest

from vedette.intel.entities.bodies import find


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Chinese government denied it.", ["Chinese government"]),
        ("Sent to the Ministry of Foreign Affairs of Saudi Arabia.", ["Ministry of Foreign Affairs of Saudi Arabia"]),
        ("The Ponemon Institute asked.", ["Ponemon Institute"]),
        ("students of Ruhr University", ["Ruhr University"]),
        ("Democratic National Committee staff", ["Democratic National Committee"]),
        ("the government of it, an institute, a university", []),
        ("The Institute said.", []),
        ("THE UNIVERSITY", []),
    ],
)
def test_a_form_tells_an_organisation(text: str, expected: list[str]) -> None:
    found = list(find(text))
    assert [mention.text for mention in found] == expected
    assert all(text[mention.start : mention.end] == mention.text for mention in found)


def test_long_runs_of_capitals_take_no_long_time() -> None:
    assert list(find("Aaaa " * 20_000)) == []
    assert list(find("University of " * 5_000 + "x"))[:1] != [None]
