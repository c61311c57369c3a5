"""Any language model by name, beside another one: on named texts and tasks, without a training run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.errors import UserError
from vedette.forge.base import Evaluation, Progress
from vedette.forge.evaluate.held_out import HeldOut, draw, read_texts
from vedette.forge.evaluate.language import Findings, Plan, gather, measure, opened
from vedette.forge.evaluate.options import EvaluationOptions
from vedette.forge.evaluate.tasks import bank_named
from vedette.forge.evaluate.tasks.run import run_tasks
from vedette.forge.evaluate.tasks.subject import Subject, open_subject

if TYPE_CHECKING:
    from vedette.forge.evaluate.local import LocalModel
    from vedette.forge.recipe import SourceSpec


def evaluate_named(
    ref: str,
    home: Path,
    *,
    progress: Progress,
    logs: Path,
    texts: Mapping[str, SourceSpec] | None = None,
    tasks: tuple[str, ...] = (),
    options: EvaluationOptions | None = None,
    folder: Path | None = None,
    against: str | None = None,
    label: str | None = None,
    served: bool = False,
    seed: int = 0,
    resamples: int = 1000,
) -> Evaluation:
    """Return what was measured of a language model, and of another one beside it.

    Args:
        ref: a Transformers folder, a GGUF file, a catalogue name, a registered ``name`` or ``name@version``; for tasks
            alone also any model of inspect-ai, such as ``openai/…``.
        home: the home.
        progress: who is told.
        logs: folder for the tasks' logs.
        texts: held-out texts by name.
        tasks: tasks by name.
        options: limits and places of question sets.
        folder: where relative paths start; default: the working directory.
        against: another model, named in the same ways.
        label: how the other one is called in the figures; default: as ``against`` says.
        served: ask tasks of the model as the embedded runtime serves it, not of its weights in Transformers.
        seed: what is drawn follows from it.
        resamples: of the bootstrap.

    Raises:
        UserError: there is no such model, or a text or task cannot be measured on it.
        OutsideError: its files cannot be read.
    """
    options, folder = options or EvaluationOptions(), folder or Path.cwd()
    for name in tasks:
        bank_named(name)
    notes: list[str] = []
    held_out = [_held_out(name, spec, folder, options, seed, notes) for name, spec in (texts or {}).items()]
    plan = Plan(
        held_out=tuple(held_out),
        tasks=() if served else tasks,
        options=options,
        folder=folder,
        logs=logs,
        resamples=resamples,
        seed=seed,
    )
    found: dict[str, Findings] = {}
    for who, name in (("ours", ref), *(((label or against, against),) if against else ())):
        asks: Subject | str | None = None
        if is_remote(name):
            if plan.held_out:
                raise UserError(
                    f"perplexity of {name} cannot be measured: it runs elsewhere", next_step="leave --text out"
                )
            asks = name
        elif served and tasks:
            asks = open_subject(name, home)
        findings = Findings()
        if asks is None or (served and plan.held_out):
            with opened(_opener(name, home)) as model:
                findings = measure(model, plan, progress, who, notes)
        if asks is not None:
            findings.tasks = run_tasks(
                asks, tasks, options, folder=folder, logs=logs, seed=seed, progress=progress, notes=notes, who=who
            )
            for result in findings.tasks.values():
                findings.measures |= result.measures(n=resamples, seed=seed)
        found[who] = findings
    return gather(found, plan, notes)


def is_remote(name: str) -> bool:
    """Return whether a name is inspect-ai's ``provider/model``, and no path or model of ours."""
    head, slash, tail = name.partition("/")
    return bool(slash and tail and head.isidentifier() and not Path(name).expanduser().exists())


def _opener(name: str, home: Path) -> Callable[[], LocalModel]:
    def open_model() -> LocalModel:
        from vedette.forge.evaluate.local import open_local
        from vedette.forge.train.base_weights import base_folder

        return open_local(base_folder(name, home), name=Path(name).name)

    return open_model


def _held_out(
    name: str, spec: SourceSpec, folder: Path, options: EvaluationOptions, seed: int, notes: list[str]
) -> HeldOut:
    most = min(spec.limit or options.max_documents, options.max_documents)
    drawn = draw(read_texts(spec, folder), name, max_chars=options.max_chars, max_documents=most, seed=seed)
    if len(drawn.texts) < drawn.n_there:
        notes.append(f"{name}: {len(drawn.texts)} of {drawn.n_there} documents, drawn by seed")
    return drawn
