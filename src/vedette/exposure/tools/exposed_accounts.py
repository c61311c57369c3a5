"""Which exposures touch the hosts and accounts of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.exposure.filters import ExposureFilter
from vedette.exposure.of_case import signs_of
from vedette.exposure.tools.base import (
    HOW_MANY,
    add_exposure,
    coverage,
    coverage_proof,
    looked_at,
    nothing_read,
    opened,
    proof,
    questions_of,
    table,
    value_of,
)
from vedette.schema import Case, Evidence, ExposureStatus, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import ACCOUNT, CASE, count_of, text_of
from vedette.toolbox.cases import choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying, joined


class ExposedAccounts:
    """Joins exposures with a case: by the hosts that its accounts were on."""

    tool = Tool(
        name="exposed_accounts",
        description="Which open exposures touch the accounts and hosts of a case, and which was used in the attack.",
        parameters=(CASE, ACCOUNT, HOW_MANY),
        examples=(
            "which exposures touch accounts in case-1a2b3c4d?",
            "which vulnerabilities are on the hosts of this incident",
            "did the attacker use a known vulnerability",
            "is anything on the affected machines unpatched",
            "which exposure did the attacker use?",
            "were the compromised accounts active on vulnerable hosts",
            "exposures of this case",
            "exposed accounts",
            "what is vulnerable where svc-backup was active",
            "which vulnerability let them in",
        ),
        words=(
            "exposure", "exposures", "vulnerability", "vulnerabilities", "vulnerable", "unpatched",
            "let them in", "exploited",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the open exposures on the hosts of a case, what was used first."""
        wanted, most = text_of(arguments, "account"), count_of(arguments, default=5, most=50)
        empty: dict[str, Any] = {"exposures": [], "count": 0, "accounts": {}, "used": []}
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, empty)
        case = chosen.case
        with opened(context) as exposures:
            seen = coverage(exposures)
            if seen.none:
                return nothing_read(empty)
            places = _places(case, wanted)
            hosts = tuple(dict.fromkeys(h for names in places.values() for h in names))
            if not wanted:
                hosts = tuple(dict.fromkeys((*hosts, *(h.name for h in case.hosts))))
            opens = ExposureFilter(hosts=hosts, no_hosts=not hosts, status=(ExposureStatus.OPEN,))
            tried = ExposureFilter(hosts=hosts, no_hosts=not hosts, attempted_only=True)
            own = signs_of(case)
            used = [x for x in exposures.select(tried, limit=200) if x.exploited or any(own(e) for e in x.attempts)]
            n = exposures.count(opens)
            found = exposures.select(opens, limit=max(most, context.max_rows))
            facts, say = FactList(), Saying()
            who = f" that {say.account(wanted)} was on" if wanted else ""
            evidence: list[Evidence] = [e for x in found[:5] for e in proof(x)[:1]] or coverage_proof(seen)
            there = f"{say.n(len(hosts), 'host')} of {say.case(case)}{who}"
            text = (
                f"On {there} {'is' if n == 1 else 'are'} {say.n(n, 'open exposure')}."
                if n
                else f"No open exposure is known on the {there}: {looked_at(say, seen)}."
            )
            facts.add("n_exposures", n, text, say, kind=ValueKind.COUNT, evidence=evidence, subject=case.case_id,
                      subject_kind=ValueKind.CASE)  # fmt: skip
            which_case(facts, chosen, context)
            for exposure in used[:3]:
                say = Saying()
                say.add(ValueKind.VULNERABILITY, exposure.vulnerability)
                sign = "of a successful use" if exposure.exploited else "of attempts"
                on = say.host(exposure.asset)
                text = f"Events in the time of the case show signs {sign} of {exposure.vulnerability} on {on}."
                facts.add(
                    "exposure_used", exposure.vulnerability, text, say, kind=ValueKind.VULNERABILITY,
                    subject=exposure.asset, subject_kind=ValueKind.HOST, aliases=exposure.aliases,
                    evidence=[*exposure.exploited[:3], *exposure.attempts[:3], *exposure.evidence[:2]],
                )  # fmt: skip
            shown = {x.exposure_id for x in used[:3]}
            for exposure in [*used[:3], *(x for x in found if x.exposure_id not in shown)][:most]:
                add_exposure(facts, exposure, context.now)
            touched: dict[str, list[str]] = {}
            for account, names in places.items():
                open_there = exposures.by("vulnerability", ExposureFilter(hosts=names, status=(ExposureStatus.OPEN,)))
                if names and open_there:
                    touched[account] = [str(v) for v, _ in open_there]
            if touched:
                say = Saying()
                text = "Implicated accounts that were active on exposed hosts: " if not wanted else "Active there: "
                text += joined([f"{say.account(a)} ({say.n(len(v), 'vulnerability', 'vulnerabilities')})"
                                for a, v in list(touched.items())[:8]]) + "."  # fmt: skip
                facts.add("exposed_accounts", len(touched), text, say, kind=ValueKind.COUNT, evidence=evidence)
            return ToolResult(
                facts=facts.done(),
                values={
                    "exposures": [value_of(e) for e in found[: context.max_rows]],
                    "count": n,
                    "accounts": touched,
                    "used": [x.vulnerability for x in used],
                },
                tables=(table(context, found, n, f"Exposures on the hosts of {case.case_id}"),) if found else (),
                query=exposures.sql(opens),
                unknown=questions_of(found),
                case_id=case.case_id,
                entities=hosts[:3],
                next_questions=("What must be fixed this week, and by whom?",),
            )


def _places(case: Case, wanted: str | None) -> dict[str, tuple[str, ...]]:
    """Return the hosts that each implicated account (or the one asked for) was on, by the case."""
    out: dict[str, tuple[str, ...]] = {}
    for account in case.accounts:
        if wanted and wanted.casefold() not in {n.casefold() for n in (account.name, *account.aliases)}:
            continue
        if not wanted and not account.implicated:
            continue
        on = [*account.hosts, *(s.host for s in case.timeline if s.account == account.name and s.host)]
        out[account.name] = tuple(dict.fromkeys(on))
    return out


EXPOSED_ACCOUNTS = ExposedAccounts()
