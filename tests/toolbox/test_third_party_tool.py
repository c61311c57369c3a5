"""A package of somebody else's brings a tool by its entry point: found, asked, and left out where that is set."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from tools_world import NOW

from vedette import plugins
from vedette.schema import Focus, ToolResult
from vedette.store import Lake
from vedette.toolbox import ENTRY_POINT_GROUP, ToolContext, ToolPlugin, tools

EXAMPLE = Path(__file__).parent / "example_tool"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example package, as its own pyproject.toml installs it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = [
        EntryPoint(name, value, ENTRY_POINT_GROUP) for name, value in project["entry-points"][ENTRY_POINT_GROUP].items()
    ]
    points.append(EntryPoint("broken_tool", "vedette_example_tool:NOTHING", ENTRY_POINT_GROUP))
    points.append(EntryPoint("cases", "vedette_example_tool:BUSIEST_HOURS", ENTRY_POINT_GROUP))
    found = plugins.entry_points

    def entry_points(*, group: str) -> EntryPoints:
        own = tuple(found(group=group))
        return EntryPoints((*own, *points) if group == ENTRY_POINT_GROUP else own)

    monkeypatch.setattr(plugins, "entry_points", entry_points)
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    plugins.plugin_points.cache_clear()
    plugins.load_plugins.cache_clear()
    yield
    sys.modules.pop("vedette_example_tool", None)
    plugins.plugin_points.cache_clear()
    plugins.load_plugins.cache_clear()


@pytest.mark.usefixtures("installed")
def test_tool_of_another_package_is_found_and_answers(told: Lake) -> None:
    found, broken = tools()
    assert [b.name for b in broken] == ["broken_tool"]
    result: ToolResult = found["busiest_hours"].run(
        ToolContext(told, now=NOW, focus=Focus()), {"account": "CORP\\svc-backup"}
    )
    assert result.values["hours"][0] == "09:00"
    assert result.facts[0].evidence


@pytest.mark.usefixtures("installed")
def test_name_of_our_own_cannot_be_taken_over_and_others_can_be_left_out() -> None:
    found, _ = tools()
    assert type(found["cases"]).__module__.startswith("vedette.")
    ours, broken = tools(third_party=False)
    assert "busiest_hours" not in ours
    assert not broken


def test_tool_that_the_how_to_shows_works(told: Lake) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-tool.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    exec(page.split("```python\n")[1].split("```")[0], names)
    shown = names["BUSIEST_HOURS"]
    assert isinstance(shown, ToolPlugin)
    result = shown.run(ToolContext(told, now=NOW), {"account": "CORP\\svc-backup"})
    assert result.values["hours"][0] == "09:00"
    assert shown.run(ToolContext(told, now=NOW), {"account": "nobody"}).unknown
