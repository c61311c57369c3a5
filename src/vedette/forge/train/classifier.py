"""Trains a classifier recipe: finds the head by name and lets it write a servable folder."""

from __future__ import annotations

import json
import logging
import shutil
import time
from pathlib import Path

from vedette.errors import InternalError
from vedette.forge.base import Corpus, Head, Progress, Trained
from vedette.forge.recipe import ClassifierRecipe, LoadedRecipe
from vedette.plugins import load_plugin

GROUP = "vedette.forge_heads"

_log = logging.getLogger(__name__)


def head(name: str) -> Head:
    """Return the head of that name.

    Raises:
        UserError: there is none, or its plug-in is broken; the known ones are listed.
    """
    loaded: Head = load_plugin(GROUP, name, "head")
    return loaded


class ClassifierTrainer:
    """Trains a classifier with the recipe's head."""

    def train(
        self, loaded: LoadedRecipe, corpus: Corpus, work: Path, home: Path, progress: Progress, *, resume: bool
    ) -> Trained:
        """Return the trained model: a folder that its form can serve.

        A head writes beside the result, which takes its place when it is whole: a killed run leaves no torn model,
        and one that was finished on the same corpus is not trained again.
        """
        recipe = loaded.recipe
        if not isinstance(recipe, ClassifierRecipe):
            raise InternalError(f"a {recipe.kind} recipe came to the classifier trainer")
        out, partial, done = work / "model", work / "model.partial", work / "metrics.json"
        learnt_from = work / "corpus.sha256"
        same = learnt_from.is_file() and learnt_from.read_text(encoding="utf-8") == corpus.digest
        if resume and same and out.is_dir() and done.is_file():
            progress.note("the classifier is trained already")
            return Trained(path=out, form=_form(out), base=recipe.base, metrics=_read(done))
        chosen = head(recipe.train.head)
        for folder in (out, partial):
            shutil.rmtree(folder, ignore_errors=True)
        done.unlink(missing_ok=True)
        partial.mkdir(parents=True)
        started = time.monotonic()
        metrics = dict(chosen.fit(loaded, corpus, partial, home, progress))
        metrics["seconds"] = round(time.monotonic() - started, 3)
        metrics["size_bytes"] = float(sum(p.stat().st_size for p in partial.rglob("*") if p.is_file()))
        form = _form(partial)
        partial.replace(out)
        _write(done, metrics)
        learnt_from.write_text(corpus.digest, encoding="utf-8")
        _log.info("trained %s with head %s in %.1f s", recipe.name, recipe.train.head, metrics["seconds"])
        return Trained(path=out, form=form, base=recipe.base, metrics=metrics)


def _form(folder: Path) -> str:
    try:
        return str(json.loads((folder / "model.json").read_text(encoding="utf-8"))["form"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InternalError(f"the head left no servable model in {folder}: {error}") from error


def _read(path: Path) -> dict[str, float]:
    return {str(k): float(v) for k, v in json.loads(path.read_text(encoding="utf-8")).items()}


def _write(path: Path, metrics: dict[str, float]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(metrics), encoding="utf-8")
    partial.replace(path)
