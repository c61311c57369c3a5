"""The way to upstreams: through the guarded client, with no header of the client's and no redirection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from vedette.errors import OutsideError, VedetteError
from vedette.guard.wire import Dialect, Endpoint
from vedette.llm.egress import AllowHosts, Audit, outbound_of
from vedette.llm.guarded import guarded_client, load_httpx
from vedette.llm.options import ModelOptions
from vedette.server.gateway.config import Upstream
from vedette.server.refusals import RefusalError

ANTHROPIC_VERSION = "2023-06-01"
_VERSION = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_TOKEN = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
PASSED_BACK = ("retry-after", "x-request-id", "request-id", "openai-processing-ms")
"""Headers of answers that clients see; they hold numbers and ids."""


def host_of(upstream: Upstream) -> str:
    """Return an upstream's host with its port, as an egress is told."""
    outbound = outbound_of(upstream.base_url, purpose=f"the upstream {upstream.name}")
    return outbound.target


class Ways:
    """Connections to upstreams. Belongs to one loop; to be closed.

    Args:
        upstreams: those that there are: their hosts, and no others, may be reached.
        options: proxy, certificates and limits; its egress is replaced.
        audit: told of each request before it is made.
        pool_size: connections at once to each.
    """

    def __init__(
        self,
        upstreams: tuple[Upstream, ...],
        options: ModelOptions,
        *,
        audit: Audit | None = None,
        pool_size: int = 512,
    ) -> None:
        from dataclasses import replace

        self._httpx = load_httpx()
        self._clients: dict[str, Any] = {}
        for one in upstreams:
            own = replace(
                options,
                egress=AllowHosts([host_of(one)], audit=audit),
                max_reply_bytes=one.max_reply_bytes,
            )
            self._clients[one.name] = guarded_client(
                self._httpx, own, purpose=f"the upstream {one.name}", pool_size=pool_size
            )

    @asynccontextmanager
    async def asked(
        self, upstream: Upstream, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]
    ) -> AsyncGenerator[Answer]:
        """Yield the upstream's answer; leaving ends the connection where it has not ended.

        Raises:
            RefusalError: it cannot be reached, or answers with something that is none.
        """
        client = self._clients[upstream.name]
        request = client.build_request(
            "POST", f"{upstream.base_url}/{endpoint.value}", content=body, headers=_headers(upstream, headers)
        )
        try:
            async with asyncio.timeout(upstream.idle_timeout_s):
                response = await client.send(request, stream=True)
        except TimeoutError:
            raise _slow(upstream, upstream.idle_timeout_s) from None
        except VedetteError as error:
            raise _failed(upstream, error.message, error.next_step) from None
        except self._httpx.HTTPError as error:
            raise _failed(upstream, f"cannot be reached ({type(error).__name__})") from None
        try:
            yield Answer(upstream, response, self._httpx)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()


class Answer:
    """An upstream's answer, not yet read."""

    def __init__(self, upstream: Upstream, response: Any, httpx: Any) -> None:
        self._upstream = upstream
        self._response = response
        self._httpx = httpx
        self.status: int = response.status_code
        self.is_stream: bool = response.headers.get("content-type", "").lower().startswith("text/event-stream")

    @property
    def headers(self) -> dict[str, str]:
        """Return those that the client sees."""
        found = {name: self._response.headers.get(name, "") for name in PASSED_BACK}
        return {name: value for name, value in found.items() if _TOKEN.fullmatch(value)}

    async def whole(self, *, most: int | None = None) -> bytes:
        """Return the body.

        Raises:
            RefusalError: it broke off, is too long, or took too long.
        """
        parts: list[bytes] = []
        size = 0
        async for block in self.blocks(idle_s=self._upstream.timeout_s):
            parts.append(block)
            size += len(block)
            if most is not None and size > most:
                break
        return b"".join(parts)

    async def blocks(self, *, idle_s: float | None = None) -> AsyncGenerator[bytes]:
        """Yield the body as it comes.

        Raises:
            RefusalError: it broke off, is too long, or took too long.
        """
        idle_s = self._upstream.idle_timeout_s if idle_s is None else idle_s
        loop = asyncio.get_running_loop()
        end = loop.time() + self._upstream.timeout_s
        blocks = self._response.aiter_raw()
        try:
            while True:
                try:
                    async with asyncio.timeout_at(min(end, loop.time() + idle_s)):
                        block = await anext(blocks)
                except StopAsyncIteration:
                    return
                if block:
                    yield block
        except TimeoutError:
            raise _slow(self._upstream, min(idle_s, self._upstream.timeout_s)) from None
        except OutsideError as error:
            raise _failed(self._upstream, error.message, error.next_step) from None
        except self._httpx.HTTPError as error:
            raise _failed(self._upstream, f"broke off ({type(error).__name__})") from None


def checked_headers(dialect: Dialect, given: Mapping[str, str], upstream: Upstream) -> dict[str, str]:
    """Return the headers of a client's that go on: versions alone.

    Raises:
        RefusalError: one is not known.
    """
    if dialect is Dialect.OPENAI:
        return {}
    version = given.get("anthropic-version", ANTHROPIC_VERSION)
    if not _VERSION.fullmatch(version):
        raise RefusalError(400, "anthropic-version is no version", code="unknown_header", param="anthropic-version")
    betas = [one.strip() for one in given.get("anthropic-beta", "").split(",") if one.strip()]
    if any(one not in upstream.betas for one in betas):
        raise RefusalError(
            400,
            "the header anthropic-beta asks for what the gateway does not know",
            code="unknown_header",
            param="anthropic-beta",
            next_step=f"leave it out, or name it under `betas` of the upstream {upstream.name}",
        )
    return {"anthropic-version": version, **({"anthropic-beta": ",".join(betas)} if betas else {})}


def _headers(upstream: Upstream, passed: Mapping[str, str]) -> dict[str, str]:
    made = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **upstream.headers}
    if upstream.api_key is not None:
        key = upstream.api_key.get_secret_value()
        if upstream.dialect is Dialect.ANTHROPIC:
            made["x-api-key"] = key
        else:
            made["Authorization"] = f"Bearer {key}"
    return {**made, **passed}


def _slow(upstream: Upstream, seconds: float) -> RefusalError:
    return RefusalError(
        504,
        f"the upstream {upstream.name} said nothing for {seconds:g} s",
        code="upstream_timeout",
        next_step="try again",
    )


def _failed(upstream: Upstream, why: str, next_step: str | None = None) -> RefusalError:
    return RefusalError(
        502, f"the upstream {upstream.name}: {why}", code="upstream_error", next_step=next_step or "try again later"
    )
