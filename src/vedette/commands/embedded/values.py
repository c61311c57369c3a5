"""What a symbolic evaluation knows of a value: the value itself, a named thing of a library, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vedette.commands.embedded.evaluator import Environment
    from vedette.commands.embedded.evaluator import Expressions as Evaluator
    from vedette.commands.embedded.tree import Function

Value = Any
"""str, bytes, int, float, bool, None, list, tuple, dict, or one of the classes here."""


class Unresolved(Exception):  # noqa: N818
    """A value that is needed is not known, or is not of the kind that is needed."""


class _Mark:
    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Mark("UNKNOWN")
"""Only running would tell."""
UNDEFINED = _Mark("UNDEFINED")
"""JavaScript's value of what was never set."""
MISSING = _Mark("MISSING")
"""Nothing is bound to a name."""


@dataclass(slots=True)
class Thing:
    """A part of a library, or what one of its calls gave: known by its dotted name only."""

    name: str
    args: tuple[Value, ...] = ()
    data: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Native:
    """A function of the language's own library that is computed here."""

    name: str
    run: Callable[[Evaluator, list[Value]], Value]


@dataclass(slots=True)
class Bound:
    """A method of a known value, not yet called."""

    holder: Value
    name: str


@dataclass(slots=True)
class Closure:
    """A function that the script defines."""

    node: Function
    env: Environment
    foreign: bool
    called: bool = False
    data: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Pattern:
    """A regular expression of the script."""

    source: str
    flags: str


class Inherited(str):
    """The name of an environment variable, standing for its value: it may be written out, and not compared."""

    __slots__ = ()


def to_bytes(text: str) -> bytes:
    """Return the bytes that a byte string stands for: one per character, or UTF-8 where one is beyond a byte."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def raw(data: bytes) -> str:
    """Return bytes as a byte string: one character per byte."""
    return data.decode("latin-1")


def is_known(value: Value, depth: int = 6) -> bool:
    """Return whether nothing in a value is unknown."""
    if value is UNKNOWN:
        return False
    if isinstance(value, (list, tuple)):
        return depth > 0 and all(is_known(v, depth - 1) for v in value[:5000])
    if isinstance(value, dict):
        return depth > 0 and all(is_known(v, depth - 1) for v in value.values())
    return True
