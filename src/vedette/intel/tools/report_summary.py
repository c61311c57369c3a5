"""What a report says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.intel.digest.digest import digest_of
from vedette.intel.tools.base import EVERY, REPORT, add, chosen, no_report, orders, which
from vedette.schema import DataTable, Tool, ToolResult
from vedette.toolbox import ToolContext
from vedette.toolbox.saying import FactList

MOST_DIGESTS = 20


class ReportSummary:
    """Summarises a threat report: checked sentences out of what was read in it."""

    tool = Tool(
        name="report_summary",
        description="What a threat report says: who, what, whom, how, indicators, vulnerabilities, dates.",
        parameters=(REPORT, EVERY),
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
        facts = FactList()
        digests = [digest_of(reading) for reading in found.readings[:MOST_DIGESTS]]
        for digest in digests:
            for fact in digest.facts:
                add(facts, fact)
        which(facts, found)
        rows = [
            ("technique", f"{t['id']} {t['name']}", f"{t['confidence']:.0%}")
            for d in digests
            for t in d.values["techniques"]
        ]
        rows += [(kind, v, "") for d in digests for kind, held in d.values["indicators"].items() for v in held]
        table = DataTable(
            columns=("what", "value", "confidence"),
            rows=tuple(rows[: context.max_rows]),
            title="Techniques and indicators of the report" if len(digests) == 1 else "Techniques and indicators",
            cut=max(0, len(rows) - context.max_rows),
        )
        return ToolResult(
            facts=facts.done(),
            values={"reports": [digest.values for digest in digests]},
            tables=(table,) if rows else (),
            unknown=(*orders(found.readings), *(u for digest in digests for u in digest.unknown))[:6],
            next_questions=("What does this report mean for us?", "What is new since last week in threat intel?"),
        )


REPORT_SUMMARY = ReportSummary()
