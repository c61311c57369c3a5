"""The report room: a case enters; a presentation, a page, Markdown or JSON leaves.

Every statement in every format carries the short ids of its evidence, and every string that a log may have written is
made inert first (:mod:`vedette.report.inert`). Formats are plug-ins: see :class:`vedette.report.base.Renderer`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict, Unpack

from vedette.errors import OutsideError
from vedette.report.base import (
    Audience,
    EvidenceLookup,
    Renderer,
    RenderOptions,
    format_of,
    load_renderer,
    renderer_entry_points,
)
from vedette.report.branding import Branding, load_branding
from vedette.schema import Case

__all__ = [
    "Audience",
    "Branding",
    "EvidenceLookup",
    "RenderOptions",
    "Renderer",
    "format_of",
    "load_branding",
    "load_renderer",
    "render",
    "render_html",
    "render_json",
    "render_markdown",
    "render_pptx",
    "renderer_entry_points",
    "write",
]


def render(
    case: Case,
    *,
    format: str,
    template: Path | None = None,
    branding: Branding | None = None,
    evidence: EvidenceLookup | None = None,
    audience: Audience = Audience.ANALYST,
) -> bytes:
    """Return the report of a case in the format of that name.

    Args:
        case: What is reported.
        format: A renderer's name: ``pptx``, ``html``, ``markdown``, ``json`` or a plug-in's.
        template: A presentation whose master and theme are used.
        branding: Organisation, colours, logo and handling label.
        evidence: Gives the events behind evidence ids; without it the case's own quotes are shown.
        audience: Who it is for; only slides differ.

    Raises:
        UserError: the format, the template or the branding cannot be used.
    """
    options = RenderOptions(
        branding=branding or Branding(), template=template, evidence=evidence, audience=Audience(audience)
    )
    return load_renderer(format).render(case, options)


class RenderArguments(TypedDict, total=False):
    """The options of :func:`render` but for the format."""

    template: Path | None
    branding: Branding | None
    evidence: EvidenceLookup | None
    audience: Audience


def render_html(case: Case, **options: Unpack[RenderArguments]) -> str:
    """Return the page; the options are those of :func:`render`."""
    return render(case, format="html", **options).decode()


def render_markdown(case: Case, **options: Unpack[RenderArguments]) -> str:
    """Return the Markdown text; the options are those of :func:`render`."""
    return render(case, format="markdown", **options).decode()


def render_json(case: Case, **options: Unpack[RenderArguments]) -> str:
    """Return the JSON text; the options are those of :func:`render`."""
    return render(case, format="json", **options).decode()


def render_pptx(case: Case, **options: Unpack[RenderArguments]) -> bytes:
    """Return the presentation; the options are those of :func:`render`."""
    return render(case, format="pptx", **options)


def write(
    case: Case,
    path: Path,
    *,
    format: str | None = None,
    template: Path | None = None,
    branding: Branding | None = None,
    evidence: EvidenceLookup | None = None,
) -> Path:
    """Write the report of a case to a file and return its path; the file is there whole or not at all.

    Args:
        case: What is reported.
        path: The file; what stands there is replaced.
        format: A renderer's name; None takes the one that the file's ending means.
        template: See :func:`render`.
        branding: See :func:`render`.
        evidence: See :func:`render`.

    Raises:
        UserError: the format, the template or the branding cannot be used.
        OutsideError: the file cannot be written.
    """
    content = render(case, format=format or format_of(path), template=template, branding=branding, evidence=evidence)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError(
            f"the report {path} cannot be written: {error.strerror}", next_step="name a folder that you can write to"
        ) from error
    return path
