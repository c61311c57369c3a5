"""Observables, the entities that they resolve to, and labelled ranges of text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ObservableKind(StrEnum):
    """Kinds of value seen (STIX cyber-observable names, shortened)."""

    IP = "ip"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    HASH = "hash"
    FILE = "file"
    REGISTRY = "registry"
    USER_AGENT = "user_agent"
    ACCESS_KEY = "access_key"
    CVE = "cve"
    IP_RANGE = "ip_range"
    """An address with a prefix length, or from one to another."""
    MUTEX = "mutex"
    CWE = "cwe"
    TECHNIQUE = "technique"
    """An ATT&CK id of a tactic, technique, group, software, mitigation or campaign."""
    ASN = "asn"
    CRYPTO_ADDRESS = "crypto_address"
    TELEGRAM = "telegram"
    YARA = "yara"
    """A whole rule."""
    SIGMA = "sigma"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observable:
    """A value seen, not judged."""

    kind: ObservableKind
    value: str


class EntityKind(StrEnum):
    """What an observable can resolve to."""

    ACCOUNT = "account"
    HOST = "host"
    PROCESS = "process"
    VULNERABILITY = "vulnerability"


class AccountKind(StrEnum):
    """What sort of account an entity is; only human and cloud principals are implicated by default."""

    USER = "user"
    MACHINE = "machine"
    SERVICE = "service"
    SYSTEM = "system"
    CLOUD_USER = "cloud_user"
    CLOUD_ROLE = "cloud_role"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """The account, host, process or vulnerability that observables resolve to."""

    entity_id: str
    """Canonical key, stable: ``account:theshire\\pgustavo``, ``host:workstation5``."""
    kind: EntityKind
    name: str
    """How people write it: ``THESHIRE\\pgustavo``."""
    aliases: tuple[str, ...] = ()
    """Every other form seen: SID, UPN, ARN, access key id, FQDN, address."""
    account_kind: AccountKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A labelled range of text: half-open character offsets into it."""

    start: int
    end: int
    label: str
    score: float | None = None
    """In [0, 1], higher is surer; None where the labeller could not judge."""
