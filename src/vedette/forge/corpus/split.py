"""Parting records into train, validation and test so that what belongs together stays together.

A *unit* never parts: a group (``by: group`` and ``time``), a cluster of near- or template duplicates (``by: group``
and ``hash``), a source (``by: source``). Units are taken in an order drawn by seed, or by time.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from vedette.errors import UserError
from vedette.forge.corpus.layout import SPLITS
from vedette.forge.recipe import SplitSpec

Ids = np.ndarray[Any, np.dtype[np.int64]]

TRAIN, VALIDATION, TEST = range(3)
"""Places in SPLITS; -1 is nowhere."""
_SLACK = 1.25
"""How far over its share a part may go to take a whole unit."""


def draw(seed: int, key: str | bytes) -> int:
    """Return a number in [0, 2^64) that depends on nothing but seed and key."""
    data = key if isinstance(key, bytes) else key.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8, key=seed.to_bytes(16, "big", signed=True)).digest())


def part(
    spec: SplitSpec,
    *,
    seed: int,
    units: Ids,
    keys: Sequence[bytes],
    times: np.ndarray[Any, np.dtype[np.int64]],
    pinned: np.ndarray[Any, np.dtype[np.int8]],
) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Return each record's part as a place in SPLITS.

    Args:
        spec: shares and manner.
        seed: draws the order of units.
        units: of each record, the first record of its unit.
        keys: what a unit is drawn by, for each record; of a unit the least counts, so the order of files does not.
        times: microseconds since 1970 of each record, the least int64 where it has none.
        pinned: the part that the source says, -1 where it says none. Shares are of the rest.

    Raises:
        UserError: there are no times or too few sources to part by.
    """
    out = pinned.astype(np.int8).copy()
    free = np.flatnonzero(out < 0)
    if not len(free):
        return out
    if spec.test == 0 and spec.validation == 0:
        out[free] = TRAIN
        return out
    names, unit_of, sizes = np.unique(units[free], return_inverse=True, return_counts=True)
    n_units = len(names)
    if spec.by == "time":
        order = _by_time(unit_of, n_units, times[free])
    else:
        least: dict[int, bytes] = {}
        for unit, at in zip(unit_of.tolist(), free.tolist(), strict=True):
            if unit not in least or keys[at] < least[unit]:
                least[unit] = keys[at]
        drawn = [draw(seed, least[u]) for u in range(n_units)]
        if spec.by == "hash":
            out[free] = np.array([_threshold(d, spec) for d in drawn], dtype=np.int8)[unit_of]
            _fill_empty(out, free, unit_of, sizes, np.argsort(np.array(drawn, dtype=np.uint64), kind="stable"), spec)
            return out
        order = np.argsort(np.array(drawn, dtype=np.uint64), kind="stable")
        wanted = 1 + (spec.test > 0) + (spec.validation > 0)
        if spec.by == "source" and n_units < wanted:
            raise UserError(
                f"a split by source into {wanted} parts needs {wanted} sources not pinned; there are {n_units}",
                next_step="pin one (split: test), or split by group, time or hash",
            )
    out[free] = _fill(sizes, order, spec, in_order=spec.by == "time", whole=spec.by == "source")[unit_of]
    return out


def _by_time(unit_of: Ids, n_units: int, times: np.ndarray[Any, np.dtype[np.int64]]) -> Ids:
    missing = np.iinfo(np.int64).min
    if not (times != missing).any():
        raise UserError(
            "the split is by time and no record has one", next_step="name the field: time: published in the source"
        )
    last = np.full(n_units, missing, dtype=np.int64)
    np.maximum.at(
        last, unit_of, times
    )  # a group counts as of its last record: nothing later than the cut is trained on
    return np.argsort(-last.astype(np.float64), kind="stable")


def _threshold(drawn: int, spec: SplitSpec) -> int:
    share = drawn / 2**64
    if share < spec.test:
        return TEST
    return VALIDATION if share < spec.test + spec.validation else TRAIN


def _fill(sizes: Ids, order: Ids, spec: SplitSpec, *, in_order: bool, whole: bool) -> Any:
    """Give units to test, then validation, then train.

    A unit too big for what is left of a part goes on to train, except by time, where the cut falls where it falls.
    """
    n = int(sizes.sum())
    out = np.full(len(sizes), TRAIN, dtype=np.int8)
    at = 0
    taken = np.zeros(len(sizes), dtype=bool)
    for place, share in ((TEST, spec.test), (VALIDATION, spec.validation)):
        if share <= 0:
            continue
        have = 0
        for unit in order.tolist()[at:]:
            if have >= share * n:
                break
            if taken[unit]:
                continue
            if in_order or whole:
                at += 1
            elif have + sizes[unit] > max(share * n * _SLACK, 1):
                continue
            taken[unit] = True
            out[unit] = place
            have += int(sizes[unit])
    return out


def _fill_empty(out: Any, free: Ids, unit_of: Ids, sizes: Ids, order: Ids, spec: SplitSpec) -> None:
    """Give a part that chance left empty the first small unit of train, where there are three units or more."""
    for place, share in ((TEST, spec.test), (VALIDATION, spec.validation)):
        if share <= 0 or (out[free] == place).any() or len(sizes) < len(SPLITS):
            continue
        median = float(np.median(sizes))
        for unit in order.tolist():
            members = free[unit_of == unit]
            if out[members[0]] == TRAIN and sizes[unit] <= median:
                out[members] = place
                break


def parts_found(parts: np.ndarray[Any, np.dtype[np.int8]]) -> dict[str, int]:
    """Return how many records each part has."""
    return {name: int((parts == at).sum()) for at, name in enumerate(SPLITS)}
