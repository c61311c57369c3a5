"""The case: findings, entities, timeline and implicated accounts of one investigation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vedette.schema.claim import Claim
from vedette.schema.command import ExplainedCommand
from vedette.schema.entity import AccountKind
from vedette.schema.exposure import Exposure
from vedette.schema.finding import Evidence, Finding, Severity, Verdict


class AccountRole(StrEnum):
    """The part that an account plays in a case."""

    COMPROMISED = "compromised"
    """A legitimate account whose credentials or session came under the attacker's control."""
    ATTACKER = "attacker"
    """Used by the attacker to act (abused identity whose owner is not seen otherwise)."""
    CREATED = "created"
    """Made by the attacker."""
    TARGETED = "targeted"
    """Aimed at, without a sign of success: guessed at, its secrets asked for, phished."""
    BYSTANDER = "bystander"
    """Seen near the attack, for reasons that are explained."""


IMPLICATED_ROLES = frozenset({AccountRole.COMPROMISED, AccountRole.ATTACKER, AccountRole.CREATED})
"""The roles that mean: this account took part. Targets and bystanders are listed apart."""


class CaseStatus(StrEnum):
    """Where an investigation stands."""

    OPEN = "open"
    CLOSED = "closed"


class HostRole(StrEnum):
    """The part that a host plays in a case."""

    ENTRY = "entry"
    """Where the attacker's activity is seen first."""
    SOURCE = "source"
    """Acted from, towards another host."""
    TARGET = "target"
    """Acted upon from another host."""
    AFFECTED = "affected"
    """Activity seen on it, no movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccount:
    """An account in a case: its role, how sure that is, and why."""

    name: str
    """As people write it: ``THESHIRE\\pgustavo``, ``assumed-role/Role/session``, ``root``."""
    entity_id: str
    account_kind: AccountKind
    role: AccountRole
    confidence: float
    """Probability in [0, 1] that the role is right, calibrated."""
    reasons: tuple[Claim, ...]
    """Never empty for an implicated account; each with evidence."""
    aliases: tuple[str, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    hosts: tuple[str, ...] = ()

    @property
    def implicated(self) -> bool:
        """Return whether the role means that the account took part in the attack."""
        return self.role in IMPLICATED_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHost:
    """A host in a case."""

    name: str
    entity_id: str
    role: HostRole
    reasons: tuple[Claim, ...]
    addresses: tuple[str, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One step of what happened, in order of time."""

    at: datetime
    text: str
    """One computed sentence; values from logs in it are quoted data."""
    tactic: str | None
    """ATT&CK tactic short name."""
    techniques: tuple[str, ...]
    severity: Severity
    host: str | None
    account: str | None
    evidence: tuple[Evidence, ...]
    count: int = 1
    """How many events this step folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """An edge of the attack path: from one host, account or address to another."""

    source: str
    """Entity id (``host:…``, ``account:…``, ``ip:…``, ``resource:…``)."""
    target: str
    label: str
    """What the edge is: logon type 3, remote service, role assumed, object read."""
    at: datetime
    evidence: tuple[Evidence, ...]
    techniques: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an analyst wrote or decided, and when."""

    at: datetime
    author: str
    text: str
    verdict: Verdict | None = None
    finding_id: str | None = None
    """Set where it speaks of one finding and not the whole case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueUse:
    """An ATT&CK technique seen in a case."""

    technique_id: str
    name: str
    tactics: tuple[str, ...]
    count: int
    """Findings that show it."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Findings, entities, timeline and implicated accounts of one investigation."""

    case_id: str
    """``case-`` and 8 hex digits, stable for the same first finding."""
    title: str
    severity: Severity
    confidence: float
    """Probability in [0, 1] that this is an attack and not benign activity."""
    first_at: datetime
    last_at: datetime
    summary: tuple[Claim, ...]
    """The verdict in a few checked sentences, the most important first."""
    findings: tuple[Finding, ...]
    accounts: tuple[CaseAccount, ...]
    """Implicated ones first, then targets and bystanders; surest first."""
    hosts: tuple[CaseHost, ...]
    timeline: tuple[TimelineEntry, ...]
    path: tuple[PathStep, ...]
    techniques: tuple[TechniqueUse, ...]
    observables: tuple[tuple[str, str], ...] = ()
    """(kind, value) pairs, see ObservableKind."""
    unknown: tuple[str, ...] = ()
    """Questions that the data leaves open."""
    next_steps: tuple[str, ...] = ()
    n_events: int = 0
    """Events looked at when the case was made."""
    sources: tuple[str, ...] = ()
    """Readers that the evidence came through."""
    status: CaseStatus = CaseStatus.OPEN
    verdict: Verdict = Verdict.UNDECIDED
    notes: tuple[Note, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    """What stands open on its hosts, signs of use first: filled when a report is made, empty in the store."""
    commands: tuple[ExplainedCommand, ...] = ()
    """What its process events ran, explained, riskiest first: filled when a report is made, empty in the store."""
