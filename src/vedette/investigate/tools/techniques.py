"""Which ATT&CK techniques a case shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.investigate.case import TACTICS
from vedette.investigate.tools.base import account_in
from vedette.investigate.tools.timeline import Filter
from vedette.knowledge import attack
from vedette.schema import Case, DataTable, TechniqueUse, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, CASE, HOST, TACTIC, TECHNIQUE
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying, joined, plural


class Techniques:
    """Names the techniques of a case, in the order of the matrix."""

    tool = Tool(
        name="techniques",
        description="Which ATT&CK techniques a case shows: all, or those of a tactic, an account or a host.",
        parameters=(CASE, TACTIC, TECHNIQUE, ACCOUNT, HOST),
        examples=(
            "which techniques were used?",
            "ATT&CK mapping",
            "TTPs?",
            "map this incident to MITRE",
            "How did they get their credentials?",
            "what persistence did the attacker leave behind",
            "any sign of exfiltration",
            "was there lateral movement in this case?",
            "did they use T1003",
            "Which tactics does the attack cover?",
            "techniques seen on the domain controller",
            "privilege escalation tricks they used",
            "has T1059.001 been observed in the incident",
        ),
        words=(
            "technique", "techniques", "tactic", "tactics", "ttp", "ttps", "att&ck", "attack", "mitre", "mapping",
            "persistence", "exfiltration", "lateral movement", "privilege escalation", "credential access",
            "defense evasion", "discovery", "initial access", "command and control", "impact", "collection",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the techniques that fit, each with what shows it."""
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"techniques": [], "count": 0})
        case = chosen.case
        wanted = Filter.of(case, arguments)
        fitting = [t for t in case.techniques if _fits(case, t, wanted)]
        facts, say = FactList(), Saying()
        told = wanted.said(say)
        if fitting:
            words = joined([say.technique(t.technique_id, t.name) for t in fitting[:12]], 12)
            more = f" and {say.n(len(fitting) - 12)} more" if len(fitting) > 12 else ""
            text = f"{say.case(case)} shows {say.n(len(fitting), 'ATT&CK technique')}{told}: {words}{more}."
            facts.add(
                "n_techniques", len(fitting), text, say, kind=ValueKind.COUNT, subject=case.case_id,
                subject_kind=ValueKind.CASE, evidence=[e for t in fitting for e in t.evidence[:1]],
                aliases=[t.name for t in fitting],
            )  # fmt: skip
            if not wanted.tactic:
                _tactics(facts, case, fitting)
            for use in fitting[:8]:
                _one(facts, case, use)
        else:
            n_looked = say.n(len(case.techniques), "technique")
            text = f"{say.case(case)} shows no ATT&CK technique{told}: {n_looked} of "
            text += f"{say.n(len(case.findings), 'finding')} were looked at."
            facts.add(
                "n_techniques", 0, text, say, kind=ValueKind.COUNT, subject=case.case_id,
                subject_kind=ValueKind.CASE, evidence=case_proof(case),
            )  # fmt: skip
        which_case(facts, chosen, context)
        rows = tuple((t.technique_id, t.name, ", ".join(t.tactics), t.count) for t in fitting[: context.max_rows])
        columns = ("technique", "name", "tactics", "findings")
        table = DataTable(columns=columns, rows=rows, title="Techniques", cut=max(0, len(fitting) - len(rows)))
        return ToolResult(
            facts=facts.done(),
            values={
                "techniques": [t.technique_id for t in fitting],
                "count": len(fitting),
                "tactics": [t for t in TACTICS if any(t in u.tactics for u in fitting)],
            },
            tables=(table,) if rows else (),
            unknown=() if fitting else ("Rules find what they know: a technique that no rule tells of is not seen.",),
            case_id=case.case_id,
            entities=tuple(filter(None, (wanted.account, wanted.host))),
            next_questions=(
                *(f"What is {t.technique_id}?" for t in fitting[:1]),
                "Show me the timeline.",
                "Which findings are there?",
            ),
        )


def _fits(case: Case, use: TechniqueUse, wanted: Filter) -> bool:
    if wanted.technique and not (
        use.technique_id == wanted.technique or use.technique_id.startswith(wanted.technique + ".")
    ):
        return False
    if wanted.tactic and wanted.tactic not in use.tactics:
        return False
    if wanted.account or wanted.host:
        alone = Filter(wanted.account, wanted.host)
        return any(use.technique_id in s.techniques for s in case.timeline if alone.fits(s))
    return True


def _tactics(facts: FactList, case: Case, fitting: list[TechniqueUse]) -> None:
    """Say which tactics the findings are tagged with, in the order of the matrix."""
    seen = {t for f in case.findings if set(f.techniques) & {u.technique_id for u in fitting} for t in f.tactics}
    tactics = [t for t in TACTICS if t in seen]
    if not tactics:
        return
    say = Saying()
    text = f"The findings behind them are tagged with {say.n(len(tactics), 'tactic')}: "
    text += f"{joined([say.tactic(t) for t in tactics], 14)}."
    facts.add(
        "n_tactics", len(tactics), text, say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=case_proof(case),
    )  # fmt: skip


def _one(facts: FactList, case: Case, use: TechniqueUse) -> None:
    say = Saying()
    showing = [f for f in case.findings if use.technique_id in f.techniques]
    showing.sort(key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))
    name = say.technique(use.technique_id, use.name)
    tactics = f" ({joined([say.tactic(t) for t in use.tactics], 6)})" if use.tactics else ""
    titles = joined([say.quoted_title(f.title) for f in showing[:3]])
    more = f" and {say.n(len(showing) - 3)} more" if len(showing) > 3 else ""
    first = ""
    if showing:
        began = min(showing, key=lambda f: (f.first_at, f.finding_id))
        first = f", first at {say.at(began.first_at)}"
        named = next((f for f in showing if f.accounts), None)
        account = account_in(case, named.accounts[0]) if named else None
        first += f", by {say.account(account.name)}" if account else ""
        first += f" on {say.host(began.device_name)}" if began.device_name else ""
    verb = plural(use.count, "is", "are")
    text = f"{name}{tactics}: {say.n(use.count, 'finding')} {verb} tagged with it, {titles}{more}{first}."
    known = attack.technique(use.technique_id)
    facts.add(
        "technique", use.technique_id, text, say, kind=ValueKind.TECHNIQUE, subject=use.technique_id,
        subject_kind=ValueKind.TECHNIQUE, evidence=use.evidence or case_proof(case),
        aliases=(use.name, known.title if known else ""),
    )  # fmt: skip


TECHNIQUES = Techniques()
