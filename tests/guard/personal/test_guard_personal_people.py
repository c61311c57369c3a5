"""Names of persons in fields: what a field's name says, and what the value must look like."""

from __future__ import annotations

import unicodedata

import pytest

from vedette.guard.personal import PersonalScanner
from vedette.guard.personal.people import like_person
from vedette.schema.guarding import Around, Passage

SCANNER = PersonalScanner()


def found(text: str, entity: str) -> list[str]:
    """Return what was found of an entity, as it stands in the text."""
    return [text[f.start : f.end] for f in SCANNER.scan(Passage(text=text), Around()).findings if f.entity == entity]


NAMED = [
    ('{"displayName":"Jana Novotna","department":"HR","manager":"Karel Svoboda"}', ["Jana Novotna", "Karel Svoboda"]),
    ('{"displayName":"Jana Novotna"}', ["Jana Novotna"]),
    ('{"name":"Jana Novotna"}', ["Jana Novotna"]),
    ('{"name":"Novotna, Jana"}', ["Novotna, Jana"]),
    ('{"owner":"Jana Novotna"}', ["Jana Novotna"]),
    ('{"assignee":"Jana Novotna","state":"open"}', ["Jana Novotna"]),
    ('{"reporter":{"name":"Xq Brzęczyszczykiewicz"}}', ["Xq Brzęczyszczykiewicz"]),
    ('{"manager":"田中太郎"}', ["田中太郎"]),
    ("name=Jana Novotna; mail=x", ["Jana Novotna"]),
    ('{"deep":{"list":["Sofia Lindqvist","Tomasz Nowak"]}}', ["Sofia Lindqvist", "Tomasz Nowak"]),
    ("owner=Jana Novotna ip=10.1.2.3", ["Jana Novotna"]),
    ("owner=Jana Novotna IP=10.1.2.3", ["Jana Novotna"]),
    ("owner='Jana Novotna' ip=10.1.2.3", ["Jana Novotna"]),
    ("owner=Jana Novotna", ["Jana Novotna"]),
    ("Owner: Jana Novotna", ["Jana Novotna"]),
    ("Assigned to: Karel Svoboda\nState: open", ["Karel Svoboda"]),
    ("displayName,manager,city\nJana Novotna,Karel Svoboda,Brno\n", ["Jana Novotna", "Karel Svoboda"]),
    ("id,Display Name,Line Manager\n1,Jana Novotna,Karel Svoboda\n", ["Jana Novotna", "Karel Svoboda"]),
    ('id;name;x\n"4";"O""Brien, Pat";"X"\n', ['O""Brien, Pat']),
    ('id;last_name;x\n"4";"O""Brien";"X"\n', ['O""Brien']),
    ("<user><displayName>Jana Novotna</displayName><x>1</x></user>", ["Jana Novotna"]),
    ('{"name":"' + unicodedata.normalize("NFD", "Tomáš Dvořák") + '"}', [unicodedata.normalize("NFD", "Tomáš Dvořák")]),
]


@pytest.mark.parametrize(("text", "names"), NAMED, ids=[text[:36] for text, _ in NAMED])
def test_fields_of_persons(text: str, names: list[str]) -> None:
    assert found(text, "PERSON") == names


@pytest.mark.parametrize(
    "text",
    [
        '{"name":"Grafana Loki"}',
        '{"company":"Simon Tatham"}',
        '{"flags":["Mark Read","Hong Kong","Will Call","San Jose"]}',
        '{"name":"Windows Update Service"}',
        '{"name":"Scheduled Task"}',
        '{"displayName":"Backup Operators"}',
        '{"displayName":"Apache Tomcat"}',
        '{"name":"jana novotna"}',
        '{"name":"Jana"}',
        '{"owner":"Platform Team"}',
        '{"manager":"Task Scheduler"}',
        '{"author":"Microsoft Corporation"}',
        "Name: Remote Desktop",
        "name=Microsoft Edge version=1",
        "Owner: The Windows team",
        "name,version,size\nVisual Studio,17,3\n",
    ],
)
def test_fields_of_products_and_teams(text: str) -> None:
    assert found(text, "PERSON") == []


def test_a_name_in_a_field_is_no_account() -> None:
    assert found("owner=Jana Novotna ip=10.1.2.3", "USERNAME") == []
    assert found("owner=jnovotna ip=10.1.2.3", "USERNAME") == ["jnovotna"]
    assert found('{"assignee": "jnovotna", "approvedBy": "unassigned"}', "USERNAME") == ["jnovotna"]


@pytest.mark.parametrize("value", ["", "x" * 5000, "A " * 400, "\ud83d \ud83d", "Jana  ", "Jana, ", "' '"])
def test_odd_values_are_no_names(value: str) -> None:
    assert not like_person(value, told=True)
