"""PowerPoint: a 16:9 deck of native, editable text, tables, charts and shapes.

Text is measured before it is set (:mod:`vedette.report.measure`): what does not fit flows to another slide or is
cut with ``…``, and what a slide had no room for is counted on it. Speaker notes carry the fuller claims with whole
evidence ids.
"""

from __future__ import annotations

import io

from vedette.report.base import Audience, RenderOptions
from vedette.report.from_case import view_of
from vedette.report.inert import clip, visible
from vedette.report.measure import measured_for
from vedette.schema import Case

__all__ = ["PptxRenderer"]


class PptxRenderer:
    """The deck."""

    name = "pptx"
    suffixes: tuple[str, ...] = (".pptx",)
    description = "slides with native tables and charts, from your template if you have one"

    def render(self, case: Case, options: RenderOptions) -> bytes:
        """Return the presentation file."""
        # python-pptx takes a third of a second to import, which listing the formats need not wait for.
        from vedette.report.pptx import charts, closing, commands, executive, exposure, overview, path, people, timeline
        from vedette.report.pptx.deck import Deck
        from vedette.report.pptx.package import fixed
        from vedette.report.pptx.theme import open_frame

        view = view_of(case, options.evidence)
        frame = open_frame(options.template, options.branding)
        deck = Deck(frame, view, options.branding)
        analyst = (
            overview.verdict,
            overview.what_happened,
            timeline.picture,
            timeline.tables,
            people.slides,
            path.pictures,
            path.path_tables,
            path.host_tables,
            commands.slides,
            exposure.used,
            exposure.listed,
            charts.techniques,
            charts.activity,
            closing.unknown,
            closing.next_steps,
            closing.evidence,
        )
        # the pages before the appendix say these, or the appendix says them once more in another way
        said_before = {overview.verdict, timeline.tables, path.path_tables, charts.activity, closing.next_steps}
        for add in (
            analyst if options.audience is Audience.ANALYST
            else (executive.verdict, executive.meaning, executive.story, executive.decisions, executive.divider,
                  *(part for part in analyst if part not in said_before))
        ):  # fmt: skip
            with measured_for(frame.font):
                add(deck)
        properties = frame.presentation.core_properties
        properties.title = clip(view.title, 255)
        properties.author = clip(visible(options.branding.organisation) or "Vedette", 255)
        properties.last_modified_by = properties.author
        properties.subject = clip(view.case_id, 255)
        properties.keywords = clip(visible(options.branding.classification), 255)
        properties.comments = ""
        content = io.BytesIO()
        frame.presentation.save(content)
        return fixed(content.getvalue(), view.last_at)
