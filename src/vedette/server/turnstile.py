"""What routes are given: who calls, and the desk behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from vedette.schema import AccessRole
from vedette.server.access import Principal
from vedette.server.desk import Desk

_described = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of `vedette tokens create`. None is needed from this machine while there are no tokens.",
)
"""For the API's description alone: :class:`vedette.server.door.Gate` has let the caller in before."""


async def caller(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_described)] = None
) -> Principal:
    """Return who makes the request."""
    return cast(Principal, request.state.principal)


async def asked_desk(request: Request) -> Desk:
    """Return the server's inside."""
    return cast(Desk, request.app.state.desk)


def at_least(role: AccessRole) -> Callable[..., Awaitable[Principal]]:
    """Return a dependency that gives the caller, and refuses one of a lower role."""

    async def allowed(principal: Annotated[Principal, Depends(caller)]) -> Principal:
        principal.needs(role)
        return principal

    return allowed
