"""One tool run by itself: its arguments as somebody wrote them, looked up in the lake as those of a question are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from vedette.copilot.binding import Binder
from vedette.copilot.mentions import World, calendar_of, read_mentions
from vedette.copilot.names import name_index
from vedette.errors import UserError
from vedette.schema import Focus, ToolResult
from vedette.store import Lake
from vedette.toolbox import ToolContext, ToolPlugin


class ToolRunner:
    """Runs tools by name. Safe to call from several threads.

    Args:
        lake: what they read.
        tools: by name.
        clock: what the time is, UTC.
    """

    def __init__(
        self, lake: Lake, tools: Mapping[str, ToolPlugin], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._lake = lake
        self._tools = tools
        self._clock = clock

    def __call__(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what a tool finds out, or the choice that it needs first.

        Args:
            name: the tool's.
            arguments: by parameter, as a user would write them; each by itself, so that none changes another's sense.

        Raises:
            UserError: an argument means nothing here, or one that is required is missing.
        """
        plugin = self._tools[name]
        context = ToolContext(lake=self._lake, now=self._clock())
        index = name_index(self._lake, context.cases)
        case = next(iter(context.cases), None)
        world = World(index, context.cases, calendar_of(index, case, Focus(), context.now))
        grounded: dict[str, Any] = {}
        for parameter in plugin.tool.parameters:
            raw = arguments.get(parameter.name)
            if raw is None or raw is False or raw == "" or raw == []:
                continue
            written = " ".join(map(str, raw)) if isinstance(raw, list) else str(raw)
            bound = Binder(written, read_mentions(written, world), world).bind(
                plugin.tool, {parameter.name: raw}, fill=False
            )
            if bound.choice is not None:
                return ToolResult(choice=bound.choice)
            if parameter.name not in bound.arguments:
                raise UserError(
                    f"{parameter.name} {written[:100]!r} means nothing here ({parameter.kind.value})",
                    next_step=f"write it as in: {parameter.example}" if parameter.example else "look it up first",
                )
            grounded[parameter.name] = bound.arguments[parameter.name]
        missing = [p.name for p in plugin.tool.parameters if p.required and p.name not in grounded]
        if missing:
            raise UserError(f"{name} needs {', '.join(missing)}", next_step="the tool's schema says what it takes")
        return plugin.run(context, grounded)
