"""From a name to a model: the registry's current version first, else the one that ships with the package."""

from __future__ import annotations

from pathlib import Path

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.models import shipped
from vedette.models.base import Predictor
from vedette.models.manifest import form_in
from vedette.models.registry import ModelEntry, Registry
from vedette.plugins import load_plugin

FORMS = "vedette.model_forms"
"""Entry points: ``load(folder, name, version) -> Predictor`` by form."""

LANGUAGE_FORMS = frozenset({"adapter", "causal-lm", "gguf"})
"""Forms of language models as trained; what is served of them says ``serve.json`` in their folder."""


def find(ref: str, home: Path | None = None) -> ModelEntry:
    """Return where a model is, its signature and files checked.

    Args:
        ref: ``name``, or ``name@version``; ``name@shipped`` is the one that comes with the package.
        home: whose registry is asked first; None asks only for shipped models.

    Raises:
        UserError: there is no such model or version.
        OutsideError: its files are not what was registered, or it is not signed by a trusted key.
    """
    name, at, version = ref.partition("@")
    registry = Registry(home) if home is not None else None
    ships = name in shipped.names()
    if at:
        if ships and version in ("shipped", shipped.entry(name).version):
            return shipped.entry(name)
        if registry is not None and registry.versions(name):
            return registry.entry(name, version)
        raise UserError(f"there is no model {ref!r}", next_step="vedette forge list shows the models that there are")
    current = registry.current(name) if registry is not None else None
    if registry is not None and current is not None:
        return registry.entry(name, current)
    if ships:
        return shipped.entry(name)
    if registry is not None and (versions := registry.versions(name)):
        raise UserError(
            f"no version of {name} was promoted",
            next_step=f"vedette forge promote {name} {versions[-1]}, or ask for {name}@{versions[-1]}",
        )
    raise UserError(f"there is no model {name!r}", next_step="vedette forge list shows the models that there are")


def load(ref: str, home: Path | None = None, *, third_party: bool = True) -> Predictor:
    """Return a model that answers for texts.

    Args:
        ref: ``name`` or ``name@version``; see :func:`find`.
        home: whose registry is asked first; None asks only for shipped models.
        third_party: whether forms of other packages may be loaded.

    Raises:
        UserError: there is no such model, it is a language model, or its form is not known here.
        OutsideError: its files are damaged.
    """
    return open_entry(find(ref, home), third_party=third_party)


def open_entry(entry: ModelEntry, *, third_party: bool = True) -> Predictor:
    """Return the model of an entry that :func:`find` gave; see :func:`load`."""
    if is_language(entry):
        raise UserError(
            f"{entry.name}@{entry.version} is a language model: it completes text and predicts no labels",
            next_step="open it with vedette.models.language.open_model",
        )
    return load_folder(entry.path, entry.name, entry.version, third_party=third_party)


def load_folder(folder: Path, name: str, version: str, *, third_party: bool = True) -> Predictor:
    """Return the model in a folder with ``model.json``, registered or not; its files are not checked.

    Args:
        folder: the model's files.
        name: what the model says its name is.
        version: what the model says its version is.
        third_party: whether forms of other packages may be loaded.

    Raises:
        UserError: the folder holds no model, or its form is not known here.
        OutsideError: its files are damaged.
    """
    form = form_in(folder)
    opener = load_plugin(FORMS, form, "model form", third_party=third_party)
    try:
        model = opener(folder, name, version)
    except VedetteError:
        raise
    except Exception as error:
        raise OutsideError(
            f"{name}@{version} cannot be loaded as {form!r}: {type(error).__name__}: {error}"[:500],
            location=str(folder),
        ) from error
    if not isinstance(model, Predictor):
        raise UserError(f"the model form {form!r} does not give what can predict: see vedette.models.base.Predictor")
    return model


def is_language(entry: ModelEntry) -> bool:
    """Return whether a model completes text (:mod:`vedette.models.language` opens it) and predicts no labels."""
    return entry.manifest.form in LANGUAGE_FORMS
