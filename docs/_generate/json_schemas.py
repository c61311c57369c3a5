"""JSON Schemas of what programs read: the nouns, and the lines in and out of ``--jsonl``."""

from __future__ import annotations

import json
from typing import Any, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from vedette.cli.answering import AnswerOut, AskLine, AskLineError
from vedette.cli.exposing import ExposureAnswer, ExposureLine
from vedette.schema import Case, Event, Finding, RankedLabel
from vedette.schema.command import (
    CommandObservable,
    CommandStep,
    CommandToken,
    KnownTool,
    Layer,
    RiskReason,
    Stop,
    Touch,
)
from vedette.schema.document import Unread
from vedette.schema.guarding import Action, Direction, Form
from vedette.schema.intel import (
    AffectedProduct,
    EntityMention,
    ExploitStatus,
    Reasoned,
    RelationKind,
    ReportEvent,
    SeenObservable,
)
from vedette.store.sessions import SessionExport

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class JsonlIn(TypedDict):
    """One line of standard input of ``--jsonl``: ``id`` and either ``path`` or ``text``."""

    id: NotRequired[str | int | float | None]
    path: NotRequired[str]
    text: NotRequired[str]


class IngestCounts(TypedDict):
    """What came of reading one line's log."""

    new: int
    known: int
    quarantined: int
    quarantined_before: int
    skipped: int
    reasons: dict[str, int]


class JsonlOut(TypedDict):
    """What every line of the answer has; ``error`` stands on a line that failed."""

    id: str | int | float | None
    ingest: NotRequired[IngestCounts]
    error: NotRequired[str]


class DetectLine(JsonlOut):
    """One line of the output of ``vedette detect --jsonl``."""

    findings: NotRequired[list[Finding]]


class InvestigateLine(JsonlOut):
    """One line of the output of ``vedette investigate --jsonl``."""

    cases: NotRequired[list[Case]]


class PredictIn(TypedDict):
    """One line of standard input of ``vedette forge predict --jsonl``: ``id`` and ``text``, ``path`` or ``fields``."""

    id: NotRequired[str | int | float | None]
    text: NotRequired[str]
    path: NotRequired[str]
    fields: NotRequired[dict[str, Any]]


class PredictLine(TypedDict):
    """One line of the output of ``vedette forge predict --jsonl``; ``error`` stands on a line that failed."""

    id: str | int | float | None
    model: NotRequired[str]
    version: NotRequired[str]
    labels: NotRequired[list[RankedLabel]]
    abstained: NotRequired[bool]
    values: NotRequired[dict[str, float | str]]
    reasons: NotRequired[list[str]]
    error: NotRequired[str]


class TokenSpan(TypedDict):
    """A token of a layer: half-open character offsets."""

    layer: int
    start: int
    end: int
    text: str


class TechniqueOut(TypedDict):
    """An ATT&CK technique that a command shows, with the token that shows it."""

    id: str
    name: str | None
    tactics: list[str]
    confidence: float
    span: TokenSpan
    reason: str
    former_id: str | None


class ExplanationOut(TypedDict):
    """What ``vedette explain --json`` prints of one command."""

    command: str
    language: str
    sentence: str
    steps: list[CommandStep]
    layers: list[Layer]
    tokens: list[CommandToken]
    touches: list[Touch]
    observables: list[CommandObservable]
    tools: list[KnownTool]
    techniques: list[TechniqueOut]
    risk: float
    risky: bool
    reasons: list[RiskReason]
    look_alikes: list[str]
    stops: list[Stop]
    methods: list[str]
    final: int
    source: NotRequired[str]


class ExplainIn(TypedDict):
    """One line of standard input of ``vedette explain --jsonl``: ``id`` and ``text`` or ``path``, and the shell."""

    id: NotRequired[str | int | float | None]
    text: NotRequired[str]
    path: NotRequired[str]
    shell: NotRequired[str]


class ExplainLine(ExplanationOut):
    """One line of the output of ``vedette explain --jsonl``."""

    id: str | int | float | None


class ExplainError(TypedDict):
    """A line that failed."""

    id: str | int | float | None
    error: str


class GuardFindingOut(TypedDict):
    """One finding: half-open character offsets into the text, and what the policy does about it."""

    entity: str
    start: int
    end: int
    score: float
    scanner: str
    rule: str
    within: list[str]
    note: str
    action: Action
    policy_rule: str
    value: NotRequired[str]


class UnjudgedOut(TypedDict):
    """A part that a scanner could not judge; it is not thereby safe."""

    scanner: str
    reason: str
    start: int
    end: int | None


class GuardScanOut(TypedDict):
    """What ``vedette guard scan --json`` prints of one text."""

    source: NotRequired[str]
    verdict: Action
    dry_run: bool
    reason: str
    findings: list[GuardFindingOut]
    unjudged: list[UnjudgedOut]


class GuardIn(TypedDict):
    """One line of standard input of ``vedette guard scan --jsonl``: ``id`` and ``text`` or ``path``."""

    id: NotRequired[str | int | float | None]
    text: NotRequired[str]
    path: NotRequired[str]
    direction: NotRequired[Direction]
    form: NotRequired[Form]


class GuardLine(GuardScanOut):
    """One line of the output of ``vedette guard scan --jsonl``; ``error`` stands where a scanner failed."""

    id: str | int | float | None
    error: NotRequired[str]


class GuardError(TypedDict):
    """A line that could not be judged."""

    id: str | int | float | None
    error: str


class WordsOut(TypedDict):
    """A half-open range of a document's text, and the words in it."""

    start: int
    end: int
    text: str


class DocumentOut(TypedDict):
    """What was read: never its whole text."""

    document_id: str
    title: str
    source: str
    media_type: str
    language: str | None
    published_at: str | None
    authors: list[str]
    fields: dict[str, str]
    characters: int
    unread: list[Unread]


class ReportTechniqueOut(TypedDict):
    """A technique of the report, with its sentences, best first."""

    id: str
    name: str
    confidence: float
    span: WordsOut
    spans: list[WordsOut]


class SentenceTechniqueOut(TypedDict):
    """A technique of one sentence."""

    id: str
    name: str
    confidence: float
    explicit: bool


class SentenceOut(WordsOut):
    """A sentence that describes a technique."""

    techniques: list[SentenceTechniqueOut]


class RelationOut(TypedDict):
    """A relation and the words of its sentence."""

    kind: RelationKind
    source: str
    target: str
    start: int
    end: int
    confidence: float
    text: str


class VulnerabilityOut(TypedDict):
    """What the report says of a vulnerability, and its words."""

    cve: str
    start: int
    end: int
    affected: list[AffectedProduct]
    weakness: Reasoned | None
    cvss: Reasoned | None
    score: float | None
    exploit: ExploitStatus
    exploit_text: str
    text: str


class SuspiciousOut(WordsOut):
    """A range that speaks to a model instead of to a reader."""

    what: str


class ExtractOut(TypedDict):
    """What ``vedette extract`` gives of one document."""

    document: DocumentOut
    observables: list[SeenObservable]
    entities: list[EntityMention]
    techniques: list[ReportTechniqueOut]
    sentences: list[SentenceOut]
    n_sentences: int
    n_abstained: int
    relations: list[RelationOut]
    events: list[ReportEvent]
    vulnerabilities: list[VulnerabilityOut]
    suspicious: list[SuspiciousOut]
    unjudged: list[str]


class ExtractReports(TypedDict):
    """What ``vedette extract --json`` prints of several documents."""

    reports: list[ExtractOut]


class ExtractLine(ExtractOut):
    """One line of the output of ``vedette extract --jsonl``."""

    id: str | int | float | None


class ExtractMany(TypedDict):
    """The same, where a path holds several documents."""

    id: str | int | float | None
    reports: list[ExtractOut]


class ExtractError(TypedDict):
    """A line that failed."""

    id: str | int | float | None
    error: str


LINES: dict[str, Any] = {
    "extract.schema.json": ExtractOut | ExtractReports,
    "extract-jsonl.schema.json": ExtractLine | ExtractMany | ExtractError,
    "guard-scan.schema.json": GuardScanOut,
    "guard-scan-jsonl-input.schema.json": GuardIn,
    "guard-scan-jsonl.schema.json": GuardLine | GuardError,
    "explain.schema.json": ExplanationOut,
    "explain-jsonl-input.schema.json": ExplainIn,
    "explain-jsonl.schema.json": ExplainLine | ExplainError,
    "ask.schema.json": AnswerOut,
    "ask-jsonl-input.schema.json": AskLine,
    "ask-jsonl.schema.json": AnswerOut | AskLineError,
    "jsonl-input.schema.json": JsonlIn,
    "detect-jsonl.schema.json": DetectLine,
    "investigate-jsonl.schema.json": InvestigateLine,
    "exposure.schema.json": ExposureAnswer,
    "exposure-jsonl.schema.json": ExposureLine,
    "predict-jsonl-input.schema.json": PredictIn,
    "predict-jsonl.schema.json": PredictLine,
}
NOUNS: dict[str, Any] = {
    "event.schema.json": Event,
    "finding.schema.json": Finding,
    "session.schema.json": SessionExport,
}


def files() -> dict[str, str]:
    """Return each schema file's text by name."""
    from vedette.report.json_file import case_schema_text

    out = {"case.schema.json": case_schema_text()}
    for name, kind in {**LINES, **NOUNS}.items():
        schema = TypeAdapter(kind).json_schema(mode="serialization")
        schema["$schema"] = DIALECT
        if "Artefact" in schema.get("$defs", {}):  # bytes are Base64 in what we write
            schema["$defs"]["Artefact"]["properties"]["content"] = {"type": "string", "contentEncoding": "base64"}
        out[name] = json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return out
