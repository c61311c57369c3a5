"""``vedette knowledge``: the reference knowledge that is pinned here."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.frame import JsonOption, frame_of

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Show the reference knowledge that is pinned here.")


@app.command()
def status(context: typer.Context, json: JsonOption = False) -> None:
    """List the pinned sets with version, date and digest."""
    frame = frame_of(context)
    import dataclasses

    from vedette import knowledge

    sets = [dataclasses.asdict(s) for s in knowledge.status()]
    if json:
        frame.print_json({"sets": sets})
        return
    for s in sets:
        frame.say("  ".join(f"{k}={v}" for k, v in s.items()))


@app.command()
def technique(
    context: typer.Context,
    technique_id: Annotated[str, typer.Argument(help="ATT&CK id: T1003.006.")],
    json: JsonOption = False,
) -> None:
    """Look up an ATT&CK technique."""
    frame = frame_of(context)
    import dataclasses

    from vedette.errors import UserError
    from vedette.knowledge import attack

    found = attack.technique(technique_id.upper())
    if found is None:
        raise UserError(
            f"ATT&CK {attack.version()} has no {technique_id}" if callable(attack.version) else f"no {technique_id}"
        )
    value = dataclasses.asdict(found)
    if json:
        frame.print_json(value)
        return
    for key, shown in value.items():
        frame.say(f"{key:>12}  {shown}")
