"""The trail: what passed the guard, for whom, and what was done. Each row holds the digest of the one before.

Digests are keyed (HMAC-SHA256) with a key that lies in the state database under the master key: whoever can write to
the database but lacks the master key can neither change a row nor write one, and whoever takes rows off the end is told
by the anchor (:mod:`vedette.guard.anchor`), a small file outside of the database that says how far the trail has come.
It knows a row before :meth:`Trail.record` returns: a process that is killed leaves no more than the rows unanchored
that it was writing at that moment.

A row holds names, counts and times; never a value, and of words that a client chose no more than looks like a name.
"""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from vedette.errors import OutsideError, UserError
from vedette.guard.anchor import Anchor, Anchored
from vedette.guard.vault import sealing
from vedette.guard.vault.base import KeyProvider
from vedette.guard.vault.house import TRAIL, HouseKeys, kept
from vedette.store import tables
from vedette.store.state import from_db, to_db, writing

BEGINNING = "0" * 64
"""What the first row holds as the digest of the one before."""
_MOST_CHARS = 300
_MOST_ENTITIES = 200
_BATCH = 1000
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_NAMED = re.compile(r"[A-Za-z0-9._:/@+-]{0,100}")
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One row of the trail."""

    seq: int
    at: datetime
    actor: str
    """Whose token, or which account of this machine."""
    action: str
    """What was done: an action of the policy, or ``noun.verb`` for what was done to the guard itself."""
    role: str = ""
    session: str = ""
    """Digest of the session, as the vault knows it."""
    route: str = ""
    model: str = ""
    direction: str = ""
    entities: Mapping[str, int] = field(default_factory=dict)
    """How many of each were found."""
    policy: str = ""
    """Digest of the policy that decided."""
    rule: str = ""
    """Name of the rule that decided."""
    dry_run: bool = False
    status: int | None = None
    """HTTP status that the upstream gave."""
    duration_ms: float | None = None
    size_bytes: int | None = None
    n_replaced: int = 0
    reason: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailCheck:
    """Whether the trail is whole."""

    whole: bool
    n_rows: int
    head: str
    """``SEQ:DIGEST`` of its last row: kept elsewhere it is a witness."""
    broken_at: int | None = None
    """``seq`` of the first row that is not as it was written, or that is missing."""
    reason: str = ""
    anchored: int | None = None
    """``seq`` of the last row that the anchor knows."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Trail:
    """The trail of a state database. Safe from several threads and processes: they write one chain.

    Args:
        engine: the state database.
        keys: the master keys.
        anchor: the file that says how far the trail has come; None keeps none.
        clock: returns the time now, UTC.
    """

    def __init__(
        self,
        engine: Engine,
        keys: KeyProvider,
        *,
        anchor: Path | None = None,
        clock: Callable[[], datetime] = _utc_now,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._house = HouseKeys(engine, keys)
        self._anchor = Anchor(anchor, steady=steady) if anchor is not None else None
        self._clock = clock
        self._begun = False

    # -- writing --------------------------------------------------------------------------------

    def record(
        self,
        *,
        action: str,
        actor: str = "",
        role: str = "",
        session: str = "",
        route: str = "",
        model: str = "",
        direction: str = "",
        entities: Mapping[str, int] | None = None,
        policy: str = "",
        rule: str = "",
        dry_run: bool = False,
        status: int | None = None,
        duration_ms: float | None = None,
        size_bytes: int | None = None,
        n_replaced: int = 0,
        reason: str = "",
        request_id: str = "",
    ) -> TrailEntry:
        """Add a row and return it. See :class:`TrailEntry`; no argument may hold a value.

        Raises:
            OutsideError: it cannot be kept, or the anchor not moved; nothing may then pass.
        """
        said: dict[str, Any] = {
            "actor": _line(actor),
            "action": _named(action),
            "role": _named(role),
            "session": _named(session),
            "route": _named(route),
            "model": _named(model),
            "direction": _named(direction),
            "entities": _counts(entities or {}),
            "policy": _named(policy),
            "rule": _line(rule),
            "dry_run": bool(dry_run),
            "status": status,
            "duration_ms": None if duration_ms is None else round(float(duration_ms), 3),
            "size_bytes": size_bytes,
            "n_replaced": int(n_replaced),
            "reason": _line(reason),
            "request_id": _named(request_id),
        }
        body = json.dumps(
            {
                key: value
                for key, value in said.items()
                if value is not None and value is not False and value not in ("", {})
            },
            sort_keys=True,
        )
        if not self._begun:
            self._key()
            self._begun = True
        at = self._clock()
        t = tables.guard_trail
        with kept(self._engine, "cannot write the guard's audit"), writing(self._engine) as connection:
            seq, prev = _last(connection)
            number = self._house.latest(connection, TRAIL)  # a reset elsewhere may have begun another
            if not number:
                raise _key_is_gone()
            key = self._house.key(TRAIL, number)
            digest = _digest(key, seq + 1, at, number, body, prev)
            connection.execute(
                insert(t).values(seq=seq + 1, at=to_db(at), key=number, body=body, prev=prev, digest=digest)
            )
        # committed: the anchor never knows a row that is not there
        self._move_anchor(seq + 1, digest, key, prev=prev)
        return TrailEntry(seq=seq + 1, at=at, **said)

    def close(self) -> None:
        """Move the anchor to the end.

        Raises:
            OutsideError: it cannot be written.
        """
        if self._anchor is None:
            return
        with kept(self._engine, "cannot read the guard's audit"), self._engine.connect() as connection:
            seq, digest = _last(connection)
        if seq:
            self._move_anchor(seq, digest, self._key()[1], now=True)

    def _key(self) -> tuple[int, bytes]:
        with kept(self._engine, "cannot read the guard's keys"), self._engine.connect() as connection:
            if not self._house.latest(connection, TRAIL) and _last(connection)[0]:
                raise _key_is_gone()
        return self._house.newest(TRAIL)

    def _move_anchor(self, seq: int, digest: str, key: bytes, *, prev: str | None = None, now: bool = False) -> None:
        """Let the anchor know a committed row."""
        if self._anchor is not None:
            self._anchor.move(seq, digest, key, prev=prev, held=self._digest_of, now=now)

    def _digest_of(self, seq: int) -> str | None:
        t = tables.guard_trail
        with kept(self._engine, "cannot read the guard's audit"), self._engine.connect() as connection:
            return connection.execute(select(t.c.digest).where(t.c.seq == seq)).scalar()

    # -- reading --------------------------------------------------------------------------------

    def entries(
        self,
        *,
        after: int = 0,
        limit: int = 1000,
        newest_first: bool = False,
        since: datetime | None = None,
        action: str | None = None,
        actor: str | None = None,
        session: str | None = None,
    ) -> tuple[TrailEntry, ...]:
        """Return rows in the order in which they were added.

        Args:
            after: only rows with a higher ``seq``.
            limit: at most so many.
            newest_first: turn the order round.
            since: only rows from then on.
            action: only this.
            actor: only of this one.
            session: only of this session, or of those that begin so.

        Raises:
            OutsideError: they cannot be read.
        """
        found: list[TrailEntry] = []
        for row in self._rows(after=after, newest_first=newest_first, since=since):
            entry = _entry(row)
            if (
                (action is None or entry.action == action)
                and (actor is None or entry.actor == actor)
                and (session is None or entry.session.startswith(session))
            ):
                found.append(entry)
                if len(found) == limit:
                    break
        return tuple(found)

    def export(self, *, after: int = 0) -> Iterator[str]:
        """Yield rows as JSON lines, with what is needed to verify them by another program that has the key.

        Raises:
            OutsideError: they cannot be read.
        """
        for row in self._rows(after=after):
            said = {"seq": row.seq, "at": _said(from_db(row.at)), "key": row.key, "body": row.body}
            yield json.dumps({**said, "prev": row.prev, "digest": row.digest})

    def verify(self, head: str | None = None) -> TrailCheck:
        """Read the whole trail and say whether it is as it was written, and where it first is not.

        Args:
            head: ``SEQ:DIGEST`` that was noted before: the trail must hold that row still.

        Raises:
            UserError: the head is no such thing.
            OutsideError: the trail or its key cannot be read.
        """
        witnesses: dict[int, tuple[str, str]] = {}
        if head is not None:
            match = _HEAD.fullmatch(head.strip())
            if match is None:
                raise UserError("a head is written as SEQ:DIGEST", next_step="vedette guard audit verify prints it")
            witnesses[int(match[1])] = (match[2], "the head that was noted")
        self._key()
        known, unreadable = self._known()  # before the rows: the anchor of a trail that grows knows no later one
        seq, prev, keys = 0, BEGINNING, dict[int, bytes]()
        broken: tuple[int, str] | None = None
        n_rows = 0
        for row in self._rows():
            n_rows += 1
            reason = self._wrong(row, seq, prev, keys)
            if reason is not None:
                broken = (seq + 1 if row.seq > seq + 1 else row.seq, reason)
                break
            if row.seq in witnesses and not hmac.compare_digest(witnesses[row.seq][0], row.digest):
                broken = (row.seq, f"it is not the row of {witnesses[row.seq][1]}")
                break
            seq, prev = row.seq, row.digest
        anchored: int | None = None
        if broken is None:
            anchored, reason = self._anchor_says(known, unreadable, seq, keys)
            longest = max((one for one in witnesses if one > seq), default=None)
            if reason is not None:
                broken = (min(seq, anchored or seq) + 1, reason)
            elif longest is not None:
                broken = (seq + 1, f"rows are missing: {witnesses[longest][1]} knew {longest}")
        return TrailCheck(
            whole=broken is None,
            n_rows=n_rows if broken is None else seq,
            head=f"{seq}:{prev}",
            broken_at=broken[0] if broken else None,
            reason=broken[1] if broken else "",
            anchored=anchored,
        )

    def _wrong(self, row: Any, seq: int, prev: str, keys: dict[int, bytes]) -> str | None:
        """Return what is wrong with the row that follows another; None where nothing is."""
        if row.seq != seq + 1:
            return f"rows are missing: {row.seq} follows {seq}"
        if row.prev != prev:
            return "it does not follow the row before it"
        if keys and row.key < max(keys):
            return "it is written with a key that was given up before it"
        if row.key not in keys:
            try:
                keys[row.key] = self._house.key(TRAIL, row.key)
            except OutsideError as error:
                raise OutsideError(
                    f"row {row.seq} cannot be verified: {error.message}",
                    location=error.location,
                    next_step=error.next_step,
                ) from None
        digest = _digest(keys[row.key], row.seq, from_db(row.at), row.key, row.body, row.prev)
        return None if hmac.compare_digest(digest, row.digest) else "it was changed"

    def _known(self) -> tuple[Anchored | None, bool]:
        """Return what the anchor knows, and whether it cannot be read."""
        try:
            return (self._anchor.known() if self._anchor is not None else None), False
        except (OSError, ValueError):
            return None, True

    def _anchor_says(
        self, known: Anchored | None, unreadable: bool, seq: int, keys: Mapping[int, bytes]
    ) -> tuple[int | None, str | None]:
        """Return the row that the anchor knows, and what is wrong by it."""
        if self._anchor is None:
            return None, None
        path = self._anchor.path
        if unreadable:
            return None, f"the anchor {path} cannot be read"
        if known is None:
            # whoever is killed after the first row was committed has not written an anchor yet
            return None, None if seq <= 1 else f"the anchor {path} is missing: rows may have been taken off the end"
        if not keys:
            return known.seq, f"rows are missing: the anchor knew {known.seq}"
        if not any(known.made_with(key) for key in keys.values()):
            return known.seq, f"the anchor {path} was changed"
        if known.seq > seq:
            return known.seq, f"rows are missing: the anchor knew {known.seq}"
        return known.seq, None if self._digest_of(known.seq) == known.digest else "the anchor knew another row"

    def _rows(self, *, after: int = 0, newest_first: bool = False, since: datetime | None = None) -> Iterator[Any]:
        """Yield rows, a batch in memory at a time; no transaction is held while they are looked at."""
        t = tables.guard_trail
        place = None if newest_first else after
        while True:
            query = select(t).where(t.c.seq > after)
            if place is not None:
                query = query.where(t.c.seq < place if newest_first else t.c.seq > place)
            if since is not None:
                query = query.where(t.c.at >= to_db(since))
            query = query.order_by(t.c.seq.desc() if newest_first else t.c.seq).limit(_BATCH)
            with kept(self._engine, "cannot read the guard's audit"), self._engine.connect() as connection:
                rows = connection.execute(query).all()
            yield from rows
            if len(rows) < _BATCH:
                return
            place = rows[-1].seq


def _key_is_gone() -> OutsideError:
    return OutsideError(
        "the key of the guard's audit is gone from the state database", next_step="restore the database from a backup"
    )


def as_dict(entry: TrailEntry) -> dict[str, Any]:
    """Return a row for JSON."""
    return {**asdict(entry), "at": _said(entry.at)}


def _last(connection: Connection) -> tuple[int, str]:
    t = tables.guard_trail
    row = connection.execute(select(t.c.seq, t.c.digest).order_by(t.c.seq.desc()).limit(1)).first()
    return (row.seq, row.digest) if row else (0, BEGINNING)


def _digest(key: bytes, seq: int, at: datetime, number: int, body: str, prev: str) -> str:
    return sealing.mac(key, "row", str(seq), _said(at), str(number), body, prev).hex()


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


_NAMES = frozenset(f.name for f in fields(TrailEntry))


def _entry(row: Any) -> TrailEntry:
    try:
        said = json.loads(row.body)
        known = {key: value for key, value in said.items() if key in _NAMES}
        return TrailEntry(**{"actor": "", "action": "", **known, "seq": row.seq, "at": from_db(row.at)})
    except (ValueError, AttributeError):
        return TrailEntry(seq=row.seq, at=from_db(row.at), actor="", action="unreadable")


def _line(text: str) -> str:
    """Return a text in one line of bounded length."""
    plain = "".join(char if char.isprintable() else " " for char in text[:_MOST_CHARS])
    return plain.encode("utf-8", "replace").decode().strip()


def _named(text: str) -> str:
    """Return a word that looks like a name; of any other no more than its digest."""
    if _NAMED.fullmatch(text):
        return text
    return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _counts(entities: Mapping[str, int]) -> dict[str, int]:
    kept_ = {key: int(n) for key, n in entities.items() if _ENTITY.fullmatch(key)}
    return dict(sorted(kept_.items())[:_MOST_ENTITIES])
