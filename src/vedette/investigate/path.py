"""Hosts of a case with their parts in it, and the edges along which the attack went."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from vedette.investigate.acts import Aim
from vedette.investigate.directory import Directory
from vedette.investigate.facts import CaseFacts
from vedette.investigate.group import Strand
from vedette.investigate.links import Move
from vedette.investigate.names import is_address
from vedette.investigate.options import InvestigateOptions
from vedette.investigate.words import Wording, evidence_of, pointer, unique
from vedette.schema import AccountRole, CaseAccount, CaseHost, Claim, Evidence, HostRole, PathStep
from vedette.toolbox.saying import shown, stamp


def entity(directory: Directory, place: str) -> str:
    """Return the entity id of a place: a host, or an address whose host is not known."""
    return f"ip:{place}" if is_address(place) else f"host:{place}"


def _of_attack(move: Move, facts: CaseFacts) -> bool:
    """Return whether a logon is the attack's: a way that the account went before the case is its owner's."""
    began, ended = facts.group.first_at - timedelta(minutes=10), facts.group.last_at + timedelta(minutes=30)
    return began <= move.first_at <= ended


def _weighty(facts: CaseFacts) -> list[Strand]:
    """Return the strands that carry the case; lesser ones stand in its timeline but make no host part of it."""
    strands = list(facts.group.strands)
    return [s for s in strands if s.weight >= 0.2] or strands


def path_steps(
    facts: CaseFacts, accounts: list[CaseAccount], directory: Directory, options: InvestigateOptions
) -> tuple[PathStep, ...]:
    """Return the edges between hosts, accounts, addresses and resources, in order of time."""
    implicated = {a.entity_id for a in accounts if a.implicated}
    listed = {a.entity_id for a in accounts}
    steps: dict[tuple[str, str, str], PathStep] = {}

    def add(
        source: str, target: str, label: str, at: datetime, evidence: list[Evidence], techniques: tuple[str, ...] = ()
    ) -> None:
        if source == target:
            return
        key = (source, target, label)
        known = steps.get(key)
        if known is None or at < known.at:
            more = known.evidence if known else ()
            steps[key] = PathStep(
                source=source, target=target, label=label, at=at, evidence=unique([*evidence, *more], 4),
                techniques=tuple(sorted(set(techniques) | set(known.techniques if known else ()))),
            )  # fmt: skip

    for move in facts.moves:
        if move.account in implicated and move.host and (move.source or move.address) and _of_attack(move, facts):
            label = f"logon type {move.logon_type}" if (move.logon_type or "").isdigit() else "logon"
            origin = entity(directory, str(move.source or move.address))
            add(origin, entity(directory, move.host), f"{label} as {shown(directory.accounts[move.account].name, 60)}",
                move.first_at, [pointer(move.first_id, move.first_at)])  # fmt: skip
    for strand in _weighty(facts):
        for act in strand.acts:
            techniques = strand.finding.techniques
            if act.actor in implicated and act.host and act.source:
                add(entity(directory, act.source), entity(directory, act.host),
                    f"acted as {shown(directory.accounts[str(act.actor)].name, 60)}", act.event.time,
                    [evidence_of(act.event)], techniques)  # fmt: skip
            elif act.actor in implicated and not act.host and act.source:
                add(entity(directory, act.source), str(act.actor), "signed in or called an API", act.event.time,
                    [evidence_of(act.event)], techniques)  # fmt: skip
            if act.actor in implicated and act.event.api_operation and act.event.resource:
                add(str(act.actor), f"resource:{shown(act.event.resource, 200)}", shown(act.event.api_operation, 60),
                    act.event.time, [evidence_of(act.event)], techniques)  # fmt: skip
            if act.actor in implicated and act.host:
                add(str(act.actor), entity(directory, act.host), "acted on", act.event.time,
                    [evidence_of(act.event)], techniques)  # fmt: skip
            target = directory.host_of_address(act.event.dst_ip) or directory.host(act.event.dst_name)
            if act.host and target and target != act.host and target in directory.hosts and strand.weight >= 0.2:
                add(entity(directory, act.host), entity(directory, target), "connected", act.event.time,
                    [evidence_of(act.event)], techniques)  # fmt: skip
    for link in facts.links:
        if link.source in implicated and link.target in listed:
            label = {Aim.CREATED: "created", Aim.CHANGED: "changed", Aim.SECRETS: "asked for its secrets",
                     Aim.USED: "took on", Aim.GUESSED: "guessed"}[link.aim]  # fmt: skip
            add(link.source, link.target, label, link.at, [pointer(link.event_id, link.at)])
    return tuple(sorted(steps.values(), key=lambda s: (s.at, s.source, s.target, s.label)))


def case_hosts(
    facts: CaseFacts, accounts: list[CaseAccount], directory: Directory, wording: Wording
) -> tuple[CaseHost, ...]:
    """Return the hosts of a case: where acts happened, and where they came from, entry first."""
    implicated = {a.entity_id for a in accounts if a.implicated}
    first: dict[str, tuple[datetime, str]] = {}
    last: dict[str, datetime] = {}
    as_source: dict[str, list[Evidence]] = defaultdict(list)
    as_target: dict[str, list[Evidence]] = defaultdict(list)
    on_it: dict[str, list[Evidence]] = defaultdict(list)

    def touch(host: str, at: datetime, ref: str) -> None:
        first[host] = min(first.get(host, (at, ref)), (at, ref))
        last[host] = max(last.get(host, at), at)

    for strand in _weighty(facts):
        for act in strand.acts:
            proof, event = evidence_of(act.event), act.event
            if act.host:
                touch(act.host, event.time, event.event_id)
                on_it[act.host].append(proof)
            remote = act.source if act.source and not is_address(act.source) else None
            if remote and act.host and act.actor in implicated | {None}:
                touch(remote, event.time, event.event_id)
                as_source[remote].append(proof)
                as_target[act.host].append(proof)
            target = directory.host_of_address(event.dst_ip) or directory.host(event.dst_name)
            if act.host and target and target != act.host and target in directory.hosts and strand.weight >= 0.2:
                touch(target, event.time, event.event_id)
                as_source[act.host].append(proof)
                as_target[target].append(proof)
    for move in facts.moves:
        if not _of_attack(move, facts):
            continue
        if move.account in implicated and move.host and move.source and not is_address(move.source):
            if move.host in facts.hosts or move.source in facts.hosts:
                proof = pointer(move.first_id, move.first_at)
                for host in (move.source, move.host):
                    touch(host, move.first_at, move.first_id)
                as_source[move.source].append(proof)
                as_target[move.host].append(proof)
    hosts = []
    entry = min(first, key=lambda h: (first[h], h in as_target and h not in as_source, h), default=None)
    if entry in as_target and entry not in as_source:
        sources = [h for h in as_source if first[h][0] <= first[entry][0] + timedelta(minutes=5)]
        entry = min(sources, key=lambda h: (first[h], h), default=entry)
    for host in sorted(first, key=lambda h: (h != entry, first[h], h)):
        name = wording.host(host)
        if host == entry:
            role, proofs, text = HostRole.ENTRY, on_it[host] + as_source[host], "the case begins on or from it"
        elif host in as_source:
            role, proofs, text = HostRole.SOURCE, as_source[host], "other hosts were acted upon from it"
        elif host in as_target:
            role, proofs, text = HostRole.TARGET, as_target[host], "it was acted upon from another host"
        else:
            role, proofs, text = HostRole.AFFECTED, on_it[host], "events of the case happened on it"
        proofs = sorted(proofs or as_target[host], key=lambda e: (e.at is None, e.at, e.ref))
        reasons = [
            Claim(text=f"{name}: {text}, first at {stamp(first[host][0])}.", evidence=unique(proofs, 5), checked=True)
        ]
        if host in as_target and host in as_source and role is not HostRole.TARGET:
            arrived = sorted(as_target[host], key=lambda e: (e.at is None, e.at, e.ref))
            reasons.append(
                Claim(
                    text=f"{name} was itself acted upon from another host.", evidence=unique(arrived, 3), checked=True
                )
            )
        hosts.append(
            CaseHost(
                name=name,
                entity_id=f"host:{host}",
                role=role,
                reasons=tuple(reasons),
                addresses=directory.addresses(host),
                first_at=first[host][0],
                last_at=last[host],
            )
        )
    return tuple(hosts)


__all__ = ["AccountRole", "case_hosts", "entity", "path_steps"]
