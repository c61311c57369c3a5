"""Bodies of replies become trees with slots.

What a reply's known fields carry is judged as what it is; a field that is not known is judged as JSON, whatever it
is. Kinds of content that are not known end the reply: nobody could say what their fields mean.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vedette.guard.wire.base import Body, Endpoint, Reading, WireError
from vedette.guard.wire.forms import (
    Shape,
    Walk,
    dropped,
    echoed,
    is_json,
    json_text,
    json_value,
    many,
    object_of,
    plain,
    refused,
    sealing,
    tagged,
    text,
)
from vedette.schema.guarding import Direction, Form
from vedette.schema.message import Role, Usage

REPLY = Direction.REPLY
JUDGED = json_value(REPLY, Role.ASSISTANT)
_SAID = text(REPLY, Role.ASSISTANT, Form.PLAIN)
ARGUMENTS = json_text(REPLY, Role.ASSISTANT)


def said(walk: Walk, value: Any, place: str) -> Any:
    """Read what the model says; what is JSON is judged and given back as JSON."""
    slot = _SAID(walk, value, place)
    if not is_json(slot.passage.text):
        return slot
    walk.slots[-1] = replace(slot, passage=replace(slot.passage, form=Form.JSON))
    return walk.slots[-1]


def _object(fields: dict[str, Shape]) -> Shape:
    return object_of(fields, rest=JUDGED)


def _plains(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, plain)


_SPOKEN = refused("spoken replies cannot be judged", code="media_refused")
CALL = _object(
    {
        **_plains("id", "type", "index"),
        "function": _object({"name": said, "arguments": ARGUMENTS}),
        "custom": _object({"name": said, "input": said}),
    }
)
_CHAT_MESSAGE = _object(
    {
        **_plains("role"),
        "content": said,
        "refusal": said,
        "reasoning_content": said,
        "reasoning": said,
        "audio": _SPOKEN,
        "tool_calls": many(CALL),
        "function_call": _object({"name": said, "arguments": ARGUMENTS}),
    }
)
CHAT_HEAD: dict[str, Shape] = {
    **_plains("id", "object", "created", "model", "service_tier", "system_fingerprint", "usage", "moderation"),
    "metadata": echoed,
    "prompt_logprobs": dropped,
}
CHAT = _object(
    {
        **CHAT_HEAD,
        "choices": many(
            _object({**_plains("index", "finish_reason", "stop_reason"), "logprobs": dropped, "message": _CHAT_MESSAGE})
        ),
    }
)
ITEM_HEAD = _plains("id", "type", "status", "call_id", "role", "phase", "async", "caller")


def _no_logprobs(walk: Walk, value: Any, place: str) -> Any:
    return []


RESPONSE_PART = tagged(
    "type",
    {
        "output_text": _object({**_plains("type"), "text": said, "logprobs": _no_logprobs}),
        "refusal": _object({**_plains("type"), "refusal": said}),
        "reasoning_text": _object({**_plains("type"), "text": said}),
        "summary_text": _object({**_plains("type"), "text": said}),
    },
    what="content part",
)
ITEM = tagged(
    "type",
    {
        "message": _object({**ITEM_HEAD, "content": many(RESPONSE_PART)}),
        "function_call": _object({**ITEM_HEAD, "name": said, "arguments": ARGUMENTS}),
        "custom_tool_call": _object({**ITEM_HEAD, "name": said, "input": said}),
        "reasoning": _object(
            {
                **ITEM_HEAD,
                "summary": many(RESPONSE_PART),
                "content": many(RESPONSE_PART),
                "encrypted_content": sealing,
            }
        ),
    },
    what="item",
)
RESPONSE = _object(
    {
        **_plains(
            *("id", "object", "created_at", "completed_at", "model", "status", "incomplete_details", "usage"),
            *("parallel_tool_calls", "temperature", "top_p", "top_logprobs", "background", "max_output_tokens"),
            *("max_tool_calls", "previous_response_id", "conversation", "reasoning", "service_tier", "truncation"),
            *("store", "billing", "tool_usage", "prompt_cache_retention", "prompt_cache_options", "moderation"),
            *("frequency_penalty", "presence_penalty", "prompt_cache_diagnostics", "content_filters"),
        ),
        **dict.fromkeys(
            ("instructions", "tools", "tool_choice", "metadata", "text", "user", "safety_identifier"), echoed
        ),
        "prompt_cache_key": echoed,
        "output": many(ITEM),
        "output_text": said,
    }
)
BLOCK = tagged(
    "type",
    {
        "text": _object({**_plains("type"), "text": said}),
        "thinking": _object({**_plains("type"), "thinking": said, "signature": sealing}),
        "redacted_thinking": _object({**_plains("type"), "data": sealing}),
        "tool_use": _object({**_plains("type", "id", "caller"), "name": said, "input": JUDGED}),
    },
    what="block",
)
MESSAGE_HEAD = _plains("id", "type", "role", "model", "stop_reason", "usage", "container")
MESSAGE = _object({**MESSAGE_HEAD, "stop_sequence": said, "content": many(BLOCK)})


def _vectors(walk: Walk, value: Any, place: str) -> Any:
    numbers = isinstance(value, list) and all(isinstance(one, (int, float)) for one in value)
    if not numbers and not isinstance(value, str):
        raise WireError("an embedding must be numbers", param=place)
    return value


EMBEDDINGS = _object(
    {
        **_plains("object", "model", "usage", "id", "created"),
        "data": many(_object({**_plains("object", "index"), "embedding": _vectors})),
    }
)
_SHAPES = {
    Endpoint.CHAT: CHAT,
    Endpoint.RESPONSES: RESPONSE,
    Endpoint.EMBEDDINGS: EMBEDDINGS,
    Endpoint.MESSAGES: MESSAGE,
    Endpoint.COUNT_TOKENS: _object(_plains("input_tokens", "context_management")),
}


def read_reply(endpoint: Endpoint, value: Any, reading: Reading) -> Body:
    """Return a reply's body, taken apart.

    Raises:
        WireError: it holds a kind of content that is not known, or may not pass.
    """
    return read_with(_SHAPES[endpoint], value, reading)


def read_with(shape: Shape, value: Any, reading: Reading) -> Body:
    """Return a part of a reply, taken apart."""
    walk = Walk(reading)
    try:
        tree = shape(walk, value, "")
    except RecursionError:
        raise WireError("the reply lies too deep", code="invalid_json") from None
    return Body(tree=tree, slots=tuple(walk.slots))


def usage_of(endpoint: Endpoint, value: Any) -> Usage | None:
    """Return the tokens that a reply (or the event of a stream) says it took; None where it says nothing."""
    said = value.get("usage") if isinstance(value, dict) else None
    if not isinstance(said, dict):
        return None

    def count(*names: str) -> int:
        found = [said.get(name) for name in names]
        return sum(int(one) for one in found if isinstance(one, (int, float)) and 0 <= one < 10**12)

    if endpoint in (Endpoint.CHAT, Endpoint.EMBEDDINGS):
        prompt, completion = count("prompt_tokens"), count("completion_tokens")
    elif endpoint is Endpoint.RESPONSES:
        prompt, completion = count("input_tokens"), count("output_tokens")
    else:
        prompt = count("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        completion = count("output_tokens")
    return Usage(n_prompt_tokens=prompt, n_completion_tokens=completion, n_calls=1)
