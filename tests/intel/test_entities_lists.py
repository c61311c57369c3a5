from __future__ import annotations

from pathlib import Path

import pytest

from vedette.errors import UserError
from vedette.intel.entities.finding import find
from vedette.intel.entities.known import Known
from vedette.intel.entities.lists import read
from vedette.schema.document import Document

YAML = """\
names:
  - name: Grey Heron
    kind: group
    aliases: [ACT-17, "Team Seven"]
    id: INT-0017
  - name: Kestrel Portal
    kind: product
"""
CSV = "name,kind,aliases,id\nGrey Heron,group,ACT-17;Team Seven,INT-0017\nKestrel Portal,product,,\n"


def _list(tmp_path: Path, text: str, name: str = "names.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "name"), [(YAML, "a.yaml"), (YAML.replace("names:\n", ""), "b.yml"), (CSV, "c.csv")])
def test_yaml_and_csv_say_the_same(tmp_path: Path, text: str, name: str) -> None:
    names = read(_list(tmp_path, text, name))
    assert [(n.text, n.thing.name, n.thing.kind.value, n.thing.ref, n.alias) for n in names] == [
        ("Grey Heron", "Grey Heron", "group", "INT-0017", False),
        ("ACT-17", "Grey Heron", "group", "INT-0017", True),
        ("Team Seven", "Grey Heron", "group", "INT-0017", True),
        ("Kestrel Portal", "Kestrel Portal", "product", None, False),
    ]


def test_an_own_name_counts_before_the_package_s(tmp_path: Path) -> None:
    own = _list(tmp_path, "- {name: Emotet, kind: malware, id: OWN-1}\n- {name: Heron, kind: group, id: OWN-2}\n")
    known = Known.load(None, [own])
    text = "The Heron group's Emotet spread by ACT."
    found = find(Document(document_id="d", title="", source="", text=text, parts=()), known, [(0, len(text))])
    told = {m.text: (m.ref, m.how, m.others) for m in found}
    assert told["Heron"] == ("OWN-2", "own list", ())
    assert told["Emotet"] == ("OWN-1", "own list", ("S0367",))


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("- {name: A1, kind: actor}\n", 1, "kind is 'actor'"),
        ("- {name: A1, kind: group}\n- {name: 5, kind: group}\n", 2, "no text"),
        ("- {name: A1, kind: group}\n- {name: A2, kind: group, alias: x}\n", 2, "'alias' is no field"),
        ("- {name: A1, kind: group, aliases: x}\n", 1, "no list"),
        ("- {name: A1, kind: group, id: 7}\n", 1, "no text"),
        ("- {name: '  ', kind: group}\n", 1, "empty"),
        (f"- {{name: {'x' * 201}, kind: group}}\n", 1, "201 characters"),
        ("- A1\n", 1, "no entry"),
        ("nothing: here\n", 1, "no list of names"),
        ("- {name: A1, kind: group}\n- {name: A1, kind: group}\n", 2, "stands on line 1"),
        ("- {name: A1, kind: group\n", 2, "line"),
        ("a: *x\n", 1, "aliases are not taken"),
    ],
)
def test_a_fault_of_a_yaml_list_is_told_with_its_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    path = _list(tmp_path, text)
    with pytest.raises(UserError) as caught:
        read(path)
    assert why in str(caught.value)
    assert f"{path}, line {line}" in str(caught.value)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("name,sort\nA1,group\n", 1, "'sort'"),
        ("name,aliases\nA1,x\n", 1, "no name and kind"),
        ("name,kind\nA1,group\nA2\n", 3, "cells"),
        ("name,kind\nA1,group,x\n", 2, "cells"),
        ("name,kind\nA1,actor\n", 2, "kind is 'actor'"),
        ('name,kind\n"A1,group\n', 2, ""),
        ("", 1, "no name and kind"),
    ],
)
def test_a_fault_of_a_csv_list_is_told_with_its_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    path = _list(tmp_path, text, "names.csv")
    with pytest.raises(UserError) as caught:
        read(path)
    assert why in str(caught.value)
    assert f"{path}, line {line}" in str(caught.value)


def test_what_is_no_list_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        read(tmp_path / "none.yaml")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not UTF-8"):
        read(path)
