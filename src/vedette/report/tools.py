"""Reports and slides of a case, made in memory when somebody asks for them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from vedette.report.base import Audience
from vedette.schema import Artefact, Case, Parameter, Tool, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import CASE, choice_of
from vedette.toolbox.cases import case_proof, choose_case, no_case, which_case
from vedette.toolbox.saying import FactList, Saying

_FORMATS = {
    "markdown": (".md", "text/markdown", "Markdown text"),
    "html": (".html", "text/html", "offline page"),
    "json": (".json", "application/json", "JSON file"),
}
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class DraftReport:
    """Drafts a report."""

    tool = Tool(
        name="draft_report",
        description="Draft a written report of a case as Markdown, an offline page or JSON, with its evidence.",
        parameters=(
            CASE,
            Parameter(
                name="format",
                kind=ValueKind.CHOICE,
                choices=tuple(_FORMATS),
                description="markdown, html (an offline page) or json.",
                example="as a web page",
            ),
        ),
        examples=(
            "draft a report",
            "write up the incident in markdown",
            "I need a written report of case-1a2b3c4d for the file",
            "report please",
            "Can you document what we found so far?",
            "html report of the worst case",
            "incident report for management, as text",
            "write-up",
            "export the case as json",
            "prepare the documentation for the auditors",
            "generate a page about this incident that I can open offline",
        ),
        words=(
            "report", "write up", "write-up", "draft", "document", "documentation", "markdown", "html", "page",
            "export", "json", "written",
        ),
    )  # fmt: skip

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the report as a file in memory."""
        form = choice_of(arguments, "format", _FORMATS, "markdown") or "markdown"
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"files": []})
        suffix, media_type, what = _FORMATS[form]
        content = _rendered(context, chosen.case, form)
        facts = FactList()
        name = f"vedette-{chosen.case.case_id}{suffix}"
        _made(facts, chosen.case, name, f"a report as {what}", content)
        which_case(facts, chosen, context)
        return _result(facts, chosen.case, Artefact(name=name, media_type=media_type, content=content))


class Slides:
    """Makes slides."""

    tool = Tool(
        name="slides",
        description="Make a presentation (PowerPoint) of a case, with native, editable shapes, charts and tables.",
        parameters=(
            CASE,
            Parameter(
                name="audience",
                kind=ValueKind.CHOICE,
                choices=tuple(Audience),
                description="Who they are for: analyst (everything) or executive (verdict and consequence first).",
                example="for the board",
                routed=False,
            ),
        ),
        examples=(
            "make slides for the last incident for my CISO",
            "powerpoint please",
            "deck for case-1a2b3c4d",
            "I need a presentation about this for the board meeting tomorrow",
            "pptx",
            "can you turn this case into slides",
            "Prepare a slide deck that I can show to management.",
            "presentation of the incident",
            "slides!",
            "build me a briefing deck",
        ),
        words=("slides", "slide", "deck", "powerpoint", "pptx", "presentation", "present", "briefing", "ciso", "board"),
    )

    def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the presentation as a file in memory."""
        chosen = choose_case(context, arguments)
        if chosen is None:
            return no_case(context, {"files": []})
        audience = choice_of(arguments, "audience", tuple(Audience), Audience.ANALYST) or Audience.ANALYST
        content = _rendered(context, chosen.case, "pptx", Audience(audience))
        facts = FactList()
        name = f"vedette-{chosen.case.case_id}.pptx"
        n_slides = _count_slides(content)
        what = "a presentation for executives" if audience == Audience.EXECUTIVE else "a presentation"
        _made(facts, chosen.case, name, what, content, n_slides)
        which_case(facts, chosen, context)
        return _result(facts, chosen.case, Artefact(name=name, media_type=_PPTX, content=content))


def _rendered(context: ToolContext, case: Case, form: str, audience: Audience = Audience.ANALYST) -> bytes:
    from vedette.report import render
    from vedette.report.filled import filled
    from vedette.store.book import event_lookup

    case = filled(context.lake, case, context.now)
    return render(case, format=form, evidence=event_lookup(context.lake), audience=audience)


def _count_slides(content: bytes) -> int:
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(content)) as package:
        return sum(1 for n in package.namelist() if n.startswith("ppt/slides/slide") and n.endswith(".xml"))


def _made(facts: FactList, case: Case, name: str, what: str, content: bytes, n_slides: int | None = None) -> None:
    say = Saying()
    size = max(1, round(len(content) / 1024))
    slides = f" of {say.n(n_slides, 'slide')}" if n_slides is not None else ""
    text = f"Here is {what}{slides} of {say.case(case)} ({say.quote(case.title, ValueKind.TEXT, 140)}): "
    text += f"{say.value(ValueKind.FILE, name)}, {say.n(size)} KiB. It tells {say.n(len(case.findings), 'finding')}, "
    text += f"{say.n(len(case.timeline), 'step')}, {say.n(len(case.accounts), 'account')} and "
    text += f"{say.n(len(case.hosts), 'host')}, each with its evidence."
    facts.add(
        "file", name, text, say, kind=ValueKind.FILE, subject=case.case_id, subject_kind=ValueKind.CASE,
        evidence=case_proof(case),
    )  # fmt: skip


def _result(facts: FactList, case: Case, artefact: Artefact) -> ToolResult:
    return ToolResult(
        facts=facts.done(),
        values={"files": [artefact.name]},
        artefacts=(artefact,),
        case_id=case.case_id,
        next_questions=("What should we do next?", "Which accounts are implicated?"),
    )


DRAFT_REPORT = DraftReport()
SLIDES = Slides()
