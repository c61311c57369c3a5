"""A command line explained: its layers, tokens, steps, and what it touches; all of it decoded, none of it guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vedette.schema.entity import ObservableKind


class Language(StrEnum):
    """What a layer is written in."""

    POWERSHELL = "powershell"
    CMD = "cmd"
    """cmd.exe, at the prompt or in a batch file."""
    SH = "sh"
    """POSIX sh, bash, zsh, ksh, dash."""
    PROGRAM = "program"
    """A program's command line as a process event holds it: quoted the Windows way, read by no shell."""
    JSCRIPT = "jscript"
    VBSCRIPT = "vbscript"
    PYTHON = "python"
    PERL = "perl"
    RUBY = "ruby"
    PHP = "php"
    JAVASCRIPT = "javascript"
    SQL = "sql"
    AWK = "awk"
    TEXT = "text"
    """Decoded text that no interpreter is seen to run."""
    BINARY = "binary"
    """Decoded bytes that are no text; shown by their digest and first bytes."""


class TokenKind(StrEnum):
    """What part a token plays in its layer."""

    PROGRAM = "program"
    FLAG = "flag"
    VALUE = "value"
    """What a flag takes."""
    OPERAND = "operand"
    OPERATOR = "operator"
    KEYWORD = "keyword"
    VARIABLE = "variable"
    STRING = "string"
    REDIRECT = "redirect"
    METHOD = "method"
    COMMENT = "comment"
    CODE = "code"
    """Code for another interpreter; its own layer explains it."""


class TouchKind(StrEnum):
    """Kinds of thing that a command touches."""

    FILE = "file"
    REGISTRY = "registry"
    NETWORK = "network"
    ACCOUNT = "account"
    PROCESS = "process"
    SERVICE = "service"
    PERSISTENCE = "persistence"
    """What will run again later: a task, a run key, a service, a profile, a unit."""
    PROTECTION = "protection"
    """What defends or records: antivirus, firewall, logs, shadow copies."""
    CLOUD = "cloud"


class TouchAction(StrEnum):
    """What is done to it."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    RUN = "run"
    CONNECT = "connect"
    CREATE = "create"
    CHANGE = "change"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One form of the command: as given, or what a form before it turned out to hold."""

    number: int
    """0 is the command as given."""
    parent: int | None
    language: Language
    text: str
    """The code of this layer, decoded. Line ends are kept; nothing is added."""
    methods: tuple[str, ...]
    """How it was hidden in its parent, outermost first (see the page of methods); empty for a plain nested command."""
    start: int | None = None
    """Where in the parent's text the code that holds it begins, in characters; None where it is built from parts."""
    end: int | None = None
    simplified: bool = False
    """Whether it is its parent with what can be computed written out, and not code that the parent runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandToken:
    """A part of a layer, what it means, and where that is known from."""

    layer: int
    start: int
    end: int
    text: str
    kind: TokenKind
    meaning: str | None
    """None where no table knows it: it is shown as unknown, not guessed."""
    source: str | None
    """``grammar`` for the language's own syntax, else the reference that the tables name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStep:
    """One thing that the command does, in order."""

    text: str
    """A sentence in the third person."""
    layer: int
    start: int
    end: int
    sure: bool = True
    """Whether it runs in any case; False inside a branch, a loop or a handler that may not be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A thing outside the command that it touches."""

    kind: TouchKind
    action: TouchAction
    value: str
    """The path, key, address, account or name, decoded."""
    layer: int
    meaning: str | None = None
    """What is special about the place, if anything is: ``run at every logon``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandObservable:
    """A value seen in a decoded layer, not judged."""

    kind: ObservableKind
    value: str
    layer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTechnique:
    """An ATT&CK technique that the command shows."""

    id: str
    name: str | None
    tactics: tuple[str, ...]
    confidence: float
    """Probability in [0, 1] that it is the technique meant, calibrated."""
    layer: int
    start: int
    end: int
    text: str
    """The token that shows it."""
    reason: str
    former_id: str | None = None
    """Its number before ATT&CK renumbered it, where it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTool:
    """A tool that the command uses and the tables know."""

    name: str
    what: str
    source: str
    living_off_the_land: bool
    """Whether it comes with the system (or a common product) and is known to be misused."""
    misuse: str | None = None
    """What in this command is the known misuse; None where only the tool is known for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReason:
    """Why the risk is what it is."""

    text: str
    weight: float
    """In [0, 1]: how much it alone would say."""
    layer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where decoding had to stop, and why."""

    layer: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A command line read aloud: every statement rests on a decoded layer."""

    command: str
    language: Language
    sentence: str
    """The whole in one plain sentence."""
    steps: tuple[CommandStep, ...]
    layers: tuple[Layer, ...]
    tokens: tuple[CommandToken, ...]
    touches: tuple[Touch, ...]
    observables: tuple[CommandObservable, ...]
    tools: tuple[KnownTool, ...]
    techniques: tuple[CommandTechnique, ...]
    """Most likely first."""
    risk: float
    """In [0, 1], higher is worse."""
    risky: bool
    """Whether the risk is over the threshold fixed on development data."""
    reasons: tuple[RiskReason, ...]
    """Heaviest first."""
    look_alikes: tuple[str, ...]
    """Benign uses that look like this one."""
    stops: tuple[Stop, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """Return every method of hiding that was undone, in order, each once."""
        return tuple(dict.fromkeys(m for layer in self.layers for m in layer.methods))

    @property
    def final(self) -> Layer:
        """Return the deepest layer: the last that nothing more came out of."""
        return self.layers[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCommand:
    """A command line of the logs with its explanation: the same text is told once, whoever ran it and how often."""

    explanation: Explanation
    count: int
    """Events that hold it."""
    first_at: datetime
    last_at: datetime
    hosts: tuple[str, ...]
    accounts: tuple[str, ...]
    event_ids: tuple[str, ...]
    """Events that hold it, the earliest first; of very many the first only."""
