"""Drawing on a slide: text that is measured before it is set, tables that know their height, lines and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from vedette.report.inert import cell as inert_cell
from vedette.report.measure import LINE_HEIGHT, fit, text_width, widened, wrap
from vedette.report.pptx.theme import EMU, Box

MONO = "Consolas"
MIN_SIZE = 12.0
CELL_X, CELL_Y = 6.0, 3.5
"""Room left and right, above and below the text of a cell."""

_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_THEME = {
    "ink": MSO_THEME_COLOR.TEXT_1,
    "paper": MSO_THEME_COLOR.BACKGROUND_1,
    "dark": MSO_THEME_COLOR.TEXT_2,
    "mist": MSO_THEME_COLOR.BACKGROUND_2,
    "accent": MSO_THEME_COLOR.ACCENT_1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Para:
    """A paragraph in one style. Colours are names of the theme (``ink``, ``dark``, …) or ``#RRGGBB``."""

    text: str
    size: float = 14.0
    bold: bool = False
    mono: bool = False
    colour: str = "ink"
    align: str = "left"
    lines: int = 99
    """Cut with ``…`` beyond so many lines."""
    after: float = 0.0
    """Room below, in points."""
    wraps: bool = True
    """False once it is known to take one line."""

    def height(self, width: float) -> float:
        """Return the height in a column of that width."""
        return (
            len(wrap(self.text, width, self.size, bold=self.bold, mono=self.mono)) * self.size * LINE_HEIGHT
            + self.after
        )

    def fitted(self, width: float) -> Para:
        """Return the paragraph cut to its number of lines."""
        text = fit(self.text, width, self.lines, self.size, bold=self.bold, mono=self.mono)
        wraps = len(wrap(text, width, self.size, bold=self.bold, mono=self.mono)) > 1
        return replace(self, text=text, lines=99, wraps=wraps)


def height_of(paras: Sequence[Para], width: float) -> float:
    """Return the height of paragraphs in a column of that width."""
    return sum(p.height(width) for p in paras)


def fit_paras(paras: Sequence[Para], box: Box) -> list[Para]:
    """Return as many paragraphs as the box has room for, the last one cut where it must be."""
    room = box.height
    kept: list[Para] = []
    for para in paras:
        fitted = para.fitted(box.width)
        height = fitted.height(box.width)
        if height - fitted.after <= room + 0.01:
            kept.append(fitted)
            room -= height
            continue
        n_lines = int(room / (para.size * LINE_HEIGHT))
        if n_lines >= 1:
            kept.append(replace(para, lines=n_lines, after=0).fitted(box.width))
        break
    return kept


def paint(colour_format: Any, colour: str) -> None:
    """Set a colour: a name of the theme or ``#RRGGBB``."""
    if colour == "muted":
        # Relative to the theme's text, so that it stays readable on a dark template.
        colour_format.theme_color = MSO_THEME_COLOR.TEXT_1
        colour_format.brightness = 0.3
    elif colour in _THEME:
        colour_format.theme_color = _THEME[colour]
    else:
        colour_format.rgb = RGBColor.from_string(colour.lstrip("#"))


def fill(shape: Any, colour: str | None) -> None:
    """Fill a shape or cell, or leave it clear."""
    if colour is None:
        shape.fill.background()
    else:
        shape.fill.solid()
        paint(shape.fill.fore_color, colour)


_ALIGN = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}


def set_text(frame: Any, paras: Sequence[Para]) -> None:
    """Write paragraphs into a text frame, as plain runs: no field, link or formula can come of them."""
    # A line that was measured to fit stays one line where the reader's machine has a wider font.
    frame.word_wrap = any(para.wraps for para in paras)
    for number, para in enumerate(paras):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = _ALIGN[para.align]
        paragraph.space_after = Pt(para.after)
        paragraph.space_before = Pt(0)
        run = paragraph.add_run()
        run.text = para.text
        run.font.size = Pt(para.size)
        run.font.bold = para.bold
        if para.mono:
            run.font.name = MONO
        paint(run.font.color, para.colour)


def text_box(
    slide: Any, box: Box, paras: Sequence[Para], *, anchor: str = "top", name: str = "", fill_colour: str | None = None
) -> Any:
    """Draw a text box; the text is cut to fit it."""
    shape = slide.shapes.add_textbox(*_emu(box))
    _prepare(shape, anchor, name)
    if fill_colour is not None:
        fill(shape, fill_colour)
    set_text(shape.text_frame, fit_paras(paras, box))
    return shape


def block(
    slide: Any,
    box: Box,
    paras: Sequence[Para] = (),
    *,
    colour: str | None,
    line: str | None = None,
    dashed: bool = False,
    kind: Any = MSO_SHAPE.RECTANGLE,
    inset: float = 6.0,
    anchor: str = "middle",
    name: str = "",
) -> Any:
    """Draw a filled shape with text inside, cut to fit."""
    shape = slide.shapes.add_shape(kind, *_emu(box))
    if kind == MSO_SHAPE.ROUNDED_RECTANGLE:
        shape.adjustments[0] = 0.12
    _plain(shape)
    fill(shape, colour)
    if line is None:
        shape.line.fill.background()
    else:
        paint(shape.line.color, line)
        shape.line.width = Pt(1.25)
        if dashed:
            _add(shape.line._get_or_add_ln(), "a:prstDash", val="dash")
    _prepare(shape, anchor, name, inset)
    above = inset if anchor == "top" else 0.0
    shape.text_frame.margin_top = Pt(above)
    inner = Box(box.left + inset, box.top + above, box.width - 2 * inset, box.height - above)
    set_text(shape.text_frame, fit_paras(paras, inner))
    return shape


_ANCHOR = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}


def _add(parent: Any, tag: str, **attributes: str) -> None:
    """Append an element that python-pptx has no method for."""
    child = OxmlElement(tag)
    for name, value in attributes.items():
        child.set(name, value)
    parent.append(child)


def _plain(shape: Any) -> None:
    """Take away the theme's effects: shadows blur what is read at a distance."""
    for style in shape._element.xpath("./p:style"):
        shape._element.remove(style)


def _emu(box: Box) -> tuple[Any, Any, Any, Any]:
    left, top = round(box.left * EMU), round(box.top * EMU)
    return left, top, round(box.right * EMU) - left, round(box.bottom * EMU) - top


def _prepare(shape: Any, anchor: str, name: str, inset: float = 0.0) -> None:
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = Pt(inset)
    frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = _ANCHOR[anchor]
    frame.auto_size = None
    if name:
        shape.name = name


def line(
    slide: Any,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    colour: str,
    width: float = 1.0,
    arrow: str = "",
    dashed: bool = False,
    name: str = "",
) -> Any:
    """Draw a straight line; ``arrow`` is ``start``, ``end``, ``both`` or nothing."""
    shape = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(round(v * EMU) for v in (*start, *end)))
    _plain(shape)
    paint(shape.line.color, colour)
    shape.line.width = Pt(width)
    outline = shape.line._get_or_add_ln()
    if dashed:
        _add(outline, "a:prstDash", val="dash")
    if arrow in {"start", "both"}:
        _add(outline, "a:headEnd", type="triangle", w="med", len="med")
    if arrow in {"end", "both"}:
        _add(outline, "a:tailEnd", type="triangle", w="med", len="med")
    if name:
        shape.name = name
    return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table. What a spreadsheet would run when pasted there is disarmed when the table is drawn."""

    paras: tuple[Para, ...]
    fill: str | None = None


def cell(text: str, size: float = 13.0, *, lines: int = 3, fill: str | None = None, **style: Any) -> Cell:
    """Return a cell with one paragraph."""
    return Cell(paras=(Para(text=text or "–", size=size, lines=lines, **style),), fill=fill)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, and its share of the width."""

    head: str
    share: float
    fixed: bool = False
    """The share is a width in points: what the column holds is as long on every slide."""


HEAD_SIZE = 12.0
HEAD_HEIGHT = HEAD_SIZE * LINE_HEIGHT + 2 * CELL_Y + 1


def _fitted(row: Sequence[Cell], widths: Sequence[float]) -> list[list[Para]]:
    return [
        [replace(p, text=inert_cell(p.text)).fitted(width - 2 * CELL_X) for p in c.paras]
        for c, width in zip(row, widths, strict=True)
    ]


def row_height(row: Sequence[Cell], widths: Sequence[float]) -> float:
    """Return the height that a row takes."""
    return (
        max(height_of(paras, width - 2 * CELL_X) for paras, width in zip(_fitted(row, widths), widths, strict=True))
        + 2 * CELL_Y
    )


def column_widths(columns: Sequence[Column], width: float) -> list[float]:
    """Return the widths in points."""
    fixed = sum(widened(c.share) for c in columns if c.fixed)
    total = sum(c.share for c in columns if not c.fixed)
    return [widened(c.share) if c.fixed else (width - fixed) * c.share / total for c in columns]


def pages(
    rows: Sequence[Sequence[Cell]], columns: Sequence[Column], box: Box, *, most: int
) -> tuple[list[list[Sequence[Cell]]], int]:
    """Return the rows dealt on at most so many pages, and how many rows had no room."""
    widths = column_widths(columns, box.width)
    out: list[list[Sequence[Cell]]] = []
    room = 0.0
    for number, row in enumerate(rows):
        height = row_height(row, widths)
        if not out or height > room:
            if len(out) == most:
                return out, len(rows) - number
            out.append([])
            room = box.height - HEAD_HEIGHT
        out[-1].append(row)
        room -= height
    return out, 0


def table(slide: Any, box: Box, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, name: str) -> float:
    """Draw a native table and return its height."""
    widths = column_widths(columns, box.width)
    heights = [HEAD_HEIGHT, *(row_height(row, widths) for row in rows)]
    graphic = slide.shapes.add_table(
        len(rows) + 1, len(columns), *_emu(Box(box.left, box.top, box.width, sum(heights)))
    )
    graphic.name = name
    native = graphic.table
    native._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE
    for column, width in zip(native.columns, widths, strict=True):
        column.width = round(width * EMU)
    for native_row, height in zip(native.rows, heights, strict=True):
        native_row.height = round(height * EMU)
    for number, column_head in enumerate(columns):
        head = Para(text=column_head.head, size=HEAD_SIZE, bold=True, colour="paper", lines=1)
        _set_cell(native.cell(0, number), [head.fitted(widths[number] - 2 * CELL_X)], "dark")
    for at, row in enumerate(rows, start=1):
        for number, paras in enumerate(_fitted(row, widths)):
            band = "mist" if at % 2 == 0 else None
            _set_cell(native.cell(at, number), paras, row[number].fill or band)
    return sum(heights)


def _set_cell(native: Any, paras: Sequence[Para], colour: str | None) -> None:
    native.margin_left = native.margin_right = round(CELL_X * EMU)
    native.margin_top = native.margin_bottom = round(CELL_Y * EMU)
    native.vertical_anchor = MSO_ANCHOR.MIDDLE
    fill(native, colour)
    set_text(native.text_frame, paras)
    native.text_frame.word_wrap = True


def chip_width(text: str, size: float = MIN_SIZE) -> float:
    """Return the width of a small filled label."""
    return text_width(text, size, bold=True) + 14


def bullets(texts: Sequence[tuple[str, str]], width: float, size: float) -> Iterator[list[Para]]:
    """Yield the paragraphs of each (text, ids) pair."""
    for text, ids in texts:
        paras = [Para(text=text, size=size, lines=4, after=2 if ids else 0)]
        if ids:
            paras.append(Para(text=ids, size=MIN_SIZE, mono=True, colour="muted", lines=1))
        yield [p.fitted(width) for p in paras]
