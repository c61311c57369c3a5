# ruff: noqa: E501
from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pptx import Presentation
from pptx.util import Inches, Pt

from vedette.errors import UserError
from vedette.report import Branding, render_pptx
from vedette.report.pptx.check import check_deck
from vedette.schema import Case

from .hostile import NASTY, cases, saturated
from .sample import sample_events

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
SLIDE_PARTS = ("slideLayout", "notesSlide", "chart", "image")


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def faults(content: bytes) -> list[str]:
    """Return everything in the package that would act, hide, or point outside it."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            data = package.read(name)
            if name.endswith(".rels"):
                text = data.decode()
                if 'TargetMode="External"' in text:
                    found.append(f"{name}: points outside")
                if name.startswith("ppt/slides/"):
                    kinds = re.findall(r'Type="[^"]*/([A-Za-z]+)"', text)
                    found += [f"{name}: {k}" for k in kinds if k not in SLIDE_PARTS]
            elif (
                name.startswith("ppt/slides/") or name.startswith("ppt/notesSlides/") or name.startswith("ppt/charts/")
            ):
                text = data.decode()
                found += [
                    f"{name}: {tag}" for tag in ("hlinkClick", "hlinkHover", "oleObj", "videoFile") if tag in text
                ]
                hidden = {unicodedata.category(c) for c in text} & {"Cf", "Cs", "Cn", "Zl", "Zp"}
                if hidden or re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text):
                    found.append(f"{name}: hidden characters {hidden}")
            elif name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(data)) as book:
                    for part in book.namelist():
                        text = book.read(part).decode()
                        if part.startswith("xl/worksheets/") and re.search(r"<f[ >]|hyperlink", text):
                            found.append(f"{name}: {part} has a formula or link")
            elif re.search(r"vba|activeX|\.bin$", name, re.I) and "printerSettings" not in name:
                found.append(name)
    return found


# A deck takes half a second: the texts that a deck or a sheet could take for more than text run always, the rest in
# the full suite.
ALWAYS = (*"=+-@＝\t\x1b<_", "", "http://evil.example/?a=b", "user\u202etxt.exe", "\ufffe\uffff")


@pytest.mark.parametrize(
    "text", [t if t[:1] in ALWAYS or t in ALWAYS else pytest.param(t, marks=pytest.mark.slow) for t in NASTY]
)
def test_text_from_logs_stays_text(text: str) -> None:
    content = render_pptx(saturated(text))
    assert faults(content) == []
    assert check_deck(content) == []
    for slide in opened(content).slides:
        for shape in slide.shapes:
            if getattr(shape, "has_table", False) and shape.has_table:
                cells = [cell.text for row in shape.table.rows for cell in row.cells]
                assert not [c for c in cells if c.lstrip()[:1] in set("=+-@＝＋－＠") - {""} and c.lstrip()]


# No shrinking: a deck takes a third of a second, and a failing case is small enough to read.
@settings(
    max_examples=10, suppress_health_check=list(HealthCheck), deadline=None, phases=[Phase.explicit, Phase.generate]
)
@given(cases)
def test_any_case_makes_a_deck_that_opens_and_fits(case: Case) -> None:
    content = render_pptx(case)
    assert len(opened(content).slides) >= 7
    assert faults(content) == []
    assert check_deck(content) == []


def test_deck_tells_the_case(case: Case) -> None:
    content = render_pptx(case, evidence=sample_events, branding=Branding(organisation="Northwind", footer="Draft"))
    deck = opened(content)
    assert (deck.slide_width, deck.slide_height) == (Inches(40 / 3), Inches(7.5))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles[0] == case.title
    for start in ("What happened", "40 steps in 2 d", "Key steps", "4 accounts took part", "Attack path", "12 hosts",
                  "42 ATT&CK techniques", "Activity was densest", "What is unknown", "What to do next", "Evidence"):  # fmt: skip
        assert any(t.startswith(start) for t in titles), start
    assert check_deck(content) == []
    first = " ".join(s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame)
    for part in ("Critical", "98 %", "4 accounts", "on 12 hosts", "NORTHWIND\\m.oyelaran", "ws-finance-0147", "TLP:AMBER", "Draft",
                 "dfa508c2"):  # fmt: skip
        assert part in first
    notes = deck.slides[0].notes_slide.notes_text_frame.text
    assert case.summary[0].evidence[0].ref in notes
    assert case.summary[1].text in notes


def test_charts_and_tables_are_native_and_hold_the_numbers(case: Case) -> None:
    deck = opened(render_pptx(case))
    charts = [s.chart for slide in deck.slides for s in slide.shapes if getattr(s, "has_chart", False) and s.has_chart]
    assert len(charts) == 2
    bars, columns = charts
    by_tactic = dict(zip(bars.plots[0].categories, bars.plots[0].series[0].values, strict=True))
    assert by_tactic["Credential Access"] == sum(t.count for t in case.techniques if "credential-access" in t.tactics)
    assert sum(v for series in columns.plots[0].series for v in series.values) == len(case.timeline)
    tables = [s.table for slide in deck.slides for s in slide.shapes if getattr(s, "has_table", False) and s.has_table]
    accounts = next(t for t in tables if t.cell(0, 0).text == "Account")
    assert "NORTHWIND\\m.oyelaran" in accounts.cell(1, 0).text
    assert "97 %" in accounts.cell(1, 2).text
    assert "dfa508c2" in accounts.cell(1, 3).text


def test_path_is_made_of_shapes_and_connectors(case: Case) -> None:
    deck = opened(render_pptx(case))
    slide = next(s for s in deck.slides if s.shapes.title.text_frame.text.startswith("Attack path"))
    names = [shape.name for shape in slide.shapes]
    assert sum(n.startswith("host: ") for n in names) >= 10
    assert sum(n.startswith("Path ") for n in names) >= 15
    assert sum(n.startswith("Step ") for n in names) == 16


def test_large_case_says_what_had_no_room(large: Case) -> None:
    content = render_pptx(large)
    deck = opened(content)
    assert len(deck.slides) <= 40
    assert check_deck(content) == []
    text = "\n".join(s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame)
    assert "and 9,9" in text
    for kind in (
        "Key steps",
        "334 accounts",
        "Attack path",
        "Steps of the attack",
        "300 hosts",
        "More techniques",
        "Evidence",
    ):
        slides = [s for s in deck.slides if s.shapes.title.text_frame.text.startswith(kind)]
        left_out = [s.text_frame.text for s in slides[-1].shapes if s.name == "Left out"]
        assert len(left_out) == 1, kind
        assert re.search(r"nd [\d,]+ more \(see the JSON file\)", left_out[0]), kind


def template(path: Path, *, dark: bool = False) -> Path:
    """Make a template as an organisation might have it: 4:3, other fonts and places, a slide of its own, a logo bar."""
    deck = Presentation()
    layout = deck.slide_layouts[5]
    bar = deck.slide_master.shapes._spTree
    assert bar is not None
    layout.placeholders[0].left, layout.placeholders[0].top = Inches(0.6), Inches(0.5)
    layout.placeholders[0].width, layout.placeholders[0].height = Inches(8.8), Inches(0.9)
    if dark:
        background = deck.slide_master.background.fill
        background.solid()
        background.fore_color.rgb = __import__("pptx.dml.color", fromlist=["RGBColor"]).RGBColor(16, 24, 40)
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "How to use this template"
    deck.save(str(path))
    return path


def test_template_gives_master_size_and_layout(case: Case, tmp_path: Path) -> None:
    own = template(tmp_path / "own.pptx")
    content = render_pptx(case, template=own)
    deck = opened(content)
    assert deck.slide_width == Inches(10)
    assert "How to use this template" not in [s.shapes.title.text_frame.text for s in deck.slides]
    assert {s.slide_layout.name for s in deck.slides} == {"Title Only"}
    title = deck.slides[3].shapes.title
    assert (title.left, title.top) == (Inches(0.6), Inches(0.5))
    assert check_deck(content) == []
    assert faults(content) == []


def test_template_file_may_be_a_potx(case: Case, tmp_path: Path) -> None:
    own = template(tmp_path / "own.pptx")
    turned = tmp_path / "own.potx"
    with zipfile.ZipFile(own) as old, zipfile.ZipFile(turned, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"presentation.main+xml", b"template.main+xml"))
    assert len(opened(render_pptx(case, template=turned)).slides) > 10


def test_template_that_cannot_be_used_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bad.pptx").write_bytes(b"no zip")
    with pytest.raises(UserError, match="no PowerPoint presentation"):
        render_pptx(case, template=tmp_path / "bad.pptx")
    own = template(tmp_path / "own.pptx")
    with zipfile.ZipFile(own, "a") as package:
        package.writestr("ppt/vbaProject.bin", b"x")
    with pytest.raises(UserError, match="macros"):
        render_pptx(case, template=own)


def test_branding_reaches_theme_label_and_logo(case: Case, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    branding = Branding(accent="#AA3366", dark="#222244", logo=tmp_path / "logo.png", classification="TLP:RED")
    content = render_pptx(case, branding=branding)
    deck = opened(content)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        theme = package.read("ppt/theme/theme1.xml").decode()
    assert '<a:accent1><a:srgbClr val="AA3366"/></a:accent1>' in theme
    assert '<a:dk2><a:srgbClr val="222244"/></a:dk2>' in theme
    for slide in deck.slides:
        label = next(s for s in slide.shapes if s.name == "Handling label")
        assert label.text_frame.text == "TLP:RED"
        assert str(label.text_frame.paragraphs[0].runs[0].font.color.rgb) == "FF2B2B"
        assert label.text_frame.paragraphs[0].runs[0].font.size >= Pt(12)
    assert any(s.name == "Logo" for s in deck.slides[0].shapes)
    assert check_deck(content) == []


def test_check_sees_each_kind_of_fault(case: Case) -> None:
    deck = opened(render_pptx(replace(case, timeline=(), path=())))
    slide = deck.slides[1]

    def box(left: float, top: float, width: float, height: float, text: str, size: float) -> None:
        shape = slide.shapes.add_textbox(Pt(left), Pt(top), Pt(width), Pt(height))
        shape.text_frame.word_wrap = True
        run = shape.text_frame.paragraphs[0].add_run()
        run.text, run.font.size = text, Pt(size)

    box(900, 300, 200, 20, "outside", 14)
    box(100, 460, 60, 20, "far too long for its small frame", 14)
    box(100, 465, 60, 20, "over it", 14)
    box(400, 460, 60, 20, "small", 8)
    out = io.BytesIO()
    deck.save(out)
    found = "\n".join(check_deck(out.getvalue()))
    for fault in ("outside the slide", "pt of height, has 20", "overlaps", "smaller than 12 pt"):
        assert fault in found
