"""The frame that slides are drawn in: the built-in 16:9 theme, or the master and theme of a template."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from vedette.errors import OutsideError, UserError
from vedette.report.branding import Branding
from vedette.report.palette import ACCENT, INK, LINE, MIST, MUTED, NAVY, PAPER

EMU = 12_700
"""English Metric Units in a point; everything here is drawn in points."""
WIDTH, HEIGHT = 960.0, 540.0
MARGIN = 44.0
TITLE_TOP, TITLE_HEIGHT, TITLE_SIZE = 36.0, 34.0, 26.0
FOOT_TOP, FOOT_HEIGHT, FOOT_SIZE = 510.0, 18.0, 12.0
MAX_TITLE_SIZE = 28.0
"""Titles say something here, so they are longer than a template's; larger ones would each be shrunk differently."""
FONT = "Arial"
MAX_TEMPLATE_BYTES = 100 * 1024 * 1024

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_FOOT_KINDS = {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE}
_TITLE_KINDS = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a slide, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An empty presentation and where its slides have room."""

    presentation: Any
    layout: Any
    size: Box
    title: Box | None
    """None where no layout has a title: the title is then drawn as a text box."""
    title_size: float
    body: Box
    foot: Box
    """Where the line at the foot goes, beside the slide number."""
    font: str
    """The theme's font for text."""
    built_in: bool


def open_frame(template: Path | None, branding: Branding) -> Frame:
    """Return the frame of a template, or the built-in one.

    Raises:
        UserError: the template is no presentation, or holds macros.
        OutsideError: it cannot be read.
    """
    if template is None:
        presentation = _built_in(branding)
    else:
        presentation = _from_template(template)
        _set_theme(presentation, branding, None)
    layout = _layout(presentation)
    size = Box(0, 0, presentation.slide_width / EMU, presentation.slide_height / EMU)
    title = next((p for p in layout.placeholders if p.placeholder_format.type in _TITLE_KINDS), None)
    box = Box(title.left / EMU, title.top / EMU, title.width / EMU, title.height / EMU) if title is not None else None
    if box is not None and (box.top > size.height * 0.35 or box.height > size.height * 0.4):
        box = None
    feet = [
        p.top / EMU
        for p in layout.placeholders
        if p.placeholder_format.type in _FOOT_KINDS and p.top is not None and p.top / EMU > size.height * 0.75
    ]
    margin = MARGIN * size.width / WIDTH
    left = box.left if box is not None else margin
    right = min(box.right, size.width - margin / 2) if box is not None else size.width - margin
    top = box.bottom + 16 if box is not None else TITLE_TOP + TITLE_HEIGHT + 16
    bottom = min([*feet, size.height - 30]) - 6
    return Frame(
        presentation=presentation,
        layout=layout,
        size=size,
        title=box,
        title_size=_title_size(presentation, layout) if template is not None else TITLE_SIZE,
        body=Box(left, top, max(right - left, size.width * 0.6), bottom - top),
        foot=_foot(layout, size, left, right),
        font=theme_font(presentation),
        built_in=template is None,
    )


def _foot(layout: Any, size: Box, left: float, right: float) -> Box:
    """Return the strip beside the slide number, or at the foot of the slide where there is no number."""
    for place in layout.placeholders:
        if place.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER and place.top / EMU > size.height * 0.75:
            top = (place.top + place.height / 2) / EMU - FOOT_HEIGHT / 2
            if place.left / EMU > size.width / 2:
                right = min(right, place.left / EMU - 6)
            else:
                left = max(left, (place.left + place.width) / EMU + 6)
            return Box(left, min(top, size.height - FOOT_HEIGHT - 2), max(right - left, 60), FOOT_HEIGHT)
    return Box(left, size.height - 26, right - left, FOOT_HEIGHT)


def theme_font(presentation: Any) -> str:
    """Return the name of the theme's font for text."""
    root = parse_xml(presentation.slide_master.part.part_related_by(RT.THEME).blob)
    found = root.xpath("//a:minorFont/a:latin/@typeface")
    return str(found[0]) if found else ""


def _layout(presentation: Any) -> Any:
    """Return the layout with a title and as little else as there is."""

    def burden(layout: Any) -> tuple[int, int]:
        kinds = [p.placeholder_format.type for p in layout.placeholders]
        has_title = any(kind in _TITLE_KINDS for kind in kinds)
        return (0 if has_title else 1, sum(kind not in _FOOT_KINDS | _TITLE_KINDS for kind in kinds))

    layouts = list(presentation.slide_layouts)
    if not layouts:
        raise UserError("the template has no slide layout", next_step="save it from PowerPoint with at least one")
    return min(layouts, key=burden)


def _title_size(presentation: Any, layout: Any) -> float:
    """Return the size of titles in points, as the layout or its master sets it."""
    for element, path in (
        (layout._element, ".//p:sp[p:nvSpPr/p:nvPr/p:ph[@type='title' or @type='ctrTitle']]//a:lvl1pPr/a:defRPr/@sz"),
        (layout.slide_master._element, ".//p:titleStyle/a:lvl1pPr/a:defRPr/@sz"),
    ):
        found = element.xpath(path)
        if found:
            return min(max(int(found[0]) / 100, 18.0), MAX_TITLE_SIZE)
    return TITLE_SIZE


def _from_template(path: Path) -> Any:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OutsideError(f"the template {path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_TEMPLATE_BYTES:
        raise UserError(f"the template {path} is larger than {MAX_TEMPLATE_BYTES // 2**20} MiB")
    try:
        presentation = Presentation(io.BytesIO(_as_presentation(content)))
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"the template {path} is no PowerPoint presentation: {error}", next_step="save it as .pptx or .potx"
        ) from error
    ids = presentation.slides._sldIdLst
    for slide_id in list(ids):
        presentation.part.drop_rel(slide_id.rId)
        ids.remove(slide_id)
    # Sections list slides by id; a list of slides that are gone makes PowerPoint ask to repair the file.
    for extension in presentation.element.xpath("./p:extLst/p:ext[.//*[local-name()='sectionLst']]"):
        extension.getparent().remove(extension)
    return presentation


def _as_presentation(content: bytes) -> bytes:
    """Return the package with a template's content type turned into a presentation's."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        types = package.read("[Content_Types].xml")
        if b"macroEnabled" in types or any("vbaProject" in name for name in package.namelist()):
            raise UserError("the template holds macros", next_step="save it as .pptx or .potx, without macros")
        if b"presentationml.template.main+xml" not in types:
            return content
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as turned:
            for info in package.infolist():
                data = package.read(info)
                if info.filename == "[Content_Types].xml":
                    data = data.replace(b"presentationml.template.main+xml", b"presentationml.presentation.main+xml")
                turned.writestr(info, data)
    return out.getvalue()


def _built_in(branding: Branding) -> Any:
    """Return python-pptx's own empty presentation, made 16:9, with one layout and this project's theme."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = int(WIDTH * EMU), int(HEIGHT * EMU)
    master = presentation.slide_master
    keep = next(layout for layout in presentation.slide_layouts if layout.name == "Title Only")
    for layout in list(presentation.slide_layouts):
        if layout is not keep:
            presentation.slide_layouts.remove(layout)
    third = (WIDTH - 2 * MARGIN) / 3
    places = {
        PP_PLACEHOLDER.TITLE: Box(MARGIN, TITLE_TOP, WIDTH - 2 * MARGIN, TITLE_HEIGHT),
        PP_PLACEHOLDER.BODY: Box(MARGIN, 86, WIDTH - 2 * MARGIN, 410),
        PP_PLACEHOLDER.FOOTER: Box(MARGIN, FOOT_TOP, third, FOOT_HEIGHT),
        PP_PLACEHOLDER.SLIDE_NUMBER: Box(WIDTH - MARGIN - 60, FOOT_TOP, 60, FOOT_HEIGHT),
    }
    for owner in (master, keep):
        for shape in list(owner.placeholders):
            box = places.get(shape.placeholder_format.type)
            if box is None:
                shape._element.getparent().remove(shape._element)
                continue
            shape.left, shape.top = int(box.left * EMU), int(box.top * EMU)
            shape.width, shape.height = int(box.width * EMU), int(box.height * EMU)
            frame = shape.text_frame
            frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
            kind = shape.placeholder_format.type
            body = shape._element.txBody.bodyPr
            body.set("anchor", "b" if kind == PP_PLACEHOLDER.TITLE else "ctr" if kind in _FOOT_KINDS else "t")
            for fitting in body.xpath("./a:normAutofit"):
                body.remove(fitting)
            if kind in _FOOT_KINDS:
                for run in shape._element.xpath(".//a:lstStyle/a:lvl1pPr"):
                    run.set("algn", "l" if kind == PP_PLACEHOLDER.FOOTER else "r")
                for run in shape._element.xpath(".//a:lstStyle/a:lvl1pPr/a:defRPr"):
                    run.set("sz", str(int(FOOT_SIZE * 100)))
                    _theme_fill(run, "tx1", MUTED)
    title = master._element.xpath(".//p:titleStyle/a:lvl1pPr")[0]
    title.set("algn", "l")
    style = title.find(qn("a:defRPr"))
    style.set("sz", str(int(TITLE_SIZE * 100)))
    style.set("b", "1")
    _theme_fill(style, "tx2", None)
    _set_theme(presentation, branding, FONT)
    return presentation


def _theme_fill(run: Any, scheme: str, rgb: str | None) -> None:
    for old in run.xpath("./a:solidFill"):
        run.remove(old)
    fill = OxmlElement("a:solidFill")
    colour = OxmlElement("a:schemeClr" if rgb is None else "a:srgbClr")
    colour.set("val", scheme if rgb is None else rgb.lstrip("#"))
    fill.append(colour)
    run.insert(0, fill)


def _set_theme(presentation: Any, branding: Branding, font: str | None) -> None:
    """Set theme colours and fonts: all of them for the built-in theme, for a template only what the branding names."""
    colours: dict[str, str] = {}
    if font is not None:
        colours = {
            "dk1": INK, "lt1": PAPER, "dk2": NAVY, "lt2": MIST, "accent1": ACCENT, "accent2": "#B8390E",
            "accent3": "#0F7B6C", "accent4": "#8A6100", "accent5": "#6B2FA0", "accent6": MUTED, "hlink": ACCENT,
            "folHlink": LINE,
        }  # fmt: skip
    colours |= {
        name: value for name, value in (("accent1", branding.accent), ("dk2", branding.dark)) if value is not None
    }
    for master in presentation.slide_masters:
        part = master.part.part_related_by(RT.THEME)
        root = parse_xml(part.blob)
        for name, value in colours.items():
            for slot in root.iter(f"{{{_A}}}{name}"):
                for child in list(slot):
                    slot.remove(child)
                colour = OxmlElement("a:srgbClr")
                colour.set("val", value.lstrip("#"))
                slot.append(colour)
        if font is not None:
            for kind in ("majorFont", "minorFont"):
                for slot in root.iter(f"{{{_A}}}{kind}"):
                    slot.find(f"{{{_A}}}latin").set("typeface", font)
        part._blob = serialize_part_xml(root)


def points(value: float) -> Any:
    """Return a length in points as python-pptx wants it."""
    return Pt(value) if value == int(value) else int(value * EMU)
