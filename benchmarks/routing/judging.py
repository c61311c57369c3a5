"""Whether a plan is the right one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vedette.schema import Tool, ToolCall, ValueKind

_LOOSE = frozenset({ValueKind.TIME, ValueKind.TECHNIQUE, ValueKind.TACTIC, ValueKind.COUNT})
"""Kinds that rules give as what they mean and not as they are written; only whether they are there is compared."""


def folded(value: Any) -> Any:
    """Return a value without what does not matter: letters' case and runs of spaces."""
    if isinstance(value, (list, tuple)):
        return [folded(v) for v in value]
    return " ".join(str(value).casefold().split())


def same_tools(gold: Sequence[ToolCall], got: Sequence[ToolCall]) -> bool:
    """Return whether the same tools are asked in the same order."""
    return [s.tool for s in gold] == [s.tool for s in got]


def all_right(gold: Sequence[ToolCall], got: Sequence[ToolCall]) -> bool:
    """Return whether tools and all arguments are the same."""
    return same_tools(gold, got) and all(
        {k: folded(v) for k, v in a.arguments.items()} == {k: folded(v) for k, v in b.arguments.items()}
        for a, b in zip(gold, got, strict=True)
    )


def comparable(gold: Sequence[ToolCall], got: Sequence[ToolCall], tools: Mapping[str, Tool]) -> bool:
    """Return whether plans are the same as far as grounded arguments can be held against written ones."""
    return same_tools(gold, got) and all(
        _bare(a, tools[a.tool]) == _bare(b, tools[b.tool]) for a, b in zip(gold, got, strict=True)
    )


def _bare(step: ToolCall, tool: Tool) -> dict[str, Any]:
    kinds = {p.name: p.kind for p in tool.parameters}
    return {
        name: True if kinds[name] in _LOOSE else folded(value)
        for name, value in step.arguments.items()
        if kinds[name] is not ValueKind.CASE  # the rules look cases up, and here are none
    }
