"""The nouns: frozen dataclasses that every room takes and returns. Nothing here does I/O."""

from vedette.schema.case import (
    IMPLICATED_ROLES,
    AccountRole,
    Case,
    CaseAccount,
    CaseHost,
    CaseStatus,
    HostRole,
    Note,
    PathStep,
    TechniqueUse,
    TimelineEntry,
)
from vedette.schema.claim import Claim, Fact, Plan, Tool
from vedette.schema.document import Document, DocumentPart
from vedette.schema.entity import AccountKind, Entity, EntityKind, Observable, ObservableKind, Span
from vedette.schema.event import (
    COLUMNS,
    CORE_COLUMNS,
    SCHEMA_VERSION,
    Event,
    EventClass,
    Outcome,
    event_arrow_schema,
)
from vedette.schema.finding import Evidence, EvidenceKind, Finding, Severity, Verdict
from vedette.schema.prediction import Prediction, RankedLabel
from vedette.schema.run import RunRecord

__all__ = [
    "COLUMNS",
    "CORE_COLUMNS",
    "IMPLICATED_ROLES",
    "SCHEMA_VERSION",
    "AccountKind",
    "AccountRole",
    "Case",
    "CaseAccount",
    "CaseHost",
    "CaseStatus",
    "Claim",
    "Document",
    "DocumentPart",
    "Entity",
    "EntityKind",
    "Event",
    "EventClass",
    "Evidence",
    "EvidenceKind",
    "Fact",
    "Finding",
    "HostRole",
    "Note",
    "Observable",
    "ObservableKind",
    "Outcome",
    "PathStep",
    "Plan",
    "Prediction",
    "RankedLabel",
    "RunRecord",
    "Severity",
    "Span",
    "TechniqueUse",
    "TimelineEntry",
    "Tool",
    "Verdict",
    "event_arrow_schema",
]
