"""From a run's folder or a registered model to what can be exported again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from vedette.errors import UserError
from vedette.forge.base import Corpus, Trained
from vedette.forge.export.weights import config_of
from vedette.forge.recipe import CorpusSpec, ExportSpec, InstructionRecipe, LoadedRecipe, load_recipe

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")


@dataclass(frozen=True, slots=True)
class Source:
    """A trained model that was found."""

    loaded: LoadedRecipe
    trained: Trained
    corpus: Corpus | None
    """The corpus it was trained on, where it is still there."""
    folder: Path
    """The run's folder, or the registered version's."""


def find_source(ref: str, home: Path, variables: Mapping[str, str] | None = None) -> Source:
    """Return the trained model that a name or folder stands for.

    Args:
        ref: a run's folder (as ``vedette forge train`` leaves it), or ``name`` or ``name@version`` in the registry.
        home: the home.
        variables: values for the recipe's ``${…}``; what is not given is left unsaid, since the training is over.

    Raises:
        UserError: there is no such model, or only forms of it are kept that nothing can be made of.
    """
    path = Path(ref).expanduser()
    if path.is_dir():
        return _of_run(path, variables or {})
    return _of_registry(ref, home)


def with_formats(loaded: LoadedRecipe, formats: tuple[str, ...], prompts: int | None) -> LoadedRecipe:
    """Return a recipe that exports other forms."""
    spec = loaded.recipe.export
    n = spec.parity_prompts if prompts is None else prompts
    wanted = ExportSpec(formats=formats, parity_prompts=n, tolerance=spec.tolerance)
    return replace(loaded, recipe=replace(loaded.recipe, export=wanted))


def _of_run(folder: Path, variables: Mapping[str, str]) -> Source:
    from vedette.forge.train import checkpoints

    recipe, model = folder / "recipe.yaml", folder / "train" / "model"
    if not recipe.is_file():
        raise UserError(
            f"{folder} is no folder of a run: it has no recipe.yaml",
            next_step="give a folder under forge/runs of the home, or the name of a registered model",
        )
    text = recipe.read_text(encoding="utf-8", errors="replace")
    body = yaml.safe_load(text)
    defaults = body.get("variables") if isinstance(body, dict) else None
    named = set(_VARIABLE.findall(text)) - set(defaults if isinstance(defaults, dict) else ())
    loaded = load_recipe(recipe, {**dict.fromkeys(named, "unsaid"), **variables})
    facts = checkpoints.facts_of(model)
    if not facts.get("form"):
        raise UserError(
            f"the run in {folder} has no trained language model",
            next_step="let vedette forge train come to its end; a classifier is served in the form it was trained in",
        )
    problem = checkpoints.problem_of(model)
    if problem is not None:
        raise UserError(f"the trained model in {model} is damaged: {problem}", next_step="train it again with --fresh")
    trained = Trained(
        path=model, form=str(facts["form"]), base=facts.get("base"), metrics=dict(facts.get("metrics") or {})
    )
    return Source(loaded, trained, _corpus(folder), folder)


def _corpus(folder: Path) -> Corpus | None:
    from vedette.errors import VedetteError
    from vedette.forge.corpus import open_corpus

    try:
        return open_corpus(folder / "corpus")
    except (VedetteError, OSError):
        return None


def _of_registry(ref: str, home: Path) -> Source:
    from vedette.models import find

    entry = find(ref, home)
    base = entry.manifest.base
    recipe = InstructionRecipe(
        kind="instruction",
        name=entry.name,
        licence=entry.manifest.licence,
        about=str(entry.manifest.more.get("about", "")),
        base=str(base.get("name", "")) if base else "",
        corpus=CorpusSpec(sources=()),
    )
    loaded = LoadedRecipe(recipe=recipe, folder=entry.path, text="")
    if (entry.path / "adapter" / "adapter_config.json").is_file():
        folder = entry.path / "adapter"
        under = config_of(folder, "adapter_config.json").get("base_model_name_or_path")
        recipe = replace(recipe, base=str(under))
        trained = Trained(path=folder, form="adapter", base=str(under), metrics={})
        return Source(replace(loaded, recipe=recipe), trained, None, entry.path)
    if (entry.path / "merged" / "config.json").is_file():
        trained = Trained(path=entry.path / "merged", form="causal-lm", base=None, metrics={})
        return Source(loaded, trained, None, entry.path)
    raise UserError(
        f"{entry.name}@{entry.version} keeps neither its adapter nor its merged weights, so no other form can be made",
        next_step="give the folder of its run, or add adapter or merged to the recipe's export.formats and train again",
    )
