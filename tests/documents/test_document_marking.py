"""Which marking a document gives to itself."""

from __future__ import annotations

import io
import zipfile

import pytest
from documents_support import word

from vedette.documents.marking import marking_of, strictest
from vedette.documents.reading import read_bytes
from vedette.documents.verbatim import as_given

LONG = "a line\n\n" * 30


@pytest.mark.parametrize(
    ("marking", "text"),
    [
        ("amber", "TLP:AMBER\n\nEmotet is back."),
        ("amber+strict", "TLP:AMBER+STRICT\nEmotet is back."),
        ("red", "# Report (TLP: RED)\n\nbody"),
        ("white", "TLP: WHITE | Page 1 of 9\n\nbody"),
        ("green", "Classification: TLP GREEN\n\nbody"),
        ("amber", "[TLP:AMBER] Emotet botnet returns\n\nbody"),
        ("amber", "Report on X | TLP:AMBER | 2024-05-06\n\nbody"),
        ("amber", "Dear members,\n\nThis message is TLP:AMBER.\n\nbody"),
        ("clear", "This document is marked TLP:CLEAR. TLP:CLEAR information may be distributed."),
        ("red", "TLP:RED - not for disclosure, restricted to participants only\n\nbody"),
        ("red", "TLP:AMBER\n\nbody\n\nTLP:RED"),
        ("clear", f"{LONG}TLP:CLEAR"),
        ("", f"{LONG}TLP:CLEAR\n\n{LONG}"),
        ("", "Title\n\nRecipients may share TLP:GREEN information with peers."),
        ("", "TLP:RED Not for disclosure\nTLP:AMBER Limited\nTLP:GREEN Community\nTLP:CLEAR no limits"),
        ("", "How to use TLP:RED in your organisation\n\nbody"),
        ("", "The leaked chat was marked TLP:RED by its authors.\n\nbody"),
        ("", "This report is not TLP:RED.\n\nbody"),
        ("", "See also the earlier TLP:AMBER advisory.\n\nbody"),
        ("", "TLP:CLEAR, TLP:GREEN, TLP:AMBER and TLP:RED are the four labels\n\nbody"),
    ],
)
def test_a_marking_counts_where_the_document_gives_it_to_itself(marking: str, text: str) -> None:
    document = as_given(text)
    assert marking_of(document.text, document.parts) == marking
    assert document.fields.get("tlp", "") == marking


def test_of_several_markings_the_strictest_holds() -> None:
    assert strictest("green", "TLP:AMBER", "") == "amber"
    assert strictest("amber+strict", "amber") == "amber+strict"
    assert strictest("secret") == ""


def test_a_subject_marks_a_message() -> None:
    mail = b"From: a@b.example\nTo: c@d.example\nSubject: [TLP:AMBER] Emotet\nDate: Thu, 16 Mar 2023 08:41:12 -0500\n\nbody"
    (document,) = read_bytes(mail, "a.eml")
    assert document.fields["tlp"] == "amber"  # type: ignore[union-attr]


def test_what_stands_in_the_foot_of_pages_marks_a_word_document_and_is_no_text_of_it() -> None:
    data = io.BytesIO(word())
    with zipfile.ZipFile(data, "a") as package:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        package.writestr("word/footer1.xml", f"<w:ftr {space}><w:p><w:r><w:t>TLP:RED</w:t></w:r></w:p></w:ftr>")
    (document,) = read_bytes(data.getvalue(), "a.docx")
    assert document.fields["tlp"] == "red"  # type: ignore[union-attr]
    assert "TLP" not in document.text  # type: ignore[union-attr]
