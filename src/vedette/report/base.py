"""What a renderer is, what it is given, and how one is found by its format's name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from vedette.errors import UserError
from vedette.report.branding import Branding
from vedette.schema import Case

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "vedette.renderers"

EvidenceLookup = Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]
"""Given event ids, the events that are still in the lake, by id, as mappings of event columns."""


class Audience(StrEnum):
    """Who a report is for."""

    ANALYST = "analyst"
    EXECUTIVE = "executive"
    """Verdict and consequence in plain words first; what an analyst needs as an appendix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How a report is to look, and where the events that it cites can be read."""

    branding: Branding = field(default_factory=Branding)
    template: Path | None = None
    """A presentation whose master and theme are used; only formats that have templates look at it."""
    evidence: EvidenceLookup | None = None
    """None where the lake is out of reach: the quotes that the case itself carries are shown."""
    audience: Audience = Audience.ANALYST
    """Only formats that are shaped for somebody look at it."""


@runtime_checkable
class Renderer(Protocol):
    """Turns a case into the bytes of one file.

    A renderer is a function of its arguments: it reads no clock, and the same case gives the same file. Text in a
    case is hostile; :mod:`vedette.report.inert` says what it must look like in the file.
    """

    name: str
    """The format's name: ``pptx``."""
    suffixes: tuple[str, ...]
    """File name endings that mean this format, with the dot, the usual one first."""
    description: str
    """One line for ``vedette report --help``."""

    def render(self, case: Case, options: RenderOptions) -> bytes:
        """Return the file's content."""
        ...


_BUILT_IN = {
    "html": "vedette.report.html:HtmlRenderer",
    "json": "vedette.report.json_file:JsonRenderer",
    "markdown": "vedette.report.markdown:MarkdownRenderer",
    "pptx": "vedette.report.pptx:PptxRenderer",
}
"""The same lines as in the package's entry points, for a source tree that was never installed."""


@cache
def renderer_entry_points() -> dict[str, EntryPoint]:
    """Return every renderer by name, without importing it. A built-in name cannot be taken over."""
    found = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    own = {name: EntryPoint(name, value, ENTRY_POINT_GROUP) for name, value in _BUILT_IN.items()}
    return dict(sorted((found | own).items()))


def load_renderer(name: str) -> Renderer:
    """Return the renderer of that name.

    Raises:
        UserError: there is none, or it cannot be loaded.
    """
    points = renderer_entry_points()
    if name not in points:
        raise UserError(f"no report format is called {name!r}", next_step=f"choose one of {', '.join(points)}")
    try:
        module, _, attribute = points[name].value.partition(":")
        renderer = getattr(import_module(module), attribute)()
    except Exception as error:
        raise UserError(
            f"the report format {name!r} ({points[name].value}) cannot be loaded: {error}",
            next_step="reinstall or remove the package that brings it",
        ) from error
    if not isinstance(renderer, Renderer):
        raise UserError(f"{points[name].value} is no renderer: see vedette.report.base.Renderer")
    return renderer


def format_of(path: Path) -> str:
    """Return the format that a file name's ending means.

    Raises:
        UserError: no renderer has that ending.
    """
    endings: dict[str, str] = {}
    for name in renderer_entry_points():
        try:
            for suffix in load_renderer(name).suffixes:
                endings.setdefault(suffix, name)
        except UserError as error:
            logger.warning("renderer skipped: %s", error.message)
    if path.suffix.lower() not in endings:
        raise UserError(
            f"{path.name!r} does not say which format is meant", next_step=f"end it in one of {', '.join(endings)}"
        )
    return endings[path.suffix.lower()]
