"""What a trained model says of a text."""

from __future__ import annotations

from dataclasses import dataclass, field

from vedette.schema.entity import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedLabel:
    """One label that a model proposes."""

    label: str
    """As the field writes it: ``T1059.001``, ``CWE-79``, a CVSS vector, a verdict."""
    confidence: float
    """Calibrated chance that the label is right, in [0, 1]."""
    span: Span | None = None
    """The part of the text that the label rests on, where the model judges parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model's answer for one text."""

    labels: tuple[RankedLabel, ...]
    """Best first. Kept also when the model abstains, so that a person may look."""
    abstained: bool
    """Whether the model would rather not say: no label is sure enough, or the text is none of its business."""
    values: dict[str, float | str] = field(default_factory=dict)
    """Numbers that follow from the first label, such as ``score`` of a CVSS vector."""
    reasons: tuple[str, ...] = ()
    """What spoke for the first label, strongest first."""
