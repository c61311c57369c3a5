"""Questions about exposure, asked of the tools and in plain words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from exposure_support import DAY, NOW, World
from test_exposure_exports import found

from vedette.claims import check
from vedette.copilot.engine import Copilot
from vedette.schema import ToolResult, Window
from vedette.toolbox import ToolContext, tools


@pytest.fixture
def world(tmp_path: Path) -> World:
    held = World(tmp_path)
    held.report(
        findings=(
            found("WEB01", "CVE-2021-44228", "log4j-core", fixed_in=["2.17.1"]),
            found("WEB01", "CVE-2023-0001"),
            found("DB01", "CVE-2023-0001"),
        )
    )
    held.report("assets", assets=({"name": "WEB01", "owner": "web team", "internet_facing": True, "kind": "host"},))
    return held


def run(world: World, name: str, **arguments: Any) -> ToolResult:
    return tools()[0][name].run(ToolContext(lake=world.lake, now=NOW), arguments)


def test_counts_agree_with_the_view(world: World) -> None:
    result = run(world, "exposures")
    with world.open() as exposures:
        assert result.values["count"] == exposures.count()
        assert exposures.connection.execute(f"SELECT count(*) FROM ({result.query})").fetchone() == (3,)
    assert result.values["assets"] == ["WEB01", "DB01"]
    one = run(world, "exposures", vulnerability="CVE-2023-0001")
    assert (one.values["count"], one.values["vulnerabilities"]) == (2, ["CVE-2023-0001"])


def test_none_is_none_and_unread_is_unknown(world: World, tmp_path: Path) -> None:
    none = run(world, "exposures", vulnerability="CVE-2030-0001")
    assert none.values["count"] == 0
    assert "There is no open exposure to CVE-2030-0001" in none.facts[0].text
    empty = World(tmp_path / "empty")
    for name in ("exposures", "fix_plan", "exposure_changes", "exposure_report"):
        result = run(empty, name)
        assert not result.facts
        assert "not known" in result.unknown[0]


def test_an_sbom_that_nothing_was_matched_against_is_unknown(tmp_path: Path) -> None:
    held = World(tmp_path)
    part = {
        "place": "shop",
        "place_kind": "application",
        "package_name": "openssl",
        "package_version": "1.0",
        "pointer": "/0",
    }
    held.report("cyclonedx", components=(part,), places=("shop",), n_components=1)
    for name in ("exposures", "fix_plan", "exposure_changes", "exposure_report"):
        assert "not known" in run(held, name).unknown[0]


def test_what_is_not_decided_has_no_date(world: World) -> None:
    result = run(world, "fix_plan")
    assert result.values["undecided"] > 0
    for row in result.values["exposures"]:
        assert row["decision"] is not None
    for row in run(world, "exposures").values["exposures"]:
        assert row["due_at"] is None or row["decision"] is not None
    assert result.unknown


def test_changes_since(world: World) -> None:
    world.report(at=NOW, findings=(found("WEB01", "CVE-2023-0001"), found("WEB01", "CVE-2026-0009")))
    result = run(world, "exposure_changes", window=Window(start_at=DAY + timedelta(days=2)))
    assert [e["vulnerability"] for e in result.values["new"]] == ["CVE-2026-0009"]
    assert [e["vulnerability"] for e in result.values["gone"]] == ["CVE-2021-44228"]
    assert (result.values["n_new"], result.values["n_gone"]) == (1, 1)


def test_every_sentence_checks_against_its_own_facts(world: World) -> None:
    for name in ("exposures", "fix_plan", "exposure_changes", "exposure_report"):
        result = run(world, name)
        for fact in result.facts:
            assert fact.evidence, fact.text
            checked = check(fact.text, result.facts)
            assert not checked.dropped, (fact.text, [c.reason for c in checked.dropped])


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("are we exposed to CVE-2021-44228?", "exposures"),
        ("Is WEB01 vulnerable to anything", "exposures"),
        ("what must be fixed this week and by whom?", "fix_plan"),
        ("tickets for our open vulnerabilities", "exposure_report"),
    ],
)
def test_plain_words_find_the_tool(world: World, question: str, tool: str) -> None:
    answer = Copilot(world.lake).ask(question)
    assert answer.plan is not None
    assert [s.tool for s in answer.plan.steps] == [tool]
    assert answer.status.value == "answered", answer.text


def test_an_answer_names_what_was_scanned(world: World) -> None:
    answer = Copilot(world.lake).ask("are we exposed to CVE-2021-44228?")
    assert "log4j-core" in answer.text
    assert "WEB01" in answer.text
    assert answer.values["count"] == 1
