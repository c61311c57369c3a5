"""What a report says, or several together: counts over reports, and a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.intel.digest.collection import ABOUT as MANY
from vedette.intel.digest.collection import collection_of, values_of
from vedette.intel.digest.digest import ABOUT as ONE
from vedette.intel.digest.digest import Digest, digest_of, name_of
from vedette.intel.digest.merged import Merged
from vedette.intel.tools.base import ABOUT, NEWEST, REPORT, SIDES, Chosen, add, chosen, no_report, orders, which
from vedette.schema import DataTable, Tool, ToolResult
from vedette.toolbox import ToolContext
from vedette.toolbox.saying import FactList, iso

_NOT_SAID = {
    "who": "names no group, campaign or person as the one behind it",
    "how": "describes no technique, tool or flaw that was used",
    "whom": "names no sector, place or organisation",
    "when": "gives no date of what happened",
    "indicators": "gives no value of the attack",
    "flaws": "names no vulnerability",
    "do": "gives no advice, no flaw to mend and no indicator to block",
}
"""What is said where a report does not tell what was asked."""


class ReportSummary:
    """Summarises a threat report: checked sentences out of what was read in it."""

    tool = Tool(
        name="report_summary",
        description="What a threat report says: who, what, whom, how, indicators, vulnerabilities, dates.",
        parameters=(REPORT, NEWEST, ABOUT),
        examples=(
            "what does this report say?",
            "summarise the attached report",
            "what is the report about",
            "summarise the advisory",
            "Which techniques does the report describe?",
            "tl;dr of the article",
            "who is behind it according to the report",
            "which indicators does the advisory give",
            "give me the gist of this blog post",
            "whom do they target, says the report",
        ),
        words=("article", "advisory", "bulletin", "attached", "attachment", "gist", "blog"),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the digest of each report that is meant."""
        found = chosen(context, arguments)
        if not found.readings:
            return no_report(arguments, {"reports": []})
        said = arguments.get("about")
        about = said if isinstance(said, str) and said in SIDES else ""
        if len(found.readings) > 1:
            return _together(context, found, about)
        digest = digest_of(found.readings[0])
        facts = FactList()
        wanted = ONE.get(about, ())
        told = sorted((f for f in digest.facts if f.name in wanted), key=lambda f: wanted.index(f.name))
        for fact in told if about else digest.facts:
            add(facts, fact)
        if told:  # and what the whole is about
            for fact in (f for f in digest.facts if f.name == "report"):
                add(facts, fact)
        which(facts, found)
        unknown = (*orders(found.readings), *digest.unknown)
        if about and not told:
            unknown = (f"The report “{name_of(found.readings[0])[:120]}” {_NOT_SAID[about]}.", *unknown)
        table = _of_one(digest, about, context.max_rows)
        return ToolResult(
            facts=facts.done(),
            values={"reports": [digest.values], "about": about or None},
            tables=(table,) if table.rows else (),
            unknown=unknown[:6],
            next_questions=("What does this report mean for us?", "What is new since last week in threat intel?"),
        )


def _of_one(digest: Digest, about: str, most: int) -> DataTable:
    values = digest.values
    rows: list[tuple[Any, ...]] = []
    if about in ("", "how"):
        rows += [("technique", f"{t['id']} {t['name']}", f"{t['confidence']:.0%}") for t in values["techniques"]]
    if about in ("", "indicators", "do"):
        rows += [(kind, v, "") for kind, held in values["indicators"].items() for v in held]
    titles = {"how": "Techniques of the report", "": "Techniques and indicators of the report"}
    return DataTable(
        columns=("what", "value", "confidence"),
        rows=tuple(rows[:most]),
        title=titles.get(about, "Indicators of the report"),
        cut=max(0, len(rows) - most),
    )


def _together(context: ToolContext, found: Chosen, about: str) -> ToolResult:
    """Return the digest of several reports: counts over them, and a line for each."""
    collection = collection_of(found.readings, about)
    facts = FactList()
    for fact in collection.facts:
        add(facts, fact)
    which(facts, found)
    unknown: tuple[str, ...] = orders(found.readings)
    if about and about != "when" and not any(f.name in MANY[about] for f in collection.facts):
        unknown = (
            f"None of the {len(found.readings):,} reports {_NOT_SAID[about]}.".replace(" no ", " a ", 1),
            *unknown,
        )
    if found.n_kept > len(found.readings):
        unknown = (*unknown, f"Only the newest {len(found.readings):,} of {found.n_kept:,} kept reports were read.")
    n = len(collection.readings)
    lines = [
        (
            (iso(r.document.published_at) or "")[:10],
            name_of(r)[:80],
            line,
            len(collection.folded[r.document.document_id]),
        )
        for r, line in collection.lines
    ]
    counted = [
        (thing.kind, _called(thing), f"{len(thing.sources)} of {n}", ", ".join(s.title[:40] for s in thing.sources[:4]))
        for name, thing in collection.counts
        if not about or name in MANY[about]
    ]
    tables = (
        DataTable(
            columns=("published", "report", "in short", "near-copies"),
            rows=tuple(lines[: context.max_rows]),
            title="The reports",
            cut=max(0, len(lines) - context.max_rows),
        ),
        DataTable(
            columns=("what", "name", "in reports", "such as"),
            rows=tuple(counted[: context.max_rows]),
            title="In how many reports",
            cut=max(0, len(counted) - context.max_rows),
        ),
    )
    return ToolResult(
        facts=facts.done(),
        values={**values_of(collection), "about": about or None},
        tables=tuple(t for t in tables if t.rows),
        unknown=unknown[:6],
        next_questions=("Which of the reports' indicators have we seen?", "Do the reports contradict each other?"),
    )


def _called(thing: Merged) -> str:
    ref = thing.key.partition(":")[2]
    return f"{ref} {thing.name}" if thing.kind == "technique" and ref != thing.name else thing.name


REPORT_SUMMARY = ReportSummary()
