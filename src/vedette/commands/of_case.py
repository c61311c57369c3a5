"""The commands of a case: what its suspicious process events ran, explained."""

from __future__ import annotations

from vedette.commands.events import explain_events
from vedette.schema import Case, EvidenceKind
from vedette.schema.command import ExplainedCommand
from vedette.store import Lake

MOST = 200
"""Commands that a case is given at most; the riskiest come first."""


def for_case(lake: Lake, case: Case) -> tuple[ExplainedCommand, ...]:
    """Return the command lines of the events that a case rests on, explained, riskiest first."""
    ids: dict[str, None] = {}
    for evidence in (
        *(e for finding in case.findings for e in finding.evidence),
        *(e for entry in case.timeline for e in entry.evidence),
    ):
        if evidence.kind is EvidenceKind.EVENT:
            ids.setdefault(evidence.ref)
    if not ids:
        return ()
    return explain_events(lake, event_ids=list(ids)).commands[:MOST]
