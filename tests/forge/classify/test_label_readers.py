"""Annotated documents and ATT&CK objects as labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vedette.errors import UserError
from vedette.forge.corpus.base import Bad, Row, SourceFile
from vedette.forge.corpus.readers.annotated import READER as ANNOTATED
from vedette.forge.corpus.readers.attack import READER as ATTACK
from vedette.forge.corpus.readers.attack import plain
from vedette.forge.recipe import SourceSpec


def read(reader: Any, tmp_path: Path, items: list[Any], **options: Any) -> list[Row | Bad]:
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(json.dumps(item) for item in items))
    return list(reader.read(SourceFile(path, path.name), SourceSpec(path=str(path), options=options)))


TEXT = "It says hello. It packs the loader with UPX. It says bye."
SPAN = {"start": TEXT.index("packs"), "end": TEXT.index("UPX") + 3, "technique": "T1027.002"}


def test_sentences_carry_the_labels_of_their_ranges(tmp_path: Path) -> None:
    rows = read(ANNOTATED, tmp_path, [{"title": "r", "text": TEXT, "annotations": [SPAN]}])
    found = [(r.fields["part"], r.fields["text"], r.fields["labels"]) for r in rows if isinstance(r, Row)]
    assert found == [
        ("spans", "packs the loader with UPX", ["T1027.002"]),
        ("rest", "It says hello.", ["none"]),
        ("sentences", "It packs the loader with UPX.", ["T1027.002"]),
        ("rest", "It says bye.", ["none"]),
    ]
    assert all(r.fields["title"] == "r" for r in rows if isinstance(r, Row))


def test_labels_roll_up_to_the_named_ones_only(tmp_path: Path) -> None:
    items = [{"text": TEXT, "annotations": [SPAN]}]
    for roots, wanted in ((["T1027"], "T1027"), (["T102"], "T1027.002"), (["T1055"], "T1027.002")):
        rows = read(ANNOTATED, tmp_path, items, parts=["sentences"], roll_up=roots)
        assert [r.fields["labels"] for r in rows if isinstance(r, Row)] == [[wanted]]


def test_bad_ranges_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    bad = [{"start": 5, "end": 9999, "technique": "T1"}, {"start": 3, "end": 3, "technique": "T1"}, "x", {"start": 0}]
    rows = read(ANNOTATED, tmp_path, [{"text": TEXT, "annotations": [*bad, SPAN]}, {"text": "no annotations"}, 3])
    assert [b.reason for b in rows if isinstance(b, Bad)] == [
        "4 annotations lie outside of the text",
        "no text with annotations",
        "no JSON object",
    ]
    assert sum(isinstance(r, Row) for r in rows) == 4


def test_unknown_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="have no pages"):
        read(ANNOTATED, tmp_path, [], parts=["pages"])


def test_techniques_give_names_and_sentences_and_examples_lose_their_actor(tmp_path: Path) -> None:
    items = [
        {"id": "T1001", "name": "Data Hiding", "description": "Hides data.(Citation: A B) See [Tool](https://e.x/y)."},
        {"id": "T1001.001", "name": "Junk", "description": "Adds <code>junk</code>. Second. Third."},
        {"actor": "ExampleBot", "text": "ExampleBot adds junk.", "technique": "T1001.001", "actor_id": "S1"},
        {"what": "else"},
    ]
    rows = read(ATTACK, tmp_path, items, sentences=2)
    found = [(r.fields["label"], r.fields["part"], r.fields["text"]) for r in rows if isinstance(r, Row)]
    assert ("T1001", "description", "Hides data.") in found
    assert ("T1001", "description", "See Tool.") in found
    assert ("T1001.001", "name", "Data Hiding: Junk") in found
    assert ("T1001.001", "description", "Adds junk.") in found
    assert ("T1001.001", "example", "it adds junk.") in found
    assert not any("Third" in text for _, _, text in found)
    assert [b.reason for b in rows if isinstance(b, Bad)] == ["neither a technique nor an example of one"]


def test_plain_is_linear() -> None:
    for bad in ("[" * 200_000, "(Citation: " * 20_000, "[a](" * 50_000):
        assert isinstance(plain(bad), str)
