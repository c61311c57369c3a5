"""Sessions: conversations kept whole, so that they can be resumed, exported, shared read-only and deleted.

Every prompt, plan, tool call, fact, claim, dropped sentence and file of an answer is kept with its turn.
"""

from __future__ import annotations

import builtins
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from vedette.errors import UserError
from vedette.schema import Answer, Artefact, Feedback, Focus, Session, Share, Turn
from vedette.store import audit, tables
from vedette.store._secret import digest_of, new_secret
from vedette.store.book import from_json, to_json, whoami
from vedette.store.lake import Lake
from vedette.store.state import empty_log, from_db, to_db, writing

EXPORT_FORMAT = "vedette-session"
EXPORT_VERSION = 1
SHARE_PREFIX = "vds"
MAX_TITLE_CHARS = 200
MAX_ANSWER_BYTES = 32 << 20
"""Of a stored answer, its files not counted."""


class TurnExport(TypedDict):
    """One question of an exported session."""

    number: int
    """From 1."""
    at: datetime
    answer: Answer
    """The whole answer: plan, tool calls, facts, claims, dropped sentences; files in Base64."""


class SessionExport(TypedDict):
    """A session as ``vedette sessions export`` writes it: everything that was kept."""

    format: Literal["vedette-session"]
    version: Literal[1]
    """Counts up when a field is renamed or removed; fields may be added."""
    session: Session
    turns: list[TurnExport]
    feedback: list[Feedback]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SessionBook:
    """The sessions of a home. Safe to use from several threads and processes.

    Args:
        lake: whose state.
        clock: returns the time now, UTC.
    """

    def __init__(self, lake: Lake, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._lake = lake
        self._clock = clock

    # -- keeping a conversation ----------------------------------------------------------------

    def start(self, title: str, owner: str, case_id: str | None = None) -> Session:
        """Return a new, empty session.

        Args:
            title: what it is about; cut where it is long, so a first question will do.
            owner: who asks.
            case_id: only this case is meant.
        """
        at = self._clock()
        session = Session(
            session_id=f"session-{secrets.token_hex(8)}",
            title=_title(title),
            owner=owner,
            started_at=at,
            last_at=at,
            case_id=case_id,
        )
        with writing(self._lake.state) as connection:
            connection.execute(
                insert(tables.sessions).values(
                    session_id=session.session_id,
                    title=session.title,
                    owner=owner,
                    case_id=case_id,
                    started_at=to_db(at),
                    last_at=to_db(at),
                    n_turns=0,
                    focus=to_json(session.focus).decode(),
                )
            )
        return session

    def add(self, session_id: str, answer: Answer) -> Turn:
        """Keep an answer as the session's next turn and return that.

        Turns added at the same time get different numbers, in the order of their commits.

        Raises:
            UserError: there is no such session (any more), or the answer is too large to keep.
        """
        at = answer.asked_at or self._clock()
        body = to_json(replace(answer, artefacts=()))
        if len(body) > MAX_ANSWER_BYTES:
            raise UserError(f"the answer is too large to keep ({len(body)} bytes)", next_step="ask for less at once")
        t = tables.sessions
        with writing(self._lake.state) as connection:
            held = connection.execute(select(t.c.n_turns).where(t.c.session_id == session_id)).scalar()
            if held is None:
                raise _missing(session_id)
            number = int(held) + 1
            connection.execute(
                insert(tables.turns).values(
                    session_id=session_id,
                    number=number,
                    at=to_db(at),
                    status=answer.status.value,
                    body=body.decode(),
                )
            )
            if answer.artefacts:
                connection.execute(
                    insert(tables.artefacts),
                    [
                        {
                            "session_id": session_id,
                            "number": number,
                            "place": place,
                            "name": a.name,
                            "media_type": a.media_type,
                            "content": a.content,
                        }
                        for place, a in enumerate(answer.artefacts)
                    ],
                )
            connection.execute(
                update(t)
                .where(t.c.session_id == session_id)
                .values(n_turns=number, last_at=to_db(at), focus=to_json(answer.focus).decode())
            )
        return Turn(session_id=session_id, number=number, at=at, answer=answer)

    def rename(self, session_id: str, title: str) -> Session:
        """Give a session another title and return it.

        Raises:
            UserError: there is no such session.
        """
        t = tables.sessions
        with writing(self._lake.state) as connection:
            changed = connection.execute(update(t).where(t.c.session_id == session_id).values(title=_title(title)))
        if not changed.rowcount:
            raise _missing(session_id)
        return self.get(session_id)

    # -- looking back --------------------------------------------------------------------------

    def get(self, session_id: str) -> Session:
        """Return a session; its ``focus`` is what the next question starts from.

        Raises:
            UserError: there is none of this very id.
        """
        t = tables.sessions
        with self._lake.state.connect() as connection:
            row = connection.execute(select(t).where(t.c.session_id == session_id)).first()
        if row is None:
            raise _missing(session_id)
        return _session(row)

    def find(self, wanted: str, *, owner: str | None = None) -> Session:
        """Return the session whose id is ``wanted`` or begins with it (with or without ``session-``).

        Raises:
            UserError: none, or more than one.
        """
        begins = tables.sessions.c.session_id.startswith("session-" + wanted.removeprefix("session-"), autoescape=True)
        query = select(tables.sessions).where(begins).limit(2)
        if owner is not None:
            query = query.where(tables.sessions.c.owner == owner)
        with self._lake.state.connect() as connection:
            rows = connection.execute(query).all()
        if not rows or not wanted:
            raise _missing(wanted)
        if len(rows) > 1:
            raise UserError(f"{wanted!r} fits several sessions", next_step="give more of the id")
        return _session(rows[0])

    def list(self, owner: str | None = None, *, limit: int = 1000) -> tuple[Session, ...]:
        """Return the sessions, last used first.

        Args:
            owner: only this one's.
            limit: at most so many.
        """
        t = tables.sessions
        query = select(t).order_by(t.c.last_at.desc(), t.c.session_id).limit(limit)
        if owner is not None:
            query = query.where(t.c.owner == owner)
        with self._lake.state.connect() as connection:
            return tuple(_session(row) for row in connection.execute(query))

    def turns(self, session_id: str) -> tuple[Turn, ...]:
        """Return a session's turns in order.

        Raises:
            UserError: there is no such session.
        """
        turns = self._turns(session_id)
        if not turns:
            self.get(session_id)
        return turns

    def turn(self, session_id: str, number: int) -> Turn:
        """Return one turn.

        Raises:
            UserError: there is no such turn.
        """
        turns = self._turns(session_id, number)
        if not turns:
            self.get(session_id)
            raise UserError(f"{session_id} has no turn {number}", next_step=f"vedette sessions show {session_id}")
        return turns[0]

    def _turns(self, session_id: str, number: int | None = None) -> tuple[Turn, ...]:
        t, a = tables.turns, tables.artefacts
        query = select(t).where(t.c.session_id == session_id).order_by(t.c.number)
        files = select(a).where(a.c.session_id == session_id).order_by(a.c.number, a.c.place)
        if number is not None:
            query, files = query.where(t.c.number == number), files.where(a.c.number == number)
        made: dict[int, builtins.list[Artefact]] = {}
        with self._lake.state.connect() as connection:
            for row in connection.execute(files):
                artefact = Artefact(name=row.name, media_type=row.media_type, content=bytes(row.content))
                made.setdefault(row.number, []).append(artefact)
            rows = connection.execute(query).all()
        return tuple(
            Turn(
                session_id=session_id,
                number=row.number,
                at=from_db(row.at),
                answer=replace(from_json(Answer, row.body), artefacts=tuple(made.get(row.number, ()))),
            )
            for row in rows
        )

    def export(self, session_id: str) -> dict[str, Any]:
        """Return a :class:`SessionExport` as JSON values; its schema is ``docs/reference/session.schema.json``.

        Raises:
            UserError: there is no such session.
        """
        from base64 import b64encode

        from vedette.store.feedback import FeedbackBook

        session = self.get(session_id)
        turns = []
        for turn in self.turns(session_id):
            answer = orjson.loads(to_json(replace(turn.answer, artefacts=())))
            answer["artefacts"] = [
                {"name": a.name, "media_type": a.media_type, "content": b64encode(a.content).decode()}
                for a in turn.answer.artefacts
            ]
            turns.append({"number": turn.number, "at": turn.at.isoformat(), "answer": answer})
        told = [orjson.loads(to_json(f)) for f in FeedbackBook(self._lake).list(session_id)]
        return {
            "format": EXPORT_FORMAT,
            "version": EXPORT_VERSION,
            "session": orjson.loads(to_json(session)),
            "turns": turns,
            "feedback": told,
        }

    # -- sharing -------------------------------------------------------------------------------

    def share(self, session_id: str, *, expires_at: datetime | None = None, actor: str | None = None) -> str:
        """Return a new token that opens the session read-only; it is not kept and cannot be told again.

        Args:
            session_id: the session.
            expires_at: UTC-aware; None: it opens until it is taken back.
            actor: who shares it.

        Raises:
            UserError: there is no such session, or the share would have expired already.
        """
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise UserError("the share would have expired already", next_step="give a time to come")
        token, who = new_secret(SHARE_PREFIX), actor or whoami()
        share_id = f"share-{secrets.token_hex(6)}"
        with writing(self._lake.state) as connection:
            self._must_exist(connection, session_id)
            connection.execute(
                insert(tables.shares).values(
                    share_id=share_id,
                    session_id=session_id,
                    digest=digest_of(token),
                    created_at=to_db(now),
                    created_by=who,
                    expires_at=to_db(expires_at) if expires_at else None,
                )
            )
            until = expires_at.isoformat() if expires_at else None
            audit.add(connection, who, "session.share", session_id, {"share_id": share_id, "expires_at": until})
        return token

    def shares(self, session_id: str) -> tuple[Share, ...]:
        """Return the shares of a session, also those that have expired.

        Raises:
            UserError: there is no such session.
        """
        self.get(session_id)
        t = tables.shares
        with self._lake.state.connect() as connection:
            query = select(t).where(t.c.session_id == session_id).order_by(t.c.created_at, t.c.share_id)
            return tuple(
                Share(
                    share_id=row.share_id,
                    session_id=row.session_id,
                    created_at=from_db(row.created_at),
                    created_by=row.created_by,
                    expires_at=from_db(row.expires_at) if row.expires_at else None,
                )
                for row in connection.execute(query)
            )

    def by_share(self, token: str) -> Session:
        """Return the session that a share's token opens.

        Raises:
            UserError: it opens none (never did, was taken back, has expired): all said alike.
        """
        t, s = tables.shares, tables.sessions
        query = select(s, t.c.expires_at).join(t, t.c.session_id == s.c.session_id)
        row = None
        if token.startswith(SHARE_PREFIX + "_") and len(token) <= 200:
            with self._lake.state.connect() as connection:
                row = connection.execute(query.where(t.c.digest == digest_of(token))).first()
        if row is None or (row.expires_at is not None and from_db(row.expires_at) <= self._clock()):
            raise UserError("this share opens nothing (any more)", next_step="ask for a new one")
        return _session(row)

    def unshare(self, session_id: str, share_id: str | None = None, *, actor: str | None = None) -> int:
        """Take back one share of a session, or all; return how many.

        Raises:
            UserError: there is no such session, or it has no such share.
        """
        t = tables.shares
        with writing(self._lake.state) as connection:
            self._must_exist(connection, session_id)
            taken = delete(t).where(t.c.session_id == session_id)
            if share_id is not None:
                taken = taken.where(t.c.share_id == share_id)
            n_taken = connection.execute(taken).rowcount
            if share_id is not None and not n_taken:
                raise UserError(f"{session_id} has no share {share_id!r}")
            if n_taken:
                detail = {"share_id": share_id, "n_shares": n_taken}
                audit.add(connection, actor or whoami(), "session.unshare", session_id, detail)
        return n_taken

    # -- forgetting ----------------------------------------------------------------------------

    def delete(self, session_id: str, *, actor: str | None = None) -> None:
        """Delete a session with its turns, files, feedback and shares; the audit keeps that it was deleted.

        On SQLite its bytes are overwritten; on PostgreSQL they go with the next vacuum.

        Raises:
            UserError: there is no such session.
        """
        owned = (tables.shares, tables.feedback, tables.artefacts, tables.turns, tables.sessions)
        on_sqlite = self._lake.state.dialect.name == "sqlite"
        with writing(self._lake.state) as connection:
            self._must_exist(connection, session_id)
            if on_sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            gone = {
                f"n_{t.name}": connection.execute(delete(t).where(t.c.session_id == session_id)).rowcount for t in owned
            }
            del gone["n_sessions"]
            audit.add(connection, actor or whoami(), "session.delete", session_id, gone)
        if on_sqlite:
            empty_log(self._lake.state)

    def _must_exist(self, connection: Connection, session_id: str) -> None:
        t = tables.sessions
        if not connection.execute(select(func.count()).where(t.c.session_id == session_id)).scalar():
            raise _missing(session_id)


def _missing(session_id: str) -> UserError:
    return UserError(f"no session {session_id!r}", next_step="vedette sessions list")


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1] + "…"


def _session(row: Any) -> Session:
    return Session(
        session_id=row.session_id,
        title=row.title,
        owner=row.owner,
        started_at=from_db(row.started_at),
        last_at=from_db(row.last_at),
        case_id=row.case_id,
        n_turns=row.n_turns,
        focus=from_json(Focus, row.focus),
    )
