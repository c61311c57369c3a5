"""``vedette forge eval``: measure a model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.forge.train import ForgeProgress, SetOption, variables_of
from vedette.cli.frame import Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from vedette.forge.base import Evaluation, Measure
    from vedette.forge.recipe import LoadedRecipe

app = typer.Typer(rich_markup_mode=None)


@app.command(name="eval")
def evaluate(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="NAME, NAME@VERSION, a catalogue name, a GGUF file or folder, or provider/model."
        ),
    ],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="Measure what this recipe measures.", exists=True, dir_okay=False)
    ] = None,
    given: SetOption = None,
    tasks: Annotated[
        list[str] | None, typer.Option("--task", metavar="TASK", help="A task by name. May be repeated.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="DIR", help="The task's question set, or the folder that holds all of them."),
    ] = None,
    texts: Annotated[
        list[Path] | None, typer.Option("--text", metavar="FILE", help="Held-out text. May be repeated.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="MODEL", help="Another model, for paired differences.")
    ] = None,
    labelled: Annotated[
        Path | None,
        typer.Option("--labelled", metavar="FILE", help="Labelled JSON lines or CSV, for a classifier.", exists=True),
    ] = None,
    text_field: Annotated[str, typer.Option("--text-field", help="Field of the text in --labelled.")] = "text",
    label_field: Annotated[str, typer.Option("--label-field", help="Field of the label in --labelled.")] = "label",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Items of each task.")] = 200,
    max_chars: Annotated[int, typer.Option("--max-chars", min=100, help="Characters of each text.")] = 120_000,
    scoring: Annotated[
        str, typer.Option("--scoring", help="Multiple choice by auto, letters, texts (odds) or generate.")
    ] = "auto",
    served: Annotated[
        bool, typer.Option("--served", help="Ask tasks of the model as the embedded runtime serves it.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="What is drawn follows from it.")] = 0,
    json: JsonOption = False,
) -> None:
    """Measure a model: perplexity of texts, question sets, calibration, speed; each with its 95% interval.

    Question sets never ship: --data says where yours are. Nothing is sent anywhere, unless MODEL is a provider/model
    of inspect-ai, which you then configured yourself.

    Example: vedette forge eval security-smollm2 --against smollm2-135m-instruct --text report.txt --task skills
    """
    from vedette.errors import UserError
    from vedette.forge.evaluate.named import is_remote
    from vedette.forge.recipe import ClassifierRecipe, load_recipe

    frame = frame_of(context)
    loaded = load_recipe(recipe, variables_of(given)) if recipe is not None else None
    is_classifier = labelled is not None or (loaded is not None and isinstance(loaded.recipe, ClassifierRecipe))
    if not is_classifier and loaded is None and not tasks and not texts:
        _teach(frame, name, is_remote(name))
        raise UserError(
            "nothing to measure was named",
            next_step=f"vedette forge eval {name} --task skills, --text FILE, --recipe FILE, or --labelled FILE",
        )
    with ForgeProgress(frame) as progress:
        if is_classifier:
            found = _classifier(frame, name, against, loaded, labelled, (text_field, label_field), seed, progress)
        else:
            overrides = {"limit": limit, "max_chars": max_chars, "scoring": scoring}
            found = _language(
                frame, name, against, loaded, tuple(tasks or ()), data, texts or [], overrides, served, seed, progress
            )
    if json:
        frame.print_json(as_dict(name, found))
    else:
        show(frame, name, found)


def _teach(frame: Frame, name: str, remote: bool) -> None:
    """Say what a model that is there could be measured on; an unknown one is told by its own error."""
    from vedette.forge.evaluate.tasks import BANKS

    if remote:
        return
    frame.say("Tasks:", "bold")
    for bank in BANKS.values():
        where = f"needs --data with {bank.folder}" if bank.folder else "built in"
        frame.say(f"  {bank.name:<18} {bank.about}  ({where})")


def _language(
    frame: Frame,
    name: str,
    against: str | None,
    loaded: LoadedRecipe | None,
    tasks: tuple[str, ...],
    data: str | None,
    texts: list[Path],
    overrides: dict[str, Any],
    served: bool,
    seed: int,
    progress: ForgeProgress,
) -> Evaluation:
    from vedette.errors import UserError
    from vedette.forge.evaluate.named import evaluate_named
    from vedette.forge.evaluate.options import read_options
    from vedette.forge.evaluate.tasks import bank_named
    from vedette.forge.recipe import ClassifierRecipe, SourceSpec

    home = frame.home_path()
    options: dict[str, Any] = dict(overrides)
    sources: dict[str, SourceSpec] = {}
    folder, label, resamples = Path.cwd(), against, 1000
    if loaded is not None and not isinstance(loaded.recipe, ClassifierRecipe):
        spec = loaded.recipe.evaluate
        options = {**overrides, **spec.options}
        sources, folder, resamples = dict(spec.texts), loaded.folder, spec.bootstrap
        tasks = tasks or spec.tasks
        if against is None:
            beside = loaded.folder / loaded.recipe.base
            against, label = (str(beside) if beside.exists() else loaded.recipe.base), "before"
    for path in texts:
        if not path.exists():
            raise UserError(f"there is no {path}", next_step="--text takes a text file, JSON lines, or a folder")
        sources[path.stem] = SourceSpec(path=str(path.resolve()))
    if data is not None:
        place = Path(data).expanduser().resolve()
        holds = any((place / str(bank_named(task).folder)).is_dir() for task in tasks if bank_named(task).folder)
        if holds:
            options["data_root"] = str(place)
        else:
            options["data"] = {task: str(place) for task in tasks if bank_named(task).folder or task == "refusal"}
    return evaluate_named(
        name,
        home,
        progress=progress,
        logs=home / "forge" / "tasks",
        texts=sources,
        tasks=tasks,
        options=read_options(options),
        folder=folder,
        against=against,
        label=label,
        served=served,
        seed=seed,
        resamples=resamples,
    )


def _classifier(
    frame: Frame,
    name: str,
    against: str | None,
    loaded: LoadedRecipe | None,
    labelled: Path | None,
    fields: tuple[str, str],
    seed: int,
    progress: ForgeProgress,
) -> Evaluation:
    """Hand a classifier over to its own evaluation, on a recipe's test part or on a labelled file."""
    import tempfile

    from vedette.forge.evaluate.classifier import evaluate_classifier
    from vedette.forge.evaluate.held_out import Labelled
    from vedette.forge.recipe import ClassifierRecipe, CorpusSpec, LoadedRecipe, SourceSpec
    from vedette.models import load

    home = frame.home_path()
    predictor = load(name, home)
    others = {against: load(against, home)} if against else {}
    if labelled is not None:
        source = SourceSpec(path=str(labelled.resolve()), text=fields[0], label=fields[1])
        made = ClassifierRecipe(kind="classifier", name=predictor.name, seed=seed, corpus=CorpusSpec(sources=(source,)))
        loaded = LoadedRecipe(recipe=made, folder=Path.cwd(), text="")
        return evaluate_classifier(loaded, Labelled(source, Path.cwd()), predictor, others, progress)
    from vedette.forge.corpus import build_corpus

    assert loaded is not None  # noqa: S101 (a recipe or a labelled file was given)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = build_corpus(
            loaded.recipe.corpus, loaded.folder, Path(scratch) / "corpus", seed=loaded.recipe.seed, progress=progress
        )
        return evaluate_classifier(loaded, corpus, predictor, others, progress)


def as_dict(name: str, found: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON takes it: what is no number is null."""

    def plain(measure: Measure) -> dict[str, Any]:
        return {k: _finite(getattr(measure, k)) for k in ("value", "low", "high", "n")}

    return {
        "model": name,
        "metrics": {k: plain(m) for k, m in found.metrics.items()},
        "others": {who: {k: plain(m) for k, m in ms.items()} for who, ms in found.others.items()},
        "comparisons": [
            {k: _finite(getattr(c, k)) for k in ("metric", "other", "difference", "low", "high", "p_value")}
            for c in found.comparisons
        ],
        "notes": list(found.notes),
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def show(frame: Frame, name: str, found: Evaluation) -> None:
    """Print an evaluation as a table: ours, each other model, and the paired difference."""
    pairs = {(c.metric, c.other): c for c in found.comparisons}
    frame.say(name, "bold")
    wide = max([len(metric) for metric in found.metrics] or [6])
    for metric, measure in found.metrics.items():
        line = f"  {metric:<{wide}}  {_measure(measure)}"
        for who in [*found.others, "majority"]:
            theirs, pair = found.others.get(who, {}).get(metric), pairs.get((metric, who))
            if theirs is not None:
                line += f"   {who} {_number(theirs.value)}"
            if pair is not None:
                sign = "" if theirs is not None else f"   against {who}:"
                line += f"{sign} {pair.difference:+.3g} ({_end(pair.low)} to {_end(pair.high)}, p={pair.p_value:.2g})"
        frame.say(line)
    for note in found.notes:
        frame.say(f"  · {note}")
    frame.say("Intervals are 95%, by bootstrap over documents or groups; differences are paired.", "dim")


def _measure(measure: Measure) -> str:
    shown = _number(measure.value)
    if measure.low is not None and measure.high is not None:
        shown += f" ({_number(measure.low)} to {_number(measure.high)})"
    return f"{shown}  n={measure.n:,}"


def _number(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.0f} M"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def _end(value: float) -> str:
    return "unknown" if not math.isfinite(value) else f"{value:+.3g}"
