"""HTML: the extent of exposure as one file that asks no network for anything and runs no script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import jinja2
from markupsafe import Markup

from vedette.report import words
from vedette.report.branding import Branding
from vedette.report.exposures.base import DUE, Extent
from vedette.report.exposures.slides import DUE_COLOURS, DUE_WORDS
from vedette.report.exposures.words import NOBODY, decision_words, due_words, fix_words, package_words, why_words
from vedette.report.html import ASSETS, digest, style_of
from vedette.report.inert import cell, clip, visible

MAX_ROWS = 1_000
MAX_BARS = 20
MAX_OWNERS = 100
_CSS = (
    ".bars{width:100%;border-collapse:collapse}.bars caption{text-align:left;padding:4px 0}.bars th{text-align:left;"
    "font-weight:400;width:34%}.bars .num{width:4.5em}.num{text-align:right;font-variant-numeric:tabular-nums}"
    ".bars td.graph{padding-left:10px}.scroll{overflow-x:auto}.trend{width:100%;max-width:900px}"
    ".axis{stroke:var(--line)}"
    ".gone{fill:#2F855A}"
)


def render(extent: Extent, branding: Branding | None = None) -> bytes:
    """Return the page, UTF-8."""
    look = branding or Branding()
    colours = "".join(f".due-{d.split()[0]}{{fill:{DUE_COLOURS[d]}}}" for d in DUE) + ".due-asset{fill:#3B7DA8}"
    style = style_of(look) + _CSS + colours
    waiting = [e for e in extent.exposures if e.status.value == "open"]
    shown = waiting[:MAX_ROWS]
    dues = [d for d in DUE if any(m.get(d) for _, m in extent.owners_due)]
    assets = extent.by.get("asset", ())
    most = max([1, *(max(new, gone) for _, new, gone, _ in extent.trend)])
    return (
        _template()
        .render(
            extent=extent,
            c=extent.counts,
            csp=f"default-src 'none'; style-src '{digest(style)}'; img-src data:; base-uri 'none'; form-action 'none'",
            style=Markup(style),  # noqa: S704 -- our own file and validated colours
            made=extent.made_at.strftime("%Y-%m-%d %H:%M UTC"),
            filtered=visible(extent.filtered),
            due=_bars([(DUE_WORDS[d], n, d.split()[0]) for d, n in extent.by.get("due", ())]),
            assets=_bars([(clip(visible(a), 60), n, "asset") for a, n in assets[:MAX_BARS]]),
            n_assets_left=len(assets) - MAX_BARS,
            dues=dues,
            due_words=DUE_WORDS,
            owners=[
                (visible(o) or NOBODY, [m.get(d, 0) for d in dues], sum(m.values()))
                for o, m in extent.owners_due[:MAX_OWNERS]
            ],
            n_owners_left=len(extent.owners_due) - MAX_OWNERS,
            trend=[
                (day, n * 20, round(new / most * 70, 1), round(gone / most * 70, 1), new, gone)
                for n, (day, new, gone, _) in enumerate(extent.trend)
            ],
            trend_most=most,
            trend_most_seen=any(new or gone for _, new, gone, _ in extent.trend),
            rows=[
                {
                    "due": due_words(e, extent.made_at),
                    "decision": decision_words(e),
                    "vulnerability": cell(clip(visible(e.vulnerability), 60)),
                    "title": clip(visible(e.title), 120),
                    "package": cell(package_words(e, 120)),
                    "fix": f"fixed in {fix_words(e)}" if e.fixed_in else fix_words(e),
                    "asset": cell(clip(visible(e.asset), 120)),
                    "owner": cell(clip(visible(e.owner or NOBODY), 80)),
                    "why": "; ".join(why_words(e)),
                    "unknown": clip(visible(e.unknown[0]), 200) if e.unknown else "",
                    "evidence": [x.ref[:12] for x in (*e.exploited[:1], *e.attempts[:1], *e.evidence[:2])],
                }
                for e in shown
            ],
            n_rows_left=extent.counts["open"] - len(shown),
            questions=[(visible(q), n) for q, n in extent.questions],
            knowledge=[visible(k) for k in extent.knowledge],
            label=visible(look.classification),
            organisation=visible(look.organisation),
        )
        .encode()
    )


def _bars(rows: Sequence[tuple[str, int, str]]) -> list[tuple[str, int, str, float]]:
    most = max((n for _, n, _ in rows), default=1)
    return [(label, n, kind, round(n / most * 100, 1)) for label, n, kind in rows]


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
    environment.globals["count"] = words.count
    return environment.get_template("exposures.html.j2")
