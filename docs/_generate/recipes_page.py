"""The recipes' reference: every field that a recipe may say, from the schema itself."""

from __future__ import annotations

import dataclasses
from typing import Any

from _generate.words import NOTICE, field_docs, first_paragraph, table
from vedette.forge import recipe

HEAD = """# Recipes

A recipe is one YAML file that says what to train, on what, how it is judged and what is made of it. `vedette forge
train RECIPE` follows it. `kind:` says which of the four it is. `${name}` anywhere in it is filled from `--set
name=value`, or from the recipe's own `variables:`. A field that is not listed here is an error that names it.

The smallest one that works is [`recipes/quickstart.yaml`](../tutorials/first-model.md).

"""

KINDS = (
    ("pretraining", recipe.PretrainingRecipe),
    ("instruction", recipe.InstructionRecipe),
    ("preference", recipe.PreferenceRecipe),
    ("classifier", recipe.ClassifierRecipe),
)
PARTS = (
    ("corpus", recipe.CorpusSpec),
    ("corpus.sources[]", recipe.SourceSpec),
    ("corpus.clean", recipe.CleanSpec),
    ("corpus.split", recipe.SplitSpec),
    ("corpus.leakage", recipe.LeakageSpec),
    ("train (language models)", recipe.LanguageTraining),
    ("train.lora", recipe.LoraSpec),
    ("train (classifiers)", recipe.ClassifierTraining),
    ("evaluate", recipe.EvaluationSpec),
    ("gate", recipe.GateSpec),
    ("gate.rules[]", recipe.GateRule),
    ("export", recipe.ExportSpec),
)


def page() -> str:
    """Return the page."""
    parts = [NOTICE, HEAD, "## Kinds\n\n"]
    parts.append(table(["kind", "what it is"], [(f"`{k}`", first_paragraph(c.__doc__)) for k, c in KINDS]))
    parts.append("\n## Every recipe\n\n" + _fields(recipe.PretrainingRecipe))
    for title, part in PARTS:
        parts.append(f"\n## {title}\n\n{first_paragraph(part.__doc__)}\n\n{_fields(part)}")
    return "".join(parts)


def _fields(part: Any) -> str:
    docs: dict[str, str] = {}
    for parent in reversed(part.__mro__):
        if dataclasses.is_dataclass(parent):
            docs |= field_docs(parent)
    rows = [
        (f"`{f.name}`", f"`{str(f.type).replace('|', '∣')}`", _default(f), docs.get(f.name, ""))
        for f in dataclasses.fields(part)
    ]
    return table(["field", "type", "default", "what it says"], rows)


def _default(field: Any) -> str:
    from pydantic.fields import FieldInfo
    from pydantic_core import PydanticUndefined

    value = field.default
    if isinstance(value, FieldInfo):
        value = value.default if value.default_factory is None else dataclasses.MISSING
        if value is PydanticUndefined:
            return "must be said"
    if value is dataclasses.MISSING:
        factory = field.default_factory
        return "must be said" if factory is dataclasses.MISSING else "its own defaults"
    return "none" if value is None else f"`{value}`"
