"""Checks a deck for what a reader would see go wrong: text that overflows, overlaps or is too small."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from pptx import Presentation

from vedette.report.measure import LINE_HEIGHT, measured_for, wrap
from vedette.report.pptx.draw import MIN_SIZE, MONO
from vedette.report.pptx.theme import EMU, Box, theme_font

_SLACK = 1.0
"""Points by which an estimate may be over before it is said to be wrong."""


def check_deck(deck: Path | bytes) -> list[str]:
    """Return one line for each fault found, empty where there is none.

    What is looked at: every shape lies on its slide; no two texts, tables or charts overlap; the estimated height of
    every text fits its frame and every row of a table its height; body text has at least 12 points; each slide has a
    title. A template's own decoration is not looked at: it is the template's.
    """
    presentation = Presentation(io.BytesIO(deck) if isinstance(deck, bytes) else str(deck))
    width, height = presentation.slide_width / EMU, presentation.slide_height / EMU
    with measured_for(theme_font(presentation)):
        return _faults(presentation, width, height)


def _faults(presentation: Any, width: float, height: float) -> list[str]:
    faults: list[str] = []
    for number, slide in enumerate(presentation.slides, start=1):
        where = f"slide {number}"
        if slide.shapes.title is not None and not slide.shapes.title.text_frame.text.strip():
            faults.append(f"{where}: no title")
        boxes: list[tuple[str, Box]] = []
        for shape in slide.shapes:
            box = Box(shape.left / EMU, shape.top / EMU, shape.width / EMU, shape.height / EMU)
            name = f"{where}, {shape.name!r}"
            if box.left < -_SLACK or box.top < -_SLACK or box.right > width + _SLACK or box.bottom > height + _SLACK:
                faults.append(f"{name}: outside the slide")
            if shape.has_text_frame and shape.text_frame.text.strip():
                boxes.append((name, box))
                faults += [f"{name}: {fault}" for fault in _text(shape, box)]
            elif getattr(shape, "has_table", False) and shape.has_table:
                boxes.append((name, box))
                faults += [f"{name}: {fault}" for fault in _table(shape.table)]
            elif getattr(shape, "has_chart", False) and shape.has_chart:
                boxes.append((name, box))
        for (one, a), (other, b) in combinations(boxes, 2):
            across = min(a.right, b.right) - max(a.left, b.left)
            down = min(a.bottom, b.bottom) - max(a.top, b.top)
            if across > _SLACK and down > _SLACK:
                faults.append(f"{one} overlaps {other}")
    return faults


def _lines(frame: Any, width: float) -> Iterator[tuple[float, float]]:
    """Yield size and height of each paragraph whose size is set."""
    for paragraph in frame.paragraphs:
        sized = [run for run in paragraph.runs if run.font.size is not None]
        if not sized:
            continue
        run = sized[0]
        size = run.font.size.pt
        text = "".join(r.text for r in paragraph.runs)
        lines = wrap(text, width, size, bold=bool(run.font.bold), mono=run.font.name == MONO)
        after = paragraph.space_after.pt if paragraph.space_after is not None else 0.0
        yield size, len(lines) * size * LINE_HEIGHT + after


def _text(shape: Any, box: Box) -> Iterator[str]:
    frame = shape.text_frame
    inner = box.width - (frame.margin_left + frame.margin_right) / EMU
    measured = list(_lines(frame, inner + 0.01))
    last = frame.paragraphs[-1].space_after
    needed = sum(height for _, height in measured) - (last.pt if last is not None else 0.0)
    if needed > box.height + _SLACK:
        yield f"needs {needed:.0f} pt of height, has {box.height:.0f}"
    if any(size < MIN_SIZE for size, _ in measured):
        yield f"smaller than {MIN_SIZE:.0f} pt"


def _table(table: Any) -> Iterator[str]:
    widths = [column.width / EMU for column in table.columns]
    for at, row in enumerate(table.rows):
        for width, native in zip(widths, row.cells, strict=True):
            inner = width - (native.margin_left + native.margin_right) / EMU
            measured = list(_lines(native.text_frame, inner + 0.01))
            needed = sum(h for _, h in measured) + (native.margin_top + native.margin_bottom) / EMU
            if needed > row.height / EMU + _SLACK:
                yield f"row {at}: a cell needs {needed:.0f} pt of height, has {row.height / EMU:.0f}"
            if any(size < MIN_SIZE for size, _ in measured):
                yield f"row {at}: smaller than {MIN_SIZE:.0f} pt"
