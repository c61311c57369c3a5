"""``vedette forge export``: another form of a trained model."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.forge.train import ForgeProgress, SetOption, variables_of
from vedette.cli.frame import JsonOption, frame_of

app = typer.Typer(rich_markup_mode=None)


@app.command()
def export(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Registered NAME or NAME@VERSION, or a run's folder.")],
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            "-f",
            help="Form to make: adapter, merged, gguf-adapter, gguf-f16, gguf-q8_0, gguf-q5_1, gguf-q5_0, gguf-q4_1, "
            "gguf-q4_0, gguf-f32, onnx. May be repeated.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder to write (default: NAME-FORMAT here).")
    ] = None,
    prompts: Annotated[
        int | None, typer.Option("--prompts", min=1, max=200, help="Prompts to compare on (default: the recipe's).")
    ] = None,
    given: SetOption = None,
    json: JsonOption = False,
) -> int:
    """Make another form of a trained model and check that it says what the trained model says.

    Every form is asked the same prompts as the trained model, each side with its own tokeniser and chat template. Exit
    1 says that one of them answers differently; it is written all the same, so that it can be looked at.
    """
    from vedette.errors import UserError
    from vedette.forge.export import export as make
    from vedette.forge.export.formats import chosen
    from vedette.forge.export.sources import find_source, with_formats

    frame = frame_of(context)
    home = frame.home_path()
    source = find_source(model, home, variables_of(given))
    names = chosen(tuple(formats), source.trained.form)
    target = out or Path(f"{source.loaded.recipe.name}-{names[0]}")
    if target.exists() and not (target.is_dir() and (not any(target.iterdir()) or (target / "export.json").is_file())):
        raise UserError(f"{target} is there and is no earlier export", next_step="give another folder with --out")
    with ForgeProgress(frame) as progress:
        reports = make(
            with_formats(source.loaded, names, prompts), source.trained, target, home, progress, corpus=source.corpus
        )
    passed = all(report.passed for report in reports)
    if json:
        body = {"folder": str(target), "passed": passed, "parity": [asdict(report) for report in reports]}
        frame.print_json(body)
        return 0 if passed else 1
    frame.say(f"{source.loaded.recipe.name} in {target}")
    for report in reports:
        same = f"{report.n_prompts - report.n_different} of {report.n_prompts} replies the same"
        tokens = ""
        if report.measures.get("tokens"):
            share = report.measures["tokens_different"] / report.measures["tokens"]
            tokens = f", {share:.2%} of tokens differ, by {report.measures['largest_regret_nats']:.4f} nats at most"
        frame.say(f"  {'passed' if report.passed else 'FAILED'}  {report.format}: {same}{tokens}")
        if not report.passed:
            frame.say(f"    {report.first_difference}", "yellow")
    whole = next((name for name in names if (target / name / "model.gguf").is_file()), None)
    if passed and whole is not None:
        frame.next_step(f"vedette models add my-{source.loaded.recipe.name} {target / whole / 'model.gguf'}", "name it")
    return 0 if passed else 1
