"""Commands read aloud: a command line or script enters; decoded layers, tokens, steps and techniques leave.

Nothing is executed, opened or fetched: every value is computed by evaluators of our own, bounded in steps, size and
depth, and where they must stop they say so.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.commands.budget import Budget
    from vedette.commands.engine import trace
    from vedette.commands.explaining import explain, explained

__all__ = ["Budget", "explain", "explained", "trace"]

_HOME = {"Budget": "budget", "trace": "engine", "explain": "explaining", "explained": "explaining"}


def __getattr__(name: str) -> Any:
    """Return a public name, imported when it is first used: readers and tables are not needed to list verbs."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
