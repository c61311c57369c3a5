"""From a case to its view: every text made inert, every piece of evidence listed once under a short id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from vedette.report import case_commands, case_exposures
from vedette.report.base import EvidenceLookup
from vedette.report.inert import clip, visible
from vedette.report.palette import tactic_rank
from vedette.report.view import (
    MAX_TEXT,
    SHORT_ID,
    AccountView,
    CaseView,
    EvidenceView,
    FindingView,
    HostView,
    NodeView,
    NoteView,
    PathView,
    Statement,
    StepView,
    TechniqueView,
)
from vedette.report.words import count, listed, stretch, utc
from vedette.schema import Case, Claim, Evidence, Finding


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
    for item, asset in case_exposures.cited(case):
        yield item, asset, None
    for item, device in case_commands.cited(case):
        yield item, device, None


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
    explained = case_commands.sentences(case)
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
                explained=explained.get(ref, ""),
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
        exposures=case_exposures.views_of(case, ids),
        commands=case_commands.views_of(case, ids),
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
