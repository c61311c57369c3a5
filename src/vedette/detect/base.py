"""The types that detection takes and returns, and the seam to the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Cond = Any
"""A condition in compact form: an atom's number, ``True``, ``False``, or ``[op, *children]`` with
op ``"a"`` (and), ``"o"`` (or) or ``"n"`` (not). It is JSON, so that it can be cached as data."""

Atom = tuple[Any, ...]
"""One comparison in compact form: ``(kind, field, *operands)``; the kinds are in :mod:`vedette.detect.values`."""

LogSource = tuple[str | None, str | None, str | None]
"""Product, category, service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInfo:
    """What is told of a rule wherever it is shown."""

    rule_id: str
    """The rule's own id, or a digest of its text where it has none."""
    title: str
    level: str
    """Sigma level; ``medium`` where the rule gives none."""
    status: str = ""
    techniques: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    description: str = ""
    falsepositives: tuple[str, ...] = ()
    logsource: LogSource = (None, None, None)
    author: str = ""
    path: str = ""
    """Where it came from: a file, or ``archive.zip!entry``."""
    output: bool = True
    """Whether its own hits become findings; false for the parts of a correlation without ``generate``."""
    vulnerabilities: tuple[str, ...] = ()
    """CVE ids that it says the activity exploits (tags ``cve.2021-44228``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A compiled rule."""

    info: RuleInfo
    condition: Cond
    keep: tuple[str, ...] = ()
    """Fields whose values a hit carries because a correlation groups by or counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """A compiled Sigma correlation rule."""

    info: RuleInfo
    kind: str
    """``event_count``, ``value_count``, ``temporal``, ``temporal_ordered``, ``value_sum``, ``value_avg``,
    ``value_percentile`` or ``value_median``."""
    rules: tuple[str, ...]
    """Ids of the rules or correlations it watches, in order."""
    timespan_s: int
    group_by: tuple[str, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Alias to (rule id to field)."""
    op: str = "gte"
    count: float = 1
    fields: tuple[str, ...] = ()
    """What the value kinds count or measure; several make a tuple."""
    percentile: float | None = None
    expression: Cond | None = None
    """For extended conditions: a condition over positions in ``rules``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProblem:
    """A rule that could not be used, and why."""

    path: str
    name: str
    """Its title or id, as far as it could be read."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Compiled rules, ready for a :class:`~vedette.detect.matcher.Matcher`."""

    rules: tuple[Rule, ...]
    correlations: tuple[Correlation, ...]
    problems: tuple[RuleProblem, ...]
    atoms: tuple[Atom, ...]
    digest: str
    """16 hex digits over the rules' bytes, placeholders and compiler version."""
    from_cache: bool = False

    @property
    def infos(self) -> dict[str, RuleInfo]:
        """Return what is told of every rule and correlation, by id."""
        infos = (*(r.info for r in self.rules), *(c.info for c in self.correlations))
        return {info.rule_id: info for info in infos}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One rule firing on one event."""

    rule_id: str
    event_id: str
    time: datetime
    device_name: str | None = None
    cloud_account: str | None = None
    actor: str | None = None
    """``DOMAIN\\user``, ARN-ish name or bare name."""
    values: str | None = None
    """JSON object of the fields that a correlation needs, or null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectSummary:
    """What a detect run did."""

    ruleset: str
    segments: int
    """Segments judged by this run; those judged before are not counted."""
    events: int
    hits: int
    skipped_segments: int = 0
    problems: tuple[RuleProblem, ...] = ()


class EventSource(Protocol):
    """Looks up the few events that a finding shows."""

    def __call__(self, event_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return for each known id a mapping with ``native`` (dict), ``logsource`` and core columns."""
        ...


class Progress(Protocol):
    """Told how far a run is."""

    def __call__(self, done: int, total: int) -> None:
        """Take the events judged so far and the events there are."""
        ...
