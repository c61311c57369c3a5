# ruff: noqa: E501
from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from vedette.report import Branding, render_html
from vedette.report.html import ASSETS, vendored
from vedette.report.inert import visible
from vedette.schema import Case

from .hostile import NASTY, cases, saturated
from .sample import sample_events

VOID = {"meta", "link", "br", "img", "input"}
ELEMENTS = set(
    "html head meta title link style body a header div span button strong p h1 h2 h3 dl dt dd nav ul ol li main section "
    "label select option output svg rect line text g defs marker path polyline table caption thead tbody tr th td details "
    "summary code footer script input br img".split()
)


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        (self.scripts if inside == "script" else self.styles if inside == "style" else self.texts).append(data)


def faults(text: str) -> list[str]:
    page = Page(text)
    found = []
    for tag, attributes in page.elements:
        if tag not in ELEMENTS | {"title"}:
            found.append(f"element {tag}")
        for name, value in attributes.items():
            if name.startswith("on") or name in {
                "style",
                "srcdoc",
                "action",
                "formaction",
                "background",
                "ping",
                "target",
            }:
                found.append(f"attribute {name}")
            if name == "href" and not re.fullmatch(r"#[a-z]+(-\d+)?|data:,", value or ""):
                found.append(f"href {value}")
            if name in {"src", "xlink:href", "data", "poster"} and not (value or "").startswith("data:image/"):
                found.append(f"{name} {value}")
            if name == "id" and not re.fullmatch(r"[a-z][a-z0-9-]*", value or ""):
                found.append(f"id {value}")
            if name == "class" and not re.fullmatch(r"[a-zA-Z0-9 _-]*", value or ""):
                found.append(f"class {value}")
    hidden = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    shown = "".join(page.texts) + "".join(v or "" for _, a in page.elements for v in a.values())
    found += [f"character {ord(c):x}" for c in shown if c != "\n" and unicodedata.category(c) in hidden]
    if len(page.scripts) != 2:
        found.append(f"{len(page.scripts)} scripts")
    return found


@pytest.mark.parametrize("text", NASTY)
def test_text_from_logs_stays_text(text: str) -> None:
    made = render_html(saturated(text), evidence=lambda ids: {i: {"raw": text, "source": text} for i in ids})
    assert faults(made) == []
    page = Page(made)
    assert json.loads(page.scripts[0])["steps"]
    if text.strip() and len(text) < 200:
        assert visible(text) in "".join(page.texts)


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(cases)
def test_any_case_renders_safely(case: Case) -> None:
    assert faults(render_html(case)) == []


def test_policy_allows_only_the_files_own_script_and_style(case: Case) -> None:
    page = Page(render_html(case))
    policy = next(a["content"] or "" for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")

    def digest(text: str) -> str:
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; script-src '{digest(page.scripts[1])}'; style-src '{digest(page.styles[0])}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "unsafe" not in policy


def test_branding_cannot_reach_the_style_sheet() -> None:
    from vedette.errors import UserError

    for colour in ("red}", "#12345", "#1234567", "url(x)", "#12345g"):
        with pytest.raises(UserError):
            Branding(accent=colour)


def test_page_is_whole_without_scripts(case: Case) -> None:
    text = render_html(case, evidence=sample_events)
    page = Page(text)
    marks = [a for t, a in page.elements if t == "a" and (a.get("class") or "").startswith("mark")]
    rows = {a["id"] for t, a in page.elements if t == "tr" and a.get("id")}
    assert len(marks) > 20
    assert {(a["href"] or "")[1:] for a in marks} <= rows
    targets = {a["id"] for _, a in page.elements if a.get("id")}
    assert {(a["href"] or "")[1:] for t, a in page.elements if t == "a"} <= targets
    for landmark in ("header", "nav", "main", "footer"):
        assert [t for t, _ in page.elements].count(landmark) == 1
    assert [t for t, _ in page.elements].count("h1") == 1
    assert all(a.get("aria-labelledby") in targets for t, a in page.elements if t == "section")


def test_what_is_left_out_is_counted(large: Case) -> None:
    text = render_html(large)
    assert len(text.encode()) < 2_000_000
    assert "and 300 more (see the JSON file)" in text
    assert "and 100 more (see the JSON file)" in text
    rows = text.count('<tr id="s-')
    assert 300 < rows <= 1_000
    assert f"and {10_000 - rows:,} more (see the JSON file)" in text


def test_large_and_hostile_page_keeps_its_size(large: Case) -> None:
    bad = "<&\"'>" * 400
    steps = tuple(replace(s, text=bad, host=bad, account=bad) for s in large.timeline)
    assert len(render_html(replace(large, timeline=steps)).encode()) < 2_000_000


def test_vendored_scripts_are_those_that_are_named() -> None:
    names = {f"{item['name']}.min.js" for item in vendored()}
    assert names == {p.name for p in (ASSETS / "vendor").glob("*.js")}
    for item in vendored():
        content = (ASSETS / "vendor" / f"{item['name']}.min.js").read_bytes()
        assert hashlib.sha256(content).hexdigest() == item["sha256"]
        assert (ASSETS / "vendor" / f"{item['name']}.LICENSE").read_text(encoding="utf-8").startswith("Copyright")
        assert item["version"] in content.decode()[:200]


def test_page_names_no_address_outside_itself(case: Case) -> None:
    quiet = saturated("quiet")
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<>)]+", render_html(quiet)))
    # Names of XML languages, and the origin line in the head of each vendored script.
    assert {a for a in addresses if not a.startswith(("http://www.w3.org/", "https://d3js.org/"))} == set()
    assert Path(ASSETS / "case.js").read_text(encoding="utf-8").count("innerHTML") == 0
