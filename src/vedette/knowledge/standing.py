"""How the held sets stand: version, day, digest, age, and whether they are too old to say no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from vedette.errors import OutsideError, VedetteError
from vedette.knowledge import holding, pinned


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """How one set stands."""

    name: str
    title: str
    held: bool
    """Whether there is anything to look up in it."""
    version: str = ""
    on: date | None = None
    """The day that its content is of."""
    age_days: int | None = None
    limit_days: int
    stale: bool = False
    """Older than its limit: what it does not list may be so all the same."""
    n_records: int = 0
    sha256: str = ""
    source: str = ""
    """Where it came from; ``package``: it came with the program."""
    fetched_at: datetime | None = None
    notice: str = ""
    intact: bool = True
    problem: str = ""
    previous: str = ""
    """Version that a rollback would let count again."""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is to be said of it beside an answer that rests on it: ``KEV of 2025-08-25 is 455 days old``."""
        short = self.name.upper() if len(self.name) <= 4 else self.title
        if self.problem:
            return f"{short} cannot be used: {self.problem}"
        if not self.held or self.on is None:
            return f"no {short} is held here"
        age = "from today" if self.age_days == 0 else f"{self.age_days} day{'' if self.age_days == 1 else 's'} old"
        return f"{short} of {self.on} is {age}"


def status(
    home: Path, *, now: datetime | None = None, limits: Mapping[str, int] | None = None
) -> tuple[SetStatus, ...]:
    """Return how every set stands, those that are not held among them.

    Args:
        home: the home.
        now: the moment that ages are counted to, UTC; None: this one.
        limits: set to the days after which it is stale, where others than the usual are wanted.
    """
    moment = now or datetime.now(UTC)
    return tuple(
        _one(home, kind, moment, (limits or {}).get(kind.name, kind.limit_days)) for kind in holding.KINDS.values()
    )


def stale_sentences(
    home: Path, *, now: datetime | None = None, limits: Mapping[str, int] | None = None
) -> tuple[str, ...]:
    """Return what an answer must say of the sets that vulnerabilities are decided by and that are stale or torn."""
    wanted = ("kev", "epss", "vulnrichment", "cvelist", "nvd")
    return tuple(
        s.sentence for s in status(home, now=now, limits=limits) if s.name in wanted and (s.stale or s.problem)
    )


def _one(home: Path, kind: holding.SetKind, now: datetime, limit: int) -> SetStatus:
    problem = ""
    try:
        item = holding.held(home, kind.name)
    except VedetteError as error:
        item, problem = None, error.message
    brought = _packaged(kind)
    if brought is not None and not problem and (item is None or brought.on > item.on):
        item = brought
    if item is None:
        return SetStatus(
            name=kind.name, title=kind.title, held=False, limit_days=limit, problem=problem, intact=not problem
        )
    try:
        before = holding.previous(home, kind.name)
    except OutsideError:
        before = None
    age = item.age_days(now)
    return SetStatus(
        name=kind.name,
        title=kind.title,
        held=True,
        version=item.version,
        on=item.on,
        age_days=age,
        limit_days=limit,
        stale=age > limit,
        n_records=item.n_records,
        sha256=item.sha256,
        source="package" if item.packaged else item.source,
        fetched_at=item.fetched_at,
        notice=item.notice,
        previous=f"{before.version} of {before.on}" if before is not None and not item.packaged else "",
        extra=item.extra,
    )


_PINNED_AS = {"cwe": "cwe", "attack": "attack-enterprise"}


def _packaged(kind: holding.SetKind) -> holding.HeldSet | None:
    """Return a reference set that comes with the program in a form of its own."""
    if kind.name not in _PINNED_AS:
        return None
    item = pinned.pinned(_PINNED_AS[kind.name])
    return holding.HeldSet(
        name=kind.name,
        title=kind.title,
        version=item.version,
        on=item.source_date,
        fetched_at=None,
        source=item.source,
        source_sha256=item.sha256,
        n_records=item.n_records,
        sha256=item.sha256,
        notice=kind.notice,
        packaged=True,
    )
