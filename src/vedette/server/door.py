"""What every HTTP request passes before a route sees it.

From the outside in: headers that every answer carries and the one shape of errors (:class:`Frame`); whose request it
is and whether there are not too many (:class:`Gate`); the whole body within its size and time, and the end of the
request where its client goes away (:class:`Intake`). All are plain ASGI, so that streams pass through unbuffered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.server.access import Access, Principal, bearer
from vedette.server.limits import Limits, Rates
from vedette.server.refusals import RefusalError, response

log = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/api/health"})
"""Answered without a token."""

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise."""

Authenticate = Callable[[str | None, str], Awaitable[Principal | None]]
"""Given a token (or None) and the address: who it is; None where the token is not known or one is needed."""


class Frame:
    """Puts the security headers on every answer and gives every escaped error its shape."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._headers = dict(SECURITY_HEADERS)
        if tls:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:
            if started:
                log.warning("an answer broke off: %s", type(error).__name__)
                raise
            await response(error)(scope, receive, dressed)


class Gate:
    """Lets in whom the server knows, in measure; the principal goes on in ``scope["state"]``.

    Args:
        app: what is behind.
        access: where the server listens and whom it believes.
        limits: requests in a minute.
        rates: what counts them.
        authenticate: from a token to a principal.
        open_paths: answered without a token.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        limits: Limits,
        rates: Rates,
        authenticate: Authenticate,
        open_paths: frozenset[str] = OPEN_PATHS,
    ) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._rates = rates
        self._authenticate = authenticate
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            self._access.check_host(headers.getlist("host"))
            self._access.check_origin(headers)
            if scope["path"] not in self._open_paths and not self._preflight(scope, headers):
                principal = await self._who(scope, headers)
                wait_s = self._rates.take("request", principal.key, self._limits.requests_per_minute)
                if wait_s:
                    raise RefusalError(429, "too many requests", next_step="wait and try again", retry_after_s=wait_s)
                scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    def _preflight(self, scope: Scope, headers: Headers) -> bool:
        """Whether a page of an origin that is let in asks what it may do: such a request carries no token."""
        return (
            bool(self._access.origins)
            and scope["method"] == "OPTIONS"
            and "origin" in headers
            and "access-control-request-method" in headers
        )

    async def _who(self, scope: Scope, headers: Headers) -> Principal:
        peer = (scope.get("client") or ("", 0))[0]
        address = self._access.address(peer, headers)
        wait_s = self._rates.wait_s("refusal", address, self._limits.refusals_per_minute)
        if wait_s:
            raise RefusalError(429, "too many wrong tokens", next_step="wait and try again", retry_after_s=wait_s)
        token = bearer(headers)
        principal = await self._authenticate(token, address) if token else None
        if principal is None and self._access.anonymous(peer, headers):
            principal = await self._authenticate(None, address)
        if principal is None:
            if token:
                self._rates.take("refusal", address, self._limits.refusals_per_minute)
            raise RefusalError(
                401,
                "this token is not known, or no longer" if token else "this needs a token",
                next_step="Authorization: Bearer TOKEN; vedette tokens create makes one",
            )
        return principal


class Intake:
    """Reads the body before the route runs, within its size and time, and ends the route when its client leaves.

    A route that is cancelled passes it on: its call in a thread is told to stop, and with it the model behind.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if body is None:
            return
        gone = asyncio.Event()
        given = False

        async def again() -> Message:
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": body, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()

        route = asyncio.ensure_future(self._app(scope, again, send))
        listener = asyncio.ensure_future(listen())
        try:
            await asyncio.wait({route, listener}, return_when=asyncio.FIRST_COMPLETED)
            if not route.done():
                log.info("a client left before its answer")
                route.cancel()
            await _settled(route)
        except asyncio.CancelledError:
            route.cancel()
            await asyncio.wait({route})
            raise
        finally:
            listener.cancel()

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the whole body; None where the client left."""
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._limits.body_bytes:
            raise self._too_large()
        parts: list[bytes] = []
        size_bytes = 0
        try:
            async with asyncio.timeout(self._limits.body_timeout_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    parts.append(message.get("body", b""))
                    size_bytes += len(parts[-1])
                    if size_bytes > self._limits.body_bytes:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise RefusalError(408, f"the request did not arrive within {self._limits.body_timeout_s:g} s") from None

    def _too_large(self) -> RefusalError:
        return RefusalError(
            413, f"the request is larger than {self._limits.body_bytes} bytes", next_step="send less at once"
        )


async def _settled(route: asyncio.Future[Any]) -> None:
    """Wait for a route that has ended or was told to; its error is raised, its being cancelled is not."""
    try:
        await route
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
