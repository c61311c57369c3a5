"""Other providers through pydantic-ai: Anthropic, Google, Mistral, Groq, Cohere, OpenRouter, LiteLLM and more.

Only providers are used whose library sends everything through the HTTP client that it is given, so that each request
passes the egress; the others (Bedrock's boto3, gRPC, …) are refused. The library's own retries are turned off.
pydantic-ai is slow to import (about a second) and imported by the first such model that is opened.
"""

from __future__ import annotations

import contextvars
import inspect
import threading
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from typing import Any

from vedette.errors import MissingExtraError, OutsideError, UserError, VedetteError
from vedette.llm.backend import Backend, Pieces
from vedette.llm.base import Ask
from vedette.llm.bridge import Bridge
from vedette.llm.egress import is_loopback, outbound_of, refused
from vedette.llm.guarded import guarded_client, load_httpx
from vedette.llm.options import ModelOptions
from vedette.llm.retrying import RETRIED, asked_wait_s
from vedette.llm.tries import AgainError, tried
from vedette.llm.waiting import CancelledError, Deadline
from vedette.llm.wire import follows_strict, one_line
from vedette.schema import Message, Reply, Role

_POOL = 8
_GUARDED = frozenset(
    "anthropic cerebras cohere deepseek fireworks google groq litellm mistral moonshotai nebius openrouter ovhcloud "
    "sambanova together vercel".split()
)
"""Whose libraries send everything through the client that they are given."""
_KEYLESS = frozenset({"litellm"})
_FINISH = {"length": "length", "content_filter": "filtered", "error": "filtered"}

_Headers = dict[str, str]
_seen: contextvars.ContextVar[_Headers | None] = contextvars.ContextVar("vedette_response_headers", default=None)


class ProviderModel(Backend):
    """A model of a provider that pydantic-ai knows.

    Args:
        kind: the provider, as pydantic-ai calls it.
        model: as the provider calls it.
        options: key, base URL where the provider takes one, time limits, pool size, price and egress.
        name: as the user names it.

    Raises:
        UserError: the provider is not known or cannot be guarded, its key is missing, or the egress does not let it be
            asked.
        MissingExtraError: pydantic-ai or the provider's library is not installed.
    """

    def __init__(self, kind: str, model: str, options: ModelOptions, *, name: str) -> None:
        self._kind = kind
        self._options = options
        self._key = options.api_key.get_secret_value().strip() if options.api_key else ""
        self._bridge = Bridge("vedette-provider")
        self._client: Any = None
        self._lock = threading.Lock()
        size = options.pool_size or _POOL
        provider = self._provider(kind, name, size)
        self._outbound = outbound_of(str(provider.base_url), purpose=f"model {name}")
        super().__init__(
            name,
            local=is_loopback(self._outbound.host),
            pool_size=size,
            timeout_s=options.timeout_s,
            price=options.price,
        )
        if not options.egress.allows(self._outbound):
            raise refused(self._outbound)
        from pydantic_ai.exceptions import UserError as TheirError
        from pydantic_ai.models import infer_model

        try:
            self._model = infer_model(f"{kind}:{model}", provider_factory=lambda _: provider)
        except (ImportError, TheirError, ValueError) as error:
            raise UserError(f"{name} cannot be opened: {self._told(error)}") from None

    def _provider(self, kind: str, name: str, size: int) -> Any:
        try:
            from pydantic_ai.exceptions import UserError as TheirError
            from pydantic_ai.providers import infer_provider_class
        except ImportError:
            raise MissingExtraError("llm", f"the model {name}") from None
        try:
            found = infer_provider_class(kind)
        except ValueError:
            raise UserError(
                f"there is no provider {kind[:40]!r} of language models",
                next_step="an endpoint that speaks OpenAI's API is openai:MODEL with VEDETTE_LLM_BASE_URL",
            ) from None
        except ImportError as error:
            raise UserError(
                f"the library of {kind} is not installed", next_step=f"pip install 'pydantic-ai-slim[{kind}]'"
            ) from error
        takes = inspect.signature(found.__init__).parameters
        if kind not in _GUARDED or "http_client" not in takes:
            raise UserError(
                f"{kind} sends requests that cannot be held to the configured hosts",
                next_step=f"put a gateway before it and use openai:MODEL, or one of: {', '.join(sorted(_GUARDED))}",
            )
        if not self._key and kind not in _KEYLESS:
            raise UserError(f"{name} needs a key", next_step="VEDETTE_LLM_API_KEY")
        httpx = load_httpx("httpx" if "httpx." in str(takes["http_client"].annotation) else _newer())
        self._client = guarded_client(httpx, self._options, purpose=f"model {name}", pool_size=size, seen=_note)
        given: dict[str, Any] = {"http_client": self._client, "api_key": self._key or "none"}
        if self._options.base_url:
            base = next((word for word in ("base_url", "api_base") if word in takes), None)
            if base is None:
                raise UserError(f"{kind} is always where it is", next_step="unset VEDETTE_LLM_BASE_URL")
            given[base] = self._options.base_url
        try:
            provider = found(**given)
        except (TheirError, TypeError, ValueError) as error:
            raise UserError(f"{name} cannot be opened: {self._told(error)}") from None
        if hasattr(provider.client, "max_retries"):
            provider.client.max_retries = 0
        return provider

    def _say(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Reply:
        started = time.monotonic()

        def once() -> Any:
            return self._bridge.run(lambda: self._request(turns, ask), deadline, f"the reply of {self.name}")

        said = tried(once, self._options.retry, deadline, self.name)
        return self._reply(said, _text(said), started)

    def _pieces(self, turns: Sequence[Message], ask: Ask, deadline: Deadline) -> Pieces:
        started = time.monotonic()
        given: list[str] = []
        whole: list[Any] = []

        def once() -> tuple[str | None, Generator[str, None, None]]:
            whole.clear()
            pieces = self._bridge.iterate(
                lambda: self._events(turns, ask, whole), deadline, f"the reply of {self.name}"
            )
            # until the first piece is there it may be tried again
            return next(pieces, None), pieces

        try:
            piece, pieces = tried(once, self._options.retry, deadline, self.name)
            try:
                while piece is not None:
                    given.append(piece)
                    yield piece
                    piece = next(pieces, None)
            finally:
                pieces.close()
        except AgainError as failure:
            raise failure.error from None
        except CancelledError:
            usage = self._used(None, None, started)
            return Reply(text="".join(given), model=self.name, finish="cancelled", usage=usage)
        return self._reply(whole[0], "".join(given), started)

    async def _request(self, turns: Sequence[Message], ask: Ask) -> Any:
        from pydantic_ai.direct import model_request

        headers: _Headers = {}
        _seen.set(headers)
        try:
            return await model_request(
                self._model,
                _theirs(turns),
                model_settings=_settings(ask),
                model_request_parameters=self._parameters(ask),
                instrument=False,
            )
        except Exception as error:
            raise self._failure(error, headers) from None

    async def _events(self, turns: Sequence[Message], ask: Ask, whole: list[Any]) -> AsyncGenerator[str, None]:
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

        headers: _Headers = {}
        _seen.set(headers)
        try:
            async with model_request_stream(
                self._model,
                _theirs(turns),
                model_settings=_settings(ask),
                model_request_parameters=self._parameters(ask),
                instrument=False,
            ) as events:
                async for event in events:
                    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                        if event.part.content:
                            yield event.part.content
                    elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                        if event.delta.content_delta:
                            yield event.delta.content_delta
                said = events.get()
        except Exception as error:
            raise self._failure(error, headers) from None
        # the library makes one up where the stream has none
        if not (said.provider_details or {}).get("finish_reason"):
            raise AgainError(self._broken("its stream ended in the middle"))
        whole.append(said)

    def _parameters(self, ask: Ask) -> Any:
        from pydantic_ai.models import ModelRequestParameters
        from pydantic_ai.output import OutputObjectDefinition

        profile: Any = self._model.profile
        key = "supports_json_schema_output"
        native = profile.get(key) if hasattr(profile, "get") else getattr(profile, key, False)
        if ask.schema is None or not native:
            return ModelRequestParameters()
        wanted = OutputObjectDefinition(
            json_schema=dict(ask.schema), name="reply", strict=follows_strict(ask.schema) or None
        )
        return ModelRequestParameters(output_mode="native", output_object=wanted)

    def _reply(self, said: Any, text: str, started: float) -> Reply:
        n_prompt, n_completion = said.usage.input_tokens, said.usage.output_tokens
        known = bool(n_prompt or n_completion)
        usage = self._used(n_prompt if known else None, n_completion if known else None, started)
        return Reply(text=text, model=self.name, finish=_FINISH.get(str(said.finish_reason), "stop"), usage=usage)

    def _failure(self, error: Exception, headers: _Headers) -> Exception:
        """Return what a failure of the library is here."""
        from pydantic_ai import exceptions as theirs

        inner: BaseException | None = error
        while inner is not None:
            # what the egress or the bounds raised, however the library wrapped it
            if isinstance(inner, VedetteError | AgainError):
                return inner
            inner = inner.__cause__ or inner.__context__
        told = self._told(error)
        if isinstance(error, theirs.ModelHTTPError):
            status = error.status_code
            if status in RETRIED:
                late = status == 429
                return AgainError(
                    OutsideError(
                        f"{self.name} {'is asked too often' if late else 'failed'} (status {status}): {told}",
                        next_step="ask again later, or use another model",
                    ),
                    asked_wait_s(headers.get("retry-after")),
                )
            if status in (401, 403):
                return UserError(
                    f"{self.name} refuses the key (status {status}): {told}", next_step="VEDETTE_LLM_API_KEY"
                )
            if 400 <= status < 500:
                return UserError(
                    f"{self.name} refuses the request (status {status}): {told}",
                    next_step="check the model's name, and that the request is not too long",
                )
            return OutsideError(f"{self.name} failed (status {status}): {told}")
        if isinstance(error, theirs.UserError):
            return UserError(f"{self.name} refuses the request: {told}")
        if isinstance(error, theirs.UnexpectedModelBehavior):
            return OutsideError(f"{self.name} gave what is no answer: {told}")
        module = type(error).__module__.split(".")[0]
        if isinstance(error, OSError) or module in ("httpx", "httpx2", "httpcore", "httpcore2"):
            return AgainError(self._broken(told))
        lost = getattr(theirs, "ModelConnectionError", ())
        if isinstance(error, lost) or (not headers and isinstance(error, getattr(theirs, "ModelAPIError", ()))):
            # it broke, or no response had come
            return AgainError(self._broken(told))
        return OutsideError(f"{self.name} gave what is no answer: {told}")

    def _broken(self, why: str) -> OutsideError:
        return OutsideError(
            f"{self.name} does not answer: {why}", next_step=f"check that {self._outbound.target} can be reached"
        )

    def _told(self, error: BaseException) -> str:
        """Return what an error says, without the key."""
        text = str(error)
        return one_line(text.replace(self._key, "[key]") if self._key else text) or type(error).__name__

    def _free(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        self._bridge.close(client.aclose if client is not None else None)


def _note(response: Any) -> None:
    headers = _seen.get()
    if headers is not None:
        headers["status"] = str(response.status_code)
        headers["retry-after"] = response.headers.get("retry-after", "")


def _newer() -> str:
    """Return the HTTP library that pydantic-ai and OpenAI's library take: ``httpx2`` of late, ``httpx`` before."""
    from importlib.util import find_spec

    return "httpx2" if find_spec("httpx2") is not None else "httpx"


def _theirs(turns: Sequence[Message]) -> list[Any]:
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    found: list[Any] = []
    for turn in turns:
        text = turn.content.encode("utf-8", "replace").decode()
        if turn.role is Role.ASSISTANT:
            found.append(ModelResponse(parts=[TextPart(content=text)]))
            continue
        part = SystemPromptPart(content=text) if turn.role is Role.SYSTEM else UserPromptPart(content=text)
        if found and isinstance(found[-1], ModelRequest):
            found[-1] = ModelRequest(parts=[*found[-1].parts, part])
        else:
            found.append(ModelRequest(parts=[part]))
    return found


def _settings(ask: Ask) -> Any:
    settings: dict[str, Any] = {"max_tokens": ask.max_tokens, "temperature": ask.temperature, "seed": ask.seed}
    if ask.stop:
        settings["stop_sequences"] = list(ask.stop)
    return settings


def _text(said: Any) -> str:
    from pydantic_ai.messages import TextPart

    return "".join(part.content for part in said.parts if isinstance(part, TextPart))
