"""Names that a report gives itself, and names that several things bear."""

from __future__ import annotations

import pytest

from vedette.documents.sentences import sentences_of
from vedette.intel.entities.finding import find
from vedette.intel.entities.known import Known
from vedette.schema import Document

KNOWN = Known.load()


def told(text: str) -> set[tuple[str, str, str | None]]:
    document = Document(document_id="d", title="", source="", text=text, parts=())
    return {(m.kind.value, m.text, m.ref) for m in find(document, KNOWN, sentences_of(text))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was done by a group that we call Paper Heron.", ("group", "Paper Heron", None)),
        ("They used a dropper called TRAILBLAZE.", ("malware", "TRAILBLAZE", None)),
        ("They left a backdoor BRUSHFIRE behind.", ("malware", "BRUSHFIRE", None)),
        ("The malware is tracked as “GreyFox”.", ("malware", "GreyFox", None)),
        ("It is an actor dubbed Velvet Goose.", ("group", "Velvet Goose", None)),
        ("A tool called Mimikatz was seen.", ("tool", "Mimikatz", "S0002")),
        ("FIN7 attacked banks and then used Carbanak to steal data.", ("malware", "Carbanak", "S0030")),
        ("The Carbanak group attacked banks.", ("group", "Carbanak", "G0008")),
        ("Группа Cozy Bear атаковала министерство.", ("group", "Cozy Bear", "G0016")),
        ("Cozy Bear attacked the ministry.", ("group", "Cozy Bear", "G0016")),
        ("It runs on WeChat for Android.", ("product", "WeChat", "wechat/wechat")),
    ],
)
def test_names(text: str, expected: tuple[str, str, str | None]) -> None:
    assert expected in told(text)


def test_a_given_name_holds_wherever_it_stands() -> None:
    text = "It was a group we call Paper Heron. Later Paper Heron came back, and https://x.org/Paper Heron/ too."
    document = Document(document_id="d", title="", source="", text=text, parts=())
    starts = [m.start for m in find(document, KNOWN, sentences_of(text)) if m.text == "Paper Heron"]
    assert starts[:2] == [text.index("Paper"), text.index("Paper", 30)]


@pytest.mark.parametrize("text", ["We chat about it all day.", "Snake bit me.", "A tool called the police."])
def test_words_are_no_names(text: str) -> None:
    assert not {one for one in told(text) if one[0] in ("product", "group", "malware", "tool")}
