"""A language model before and after its training, on the same texts, tasks and canaries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.forge.base import Comparison, Corpus, Evaluation, Measure, Progress, Trained
from vedette.forge.evaluate import canary, perplexity
from vedette.forge.evaluate.answers import (
    Conversations,
    Pairs,
    answer_accuracy,
    preference_accuracy,
    take_conversations,
    take_pairs,
)
from vedette.forge.evaluate.canary import Canaries, CanaryReport, make_canaries
from vedette.forge.evaluate.held_out import HeldOut, Text, draw, read_texts
from vedette.forge.evaluate.options import EvaluationOptions, read_options
from vedette.forge.evaluate.perplexity import Foreseen
from vedette.forge.evaluate.stats import paired
from vedette.forge.evaluate.tasks import bank_named
from vedette.forge.evaluate.tasks.results import TaskResult
from vedette.forge.evaluate.tasks.run import run_tasks
from vedette.forge.evaluate.tasks.subject import LocalSubject

if TYPE_CHECKING:
    from vedette.forge.evaluate.local import LocalModel
    from vedette.forge.recipe import LoadedRecipe


_METRICS = ("accuracy", "preference_accuracy")
_KIND_METRICS = {"pretraining": None, "instruction": "accuracy", "preference": "preference_accuracy"}
"""What is measured of the test part where the recipe names no metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured of each model."""

    held_out: tuple[HeldOut, ...] = ()
    conversations: Conversations | None = None
    pairs: Pairs | None = None
    canaries: Canaries | None = None
    tasks: tuple[str, ...] = ()
    options: EvaluationOptions
    folder: Path = field(default_factory=Path)
    """Where the options' relative paths start."""
    logs: Path | None = None
    """Folder for the tasks' logs."""
    resamples: int = 1000
    seed: int = 0


@dataclass(slots=True)
class Findings:
    """What was measured of one model."""

    measures: dict[str, Measure] = field(default_factory=dict)
    foreseen: dict[str, Foreseen] = field(default_factory=dict)
    exposed: CanaryReport | None = None
    tasks: dict[str, TaskResult] = field(default_factory=dict)


def evaluate_language(
    loaded: LoadedRecipe, corpus: Corpus, trained: Trained, home: Path, progress: Progress
) -> Evaluation:
    """Return what was measured of a trained language model, of its base weights, and of the version that is current.

    Each model is opened once, one after the other. What cannot be measured (a held-out text that is not there, a
    question set without its folder) becomes a note.

    Args:
        loaded: the recipe; ``evaluate`` says what is measured.
        corpus: its test part is a held-out text of its own, ``test``.
        trained: what the trainer left.
        home: the home.
        progress: who is told.

    Raises:
        UserError: the recipe's options are wrong, or the trained model is no language model.
        OutsideError: the trained model cannot be read.
    """
    from vedette.forge.evaluate.local import open_local, open_trained
    from vedette.forge.train.language import base_of

    recipe = loaded.recipe
    notes: list[str] = []
    plan = make_plan(loaded, corpus, trained, notes)
    base = Path(trained.base) if trained.base else None
    models: dict[str, Callable[[], LocalModel]] = {
        "ours": lambda: open_trained(trained, base, name=recipe.name),
        "before": lambda: open_local(base_of(loaded, home), name="before"),
    }
    current = _current(recipe.name, home, notes)
    if current is not None:
        models["current"] = lambda: open_local(current, name="current")
    found: dict[str, Findings] = {}
    for who, open_model in models.items():
        started = time.monotonic()
        try:
            with opened(open_model) as model:
                found[who] = measure(model, plan, progress, who, notes)
        except VedetteError as error:
            if who == "ours":
                raise
            notes.append(f"{who} was not measured: {error.message}")
            continue
        progress.note(f"measured {who} in {time.monotonic() - started:.0f} s")
    return gather(found, plan, notes)


def make_plan(loaded: LoadedRecipe, corpus: Corpus, trained: Trained, notes: list[str]) -> Plan:
    """Return what a recipe asks to be measured; what is not there is told in ``notes``.

    Raises:
        UserError: the recipe's options are wrong.
    """
    spec, recipe = loaded.recipe.evaluate, loaded.recipe
    options = read_options(spec.options)
    for name in spec.tasks:
        bank_named(name)
    held_out: list[HeldOut] = []

    def take(name: str, texts: Iterator[Text], most: int | None) -> None:
        try:
            drawn = draw(
                texts,
                name,
                max_chars=options.max_chars,
                max_documents=min(most or options.max_documents, options.max_documents),
                seed=recipe.seed,
            )
        except (UserError, OutsideError) as error:
            notes.append(f"perplexity.{name} was not measured: {error.message}")
            return
        held_out.append(drawn)
        if len(drawn.texts) < drawn.n_there:
            notes.append(f"{name}: {len(drawn.texts)} of {drawn.n_there} documents, drawn by seed")

    if corpus.count("test"):
        take("test", (Text(text=r.text, group=r.group) for r in corpus.records("test")), None)
    for name, source in spec.texts.items():
        take(name, read_texts(source, loaded.folder), source.limit)
    conversations, pairs = _answers(loaded, corpus, options, notes)
    canaries = None
    if spec.canaries:
        planted = int(trained.metrics.get("canaries", 0))
        if planted != spec.canaries:
            notes.append(f"canaries were not measured: the recipe asks for {spec.canaries}, {planted} were planted")
        else:
            canaries = make_canaries(spec.canaries, recipe.seed, repeats=options.canary_repeats)
    return Plan(
        held_out=tuple(held_out),
        conversations=conversations,
        pairs=pairs,
        canaries=canaries,
        tasks=spec.tasks,
        options=options,
        folder=loaded.folder,
        logs=trained.path.parent / "tasks",
        resamples=spec.bootstrap,
        seed=recipe.seed,
    )


def _answers(
    loaded: LoadedRecipe, corpus: Corpus, options: EvaluationOptions, notes: list[str]
) -> tuple[Conversations | None, Pairs | None]:
    """Return what the test part asks, for the kinds of recipe that learn to answer."""
    recipe = loaded.recipe
    unknown = [name for name in recipe.evaluate.metrics if name not in _METRICS]
    if unknown:
        raise UserError(
            f"evaluate.metrics: a language model's evaluation knows no {', '.join(unknown)}",
            next_step=f"it knows {', '.join(_METRICS)}; perplexity, tasks and canaries have keys of their own",
        )
    wanted = set(recipe.evaluate.metrics) or {_KIND_METRICS[recipe.kind]} - {None}
    conversations = pairs = None
    if "accuracy" in wanted:
        found = take_conversations(corpus.records("test"), limit=options.limit, seed=recipe.seed)
        if found.left_out:
            notes.append(f"accuracy: {found.left_out} test conversations with long answers left out")
        if found.turns:
            conversations = found
        else:
            notes.append("accuracy was not measured: no conversation of the test part ends with a short answer")
    if "preference_accuracy" in wanted:
        found_pairs = take_pairs(corpus.records("test"), limit=options.limit, seed=recipe.seed)
        if found_pairs.turns:
            pairs = found_pairs
        else:
            notes.append("preference_accuracy was not measured: the test part has no preferences")
    return conversations, pairs


def measure(model: LocalModel, plan: Plan, progress: Progress, who: str, notes: list[str]) -> Findings:
    """Return everything that a plan asks for, of one open model."""
    from vedette.forge.evaluate.speed import measure_speed

    found, options = Findings(), plan.options
    extras = (plan.conversations, plan.pairs, plan.canaries)
    steps = len(plan.held_out) + sum(part is not None for part in extras) + options.latency
    done = 0

    def told(what: str) -> None:
        nonlocal done
        progress.update(f"evaluate {who}: {what}", done, steps)
        done += 1

    for held_out in plan.held_out:
        told(held_out.name)
        seen = perplexity.foresee(model, held_out, length=options.window, stride=options.stride)
        if seen is None:
            notes.append(f"perplexity.{held_out.name} of {who} was not measured: no text has two tokens")
            continue
        found.foreseen[held_out.name] = seen
        found.measures |= perplexity.measures(seen, n=plan.resamples, seed=plan.seed)
    if plan.conversations is not None:
        told("answers")
        found.measures["accuracy"] = answer_accuracy(model, plan.conversations, n=plan.resamples, seed=plan.seed)
    if plan.pairs is not None:
        told("preferences")
        found.measures["preference_accuracy"] = preference_accuracy(model, plan.pairs, n=plan.resamples, seed=plan.seed)
    if plan.canaries is not None:
        told("canaries")
        found.exposed = canary.expose(
            model,
            plan.canaries,
            n_alternatives=options.canary_alternatives,
            threshold=options.canary_threshold,
        )
        found.measures |= found.exposed.measures(n=plan.resamples, seed=plan.seed)
    if plan.tasks:
        found.tasks = run_tasks(
            LocalSubject(model),
            plan.tasks,
            options,
            folder=plan.folder,
            logs=plan.logs or plan.folder / "tasks",
            seed=plan.seed,
            progress=progress,
            notes=notes,
            who=who,
        )
        for result in found.tasks.values():
            found.measures |= result.measures(n=plan.resamples, seed=plan.seed)
    if options.latency:
        told("speed")
        found.measures |= measure_speed(model)
    progress.update(f"evaluate {who}", steps, steps)
    return found


def gather(found: Mapping[str, Findings], plan: Plan, notes: list[str]) -> Evaluation:
    """Return the evaluation: our measures, the others', and the paired differences."""
    ours = found["ours"]
    comparisons: list[Comparison] = []
    metrics = dict(ours.measures)
    for who, theirs in found.items():
        if who == "ours":
            continue
        for name, seen in ours.foreseen.items():
            if name not in theirs.foreseen:
                continue
            pairs = perplexity.compare(seen, theirs.foreseen[name], who, n=plan.resamples, seed=plan.seed)
            comparisons += pairs
            for pair in pairs:
                if pair.metric.startswith("perplexity_change.") and who == "before":
                    metrics[pair.metric] = Measure(
                        value=pair.difference, low=pair.low, high=pair.high, n=len(seen.groups)
                    )
        for name, result in ours.tasks.items():
            if name in theirs.tasks:
                comparisons += result.against(theirs.tasks[name], who, n=plan.resamples, seed=plan.seed)
        for name, groups in (
            ("accuracy", plan.conversations.groups if plan.conversations else ()),
            ("preference_accuracy", plan.pairs.groups if plan.pairs else ()),
        ):
            a, b = ours.measures.get(name), theirs.measures.get(name)
            if a is not None and b is not None and a.rows is not None and b.rows is not None:
                comparisons.append(paired(name, who, a.rows, b.rows, groups=groups, n=plan.resamples, seed=plan.seed))
        if ours.exposed is not None and theirs.exposed is not None:
            comparisons.append(canary.compare(ours.exposed, theirs.exposed, who, n=plan.resamples, seed=plan.seed))
    for result in ours.tasks.values():
        versus = result.against_majority(n=plan.resamples, seed=plan.seed)
        if versus is not None:
            comparisons.append(versus)
    if ours.exposed is not None:
        said = "memorised" if ours.exposed.verdict else "not memorised"
        hits = sum(ours.exposed.memorised)
        notes.append(
            f"canaries: {said} ({hits} of {len(ours.exposed.exposures)} by {ours.exposed.threshold:g} bits, "
            f"{sum(ours.exposed.extracted)} extracted; as many by chance: p = {ours.exposed.chance:.2g})"
        )
    return Evaluation(
        metrics=metrics,
        others={who: dict(f.measures) for who, f in found.items() if who != "ours"},
        comparisons=tuple(comparisons),
        notes=tuple(dict.fromkeys(notes)),
    )


@contextmanager
def opened(open_model: Callable[[], LocalModel]) -> Iterator[LocalModel]:
    """Open a model and let go of its memory afterwards."""
    import gc

    model: LocalModel | None = open_model()
    try:
        assert model is not None  # noqa: S101 (said for the type)
        yield model
    finally:
        model = None
        gc.collect()


def _current(name: str, home: Path, notes: list[str]) -> Path | None:
    """Return the weights of the version that is current, where there is one."""
    from vedette.forge.train.base_weights import base_folder
    from vedette.models.registry import Registry

    try:
        version = Registry(home).current(name)
        if version is None:
            return None
        return base_folder(f"{name}@{version}", home)
    except UserError:
        return None
    except OutsideError as error:
        notes.append(f"current was not measured: {error.message}")
        return None
