"""What every served model can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from vedette.schema import Prediction


@runtime_checkable
class Predictor(Protocol):
    """A loaded model that answers for texts. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """Name in the registry."""
        ...

    @property
    def version(self) -> str:
        """Version in the registry."""
        ...

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return one prediction for each text, in order.

        Empty, huge and binary-looking text gets a prediction too (an abstention where nothing can be said).
        """
        ...


class Progress(Protocol):
    """Where long work says how far it is."""

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        """Tell the state of a stage; ``numbers`` are live figures such as ``loss`` and ``tokens_per_s``."""
        ...

    def note(self, text: str) -> None:
        """Tell a line."""
        ...


class Silent:
    """Progress that nobody watches."""

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        """Drop it."""

    def note(self, text: str) -> None:
        """Drop it."""
