"""``/v1``: chat as OpenAI's clients speak it.

Answers come from the copilot, whatever the client's system message says: instructions in messages choose no tool and
change no rule. Beside the text, a message carries ``vedette``: citations, values, what was dropped, the session (see
docs/reference/api.md).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from vedette.copilot.base import Stage
from vedette.schema import Usage
from vedette.server.access import Principal
from vedette.server.conversation import Said
from vedette.server.desk import Answered, Desk, Request
from vedette.server.refusals import RefusalError, as_refusal, body
from vedette.server.streaming import KEEP_ALIVE, EventStream, Spoken, Stages, event, stages
from vedette.server.turnstile import asked_desk, caller
from vedette.server.wire import answer_view, plain, reply

MODEL = "vedette"
SESSION_HEADER = "X-Vedette-Session"
SESSION_PATTERN = r"^session-[0-9a-f]{1,32}$"
MAX_MESSAGES = 1000

router = APIRouter(prefix="/v1", tags=["chat"])


class _Open(BaseModel):
    """Fields that are not known are taken and not looked at, as OpenAI's own servers do."""

    model_config = ConfigDict(extra="allow")


class ContentPart(_Open):
    """A piece of a message."""

    type: str = Field(max_length=64)
    text: str | None = None


class ChatMessage(_Open):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class StreamOptions(_Open):
    """What a stream brings besides the text."""

    include_usage: bool | None = False


class ChatRequest(_Open):
    """A conversation whose last message is the question."""

    model: str = Field(default=MODEL, max_length=200)
    messages: list[ChatMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=1, description="Only 1.")
    tools: list[Any] | None = Field(default=None, description="Not supported: the server's own tools answer.")
    tool_choice: Any | None = Field(default=None, description="Not supported, but for `none` and `auto`.")
    functions: list[Any] | None = Field(default=None, description="Not supported.")
    response_format: Any | None = Field(default=None, description='Only `{"type": "text"}`.')
    logprobs: bool | None = Field(default=False, description="Not supported.")
    modalities: list[str] | None = Field(default=None, description='Only `["text"]`.')
    store: bool | None = Field(default=True, description="False: the conversation is not kept as a session.")
    vedette_session: str | None = Field(
        default=None, pattern=SESSION_PATTERN, description="Go on with this session; its turns are the context."
    )
    vedette_case: str | None = Field(default=None, max_length=64, description="Only this case is meant.")


class ChatUsage(BaseModel):
    """Tokens that the model took; zero where no model was needed."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ModelCard(BaseModel):
    """A model that can be named."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "vedette"


class ModelList(BaseModel):
    """The models that can be named."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class CompletionMessage(_Open):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None = None
    vedette: dict[str, Any]
    """The whole answer as ``/api`` gives it (schema ``AnswerView``)."""


class CompletionChoice(BaseModel):
    """The one choice."""

    index: Literal[0] = 0
    message: CompletionMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Completion(BaseModel):
    """An answered chat request."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: ChatUsage


@router.get("/models", response_model=ModelList, operation_id="list_models")
async def list_models(_: Annotated[Principal, Depends(caller)]) -> Response:
    """List the models that a chat request may name: one, whatever words its answers."""
    return reply(ModelList(data=[ModelCard(id=MODEL)]))


@router.get("/models/{model}", response_model=ModelCard, operation_id="get_model")
async def get_model(model: str, _: Annotated[Principal, Depends(caller)]) -> Response:
    """Describe the model."""
    _known(model)
    return reply(ModelCard(id=MODEL))


@router.post("/chat/completions", response_model=Completion, operation_id="create_chat_completion")
async def create_chat_completion(
    given: ChatRequest,
    principal: Annotated[Principal, Depends(caller)],
    desk: Annotated[Desk, Depends(asked_desk)],
    session: Annotated[str | None, Header(alias=SESSION_HEADER, pattern=SESSION_PATTERN)] = None,
) -> Response:
    """Answer the last message, with the messages before it as context; with ``stream`` as server-sent events."""
    _known(given.model)
    _supported(given)
    request = _request(given, session, desk)
    if not given.stream:
        answered = await desk.ask(principal, request)
        return reply(_completion(answered), headers=_session_header(answered))
    running = stages(desk, principal, request)
    first = await anext(running)  # what goes wrong at once is a plain HTTP error
    include_usage = bool(given.stream_options and given.stream_options.include_usage)
    return EventStream(_chunks(running, first, include_usage=include_usage))


def _known(model: str) -> None:
    if model != MODEL:
        raise RefusalError(
            404,
            f"the model {model!r} does not exist here",
            code="model_not_found",
            param="model",
            next_step=f"name {MODEL!r}; what words its answers is set where the server starts",
        )


def _supported(given: ChatRequest) -> None:
    """Raise RefusalError for what would be silently wrong if it were not looked at."""
    refused: dict[str, str] = {}
    if given.tools or given.functions:
        refused["tools" if given.tools else "functions"] = (
            "the server answers with tools of its own, and calls no others"
        )
    elif given.tool_choice not in (None, "none", "auto"):
        refused["tool_choice"] = "the server chooses its tools itself"
    kind = given.response_format.get("type") if isinstance(given.response_format, dict) else given.response_format
    if kind not in (None, "text"):
        refused["response_format"] = "answers are text; their values are in message.vedette.values"
    if given.n not in (None, 1):
        refused["n"] = "there is one answer to a question"
    if given.logprobs:
        refused["logprobs"] = "answers are checked sentences, not the tokens of a model"
    if given.modalities and given.modalities != ["text"]:
        refused["modalities"] = "answers are text"
    for param, why in refused.items():
        raise RefusalError(
            400, f"{param} is not supported: {why}", code="unsupported_parameter", param=param, next_step="leave it out"
        )


def _text(message: ChatMessage, index: int) -> str:
    if isinstance(message.content, list):
        for part in message.content:
            if part.type not in ("text", "input_text", "output_text", "refusal"):
                raise RefusalError(
                    400,
                    f"a message part of type {part.type!r} cannot be read; only text can",
                    code="unsupported_content",
                    param=f"messages[{index}].content",
                )
        return "\n".join(part.text or "" for part in message.content)
    return message.content or ""


def _request(given: ChatRequest, session: str | None, desk: Desk) -> Request:
    said: list[Said] = []
    n_chars = 0
    for index, message in enumerate(given.messages):
        text = _text(message, index)
        n_chars += len(text)
        if n_chars > desk.limits.history_chars:
            raise RefusalError(
                400,
                f"the messages are longer than {desk.limits.history_chars} characters together",
                code="context_length_exceeded",
                param="messages",
                next_step="leave out the oldest",
            )
        if message.role in ("user", "assistant"):
            said.append(Said(message.role, text))
    last = len(given.messages) - 1
    if given.messages[-1].role != "user":
        raise RefusalError(
            400, "the last message must be the user's question", param=f"messages[{last}].role",
            next_step="put the question last, with the role user",
        )  # fmt: skip
    question = said.pop()
    if not question.text.strip():
        raise RefusalError(
            400, "the question is empty", param=f"messages[{last}].content", next_step="ask something: what happened?"
        )
    if len(question.text) > desk.limits.question_chars:
        raise RefusalError(
            400,
            f"the question is longer than {desk.limits.question_chars} characters",
            code="context_length_exceeded",
            param=f"messages[{last}].content",
            next_step="ask about the data by name; do not paste it",
        )
    return Request(
        question=question.text,
        session_id=given.vedette_session or session,
        case_id=given.vedette_case,
        said=said,
        keep=given.store is not False,
        door="chat",
    )


def _session_header(answered: Answered) -> dict[str, str]:
    return {SESSION_HEADER: answered.session_id} if answered.session_id else {}


def _usage(usage: Usage) -> ChatUsage:
    return ChatUsage(
        prompt_tokens=usage.n_prompt_tokens,
        completion_tokens=usage.n_completion_tokens,
        total_tokens=usage.n_prompt_tokens + usage.n_completion_tokens,
    )


def _extras(answered: Answered) -> dict[str, Any]:
    view = answer_view(answered.answer, session_id=answered.session_id, turn=answered.turn)
    extras: dict[str, Any] = plain(view)
    return extras


def _completion(answered: Answered) -> dict[str, Any]:
    return {
        "id": _new_id(),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": answered.answer.text,
                    "refusal": None,
                    "vedette": _extras(answered),
                },
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": _usage(answered.answer.usage).model_dump(),
    }


def _new_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"


async def _chunks(running: Stages, first: Any, *, include_usage: bool) -> AsyncGenerator[bytes]:
    """Yield an answer as chunks: the role, sentences as they are checked, the rest with ``vedette``, usage, the end."""
    head = {"id": _new_id(), "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return event(head | {"choices": [choice]} | ({"usage": None} if include_usage else {}))

    spoken = Spoken()
    answered: Answered | None = None
    async with aclosing(running):
        yield chunk({"role": "assistant", "content": ""})
        stage = first
        try:
            while answered is None:
                if stage is None:
                    yield KEEP_ALIVE
                elif isinstance(stage, Answered):
                    answered = stage
                    break
                elif stage.stage is Stage.CLAIM and (stage.text or stage.claim):
                    yield chunk({"content": spoken.sentence(stage.text or stage.claim.text)})
                stage = await anext(running)
        except Exception as error:
            yield event(body(as_refusal(error)))
            return
    rest = spoken.rest(answered.answer.text)
    if rest:
        yield chunk({"content": rest})
    yield chunk({"vedette": _extras(answered)}, "stop")
    if include_usage:
        yield event(head | {"choices": [], "usage": _usage(answered.answer.usage).model_dump()})
    yield b"data: [DONE]\n\n"
