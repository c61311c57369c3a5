"""Relations: who does what to whom, in the sentence that says so."""

from __future__ import annotations

import pytest

from vedette.documents.sentences import sentences_of
from vedette.intel.relations import find
from vedette.schema import Document, ObservableKind
from vedette.schema.intel import EntityMention, MentionKind, SeenObservable, Standing, TechniqueMention

NAMES = {
    "Grey Heron": MentionKind.GROUP,
    "Blue Otter": MentionKind.GROUP,
    "MudLoader": MentionKind.MALWARE,
    "TinyDoor": MentionKind.MALWARE,
    "psexec": MentionKind.TOOL,
    "netscan": MentionKind.TOOL,
    "Acme Bank": MentionKind.ORGANIZATION,
    "Norland": MentionKind.PLACE,
    "energy": MentionKind.SECTOR,
    "CVE-2031-1111": MentionKind.VULNERABILITY,
}
VALUES = {
    "c2.evil.test": ObservableKind.DOMAIN,
    "stage.dll": ObservableKind.FILE,
    "WScript.exe": ObservableKind.FILE,
    "regsvr32.exe": ObservableKind.FILE,
}


def relations(text: str, techniques: tuple[str, ...] = ()) -> dict[tuple[str, str, str], float]:
    document = Document(document_id="doc-1", title="", source="", text=text, parts=(), language="en")
    entities = [
        EntityMention(kind=kind, text=name, start=at, end=at + len(name), confidence=1.0, name=name)
        for name, kind in NAMES.items()
        for at in range(len(text))
        if text.startswith(name, at)
    ]
    seen = [
        SeenObservable(kind=kind, value=value, text=value, start=at, end=at + len(value), standing=Standing.INDICATOR)
        for value, kind in VALUES.items()
        for at in range(len(text))
        if text.startswith(value, at)
    ]
    spans = sentences_of(text)
    told = [
        TechniqueMention(technique=t, name=t, start=spans[0][0], end=spans[0][1], confidence=0.9, explicit=False)
        for t in techniques
    ]
    found = find(document, spans, entities, seen, told)
    for relation in found:
        assert (relation.start, relation.end) in spans
        assert 0 < relation.confidence <= 1
    return {(r.kind.value, r.source, r.target): r.confidence for r in found}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Grey Heron uses MudLoader.", ("uses", "group:grey heron", "malware:mudloader")),
        ("MudLoader was used by Grey Heron.", ("uses", "group:grey heron", "malware:mudloader")),
        ("TinyDoor has been attributed to Grey Heron.", ("attributed-to", "malware:tinydoor", "group:grey heron")),
        ("Grey Heron targeted Acme Bank in Norland.", ("targets", "group:grey heron", "organization:acme bank")),
        ("Acme Bank was compromised by Grey Heron.", ("targets", "group:grey heron", "organization:acme bank")),
        ("MudLoader drops TinyDoor.", ("drops", "malware:mudloader", "malware:tinydoor")),
        ("TinyDoor communicates with c2.evil.test.", ("communicates-with", "malware:tinydoor", "domain:c2.evil.test")),
        ("Grey Heron exploited CVE-2031-1111.", ("exploits", "group:grey heron", "vulnerability:cve-2031-1111")),
        ("CVE-2031-1111 was exploited by Grey Heron.", ("exploits", "group:grey heron", "vulnerability:cve-2031-1111")),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_relation_is_found(text: str, wanted: tuple[str, str, str]) -> None:
    assert wanted in relations(text)


def test_list_shares_the_verb() -> None:
    found = relations("Grey Heron uses MudLoader, psexec and netscan.")
    assert {target for kind, _, target in found if kind == "uses"} == {
        "malware:mudloader",
        "tool:psexec",
        "tool:netscan",
    }


def test_passive_does_not_turn_into_its_opposite() -> None:
    assert ("uses", "malware:mudloader", "group:grey heron") not in relations("MudLoader was used by Grey Heron.")


@pytest.mark.parametrize(
    "text",
    [
        "Grey Heron does not use MudLoader.",
        "Grey Heron never targeted Acme Bank.",
        "There is no evidence that Grey Heron uses MudLoader.",
        "Grey Heron is a group.",
        "Acme Bank and Norland were in the news.",
    ],
)
def test_what_is_denied_or_not_said_is_no_relation(text: str) -> None:
    assert relations(text) == {}


def test_hedge_lowers_the_confidence() -> None:
    key = ("uses", "group:grey heron", "malware:mudloader")
    assert relations("Grey Heron may use MudLoader.")[key] < relations("Grey Heron uses MudLoader.")[key]


def test_the_group_is_the_main_actor_only_where_one_is() -> None:
    key = ("uses", "group:grey heron", "malware:mudloader")
    one = relations("Grey Heron is active. Grey Heron is old. The group uses MudLoader.")
    assert one[key] < relations("Grey Heron uses MudLoader.")[key]
    two = relations("Grey Heron is active. Blue Otter is old. The group uses MudLoader.")
    assert not [r for r in two if r[2] == "malware:mudloader"]


def test_a_sentence_s_technique_is_used_by_whom_it_is_about() -> None:
    assert ("uses", "group:grey heron", "technique:T1059") in relations("Grey Heron ran scripts.", ("T1059",))
    assert relations("Scripts were run.", ("T1059",)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Since the takedown of TinyDoor in August, Grey Heron distributes MudLoader.",
        "Before TinyDoor was taken down, Grey Heron distributes MudLoader.",
        "After the arrests around TinyDoor, Grey Heron distributed MudLoader.",
    ],
)
def test_a_leading_clause_names_no_doer(text: str) -> None:
    found = relations(text)
    assert ("drops", "group:grey heron", "malware:mudloader") in found
    assert {source for _, source, _ in found} == {"group:grey heron"}


def test_two_verbs_share_their_subject() -> None:
    found = relations("MudLoader drops TinyDoor and downloads stage.dll.")
    assert ("drops", "malware:mudloader", "file:stage.dll") in found
    assert "malware:tinydoor" not in {source for _, source, _ in found}


def test_a_program_of_the_system_acts_only_as_the_subject_of_the_verb() -> None:
    assert relations("WScript.exe downloads and runs regsvr32.exe.") == {}
    assert relations("WScript.exe was started by the macro, the dropper delivered stage.dll.") == {}
    assert ("drops", "file:wscript.exe", "file:stage.dll") in {
        (kind, source.casefold(), target) for kind, source, target in relations("WScript.exe drops stage.dll.")
    }


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("psexec was used to move laterally.", None),
        ("They moved laterally with psexec.", None),
        ("MudLoader samples were mailed to users.", None),
        ("psexec runs commands on remote hosts.", "tool:psexec"),
        ("MudLoader can log keystrokes.", "malware:mudloader"),
        ("MudLoader (also TinyDoor) is able to log keystrokes.", "malware:mudloader"),
        ("Grey Heron used psexec to move laterally.", "group:grey heron"),
    ],
)
def test_a_tool_does_a_technique_only_where_the_sentence_says_what_it_does(text: str, source: str | None) -> None:
    found = [one for one in relations(text, ("T1021",)) if one[2] == "technique:T1021"]
    assert [one[1] for one in found] == ([] if source is None else [source])


@pytest.mark.parametrize("text", ["", " ", "uses " * 2000, "Grey Heron uses " * 200, "\x00\ud800"])
def test_odd_text_does_no_harm(text: str) -> None:
    assert all(source != target for _, source, target in relations(text))
