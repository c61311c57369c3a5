"""What to do about a case, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.investigate.tools.base import account_in, host_in
from vedette.schema import Case, DataTable, Evidence, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, CASE, HOST, choice_of, text_of
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying

_WHATS = ("steps", "questions", "both")


class NextSteps:
    """Says what to do next and what is not known."""

    tool = Tool(
        name="next_steps",
        description="What to do next about a case, containment first, and which questions the data leaves open.",
        parameters=(
            CASE,
            Parameter(
                name="what",
                kind=ValueKind.CHOICE,
                choices=_WHATS,
                description="steps: what to do; questions: what is not known; both.",
                example="what to do",
            ),
            ACCOUNT,
            HOST,
        ),
        examples=(
            "what should we do next?",
            "next steps",
            "How do I contain this?",
            "what is still unknown",
            "which questions are open in this case",
            "recommendations please",
            "Who has to reset their password and what do we isolate?",
            "remediation",
            "what don't we know yet about the intrusion",
            "to-do list for the night shift",
            "how do we respond to case-1a2b3c4d",
            "what should be done about FS01",
            "any gaps in the investigation?",
        ),
        words=(
            "next", "do", "should", "contain", "containment", "remediate", "remediation", "respond", "response",
            "recommend", "recommendations", "isolate", "reset", "open", "unknown", "gaps", "todo", "to-do",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the steps and the open questions, as the case has them."""
        what = choice_of(arguments, "what", _WHATS, "both") or "both"
        account, host = text_of(arguments, "account"), text_of(arguments, "host")
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"steps": [], "questions": [], "count": 0})
        case = chosen.case
        known_account = account_in(case, account) if account else None
        known_host = host_in(case, host) if host else None
        names = [n for n in (known_account.name if known_account else account,
                             known_host.name if known_host else host) if n]  # fmt: skip
        steps = [s for s in case.next_steps if all(n in s for n in names)] if what != "questions" else []
        questions = [q for q in case.unknown if all(n in q for n in names)] if what != "steps" else []
        facts, say = FactList(), Saying()
        parts = []
        if what != "questions":
            parts.append(f"{say.n(len(steps), 'step is', 'steps are')} advised")
        if what != "steps":
            parts.append(f"{say.n(len(questions), 'question is', 'questions are')} open")
        about = f" about {' and '.join(say.value(ValueKind.ENTITY, n) for n in names)}" if names else ""
        text = f"For {say.case(case)}, {' and '.join(parts)}{about}."
        facts.add(
            "n_steps" if what != "questions" else "n_questions", len(steps) if what != "questions" else len(questions),
            text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
            evidence=case_proof(case),
        )  # fmt: skip
        told = [("next_step", steps[:3]), ("open_question", questions[:3])]
        told += [("next_step", steps[3:]), ("open_question", questions[3:])]
        for name, texts in told:
            for one in texts:
                said = Saying()
                facts.add(
                    name, one, said.told(one, case), said, kind=ValueKind.TEXT, subject=case.case_id,
                    subject_kind=ValueKind.CASE, evidence=_proof(case, one),
                )  # fmt: skip
        which_case(facts, chosen, context)
        rows = tuple(("do", s) for s in steps) + tuple(("find out", q) for q in questions)
        return ToolResult(
            facts=facts.done(),
            values={"steps": steps, "questions": questions, "count": len(steps) if what != "questions" else len(rows)},
            tables=(DataTable(columns=("kind", "what"), rows=rows, title="Next steps"),) if rows else (),
            case_id=case.case_id,
            entities=tuple(names),
            next_questions=("Which accounts are implicated?", "Draft a report."),
        )


def _proof(case: Case, text: str) -> tuple[Evidence, ...]:
    """Return what speaks for the account or host that a step or question is about."""
    for account in case.accounts:
        if account.name in text and account.reasons:
            return tuple(e for c in account.reasons[:2] for e in c.evidence[:2]) or case_proof(case)
    for host in case.hosts:
        if host.name in text and host.reasons:
            return tuple(e for c in host.reasons[:2] for e in c.evidence[:2]) or case_proof(case)
    return case_proof(case)


NEXT_STEPS = NextSteps()
