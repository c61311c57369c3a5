"""Which accounts took part in a case, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from vedette.investigate.names import is_address
from vedette.investigate.tools.base import account_aliases, host_in
from vedette.schema import (
    AccountRole,
    Case,
    CaseAccount,
    Claim,
    DataTable,
    Evidence,
    Parameter,
    Tool,
    ToolResult,
    ValueKind,
)
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import CASE, HOST, choice_of, text_of
from vedette.toolbox.cases import case_proof, choose_case, no_case, stored, which_case
from vedette.toolbox.saying import ROLE_WORDS, FactList, Saying, iso, joined, plural

_ROLES = ("implicated", *(r.value for r in AccountRole), "all")


class ImplicatedAccounts:
    """Names the accounts of a case by their part in it."""

    tool = Tool(
        name="implicated_accounts",
        description="Which accounts took part in a case, were created, aimed at or merely near it, and why.",
        parameters=(
            CASE,
            Parameter(
                name="role",
                kind=ValueKind.CHOICE,
                choices=_ROLES,
                description="implicated (took part: compromised, attacker or created), one role alone, or all.",
                example="compromised",
            ),
            HOST,
        ),
        examples=(
            "which accounts are implicated?",
            "who did it",
            "compromised users",
            "Which user accounts did the attacker take over, and how do we know?",
            "was any account created?",
            "list the accounts that were targeted but not breached",
            "whose credentials are burned",
            "who should have their password reset",
            "accts involved?",
            "Is anybody else affected besides pgustavo?",
            "how many users were compromised",
            "which accounts are just bystanders",
            "new accounts made by the intruder",
            "who is behind this",
            "which users acted on FS01",
        ),
        words=(
            "who", "whose", "account", "accounts", "user", "users", "implicated", "compromised", "created", "targeted",
            "involved", "credentials", "bystander", "bystanders", "taken over", "attacker",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the accounts of the role asked for, implicated ones by default, each with why."""
        role = choice_of(arguments, "role", _ROLES, "implicated") or "implicated"
        host = text_of(arguments, "host")
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"accounts": [], "count": 0, "roles": {}})
        case = chosen.case
        fitting = [a for a in case.accounts if _has(a, role)]
        if host:
            known = host_in(case, host)
            name = known.name if known else host
            from_there = {s.account for s in case.timeline if f" from {name}" in s.text} if is_address(name) else set()
            fitting = [a for a in fitting if a.name in from_there or any(_is(h, name) for h in a.hosts)]
        facts = FactList()
        if fitting:
            _headline(facts, case, fitting, role, host)
            if role == "implicated" and not host:
                _aimed_at(facts, case)
            for account in fitting[:6]:
                why(facts, case, account)
        else:
            _none(facts, case, role, host)
        births = _births(facts, context) if role == "created" else None
        which_case(facts, chosen, context)
        rows = tuple(
            (a.name, a.role.value, f"{a.confidence:.0%}", a.account_kind.value.replace("_", " "), iso(a.first_at),
             iso(a.last_at), ", ".join(a.hosts), a.reasons[0].text if a.reasons else "")
            for a in fitting[: context.max_rows]
        )  # fmt: skip
        columns = ("account", "role", "sure", "kind", "first", "last", "hosts", "why")
        table = DataTable(columns=columns, rows=rows, title="Accounts", cut=max(0, len(fitting) - len(rows)))
        return ToolResult(
            facts=facts.done(),
            values={
                "accounts": [a.name for a in fitting],
                "count": len(fitting),
                "roles": {a.name: a.role.value for a in fitting},
                **({"created_in_logs": births} if births is not None else {}),
            },
            tables=(table,) if rows else (),
            unknown=tuple(q for q in case.unknown if any(a.name in q for a in fitting) or (host and f" {host}?" in q))[
                :3
            ],
            case_id=case.case_id,
            entities=tuple(a.name for a in fitting[:5]),
            next_questions=_next(fitting),
        )


def _has(account: CaseAccount, role: str) -> bool:
    return role == "all" or (account.implicated if role == "implicated" else account.role.value == role)


def _is(host: str, wanted: str) -> bool:
    return host.split(".", 1)[0].casefold() == wanted.split(".", 1)[0].casefold()


def _role_said(role: str) -> str:
    return {"all": "seen", "bystander": "bystanders"}.get(role, role)


def _headline(facts: FactList, case: Case, fitting: list[CaseAccount], role: str, host: str | None) -> None:
    say = Saying()
    words = []
    for account in fitting[:8]:
        say.add(ValueKind.ROLE, account.role.value)
        words.append(f"{say.account(account.name)} ({account.role.value}, {say.share(account.confidence)})")
    more = f" and {say.n(len(fitting) - 8)} more" if len(fitting) > 8 else ""
    place = f" {'from' if is_address(host) else 'on'} {say.host(host)}" if host else ""
    verb = plural(len(fitting), "account is", "accounts are")
    text = f"In {say.case(case)}, {say.n(len(fitting))} {verb} {_role_said(role)}{place}: {joined(words)}{more}."
    facts.add(
        f"n_{role}_accounts", len(fitting), text, say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=[e for a in fitting for c in a.reasons[:1] for e in c.evidence[:1]],
        aliases=[x for a in fitting[:8] for x in account_aliases(a)],
    )  # fmt: skip


def _aimed_at(facts: FactList, case: Case) -> None:
    """Say which accounts were aimed at besides those that took part, and how."""
    targeted = [a for a in case.accounts if a.role is AccountRole.TARGETED]
    if not targeted:
        return
    say = Saying()
    words = []
    for account in targeted[:3]:
        why_ = say.told(account.reasons[0].text.rstrip("."), case) if account.reasons else ""
        name = say.account(account.name)
        words.append(f"{name} ({why_})" if why_ else name)
    more = f" and {say.n(len(targeted) - 3)} more" if len(targeted) > 3 else ""
    verb = plural(len(targeted), "account was", "accounts were")
    text = f"Besides, {say.n(len(targeted))} {verb} aimed at: {'; '.join(words)}{more}."
    facts.add(
        "n_targeted_accounts", len(targeted), text, say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=[e for a in targeted for c in a.reasons[:1] for e in c.evidence[:1]],
        aliases=[x for a in targeted[:3] for x in account_aliases(a)],
    )  # fmt: skip


def role_fact(facts: FactList, case: Case, account: CaseAccount) -> None:
    """Say which role an account has in a case, what that means, and when and where it acts there."""
    say = Saying()
    say.add(ValueKind.ROLE, account.role.value)
    name = say.account(account.name)
    steps = [s for s in case.timeline if s.account == account.name]
    seen = ""
    if steps:
        seen = f"; it acts in {say.n(len(steps), 'step')} of the case, {say.span(steps[0].at, steps[-1].at)}"
    elif account.first_at and account.last_at:
        seen = f"; it is seen {say.span(account.first_at, account.last_at)}"
    if account.hosts and seen:
        seen += f", on {joined([say.host(h) for h in account.hosts[:4]])}"
        seen += f" and {say.n(len(account.hosts) - 4)} more" if len(account.hosts) > 4 else ""
    text = (
        f"{name} counts as {account.role.value} in {say.case(case)} ({ROLE_WORDS[account.role]}), "
        f"{say.share(account.confidence)} sure{seen}."
    )
    evidence = [e for c in account.reasons for e in c.evidence[:2]] or list(case_proof(case))
    facts.add(
        "account_role", account.role.value, text, say, kind=ValueKind.ROLE, subject=account.name,
        subject_kind=ValueKind.ACCOUNT, evidence=evidence, aliases=account_aliases(account),
    )  # fmt: skip


def why(facts: FactList, case: Case, account: CaseAccount) -> None:
    """Say which role an account has, then the strongest reasons for it."""
    role_fact(facts, case, account)
    for reason in strongest(account)[:2]:
        say = Saying()
        text = say.told(reason.text, case)
        facts.add(
            "account_reason", account.name, text, say, kind=ValueKind.ACCOUNT, subject=account.name,
            subject_kind=ValueKind.ACCOUNT, evidence=reason.evidence or case_proof(case),
            aliases=account_aliases(account),
        )  # fmt: skip


def strongest(account: CaseAccount) -> list[Claim]:
    """Return the reasons for a role, the one that makes it first: of a created account, who created it."""
    if account.role is not AccountRole.CREATED:
        return list(account.reasons)
    return sorted(account.reasons, key=lambda c: f" created {account.name} " not in c.text)


def _none(facts: FactList, case: Case, role: str, host: str | None) -> None:
    say = Saying()
    listed = [a for a in case.accounts if not a.implicated][:5] if role == "implicated" else list(case.accounts)[:5]
    near = [f"{say.account(a.name)} ({a.role.value})" for a in listed]
    for account in listed:
        say.add(ValueKind.ROLE, account.role.value)
    beside = f" Seen instead: {joined(near)}." if near else ""
    place = f" on {say.host(host)}" if host else ""
    looked = f"{say.n(len(case.findings), 'finding')} and {say.n(len(case.accounts), 'account')} were looked at"
    what = {
        "implicated": "No account that a person or program logs on with is implicated",
        "created": "No account was created",
        "compromised": "No account counts as compromised",
        "attacker": "No account was used by the attacker as its own",
        "targeted": "No account was aimed at without being taken over",
        "bystander": "No account is a bystander",
        "all": "No account is seen",
    }[role]
    text = f"{what}{place} in {say.case(case)}: {looked}.{beside}"
    facts.add(
        f"n_{role}_accounts", 0, text, say, kind=ValueKind.COUNT, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=case_proof(case),
    )  # fmt: skip


def _births(facts: FactList, context: ToolContext) -> list[str]:
    """Say which accounts the logs record as created, whoever created them, and return their names."""
    from vedette.store.query import reading

    sql = (
        "SELECT coalesce(user_name, resource) AS made, actor_name, device_name, (time, event_id) AS moment FROM events "
        "WHERE class_name = 'account_change' AND activity = 'create' AND coalesce(outcome, '') <> 'failure' "
        "AND made IS NOT NULL ORDER BY moment"
    )
    with reading(context.lake) as reader:
        rows = reader.run(sql, max_rows=1_000, timeout_s=20.0).rows
        watched = reader.run("SELECT count(*) FROM events WHERE class_name = 'account_change'", timeout_s=20.0).rows
    say = Saying()
    made = list(dict.fromkeys(str(r[0]) for r in rows))
    if not rows:
        n = int(watched[0][0])
        text = f"The logs record no creation of an account: {say.n(n, 'account change was', 'account changes were')} "
        text += "looked at." if n else "found, and without such records it cannot be told whether there was one."
        facts.add("created_in_logs", [], text, say, kind=ValueKind.ACCOUNT, evidence=[stored("query", sql)])
        return []
    words = []
    for name, actor, host, (at, _) in rows[:6]:
        by = f" by {say.account(str(actor))}" if actor else ""
        on = f" on {say.host(str(host))}" if host else ""
        words.append(f"{say.account(str(name))}{by}{on} at {say.at(at.replace(tzinfo=UTC))}")
    more = f" and {say.n(len(rows) - 6)} more" if len(rows) > 6 else ""
    verb = plural(len(rows), "creation of an account", "creations of accounts")
    text = f"All the logs together record {say.n(len(rows))} {verb}, of the attack or not: {'; '.join(words)}{more}."
    facts.add(
        "created_in_logs", made[:50], text, say, kind=ValueKind.ACCOUNT,
        evidence=[Evidence(ref=str(ref), at=at.replace(tzinfo=UTC)) for _, _, _, (at, ref) in rows],
    )  # fmt: skip
    return made


def _next(fitting: list[CaseAccount]) -> tuple[str, ...]:
    if not fitting:
        return ("What happened in this case?", "Which hosts are affected?")
    first = fitting[0].name
    return (f"Is this normal for {first}?", f"What did {first} do first?", "How did the attacker move?")


IMPLICATED_ACCOUNTS = ImplicatedAccounts()
