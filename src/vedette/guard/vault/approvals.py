"""What was held back, and what somebody with the right to said of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from vedette.errors import UserError
from vedette.guard.policy.settling import settle
from vedette.guard.vault import sealing
from vedette.guard.vault.base import KeyProvider
from vedette.guard.vault.house import NAMES, HouseKeys, kept
from vedette.schema.guarding import Action, GuardFinding, GuardVerdict
from vedette.store import tables
from vedette.store.state import from_db, to_db, writing

OPEN_S = 7 * 86_400.0
"""Seconds after which a question that nobody answered is forgotten."""
MOST_OPEN = 10_000
"""Questions that wait at once; a client cannot fill the table."""


class ApprovalState(StrEnum):
    """What became of a question."""

    OPEN = "open"
    ALLOWED = "allowed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A value that was held back: whose, of what sort, and what was decided. The value itself is not kept."""

    approval_id: str
    entity: str
    route: str
    asked_by: str
    asked_at: datetime
    state: ApprovalState
    expires_at: datetime
    """When it is forgotten: the question, or what was decided."""
    decided_by: str | None = None
    decided_at: datetime | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Approvals:
    """Questions and answers in a state database. Safe from several threads and processes.

    An approval is for one value of one asker, whatever the session: it is found again by a keyed digest of both.

    Args:
        engine: the state database.
        keys: the master keys.
        clock: returns the time now, UTC.
    """

    def __init__(self, engine: Engine, keys: KeyProvider, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._engine = engine
        self._house = HouseKeys(engine, keys)
        self._clock = clock
        self._key: bytes | None = None

    def ask(self, asked_by: str, entity: str, value: str, *, route: str = "") -> Approval:
        """Return what was decided of a value; where nothing was, the question, which now waits for an answer.

        Raises:
            UserError: too many questions wait.
            OutsideError: it cannot be kept.
        """
        t = tables.guard_approvals
        digest = self._digest(asked_by, entity, value)
        with kept(self._engine, "cannot ask for an approval"):
            found = self._found(digest)
            if found is not None:
                return found
            now = self._clock()
            values = {
                "approval_id": f"ask-{secrets.token_hex(6)}",
                "digest": digest,
                "entity": entity[:64],
                "route": route[:200],
                "asked_by": asked_by[:200],
                "asked_at": to_db(now),
                "state": ApprovalState.OPEN.value,
                "expires_at": to_db(now + timedelta(seconds=OPEN_S)),
            }
            with writing(self._engine) as connection:
                connection.execute(delete(t).where(t.c.expires_at <= to_db(now)))
                row = connection.execute(select(t).where(t.c.digest == digest)).first()
                if row is None:
                    waiting = connection.execute(
                        select(t.c.approval_id).where(t.c.state == ApprovalState.OPEN.value).limit(MOST_OPEN)
                    ).all()
                    if len(waiting) >= MOST_OPEN:
                        raise UserError(
                            f"{MOST_OPEN:,} questions wait for an answer", next_step="vedette guard approvals list"
                        )
                    connection.execute(insert(t).values(**values))
                    row = connection.execute(select(t).where(t.c.digest == digest)).one()
        return _approval(row)

    def answered(self, verdict: GuardVerdict, text: str, *, asked_by: str, route: str = "") -> GuardVerdict:
        """Return a verdict with its questions answered; those that wait are asked, and named in its reason.

        Args:
            verdict: what the policy decided of a text.
            text: that text.
            asked_by: whose request it is: the client's name.
            route: the gateway's route.

        Raises:
            UserError: too many questions wait.
            OutsideError: the answers cannot be read, or a question not kept.
        """
        waiting: list[str] = []

        def said(finding: GuardFinding) -> bool | None:
            one = self.ask(asked_by, finding.entity, text[finding.start : finding.end], route=route)
            if one.state is ApprovalState.OPEN:
                waiting.append(one.approval_id)
                return None
            return one.state is ApprovalState.ALLOWED

        settled = settle(verdict, said)
        if not waiting or settled.action is not Action.ASK:
            return settled
        ids = ", ".join(dict.fromkeys(waiting))
        return replace(settled, reason=f"{settled.reason}; approvals: {ids}")

    def find(self, asked_by: str, entity: str, value: str) -> Approval | None:
        """Return what is known of a value: a question, an answer that holds still, or None.

        Raises:
            OutsideError: it cannot be read.
        """
        digest = self._digest(asked_by, entity, value)
        with kept(self._engine, "cannot read the approvals"):
            return self._found(digest)

    def decide(self, approval_id: str, allow: bool, *, decided_by: str, for_s: float) -> Approval:
        """Answer a question, or change an answer; return it.

        Args:
            approval_id: the question's id, or how it begins.
            allow: whether the value may pass.
            decided_by: who says so.
            for_s: seconds for which the answer holds.

        Raises:
            UserError: there is no such question, several begin so, or the time is not positive.
            OutsideError: it cannot be kept.
        """
        if for_s <= 0:
            raise UserError("an answer must hold for a while")
        t = tables.guard_approvals
        now = self._clock()
        with kept(self._engine, "cannot keep the answer"), writing(self._engine) as connection:
            query = select(t).where(t.c.approval_id.startswith(approval_id, autoescape=True))
            rows = connection.execute(query.where(t.c.expires_at > to_db(now)).limit(2)).all()
            if len(rows) != 1:
                said = "no question begins" if not rows else "several questions begin"
                raise UserError(f"{said} with {approval_id!r}", next_step="vedette guard approvals list")
            mine = t.c.approval_id == rows[0].approval_id
            state = ApprovalState.ALLOWED if allow else ApprovalState.DENIED
            connection.execute(
                update(t)
                .where(mine)
                .values(
                    state=state.value,
                    decided_by=decided_by[:200],
                    decided_at=to_db(now),
                    expires_at=to_db(now + timedelta(seconds=for_s)),
                )
            )
            return _approval(connection.execute(select(t).where(mine)).one())

    def all(self) -> tuple[Approval, ...]:
        """Return questions and the answers that hold, the newest question first.

        Raises:
            OutsideError: they cannot be read.
        """
        t = tables.guard_approvals
        query = select(t).where(t.c.expires_at > to_db(self._clock())).order_by(t.c.asked_at.desc(), t.c.approval_id)
        with kept(self._engine, "cannot read the approvals"), self._engine.connect() as connection:
            return tuple(_approval(row) for row in connection.execute(query))

    def _digest(self, asked_by: str, entity: str, value: str) -> bytes:
        if self._key is None:
            self._key = self._house.newest(NAMES)[1]
        return sealing.mac(self._key, "approval", asked_by, entity, value)

    def _found(self, digest: bytes) -> Approval | None:
        t = tables.guard_approvals
        with self._engine.connect() as connection:
            row = connection.execute(select(t).where(t.c.digest == digest)).first()
        return None if row is None or from_db(row.expires_at) <= self._clock() else _approval(row)


def _approval(row: Any) -> Approval:
    return Approval(
        approval_id=row.approval_id,
        entity=row.entity,
        route=row.route,
        asked_by=row.asked_by,
        asked_at=from_db(row.asked_at),
        state=ApprovalState(row.state),
        expires_at=from_db(row.expires_at),
        decided_by=row.decided_by,
        decided_at=from_db(row.decided_at) if row.decided_at else None,
    )
