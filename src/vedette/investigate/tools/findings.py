"""What rules found: the findings of a case or of the whole lake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from vedette.errors import UserError
from vedette.investigate.tools.accounts import role_fact, strongest
from vedette.investigate.tools.base import account_in, host_in, same_host, short_account
from vedette.schema import Case, DataTable, Finding, Parameter, Severity, Tool, ToolResult, ValueKind, Window
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import (
    ACCOUNT,
    CASE,
    COUNT,
    HOST,
    SEVERITY,
    TACTIC,
    TECHNIQUE,
    WINDOW,
    choice_of,
    count_of,
    in_window,
    tactic_of,
    technique_of,
    text_of,
    window_of,
)
from vedette.toolbox.cases import choose_case, lake_state, no_case, stored, which_case
from vedette.toolbox.saying import FactList, Saying, iso, joined

_SCOPES = ("case", "all")


class Findings:
    """Lists findings."""

    tool = Tool(
        name="findings",
        description="Which findings (rules that fired) there are: in a case or the whole lake, by severity or filter.",
        parameters=(
            CASE,
            Parameter(
                name="scope",
                kind=ValueKind.CHOICE,
                choices=_SCOPES,
                description="Those of the case, or all of the lake.",
                example="all findings",
            ),
            SEVERITY,
            ACCOUNT,
            HOST,
            TECHNIQUE,
            TACTIC,
            WINDOW,
            Parameter(
                name="text",
                kind=ValueKind.TEXT,
                description="Only those whose title or rule id holds this.",
                example="encoded PowerShell",
            ),
            COUNT,
        ),
        examples=(
            "which findings are there?",
            "what did the rules find",
            "alerts on FS01",
            "Show me the critical findings of this case.",
            "which detections fired for bob",
            "how many high severity findings",
            "sigma hits?",
            "did anything about LSASS fire",
            "list all findings in the lake, not just the case",
            "Why is this a case at all, what triggered it?",
            "findings for T1059.001",
            "what was detected on 9 March",
            "detections",
        ),
        words=(
            "finding", "findings", "detection", "detections", "detected", "alert", "alerts", "fired", "rule", "rules",
            "sigma", "hits", "triggered", "severity", "critical", "high",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the findings that fit, gravest first."""
        from vedette.store.book import load_findings

        scope = choice_of(arguments, "scope", _SCOPES, None)
        if scope == "all" and text_of(arguments, "case"):
            raise UserError("a case is named and all findings are asked for", next_step="ask for one of the two")
        everything = load_findings(context.lake)
        chosen = None if scope == "all" else choose_case(context, arguments)
        if chosen is None and scope == "case":
            return no_case(context, {"findings": [], "count": 0})
        if not everything and chosen is None:
            state = lake_state(context)
            if not state.judged:
                return no_case(context, {"findings": [], "count": 0})
        case = chosen.case if chosen else None
        wanted = _Wanted(arguments, case)
        pool: Sequence[Finding] = case.findings if case else everything
        fitting = sorted(
            (f for f in pool if wanted.fits(f)), key=lambda f: (-f.severity.rank, f.first_at, f.finding_id)
        )
        facts, say = FactList(), Saying()
        where = f"{say.case(case)} rests on" if case else "The lake holds"
        told = wanted.said(say)
        if fitting:
            counts = Counter(f.severity for f in fitting)
            levels = []
            for severity in sorted(counts, key=lambda s: -s.rank):
                say.add(ValueKind.SEVERITY, severity.value)
                levels.append(f"{say.n(counts[severity])} {severity.value}")
            text = f"{where} {say.n(len(fitting), 'finding')}{told} ({joined(levels)})"
        else:
            text = f"{where} no finding{told}: {say.n(len(pool), 'finding was', 'findings were')} looked at"
        if case and len(everything) > len(case.findings):
            text += f"; in the whole lake there are {say.n(len(everything))}"
        facts.add(
            "n_findings", len(fitting), text + ".", say, kind=ValueKind.COUNT, subject=case.case_id if case else "",
            subject_kind=ValueKind.CASE if case else None,
            evidence=[e for f in (fitting or pool)[:8] for e in f.evidence[:1]] or [stored("findings", "0 findings")],
        )  # fmt: skip
        if not fitting and case and wanted.known:
            role_fact(facts, case, wanted.known)
            for reason in strongest(wanted.known)[:2]:
                said = Saying()
                facts.add(
                    "account_reason", wanted.known.name, said.told(reason.text, case), said, kind=ValueKind.ACCOUNT,
                    subject=wanted.known.name, subject_kind=ValueKind.ACCOUNT, evidence=reason.evidence,
                )  # fmt: skip
        most = count_of(arguments, default=8, most=50)
        for finding in fitting[:most]:
            finding_fact(facts, case, finding)
        if chosen:
            which_case(facts, chosen, context)
        rows = tuple(
            (f.finding_id[:8], f.severity.value, f.title, f.count, f.device_name or f.cloud_account or "",
             ", ".join(f.accounts[:3]), ", ".join(f.techniques), iso(f.first_at), iso(f.last_at))
            for f in fitting[: context.max_rows]
        )  # fmt: skip
        columns = ("finding", "severity", "title", "fired", "place", "accounts", "techniques", "first", "last")
        cut = max(0, len(fitting) - len(rows))
        return ToolResult(
            facts=facts.done(),
            values={
                "findings": [
                    {"finding_id": f.finding_id, "title": f.title, "severity": f.severity.value, "count": f.count}
                    for f in fitting
                ],
                "count": len(fitting),
            },
            tables=(DataTable(columns=columns, rows=rows, title="Findings", cut=cut),) if rows else (),
            unknown=() if fitting else ("Rules find what they know: what no rule tells of is not seen.",),
            case_id=case.case_id if case else None,
            entities=tuple(filter(None, (wanted.account, wanted.host))),
            window=wanted.window,
            next_questions=(
                *(f"Show me the events of “{f.title}”." for f in fitting[:1]),
                "Which techniques were used?",
            ),
        )


class _Wanted:
    """Which findings are asked for."""

    def __init__(self, arguments: Mapping[str, Any], case: Case | None) -> None:
        least = choice_of(arguments, "severity", (s.value for s in Severity), None)
        self.least = Severity(least) if least else None
        self.account, self.host = text_of(arguments, "account"), text_of(arguments, "host")
        known_account = account_in(case, self.account) if case and self.account else None
        self.known = known_account
        known_host = host_in(case, self.host) if case and self.host else None
        names = (known_account.name, *known_account.aliases) if known_account else (self.account or "",)
        self.names = {n.casefold() for n in names} | {short_account(n) for n in names if n}
        self.account = known_account.name if known_account else self.account
        self.host = known_host.name if known_host else self.host
        self.technique, self.tactic = technique_of(arguments), tactic_of(arguments)
        self.text = text_of(arguments, "text")
        self.window: Window | None = window_of(arguments)

    def fits(self, f: Finding) -> bool:
        """Return whether a finding is asked for."""
        if self.least and f.severity.rank < self.least.rank:
            return False
        if self.account and not any(a.casefold() in self.names or short_account(a) in self.names for a in f.accounts):
            return False
        if self.host and not (same_host(f.device_name, self.host)):
            return False
        if self.technique and not any((t + ".").startswith(self.technique + ".") for t in f.techniques):
            return False
        if self.tactic and self.tactic not in f.tactics:
            return False
        if self.text and not all(
            w in f"{f.title} {f.rule_id} {f.finding_id}".casefold() for w in self.text.casefold().split()
        ):
            return False
        if self.window is None:
            return True
        before_end = self.window.end_at is None or f.first_at < self.window.end_at
        return before_end and (self.window.start_at is None or f.last_at >= self.window.start_at)

    def said(self, say: Saying) -> str:
        """Return the filter in words, with a space before it."""
        words = ""
        if self.least:
            say.add(ValueKind.SEVERITY, self.least.value)
            words += f" of severity {self.least.value}" + ("" if self.least is Severity.CRITICAL else " or graver")
        words += f" by {say.account(self.account)}" if self.account else ""
        words += f" on {say.host(self.host)}" if self.host else ""
        words += f" tagged {say.technique(self.technique)}" if self.technique else ""
        words += f" showing {say.tactic(self.tactic)}" if self.tactic else ""
        words += f" about {say.quote(self.text)}" if self.text else ""
        return words + in_window(say, self.window)


def finding_fact(facts: FactList, case: Case | None, f: Finding) -> None:
    """Say one finding: what, how grave, by whom, where, when, how often."""
    say = Saying()
    say.add(ValueKind.SEVERITY, f.severity.value)
    who = ""
    aliases: list[str] = [f.finding_id, f.rule_id]
    if f.accounts:
        known = account_in(case, f.accounts[0]) if case else None
        who = f" by {say.account(known.name if known else f.accounts[0])}"
        aliases += [f.accounts[0]]
        who += f" and {say.n(len(f.accounts) - 1)} more" if len(f.accounts) > 1 else ""
    place = f" on {say.host(f.device_name)}" if f.device_name else ""
    if not place and f.cloud_account:
        place = f" in cloud account {say.value(ValueKind.RESOURCE, f.cloud_account)}"
    times = f", {say.n(f.count, 'time')}" if f.count > 1 else ""
    tags = f" [{', '.join(say.technique(t) for t in f.techniques[:4])}]" if f.techniques else ""
    title = say.quoted_title(f.title)
    text = f"{f.severity.value.capitalize()}: {title}{who}{place}{times}, {say.span(f.first_at, f.last_at)}{tags}."
    facts.add(
        "finding", f.title, text, say, kind=ValueKind.FINDING, subject=f.device_name or f.cloud_account or "",
        subject_kind=ValueKind.HOST if f.device_name else None, evidence=f.evidence, aliases=aliases,
    )  # fmt: skip


FINDINGS = Findings()
