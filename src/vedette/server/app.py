"""The application: doors over one inside. A function of its arguments makes it; nothing is global, no setting read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette import __version__
from vedette.errors import VedetteError
from vedette.schema import AccessRole
from vedette.server import api, chat
from vedette.server.access import Access, Principal
from vedette.server.desk import Desk, Parts
from vedette.server.door import Frame, Gate, Intake
from vedette.server.limits import Limits, Rates
from vedette.server.refusals import Error, RefusalError, response
from vedette.server.work import Workers
from vedette.store import audit
from vedette.store.book import whoami
from vedette.store.tokens import TokenBook

DESCRIPTION = """
Ask Vedette over HTTP, and get answers whose every claim was checked.

`/v1` is chat as OpenAI's clients speak it, `/api` everything else, `/mcp` the tools for other assistants.
Every error has one shape: `{"error": {"message", "type", "param", "code", "next_step", "location"}}`.

Roles: a viewer reads and asks; an analyst also judges, writes notes, shares, exports and deletes; an admin also
manages tokens and reads the audit and others' sessions.
"""


def create_app(
    open_parts: Callable[[], Parts], *, access: Access | None = None, limits: Limits | None = None
) -> FastAPI:
    """Return the application.

    Args:
        open_parts: opens the lake and what answers; called once, when the application starts, in a thread.
        access: where the server listens and whom it believes; unset: loopback.
        limits: what it allows.
    """
    access, limits = access or Access(), limits or Limits()
    rates = Rates()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        opener = Workers("open", n_slots=1, max_waiting=0, max_waiting_each=0)
        parts = await opener.run("start", lambda _: open_parts(), timeout_s=600.0)
        desk = Desk(parts, access=access, limits=limits, rates=rates)
        app.state.desk = desk
        async with AsyncExitStack() as stack:
            app.state.mcp = await stack.enter_async_context(_mcp(desk))
            try:
                yield
            finally:
                await desk.close()
        await opener.run("stop", lambda _: parts.close(), timeout_s=limits.shutdown_grace_s)

    app = FastAPI(
        title="Vedette",
        version=__version__,
        description=DESCRIPTION.strip(),
        lifespan=lifespan,
        docs_url=None,  # they would fetch scripts from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        responses={"default": {"model": Error, "description": "What went wrong."}},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.include_router(chat.router)
    app.include_router(api.router)
    app.router.routes.append(Route("/mcp", endpoint=_McpDoor(app), include_in_schema=False))
    app.add_exception_handler(VedetteError, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(RequestValidationError, _not_valid)

    async def authenticate(token: str | None, address: str) -> Principal | None:
        desk: Desk = app.state.desk
        return await desk.checking.run(address, lambda _: _principal(desk, token, address), timeout_s=30.0)

    # the last added is the first met
    app.add_middleware(Intake, limits=limits)
    if access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(access.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", chat.SESSION_HEADER, "Mcp-Protocol-Version"],
            expose_headers=[chat.SESSION_HEADER],
        )
    app.add_middleware(Gate, access=access, limits=limits, rates=rates, authenticate=authenticate)
    app.add_middleware(Frame, tls=access.tls)
    return app


class _McpDoor:
    """Passes requests on to the MCP server of the running application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app.state.mcp(scope, receive, send)


def _mcp(desk: Desk) -> Any:
    from vedette.server.mcp.http import serving

    return serving(desk)


def _principal(desk: Desk, token: str | None, address: str) -> Principal | None:
    """Return whom a token stands for; without one, the user of this machine as long as there are no tokens."""
    book = TokenBook(desk.parts.lake)
    known = book.check(token) if token is not None else None
    if known is not None:
        return Principal(name=known.name, role=known.role, token_id=known.token_id, address=address)
    needed = any(one.revoked_at is None for one in book.all())
    if token is not None and needed:
        audit.record(desk.parts.lake, "unknown", "token.refused", "", {"address": address})
    if token is not None or needed:
        return None
    return Principal(name=whoami(), role=AccessRole.ANALYST, address=address)


async def _refused(_: Request, error: Exception) -> Response:
    return response(error)


async def _not_routed(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    said = {404: "there is nothing here", 405: "this cannot be done here", 400: "the body is no JSON that can be read"}
    return response(
        RefusalError(status, said.get(status, "the request was refused"), next_step="GET /openapi.json lists what is")
    )


async def _not_valid(_: Request, error: Exception) -> Response:
    """Say which field is wrong; what stood there is not said back."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for it)
    first = error.errors()[0]
    where = [str(part) for part in first["loc"] if part != "body"]
    return response(
        RefusalError(
            400, f"{'.'.join(where) or 'the body'}: {first['msg']}", code="invalid", param=".".join(where) or None
        )
    )
