"""A recipe followed from end to end: corpus, training, evaluation, export with parity, gate, registry.

Every step leaves its result in the run's folder, so a killed run goes on where it stopped: a finished corpus is
opened again, training resumes from its last whole checkpoint, and a result that is there is not made twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from vedette import __version__
from vedette.errors import UserError
from vedette.forge.base import Corpus, Evaluation, GateCheck, Measure, ParityReport, Progress, Trained
from vedette.forge.gate import judge, passed
from vedette.forge.planted import with_canaries
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe
from vedette.schema import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What following a recipe came to."""

    name: str
    """The recipe's, and the model's in the registry."""
    run: RunRecord
    folder: Path
    """The run's folder."""
    corpus: Mapping[str, Any]
    """The data card's facts."""
    trained: Trained
    evaluation: Evaluation
    parity: Sequence[ParityReport]
    checks: Sequence[GateCheck]
    version: str | None
    """Version in the registry; none where parity failed."""
    promoted: bool

    @property
    def passed(self) -> bool:
        """Whether parity and the gate held."""
        return self.version is not None and passed(self.checks)


def run_folder(loaded: LoadedRecipe, home: Path, variables: Mapping[str, str]) -> Path:
    """Return the folder of this recipe's run: the same for the same settings, so that it can resume."""
    said = json.dumps([asdict(loaded.recipe), str(loaded.folder), sorted(variables.items())], default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()[:12]
    return home / "forge" / "runs" / f"{loaded.recipe.name}-{digest}"


def follow(
    loaded: LoadedRecipe,
    home: Path,
    progress: Progress,
    *,
    variables: Mapping[str, str] | None = None,
    fresh: bool = False,
    register: bool = True,
) -> Outcome | None:
    """Follow a recipe and return what came of it; ``None`` on the helpers of a distributed run.

    Args:
        loaded: the recipe.
        home: the home.
        progress: who is told.
        variables: what filled the recipe's ``${…}``.
        fresh: start anew although an unfinished run is there.
        register: whether to put the model into the registry.

    Raises:
        UserError: the recipe cannot be followed (its message says why), or another process follows it now.
        OutsideError: the disk is full, …
    """
    variables = dict(variables or {})
    folder = run_folder(loaded, home, variables)
    rank = int(os.environ.get("RANK", "0") or 0)
    if rank > 0:
        _help(loaded, folder, home, progress)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(folder) + ".lock", timeout=0)
    try:
        with lock:
            return _lead(loaded, folder, home, progress, variables, fresh=fresh, register=register)
    except Timeout:
        raise UserError(
            f"another process follows {loaded.recipe.name} now", next_step=f"wait for it, or see {folder}"
        ) from None


def _corpus(loaded: LoadedRecipe, folder: Path, progress: Progress, variables: Mapping[str, str]) -> Corpus:
    from vedette.forge.corpus import build_corpus

    recipe = loaded.recipe
    return build_corpus(
        recipe.corpus, loaded.folder, folder / "corpus", seed=recipe.seed, progress=progress, variables=variables
    )


def _launch() -> str:
    """Return what tells this launch of several processes from an earlier one."""
    return f"{os.environ.get('TORCHELASTIC_RUN_ID', '')}:{os.environ.get('MASTER_PORT', '')}:{os.getppid()}"


def _help(loaded: LoadedRecipe, folder: Path, home: Path, progress: Progress) -> None:
    """Train along with rank 0 of a distributed run, once it has built the corpus."""
    from vedette.forge.corpus import open_corpus
    from vedette.forge.train import trainer_for

    ready = folder / "corpus.ready"
    while not (ready.exists() and ready.read_text(encoding="utf-8") == _launch()):
        time.sleep(0.2)
    corpus = with_canaries(open_corpus(folder / "corpus"), loaded)
    trainer_for(loaded.recipe).train(loaded, corpus, folder / "train", home, progress, resume=True)


def _lead(
    loaded: LoadedRecipe,
    folder: Path,
    home: Path,
    progress: Progress,
    variables: Mapping[str, str],
    *,
    fresh: bool,
    register: bool,
) -> Outcome:
    from vedette.forge.train import trainer_for

    started, clock = datetime.now(UTC), time.monotonic()
    if fresh:
        for part in ("train", "export", "corpus"):
            shutil.rmtree(folder / part, ignore_errors=True)
    (folder / "recipe.yaml").write_text(loaded.text, encoding="utf-8")
    seconds: dict[str, float] = {}

    def timed(stage: str) -> None:
        nonlocal clock
        seconds[stage] = round(time.monotonic() - clock, 3)
        clock = time.monotonic()

    corpus = _corpus(loaded, folder, progress, variables)
    (folder / "corpus.ready").write_text(_launch(), encoding="utf-8")
    timed("corpus")
    if not corpus.count("train"):
        raise UserError(
            "no record is left to train on", next_step=f"{folder / 'corpus' / 'CARD.md'} says what was taken out"
        )
    taught = with_canaries(corpus, loaded)
    trained = trainer_for(loaded.recipe).train(loaded, taught, folder / "train", home, progress, resume=not fresh)
    if planted := loaded.recipe.evaluate.canaries:
        trained = replace(trained, metrics={**trained.metrics, "canaries": float(planted)})
    timed("train")
    evaluation = _evaluate(loaded, corpus, trained, home, progress)
    write_evaluation(folder / "evaluation.json", evaluation)  # an export that fails must not take the figures along
    timed("evaluate")
    served, parity = _export(loaded, corpus, trained, folder / "export", home, progress)
    timed("export")
    checks = [_parity_check(report) for report in parity] + judge(loaded.recipe.gate, evaluation)
    run = RunRecord(
        run_id=f"{loaded.recipe.name}-{started:%Y%m%dT%H%M%S}-{os.getpid()}",
        kind="train",
        started_at=started,
        finished_at=datetime.now(UTC),
        version=__version__,
        inputs={
            "recipe": hashlib.sha256(loaded.text.encode()).hexdigest(),
            "corpus": corpus.digest,
            **({"base": str(trained.base)} if trained.base else {}),
        },
        settings={
            "recipe": loaded.text,
            "variables": dict(variables),
            "seconds": seconds,
            "gate": [asdict(check) for check in checks],
        },
        seed=loaded.recipe.seed,
        metrics={**{k: m.value for k, m in evaluation.metrics.items()}, **dict(trained.metrics)},
    )
    version, promoted = None, False
    if register and all(report.passed for report in parity):
        version, promoted = _register(loaded, corpus, trained, evaluation, parity, checks, run, served, home)
    _save(run, home)
    progress.note(f"run {run.run_id} recorded")
    return Outcome(
        name=loaded.recipe.name,
        run=run,
        folder=folder,
        corpus=corpus.card,
        trained=trained,
        evaluation=evaluation,
        parity=parity,
        checks=checks,
        version=version,
        promoted=promoted,
    )


def _evaluate(loaded: LoadedRecipe, corpus: Corpus, trained: Trained, home: Path, progress: Progress) -> Evaluation:
    if isinstance(loaded.recipe, ClassifierRecipe):
        from vedette.forge.train.classifier import head
        from vedette.models import load, load_folder

        predictor = load_folder(trained.path, loaded.recipe.name, "candidate")
        others = {}
        try:
            others["current"] = load(loaded.recipe.name, home)
        except UserError:
            pass  # the first version has none to beat
        own = getattr(head(loaded.recipe.train.head), "evaluate", None)
        if own is not None:  # a head that is judged in its own way, as a ranking over time is
            measured: Evaluation = own(loaded, corpus, predictor, others, progress)
            return measured
        from vedette.forge.evaluate.classifier import evaluate_classifier

        return evaluate_classifier(loaded, corpus, predictor, others, progress)
    from vedette.forge.evaluate import evaluate_language

    return evaluate_language(loaded, corpus, trained, home, progress)


def _export(
    loaded: LoadedRecipe, corpus: Corpus, trained: Trained, out: Path, home: Path, progress: Progress
) -> tuple[Path, Sequence[ParityReport]]:
    """Return the folder to register and the parity of its forms."""
    if isinstance(loaded.recipe, ClassifierRecipe) and not loaded.recipe.export.formats:
        return trained.path, ()
    from vedette.forge.export import export

    reports = export(loaded, trained, out, home, progress, corpus=corpus)
    return (trained.path if isinstance(loaded.recipe, ClassifierRecipe) else out), reports


def _parity_check(report: ParityReport) -> GateCheck:
    why = f"{report.n_different} of {report.n_prompts} outputs differ"
    if report.first_difference and report.n_different:
        why += f"; first: {report.first_difference}"
    return GateCheck(rule=f"{report.format} says what the trained model says", passed=report.passed, why=why)


def _register(
    loaded: LoadedRecipe,
    corpus: Corpus,
    trained: Trained,
    evaluation: Evaluation,
    parity: Sequence[ParityReport],
    checks: Sequence[GateCheck],
    run: RunRecord,
    served: Path,
    home: Path,
) -> tuple[str, bool]:
    from vedette.forge.export.card import model_card
    from vedette.models.registry import Registry

    recipe = loaded.recipe
    card = model_card(loaded, corpus.card, trained, evaluation, checks, parity)
    (served / "README.md").write_text(card, encoding="utf-8")
    facts: dict[str, Any] = {
        "kind": recipe.kind,
        "about": recipe.about,
        "licence": recipe.licence,
        "form": trained.form,
        "base": trained.base,
        "seed": recipe.seed,
        "recipe_sha256": run.inputs["recipe"],
        "corpus_sha256": corpus.digest,
        "run_id": run.run_id,
        "metrics": {name: _plain(measure) for name, measure in evaluation.metrics.items()},
        "training": dict(trained.metrics),
        "gate": [asdict(check) for check in checks],
        "parity": [asdict(report) for report in parity],
    }
    promote = recipe.gate.promote and passed(checks)
    version = Registry(home).register(recipe.name, served, facts=facts, promote=promote)
    return version, promote


def _plain(measure: Measure) -> dict[str, Any]:
    return {k: v for k, v in asdict(replace(measure, rows=None)).items() if v is not None}


def write_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation as JSON, in one step."""
    body = {
        "metrics": {k: _plain(m) for k, m in evaluation.metrics.items()},
        "others": {o: {k: _plain(m) for k, m in ms.items()} for o, ms in evaluation.others.items()},
        "comparisons": [asdict(pair) for pair in evaluation.comparisons],
        "notes": list(evaluation.notes),
    }
    staged = path.with_suffix(".tmp")
    staged.write_text(json.dumps(body, indent=2), encoding="utf-8")
    staged.replace(path)


def _save(run: RunRecord, home: Path) -> None:
    from vedette.store import Lake
    from vedette.store.book import save_run

    lake = Lake.open(home)
    try:
        save_run(lake, run)
    finally:
        lake.close()
