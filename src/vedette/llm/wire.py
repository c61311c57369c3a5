"""The chat completions that OpenAI's API speaks, and vLLM, Ollama, llama-server and Azure after it.

Source: OpenAI API reference, "Create chat completion"; the servers' documentation of their compatible endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from vedette.errors import UserError
from vedette.llm.base import Ask
from vedette.llm.egress import outbound_of
from vedette.schema import Message

_FINISH = {"length": "length", "content_filter": "filtered", "max_tokens": "length"}
_SHOWN = 300


class WireError(Exception):
    """What came is no answer of such an endpoint; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one kind of endpoint wants it."""

    name: str
    base_url: str | None
    """Where it is if nobody says; None where somebody must."""
    limit: str = "max_tokens"
    """What it calls the most tokens of a reply."""
    key_header: str = "authorization"
    needs_key: bool = False


DIALECTS: Mapping[str, Dialect] = {
    d.name: d
    for d in (
        Dialect(name="openai", base_url="https://api.openai.com/v1", limit="max_completion_tokens", needs_key=True),
        Dialect(name="azure", base_url=None, limit="max_completion_tokens", key_header="api-key", needs_key=True),
        Dialect(name="ollama", base_url="http://127.0.0.1:11434/v1"),
        Dialect(name="vllm", base_url="http://127.0.0.1:8000/v1"),
        Dialect(name="llama-server", base_url="http://127.0.0.1:8080/v1"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one answer, or one event of a streamed one, says."""

    text: str = ""
    finish: str | None = None
    n_prompt: int | None = None
    n_completion: int | None = None


def dialect_of(kind: str, base_url: str | None) -> Dialect:
    """Return how an endpoint wants it; one of OpenAI's kind elsewhere is asked as all servers understand it."""
    found = DIALECTS[kind]
    if kind == "openai" and base_url is not None and (outbound_of(base_url, purpose="x").host != "api.openai.com"):
        return Dialect(name="openai", base_url=None)
    return found


def address(dialect: Dialect, model: str, base_url: str | None, api_version: str | None) -> str:
    """Return where chat completions are asked for.

    Raises:
        UserError: the base URL is missing or is none.
    """
    purpose = f"model {dialect.name}:{model}"
    base = (base_url or dialect.base_url or "").strip().rstrip("/")
    if not base:
        raise UserError(
            f"{purpose} needs to know where it is",
            next_step="VEDETTE_LLM_BASE_URL=https://NAME.openai.azure.com"
            if dialect.name == "azure"
            else "VEDETTE_LLM_BASE_URL=http://HOST:PORT/v1",
        )
    outbound_of(base, purpose=purpose)
    if "?" in base or "#" in base:
        raise UserError(f"{purpose}: the base URL holds a query", next_step="end it before the question mark")
    base = base.removesuffix("/chat/completions")
    if dialect.name != "azure":
        return f"{base}/chat/completions"
    root = base.removesuffix("/v1").removesuffix("/openai")
    if api_version:
        where = f"{root}/openai/deployments/{quote(model, safe='')}/chat/completions"
        return f"{where}?api-version={quote(api_version, safe='')}"
    return f"{root}/openai/v1/chat/completions"


def request(
    dialect: Dialect, model: str, turns: Sequence[Message], ask: Ask, *, stream: bool, without: frozenset[str]
) -> dict[str, Any]:
    """Return the body of a request.

    Args:
        dialect: of the endpoint.
        model: as the endpoint calls it.
        turns: of the chat.
        ask: how it is to answer.
        stream: whether the reply comes in events.
        without: fields that the endpoint was found not to take; ``max_tokens`` and ``max_completion_tokens`` stand for
            each other.
    """
    limit = dialect.limit
    if limit in without:
        limit = "max_tokens" if limit == "max_completion_tokens" else "max_completion_tokens"
    body: dict[str, Any] = {
        "model": model,
        # a role of "tool" would need the call that it answers: what a tool said is data for the model to read
        "messages": [{"role": "user" if t.role == "tool" else t.role.value, "content": t.content} for t in turns],
        limit: ask.max_tokens,
        "temperature": ask.temperature,
        "seed": ask.seed,
        "stream": stream,
    }
    if ask.stop:
        body["stop"] = list(ask.stop)
    if stream:
        body["stream_options"] = {"include_usage": True}
    if ask.schema is not None:
        strict = follows_strict(ask.schema)
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "reply", "schema": dict(ask.schema), **({"strict": True} if strict else {})},
        }
    return {name: value for name, value in body.items() if name not in without or name == limit}


def follows_strict(schema: Any) -> bool:
    """Return whether OpenAI's strict mode takes a schema: every object closed, with all of its properties required."""
    if isinstance(schema, list):
        return all(follows_strict(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        names = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(names):
            return False
        return all(follows_strict(one) for one in names.values())
    return all(follows_strict(value) for name, value in schema.items() if name not in ("enum", "const", "default"))


def answer(content: bytes) -> Part:
    """Return what a whole answer says.

    Raises:
        WireError: it is none.
    """
    body = _json(content)
    part = _part(body, "message")
    if part is None or not body.get("choices"):
        raise WireError("it has no choices")
    return Part(text=part.text, finish=part.finish or "stop", n_prompt=part.n_prompt, n_completion=part.n_completion)


def event(data: str) -> Part | None:
    """Return what one event says; None for the one that ends the stream.

    Raises:
        WireError: it is none, or tells of an error.
    """
    if data.strip() == "[DONE]":
        return None
    return _part(_json(data.encode()), "delta") or Part()


def error_text(content: bytes) -> tuple[str, str]:
    """Return what the body of a refusal says, cut and on one line, and the parameter that it names, if any."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return one_line(content.decode("utf-8", "replace")), ""
    said = body.get("error", body) if isinstance(body, dict) else body
    param = said.get("param") if isinstance(said, dict) else None
    if isinstance(said, dict):
        said = said.get("message") or said.get("detail") or said.get("code") or ""
    return one_line(said if isinstance(said, str) else orjson.dumps(said).decode()), str(param or "")


def one_line(text: str) -> str:
    """Return untrusted text cut, on one line and without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[: 2 * _SHOWN]).strip()[:_SHOWN]


def _json(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise WireError(f"it is no JSON ({error})"[:120]) from None
    if not isinstance(body, dict):
        raise WireError("it is no JSON object")
    if body.get("error"):
        raise WireError(f"it tells of an error: {error_text(content)[0]}")
    return body


def _part(body: dict[str, Any], key: str) -> Part | None:
    try:
        usage = body.get("usage") or {}
        counts = (_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))
        choices = body.get("choices") or ()
        if not choices:
            return Part(n_prompt=counts[0], n_completion=counts[1])
        said = choices[0].get(key) or {}
        reason = choices[0].get("finish_reason")
        refusal = said.get("refusal")
        finish = None if reason is None else _FINISH.get(reason, "stop")
        return Part(
            text=_text(said.get("content")) or (refusal if isinstance(refusal, str) else ""),
            finish="filtered" if refusal and finish else finish,
            n_prompt=counts[0],
            n_completion=counts[1],
        )
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise WireError(f"it is not shaped like a chat completion ({type(error).__name__})") from None


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "text")


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None
