"""``vedette forge train``: follow a recipe."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.frame import Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from vedette.forge.base import Measure
    from vedette.forge.pipeline import Outcome

app = typer.Typer(rich_markup_mode=None)

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fill ${NAME} in the recipe. May be repeated."),
]


def variables_of(given: list[str] | None) -> dict[str, str]:
    """Return ``--set`` options as a dict.

    Raises:
        UserError: one has no ``=``.
    """
    from vedette.errors import UserError

    out: dict[str, str] = {}
    for item in given or []:
        name, sign, value = item.partition("=")
        if not sign or not name:
            raise UserError(f"--set {item!r} has no value", next_step="write it as --set data=../shared/data")
        out[name] = value
    return out


class ForgeProgress:
    """Progress of the forge on standard error: stage, share done, live figures, time left."""

    def __init__(self, frame: Frame) -> None:
        """Start counting now."""
        self.frame = frame
        self._started: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> ForgeProgress:
        """Open the live display, on a terminal."""
        if self.frame.err.is_terminal and not self.frame.quiet:
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TextColumn("{task.fields[figures]}"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=self.frame.err,
            )
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        if self._bar is not None:
            self._bar.stop()

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        """Show how far a stage is."""
        figures = " ".join(f"{k}={v:.4g}" for k, v in numbers.items())
        now = time.monotonic()
        first = self._started.setdefault(stage, now)
        if self._bar is not None:
            if stage not in self._tasks:
                self._tasks[stage] = self._bar.add_task(stage, total=total, figures="")
            self._bar.update(self._tasks[stage], completed=done, total=total, figures=figures)
            return
        last = total is not None and done >= total
        if self.frame.quiet or (now - self._told.get(stage, 0.0) < 10 and not last):
            return
        self._told[stage] = now
        share = f" {done / total:.0%}" if total else f" {done:g}"
        left = f", {(now - first) * (total - done) / done:.0f} s left" if total and 0 < done < total else ""
        self.frame.note(f"{stage}{share} {figures}{left}".replace(" ,", ","))

    def note(self, text: str) -> None:
        """Show a line."""
        self.frame.note(text)


@app.command()
def train(
    context: typer.Context,
    recipe: Annotated[Path, typer.Argument(help="Recipe file (YAML).", exists=True, dir_okay=False)],
    given: SetOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start anew although an unfinished run is there.")] = False,
    register: Annotated[bool, typer.Option("--register/--no-register", help="Put the model into the registry.")] = True,
    json: JsonOption = False,
) -> int:
    """Follow a recipe: corpus, training, evaluation before and after, export with parity, gate, registry.

    A run that was killed goes on where it stopped when the same command is given again. The model becomes the current
    one only when the recipe's gate holds; exit 1 says that it did not (the version is registered all the same, unless
    an exported form says something else than the trained model: then nothing is).

    Several processes or GPUs: accelerate launch --num_processes 2 -m vedette forge train RECIPE
    """
    from vedette.forge.pipeline import follow
    from vedette.forge.recipe import load_recipe

    frame = frame_of(context)
    variables = variables_of(given)
    if "${home}" in recipe.read_text(encoding="utf-8", errors="replace"):
        variables.setdefault("home", str(frame.home_path().resolve()))
    loaded = load_recipe(recipe, variables)
    with ForgeProgress(frame) as progress:
        outcome = follow(loaded, frame.home_path(), progress, variables=variables, fresh=fresh, register=register)
    if outcome is None:
        return 0
    if json:
        frame.print_json(_dict(outcome))
    else:
        _show(frame, outcome)
    return 0 if outcome.passed or (not register and all(r.passed for r in outcome.parity)) else 1


def _dict(outcome: Outcome) -> dict[str, Any]:
    from dataclasses import asdict

    def plain(measure: Measure) -> dict[str, Any]:
        return {"value": measure.value, "low": measure.low, "high": measure.high, "n": measure.n}

    return {
        "run_id": outcome.run.run_id,
        "folder": str(outcome.folder),
        "version": outcome.version,
        "promoted": outcome.promoted,
        "passed": outcome.passed,
        "corpus": dict(outcome.corpus),
        "training": dict(outcome.trained.metrics),
        "metrics": {k: plain(m) for k, m in outcome.evaluation.metrics.items()},
        "others": {o: {k: plain(m) for k, m in ms.items()} for o, ms in outcome.evaluation.others.items()},
        "comparisons": [asdict(pair) for pair in outcome.evaluation.comparisons],
        "notes": list(outcome.evaluation.notes),
        "parity": [asdict(report) for report in outcome.parity],
        "gate": [asdict(check) for check in outcome.checks],
    }


def _show(frame: Frame, outcome: Outcome) -> None:
    from rich.table import Table

    others = list(outcome.evaluation.others)
    table = Table(box=None, pad_edge=False)
    for head in ("measured", "this model", *others):
        table.add_column(head, justify="left" if head == "measured" else "right")
    for name, measure in outcome.evaluation.metrics.items():
        table.add_row(name, figure(measure), *(figure(outcome.evaluation.others[o].get(name)) for o in others))
    if outcome.evaluation.metrics:
        frame.print(table)
    for note in outcome.evaluation.notes:
        frame.say(f"note: {note}")
    frame.say("\nThe gate:" if outcome.checks else "\nThe recipe has no gate: nothing had to hold.")
    for check in outcome.checks:
        frame.say(
            f"  {'held  ' if check.passed else 'FAILED'} {check.rule}: {check.why}", None if check.passed else "red"
        )
    if outcome.version is None:
        frame.say(f"\nNot registered; the run is in {outcome.folder}")
        return
    model = f"{outcome.name}@{outcome.version}"
    state = "and is the current version" if outcome.promoted else "but is not the current version"
    frame.say(f"\nRegistered {model}, {state}.")
    frame.next_step(f"vedette forge show {model}", "its card, figures and digests")


def figure(measure: Measure | None) -> str:
    """Return a measure in words: value and interval."""
    if measure is None:
        return ""
    if measure.low is None or measure.high is None:
        return f"{measure.value:.4g}"
    return f"{measure.value:.4g} ({measure.low:.4g} to {measure.high:.4g})"
