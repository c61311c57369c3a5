"""``vedette forge corpus``: from a recipe, or from files and folders, to a corpus; or what is in one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vedette.cli.forge.train import ForgeProgress, SetOption, variables_of
from vedette.cli.frame import Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from vedette.forge.corpus import FolderCorpus
    from vedette.forge.recipe import CorpusSpec

app = typer.Typer(rich_markup_mode=None, help="Build a corpus, or show one that was built.")

_SPLITS = ("train", "validation", "test")


@app.command()
def corpus(
    context: typer.Context,
    given: Annotated[
        list[str],
        typer.Argument(metavar="RECIPE|SOURCE…", help="A recipe; files and folders of records; or a built corpus."),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder of the corpus to build.")] = None,
    set_: SetOption = None,
    text: Annotated[str | None, typer.Option("--text", help="Field, or template with {field}, of the text.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Field of the label.")] = None,
    group: Annotated[str | None, typer.Option("--group", help="Field of what belongs together.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="Field of when.")] = None,
    licence: Annotated[str, typer.Option("--licence", help="Licence of the sources.")] = "unknown",
    format_: Annotated[str, typer.Option("--format", help="Reader of the sources.")] = "auto",
    by: Annotated[str, typer.Option("--split", help="Part by group, time, source or hash.")] = "group",
    validation: Annotated[float, typer.Option("--validation", help="Share of the validation part.")] = 0.1,
    test: Annotated[float, typer.Option("--test", help="Share of the test part.")] = 0.1,
    quality: Annotated[float, typer.Option("--quality", help="Least quality of a text, 0 to 1.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Draws splits and limits.")] = 0,
    json: JsonOption = False,
) -> None:
    """Build a corpus: read, clean, remove duplicates and secrets, split, check for leakage, write its card.

    A recipe says it all; without one, name the sources and the fields that hold text and label:

    vedette forge corpus notes/ labels.csv --text text --label label --out corpus/

    With nothing but a built corpus, its card is shown.
    """
    frame = frame_of(context)
    from vedette.errors import UserError
    from vedette.forge.corpus import build_corpus, open_corpus
    from vedette.forge.corpus.layout import read_manifest

    if out is None:
        if len(given) == 1 and read_manifest(Path(given[0])) is not None:
            _show(frame, open_corpus(Path(given[0])), json)
            return
        raise UserError("where is the corpus to go?", next_step="add --out corpus/ (or name a built corpus to see it)")
    variables = variables_of(set_)
    if len(given) == 1 and Path(given[0]).suffix.lower() in (".yaml", ".yml"):
        from vedette.forge.recipe import load_recipe

        changed = [
            name
            for name, value, default in (
                ("--text", text, None),
                ("--label", label, None),
                ("--group", group, None),
                ("--time", time, None),
                ("--licence", licence, "unknown"),
                ("--format", format_, "auto"),
                ("--split", by, "group"),
                ("--validation", validation, 0.1),
                ("--test", test, 0.1),
                ("--quality", quality, 0.0),
            )
            if value != default
        ]
        if changed:
            raise UserError(f"{', '.join(changed)}: the recipe says that", next_step=f"change it in {given[0]}")
        loaded = load_recipe(Path(given[0]), variables)
        spec, folder, seed = loaded.recipe.corpus, loaded.folder, seed or loaded.recipe.seed
    else:
        spec, folder = _spec(given, text, label, group, time, licence, format_, by, validation, test, quality), Path()
    with ForgeProgress(frame) as progress:
        built = build_corpus(spec, folder, out, seed=seed, progress=progress, variables=variables)
    _show(frame, built, json)
    if not json:
        frame.next_step(f"cat {out / 'CARD.md'}", "the whole card", here=False)


def _spec(
    given: list[str],
    text: str | None,
    label: str | None,
    group: str | None,
    time: str | None,
    licence: str,
    format_: str,
    by: str,
    validation: float,
    test: float,
    quality: float,
) -> CorpusSpec:
    from pydantic import TypeAdapter, ValidationError

    from vedette.errors import UserError
    from vedette.forge.recipe import CorpusSpec

    source = {"text": text, "label": label, "group": group, "time": time, "licence": licence, "format": format_}
    body = {
        "sources": [{"path": str(Path(path).absolute()), **source} for path in given],
        "split": {"by": by, "validation": validation, "test": test},
        "clean": {"quality": quality},
    }
    try:
        return TypeAdapter(CorpusSpec).validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from None


def _show(frame: Frame, built: FolderCorpus, json: bool) -> None:
    card = built.card
    if json:
        frame.print_json({"path": str(built.path), "digest": built.digest, "card": card})
        return
    frame.say(f"{built.path}", "bold")
    for name in _SPLITS:
        part = card["splits"][name]
        labels = f"{len(part['labels']):,} labels" if part["labels"] else "no labels"
        frame.say(f"  {name:<11}{part['records']:>9,} records  {part['tokens_estimate']:>12,} tokens  {labels}")
    for source in card["sources"]:
        kept = sum(card["splits"][s]["sources"].get(source["name"], 0) for s in _SPLITS)
        frame.say(f"  {source['name']}: {source['read']:,} read, {kept:,} kept ({source['licence']})")
    _counts(frame, "Taken out", card["removed"])
    _counts(frame, "Could not be read (quarantine.parquet)", card["quarantined"])
    if card["redactor"] is None:
        frame.say("Personal data and secrets were not looked for (redact: null).", "yellow")
    else:
        _counts(frame, "Replaced", card["redactions"])
    leakage = card["leakage"]
    found = sum(n for kinds in leakage["found"].values() for n in kinds.values())
    removed = sum(n for kinds in leakage["removed"].values() for n in kinds.values())
    frame.say(
        f"Leakage: {found:,} records of validation and test had been seen; {removed:,} taken out for it; "
        f"{leakage['left_share']:.1%} of test left"
    )


def _counts(frame: Frame, title: str, counts: Mapping[str, int]) -> None:
    if counts:
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{name} {n:,}" for name, n in ranked[:8])
        more = f", and {len(ranked) - 8} more" if len(ranked) > 8 else ""
        frame.say(f"{title}: {shown}{more}")
