"""How the attacker moved: from host to host, from account to account, and to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vedette.investigate.tools.base import account_in, entity_name, host_in, same_host
from vedette.schema import Case, DataTable, Evidence, PathStep, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, CASE, HOST, WINDOW, in_window, text_of, window_of, within
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying, iso, joined

_PLACES = (ValueKind.HOST, ValueKind.ADDRESS)


@dataclass(slots=True)
class _Hop:
    """All edges from one place to another."""

    source: tuple[ValueKind, str]
    target: tuple[ValueKind, str]
    at: datetime
    labels: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


class AttackPath:
    """Tells the way of an attack."""

    tool = Tool(
        name="attack_path",
        description="How the attacker moved: from which host to which, with which account, in which order, to what.",
        parameters=(CASE, ACCOUNT, HOST, WINDOW),
        examples=(
            "how did the attacker move?",
            "lateral movement path",
            "From where did they get to the domain controller?",
            "draw me the route of the intruder through our network",
            "which way did they take from WORKSTATION5 to FS01",
            "how did pgustavo get onto WORKSTATION6?",
            "hops?",
            "Did they jump to another machine?",
            "what did the attacker reach from the entry host",
            "pivoting",
            "how did they get in and where did they go from there",
            "path of attack please",
            "which accounts did the attacker hop through",
        ),
        words=(
            "move", "moved", "movement", "lateral", "path", "route", "hop", "hops", "jump", "pivot", "spread", "reach",
            "way", "from where", "get to", "get onto", "get in", "travelled", "went",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the hops between places, then the accounts handed on, then what was reached."""
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"path": [], "count": 0, "hosts": []})
        case = chosen.case
        account, host, window = text_of(arguments, "account"), text_of(arguments, "host"), window_of(arguments)
        known_account = account_in(case, account) if account else None
        known_host = host_in(case, host) if host else None
        account = known_account.name if known_account else account
        host = known_host.name if known_host else host
        steps = [p for p in case.path if within(window, p.at) and _touches(case, p, account, host)]
        hops = _hops(case, steps)
        facts, say = FactList(), Saying()
        about = f" with {say.account(account)}" if account else ""
        about += f" from or to {say.host(host)}" if host else ""
        about += in_window(say, window)
        if hops:
            _headline(facts, case, hops, about, say)
            for hop in hops[:8]:
                _hop_fact(facts, case, hop)
        else:
            places = joined([say.host(h.name) for h in case.hosts[:5]], 5) or "no host"
            text = f"No movement between hosts{about} is seen in {say.case(case)}: its activity is on {places}; "
            text += f"{say.n(len(case.path), 'connection')} between accounts, hosts and resources "
            text += f"{'was' if len(case.path) == 1 else 'were'} looked at."
            facts.add(
                "n_hops", 0, text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
                evidence=case_proof(case),
            )  # fmt: skip
        _handed_on(facts, case, steps)
        _reached(facts, case, steps)
        which_case(facts, chosen, context)
        rows = tuple(
            (iso(p.at), entity_name(case, p.source)[1], entity_name(case, p.target)[1], p.label)
            for p in steps[: context.max_rows]
        )
        cut = max(0, len(steps) - len(rows))
        table = DataTable(columns=("time", "from", "to", "how"), rows=rows, title="Attack path", cut=cut)
        return ToolResult(
            facts=facts.done(),
            values={
                "path": [
                    {"source": h.source[1], "target": h.target[1], "at": iso(h.at), "how": h.labels} for h in hops
                ],
                "count": len(hops),
                "hosts": list(dict.fromkeys(n for h in hops for k, n in (h.source, h.target) if k is ValueKind.HOST)),
            },
            tables=(table,) if rows else (),
            unknown=tuple(q for q in case.unknown if q.startswith(("How did", "Who uses", "What happened on")))[:3],
            case_id=case.case_id,
            entities=tuple(filter(None, (account, host))),
            window=window,
            next_questions=("Which host was first?", "Which accounts are implicated?"),
        )


def _touches(case: Case, step: PathStep, account: str | None, host: str | None) -> bool:
    ends = [entity_name(case, step.source), entity_name(case, step.target)]
    if host and not any(k in _PLACES and same_host(n, host) for k, n in ends):
        return False
    return not account or any(n == account for _, n in ends) or f"as {account}" in step.label


def _hops(case: Case, steps: Sequence[PathStep]) -> list[_Hop]:
    """Return the edges between places, one for each pair, in order of the first time."""
    found: dict[tuple[str, str], _Hop] = {}
    for step in sorted(steps, key=lambda s: (s.at, s.source, s.target, s.label)):
        source, target = entity_name(case, step.source), entity_name(case, step.target)
        if source[0] not in _PLACES or target[0] not in _PLACES:
            continue
        hop = found.setdefault((step.source, step.target), _Hop(source, target, step.at))
        hop.labels.append(step.label)
        hop.evidence += step.evidence
    return list(found.values())


def _headline(facts: FactList, case: Case, hops: Sequence[_Hop], about: str, say: Saying) -> None:
    words = []
    for hop in hops[:8]:
        for kind, name in (hop.source, hop.target):
            say.value(kind, name)
        words.append(f"{hop.source[1]} → {hop.target[1]} ({say.at(hop.at)})")
    more = f" and {say.n(len(hops) - 8)} more" if len(hops) > 8 else ""
    verb = "leads" if len(hops) == 1 else "lead"
    text = f"In {say.case(case)}, {say.n(len(hops), 'way')} {verb} from one place to another{about}, in order of time: "
    text += f"{'; '.join(words)}{more}."
    facts.add(
        "n_hops", len(hops), text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=[e for h in hops for e in h.evidence[:1]],
        aliases=[n.split(".", 1)[0] for h in hops[:8] for k, n in (h.source, h.target) if k is ValueKind.HOST],
    )  # fmt: skip


def _hop_fact(facts: FactList, case: Case, hop: _Hop) -> None:
    say = Saying()
    source, target = say.value(*hop.source), say.value(*hop.target)
    labels = list(dict.fromkeys(hop.labels))[:4]
    for label in labels:
        say.told(label, case)
        say.add(ValueKind.TEXT, label)
    text = f"From {source} to {target}, first at {say.at(hop.at)}: {joined(labels, 4)}."
    facts.add(
        "hop", iso(hop.at), text, say, kind=ValueKind.TIME, subject=hop.target[1], subject_kind=hop.target[0],
        evidence=hop.evidence or case_proof(case),
        aliases=[n.split(".", 1)[0] for k, n in (hop.source, hop.target) if k is ValueKind.HOST],
    )  # fmt: skip


def _handed_on(facts: FactList, case: Case, steps: Sequence[PathStep]) -> None:
    """Say which account led to which."""
    for step in steps:
        source, target = entity_name(case, step.source), entity_name(case, step.target)
        if target[0] is not ValueKind.ACCOUNT or source[0] is ValueKind.HOST:
            continue
        say = Saying()
        if source[0] is ValueKind.ACCOUNT:
            name = say.account(target[1])
            deed = f"asked for the secrets of {name}" if "secrets" in step.label else f"{step.label} {name}"
            text = f"{say.account(source[1])} {deed} at {say.at(step.at)}."
        else:
            text = (
                f"From {say.address(source[1])} somebody acted as {say.account(target[1])}, first at {say.at(step.at)}."
            )
        facts.add(
            "account_link", iso(step.at), text, say, kind=ValueKind.TIME, subject=target[1],
            subject_kind=ValueKind.ACCOUNT, evidence=step.evidence or case_proof(case),
        )  # fmt: skip


def _reached(facts: FactList, case: Case, steps: Sequence[PathStep]) -> None:
    """Say which resources an account reached, folded by account and operation."""
    groups: dict[tuple[str, str], list[PathStep]] = {}
    for step in steps:
        if entity_name(case, step.target)[0] is ValueKind.RESOURCE:
            groups.setdefault((step.source, step.label), []).append(step)
    for (source, label), found in list(groups.items())[:4]:
        say = Saying()
        names = [entity_name(case, s.target)[1] for s in found]
        listed = joined([say.value(ValueKind.RESOURCE, n) for n in names[:4]], 4)
        more = f" and {say.n(len(names) - 4)} more" if len(names) > 4 else ""
        say.add(ValueKind.TEXT, label)
        who = say.value(*entity_name(case, source))
        text = f"{who} called {label} on {say.n(len(names), 'resource')}, {say.span(found[0].at, found[-1].at)}: "
        text += f"{listed}{more}."
        facts.add(
            "n_resources", len(names), text, say, kind=ValueKind.COUNT, subject=entity_name(case, source)[1],
            subject_kind=entity_name(case, source)[0], evidence=[e for s in found for e in s.evidence[:1]],
        )  # fmt: skip


ATTACK_PATH = AttackPath()
