"""Which cases there are, and what one of them is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.investigate.case import TACTICS
from vedette.investigate.tools.base import account_in, host_in
from vedette.schema import (
    AccountRole,
    Case,
    CaseStatus,
    DataTable,
    Parameter,
    Severity,
    Tool,
    ToolResult,
    ValueKind,
    Verdict,
    Window,
)
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import (
    ACCOUNT,
    CASE,
    COUNT,
    HOST,
    SEVERITY,
    WINDOW,
    choice_of,
    count_of,
    in_window,
    text_of,
    window_of,
)
from vedette.toolbox.cases import case_proof, choose_case, no_case, stored, titled, which_case
from vedette.toolbox.saying import FactList, Saying, iso, joined, plural

_STATUSES = (*(s.value for s in CaseStatus), "all")


class Cases:
    """Lists the cases, gravest first."""

    tool = Tool(
        name="cases",
        description="Which cases there are: how many, how grave, from when to when, open or closed.",
        parameters=(
            Parameter(
                name="status",
                kind=ValueKind.CHOICE,
                choices=_STATUSES,
                description="Only open or only closed ones.",
                example="open",
            ),
            SEVERITY,
            ACCOUNT,
            HOST,
            WINDOW,
            COUNT,
        ),
        examples=(
            "which cases are there?",
            "list incidents",
            "Anything going on that I should know about?",
            "how many open cases do we have",
            "show me all critical investigations",
            "is there an incident involving FS01?",
            "cases since yesterday",
            "Do we currently have any security incidents, and how bad are they?",
            "was there anything last week",
            "what is the worst thing that happened",
            "cases with alice in them",
            "closed ones?",
        ),
        words=("cases", "incidents", "investigations", "going on", "happening", "open", "closed", "worst", "gravest"),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the cases that fit, gravest first."""
        status = choice_of(arguments, "status", _STATUSES, None)
        least = choice_of(arguments, "severity", (s.value for s in Severity), None)
        account, host, window = text_of(arguments, "account"), text_of(arguments, "host"), window_of(arguments)
        most = count_of(arguments, default=10, most=100)
        if not context.cases:
            return no_case(context, {"cases": [], "count": 0})
        fitting = [c for c in context.cases if _fits(c, status, least, account, host, window)]
        facts, say = FactList(), Saying()
        what = " ".join(filter(None, ["" if status in (None, "all") else status, "case"]))
        told = ""
        if least:
            say.add(ValueKind.SEVERITY, least)
            told += f" of severity {least} or graver" if least != Severity.CRITICAL else f" of severity {least}"
        told += f" with {say.account(account)} in it" if account else ""
        told += f" with {say.host(host)} in it" if host else ""
        told += f" with activity{in_window(say, window)}" if window else ""
        every = [stored(c.case_id, c.title) for c in context.cases]
        if not fitting:
            n = len(context.cases)
            text = f"There is no {what}{told}: {say.n(n, 'current case was', 'current cases were')} looked at."
            facts.add("n_cases", 0, text, say, kind=ValueKind.COUNT, evidence=every)
            return ToolResult(facts=facts.done(), values={"cases": [], "count": 0}, window=window)
        gravest = fitting[0]
        n_said = say.n(len(fitting), what, what + "s")
        verb = "is" if len(fitting) == 1 else "are"
        lead = "it is" if len(fitting) == 1 else "the gravest is"
        text = (
            f"There {verb} {n_said}{told}; {lead} {titled(say, gravest)}, {_severity(say, gravest)}, "
            f"{say.span(gravest.first_at, gravest.last_at)}."
        )
        facts.add(
            "n_cases", len(fitting), text, say, kind=ValueKind.COUNT,
            evidence=[*case_proof(gravest)[:2], *(stored(c.case_id, c.title) for c in fitting)],
        )  # fmt: skip
        for case in fitting[1:most]:
            _one(facts, case)
        rows = tuple(
            (c.case_id, c.title, c.severity.value, f"{c.confidence:.0%}", c.status.value, c.verdict.value,
             iso(c.first_at), iso(c.last_at), ", ".join(a.name for a in c.accounts if a.implicated))
            for c in fitting[: context.max_rows]
        )  # fmt: skip
        columns = ("case", "title", "severity", "sure", "status", "verdict", "first", "last", "implicated")
        return ToolResult(
            facts=facts.done(),
            values={"cases": [c.case_id for c in fitting], "count": len(fitting)},
            tables=(DataTable(columns=columns, rows=rows, title="Cases", cut=max(0, len(fitting) - len(rows))),),
            case_id=gravest.case_id,
            window=window,
            next_questions=(f"What happened in {gravest.case_id}?", "Which accounts are implicated?"),
        )


def _fits(
    case: Case, status: str | None, least: str | None, account: str | None, host: str | None, window: Window | None
) -> bool:
    if status not in (None, "all") and case.status.value != status:
        return False
    if least and case.severity.rank < Severity(least).rank:
        return False
    if account and account_in(case, account) is None:
        return False
    if host and host_in(case, host) is None:
        return False
    if window is None:
        return True
    begins_in_time = window.end_at is None or case.first_at < window.end_at
    return begins_in_time and (window.start_at is None or case.last_at >= window.start_at)


def _severity(say: Saying, case: Case) -> str:
    say.add(ValueKind.SEVERITY, case.severity.value)
    return f"{case.severity.value}, {say.share(case.confidence)} sure to be an attack"


def _one(facts: FactList, case: Case) -> None:
    say = Saying()
    text = f"{titled(say, case)} is {_severity(say, case)}, {say.span(case.first_at, case.last_at)}."
    facts.add(
        "case", case.case_id, text, say, kind=ValueKind.CASE, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=case_proof(case),
    )  # fmt: skip


class CaseSummary:
    """Says what a case is about."""

    tool = Tool(
        name="case_summary",
        description="What a case is about: what happened, when, who and what took part, what stands open.",
        parameters=(CASE,),
        examples=(
            "what happened?",
            "summarise the incident",
            "Give me the short version of case-1a2b3c4d.",
            "tl;dr",
            "explain this case to me like I just came on shift",
            "what is this incident about and how bad is it",
            "brief me",
            "overview of the case please",
            "How sure are we that this is an attack?",
            "executive summary",
            "what do we know so far",
            "when did the attack start and how long did it last?",
            "is it still open?",
            "sum up the worst incident",
        ),
        words=(
            "happened", "summary", "summarise", "summarize", "overview", "about", "brief", "explain", "tl;dr", "know",
            "severity", "sure", "verdict", "status",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the case in a handful of facts, the most telling first."""
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {})
        case, facts = chosen.case, FactList()
        _headline(facts, case)
        _who(facts, case)
        _where(facts, case)
        _how(facts, case)
        _from_outside(facts, case)
        _decisive(facts, case)
        _standing(facts, case)
        which_case(facts, chosen, context)
        implicated = [a.name for a in case.accounts if a.implicated]
        return ToolResult(
            facts=facts.done(),
            values={
                "case": case.case_id,
                "severity": case.severity.value,
                "confidence": case.confidence,
                "status": case.status.value,
                "verdict": case.verdict.value,
                "first_at": iso(case.first_at),
                "last_at": iso(case.last_at),
                "duration_s": (case.last_at - case.first_at).total_seconds(),
                "accounts": implicated,
                "hosts": [h.name for h in case.hosts],
                "techniques": [t.technique_id for t in case.techniques],
                "findings": len(case.findings),
            },
            unknown=case.unknown[:3],
            case_id=case.case_id,
            entities=(*implicated[:3], *(h.name for h in case.hosts[:2])),
            next_questions=(
                "Which accounts are implicated, and why?",
                "Show me the timeline.",
                "How did the attacker move?",
                "What should we do next?",
            ),
        )


def _headline(facts: FactList, case: Case) -> None:
    say = Saying()
    long = (case.last_at - case.first_at).total_seconds() >= 1
    lasting = f", over {say.lasting(case.first_at, case.last_at)}" if long else ""
    together = plural(len(case.findings), "", " that belong together")
    text = (
        f"{titled(say, case)} is {_severity(say, case)}: {say.n(len(case.findings), 'finding')}{together}, in "
        f"{say.n(len(case.timeline), 'step')} {say.span(case.first_at, case.last_at)}{lasting}."
    )
    facts.add(
        "case", case.case_id, text, say, kind=ValueKind.CASE, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=case_proof(case),
    )  # fmt: skip


def _who(facts: FactList, case: Case) -> None:
    say = Saying()
    implicated = [a for a in case.accounts if a.implicated]
    targeted = [a for a in case.accounts if a.role is AccountRole.TARGETED]
    if implicated:
        names = joined([f"{say.account(a.name)} ({a.role.value}, {say.share(a.confidence)})" for a in implicated[:6]])
        for a in implicated[:6]:
            say.add(ValueKind.ROLE, a.role.value)
        more = f" and {say.n(len(implicated) - 6)} more" if len(implicated) > 6 else ""
        text = f"{say.n(len(implicated), 'account is', 'accounts are')} implicated: {names}{more}"
    else:
        text = "No account that a person or program logs on with is implicated"
    if targeted:
        shown_targets = joined([say.account(a.name) for a in targeted[:4]])
        more = f" and {say.n(len(targeted) - 4)} more" if len(targeted) > 4 else ""
        text += f"; aimed at: {shown_targets}{more}"
    proof = [e for a in (implicated or targeted) for c in a.reasons[:1] for e in c.evidence[:1]] or case_proof(case)
    facts.add(
        "n_implicated_accounts", len(implicated), text + ".", say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=proof,
        aliases=[x for a in implicated[:6] for x in a.aliases],
    )  # fmt: skip


def _where(facts: FactList, case: Case) -> None:
    if not case.hosts:
        return
    say = Saying()
    names = []
    for host in case.hosts[:6]:
        say.add(ValueKind.ROLE, host.role.value)
        names.append(f"{say.host(host.name)} ({host.role.value})")
    more = f" and {say.n(len(case.hosts) - 6)} more" if len(case.hosts) > 6 else ""
    text = f"{say.n(len(case.hosts), 'host takes', 'hosts take')} part: {joined(names)}{more}."
    facts.add(
        "n_hosts", len(case.hosts), text, say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=[e for h in case.hosts for c in h.reasons[:1] for e in c.evidence[:1]],
    )  # fmt: skip


def _how(facts: FactList, case: Case) -> None:
    if not case.techniques:
        return
    say = Saying()
    seen = {t for use in case.findings for t in use.tactics}
    tactics = [t for t in TACTICS if t in seen]
    shown_tactics = f", showing {joined([say.tactic(t) for t in tactics], 14)}" if tactics else ""
    text = f"{say.n(len(case.techniques), 'ATT&CK technique is', 'ATT&CK techniques are')} seen{shown_tactics}."
    facts.add(
        "n_techniques", len(case.techniques), text, say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=[e for t in case.techniques for e in t.evidence[:1]],
    )  # fmt: skip


def _from_outside(facts: FactList, case: Case) -> None:
    outside = [v for k, v in case.observables if k == "ip"]
    if not outside:
        return
    say = Saying()
    words = joined([say.address(v) for v in outside[:5]], 5)
    more = f" and {say.n(len(outside) - 5)} more" if len(outside) > 5 else ""
    verb = "outside address takes" if len(outside) == 1 else "outside addresses take"
    text = f"{say.n(len(outside))} {verb} part in the events: {words}{more}."
    facts.add(
        "outside_addresses", outside[:20], text, say, kind=ValueKind.ADDRESS, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=case_proof(case),
    )  # fmt: skip


def _decisive(facts: FactList, case: Case) -> None:
    """Say which findings weigh most, and what came first."""
    gravest = sorted(case.findings, key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))[:3]
    for finding in gravest:
        say = Saying()
        say.add(ValueKind.SEVERITY, finding.severity.value)
        place = f" on {say.host(finding.device_name)}" if finding.device_name else ""
        who = f" by {say.account(finding.accounts[0])}" if finding.accounts else ""
        text = f"A {finding.severity.value} finding: {say.quoted_title(finding.title)}{who}{place}, first at "
        text += f"{say.at(finding.first_at)}."
        facts.add(
            "finding", finding.title, text, say, kind=ValueKind.FINDING, subject=case.case_id,
            subject_kind=ValueKind.CASE, evidence=finding.evidence, aliases=(finding.finding_id, finding.rule_id),
        )  # fmt: skip


def _standing(facts: FactList, case: Case) -> None:
    say = Saying()
    text = f"{say.case(case)} is {case.status.value}"
    told = [n for n in case.notes if n.verdict is not None and n.finding_id is None]
    if case.verdict is not Verdict.UNDECIDED and told:
        last = told[-1]
        text += f" with the verdict {case.verdict.value.replace('_', ' ')}, given by {say.account(last.author)} at "
        text += say.at(last.at)
    elif case.verdict is not Verdict.UNDECIDED:
        text += f" with the verdict {case.verdict.value.replace('_', ' ')}"
    else:
        text += "; no analyst has given a verdict"
    say.add(ValueKind.TEXT, case.verdict.value)
    say.add(ValueKind.TEXT, case.status.value)
    facts.add(
        "status", case.status.value, text + ".", say, kind=ValueKind.TEXT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=[stored(case.case_id, case.title)],
    )  # fmt: skip


CASES = Cases()
CASE_SUMMARY = CaseSummary()
