"""The syntax tree of PowerShell: what the parser makes and the evaluator walks. Every node knows its place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Node:
    """A piece of syntax; half-open offsets into the text."""

    start: int
    end: int


@dataclass(slots=True, eq=False)
class Str(Node):
    """A constant string: quoted, bare, or a here-string, already unescaped."""

    value: str
    bare: bool = False
    ticked: bool = False
    """Whether back ticks or quotes inside the token break it up."""


@dataclass(slots=True, eq=False)
class Num(Node):
    """A number."""

    value: int | float


@dataclass(slots=True, eq=False)
class Var(Node):
    """A variable; the name in lower case, without ``global:`` and the like."""

    name: str
    splat: bool = False


@dataclass(slots=True, eq=False)
class Expand(Node):
    """A string with expressions in it."""

    parts: list[str | Node]
    bare: bool = False


@dataclass(slots=True, eq=False)
class ArrayLit(Node):
    """``a, b, c``."""

    items: list[Node]


@dataclass(slots=True, eq=False)
class Unary(Node):
    """``-not x``, ``-join x``, ``,x``."""

    op: str
    operand: Node


@dataclass(slots=True, eq=False)
class Step(Node):
    """``$i++`` and ``--$i``."""

    target: Node
    by: int
    prefix: bool


@dataclass(slots=True, eq=False)
class Binary(Node):
    """``a op b``; ``op`` in lower case without its dash."""

    op: str
    left: Node
    right: Node
    at: int
    """Where the operator stands."""


@dataclass(slots=True, eq=False)
class Type(Node):
    """``[name]``; the name as written, without brackets."""

    name: str


@dataclass(slots=True, eq=False)
class Cast(Node):
    """``[type]operand``."""

    type: str
    operand: Node


@dataclass(slots=True, eq=False)
class Member(Node):
    """``target.name`` or ``target::name``."""

    target: Node
    name: Node
    static: bool


@dataclass(slots=True, eq=False)
class Invoke(Node):
    """``target.name(args)`` or ``target::name(args)``."""

    target: Node
    name: Node
    static: bool
    args: list[Node]


@dataclass(slots=True, eq=False)
class Index(Node):
    """``target[index]``."""

    target: Node
    index: Node


@dataclass(slots=True, eq=False)
class Paren(Node):
    """``( pipeline )``."""

    body: Node


@dataclass(slots=True, eq=False)
class Sub(Node):
    """``$( statements )``."""

    body: list[Node]


@dataclass(slots=True, eq=False)
class ArrayOf(Node):
    """``@( statements )``."""

    body: list[Node]


@dataclass(slots=True, eq=False)
class HashLit(Node):
    """``@{ key = value }``."""

    pairs: list[tuple[Node, Node]]


@dataclass(slots=True, eq=False)
class Parameter:
    """One declared parameter."""

    name: str
    default: Node | None
    type: str | None = None
    switch: bool = False


@dataclass(slots=True, eq=False)
class Block(Node):
    """``{ … }``: parameters and statements; ``process`` holds those that run once for every object piped in."""

    params: list[Parameter]
    body: list[Node]
    begin: list[Node] = field(default_factory=list)
    process: list[Node] | None = None


@dataclass(slots=True, eq=False)
class Param(Node):
    """``-Name`` or ``-Name:value`` in a command; the text with its dash, unescaped."""

    name: str
    value: Node | None = None


@dataclass(slots=True, eq=False)
class Redirection(Node):
    """``> file``."""

    operator: str
    target: Node | None


@dataclass(slots=True, eq=False)
class Command(Node):
    """A command with its arguments."""

    operator: str
    """``&``, ``.`` or nothing."""
    name: Node
    args: list[Node]
    redirects: list[Redirection]


@dataclass(slots=True, eq=False)
class Pipeline(Node):
    """Commands and a first expression, each writing into the next."""

    items: list[Node]
    redirects: list[Redirection] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Chain(Node):
    """``a && b`` and ``a || b``."""

    op: str
    left: Node
    right: Node


@dataclass(slots=True, eq=False)
class Assign(Node):
    """``target = value`` and ``+=``."""

    op: str
    target: Node
    value: Node


@dataclass(slots=True, eq=False)
class If(Node):
    """Conditions with their statements, and those of ``else``."""

    clauses: list[tuple[Node, list[Node]]]
    other: list[Node] | None


@dataclass(slots=True, eq=False)
class Loop(Node):
    """``for``, ``while``, ``do … while``, ``do … until``."""

    init: Node | None
    test: Node | None
    step: Node | None
    body: list[Node]
    test_last: bool = False
    until: bool = False


@dataclass(slots=True, eq=False)
class Foreach(Node):
    """``foreach ($x in …) { … }``."""

    variable: Var
    source: Node
    body: list[Node]


@dataclass(slots=True, eq=False)
class Switch(Node):
    """``switch (…) { value { … } default { … } }``."""

    flags: str
    subject: Node
    clauses: list[tuple[Node | None, list[Node]]]


@dataclass(slots=True, eq=False)
class Try(Node):
    """``try { … } catch { … } finally { … }``; a ``trap`` is one without a body."""

    body: list[Node]
    handlers: list[list[Node]]
    last: list[Node]


@dataclass(slots=True, eq=False)
class Function(Node):
    """``function name { … }``."""

    name: str
    block: Block
    filter: bool = False


@dataclass(slots=True, eq=False)
class Leave(Node):
    """``return``, ``throw``, ``exit``, ``break``, ``continue``."""

    word: str
    value: Node | None
