"""CWE weaknesses: names, parents, and the simplified view (CWE-1003) that the NVD gives its answers in.

CVE numbering authorities write any of some 930 weaknesses; the NVD writes one of 130. What a label means in the NVD's
view is its nearest ancestor there: CWE-121 (stack-based buffer overflow) is CWE-787 (out-of-bounds write).

Source: MITRE CWE; version and digest in ``data/manifest.json``, terms in ``data/CWE-NOTICE.txt``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import orjson

from vedette.knowledge.pinned import load

SET = "cwe"

_ID = re.compile(r"(?i)cwe-0*([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Weakness:
    """A kind of mistake that makes software vulnerable."""

    id: str
    """``CWE-79``"""
    name: str
    abstraction: str
    """``Pillar``, ``Class``, ``Base``, ``Variant`` or ``Compound``, from broad to narrow."""
    parents: tuple[str, ...]
    """Ids, the primary one first."""


@cache
def _all() -> tuple[dict[str, Weakness], frozenset[str]]:
    data = orjson.loads(load(SET))
    listed = {
        f"CWE-{number}": Weakness(f"CWE-{number}", name, abstraction, tuple(f"CWE-{p}" for p in parents))
        for number, name, abstraction, parents in data["weaknesses"]
    }
    return listed, frozenset(f"CWE-{number}" for number in data["view_1003"])


def normal_id(text: str) -> str | None:
    """Return an id as the field writes it (``cwe-079`` is ``CWE-79``), or None where the text is no id."""
    match = _ID.fullmatch(text.strip())
    return f"CWE-{match.group(1)}" if match else None


def weakness(cwe_id: str) -> Weakness | None:
    """Return a weakness by id, or None where the pinned version has none of that id (categories, newer ones)."""
    known = normal_id(cwe_id)
    return _all()[0].get(known) if known else None


def simplified_view() -> frozenset[str]:
    """Return the ids in view CWE-1003."""
    return _all()[1]


@cache
def simplified(cwe_id: str) -> str | None:
    """Return the nearest ancestor in view CWE-1003, or the weakness itself; None where it has none there.

    Of ancestors at the same distance the one reached over primary parents is taken.
    """
    start = normal_id(cwe_id)
    listed, view = _all()
    level: list[str] = [start] if start else []
    seen: set[str] = set()
    while level:
        for item in level:
            if item in view:
                return item
        seen.update(level)
        above = [p for item in level if item in listed for p in listed[item].parents]
        level = [p for p in dict.fromkeys(above) if p not in seen]
    return None
