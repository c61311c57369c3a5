# ruff: noqa: E501
from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vedette.report import Branding, render_markdown
from vedette.schema import Case

from .hostile import NASTY, cases, saturated
from .sample import sample_events

ALLOWED = {"html_inline:<br>"}


def tokens(text: str) -> list[Token]:
    out: list[Token] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        out.append(token)
        out += token.children or []
    return out


def acts(text: str) -> list[str]:
    """Return everything in the text that a Markdown viewer would turn into more than text."""
    found = []
    for token in tokens(text):
        if token.type in {
            "link_open",
            "image",
            "html_block",
            "heading_open",
            "s_open",
            "hr",
            "blockquote_open",
            "fence",
        }:
            found.append(f"{token.type}:{token.markup}")
        if token.type == "html_inline" and token.content != "<br>":
            found.append(token.content)
        # What GitHub links by itself, outside code spans.
        if token.type == "text":
            found += re.findall(r"(?i)(?:https?|ftp)://|\bwww\.\S|mailto:|xmpp:|\S@\w|(?:^|\s)@\w", token.content)
    return found


def shape(text: str) -> list[str]:
    return [
        t.type for t in tokens(text) if t.type in {"heading_open", "tr_open", "td_open", "table_open", "list_item_open"}
    ]


@pytest.mark.parametrize("text", NASTY)
def test_text_from_logs_adds_no_markup(text: str) -> None:
    plain, hostile = render_markdown(saturated("plain")), render_markdown(saturated(text))
    allowed = [a for a in acts(plain) if a.startswith("heading_open")]
    assert [a for a in acts(hostile) if a not in {"heading_open:#", "heading_open:##"}] == []
    assert len([a for a in acts(hostile) if a.startswith("heading_open")]) == len(allowed)
    # Empty text names no tactic and cites no evidence, so only other texts keep the whole shape.
    if text.strip():
        assert shape(hostile) == shape(plain)


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(cases)
def test_any_case_renders_without_links(case: Case) -> None:
    assert not [a for a in acts(render_markdown(case)) if not a.startswith("heading_open:#")]


def test_report_says_what_happened(case: Case) -> None:
    text = render_markdown(case, evidence=sample_events, branding=Branding(organisation="Northwind"))
    assert text.startswith("**TLP:AMBER** · **Northwind**\n\n# Finance workstation compromised")
    for part in ("What happened", "Timeline", "Accounts", "Hosts and attack path", "ATT&CK techniques", "What is unknown",
                 "What to do next", "Evidence"):  # fmt: skip
        assert f"\n## {part}\n" in text
    assert "| `NORTHWIND\\m.oyelaran` | **compromised**" in text
    assert text.count("`dfa508c2`") >= 3
    assert "over HTTPS" in text


def test_what_is_left_out_is_counted(large: Case) -> None:
    text = render_markdown(large)
    for n in (9_800, 400, 200):
        assert f"*And {n:,} more (see the JSON file).*" in text
