"""What the finders of secrets share: a hit, a format, and how hits that overlap become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import re2


@dataclass(frozen=True, slots=True)
class Hit:
    """A range of a text that is a secret."""

    start: int
    end: int
    entity: str
    rule: str
    score: float
    within: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Format:
    """How one provider's keys look."""

    rule: str
    literals: tuple[str, ...]
    """One of these (case counts) stands in every key; the prefilter looks for them and nothing else."""
    pattern: str
    """RE2, matched from :attr:`lead` characters before the literal; the group ``v`` is the secret where there is one."""
    lead: int = 0
    """Characters of the key before its literal."""
    check: Callable[[str], bool | None] | None = None
    """Takes the secret: True, its check sum is right; False, it is none; None, it cannot be told."""
    entity: str = "API_KEY"
    score: float = 0.95
    reach: int = 400
    """Characters looked at after the literal's start."""
    fixed: int = 0
    """Characters at the secret's beginning that are the same in all; the rest must look drawn at random."""
    tail: str = ""
    """Characters beside letters, digits and ``_`` that may not follow."""

    @cached_property
    def compiled(self) -> Any:
        """Return the compiled pattern, anchored at its start."""
        return re2.compile(self.pattern)

    @cached_property
    def group(self) -> int:
        """Return the number of the group that is the secret."""
        return int(self.compiled.groupindex.get("v", 0))


def settled(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits in order without overlaps: of those that share characters the surer holds, of equals the longer."""
    taken: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if taken and hit.start < taken[-1].end:
            last = taken[-1]
            if (hit.score, hit.end - hit.start) > (last.score, last.end - last.start):
                hit, last = last, hit
            taken[-1] = replace(last, start=min(hit.start, last.start), end=max(hit.end, last.end))
        else:
            taken.append(hit)
    return taken
