"""The extent of exposure as a file, made in memory when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vedette.exposure.filters import ExposureFilter
from vedette.exposure.tools.base import ASSET, OWNER, coverage, coverage_proof, nothing_read, opened, proof
from vedette.knowledge.standing import stale_sentences
from vedette.report.exposures.base import FORMATS
from vedette.report.exposures.gather import gather
from vedette.schema import Artefact, ExposureStatus, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import choice_of, text_of
from vedette.toolbox.saying import FactList, Saying

MAX_LISTED = 20_000
"""Exposures that a file lists; its counts are of all."""


class ExposureReport:
    """Writes the extent of exposure."""

    tool = Tool(
        name="exposure_report",
        description="Make slides, a page, tickets, CSV, SARIF or VEX of the extent of exposure.",
        parameters=(
            Parameter(
                name="form",
                kind=ValueKind.CHOICE,
                choices=tuple(FORMATS),
                description="pptx (slides), html (page), tickets, csv, sarif, vex or ssvc.",
                example="tickets",
            ),
            OWNER,
            ASSET,
        ),
        examples=(
            "make slides of our exposure",
            "exposure report for the board",
            "tickets for the open vulnerabilities",
            "give me the vulnerabilities as csv",
            "deck about our extent of exposure to active vulnerabilities",
            "export our exposures as sarif",
            "a web page with all open vulnerabilities",
            "write a vex document",
            "exposure report",
        ),
        words=("exposure report", "tickets", "csv", "sarif", "vex", "exposure", "vulnerabilities"),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the file in memory, with what it holds."""
        form = FORMATS[choice_of(arguments, "form", tuple(FORMATS), "pptx") or "pptx"]
        owner, asset = text_of(arguments, "owner"), text_of(arguments, "asset")
        wanted = ExposureFilter(owner=owner, asset=asset, status=(ExposureStatus.OPEN,))
        with opened(context) as exposures:
            seen = coverage(exposures)
            if seen.none:
                return nothing_read({"files": []})
            said = ", ".join(f"{k} {v}" for k, v in (("owner", owner), ("asset", asset)) if v)
            stale = stale_sentences(context.lake.home, now=context.now)
            extent = gather(exposures, wanted, now=context.now, limit=MAX_LISTED, filtered=said, knowledge=stale)
            query = exposures.sql(wanted)
        content = form.render(extent)
        name = f"vedette-exposure-{context.now:%Y%m%d}{form.suffix}"
        facts, say = FactList(), Saying()
        c = extent.counts
        text = (
            f"Here is {say.value(ValueKind.FILE, name)}: {say.n(c['open'], 'open exposure')} to "
            f"{say.n(c['vulnerabilities'], 'vulnerability', 'vulnerabilities')} on {say.n(c['assets'], 'asset')}, "
            f"{say.n(c['overdue'])} overdue and {say.n(c['undecided'])} not decided."
        )
        evidence = [e for x in extent.exposures[:6] for e in proof(x)[:1]] or coverage_proof(seen)
        facts.add("file", name, text, say, kind=ValueKind.FILE, evidence=evidence)
        return ToolResult(
            facts=facts.done(),
            values={"files": [name], **c},
            artefacts=(Artefact(name=name, media_type=form.media_type, content=content),),
            query=query,
            unknown=tuple(f"{s}: what it does not list may be so all the same." for s in stale[:2]),
            next_questions=("What must be fixed this week, and by whom?",),
        )


EXPOSURE_REPORT = ExposureReport()
