"""What every renderer must do, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.errors import OutsideError, UserError
from vedette.report import Renderer, RenderOptions, format_of, load_renderer, render, renderer_entry_points, write
from vedette.report.base import _BUILT_IN, ENTRY_POINT_GROUP
from vedette.schema import Case

from .hostile import NASTY, saturated
from .sample import sample_events

FORMATS = sorted(renderer_entry_points())
BOUNDS = {"html": 2_000_000, "markdown": 600_000, "pptx": 2_000_000}


@pytest.mark.parametrize("name", FORMATS)
def test_renderer_says_what_it_is(name: str) -> None:
    renderer = load_renderer(name)
    assert isinstance(renderer, Renderer)
    assert renderer.name == name
    assert type(renderer).__doc__
    assert type(renderer).render.__doc__
    assert renderer.description
    assert "\n" not in renderer.description
    assert renderer.suffixes
    assert all(s.startswith(".") and s == s.lower() for s in renderer.suffixes)
    assert format_of(Path(f"a{renderer.suffixes[0].upper()}")) == name


@pytest.mark.parametrize("name", FORMATS)
def test_same_case_gives_the_same_file(name: str, case: Case) -> None:
    first = render(case, format=name, evidence=sample_events)
    assert first == render(case, format=name, evidence=sample_events)
    assert first


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", ["", NASTY[0], "\x00\x1b\u202e\ufffe", "A" * 5_000])
def test_renderer_takes_any_text(name: str, text: str) -> None:
    assert load_renderer(name).render(saturated(text), RenderOptions())


@pytest.mark.parametrize("name", FORMATS)
def test_very_large_case_stays_bounded(name: str, large: Case) -> None:
    content = load_renderer(name).render(large, RenderOptions())
    assert len(content) < BOUNDS.get(name, 20_000_000)


def test_file_is_written_whole_or_not_at_all(case: Case, tmp_path: Path) -> None:
    target = tmp_path / "new" / "case.md"
    assert write(case, target) == target
    assert target.read_bytes() == render(case, format="markdown")
    assert [p.name for p in target.parent.iterdir()] == ["case.md"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutsideError):
        write(case, tmp_path / "file" / "case.md")
    with pytest.raises(UserError, match="which format"):
        write(case, tmp_path / "case.docx")
    with pytest.raises(UserError, match="no report format"):
        write(case, tmp_path / "case", format="docx")


def test_built_in_renderers_are_entry_points_of_the_package() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project.get("entry-points", {}).get(ENTRY_POINT_GROUP)
    if declared is None:
        pytest.skip("the package declares no renderers yet")
    assert declared == _BUILT_IN


class Shouting:
    """A renderer of somebody else's."""

    name = "shout"
    suffixes = (".shout",)
    description = "the title, loud"

    def render(self, case: Case, options: RenderOptions) -> bytes:
        """Return the title."""
        return case.title.upper().encode()


def test_foreign_renderer_is_found_and_a_broken_one_named(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    from importlib.metadata import EntryPoint

    from vedette.report import base

    points = [
        EntryPoint("shout", f"{__name__}:Shouting", ENTRY_POINT_GROUP),
        EntryPoint("broken", "no.such.module:X", ENTRY_POINT_GROUP),
        EntryPoint("html", f"{__name__}:Shouting", ENTRY_POINT_GROUP),
    ]
    monkeypatch.setattr(base, "entry_points", lambda group: points)
    base.renderer_entry_points.cache_clear()
    try:
        assert render(case, format="shout").startswith(b"FINANCE WORKSTATION")
        assert format_of(Path("x.shout")) == "shout"
        assert load_renderer("html").name == "html"
        with pytest.raises(UserError, match=r"broken.*no\.such\.module"):
            load_renderer("broken")
    finally:
        base.renderer_entry_points.cache_clear()
