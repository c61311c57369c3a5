"""A model behind an endpoint that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama-server, others.

Each request passes the egress (in the transport, see :mod:`vedette.llm.guarded`), is tried again only while nothing of
a reply was given out, and is one task of the bridge's loop, so that ending it closes its connection.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import orjson

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.llm.backend import Backend, Pieces
from vedette.llm.base import Ask
from vedette.llm.bridge import Bridge
from vedette.llm.egress import is_loopback, outbound_of, refused
from vedette.llm.guarded import guarded_client, load_httpx
from vedette.llm.options import ModelOptions
from vedette.llm.retrying import RETRIED, asked_wait_s
from vedette.llm.sse import EventReader, StreamError
from vedette.llm.thoughts import Thoughts, without_thoughts
from vedette.llm.tries import AgainError, tried
from vedette.llm.waiting import CancelledError, Deadline
from vedette.llm.wire import Dialect, Part, WireError, address, answer, error_text, event, one_line, request
from vedette.schema import Message, Reply

log = logging.getLogger(__name__)

_POOL = 8
_MAX_REDIRECTS = 3
_ERROR_BYTES = 64 << 10
_MAY_GO = ("temperature", "seed", "max_tokens", "max_completion_tokens", "stream_options", "response_format")
"""Fields that an endpoint may say it does not take; it is then asked without, from then on."""

_REFUSING = ("unsupported", "not support", "unrecognized", "unknown", "unavailable", "must be", "extra", "invalid")

T = TypeVar("T")


class _WithoutError(Exception):
    """The endpoint does not take a field."""

    def __init__(self, field: str, error: VedetteError) -> None:
        super().__init__(field)
        self.field = field
        self.error = error


class Endpoint(Backend):
    """A model behind an endpoint.

    Args:
        dialect: how it wants to be asked.
        model: as the endpoint calls it.
        options: where it is, the key, time limits, pool size, price and egress.
        name: as the user names it.

    Raises:
        UserError: its address or key is missing, or the egress does not let it be asked.
        MissingExtraError: httpx is not installed.
    """

    def __init__(self, dialect: Dialect, model: str, options: ModelOptions, *, name: str) -> None:
        self._url = address(dialect, model, options.base_url, options.api_version)
        self._outbound = outbound_of(self._url, purpose=f"model {name}")
        super().__init__(
            name,
            local=is_loopback(self._outbound.host),
            pool_size=options.pool_size or _POOL,
            timeout_s=options.timeout_s,
            price=options.price,
        )
        self._dialect = dialect
        self._model = model
        self._options = options
        self._key = options.api_key.get_secret_value().strip() if options.api_key else ""
        if any(not 32 < ord(c) < 127 for c in self._key):
            raise UserError(f"the key of {name} holds characters that no key has", next_step="VEDETTE_LLM_API_KEY")
        if dialect.needs_key and not self._key:
            raise UserError(f"{name} needs a key", next_step="VEDETTE_LLM_API_KEY")
        if not options.egress.allows(self._outbound):
            raise refused(self._outbound)
        self._httpx: Any = load_httpx()
        self._bridge = Bridge("vedette-endpoint")
        self._client: Any = None
        self._lock = threading.Lock()
        self._without: frozenset[str] = frozenset()

    def _constrained(self, ask: Ask) -> bool:
        # schemas are put into words as well: many servers take the field and do nothing with it
        return False

    def _say(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Reply:
        started = time.monotonic()
        doing = f"the reply of {self.name}"

        def once() -> Part:
            content = self._body(turns, ask, stream=False)
            return self._bridge.run(lambda: self._whole(content), deadline, doing)

        part = self._tried(once, deadline)
        return self._reply(part, without_thoughts(part.text), started)

    def _pieces(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Pieces:
        started = time.monotonic()
        doing = f"the reply of {self.name}"
        given: list[str] = []
        thoughts = Thoughts()
        finish, n_prompt, n_completion = "", None, None

        def once() -> tuple[Part | None, Generator[Part, None, None]]:
            content = self._body(turns, ask, stream=True)
            parts = self._bridge.iterate(lambda: self._events(content), deadline, doing)
            # until the first piece is there it may be tried again
            return next((p for p in parts if p.text or p.finish), None), parts

        try:
            first, parts = self._tried(once, deadline)
            try:
                part = first
                while part is not None:
                    finish = part.finish or finish
                    n_prompt = n_prompt if part.n_prompt is None else part.n_prompt
                    n_completion = n_completion if part.n_completion is None else part.n_completion
                    if text := thoughts.take(part.text):
                        given.append(text)
                        yield text
                    part = next(parts, None)
                if text := thoughts.end():
                    given.append(text)
                    yield text
            finally:
                parts.close()
        except AgainError as error:
            raise error.error from None
        except CancelledError:
            finish = "cancelled"
        end = Part(finish=finish or "stop", n_prompt=n_prompt, n_completion=n_completion)
        return self._reply(end, "".join(given), started)

    def _reply(self, part: Part, text: str, started: float) -> Reply:
        usage = self._used(part.n_prompt, part.n_completion, started)
        return Reply(text=text, model=self.name, finish=part.finish or "stop", usage=usage)

    def _body(self, turns: Sequence[Message], ask: Ask, *, stream: bool) -> bytes:
        try:
            body = request(self._dialect, self._model, turns, ask, stream=stream, without=self._without)
            return orjson.dumps(body)
        except (TypeError, orjson.JSONEncodeError):
            # lone surrogates of a log's text cannot be sent
            sound = [Message(role=t.role, content=t.content.encode("utf-8", "replace").decode()) for t in turns]
            return orjson.dumps(request(self._dialect, self._model, sound, ask, stream=stream, without=self._without))

    def _tried(self, once: Callable[[], T], deadline: Deadline) -> T:
        """Return what one try gives, after as many as are allowed; a field that is not taken is left out."""
        while True:
            try:
                return tried(once, self._options.retry, deadline, self.name)
            except _WithoutError as refusal:
                if refusal.field in self._without:
                    raise refusal.error from None
                log.info("%s takes no %s", self.name, refusal.field)
                self._without = self._without | {refusal.field}

    async def _whole(self, content: bytes) -> Part:
        response = await self._send(content)
        try:
            return answer(await self._read(response))
        except WireError as error:
            raise self._nonsense(str(error)) from None
        finally:
            await response.aclose()

    async def _events(self, content: bytes) -> AsyncGenerator[Part, None]:
        response = await self._send(content)
        try:
            if "event-stream" not in response.headers.get("content-type", ""):
                yield answer(await self._read(response))
                return
            reader, ended = EventReader(), False
            async for block in self._blocks(response):
                for data in reader.feed(block):
                    part = event(data)
                    if part is None:
                        return
                    ended = ended or part.finish is not None
                    yield part
            for data in reader.end():
                part = event(data)
                if part is None:
                    return
                ended = ended or part.finish is not None
                yield part
            if not ended:
                raise AgainError(self._broken("its stream ended in the middle"))
        except (WireError, StreamError) as error:
            raise self._nonsense(str(error)) from None
        finally:
            await response.aclose()

    async def _send(self, content: bytes) -> Any:
        """Return the response to a request, its body not read yet, once its status is good."""
        client, httpx, url = self._opened(), self._httpx, self._url
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                # a key is only for the place that it belongs to
                auth = self._sign if _origin(url) == _origin(self._url) else None
                headers = {"Content-Type": "application/json"}
                made = client.build_request("POST", url, content=content, headers=headers)
                response = await client.send(made, stream=True, auth=auth)
            except httpx.TransportError as error:
                raise AgainError(self._broken(_why(error))) from None
            except httpx.InvalidURL:
                raise self._nonsense("it sends on to what is no address") from None
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            where = response.headers.get("location", "")
            await response.aclose()
            url = self._next_url(url, response.status_code, where)
        else:
            raise self._nonsense(f"it sends on more than {_MAX_REDIRECTS} times")
        if response.status_code == 200:
            return response
        try:
            body = await self._read(response, _ERROR_BYTES)
        finally:
            await response.aclose()
        raise self._failure(response.status_code, body, response.headers.get("retry-after"))

    def _next_url(self, url: str, status: int, where: str) -> str:
        if status not in (307, 308) or not where:
            raise self._nonsense(f"it sends on with status {status}, which would lose the request")
        try:
            following = urljoin(url, where)
            outbound_of(following, purpose=f"model {self.name}")
        except (ValueError, UserError):
            raise self._nonsense("it sends on to what is no address") from None
        if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
            raise self._nonsense("it sends on from https to plain http")
        return following

    def _sign(self, request: Any) -> Any:
        if self._key:
            plain = self._dialect.key_header != "authorization"
            request.headers[self._dialect.key_header] = self._key if plain else f"Bearer {self._key}"
        return request

    async def _blocks(self, response: Any) -> AsyncGenerator[bytes, None]:
        try:
            async for block in response.aiter_raw():
                yield block
        except self._httpx.TransportError as error:
            raise AgainError(self._broken(_why(error))) from None

    async def _read(self, response: Any, most: int | None = None) -> bytes:
        content = bytearray()
        async for block in self._blocks(response):
            content += block
            if most is not None and len(content) > most:
                break
        return bytes(content)

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = guarded_client(
                    self._httpx, self._options, purpose=f"model {self.name}", pool_size=self.slots.size
                )
            return self._client

    def _failure(self, status: int, content: bytes, retry_after: str | None) -> Exception:
        said, param = error_text(content)
        said = self._scrubbed(said)
        told = f": {said}" if said else ""
        if status in (400, 422) and (field := _named_field(param, said)):
            return _WithoutError(field, UserError(f"{self.name} takes no {field}{told}"))
        if status in RETRIED or status >= 500:
            late = status == 429
            error = OutsideError(
                f"{self.name} {'is asked too often' if late else 'failed'} (status {status}){told}",
                next_step="ask again later, or use another model",
            )
            # other servers' errors than the usual ones are not asked again: they may have done the work
            return AgainError(error, asked_wait_s(retry_after)) if status in RETRIED else error
        if status in (401, 403):
            return UserError(f"{self.name} refuses the key (status {status}){told}", next_step="VEDETTE_LLM_API_KEY")
        if status == 404:
            return UserError(
                f"{self.name} is not there (status 404){told}",
                next_step=f"check the model's name, and VEDETTE_LLM_BASE_URL: {self._outbound.target} was asked",
            )
        return UserError(
            f"{self.name} refuses the request (status {status}){told}", next_step="shorten it, or use another model"
        )

    def _scrubbed(self, text: str) -> str:
        """Return text of the endpoint without the key: some repeat it."""
        return text.replace(self._key, "[key]") if self._key else text

    def _broken(self, why: str) -> OutsideError:
        return OutsideError(
            f"{self.name} does not answer: {self._scrubbed(why)}",
            next_step=f"check that {self._outbound.target} can be reached and serves the model",
        )

    def _nonsense(self, why: str) -> OutsideError:
        return OutsideError(
            f"{self.name} gave what is no answer: {self._scrubbed(why)}",
            next_step=f"check that {self._outbound.target} speaks OpenAI's chat completions",
        )

    def _free(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        self._bridge.close(client.aclose if client is not None else None)


def _named_field(param: str, said: str) -> str | None:
    """Return the field that a refusal is about, if the request can do without it."""
    if param.split(".")[0] in _MAY_GO:
        return param.split(".")[0]
    about = any(word in said.lower() for word in _REFUSING)
    # longest first: one name is in the other
    return next((f for f in sorted(_MAY_GO, key=len, reverse=True) if f in said), None) if about else None


def _origin(url: str) -> tuple[str, str, int]:
    outbound = outbound_of(url, purpose="x")
    return outbound.scheme, outbound.host, outbound.port


def _why(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
