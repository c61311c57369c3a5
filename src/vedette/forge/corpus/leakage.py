"""Whether a part that measures has been seen by a part that is trained on.

Test is compared with train and validation, validation with train, by five kinds, each catching what those before it
let through:

- ``exact``: the same text but for case and white space;
- ``group``: records of one group on both sides (a pinned test set and a source that has its groups too);
- ``near``: Jaccard similarity of three-word shingles;
- ``template``: similarity of two-word shingles after names, numbers, versions, paths, hashes and ids are masked;
- ``ngram``: more than a share of a text's runs of n words stand in the other part, in whichever records.

With ``remove``, the trained-on side loses the records that are to blame, then everything is looked for again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vedette.bulk.words import ranges, windows
from vedette.forge.corpus.intake import Intake
from vedette.forge.corpus.layout import SPLITS
from vedette.forge.corpus.split import TEST, TRAIN, VALIDATION
from vedette.forge.recipe import LeakageSpec

Ids = np.ndarray[Any, np.dtype[np.int64]]

PAIRS = ((TRAIN, TEST), (VALIDATION, TEST), (TRAIN, VALIDATION))
"""Who may not have seen whom: the first loses records."""
KINDS = ("exact", "group", "near", "template", "ngram")
_CHUNK_WORDS = 2_000_000
_EXAMPLES = 5


@dataclass(slots=True)
class Leaks:
    """What one look found."""

    found: dict[str, dict[str, int]] = field(default_factory=dict)
    """Pair (``train→test``) and kind, to how many records of the measuring part leak."""
    blamed: dict[str, dict[str, Ids]] = field(default_factory=dict)
    """Pair and kind, to the records of the other part that are to blame."""
    leaking: dict[int, set[int]] = field(default_factory=dict)
    """Measuring part, to its records that leak."""
    examples: list[tuple[str, str, int, int]] = field(default_factory=list)
    """Pair, kind, leaking record, one to blame."""


def templates(intake: Intake, ids: Ids) -> Ids:
    """Return those of ``ids`` whose masked text has enough words left to be compared."""
    plain = np.frombuffer(intake.index.n_plain, dtype=np.int64)
    return ids[plain[ids] >= MIN_PLAIN_WORDS]


MIN_PLAIN_WORDS = 6
"""Words that must be left of a masked text: "# in #" is no template."""


def look(intake: Intake, parts: Any, spec: LeakageSpec, *, pairs: tuple[tuple[int, int], ...] = PAIRS) -> Leaks:
    """Return what leaks between the parts.

    Args:
        intake: the records.
        parts: each record's part, -1 for none (n,).
        spec: what counts.
        pairs: which parts are compared.
    """
    leaks = Leaks()
    gone = np.zeros(len(parts), dtype=bool)
    for source, target in pairs:
        name = pair_name(source, target)
        targets = np.flatnonzero(parts == target)
        hit = leaks.leaking.setdefault(target, set())
        for kind in KINDS:
            sources = np.flatnonzero((parts == source) & ~gone)
            if not len(sources) or not len(targets):
                continue
            blamed: set[int] = set()
            hurt: set[int] = set()
            for a, b in _LOOKS[kind](intake, targets, sources, spec):
                if not hurt and len(a):
                    leaks.examples.append((name, kind, int(a[0]), int(b[0])))
                elif len(leaks.examples) < _EXAMPLES and len(a):
                    leaks.examples.append((name, kind, int(a[-1]), int(b[-1])))
                hurt.update(a.tolist())
                blamed.update(b.tolist())
            if hurt:
                leaks.found.setdefault(name, {})[kind] = len(hurt)
                at = np.array(sorted(blamed), dtype=np.int64)
                leaks.blamed.setdefault(name, {})[kind] = at
                gone[at] = True
                hit |= hurt
    return leaks


def pair_name(source: int, target: int) -> str:
    """Return a pair as the card names it."""
    return f"{SPLITS[source]}→{SPLITS[target]}"


def _exact(intake: Intake, targets: Ids, sources: Ids, spec: LeakageSpec) -> Iterator[tuple[Ids, Ids]]:
    yield _equal(np.frombuffer(intake.index.exact, dtype=np.uint64), targets, sources)


def _group(intake: Intake, targets: Ids, sources: Ids, spec: LeakageSpec) -> Iterator[tuple[Ids, Ids]]:
    groups = np.frombuffer(intake.index.group, dtype=np.int64)
    yield _equal(groups, targets[groups[targets] >= 0], sources[groups[sources] >= 0])


def _equal(values: Any, targets: Ids, sources: Ids) -> tuple[Ids, Ids]:
    """Return every pair with the same value, but of each value's targets only the first with all sources."""
    order = sources[np.argsort(values[sources], kind="stable")]
    keys = values[order]
    low = np.searchsorted(keys, values[targets], side="left")
    n = np.searchsorted(keys, values[targets], side="right") - low
    _, first = np.unique(values[targets], return_index=True)
    rest = np.ones(len(targets), dtype=bool)
    rest[first] = False
    n = np.where(rest, np.minimum(n, 1), n)
    return np.repeat(targets, n), order[ranges(low.astype(np.int64), n.astype(np.int64))]


def _near(intake: Intake, targets: Ids, sources: Ids, spec: LeakageSpec) -> Iterator[tuple[Ids, Ids]]:
    yield from intake.near.across(targets, sources, spec.near_duplicates)


def _template(intake: Intake, targets: Ids, sources: Ids, spec: LeakageSpec) -> Iterator[tuple[Ids, Ids]]:
    if spec.template_duplicates is not None:
        left, right = templates(intake, targets), templates(intake, sources)
        yield from intake.templates.across(left, right, spec.template_duplicates)


def _ngram(intake: Intake, targets: Ids, sources: Ids, spec: LeakageSpec) -> Iterator[tuple[Ids, Ids]]:
    flat, lengths = intake.words()
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)

    def grams(ids: Ids) -> tuple[Any, Ids]:
        words = np.asarray(flat[ranges(starts[ids], lengths[ids])])
        return windows(words, lengths[ids], spec.ngram)

    target_grams, n_grams = grams(targets)
    if not len(target_grams):
        return
    known, at = np.unique(target_grams, return_inverse=True)
    owners: list[Ids] = []
    held: list[Ids] = []
    for ids in _chunks(sources, lengths):
        hashed, n = grams(ids)
        place = np.minimum(np.searchsorted(known, hashed), len(known) - 1)
        same = known[place] == hashed
        if same.any():
            both = np.unique(np.stack([np.repeat(ids, n)[same], place[same]], axis=1), axis=0)
            owners.append(both[:, 0])
            held.append(both[:, 1])
    if not owners:
        return
    overlap = _Overlap(np.concatenate(owners), np.concatenate(held), len(known))
    ends = np.cumsum(n_grams)
    for target, start, end in zip(targets.tolist(), (ends - n_grams).tolist(), ends.tolist(), strict=True):
        if start < end:
            blamed = overlap.blame(at[start:end], spec.ngram_share)
            if len(blamed):
                yield np.full(len(blamed), target, dtype=np.int64), blamed


class _Overlap:
    """Which records hold which n-grams, so that as few as possible are blamed.

    Args:
        owners: record ids, one for each n-gram that it holds.
        held: the n-grams, as places.
        n: how many n-grams there are.
    """

    def __init__(self, owners: Ids, held: Ids, n: int) -> None:
        by_gram = np.argsort(held, kind="stable")
        self._owner_by_gram = owners[by_gram]
        self._gram_starts = np.searchsorted(held[by_gram], np.arange(n + 1))
        by_owner = np.argsort(owners, kind="stable")
        self._gram_by_owner = held[by_owner]
        self._owners = owners[by_owner]
        self._alive = np.diff(self._gram_starts)
        self._gone: set[int] = set()

    def blame(self, grams: Ids, share: float) -> Ids:
        """Return the records that must go so that no more than ``share`` of a text's n-grams stand elsewhere."""
        if (self._alive[grams] > 0).mean() <= share:
            return np.zeros(0, dtype=np.int64)
        holders: Counter[int] = Counter()
        for gram in set(grams.tolist()):
            holders.update(self._owner_by_gram[self._gram_starts[gram] : self._gram_starts[gram + 1]].tolist())
        blamed = []
        for owner, _ in sorted(holders.items(), key=lambda item: (-item[1], item[0])):
            if owner in self._gone:
                continue
            self._gone.add(owner)
            blamed.append(owner)
            low, high = np.searchsorted(self._owners, owner), np.searchsorted(self._owners, owner, side="right")
            self._alive[self._gram_by_owner[low:high]] -= 1
            if (self._alive[grams] > 0).mean() <= share:
                break
        return np.array(blamed, dtype=np.int64)


def _chunks(ids: Ids, lengths: Ids) -> Iterator[Ids]:
    if len(ids):
        cut = np.searchsorted(np.cumsum(lengths[ids]), np.arange(_CHUNK_WORDS, int(lengths[ids].sum()), _CHUNK_WORDS))
        yield from (part for part in np.split(ids, np.unique(cut)) if len(part))


_LOOKS: Mapping[str, Any] = {
    "exact": _exact,
    "group": _group,
    "near": _near,
    "template": _template,
    "ngram": _ngram,
}
