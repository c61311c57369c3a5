"""Chat completions and embeddings as OpenAI's clients send them.

Source: OpenAI API reference, ``/v1/chat/completions`` and ``/v1/embeddings``, as typed in ``openai`` 3.54.
"""

from __future__ import annotations

from typing import Any

from vedette.guard.wire.base import Media, WireError
from vedette.guard.wire.forms import (
    Shape,
    Walk,
    address,
    alias,
    base64,
    either,
    flag,
    json_text,
    json_value,
    many,
    media,
    model,
    number,
    object_of,
    refused,
    tagged,
    text,
    word,
)
from vedette.schema.guarding import Direction
from vedette.schema.message import Role

PROMPT, CONTEXT = Direction.PROMPT, Direction.CONTEXT
EFFORT = word("none", "minimal", "low", "medium", "high", "xhigh", "max")
TIER = word("auto", "default", "flex", "scale", "priority", "fast", "ultrafast", "standard_only")
LEVEL = word("low", "medium", "high")
RETENTION = word("in_memory", "24h")
CACHING = object_of({"mode": word("explicit", "implicit"), "ttl": word("30m", "12h")})
UPSTREAM_STATE = refused(
    "what the upstream keeps was not judged in this request",
    code="upstream_state",
    next_step="send the whole conversation with each request",
)
HOSTED = refused(
    "tools that run at the upstream are not judged", code="hosted_tool", next_step="offer tools that your program runs"
)
LOGPROBS = refused("tokens with their probabilities cannot be given back in clear", code="logprobs", but=(False, 0))
MODERATION = refused("what this sends elsewhere is not judged")


def _part(direction: Direction, role: Role) -> Shape:
    said = text(direction, role)
    cache = {"prompt_cache_breakpoint": CACHING}
    return tagged(
        "type",
        {
            "text": object_of({"type": word("text"), "text": said, **cache}, needs=("text",)),
            "refusal": object_of({"type": word("refusal"), "refusal": said}, needs=("refusal",)),
            "image_url": media(
                Media.IMAGES,
                object_of(
                    {
                        "type": word("image_url"),
                        "image_url": object_of(
                            {"url": address, "detail": word("auto", "low", "high", "original")}, needs=("url",)
                        ),
                        **cache,
                    }
                ),
            ),
            "input_audio": media(
                Media.AUDIO,
                object_of(
                    {
                        "type": word("input_audio"),
                        "input_audio": object_of({"data": base64, "format": word("wav", "mp3")}, needs=("data",)),
                        **cache,
                    }
                ),
            ),
            "file": media(
                Media.FILES,
                object_of(
                    {
                        "type": word("file"),
                        "file": object_of({"file_data": address, "filename": said, "file_id": UPSTREAM_STATE}),
                        **cache,
                    }
                ),
            ),
        },
        what="content part",
    )


def content(direction: Direction, role: Role) -> Shape:
    """Return the form of a message's content: a text or parts."""
    return either(text(direction, role), many(_part(direction, role)))


_CALL = tagged(
    "type",
    {
        "function": object_of(
            {
                "id": alias,
                "type": word("function"),
                "index": number,
                "function": object_of(
                    {"name": text(PROMPT), "arguments": json_text(PROMPT, Role.ASSISTANT)}, needs=("name", "arguments")
                ),
            }
        ),
        "custom": object_of(
            {
                "id": alias,
                "type": word("custom"),
                "index": number,
                "custom": object_of(
                    {"name": text(PROMPT), "input": text(PROMPT, Role.ASSISTANT)}, needs=("name", "input")
                ),
            }
        ),
    },
    default="function",
    what="tool call",
)


def _message(name: str, direction: Direction, role: Role, **more: Shape) -> Shape:
    return object_of({"role": word(name), "content": content(direction, role), "name": text(PROMPT), **more})


MESSAGE = tagged(
    "role",
    {
        "system": _message("system", PROMPT, Role.SYSTEM),
        "developer": _message("developer", PROMPT, Role.SYSTEM),
        "user": _message("user", PROMPT, Role.USER),
        "assistant": _message(
            "assistant",
            PROMPT,
            Role.ASSISTANT,
            refusal=text(PROMPT, Role.ASSISTANT),
            reasoning_content=text(PROMPT, Role.ASSISTANT),
            reasoning=text(PROMPT, Role.ASSISTANT),
            tool_calls=many(_CALL),
            function_call=object_of({"name": text(PROMPT), "arguments": json_text(PROMPT, Role.ASSISTANT)}),
            audio=UPSTREAM_STATE,
            annotations=json_value(PROMPT, Role.ASSISTANT),
        ),
        "tool": _message("tool", CONTEXT, Role.TOOL, tool_call_id=alias),
        "function": _message("function", CONTEXT, Role.TOOL),
    },
    what="role",
)
_FUNCTION = object_of(
    {"name": text(PROMPT), "description": text(PROMPT), "parameters": json_value(PROMPT), "strict": flag},
    needs=("name",),
)
GRAMMAR = tagged(
    "type",
    {
        "text": object_of({"type": word("text")}),
        "grammar": object_of(
            {
                "type": word("grammar"),
                "grammar": object_of({"definition": text(PROMPT), "syntax": word("lark", "regex")}),
                "definition": text(PROMPT),
                "syntax": word("lark", "regex"),
            }
        ),
    },
)
TOOL = tagged(
    "type",
    {
        "function": object_of({"type": word("function"), "function": _FUNCTION}, needs=("function",)),
        "custom": object_of(
            {
                "type": word("custom"),
                "custom": object_of(
                    {"name": text(PROMPT), "description": text(PROMPT), "format": GRAMMAR}, needs=("name",)
                ),
            },
            needs=("custom",),
        ),
    },
    what="tool",
)
_NAMED = object_of({"name": text(PROMPT)}, needs=("name",))
CHOICE = either(
    word("none", "auto", "required"),
    tagged(
        "type",
        {
            "function": object_of({"type": word("function"), "function": _NAMED}),
            "custom": object_of({"type": word("custom"), "custom": _NAMED}),
            "allowed_tools": object_of(
                {
                    "type": word("allowed_tools"),
                    "allowed_tools": object_of({"mode": word("auto", "required"), "tools": json_value(PROMPT)}),
                }
            ),
        },
    ),
)
FORMAT = tagged(
    "type",
    {
        "text": object_of({"type": word("text")}),
        "json_object": object_of({"type": word("json_object")}),
        "json_schema": object_of(
            {
                "type": word("json_schema"),
                "json_schema": object_of(
                    {"name": text(PROMPT), "description": text(PROMPT), "schema": json_value(PROMPT), "strict": flag}
                ),
            }
        ),
    },
)


def _biases(walk: Walk, value: Any, place: str) -> Any:
    if not isinstance(value, dict) or len(value) > 1024:
        raise WireError("must be an object of token numbers", param=place)
    for name, bias in value.items():
        plain = isinstance(bias, (int, float)) and not isinstance(bias, bool) and abs(bias) <= 100
        if not (name.isascii() and name.isdigit() and len(name) <= 7 and plain):
            raise WireError("must be an object of token numbers, each with -100 to 100", param=place)
    return {name: round(bias, 6) for name, bias in value.items()}


COMMON: dict[str, Shape] = {
    "model": model,
    "user": alias,
    "safety_identifier": alias,
    "prompt_cache_key": alias,
    "prompt_cache_options": CACHING,
    "prompt_cache_retention": RETENTION,
    "metadata": json_value(PROMPT),
    "service_tier": TIER,
    "store": flag,
    "stream": flag,
    "stream_options": object_of({"include_usage": flag, "include_obfuscation": flag}),
    "temperature": number,
    "top_p": number,
    "top_logprobs": LOGPROBS,
    "parallel_tool_calls": flag,
    "moderation": MODERATION,
}
CHAT = {
    **COMMON,
    "messages": many(MESSAGE),
    "audio": refused("spoken replies cannot be judged", code="media_refused"),
    "modalities": many(word("text")),
    "frequency_penalty": number,
    "presence_penalty": number,
    "function_call": either(word("none", "auto"), _NAMED),
    "functions": many(_FUNCTION),
    "logit_bias": _biases,
    "logprobs": LOGPROBS,
    "max_completion_tokens": number,
    "max_tokens": number,
    "n": number,
    "prediction": object_of({"type": word("content"), "content": content(PROMPT, Role.USER)}),
    "reasoning_effort": EFFORT,
    "response_format": FORMAT,
    "seed": number,
    "stop": either(text(PROMPT), many(text(PROMPT))),
    "tool_choice": CHOICE,
    "tools": many(TOOL),
    "verbosity": LEVEL,
    "web_search_options": HOSTED,
}


def _embedded(walk: Walk, value: Any, place: str) -> Any:
    if isinstance(value, str):
        return text(PROMPT, Role.USER)(walk, value, place)
    if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
        raise WireError(
            "numbers of tokens cannot be judged",
            param=place,
            code="tokens_refused",
            next_step="send the texts themselves; langchain: OpenAIEmbeddings(check_embedding_ctx_length=False)",
        )
    return many(text(PROMPT, Role.USER))(walk, value, place)


EMBEDDINGS = {
    "model": model,
    "input": _embedded,
    "dimensions": number,
    "encoding_format": word("float", "base64"),
    "user": alias,
}
