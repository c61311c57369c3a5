"""The pairs of one session, as a book that lies encrypted in the state database.

A session's pairs are decrypted once and held in memory while the session is used: restoring a reply asks for them at
every chunk. Another process's pairs are taken up when the book is opened, when pairs are added, and otherwise within
a second; so is an erasure.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from vedette.errors import OutsideError, UserError
from vedette.guard.base import Pair
from vedette.guard.vault import sealing
from vedette.guard.vault.house import kept
from vedette.store import tables
from vedette.store.state import from_db, to_db, writing

MOST_PAIRS = 50_000
"""Of one session."""
FRESH_S = 1.0
"""Seconds for which what another process did may go unseen."""
_PAD_TO = 64
"""Sealed entries are as long as the next multiple, so that their length says little of the value's."""


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What is derived from a session's key."""

    entries: bytes = field(repr=False)
    values: bytes = field(repr=False)
    pseudonyms: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> SessionKeys:
        """Return the keys of a session's key."""
        return cls(*(sealing.derive(key, f"session {use}") for use in ("entries", "values", "pseudonyms", "secret")))


class Held:
    """A session's pairs in memory, shared by the books of this process."""

    def __init__(self, session: str, keys: SessionKeys, row: Any) -> None:
        self.session = session
        self.keys = keys
        self.created_at: datetime = from_db(row.created_at)
        self.expires_at: datetime = from_db(row.expires_at)
        self.epoch: int = row.epoch
        self.born: str = row.born
        self.last = 0
        self.gone = False
        self.checked_s = float("-inf")
        self.by_value: dict[tuple[str, str], Pair] = {}
        self.by_pseudonym: dict[str, Pair] = {}
        self.all: tuple[Pair, ...] | None = ()
        self.lock = threading.RLock()

    def forget(self) -> None:
        """Let go of every pair."""
        self.last = 0
        self.by_value, self.by_pseudonym, self.all = {}, {}, ()

    def put(self, number: int, pair: Pair) -> None:
        """Hold one more pair."""
        self.by_value[pair.entity, pair.value] = pair
        self.by_pseudonym[pair.pseudonym] = pair
        self.last = number
        self.all = None

    def sync(self, connection: Connection) -> None:
        """Take up what the database holds by now."""
        t, p = tables.guard_sessions, tables.guard_pairs
        row = connection.execute(select(t).where(t.c.session == self.session)).first()
        if row is None or row.born != self.born:
            self.forget()
            self.gone = True
            return
        self.expires_at = from_db(row.expires_at)
        if row.epoch != self.epoch:
            self.forget()
            self.epoch = row.epoch
        query = select(p.c.number, p.c.sealed).where(p.c.session == self.session, p.c.number > self.last)
        for number, sealed in connection.execute(query.order_by(p.c.number)):
            self.put(number, opened(self.keys, self.session, number, bytes(sealed)))


def sealed(keys: SessionKeys, session: str, number: int, pair: Pair) -> bytes:
    """Return a pair, encrypted and bound to its session and its number there."""
    said = b""
    for part in (pair.entity, pair.value, pair.pseudonym):
        written = part.encode(
            "utf-8", "surrogatepass"
        )  # not JSON: it joins halves of a surrogate pair that stood apart
        said += len(written).to_bytes(4, "big") + written
    padded = said + bytes(-len(said) % _PAD_TO)
    return sealing.seal(keys.entries, padded, _aad(session, number))


def opened(keys: SessionKeys, session: str, number: int, content: bytes) -> Pair:
    """Return a pair that was sealed.

    Raises:
        OutsideError: it was changed, or belongs elsewhere.
    """
    plain = sealing.unseal(keys.entries, content, _aad(session, number), f"entry {number} of the session {session}")
    parts: list[str] = []
    at = 0
    for _ in range(3):
        end = at + 4 + int.from_bytes(plain[at : at + 4], "big")
        parts.append(plain[at + 4 : end].decode("utf-8", "surrogatepass"))
        at = end
    return Pair(entity=parts[0], value=parts[1], pseudonym=parts[2])


def _aad(session: str, number: int) -> bytes:
    return f"pair\x00{session}\x00{number}".encode()


class VaultPairs:
    """A :class:`~vedette.guard.base.PairBook` of the vault. Safe from several threads and processes.

    Once its session has expired or was erased, nothing resolves, and adding is an error.
    """

    def __init__(
        self,
        engine: Engine,
        held: Held,
        *,
        clock: Callable[[], datetime],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._held = held
        self._clock = clock
        self._steady = steady

    @property
    def session_id(self) -> str:
        """Whose pairs these are: the digest that the database and the trail know the session by."""
        return self._held.session

    @property
    def secret(self) -> bytes:
        """The bytes that this session's pseudonyms are drawn with."""
        return self._held.keys.secret

    @property
    def expires_at(self) -> datetime:
        """When the session ends, unless it is opened again before."""
        return self._held.expires_at

    def pseudonym_of(self, entity: str, value: str) -> str | None:
        """Return what stands for a value, where something does."""
        with self._held.lock:
            pair = self._held.by_value.get((entity, value)) if self._lives() else None
        return pair.pseudonym if pair else None

    def value_of(self, pseudonym: str) -> Pair | None:
        """Return the pair of a pseudonym as it was given out; None where this session never gave it out."""
        with self._held.lock:
            return self._held.by_pseudonym.get(pseudonym) if self._lives() else None

    def pairs(self) -> tuple[Pair, ...]:
        """Return all, in the order in which they were added; one and the same tuple until something changes."""
        held = self._held
        with held.lock:
            if not self._lives():
                return ()
            if held.all is None:
                held.all = tuple(held.by_pseudonym.values())
            return held.all

    def add(self, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """Keep pairs, all or none; return what holds for each.

        Raises:
            OutsideError: they cannot be kept, the session has ended, or a pseudonym stands for another value already.
            UserError: the session would hold too many.
        """
        held = self._held
        with held.lock:
            known = [held.by_value.get((one.entity, one.value)) for one in pairs] if self._lives() else [None]
            if all(one is not None for one in known) and not held.gone:
                return tuple(one for one in known if one is not None)
            with kept(self._engine, "cannot keep what was replaced"), writing(self._engine) as connection:
                held.sync(connection)
                if not self._lasts():
                    raise OutsideError(
                        "the session has ended while it was used", next_step="begin the conversation again"
                    )
                fresh = dict(enumerate(self._fresh(pairs), held.last + 1))
                if fresh:
                    connection.execute(
                        insert(tables.guard_pairs), [self._row(number, one) for number, one in fresh.items()]
                    )
            # committed: what another process reads by now, this one may know too
            for number, one in fresh.items():
                held.put(number, one)
            return tuple(held.by_value[one.entity, one.value] for one in pairs)

    def _row(self, number: int, one: Pair) -> dict[str, Any]:
        held = self._held
        return {
            "session": held.session,
            "number": number,
            "value_mac": sealing.mac(held.keys.values, one.entity, one.value),
            "pseudonym_mac": sealing.mac(held.keys.pseudonyms, one.pseudonym),
            "sealed": sealed(held.keys, held.session, number, one),
        }

    def _fresh(self, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """Return the pairs whose values the session does not hold."""
        held = self._held
        fresh: dict[tuple[str, str], Pair] = {}
        taken: set[str] = set()
        for one in pairs:
            key = (one.entity, one.value)
            if key in held.by_value or key in fresh:
                continue
            if one.pseudonym in held.by_pseudonym or one.pseudonym in taken:
                raise OutsideError(
                    f"{one.pseudonym} stands for another value in this session", next_step="draw another pseudonym"
                )
            fresh[key] = one
            taken.add(one.pseudonym)
        if fresh and len(held.by_value) + len(fresh) > MOST_PAIRS:
            raise UserError(
                f"one session replaces at most {MOST_PAIRS:,} values",
                next_step="begin another session, or let the policy mask what need not come back",
            )
        return tuple(fresh.values())

    def _lives(self) -> bool:
        """Whether the session may be read; looks into the database once in a while."""
        held = self._held
        if not held.gone and self._steady() - held.checked_s > FRESH_S:
            with kept(self._engine, "cannot read what was replaced"), self._engine.connect() as connection:
                held.sync(connection)
            held.checked_s = self._steady()
        return self._lasts()

    def _lasts(self) -> bool:
        return not self._held.gone and self._clock() < self._held.expires_at


def touched(connection: Connection, held: Held, now: datetime, expires_at: datetime) -> None:
    """Note that a session is used, and let it last longer."""
    t = tables.guard_sessions
    connection.execute(
        t.update().where(t.c.session == held.session).values(used_at=to_db(now), expires_at=to_db(expires_at))
    )
    held.expires_at = expires_at
