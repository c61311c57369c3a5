"""Sentences by exact offsets: what ends one, and what does not."""

from __future__ import annotations

import pytest
from documents_support import documents
from hypothesis import given
from hypothesis import strategies as st

from vedette.documents.sentences import sentences, sentences_of


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It came. It left.", ["It came.", "It left."]),
        ("It used Cobalt Strike v4.2. Then it left!", ["It used Cobalt Strike v4.2.", "Then it left!"]),
        ("It contacted evil[.]com. Then www.evil.com was seen.", ["It contacted evil[.]com.", "Then www.evil.com was seen."]),
        ("The group (e.g. APT29) used tools, i.e. Mimikatz, etc. The end.", ["The group (e.g. APT29) used tools, i.e. Mimikatz, etc.", "The end."]),
        ("See Fig. 3 and pp. 4 ff. for more.", ["See Fig. 3 and pp. 4 ff. for more."]),
        ("Written by J. R. Smith et al. in 2020. It was good.", ["Written by J. R. Smith et al. in 2020.", "It was good."]),
        ("It was made by Acme Inc. The firm is gone.", ["It was made by Acme Inc.", "The firm is gone."]),
        ("Acme Inc. Berlin sold it.", ["Acme Inc. Berlin sold it."]),
        ("From the U.S. and the U.K. came more.", ["From the U.S. and the U.K. came more."]),
        ('He said "It is done." Then he left.', ['He said "It is done."', "Then he left."]),
        ("It was done.[1] Then more.", ["It was done.[1]", "Then more."]),
        ("What now? We wait… And go.", ["What now?", "We wait…", "And go."]),
        ("Version 1.2.3 of x.dll was hit, not 1.2.4.", ["Version 1.2.3 of x.dll was hit, not 1.2.4."]),
        ("1. Stop the host.", ["1. Stop the host."]),
        ("Das geschah am 12. Mai 2025 in Bonn. Dann nichts.", ["Das geschah am 12. Mai 2025 in Bonn.", "Dann nichts."]),
        ("攻撃者は侵入した。次に移動した。", ["攻撃者は侵入した。", "次に移動した。"]),
        ("a\nwrapped line of prose that goes on,\nand ends here. Next one.", ["a\nwrapped line of prose that goes on,\nand ends here.", "Next one."]),
        ("Indicators:\nevil[.]com\nbad[.]org\n203.0.113.7", ["Indicators:", "evil[.]com", "bad[.]org", "203.0.113.7"]),
        ("One para\n\nTwo para", ["One para", "Two para"]),
        ("...", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_ends_a_sentence(text, wanted):
    assert [text[a:b] for a, b in sentences_of(text)] == wanted


def test_parts_are_never_crossed_and_tables_code_and_headers_hold_none():
    (document,) = documents(
        b"# Head without a stop\n\nText one\n\n- bullet one\n- bullet two. And more.\n\n| a. b | c. D |\n|---|---|\n| e. F | g |\n\n```\nx. Y. Z\n```\n",
        "x.md",
    )
    assert [document.text[a:b] for a, b in sentences(document)] == [
        "Head without a stop", "Text one", "bullet one", "bullet two.", "And more.",
    ]  # fmt: skip
    (mail,) = documents(b"From: A. B <a@a.example>\nTo: c\nSubject: s\n\nBody here. Done.\n", "m.eml")
    assert [mail.text[a:b] for a, b in sentences(mail)] == ["s", "Body here.", "Done."]


def test_a_stretch_without_an_end_is_cut():
    found = sentences_of("word " * 3000)
    assert len(found) >= 3
    assert all(b - a <= 4000 for a, b in found)


@given(st.text(alphabet="aB1.?!\n \t\"'()[]«»…。:-", max_size=300))
def test_sentences_are_in_order_cover_all_words_and_begin_and_end_with_no_white_space(text):
    at = 0
    for start, end in sentences_of(text):
        assert at <= start < end
        assert not any(c.isalnum() for c in text[at:start])
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not any(c.isalnum() for c in text[at:])
