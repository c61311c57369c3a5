"""The gateway over HTTP: the doors of both dialects, and those for whoever runs it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette import __version__
from vedette.errors import VedetteError
from vedette.guard.wire import Dialect, Endpoint, dumped, error_body
from vedette.schema import AccessRole
from vedette.server.access import Access, Principal
from vedette.server.door import Authenticate, Frame, Gate, Intake
from vedette.server.gateway.desk import Gateway, Parts, refused_by
from vedette.server.gateway.metrics import CONTENT_TYPE, Metrics
from vedette.server.gateway.upstreams import Ways
from vedette.server.limits import Limits, Rates
from vedette.server.refusals import RefusalError, body
from vedette.server.refusals import response as plain_response
from vedette.server.work import Workers

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
_ENDPOINTS = {f"/v1/{one.value}": one for one in Endpoint}


def create_app(
    open_parts: Callable[[], Parts],
    authenticate: Callable[[str | None, str], Principal | None],
    open_ways: Callable[[Parts], Ways],
    *,
    access: Access,
    limits: Limits,
) -> Starlette:
    """Return the application.

    Args:
        open_parts: opens what the gateway is made of; called once, in a thread, when it starts.
        authenticate: given a token (or None) and the address: who it is; called in a thread.
        open_ways: opens the ways to upstreams, in the loop.
        access: where it listens and whom it believes.
        limits: what it allows.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        opener = Workers("open", n_slots=1, max_waiting=0, max_waiting_each=0)
        parts = await opener.run("start", lambda _: open_parts(), timeout_s=600.0)
        ways = open_ways(parts)
        app.state.desk = gateway = Gateway(parts, ways, Metrics())
        await opener.run("start", lambda _: warmed(parts), timeout_s=600.0)
        gateway.warm = True
        try:
            yield
        finally:
            gateway.warm = False
            await gateway.close()
            await ways.close()
            await opener.run("stop", lambda _: parts.close(), timeout_s=limits.shutdown_grace_s + 5.0)

    app = Starlette(
        lifespan=lifespan,
        routes=[
            *(Route(path, _posted(one), methods=["POST"]) for path, one in _ENDPOINTS.items()),
            Route("/v1/models", _models, methods=["GET"]),
            Route("/v1/models/{model:path}", _models, methods=["GET"]),
            Route("/healthz", _healthy, methods=["GET"]),
            Route("/readyz", _ready, methods=["GET"]),
            Route("/metrics", _metrics, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _not_routed, VedetteError: _refused},
    )
    app.router.redirect_slashes = False

    async def who(token: str | None, address: str) -> Principal | None:
        gateway: Gateway = app.state.desk
        return await gateway.checking.run(address, lambda: authenticate(token, address), timeout_s=30.0)

    known: Authenticate = who
    rates = Rates()
    app.add_middleware(Intake, limits=limits)
    app.add_middleware(Gate, access=access, limits=limits, rates=rates, authenticate=known, open_paths=OPEN_PATHS)
    app.add_middleware(Dialects)
    app.add_middleware(Frame, tls=access.tls)
    return app


def warmed(parts: Parts) -> None:
    """Load what scanners load once."""
    parts.guard.warm()


class Dialects:
    """Takes the key where each dialect's clients put it, and gives errors the shape that they read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = headers.get("x-api-key")
        if key is not None and "authorization" not in headers:
            MutableHeaders(scope=scope)["authorization"] = f"Bearer {key}"
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if started:
                raise
            await error_response(dialect_of(scope["path"], headers), error)(scope, receive, send)


def dialect_of(path: str, headers: Headers) -> Dialect:
    """Return whose client asks, by the path, and by the version that Anthropic's clients name."""
    if path.startswith("/v1/messages") or "anthropic-version" in headers:
        return Dialect.ANTHROPIC
    return Dialect.OPENAI


def error_response(dialect: Dialect, error: BaseException) -> Response:
    """Return the HTTP answer to an error, in its dialect's shape."""
    refusal = refused_by(error)
    answer = plain_response(refusal)
    if dialect is Dialect.OPENAI:
        return answer
    content = dumped(error_body(dialect, refusal.status, body(refusal)["error"]))
    headers = {name: value for name, value in answer.headers.items() if name in ("retry-after", "www-authenticate")}
    return Response(content, status_code=refusal.status, headers=headers, media_type="application/json")


def _posted(endpoint: Endpoint) -> Callable[[Request], Any]:
    async def route(request: Request) -> Response:
        gateway: Gateway = request.app.state.desk
        return await gateway.answer(request.state.principal, endpoint, await request.body(), request.headers)

    return route


async def _models(request: Request) -> Response:
    gateway: Gateway = request.app.state.desk
    dialect = dialect_of("", request.headers)
    named = {
        model: one.name
        for one in gateway.parts.config.upstreams
        if one.dialect is dialect
        for model in one.models
        if not any(c in model for c in "*?[")
    }
    asked = request.path_params.get("model")
    if asked is not None and gateway.parts.config.upstream(dialect, asked) is None:
        raise RefusalError(404, "no upstream serves a model of this name", code="model_not_found", param="model")

    def said(model: str, owner: str) -> dict[str, Any]:
        if dialect is Dialect.ANTHROPIC:
            return {"type": "model", "id": model, "display_name": model, "created_at": "1970-01-01T00:00:00Z"}
        return {"id": model, "object": "model", "created": 0, "owned_by": owner}

    if asked is not None:
        return JSONResponse(said(asked, named.get(asked, "")))
    data = [said(*one) for one in named.items()]
    if dialect is Dialect.ANTHROPIC:
        ends = {"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None}
        return JSONResponse({"data": data, "has_more": False, **ends})
    return JSONResponse({"object": "list", "data": data})


async def _healthy(request: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


async def _ready(request: Request) -> Response:
    """Say whether requests would pass: scanners are loaded, the vault and the audit can be used."""
    gateway: Gateway | None = getattr(request.app.state, "desk", None)
    wrong: str | None = "starting" if gateway is None or not gateway.warm else None
    if gateway is not None and wrong is None:
        check = gateway.parts.check
        try:
            await gateway.checking.run("ready", check, timeout_s=5.0)
        except Exception as error:
            wrong = error.message if isinstance(error, VedetteError) else type(error).__name__
    return JSONResponse({"status": "ready" if wrong is None else wrong}, status_code=200 if wrong is None else 503)


async def _metrics(request: Request) -> Response:
    gateway: Gateway = request.app.state.desk
    request.state.principal.needs(AccessRole.VIEWER)
    return Response(gateway.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _refused(request: Request, error: Exception) -> Response:
    return error_response(dialect_of(request.url.path, request.headers), error)


async def _not_routed(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    said = {404: "the gateway serves nothing here", 405: "this cannot be done here"}
    served = ", ".join(sorted((*_ENDPOINTS, "/v1/models")))
    refusal = RefusalError(status, said.get(status, "the request was refused"), next_step=f"it serves {served}")
    return await _refused(request, refusal)
