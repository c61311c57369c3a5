"""Sparse weights in whole numbers, one row for each feature, and the scores that rows of features get by them.

A common feature bears on most labels and a rare one on few. Where there are many labels, the weights of the features
of a few rows are laid out once as a small table, from one that is kept of the common features, and multiplied with all
these rows together: of a sentence and its clauses, which share their words, ten times as fast as feature by feature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.models.convolution import wide_times
from vedette.models.text import Rows

_WIDE = 32
"""Labels from which on weights are laid out."""
_SHARE = 10
"""A feature that bears on a label in so many or more is kept laid out."""
_CELLS = 1 << 15
"""Rows times their values that are multiplied as one table."""
_LAID = 1 << 12
"""Features that are laid out at once: bounds memory to some 30 MB."""
_VALUES = 1 << 17
"""Values that are handled in one pass otherwise: bounds memory."""


def _fits(n_rows: int, n_values: int, *, wide: bool) -> bool:
    return n_rows * n_values <= _CELLS if wide else n_values <= _VALUES


@dataclass(frozen=True, slots=True)
class _Part:
    """The values of a few rows: whose row, of what feature."""

    row: NDArray[np.int64]
    features: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Common:
    place: NDArray[np.int32]
    """Of each feature its row in the table, or -1."""
    table: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class LinearWeights:
    """Sparse weights, one row for each feature."""

    indptr: NDArray[np.int64]
    columns: NDArray[np.uint16]
    """Label of each weight."""
    values: NDArray[np.int8]
    scale: NDArray[np.float32]
    """Of each label: what a value of 1 is worth."""
    bias: NDArray[np.float32]
    common: _Common | None = field(init=False, repr=False, compare=False, default=None)
    """Made when first needed."""

    @property
    def n_labels(self) -> int:
        """How many labels there are."""
        return len(self.bias)

    @classmethod
    def compress(
        cls,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        keep: int,
        worth: NDArray[np.float32] | None = None,
    ) -> LinearWeights:
        """Return the ``keep`` weights that are largest in magnitude, as whole numbers from -127 to 127.

        Args:
            weights: (n_features, n_labels).
            bias: (n_labels,).
            keep: how many weights stay.
            worth: (n_labels,) what a column's weights are multiplied with to be compared; none: 1.
        """
        if weights.shape[1] >= 1 << 16:
            raise ValueError("more labels than 16 bits can number")
        scale = np.maximum(np.abs(weights).max(axis=0, initial=0.0), 1e-12).astype(np.float32) / 127
        size = np.abs(weights)
        kept = size >= scale / 2
        if worth is not None:
            size *= worth
        if keep < size.size:
            sample = size.ravel()
            least = np.partition(sample, size.size - keep)[size.size - keep]
        else:
            least = 0.0
        kept &= size >= least
        rows, columns = np.nonzero(kept)
        values = np.rint(weights[rows, columns] / scale[columns]).astype(np.int8)
        indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(weights)))))
        return cls(indptr, columns.astype(np.uint16), values, scale, bias.astype(np.float32))

    def scores(self, rows: Rows) -> NDArray[np.float32]:
        """Return (n_rows, n_labels) scores."""
        out = np.zeros((len(rows), self.n_labels), dtype=np.float32)
        ends = rows.indptr.tolist()
        wide = self.n_labels >= _WIDE
        start = 0
        while start < len(rows):
            stop = start + 1
            while stop < len(rows) and _fits(stop + 1 - start, ends[stop + 1] - ends[start], wide=wide):
                stop += 1
            given = _Part(
                np.repeat(np.arange(stop - start), np.diff(rows.indptr[start : stop + 1])),
                rows.indices[ends[start] : ends[stop]],
                rows.values[ends[start] : ends[stop]],
            )
            sums = self._shared(given, stop - start) if wide else self._each(given, stop - start)
            out[start:stop] = sums * self.scale + self.bias
            start = stop
        return out

    def _each(self, given: _Part, n_rows: int) -> NDArray[np.float64]:
        """Return (n_rows, n_labels) sums, one product for each weight of each value."""
        at, counts = self._places(given.features)
        place = np.repeat(given.row * self.n_labels, counts) + self.columns[at]
        product = np.repeat(given.values, counts) * self.values[at]
        sums = np.bincount(place, weights=product, minlength=n_rows * self.n_labels)
        return np.asarray(sums, dtype=np.float64).reshape(n_rows, self.n_labels)

    def _shared(self, given: _Part, n_rows: int) -> NDArray[np.float64]:
        """Return the same from a table of the weights of all features, each laid out once for all rows."""
        features, place = np.unique(given.features, return_inverse=True)
        values = np.zeros((n_rows, len(features)))
        values[given.row, place] = given.values
        sums = np.zeros((n_rows, self.n_labels))
        for low in range(0, len(features), _LAID):
            table = self._table(features[low : low + _LAID]).astype(np.float64)
            sums += wide_times(values[:, low : low + _LAID], table)
        return sums

    def _table(self, features: NDArray[np.int32]) -> NDArray[np.int8]:
        """Return (n_features, n_labels) the weights of some features."""
        common = self._common()
        table = np.zeros((len(features), self.n_labels), dtype=np.int8)
        known = common.place[features]
        kept = np.flatnonzero(known >= 0)
        table[kept] = common.table[known[kept]]
        self._lay_out(table, features, np.flatnonzero(known < 0))
        return table

    def _lay_out(self, table: NDArray[np.int8], features: NDArray[Any], rows: NDArray[np.int64]) -> None:
        """Write the weights of the features of some rows of a table into them."""
        at, counts = self._places(features[rows])
        table.ravel()[np.repeat(rows * self.n_labels, counts) + self.columns[at]] = self.values[at]

    def _places(self, features: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the weights of features stand, one after another, and how many each has."""
        first = self.indptr[features]
        counts = self.indptr[features + 1] - first
        ends = np.cumsum(counts)
        return np.repeat(first - (ends - counts), counts) + np.arange(int(counts.sum())), counts

    def _common(self) -> _Common:
        """Return the features that bear on many labels, laid out once and kept."""
        if self.common is None:
            many = np.flatnonzero(np.diff(self.indptr) * _SHARE >= self.n_labels)
            place = np.full(len(self.indptr) - 1, -1, dtype=np.int32)
            place[many] = np.arange(len(many))
            table = np.zeros((len(many), self.n_labels), dtype=np.int8)
            self._lay_out(table, many, np.arange(len(many)))
            object.__setattr__(self, "common", _Common(place, table))
        return self.common if self.common is not None else self._common()

    def of(self, features: NDArray[np.int32], label: int) -> NDArray[np.float32]:
        """Return the weight of each feature for one label."""
        counts = self.indptr[features + 1] - self.indptr[features]
        owner = np.repeat(np.arange(len(features)), counts)
        at = np.repeat(self.indptr[features] - np.concatenate(([0], np.cumsum(counts)))[:-1], counts)
        at = at + np.arange(len(at))
        hit = np.flatnonzero(self.columns[at] == label)
        out = np.zeros(len(features), dtype=np.float32)
        out[owner[hit]] = self.values[at[hit]] * self.scale[label]
        return out

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to store."""
        return {
            "counts": np.diff(self.indptr).astype(np.uint16),
            "columns": self.columns,
            "values": self.values,
            "scale": self.scale,
            "bias": self.bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LinearWeights:
        """Return the weights stored by ``to_arrays``.

        Raises:
            ValueError: they do not belong together.
        """
        indptr = np.concatenate(([0], np.cumsum(arrays["counts"], dtype=np.int64)))
        weights = cls(indptr, arrays["columns"], arrays["values"], arrays["scale"], arrays["bias"])
        if not (indptr[-1] == len(weights.columns) == len(weights.values) and len(weights.scale) == weights.n_labels):
            raise ValueError("the weights' arrays differ in length")
        if len(weights.columns) and int(weights.columns.max()) >= weights.n_labels:
            raise ValueError("a weight names a label that is not there")
        return weights
