"""Many pairs in one transaction: what a request adds is gathered and kept at its end, all or none.

Keeping pairs one by one costs a transaction each, 0.5 ms on SQLite and a round trip or three on PostgreSQL, and each
waits for the one writer. A request with a hundred new values keeps them in one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vedette.errors import OutsideError
from vedette.guard.base import Pair, PairBook


@contextmanager
def batched(book: PairBook) -> Iterator[PairBook]:
    """Yield a book whose additions are kept in ``book`` when the block ends without an error.

    Nothing that was made of its pairs may leave before the block has ended.

    Raises:
        OutsideError: they cannot be kept, or another request meanwhile gave one of the values another pseudonym; the
            texts that were made hold the wrong one then, and are to be made again.
    """
    batch = _Batch(book)
    yield batch
    batch.keep()


class _Batch:
    """A book before which additions are gathered. Safe from several threads."""

    def __init__(self, book: PairBook) -> None:
        self._book = book
        self._before = book.pairs()
        self._fresh: dict[tuple[str, str], Pair] = {}
        self._by_pseudonym: dict[str, Pair] = {}
        self._all: tuple[Pair, ...] | None = self._before
        self._lock = threading.Lock()

    @property
    def session_id(self) -> str:
        """Whose pairs these are."""
        return self._book.session_id

    @property
    def secret(self) -> bytes:
        """The bytes that this session's pseudonyms are drawn with."""
        return self._book.secret

    def pseudonym_of(self, entity: str, value: str) -> str | None:
        """Return what stands for a value, where something does."""
        one = self._fresh.get((entity, value))
        return one.pseudonym if one else self._book.pseudonym_of(entity, value)

    def value_of(self, pseudonym: str) -> Pair | None:
        """Return the pair of a pseudonym; None where this session never gave it out."""
        return self._by_pseudonym.get(pseudonym) or self._book.value_of(pseudonym)

    def add(self, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """Gather pairs, all or none; return what holds for each.

        Raises:
            OutsideError: a pseudonym stands for another value already.
        """
        with self._lock:
            fresh: dict[tuple[str, str], Pair] = {}
            taken: dict[str, Pair] = {}
            held: list[Pair] = []
            for one in pairs:
                key = (one.entity, one.value)
                known = self._fresh.get(key) or fresh.get(key)
                if known is None and (before := self._book.pseudonym_of(*key)) is not None:
                    known = Pair(entity=one.entity, value=one.value, pseudonym=before)
                if known is None:
                    if one.pseudonym in taken or self.value_of(one.pseudonym) is not None:
                        raise OutsideError(
                            f"{one.pseudonym} stands for another value in this session",
                            next_step="draw another pseudonym",
                        )
                    fresh[key] = taken[one.pseudonym] = known = one
                held.append(known)
            self._fresh |= fresh
            self._by_pseudonym |= taken
            if fresh:
                self._all = None
            return tuple(held)

    def pairs(self) -> tuple[Pair, ...]:
        """Return those that were there when the batch began, then those gathered, in order."""
        with self._lock:
            if self._all is None:
                self._all = (*self._before, *self._fresh.values())
            return self._all

    def keep(self) -> None:
        """Keep what was gathered."""
        gathered = tuple(self._fresh.values())
        if gathered and self._book.add(gathered) != gathered:
            raise OutsideError(
                "another request gave one of these values another pseudonym meanwhile", next_step="send it again"
            )
