"""MCP over streamable HTTP, at ``/mcp``.

Each request stands for itself: it has passed the same door as every other, and no session of the protocol is kept
between two of them that somebody else could take over. Host, origin, size and token were looked at before.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import ASGIApp

from vedette.errors import InternalError
from vedette.server.access import Principal
from vedette.server.desk import Desk
from vedette.server.mcp.tools import mcp_server


@asynccontextmanager
async def serving(desk: Desk) -> AsyncGenerator[ASGIApp]:
    """Yield the ASGI application that answers at ``/mcp``."""
    manager = StreamableHTTPSessionManager(
        mcp_server(desk, _who), stateless=True, max_request_body_size=desk.limits.body_bytes
    )
    async with manager.run():
        yield manager.handle_request


def _who(context: ServerRequestContext[Any, Any]) -> Principal:
    principal = getattr(getattr(context.request, "state", None), "principal", None)
    if not isinstance(principal, Principal):
        raise InternalError("a request came past the door")
    return principal
