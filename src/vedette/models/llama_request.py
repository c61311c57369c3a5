"""A request to the embedded model, checked before the runtime sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from vedette.errors import UserError

Messages = Sequence[Mapping[str, str]]
Prompt = str | Sequence[int] | Messages
"""Turns of a chat (``role``, ``content``), raw text, or token ids."""

ROLES = ("system", "user", "assistant", "tool")

MAX_GRAMMAR = 65_536
"""Characters of a grammar or of a schema as JSON."""


def options(
    *,
    max_tokens: int,
    temperature: float,
    seed: int,
    stop: Sequence[str],
    grammar: str | None,
    logprobs: int | None,
    scales: Sequence[float] | None,
    n_adapters: int,
    reuse_prompt: bool,
) -> dict[str, Any]:
    """Return the runtime's words for a request but for its prompt and JSON schema.

    Raises:
        UserError: a number makes no sense; the message says which.
    """
    if max_tokens < 1:
        raise UserError(f"max_tokens must be at least 1, not {max_tokens}")
    if not 0 <= temperature <= 10:
        raise UserError(f"temperature must be between 0 and 10, not {temperature}")
    if not 0 <= seed < 2**32 - 1:
        raise UserError(f"seed must be between 0 and {2**32 - 2}, not {seed}")
    if isinstance(stop, str) or not all(isinstance(s, str) and s for s in stop):
        raise UserError("stop must be a list of texts that are not empty")
    if logprobs is not None and not 0 <= logprobs <= 100:
        raise UserError(f"logprobs must be between 0 and 100, not {logprobs}")
    if scales is not None and len(scales) != n_adapters:
        raise UserError(f"{len(scales)} scales for {n_adapters} adapters")
    if grammar is not None and (len(grammar) > MAX_GRAMMAR or "root" not in grammar):
        raise UserError(f"a grammar needs the symbol root, and at most {MAX_GRAMMAR:,} characters")
    body: dict[str, Any] = {
        "n_predict": max_tokens,
        "temperature": temperature,
        "seed": seed,
        "stop": list(stop),
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
        "cache_prompt": reuse_prompt,
        # nothing but the temperature shapes the draw
        "top_k": 0,
        "top_p": 1.0,
        "min_p": 0.0,
        "repeat_penalty": 1.0,
    }
    if grammar is not None:
        body["grammar"] = grammar
    if logprobs is not None:
        body["n_probs"] = max(logprobs, 1)
    if scales is not None:
        body["lora"] = [{"id": i, "scale": float(scale)} for i, scale in enumerate(scales)]
    return body


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a JSON schema as one text, the same for equal schemas.

    Raises:
        UserError: it is no JSON, or too long.
    """
    try:
        text = json.dumps(schema, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise UserError(f"the JSON schema cannot be written as JSON: {error}") from None
    if len(text) > MAX_GRAMMAR:
        raise UserError(f"the JSON schema is longer than {MAX_GRAMMAR:,} characters")
    return text


def checked(messages: Any) -> list[dict[str, str]]:
    """Return the turns of a chat, plain.

    Raises:
        UserError: one has no role that there is, or no text.
    """
    out = []
    for message in messages:
        if not isinstance(message, Mapping) or message.get("role") not in ROLES:
            raise UserError(f"a turn needs a role of {', '.join(ROLES)}, and content")
        if not isinstance(message.get("content"), str):
            raise UserError(f"the content of a turn of {message['role']} is no text")
        out.append({"role": message["role"], "content": sound(message["content"])})
    return out


def sound(text: str) -> str:
    """Return text that UTF-8 can carry: lone surrogates become replacement characters, and NUL goes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
