"""The guard's own keys: made once, kept in the state database under the master key, the same through rotations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from vedette.errors import OutsideError, VedetteError
from vedette.guard.vault import sealing
from vedette.guard.vault.base import KeyProvider
from vedette.store import tables
from vedette.store.state import now, shown, writing

NAMES = "names"
"""For digests of what must not be guessed from the database: sessions' names, values that were asked about."""
TRAIL = "trail"
"""For the digests of the trail."""


@contextmanager
def kept(engine: Engine, what: str) -> Iterator[None]:
    """Turn whatever a database raises into an error that says what failed; no value is in it.

    Raises:
        OutsideError: the database failed.
    """
    try:
        yield
    except VedetteError:
        raise
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()
        raise OutsideError(
            f"{what}: {reason[0] if reason else type(error).__name__}"[:300],
            location=shown(engine),
            next_step="check the disk's space, and that the database runs; until then nothing passes",
        ) from None


class HouseKeys:
    """The guard's own keys in a state database. Safe from several threads and processes.

    Args:
        engine: the state database.
        keys: the master keys.
    """

    def __init__(self, engine: Engine, keys: KeyProvider) -> None:
        self._engine = engine
        self._keys = keys
        self._held: dict[tuple[str, int], bytes] = {}
        self._lock = threading.Lock()

    def key(self, name: str, number: int = 1) -> bytes:
        """Return a key; the first of a name is made where it is not there.

        Raises:
            OutsideError: it cannot be read or kept, or its master key is missing.
        """
        with self._lock:
            if (name, number) not in self._held:
                with kept(self._engine, "cannot read the guard's keys"):
                    self._held[name, number] = self._found(name, number)
            return self._held[name, number]

    def newest(self, name: str) -> tuple[int, bytes]:
        """Return a name's newest key and its number; the first is made where there is none.

        Raises:
            OutsideError: it cannot be read or kept, or its master key is missing.
        """
        with kept(self._engine, "cannot read the guard's keys"), self._engine.connect() as connection:
            number = self.latest(connection, name) or 1
        return number, self.key(name, number)

    def latest(self, connection: Connection, name: str) -> int:
        """Return the number of a name's newest key, 0 where it has none."""
        t = tables.guard_keys
        found = connection.execute(select(t.c.number).where(t.c.name == name).order_by(t.c.number.desc()).limit(1))
        return int(found.scalar() or 0)

    def add(self, name: str) -> int:
        """Make another key of a name, beside those that are there; return its number.

        Raises:
            OutsideError: it cannot be kept.
        """
        with kept(self._engine, "cannot keep the guard's keys"):
            key_id, key = self._keys.current(), sealing.new_key()
            with writing(self._engine) as connection:
                number = self.latest(connection, name) + 1
                self._put(connection, name, number, key_id, key)
        return number

    def _found(self, name: str, number: int) -> bytes:
        t = tables.guard_keys
        query = select(t).where(t.c.name == name, t.c.number == number)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
            begins = row is None and number == 1 and not self.latest(connection, name)
            if row is None and not begins:
                row = connection.execute(query).first()  # another writer may have made it between the two looks
        if begins:
            key_id, key = self._keys.current(), sealing.new_key()
            with writing(self._engine) as connection:
                row = connection.execute(query).first()
                if row is None:
                    self._put(connection, name, number, key_id, key)
                    return key
        if row is None:
            raise OutsideError(f"the guard's key {name} {number} is not in the state database")
        return self._keys.unwrap(row.key_id, bytes(row.wrapped), aad_of(name, number, row.key_id))

    def _put(self, connection: Connection, name: str, number: int, key_id: str, key: bytes) -> None:
        wrapped = self._keys.wrap(key_id, key, aad_of(name, number, key_id))
        connection.execute(
            insert(tables.guard_keys).values(name=name, number=number, key_id=key_id, wrapped=wrapped, created_at=now())
        )


def aad_of(name: str, number: int, key_id: str) -> bytes:
    """Return what a guard's own key is bound to."""
    return f"key\x00{name}\x00{number}\x00{key_id}".encode()
