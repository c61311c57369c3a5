"""What a classifier learns from: a corpus part as texts, labels, weights, fields; the recipe's feature blocks."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import UserError
from vedette.models.text import CHARS, WORDS, BlockSpec, Rows, field_values

if TYPE_CHECKING:
    from vedette.forge.base import Corpus
    from vedette.forge.recipe import ClassifierTraining, Split

FEATURES = ("words", "chars", "fields", "embedding")
"""Feature sets by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Records ready to learn from; every tuple has one item for each record."""

    texts: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    weights: tuple[float, ...]
    groups: tuple[str, ...]
    sources: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    """Values as ``name=value``."""

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, index: Sequence[int]) -> Labelled:
        """Return the records at these places."""
        return Labelled(**{f.name: tuple(getattr(self, f.name)[i] for i in index) for f in dataclasses.fields(self)})

    def __add__(self, other: Labelled) -> Labelled:
        return Labelled(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in dataclasses.fields(self)})


def labelled(corpus: Corpus, split: Split, *, fields: Sequence[str] = ()) -> Labelled:
    """Return a part's records that have a label, in the corpus' order."""
    records = [record for record in corpus.records(split) if record.labels]
    return Labelled(
        texts=tuple(r.text for r in records),
        labels=tuple(tuple(r.labels) for r in records),
        weights=tuple(r.weight for r in records),
        groups=tuple(r.group or r.record_id for r in records),
        sources=tuple(r.source for r in records),
        fields=tuple(field_values(r.fields, fields) for r in records),
    )


def _shingles(text: str) -> frozenset[str]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return frozenset(" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2)))


def without_repeats(
    data: Labelled, index: NDArray[np.int64], held: NDArray[np.int64], *, least: float = 0.8
) -> NDArray[np.int64]:
    """Return ``index`` without the records that repeat a held one: its words, or most of its runs of three words.

    Args:
        data: all records.
        index: places of the records to learn from.
        held: places of the records that must not be seen.
        least: Jaccard similarity from which a record repeats another.
    """
    where: dict[str, list[int]] = {}
    sizes: list[int] = []
    for at, text in enumerate(dict.fromkeys(data.texts[i] for i in held)):
        shingles = _shingles(text)
        sizes.append(len(shingles))
        for shingle in shingles:
            where.setdefault(shingle, []).append(at)
    kept = []
    for i in index:
        own = _shingles(data.texts[i])
        shared: dict[int, int] = {}
        for shingle in own:
            for at in where.get(shingle, ()):
                shared[at] = shared.get(at, 0) + 1
        if all(n < least * (len(own) + sizes[at] - n) for at, n in shared.items()):
            kept.append(i)
    return np.array(kept, dtype=np.int64)


def known_options(options: Mapping[str, Any], known: Sequence[str], head: str) -> None:
    """Raise ``UserError`` for an option that the head does not know."""
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise UserError(
            f"train.options: the {head} head knows no {', '.join(unknown)}",
            next_step=f"it knows {', '.join(sorted(known))}",
        )


def block_specs(
    training: ClassifierTraining, *, served: Sequence[str] = ("words", "chars", "fields")
) -> list[BlockSpec]:
    """Return the recipe's feature blocks; ``options.<feature>`` changes one, such as ``chars: {low: 2, high: 5}``.

    Raises:
        UserError: a feature or setting that there is not.
    """
    blocks = []
    usual = {"words": WORDS, "chars": CHARS, "fields": BlockSpec(kind="fields", low=1, high=1)}
    for name in training.features:
        if name not in served or name not in usual:
            raise UserError(
                f"train.features: the {training.head} head has no {name}", next_step=f"it has {', '.join(served)}"
            )
        given = training.options.get(name) or {}
        names = {f.name for f in dataclasses.fields(BlockSpec)} - {"kind"}
        if not isinstance(given, Mapping) or set(given) - names - {"names"}:
            raise UserError(
                f"train.options.{name}: {given!r} is not understood", next_step=f"it may set {', '.join(sorted(names))}"
            )
        blocks.append(dataclasses.replace(usual[name], **{k: v for k, v in given.items() if k in names}))
    if not blocks:
        raise UserError("train.features names no feature", next_step=f"name one of {', '.join(served)}")
    return blocks


def field_names(training: ClassifierTraining) -> tuple[str, ...]:
    """Return the names of the fields that the ``fields`` feature reads (``options.fields.names``)."""
    if "fields" not in training.features:
        return ()
    names = (training.options.get("fields") or {}).get("names") or ()
    if not names:
        raise UserError("train.options.fields.names: the fields feature needs names of fields")
    return tuple(str(name) for name in names)


def matrix(rows: Rows) -> Any:
    """Return the rows as a SciPy CSR matrix."""
    from scipy.sparse import csr_matrix

    return csr_matrix((rows.values, rows.indices, rows.indptr), shape=(len(rows), rows.n_features))
