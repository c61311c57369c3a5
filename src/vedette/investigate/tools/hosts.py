"""Which hosts take part in a case, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.investigate.tools.base import account_in, host_aliases, same_host
from vedette.schema import Case, CaseHost, DataTable, HostRole, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, CASE, choice_of, text_of
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import ROLE_WORDS, FactList, Saying, iso, joined, plural

_ROLES = (*(r.value for r in HostRole), "all")


class Hosts:
    """Names the hosts of a case by their part in it."""

    tool = Tool(
        name="hosts",
        description="Which hosts take part in a case: where it began, which acted on others, which were reached.",
        parameters=(
            CASE,
            Parameter(
                name="role",
                kind=ValueKind.CHOICE,
                choices=_ROLES,
                description="entry (where it begins), source, target, affected, or all.",
                example="entry",
            ),
            ACCOUNT,
        ),
        examples=(
            "which hosts are affected?",
            "patient zero?",
            "what machines are involved in this incident",
            "where did the attacker get in",
            "how many computers were hit",
            "Which servers did they reach?",
            "affected systems",
            "list the entry point",
            "Was the domain controller touched?",
            "on which hosts was svc-backup active during the attack",
            "boxes to isolate",
            "which workstation was the source of the activity?",
        ),
        words=(
            "host", "hosts", "machine", "machines", "computer", "computers", "server", "servers", "workstation",
            "systems", "affected", "entry", "patient zero", "boxes",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the hosts of the role asked for, all by default, entry first."""
        role = choice_of(arguments, "role", _ROLES, "all") or "all"
        wanted = text_of(arguments, "account")
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"hosts": [], "count": 0, "roles": {}})
        case = chosen.case
        fitting = [h for h in case.hosts if role == "all" or h.role.value == role]
        account = account_in(case, wanted) if wanted else None
        if wanted:
            places = account.hosts if account else ()
            steps = {s.host for s in case.timeline if account and s.account == account.name}
            fitting = [h for h in fitting if any(same_host(p, h.name) for p in (*places, *steps))]
        facts, say = FactList(), Saying()
        who = f" that {say.account(account.name if account else wanted)} was seen on" if wanted else ""
        if fitting:
            words = []
            for host in fitting[:8]:
                say.add(ValueKind.ROLE, host.role.value)
                words.append(f"{say.host(host.name)} ({host.role.value})")
            more = f" and {say.n(len(fitting) - 8)} more" if len(fitting) > 8 else ""
            kind = "" if role == "all" else f"{role} "
            text = (
                f"{say.case(case)} has {say.n(len(fitting))} {kind}{plural(len(fitting), 'host')}{who}: "
                f"{joined(words)}{more}."
            )
            facts.add(
                "n_hosts", len(fitting), text, say, kind=ValueKind.COUNT, subject=case.case_id,
                subject_kind=ValueKind.CASE, aliases=[x for h in fitting[:8] for x in host_aliases(h)],
                evidence=[e for h in fitting for c in h.reasons[:1] for e in c.evidence[:1]],
            )  # fmt: skip
            for host in fitting[:8]:
                host_fact(facts, case, host)
        else:
            kind = "host" if role == "all" else f"{role} host"
            looked = f"{say.n(len(case.findings), 'finding')} on {say.n(len(case.hosts), 'host')} were looked at"
            text = f"{say.case(case)} has no {kind}{who}: {looked}."
            facts.add(
                "n_hosts", 0, text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
                evidence=case_proof(case),
            )  # fmt: skip
        which_case(facts, chosen, context)
        rows = tuple(
            (h.name, h.role.value, ", ".join(h.addresses), iso(h.first_at), iso(h.last_at))
            for h in fitting[: context.max_rows]
        )
        table = DataTable(
            columns=("host", "role", "addresses", "first", "last"),
            rows=rows,
            title="Hosts",
            cut=max(0, len(fitting) - len(rows)),
        )
        return ToolResult(
            facts=facts.done(),
            values={
                "hosts": [h.name for h in fitting],
                "count": len(fitting),
                "roles": {h.name: h.role.value for h in fitting},
            },
            tables=(table,) if rows else (),
            unknown=tuple(q for q in case.unknown if any(h.name in q for h in fitting))[:3],
            case_id=case.case_id,
            entities=tuple(h.name for h in fitting[:5]),
            next_questions=("How did the attacker move?", "Which accounts are implicated?"),
        )


def host_fact(facts: FactList, case: Case, host: CaseHost) -> None:
    """Say which role a host has in a case, what that means, when, and who acts there."""
    say = Saying()
    say.add(ValueKind.ROLE, host.role.value)
    name = say.host(host.name)
    addresses = f" ({', '.join(say.address(a) for a in host.addresses[:3])})" if host.addresses else ""
    seen = f", {say.span(host.first_at, host.last_at)}" if host.first_at and host.last_at else ""
    actors = list(dict.fromkeys(s.account for s in case.timeline if s.account and same_host(s.host, host.name)))
    by = f"; acting there: {joined([say.account(a) for a in actors[:5]], 5)}" if actors else ""
    meaning = ROLE_WORDS[host.role]
    role = f"{_article(host.role.value)} {host.role.value} host"
    text = f"{name}{addresses} is {role} in {say.case(case)}: {meaning}{seen}{by}."
    facts.add(
        "host_role", host.role.value, text, say, kind=ValueKind.ROLE, subject=host.name,
        subject_kind=ValueKind.HOST, aliases=host_aliases(host),
        evidence=[e for c in host.reasons for e in c.evidence] or case_proof(case),
    )  # fmt: skip


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


HOSTS = Hosts()
