"""Seeded incident generators, independent of the product.

What enters is a family and a seed; what leaves is a folder of native log files and a truth record
beside it. The scripts know nothing of the rules, the investigator or the demo.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import other_families, windows_families
from .base import World
from .calm import CALM
from .writers import write

FAMILIES: dict[str, Callable[[World], None]] = {**windows_families.FAMILIES, **other_families.FAMILIES}
"""Attack families by name."""


def generate(family: str, seed: int, folder: Path) -> dict[str, Any]:
    """Write one world (an attack family, or a calm one) under a folder; return its truth."""
    maker = FAMILIES.get(family) or CALM[family]
    world = World(family, seed)
    maker(world)
    return write(world, folder)


__all__ = ["CALM", "FAMILIES", "World", "generate"]
