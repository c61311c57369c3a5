"""The nouns: frozen dataclasses that every room takes and returns. Nothing here does I/O."""

from vedette.schema.access import AccessRole, ApiToken, AuditEntry
from vedette.schema.answer import Answer, AnswerStatus, Citation, Focus
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
from vedette.schema.claim import Claim, Fact, ValueKind
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
from vedette.schema.message import Message, Reply, Role, Usage
from vedette.schema.prediction import Prediction, RankedLabel
from vedette.schema.run import RunRecord
from vedette.schema.session import Feedback, FeedbackKind, Session, Share, Turn
from vedette.schema.tool import Artefact, Choice, DataTable, Parameter, Plan, Tool, ToolCall, ToolResult, Window

__all__ = [
    "COLUMNS",
    "CORE_COLUMNS",
    "IMPLICATED_ROLES",
    "SCHEMA_VERSION",
    "AccessRole",
    "AccountKind",
    "AccountRole",
    "Answer",
    "AnswerStatus",
    "ApiToken",
    "Artefact",
    "AuditEntry",
    "Case",
    "CaseAccount",
    "CaseHost",
    "CaseStatus",
    "Choice",
    "Citation",
    "Claim",
    "DataTable",
    "Document",
    "DocumentPart",
    "Entity",
    "EntityKind",
    "Event",
    "EventClass",
    "Evidence",
    "EvidenceKind",
    "Fact",
    "Feedback",
    "FeedbackKind",
    "Finding",
    "Focus",
    "HostRole",
    "Message",
    "Note",
    "Observable",
    "ObservableKind",
    "Outcome",
    "Parameter",
    "PathStep",
    "Plan",
    "Prediction",
    "RankedLabel",
    "Reply",
    "Role",
    "RunRecord",
    "Session",
    "Severity",
    "Share",
    "Span",
    "TechniqueUse",
    "TimelineEntry",
    "Tool",
    "ToolCall",
    "ToolResult",
    "Turn",
    "Usage",
    "ValueKind",
    "Verdict",
    "Window",
    "event_arrow_schema",
]
