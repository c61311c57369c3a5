"""The featuriser: what counts as a feature, what a row is, hostile input, and storing."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.models.text import CHARS, WORDS, BlockSpec, TextFeatures, normalise, sentences

TEXTS = ["dumps lsass memory", "dumps the registry", "Dumps LSASS memory", "sends mail"]
ALL = (BlockSpec(kind="words", low=1, high=2, min_count=1), BlockSpec(kind="chars", low=3, high=4, min_count=1))


def row(features: TextFeatures, text: str) -> dict[int, float]:
    rows = features.transform([text])
    return dict(zip(rows.indices.tolist(), rows.values.tolist(), strict=True))


@pytest.fixture(scope="module")
def features() -> TextFeatures:
    return TextFeatures.fit(TEXTS, ALL)


def test_words_and_pairs_are_features_and_gaps_are_not() -> None:
    features = TextFeatures.fit(["a b c", "a b c"], (BlockSpec(kind="words", low=1, high=2, min_count=1),))
    assert len(features) == 5  # a, b, c, "a b", "b c"; not "a c"
    assert len(row(features, "a c")) == 2
    assert len(row(features, "c b a")) == 3


def test_characters_stay_inside_of_what_spaces_part() -> None:
    features = TextFeatures.fit(["ab cd"], (BlockSpec(kind="chars", low=2, high=3, min_count=1),))
    # " a" "ab" "b " " c" "cd" "d " and " ab" "ab " " cd" "cd "; nothing across the space, and ends are borders
    assert len(features) == 10
    assert len(row(features, "cd ab")) == 10
    assert row(features, "bc") == {}


def test_texts_of_a_batch_do_not_run_into_each_other() -> None:
    features = TextFeatures.fit(["a b", "b a"], (BlockSpec(kind="words", low=1, high=2, min_count=1),))
    together = features.transform(["a", "b", "", "b a"])
    assert np.diff(together.indptr).tolist() == [1, 1, 0, 3]


def test_case_width_and_spaces_do_not_matter(features: TextFeatures) -> None:
    assert row(features, "dumps lsass memory") == row(features, " DUMPS\u00a0LSASS\tmemory\n")
    assert normalise("ﬁle \u202e x", 100) == "file x"


def test_rows_of_a_block_have_its_norm(features: TextFeatures) -> None:
    rows = features.transform(["dumps lsass memory"])
    words = rows.indices < features.offsets[1]
    assert np.linalg.norm(rows.values[words]) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(rows.values[~words]) == pytest.approx(1, abs=1e-5)


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    features = TextFeatures.fit(["a b", "a c", "a d"], (BlockSpec(kind="words", low=1, high=1, min_count=1),))
    found = row(features, "a b")
    assert max(found.values()) > min(found.values())


def test_repeats_count_less_and_less() -> None:
    features = TextFeatures.fit(["a b", "a b"], (BlockSpec(kind="words", low=1, high=1, min_count=1),))
    values = sorted(row(features, "a a a a b").values())
    assert values[1] / values[0] == pytest.approx(1 + np.log(4), rel=1e-5)


def test_one_by_one_and_together_is_the_same(features: TextFeatures) -> None:
    together = features.transform(TEXTS)
    for i, text in enumerate(TEXTS):
        alone = features.transform([text])
        low, high = together.indptr[i], together.indptr[i + 1]
        assert together.indices[low:high].tolist() == alone.indices.tolist()
        assert together.values[low:high].tolist() == alone.values.tolist()


def test_fields_are_features_of_their_own() -> None:
    spec = (BlockSpec(kind="fields", low=1, high=1, min_count=1),)
    features = TextFeatures.fit(["x", "y"], spec, fields=[["vendor=acme", "os=linux"], ["vendor=acme"]])
    rows = features.transform(["", ""], fields=[["vendor=acme"], ["vendor=acm"]])
    assert np.diff(rows.indptr).tolist() == [1, 0]
    assert features.spell([""], [rows.indices.astype(np.int64)], fields=[["vendor=acme"]])[0] == {
        int(rows.indices[0]): "vendor=acme"
    }


def test_features_are_spelt_in_the_texts_own_words(features: TextFeatures) -> None:
    rows = features.transform(["Dumps LSASS now"])
    names = features.spell(["Dumps LSASS now"], [rows.indices.astype(np.int64)])[0]
    assert set(names.values()) == {"dumps", "lsass", "dumps lsass"}
    assert set(names) == set(rows.indices.tolist())


def test_what_is_stored_gives_the_same_rows(features: TextFeatures) -> None:
    again = TextFeatures.from_parts(features.to_json(), features.to_arrays())
    for text in [*TEXTS, "lsass", "unseen words only"]:
        assert row(again, text) == row(features, text)


def test_the_most_frequent_features_are_kept() -> None:
    spec = (BlockSpec(kind="words", low=1, high=1, min_count=1, max_features=1),)
    features = TextFeatures.fit(["a b", "a c", "a"], spec)
    assert len(features) == 1
    assert row(features, "a")
    assert not row(features, "b c")


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(UserError, match="no text"):
        TextFeatures.fit([])


@pytest.mark.parametrize(
    "text", ["", "\0\0", "\ud800 lone", "a" * 2_000_000, "\u202e\u200b", "é" * 9, "\x1b[31m", "𝕏" * 50, "\r\n" * 99]
)
def test_hostile_texts_make_rows(features: TextFeatures, text: str) -> None:
    started = time.process_time()
    rows = features.transform([text, "dumps lsass"])
    assert len(rows) == 2
    assert np.isfinite(rows.values).all()
    assert row(features, "dumps lsass") == dict(
        zip(
            rows.indices[rows.indptr[1] :].tolist(),
            rows.values[rows.indptr[1] :].tolist(),
            strict=True,
        )
    )
    assert time.process_time() - started < 20


@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_any_text_makes_a_row(features: TextFeatures, texts: list[str]) -> None:
    rows = features.transform(texts)
    assert len(rows) == len(texts)
    assert (rows.indices < len(features)).all()
    assert np.isfinite(rows.values).all()


@given(st.text(max_size=300))
def test_sentences_are_ranges_in_order_without_space_at_their_ends(text: str) -> None:
    end = 0
    for low, high in sentences(text):
        assert end <= low < high <= len(text)
        assert text[low:high] == text[low:high].strip()
        end = high


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It runs. It stays.", ["It runs.", "It stays."]),
        ("Run v1.2.3 of cmd.exe now. Done", ["Run v1.2.3 of cmd.exe now.", "Done"]),
        ("Tools, e.g. Mimikatz, are used.", ["Tools, e.g. Mimikatz, are used."]),
        ("See Fig. 3 for it.", ["See Fig. 3 for it."]),
        ("- first\n- second", ["- first", "- second"]),
        ('He said "go." Then left', ['He said "go."', "Then left"]),
        ("What? Yes! ok", ["What?", "Yes!", "ok"]),
        ("a. b", ["a. b"]),
        (" \n\n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, wanted: list[str]) -> None:
    assert [text[low:high] for low, high in sentences(text)] == wanted


def test_splitting_is_linear() -> None:
    for bad in ("." * 300_000, ". " * 150_000, "a.b" * 100_000, "\n" * 300_000, '."' * 150_000):
        started = time.process_time()
        assert len(sentences(bad)) <= 20_000
        assert time.process_time() - started < 20


def test_usual_blocks_are_words_and_characters() -> None:
    assert (WORDS.kind, CHARS.kind) == ("words", "chars")
