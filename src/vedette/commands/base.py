"""What the readers of languages and the engine hand each other.

A *reader* turns the text of one layer into a :class:`Reading`: the calls that it makes, with every word written out
that can be computed, the code that it hands to interpreters, and the layer itself with constants folded. Nothing is
executed, no file is read, no address is asked. The engine reads what is nested in turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from vedette.commands.budget import Budget
from vedette.schema.command import Language, TokenKind

EXTENSION = re.compile(r"\.(?:exe|com|cmd|bat|ps1|scr|cpl|pif)$", re.IGNORECASE)
"""Ends of files that Windows runs."""


def program_name(text: str) -> str:
    """Return a program's name without folder, quotes and ``.exe``, in the case in which it is written."""
    name = text.strip().strip("\"'")
    cut = max(name.rfind("/"), name.rfind("\\"))
    return EXTENSION.sub("", name[cut + 1 :])


@dataclass(slots=True)
class Word:
    """One argument, as the program would receive it."""

    text: str
    """Decoded: quotes, escapes and expansions undone. What cannot be known stays as it is written."""
    start: int
    """Where it stands in the layer's text: half-open character offsets; (0, 0) where it comes from elsewhere."""
    end: int
    known: bool = True
    """Whether the whole text is computed; False where a part depends on what only running would tell."""
    methods: tuple[str, ...] = ()
    """How it was hidden, if it was."""


@dataclass(slots=True)
class Redirect:
    """``> file``, ``2>&1``, ``< file``, ``<< END``."""

    operator: str
    """``>``, ``>>``, ``<``, ``2>``, ``&>``, ``2>&1`` …"""
    target: Word | None
    start: int
    end: int


@dataclass(slots=True)
class Call:
    """A program, builtin, cmdlet, function or method that a layer calls, with its arguments."""

    name: Word
    """The program's path or name, decoded and with aliases undone (``iwr`` is ``Invoke-WebRequest``). A method is
    written with its type where that is known: ``Net.WebClient.DownloadString``, ``os.system``."""
    args: list[Word]
    language: Language
    """Of the layer that makes the call."""
    method: bool = False
    """Whether it is a method or function of a library, and not a program, builtin or cmdlet."""
    redirects: list[Redirect] = field(default_factory=list)
    stdin: bytes | None = None
    """What it reads on standard input, where that is known."""
    piped: bool = False
    """Whether it reads what the call before it writes."""
    pipes: bool = False
    """Whether the next call reads what it writes."""
    sure: bool = True
    """False in a branch, loop or handler that may not be reached."""
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Nested:
    """Code that a layer hands to an interpreter."""

    language: Language
    text: str
    methods: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    environment: dict[str, str] | None = None
    """Variables that it inherits beyond those of its parent's scope."""
    arguments: tuple[str, ...] = ()
    """``$1``, ``%1``, ``$args[0]``, ``sys.argv[1]`` …"""
    stdin: bytes | None = None


@dataclass(slots=True)
class Part:
    """A piece of syntax for the list of tokens that is no part of a call: operators, keywords, variables, comments."""

    kind: TokenKind
    start: int
    end: int
    meaning: str


@dataclass(slots=True)
class Reading:
    """What one layer says."""

    calls: list[Call] = field(default_factory=list)
    """In the order in which they would run."""
    nested: list[Nested] = field(default_factory=list)
    """Code that the language itself runs (``iex``, ``eval``, a script block made of text), not what a called program
    runs: that comes from ``vedette.commands.programs``."""
    clear: str | None = None
    """The layer with everything written out that can be computed; None where that changes nothing."""
    methods: tuple[str, ...] = ()
    """How what ``clear`` shows was hidden, outermost first."""
    parts: list[Part] = field(default_factory=list)
    strings: list[Word] = field(default_factory=list)
    """Computed text values that stand in no call: assigned, compared, printed."""
    output: bytes | None = None
    """What it would write on standard output, where all of it is known (UTF-8)."""
    stops: list[str] = field(default_factory=list)
    """Where the reader had to stop, and why, each a plain clause: ``what it downloads is not known``."""
    broken: bool = False
    """Whether the text does not parse as this language; what could be read is given all the same."""


@dataclass(slots=True)
class Scope:
    """What a reader may know beside the text. Shared by the layers of one command, so writes are seen later."""

    budget: Budget
    environment: dict[str, str] = field(default_factory=dict)
    """Environment variables: names in upper case for Windows, as written for Unix."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Files that the command itself has written, by path as written (casefolded for Windows): so ``echo … > a.bat``
    and then ``a.bat`` is followed. Nothing of the real disk."""
    arguments: tuple[str, ...] = ()
    stdin: bytes | None = None
    depth: int = 0
    capture: Callable[[Nested], bytes | None] = lambda nested: None
    """What another interpreter would write on standard output, where it is known: ``$(python3 -c …)``."""


class Reader(Protocol):
    """Reads one language.

    Must not raise on any text but :class:`vedette.commands.budget.Exhausted`, must not recurse without bound (deep
    nesting ends in a stop), and must be linear in what the budget counts.
    """

    def __call__(self, text: str, scope: Scope) -> Reading:
        """Return what the text says."""
        ...


@dataclass(frozen=True, slots=True)
class Method:
    """A way of hiding that is undone, for the page of methods and its test."""

    id: str
    """``base64``, ``caret``, ``environment-substring`` …: what layers carry in ``methods``."""
    title: str
    language: Language
    example: str
    """A hidden command, inert: reserved domains and documentation addresses only."""
    shows: str
    """What must stand in the text of a layer when it is undone."""
    note: str = ""
