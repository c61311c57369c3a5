"""Conversations in the forms they come in, as turns with ``role`` and ``content``.

| form | fields |
| --- | --- |
| OpenAI | ``messages``: ``role``, ``content`` (text, or parts of type text) |
| ShareGPT | ``conversations``: ``from``, ``value`` |
| Alpaca | ``instruction``, ``input``, ``output`` |
| prompt and completion | ``prompt``, ``completion`` (or ``response``) |
| preference | ``prompt`` or ``messages``, ``chosen``, ``rejected`` (each text, or turns that end with the reply) |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "chatgpt": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
}
"""A speaker's name in the forms there are, to ours."""

Turns = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Turns, and for preferences the better and the worse reply that follow them."""

    messages: Turns
    chosen: str | None = None
    rejected: str | None = None
    used: tuple[str, ...]
    """Fields that it was made of."""

    @property
    def text(self) -> str:
        """Return what was said, the better reply included, one turn a paragraph."""
        turns = [m["content"] for m in self.messages]
        return "\n".join([*turns, self.chosen] if self.chosen is not None else turns)


def conversation(fields: Mapping[str, Any]) -> Conversation | str | None:
    """Return the conversation in a row, why it is none though it looks like one, or None where there is none."""
    if "chosen" in fields and "rejected" in fields:
        return _preference(fields)
    for name in ("messages", "conversations", "conversation"):
        value = fields.get(name)
        if isinstance(value, (list, tuple)):
            turns = turns_of(value)
            return turns if isinstance(turns, str) else Conversation(messages=turns, used=(name,))
    if isinstance(fields.get("instruction"), str) and isinstance(fields.get("output"), str):
        asked = "\n\n".join(p for p in (fields["instruction"], fields.get("input")) if isinstance(p, str) and p.strip())
        return _exchange(asked, fields["output"], ("instruction", "input", "output"))
    for reply in ("completion", "response"):
        if isinstance(fields.get("prompt"), str) and isinstance(fields.get(reply), str):
            return _exchange(fields["prompt"], fields[reply], ("prompt", reply))
    return None


def _exchange(asked: str, answered: str, used: tuple[str, ...]) -> Conversation | str:
    if not asked.strip() or not answered.strip():
        return "a prompt or a reply is empty"
    turns = ({"role": "user", "content": asked}, {"role": "assistant", "content": answered})
    return Conversation(messages=turns, used=used)


def turns_of(value: Any) -> Turns | str:
    """Return a list of messages as turns, or why it is none."""
    if not value:
        return "there are no messages"
    turns = []
    for number, message in enumerate(value, start=1):
        if not isinstance(message, Mapping):
            return f"message {number} is no object"
        speaker = str(message.get("role") or message.get("from") or "").casefold()
        if speaker not in ROLES:
            return f"message {number} is by {speaker[:30]!r}; known are {', '.join(sorted(ROLES))}"
        content = _content(message)
        if content is None:
            return f"message {number} has no text"
        turns.append({"role": ROLES[speaker], "content": content})
    if not any(t["content"].strip() for t in turns):
        return "the messages are empty"
    return tuple(turns)


def _content(message: Mapping[str, Any]) -> str | None:
    value = message.get("content", message.get("value"))
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        parts = [p.get("text") for p in value if isinstance(p, Mapping)]
        texts = [p for p in parts if isinstance(p, str)]
        return "\n".join(texts) if texts else None
    calls = message.get("tool_calls") or message.get("function_call")
    return orjson.dumps(calls, default=str).decode() if calls else None


def _preference(fields: Mapping[str, Any]) -> Conversation | str:
    used = ("prompt", "messages", "chosen", "rejected")
    asked = fields.get("prompt", fields.get("messages"))
    turns: Turns | str = ()
    if isinstance(asked, str):
        turns = ({"role": "user", "content": asked},)
    elif isinstance(asked, (list, tuple)):
        turns = turns_of(asked)
    if isinstance(turns, str):
        return turns
    replies = []
    for name in ("chosen", "rejected"):
        value = fields[name]
        if isinstance(value, str):
            replies.append(value)
            continue
        said = turns_of(value) if isinstance(value, (list, tuple)) else f"{name} is no text"
        if isinstance(said, str):
            return f"{name}: {said}"
        if said[-1]["role"] != "assistant":
            return f"{name} does not end with the assistant's reply"
        turns = turns or said[:-1]
        replies.append(said[-1]["content"])
    if not turns:
        return "a preference without a prompt"
    if not all(r.strip() for r in replies):
        return "chosen or rejected is empty"
    if replies[0] == replies[1]:
        return "chosen and rejected are the same"
    return Conversation(messages=turns, chosen=replies[0], rejected=replies[1], used=used)
