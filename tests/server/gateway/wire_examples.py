"""Requests that use every field that is let through."""

from __future__ import annotations

from typing import Any

from vedette.guard.wire import Endpoint

_SCHEMA = {"type": "object", "properties": {"q": {"type": "string", "description": "what", "enum": ["a", "b"]}}}
_CACHE = {"type": "ephemeral", "ttl": "5m"}

EXAMPLES: dict[Endpoint, dict[str, Any]] = {
    Endpoint.CHAT: {
        "model": "gpt-4.1",
        "messages": [
            {"role": "system", "content": "be kind", "name": "boss"},
            {"role": "developer", "content": [{"type": "text", "text": "be brief"}]},
            {
                "role": "user",
                "name": "irma",
                "content": [
                    {"type": "text", "text": "hello"},
                    {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png", "detail": "low"}},
                    {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
                    {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk=", "filename": "notes"}},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "refusal", "refusal": "no"}],
                "refusal": "no",
                "reasoning_content": "hm",
                "reasoning": "hm",
                "annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "t"}}],
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"q": "x"}'}},
                    {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "y"}},
                ],
            },
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "not json"}},
            {"role": "tool", "tool_call_id": "call_1", "content": '{"found": "z"}'},
            {"role": "function", "name": "f", "content": "old"},
        ],
        "tools": [
            {"type": "function", "function": {"name": "f", "description": "d", "parameters": _SCHEMA, "strict": True}},
            {
                "type": "custom",
                "custom": {
                    "name": "g",
                    "description": "d",
                    "format": {"type": "grammar", "grammar": {"definition": "start: x", "syntax": "lark"}},
                },
            },
        ],
        "functions": [{"name": "f", "description": "d", "parameters": _SCHEMA}],
        "function_call": {"name": "f"},
        "tool_choice": {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
        },
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "n", "description": "d", "schema": _SCHEMA, "strict": True},
        },
        "prediction": {"type": "content", "content": [{"type": "text", "text": "p"}]},
        "stop": ["end"],
        "user": "irma",
        "safety_identifier": "irma",
        "prompt_cache_key": "key",
        "metadata": {"team": "blue"},
        "logit_bias": {"50256": -100},
        "temperature": 0.5,
        "seed": 7,
        "n": 2,
        "max_tokens": 100,
        "reasoning_effort": "low",
        "service_tier": "auto",
        "verbosity": "low",
        "modalities": ["text"],
        "stream": True,
        "stream_options": {"include_usage": True},
        "logprobs": False,
    },
    Endpoint.RESPONSES: {
        "model": "gpt-4.1",
        "instructions": "be kind",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "hello"},
                    {"type": "input_image", "image_url": "https://pictures.example/1.png", "detail": "auto"},
                    {"type": "input_file", "file_url": "https://files.example/1", "filename": "notes"},
                ],
            },
            {
                "type": "message",
                "role": "assistant",
                "id": "msg_1",
                "status": "completed",
                "phase": "commentary",
                "content": [{"type": "output_text", "text": "t", "annotations": [{"title": "t"}], "logprobs": []}],
            },
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": '{"q": "x"}'},
            {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "o"}]},
            {"type": "custom_tool_call", "call_id": "call_2", "name": "g", "input": "x"},
            {"type": "custom_tool_call_output", "call_id": "call_2", "output": "o"},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "s"}],
                "content": [{"type": "reasoning_text", "text": "c"}],
            },
        ],
        "tools": [
            {"type": "function", "name": "f", "description": "d", "parameters": _SCHEMA, "output_schema": _SCHEMA},
            {"type": "custom", "name": "g", "description": "d", "format": {"type": "text"}},
        ],
        "tool_choice": {"type": "function", "name": "f"},
        "text": {"format": {"type": "json_schema", "name": "n", "description": "d", "schema": _SCHEMA}},
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "metadata": {"team": "blue"},
        "user": "irma",
        "max_output_tokens": 100,
        "store": False,
    },
    Endpoint.MESSAGES: {
        "model": "claude-sonnet-4-5",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "be kind", "cache_control": _CACHE}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "hello", "citations": [{"cited_text": "c", "type": "char_location"}]},
                    {"type": "image", "source": {"type": "url", "url": "https://pictures.example/1.png"}},
                    {
                        "type": "document",
                        "title": "t",
                        "context": "c",
                        "source": {"type": "text", "media_type": "text/plain", "data": "d"},
                    },
                    {
                        "type": "document",
                        "source": {"type": "content", "content": [{"type": "text", "text": "inside"}]},
                    },
                    {
                        "type": "search_result",
                        "title": "t",
                        "source": "s",
                        "content": [{"type": "text", "text": "r"}],
                        "citations": {"enabled": True},
                    },
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "well"},
                    {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"q": ["x", {"deep": "y"}]}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "is_error": False,
                        "content": [{"type": "text", "text": "r"}],
                    }
                ],
            },
        ],
        "tools": [
            {"name": "f", "description": "d", "input_schema": _SCHEMA, "input_examples": [{"q": "a"}], "type": "custom"}
        ],
        "tool_choice": {"type": "tool", "name": "f"},
        "metadata": {"user_id": "irma"},
        "stop_sequences": ["end"],
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": _SCHEMA}},
        "service_tier": "auto",
        "top_k": 5,
    },
    Endpoint.EMBEDDINGS: {
        "model": "text-embedding-3-small",
        "input": ["one", "two"],
        "dimensions": 256,
        "encoding_format": "float",
        "user": "irma",
    },
}
"""By endpoint."""
