"""What a case's report says of what was run: the explanation of each suspicious process event, and nothing else."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pptx import Presentation

from vedette.commands import explain
from vedette.report import render_html, render_markdown, render_pptx
from vedette.report.case_commands import extent, headline
from vedette.report.from_case import view_of
from vedette.report.pptx.check import check_deck
from vedette.schema import Case, ExplainedCommand, Language

from .sample import START, H

HIDDEN = "powershell -NoP -Enc " + "SQBFAFgAIAAoACcAVwByAGkAdABlAC0ASABvAHMAdAAgAGgAaQAnACkA"
RISKY = r"rundll32.exe C:\windows\System32\comsvcs.dll, MiniDump 624 C:\Users\Public\l.dmp full"


def ran(command: str, number: int = 1) -> ExplainedCommand:
    return ExplainedCommand(
        explanation=explain(command, Language.PROGRAM),
        count=number,
        first_at=START,
        last_at=START,
        hosts=(H[0],),
        accounts=("CORP\\alice",),
        event_ids=(f"{number:032x}",),
    )


@pytest.fixture
def told(case: Case) -> Case:
    return replace(case, commands=(ran(RISKY), ran(HIDDEN, 2), ran("hostname", 3)))


def test_suspicious_and_hidden_commands_are_told_and_ordinary_ones_are_not(told: Case) -> None:
    views = view_of(told).commands
    told_of = {v.command: v for v in views}
    assert set(told_of) == {RISKY, HIDDEN}
    assert told_of[RISKY].risky
    assert "T1003.001" in " ".join(told_of[RISKY].techniques)
    assert "Write-Host hi" in told_of[HIDDEN].decoded
    assert "base64" in told_of[HIDDEN].methods
    assert "command" in headline(views)
    assert "2 different command lines" in extent(views)
    assert view_of(replace(told, commands=(ran("hostname"),))).commands == ()


def test_each_event_carries_what_its_command_does(told: Case) -> None:
    cited = {e.full: e.explained for e in view_of(told).evidence if e.explained}
    assert cited == {c.event_ids[0]: c.explanation.sentence for c in told.commands[:2]}


def test_page_deck_and_text_tell_it(told: Case) -> None:
    page, text = render_html(told), render_markdown(told)
    for shown in (page, text):
        assert "What they ran" in shown
        assert "MiniDump" in shown
    deck = render_pptx(told)
    assert not check_deck(deck)
    words = [
        shape.text_frame.text
        for slide in Presentation(io.BytesIO(deck)).slides
        for shape in slide.shapes
        if shape.has_text_frame
    ]
    assert any("What they ran" in w for w in words)
    assert "What they ran" not in render_html(replace(told, commands=()))


def test_hostile_commands_stay_data(case: Case) -> None:
    hostile = "cmd /c echo <script>alert(1)</script> \x1b[31m \u202e" + "=cmd|' /C calc'!A0 " * 50
    shown = replace(case, commands=(replace(ran(hostile), explanation=replace(explain(hostile), risky=True)),))
    assert "<script>alert(1)" not in render_html(shown)
    assert "\x1b" not in render_markdown(shown)
    assert not check_deck(render_pptx(shown))
