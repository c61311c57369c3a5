"""What an investigation can be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigateOptions:
    """Bounds of an investigation. The defaults suit a lake of one organisation."""

    context: timedelta = timedelta(hours=2)
    """How far before and after a finding events are looked at."""
    same_account_gap: timedelta = timedelta(hours=24)
    """Findings of one account further apart than this do not join on the account alone."""
    same_host_gap: timedelta = timedelta(hours=1)
    """Findings on one host further apart than this do not join on the host alone."""
    movement_gap: timedelta = timedelta(minutes=30)
    """How long after activity on the source a logon on the target counts as movement."""
    clock_skew: timedelta = timedelta(minutes=2)
    """How far the clocks of two hosts may disagree."""
    max_events_per_finding: int = 60
    """Events of one finding that are looked at one by one."""
    max_findings: int = 5_000
    """Findings looked at; the gravest first."""
    max_accounts: int = 60
    """Accounts listed in one case."""
    max_timeline: int = 200
    """Steps in one case's timeline."""
    min_case_confidence: float = 0.5
    """A group of findings below this is noise, not a case."""
