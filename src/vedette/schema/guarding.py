"""What is found in texts on their way to and from a model, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from vedette.schema.message import Role


class Direction(StrEnum):
    """Where a text comes from, as seen from the model."""

    PROMPT = "prompt"
    """What the user or the application says to the model."""
    CONTEXT = "context"
    """What somebody else wrote and the model reads along: a tool's output, a document, a mail."""
    REPLY = "reply"
    """What the model says, the arguments of its tool calls included."""


class Form(StrEnum):
    """How a text is to be read."""

    AUTO = "auto"
    PLAIN = "plain"
    JSON = "json"
    """One JSON value, or one a line."""
    XML = "xml"
    CSV = "csv"
    PAIRS = "pairs"
    """``key=value`` lines."""


class Action(StrEnum):
    """What a policy does about a finding, gentlest first."""

    ALLOW = "allow"
    PSEUDONYMISE = "pseudonymise"
    """Put a pseudonym in its place, which the reply's restoring turns back."""
    MASK = "mask"
    """Put the entity's name in its place, for good."""
    ASK = "ask"
    """Hold it back until somebody with the right to says yes."""
    BLOCK = "block"

    @property
    def gravity(self) -> int:
        """Return its place in the order, from 0."""
        return list(Action).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFinding:
    """A range of a text that a scanner says something of. It holds no value: the text does."""

    entity: str
    """Name of an entity of :mod:`vedette.guard.entities`: ``EMAIL_ADDRESS``, ``API_KEY``, ``PROMPT_INJECTION``."""
    start: int
    end: int
    """Half-open character offsets into the text as it was given."""
    score: float
    """Calibrated where the scanner is a model, else how sure its rule is; in [0, 1], higher is surer."""
    scanner: str
    rule: str = ""
    """What within the scanner: ``github-pat``, ``checksum``, ``ignore-previous``."""
    within: tuple[str, ...] = ()
    """Encodings that it stood in, outermost first: ``("base64",)``; the range is then that of the encoded text."""
    note: str = ""
    """Why, in words for a person; never the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A part of a text that a scanner could not judge. It is not thereby safe."""

    scanner: str
    reason: str
    start: int = 0
    end: int | None = None
    """None: to the text's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What one scanner, or all of them together, say of one text."""

    findings: tuple[GuardFinding, ...] = ()
    """In order of ``start``, then of ``end``."""
    unjudged: tuple[Unjudged, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One text that is scanned, and where it stands."""

    text: str
    direction: Direction | None = None
    """None where nobody said: it is then judged as a prompt that may quote anything."""
    role: Role | None = None
    form: Form = Form.AUTO
    place: str = ""
    """JSON pointer into the request: ``/messages/2/content``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known of the conversation that a passage stands in; scanners of replies need it."""

    instructions: tuple[str, ...] = ()
    """The system prompts."""
    canaries: tuple[str, ...] = ()
    """Words planted in them that no reply may hold."""
    pseudonyms: frozenset[str] = frozenset()
    """Those given out in this session; a pseudonym's shape that is none of them was invented."""
    hosts: frozenset[str] = frozenset()
    """Hosts that links and pictures of a reply may name."""
    seen: tuple[str, ...] = field(default=(), repr=False)
    """The conversation's texts so far: a link that the user gave may be given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A finding, and what the policy says of it."""

    finding: GuardFinding
    action: Action
    rule: str
    """The policy's rule that decided: its name, or ``default``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardVerdict:
    """What becomes of one text."""

    action: Action
    """The gravest of what was decided; ``block`` where a scanner failed."""
    decided: tuple[Decided, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    reason: str = ""
    """For a person, where something was blocked or held back; never a value."""
    dry_run: bool = False
    """Whether the policy only watches: the action is what it would have done."""
