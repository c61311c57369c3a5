"""``vedette forge rollback``: back to the version that was current before."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.frame import JsonOption, frame_of

app = typer.Typer(rich_markup_mode=None)


@app.command()
def rollback(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Model.")],
    json: JsonOption = False,
) -> None:
    """Go back to the version that was current before; given again, to the one before that."""
    frame = frame_of(context)
    from vedette.models import Registry

    registry = Registry(frame.home_path())
    before = registry.current(name)
    version = registry.rollback(name)
    if json:
        frame.print_json({"name": name, "version": version, "before": before})
    else:
        frame.say(f"{name}@{version} is current again; {before} stays registered")
