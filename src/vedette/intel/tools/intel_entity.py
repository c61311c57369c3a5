"""What the reports say of an actor, a malware, a value or a vulnerability: who says what, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.intel.digest.merged import Contradiction, Merged, Source, Together, merged
from vedette.intel.digest.sources import NOUNS, VALUE_KINDS
from vedette.intel.keeping import kept
from vedette.intel.tools.base import MOST_REPORTS, NO_REPORT
from vedette.schema import DataTable, Evidence, ObservableKind, Parameter, Reading, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import text_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined

THING = Parameter(
    name="thing",
    kind=ValueKind.TEXT,
    description="The actor, malware, tool, value, vulnerability or technique that is asked about.",
    example="APT28",
    routed=False,
)
MOST_SOURCES = 4
MOST_CONTRADICTIONS = 3
_WORDS = {
    "attribution": "about who is behind {}",
    "standing": "about what {} is",
    "date": "about when it happened to {}",
    "exploited": "about whether {} is exploited",
    "score": "about the score of {}",
}


class IntelEntity:
    """Looks a thing up in all reports."""

    tool = Tool(
        name="intel_entity",
        description="What threat reports say of an actor, malware, value or flaw, and where they disagree.",
        parameters=(THING,),
        examples=(
            "what do the reports say about APT28?",
            "which reports mention 203.0.113.66",
            "is parcel-refund.example in any report",
            "Do the reports contradict each other?",
            "threat intel on Emotet",
            "conflicting reports?",
            "what do we know about CVE-2024-3400 from the reports",
            "do the reports agree who is behind Sandstone",
            "has any report named this hash: 44d88612fea8a8f36de82e1278abb02f",
        ),
        words=("intel", "intelligence", "threat reports", "contradict", "disagree", "cti"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the sources of a thing with their sentences, or the contradictions between reports."""
        thing = text_of(arguments, "thing")
        empty: dict[str, Any] = {"thing": thing, "reports": [], "count": 0, "contradictions": []}
        n_kept = _n_kept(context)
        if not n_kept and not context.readings:
            return ToolResult(unknown=(NO_REPORT,), values=empty)
        readings = _reading(context, thing)
        together = merged(readings)
        n_looked = n_kept + len(context.readings)
        if thing is None:
            return _disagreements(together, n_looked, empty)
        found = _fitting(together, thing)
        facts = FactList()
        if not found:
            say = Saying()
            text = f"No report names {say.quote(thing, ValueKind.TEXT, 100)}: "
            text += f"{say.n(n_looked, 'report')} {'was' if n_looked == 1 else 'were'} looked through."
            facts.add(
                "n_reports", 0, text, say, kind=ValueKind.COUNT,
                evidence=[stored("intel_documents", f"{n_looked} reports")],
            )  # fmt: skip
            return ToolResult(facts=facts.done(), values=empty)
        for one in found[:2]:
            _tell(facts, one, n_looked)
        keys = {one.key for one in found}
        differing = [c for c in together.contradictions if c.key in keys or c.name in {one.name for one in found}]
        for contradiction in differing[:MOST_CONTRADICTIONS]:
            _tell_contradiction(facts, contradiction)
        for one in found[:1]:
            _tell_sources(facts, one)
            _tell_related(facts, one, together)
        main = found[0]
        rows = tuple(
            (
                s.title,
                (iso(s.published_at) or "")[:10],
                s.n_times,
                s.standing.value if s.standing else "",
                e.quote[:160],
            )
            for s in main.sources
            for e in s.evidence[:2]
        )
        table = DataTable(
            columns=("report", "published", "times", "as", "sentence"),
            rows=rows[: context.max_rows],
            title=f"Reports that name {main.name[:80]}",
            cut=max(0, len(rows) - context.max_rows),
        )
        return ToolResult(
            facts=facts.done(),
            values={
                "thing": thing,
                "key": main.key,
                "kind": main.kind,
                "name": main.name,
                "count": len(main.sources),
                "reports": [_source_value(s) for s in main.sources[:200]],
                "related": [{"relation": r, "way": w, "key": k} for r, w, k, _ in main.related[:200]],
                "contradictions": [_contradiction_value(c) for c in differing],
            },
            tables=(table,),
            next_questions=("Which of the reports' indicators have we seen?",),
        )


def _n_kept(context: ToolContext) -> int:
    with context.lake.connection() as connection:
        (n,) = connection.execute("SELECT count(*) FROM intel_documents").fetchone() or (0,)
    return int(n)


def _reading(context: ToolContext, thing: str | None) -> list[Reading]:
    """Return the reports that may name a thing, those attached first; without a thing, the newest ones."""
    with context.lake.connection() as connection:
        if thing is None:
            rows = connection.execute(
                "SELECT document_id FROM intel_documents ORDER BY read_at DESC NULLS LAST, document_id LIMIT ?",
                [MOST_REPORTS],
            ).fetchall()
        else:
            low = _plain(thing)
            rows = connection.execute(
                "SELECT DISTINCT document_id FROM ("
                "SELECT document_id, [lower(name), lower(text), lower(coalesce(ref, ''))] AS forms FROM intel_entities "
                "UNION ALL SELECT document_id, [lower(value), lower(text)] FROM intel_observables "
                "UNION ALL SELECT document_id, [lower(technique), lower(name)] FROM intel_techniques "
                "UNION ALL SELECT document_id, [lower(cve)] FROM intel_vulnerabilities"
                ") WHERE list_contains(forms, ?) ORDER BY document_id LIMIT ?",
                [low, MOST_REPORTS],
            ).fetchall()
    ids = [row[0] for row in rows]
    own = list(context.readings)
    here = {r.document.document_id for r in own}
    return [*own, *(r for r in (kept(context.lake, ids) if ids else []) if r.document.document_id not in here)]


def _plain(thing: str) -> str:
    """Return a name or value as things are compared: small letters, refanged."""
    text = thing.strip().lower()
    for written, meant in (("[.]", "."), ("(.)", "."), ("[dot]", "."), ("[:]", ":"), ("[@]", "@"), ("hxxp", "http")):
        text = text.replace(written, meant)
    return text


def _fitting(together: Together, thing: str) -> list[Merged]:
    low = _plain(thing)
    return [
        one
        for one in together.things
        if low in (one.name.lower(), one.key.partition(":")[2].lower())
        or any(low == form.lower() for s in one.sources for form in s.as_written)
    ]


def _kind(one: Merged) -> ValueKind:
    if one.kind == "technique":
        return ValueKind.TEXT
    return (
        VALUE_KINDS.get(ObservableKind(one.kind), ValueKind.TEXT) if one.kind in set(ObservableKind) else ValueKind.TEXT
    )


def _tell(facts: FactList, one: Merged, n_looked: int) -> None:
    say = Saying()
    n = len(one.sources)
    text = (
        f"{say.n(n, 'report')} of {say.n(n_looked)} {'names' if n == 1 else 'name'} the "
        f"{NOUNS.get(one.kind, (one.kind, one.kind))[0]} {say.value(_kind(one), one.name, 120)}"
    )
    ref = one.key.partition(":")[2]
    if one.kind in ("group", "malware", "tool", "campaign", "technique") and ref.casefold() != one.name.casefold():
        text += f" ({say.value(ValueKind.TEXT, ref, 60)})"
    forms = [
        f for f in dict.fromkeys(f for s in one.sources for f in s.as_written) if f.casefold() != one.name.casefold()
    ]
    text += f", also written {joined([say.quote(f, ValueKind.TEXT, 60) for f in forms[:3]])}" if forms else ""
    text += f": {joined([say.quote(s.title, ValueKind.TEXT, 100) for s in one.sources[:MOST_SOURCES]], MOST_SOURCES)}"
    more = n - MOST_SOURCES
    text += f" and {say.n(more)} more" if more > 0 else ""
    facts.add(
        "n_reports", n, text + ".", say, kind=ValueKind.COUNT, subject=one.name, subject_kind=_kind(one),
        evidence=[s.evidence[0] for s in one.sources[:MOST_SOURCES] if s.evidence],
    )  # fmt: skip


def _tell_sources(facts: FactList, one: Merged) -> None:
    for source in one.sources[:MOST_SOURCES]:
        if not source.evidence:
            continue
        say = Saying()
        text = (
            f"{say.quote(source.title, ValueKind.TEXT, 100)} says: "
            f"{say.quote(source.evidence[0].quote, ValueKind.TEXT, 260)}"
        )
        if source.standing is not None:
            text += f" (taken as {say.value(ValueKind.TEXT, source.standing.value)})"
        facts.add(
            "said", source.evidence[0].quote, text + ".", say, kind=ValueKind.TEXT, subject=one.name,
            evidence=source.evidence[:1],
        )  # fmt: skip


def _tell_related(facts: FactList, one: Merged, together: Together) -> None:
    for relation, way, other, places in one.related[:3]:
        thing = together.get(other)
        name = thing.name if thing else other
        say = Saying()
        mine, its = say.value(_kind(one), one.name, 100), say.value(ValueKind.TEXT, name, 100)
        verb = relation.replace("-", " ") if relation != "attributed-to" else "is attributed to"
        first, second = (mine, its) if way == "to" else (its, mine)
        text = f"{say.n(len({p.ref for p in places}), 'report')} said in effect: {first} {verb} {second}."
        facts.add("related", [relation, other], text, say, kind=ValueKind.TEXT, subject=one.name, evidence=places)


def _tell_contradiction(facts: FactList, one: Contradiction) -> None:
    say = Saying()
    about = _WORDS[one.subject.value].format(say.value(ValueKind.TEXT, one.name, 100))
    sides = [
        f"{joined([say.quote(r, ValueKind.TEXT, 80) for r in side.reports[:2]], 2)} "
        f"{'says' if len(side.reports) == 1 else 'say'} {say.quote(side.said, ValueKind.TEXT, 100)}"
        for side in one.sides[:3]
    ]
    proof: list[Evidence] = [e for side in one.sides for e in side.evidence[:2]]
    text = f"The reports do not agree {about}: {', but '.join(sides)}."
    facts.add("contradiction", one.name, text, say, kind=ValueKind.TEXT, subject=one.name, evidence=proof)


def _disagreements(together: Together, n_looked: int, empty: dict[str, Any]) -> ToolResult:
    facts, say = FactList(), Saying()
    n = len(together.contradictions)
    where = f"{say.n(together.n_reports, 'report')} {'was' if together.n_reports == 1 else 'were'} compared"
    text = (
        f"The reports contradict each other in {say.n(n, 'point')}: {where}."
        if n
        else f"No contradiction was found: {where}."
    )
    facts.add(
        "n_contradictions", n, text, say, kind=ValueKind.COUNT,
        evidence=[e for c in together.contradictions[:2] for s in c.sides for e in s.evidence[:1]]
        or [stored("intel_documents", f"{together.n_reports} reports")],
    )  # fmt: skip
    for one in together.contradictions[:5]:
        _tell_contradiction(facts, one)
    unknown: tuple[str, ...] = ()
    if n_looked > together.n_reports:
        unknown = (f"Only the newest {together.n_reports:,} of {n_looked:,} reports were compared.",)
    values = {**empty, "count": n, "contradictions": [_contradiction_value(c) for c in together.contradictions]}
    return ToolResult(facts=facts.done(), values=values, unknown=unknown)


def _source_value(source: Source) -> dict[str, Any]:
    return {
        "document_id": source.document_id,
        "title": source.title,
        "published_at": iso(source.published_at),
        "n_times": source.n_times,
        "standing": source.standing.value if source.standing else None,
        "sentences": [{"start": e.start, "end": e.end, "quote": e.quote} for e in source.evidence[:4]],
    }


def _contradiction_value(one: Contradiction) -> dict[str, Any]:
    return {
        "subject": one.subject.value,
        "key": one.key,
        "name": one.name,
        "sides": [
            {"said": s.said, "reports": list(s.reports), "quotes": [e.quote for e in s.evidence]} for s in one.sides
        ],
    }


INTEL_ENTITY = IntelEntity()
