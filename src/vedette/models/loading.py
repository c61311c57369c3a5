"""From a name to a model: the registry's current version first, else the one that ships with the package."""

from __future__ import annotations

from pathlib import Path

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.models import shipped
from vedette.models.base import Predictor
from vedette.models.registry import ModelEntry, Registry
from vedette.plugins import load_plugin

FORMS = "vedette.model_forms"
"""Entry points: ``load(folder, name, version) -> Predictor`` by form."""

LANGUAGE_FORM = "gguf"
"""Form of a language model: :mod:`vedette.models.llama` serves it."""


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
    form, called = entry.manifest.form, f"{entry.name}@{entry.version}"
    if form == LANGUAGE_FORM:
        raise UserError(
            f"{called} is a language model: it completes text and predicts no labels",
            next_step="open it with vedette.models.llama.open_model",
        )
    opener = load_plugin(FORMS, form, "model form", third_party=third_party)
    try:
        model = opener(entry.path, entry.name, entry.version)
    except VedetteError:
        raise
    except Exception as error:
        raise OutsideError(
            f"{called} cannot be loaded as {form!r}: {type(error).__name__}: {error}"[:500], location=str(entry.path)
        ) from error
    if not isinstance(model, Predictor):
        raise UserError(f"the model form {form!r} does not give what can predict: see vedette.models.base.Predictor")
    return model
