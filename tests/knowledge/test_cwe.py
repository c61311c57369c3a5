from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from vedette.knowledge import _build_cwe, cwe


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("CWE-79", "CWE-79"),
        ("CWE-80", "CWE-79"),
        ("cwe-023", "CWE-22"),
        ("CWE-121", "CWE-787"),
        ("CWE-122", "CWE-787"),
        ("CWE-126", "CWE-125"),
        ("CWE-78", "CWE-78"),  # CWE-77 is above it, but the view has both
        ("CWE-284", None),  # a pillar: the view has only what is under it
        ("CWE-264", None),  # a category
        ("CWE-999999", None),
        ("SQL injection", None),
        ("", None),
    ],
)
def test_nearest_ancestor_in_the_simplified_view(written: str, means: str | None) -> None:
    assert cwe.simplified(written) == means


def test_every_member_of_the_view_is_a_known_weakness() -> None:
    assert len(cwe.simplified_view()) == 130
    assert all(cwe.weakness(member) is not None for member in cwe.simplified_view())


def test_weakness_by_id() -> None:
    found = cwe.weakness("cwe-79")
    assert found is not None
    assert "Cross-site Scripting" in found.name
    assert found.parents == ("CWE-74",)
    assert cwe.weakness("CWE-0") is None


def test_builder_keeps_the_primary_parent_first(tmp_path: Path) -> None:
    head = ["CWE-ID", "Name", "Weakness Abstraction", "Related Weaknesses"]
    link = "::NATURE:ChildOf:CWE ID:{}:VIEW ID:{}{}"
    rows = [
        ["2", "two", "Base", link.format(5, 1000, "") + link.format(1, 1000, ":ORDINAL:Primary") + "::"],
        ["1", "one", "Class", link.format(9, 1003, ":ORDINAL:Primary") + "::"],
    ]
    for name, kept in (("1000.csv", rows), ("1003.csv", rows[1:])):
        with (tmp_path / name).open("w", newline="") as stream:
            csv.writer(stream).writerows([head, *kept])
    made = json.loads(_build_cwe.compact(tmp_path / "1000.csv", tmp_path / "1003.csv", "1"))
    assert made == {
        "version": "1",
        "weaknesses": [[1, "one", "Class", []], [2, "two", "Base", [1, 5]]],
        "view_1003": [1],
    }
