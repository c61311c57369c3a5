"""The audit: what was done, by whom, to what. Rows are added and read; there is no way to change or delete one.

A row holds ids, counts and short words, never what somebody asked or what the answer was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from vedette.errors import InternalError
from vedette.schema import AuditEntry
from vedette.store import tables
from vedette.store.lake import Lake
from vedette.store.state import from_db, to_db, writing

MAX_WORD_CHARS = 200
"""Of a text in ``detail``; longer ones are prompts or events, which have no place here."""
MAX_DETAILS = 32


def record(
    lake: Lake, actor: str, action: str, target: str = "", detail: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Add a row and return it.

    Args:
        lake: whose state.
        actor: who: an account's or a token's name.
        action: ``noun.verb``.
        target: id of what it was done to.
        detail: ids, counts, flags and short words, or lists of them.

    Raises:
        InternalError: the detail is no such thing.
    """
    with writing(lake.state) as connection:
        return add(connection, actor, action, target, detail)


def add(
    connection: Connection, actor: str, action: str, target: str = "", detail: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Add a row in a transaction that does more: both are there afterwards, or neither. See :func:`record`."""
    kept = dict(detail or {})
    if len(kept) > MAX_DETAILS or not all(_short(v) for v in kept.values()):
        raise InternalError(f"the audit of {action} was given more than ids, counts and short words")
    at = datetime.now(UTC)
    actor, action, target = actor[:MAX_WORD_CHARS], action[:64], target[:MAX_WORD_CHARS]
    added = connection.execute(
        insert(tables.audit).values(
            at=to_db(at), actor=actor, action=action, target=target, detail=orjson.dumps(kept).decode()
        )
    ).inserted_primary_key
    number = int(added[0]) if added else 0
    return AuditEntry(audit_id=number, at=at, actor=actor, action=action, target=target, detail=kept)


def _short(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) <= MAX_DETAILS and all(_short(v) and not isinstance(v, (list, tuple)) for v in value)
    if isinstance(value, str):
        return len(value) <= MAX_WORD_CHARS
    return value is None or isinstance(value, (bool, int, float))


def entries(
    lake: Lake,
    *,
    after: int = 0,
    limit: int = 1000,
    actor: str | None = None,
    action: str | None = None,
    target: str | None = None,
    newest_first: bool = False,
) -> tuple[AuditEntry, ...]:
    """Return rows in the order in which they were added.

    Args:
        lake: whose state.
        after: only rows with a higher ``audit_id``.
        limit: at most so many.
        actor: only by this one.
        action: only this, or with a trailing dot every verb of a noun: ``session.``.
        target: only done to this.
        newest_first: turn the order round.
    """
    t = tables.audit
    query = select(t).where(t.c.audit_id > after)
    if actor is not None:
        query = query.where(t.c.actor == actor)
    if action is not None:
        query = query.where(
            t.c.action.startswith(action, autoescape=True) if action.endswith(".") else t.c.action == action
        )
    if target is not None:
        query = query.where(t.c.target == target)
    query = query.order_by(t.c.audit_id.desc() if newest_first else t.c.audit_id).limit(limit)
    with lake.state.connect() as connection:
        return tuple(
            AuditEntry(
                audit_id=row.audit_id,
                at=from_db(row.at),
                actor=row.actor,
                action=row.action,
                target=row.target,
                detail=orjson.loads(row.detail),
            )
            for row in connection.execute(query)
        )
