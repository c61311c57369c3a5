"""Tools: typed, read-only questions, the plans that choose them, and what they give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vedette.schema.claim import Fact, ValueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time, half open, UTC; an end that is None is open."""

    start_at: datetime | None = None
    end_at: datetime | None = None
    said: str = ""
    """As the user said it: ``since Monday``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument of a tool."""

    name: str
    kind: ValueKind
    """How what the user wrote is grounded: an account or host is looked up, a time becomes a :class:`Window`."""
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    """For ``ValueKind.CHOICE``: the words that may stand there."""
    many: bool = False
    """Whether it takes a list."""
    example: str = ""
    """As a user would write it in a question."""
    routed: bool = True
    """Whether a router may give it; False: only grounding does, from what the question names."""
    max_length: int = 200
    """Of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A typed, read-only question that a capability answers."""

    name: str
    """snake_case, a verbless noun phrase where one will do: ``implicated_accounts``, ``entity_profile``."""
    description: str
    """One sentence: what question it answers."""
    parameters: tuple[Parameter, ...] = ()
    examples: tuple[str, ...] = ()
    """Questions in users' words that mean this tool; also what routing is trained on. At least five."""
    words: tuple[str, ...] = ()
    """Words whose presence in a question speaks for this tool, for routing without a model."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the arguments, with every text and list bounded."""
        properties: dict[str, Any] = {}
        for p in self.parameters:
            one: dict[str, Any] = {"type": "string", "maxLength": p.max_length, "description": p.description}
            if p.kind is ValueKind.COUNT:
                one = {"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": p.description}
            elif p.kind is ValueKind.FLAG:
                one = {"type": "boolean", "description": p.description}
            elif p.kind is ValueKind.CHOICE:
                one = {"type": "string", "enum": list(p.choices), "description": p.description}
            properties[p.name] = {"type": "array", "items": one, "maxItems": 8} if p.many else one
        return {
            "type": "object",
            "properties": properties,
            "required": [p.name for p in self.parameters if p.required],
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One tool with its arguments, as text that a user or model wrote, before grounding."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The tools chosen for a request, in order."""

    question: str
    steps: tuple[ToolCall, ...] = ()
    router: str = ""
    """What chose them: ``rules``, or the model's and adapter's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """Rows for display: what a list answer shows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: str = ""
    cut: int = 0
    """Rows left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file that a tool made, in memory; a door writes it where the user wants it."""

    name: str
    """A file name without folders."""
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that only the user can decide: which of several was meant."""

    parameter: str
    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool found out."""

    facts: tuple[Fact, ...] = ()
    """The most important first. Each carries its own computed sentence, so that the facts alone are an answer."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The answer for programs: ``{"accounts": [...]}``, ``{"count": 3}``; JSON values. An empty list means none."""
    tables: tuple[DataTable, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    query: str | None = None
    """The validated SQL that was run, shown to the analyst."""
    unknown: tuple[str, ...] = ()
    """What the data cannot tell, and what is missing to tell it."""
    choice: Choice | None = None
    """Set where the tool cannot go on before the user has chosen; the rest is then empty."""
    case_id: str | None = None
    """The case it spoke of: the focus of what is asked next."""
    entities: tuple[str, ...] = ()
    """Accounts, hosts and addresses it spoke of, the main one first, as people write them."""
    window: Window | None = None
    next_questions: tuple[str, ...] = ()
    """What one would ask next."""
