"""HTML: the report as one file that asks no network for anything.

The page works without scripts: tables, and figures as inline SVG whose marks link to their rows. With them the
timeline zooms and filters, the graph can be moved, and a click shows the evidence behind a step.

Figures are drawn by this project's own SVG code over the d3-zoom and d3-drag modules, 64 KB with what they need. The
graph libraries that were looked at draw on a canvas (nothing to print, nothing for a screen reader) or add their own
style elements, which the page's policy forbids: it allows the one script and the one style sheet by their digests, and
no style attribute, handler, evaluation, frame, form target or address of any kind.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from vedette.report import case_commands, case_exposures, figures, words
from vedette.report.base import RenderOptions
from vedette.report.branding import TLP_COLOURS, Branding
from vedette.report.from_case import view_of
from vedette.report.inert import cell, clip, script_json, visible
from vedette.report.palette import (
    ACCENT,
    HOST_ROLE_MEANINGS,
    NAVY,
    ROLE_COLOURS,
    ROLE_MEANINGS,
    SEVERITY_COLOURS,
    TACTICS,
    VERDICT_WORDS,
    tactic_label,
)
from vedette.report.timescale import span_words
from vedette.report.view import CaseView, EvidenceView, StepView, key_steps, short_names, tactic_totals
from vedette.schema import Case

ASSETS = Path(__file__).parent / "assets"
MAX_STEPS = 1_000
MAX_EVIDENCE = 1_000
MAX_ACCOUNTS = 200
MAX_HOSTS = 200
MAX_PATH = 300
MAX_NODES = 60
MAX_ROWS = 300
MAX_EXPOSURES = 100
MAX_COMMANDS = 60
MAX_QUOTE = 400
MAX_TEXT = 320
BUDGET_STEPS = 450_000
BUDGET_EVIDENCE = 550_000
"""Characters of the rows of a table, as written in the page; the rest is counted. Keeps the page under 2 MB."""


@cache
def vendored() -> tuple[dict[str, str], ...]:
    """Return name, version, licence and digest of each vendored script, in the order they are loaded in."""
    return tuple(json.loads((ASSETS / "vendor" / "VERSIONS.json").read_text(encoding="utf-8"))["files"])


@cache
def _script() -> str:
    parts = [(ASSETS / "vendor" / f"{item['name']}.min.js").read_text(encoding="utf-8") for item in vendored()]
    parts.append((ASSETS / "case.js").read_text(encoding="utf-8"))
    return "\n".join(parts)


def style_of(branding: Branding) -> str:
    """Return the style sheet, with the palette and the branding's colours as its variables."""
    colours = {"accent-brand": branding.accent or ACCENT, "dark-brand": branding.dark or NAVY}
    rules = [":root{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"]
    rules += [f".sev-{s.value}{{--fill:{colour}}}" for s, colour in SEVERITY_COLOURS.items()]
    rules += [f".role-{r.value}{{--fill:{colour}}}" for r, colour in ROLE_COLOURS.items()]
    rules += [f".tac-{name}{{--fill:{colour}}}" for name, (_, colour) in TACTICS.items()]
    label = TLP_COLOURS.get(branding.classification.upper())
    rules.append(f".label{{color:{label or '#FFFFFF'}}}")
    return (ASSETS / "case.css").read_text(encoding="utf-8") + "\n".join(rules)


def digest(text: str) -> str:
    """Return a style sheet's or script's digest as a content-security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _within(rows: list[Any], budget: int, size: Any) -> list[Any]:
    """Return the first rows that keep within so many characters, markup and escapes included."""
    used = 0
    kept = []
    for row in rows:
        used += size(row)
        if used > budget:
            break
        kept.append(row)
    return kept


def _weight(*texts: str) -> int:
    """Return about how many characters the texts take in the page, escaped."""
    return sum(len(t) + 4 * (t.count("<") + t.count(">") + t.count("&") + t.count('"') + t.count("'")) for t in texts)


def _step_size(step: StepView) -> int:
    n = 420 + 60 * len(step.evidence[:4])
    return n + _weight(clip(step.text, MAX_TEXT), clip(step.text, MAX_TEXT), step.host, step.account)


def _evidence_size(item: EvidenceView) -> int:
    return 300 + _weight(clip(item.quote, MAX_QUOTE), item.full, item.host, item.account)


def page(view: CaseView, branding: Branding) -> str:
    """Return the page for a case view."""
    steps = _within(key_steps(view.steps, MAX_STEPS), BUDGET_STEPS, _step_size)
    if len(steps) < min(len(view.steps), MAX_STEPS):
        # Chosen again for the number that has room: the end of the story must not be what is cut off.
        steps = _within(key_steps(view.steps, int(len(steps) * 0.95)), BUDGET_STEPS, _step_size)
    evidence = _within(list(view.evidence[:MAX_EVIDENCE]), BUDGET_EVIDENCE, _evidence_size)
    anchors = {e.short: e.number for e in evidence}
    timeline = figures.timeline(steps)
    names, short = short_names(view.nodes), view.short_hosts
    graph = figures.graph(view.path, view.nodes, names, MAX_NODES)
    hosts, accounts = _places(s.host for s in steps), _places(s.account for s in steps)
    data = {
        "scale": timeline.scale if timeline else [],
        "hosts": list(hosts),
        "short": [short.get(host, host) for host in hosts],
        "accounts": list(accounts),
        "lanes": [{"tactic": lane.tactic, "label": lane.label} for lane in timeline.lanes] if timeline else [],
        "steps": [
            [s.number, s.at.timestamp(), s.tactic, s.severity.rank, hosts.get(s.host, -1), accounts.get(s.account, -1)]
            for s in steps
        ],
        "lines": [[ln.source, ln.target, ln.steps] for ln in graph.lines] if graph else [],
        "evidence": {e.short: e.number for e in evidence},
    }
    style, script = style_of(branding), _script()
    logo = branding.logo_bytes()
    return (
        _template()
        .render(
            view=view,
            csp=f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}'; img-src data:; "
            "base-uri 'none'; form-action 'none'",
            style=Markup(style),  # noqa: S704 -- our own file and validated colours
            script=Markup(script),  # noqa: S704 -- our own and vendored files
            data=Markup(script_json(data)),  # noqa: S704 -- escaped for a script element
            steps=steps,
            evidence=evidence,
            anchors=anchors,
            timeline=timeline,
            graph=graph,
            names=names,
            short=short,
            totals=tactic_totals(view.techniques),
            label=visible(branding.classification),
            organisation=visible(branding.organisation),
            footer=visible(branding.footer),
            logo=f"data:{logo[1]};base64,{base64.b64encode(logo[0]).decode()}" if logo else "",
            limits={
                "accounts": MAX_ACCOUNTS,
                "hosts": MAX_HOSTS,
                "path": MAX_PATH,
                "rows": MAX_ROWS,
                "exposures": MAX_EXPOSURES,
                "commands": MAX_COMMANDS,
            },
        )
        .replace("\r", "")
    )


def _places(values: Any) -> dict[str, int]:
    return {value: n for n, value in enumerate(dict.fromkeys(v for v in values if v))}


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "cell": lambda text: cell(clip(text, MAX_TEXT)),
        "quote": lambda text: cell(clip(text, MAX_QUOTE)),
        "when": words.when,
        "share": words.share,
        "sure": words.sure,
        "tactic": tactic_label,
        "known_tactic": lambda name: name if name in TACTICS else "other",
    }
    environment.globals |= {
        "by_host": case_exposures.by_host,
        "commands_extent": case_commands.extent,
        "commands_headline": case_commands.headline,
        "risk_band": case_commands.band,
        "count": words.count,
        "day": words.day,
        "exposures_extent": case_exposures.extent,
        "exposures_headline": case_exposures.headline,
        "more": words.more,
        "stretch": words.stretch,
        "span": lambda first_at, last_at: span_words(last_at - first_at),
        "role_meanings": ROLE_MEANINGS,
        "host_role_meanings": HOST_ROLE_MEANINGS,
        "verdict_words": VERDICT_WORDS,
        "node_size": figures.NODE,
        "severities": tuple(reversed(SEVERITY_COLOURS)),
    }
    return environment.get_template("case.html.j2")


class HtmlRenderer:
    """The page."""

    name = "html"
    suffixes: tuple[str, ...] = (".html", ".htm")
    description = "one page that works offline, with a timeline and a graph to explore"

    def render(self, case: Case, options: RenderOptions) -> bytes:
        """Return the page, UTF-8."""
        return page(view_of(case, options.evidence), options.branding).encode()
