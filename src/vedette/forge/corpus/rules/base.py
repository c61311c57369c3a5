"""What a rule is, and how finds that overlap become one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2


@dataclass(frozen=True, slots=True)
class Find:
    """A range of text to be replaced."""

    start: int
    end: int
    kind: str
    """What it is counted as: ``email``, ``github-token``."""
    placeholder: str
    """What stands there instead: ``<EMAIL>``, ``<SECRET>``."""


@dataclass(frozen=True)
class Rule:
    """A pattern, and a test of what it matches."""

    kind: str
    pattern: str
    """RE2; the group ``v`` is replaced where there is one, else the whole match."""
    placeholder: str = "<SECRET>"
    accept: Callable[[str, str, int, int], bool] | None = None
    """Takes the value, the whole text, and the value's start and end; says whether it is one."""
    before: str = ""
    """Characters (a class) that may not stand before the value. Not part of the pattern: a match that is refused would
    take the separator with it, and the next value's beginning."""
    after: str = ""
    """What (a pattern of bounded length) may not follow the value."""

    @cached_property
    def compiled(self) -> Any:
        """Return the compiled pattern."""
        return re2.compile(self.pattern)

    @cached_property
    def _group(self) -> int:
        return int(self.compiled.groupindex.get("v", 0))

    @cached_property
    def _before(self) -> re.Pattern[str] | None:
        return re.compile(f"[{self.before}]") if self.before else None

    @cached_property
    def _after(self) -> re.Pattern[str] | None:
        return re.compile(self.after) if self.after else None

    def finds(self, text: str) -> Iterable[Find]:
        """Yield what the rule finds, in order."""
        group = self._group
        for match in self.compiled.finditer(text):
            start, end = match.span(group)
            if self._before is not None and start and self._before.match(text, start - 1):
                continue
            if self._after is not None and self._after.match(text, end):
                continue
            if start < end and (self.accept is None or self.accept(text[start:end], text, start, end)):
                yield Find(start, end, self.kind, self.placeholder)


def merged(finds: Iterable[Find]) -> list[Find]:
    """Return finds in order; of those that overlap, one range over all of them, named by the first longest."""
    out: list[Find] = []
    best = 0
    for find in sorted(finds, key=lambda f: (f.start, -f.end)):
        if out and find.start < out[-1].end:
            last = out[-1]
            longer = find.end - find.start > best
            named = find if longer else last
            best = max(best, find.end - find.start)
            out[-1] = Find(last.start, max(last.end, find.end), named.kind, named.placeholder)
        else:
            out.append(find)
            best = find.end - find.start
    return out
