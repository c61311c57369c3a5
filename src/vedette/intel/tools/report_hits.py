"""What a report means for us: which of its values, techniques and vulnerabilities the own lake holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vedette.intel.digest.seen import Hit, Looked, look
from vedette.intel.digest.sources import VALUE_KINDS
from vedette.intel.tools.base import NEWEST, REPORT, chosen, no_report, orders, titles, which
from vedette.schema import (
    DataTable,
    Evidence,
    EvidenceKind,
    ObservableKind,
    Standing,
    Tool,
    ToolResult,
    ValueKind,
)
from vedette.toolbox import ToolContext
from vedette.toolbox.cases import lake_state, stored
from vedette.toolbox.saying import FactList, Saying, iso, joined

MOST_VALUES = 3
"""Values that are told of in sentences; the table has all."""
MOST_TECHNIQUES = 2


class ReportHits:
    """Joins a report with the own lake."""

    tool = Tool(
        name="report_hits",
        description="What a threat report means for us: which of its values, techniques and flaws we have seen here.",
        parameters=(REPORT, NEWEST),
        examples=(
            "what does this report mean for us?",
            "which of this have we seen?",
            "report hits?",
            "have we seen any of the indicators in the report",
            "Are we affected by what the article describes?",
            "check the report against our logs",
            "does this advisory concern us",
            "is anything of the attached report in our data",
            "which of the report's techniques did our rules find",
            "are we exposed to the vulnerabilities in the report",
        ),
        words=("article", "advisory", "bulletin", "attached", "attachment", "iocs of the report"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return what was seen, most telling first."""
        found = chosen(context, arguments)
        if not found.readings:
            return no_report(arguments, {"hits": [], "count": 0})
        looked = look(context.lake, found.readings)
        state = lake_state(context)
        facts = FactList()
        values = [h for h in looked.hits if h.kind != "technique" and h.n_events]
        exposed = [h for h in looked.hits if h.places]
        techniques = [h for h in looked.hits if h.kind == "technique"]
        cases = list(dict.fromkeys(c for h in _cases_first(techniques) for c in h.cases))
        say = Saying()
        text = _lead(say, titles(say, found.readings), looked, values, exposed, techniques, judged=state.judged)
        proof = [n.evidence for h in looked.hits[:2] for n in h.named[:1]]
        proof += [e for h in looked.hits[:2] for e in h.evidence[:1]]
        proof = proof or [stored("events", f"{looked.n_events} events looked through")]
        facts.add("n_hits", len(looked.hits), text, say, kind=ValueKind.COUNT, evidence=proof)
        _tell_cases(facts, cases, techniques)
        for hit in exposed[:2]:
            _tell_exposed(facts, hit)
        for hit in values[:MOST_VALUES]:
            _tell_value(facts, hit)
        for hit in techniques[:MOST_TECHNIQUES]:
            _tell_technique(facts, hit)
        which(facts, found)
        rows = tuple(_row(hit) for hit in looked.hits[: context.max_rows])
        table = DataTable(
            columns=("what", "value", "events", "first", "last", "hosts", "assets or cases"),
            rows=rows,
            title="What of the report was seen here"
            if len(found.readings) == 1
            else "What of the reports was seen here",
            cut=max(0, len(looked.hits) - len(rows)),
        )
        return ToolResult(
            facts=facts.done(),
            values={
                "hits": [_as_value(hit) for hit in looked.hits[:500]],
                "count": len(looked.hits),
                "n_sought": looked.n_sought,
                "n_techniques": looked.n_techniques,
                "n_events": looked.n_events,
                "left_out": [{"value": v, "reason": r} for v, r in looked.left_out[:200]],
                "cases": cases,
                "exposed_assets": list(dict.fromkeys(p for h in exposed for p in h.places))[:200],
                "reports": [r.document.document_id for r in found.readings],
            },
            tables=(table,) if rows else (),
            unknown=(*orders(found.readings), *_unknown(looked, n_events=state.n_events, judged=state.judged)),
            case_id=cases[0] if cases else None,
            entities=tuple(dict.fromkeys(h for hit in values[:3] for h in hit.hosts[:2])),
            next_questions=_next(cases, exposed),
        )


def _cases_first(techniques: Sequence[Hit]) -> list[Hit]:
    return sorted(techniques, key=lambda h: -h.n_events)


def _lead(
    say: Saying,
    title: str,
    looked: Looked,
    values: Sequence[Hit],
    exposed: Sequence[Hit],
    techniques: Sequence[Hit],
    *,
    judged: bool,
) -> str:
    if not looked.n_sought and not looked.n_techniques:
        return f"Nothing in {title} can be looked for here: it gives no value, technique or vulnerability of an attack."
    parts = []
    if looked.n_sought:
        parts.append(
            f"{say.n(len(values)) if values else 'none'} of {say.n(looked.n_sought, 'value')} "
            f"{'was' if len(values) == 1 else 'were'} seen in the {say.n(looked.n_events, 'own event')}"
        )
    if looked.n_techniques and judged:
        parts.append(
            f"{say.n(len(techniques)) if techniques else 'none'} of {say.n(looked.n_techniques, 'technique')} "
            f"{'shows' if len(techniques) == 1 else 'show'} in own findings"
        )
    if exposed:
        n_assets = len({place for hit in exposed for place in hit.places})
        parts.append(
            f"{say.n(len(exposed), 'vulnerability', 'vulnerabilities')} of it "
            f"{'was' if len(exposed) == 1 else 'were'} found on {say.n(n_assets, 'own asset')}"
        )
    return f"Of {title}, {joined(parts)}."


def _named_in(say: Saying, hit: Hit) -> str:
    if len(hit.named) > 1:
        return f", named in {say.n(len(hit.named), 'report')},"
    return ""


def _tell_value(facts: FactList, hit: Hit) -> None:
    say = Saying()
    kind = VALUE_KINDS.get(ObservableKind(hit.kind), ValueKind.TEXT)
    text = f"{say.value(kind, hit.value, 160)}{_named_in(say, hit)} was seen in {say.n(hit.n_events, 'event')}"
    if hit.first_at is not None and hit.last_at is not None:
        text += f" {say.span(hit.first_at, hit.last_at)}"
    if hit.hosts:
        more = hit.n_hosts - 3
        text += f" on {joined([say.host(h) for h in hit.hosts[:3]])}"
        text += f" and {say.n(more)} more" if more > 0 else ""
    if hit.accounts:
        more = hit.n_accounts - 3
        text += f"; accounts: {joined([say.account(a) for a in hit.accounts[:3]])}"
        text += f" and {say.n(more)} more" if more > 0 else ""
    if hit.seen_as:
        text += f"; as {joined([say.value(kind, s, 100) for s in hit.seen_as[:3]])}"
    facts.add(
        "seen_value", hit.value, text + ".", say, kind=kind, subject=hit.value, subject_kind=kind,
        evidence=[*(n.evidence for n in hit.named[:1]), *hit.evidence],
    )  # fmt: skip


def _tell_exposed(facts: FactList, hit: Hit) -> None:
    say = Saying()
    say.add(ValueKind.VULNERABILITY, hit.value)
    more = len(hit.places) - 4
    text = f"{hit.value}{_named_in(say, hit)} was found by scanners on {joined([say.host(p) for p in hit.places[:4]])}"
    text += f" and {say.n(more)} more" if more > 0 else ""
    records = [e for e in hit.evidence if e.kind is EvidenceKind.RECORD]
    facts.add(
        "exposed", hit.value, text + ".", say, kind=ValueKind.VULNERABILITY, subject=hit.value,
        subject_kind=ValueKind.VULNERABILITY, evidence=[*(n.evidence for n in hit.named[:1]), *records],
    )  # fmt: skip


def _tell_technique(facts: FactList, hit: Hit) -> None:
    say = Saying()
    text = (
        f"{say.technique(hit.value, hit.name)}{_named_in(say, hit)} shows in "
        f"{say.n(len(hit.findings), 'kind')} of own finding, such as {say.quoted_title(hit.findings[0])}, "
        f"with {say.n(hit.n_events, 'event')}"
    )
    if hit.first_at is not None and hit.last_at is not None:
        text += f" {say.span(hit.first_at, hit.last_at)}"
    text += f" on {joined([say.host(h) for h in hit.hosts[:3]])}" if hit.hosts else ""
    facts.add(
        "seen_technique", hit.value, text + ".", say, kind=ValueKind.TECHNIQUE, subject=hit.value,
        subject_kind=ValueKind.TECHNIQUE, evidence=[*(n.evidence for n in hit.named[:1]), *hit.evidence],
    )  # fmt: skip


def _tell_cases(facts: FactList, cases: Sequence[str], techniques: Sequence[Hit]) -> None:
    for case in cases[:2]:
        shared = [h for h in techniques if case in h.cases]
        say = Saying()
        named = joined([say.technique(h.value, h.name) for h in shared[:4]], 4)
        more = f" and {say.n(len(shared) - 4)} more" if len(shared) > 4 else ""
        text = f"{say.case(case)} shows {say.n(len(shared), 'technique')} that the report describes: {named}{more}."
        proof: list[Evidence] = [e for h in shared[:3] for e in (h.named[0].evidence, *h.evidence[:1])]
        facts.add(
            "case", case, text, say, kind=ValueKind.CASE, subject=case, subject_kind=ValueKind.CASE, evidence=proof
        )


def _row(hit: Hit) -> tuple[Any, ...]:
    return (
        hit.kind,
        f"{hit.value} {hit.name}".strip() + (" (reserved for examples)" if hit.standing is Standing.EXAMPLE else ""),
        hit.n_events,
        (iso(hit.first_at) or "")[:19].replace("T", " "),
        (iso(hit.last_at) or "")[:19].replace("T", " "),
        ", ".join(hit.hosts[:3]) + (f" and {hit.n_hosts - 3} more" if hit.n_hosts > 3 else ""),
        ", ".join([*hit.places[:3], *hit.cases[:3]]),
    )


def _as_value(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "value": hit.value,
        "name": hit.name,
        "standing": hit.standing.value,
        "n_events": hit.n_events,
        "first_at": iso(hit.first_at),
        "last_at": iso(hit.last_at),
        "hosts": list(hit.hosts),
        "accounts": list(hit.accounts),
        "seen_as": list(hit.seen_as),
        "events": [e.ref for e in hit.evidence if e.kind is EvidenceKind.EVENT],
        "findings": list(hit.findings),
        "cases": list(hit.cases),
        "assets": list(hit.places),
        "named": [
            {"document_id": n.document_id, "title": n.title, "start": n.start, "end": n.end, "quote": n.quote}
            for n in hit.named
        ],
    }


def _unknown(looked: Looked, *, n_events: int, judged: bool) -> tuple[str, ...]:
    out = []
    if not n_events:
        out.append("The lake holds no events, so whether any of it was seen here is not known: read logs first.")
    elif looked.n_techniques and not judged:
        out.append(
            "No rule has judged the events yet, so whether the techniques show here is not known: run vedette detect."
        )
    if looked.left_out:
        n = len(looked.left_out)
        value, reason = looked.left_out[0]
        what = "1 value was" if n == 1 else f"{n:,} values were"
        out.append(f"{what} not looked for, since being seen would say nothing (“{value[:80]}”: {reason[:120]}).")
    return tuple(out)


def _next(cases: Sequence[str], exposed: Sequence[Hit]) -> tuple[str, ...]:
    out = ["What does this report say?"]
    if cases:
        out.insert(0, f"What happened in {cases[0]}?")
    if exposed:
        out.insert(0, f"Where are we exposed to {exposed[0].value}?")
    return tuple(out)


REPORT_HITS = ReportHits()
