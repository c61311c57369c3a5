"""The deck for executives: verdict and consequence first, the analysts' part as an appendix."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pptx import Presentation

from vedette.report import Audience, render_pptx
from vedette.report.consequences import consequences, unfolding, unknown_to_us, verdict_in_words
from vedette.report.from_case import view_of
from vedette.report.pptx.check import check_deck
from vedette.schema import Case

from .hostile import NASTY, cases, saturated
from .sample import sample_events


def titles(content: bytes) -> list[str]:
    return [s.shapes.title.text_frame.text for s in Presentation(io.BytesIO(content)).slides]


def texts(content: bytes, last: int) -> str:
    slides: Any = list(Presentation(io.BytesIO(content)).slides)[:last]
    return "\n".join(s.text_frame.text for slide in slides for s in slide.shapes if s.has_text_frame)


def test_the_verdict_and_its_consequence_come_first(case: Case) -> None:
    deck = render_pptx(case, evidence=sample_events, audience=Audience.EXECUTIVE)
    said = titles(deck)
    appendix = said.index("Appendix: for analysts")
    assert said[0].startswith("Executive summary")
    assert said[1:appendix] == [
        "What it means for the business", "How it unfolded (UTC)", "What to decide, and what is not known",
    ]  # fmt: skip
    assert next(n for n, t in enumerate(said) if t.startswith("Evidence")) > appendix
    front = texts(deck, appendix)
    assert "Signs that" in front
    assert "no log says so" in front
    assert not any(t.technique_id in front for t in case.techniques)
    assert check_deck(deck) == []


def test_it_is_shorter_and_another_deck(case: Case, large: Case) -> None:
    assert titles(render_pptx(case)) == titles(render_pptx(case, audience=Audience.ANALYST))
    for one in (case, large):
        analyst = render_pptx(one, evidence=sample_events)
        executive = render_pptx(one, evidence=sample_events, audience=Audience.EXECUTIVE)
        assert titles(analyst)[0] != titles(executive)[0]
        assert check_deck(executive) == []
    assert len(titles(executive)) < len(titles(analyst))


def test_a_case_of_nothing_has_its_pages(case: Case) -> None:
    bare = replace(
        case, accounts=(), hosts=(), timeline=(), techniques=(), unknown=(), next_steps=(), path=(), findings=()
    )
    deck = render_pptx(bare, audience=Audience.EXECUTIVE)
    assert check_deck(deck) == []
    assert "do not say what was aimed at" in texts(deck, 1)


def test_what_it_means_follows_from_what_findings_show(case: Case) -> None:
    view = view_of(case, None)
    shown = {t for used in view.techniques for t in used.tactics}
    said = " ".join(c.text for c in consequences(view, 99))
    assert ("data was sent out" in said) == ("exfiltration" in shown)
    assert ("damaged" in said) == ("impact" in shown)
    assert consequences(replace(view, techniques=())) == []
    assert 0 < len(unfolding(view, 3)) <= 3
    assert unfolding(replace(view, steps=())) == []
    assert "no account" in verdict_in_words(replace(view, accounts=()))
    assert unknown_to_us(replace(view, hosts=(), accounts=(), unknown=())) == []


def test_a_wrong_audience_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="dinner"):
        render_pptx(case, audience="dinner")  # type: ignore[arg-type]


@settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(cases)
def test_hostile_cases_stay_on_their_slides(hostile: Case) -> None:
    assert check_deck(render_pptx(hostile, audience=Audience.EXECUTIVE)) == []


@pytest.mark.parametrize("text", NASTY[:6])
def test_a_case_full_of_a_nasty_text_stays_on_its_slides(text: str) -> None:
    assert check_deck(render_pptx(saturated(text), audience=Audience.EXECUTIVE)) == []
