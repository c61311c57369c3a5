"""From the facts of a group to the case that people read."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from vedette.investigate.acts import Act, How
from vedette.investigate.advice import next_steps, unknowns
from vedette.investigate.directory import Directory
from vedette.investigate.facts import CaseFacts, Sheet
from vedette.investigate.model import ROLES, RoleModel
from vedette.investigate.names import address_key, is_external
from vedette.investigate.options import InvestigateOptions
from vedette.investigate.path import case_hosts, path_steps
from vedette.investigate.words import Wording, evidence_of, gravest, unique
from vedette.knowledge import attack
from vedette.schema import (
    AccountRole,
    Case,
    CaseAccount,
    CaseHost,
    Claim,
    Evidence,
    Finding,
    ObservableKind,
    TechniqueUse,
    TimelineEntry,
)
from vedette.toolbox.saying import shown, stamp

TACTICS: tuple[str, ...] = (
    "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation",
    "defense-evasion", "credential-access", "discovery", "lateral-movement", "collection", "command-and-control",
    "exfiltration", "impact",
)  # fmt: skip
"""ATT&CK tactic short names in the order of the matrix."""
_LISTED_ORDER = {r: i for i, r in enumerate((*ROLES[:3], AccountRole.TARGETED, AccountRole.BYSTANDER))}


class CaseWriter:
    """Writes cases from facts."""

    def __init__(
        self,
        directory: Directory,
        model: RoleModel,
        logged: Collection[str],
        n_events: int,
        options: InvestigateOptions,
    ) -> None:
        """Take what all cases of an investigation share; ``logged`` holds the hosts that logs come from."""
        self._directory = directory
        self._model = model
        self._logged = logged
        self._n_events = n_events
        self._options = options
        self._wording = Wording(directory)

    def write(self, facts: CaseFacts) -> Case:
        """Return the case."""
        group = facts.group
        findings = tuple(
            sorted(
                {s.finding.finding_id: s.finding for s in group.strands}.values(),
                key=lambda f: (f.first_at, f.finding_id),
            )
        )
        accounts = self._accounts(facts)
        hosts = case_hosts(facts, accounts, self._directory, self._wording)
        acts = [a for s in group.strands for a in s.acts]
        first = findings[0]
        severity = gravest(f.severity for f in findings)
        return Case(
            case_id="case-" + hashlib.sha256(first.finding_id.encode()).hexdigest()[:8],
            title=self._title(facts, findings, accounts, hosts),
            severity=severity,
            confidence=group.confidence,
            first_at=group.first_at,
            last_at=group.last_at,
            summary=self._summary(facts, findings, accounts, hosts),
            findings=findings,
            accounts=tuple(accounts),
            hosts=hosts,
            timeline=self._timeline(facts),
            path=path_steps(facts, accounts, self._directory, self._options),
            techniques=self._techniques(findings),
            observables=_observables(acts),
            unknown=unknowns(facts, accounts, hosts, self._logged, self._directory, self._wording),
            next_steps=next_steps(facts, accounts, hosts, self._logged, self._directory, self._wording),
            n_events=self._n_events,
            sources=tuple(sorted({a.event.reader for a in acts if a.event.reader})),
        )

    # ------------------------------------------------------------------ accounts

    def _accounts(self, facts: CaseFacts) -> list[CaseAccount]:
        listed = []
        for key, sheet in sorted(facts.sheets.items()):
            role, chance = self._model.decide(sheet.features, active=sheet.active)
            reasons = self._wording.reasons(sheet, facts, role)
            if role is not AccountRole.BYSTANDER and not any(c.evidence for c in reasons):
                role = AccountRole.BYSTANDER
            listed.append(
                CaseAccount(
                    name=self._wording.account(key),
                    entity_id=key,
                    account_kind=sheet.account.kind,
                    role=role,
                    confidence=round(min(chance, 0.995), 4),
                    reasons=reasons,
                    aliases=tuple(shown(a) for a in sheet.account.aliases),
                    first_at=sheet.first_at,
                    last_at=sheet.last_at,
                    hosts=tuple(sorted(self._wording.host(h) for h in sheet.hosts)),
                )
            )
        listed.sort(key=lambda a: (_LISTED_ORDER[a.role] if not a.implicated else 0, -a.confidence, a.entity_id))
        return listed[: self._options.max_accounts]

    # ------------------------------------------------------------------ words

    def _title(
        self, facts: CaseFacts, findings: Sequence[Finding], accounts: Sequence[CaseAccount], hosts: Sequence[CaseHost]
    ) -> str:
        """Return the gravest finding, who did it, and where the case happened."""
        lead = min(findings, key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))
        actors = {s.actor for s in facts.group.strands if s.finding is lead}
        who = next((a.name for a in accounts if a.implicated and a.entity_id in actors), None)
        where = ", ".join(h.name for h in hosts[:2])
        more = f" and {len(hosts) - 2} more hosts" if len(hosts) > 2 else ""
        return shown(lead.title, 90) + (f" by {who}" if who else "") + (f" on {where}{more}" if where else "")

    def _summary(
        self, facts: CaseFacts, findings: Sequence[Finding], accounts: Sequence[CaseAccount], hosts: Sequence[CaseHost]
    ) -> tuple[Claim, ...]:
        claims = []
        proof = unique(e for f in findings for e in f.evidence[:1])
        tactics = _ordered_tactics(findings)
        shows = f", showing {_join([t.replace('-', ' ') for t in tactics])}" if tactics else ""
        span = f"between {stamp(facts.group.first_at)} and {stamp(facts.group.last_at)}"
        text = f"{_together(len(findings))}, {span}{shows}."
        claims.append(Claim(text=text, evidence=proof, facts=tuple(f.finding_id for f in findings), checked=True))
        implicated = [a for a in accounts if a.implicated]
        if implicated:
            words = [f"{a.name} ({a.role}, {a.confidence:.0%})" for a in implicated[:6]]
            more = f" and {len(implicated) - 6} more" if len(implicated) > 6 else ""
            text = f"Implicated: {_join(words)}{more}."
        else:
            text = "No account that a person or program logs on with is implicated."
        evidence = unique(e for a in implicated for c in a.reasons[:1] for e in c.evidence) or proof
        claims.append(Claim(text=text, evidence=evidence, checked=True))
        if hosts:
            words = [f"{h.name} ({h.role})" for h in hosts[:6]]
            more = f" and {len(hosts) - 6} more" if len(hosts) > 6 else ""
            claims.append(
                Claim(
                    text=f"Hosts: {_join(words)}{more}.",
                    evidence=unique(e for h in hosts for c in h.reasons[:1] for e in c.evidence),
                    checked=True,
                )
            )
        for account in implicated[:3]:
            claims.extend(account.reasons[:1])
        targeted = [a for a in accounts if a.role is AccountRole.TARGETED]
        if targeted:
            more = f" and {len(targeted) - 6} more" if len(targeted) > 6 else ""
            claims.append(
                Claim(
                    text=f"Aimed at: {_join([a.name for a in targeted[:6]])}{more}.",
                    evidence=unique(e for a in targeted for c in a.reasons[:1] for e in c.evidence),
                    checked=True,
                )
            )
        return tuple(claims)

    def _timeline(self, facts: CaseFacts) -> tuple[TimelineEntry, ...]:
        """Fold acts that say the same within a quarter of an hour into one step."""
        grouped: dict[tuple[object, ...], list[Act]] = defaultdict(list)
        for strand in facts.group.strands:
            for act in strand.acts:
                slot = int(act.event.time.timestamp() // 900)
                grouped[
                    (
                        act.event.event_id if act.finding.count == 1 else self._wording.step(act),
                        act.host,
                        act.actor,
                        slot,
                    )
                ].append(act)
        entries = []
        for acts in grouped.values():
            acts.sort(key=lambda a: (a.event.time, -a.finding.severity.rank, a.event.event_id))
            first = acts[0]
            findings = {a.finding.finding_id: a.finding for a in acts}
            tactics = _ordered_tactics(list(findings.values()))
            lead = min(findings.values(), key=lambda f: (-f.severity.rank, f.finding_id))
            own = next((t for t in TACTICS if t in lead.tactics), tactics[0] if tactics else None)
            n_events = len({a.event.event_id for a in acts})
            entries.append(
                TimelineEntry(
                    at=first.event.time,
                    text=self._wording.step(first),
                    tactic=own,
                    techniques=tuple(sorted({t for f in findings.values() for t in f.techniques})),
                    severity=gravest(f.severity for f in findings.values()),
                    host=self._wording.host(first.host) if first.host else None,
                    account=self._wording.account(first.actor) if first.actor else None,
                    evidence=unique((evidence_of(a.event) for a in acts), 5),
                    count=n_events,
                )
            )
        for link in facts.links:
            if not link.hit and link.source in facts.tainted:
                account = self._wording.account(link.target)
                claim = self._wording._linked(account, link)
                entries.append(
                    TimelineEntry(
                        at=link.at,
                        text=claim.text,
                        tactic=None,
                        techniques=(),
                        severity=gravest([]),
                        host=self._wording.host(link.host) if link.host else None,
                        account=self._wording.account(link.source),
                        evidence=claim.evidence,
                    )
                )
        entries.sort(key=lambda e: (e.at, e.text, e.evidence[0].ref if e.evidence else ""))
        if len(entries) > self._options.max_timeline:
            keep = sorted(entries, key=lambda e: (-e.severity.rank, e.at, e.text))[: self._options.max_timeline]
            entries = sorted(keep, key=lambda e: (e.at, e.text))
        return tuple(entries)

    def _techniques(self, findings: Sequence[Finding]) -> tuple[TechniqueUse, ...]:
        uses: dict[str, list[Finding]] = defaultdict(list)
        for f in findings:
            for technique in f.techniques:
                uses[technique].append(f)
        out = []
        for technique, shown_by in uses.items():
            known = attack.technique(technique)
            name = known.name if known else technique
            tactics = known.tactics if known else tuple(_ordered_tactics(shown_by))
            evidence: list[Evidence] = [e for f in shown_by for e in f.evidence[:2]]
            out.append(
                TechniqueUse(
                    technique_id=technique,
                    name=name,
                    tactics=tuple(tactics),
                    count=len(shown_by),
                    evidence=unique(evidence),
                )
            )
        return tuple(sorted(out, key=lambda t: (_tactic_rank(t.tactics), t.technique_id)))


def _tactic_rank(tactics: Sequence[str]) -> int:
    return min((TACTICS.index(t) for t in tactics if t in TACTICS), default=len(TACTICS))


def _ordered_tactics(findings: Sequence[Finding]) -> list[str]:
    seen = {t for f in findings for t in f.tactics}
    return [t for t in TACTICS if t in seen] + sorted(seen - set(TACTICS))


def _observables(acts: Sequence[Act]) -> tuple[tuple[str, str], ...]:
    found: Counter[tuple[str, str]] = Counter()
    for act in acts:
        e = act.event
        for text in (e.src_ip, e.dst_ip):
            key = address_key(text)
            if key and is_external(key):
                found[(ObservableKind.IP, key)] += 1
        if e.dns_query:
            found[(ObservableKind.DOMAIN, shown(e.dns_query.rstrip(".").casefold(), 253))] += 1
        if e.url and "://" in e.url:
            found[(ObservableKind.URL, shown(e.url, 500))] += 1
        if e.file_hash:
            for part in e.file_hash.split(","):
                digest = part.rpartition("=")[2].strip().casefold()
                if len(digest) in (32, 40, 64) and all(c in "0123456789abcdef" for c in digest):
                    found[(ObservableKind.HASH, digest)] += 1
        if e.file_path:
            found[(ObservableKind.FILE, shown(e.file_path, 300))] += 1
        if e.registry_path:
            found[(ObservableKind.REGISTRY, shown(e.registry_path, 300))] += 1
        if e.cloud_account and e.user_agent:
            found[(ObservableKind.USER_AGENT, shown(e.user_agent, 200))] += 1
        if e.log_product == "aws" and e.actor_session and e.actor_session.upper().startswith(("AKIA", "ASIA")):
            found[(ObservableKind.ACCESS_KEY, e.actor_session)] += 1
    return tuple((str(k), v) for k, v in sorted(found, key=lambda kv: (kv[0], -found[kv], kv[1])))[:100]


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def _together(n: int) -> str:
    return "One finding" if n == 1 else f"{n} findings that belong together"


__all__ = ["TACTICS", "CaseWriter", "How", "Sheet"]
