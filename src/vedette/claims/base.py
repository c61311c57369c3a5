"""What the checker is given and gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.schema import Claim, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A worded answer, sentence by sentence."""

    claims: tuple[Claim, ...]
    """What may be shown, in order: sentences that checked, with the facts and evidence they rest on."""
    dropped: tuple[Claim, ...]
    """What did not check, each with its reason."""
    uncovered: tuple[Fact, ...] = ()
    """Facts given as required that no kept sentence says: say them by their computed sentences."""


Facts = Sequence[Fact]
