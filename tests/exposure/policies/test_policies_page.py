"""The page on policies says what the policies are, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vedette.exposure.policies import policies
from vedette.exposure.policies.own import CHOICES, NUMBERS, TEXTS, read_policy
from vedette.knowledge import ssvc

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "policies.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]


def test_every_installed_policy_is_there_as_it_is() -> None:
    listed = {row[0].strip("`"): row for row in ROWS if len(row) == 4}
    own = {name: p for name, p in policies().items() if name in listed}
    assert set(own) == {"bod-26-04", "ssvc-deployer", "ssvc-coordinator", "cvss"}
    for name, found in own.items():
        _, version, points, outcomes = listed[name]
        assert version == found.version
        assert re.findall(r"`(\w+)`", points) == [p.name for p in found.points]
        said = [re.fullmatch(r"(.+?)(?: \((\d+)\))?", text.strip()) for text in outcomes.replace("\\*", "*").split(",")]
        assert {m[1]: int(m[2]) if m[2] else None for m in said if m} == dict(found.outcomes)


def test_every_fact_is_there_with_its_values() -> None:
    facts = {name: row[1] for row in ROWS if len(row) == 2 for name in re.findall(r"`(\w+)`", row[0])}
    points = {p.name for found in policies().values() for p in found.points} | {"safety_impact", "mission_impact"}
    assert {*NUMBERS, *TEXTS, *CHOICES, *points} <= set(facts)
    for name in points & set(ssvc.points()):
        assert re.findall(r"`([^`]+)`", facts[name])[: len(ssvc.points()[name].values)] == list(
            ssvc.points()[name].values
        )
    for name in ("kev", "internet_facing", "severity", "asset_kind"):
        assert re.findall(r"`([^`]+)`", facts[name]) == list(CHOICES[name])


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL), ids=lambda t: t.split("\n")[0][:20])
def test_its_examples_load(text: str) -> None:
    assert read_policy(text).decide({}).question
