"""Variables, functions, aliases and the environment while a script is evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from vedette.commands.base import Scope
from vedette.commands.powershell import nodes as n
from vedette.commands.powershell.tables import ALIASES, ENVIRONMENT, PREFERENCES, PSHOME
from vedette.commands.powershell.values import (
    Code,
    Items,
    Partial,
    Piece,
    Thing,
    Unknown,
    Value,
    literal,
)

Slot = tuple[Value, tuple[str, ...]]
"""A value and how it was hidden where it was made."""


@cache
def _usual() -> dict[str, str]:
    from vedette.commands.environment import default_environment
    from vedette.schema.command import Language

    return default_environment(Language.POWERSHELL)


_NAMES = re.compile(r"[$@]\{?((?:\w+:)?[\w?]+)")


@dataclass(slots=True)
class State:
    """What a session of PowerShell holds."""

    scope: Scope
    frames: list[dict[str, Slot]] = field(default_factory=lambda: [{}])
    functions: dict[str, tuple[n.Function, str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[Value]] = field(default_factory=dict)
    """Objects written to files by this script, beside their bytes in the scope."""
    lost: bool = False
    """Whether unknown code ran that may have set any variable."""

    def find(self, name: str) -> Slot | None:
        """Return a variable's slot, the innermost first, or None where it was never set."""
        for frame in reversed(self.frames):
            slot = frame.get(name)
            if slot is not None:
                return slot
        return None

    def set(self, name: str, value: Value, how: tuple[str, ...] = (), *, everywhere: bool = False) -> None:
        """Set a variable in the innermost scope, or in the outermost."""
        if name.startswith("env:"):
            self.set_env(name[4:], value)
            self.frames[0][name] = (value, how)
            return
        self.frames[0 if everywhere else -1][name] = (value, how)

    def set_env(self, name: str, value: Value) -> None:
        """Set an environment variable, for this process and those that it starts."""
        if isinstance(value, str):
            self.scope.environment[name.upper()] = str(value)
        else:
            self.scope.environment.pop(name.upper(), None)

    def env(self, name: str, written: str) -> Value:
        """Return an environment variable: as the command set it, else as written with its usual value."""
        slot = self.frames[0].get("env:" + name)
        if slot is not None:
            return slot[0]
        found = self.scope.environment.get(name.upper())
        if found is not None and found != _usual().get(name.upper()):
            return found
        return Partial([Piece(written, ENVIRONMENT.get(name) or found)])

    def special(self, name: str, written: str) -> Value:
        """Return a variable that PowerShell itself sets, or an unknown."""
        if name in PREFERENCES:
            value = PREFERENCES[name]
            return Partial([Piece(written, value)]) if isinstance(value, str) else value
        if name == "pshome":
            return Partial([Piece(written, PSHOME)])
        if name in ("home", "pwd", "profile", "psscriptroot", "pscommandpath"):
            return Partial([Piece(written)])
        if name in ("executioncontext", "host"):
            return Thing(name)
        if name == "ofs":
            return " "
        return Unknown(written)

    def alias(self, name: str) -> str | None:
        """Return what an alias stands for, or None."""
        low = name.lower()
        return self.aliases.get(low) or ALIASES.get(low)

    def snapshot(self) -> list[dict[str, Slot]]:
        """Return the variables as they are, to go back to."""
        return [dict(f) for f in self.frames]

    def merge(self, others: list[list[dict[str, Slot]]]) -> None:
        """Forget the variables that differ between the ways a branch may have gone."""
        for depth, frame in enumerate(self.frames):
            keys = set(frame).union(*(o[depth].keys() for o in others if depth < len(o)))
            for key in keys:
                mine = frame.get(key)
                for other in others:
                    theirs = other[depth].get(key) if depth < len(other) else None
                    if mine is None or theirs is None or not same(mine[0], theirs[0]):
                        ways = [mine, *(o[depth].get(key) if depth < len(o) else None for o in others)]
                        frame[key] = (Unknown("$" + key, options=_options(ways)), ())
                        break

    def inherited(self, text: str) -> dict[str, str] | None:
        """Return the variables and functions that a text names, as literals, for the layer that it becomes."""
        found: dict[str, str] = {}
        for m in _NAMES.finditer(text):
            name = m.group(1).lower()
            if name.startswith("env:") or name in found:
                continue
            slot = self.find(name)
            if slot is None:
                continue
            shown = literal(slot[0], 60_000)
            if shown is not None:
                found["variable:" + name] = shown
            elif isinstance(slot[0], Code):
                found["variable:" + name] = "{" + slot[0].source() + "}"
            if len(found) > 60:
                break
        if self.functions:
            low = text.lower()
            for name, (function, source) in self.functions.items():
                if name in low:
                    found["function:" + name] = source[function.start : function.end]
        for name, target in self.aliases.items():
            found["alias:" + name] = target
        return found or None


def _options(ways: list[Slot | None]) -> tuple[Value, ...]:
    """Return the texts that a variable may hold, none where one of the ways gives no computed text."""
    found: list[Value] = []
    for slot in ways:
        values = () if slot is None else slot[0].options if isinstance(slot[0], Unknown) else (slot[0],)
        if not values or not all(isinstance(v, (str, Partial)) for v in values):
            return ()
        found += [v for v in values if not any(same(v, f) for f in found)]
    return tuple(found) if len(found) <= 4 else ()


def same(a: Value, b: Value) -> bool:
    """Return whether two values are the same for all that is known."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, (str, int, float, bytearray)):
        return bool(a == b)
    if isinstance(a, Items):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Partial):
        return bool(a.parts == b.parts)
    return False
