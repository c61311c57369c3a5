"""What a report shows of a case: every text inert, every statement with its short evidence ids.

Renderers read a :class:`CaseView` and never the case itself, so that no text from a log reaches a file unmade inert
(the JSON file is the exception: it is the case, escaped by JSON's own rules).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vedette.report.case_commands import CommandView
from vedette.report.case_exposures import ExposureView
from vedette.report.palette import tactic_rank
from vedette.schema import (
    AccountRole,
    HostRole,
    Severity,
    Verdict,
)

SHORT_ID = 8
"""Characters of an evidence id that are shown, where they tell the case's evidence apart."""
MAX_TEXT = 2_000
"""Characters of any text that a report shows; the JSON file has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence and what it rests on."""

    text: str
    evidence: tuple[str, ...]
    """Short ids."""
    checked: bool = True

    def cited(self, most: int = 3) -> str:
        """Return the text with its evidence ids in brackets."""
        ids = ids_words(self.evidence, most)
        mark = "" if self.checked else " (not checked)"
        return f"{self.text}{mark} [{ids}]" if ids else f"{self.text}{mark}"


def ids_words(ids: Sequence[str], most: int = 3) -> str:
    """Return the first ids, and how many more there are."""
    return ", ".join(ids[:most]) + (f" +{len(ids) - most:,}" if len(ids) > most else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """One thing that statements rest on."""

    number: int
    """Place in the list, from 1; anchors are made of it and never of the id."""
    short: str
    full: str
    kind: str
    at: datetime | None
    host: str
    account: str
    activity: str
    source: str
    quote: str
    gone: bool = False
    """Asked for in the lake, and no longer there."""
    explained: str = ""
    """What its command line does, where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step of the timeline."""

    number: int
    at: datetime
    text: str
    tactic: str | None
    techniques: tuple[str, ...]
    severity: Severity
    host: str
    account: str
    evidence: tuple[str, ...]
    n_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account and why it is listed."""

    name: str
    kind: str
    role: AccountRole
    confidence: float
    implicated: bool
    reasons: tuple[Statement, ...]
    aliases: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    hosts: tuple[str, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """Return the short ids of every reason, each once."""
        return tuple(dict.fromkeys(short for reason in self.reasons for short in reason.evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """A host and why it is listed."""

    name: str
    role: HostRole
    reasons: tuple[Statement, ...]
    addresses: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None

    @property
    def evidence(self) -> tuple[str, ...]:
        """Return the short ids of every reason, each once."""
        return tuple(dict.fromkeys(short for reason in self.reasons for short in reason.evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """An end of the attack path."""

    name: str
    kind: str
    """``host``, ``account``, ``ip``, ``resource`` or ``other``."""
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathView:
    """A step of the attack path. Source and target are keys of ``CaseView.nodes``."""

    number: int
    source: str
    target: str
    label: str
    at: datetime
    techniques: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueView:
    """An ATT&CK technique."""

    technique_id: str
    name: str
    tactics: tuple[str, ...]
    n_findings: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A finding."""

    title: str
    rule_id: str
    severity: Severity
    confidence: float
    first_at: datetime
    last_at: datetime
    n_events: int
    host: str
    accounts: tuple[str, ...]
    techniques: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """What an analyst wrote."""

    at: datetime
    author: str
    text: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as a report shows it."""

    case_id: str
    title: str
    headline: Statement
    """What happened, in one sentence."""
    summary: tuple[Statement, ...]
    """The other sentences of the verdict."""
    severity: Severity
    confidence: float
    verdict: Verdict
    status: str
    first_at: datetime
    last_at: datetime
    accounts: tuple[AccountView, ...]
    hosts: tuple[HostView, ...]
    steps: tuple[StepView, ...]
    path: tuple[PathView, ...]
    nodes: Mapping[str, NodeView]
    techniques: tuple[TechniqueView, ...]
    findings: tuple[FindingView, ...]
    observables: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    next_steps: tuple[str, ...]
    notes: tuple[NoteView, ...]
    evidence: tuple[EvidenceView, ...]
    n_events: int
    sources: tuple[str, ...]
    exposures: tuple[ExposureView, ...] = ()
    """What stood open on its hosts, signs of use first; empty where no scan was read or nothing stands open."""
    commands: tuple[CommandView, ...] = ()
    """What its process events ran, explained, riskiest first; empty where nothing suspicious was run."""

    @property
    def implicated(self) -> tuple[AccountView, ...]:
        """Return the accounts that took part."""
        return tuple(a for a in self.accounts if a.implicated)

    @property
    def short_hosts(self) -> dict[str, str]:
        """Return host names without their domain, where that still tells them apart."""
        names = {h.name for h in self.hosts} | {s.host for s in self.steps} | {e.host for e in self.evidence}
        first = {name: name if name.replace(".", "").isdigit() else name.split(".")[0] or name for name in names}
        uses = Counter(first.values())
        return {name: short if uses[short] == 1 else name for name, short in first.items()}

    @property
    def full_ids(self) -> dict[str, str]:
        """Return the whole id for each short one."""
        return {e.short: e.full for e in self.evidence}


def key_steps(steps: Sequence[StepView], most: int) -> list[StepView]:
    """Return the steps that tell the story in so many, in order of time.

    The first and the last, then the gravest of each tactic in turn, so that no phase of the attack is left out because
    another was louder; of many as grave, some from all over its length.
    """
    if len(steps) <= most:
        return list(steps)
    chosen = {steps[0].number: steps[0], steps[-1].number: steps[-1]} if most >= 2 else {}
    by_tactic: dict[str | None, list[StepView]] = {}
    alike: Counter[tuple[str | None, int]] = Counter()
    places: dict[int, int] = {}
    for step in steps:
        places[step.number] = alike[step.tactic, step.severity.rank]
        alike[step.tactic, step.severity.rank] += 1
    # Places in reversed bits visit the first, the middle, the quarters, … of those that are alike.
    bits = len(steps).bit_length()
    for step in sorted(steps, key=lambda s: (-s.severity.rank, f"{places[s.number]:0{bits}b}"[::-1])):
        by_tactic.setdefault(step.tactic, []).append(step)
    queues = [iter(by_tactic[t]) for t in sorted(by_tactic, key=tactic_rank)]
    while queues and len(chosen) < most:
        for queue in list(queues):
            following = next(queue, None)
            if following is None:
                queues.remove(queue)
            elif len(chosen) < most:
                chosen[following.number] = following
    return sorted(chosen.values(), key=lambda s: s.number)


def short_names(nodes: Mapping[str, NodeView]) -> dict[str, str]:
    """Return a short name for each node: hosts without their domain and accounts without theirs, where still unlike."""
    short = {}
    for key, node in nodes.items():
        name = node.name
        if node.kind == "host" and not name.replace(".", "").isdigit():
            name = name.split(".")[0] or name
        elif node.kind == "account":
            name = name.rpartition("\\")[2].rpartition("/")[2] or name
        short[key] = name
    seen: dict[str, int] = {}
    for name in short.values():
        seen[name] = seen.get(name, 0) + 1
    return {key: nodes[key].name if seen[name] > 1 else name for key, name in short.items()}


def tactic_totals(techniques: Sequence[TechniqueView]) -> dict[str, int]:
    """Return findings by tactic, in the order of the matrix; a technique counts for each of its tactics."""
    totals: Counter[str] = Counter()
    for used in techniques:
        for tactic in used.tactics or ("",):
            totals[tactic] += used.n_findings
    return {tactic: totals[tactic] for tactic in sorted(totals, key=tactic_rank)}
