"""Responses as OpenAI's clients send them.

Source: OpenAI API reference, ``/v1/responses``, as typed in ``openai`` 3.54. Items of tools that run at the upstream
are not known here, and so refused.
"""

from __future__ import annotations

from vedette.guard.wire.base import Media
from vedette.guard.wire.chat import (
    COMMON,
    CONTEXT,
    EFFORT,
    GRAMMAR,
    HOSTED,
    LEVEL,
    PROMPT,
    UPSTREAM_STATE,
)
from vedette.guard.wire.forms import (
    Shape,
    address,
    alias,
    base64,
    either,
    flag,
    json_text,
    json_value,
    many,
    media,
    number,
    object_of,
    refused,
    sealed,
    tagged,
    text,
    word,
)
from vedette.schema.guarding import Direction
from vedette.schema.message import Role

STATUS = word("in_progress", "completed", "incomplete")
_CACHE: dict[str, Shape] = {"prompt_cache_breakpoint": object_of({"mode": word("explicit"), "ttl": word("30m", "12h")})}
_DIRECT = object_of({"type": word("direct")})


def _part(direction: Direction, role: Role) -> Shape:
    said = text(direction, role)
    return tagged(
        "type",
        {
            "input_text": object_of({"type": word("input_text"), "text": said, **_CACHE}, needs=("text",)),
            "text": object_of({"type": word("text"), "text": said}, needs=("text",)),
            "output_text": object_of(
                {
                    "type": word("output_text"),
                    "text": said,
                    "annotations": json_value(direction, role),
                    "logprobs": refused("tokens with their probabilities cannot be judged", but=([],)),
                },
                needs=("text",),
            ),
            "refusal": object_of({"type": word("refusal"), "refusal": said}, needs=("refusal",)),
            "input_image": media(
                Media.IMAGES,
                object_of(
                    {
                        "type": word("input_image"),
                        "image_url": address,
                        "detail": word("auto", "low", "high", "original"),
                        "file_id": UPSTREAM_STATE,
                        **_CACHE,
                    }
                ),
            ),
            "input_file": media(
                Media.FILES,
                object_of(
                    {
                        "type": word("input_file"),
                        "file_data": address,
                        "file_url": address,
                        "filename": said,
                        "file_id": UPSTREAM_STATE,
                        "detail": word("auto", "low", "high"),
                        **_CACHE,
                    }
                ),
            ),
            "input_audio": media(
                Media.AUDIO,
                object_of(
                    {
                        "type": word("input_audio"),
                        "input_audio": object_of({"data": base64, "format": word("wav", "mp3")}, needs=("data",)),
                    }
                ),
            ),
        },
        what="content part",
    )


def _message(name: str, role: Role) -> Shape:
    return object_of(
        {
            "type": word("message"),
            "role": word(name),
            "content": either(text(PROMPT, role), many(_part(PROMPT, role))),
            "id": alias,
            "status": STATUS,
            "phase": word("commentary", "final_answer"),
        },
        needs=("content",),
    )


_MESSAGE = tagged(
    "role",
    {
        "user": _message("user", Role.USER),
        "system": _message("system", Role.SYSTEM),
        "developer": _message("developer", Role.SYSTEM),
        "assistant": _message("assistant", Role.ASSISTANT),
    },
    what="role",
)
_HEAD: dict[str, Shape] = {
    "id": alias,
    "call_id": alias,
    "status": STATUS,
    "name": text(PROMPT),
    "namespace": text(PROMPT),
    "caller": _DIRECT,
    "async": flag,
}


def _output(direction: Direction) -> Shape:
    return either(text(direction, Role.TOOL), many(_part(direction, Role.TOOL)))


ITEM = tagged(
    "type",
    {
        "message": _MESSAGE,
        "function_call": object_of(
            {**_HEAD, "type": word("function_call"), "arguments": json_text(PROMPT, Role.ASSISTANT)},
            needs=("arguments", "name"),
        ),
        "function_call_output": object_of(
            {**_HEAD, "type": word("function_call_output"), "output": _output(CONTEXT)}, needs=("output",)
        ),
        "custom_tool_call": object_of(
            {**_HEAD, "type": word("custom_tool_call"), "input": text(PROMPT, Role.ASSISTANT)}, needs=("input",)
        ),
        "custom_tool_call_output": object_of(
            {**_HEAD, "type": word("custom_tool_call_output"), "output": _output(CONTEXT)}, needs=("output",)
        ),
        "reasoning": object_of(
            {
                "type": word("reasoning"),
                "id": alias,
                "status": STATUS,
                "summary": many(object_of({"type": word("summary_text"), "text": text(PROMPT, Role.ASSISTANT)})),
                "content": many(object_of({"type": word("reasoning_text"), "text": text(PROMPT, Role.ASSISTANT)})),
                "encrypted_content": sealed,
            }
        ),
    },
    default="message",
    what="item",
)
_CALLERS = many(word("direct"))
TOOL = tagged(
    "type",
    {
        "function": object_of(
            {
                "type": word("function"),
                "name": text(PROMPT),
                "description": text(PROMPT),
                "parameters": json_value(PROMPT),
                "output_schema": json_value(PROMPT),
                "strict": flag,
                "defer_loading": flag,
                "allowed_callers": _CALLERS,
                "async": flag,
            },
            needs=("name",),
        ),
        "custom": object_of(
            {
                "type": word("custom"),
                "name": text(PROMPT),
                "description": text(PROMPT),
                "format": GRAMMAR,
                "defer_loading": flag,
                "allowed_callers": _CALLERS,
                "async": flag,
            },
            needs=("name",),
        ),
    },
    what="tool (of those that your program runs)",
)
CHOICE = either(
    word("none", "auto", "required"),
    tagged(
        "type",
        {
            "function": object_of({"type": word("function"), "name": text(PROMPT)}),
            "custom": object_of({"type": word("custom"), "name": text(PROMPT)}),
            "allowed_tools": object_of(
                {"type": word("allowed_tools"), "mode": word("auto", "required"), "tools": json_value(PROMPT)}
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
                "name": text(PROMPT),
                "description": text(PROMPT),
                "schema": json_value(PROMPT),
                "strict": flag,
            }
        ),
    },
)
_SUMMARY = word("auto", "concise", "detailed")
RESPONSES = {
    **COMMON,
    "stream_options": object_of({"include_obfuscation": flag}),
    "input": either(text(PROMPT, Role.USER), many(ITEM)),
    "instructions": text(PROMPT, Role.SYSTEM),
    "max_output_tokens": number,
    "max_tool_calls": number,
    "include": many(word("reasoning.encrypted_content")),
    "reasoning": object_of(
        {
            "effort": EFFORT,
            "summary": _SUMMARY,
            "generate_summary": _SUMMARY,
            "context": word("auto", "current_turn", "all_turns"),
            "mode": word("standard", "pro"),
        }
    ),
    "text": object_of({"format": FORMAT, "verbosity": LEVEL}),
    "tool_choice": CHOICE,
    "tools": many(TOOL),
    "truncation": word("auto", "disabled"),
    "background": refused("an answer in the background would be kept at the upstream", but=(False,)),
    "background_options": UPSTREAM_STATE,
    "conversation": UPSTREAM_STATE,
    "previous_response_id": UPSTREAM_STATE,
    "prompt": UPSTREAM_STATE,
    "context_management": UPSTREAM_STATE,
    "store": refused("what the upstream would keep is not judged again", code="upstream_state", but=(False,)),
    "access_programs": HOSTED,
    "image": HOSTED,
}
