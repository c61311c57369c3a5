"""What of a case came into play first and last: its accounts, hosts, techniques and findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vedette.investigate.tools.base import account_aliases, account_in, host_aliases, host_in
from vedette.investigate.tools.timeline import Filter
from vedette.schema import (
    AccountRole,
    Case,
    Evidence,
    ValueKind,
)
from vedette.toolbox.arguments import within
from vedette.toolbox.cases import case_proof
from vedette.toolbox.saying import FactList, Saying, iso


def point(at: datetime | None, account: str | None, host: str | None, what: str, ref: str) -> dict[str, Any]:
    """Return a first or last thing as JSON values: when, who, where, what, and the event that shows it."""
    return {"at": iso(at), "account": account, "host": host, "what": what, "event": ref}


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Something of a case with the time at which it came into play."""

    name: str
    kind: ValueKind
    at: datetime
    last_at: datetime
    evidence: tuple[Evidence, ...]
    aliases: tuple[str, ...]
    account: str | None = None
    host: str | None = None
    said: str = ""


def _accounts(case: Case, wanted: Filter) -> list[_Ranked]:
    found = []
    for account in (a for a in case.accounts if a.implicated):
        steps = [s for s in case.timeline if s.account == account.name]
        first = steps[0].at if steps else account.first_at
        if account.role is AccountRole.CREATED:
            first = account.first_at or first
        last = steps[-1].at if steps else account.last_at
        if first is None or last is None or not within(wanted.window, first):
            continue
        if wanted.host and not any((host_in(case, wanted.host) or None) is host_in(case, h) for h in account.hosts):
            continue
        evidence = steps[0].evidence if steps else tuple(e for c in account.reasons[:1] for e in c.evidence)
        host = steps[0].host if steps else None
        found.append(
            _Ranked(account.name, ValueKind.ACCOUNT, first, last, evidence or case_proof(case),
                    account_aliases(account), account.name, host, account.role.value)
        )  # fmt: skip
    return found


def _hosts(case: Case, wanted: Filter) -> list[_Ranked]:
    found = []
    for host in case.hosts:
        steps = [s for s in case.timeline if s.host == host.name and Filter(wanted.account).fits(s)]
        first = steps[0].at if wanted.account and steps else host.first_at
        last = steps[-1].at if wanted.account and steps else host.last_at
        if first is None or last is None or (wanted.account and not steps) or not within(wanted.window, first):
            continue
        evidence = tuple(e for c in host.reasons[:1] for e in c.evidence) or case_proof(case)
        account = steps[0].account if steps else None
        found.append(
            _Ranked(host.name, ValueKind.HOST, first, last, evidence, host_aliases(host), account, host.name,
                    host.role.value)
        )  # fmt: skip
    return found


def _techniques(case: Case, wanted: Filter) -> list[_Ranked]:
    found = []
    own = Filter(wanted.account, wanted.host, wanted.window, wanted.technique)
    for use in case.techniques:
        if wanted.tactic and wanted.tactic not in use.tactics:
            continue
        if wanted.technique and not (use.technique_id + ".").startswith(wanted.technique + "."):
            continue
        steps = [s for s in case.timeline if use.technique_id in s.techniques and own.fits(s)]
        if not steps:
            continue
        found.append(
            _Ranked(use.technique_id, ValueKind.TECHNIQUE, steps[0].at, steps[-1].at, steps[0].evidence,
                    (use.name,), steps[0].account, steps[0].host, use.name)
        )  # fmt: skip
    return found


def _findings(case: Case, wanted: Filter) -> list[_Ranked]:
    found = []
    for f in case.findings:
        if wanted.account and not any(_same(case, a, wanted.account) for a in f.accounts):
            continue
        if wanted.host and (not f.device_name or host_in(case, f.device_name) is not host_in(case, wanted.host)):
            continue
        if wanted.technique and not any(t.startswith(wanted.technique) for t in f.techniques):
            continue
        if wanted.tactic and wanted.tactic not in f.tactics:
            continue
        if not within(wanted.window, f.first_at):
            continue
        known = account_in(case, f.accounts[0]) if f.accounts else None
        found.append(
            _Ranked(f.title, ValueKind.FINDING, f.first_at, f.last_at, f.evidence, (f.finding_id,),
                    known.name if known else (f.accounts[0] if f.accounts else None), f.device_name, f.severity.value)
        )  # fmt: skip
    return found


def _same(case: Case, written: str, wanted: str) -> bool:
    known = account_in(case, written)
    return (known.name if known else written).casefold() == wanted.casefold()


def ranked(facts: FactList, case: Case, found: Sequence[_Ranked], of: str, what: str, wanted: Filter) -> dict[str, Any]:
    """Say which of some things came first and last, and in which order; return the same as JSON values."""
    ordered = sorted(found, key=lambda r: (r.at, r.name))
    if not ordered:
        say = Saying()
        kind = f"implicated {of}" if of == "account" else of
        text = (
            f"{say.case(case)} has no {kind}{wanted.said(say)}: {say.n(len(case.findings), 'finding')} were looked at."
        )
        facts.add(
            f"n_{of}s", 0, text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
            evidence=case_proof(case),
        )  # fmt: skip
        return {"first": None, "last": None}
    picked = {"first": ordered[0], "last": ordered[-1]}
    wants = ("first", "last") if what == "both" and len(ordered) > 1 else ("first" if what == "both" else what,)
    for name in wants:
        r, say = picked[name], Saying()
        kind = {ValueKind.TECHNIQUE: ""}.get(r.kind, f" ({r.said})")
        shown = say.technique(r.name, r.said) if r.kind is ValueKind.TECHNIQUE else (
            say.quoted_title(r.name) if r.kind is ValueKind.FINDING else say.value(r.kind, r.name)
        )  # fmt: skip
        if kind:
            say.add(ValueKind.ROLE if r.kind in (ValueKind.ACCOUNT, ValueKind.HOST) else ValueKind.SEVERITY, r.said)
        by = f" by {say.account(r.account)}" if r.account and r.kind is not ValueKind.ACCOUNT else ""
        on = f" on {say.host(r.host)}" if r.host and r.kind is not ValueKind.HOST else ""
        implicated = "implicated " if of == "account" else ""
        among = f"of {say.n(len(ordered))} {implicated}{of}s" if len(ordered) > 1 else f"only {implicated}{of}"
        lead = f"The {name} {among}" if len(ordered) > 1 else f"The {among}"
        comes = "to come into play " if of in ("account", "host") and len(ordered) > 1 else ""
        text = f"{lead}{wanted.said(say)} {comes}in {say.case(case)} is {shown}{kind}, first at {say.at(r.at)}{by}{on}."
        facts.add(
            f"{name}_{of}", r.name, text, say, kind=r.kind, subject=case.case_id, subject_kind=ValueKind.CASE,
            evidence=r.evidence, aliases=r.aliases,
        )  # fmt: skip
    if len(ordered) > 2:
        say = Saying()
        words = [f"{say.value(r.kind, r.name)} at {say.at(r.at)}" for r in ordered[:6]]
        more = f" and {say.n(len(ordered) - 6)} more" if len(ordered) > 6 else ""
        facts.add(
            "order", [r.name for r in ordered], f"In order of first appearance: {'; '.join(words)}{more}.", say,
            kind=ordered[0].kind, subject=case.case_id, subject_kind=ValueKind.CASE,
            evidence=[r.evidence[0] for r in ordered[:8] if r.evidence],
            aliases=[a for r in ordered[:6] for a in r.aliases],
        )  # fmt: skip
    return {
        name: {**point(r.at, r.account, r.host, r.name, r.evidence[0].ref if r.evidence else ""), of: r.name}
        for name, r in picked.items()
    } | {"count": len(ordered), "order": [r.name for r in ordered]}


KINDS = {"account": _accounts, "host": _hosts, "technique": _techniques, "finding": _findings}
"""What can be ranked, by the word for it, to what returns it."""

__all__ = ["KINDS", "point", "ranked"]
