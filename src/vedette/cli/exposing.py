"""What ``vedette exposure`` prints for programs: declared once, written here, and the source of its JSON Schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from vedette.schema import AssetKind, Decision, Evidence, Exposure, ExposureStatus, Package, Severity

if TYPE_CHECKING:
    from vedette.report.exposures import Extent


class ExposureRow(TypedDict):
    """An exposure, with its decision in one word and, under ``decided``, whole."""

    exposure_id: str
    vulnerability: str
    aliases: list[str]
    title: str
    asset: str
    asset_kind: AssetKind
    owner: str | None
    package: Package
    fixed_in: list[str]
    severity: Severity | None
    score: float | None
    vector: str | None
    epss: float | None
    kev_at: datetime | None
    internet_facing: bool | None
    business_weight: float | None
    status: ExposureStatus
    status_by: str
    decision: str | None
    """The policy's own word; null: what is not known leaves several."""
    possible: list[str]
    """Every outcome that the known facts allow, gravest first."""
    decided: Decision
    """Policy, inputs with their sources, open points: replays."""
    due_at: datetime | None
    """Null where nothing is decided, or the decision has no date."""
    earliest_due_at: datetime | None
    """The date by the gravest possible outcome."""
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    scanners: list[str]
    attempts: list[Evidence]
    exploited: list[Evidence]
    evidence: list[Evidence]
    locations: list[str]
    layer: str
    unknown: list[str]
    """Questions that are open."""


class ValueCount(TypedDict):
    """How many open exposures have a value; null: nobody said."""

    value: str | None
    count: int


class QuestionCount(TypedDict):
    """An open question, and how many exposures its answer would help decide."""

    question: str
    count: int


class Changes(TypedDict):
    """What changed since the moment asked for."""

    new: int
    gone: int
    changed: int


class ExposureAnswer(TypedDict):
    """What ``vedette exposure --json`` prints."""

    exposures: list[ExposureRow]
    left_out: int
    """Of those that fit; ``--limit`` and ``--out`` give them."""
    counts: dict[str, int]
    by: dict[str, list[ValueCount]]
    changes: Changes | None
    questions: list[QuestionCount]
    stale: list[str]
    policy: str
    policy_version: str
    query: str
    """The SELECT behind the list."""
    failing: int
    """Exposures that meet ``--fail-on``."""
    written: list[str]
    others: dict[str, int]
    """Findings that name no vulnerability, by kind: not counted."""
    unread: list[str]
    """Files that could not be read, or not whole; then the exit code is 2."""


class ExposureLine(TypedDict):
    """One line of the output of ``vedette exposure --jsonl``; ``error`` stands on a line that failed."""

    id: str | int | float | None
    ingest: NotRequired[dict[str, Any]]
    exposures: NotRequired[list[ExposureRow]]
    error: NotRequired[str]


def row_of(exposure: Exposure) -> dict[str, Any]:
    """Return an exposure as JSON values."""
    import orjson

    from vedette.store.book import to_json

    plain: dict[str, Any] = orjson.loads(to_json(exposure))
    whole = plain["decision"]
    return {
        **plain,
        "decision": whole["outcome"],
        "possible": whole["possible"],
        "decided": whole,
        "due_at": plain["due_at"] if whole["outcome"] is not None else None,
        "earliest_due_at": plain["due_at"],
    }


def answer_of(
    extent: Extent,
    query: str,
    *,
    limit: int,
    changed: tuple[int, int, int] | None,
    failing: int,
    written: Sequence[Path],
) -> dict[str, Any]:
    """Return the whole answer as JSON values."""
    listed = [row_of(e) for e in extent.exposures[:limit]]
    return {
        "exposures": listed,
        "left_out": extent.counts["exposures"] - len(listed),
        "counts": dict(extent.counts),
        "by": {name: [{"value": v or None, "count": n} for v, n in rows[:100]] for name, rows in extent.by.items()},
        "changes": dict(zip(("new", "gone", "changed"), changed, strict=True)) if changed else None,
        "questions": [{"question": q, "count": n} for q, n in extent.questions],
        "stale": list(extent.knowledge),
        "policy": extent.policy,
        "policy_version": extent.policy_version,
        "query": query,
        "failing": failing,
        "written": [str(p) for p in written],
    }
