"""Tokens, the packed lists, lines that machines wrote, and the model's folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import OutsideError
from vedette.guard.names.gazetteer import BIT, Gazetteer, folded
from vedette.guard.names.model import LABELS, NAME, load, tagger
from vedette.guard.names.prose import lines
from vedette.guard.names.tokens import chunks, inner
from vedette.models import shipped


@pytest.mark.parametrize(
    ("chunk", "words"),
    [
        ("O'Brien,", ["O'Brien", ","]),
        ("Maria's", ["Maria", "'s"]),
        ("J.R.R.", ["J.R.R."]),
        ("38-year-old", ["38", "-", "year", "-", "old"]),
        ("(Smith-Jones)", ["(", "Smith", "-", "Jones", ")"]),
        ("12/4/1999.", ["12/4/1999", "."]),
        ("Office365", ["Office365"]),
        ('\\"Who', ['\\"', "Who"]),
    ],
)
def test_chunks_fall_into_tokens(chunk: str, words: list[str]) -> None:
    assert [token.text for token in inner(chunk)] == words


@pytest.mark.parametrize(
    ("chunk", "machine"),
    [
        ("https://example.org/a?b=c", "url"),
        ("jane.doe@example.org", "mail"),
        ("C:\\Windows\\cmd.exe", "path"),
        ("/usr/bin/env", "path"),
        ("key=value", "assign"),
        ("--force", "option"),
        ("snake_case", "name"),
        ("report.docx", "file"),
        ("d41d8cd98f00b204e9800998ecf8427e", "hex"),
        ("CVE-2024-1234", "id"),
        ("x" * 500, "long"),
    ],
)
def test_what_machines_wrote_is_one_token(chunk: str, machine: str) -> None:
    assert [token.machine for token in inner(chunk)] == [machine]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_tokens_cover_all_that_is_no_space(text: str) -> None:
    covered = set()
    for start, chunk in chunks(text):
        assert text[start : start + len(chunk)] == chunk
        for token in inner(chunk):
            span = range(start + token.start, start + token.end)
            assert span
            assert not covered & set(span)
            covered.update(span)
    assert {i for i, c in enumerate(text) if not c.isspace()} <= covered


def test_lists_are_packed_and_read_again() -> None:
    words = {"anna": BIT["first"], "muller": BIT["last"] | BIT["job"], "oslo": BIT["city"]}
    lists = Gazetteer.from_arrays(Gazetteer.of(words).to_arrays())
    assert {word: lists.look_up(word) for word in words} == words
    assert lists.look_up(folded("Müller")) == words["muller"]
    with pytest.raises(ValueError, match="entries"):
        Gazetteer.from_arrays({"gazetteer_keys": np.ones(3, np.uint32), "gazetteer_bits": np.ones(2, np.uint16)})


def test_lines_of_people_are_kept_and_those_of_machines_left_out() -> None:
    text = 'Hello Anna, see below.\n{"a": 1, "b": {"c": "d"}, "e": [1, 2]}\nBest,\nPetra\n'
    assert [text[low:high] for low, high in lines(text)] == ["Hello Anna, see below.\n", "Best,\nPetra\n"]


def test_the_shipped_model_is_small_and_whole(tmp_path: Path) -> None:
    entry = shipped.entry(NAME)
    assert sum(path.stat().st_size for path in entry.path.iterdir()) < 3_000_000
    model = tagger()
    text = "Anna Kovács lives in Oslo."
    rows = model.features.of_text(text)[1]
    chances = model.probabilities(rows)
    assert chances.shape == (len(rows), len(LABELS))
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-4)
    model.save(tmp_path / "again")
    again = load(tmp_path / "again", NAME, "1")
    assert np.abs(again.probabilities(rows) - chances).max() < 0.02
    assert {label.label for label in again.predict([text])[0].labels} == {"PERSON", "LOCATION"}


def test_a_torn_model_is_refused(tmp_path: Path) -> None:
    tagger().save(tmp_path)
    (tmp_path / "words.txt").write_text("the\t3\n")
    with pytest.raises(OutsideError, match="rows"):
        load(tmp_path, NAME, "1")
