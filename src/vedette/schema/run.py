"""Run records: what a bulk, training, evaluation or red-team run did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What a run did: inputs by digest, settings, seed, metrics."""

    run_id: str
    kind: str
    """``ingest``, ``detect``, ``investigate``, ``train``, …"""
    started_at: datetime
    finished_at: datetime | None
    version: str
    """Version of Vedette that ran it."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Name to digest."""
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
