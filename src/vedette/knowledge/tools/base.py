"""The pages of the tables: a tool, its flags, its acts; special places; patterns of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import re2


class Family(StrEnum):
    """Where a name is at home: the same name is another tool on another system."""

    WINDOWS = "windows"
    UNIX = "unix"
    MACOS = "macos"
    POWERSHELL = "powershell"
    DOTNET = "dotnet"
    COM = "com"
    CLOUD = "cloud"
    PYTHON = "python"
    PERL = "perl"
    RUBY = "ruby"
    PHP = "php"
    JAVASCRIPT = "javascript"
    VBSCRIPT = "vbscript"
    SQL = "sql"


CASELESS = frozenset({Family.WINDOWS, Family.POWERSHELL, Family.DOTNET, Family.COM, Family.VBSCRIPT, Family.SQL})
"""Families whose names and arguments differ in nothing when they differ in case."""


class Style(StrEnum):
    """How a tool's arguments are written."""

    GNU = "gnu"
    """``-abc`` bundles, ``-ofile``, ``--long=value``, ``--`` ends."""
    SINGLE = "single"
    """``-long value``: find, java, openssl."""
    WINDOWS = "windows"
    """``/x`` or ``-x``, any case, ``/x:value``."""
    POWERSHELL = "powershell"
    """``-Name value``, any unambiguous beginning of the name."""
    WORDS = "words"
    """Bare words and ``key=value``: dd, sc."""
    ARGS = "args"
    """Positions only: a method's arguments."""


STYLES: Mapping[Family, Style] = {
    Family.WINDOWS: Style.WINDOWS,
    Family.UNIX: Style.GNU,
    Family.MACOS: Style.GNU,
    Family.CLOUD: Style.GNU,
    Family.POWERSHELL: Style.POWERSHELL,
}
"""The style of a family's tools that name none; elsewhere positions only."""


class Role(StrEnum):
    """What an argument stands for."""

    FILE = "FILE"
    OUT = "OUT"
    DEL = "DEL"
    DIR = "DIR"
    URL = "URL"
    HOST = "HOST"
    PORT = "PORT"
    USER = "USER"
    GROUP = "GROUP"
    PASSWORD = "PASSWORD"  # noqa: S105  (a role's name)
    KEY = "KEY"
    SERVICE = "SERVICE"
    TASK = "TASK"
    PID = "PID"
    COMMAND = "COMMAND"
    CODE = "CODE"
    N = "N"
    TEXT = "TEXT"
    PATTERN = "PATTERN"
    NAME = "NAME"
    MODE = "MODE"
    TIME = "TIME"


@dataclass(slots=True)
class Flag:
    """One option, under all its spellings."""

    name: str
    """Its first spelling, without dashes and in lower case where case does not count."""
    spelling: str
    meaning: str
    role: Role | None
    """What its value stands for; None where it takes none."""


@dataclass(slots=True)
class Term:
    """One condition of an act."""

    kind: str
    """``flag``, ``url``, ``operand``, ``count``, ``any``, ``all``, ``redirect``, ``piped``, ``pipes``."""
    name: str = ""
    number: int = 0
    pattern: str | None = None
    negated: bool = False
    caseless: bool = False
    _compiled: Any = None

    def matches(self, text: str) -> bool:
        """Return whether the pattern is found in the text; an operand must match wholly."""
        if self.pattern is None:
            return True
        if self._compiled is None:
            source = f"^(?:{self.pattern})$" if self.kind == "operand" else self.pattern
            self._compiled = re2.compile(f"(?i){source}" if self.caseless else source)
        return self._compiled.search(encodable(text)) is not None


@dataclass(slots=True)
class Act:
    """What a use of a tool does, when its conditions hold."""

    id: str
    """``windows:certutil#3fa2c1``: a digest of its conditions, so that it stays when others come and go."""
    when: tuple[tuple[Term, ...], ...]
    """Any of these, of each all; empty means always."""
    does: str | None
    operands: tuple[str, ...] | None
    techniques: tuple[tuple[str, float], ...]
    risk: float
    note: str | None
    touch: tuple[str, ...]
    also: bool
    benign: str | None
    need: str | None = None
    """Name of a flag without which it cannot hold, where there is one: told before the conditions are tried."""


@dataclass(slots=True)
class Tool:
    """A program, builtin, cmdlet, method or function."""

    name: str
    family: Family
    what: str
    source: str
    style: Style
    misused: bool = False
    benign: str | None = None
    flags: dict[str, Flag] = field(default_factory=dict)
    """By every spelling, without dashes or slash, in lower case where case does not count."""
    operands: tuple[str, ...] = ()
    """Roles; a last one that ends in ``...`` repeats."""
    acts: tuple[Act, ...] = ()
    subs: dict[str, Tool] = field(default_factory=dict)
    sub_words: int = 0
    """Most words of a subcommand."""


@dataclass(slots=True)
class Place:
    """A thing that is special, whoever touches it."""

    id: str
    kind: str
    actions: frozenset[str]
    """Empty means any."""
    match: str
    means: str
    persistence: bool
    techniques: tuple[tuple[str, float], ...]
    risk: float


@dataclass(slots=True)
class Pattern:
    """A piece of text that says something by itself."""

    id: str
    match: str
    languages: frozenset[str]
    """Empty means any."""
    means: str
    techniques: tuple[tuple[str, float], ...]
    risk: float


def encodable(text: str) -> str:
    """Return text that RE2 can take: half characters replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class PatternSet:
    """Many patterns matched in one pass, linear in the text (RE2)."""

    def __init__(self, sources: list[str]) -> None:
        options = re2.Options()
        options.max_mem = 256 << 20
        options.log_errors = False
        self._set: Any = None
        if not sources:
            return
        self._set = re2.Set.SearchSet(options)
        for source in sources:
            self._set.Add(source)
        self._set.Compile()

    def matches(self, text: str) -> list[int]:
        """Return the numbers of the patterns that are found in the text, in order."""
        return sorted(self._set.Match(encodable(text)) or ()) if self._set is not None else []


class ToolTables:
    """All pages. A tool's page is made when it is first asked for."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw: dict[str, dict[str, Any]] = raw["tools"]
        self._made: dict[tuple[str, str], Tool | None] = {}
        self._places = raw["places"]
        self._patterns = raw["patterns"]
        self.version: str = raw.get("version", "")

    def tool(self, family: str, name: str) -> Tool | None:
        """Return the page of a name at home in a family, or None.

        Args:
            family: see :class:`Family`.
            name: in lower case where the family's case does not count; no folder, no ``.exe``.
        """
        key = (family, name)
        try:
            return self._made[key]
        except KeyError:
            pass
        entries = self._raw.get(family)
        entry = entries.get(name) if entries else None
        if isinstance(entry, str):  # another name of it
            found = self.tool(family, entry)
        else:
            from vedette.knowledge.tools.reading import tool_of

            found = None if entry is None else tool_of(name, Family(family), entry)
        if len(self._made) < 20_000:
            self._made[key] = found
        return found

    def names(self, family: str) -> Iterator[str]:
        """Yield every name of a family, other names included, in alphabetical order."""
        yield from sorted(self._raw.get(family, ()))

    @property
    def families(self) -> tuple[str, ...]:
        """Return the families that have pages."""
        return tuple(self._raw)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Return the special places."""
        from vedette.knowledge.tools.reading import place_of

        return tuple(place_of(entry) for entry in self._places)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """Return the patterns of text."""
        from vedette.knowledge.tools.reading import pattern_of

        return tuple(pattern_of(entry) for entry in self._patterns)

    @cached_property
    def places_by_kind(self) -> dict[str, tuple[tuple[Place, ...], PatternSet]]:
        """Return the places of each kind of touch, with the set that matches them all."""
        kinds: dict[str, list[Place]] = {}
        for place in self.places:
            kinds.setdefault(place.kind, []).append(place)
        return {kind: (tuple(found), PatternSet([p.match for p in found])) for kind, found in kinds.items()}

    @cached_property
    def pattern_set(self) -> PatternSet:
        """Return the set that matches every pattern of text."""
        return PatternSet([p.match for p in self.patterns])
