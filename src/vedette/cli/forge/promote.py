"""``vedette forge promote``: make a version the current one."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.frame import JsonOption, frame_of

app = typer.Typer(rich_markup_mode=None)


@app.command()
def promote(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Model, or NAME@VERSION.")],
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="Version; the newest if left out.")] = None,
    json: JsonOption = False,
) -> None:
    """Make a version the current one: from now on it is loaded by name. Its files and signature are checked first.

    The gate of the recipe promotes by itself; this overrules it.
    """
    frame = frame_of(context)
    from vedette.errors import UserError
    from vedette.models import Registry

    name, at, said = name.partition("@")
    if at and version is not None and said != version:
        raise UserError(f"{name}@{said} and {version} are two versions", next_step="give one")
    registry = Registry(frame.home_path())
    chosen = version or said
    if not chosen:
        versions = registry.versions(name)
        chosen = versions[-1] if versions else "1"
    before = registry.current(name)
    registry.promote(name, chosen)
    if json:
        frame.print_json({"name": name, "version": chosen, "before": before})
        return
    frame.say(f"{name}@{chosen} is current" + (f"; before it was {before}" if before and before != chosen else ""))
    if before and before != chosen:
        frame.next_step(f"vedette forge rollback {name}", f"back to {before}")
