"""What a structured source says a value is, it is."""

from __future__ import annotations

import json

import pytest

from vedette.documents.reading import read_bytes
from vedette.intel.observables import finding
from vedette.intel.observables.typed import typed
from vedette.schema import Document


def _kinds(data: object) -> set[tuple[str, str]]:
    (document,) = read_bytes(json.dumps(data).encode(), "a.json")
    assert isinstance(document, Document)
    found = typed(document, finding.find(document.text))
    assert all(document.text[one.start : one.end] == one.text for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    return {(one.kind.value, one.value) for one in found}


def _bundle(*objects: dict[str, str]) -> dict[str, object]:
    return {"type": "bundle", "id": "bundle--1", "objects": [{"id": f"{o['type']}--1", **o} for o in objects]}


@pytest.mark.parametrize(
    ("pattern", "kind", "value"),
    [
        ("[domain-name:value = 'bigred-wash.com']", "domain", "bigred-wash.com"),
        ("[domain-name:value = 'ab.zip']", "domain", "ab.zip"),
        ("[file:name = 'run.com']", "file", "run.com"),
        ("[file:name = 'evil.net']", "file", "evil.net"),
        ("[mutex:name = 'Global\\\\{abc}']", "mutex", "Global\\{abc}"),
        ("[email-addr:value = 'a@b.zip']", "email", "a@b.zip"),
    ],
)
def test_a_pattern_s_type_decides(pattern: str, kind: str, value: str) -> None:
    assert _kinds(_bundle({"type": "indicator", "pattern": pattern, "spec_version": "2.1"})) == {(kind, value)}


def test_an_object_s_type_decides_in_its_heading_too() -> None:
    found = _kinds(_bundle({"type": "file", "name": "bad.app"}, {"type": "domain-name", "value": "x-cdn.com"}))
    assert found == {("file", "bad.app"), ("domain", "x-cdn.com")}


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("filename", "tool.com", ("file", "tool.com")),
        ("domain", "abc.zip", ("domain", "abc.zip")),
        ("hostname", "evil[.]py", ("domain", "evil.py")),
        ("mutex", "xyz 123", ("mutex", "xyz 123")),
        ("ip-dst", "45.9.148.0/24", ("ip_range", "45.9.148.0/24")),
        ("filename|sha256", f"z.com|{'a1' * 32}", ("file", "z.com")),
        ("text", "evil-cdn.com", ("domain", "evil-cdn.com")),
    ],
)
def test_an_attribute_s_type_decides(kind: str, value: str, wanted: tuple[str, str]) -> None:
    attribute = {"type": kind, "category": "Other", "value": value, "to_ids": True}
    assert wanted in _kinds({"Event": {"info": "x", "uuid": "u", "date": "2024-02-03", "Attribute": [attribute]}})


def test_what_cannot_be_of_its_type_is_not_taken_for_it() -> None:
    attribute = {"type": "domain", "category": "Other", "value": "not a domain", "to_ids": True}
    assert _kinds({"Event": {"info": "x", "uuid": "u", "date": "2024-02-03", "Attribute": [attribute]}}) == set()
