"""What a case's report says of the exposures on its hosts: only what the case holds."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pptx import Presentation

from vedette.report import Audience, render_html, render_json, render_markdown, render_pptx
from vedette.report.case_exposures import Use, by_host, extent, headline
from vedette.report.from_case import view_of
from vedette.report.pptx.check import check_deck
from vedette.schema import Case, Decision, Evidence, EvidenceKind, Exposure, Package, Severity

from .hostile import cases
from .sample import START, H

AT = START + timedelta(seconds=30)


def exposure(number: int, asset: str = H[0], **more: Any) -> Exposure:
    given: dict[str, Any] = {
        "exposure_id": f"{number:016x}",
        "vulnerability": f"CVE-2022-{41091 + number}",
        "title": "Mark of the Web bypass",
        "asset": asset,
        "package": Package(version="10.0.19045.2130", cpe="cpe:/o:microsoft:windows_10"),
        "fixed_in": ("10.0.19045.2251",),
        "severity": Severity.HIGH if number % 2 else Severity.MEDIUM,
        "kev_at": START - timedelta(days=900) if number % 3 == 0 else None,
        "decision": Decision(policy="cvss", policy_version="1", outcome="14 days", possible=("14 days",), inputs={}),
        "due_at": START - timedelta(days=number),
        "scanners": ("nessus",),
        "evidence": (Evidence(kind=EvidenceKind.RECORD, ref=f"{number:024x}"),),
    }
    return Exposure(**(given | more))


def sign(at: datetime | None = AT, ref: str = "ab" * 16) -> Evidence:
    return Evidence(ref=ref, at=at, quote="ET EXPLOIT seen (CVE-2022-41091)")


def uses(case: Case, *exposures: Exposure) -> list[Use]:
    return [v.use for v in view_of(replace(case, exposures=exposures)).exposures]


def test_a_sign_that_steps_on_the_host_follow_is_likely_use_and_only_a_confirmed_one_is_use(case: Case) -> None:
    assert uses(case, exposure(0)) == [Use.NO_SIGN]
    assert uses(case, exposure(0, attempts=(sign(),))) == [Use.LIKELY]
    assert uses(case, exposure(0, asset=H[0].split(".")[0].upper(), attempts=(sign(),))) == [Use.LIKELY]
    assert uses(case, exposure(0, asset="10.20.14.47", attempts=(sign(),))) == [Use.LIKELY]
    assert uses(case, exposure(0, attempts=(sign(),), exploited=(sign(),))) == [Use.CONFIRMED]


@pytest.mark.parametrize(
    "tried",
    [
        exposure(0, attempts=(sign(START - timedelta(days=2)),)),
        exposure(0, attempts=(sign(START + timedelta(minutes=600)),)),
        exposure(0, attempts=(sign(None),)),
        exposure(0, asset="elsewhere.corp.northwind.example", attempts=(sign(),)),
    ],
    ids=["days before", "nothing follows", "no time", "no host of the case"],
)
def test_a_sign_that_nothing_follows_was_tried(case: Case, tried: Exposure) -> None:
    view = view_of(replace(case, exposures=(tried,)))
    assert [v.use for v in view.exposures] == [Use.TRIED]
    assert headline(view.exposures).startswith("Exposure that was tried: CVE-2022-41091 on ")


def test_signs_come_first_and_hosts_add_up(case: Case) -> None:
    found = (*(exposure(n, H[n % 3]) for n in range(1, 8)), exposure(0, attempts=(sign(),)))
    view = view_of(replace(case, exposures=found))
    assert view.exposures[0].vulnerability == "CVE-2022-41091"
    assert headline(view.exposures) == "Exposure that the attacker likely used: CVE-2022-41091 on ws-finance-0147"
    hosts = by_host(view.exposures)
    assert (hosts[0].host, hosts[0].n_signs) == ("ws-finance-0147", 1)
    assert sum(h.n_open for h in hosts) == len(found)
    assert sum(h.n_known_exploited for h in hosts) == sum(e.kev_at is not None for e in found)
    assert sum(h.n_grave for h in hosts) == sum(e.severity is Severity.HIGH for e in found)
    assert extent(view.exposures).startswith("8 open exposures on 3 hosts of the case, 3 known to be exploited; 1 with")


def shown(content: bytes) -> dict[str, Any]:
    return {s.shapes.title.text_frame.text: s for s in Presentation(io.BytesIO(content)).slides}


def cells(slide: Any) -> list[list[str]]:
    return [[c.text for c in row.cells] for s in slide.shapes if s.has_table for row in s.table.rows]


def test_slides_page_and_texts_say_the_same_with_evidence(case: Case) -> None:
    full = replace(case, exposures=(exposure(0, attempts=(sign(),)), *(exposure(n, H[n % 3]) for n in range(1, 4))))
    deck = render_pptx(full)
    assert check_deck(deck) == []
    title = "Exposure that the attacker likely used: CVE-2022-41091 on ws-finance-0147"
    slide = shown(deck)[title]
    (chart,) = [s.chart for s in slide.shapes if s.has_chart]
    drawn = sum(v for series in chart.plots[0].series for v in series.values if v)
    assert drawn == 4
    rows = cells(slide)
    assert any("Likely used" in row[1] and "abababab" in row[3] for row in rows if len(row) == 4)
    assert ["ws-finance-0147", "2", "2", "1", "2026-03-01"] in rows
    assert "abab" * 8 in slide.notes_slide.notes_text_frame.text
    assert "What stood open on the case's hosts" in shown(deck)
    for text in (render_html(full), render_markdown(full).replace("\\", "")):
        assert title in text
        assert "windows 10 10.0.19045.2130" in text
        assert "abababab" in text
    assert [e["vulnerability"] for e in json.loads(render_json(full))["exposures"]] == [
        e.vulnerability for e in full.exposures
    ]


def test_no_sign_is_said_and_nothing_is_shown_where_nothing_is_known(case: Case) -> None:
    quiet = replace(case, exposures=(exposure(1), exposure(2, H[1])))
    said = "2 open exposures on the case's hosts, no sign that one was used"
    assert said in shown(render_pptx(quiet))
    assert "no event in the logs names one of them" in render_html(quiet)
    for text in (render_html(case), render_markdown(case), *shown(render_pptx(case))):
        assert "stood open" not in text


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (exposure(0, exploited=(sign(),)), "The attacker used a known hole that stood open on ws-finance-0147 (CVE-"),
        (exposure(0, attempts=(sign(),)), "The attacker likely used a known hole"),
        (exposure(0, attempts=(sign(None),)), "was tried; nothing shows that it worked"),
        (exposure(0), "1 known hole stood open on the systems involved; nothing in the logs shows that one was used."),
    ],
)  # fmt: skip
def test_executives_are_told_in_one_line(case: Case, given: Exposure, line: str) -> None:
    deck = render_pptx(replace(case, exposures=(given,)), audience=Audience.EXECUTIVE)
    assert check_deck(deck) == []
    slides = list(Presentation(io.BytesIO(deck)).slides)[:2]
    for slide in slides:
        assert line in "\n".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases)
def test_counts_hold_for_any_case(case: Case) -> None:
    view = view_of(case)
    assert len(view.exposures) == len(case.exposures) == sum(h.n_open for h in by_host(view.exposures))
    known = {e.short for e in view.evidence}
    assert all(i in known for v in view.exposures for i in (*v.signs, *v.records))
