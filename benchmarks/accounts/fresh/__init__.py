"""A second set of seeded incidents, whose misses nobody has seen who works on the investigation.

Only the record formats come from the first set (:mod:`..worlds`); scripts, organisations, naming,
hours, background and truth are this set's own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..worlds.writers import write
from . import on_cloud, on_linux, on_windows
from .base import FreshWorld

FAMILIES: dict[str, Callable[[FreshWorld], None]] = {**on_windows.FAMILIES, **on_linux.FAMILIES, **on_cloud.FAMILIES}
"""Attack families by name."""


def make(family: str, seed: int) -> FreshWorld:
    """Return one world with its attack in it."""
    world = FreshWorld(family, seed)
    FAMILIES[family](world)
    world.settle()
    return world


def generate(family: str, seed: int, folder: Path) -> dict[str, Any]:
    """Write one world under a folder; return its truth."""
    return write(make(family, seed), folder)


__all__ = ["FAMILIES", "FreshWorld", "generate", "make"]
