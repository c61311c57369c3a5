"""The tools that a command uses, whether they are known to be misused, and what benign use looks like it."""

from __future__ import annotations

from vedette.commands.traces import Traces
from vedette.schema.command import KnownTool

MISUSE = 0.4
"""Risk of an act from which it counts as the misuse that the tool is known for."""


def tools_of(traces: Traces) -> tuple[KnownTool, ...]:
    """Return the tools that the tables know, each once, in order of use."""
    found: dict[str, KnownTool] = {}
    for used in traces.uses:
        tool = used.usage.tool
        if tool is None:
            continue
        worst = max((f for f in used.fired if f.risk >= MISUSE), key=lambda f: f.risk, default=None)
        misuse = (worst.note or worst.says) if worst and tool.misused else None
        before = found.get(tool.name)
        if before is None or (misuse and not before.misuse):
            found[tool.name] = KnownTool(
                name=tool.name, what=tool.what, source=tool.source, living_off_the_land=tool.misused, misuse=misuse
            )
    return tuple(found.values())


def look_alikes_of(traces: Traces) -> tuple[str, ...]:
    """Return benign uses that look like what is suspicious here, each once."""
    found = []
    for used in traces.uses:
        for fired in used.fired:
            if fired.risk >= 0.3 and fired.benign:
                found.append(f"{used.usage.name}: {fired.benign}")
    return tuple(dict.fromkeys(found))
