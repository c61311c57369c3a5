"""The way of a request: read, judged, masked, recorded, sent; and of its reply: judged, restored, recorded, given back.

Everything that takes time to compute, or asks a database, runs in threads of a bounded number, each call within its
time. Nothing goes on before the step before it has succeeded: a request whose row cannot be written is not sent, a
reply whose row cannot be written is not given back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vedette.errors import OutsideError, VedetteError
from vedette.guard.base import PairBook
from vedette.guard.engine import Guard, Who
from vedette.guard.trail import Trail
from vedette.guard.wire import (
    Body,
    Endpoint,
    Media,
    Reading,
    WireError,
    dumped,
    parsed,
    read_reply,
    read_request,
    stream_reader,
    usage_of,
)
from vedette.schema.guarding import Form
from vedette.schema.message import Usage
from vedette.server.access import Principal
from vedette.server.gateway.approving import AskingGuard
from vedette.server.gateway.config import GatewayConfig, Upstream
from vedette.server.gateway.judging import Judge, strings
from vedette.server.gateway.metrics import Metrics
from vedette.server.gateway.pool import Pool
from vedette.server.gateway.relay import Relay, malformed
from vedette.server.gateway.sessions import HEADER, Keyed, OpenVault, book_of
from vedette.server.gateway.spending import Reserved, Spending
from vedette.server.gateway.tracing import Span, span
from vedette.server.gateway.upstreams import Answer, Ways, checked_headers
from vedette.server.refusals import RefusalError, as_refusal
from vedette.server.streaming import EventStream
from vedette.server.work import TooSlowError

T = TypeVar("T")

log = logging.getLogger(__name__)
INVENTED = "X-Vedette-Invented-Pseudonyms"
"""Header of whole replies that hold pseudonyms which their session never gave out: how many."""
MOST_ERROR_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a gateway is made of; made once, when it starts."""

    config: GatewayConfig
    guard: AskingGuard
    """Of requests."""
    replies: Guard
    """Of replies: the scanners whose findings the policy does something about."""
    trail: Trail
    spending: Spending
    key: bytes = field(repr=False)
    """32 bytes that stay the same from start to start."""
    open_vault: OpenVault | None = None
    check: Callable[[], None] = field(default=lambda: None)
    """Raises OutsideError where the vault or the trail cannot be used."""
    close: Callable[[], None] = field(default=lambda: None)


@dataclass(slots=True, kw_only=True)
class _Job:
    """A request on its way."""

    request_id: str
    principal: Principal
    endpoint: Endpoint
    began: float
    upstream: Upstream | None = None
    model: str = ""
    body: Body | None = None
    outgoing: bytes = field(default=b"", repr=False)
    book: PairBook | None = None
    judge: Judge | None = None
    reading: Reading | None = None
    reserved: Reserved | None = None
    known: frozenset[str] = field(default=frozenset(), repr=False)
    usage_asked: bool = True
    n_replaced: int = 0
    asked: bool = False
    status: int | None = None
    n_reply_chars: int = 0
    session: str = ""
    streaming: bool = False
    """Whether the stream has begun, and so ends what is open."""


class _Streaming(EventStream):
    """A stream that ends what is open also where its client left before it began."""

    def __init__(
        self, events: AsyncGenerator[bytes], headers: dict[str, str], over: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(events, headers)
        self._over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._over()


class Gateway:
    """The gateway's inside. One object a server; nothing of it is global.

    Args:
        parts: what it is made of.
        ways: to upstreams.
        metrics: what Prometheus is told.
        check_slots: threads for authenticating.
    """

    def __init__(self, parts: Parts, ways: Ways, metrics: Metrics) -> None:
        self.parts = parts
        self.metrics = metrics
        self._ways = ways
        n = parts.config.n_judging
        self.judging = Pool(n, name="vedette-guard")
        # one each: with more, the interpreter is handed round for longer than the work takes
        self.checking = Pool(1, name="vedette-check")
        self.pieces = Pool(1, name="vedette-pieces", at_once=4)
        self.warm = False

    async def close(self) -> None:
        """Let the threads end."""
        for one in (self.judging, self.checking, self.pieces):
            one.close()

    async def answer(
        self, principal: Principal, endpoint: Endpoint, data: bytes, headers: Mapping[str, str]
    ) -> Response:
        """Return the answer to a request.

        Raises:
            RefusalError: it is refused, or something failed.
        """
        job = _Job(
            request_id=f"req_{secrets.token_hex(12)}", principal=principal, endpoint=endpoint, began=time.monotonic()
        )
        stack = AsyncExitStack()
        traced = stack.enter_context(span(f"guard {endpoint.value}"))
        try:
            await self._prepared(job, data, headers)
            assert job.upstream is not None  # noqa: S101 (prepared)
            traced.note(upstream=job.upstream.name, model=job.model, n_replaced=job.n_replaced)
            passed = checked_headers(endpoint.dialect, headers, job.upstream)
            began = time.perf_counter()
            job.asked = True
            answer = await stack.enter_async_context(self._ways.asked(job.upstream, endpoint, job.outgoing, passed))
            self.metrics.upstream.labels(job.upstream.name).observe(time.perf_counter() - began)
            job.status = answer.status
            named = {"X-Request-ID": job.request_id, **answer.headers}
            if job.session:
                named[HEADER] = job.session
            if answer.status != 200:
                raise await self._upstream_refusal(job, answer)
            assert job.body is not None  # noqa: S101 (prepared)
            if not job.body.stream:
                whole = await answer.whole()
                content = await self._run(job, lambda: self._finished(job, whole))
                if job.judge is not None and job.judge.n_invented:
                    named[INVENTED] = str(job.judge.n_invented)
                self._count(job, 200)
                await stack.aclose()
                return Response(content, media_type="application/json", headers=named)
            if not answer.is_stream:
                raise RefusalError(502, "the upstream did not answer with a stream", code="upstream_malformed")
            # from here on the stream closes what is open
            events = self._streamed(job, answer, stack, traced)
            return _Streaming(events, named, lambda: self._dropped(job, stack))
        except BaseException as error:
            refusal = await self._over(job, error)
            traced.failed(refusal.code or "")
            await stack.aclose()
            if isinstance(error, Exception):
                raise refusal from None
            raise

    # -- in threads -----------------------------------------------------------------------------

    async def _prepared(self, job: _Job, data: bytes, headers: Mapping[str, str]) -> None:
        await self._run(job, lambda: self._prepare(job, data, headers))

    def _prepare(self, job: _Job, data: bytes, headers: Mapping[str, str]) -> None:
        parts, config = self.parts, self.parts.config
        value = parsed(data)
        keyed = Keyed(key=parts.key, client=job.principal.key)
        model = value.get("model") if isinstance(value, dict) else None
        upstream = config.upstream(job.endpoint.dialect, model) if isinstance(model, str) else None
        if isinstance(model, str) and upstream is None:
            raise RefusalError(
                404,
                "no upstream serves a model of this name",
                code="model_not_found",
                param="model",
                next_step="GET /v1/models lists those that are named; `models` of an upstream says what it serves",
            )
        policy = parts.guard.policy
        media = {
            *([Media.IMAGES] if policy.images == "pass" else []),
            *([Media.FILES] if policy.files == "pass" else []),
            *([Media.AUDIO] if config.audio else []),
        }
        job.reading = Reading(
            alias=keyed.alias,
            seal=keyed.seal,
            unseal=keyed.unseal,
            media=frozenset(media),
            fields=upstream.fields if upstream else frozenset(),
        )
        job.body = body = read_request(job.endpoint, value, job.reading)
        assert upstream is not None  # noqa: S101 (a body without a model was refused)
        job.upstream, job.model = upstream, body.model
        who = Who(route=upstream.route or upstream.name, role=job.principal.role.value, model=body.model)
        limit = config.limit(job.principal.name)
        job.reserved = parts.spending.reserve(
            job.principal.key,
            limit,
            upstream.price(body.model),
            n_chars=sum(len(slot.passage.text) for slot in body.slots),
            n_most_tokens=body.n_most_tokens,
        )
        named = headers.get(HEADER.lower())
        job.book = book_of(keyed, job.principal, named, body.opening, parts.open_vault)
        job.session = named or ""
        job.judge = Judge(
            parts.guard,
            parts.replies,
            job.book,
            who,
            canaries=config.canaries,
            told=lambda stage, seconds: self.metrics.judging.labels(stage).observe(seconds),
        )
        with parts.guard.asked_by(job.principal.name):
            masked = job.judge.request(body)
        job.n_replaced = masked.n_replaced
        outgoing = body.filled(masked.texts)
        if body.stream and job.endpoint is Endpoint.CHAT and upstream.stream_usage:
            options = dict(outgoing.get("stream_options") or {})
            job.usage_asked = options.get("include_usage") is True
            outgoing["stream_options"] = {**options, "include_usage": True}
        job.known = frozenset(strings(value))
        job.outgoing = dumped(outgoing)
        self._record(job, "request.pass", direction="prompt", size_bytes=len(job.outgoing))

    def _finished(self, job: _Job, whole: bytes) -> bytes:
        """Return a whole reply as the client may see it; recorded and settled."""
        assert job.judge is not None and job.reading is not None  # noqa: S101, PT018 (prepared)
        try:
            value = parsed(whole)
            body = read_reply(job.endpoint, value, job.reading)
        except WireError as error:
            if error.code == "invalid_json":
                raise malformed("it is no JSON") from None
            raise RefusalError(502, error.message, code=error.code, next_step=error.next_step) from None
        self._settle(job, usage_of(job.endpoint, value), n_chars=len(whole))
        job.n_reply_chars = len(whole)
        content = dumped(body.filled(job.judge.reply(body, job.known, {})))
        self._record(job, "reply.pass", direction="reply", size_bytes=len(whole))
        return content

    def _settle(self, job: _Job, usage: Usage | None, *, n_chars: int) -> None:
        if job.reserved is None:
            return
        spent = self.parts.spending.settle(job.reserved, usage, n_reply_chars=n_chars, asked=job.asked)
        if job.upstream is not None and usage is not None:
            self.metrics.tokens.labels(job.upstream.name, "prompt").inc(usage.n_prompt_tokens)
            self.metrics.tokens.labels(job.upstream.name, "completion").inc(usage.n_completion_tokens)
            self.metrics.cost.labels(job.upstream.name).inc(spent.usd)

    def _record(
        self, job: _Job, action: str, *, direction: str = "", size_bytes: int | None = None, reason: str = ""
    ) -> None:
        counts = dict(job.judge.counts) if job.judge is not None else {}
        if job.judge is not None:
            job.judge.counts.clear()  # the next row has its own
        self.metrics.found(counts)
        entities: dict[str, int] = {}
        for (entity, _, _), n in counts.items():
            entities[entity] = entities.get(entity, 0) + n
        policy = self.parts.guard.policy
        self.parts.trail.record(
            action=action,
            actor=job.principal.name,
            role=job.principal.role.value,
            session="" if job.book is None or not job.session else job.book.session_id,
            route=job.upstream.name if job.upstream else "",
            model=job.model,
            direction=direction,
            entities=entities,
            policy=policy.digest,
            dry_run=policy.watches,
            status=job.status,
            duration_ms=(time.monotonic() - job.began) * 1000,
            size_bytes=size_bytes,
            n_replaced=job.n_replaced,
            reason=reason,
            request_id=job.request_id,
        )

    async def _run(self, job: _Job, call: Callable[[], T]) -> T:
        """Return what a blocking call returns, within the time for judging."""
        try:
            return await self.judging.run(job.principal.key, call, timeout_s=self.parts.config.scan_timeout_s)
        except TooSlowError:
            raise self._too_slow() from None

    async def _piece(self, owner: str, call: Callable[[], bytes]) -> bytes:
        """Return what comes of a piece of a stream, within the time for judging."""
        try:
            return await self.pieces.run(owner, call, timeout_s=self.parts.config.scan_timeout_s)
        except TooSlowError:
            raise self._too_slow() from None

    def _too_slow(self) -> RefusalError:
        return RefusalError(
            503,
            f"judging took longer than {self.parts.config.scan_timeout_s:g} s, so nothing passes",
            code="guard_timeout",
            next_step="send less at once, or try again",
            retry_after_s=2.0,
        )

    # -- streams --------------------------------------------------------------------------------

    async def _streamed(self, job: _Job, answer: Answer, stack: AsyncExitStack, traced: Span) -> AsyncGenerator[bytes]:
        assert job.judge is not None and job.reading is not None and job.body is not None  # noqa: S101, PT018
        relay = Relay(
            stream_reader(job.endpoint, job.reading, json_reply=job.body.json_reply, usage_asked=job.usage_asked),
            job.judge,
            job.endpoint,
            hold=self.parts.config.hold,
            known=job.known,
        )
        job.streaming = True
        self.metrics.streams.inc()
        refusal: RefusalError | None = None
        try:
            try:
                async with aclosing(answer.blocks()) as blocks:
                    async for block in blocks:
                        made = await self._piece(job.request_id, lambda block=block: relay.feed(block))  # type: ignore[misc]
                        if relay.ended:
                            made = await self._ending(job, relay, made)
                        if made:
                            yield made
                        if relay.ended:
                            break
                if not relay.ended:
                    made = await self._run(job, relay.end)
                    made = await self._ending(job, relay, made)
                    yield made
                self._count(job, 200)
            except Exception as error:
                refusal = await self._over(job, error, relay)
                traced.failed(refusal.code or "")
                yield relay.failed(refusal)
        except BaseException as error:
            # the client left: the upstream is told by its connection
            await self._over(job, error, relay)
            raise
        finally:
            self.metrics.streams.dec()
            await stack.aclose()

    async def _dropped(self, job: _Job, stack: AsyncExitStack) -> None:
        """End what is open for a stream that never began."""
        if not job.streaming:
            await self._over(job, asyncio.CancelledError())
        await stack.aclose()

    async def _ending(self, job: _Job, relay: Relay, made: bytes) -> bytes:
        """Record and settle a stream before its last events go out."""

        def ended() -> bytes:
            self._settle(job, relay.usage, n_chars=relay.n_chars)
            self._record(job, "reply.pass", direction="reply", size_bytes=relay.n_chars)
            return made

        return await self._run(job, ended)

    # -- ends -----------------------------------------------------------------------------------

    async def _upstream_refusal(self, job: _Job, answer: Answer) -> RefusalError:
        """Return the refusal that an upstream's error becomes: its words, where they are the client's matter."""
        assert job.upstream is not None and job.judge is not None  # noqa: S101, PT018 (prepared)
        name, status = job.upstream.name, answer.status
        if status in (401, 403):
            return RefusalError(
                502,
                f"the upstream {name} does not take the gateway's key (status {status})",
                code="upstream_auth",
                next_step=f"check the key of the upstream {name} in the gateway's configuration",
            )
        if status not in (400, 404, 409, 413, 422, 429):
            return RefusalError(
                502, f"the upstream {name} failed (status {status})", code="upstream_error", next_step="try again later"
            )
        text = await answer.whole(most=MOST_ERROR_BYTES)
        said = await self._run(job, lambda: self._error_text(job, text))
        try:
            wait_s = float(answer.headers.get("retry-after", ""))
        except ValueError:
            wait_s = 1.0
        return RefusalError(
            status,
            said or f"the upstream {name} refused the request",
            code="upstream_refused",
            next_step="change the request as the upstream asks" if status != 429 else "wait and try again",
            retry_after_s=wait_s if status == 429 else None,
        )

    def _error_text(self, job: _Job, data: bytes) -> str:
        """Return an upstream's own words, judged, pseudonyms left in them; empty where there are none to show."""
        assert job.judge is not None  # noqa: S101 (prepared)
        try:
            value = json.loads(data)
            said = value.get("error")
            text = said.get("message") if isinstance(said, dict) else said
        except (ValueError, AttributeError, RecursionError):
            return ""
        # errors end up in logs: what they quote is not turned back
        return job.judge.piece(text[:2000], 0, Form.PLAIN) if isinstance(text, str) else ""

    async def _over(self, job: _Job, error: BaseException, relay: Relay | None = None) -> RefusalError:
        """Settle and record a request that ends badly; return the refusal that the client sees."""
        left = not isinstance(error, Exception)
        refusal = RefusalError(499, "the client left", code="client_left") if left else refused_by(error)
        code = refusal.code or "internal"

        def ended() -> None:
            usage = relay.usage if relay is not None else None
            self._settle(job, usage, n_chars=relay.n_chars if relay is not None else 0)
            direction = "reply" if job.asked else "prompt"
            self._record(job, f"{'reply' if job.asked else 'request'}.refuse", direction=direction, reason=code)

        self.metrics.refused.labels(job.endpoint.value, code).inc()
        self._count(job, refusal.status)
        try:
            # also where the client left: the row is written all the same
            await asyncio.shield(self.checking.run(job.principal.key, ended, timeout_s=10.0))
        except Exception as failure:
            log.error("a refusal could not be recorded: %s", type(failure).__name__)
        return refusal

    def _count(self, job: _Job, status: int) -> None:
        self.metrics.requests.labels(job.endpoint.value, job.upstream.name if job.upstream else "", str(status)).inc()


_NEXT_STEPS = {
    400: "docs/reference/guard-gateway.md says what a request may hold",
    403: "call it from a program, or ask whoever runs the gateway",
    404: "docs/reference/guard-gateway.md lists what is served",
    405: "docs/reference/guard-gateway.md lists what is served",
    422: "docs/reference/guard-gateway.md says what a request may hold",
    500: "see the gateway's log",
    502: "try again later; see the gateway's log",
}
"""What to do about a refusal that names nothing of its own: the gateway has no ``/openapi.json``."""


def refused_by(error: BaseException) -> RefusalError:
    """Return the refusal that an error becomes: closed, with no value, and with what to do about it."""
    refusal = _refusal(error)
    if not refusal.next_step:
        refusal.next_step = _NEXT_STEPS.get(refusal.status)
    return refusal


def _refusal(error: BaseException) -> RefusalError:
    match error:
        case RefusalError():
            return error
        case WireError():
            return RefusalError(
                400, error.message, code=error.code, param=error.param or None, next_step=error.next_step
            )
        case OutsideError():
            return RefusalError(
                503,
                f"the guard failed, so nothing passes: {error.message}",
                code="guard_failed",
                next_step=error.next_step,
            )
        case VedetteError():
            return as_refusal(error)
        case _:
            log.error("a request failed: %s", type(error).__name__)
            log.info("where it happened", exc_info=error)
            return RefusalError(500, "something went wrong inside the gateway, so nothing passes", code="guard_failed")
