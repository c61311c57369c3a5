"""The tree that every front end builds: expressions and statements with their place in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Node:
    """A part of a script, at half-open character offsets."""

    start: int
    end: int


@dataclass(slots=True)
class Const(Node):
    """A literal."""

    value: Any
    method: str | None = None
    """How it is hidden, where its spelling hides it."""


@dataclass(slots=True)
class Name(Node):
    """A variable, function or module."""

    id: str


@dataclass(slots=True)
class Array(Node):
    """A list of values."""

    items: list[Node]
    fixed: bool = False
    """Whether it is a tuple."""


@dataclass(slots=True)
class Pairs(Node):
    """Keys and values."""

    items: list[tuple[Node | None, Node]]


@dataclass(slots=True)
class Spread(Node):
    """``*x`` or ``...x`` in a list or call."""

    value: Node


@dataclass(slots=True)
class Keyword(Node):
    """``name=value`` in a call; a name of "" spreads a mapping."""

    name: str
    value: Node


@dataclass(slots=True)
class Member(Node):
    """``holder.name``."""

    holder: Node
    name: str


@dataclass(slots=True)
class Index(Node):
    """``holder[key]``."""

    holder: Node
    key: Node


@dataclass(slots=True)
class Slice(Node):
    """``low:high:step`` in an index."""

    low: Node | None
    high: Node | None
    step: Node | None


@dataclass(slots=True)
class Call(Node):
    """A call; ``new`` where it makes an object."""

    func: Node
    args: list[Node]
    new: bool = False


@dataclass(slots=True)
class Unary(Node):
    """An operator before its operand."""

    op: str
    value: Node


@dataclass(slots=True)
class Binary(Node):
    """Operands joined by one operator each, read from the left."""

    items: list[Node]
    ops: list[str]


@dataclass(slots=True)
class Logic(Node):
    """``and`` and ``or``: the right side only where the left asks for it."""

    op: str
    left: Node
    right: Node


@dataclass(slots=True)
class Choice(Node):
    """``test ? then : other``."""

    test: Node
    then: Node
    other: Node


@dataclass(slots=True)
class Assign(Node):
    """``target op value``; the operator is "" for a plain one."""

    target: Node
    op: str
    value: Node
    local: bool = False
    """Whether it declares the name."""


@dataclass(slots=True)
class Update(Node):
    """``++x`` and ``x--``."""

    target: Node
    op: str
    before: bool


@dataclass(slots=True)
class Template(Node):
    """Text with values in it."""

    parts: list[Node]


@dataclass(slots=True)
class Shell(Node):
    """A command line in backquotes: what it writes is the value."""

    value: Node


@dataclass(slots=True)
class Function(Node):
    """A function, named or not."""

    name: str | None
    params: list[str]
    body: Node
    defaults: dict[str, Node] = field(default_factory=dict)
    rest: str | None = None
    expression: bool = False
    """Whether the body is an expression, and its value the result."""


@dataclass(slots=True)
class Comprehension(Node):
    """``[element for target in source if test …]``; for pairs the element is an Array of two."""

    kind: str
    element: Node
    loops: list[tuple[Node, Node, list[Node]]]


@dataclass(slots=True)
class Sequence(Node):
    """Expressions in a row; the last is the value."""

    items: list[Node]


@dataclass(slots=True)
class Special(Node):
    """Syntax that one language gives a meaning of its own: its dialect evaluates it."""

    kind: str
    parts: list[Any]


@dataclass(slots=True)
class Block(Node):
    """Statements in a row."""

    body: list[Node]


@dataclass(slots=True)
class If(Node):
    """A branch."""

    test: Node
    then: Node
    other: Node | None


@dataclass(slots=True)
class Loop(Node):
    """A loop with a test; ``late`` where the body comes first, ``until`` where the test ends it."""

    test: Node | None
    body: Node
    init: Node | None = None
    step: Node | None = None
    late: bool = False
    until: bool = False


@dataclass(slots=True)
class Each(Node):
    """A loop over values (or over keys)."""

    target: Node | None
    source: Node
    body: Node
    keys: bool = False
    key_target: Node | None = None


@dataclass(slots=True)
class Return(Node):
    """The end of a function."""

    value: Node | None


@dataclass(slots=True)
class Jump(Node):
    """``break`` or ``continue``."""

    kind: str


@dataclass(slots=True)
class Throw(Node):
    """An error raised."""

    value: Node | None


@dataclass(slots=True)
class Try(Node):
    """A body, what handles its errors, and what runs in any case."""

    body: Node
    handlers: list[tuple[str | None, Node]]
    final: Node | None = None
    orelse: Node | None = None


@dataclass(slots=True)
class Switch(Node):
    """Cases by value; a test of None is the default."""

    value: Node
    cases: list[tuple[list[Node] | None, Node]]
    falls: bool = True


@dataclass(slots=True)
class Scoped(Node):
    """``with`` and ``using``: a value with a name for a body."""

    value: Node
    target: Node | None
    body: Node


@dataclass(slots=True)
class Import(Node):
    """Modules bound to names: (name, dotted module)."""

    names: list[tuple[str, str]]


@dataclass(slots=True)
class Define(Node):
    """A function or class bound to a name."""

    name: str
    value: Node


@dataclass(slots=True)
class ClassDef(Node):
    """A class: its body is read once, its methods as functions that may be called."""

    name: str
    body: Node
