"""The tables that ship, from their pinned file, and a user's own laid over them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import UserError
from vedette.knowledge.pinned import load
from vedette.knowledge.tools.base import ToolTables

SET = "command-tools"


@cache
def _raw() -> Any:
    return orjson.loads(load(SET))


@cache
def packed_tables() -> ToolTables:
    """Return the tables that ship; loaded once.

    Raises:
        OutsideError: their file is gone or changed.
    """
    return ToolTables(_raw())


def _over(ours: Any, own: Any) -> Any:
    """Return a user's entry laid over ours: key by key, flags joined, its acts tried first; what was learned adds."""
    if not isinstance(ours, dict) or not isinstance(own, dict):
        return own
    if own.get("learned"):
        return {**ours, "flags": {**ours.get("flags", {}), **own.get("flags", {})}}
    joined = {**ours, **own}
    joined["flags"] = {**own.get("flags", {}), **ours.get("flags", {})}
    joined["acts"] = [*own.get("acts", ()), *ours.get("acts", ())]
    return joined


def tables_with(paths: Iterable[Path]) -> ToolTables:
    """Return the tables that ship with a user's own laid over them, key by key.

    Args:
        paths: YAML files in the form of ours, or folders of them.

    Raises:
        UserError: a file does not keep to the form; every problem is named.
    """
    from vedette.knowledge.tools.sources import read

    files = [f for path in paths for f in (sorted(path.glob("*.y*ml")) if path.is_dir() else [path])]
    if not files:
        return packed_tables()
    own = read(files)
    if own.problems:
        shown = "; ".join(own.problems[:5])
        more = f"; and {len(own.problems) - 5} more" if len(own.problems) > 5 else ""
        raise UserError(
            f"the tables of tools cannot be used: {shown}{more}",
            next_step="mend the entries; the form is in docs/reference/tool-tables.md",
        )
    ours = _raw()
    tools = {family: dict(ours["tools"].get(family, {})) for family in {*ours["tools"], *own.tools}}
    for family, entries in own.tools.items():
        for name, entry in entries.items():
            tools[family][name] = _over(tools[family].get(name), entry)
    return ToolTables(
        {
            "tools": tools,
            "places": [*ours["places"], *own.places],
            "patterns": [*ours["patterns"], *own.patterns],
        }
    )
