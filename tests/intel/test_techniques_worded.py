"""Plain wordings: what an act is called is found, in either order; what tells of nobody's act is not."""

from __future__ import annotations

import pytest
from techniques_worded_sentences import IDLE, TELLING

from vedette.documents.reading import read_bytes
from vedette.documents.sentences import sentences
from vedette.errors import InternalError
from vedette.intel.modality import asserted
from vedette.intel.techniques import find
from vedette.intel.techniques.worded import TABLE, Wordings, alternatives, most_specific, worded
from vedette.schema import Document


def read(text: str, name: str = "report.md") -> Document:
    (document,) = (d for d in read_bytes(text.encode(), name) if isinstance(d, Document))
    return document


def found(text: str) -> list[str]:
    return [technique for technique, _ in worded(asserted(text))]


def test_most_plain_sentences_are_understood() -> None:
    missed = [(technique, text) for technique, text in TELLING if technique not in found(text)]
    assert len(missed) <= 4, missed


def test_what_tells_of_nobody_is_left_alone() -> None:
    wrong = [(text, found(text)) for text in IDLE if found(text)]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("wevtutil cl Security", "T1070.001"),
        ("C:\\Windows\\System32\\vssadmin.exe delete shadows /all /quiet", "T1490"),
        ("rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\l.dmp full", "T1003.001"),
        ("net user helper Passw0rd! /add", "T1136.001"),
        ("nltest /domain_trusts", "T1482"),
        ("wget is fine", None),
        ("the web shell was uploaded", None),
    ],
)
def test_commands_are_read_in_code(line: str, wanted: str | None) -> None:
    said = [technique for technique, _ in worded(line, code=True)]
    assert wanted in said if wanted else not said


def test_the_more_specific_one_stays() -> None:
    assert most_specific({"T1055": 0.8, "T1055.012": 0.8, "T1003": 0.7}) == {"T1055.012": 0.8, "T1003": 0.7}


def test_brackets_hold_alternatives_together() -> None:
    assert list(alternatives(r"a|(?:b|c)d|e\(|f")) == ["a", "(?:b|c)d", r"e\(", "f"]


@pytest.mark.parametrize("text", ["", "\x00\ud800", "web shell " * 40_000, "(" * 10_000, "encrypt " * 900])
def test_odd_text_is_read_all_the_same(text: str) -> None:
    assert all(0 < sure <= 1 for _, sure in worded(text))


def test_a_wrong_table_is_told_by_line() -> None:
    with pytest.raises(InternalError, match="line 5"):
        Wordings("words: {}\nidle: []\ntechniques:\n  T1003: {says: [a]}\n  T9999: {says: [b]}\n")
    assert Wordings(TABLE.read_text(encoding="utf-8")).techniques >= {"T1486", "T1505.003"}


def test_code_and_tables_name_techniques() -> None:
    document = read(
        "# A report\n\nThe operators then ran:\n\n```\nwevtutil cl Security\n```\n\n"
        "| Tactic | Technique | ID |\n|---|---|---|\n| Persistence | Create Account | T1136 |\n"
        "| Impact | Encrypted | T1486 |\n"
    )
    mentions, report, _, _ = find(document, sentences(document))
    by_id = {m.technique: m for m in mentions}
    assert {"T1136", "T1486", "T1070.001"} <= {one.technique for one in report}
    assert by_id["T1136"].explicit
    assert not by_id["T1070.001"].explicit
    row = by_id["T1486"]
    assert "T1486" in document.text[row.start : row.end]
    assert "T1136" not in document.text[row.start : row.end]


def test_tables_of_detections_are_nobodys_doing() -> None:
    document = read("# A report\n\n| Detection rule | Technique |\n|---|---|\n| Rule 1 | T1136 |\n")
    assert find(document, sentences(document))[1] == []


def test_numbers_that_attack_revoked_are_shown_as_what_replaced_them() -> None:
    document = read("The player loads the implant (T1574.002), see attack.mitre.org/techniques/T1574/002 too.")
    mentions, report, _, _ = find(document, sentences(document))
    assert [(m.technique, m.name) for m in mentions if m.explicit] == [("T1574.001", "DLL")]
    assert [one.technique for one in report if one.technique.startswith("T1574")] == ["T1574.001"]
    unnamed, _, _, _ = find(document, [(0, 30)])
    assert not any(m.technique == "T1574.002" for m in unnamed)
