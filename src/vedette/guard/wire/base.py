"""What a body of an API becomes: a tree whose texts are slots, each of which is judged and filled anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vedette.errors import UserError
from vedette.schema.guarding import Passage
from vedette.schema.message import Role


class Dialect(StrEnum):
    """Whose API it is."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class Endpoint(StrEnum):
    """What is called, by its path behind the base address."""

    CHAT = "chat/completions"
    RESPONSES = "responses"
    EMBEDDINGS = "embeddings"
    MESSAGES = "messages"
    COUNT_TOKENS = "messages/count_tokens"

    @property
    def dialect(self) -> Dialect:
        """Return whose it is."""
        return Dialect.ANTHROPIC if self in (Endpoint.MESSAGES, Endpoint.COUNT_TOKENS) else Dialect.OPENAI


class Media(StrEnum):
    """What no scanner reads."""

    IMAGES = "images"
    AUDIO = "audio"
    FILES = "files"


class WireError(UserError):
    """A body that cannot be judged, or that is refused.

    Args:
        message: what is wrong; holds no value of the body.
        param: the field, as clients write it: ``messages[2].content``.
        code: for programs.
        next_step: what to do about it.
    """

    def __init__(self, message: str, *, param: str = "", code: str = "unknown_form", next_step: str | None = None):
        super().__init__(f"{param}: {message}" if param else message, next_step=next_step)
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class Slot:
    """A leaf of the tree that carries text."""

    index: int
    passage: Passage
    value: bool = False
    """Whether the text is a JSON value that stood in the tree unquoted, and is read again when it is filled."""
    fixed: bool = False
    """Whether nothing else can stand there: a finding that would change it refuses the whole."""
    echo: bool = False
    """Whether it repeats what the client sent: judged only where it holds something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body taken apart."""

    tree: Any = field(repr=False)
    """JSON values, with :class:`Slot` where text stands."""
    slots: tuple[Slot, ...] = field(repr=False)
    model: str = ""
    stream: bool = False
    json_reply: bool = False
    """Whether the reply's text was asked to be JSON."""
    opening: str = field(default="", repr=False)
    """The user's first message, by which a conversation is known again."""
    aliases: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands for names and ids of the client's own; the alias first."""
    n_most_tokens: int = 0
    """How long the client lets the reply be; 0 where it does not say."""

    @property
    def instructions(self) -> tuple[str, ...]:
        """Return the system prompts."""
        return tuple(slot.passage.text for slot in self.slots if slot.passage.role is Role.SYSTEM)

    def filled(self, texts: Sequence[str]) -> Any:
        """Return the body with other texts, one for each slot.

        Raises:
            WireError: a text that should be JSON is none.
        """
        return _filled(self.tree, texts)


def _filled(node: Any, texts: Sequence[str]) -> Any:
    if isinstance(node, Slot):
        text = texts[node.index]
        if not node.value:
            return text
        try:
            return json.loads(text)
        except ValueError:
            raise WireError(
                "what was masked is no JSON any more, and goes nowhere", param=node.passage.place, code="guard_failed"
            ) from None
    if isinstance(node, dict):
        return {name: _filled(value, texts) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, texts) for value in node]
    return node


def parsed(data: bytes | str) -> Any:
    """Return the JSON value of a body.

    Raises:
        WireError: it is none, or holds what is no JSON (``NaN``), half characters, or lies too deep.
    """

    def constant(name: str) -> None:
        raise ValueError(name)

    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, parse_constant=constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise WireError("the body is no JSON that can be read", code="invalid_json") from None
    return value


def dumped(value: object) -> bytes:
    """Return a value as JSON, short, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader of bodies is told."""

    alias: Callable[[str], str]
    """Gives what stands for an id or a name of the client's: always the same, and not to be turned back."""
    seal: Callable[[str], str] = lambda blob: blob
    """Marks what only the upstream can read (signatures, encrypted reasoning) as seen."""
    unseal: Callable[[str], str | None] = lambda _: None
    """Gives a marked blob back; None where the gateway never saw it."""
    media: frozenset[Media] = frozenset()
    """What may pass unread."""
    fields: frozenset[str] = frozenset()
    """Further fields that requests may carry; they are judged as JSON."""
    betas: frozenset[str] = frozenset()
    echoes: bool = True
