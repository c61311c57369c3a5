"""API tokens: told once, kept as a digest, held to role, expiry and revocation; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from store_support import AT

from vedette.errors import UserError
from vedette.schema import AccessRole
from vedette.store import Lake, audit, tables
from vedette.store.tokens import TokenBook


def test_a_token_opens_until_it_is_revoked(lake: Lake) -> None:
    book = TokenBook(lake)
    token, secret = book.issue("ci", AccessRole.ANALYST, actor="root")
    other, _ = book.issue("ci", AccessRole.VIEWER)
    assert book.check(secret) == token
    assert [t.token_id for t in book.all()] == [token.token_id, other.token_id]
    assert book.revoke(token.token_id, actor="root").revoked_at is not None
    assert book.check(secret) is None
    assert book.revoke(token.token_id) == book.all()[0], "a second time changes nothing"
    assert [(e.action, e.target) for e in audit.entries(lake)] == [
        ("token.issue", token.token_id),
        ("token.issue", other.token_id),
        ("token.revoke", token.token_id),
    ]
    with pytest.raises(UserError, match="no token"):
        book.revoke("token-none")


def test_the_secret_is_nowhere(lake: Lake) -> None:
    _, secret = TokenBook(lake).issue("ci", AccessRole.ADMIN)
    with lake.state.connect() as connection:
        stored = repr([connection.execute(select(t)).all() for t in (tables.tokens, tables.audit)])
    assert secret not in stored
    assert secret.removeprefix("vdt_") not in stored
    assert len(secret) >= 43 + 4


@pytest.mark.parametrize(
    "wrong", ["", "vdt_", "vdt_" + "A" * 43, "vds_x", "vdt_" + "x" * 100_000, "vdt_\x00", "vdt_\ud800"]
)
def test_a_guess_opens_nothing(lake: Lake, wrong: str) -> None:
    TokenBook(lake).issue("ci", AccessRole.ADMIN)
    assert TokenBook(lake).check(wrong) is None


def test_a_token_expires(lake: Lake) -> None:
    now = [AT]
    book = TokenBook(lake, clock=lambda: now[0])
    token, secret = book.issue("ci", AccessRole.VIEWER, expires_at=AT + timedelta(hours=1))
    assert book.check(secret) == token
    now[0] = AT + timedelta(hours=1)
    assert book.check(secret) is None
    with pytest.raises(UserError, match="expired"):
        book.issue("ci", AccessRole.VIEWER, expires_at=AT)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x1b[2J"])
def test_a_name_is_held_to_what_an_audit_can_show(lake: Lake, name: str) -> None:
    with pytest.raises(UserError, match="name"):
        TokenBook(lake).issue(name, AccessRole.VIEWER)


def test_each_role_may_what_those_before_it_may() -> None:
    viewer, analyst, admin = AccessRole
    assert [[r.may(n) for n in AccessRole] for r in (viewer, analyst, admin)] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
