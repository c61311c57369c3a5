"""How well a model foresees held-out texts: perplexity per token and bits per byte, by document.

Perplexity is over all scored tokens of a set, so a long document weighs more. Bits per byte says the same of the
text, whatever the tokenizer, so models with different vocabularies compare by it. Intervals draw whole documents.

Source: Jelinek et al., JASA 62 S63 (1977) for perplexity; Gao et al., The Pile (2020) for bits per byte.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vedette.forge.base import Comparison, Measure
from vedette.forge.evaluate.held_out import HeldOut
from vedette.forge.evaluate.local import TextLoss
from vedette.forge.evaluate.stats import interval, paired


class Scores(Protocol):
    """A model that says how likely texts are."""

    def losses(
        self, texts: Sequence[str], *, length: int = ..., stride: int = ..., max_tokens: int | None = ...
    ) -> list[TextLoss]:
        """Return the loss of each text, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What one model says of one set of texts."""

    name: str
    nats: NDArray[np.float64]
    """``(n_documents,) float64``, summed over the document's scored tokens."""
    n_tokens: NDArray[np.float64]
    n_bytes: NDArray[np.float64]
    groups: tuple[str, ...]

    def perplexity(self, index: NDArray[np.int64] | None = None) -> float:
        """Return the perplexity per token of the documents at these positions, or of all."""
        at = slice(None) if index is None else index
        return math.exp(min(700.0, float(self.nats[at].sum() / self.n_tokens[at].sum())))

    def bits_per_byte(self, index: NDArray[np.int64] | None = None) -> float:
        """Return the bits per byte of the documents at these positions, or of all."""
        at = slice(None) if index is None else index
        return float(self.nats[at].sum() / self.n_bytes[at].sum() / math.log(2))


def foresee(model: Scores, held_out: HeldOut, *, length: int = 1024, stride: int = 512) -> Foreseen | None:
    """Return what a model says of a set of texts, or ``None`` where no text has two tokens."""
    losses = model.losses(held_out.texts, length=length, stride=stride)
    kept = [k for k, loss in enumerate(losses) if loss.n_tokens and loss.n_bytes]
    if not kept:
        return None
    return Foreseen(
        name=held_out.name,
        nats=np.array([losses[k].nats for k in kept]),
        n_tokens=np.array([losses[k].n_tokens for k in kept], dtype=np.float64),
        n_bytes=np.array([losses[k].n_bytes for k in kept], dtype=np.float64),
        groups=tuple(held_out.groups[k] for k in kept),
    )


def measures(found: Foreseen, *, n: int = 1000, seed: int = 0) -> dict[str, Measure]:
    """Return ``perplexity.NAME`` and ``bits_per_byte.NAME``; their rows are each document's own value."""
    each = found.nats / found.n_tokens
    return {
        f"perplexity.{found.name}": interval(
            np.exp(np.minimum(700.0, each)), groups=found.groups, statistic=found.perplexity, n=n, seed=seed
        ),
        f"bits_per_byte.{found.name}": interval(
            found.nats / found.n_bytes / math.log(2), groups=found.groups, statistic=found.bits_per_byte, n=n, seed=seed
        ),
    }


def compare(ours: Foreseen, theirs: Foreseen, other: str, *, n: int = 1000, seed: int = 0) -> list[Comparison]:
    """Return the paired differences of two models on the same documents.

    ``perplexity.NAME`` (only where both cut the texts into the same number of tokens: else it does not compare),
    ``bits_per_byte.NAME``, and ``perplexity_change.NAME``, the share by which ours is higher (-0.25: a quarter lower).

    Raises:
        ValueError: the two did not read the same documents.
    """
    if ours.groups != theirs.groups:
        raise ValueError(f"the two models did not read the same documents of {ours.name}")

    def bits(index: NDArray[np.int64]) -> float:
        return ours.bits_per_byte(index) - theirs.bits_per_byte(index)

    def whole(index: NDArray[np.int64]) -> float:
        return ours.perplexity(index) - theirs.perplexity(index)

    def share(index: NDArray[np.int64]) -> float:
        return ours.perplexity(index) / theirs.perplexity(index) - 1

    wanted = [("bits_per_byte", bits)]
    if bool(np.array_equal(ours.n_tokens, theirs.n_tokens)):
        wanted = [("perplexity", whole), ("perplexity_change", share), *wanted]
    return [
        paired(f"{name}.{ours.name}", other, ours.nats, theirs.nats, groups=ours.groups, statistic=how, n=n, seed=seed)
        for name, how in wanted
    ]
