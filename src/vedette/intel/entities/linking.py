"""From a name as written to the thing that bears it: by name, by name without its general words, by a close spelling.

A name of several things goes to the one whose kind, and whose company in the document, fits; where neither tells, the
others are kept beside it and the confidence says so. A name that nothing bears is linked to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from vedette.intel.entities.base import KnownName, KnownThing, Sureness
from vedette.intel.entities.context import SORTS, another_sort
from vedette.intel.entities.known import Known
from vedette.intel.entities.matching import squeezed
from vedette.schema.intel import MentionKind

GENERAL = frozenset(
    "group gang team apt actor actors crew hackers malware ransomware trojan rat backdoor stealer bot botnet loader "
    "worm wiper implant framework tool toolkit family spyware virus the".split()
)
"""Words that people put before or behind a name."""
_BEHIND = re.compile(r"(?<=[a-z]{3})(?:RAT|RC)$")
"""What kind it is, written into the name."""
_ALIKE = 92.0
_LEAST_ALIKE = 7
"""Letters of a name that is looked up by a close spelling."""
_SOFTWARE = {MentionKind.MALWARE, MentionKind.TOOL}
_LINKED = frozenset({MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN})


@dataclass(frozen=True, slots=True)
class Linked:
    """What a name is taken to mean."""

    thing: KnownThing
    confidence: float
    how: str
    """``own list``, ``name``, ``alias``."""
    others: tuple[str, ...] = ()
    """Further refs that it could mean."""


def _bare(name: str) -> str:
    words = [word for word in name.replace("-", " ").split() if word]
    while len(words) > 1 and words[-1].casefold() in GENERAL:
        words.pop()
    while len(words) > 1 and words[0].casefold() in GENERAL:
        words.pop(0)
    return squeezed(_BEHIND.sub("", " ".join(words)))[0]


@cache
def _by_bare(known: Known) -> dict[str, tuple[KnownName, ...]]:
    found: dict[str, list[KnownName]] = {}
    for name in known.names:
        if name.thing.kind in _LINKED:
            found.setdefault(_bare(name.text), []).append(name)
    return {key: tuple(names) for key, names in found.items() if key}


@cache
def _spellings(known: Known) -> list[str]:
    return [key for key in _by_bare(known) if len(key) >= _LEAST_ALIKE]


def _fits(kind: MentionKind | None, name: KnownName) -> bool:
    return kind is None or name.thing.kind is kind or {kind, name.thing.kind} <= _SOFTWARE


def _another(text: str, name: KnownName) -> bool:
    """Return whether the last word of a name as written makes it another than a listed common word is."""
    last = text.rsplit(" ", 1)[-1].casefold()
    sort = SORTS.get(last)
    if sort is None or name.sureness is not Sureness.CONTEXT or name.text.casefold().endswith(last):
        return False
    return another_sort(sort, name.thing.sort)


def link(
    text: str, known: Known, kind: MentionKind | None = None, company: Collection[str] = (), *, close: bool = True
) -> Linked | None:
    """Return what a name means, or None where nothing known bears it.

    Args:
        text: the name, as written.
        known: the names that are known.
        kind: what the context takes it for; None where it says nothing.
        company: refs of the things that the document surely names.
        close: whether a close spelling counts.
    """
    key = squeezed(text)[0].removesuffix("exe") if text.casefold().endswith(".exe") else squeezed(text)[0]
    for names, sure in ((known.by_key.get(key, ()), 0.97), (_by_bare(known).get(_bare(text), ()), 0.85)):
        fitting = [name for name in names if _fits(kind, name) and not _another(text, name)]
        if fitting:
            return _best(fitting, kind, company, sure)
    if close and len(key) >= _LEAST_ALIKE and not any(c.isdigit() for c in key):
        from rapidfuzz import fuzz, process

        near = process.extractOne(_bare(text), _spellings(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if near is not None:
            fitting = [name for name in _by_bare(known)[near[0]] if _fits(kind, name)]
            if fitting:
                return _best(fitting, kind, company, 0.6)
    return None


def _best(names: list[KnownName], kind: MentionKind | None, company: Collection[str], sure: float) -> Linked:
    def strength(name: KnownName) -> tuple[float, ...]:
        return (
            name.thing.own,
            name.thing.kind is kind,
            2 * (name.thing.ref in company) + sum(ref in company for ref in name.thing.related),
            not name.alias,
            name.sureness is Sureness.SURE,
        )

    ordered = sorted(names, key=strength, reverse=True)
    best = ordered[0]
    others = tuple(dict.fromkeys(n.thing.ref for n in ordered[1:] if n.thing.ref and n.thing.ref != best.thing.ref))
    rivals = [n for n in ordered[1:] if n.thing != best.thing]
    told = [n for n in range(4) if rivals and strength(rivals[0])[n] != strength(best)[n]]
    chance = sure if not rivals else 0.5 if not told else min(sure, 0.7) if told[0] == 3 else min(sure, 0.85)
    how = "own list" if best.thing.own else "alias" if best.alias else "name"
    return Linked(best.thing, chance, how, others)
