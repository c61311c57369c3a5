"""Answers while they are made: stages come out of the answering thread and leave as server-sent events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vedette.copilot.base import Progress
from vedette.server.access import Principal
from vedette.server.desk import Answered, Desk, Request
from vedette.server.wire import dump

log = logging.getLogger(__name__)

TICK_S = 10.0
"""Without news for so long, a comment is sent, so that nothing between takes the line for dead."""
FIRST_TICK_S = 2.0
"""An error within this time is still a plain HTTP error; after it the stream has begun."""

Stages = AsyncGenerator[Progress | Answered | None]


async def stages(desk: Desk, principal: Principal, request: Request) -> Stages:
    """Yield what happens while a question is answered, None where nothing has for a while, at last what came out.

    Closing it, at any point, stops the answering.
    """
    news: asyncio.Queue[Progress | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen(progress: Progress) -> None:
        try:
            loop.call_soon_threadsafe(news.put_nowait, progress)
        except RuntimeError:
            pass  # the loop is closed: nobody listens

    asking = asyncio.ensure_future(desk.ask(principal, request, listen))
    asking.add_done_callback(lambda _: news.put_nowait(None))
    try:
        wait_s = FIRST_TICK_S
        while True:
            try:
                async with asyncio.timeout(wait_s):
                    progress = await news.get()
            except TimeoutError:
                yield None
                wait_s = TICK_S
                continue
            if progress is None:
                break
            yield progress
        yield await asking
    finally:
        if not asking.done():
            asking.cancel()
            await asyncio.wait({asking})


class EventStream(Response):
    """A stream of server-sent events; however it ends, its source is closed with it."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], headers: dict[str, str] | None = None) -> None:
        self._events = events
        self.status_code = 200
        self.background = None
        # proxies that buffer would hold the answer back until it is whole
        self.init_headers({"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no", **(headers or {})})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come."""
        async with aclosing(self._events) as events:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for event in events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


KEEP_ALIVE = b": still at it\n\n"


def event(value: object, name: str | None = None) -> bytes:
    """Return a value as one server-sent event; JSON holds no line end, so no text in it can start another."""
    head = b"" if name is None else b"event: " + name.encode() + b"\n"
    return head + b"data: " + dump(value) + b"\n\n"


class Spoken:
    """What of an answer's text has been sent, so that the pieces together are the text."""

    def __init__(self) -> None:
        self.text = ""

    def sentence(self, text: str) -> str:
        """Return what to send for the next sentence."""
        piece = text if not self.text or self.text[-1].isspace() or text[:1].isspace() else f" {text}"
        self.text += piece
        return piece

    def rest(self, whole: str) -> str:
        """Return what is left to send of the whole text; spacing between what was sent does not matter."""
        at = 0
        for char in self.text:
            if char.isspace():
                continue
            while at < len(whole) and whole[at].isspace():
                at += 1
            if at >= len(whole) or whole[at] != char:
                log.warning("the answer's sentences are not its text: the text is sent whole")
                self.text = whole
                return f"\n\n{whole}"
            at += 1
        left = whole[at:]
        self.text += left
        return left
