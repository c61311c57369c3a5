"""MCP over standard input and output, for an assistant on this machine that starts the server itself."""

from __future__ import annotations

import asyncio
import signal

from vedette.schema import AccessRole
from vedette.server.access import Access, Principal
from vedette.server.desk import Desk, Parts
from vedette.server.limits import Limits, Rates
from vedette.server.mcp.tools import mcp_server
from vedette.store.book import whoami


def run(parts: Parts, *, limits: Limits | None = None) -> None:
    """Serve until standard input ends.

    Args:
        parts: what is served.
        limits: what is allowed.
    """
    # the thread that reads standard input cannot be told to stop: leave at once
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(_serve(parts, limits or Limits()))


async def _serve(parts: Parts, limits: Limits) -> None:
    from mcp.server.stdio import stdio_server

    desk = Desk(parts, access=Access(), limits=limits, rates=Rates())
    # whoever can start this process can read the home: no token could keep anything from them
    principal = Principal(name=whoami(), role=AccessRole.ANALYST, address="stdio")
    server = mcp_server(desk, lambda _: principal)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
    await desk.close()
