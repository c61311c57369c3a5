"""Reference knowledge, offline and pinned: a name or id goes in, what is known of it comes out.

Each set is package data with a version, a source date and a digest that is checked when the set
is loaded. Nothing is fetched.
"""

from __future__ import annotations

from vedette.knowledge import attack
from vedette.knowledge.pinned import PinnedSet, status

__all__ = ["PinnedSet", "attack", "status"]
