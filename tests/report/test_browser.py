# ruff: noqa: E501
"""The page in a real browser: it works by click and key, asks the network for nothing and breaks no policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vedette.report import write
from vedette.schema import Case

from .hostile import NASTY, saturated
from .sample import sample_events

pytestmark = pytest.mark.browser

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Give a function that opens a case's page; complaints and requests beyond the file fail the test."""
    wrong: list[str] = []
    opened = []

    def visit(case: Case, **options: Any) -> Any:
        path = write(case, tmp_path / "case.html", evidence=sample_events)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda m: wrong.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: wrong.append(f"error: {e}"))
        page.on("dialog", lambda d: wrong.append(f"dialog: {d.message}"))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("data:", path.as_uri())) else wrong.append(f"request: {r.url}"),
        )
        page.goto(path.as_uri())
        return page

    yield visit
    for context in opened:
        context.close()
    assert wrong == []


def test_timeline_zooms_filters_and_shows_evidence(visit: Any, case: Case) -> None:
    page = visit(case)
    marks = page.locator("#timeline-svg .mark")
    assert page.locator("#timeline-count").inner_text() == "40 of 40 steps"
    first = marks.first
    before = marks.count()
    first.click()
    detail = page.locator("#step-detail")
    assert detail.is_visible()
    assert "A macro document started PowerShell" in detail.inner_text()
    assert "powershell.exe -NoProfile" in detail.locator("code").first.inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert "second stage" in detail.inner_text()
    for _ in range(4):
        page.click("#timeline-in")
        page.wait_for_timeout(300)
    assert marks.count() < before
    page.click("#timeline-reset")
    page.wait_for_timeout(300)
    assert marks.count() == before
    page.select_option("#filter-host", label="dc-01.corp.northwind.example")
    page.wait_for_function("document.getElementById('timeline-count').textContent.startsWith('4 of')")
    assert page.locator("#steps tbody tr:visible").count() == 4
    page.select_option("#lanes", "account")
    page.wait_for_timeout(100)
    assert page.locator("#timeline-svg .lane").count() == 3
    page.select_option("#filter-severity", "4")
    page.wait_for_function("document.getElementById('timeline-count').textContent.startsWith('2 of')")


def test_graph_moves_and_shows_evidence(visit: Any, case: Case) -> None:
    page = visit(case)
    node = page.locator("#graph-svg .node").nth(1)
    node.scroll_into_view_if_needed()
    page.locator("#graph-svg .node", has_text="srv-sql-reporting-01").click()
    detail = page.locator("#graph-detail")
    assert "srv-sql-reporting-01 → dc-01: account made on the domain controller" in detail.inner_text()
    assert page.locator("#graph-svg .node.dim").count() > 3
    page.locator("#graph-svg .link rect").first.click()
    assert detail.locator("dt").count() >= 1
    before = node.get_attribute("transform")
    box = node.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=4)
    page.mouse.up()
    assert node.get_attribute("transform") != before
    page.click("#graph-in")
    page.wait_for_function(
        "(document.getElementById('graph-view').getAttribute('transform') || '').includes('scale(1.4')"
    )
    page.click("#graph-reset")
    page.wait_for_timeout(400)
    assert node.get_attribute("transform").replace(".0)", ")") == before.replace(".0)", ")")


def test_evidence_is_searched_and_sorted(visit: Any, case: Case) -> None:
    page = visit(case)
    page.fill("#search", "comsvcs minidump")
    assert page.locator("#search-count").inner_text().startswith("1 of ")
    assert page.locator("#evidence-table tbody tr:visible").count() == 1
    page.fill("#search", "")
    page.locator("#evidence-table thead button", has_text="Time").click()
    times = page.locator("#evidence-table tbody td.time").all_inner_texts()
    assert times == sorted(times)
    page.locator("#evidence-table thead button", has_text="Time").click()
    assert page.locator("#evidence-table tbody td.time").all_inner_texts() == sorted(times, reverse=True)
    page.locator("#accounts summary").last.click()
    assert "Its key was used" in page.locator("#accounts details").last.inner_text()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}])
def test_page_is_as_wide_as_the_window(browser: Any, case: Case, tmp_path: Path, options: dict[str, Any]) -> None:
    path = write(case, tmp_path / "case.html", evidence=sample_events)
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    low = page.evaluate(CONTRAST)
    context.close()
    assert low == []


CONTRAST = """() => {
  // Text against the nearest painted ground, by the formula of WCAG 2.2.
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (c) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((t, v, i) => t + v * [.2126, .7152, .0722][i], 0);
  const low = new Set();
  for (const e of document.querySelectorAll('main *, header *, footer *')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
    let ground = e, colour = [0, 0, 0, 0];
    while (ground && colour[3] === 0) { colour = rgb(getComputedStyle(ground).backgroundColor); ground = ground.parentElement; }
    const a = light(rgb(getComputedStyle(e).color)), b = light(colour);
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) low.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...low];
}"""


@pytest.mark.parametrize("text", [*[t for t in NASTY if t.strip()][:16], "\x1b[31m\u202e</script>"])
def test_hostile_page_runs_nothing(visit: Any, text: str) -> None:
    page = visit(saturated(text))
    page.locator("#timeline-svg .mark").first.click()
    assert page.locator("#step-detail").is_visible()
    page.locator("#graph-svg .node").first.click()
    assert page.evaluate("document.scripts.length") == 2
    assert page.evaluate("document.images.length") == 0


@pytest.mark.parametrize("text", ["W" * 300, "a-" * 200])
def test_long_words_do_not_widen_a_narrow_page(browser: Any, tmp_path: Path, text: str) -> None:
    path = write(saturated(text), tmp_path / "case.html")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_page_works_without_scripts(visit: Any, case: Case) -> None:
    page = visit(case, java_script_enabled=False)
    assert page.locator("#timeline-svg a.mark").count() > 20
    assert page.locator("#steps tbody tr").count() == 40
    assert not page.locator("#timeline-controls").is_visible()
    page.locator("#timeline-svg a.mark").first.click()
    assert page.url.endswith("#s-1")
