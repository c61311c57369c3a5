"""Who may do what: roles, the tokens that carry them, and the record of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AccessRole(StrEnum):
    """What the holder of a token may do; each may do what those before it may."""

    VIEWER = "viewer"
    """Read cases, reports and evidence; ask."""
    ANALYST = "analyst"
    """Judge, triage, share, export, delete."""
    ADMIN = "admin"
    """Tokens, the audit, everybody's sessions."""

    def may(self, needed: AccessRole) -> bool:
        """Return whether this role is enough where ``needed`` is asked for."""
        ranks = list(AccessRole)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token for programs, without its secret."""

    token_id: str
    name: str
    """Whose it is, as the audit says it."""
    role: AccessRole
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done. Holds ids and counts, never what was asked or answered."""

    audit_id: int
    """Counts up."""
    at: datetime
    actor: str
    action: str
    """``noun.verb``: ``session.delete``, ``token.issue``."""
    target: str = ""
    """The id of what it was done to."""
    detail: Mapping[str, Any] = field(default_factory=dict)
