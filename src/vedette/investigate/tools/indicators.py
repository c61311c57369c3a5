"""The values seen in a case by which it can be searched for elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.investigate.names import is_external
from vedette.schema import Case, DataTable, Evidence, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import CASE, choice_of
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying, joined

_ORDER = ("ip", "domain", "url", "email", "hash", "file", "registry", "access_key", "user_agent", "cve")
_KINDS = _ORDER
"""Kinds of value that cases hold."""
_VALUE_KINDS = {
    "ip": ValueKind.ADDRESS, "domain": ValueKind.DOMAIN, "url": ValueKind.URL, "email": ValueKind.EMAIL,
    "hash": ValueKind.HASH, "file": ValueKind.FILE, "registry": ValueKind.RESOURCE,
    "access_key": ValueKind.RESOURCE, "user_agent": ValueKind.TEXT, "cve": ValueKind.VULNERABILITY,
}  # fmt: skip
_NOUNS = {
    "ip": ("external address", "external addresses"), "domain": ("domain", "domains"), "url": ("URL", "URLs"),
    "email": ("mail address", "mail addresses"), "hash": ("file hash", "file hashes"), "file": ("file", "files"),
    "registry": ("registry key", "registry keys"), "access_key": ("access key", "access keys"),
    "user_agent": ("user agent", "user agents"), "cve": ("vulnerability", "vulnerabilities"),
}  # fmt: skip


class Indicators:
    """Lists the observables of a case."""

    tool = Tool(
        name="indicators",
        description="Addresses, domains, hashes, files, keys and other values of a case to search for elsewhere.",
        parameters=(
            CASE,
            Parameter(
                name="kind",
                kind=ValueKind.CHOICE,
                choices=_KINDS,
                description="Only this kind of value.",
                example="hashes",
            ),
        ),
        examples=(
            "IOCs?",
            "give me the indicators of compromise",
            "which IP addresses and domains should we block",
            "file hashes of the tools they used",
            "What can I feed into the firewall from this case?",
            "observables of case-1a2b3c4d",
            "was any c2 address contacted",
            "list malicious domains from the incident",
            "registry keys touched by the attack",
            "which access keys were abused",
            "hashes",
            "external addresses involved",
        ),
        words=(
            "ioc", "iocs", "indicator", "indicators", "observable", "observables", "hash", "hashes", "domain",
            "domains", "ips", "addresses", "block", "c2", "sha256", "urls", "keys",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the observables by kind, and the outside addresses that implicated accounts were first to reach."""
        kind = choice_of(arguments, "kind", _KINDS, None)
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {})
        case = chosen.case
        groups = {k: v for k, v in _groups(case).items() if kind in (None, k)}
        reached = _reached(context, case) if kind in (None, "ip", "domain") else []
        facts, say = FactList(), Saying()
        total = sum(len(v) for v in groups.values())
        if total:
            words = joined([f"{say.n(len(v))} {_NOUNS[k][len(v) != 1]}" for k, v in groups.items()], 10)
            text = f"The events that {say.case(case)} rests on hold {say.n(total, 'indicator')}: {words}."
        else:
            what = _NOUNS[kind][1] if kind else "addresses, domains, hashes or other indicators"
            text = f"The events that {say.case(case)} rests on name no {what}: "
            text += f"{say.n(len(case.findings), 'finding was', 'findings were')} looked at."
        facts.add(
            "n_indicators", total, text, say, kind=ValueKind.COUNT, subject=case.case_id, subject_kind=ValueKind.CASE,
            evidence=case_proof(case),
        )  # fmt: skip
        network: list[str] = [k for k in ("ip", "domain", "url", "email") if k in groups]
        for name in network:
            _kind_fact(facts, case, name, groups[name])
        _reached_fact(facts, case, reached)
        for name in (k for k in groups if k not in network):
            _kind_fact(facts, case, name, groups[name])
        which_case(facts, chosen, context)
        rows = tuple((k, v) for k, found in groups.items() for v in found) + tuple(
            ("reached", r["value"]) for r in reached
        )
        values: dict[str, Any] = {k: list(v) for k, v in groups.items()}
        if reached:
            values["reached"] = [r["value"] for r in reached]
        kept = rows[: context.max_rows]
        table = DataTable(columns=("kind", "value"), rows=kept, title="Indicators", cut=len(rows) - len(kept))
        return ToolResult(
            facts=facts.done(),
            values=values,
            tables=(table,) if rows else (),
            case_id=case.case_id,
            entities=tuple([*groups.get("ip", ()), *(r["value"] for r in reached)][:3]),
            next_questions=tuple(f"What do we know about {v}?" for v in groups.get("ip", ())[:1]),
        )


def _groups(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, value in case.observables:
        # a dropped file is no port number, and a digest of zeros is none
        if value.isdecimal() or (kind == "hash" and not value.strip("0")):
            continue
        found.setdefault(kind, []).append(value)
    return {k: found[k] for k in _ORDER if k in found}


def _kind_fact(facts: FactList, case: Case, kind: str, values: list[str]) -> None:
    say = Saying()
    words = joined([say.value(_VALUE_KINDS[kind], v, 160) for v in values[:10]], 10)
    more = f" and {say.n(len(values) - 10)} more" if len(values) > 10 else ""
    noun = _NOUNS[kind][len(values) != 1]
    text = f"{say.n(len(values))} {noun}: {words}{more}."
    facts.add(
        f"{kind}_indicators", values[:50], text, say, kind=_VALUE_KINDS[kind], subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=_proof(case, values),
    )  # fmt: skip


def _proof(case: Case, values: list[str]) -> list[Evidence]:
    """Return the evidence whose quote holds one of the values, else what the case rests on."""
    quoted = [e for f in case.findings for e in f.evidence if any(v in e.quote for v in values[:20])]
    return [*quoted, *case_proof(case)]


def _reached(context: ToolContext, case: Case) -> list[dict[str, Any]]:
    """Return outside addresses that implicated accounts reached during the case, and nobody before it."""
    from datetime import UTC

    from vedette.store.query import reading

    names = [a.name.rsplit("\\", 1)[-1].split("@", 1)[0].casefold() for a in case.accounts if a.implicated]
    if not names:
        return []
    marks = ", ".join("?" * len(names))
    start, end = (t.replace(tzinfo=None) for t in (case.first_at, case.last_at))
    sql = (
        "SELECT dst_ip, "  # noqa: S608 (question marks only)
        f"count(*) FILTER (time BETWEEN ? AND ? AND lower(actor_name) IN ({marks})) AS n, "
        f"min((time, event_id)) FILTER (time BETWEEN ? AND ? AND lower(actor_name) IN ({marks})) AS first, "
        "max(dst_name) AS name, min(time) AS ever "
        "FROM events WHERE dst_ip IS NOT NULL GROUP BY dst_ip HAVING n > 0 AND ever >= ? ORDER BY first, dst_ip"
    )
    values = [start, end, *names, start, end, *names, start]
    with reading(context.lake) as reader:
        rows = reader.run(sql, values, max_rows=5_000, timeout_s=20.0).rows
    known = {v for k, v in case.observables if k == "ip"}
    return [
        {"value": str(ip), "n": int(n), "at": first[0].replace(tzinfo=UTC), "ref": str(first[1]), "name": name}
        for ip, n, first, name, _ in rows
        if is_external(str(ip)) and ip not in known
    ][:20]


def _reached_fact(facts: FactList, case: Case, reached: list[dict[str, Any]]) -> None:
    if not reached:
        return
    say = Saying()
    words = []
    for one in reached[:6]:
        name = f", as {say.value(ValueKind.DOMAIN, one['name'])}" if one["name"] else ""
        words.append(f"{say.address(one['value'])} ({say.n(one['n'], 'event')}{name}, first at {say.at(one['at'])})")
    more = f" and {say.n(len(reached) - 6)} more" if len(reached) > 6 else ""
    verb = "was" if len(reached) == 1 else "were"
    text = (
        f"Besides, {say.n(len(reached), 'outside address', 'outside addresses')} {verb} reached by implicated accounts "
        f"during the case and by nobody before it, which no rule judged: {'; '.join(words)}{more}."
    )
    facts.add(
        "reached_addresses", [r["value"] for r in reached], text, say, kind=ValueKind.ADDRESS, subject=case.case_id,
        subject_kind=ValueKind.CASE, evidence=[Evidence(ref=r["ref"], at=r["at"]) for r in reached],
    )  # fmt: skip


INDICATORS = Indicators()
