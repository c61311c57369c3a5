"""ATT&CK's groups, software and campaigns by name and alias. Loaded on first use (about 2 ms).

Source: MITRE ATT&CK Enterprise; version and digest in ``data/manifest.json``, terms in ``data/ATTACK-NOTICE.txt``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import orjson

from vedette.knowledge.pinned import load

SET = "attack-names"


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A group, a piece of software or a campaign."""

    id: str
    """``G0016``, ``S0154``, ``C0024``"""
    kind: str
    """``group``, ``malware``, ``tool``, ``campaign``"""
    name: str
    aliases: tuple[str, ...]
    """Further names, as ATT&CK lists them."""
    related: tuple[str, ...]
    """Ids that its description names, or whose description names it."""


@cache
def named_things() -> dict[str, NamedThing]:
    """Return every group, piece of software and campaign, by id."""
    return {
        ref: NamedThing(id=ref, kind=kind, name=names[0], aliases=tuple(names[1:]), related=tuple(related))
        for ref, kind, names, related in orjson.loads(load(SET))["names"]
    }
