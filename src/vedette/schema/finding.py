"""Findings: something judged, and the evidence that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How bad it would be if true (OCSF severity, Sigma levels)."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 (informational) to 4 (critical)."""
        return list(Severity).index(self)


class EvidenceKind(StrEnum):
    """What an evidence reference points to."""

    EVENT = "event"
    SPAN = "span"
    OUTPUT = "output"
    RECORD = "record"
    """A record of a scan report, SBOM, VEX document or inventory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A pointer to the exact event, text span or model output that something rests on."""

    kind: EvidenceKind = EvidenceKind.EVENT
    ref: str
    """``event_id`` of the event, or the document or output id."""
    at: datetime | None = None
    """When the event happened, UTC."""
    quote: str = ""
    """The part that matters, as the source wrote it: hostile text, to be shown as data."""
    start: int | None = None
    """Half-open character offsets for a span."""
    end: int | None = None


class Verdict(StrEnum):
    """What an analyst said of a finding or case."""

    TRUE_POSITIVE = "true_positive"
    FALSE_POSITIVE = "false_positive"
    BENIGN = "benign"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something judged: one rule on one host in one stretch of time, however often it fired."""

    finding_id: str
    """16 hex digits, stable for the same rule, place and first event."""
    rule_id: str
    title: str
    kind: str
    """What judged it: ``sigma``, ``sigma_correlation``, ``alert`` (a security product's own)."""
    severity: Severity
    confidence: float
    """In [0, 1], higher is surer."""
    first_at: datetime
    last_at: datetime
    count: int
    """How often it fired; the evidence holds at most the first and last few."""
    evidence: tuple[Evidence, ...]
    """Never empty."""
    device_name: str | None = None
    cloud_account: str | None = None
    accounts: tuple[str, ...] = ()
    """Acting accounts of the events, as ``DOMAIN\\user``, ARN or bare name, most frequent first."""
    techniques: tuple[str, ...] = ()
    """ATT&CK ids, upper case."""
    tactics: tuple[str, ...] = ()
    """ATT&CK tactic short names (``credential-access``)."""
    description: str = ""
    false_positives: tuple[str, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    """CVE ids that the rule says the activity exploits."""
