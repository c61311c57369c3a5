from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import OutsideError
from vedette.intel.entities.finding import find
from vedette.intel.entities.known import Known
from vedette.intel.entities.matching import squeezed
from vedette.intel.entities.model import LABELS, MOST_TOKENS, NAME, best_path, load, tagger
from vedette.intel.entities.tokens import tokens
from vedette.models import shipped
from vedette.schema.document import Document, DocumentPart, PartKind
from vedette.schema.intel import EntityMention, MentionKind

REPORT = (
    "Zarnblat is a new banking trojan for Android. The Zarnblat malware steals passwords. "
    "Once Zarnblat is installed, it contacts its server. Researchers of Check Point found it on Google Play."
)


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.load()


def _find(text: str, known: Known, parts: tuple[DocumentPart, ...] = ()) -> list[EntityMention]:
    document = Document(document_id="d", title="", source="", text=text, parts=parts)
    return find(document, known, [(0, len(text))] if not parts else [])


def test_a_name_that_no_list_has_is_found_by_what_stands_around_it(known: Known) -> None:
    found = [m for m in _find(REPORT, known) if m.text == "Zarnblat"]
    assert len(found) == 3
    assert {m.kind for m in found} == {MentionKind.MALWARE}
    assert {(m.how, m.ref) for m in found} == {("model", None)}


def test_what_lies_in_code_is_not_read_for_names(known: Known) -> None:
    whole = (DocumentPart(kind=PartKind.CODE, start=0, end=len(REPORT)),)
    assert not [m for m in _find(REPORT, known, whole) if m.how == "model"]


def test_a_group_is_told_by_the_words_beside_it(known: Known) -> None:
    text = "The Zarnblat malware was used by the threat actor Grey Heron. The Grey Heron threat group sent mails."
    assert MentionKind.MALWARE not in {m.kind for m in _find(text, known) if "Heron" in m.text}


def test_chances_add_up_and_do_not_depend_on_who_asks() -> None:
    model = tagger()
    read = [one for _, one in model.read(REPORT, [(0, 45), (45, len(REPORT))])]
    first, again = model.chances(read), model.chances(read)
    for one, other in zip(first, again, strict=True):
        assert np.allclose(one.sum(axis=1), 1, atol=1e-5)
        assert np.array_equal(one, other)
    assert model.chances([]) == []


def test_a_path_goes_on_with_no_name_that_did_not_begin() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        path = best_path(rng.normal(size=(12, len(LABELS))).astype(np.float32) * 3)
        for left, right in zip([0, *path], path, strict=False):
            if LABELS[right][0] == "I":
                assert LABELS[left][2:] == LABELS[right][2:]


def test_the_shipped_model_is_whole_and_small() -> None:
    entry = shipped.entry(NAME)
    assert (entry.path / "weights.npz").stat().st_size < 8_000_000
    assert entry.manifest.metrics["cyner_valid_micro_f1"] > 0.6
    for text in ("", "\x00\xff", "x" * 100_000):
        assert len(tagger().predict([text])) == 1


def test_a_torn_model_is_refused(tmp_path: Path) -> None:
    model = tagger()
    model.save(tmp_path)
    assert load(tmp_path, NAME, "0").features.words == model.features.words
    (tmp_path / "words.txt").write_text("one\n", encoding="utf-8")
    with pytest.raises(OutsideError, match="no whole model"):
        load(tmp_path, NAME, "0")
    (tmp_path / "weights.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(OutsideError, match="no whole model"):
        load(tmp_path, NAME, "0")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Emotet", "APT", "28", "-", "Play", "group", "'s", "İstanbul", "\u2019s", "ß", "\n\n", ".", "in", "May",
             "2020", "the", "net.exe", "http://emotet.com", "\x00", "\U0001d400", "Operation", "Ghost", "Zarnblat"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_mentions_index_the_text_and_never_overlap(words: list[str]) -> None:
    text = " ".join(words)
    found = _find(text, Known.load())
    for mention in found:
        assert text[mention.start : mention.end] == mention.text
        assert 0 < mention.confidence <= 1
    assert all(left.end <= right.start for left, right in pairwise(found))
    assert all(text[t.start : t.end] == t.text for t in tokens(text))
    small, here, there = squeezed(text)
    assert len(small) == sum(c.isalnum() for c in text)
    assert len(here) == len(there)


@pytest.mark.parametrize("piece", ["Aaa ", "Emotet ", "apt-28-", "a/b/", ",,", "12 ", "\x00", "University of "])
def test_what_is_no_prose_is_read_in_bounded_pieces(piece: str, known: Known) -> None:
    text = piece * (12_000 // len(piece))
    found = _find(text, known)
    assert len(found) <= len(text) // len(piece)
    pieces = tagger().read(text, [(0, len(text))])
    assert all(len(own) <= MOST_TOKENS for own, _ in pieces)
