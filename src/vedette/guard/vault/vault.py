"""The vault: sessions with a key each, under master keys that can be changed."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from vedette.errors import OutsideError, UserError
from vedette.guard.vault import matching, sealing
from vedette.guard.vault.base import KeyProvider
from vedette.guard.vault.house import NAMES, TRAIL, HouseKeys, aad_of, kept
from vedette.guard.vault.pairs import Held, SessionKeys, VaultPairs, opened, touched
from vedette.store import tables
from vedette.store.state import empty_log, from_db, to_db, writing

MOST_SESSIONS = 512
"""Sessions whose pairs this process holds decrypted; those used longest ago are let go."""
DAY_S = 86_400.0
TIDY_EVERY = timedelta(minutes=1)
_BATCH = 200
_TOUCH_SHARE = 20
"""A session's end is moved once a twentieth of its time has passed: not every request writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSession:
    """One session of the vault: counts and times, no value."""

    session: str
    """Digest of its owner and of what the client calls it."""
    n_pairs: int
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure took out."""

    n_sessions: int
    n_pairs: int
    unread: tuple[str, ...] = ()
    """Sessions that could not be searched: their master key is missing."""
    n_containing: int = 0
    """Pairs that were left though they hold the value as a word: ``containing`` takes them along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation did."""

    key_id: str
    n_keys: int
    """Keys that are now under ``key_id`` and were not before."""
    missing: tuple[str, ...] = ()
    """Master keys that are not there: what is under them could not be taken along."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Vault:
    """Keeps what was replaced, encrypted. Safe from several threads and processes.

    Args:
        engine: the state database.
        keys: the master keys.
        clock: returns the time now, UTC.
    """

    def __init__(self, engine: Engine, keys: KeyProvider, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._keys = keys
        self._clock = clock
        self.house = HouseKeys(engine, keys)
        self._names: bytes | None = None
        self._tidied_at = clock()
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._lock = threading.Lock()

    # -- sessions -------------------------------------------------------------------------------

    def digest(self, session_id: str, owner: str = "") -> str:
        """Return the digest (32 hex digits) that a session is known by: of its owner and of what the client calls it.

        Raises:
            OutsideError: the vault cannot be read.
        """
        if self._names is None:
            self._names = self.house.newest(NAMES)[1]
        return sealing.mac(self._names, "session", owner, session_id).hex()[:32]

    def __contains__(self, session_id: object) -> bool:
        """Whether a session of nobody's in particular is there and has not expired."""
        return isinstance(session_id, str) and self.holds(session_id)

    def holds(self, session_id: str, *, owner: str = "") -> bool:
        """Return whether a session is there and has not expired.

        Raises:
            OutsideError: the vault cannot be read.
        """
        t = tables.guard_sessions
        query = select(t.c.expires_at).where(t.c.session == self.digest(session_id, owner))
        with kept(self._engine, "cannot read the vault"), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return row is not None and from_db(row.expires_at) > self._clock()

    def open(
        self, session_id: str, *, ttl_s: float | None = None, owner: str = "", longest_s: float | None = None
    ) -> VaultPairs:
        """Return the pairs of a session, which is begun where there is none or the last one has expired.

        Args:
            session_id: what the client calls it.
            ttl_s: seconds after this use for which its pairs are kept; None: this use does not count, and a session
                that is begun lasts a day.
            owner: whose it is: another owner's session of the same name is another one.
            longest_s: seconds after its beginning at which it ends all the same.

        Raises:
            UserError: a time is not positive.
            OutsideError: the vault cannot be read or written, or a master key is missing.
        """
        if (ttl_s is not None and ttl_s <= 0) or (longest_s is not None and longest_s <= 0):
            raise UserError("a session must last for a while", next_step="give a ttl of at least a second")
        session = self.digest(session_id, owner)
        now = self._clock()
        with kept(self._engine, "cannot open the session"):
            self._tidy(now)
            held = self._existing(session, now) or self._begun(session, now, ttl_s or DAY_S, longest_s)
            with held.lock:
                if ttl_s is None:
                    return VaultPairs(self._engine, held, clock=self._clock)
                end = self._end(held.created_at, now, ttl_s, longest_s)
                if end - held.expires_at > timedelta(seconds=ttl_s / _TOUCH_SHARE) or end < held.expires_at:
                    with writing(self._engine) as connection:
                        touched(connection, held, now, end)
        return VaultPairs(self._engine, held, clock=self._clock)

    def reopen(self, session: str) -> VaultPairs:
        """Return the pairs of a session by its digest; that it is looked at does not let it last longer.

        Raises:
            UserError: it is not there, or has expired.
            OutsideError: the vault cannot be read, or a master key is missing.
        """
        with kept(self._engine, "cannot open the session"):
            held = self._existing(session, self._clock())
        if held is None:
            raise UserError(
                f"there is no session {session[:40]!r} in the vault, or it has expired",
                next_step="vedette guard vault status lists what is kept",
            )
        return VaultPairs(self._engine, held, clock=self._clock)

    def _tidy(self, now: datetime) -> None:
        """Delete some of the sessions that have expired, once in a while: whoever uses a vault keeps it small."""
        with self._lock:
            if now - self._tidied_at < TIDY_EVERY:
                return
            self._tidied_at = now
        self._purged(_BATCH)

    @staticmethod
    def _end(created_at: datetime, now: datetime, ttl_s: float, longest_s: float | None) -> datetime:
        end = now + timedelta(seconds=ttl_s)
        return end if longest_s is None else min(end, created_at + timedelta(seconds=longest_s))

    def _existing(self, session: str, now: datetime) -> Held | None:
        """Return a session that is there and has not expired, with what the database holds of it by now."""
        t = tables.guard_sessions
        with self._lock:
            held = self._held.get(session)
        if held is None or held.gone:
            with self._engine.connect() as connection:
                row = connection.execute(select(t).where(t.c.session == session)).first()
            if row is None or from_db(row.expires_at) <= now:
                return None
            held = Held(session, SessionKeys.of(self._session_key(row)), row)
        # the lock first, then the connection: whoever waits for the lock holds no connection that another needs
        with held.lock, self._engine.connect() as connection:
            held.sync(connection)
            if held.gone or held.expires_at <= now:
                return None
        return self._remember(held)

    def _begun(self, session: str, now: datetime, ttl_s: float, longest_s: float | None) -> Held:
        """Begin a session, in the place of one that has expired."""
        t = tables.guard_sessions
        key, key_id = sealing.new_key(), self._keys.current()
        wrapped = self._keys.wrap(key_id, key, _aad(session, key_id))
        with writing(self._engine) as connection:
            row = connection.execute(select(t).where(t.c.session == session)).first()
            if row is not None and from_db(row.expires_at) > now:
                key = self._session_key(row)  # another writer was first
            else:
                if row is not None:
                    self._delete(connection, [session])
                values = {
                    "session": session,
                    "key_id": key_id,
                    "wrapped": wrapped,
                    "created_at": to_db(now),
                    "used_at": to_db(now),
                    "expires_at": to_db(self._end(now, now, ttl_s, longest_s)),
                    "epoch": 0,
                    "born": secrets.token_hex(8),
                }
                connection.execute(insert(t).values(**values))
            row = connection.execute(select(t).where(t.c.session == session)).one()
            held = Held(session, SessionKeys.of(key), row)
            held.sync(connection)
        return self._remember(held)

    def _remember(self, held: Held) -> Held:
        with self._lock:
            self._held[held.session] = held
            self._held.move_to_end(held.session)
            while len(self._held) > MOST_SESSIONS:
                self._held.popitem(last=False)
        return held

    def _session_key(self, row: Any) -> bytes:
        return self._keys.unwrap(row.key_id, bytes(row.wrapped), _aad(row.session, row.key_id))

    def sessions(self) -> tuple[VaultSession, ...]:
        """Return every session that is there, those used last first.

        Raises:
            OutsideError: the vault cannot be read.
        """
        t, p = tables.guard_sessions, tables.guard_pairs
        counted = select(p.c.session, func.count().label("n")).group_by(p.c.session).subquery()
        query = select(t, counted.c.n).outerjoin(counted, counted.c.session == t.c.session)
        with kept(self._engine, "cannot read the vault"), self._engine.connect() as connection:
            return tuple(
                VaultSession(
                    session=row.session,
                    n_pairs=row.n or 0,
                    created_at=from_db(row.created_at),
                    used_at=from_db(row.used_at),
                    expires_at=from_db(row.expires_at),
                    key_id=row.key_id,
                )
                for row in connection.execute(query.order_by(t.c.used_at.desc(), t.c.session))
            )

    def check(self) -> None:
        """Look whether the vault can be read and its keys are there.

        Raises:
            OutsideError: not so.
        """
        HouseKeys(self._engine, self._keys).newest(NAMES)
        with kept(self._engine, "cannot read the keys"):
            self._keys.current()

    # -- erasing --------------------------------------------------------------------------------

    def erase(self, session_id: str, *, owner: str = "") -> Erased:
        """Erase a session: its key, its pairs, and what SQLite's log still holds of them.

        Raises:
            OutsideError: it cannot be erased.
        """
        return self.erase_sessions([self.digest(session_id, owner)])

    def erase_sessions(self, sessions: list[str]) -> Erased:
        """Erase sessions by their digests; those that are not there are passed over.

        Raises:
            OutsideError: they cannot be erased.
        """
        with kept(self._engine, "cannot erase"):
            with writing(self._engine) as connection:
                erased = self._delete(connection, sessions)
            self._swept()
        self._forget(sessions)
        return erased

    def purge(self) -> Erased:
        """Erase the sessions that have expired.

        Raises:
            OutsideError: they cannot be erased.
        """
        with kept(self._engine, "cannot erase what has expired"):
            erased = self._purged(None)
            if erased.n_sessions:
                self._swept()
        return erased

    def _purged(self, most: int | None) -> Erased:
        t = tables.guard_sessions
        query = select(t.c.session).where(t.c.expires_at <= to_db(self._clock())).limit(most)
        with self._engine.connect() as connection:
            if connection.execute(query).first() is None:
                return Erased(n_sessions=0, n_pairs=0)
        with writing(self._engine) as connection:
            sessions = [row.session for row in connection.execute(query)]
            erased = self._delete(connection, sessions)
        self._forget(sessions)
        return erased

    def erase_value(self, value: str, *, containing: bool = False) -> Erased:
        r"""Erase a value from every session, however it was written: case, width, spaces and dots aside, or encoded.

        Its pseudonym is turned back nowhere from then on. Values that hold it as whole words go too where it has more
        than one word, or is long and has digits; a single word, such as a given name, may be somebody else's.

        Args:
            value: a name, an address, a number.
            containing: whether values that hold a single word go too: ``Alice`` in ``CORP\\alice``.

        Raises:
            UserError: the value is empty.
            OutsideError: the vault cannot be read or written.
        """
        like = matching.Likeness(value, containing=containing)
        t, p = tables.guard_sessions, tables.guard_pairs
        n_sessions = n_pairs = n_containing = 0
        unread: list[str] = []
        touched_sessions: list[str] = []
        with kept(self._engine, "cannot erase the value"):
            with self._engine.connect() as connection:
                sessions = [row.session for row in connection.execute(select(t.c.session).order_by(t.c.session))]
            for session in sessions:
                # one transaction a session: nothing can be added to it between looking and erasing
                with writing(self._engine) as connection:
                    row = connection.execute(select(t).where(t.c.session == session)).first()
                    if row is None:
                        continue
                    try:
                        keys = SessionKeys.of(self._session_key(row))
                    except OutsideError:
                        unread.append(session)
                        continue
                    query = select(p.c.number, p.c.sealed).where(p.c.session == session)
                    told = [
                        (number, like.of(opened(keys, session, number, bytes(content)).value))
                        for number, content in connection.execute(query)
                    ]
                    numbers = [number for number, held in told if held is matching.Held.MEANT]
                    n_containing += sum(held is matching.Held.WITHIN for _, held in told)
                    if not numbers:
                        continue
                    self._erasing(connection)
                    for at in range(0, len(numbers), _BATCH):
                        connection.execute(
                            delete(p).where(p.c.session == session, p.c.number.in_(numbers[at : at + _BATCH]))
                        )
                    connection.execute(update(t).where(t.c.session == session).values(epoch=t.c.epoch + 1))
                    n_sessions += 1
                    n_pairs += len(numbers)
                    touched_sessions.append(session)
            if touched_sessions:
                self._swept()
        with self._lock:
            stale = [self._held[one] for one in touched_sessions if one in self._held]
        for held in stale:
            with held.lock:
                held.checked_s = float("-inf")  # looks before it next resolves anything
        return Erased(n_sessions=n_sessions, n_pairs=n_pairs, unread=tuple(unread), n_containing=n_containing)

    def reset(self) -> Erased:
        """Erase every session and begin with new keys of the guard's own: the way on once a master key is lost.

        Approvals go too. The trail stays; what it holds so far can only be verified where its key can be read.

        Raises:
            OutsideError: the vault cannot be written.
        """
        t = tables.guard_sessions
        with kept(self._engine, "cannot reset the vault"):
            with writing(self._engine) as connection:
                sessions = [row.session for row in connection.execute(select(t.c.session))]
                erased = self._delete(connection, sessions)
                connection.execute(delete(tables.guard_approvals))
                k = tables.guard_keys
                connection.execute(delete(k).where(k.c.name.not_in((NAMES, TRAIL))))  # made anew when asked for
            self.house.add(NAMES)
            self.house.add(TRAIL)
            self._swept()
        self._forget(sessions)
        self._names = None
        return erased

    def _delete(self, connection: Connection, sessions: list[str]) -> Erased:
        t, p = tables.guard_sessions, tables.guard_pairs
        self._erasing(connection)
        n_sessions = n_pairs = 0
        for at in range(0, len(sessions), _BATCH):
            some = sessions[at : at + _BATCH]
            n_pairs += connection.execute(delete(p).where(p.c.session.in_(some))).rowcount
            n_sessions += connection.execute(delete(t).where(t.c.session.in_(some))).rowcount
        return Erased(n_sessions=n_sessions, n_pairs=n_pairs)

    def _erasing(self, connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")

    def _swept(self) -> None:
        if self._engine.dialect.name == "sqlite":
            empty_log(self._engine)

    def _forget(self, sessions: list[str]) -> None:
        with self._lock:
            held = [one for one in (self._held.pop(session, None) for session in sessions) if one]
        for one in held:
            with one.lock:
                one.forget()
                one.gone = True

    # -- master keys ----------------------------------------------------------------------------

    def key_uses(self) -> dict[str, int]:
        """Return how many keys each master key protects, by its id.

        Raises:
            OutsideError: the vault cannot be read.
        """
        uses: dict[str, int] = {}
        with kept(self._engine, "cannot read the vault"), self._engine.connect() as connection:
            for t in (tables.guard_keys, tables.guard_sessions):
                for key_id, n in connection.execute(select(t.c.key_id, func.count()).group_by(t.c.key_id)):
                    uses[key_id] = uses.get(key_id, 0) + n
        return uses

    def rotate(self, tell: Callable[[int], None] | None = None) -> Rotated:
        """Put every key under the current master key; entries are not touched. Goes on where it was stopped.

        Args:
            tell: is told of every so many keys.

        Raises:
            OutsideError: the vault cannot be read or written, or the master keys cannot be reached.
        """
        current = self._keys.current()
        missing: dict[str, None] = {}
        n_keys = 0
        with kept(self._engine, "cannot rotate"):
            for table in (tables.guard_keys, tables.guard_sessions):
                n_keys += self._rewrapped(table, current, missing, tell)
        return Rotated(key_id=current, n_keys=n_keys, missing=tuple(missing))

    def _rewrapped(self, table: Any, current: str, missing: dict[str, None], tell: Callable[[int], None] | None) -> int:
        n_done = 0
        own = [c for c in table.primary_key]
        with self._engine.connect() as connection:
            places = connection.execute(select(*own).where(table.c.key_id != current).order_by(*own)).all()
        for at in range(0, len(places), _BATCH):
            n_of_batch = 0
            with writing(self._engine) as connection:
                for place in places[at : at + _BATCH]:
                    there = [column == value for column, value in zip(own, place, strict=True)]
                    row = connection.execute(select(table).where(*there, table.c.key_id != current)).first()
                    if row is None:
                        continue  # erased meanwhile, or another rotation was here
                    bound = _bound(table, row)
                    try:
                        key = self._keys.unwrap(row.key_id, bytes(row.wrapped), bound(row.key_id))
                    except OutsideError:
                        missing[row.key_id] = None
                        continue
                    wrapped = self._keys.wrap(current, key, bound(current))
                    connection.execute(update(table).where(*there).values(key_id=current, wrapped=wrapped))
                    n_of_batch += 1
            n_done += n_of_batch
            if tell is not None:
                tell(n_of_batch)
        return n_done


def _aad(session: str, key_id: str) -> bytes:
    return f"session\x00{session}\x00{key_id}".encode()


def _bound(table: Any, row: Any) -> Callable[[str], bytes]:
    """Return what a key is bound to, by the id of its master key."""
    if table is tables.guard_keys:
        return lambda key_id: aad_of(row.name, row.number, key_id)
    return lambda key_id: _aad(row.session, key_id)
