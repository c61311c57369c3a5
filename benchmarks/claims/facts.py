"""What a case computes, as facts: its own claims, steps, accounts, hosts, techniques, findings and indicators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from vedette.schema import Case, Evidence, Fact, ValueKind

KINDS = {
    "ip": ValueKind.ADDRESS,
    "domain": ValueKind.DOMAIN,
    "url": ValueKind.URL,
    "hash": ValueKind.HASH,
    "file": ValueKind.FILE,
    "registry": ValueKind.RESOURCE,
    "access_key": ValueKind.RESOURCE,
    "user_agent": ValueKind.TEXT,
}


def stamp(at: datetime) -> str:
    """Return a time as sentences show it."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(seconds: int) -> str:
    """Return whole seconds in words."""
    parts = []
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count != 1 else ''}")
    return " ".join(parts) or "less than a second"


class _Facts:
    def __init__(self) -> None:
        self.made: list[Fact] = []

    def add(
        self, name: str, value: Any, kind: ValueKind, subject: str, subject_kind: ValueKind, text: str,
        related: Iterable[tuple[ValueKind, Any]] = (), aliases: Iterable[str] = (), evidence: tuple[Evidence, ...] = (),
    ) -> None:  # fmt: skip
        self.made.append(
            Fact(
                fact_id=f"f{len(self.made) + 1}", name=name, value=value, kind=kind, subject=subject,
                subject_kind=subject_kind, text=text, related=tuple(related), aliases=tuple(aliases),
                evidence=evidence,
            )
        )  # fmt: skip


def facts_of(case: Case) -> list[Fact]:
    """Return the facts of one case: between 20 and 150."""
    out = _Facts()
    case_id, of_case = case.case_id, ValueKind.CASE
    first, last = case.first_at, case.last_at
    seconds = int((last.replace(microsecond=0) - first.replace(microsecond=0)).total_seconds())
    out.add("case_severity", case.severity.value, ValueKind.SEVERITY, case_id, of_case,
            f"{case_id} is rated {case.severity}.")  # fmt: skip
    out.add(
        "case_span", first.isoformat(), ValueKind.TIME, case_id, of_case,
        f"The activity of {case_id} runs from {stamp(first)} to {stamp(last)}, over {duration(seconds)}.",
        [(ValueKind.TIME, first.isoformat()), (ValueKind.TIME, last.isoformat()), (ValueKind.DURATION, seconds)],
    )  # fmt: skip
    out.add("n_findings", len(case.findings), ValueKind.COUNT, case_id, of_case,
            f"{case_id} holds {_n(len(case.findings), 'finding')}.")  # fmt: skip
    out.add("n_events", case.n_events, ValueKind.COUNT, case_id, of_case,
            f"{_n(case.n_events, 'event')} were looked at for {case_id}.")  # fmt: skip
    out.add("n_steps", len(case.timeline), ValueKind.COUNT, case_id, of_case,
            f"The timeline of {case_id} has {_n(len(case.timeline), 'step')}.")  # fmt: skip
    out.add("n_hosts", len(case.hosts), ValueKind.COUNT, case_id, of_case,
            f"{_n(len(case.hosts), 'host')} took part in {case_id}.")  # fmt: skip
    out.add("n_techniques", len(case.techniques), ValueKind.COUNT, case_id, of_case,
            f"{case_id} shows {_n(len(case.techniques), 'technique')}.")  # fmt: skip
    implicated = [a for a in case.accounts if a.implicated]
    if implicated:
        named = ", ".join(f"{a.name} ({a.role}, {a.confidence:.0%})" for a in implicated)
        text = f"{_n(len(implicated), 'account')} {'are' if len(implicated) > 1 else 'is'} implicated: {named}."
    else:
        text = "No account that a person or program logs on with is implicated."
    out.add(
        "n_implicated_accounts", len(implicated), ValueKind.COUNT, case_id, of_case, text,
        [(ValueKind.ACCOUNT, a.name) for a in implicated] + [(ValueKind.SHARE, a.confidence) for a in implicated],
        [x for a in implicated for x in a.aliases],
    )  # fmt: skip
    for severity in ("critical", "high", "medium", "low"):
        n = sum(f.severity.value == severity for f in case.findings)
        out.add(f"n_{severity}_findings", n, ValueKind.COUNT, case_id, of_case,
                f"{_n(n, severity + ' finding')} {'is' if n == 1 else 'are'} in {case_id}.")  # fmt: skip
    for claim in case.summary:
        out.add("summary", case_id, ValueKind.CASE, case_id, of_case, claim.text, evidence=claim.evidence)
    for account in case.accounts:
        who = ValueKind.ACCOUNT
        verb = "is implicated as" if account.implicated else "is"
        out.add(
            "account_role", account.role.value, ValueKind.ROLE, account.name, who,
            f"{account.name} {verb} {account.role} ({account.confidence:.0%}).",
            [(ValueKind.SHARE, account.confidence)], account.aliases,
        )  # fmt: skip
        if account.first_at and account.last_at:
            hosts = " and ".join(account.hosts)
            out.add(
                "account_seen", account.first_at.isoformat(), ValueKind.TIME, account.name, who,
                f"{account.name} was first seen in the case at {stamp(account.first_at)} and last seen at "
                f"{stamp(account.last_at)}.",
                [(ValueKind.TIME, account.first_at.isoformat()), (ValueKind.TIME, account.last_at.isoformat())],
                account.aliases,
            )  # fmt: skip
            if hosts:
                out.add(
                    "account_hosts", list(account.hosts), ValueKind.HOST, account.name, who,
                    f"{account.name} was active on {', '.join(account.hosts)}.",
                    [(ValueKind.HOST, h) for h in account.hosts], account.aliases,
                )  # fmt: skip
        for reason in account.reasons:
            out.add(
                "account_reason", account.name, who, account.name, who, reason.text,
                [(ValueKind.HOST, h.name) for h in case.hosts if h.name in reason.text]
                + [(ValueKind.ACCOUNT, a.name) for a in case.accounts if a.name in reason.text]
                + [(ValueKind.FINDING, f.title) for f in case.findings if f.title in reason.text],
                account.aliases, reason.evidence,
            )  # fmt: skip
    for host in case.hosts:
        out.add("host_role", host.role.value, ValueKind.ROLE, host.name, ValueKind.HOST,
                f"{host.name} is the {host.role} host." if host.role == "entry"
                else f"{host.name} is a host of the case ({host.role}).",
                [(ValueKind.ADDRESS, a) for a in host.addresses])  # fmt: skip
        if host.addresses:
            out.add("host_address", list(host.addresses), ValueKind.ADDRESS, host.name, ValueKind.HOST,
                    f"{host.name} has the address {', '.join(host.addresses)}.",
                    [(ValueKind.ADDRESS, a) for a in host.addresses])  # fmt: skip
        for reason in host.reasons:
            out.add("host_reason", host.name, ValueKind.HOST, host.name, ValueKind.HOST, reason.text,
                    evidence=reason.evidence)  # fmt: skip
    for step in case.timeline:
        related: list[tuple[ValueKind, Any]] = [(ValueKind.TIME, step.at.isoformat())]
        related += [(ValueKind.TECHNIQUE, t) for t in step.techniques]
        related += [(ValueKind.ACCOUNT, a.name) for a in case.accounts if a.name in step.text]
        related += [(ValueKind.HOST, h.name) for h in case.hosts if h.name in step.text]
        deed = step.text
        for name in (step.account, step.host):
            if name and name in deed:
                deed = deed.replace(name, "", 1) if deed.startswith(name) else deed[: deed.rfind(f" on {name}")]
        related.append((ValueKind.TEXT, deed.strip(" .")))
        shown = f" [{', '.join(step.techniques)}]" if step.techniques else ""
        text = step.text.rstrip(".")
        when = "" if stamp(step.at) in text else f"At {stamp(step.at)}: "
        out.add(
            "step", step.at.isoformat(), ValueKind.TIME, step.account or case_id,
            ValueKind.ACCOUNT if step.account else of_case, f"{when}{text}{shown}.", related, (), step.evidence,
        )  # fmt: skip
    for use in case.techniques:
        tactics = ", ".join(t.replace("-", " ") for t in use.tactics)
        out.add(
            "technique", use.technique_id, ValueKind.TECHNIQUE, case_id, of_case,
            f"{use.technique_id} ({use.name}) is shown by {_n(use.count, 'finding')}; its tactics are {tactics}.",
            [(ValueKind.COUNT, use.count)], [use.name], use.evidence,
        )  # fmt: skip
    for finding in case.findings:
        place = f" on {finding.device_name}" if finding.device_name else ""
        times = "once" if finding.count == 1 else f"{finding.count} times"
        shows = f" ({', '.join(finding.techniques)})" if finding.techniques else ""
        out.add(
            "finding", finding.title, ValueKind.FINDING, case_id, of_case,
            f"The {finding.severity} finding “{finding.title}”{shows} fired {times}{place}, "
            f"first at {stamp(finding.first_at)}.",
            [(ValueKind.TIME, finding.first_at.isoformat()), (ValueKind.COUNT, finding.count),
             *((ValueKind.TECHNIQUE, t) for t in finding.techniques),
             *([(ValueKind.HOST, finding.device_name)] if finding.device_name else [])],
            evidence=finding.evidence,
        )  # fmt: skip
    for kind, value in case.observables[:40]:
        words = {"ip": "address", "access_key": "access key", "user_agent": "user agent"}.get(kind, kind)
        out.add("indicator", value, KINDS.get(kind, ValueKind.TEXT), case_id, of_case,
                f"The {words} {value} is an indicator of {case_id}.")  # fmt: skip
    for question in case.unknown:
        out.add("unknown", question, ValueKind.TEXT, case_id, of_case, f"Open question: {question}")
    for step_text in case.next_steps:
        out.add("next_step", step_text, ValueKind.TEXT, case_id, of_case, f"Next step: {step_text}")
    return out.made


def _n(n: int, noun: str) -> str:
    return f"{n} {noun}" + ("" if n == 1 else "s")
