"""Tokens: drawn for a session, found again in what a model makes of them, and left alone where that is doubtful."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.guard.pseudonyms import Masker, MemoryPairs, Restorer, invented
from vedette.schema.guarding import Action, GuardFinding


def marked(text: str, *values: str, entity: str = "PERSON", action: Action = Action.PSEUDONYMISE):
    """Return a finding of each value where it first stands."""
    found = []
    for value in values:
        at = text.index(value)
        found.append((GuardFinding(entity=entity, start=at, end=at + len(value), score=1.0, scanner="test"), action))
    return found


@pytest.fixture
def book() -> MemoryPairs:
    return MemoryPairs("one", bytes(range(32)))


def pseudonym(book: MemoryPairs, value: str, entity: str = "PERSON") -> str:
    return Masker(book).mask(value, marked(value, value, entity=entity)).pairs[0].pseudonym


DEFORMED = {
    "as given": lambda p: p,
    "lower case": str.lower,
    "capitalised": str.capitalize,
    "title": str.title,
    "bold": lambda p: f"**{p}**",
    "emphasis": lambda p: f"_{p}_",
    "strong": lambda p: f"__{p}__",
    "code": lambda p: f"`{p}`",
    "escaped underscore": lambda p: p.replace("_", "\\_"),
    "escaped twice": lambda p: p.replace("_", "\\\\_"),
    "hyphen": lambda p: p.replace("_", "-"),
    "space": lambda p: p.replace("_", " "),
    "last underscore a space": lambda p: " ".join(p.rsplit("_", 1)),
    "non-breaking hyphen": lambda p: p.replace("_", "\u2011"),
    "url-encoded": lambda p: p.replace("_", "%5F"),
    "html-escaped": lambda p: p.replace("_", "&#95;"),
    "possessive": lambda p: f"{p}'s",
    "typographic possessive": lambda p: f"{p}’s",
    "quoted": lambda p: f"“{p}”",
    "soft hyphen": lambda p: p[:-3] + "\u00ad" + p[-3:],
    "zero width": lambda p: p.replace("_", "_\u200b"),
    "Japanese around it": lambda p: f"私は{p}です",
    "after an escape": lambda p: f"\\n{p}\\n",
    "after a percent escape": lambda p: f"user%3D{p}%20x",
    "hyphenated": lambda p: f"{p}-based",
    "path": lambda p: f"C:\\Users\\{p}\\x",
}
LEFT_ALONE = {
    "longer after": lambda p: p + "X",
    "longer by a digit": lambda p: p + "2",
    "longer before": lambda p: "X" + p,
    "longer by a mark": lambda p: p + "\u0301",
    "unknown mark": lambda p: p + "_9",
    "part of a name": lambda p: p + "_old",
    "shorter": lambda p: p[:-1],
    "tag alone": lambda p: p.rpartition("_")[2],
    "another word": lambda p: "USERNAME_" + p.rpartition("_")[2],
    "two underscores": lambda p: p.replace("_", "__"),
    "a line between": lambda p: p.replace("_", "\n"),
    "one character wrong": lambda p: p[:-1] + ("2" if p[-1] != "2" else "3"),
    "one-sided underscore": lambda p: "_" + p,
    "letter of another script": lambda p: p + "é",
}


@pytest.mark.parametrize("entity", ["PERSON", "EMAIL_ADDRESS", "DATE_OF_BIRTH"])
@pytest.mark.parametrize("how", DEFORMED)
def test_a_deformed_pseudonym_is_restored(book: MemoryPairs, entity: str, how: str) -> None:
    value = "a.b@example.org"
    given = pseudonym(book, value, entity)
    deformed = DEFORMED[how](given)
    inside = how in ("soft hyphen", "zero width")
    expected = value if inside else DEFORMED[how]("@@").replace("@@", value)
    assert Restorer(book).restore(f"so {deformed}, then") == f"so {expected}, then"


@pytest.mark.parametrize("how", LEFT_ALONE)
def test_what_is_doubtful_is_left_alone(book: MemoryPairs, how: str) -> None:
    deformed = LEFT_ALONE[how](pseudonym(book, "Alice"))
    assert Restorer(book).restore(f"so {deformed}, then") == f"so {deformed}, then"


@given(
    st.lists(
        st.sampled_from(["Alice", "Bob", " ", "x", "_", "\\_", "-", "\n", "'s", "*", "\u200b", "PERSON", "_2"]),
        max_size=12,
    ),
    st.lists(st.integers(0, 80), max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_a_stream_cut_anywhere_gives_what_the_whole_gives(parts: list[str], cuts: list[int]) -> None:
    book = MemoryPairs("one", bytes(range(32)))
    given = {name: pseudonym(book, name) for name in ("Alice", "Bob")}
    text = "".join(given.get(part, part) for part in parts)
    restorer = Restorer(book)
    edges = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for pieces in ([text[a:b] for a, b in pairwise(edges)], list(text)):
        stream = restorer.stream()
        assert "".join([*map(stream.feed, pieces), stream.close()]) == restorer.restore(text)


def test_ordinary_text_is_not_held_back(book: MemoryPairs) -> None:
    stream = Restorer(book).stream()
    assert stream.feed("The user said ") == "The user said "
    assert stream.feed("hello; ") == "hello; "
    assert stream.feed("PERS") == ""
    assert stream.feed("uade them") == "PERSuade them"


def test_what_was_never_given_out_is_named(book: MemoryPairs) -> None:
    given = pseudonym(book, "Alice")
    text = f"{given} and PERSON_2B3C4D5 and PERSON_ABCDEFG"
    assert [text[one.start : one.end] for one in invented(text, book)] == ["PERSON_2B3C4D5"]


def test_no_pseudonym_resolves_in_another_session() -> None:
    texts = {}
    for number in range(60):
        book = MemoryPairs(f"session {number}")
        value = f"value {number}"
        texts[number] = (book, pseudonym(book, value), pseudonym(book, "Alice"))
    for number, (book, _, _) in texts.items():
        for other, (_, own, common) in texts.items():
            if other != number:
                assert Restorer(book).restore(f"{own} {common}") == f"{own} {common}"
