"""ATT&CK Enterprise: techniques and tactics by id or name. Loaded on first use (about 3 ms).

Source: MITRE ATT&CK Enterprise; version and digest in ``data/manifest.json``, terms in
``data/ATTACK-NOTICE.txt``. An id that the pinned version does not have (newer, or long withdrawn) gives
None: it is shown as written, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import orjson

from vedette.knowledge.pinned import load, pinned

SET = "attack-enterprise"

TACTIC_ALIASES = {
    # newer rules tag with the two tactics that later versions have in place of Defense Evasion
    "stealth": "defense-evasion",
    "defense-impairment": "defense-evasion",
    "defence-evasion": "defense-evasion",
    "c2": "command-and-control",
}
"""Other names of tactics, to the short name in the pinned version."""

RENUMBERED = {
    "T1070.001": "T1685.005",
    "T1070.002": "T1685.006",
    "T1562": "T1685",
    "T1562.001": "T1685",
    "T1562.002": "T1685.001",
    "T1562.003": "T1690",
    "T1562.004": "T1686",
    "T1562.006": "T1685",
    "T1562.007": "T1686.001",
    "T1562.008": "T1685.002",
    "T1562.009": "T1688",
    "T1562.010": "T1689",
    "T1562.011": "T1685.003",
    "T1562.012": "T1685.004",
    "T1562.013": "T1686.002",
    "T1656": "T1684.001",
    "T1672": "T1684.002",
}
"""Numbers that version 19 withdrew, to those that took their place.

Source: MITRE's ``revoked-by`` relations between ATT&CK 18.1 and 19.1.
"""

_FORMER = {
    "T1684.001": "T1656",
    "T1684.002": "T1672",
    "T1685": "T1562.001",
    "T1685.001": "T1562.002",
    "T1685.002": "T1562.008",
    "T1685.003": "T1562.011",
    "T1685.004": "T1562.012",
    "T1685.005": "T1070.001",
    "T1685.006": "T1070.002",
    "T1686": "T1562.004",
    "T1686.001": "T1562.007",
    "T1686.002": "T1562.013",
    "T1686.003": "T1562.004",
    "T1688": "T1562.009",
    "T1689": "T1562.010",
    "T1690": "T1562.003",
}
"""The other way; of several, the number whose meaning is closest."""

_NEWER = {
    "T1027.018": ("Invisible Unicode", "T1027"),
    "T1685": ("Disable or Modify Tools", None),
    "T1685.001": ("Disable or Modify Windows Event Log", None),
    "T1685.002": ("Disable or Modify Cloud Log", None),
    "T1685.003": ("Modify or Spoof Tool UI", None),
    "T1685.004": ("Disable or Modify Linux Audit System Log", None),
    "T1685.005": ("Clear Windows Event Logs", None),
    "T1685.006": ("Clear Linux or Mac System Logs", None),
    "T1686": ("Disable or Modify System Firewall", None),
    "T1686.001": ("Cloud Firewall", None),
    "T1686.002": ("Network Device Firewall", None),
    "T1686.003": ("Windows Host Firewall", None),
    "T1688": ("Safe Mode Boot", None),
    "T1689": ("Downgrade Attack", None),
    "T1690": ("Prevent Command History Logging", None),
}
"""Names of version 19 for numbers that the pinned version lacks, and where their tactics are read from."""

version: str
"""Version of the pinned set, such as ``18.1``."""


@dataclass(frozen=True, slots=True)
class Tactic:
    """Why an adversary does something: a column of the matrix."""

    id: str
    """``TA0006``"""
    shortname: str
    """``credential-access``, as rule tags write it"""
    name: str
    """``Credential Access``"""
    order: int
    """Place in the matrix, 0 (reconnaissance) to 13 (impact)."""


@dataclass(frozen=True, slots=True)
class Technique:
    """How an adversary does something."""

    id: str
    """``T1003.006``"""
    name: str
    """``DCSync``"""
    tactics: tuple[str, ...]
    """Short names, in matrix order."""
    platforms: tuple[str, ...]
    parent: str | None
    """Id of the technique that this is a sub-technique of."""

    @property
    def title(self) -> str:
        """Name with the parent's before it (``OS Credential Dumping: DCSync``)."""
        above = technique(self.parent) if self.parent else None
        return f"{above.name}: {self.name}" if above else self.name


@dataclass(frozen=True, slots=True)
class _Matrix:
    version: str
    tactics: dict[str, Tactic]
    techniques: dict[str, Technique]


@cache
def _matrix() -> _Matrix:
    data = orjson.loads(load(SET))
    tactics = {
        shortname: Tactic(id=tid, shortname=shortname, name=name, order=order)
        for order, (tid, shortname, name) in enumerate(data["tactics"])
    }
    short = tuple(tactics)
    platforms: list[str] = data["platforms"]
    techniques = {
        tid: Technique(
            id=tid,
            name=name,
            tactics=tuple(short[place] for place in places),
            platforms=tuple(platforms[place] for place in runs_on),
            parent=tid.partition(".")[0] if "." in tid else None,
        )
        for tid, name, places, runs_on in data["techniques"]
    }
    return _Matrix(version=data["version"], tactics=tactics, techniques=techniques)


def technique(technique_id: str) -> Technique | None:
    """Return a technique by id (any case, with or without the ``attack.`` of rule tags), else None."""
    return _matrix().techniques.get(technique_id.strip().removeprefix("attack.").upper())


def current(technique_id: str) -> str:
    """Return the number that a technique bears since version 19: its own where it was not renumbered."""
    return RENUMBERED.get(technique_id, technique_id)


def former(technique_id: str) -> str | None:
    """Return the number that a technique bore before version 19 gave it this one; None where it kept its own."""
    return _FORMER.get(technique_id)


def name_of(technique_id: str) -> str | None:
    """Return a technique's name, by its current number or a former one; None where neither is known."""
    if technique_id in _NEWER:
        return _NEWER[technique_id][0]
    known = technique(technique_id)
    return known.name if known else None


def tactics_served(technique_id: str) -> tuple[str, ...]:
    """Return the short names of the pinned version's tactics that a technique serves, whichever number is given."""
    elsewhere = _NEWER.get(technique_id, (None, None))[1]
    known = technique(technique_id) or technique(elsewhere or _FORMER.get(technique_id, ""))
    return known.tactics if known else ()


def tactic(name: str) -> Tactic | None:
    """Return a tactic by short name, name, alias or id (``credential-access``, ``TA0006``), else None."""
    word = name.strip().lower().removeprefix("attack.").replace("_", "-").replace(" ", "-")
    word = TACTIC_ALIASES.get(word, word)
    tactics = _matrix().tactics
    found = tactics.get(word)
    if found is None and word.startswith("ta"):
        found = next((item for item in tactics.values() if item.id.lower() == word), None)
    return found


def tactics() -> tuple[Tactic, ...]:
    """Return every tactic, in matrix order."""
    return tuple(_matrix().tactics.values())


def tactic_order() -> tuple[str, ...]:
    """Return the tactics' short names in matrix order."""
    return tuple(_matrix().tactics)


def techniques() -> tuple[Technique, ...]:
    """Return every technique, by id."""
    return tuple(_matrix().techniques.values())


def tactics_of(technique_ids: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Return the short names of the tactics that techniques serve, in matrix order, each once."""
    found: set[str] = set()
    for technique_id in technique_ids:
        item = technique(technique_id)
        if item is not None:
            found.update(item.tactics)
    return tuple(name for name in tactic_order() if name in found)


def __getattr__(name: str) -> str:
    if name == "version":
        return pinned(SET).version
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
