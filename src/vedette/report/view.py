"""What a report shows of a case: every text inert, every statement with its short evidence ids.

Renderers read a :class:`CaseView` and never the case itself, so that no text from a log reaches a file unmade inert
(the JSON file is the exception: it is the case, escaped by JSON's own rules).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from vedette.report.base import EvidenceLookup
from vedette.report.inert import clip, visible
from vedette.report.palette import tactic_rank
from vedette.report.words import count, listed, stretch, utc
from vedette.schema import (
    AccountRole,
    Case,
    Claim,
    Evidence,
    Finding,
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


def short_ids(full: Iterable[str]) -> dict[str, str]:
    """Return a short id for each id: its first characters, as many as tell it from all the others, at least eight."""
    ordered = sorted(set(full))

    def shared(a: str, b: str) -> int:
        n = 0
        for x, y in zip(a, b, strict=False):
            if x != y:
                break
            n += 1
        return n

    result = {}
    for place, name in enumerate(ordered):
        before = shared(name, ordered[place - 1]) if place else 0
        after = shared(name, ordered[place + 1]) if place + 1 < len(ordered) else 0
        result[name] = name[: max(SHORT_ID, before + 1, after + 1)]
    return result


def _all_evidence(case: Case) -> Iterator[tuple[Evidence, str | None, str | None]]:
    """Yield evidence with the host and account of what cites it, the most telling first."""

    def of(claims: Sequence[Claim], host: str | None, account: str | None) -> Iterator[tuple[Evidence, Any, Any]]:
        for claim in claims:
            for item in claim.evidence:
                yield item, host, account

    yield from of(case.summary, None, None)
    for account in case.accounts:
        if account.implicated:
            yield from of(account.reasons, None, None)
    for edge in case.path:
        for item in edge.evidence:
            yield item, None, None
    for step in case.timeline:
        for item in step.evidence:
            yield item, step.host, step.account
    for account in case.accounts:
        if not account.implicated:
            yield from of(account.reasons, None, None)
    for host in case.hosts:
        yield from of(host.reasons, host.name, None)
    for technique in case.techniques:
        for item in technique.evidence:
            yield item, None, None
    for finding in case.findings:
        for item in finding.evidence:
            yield item, finding.device_name, finding.accounts[0] if len(finding.accounts) == 1 else None


def _text(value: object) -> str:
    return "" if value is None else clip(visible(str(value)[: MAX_TEXT + 1]), MAX_TEXT)


def _event_account(event: Mapping[str, Any]) -> str:
    for part in ("actor", "user"):
        name, domain = event.get(f"{part}_name"), event.get(f"{part}_domain")
        if name:
            return f"{domain}\\{name}" if domain and not event.get("cloud_account") else str(name)
    return ""


_QUOTED_COLUMNS = (
    "process_cmd", "api_operation", "resource", "url", "dns_query", "file_path", "registry_path",
    "service_name", "alert", "message", "process_path", "raw",
)  # fmt: skip
"""Where an event's own words are taken from when the case quotes none, the most telling first."""


def _evidence(case: Case, shown: dict[str, str], lookup: EvidenceLookup | None) -> tuple[EvidenceView, ...]:
    """Return each piece of evidence once, in order of importance."""
    found: dict[str, tuple[Evidence, str | None, str | None]] = {}
    for item, host, account in _all_evidence(case):
        if item.ref in found:
            old, old_host, old_account = found[item.ref]
            kept = replace(old, at=old.at or item.at, quote=old.quote or item.quote)
            found[item.ref] = (kept, old_host or host, old_account or account)
        else:
            found[item.ref] = (item, host, account)
    events = dict(lookup(list(found))) if lookup is not None and found else {}
    views = []
    for number, (ref, (item, host, account)) in enumerate(found.items(), start=1):
        event = events.get(ref)
        quote = item.quote
        at = item.at
        if event is not None:
            at = at or event.get("time")
            host = host or event.get("device_name")
            account = account or _event_account(event)
            quote = quote or next((str(event[c]) for c in _QUOTED_COLUMNS if event.get(c)), "")
        activity = " ".join(str(event[c]) for c in ("class_name", "activity") if event and event.get(c))
        views.append(
            EvidenceView(
                number=number,
                short=shown[ref],
                full=visible(ref),
                kind=str(item.kind),
                at=utc(at) if isinstance(at, datetime) else None,
                host=_text(host),
                account=_text(account),
                activity=_text(activity.replace("_", " ")),
                source=_text(event.get("source")) if event else "",
                quote=_text(quote),
                gone=lookup is not None and event is None and str(item.kind) == "event",
            )
        )
    return tuple(views)


def _headline(case: Case) -> Claim:
    if case.summary:
        return case.summary[0]
    hosts = [h.name for h in case.hosts]
    where = f" on {listed(hosts, 3)}" if hosts else ""
    text = f"{count(len(case.findings), 'finding')}{where}, {stretch(case.first_at, case.last_at)}."
    cited = tuple(e for finding in case.findings[:1] for e in finding.evidence[:1])
    return Claim(text=text, evidence=cited, checked=True)


def _nodes(case: Case) -> dict[str, NodeView]:
    hosts = {h.entity_id: (h.name, str(h.role)) for h in case.hosts}
    accounts = {a.entity_id: (a.name, str(a.role)) for a in case.accounts}
    nodes: dict[str, NodeView] = {}
    for edge in case.path:
        for entity in (edge.source, edge.target):
            if entity in nodes:
                continue
            prefix, colon, rest = entity.partition(":")
            kind = prefix if colon and prefix in {"host", "account", "ip", "resource"} else "other"
            name, role = hosts.get(entity) or accounts.get(entity) or (rest if kind != "other" else entity, "")
            nodes[entity] = NodeView(name=_text(name), kind=kind, role=role)
    return nodes


def view_of(case: Case, lookup: EvidenceLookup | None = None) -> CaseView:
    """Return what a report shows of the case."""
    refs = {item.ref for item, _, _ in _all_evidence(case)}
    # Ids that differ only in hidden characters, or that quote an escape, may look alike once made visible.
    shown: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for ref, short in short_ids(refs).items():
        looks = clip(visible(short), 64)
        taken[looks] += 1
        shown[ref] = looks if taken[looks] == 1 else f"{looks}~{taken[looks]}"

    def ids(items: Iterable[Evidence]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(shown[item.ref] for item in items))

    def say(claims: Iterable[Claim]) -> tuple[Statement, ...]:
        return tuple(Statement(text=_text(c.text), evidence=ids(c.evidence), checked=c.checked) for c in claims)

    def texts(values: Iterable[str]) -> tuple[str, ...]:
        return tuple(_text(value) for value in values)

    return CaseView(
        case_id=_text(case.case_id),
        title=_text(case.title).strip() or "Untitled case",
        headline=say([_headline(case)])[0],
        summary=say(case.summary[1:]),
        severity=case.severity,
        confidence=case.confidence,
        verdict=case.verdict,
        status=str(case.status),
        first_at=utc(case.first_at),
        last_at=utc(case.last_at),
        accounts=tuple(
            AccountView(
                name=_text(a.name),
                kind=str(a.account_kind).replace("_", " "),
                role=a.role,
                confidence=a.confidence,
                implicated=a.implicated,
                reasons=say(a.reasons),
                aliases=texts(a.aliases),
                first_at=a.first_at,
                last_at=a.last_at,
                hosts=texts(a.hosts),
            )
            for a in case.accounts
        ),
        hosts=tuple(
            HostView(
                name=_text(h.name),
                role=h.role,
                reasons=say(h.reasons),
                addresses=texts(h.addresses),
                first_at=h.first_at,
                last_at=h.last_at,
            )
            for h in case.hosts
        ),
        steps=tuple(
            StepView(
                number=number,
                at=utc(s.at),
                text=_text(s.text),
                tactic=_text(s.tactic) or None,
                techniques=texts(s.techniques),
                severity=s.severity,
                host=_text(s.host),
                account=_text(s.account),
                evidence=ids(s.evidence),
                n_events=s.count,
            )
            for number, s in enumerate(sorted(case.timeline, key=lambda s: utc(s.at)), start=1)
        ),
        path=tuple(
            PathView(
                number=number,
                source=p.source,
                target=p.target,
                label=_text(p.label),
                at=utc(p.at),
                techniques=texts(p.techniques),
                evidence=ids(p.evidence),
            )
            for number, p in enumerate(sorted(case.path, key=lambda p: utc(p.at)), start=1)
        ),
        nodes=_nodes(case),
        techniques=tuple(
            TechniqueView(
                technique_id=_text(t.technique_id),
                name=_text(t.name),
                tactics=tuple(sorted(texts(t.tactics), key=tactic_rank)),
                n_findings=t.count,
                evidence=ids(t.evidence),
            )
            for t in case.techniques
        ),
        findings=tuple(_finding(f, ids(f.evidence)) for f in case.findings),
        observables=tuple((_text(kind), _text(value)) for kind, value in case.observables),
        unknown=texts(case.unknown),
        next_steps=texts(case.next_steps),
        notes=tuple(
            NoteView(at=utc(n.at), author=_text(n.author), text=_text(n.text), verdict=n.verdict) for n in case.notes
        ),
        evidence=_evidence(case, shown, lookup),
        n_events=case.n_events,
        sources=texts(case.sources),
    )


def _finding(finding: Finding, ids: tuple[str, ...]) -> FindingView:
    return FindingView(
        title=_text(finding.title),
        rule_id=_text(finding.rule_id),
        severity=finding.severity,
        confidence=finding.confidence,
        first_at=utc(finding.first_at),
        last_at=utc(finding.last_at),
        n_events=finding.count,
        host=_text(finding.device_name or finding.cloud_account),
        accounts=tuple(_text(a) for a in finding.accounts),
        techniques=tuple(_text(t) for t in finding.techniques),
        evidence=ids,
    )


def key_steps(steps: Sequence[StepView], most: int) -> list[StepView]:
    """Return the steps that tell the story in so many, in order of time.

    The first and the last, then the gravest of each tactic in turn, so that no phase of the attack is left out because
    another was louder.
    """
    if len(steps) <= most:
        return list(steps)
    chosen = {steps[0].number: steps[0], steps[-1].number: steps[-1]} if most >= 2 else {}
    by_tactic: dict[str | None, list[StepView]] = {}
    for step in sorted(steps, key=lambda s: (-s.severity.rank, s.number)):
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
