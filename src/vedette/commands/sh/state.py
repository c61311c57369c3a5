"""What a shell remembers between commands: variables, functions, aliases, arguments; and streams of known bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from vedette.commands.base import Call, Redirect
from vedette.commands.sh.syntax import Node


@dataclass(slots=True)
class Var:
    """A variable. Scalars are replaced, never changed in place; arrays are copied before they change if shared."""

    text: str = ""
    known: bool = True
    items: dict[int | str, tuple[str, bool]] | None = None
    """Elements of an array, each with whether it is known."""
    associative: bool = False
    shared: bool = False
    attributes: str = ""
    """Letters as ``declare`` takes them: ``i``, ``l``, ``u``, ``n``, ``x``, ``r``."""
    methods: tuple[str, ...] = ()
    """How its value was hidden."""
    origin: int = -1
    """Its place in the list of assigned strings."""

    def scalar(self) -> tuple[str, bool] | None:
        """Return the value that plain ``$x`` has, and whether it is known; None where it has none."""
        if self.items is None:
            return self.text, self.known
        return self.items.get("0" if self.associative else 0)


@dataclass(slots=True)
class Defined:
    """A function that was defined."""

    body: Node
    text: str
    source: str
    """The text that ``body`` was parsed from."""
    own: bool
    """Whether that is the layer's own text."""
    called: bool = False


@dataclass(slots=True)
class State:
    """A shell's state; a subshell gets a copy."""

    variables: dict[str, Var] = field(default_factory=dict)
    functions: dict[str, Defined] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    arguments: tuple[tuple[str, bool], ...] | None = None
    """Positional parameters; None where nobody knows them."""
    name: str | None = None
    """``$0``, where it is known."""
    traps: dict[str, str] = field(default_factory=dict)

    def copy(self) -> State:
        """Return a copy whose changes are not seen here."""
        for var in self.variables.values():
            if var.items is not None:
                var.shared = True
        return State(
            self.variables.copy(),
            self.functions.copy(),
            self.aliases.copy(),
            self.arguments,
            self.name,
            self.traps.copy(),
        )

    def merge(self, other: State) -> None:
        """Take in what another branch may have left: what differs is no longer known."""
        for name, var in other.variables.items():
            mine = self.variables.get(name)
            if mine is None:
                self.variables[name] = unknown(name)
            elif mine is not var and not (
                mine.items is None and var.items is None and mine.text == var.text and mine.known and var.known
            ):
                self.variables[name] = unknown(name)
        for name in self.variables.keys() - other.variables.keys():
            self.variables[name] = unknown(name)
        for name, function in other.functions.items():
            self.functions.setdefault(name, function)
        for name, value in other.aliases.items():
            self.aliases.setdefault(name, value)


def unknown(name: str) -> Var:
    """Return a variable whose value nobody knows: it stays as it is written."""
    return Var("$" + name, False)


class Stream:
    """Known bytes that are read from the front."""

    __slots__ = ("at", "data", "exact", "feeders", "methods")

    def __init__(self, data: bytes, methods: tuple[str, ...] = (), exact: bool = True):
        self.feeders: list[Call | Redirect] = []
        """What holds the text that it is made of."""
        self.data = data
        self.at = 0
        self.methods = methods
        self.exact = exact
        """False where it holds variables as they are written."""

    def rest(self) -> bytes:
        """Return all that is left, and take it."""
        data = self.data[self.at :]
        self.at = len(self.data)
        return data

    def line(self, delimiter: bytes = b"\n") -> bytes | None:
        """Return the next line with its end, and take it; None at the end."""
        if self.at >= len(self.data):
            return None
        end = self.data.find(delimiter, self.at)
        end = len(self.data) if end < 0 else end + 1
        line = self.data[self.at : end]
        self.at = end
        return line


class Sink:
    """Collects what is written."""

    __slots__ = ("_methods", "exact", "feeders", "known", "parts", "size", "wanted")

    def __init__(self, wanted: bool = True):
        self.parts: list[bytes] = []
        self.known = True
        """False once something unknown was written."""
        self.exact = True
        """False once something was written that holds variables as they are written."""
        self.size = 0
        self.wanted = wanted
        """Whether anybody reads it."""
        self._methods: dict[str, None] = {}
        self.feeders: list[Call | Redirect] = []
        """The calls whose arguments are what was written."""

    def write(self, data: bytes, methods: tuple[str, ...] = ()) -> None:
        """Add bytes."""
        if data:
            self.parts.append(data)
            self.size += len(data)
            for method in methods:
                self._methods[method] = None

    def value(self) -> bytes:
        """Return all that was written."""
        return b"".join(self.parts)

    @property
    def methods(self) -> tuple[str, ...]:
        """Return how what was written was hidden."""
        return tuple(self._methods)

    def take(self, other: Sink) -> None:
        """Add what another collected."""
        self.write(other.value(), other.methods)
        self.feeders.extend(other.feeders)
        self.known = self.known and other.known
        self.exact = self.exact and other.exact

    def stream(self) -> Stream | None:
        """Return it as a stream; None where something unknown is in it."""
        if not self.known:
            return None
        stream = Stream(self.value(), self.methods, self.exact)
        stream.feeders = self.feeders
        return stream
