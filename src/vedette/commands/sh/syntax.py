"""What a parsed shell script is made of. Spans are half-open offsets into the text that was parsed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Lit:
    """Text that stands as it is."""

    text: str
    quoted: bool
    how: str = ""
    """``'``, ``"``, ``\\`` or ``$'``: what quoted it."""


@dataclass(slots=True)
class Param:
    """``$x``, ``${x…}``."""

    name: str
    start: int
    end: int
    quoted: bool
    index: WordNode | None = None
    op: str = ""
    """``-``, ``:-``, ``#``, ``//``, ``^^``, ``:`` (substring), ``@Q`` …; empty for the plain value."""
    arg: WordNode | None = None
    arg2: WordNode | None = None
    length: bool = False
    indirect: bool = False
    braced: bool = False


@dataclass(slots=True)
class Sub:
    """Command substitution."""

    body: Listing
    start: int
    end: int
    quoted: bool
    source: str | None = None
    """The text that ``body`` was parsed from, where it is not the script's own."""


@dataclass(slots=True)
class Arith:
    """``$((…))``."""

    expression: WordNode
    start: int
    end: int
    quoted: bool


@dataclass(slots=True)
class Proc:
    """``<(…)`` and ``>(…)``."""

    direction: str
    body: Listing
    start: int
    end: int
    quoted: bool = False


Piece = Lit | Param | Sub | Arith | Proc


@dataclass(slots=True)
class WordNode:
    """A word before it is expanded."""

    start: int
    end: int
    lit: str | None
    """Its text where nothing in it expands."""
    parts: list[Piece]
    glob: bool = False
    """Whether it has unquoted ``*``, ``?`` or ``[``."""
    quoted: bool = False
    how: str = ""
    """The method of hiding seen in the way it is quoted."""
    alternatives: list[WordNode] | None = None
    """What brace expansion makes of it."""
    tilde: bool = False
    source: str | None = None
    """The text that ``parts`` index, where it is not the script's own."""


@dataclass(slots=True)
class Assign:
    """``x=…``, ``x+=…``, ``x[i]=…``, ``x=(…)``."""

    name: str
    value: WordNode | None
    start: int
    end: int
    append: bool = False
    index: WordNode | None = None
    items: list[tuple[WordNode | None, WordNode]] | None = None
    """Elements of an array, each with its subscript if one is written."""


@dataclass(slots=True)
class Redir:
    """A redirection."""

    operator: str
    target: WordNode | None
    start: int
    end: int
    body: WordNode | None = None
    """What a here-document holds."""


@dataclass(slots=True)
class Simple:
    """Assignments, a command's words, redirections."""

    start: int
    end: int
    assigns: list[Assign] = field(default_factory=list)
    words: list[WordNode] = field(default_factory=list)
    arrays: dict[int, Assign] = field(default_factory=dict)
    """Array assignments among the words of ``declare``, by the word's place."""
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class Pipeline:
    """Commands joined by pipes."""

    commands: list[Node]
    start: int
    end: int
    negated: bool = False
    timed: bool = False


@dataclass(slots=True)
class AndOr:
    """Pipelines joined by ``&&`` and ``||``."""

    first: Node
    rest: list[tuple[str, Node]]
    start: int
    end: int


@dataclass(slots=True)
class Listing:
    """Commands one after the other; True where one runs in the background."""

    items: list[tuple[Node, bool]]
    start: int
    end: int


@dataclass(slots=True)
class Group:
    """``{ … }`` or ``( … )``."""

    body: Listing
    subshell: bool
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class If:
    """``if``, with every ``elif``."""

    clauses: list[tuple[Listing, Listing]]
    otherwise: Listing | None
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class While:
    """``while`` and ``until``."""

    condition: Listing
    body: Listing
    until: bool
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class For:
    """``for`` and ``select`` over words; ``words`` is None where it runs over the arguments."""

    name: str
    words: list[WordNode] | None
    body: Listing
    start: int
    end: int
    select: bool = False
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class ForArith:
    """``for ((a; b; c))``."""

    first: WordNode
    condition: WordNode
    step: WordNode
    body: Listing
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class Case:
    """``case``: patterns, body and what ends it."""

    subject: WordNode
    items: list[tuple[list[WordNode], Listing, str]]
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class Function:
    """A function's definition."""

    name: str
    body: Node
    start: int
    end: int
    text: str
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class Test:
    """``[[ … ]]``: words and operators in order."""

    items: list[WordNode | str]
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class ArithCommand:
    """``(( … ))``."""

    expression: WordNode
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


@dataclass(slots=True)
class Coproc:
    """``coproc [NAME] command``."""

    body: Node
    start: int
    end: int
    redirects: list[Redir] = field(default_factory=list)


Compound = Group | If | While | For | ForArith | Case | Function | Test | ArithCommand | Coproc
Node = Simple | Pipeline | AndOr | Listing | Compound
