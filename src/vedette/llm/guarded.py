"""HTTP clients whose every request passes an egress, whoever makes it.

The check sits in the transport, so that redirections, retries and whatever a provider's library does pass it too; so do
the bounds on what comes back. The environment's proxies, certificates and ``.netrc`` are not looked at: what is not
configured does not happen.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from vedette import __version__
from vedette.errors import MissingExtraError, OutsideError, UserError
from vedette.llm.egress import is_loopback, outbound_of
from vedette.llm.options import ModelOptions


def load_httpx(name: str = "httpx") -> ModuleType:
    """Return the HTTP library; ``httpx2`` is the one that some providers' libraries take.

    Raises:
        MissingExtraError: it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError("llm", "a model behind an endpoint") from None


def guarded_client(
    httpx: Any,
    options: ModelOptions,
    *,
    purpose: str,
    pool_size: int,
    seen: Callable[[Any], None] | None = None,
) -> Any:
    """Return an asynchronous client that asks the egress before each request, and follows no redirection.

    What is read through it raises ``OutsideError`` where a reply is packed, or longer than is allowed.

    Args:
        httpx: the library, ``httpx`` or ``httpx2``.
        options: egress, proxy, certificates and time limits.
        purpose: what the egress is told.
        pool_size: connections at once.
        seen: told of each response before its body is read.

    Raises:
        UserError: the proxy or the certificates cannot be used.
    """
    verify = _certificates(options.ca_file)
    limits = httpx.Limits(max_connections=pool_size, max_keepalive_connections=pool_size)

    def plain(proxy: str | None) -> Any:
        return httpx.AsyncHTTPTransport(verify=verify, limits=limits, proxy=proxy, trust_env=False)

    direct = plain(None)
    if options.proxy:
        outbound_of(options.proxy, purpose="the proxy")
        outward = plain(options.proxy)
    else:
        outward = direct

    class Bounded(httpx.AsyncByteStream):  # type: ignore[misc,name-defined,unused-ignore]
        """A body of at most so many bytes."""

        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for block in self._stream:
                size += len(block)
                if size > options.max_reply_bytes:
                    raise OutsideError(
                        f"the reply to {purpose} is longer than {options.max_reply_bytes:,} bytes, and was ended",
                        next_step="ask for fewer tokens",
                    )
                yield block

        async def aclose(self) -> None:
            """Close the connection."""
            await self._stream.aclose()

    class Guarded(httpx.AsyncBaseTransport):  # type: ignore[misc,name-defined,unused-ignore]
        """Asks before it sends."""

        async def handle_async_request(self, request: Any) -> Any:
            """Return the answer; see :meth:`vedette.llm.egress.Egress.check` for what is raised."""
            length = request.headers.get("content-length", "0")
            outbound = outbound_of(str(request.url), purpose=purpose, n_bytes=int(length) if length.isdigit() else 0)
            # in a thread: it may write an audit row
            await asyncio.get_running_loop().run_in_executor(None, options.egress.check, outbound)
            response = await (direct if is_loopback(outbound.host) else outward).handle_async_request(request)
            if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
                await response.aclose()
                raise OutsideError(
                    f"the reply to {purpose} is packed although it was asked not to be",
                    next_step=f"turn compression off at {outbound.target}",
                )
            if seen is not None:
                seen(response)
            response.stream = Bounded(response.stream)
            return response

        async def aclose(self) -> None:
            """Close the connections."""
            await direct.aclose()
            if outward is not direct:
                await outward.aclose()

    return httpx.AsyncClient(
        transport=Guarded(),
        follow_redirects=False,
        trust_env=False,
        # no limit on reading: the deadline of the request ends it
        timeout=httpx.Timeout(None, connect=options.connect_timeout_s, write=options.connect_timeout_s * 3),
        headers={"User-Agent": f"vedette/{__version__}", "Accept-Encoding": "identity"},
    )


@cache
def _certificates(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file is not None else _public())
    except (OSError, ssl.SSLError) as error:
        raise UserError(
            f"the certificates cannot be read: {error}",
            location=str(ca_file) if ca_file else None,
            next_step="VEDETTE_LLM_CA_FILE names a file of PEM certificates",
        ) from None


def _public() -> str | None:
    try:
        import certifi
    except ImportError:
        return None
    return certifi.where()
