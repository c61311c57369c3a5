"""What is read out of a report: values, names, techniques, relations, events, vulnerabilities; each with its place.

Offsets are half open, in characters of :attr:`vedette.schema.Document.text`. Confidences are calibrated chances.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vedette.schema.document import Document
from vedette.schema.entity import ObservableKind


class Standing(StrEnum):
    """What a value seen in a report is taken for."""

    OBSERVABLE = "observable"
    """Seen; nothing says more."""
    INDICATOR = "indicator"
    """The report says it belongs to the attack: defanged, in a list of indicators, said to be contacted or dropped."""
    REFERENCE = "reference"
    """A source, vendor, research blog or standard service that the report points to."""
    VICTIM = "victim"
    """Of those attacked."""
    EXAMPLE = "example"
    """Reserved, private or a placeholder: it says nothing about anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenObservable:
    """A value seen in a text."""

    kind: ObservableKind
    value: str
    """As the field writes it: refanged, hosts in small letters; what two spellings share."""
    text: str
    """As the source wrote it: ``text[start:end]``."""
    start: int
    end: int
    sort: str = ""
    """``md5``, ``sha1``, ``sha256``, ``sha512``, ``ssdeep``, ``imphash``, ``ja3``; ``v4``, ``v6``; ``bitcoin``,
    ``ethereum``; ``path``, ``name``."""
    defanged: bool = False
    standing: Standing = Standing.OBSERVABLE
    reason: str = ""
    """Why it stands so, in a few words."""
    confidence: float = 1.0
    """That the standing is right."""


class MentionKind(StrEnum):
    """What a name in a report names."""

    GROUP = "group"
    MALWARE = "malware"
    TOOL = "tool"
    CAMPAIGN = "campaign"
    VULNERABILITY = "vulnerability"
    PRODUCT = "product"
    ORGANIZATION = "organization"
    SECTOR = "sector"
    PLACE = "place"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityMention:
    """A name in a text, and what it is linked to."""

    kind: MentionKind
    text: str
    start: int
    end: int
    confidence: float
    ref: str | None = None
    """``G0016``, ``S0154``, ``CVE-2021-44228``, an id of the user's own list, an ISO date; None where nothing known
    bears the name."""
    name: str = ""
    """What the linked thing is called; else the text itself, white space and possessives taken off."""
    link_confidence: float | None = None
    how: str = ""
    """``name``, ``alias``, ``own list``, ``model``, ``pattern``."""
    others: tuple[str, ...] = ()
    """Further refs that the name could mean, where context does not decide."""
    denied: bool = False
    """Whether the sentence only denies, doubts or compares it: ``we do not attribute this to …``, ``unlike …``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueMention:
    """A technique that a sentence describes."""

    technique: str
    """``T1059.001``."""
    name: str
    start: int
    end: int
    """The sentence."""
    confidence: float
    explicit: bool
    """Whether its id or name stands in the sentence; else a model says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTechnique:
    """A technique that a report as a whole describes."""

    technique: str
    name: str
    confidence: float
    sentences: tuple[tuple[int, int], ...]
    """Where, best first; never empty."""


class RelationKind(StrEnum):
    """How two things of a report are related (STIX relationship names)."""

    USES = "uses"
    TARGETS = "targets"
    EXPLOITS = "exploits"
    COMMUNICATES_WITH = "communicates-with"
    DROPS = "drops"
    ATTRIBUTED_TO = "attributed-to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Two things of a report, how they are related, and the sentence that says so."""

    kind: RelationKind
    source: str
    """Key of what does it: ``group:G0016``, ``malware:emotet``, ``technique:T1059``, ``domain:a.example``: see
    :func:`key_of`."""
    target: str
    start: int
    end: int
    """The sentence."""
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvent:
    """Something that a report says happened at a time."""

    at: str
    """ISO 8601, as exact as it is said: ``2021``, ``2021-03``, ``2021-03-04``, ``2021-03-04T10:00:00Z``."""
    until: str = ""
    """Its end where a stretch is told."""
    text: str
    """The sentence, as written."""
    start: int
    end: int
    keys: tuple[str, ...] = ()
    """What it is about: keys of mentions, observables and techniques in the sentence."""


class ExploitStatus(StrEnum):
    """How far the exploiting of a vulnerability is, as a text says it."""

    EXPLOITED = "exploited"
    POC = "poc"
    NOT_KNOWN = "not_known"
    """The text says that no exploiting is known."""
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedProduct:
    """A product that a text says is vulnerable."""

    product: str
    vendor: str = ""
    versions: tuple[str, ...] = ()
    """As written: ``before 2.17.0``, ``2.0-beta9 to 2.14.1``."""
    fixed_in: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoned:
    """A value that a model proposes, with what spoke for it."""

    value: str
    """``CWE-79``, a CVSS vector."""
    confidence: float
    reasons: tuple[str, ...] = ()
    abstained: bool = False
    said: bool = False
    """Whether the text says it itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VulnerabilityMention:
    """What a text says of one vulnerability."""

    cve: str
    """Its id; empty where it has none."""
    start: int
    end: int
    """The sentences about it: from the first to the last."""
    affected: tuple[AffectedProduct, ...] = ()
    weakness: Reasoned | None = None
    cvss: Reasoned | None = None
    score: float | None = None
    exploit: ExploitStatus = ExploitStatus.UNSAID
    exploit_text: str = ""
    """The words that say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything read out of one document."""

    document: Document
    observables: tuple[SeenObservable, ...] = ()
    """By place; the same value is there as often as it stands."""
    entities: tuple[EntityMention, ...] = ()
    sentences: tuple[tuple[int, int], ...] = ()
    """Those that were judged for techniques."""
    techniques: tuple[TechniqueMention, ...] = ()
    report_techniques: tuple[ReportTechnique, ...] = ()
    n_abstained: int = 0
    """Sentences of which the model would rather not say anything."""
    relations: tuple[Relation, ...] = ()
    events: tuple[ReportEvent, ...] = ()
    """By time."""
    vulnerabilities: tuple[VulnerabilityMention, ...] = ()
    suspicious: tuple[tuple[int, int, str], ...] = ()
    """Ranges that speak to a model instead of to a reader (start, end, what), quoted as data and obeyed by nobody."""
    unjudged: tuple[str, ...] = ()
    """What could not be judged: ``techniques: the text is not English``."""


def key_of(thing: SeenObservable | EntityMention | TechniqueMention) -> str:
    """Return what tells a thing from others across documents: ``kind:ref``, else ``kind:value`` in small letters."""
    if isinstance(thing, TechniqueMention):
        return f"technique:{thing.technique}"
    if isinstance(thing, SeenObservable):
        return f"{thing.kind.value}:{thing.value}"
    return f"{thing.kind.value}:{thing.ref or thing.name.casefold()}"
