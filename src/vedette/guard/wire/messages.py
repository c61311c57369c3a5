"""Messages as Anthropic's clients send them.

Source: Anthropic API reference, ``/v1/messages``, as typed in ``anthropic`` 2.12.
"""

from __future__ import annotations

from vedette.guard.wire.base import Media
from vedette.guard.wire.chat import CONTEXT, HOSTED, PROMPT, TIER, UPSTREAM_STATE
from vedette.guard.wire.forms import (
    Shape,
    address,
    alias,
    base64,
    either,
    flag,
    json_value,
    many,
    media,
    model,
    number,
    object_of,
    sealed,
    tagged,
    text,
    word,
)
from vedette.schema.guarding import Direction
from vedette.schema.message import Role

CACHE = object_of({"type": word("ephemeral"), "ttl": word("5m", "1h")})
_CITATIONS = object_of({"enabled": flag})
_DIRECT = object_of({"type": word("direct")})


def _text_block(direction: Direction, role: Role) -> Shape:
    return object_of(
        {
            "type": word("text"),
            "text": text(direction, role),
            "cache_control": CACHE,
            "citations": json_value(direction, role),
        },
        needs=("text",),
    )


_IMAGE = media(
    Media.IMAGES,
    object_of(
        {
            "type": word("image"),
            "cache_control": CACHE,
            "source": tagged(
                "type",
                {
                    "base64": object_of(
                        {
                            "type": word("base64"),
                            "data": base64,
                            "media_type": word("image/jpeg", "image/png", "image/gif", "image/webp"),
                        }
                    ),
                    "url": object_of({"type": word("url"), "url": address}),
                    "file": UPSTREAM_STATE,
                },
                what="source",
            ),
        },
        needs=("source",),
    ),
)
_PDF = object_of({"type": word("base64"), "data": base64, "media_type": word("application/pdf")})


def _document(role: Role) -> Shape:
    said = text(CONTEXT, role)
    return object_of(
        {
            "type": word("document"),
            "cache_control": CACHE,
            "citations": _CITATIONS,
            "context": said,
            "title": said,
            "source": tagged(
                "type",
                {
                    "text": object_of({"type": word("text"), "data": said, "media_type": word("text/plain")}),
                    "content": object_of(
                        {
                            "type": word("content"),
                            "content": either(
                                said, many(tagged("type", {"text": _text_block(CONTEXT, role), "image": _IMAGE}))
                            ),
                        }
                    ),
                    "base64": media(Media.FILES, _PDF),
                    "url": media(Media.FILES, object_of({"type": word("url"), "url": address})),
                    "file": UPSTREAM_STATE,
                },
                what="source",
            ),
        },
        needs=("source",),
    )


def _search_result(role: Role) -> Shape:
    return object_of(
        {
            "type": word("search_result"),
            "content": many(_text_block(CONTEXT, role)),
            "source": text(CONTEXT, role),
            "title": text(CONTEXT, role),
            "cache_control": CACHE,
            "citations": _CITATIONS,
        }
    )


def _within_result() -> Shape:
    return tagged(
        "type",
        {
            "text": _text_block(CONTEXT, Role.TOOL),
            "image": _IMAGE,
            "document": _document(Role.TOOL),
            "search_result": _search_result(Role.TOOL),
        },
        what="block",
    )


def _blocks(role: Role) -> Shape:
    return tagged(
        "type",
        {
            "text": _text_block(PROMPT, role),
            "image": _IMAGE,
            "document": _document(role),
            "search_result": _search_result(role),
            "thinking": object_of({"type": word("thinking"), "thinking": text(PROMPT, role), "signature": sealed}),
            "redacted_thinking": object_of({"type": word("redacted_thinking"), "data": sealed}),
            "tool_use": object_of(
                {
                    "type": word("tool_use"),
                    "id": alias,
                    "name": text(PROMPT),
                    "input": json_value(PROMPT, role),
                    "cache_control": CACHE,
                    "caller": _DIRECT,
                    "toolset_name": text(PROMPT),
                },
                needs=("name",),
            ),
            "tool_result": object_of(
                {
                    "type": word("tool_result"),
                    "tool_use_id": alias,
                    "content": either(text(CONTEXT, Role.TOOL), many(_within_result())),
                    "is_error": flag,
                    "cache_control": CACHE,
                    "toolset_name": text(PROMPT),
                }
            ),
        },
        what="block",
    )


def _message(name: str, role: Role) -> Shape:
    return object_of(
        {"role": word(name), "content": either(text(PROMPT, role), many(_blocks(role)))}, needs=("content",)
    )


_TOOL = tagged(
    "type",
    {
        "custom": object_of(
            {
                "type": word("custom"),
                "name": text(PROMPT),
                "description": text(PROMPT),
                "input_schema": json_value(PROMPT),
                "input_examples": json_value(PROMPT),
                "cache_control": CACHE,
                "strict": flag,
                "eager_input_streaming": flag,
                "defer_loading": flag,
                "allowed_callers": many(word("direct")),
            },
            needs=("name",),
        )
    },
    default="custom",
    what="tool (of those that your program runs)",
)
_PARALLEL: dict[str, Shape] = {"disable_parallel_tool_use": flag}
_DISPLAY = word("summarized", "omitted")
SYSTEM = either(
    text(PROMPT, Role.SYSTEM), many(tagged("type", {"text": _text_block(PROMPT, Role.SYSTEM)}, what="block"))
)
COUNT_TOKENS: dict[str, Shape] = {
    "model": model,
    "messages": many(
        tagged(
            "role",
            {
                "user": _message("user", Role.USER),
                "assistant": _message("assistant", Role.ASSISTANT),
                "system": _message("system", Role.SYSTEM),
            },
            what="role",
        )
    ),
    "system": SYSTEM,
    "cache_control": CACHE,
    "output_config": object_of(
        {
            "effort": word("low", "medium", "high", "xhigh", "max"),
            "format": object_of({"type": word("json_schema"), "schema": json_value(PROMPT)}),
        }
    ),
    "thinking": tagged(
        "type",
        {
            "enabled": object_of({"type": word("enabled"), "budget_tokens": number, "display": _DISPLAY}),
            "adaptive": object_of({"type": word("adaptive"), "display": _DISPLAY}),
            "disabled": object_of({"type": word("disabled")}),
        },
    ),
    "tool_choice": tagged(
        "type",
        {
            "auto": object_of({"type": word("auto"), **_PARALLEL}),
            "any": object_of({"type": word("any"), **_PARALLEL}),
            "none": object_of({"type": word("none")}),
            "tool": object_of({"type": word("tool"), "name": text(PROMPT), **_PARALLEL}, needs=("name",)),
        },
    ),
    "tools": many(_TOOL),
    "speed": word("standard", "fast"),
}
MESSAGES: dict[str, Shape] = {
    **COUNT_TOKENS,
    "max_tokens": number,
    "metadata": object_of({"user_id": alias}),
    "service_tier": TIER,
    "stop_sequences": many(text(PROMPT)),
    "stream": flag,
    "temperature": number,
    "top_k": number,
    "top_p": number,
    "inference_geo": word("us", "eu", "global"),
    "container": UPSTREAM_STATE,
    "context_management": UPSTREAM_STATE,
    "diagnostics": UPSTREAM_STATE,
    "mcp_servers": HOSTED,
    "user_profile_id": UPSTREAM_STATE,
    "workspace_id": UPSTREAM_STATE,
}
