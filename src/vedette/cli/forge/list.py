"""``vedette forge list``: the models there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from vedette.cli.frame import JsonOption, clean, frame_of

if TYPE_CHECKING:
    from vedette.models import ModelEntry

app = typer.Typer(rich_markup_mode=None)


@app.command()
def list_models(context: typer.Context, json: JsonOption = False) -> None:
    """List registered and shipped models; a version that is damaged or not trusted is named with the reason.

    Signatures are checked here; each file is checked when a model is shown or loaded.
    """
    frame = frame_of(context)
    from vedette.errors import VedetteError
    from vedette.models import Registry, shipped

    sound, broken = Registry(frame.home_path()).scan()
    problems = [{"name": b.name, "version": b.version, "reason": b.reason} for b in broken]
    for name in shipped.names():
        try:
            sound.append(shipped.entry(name))
        except VedetteError as error:
            problems.append({"name": name, "version": "shipped", "reason": error.message})
    current = {entry.name for entry in sound if entry.current}
    if json:
        frame.print_json({"models": [brief(entry, current) for entry in sound], "problems": problems})
        return
    if not sound and not problems:
        frame.say("There are no models.")
        frame.next_step("vedette forge train recipes/quickstart.yaml", "makes one")
        return
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(
        Column("model", no_wrap=True), "version", "served", "form", "licence", "made (UTC)", "figures", box=None
    )
    for entry in sound:
        facts = brief(entry, current)
        cells = (
            entry.name,
            f"{entry.version}{' (shipped)' if entry.shipped else ''}",
            "yes" if facts["served"] else "",
            entry.manifest.form,
            entry.manifest.licence,
            f"{entry.manifest.created_at:%Y-%m-%d %H:%M}",
            "  ".join(f"{k} {v:.3f}" for k, v in list(figures(entry.manifest.metrics).items())[:3]),
        )
        table.add_row(*(Text(clean(cell)) for cell in cells))
    if sound:
        frame.print(table)
    for problem in problems:
        frame.say(f"{problem['name']}@{problem['version']} cannot be used: {problem['reason']}", "yellow")
    if sound:
        frame.next_step(f"vedette forge show {sound[0].name}", "card, figures, digests, history")


def brief(entry: ModelEntry, current: set[str]) -> dict[str, Any]:
    """Return an entry's facts for a list.

    Args:
        entry: the model.
        current: names that have a current version in the registry.
    """
    return {
        "name": entry.name,
        "version": entry.version,
        "current": entry.current,
        "shipped": entry.shipped,
        "served": entry.current or (entry.shipped and entry.name not in current),
        "form": entry.manifest.form,
        "licence": entry.manifest.licence,
        "created_at": entry.manifest.created_at,
        "size_bytes": sum(file.size_bytes for file in entry.manifest.files),
        "metrics": figures(entry.manifest.metrics),
        "path": str(entry.path),
    }


def figures(metrics: Any) -> dict[str, float]:
    """Return each metric's value, whether it was written bare or with its interval."""
    out: dict[str, float] = {}
    for name, said in dict(metrics).items():
        value = said.get("value") if isinstance(said, dict) else said
        if isinstance(value, (int, float)):
            out[str(name)] = float(value)
    return out
