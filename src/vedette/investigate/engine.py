"""The investigation from end to end: findings and a lake in, cases out."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import duckdb

from vedette.investigate.acts import Act, ActBuilder, How, Target
from vedette.investigate.case import CaseWriter
from vedette.investigate.directory import Directory, Seen
from vedette.investigate.facts import CaseFacts, FactFinder
from vedette.investigate.group import Group, Grouper, build_strands, rule_noise
from vedette.investigate.links import build_links, build_moves
from vedette.investigate.model import RoleModel, role_model
from vedette.investigate.names import address_key, clean, host_key, is_address, is_external, parse_account
from vedette.investigate.options import InvestigateOptions
from vedette.investigate.scope import Activity, Scope
from vedette.schema import Case, Event, Finding

_BORDERLINE = 0.6
"""Groups down to this share of the bar are looked into, for signs that no rule tells."""
_UNCORROBORATED = 0.75
"""How much of the doubt is left once an account of the group acted from where its owner never was."""


@dataclasses.dataclass(slots=True)
class Examination:
    """Everything an investigation found out, before it is worded."""

    facts: list[CaseFacts]
    rejected: list[Group]
    """Groups too weak for a case."""
    directory: Directory
    logged: set[str]
    n_events: int


def investigate(
    con: duckdb.DuckDBPyConnection, findings: Sequence[Finding], *, options: InvestigateOptions | None = None
) -> list[Case]:
    """Return the cases that the findings make, gravest and surest first.

    Args:
        con: A connection with the views ``events`` and ``hits``; only temporary tables are made.
        findings: In any order; the result does not depend on it.
        options: Bounds of the investigation.
    """
    options = options or InvestigateOptions()
    examined = examine(con, findings, options)
    return write_cases(examined, role_model(), options)


def write_cases(examined: Examination, model: RoleModel, options: InvestigateOptions) -> list[Case]:
    """Return the cases of an examination under a role model."""
    writer = CaseWriter(examined.directory, model, examined.logged, examined.n_events, options)
    cases = [writer.write(f) for f in examined.facts]
    return sorted(cases, key=lambda c: (-c.severity.rank, -c.confidence, c.first_at, c.case_id))


def examine(con: duckdb.DuckDBPyConnection, findings: Sequence[Finding], options: InvestigateOptions) -> Examination:
    """Return the facts behind every group of findings that is worth a case."""
    directory = Directory()
    chosen = _choose(findings, options)
    if not chosen:
        return Examination([], [], directory, set(), 0)
    scope = Scope(con, options)
    events = scope.hit_events(chosen)
    hosts, names, addresses, clouds = _keys(chosen, events)
    with scope.context(chosen, hosts, names, addresses, clouds, _uids(events)):
        directory.learn_hosts(scope.device_names())
        directory.learn_addresses(scope.address_votes(chosen))
        directory.learn([*(Seen(*row) for row in scope.account_forms()), *_forms(events)])
        builder = ActBuilder(directory, scope, options)
        changes = scope.changes()
        acts = builder.build(chosen, events, changes)
        acts += [a for f in chosen if not events.get(f.finding_id) for a in _from_finding(f, directory)]
        explicit = scope.explicit_credentials()
        links = build_links(builder, acts, explicit, changes)
        moves = build_moves(builder, scope.logons(), explicit)
        shared = scope.source_accounts(addresses)
        actors: dict[str, set[str]] = defaultdict(set)
        for act in acts:
            if act.actor and directory.accounts[act.actor].implicable:
                actors[act.finding.finding_id].add(act.actor)
        strands = build_strands(acts, rule_noise(findings, actors), directory)
        groups = Grouper(directory, links, moves, shared, options).groups(strands)
        bar = options.min_case_confidence
        worthy = [g for g in groups if g.confidence >= bar * _BORDERLINE]
        starts = scope.log_starts()
        finder = FactFinder(builder, links, moves, {}, shared, starts, options)
        # The accounts of a case are known only after its links and logons: ask for their own use then.
        drafts = [finder.examine(g) for g in worthy]
        candidates = {k for d in drafts for k, s in d.sheets.items() if s.account.implicable}
        bases = {directory.accounts[k].base for k in candidates}
        bases |= {alias.casefold() for k in candidates for alias in directory.accounts[k].forms}
        # An access key is not a session: its owner and a thief use the same one.
        sessions = {k for g in worthy for s in g.strands for k in s.sessions if k[1].startswith("0x") or k[1].isdigit()}
        activity = _by_account(scope.activity(bases, sessions), directory)
        finder = FactFinder(builder, links, moves, activity, shared, starts, options)
        facts = []
        for draft in (finder.examine(g) for g in worthy):
            if draft.group.confidence < bar and draft.corroborated:
                draft.group.confidence = round(1.0 - (1.0 - draft.group.confidence) * _UNCORROBORATED, 4)
            if draft.group.confidence >= bar:
                facts.append(draft)
        logged = {place for place in starts if not is_address(place)}
    kept = [f.group for f in facts]
    return Examination(facts, [g for g in groups if not any(g is k for k in kept)], directory, logged, scope.n_events)


def _choose(findings: Sequence[Finding], options: InvestigateOptions) -> list[Finding]:
    """Return the findings to look at: those of medium weight or more, and lesser ones near them."""
    unique = {f.finding_id: f for f in findings}
    ordered = sorted(unique.values(), key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))
    weighty = [f for f in ordered if f.severity.rank >= 2][: options.max_findings]
    near: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    pad = options.context
    for f in weighty:
        for key in _near_keys(f):
            near[key].append((f.first_at - pad, f.last_at + pad))
    room = max(0, options.max_findings - len(weighty))
    lesser = [
        f
        for f in ordered
        if f.severity.rank == 1
        and any(a <= f.last_at and f.first_at <= b for key in _near_keys(f) for a, b in near.get(key, ())[:200])
    ][:room]
    return sorted(weighty + lesser, key=lambda f: (f.first_at, f.finding_id))


def _near_keys(finding: Finding) -> set[str]:
    keys = {f"a:{a.casefold()}" for a in finding.accounts if a}
    if finding.device_name:
        keys.add(f"h:{host_key(finding.device_name)}")
    return keys


def _keys(findings: Sequence[Finding], events: dict[str, list[Event]]) -> tuple[set[str], set[str], set[str], set[str]]:
    hosts: set[str] = set()
    names: set[str] = set()
    addresses: set[str] = set()
    clouds: set[str] = set()
    for f in findings:
        hosts |= {h for h in (host_key(f.device_name),) if h}
        names |= {p.name.casefold() for a in f.accounts if (p := parse_account(a))}
        clouds |= {f.cloud_account} if f.cloud_account else set()
        for e in events.get(f.finding_id, []):
            hosts |= {h for h in (host_key(e.device_name), host_key(e.src_name)) if h}
            names |= {n.casefold().split("@")[0] for n in (clean(e.actor_name), clean(e.user_name)) if n}
            names |= {n.casefold() for n in (clean(e.actor_name), clean(e.user_name)) if n}
            clouds |= {e.cloud_account} if e.cloud_account else set()
            for text in (e.src_ip, e.device_ip):
                if text and address_key(text):
                    addresses.add(text)
            if e.dst_ip and is_external(e.dst_ip):
                addresses.add(e.dst_ip)
    # SYSTEM and its like act everywhere: their name selects half a lake and tells nothing.
    names -= {"system", "local service", "network service", "anonymous logon", "-", "", "root"}
    return hosts, {n for n in names if not n.endswith("$")}, addresses, clouds


def _uids(events: dict[str, list[Event]]) -> set[str]:
    """Return the SIDs that records give with no account name, or with a display name."""
    found: set[str] = set()
    for e in (e for es in events.values() for e in es):
        if not e.actor_name and e.actor_uid:
            found.add(e.actor_uid)
        if e.user_uid and (not e.user_name or e.class_name == "group_management"):
            found.add(e.user_uid)
    return {u for u in found if u.upper().startswith("S-1-5-21-")}


def _forms(events: dict[str, list[Event]]) -> list[Seen]:
    seen: dict[Seen, int] = defaultdict(int)
    for e in sorted({e.event_id: e for es in events.values() for e in es}.values(), key=lambda e: e.event_id):
        host = host_key(e.device_name)
        for name, domain, uid in (
            (e.actor_name, e.actor_domain, e.actor_uid),
            (e.user_name, e.user_domain, e.user_uid),
        ):
            if name or uid:
                seen[Seen(name, domain, uid, host, e.log_product, e.cloud_account)] += 1
    return [dataclasses.replace(form, count=n) for form, n in seen.items()]


def _from_finding(finding: Finding, directory: Directory) -> list[Act]:
    """Return acts for a finding whose events are no longer in the lake: what it says of itself stands."""
    host = directory.host(finding.device_name)
    acts = []
    for name in finding.accounts or ("",):
        parsed = parse_account(name)
        account = None
        if parsed:
            cloud = finding.cloud_account
            account = directory.resolve(parsed.name, parsed.domain, parsed.uid, host, None, cloud)
        first = finding.evidence[0]
        event = Event(
            event_id=first.ref, time=finding.first_at, class_name="detection_finding", source="", reader="", raw="",
            device_name=finding.device_name, cloud_account=finding.cloud_account, alert=finding.title,
        )  # fmt: skip
        targets: tuple[Target, ...] = ()
        key = account.key if account else None
        acts.append(Act(finding, event, host, key, None, How.FINDING, (), targets, None, None))
    return acts


def _by_account(rows: Sequence[Activity], directory: Directory) -> dict[str, list[Activity]]:
    found: dict[str, list[Activity]] = defaultdict(list)
    for row in rows:
        host = directory.host(row.device_name)
        account = directory.resolve(row.name, row.domain, row.uid, host, row.product, row.cloud_account)
        if account:
            found[account.key].append(row)
    return found


__all__ = ["Examination", "examine", "investigate", "write_cases"]
