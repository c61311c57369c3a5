"""The deck: slides with title, handling label, foot and notes, in a frame that a template may have brought."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.util import Pt

from vedette.report.branding import TLP_COLOURS, Branding
from vedette.report.inert import clip, visible
from vedette.report.measure import fit, wrap
from vedette.report.pptx.draw import Para, block, chip_width, text_box
from vedette.report.pptx.theme import EMU, MARGIN, TITLE_HEIGHT, TITLE_TOP, Box, Frame
from vedette.report.view import CaseView, Statement, ids_words

MAX_NOTES = 12_000
"""Characters of speaker notes on one slide."""
_LABEL_HEIGHT = 18.0
LEFT_OUT_HEIGHT = 17.0


class Stage:
    """Adds slides to a frame; every slide gets the same head and foot.

    Args:
        frame: what they are drawn in.
        subject: what the deck is about, as the foot of each slide names it: a case's id.
        branding: how it is to look.
    """

    def __init__(self, frame: Frame, subject: str, branding: Branding) -> None:
        self.frame = frame
        self.subject = subject
        self.branding = branding
        self.body = frame.body

    def slide(self, title: str, notes: Iterable[str] = (), *, title_lines: int = 1) -> Any:
        """Return a new slide with its title; ``notes`` are what the speaker may say, with whole evidence ids.

        A second title line is made room for in the built-in frame only; a template's title keeps its place.
        """
        slide = self.frame.presentation.slides.add_slide(self.frame.layout)
        extra = TITLE_HEIGHT - 2 if title_lines > 1 and self.frame.built_in else 0.0
        self._title(slide, title, extra)
        self._label(slide)
        self._foot(slide, extra)
        text = "\n".join(notes)
        if text:
            slide.notes_slide.notes_text_frame.text = clip(text, MAX_NOTES)
        return slide

    def _title(self, slide: Any, title: str, extra: float) -> None:
        size = self.frame.title_size
        if self.frame.title is None:
            box = Box(self.body.left, TITLE_TOP, self.body.width, TITLE_HEIGHT)
            text_box(slide, box, [Para(text=title, size=24, bold=True, colour="dark", lines=2)], anchor="bottom")
            return
        shape = slide.shapes.title
        inset = 0.0 if self.frame.built_in else 14.4
        width = self.frame.title.width - inset
        height = self.frame.title.height - (0.0 if self.frame.built_in else 7.2) + extra
        if self.frame.built_in:
            frame = shape.text_frame
            frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        if extra:
            place = self.frame.title
            shape.left, shape.top = round(place.left * EMU), round(place.top * EMU)
            shape.width, shape.height = round(place.width * EMU), round((place.height + extra) * EMU)
        while size > 20 and len(wrap(title, width, size, bold=True)) * size * 1.2 > height:
            size -= 1
        n_lines = max(int(height / (size * 1.2)), 1)
        shape.text_frame.text = fit(title, width, n_lines, size, bold=True)
        for run in shape.text_frame.paragraphs[0].runs:
            run.font.size = Pt(size)
        for other in list(slide.placeholders):
            if other.placeholder_format.idx != shape.placeholder_format.idx:
                other._element.getparent().remove(other._element)

    def _label(self, slide: Any) -> None:
        """Draw the handling label, where the Traffic Light Protocol wants it: in the head, to the right, 12 pt."""
        label = clip(visible(self.branding.classification), 60)
        if not label:
            return
        width = chip_width(label) + 4
        top = 12.0
        if self.frame.title is not None and self.frame.title.top < top + _LABEL_HEIGHT:
            top = max(self.frame.title.top - _LABEL_HEIGHT - 2, 2.0)
        if self.frame.title is not None and self.frame.title.top < top + _LABEL_HEIGHT:
            top = 2.0
        colour = TLP_COLOURS.get(label.upper())
        block(
            slide,
            Box(self.frame.size.width - MARGIN - width, top, width, _LABEL_HEIGHT),
            [Para(text=label, size=12, bold=True, colour=colour or "paper", align="center", lines=1)],
            colour="#000000" if colour else "dark",
            inset=4,
            name="Handling label",
        )

    def _foot(self, slide: Any, extra: float) -> None:
        parts = (self.branding.classification, self.branding.organisation, self.subject, self.branding.footer)
        text = " · ".join(visible(part) for part in parts if part) + " · all times UTC"
        para = Para(text=text, size=12, colour="muted", lines=1)
        text_box(slide, self.frame.foot, [para], anchor="middle", name="Foot")
        for place in self.frame.layout.placeholders:
            if place.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
                slide.shapes._spTree.append(copy.deepcopy(place._element))
        if self.frame.built_in:
            self._rule(slide, extra)

    def _rule(self, slide: Any, extra: float) -> None:
        top = TITLE_TOP + TITLE_HEIGHT + 5 + extra
        block(slide, Box(MARGIN, top, 56, 3), colour="accent", name="Rule")


class Deck(Stage):
    """The slides of a case."""

    def __init__(self, frame: Frame, view: CaseView, branding: Branding) -> None:
        super().__init__(frame, view.case_id, branding)
        self.view = view

    def say(self, statements: Sequence[Statement]) -> list[str]:
        """Return note lines for statements, with whole evidence ids."""
        whole = self.view.full_ids
        return [f"{s.text} Evidence: {ids_words([whole[i] for i in s.evidence], 12) or 'none'}." for s in statements]


def heading(slide: Any, text: str, box: Box) -> Box:
    """Draw a small heading over a part of a slide and return the part that is left."""
    para = Para(text=text, size=14, bold=True, colour="dark", lines=1)
    text_box(slide, Box(box.left, box.top, box.width, 20), [para])
    return Box(box.left, box.top + 24, box.width, box.height - 24)


def left_out(slide: Any, box: Box, text: str) -> None:
    """Say at the foot of a part what had no room."""
    if text:
        place = Box(box.left, box.bottom - LEFT_OUT_HEIGHT, box.width, LEFT_OUT_HEIGHT)
        text_box(slide, place, [Para(text=text, size=12, colour="muted", lines=1)], anchor="bottom", name="Left out")


def above_left_out(box: Box) -> Box:
    """Return the part of a box over the line that says what had no room."""
    return Box(box.left, box.top, box.width, box.height - LEFT_OUT_HEIGHT - 2)
