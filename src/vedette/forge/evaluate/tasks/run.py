"""Tasks run through inspect-ai on one model, its log kept where it can be looked at with ``inspect view``."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vedette.errors import MissingExtraError, OutsideError, UserError
from vedette.forge.base import Progress
from vedette.forge.evaluate.options import EvaluationOptions
from vedette.forge.evaluate.tasks import bank_named
from vedette.forge.evaluate.tasks.base import Question
from vedette.forge.evaluate.tasks.results import Item, TaskResult, majority_of
from vedette.forge.evaluate.tasks.subject import Subject


def data_of(name: str, options: EvaluationOptions, folder: Path) -> Path | None:
    """Return where a task's question set is, as the options say; relative paths start at ``folder``."""
    bank = bank_named(name)
    given = options.data.get(name) or (options.data.get(bank.folder) if bank.folder else None)
    if given is not None:
        return (folder / Path(given).expanduser()).resolve()
    if options.data_root is not None and bank.folder is not None:
        return (folder / Path(options.data_root).expanduser() / bank.folder).resolve()
    return None


def run_tasks(
    model: Subject | str | Any,
    names: Sequence[str],
    options: EvaluationOptions,
    *,
    folder: Path,
    logs: Path,
    seed: int,
    progress: Progress,
    notes: list[str],
    who: str = "ours",
) -> dict[str, TaskResult]:
    """Return a model's results by task. A task that cannot be run is told in ``notes``.

    Args:
        model: one that is open, or a model of inspect-ai or its name (``openai/…``): what that calls is up to its
            provider.
        names: tasks.
        options: limits, scoring and where question sets are.
        folder: where relative paths of the options start.
        logs: folder for inspect-ai's logs.
        seed: which items are drawn.
        progress: who is told.
        notes: what was left out is added.
        who: whose results they are, in the notes.

    Raises:
        UserError: there is no task of a name.
        MissingExtraError: inspect-ai is not installed.
    """
    try:
        from vedette.forge.evaluate.tasks.registered import questions_of
    except ImportError:
        raise MissingExtraError("forge", "running tasks") from None
    found: dict[str, TaskResult] = {}
    for done, name in enumerate(names):
        progress.update(f"evaluate {who}: {name}", done, len(names))
        bank_named(name)
        try:
            questions, n_there = questions_of(name, data_of(name, options, folder), n=options.limit, seed=seed)
        except (UserError, OutsideError) as error:
            notes.append(f"{name} was not run: {error.message}")
            continue
        result = _run(model, name, questions, n_there, options, logs)
        for reason in list(dict.fromkeys(result.failed.values()))[:3]:
            count = sum(r == reason for r in result.failed.values())
            notes.append(f"{name} of {who}: {count} items failed: {reason}")
        if result.items:
            found[name] = result
            n = len(result.items)
            notes.append(f"{name}: {n} of {n_there} items, {result.scoring}")
    return found


def _run(
    model: Subject | str | Any,
    name: str,
    questions: Sequence[Question],
    n_there: int,
    options: EvaluationOptions,
    logs: Path,
) -> TaskResult:
    from inspect_ai import eval as inspect_eval
    from inspect_ai.model import Model, get_model

    from vedette.forge.evaluate.tasks.registered import make_task

    opened: Any = model
    if not isinstance(model, (str, Model)):
        opened = get_model(f"vedette/{model.name}", memoize=False, subject=model)
    logs.mkdir(parents=True, exist_ok=True)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (log,) = inspect_eval(
                make_task(name, questions, options.scoring),
                model=opened,
                display="none",
                log_dir=str(logs),
                log_level="error",
                fail_on_error=False,
                score_display=False,
                ctl_server=False,
                acp_server=False,
            )
            gc.collect()  # inspect-ai leaves streams open; what is said of them when they go is not ours
    finally:
        root.handlers[:], root.level = handlers, level
    if log.status != "success" and not log.samples:
        why = log.error.message if log.error else log.status
        raise OutsideError(f"{name} could not be run: {why}"[:400])
    items, failed = [], {}
    for sample in log.samples or ():
        scored = next(iter((sample.scores or {}).values()), None)
        if scored is None or not (scored.metadata or {}).get("outcome"):
            failed[str(sample.id)] = (sample.error.message if sample.error else "it was not scored")[:200]
            continue
        outcome = scored.metadata["outcome"]
        items.append(
            Item(
                question_id=str(sample.id),
                rows=outcome["rows"],
                answer=outcome["answer"],
                scoring=outcome["scoring"],
                confidence=outcome["confidence"],
                group=scored.metadata["group"],
                part=scored.metadata["part"],
            )
        )
    order = {q.question_id: k for k, q in enumerate(questions)}
    items.sort(key=lambda item: order[item.question_id])
    majority, rows = majority_of(questions)
    return TaskResult(
        task=name, items=tuple(items), failed=failed, majority=majority, majority_rows=rows, n_there=n_there
    )
