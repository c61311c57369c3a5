"""Techniques: what a text names is found exactly and wins; models speak where they are sure, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.documents.sentences import sentences_of
from vedette.errors import OutsideError
from vedette.intel.techniques import find
from vedette.intel.techniques.context import clauses, rolled
from vedette.intel.techniques.evidence import worded
from vedette.intel.techniques.explicit import named
from vedette.intel.techniques.older import OLDER
from vedette.intel.techniques.report_model import ReportModel, load
from vedette.knowledge import attack
from vedette.models import load as load_model
from vedette.models import shipped
from vedette.models.base import Predictor
from vedette.schema import Document, Prediction, RankedLabel

REPORT = (
    "The loader downloads a second payload from its server over HTTP. "
    "It injects the payload into explorer.exe with CreateRemoteThread. "
    "The strings are encrypted with XOR and packed with UPX. "
    "The actors dumped the memory of LSASS with a renamed tool. "
    "Our readers can subscribe to the weekly letter. "
    "The weather in the valley was fine that day."
)


def document(text: str, language: str | None = "en") -> Document:
    return Document(document_id="doc-1", title="", source="", text=text, parts=(), language=language)


class Fixed:
    """Says one thing of every sentence."""

    name, version = "fixed", "1"

    def predict(self, texts: list[str]) -> list[Prediction]:
        return [Prediction(labels=(RankedLabel(label="T1112", confidence=0.5),), abstained=False) for _ in texts]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("They used T1059.001 first.", ["T1059.001"]),
        ("See https://attack.mitre.org/techniques/T1003/006/ for more.", ["T1003.006"]),
        ("Process Injection was seen.", ["T1055"]),
        ("They turned to process hollowing", ["T1055.012"]),
        ("Phishing: Spearphishing Link [T1566.002]", ["T1566.002", "T1566.002"]),
        ("A number like T9999 or T10591 is none.", []),
        ("AT1059 is none, and so is XT1059.001.", []),
        ("The server, a tool, its DLL and some domains.", []),
        ("", []),
    ],
)
def test_named(text: str, wanted: list[str]) -> None:
    found = named(text)
    assert [n.technique for n in found] == wanted
    assert all(text[n.start : n.end] for n in found)


def test_every_name_that_is_read_is_read_as_its_own() -> None:
    once = [t for t in attack.techniques() if t.parent is not None]
    for technique in once:
        assert technique.id in [n.technique for n in named(f"x {technique.title} y")]


def test_report_is_read_end_to_end() -> None:
    spans = sentences_of(REPORT)
    mentions, techniques, n_abstained, unjudged = find(document(REPORT), spans)
    assert unjudged == []
    said = {(m.start, m.end): m.technique for m in mentions}
    assert rolled(said[spans[1]]) == "T1055"
    assert spans[5] not in said
    assert spans[4] not in said
    assert n_abstained == len(spans) - len({(m.start, m.end) for m in mentions})
    assert techniques == sorted(techniques, key=lambda t: (-t.confidence, t.technique))
    for technique in techniques:
        assert 0 < technique.confidence <= 1
        assert technique.sentences
        assert set(technique.sentences) <= set(spans)
        assert technique.name


def test_what_is_named_wins() -> None:
    text = "The loader injects code into explorer.exe (T1055.001). Nothing else is said."
    mentions, techniques, _, _ = find(document(text), sentences_of(text))
    first = next(m for m in mentions if m.technique == "T1055.001")
    assert first.explicit
    assert first.confidence > 0.9
    assert "T1055" not in [m.technique for m in mentions]
    assert techniques[0].technique == "T1055.001"


def test_numbers_from_before_sub_techniques_are_read_as_today_s() -> None:
    assert all(attack.name_of(new) and attack.technique(old) is None for old, new in OLDER.items())
    mentions, _, _, _ = find(document("They ran scripts (T1086)."), [(0, 25)])
    assert [(m.technique, m.explicit) for m in mentions if m.explicit] == [("T1059.001", True)]


def test_other_languages_are_not_judged_but_ids_are_read() -> None:
    text = "Die Angreifer nutzten T1059.001. Danach wurde der Speicher von LSASS ausgelesen."
    mentions, techniques, n_abstained, unjudged = find(document(text, "de"), sentences_of(text))
    assert [m.technique for m in mentions] == ["T1059.001"]
    assert [t.technique for t in techniques] == ["T1059.001"]
    assert n_abstained == 0
    assert "not English" in unjudged[0]


def test_another_predictor_is_asked_sentence_by_sentence() -> None:
    text = "One thing. Another thing."
    mentions, techniques, n_abstained, _ = find(document(text), sentences_of(text), model=Fixed())
    assert [m.technique for m in mentions] == ["T1112", "T1112"]
    assert techniques[0].confidence == pytest.approx(0.75)
    assert n_abstained == 0


def test_nothing_is_said_of_nothing() -> None:
    assert find(document(""), []) == ([], [], 0, [])


@pytest.mark.parametrize("text", ["\x00\ud800 .", "x" * 50_000, "and, " * 3000, "T1059 " * 500])
def test_odd_text_is_judged_all_the_same(text: str) -> None:
    mentions, _, _, _ = find(document(text), [(0, len(text))])
    assert all(0 < m.confidence <= 1 for m in mentions)


def test_clauses_are_parts_of_the_sentence_and_bounded() -> None:
    text = "The loader downloads a file, writes it to the disk and then runs it with rundll32."
    assert "writes it to the disk and" in clauses(text)
    assert all(part in text for part in clauses(text))
    assert len(clauses("one two three, " * 500)) <= 40


def test_model_is_written_and_read_whole(tmp_path: Path) -> None:
    model = load_model("report-techniques")
    assert isinstance(model, ReportModel)
    assert isinstance(model, Predictor)
    prediction = model.predict([REPORT])[0]
    assert not prediction.abstained
    assert all(label.span is not None for label in prediction.labels)
    folder = tmp_path / "broken"
    folder.mkdir()
    source = shipped.entry("report-techniques").path
    (folder / "model.json").write_bytes((source / "model.json").read_bytes())
    (folder / "weights.npz").write_bytes((source / "weights.npz").read_bytes()[:1000])
    with pytest.raises(OutsideError, match="no whole model"):
        load(folder, "x", "1")


def test_the_sentence_that_tells_stands_before_the_one_that_names() -> None:
    text = (
        "For details see T1055 below. Process Injection [T1055]. "
        "The loader wrote its code into the memory of explorer.exe, which is T1055 in ATT&CK."
    )
    _, report, _, _ = find(document(text), sentences_of(text), model=None)
    (one,) = [item for item in report if item.technique == "T1055"]
    assert text[slice(*one.sentences[0])].startswith("The loader")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("91.2.3.4", False),
        ("evil.org – 91.2.3.4 (C2)", False),
        ("It talks to evil.org over port 443.", True),
        ("攻击者侵入了服务器", True),
        ("", False),
    ],
)
def test_lines_of_bare_values_are_no_sentences(text: str, wanted: bool) -> None:
    values = [
        (text.index(value), text.index(value) + len(value)) for value in ("evil.org", "91.2.3.4") if value in text
    ]
    assert worded(text, 0, len(text), values) is wanted
