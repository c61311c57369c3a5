"""The pairs of one session, kept in memory."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence

from vedette.errors import InternalError, OutsideError
from vedette.guard.base import Pair

SECRET_BYTES = 32


class MemoryPairs:
    """A book of pairs that lives as long as its object; safe from several threads.

    It returns one and the same tuple of pairs until something is added, so that asking for them often costs nothing.
    """

    def __init__(self, session_id: str, secret: bytes | None = None) -> None:
        secret = secrets.token_bytes(SECRET_BYTES) if secret is None else secret
        if len(secret) < SECRET_BYTES:
            raise InternalError(
                f"the secret of session {session_id!r} has {len(secret)} bytes",
                next_step=f"give {SECRET_BYTES} random ones",
            )
        self._session_id = session_id
        self._secret = secret
        self._by_value: dict[tuple[str, str], Pair] = {}
        self._by_pseudonym: dict[str, Pair] = {}
        self._all: tuple[Pair, ...] | None = ()
        self._lock = threading.Lock()

    @property
    def session_id(self) -> str:
        """Whose pairs these are."""
        return self._session_id

    @property
    def secret(self) -> bytes:
        """The random bytes that pseudonyms are drawn with."""
        return self._secret

    def pseudonym_of(self, entity: str, value: str) -> str | None:
        """Return what stands for a value, where something does."""
        pair = self._by_value.get((entity, value))
        return pair.pseudonym if pair else None

    def value_of(self, pseudonym: str) -> Pair | None:
        """Return the pair of a pseudonym; None where this session never gave it out."""
        return self._by_pseudonym.get(pseudonym)

    def add(self, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """Keep pairs, all or none; return what holds for each.

        Raises:
            OutsideError: a pseudonym stands for another value already.
        """
        with self._lock:
            fresh: dict[tuple[str, str], Pair] = {}
            taken: dict[str, Pair] = {}
            held: list[Pair] = []
            for pair in pairs:
                key = (pair.entity, pair.value)
                known = self._by_value.get(key) or fresh.get(key)
                if known is None:
                    if pair.pseudonym in self._by_pseudonym or pair.pseudonym in taken:
                        raise OutsideError(
                            f"{pair.pseudonym} stands for another value in this session",
                            next_step="draw another pseudonym",
                        )
                    fresh[key] = taken[pair.pseudonym] = known = pair
                held.append(known)
            if fresh:
                self._by_value.update(fresh)
                self._by_pseudonym.update(taken)
                self._all = None
            return tuple(held)

    def pairs(self) -> tuple[Pair, ...]:
        """Return all, in the order in which they were added."""
        found = self._all
        if found is None:
            with self._lock:
                found = self._all = tuple(self._by_value.values())
        return found
