"""The recipe: one YAML schema that says what to train, on what, how it is judged and what is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from vedette import strict_yaml
from vedette.errors import UserError

_STRICT = ConfigDict(extra="forbid")

Split = Literal["train", "validation", "test"]


@checked(frozen=True, kw_only=True, config=_STRICT)
class SourceSpec:
    """One place that records come from."""

    path: str
    """File or folder; relative to the recipe, ``${name}`` is filled in from ``--set name=value``."""
    format: str = "auto"
    """Name of a corpus reader (``text``, ``jsonl``, ``csv``, ``parquet``, ``messages``, ``hf``, …), or ``auto``."""
    text: str | None = None
    """Field (or template with ``{field}``) that holds the text."""
    label: str | None = None
    """Field that holds the label, or a list of labels."""
    group: str | None = None
    """Field that says what belongs together (report, actor, template)."""
    time: str | None = None
    """Field that says when."""
    licence: str = "unknown"
    """SPDX id or the terms' name. The gate on what may ship reads it."""
    name: str | None = None
    """Name in the data card; default: the path's."""
    split: Split | None = None
    """Puts the whole source into one part (a test set from elsewhere)."""
    where: dict[str, str | list[str]] = field(default_factory=dict)
    """Only records whose field has (one of) these values."""
    limit: int | None = Field(default=None, ge=1)
    """At most so many records, drawn by seed."""
    weight: float = Field(default=1.0, gt=0)
    """How much a record of this source counts in training."""
    options: dict[str, Any] = field(default_factory=dict)
    """What only this format understands."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class SplitSpec:
    """How records are parted into train, validation and test."""

    by: Literal["group", "time", "source", "hash"] = "group"
    """Never by row where rows belong together; ``hash`` is for data without group or time."""
    validation: float = Field(default=0.1, ge=0, lt=1)
    test: float = Field(default=0.1, ge=0, lt=1)
    """Shares of the records (``time``: the last ones are the test)."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class CleanSpec:
    """What is taken out of a corpus."""

    languages: tuple[str, ...] = ()
    """ISO 639-1 codes to keep; empty keeps all."""
    quality: float = Field(default=0.0, ge=0, le=1)
    """Least quality of a text, 0 (keep all) to 1."""
    min_chars: int = Field(default=1, ge=0)
    max_chars: int = Field(default=1_000_000, ge=1)
    near_duplicates: float | None = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity of word shingles from which two texts are one; none keeps near-duplicates."""
    redact: str | None = "rules"
    """Redactor that takes personal data and secrets out (entry point ``vedette.redactors``); none for none."""
    licences: tuple[str, ...] | None = None
    """Licences that may be used; a record with another one fails the build."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class LeakageSpec:
    """What fails the build when test and train overlap."""

    ngram: int = Field(default=13, ge=3)
    """Words in a row that may not appear in both parts…"""
    ngram_share: float = Field(default=0.5, gt=0, le=1)
    """… in more than this share of a test text's n-grams."""
    near_duplicates: float = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which a test text counts as seen."""
    template_duplicates: float | None = Field(default=0.8, gt=0, le=1)
    """The same after names, numbers, versions, paths, hashes and ids are masked; none does not look."""
    max_share: float = Field(default=0.0, ge=0, le=1)
    """Share of test records that may leak before the build fails."""
    remove: bool = True
    """Whether leaking records are taken out of train before the check."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class CorpusSpec:
    """What a corpus is made of."""

    sources: tuple[SourceSpec, ...]
    clean: CleanSpec = field(default_factory=CleanSpec)
    split: SplitSpec = field(default_factory=SplitSpec)
    leakage: LeakageSpec = field(default_factory=LeakageSpec)


@checked(frozen=True, kw_only=True, config=_STRICT)
class LoraSpec:
    """Low-rank adapters. ``quantised`` is QLoRA and needs a GPU."""

    rank: int = Field(default=16, ge=1)
    alpha: float = 32.0
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: str | tuple[str, ...] = "all-linear"
    quantised: bool = False


@checked(frozen=True, kw_only=True, config=_STRICT)
class LanguageTraining:
    """How a language model is trained (pre-training, instruction and preference alike)."""

    method: Literal["lora", "full"] = "lora"
    lora: LoraSpec = field(default_factory=LoraSpec)
    epochs: float = Field(default=1.0, gt=0)
    max_steps: int | None = Field(default=None, ge=1)
    learning_rate: float = Field(default=2e-4, gt=0)
    warmup: float = Field(default=0.03, ge=0, lt=1)
    """Share of the steps."""
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    weight_decay: float = 0.0
    batch_size: int = Field(default=4, ge=1)
    accumulate: int = Field(default=1, ge=1)
    max_length: int = Field(default=512, ge=8)
    """Tokens of one row."""
    packing: bool = True
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    checkpointing: bool = False
    """Gradient checkpointing: memory for time."""
    save_every: int = Field(default=50, ge=1)
    """Steps between checkpoints; a killed run resumes from the last whole one."""
    keep: int = Field(default=2, ge=1)
    """Checkpoints kept."""
    evaluate_every: int | None = None
    patience: int | None = Field(default=None, ge=1)
    """Evaluations without a better validation loss before stopping early."""
    beta: float = Field(default=0.1, gt=0)
    """Preference training: strength of the pull to the reference model."""
    report_to: Literal["none", "tensorboard", "mlflow"] = "none"
    fsdp: bool = False
    """Shard over several GPUs (run under ``accelerate launch``)."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Passed on to the trainer's arguments as they are."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class ClassifierTraining:
    """How a classifier or ranker is trained."""

    features: tuple[str, ...] = ("words", "chars")
    """Named feature sets (``words``, ``chars``, ``embedding``, ``fields``, …)."""
    head: str = "linear"
    """Named head: ``linear``, ``boosted``, ``encoder``, ``activity``, ``cvss``, …"""
    options: dict[str, Any] = field(default_factory=dict)
    """What the head and features understand; unknown names are errors that list the known ones."""
    abstain_precision: float | None = Field(default=None, gt=0, le=1)
    """Precision that the abstention threshold is set for, on validation data."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class EvaluationSpec:
    """What is measured, before and after."""

    metrics: tuple[str, ...] = ()
    """Names of metrics; empty takes the kind's own."""
    texts: dict[str, SourceSpec] = field(default_factory=dict)
    """Held-out texts for perplexity by name, such as ``security`` and ``general``."""
    tasks: tuple[str, ...] = ()
    """inspect-ai tasks by name (``ctibench_mcq``, ``refusal``, ``skills``, …)."""
    baseline: str | None = None
    """``tfidf-svm``, a registered model ``name@version``, or a path."""
    canaries: int = Field(default=0, ge=0)
    """Secrets to plant in training and to look for afterwards."""
    bootstrap: int = Field(default=1000, ge=100)
    options: dict[str, Any] = field(default_factory=dict)


@checked(frozen=True, kw_only=True, config=_STRICT)
class GateRule:
    """One condition for promotion."""

    metric: str
    """Name as the evaluation gives it."""
    at_least: float | None = None
    at_most: float | None = None
    beats: Literal["before", "baseline", "current"] | None = None
    """What the metric is compared with (by paired test where rows allow)."""
    by: float = 0.0
    """Least improvement over that; negative: the most that may be lost."""
    relative: bool = False
    """Whether ``by`` is a share of the other's value."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class GateSpec:
    """The promotion gate: every rule must hold."""

    rules: tuple[GateRule, ...] = ()
    promote: bool = True
    """Whether a model that passes becomes the current one at once."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class ExportSpec:
    """What is made of the trained model."""

    formats: tuple[str, ...] = ()
    """Of ``adapter``, ``merged``, ``gguf-adapter``, ``gguf-f16``, ``gguf-q8_0``, ``onnx``; empty: the kind's own."""
    parity_prompts: int = Field(default=200, ge=0)
    tolerance: float = Field(default=0.0, ge=0)
    """Share of prompts whose greedy output may differ."""
    serve: str | None = None
    """The format that the registry loads."""


@checked(frozen=True, kw_only=True, config=_STRICT)
class _Recipe:
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    about: str = ""
    licence: str = "Apache-2.0"
    """Licence of the model."""
    seed: int = 0
    corpus: CorpusSpec
    evaluate: EvaluationSpec = field(default_factory=EvaluationSpec)
    gate: GateSpec = field(default_factory=GateSpec)
    export: ExportSpec = field(default_factory=ExportSpec)


@checked(frozen=True, kw_only=True, config=_STRICT)
class PretrainingRecipe(_Recipe):
    """Continued pre-training: next-token loss over the corpus' texts."""

    kind: Literal["pretraining"]
    base: str
    """Base weights: a catalogue name, a registered model ``name@version``, or a path."""
    train: LanguageTraining = field(default_factory=LanguageTraining)


@checked(frozen=True, kw_only=True, config=_STRICT)
class InstructionRecipe(_Recipe):
    """Instruction tuning: loss over the assistant's turns of the corpus' messages."""

    kind: Literal["instruction"]
    base: str
    train: LanguageTraining = field(default_factory=LanguageTraining)


@checked(frozen=True, kw_only=True, config=_STRICT)
class PreferenceRecipe(_Recipe):
    """Preference tuning (DPO): records have ``messages``, ``chosen`` and ``rejected``."""

    kind: Literal["preference"]
    base: str
    train: LanguageTraining = field(default_factory=LanguageTraining)


@checked(frozen=True, kw_only=True, config=_STRICT)
class ClassifierRecipe(_Recipe):
    """A classifier or ranker: text or fields to labels."""

    kind: Literal["classifier"]
    base: str | None = None
    """Encoder to start from, where the head is one."""
    train: ClassifierTraining = field(default_factory=ClassifierTraining)


Recipe = PretrainingRecipe | InstructionRecipe | PreferenceRecipe | ClassifierRecipe
LanguageRecipe = PretrainingRecipe | InstructionRecipe | PreferenceRecipe

_ADAPTER: TypeAdapter[Recipe] = TypeAdapter(Annotated[Recipe, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True)
class LoadedRecipe:
    """A recipe and where it was read."""

    recipe: Recipe
    folder: Path
    """Relative paths in the recipe start here."""
    text: str
    """As written, for the run record."""


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")


def _fill(value: Any, given: dict[str, str], missing: set[str]) -> Any:
    if isinstance(value, str):

        def put(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in given:
                missing.add(name)
            return given.get(name, "")

        return _VARIABLE.sub(put, value)
    if isinstance(value, list):
        return [_fill(item, given, missing) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, given, missing) for key, item in value.items()}
    return value


def load_recipe(path: Path, variables: dict[str, str] | None = None) -> LoadedRecipe:
    """Return the recipe in a YAML file.

    Args:
        path: the file.
        variables: values of ``${name}`` in it; ``variables:`` in the file itself gives their defaults.

    Raises:
        UserError: the file is missing, is no YAML, or says something a recipe cannot say; every problem is named
            with its place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the recipe {path}: {error}") from None
    try:
        body = strict_yaml.load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(body, dict):
        raise UserError(f"{path} holds no recipe", next_step="see recipes/quickstart.yaml for one")
    given = {str(k): str(v) for k, v in (body.pop("variables", None) or {}).items()} | (variables or {})
    missing: set[str] = set()
    body = _fill(body, given, missing)
    if missing:
        raise UserError(
            f"{path} needs a value for {', '.join(sorted(missing))}",
            next_step=f"add --set {sorted(missing)[0]}=…",
        )
    try:
        recipe = _ADAPTER.validate_python(body)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(p) for p in e['loc'][1:]) or 'kind'}: {e['msg']}" for e in error.errors()[:8])
        raise UserError(f"{path}: {told}", next_step="docs/reference/recipes.md lists what a recipe may say") from None
    return LoadedRecipe(recipe=recipe, folder=path.resolve().parent, text=text)
