"""Facts, and the claims that rest on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vedette.schema.finding import Evidence


class ValueKind(StrEnum):
    """What sort of value a fact or a tool's parameter holds: how it is compared, said and grounded."""

    ACCOUNT = "account"
    HOST = "host"
    ADDRESS = "address"
    ENTITY = "entity"
    """An account, host or address: a parameter that takes any of them."""
    PROCESS = "process"
    COMMAND = "command"
    FILE = "file"
    HASH = "hash"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    RESOURCE = "resource"
    """A cloud resource, service, task, registry key or other named thing."""
    TIME = "time"
    """ISO 8601 with offset; for a parameter a window, see :class:`vedette.schema.tool.Window`."""
    DURATION = "duration"
    """Seconds."""
    COUNT = "count"
    """A whole number of things."""
    SHARE = "share"
    """In [0, 1]; said as a percentage."""
    TECHNIQUE = "technique"
    TACTIC = "tactic"
    VULNERABILITY = "vulnerability"
    CASE = "case"
    FINDING = "finding"
    EVENT = "event"
    RULE = "rule"
    SEVERITY = "severity"
    ROLE = "role"
    CHOICE = "choice"
    """One of a closed list of words."""
    FLAG = "flag"
    TEXT = "text"
    """Free text: quoted data where it comes from a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One computed value with its evidence: what a tool returns and a claim rests on."""

    fact_id: str
    """Unique within one answer: ``f1``, ``f2``."""
    name: str
    """What the value is: ``first_seen_at``, ``n_failed_logons``, ``implicated_account``."""
    value: Any
    """A JSON value."""
    evidence: tuple[Evidence, ...] = ()
    kind: ValueKind = ValueKind.TEXT
    subject: str = ""
    """What the value is said of, as people write it: an account, a host, a case, a technique."""
    subject_kind: ValueKind | None = None
    aliases: tuple[str, ...] = ()
    """Other forms of the value or the subject that mean the same: SID, UPN, short host name, technique name."""
    text: str = ""
    """The computed sentence that says it: true by construction, and the answer where no model words one."""
    related: tuple[tuple[ValueKind, Any], ...] = ()
    """Every further value that ``text`` names, with its kind: times, hosts, counts, techniques."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence, the evidence it cites, and whether it checked."""

    text: str
    evidence: tuple[Evidence, ...]
    facts: tuple[str, ...] = ()
    """Ids of the facts it rests on."""
    checked: bool = False
    """True only where every name, number and time in the text follows from the evidence."""
    reason: str = ""
    """Why it did not check; empty where it did."""
