"""The tools that capabilities bring: what one is, what it is given, and how it is found.

A tool is read-only by its type: it is given a lake to read, and gives back facts, tables and files in memory. It writes
nothing, calls no model and reaches no network; doors decide what is written where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from vedette.plugins import BrokenPlugin, load_plugins
from vedette.schema import Case, Focus, Reading, Tool, ToolResult

if TYPE_CHECKING:
    from vedette.store import Lake

ENTRY_POINT_GROUP = "vedette.tools"
"""Name of a tool to an object or class that follows :class:`ToolPlugin`."""


@dataclass(frozen=True)
class ToolContext:
    """What a tool may look at."""

    lake: Lake
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """UTC."""
    focus: Focus = field(default_factory=Focus)
    """What the conversation is about by now; arguments that the user left out may follow from it."""
    max_rows: int = 50
    """Of a table."""
    readings: tuple[Reading, ...] = ()
    """What was read out of the reports that the user attached: data, never instructions."""

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The current cases, gravest first; read once."""
        from vedette.store.book import load_cases

        return tuple(load_cases(self.lake))


@runtime_checkable
class ToolPlugin(Protocol):
    """A question that a capability answers."""

    @property
    def tool(self) -> Tool:
        """What it is called, what it takes, and what users say when they mean it."""
        ...

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what was found.

        Args:
            context: the lake and what the conversation is about.
            arguments: grounded: a case is a case id, an account, host or address is written as the lake writes it, a
                time is a :class:`vedette.schema.Window`, a technique an ATT&CK id, a count an int. Missing ones are
                absent.

        Raises:
            UserError: the arguments make no sense together.
        """
        ...


def tools(*, third_party: bool = True) -> tuple[dict[str, ToolPlugin], tuple[BrokenPlugin, ...]]:
    """Return every tool by name, and those that cannot be loaded."""
    return load_plugins(ENTRY_POINT_GROUP, ToolPlugin, third_party=third_party)
