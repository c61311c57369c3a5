"""``vedette report``: a case as slides, page, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from vedette.report import Branding
    from vedette.schema import Case
    from vedette.store import Lake

app = typer.Typer(rich_markup_mode=None)

_SUFFIX = {"pptx": ".pptx", "html": ".html", "markdown": ".md", "md": ".md", "json": ".json"}


@app.command()
def report(
    context: typer.Context,
    case_id: Annotated[
        str | None, typer.Argument(metavar="CASE", help="Case id or its beginning; the gravest if left out.")
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", "-t", help="pptx, html, markdown, json; may be repeated. Default: pptx and html."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to, or a file name.")] = Path(),
    template: Annotated[
        Path | None, typer.Option("--template", help="A .pptx whose master and theme are used.", exists=True)
    ] = None,
    branding: Annotated[
        Path | None,
        typer.Option("--branding", help="Branding file (YAML): organisation, colours, logo, label.", exists=True),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a case as slides (native, editable), as one offline page, as Markdown or as JSON.

    Example: vedette report case-1a2b3c4d --to pptx --template corporate.pptx
    """
    frame = frame_of(context)
    from vedette.report import load_branding
    from vedette.store.book import find_case, gravest_case

    with frame.lake() as lake:
        case = find_case(lake, case_id) if case_id else gravest_case(lake)
        look = load_branding(branding) if branding else None
        written = write_reports(frame, lake, case, out, tuple(to or ("pptx", "html")), template=template, branding=look)
    if json:
        frame.print_json({"case": case.case_id, "written": [str(p) for p in written]})
        return
    for path in written:
        frame.say(f"written: {path}")
    frame.next_step(f"vedette cases triage {case.case_id} true_positive", "say what you made of it")


def write_reports(
    frame: Frame,
    lake: Lake,
    case: Case,
    out: Path,
    formats: Sequence[str],
    *,
    template: Path | None = None,
    branding: Branding | None = None,
    now: datetime | None = None,
) -> list[Path]:
    """Write a case in each format, with the exposures on its hosts, and return the files.

    ``now`` is the day on which these are due or overdue; None is today.
    """
    from vedette.report import write
    from vedette.report.filled import filled
    from vedette.store.book import event_lookup

    case = filled(lake, case, now)
    written = []
    for name in formats:
        kind = "markdown" if name == "md" else name
        as_file = out.suffix in _SUFFIX.values() and len(formats) == 1
        path = out if as_file else out / f"vedette-{case.case_id}{_SUFFIX.get(name, '.' + name)}"
        written.append(
            write(case, path, format=kind, template=template, branding=branding, evidence=event_lookup(lake))
        )
    return written
