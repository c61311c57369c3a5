"""What passes between the forge's steps: corpus → train → evaluate → gate → export → register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vedette.models.base import Progress as Progress
from vedette.models.base import Silent as Silent

if TYPE_CHECKING:
    from vedette.forge.recipe import LoadedRecipe, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One item of a corpus."""

    record_id: str
    """Digest of source and content: the same item has the same id in every build."""
    text: str
    """Plain text; for messages, the turns joined."""
    labels: tuple[str, ...] = ()
    messages: tuple[Mapping[str, str], ...] = ()
    """``role`` and ``content`` of each turn, for instruction and preference tuning."""
    chosen: str | None = None
    rejected: str | None = None
    """The better and the worse reply, for preference tuning."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else the source says, kept for classifiers over fields."""
    source: str = ""
    licence: str = "unknown"
    group: str = ""
    """Records of one group never part."""
    at: datetime | None = None
    language: str | None = None
    weight: float = 1.0


class Corpus(Protocol):
    """A built corpus: a folder of Parquet files with a data card. ``vedette.forge.corpus.open_corpus`` opens one."""

    @property
    def path(self) -> Path:
        """The folder."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 over its files."""
        ...

    @property
    def card(self) -> Mapping[str, Any]:
        """The data card's facts: counts, sources, licences, what was removed and why, the leakage check."""
        ...

    def count(self, split: Split) -> int:
        """Return how many records a part has."""
        ...

    def records(self, split: Split) -> Iterator[Record]:
        """Yield a part's records, in a fixed order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a trainer leaves in its work folder."""

    path: Path
    """Folder with the native artifact."""
    form: str
    """``adapter`` (PEFT), ``causal-lm`` (Transformers), ``encoder`` (Transformers) or ``linear`` (ours)."""
    base: str | None
    """Folder or catalogue name of the base weights of an adapter."""
    metrics: Mapping[str, float]
    """``train_loss``, ``validation_loss``, ``tokens``, ``tokens_per_s``, ``peak_memory_bytes``, ``seconds``, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measured value with its interval."""

    value: float
    low: float | None = None
    high: float | None = None
    """Ends of the 95% interval."""
    n: int = 0
    """Items it was measured on."""
    rows: Sequence[float] | None = None
    """The value of each item, in a fixed order, so that two models can be compared in pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A metric of two models on the same items."""

    metric: str
    other: str
    """``before``, ``baseline`` or ``current``."""
    difference: float
    """Ours less the other's."""
    low: float
    high: float
    """Ends of the 95% interval of the difference, by paired bootstrap."""
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything measured of one model."""

    metrics: Mapping[str, Measure]
    others: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)
    """The same metrics of ``before``, ``baseline`` and ``current``, where there are such."""
    comparisons: Sequence[Comparison] = ()
    notes: Sequence[str] = ()
    """What could not be measured, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """One rule of the gate and whether it held."""

    rule: str
    """In words."""
    passed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityReport:
    """Whether an exported form says what the trained model says."""

    format: str
    n_prompts: int
    n_different: int
    tolerance: float
    passed: bool
    first_difference: str = ""
    """The first prompt on which they part, and both outputs."""
    against: str = ""
    """What the form was held against, in words."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Figures beside the verdict: ``tokens``, ``tokens_different``, ``largest_regret_nats``, ``size_bytes``, …"""


class Trainer(Protocol):
    """Trains one kind of recipe."""

    def train(
        self, loaded: LoadedRecipe, corpus: Corpus, work: Path, home: Path, progress: Progress, *, resume: bool
    ) -> Trained:
        """Return the trained model.

        Args:
            loaded: the recipe.
            corpus: what to train on; only ``train`` and ``validation`` are read.
            work: folder for checkpoints and the result; it survives a kill.
            home: the home, where base weights and registered models are.
            progress: who is told.
            resume: whether to go on from the last whole checkpoint in ``work``.

        Raises:
            UserError: the recipe cannot be followed here (a missing extra, too little data, no GPU for QLoRA).
            OutsideError: the disk is full, …
        """
        ...


class Head(Protocol):
    """Trains one kind of classifier (entry points ``vedette.forge_heads``)."""

    def fit(
        self, loaded: LoadedRecipe, corpus: Corpus, out: Path, home: Path, progress: Progress
    ) -> Mapping[str, float]:
        """Write a servable model into ``out`` and return figures of the training.

        ``out/model.json`` says ``{"form": …}``; the loader of that form (entry points ``vedette.model_forms``) reads
        the folder without any training library. Thresholds and calibration are set on ``validation``, never on
        ``test``.
        """
        ...
