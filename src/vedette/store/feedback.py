"""Feedback: what analysts said of answers, kept as labelled activity data for later training.

A verdict is also written on the case that the answer spoke of, where triage looks for it.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert, select

from vedette.errors import OutsideError, UserError
from vedette.schema import Feedback, FeedbackKind, Verdict
from vedette.store import audit, tables
from vedette.store.book import to_json, whoami, write_note
from vedette.store.lake import Lake
from vedette.store.state import from_db, to_db, writing

MAX_TEXT_CHARS = 20_000

_VERDICTS_ON_REPLY = {FeedbackKind.ACCEPTED: "up", FeedbackKind.REJECTED: "down"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FeedbackBook:
    """The feedback of a home's sessions.

    Args:
        lake: whose state.
        clock: returns the time now, UTC.
    """

    def __init__(self, lake: Lake, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._lake = lake
        self._clock = clock

    def add(
        self,
        session_id: str,
        turn: int,
        kind: FeedbackKind,
        *,
        text: str = "",
        verdict: Verdict | None = None,
        author: str | None = None,
    ) -> Feedback:
        """Keep what was said of one answer and return it.

        Args:
            session_id: the session.
            turn: number of the turn.
            kind: what is said.
            text: the answer as it should have been, for a correction; else why.
            verdict: of the case that the answer spoke of; for ``verdict`` only.
            author: who says so.

        Raises:
            UserError: there is no such turn, the text or verdict is missing or has no place, or it is too long.
        """
        from vedette.store.sessions import SessionBook

        text = text.strip()
        if len(text) > MAX_TEXT_CHARS:
            raise UserError(f"feedback of {len(text)} characters; at most {MAX_TEXT_CHARS} are kept")
        if kind is FeedbackKind.CORRECTED and not text:
            raise UserError("a correction needs the answer as it should have been", next_step="give --text")
        if (kind is FeedbackKind.VERDICT) != (verdict is not None):
            raise UserError("a verdict, and only a verdict, says true_positive, false_positive, benign or undecided")
        book = SessionBook(self._lake)
        asked = book.turn(session_id, turn)
        case_id = None
        if verdict is not None:
            case_id = asked.answer.focus.case_id or book.get(session_id).case_id
        at, who = self._clock(), author or whoami()
        with writing(self._lake.state) as connection:
            if not connection.execute(
                select(tables.turns.c.number).where(tables.turns.c.session_id == session_id)
            ).first():
                raise UserError(f"no session {session_id!r}", next_step="vedette sessions list")
            if case_id is not None and not write_note(connection, case_id, at, who, text, verdict=verdict):
                case_id = None
            added = connection.execute(
                insert(tables.feedback).values(
                    session_id=session_id,
                    turn=turn,
                    kind=kind.value,
                    verdict=verdict.value if verdict else None,
                    case_id=case_id,
                    text=text,
                    author=who,
                    at=to_db(at),
                )
            ).inserted_primary_key
            detail = {"turn": turn, "kind": kind.value, "verdict": verdict.value if verdict else None}
            audit.add(connection, who, "session.feedback", session_id, detail | {"case_id": case_id})
        return Feedback(
            feedback_id=int(added[0]) if added else 0,
            session_id=session_id,
            turn=turn,
            kind=kind,
            author=who,
            at=at,
            text=text,
            verdict=verdict,
            case_id=case_id,
        )

    def list(self, session_id: str | None = None) -> tuple[Feedback, ...]:
        """Return the feedback on one session or all, in the order in which it was given."""
        t = tables.feedback
        query = select(t).order_by(t.c.feedback_id)
        if session_id is not None:
            query = query.where(t.c.session_id == session_id)
        with self._lake.state.connect() as connection:
            return tuple(
                Feedback(
                    feedback_id=row.feedback_id,
                    session_id=row.session_id,
                    turn=row.turn,
                    kind=FeedbackKind(row.kind),
                    author=row.author,
                    at=from_db(row.at),
                    text=row.text,
                    verdict=Verdict(row.verdict) if row.verdict else None,
                    case_id=row.case_id,
                )
                for row in connection.execute(query)
            )

    def corpus(self) -> Iterator[dict[str, Any]]:
        """Yield each session that was judged as the corpus reader ``sessions`` takes it, the oldest first.

        A reply carries ``feedback`` (``up``, ``down``), ``corrected`` and ``verdict`` as they were said last, and the
        ``plan`` that it came from. A session with nothing but verdicts is left out: those stand on their cases.
        """
        from vedette.store.sessions import SessionBook

        book = SessionBook(self._lake)
        told: dict[str, dict[int, builtins.list[Feedback]]] = {}
        for said in self.list():
            told.setdefault(said.session_id, {}).setdefault(said.turn, []).append(said)
        for session_id, of_turns in told.items():
            if all(said.kind is FeedbackKind.VERDICT for turn in of_turns.values() for said in turn):
                continue
            try:
                session, turns = book.get(session_id), book.turns(session_id)
            except UserError:  # deleted meanwhile
                continue
            messages: builtins.list[dict[str, Any]] = []
            for turn in turns:
                reply: dict[str, Any] = {"role": "assistant", "content": turn.answer.text}
                if turn.answer.plan is not None:
                    reply["plan"] = orjson.loads(to_json(turn.answer.plan))
                messages += [{"role": "user", "content": turn.answer.question}, reply | _said(of_turns, turn.number)]
            yield {
                "session_id": session_id,
                "case_id": session.case_id,
                "started_at": session.started_at.isoformat(),
                "feedback": None,
                "messages": messages,
            }

    def write_corpus(self, path: Path) -> int:
        """Write :meth:`corpus` as JSON lines; return how many sessions.

        Raises:
            OutsideError: the file cannot be written.
        """
        n_sessions = 0
        try:
            with path.open("wb") as file:
                for row in self.corpus():
                    file.write(orjson.dumps(row) + b"\n")
                    n_sessions += 1
        except OSError as error:
            raise OutsideError(f"cannot write the feedback: {error.strerror}", location=str(path)) from error
        return n_sessions


def _said(of_turns: dict[int, list[Feedback]], number: int) -> dict[str, Any]:
    """Return what was said last of a reply; a correction and a mark replace each other."""
    out: dict[str, Any] = {}
    for said in of_turns.get(number, ()):
        if said.kind is FeedbackKind.VERDICT and said.verdict is not None:
            out["verdict"] = said.verdict.value
            continue
        out = {k: v for k, v in out.items() if k == "verdict"}
        if said.kind is FeedbackKind.CORRECTED:
            out["corrected"] = said.text
        else:
            out["feedback"] = _VERDICTS_ON_REPLY[said.kind]
    return out
