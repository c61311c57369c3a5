"""API tokens: who may call, in which role. The secret is told once and kept as a digest."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update

from vedette.errors import UserError
from vedette.schema import AccessRole, ApiToken
from vedette.store import audit, tables
from vedette.store._secret import digest_of, new_secret
from vedette.store.book import whoami
from vedette.store.lake import Lake
from vedette.store.state import from_db, to_db, writing

PREFIX = "vdt"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TokenBook:
    """The API tokens of a home.

    Args:
        lake: whose state.
        clock: returns the time now, UTC.
    """

    def __init__(self, lake: Lake, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._lake = lake
        self._clock = clock

    def issue(
        self, name: str, role: AccessRole, *, expires_at: datetime | None = None, actor: str | None = None
    ) -> tuple[ApiToken, str]:
        """Make a token; return it and its secret, which nobody can be told again.

        Args:
            name: whose it is, as the audit will say.
            role: what it may do.
            expires_at: UTC-aware; None: it holds until it is revoked.
            actor: who makes it.

        Raises:
            UserError: the name is empty or too long, or it would have expired already.
        """
        name = name.strip()
        if not 0 < len(name) <= 100 or not name.isprintable():
            raise UserError("a token needs a name of 1 to 100 printable characters")
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise UserError("the token would have expired already", next_step="give a time to come")
        secret = new_secret(PREFIX)
        token = ApiToken(
            token_id=f"token-{secrets.token_hex(6)}",
            name=name,
            role=role,
            created_at=now,
            created_by=actor or whoami(),
            expires_at=expires_at,
        )
        with writing(self._lake.state) as connection:
            connection.execute(
                insert(tables.tokens).values(
                    token_id=token.token_id,
                    name=name,
                    role=role.value,
                    digest=digest_of(secret),
                    created_at=to_db(now),
                    created_by=token.created_by,
                    expires_at=to_db(expires_at) if expires_at else None,
                )
            )
            audit.add(
                connection,
                token.created_by,
                "token.issue",
                token.token_id,
                {"role": role.value, "expires_at": expires_at.isoformat() if expires_at else None},
            )
        return token, secret

    def check(self, secret: str) -> ApiToken | None:
        """Return the token that a secret opens; None where there is none, it was revoked or has expired."""
        if not secret.startswith(PREFIX + "_") or len(secret) > 200:
            return None
        t = tables.tokens
        with self._lake.state.connect() as connection:
            row = connection.execute(select(t).where(t.c.digest == digest_of(secret))).first()
        if row is None:
            return None
        token = _token(row)
        expired = token.expires_at is not None and token.expires_at <= self._clock()
        return None if expired or token.revoked_at is not None else token

    def all(self) -> tuple[ApiToken, ...]:
        """Return every token, also those that no longer hold, the oldest first."""
        t = tables.tokens
        with self._lake.state.connect() as connection:
            return tuple(_token(row) for row in connection.execute(select(t).order_by(t.c.created_at, t.c.token_id)))

    def revoke(self, token_id: str, *, actor: str | None = None) -> ApiToken:
        """Take a token's powers away, now and for good; return it.

        Raises:
            UserError: there is no such token.
        """
        t = tables.tokens
        with writing(self._lake.state) as connection:
            row = connection.execute(select(t).where(t.c.token_id == token_id)).first()
            if row is None:
                raise UserError(f"no token {token_id!r}")
            if row.revoked_at is None:
                connection.execute(update(t).where(t.c.token_id == token_id).values(revoked_at=to_db(self._clock())))
                audit.add(connection, actor or whoami(), "token.revoke", token_id, {"role": row.role})
            row = connection.execute(select(t).where(t.c.token_id == token_id)).one()
        return _token(row)


def _token(row: Any) -> ApiToken:
    return ApiToken(
        token_id=row.token_id,
        name=row.name,
        role=AccessRole(row.role),
        created_at=from_db(row.created_at),
        created_by=row.created_by,
        expires_at=from_db(row.expires_at) if row.expires_at else None,
        revoked_at=from_db(row.revoked_at) if row.revoked_at else None,
    )
