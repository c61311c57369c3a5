"""Tokens and the audit, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from vedette.schema import AccessRole, ApiToken, AuditEntry
from vedette.server.access import Principal
from vedette.server.desk import Desk
from vedette.server.refusals import found
from vedette.server.turnstile import asked_desk, at_least
from vedette.server.wire import View, reply
from vedette.store import audit
from vedette.store.tokens import TokenBook

router = APIRouter(tags=["administration"])

Admin = Annotated[Principal, Depends(at_least(AccessRole.ADMIN))]
Inside = Annotated[Desk, Depends(asked_desk)]


class NewToken(View):
    """Whose token, and what it may do."""

    name: str = Field(min_length=1, max_length=100)
    """As sessions and the audit will say it."""
    role: AccessRole
    expires_at: AwareDatetime | None = None
    """Null: it holds until it is revoked."""


class Issued(View):
    """A new token; its secret is told this once."""

    token: ApiToken
    secret: str


class TokenList(View):
    """Every token, also those that no longer hold, without their secrets."""

    tokens: list[ApiToken]


class AuditList(View):
    """What was done, by whom."""

    entries: list[AuditEntry]


@router.get("/tokens", response_model=TokenList, operation_id="list_tokens")
async def list_tokens(principal: Admin, desk: Inside) -> Response:
    """List the tokens."""
    return reply({"tokens": await desk.read(principal, TokenBook(desk.parts.lake).all)})


@router.post("/tokens", response_model=Issued, status_code=201, operation_id="create_token")
async def create_token(given: NewToken, principal: Admin, desk: Inside) -> Response:
    """Make a token."""
    token, secret = await desk.read(
        principal,
        lambda: TokenBook(desk.parts.lake).issue(
            given.name, given.role, expires_at=given.expires_at, actor=principal.name
        ),
    )
    return reply(Issued.model_construct(token=token, secret=secret), status=201)


@router.delete("/tokens/{token_id}", response_model=ApiToken, operation_id="revoke_token")
async def revoke_token(
    token_id: Annotated[str, Path(pattern=r"^token-[0-9a-f]{1,32}$")], principal: Admin, desk: Inside
) -> Response:
    """Take a token's powers away, now and for good."""
    book = TokenBook(desk.parts.lake)
    return reply(await desk.read(principal, lambda: found(lambda: book.revoke(token_id, actor=principal.name))))


@router.get("/audit", response_model=AuditList, operation_id="list_audit")
async def list_audit(
    principal: Admin,
    desk: Inside,
    after: Annotated[int, Query(ge=0, le=2**53, description="Only rows with a higher number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    actor: Annotated[str | None, Query(max_length=200)] = None,
    action: Annotated[
        str | None, Query(max_length=64, description="`token.issue`, or `token.` for all of them.")
    ] = None,
    target: Annotated[str | None, Query(max_length=200)] = None,
    newest_first: Annotated[bool, Query()] = False,
) -> Response:
    """List the audit rows, in the order in which they were written."""
    entries = await desk.read(
        principal,
        lambda: audit.entries(
            desk.parts.lake,
            after=after,
            limit=limit,
            actor=actor,
            action=action,
            target=target,
            newest_first=newest_first,
        ),
    )
    return reply({"entries": entries})
