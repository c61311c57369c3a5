"""A corpus with canaries in its training part, so that what a model memorises can be measured afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.forge.base import Corpus, Record

if TYPE_CHECKING:
    from vedette.forge.recipe import LoadedRecipe, Split


@dataclass(frozen=True, slots=True)
class Planted:
    """Another corpus, with the recipe's canaries in some of its training records. Nothing is written."""

    inner: Corpus
    n_canaries: int
    seed: int
    repeats: int

    @property
    def path(self) -> Path:
        """The folder of the corpus as built."""
        return self.inner.path

    @property
    def digest(self) -> str:
        """Digest of the corpus and of what is planted."""
        said = f"{self.inner.digest}:{self.n_canaries}:{self.seed}:{self.repeats}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def card(self) -> Mapping[str, Any]:
        """The data card's facts, with the number of canaries."""
        return {**self.inner.card, "canaries": self.n_canaries}

    def count(self, split: Split) -> int:
        """Return how many records a part has; canaries add none."""
        return self.inner.count(split)

    def records(self, split: Split) -> Iterator[Record]:
        """Yield a part's records, canaries in those of ``train``."""
        if split != "train":
            return self.inner.records(split)
        from vedette.forge.evaluate.canary import plant

        planted, _ = plant(
            self.inner.records(split),
            self.n_canaries,
            self.seed,
            repeats=self.repeats,
            n_records=self.inner.count(split),
        )
        return planted


def with_canaries(corpus: Corpus, loaded: LoadedRecipe) -> Corpus:
    """Return the corpus to train on: with canaries where the recipe asks for them."""
    spec = loaded.recipe.evaluate
    if not spec.canaries:
        return corpus
    from vedette.forge.evaluate.options import read_options

    repeats = read_options(spec.options).canary_repeats
    return Planted(inner=corpus, n_canaries=spec.canaries, seed=loaded.recipe.seed, repeats=repeats)
