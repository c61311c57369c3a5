"""Reference knowledge, offline: a name or id goes in, what is known of it comes out, with the day that it is of.

Each set has a version, a source, a day and a digest that is checked. Small ones come with the package; a home holds
newer ones and others, imported from files or fetched by ``vedette knowledge sync``. Nothing is fetched unasked.
"""

from __future__ import annotations

from vedette.knowledge import attack
from vedette.knowledge.pinned import PinnedSet
from vedette.knowledge.standing import SetStatus, stale_sentences, status

__all__ = ["PinnedSet", "SetStatus", "attack", "stale_sentences", "status"]
