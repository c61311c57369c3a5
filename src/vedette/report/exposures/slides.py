"""Slides of the extent of exposure: by asset, owner and due date, with native charts and tables."""

from __future__ import annotations

import io
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.util import Pt

from vedette.report.branding import Branding
from vedette.report.exposures.base import DUE, Extent
from vedette.report.exposures.words import NOBODY, decision_words, due_words, fix_words, package_words, why_words
from vedette.report.inert import clip, visible, workbook
from vedette.report.measure import measured_for
from vedette.report.pptx.charts import colour_of, native_chart, paint_series
from vedette.report.pptx.deck import Stage, above_left_out, heading, left_out
from vedette.report.pptx.draw import Cell, Column, Para, cell, pages, table, text_box
from vedette.report.pptx.package import fixed
from vedette.report.pptx.theme import Box, open_frame
from vedette.report.words import count, more

MAX_BARS = 10
MAX_PAGES = 4
DUE_COLOURS = {
    "overdue": "#8B1A2B", "3 days": "#C2410C", "14 days": "#D98E04", "60 days": "#3B7DA8", "later": "#7A8B99",
    "no date": "#A9B4BE", "not decided": "#5B5F97",
}  # fmt: skip
DUE_WORDS = {
    "overdue": "Overdue", "3 days": "Within 3 days", "14 days": "Within 14 days", "60 days": "Within 60 days",
    "later": "Later", "no date": "No date", "not decided": "Not decided",
}  # fmt: skip


def render(extent: Extent, branding: Branding | None = None) -> bytes:
    """Return the presentation file."""
    look = branding or Branding()
    frame = open_frame(None, look)
    deck = Stage(frame, "exposure", look)
    with measured_for(frame.font):
        add_to(deck, extent)
    properties = frame.presentation.core_properties
    properties.title = "Extent of exposure"
    properties.author = clip(visible(look.organisation) or "Vedette", 255)
    properties.last_modified_by = properties.author
    properties.comments = ""
    content = io.BytesIO()
    frame.presentation.save(content)
    return fixed(content.getvalue(), extent.made_at)


def add_to(deck: Stage, extent: Extent) -> None:
    """Add the slides of an extent to a deck."""
    overview(deck, extent)
    owners(deck, extent)
    first(deck, extent)
    unknown(deck, extent)


def overview(deck: Stage, extent: Extent) -> None:
    """Add the slide that says how much there is: when it is due, and on which assets."""
    c, body = extent.counts, deck.body
    title = (
        f"{count(c['open'], 'open exposure')} to {count(c['vulnerabilities'], 'vulnerability', 'vulnerabilities')} on "
        f"{count(c['assets'], 'asset')}; {c['overdue']:,} overdue, {c['perhaps_overdue']:,} perhaps, "
        f"{c['undecided']:,} not decided"
    )
    notes = [
        f"Decided by {extent.policy} {extent.policy_version} on {extent.made_at.date().isoformat()}.",
        *([f"Of: {extent.filtered}."] if extent.filtered else []),
        *(f"{DUE_WORDS[name]}: {n:,}" for name, n in extent.by.get("due", ())),
        *(f"{visible(name) or NOBODY}: {n:,}" for name, n in extent.by.get("asset", ())[:60]),
        *extent.knowledge,
    ]
    slide = deck.slide(title, notes, title_lines=2)
    if not c["open"]:
        none = "Nothing is open." if c["exposures"] else "No scan names a vulnerability."
        text_box(slide, body, [Para(text=none, size=18)])
        return
    width = (body.width - 24) / 2
    left = Box(body.left, body.top + 34, width, body.height - 56)
    _bars(
        slide, heading(slide, "Open exposures by when they are due", left),
        [(DUE_WORDS[n], v, DUE_COLOURS[n]) for n, v in extent.by.get("due", ())], "Exposures by due date",
    )  # fmt: skip
    right = Box(body.left + width + 24, left.top, width, left.height)
    assets = extent.by.get("asset", ())
    _bars(
        slide, heading(slide, f"Open exposures by asset ({count(len(assets), 'asset')})", right),
        [(visible(n), v, "#3B7DA8") for n, v in assets[:MAX_BARS]], "Exposures by asset",
    )  # fmt: skip
    rest = sum(v for _, v in assets[MAX_BARS:])
    said = [*([f"{count(rest, 'exposure')} on other assets"] if rest else []), *extent.knowledge[:1]]
    left_out(slide, body, " · ".join(said))


def _bars(slide: Any, box: Box, bars: list[tuple[str, int, str]], name: str) -> None:
    data = CategoryChartData()
    data.categories = [clip(workbook(label), 40) for label, _, _ in reversed(bars)]
    data.add_series("Exposures", [n for _, n, _ in reversed(bars)])
    chart = native_chart(slide, box, XL_CHART_TYPE.BAR_CLUSTERED, data, name)
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.has_data_labels = True
    plot.data_labels.font.size = Pt(13)
    plot.data_labels.number_format = "#,##0"
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    for number, (_, _, colour) in enumerate(reversed(bars)):
        paint_series(plot.series[0].points[number]).rgb = colour_of(colour)


def owners(deck: Stage, extent: Extent) -> None:
    """Add the slide that says who must act by when, and how the number moved."""
    body = deck.body
    if not extent.owners_due:
        return
    named = [o for o, _ in extent.owners_due if o]
    busiest = max(extent.owners_due, key=lambda item: sum(item[1].values()))
    title = (
        f"{visible(busiest[0]) or 'Nobody named'} owns most: {sum(busiest[1].values()):,} of "
        f"{extent.counts['open']:,}" if named else "No inventory names an owner: nobody is told to act"
    )  # fmt: skip
    dues = [d for d in DUE if any(d in m for _, m in extent.owners_due)]
    columns = [Column("Owner", 3), *(Column(DUE_WORDS[d], 1) for d in dues), Column("All", 1)]
    rows = [
        [
            cell(visible(owner) or NOBODY, 13, lines=1, bold=bool(owner)),
            *(cell(f"{m[d]:,}" if d in m else "–", 13, lines=1, align="right") for d in dues),
            cell(f"{sum(m.values()):,}", 13, lines=1, align="right", bold=True),
        ]
        for owner, m in extent.owners_due
    ]
    slide = deck.slide(title, [f"{visible(o) or NOBODY}: {dict(m)}" for o, m in extent.owners_due[:60]])
    moved = any(new or gone for _, new, gone, _ in extent.trend)
    share = 0.55 if moved else 1.0
    place = Box(body.left, body.top, body.width, body.height * share - 10)
    dealt, rest = pages(rows, columns, above_left_out(place), most=1)
    table(slide, place, columns, dealt[0], name="Exposures by owner and due date")
    left_out(slide, place, more(rest))
    if moved:
        _trend(slide, Box(body.left, body.top + body.height * share, body.width, body.height * (1 - share)), extent)


def _trend(slide: Any, box: Box, extent: Extent) -> None:
    place = heading(slide, "New and gone by day, last 30 days", box)
    data = CategoryChartData()
    data.categories = [day[5:] for day, _, _, _ in extent.trend]
    data.add_series("New", [new for _, new, _, _ in extent.trend])
    data.add_series("Gone", [gone for _, _, gone, _ in extent.trend])
    chart = native_chart(slide, place, XL_CHART_TYPE.COLUMN_CLUSTERED, data, "Trend")
    for series, colour in zip(chart.plots[0].series, ("#C2410C", "#2F855A"), strict=True):
        paint_series(series).rgb = colour_of(colour)
    chart.plots[0].gap_width = 30
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.RIGHT
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(12)
    chart.category_axis.tick_labels.font.size = Pt(11)
    axis = chart.value_axis
    axis.visible = True
    axis.tick_labels.font.size = Pt(11)
    axis.tick_labels.number_format = "#,##0"
    axis.tick_labels.number_format_is_linked = False


_COLUMNS = (
    Column("Due", 150, True), Column("Vulnerability and reason", 3), Column("Component and mending", 3),
    Column("Asset and owner", 2.2),
)  # fmt: skip


def first(deck: Stage, extent: Extent) -> None:
    """Add the slides with what is to be dealt with first."""
    body = deck.body
    waiting = [e for e in extent.exposures if e.status.value == "open"]
    if not waiting:
        return
    rows = []
    for e in waiting:
        colour = "muted" if e.decision.outcome is None else "ink"
        rows.append(
            [
                _two(due_words(e, extent.made_at), decision_words(e), colour),
                _two(e.vulnerability, "; ".join(why_words(e))),
                _two(package_words(e), f"fixed in {fix_words(e)}" if e.fixed_in else fix_words(e)),
                _two(visible(e.asset), visible(e.owner or NOBODY)),
            ]
        )
    dealt, rest = pages(rows, _COLUMNS, above_left_out(body), most=MAX_PAGES)
    rest += extent.counts["open"] - len(waiting)
    at = 0
    for number, group in enumerate(dealt):
        shown = waiting[at : at + len(group)]
        at += len(group)
        title = "What to mend first" if number == 0 else f"What to mend next ({number + 1} of {len(dealt)})"
        notes = [
            f"{e.vulnerability} in {package_words(e)} on {visible(e.asset)}: {decision_words(e)}; "
            f"{'; '.join(why_words(e))}. Evidence: {', '.join(x.ref for x in e.evidence[:6])}."
            for e in shown
        ]
        slide = deck.slide(title, notes)
        table(slide, body, _COLUMNS, group, name="Exposures")
        if number == len(dealt) - 1:
            left_out(slide, body, more(rest, "see the CSV or the page"))


def _two(upper: str, lower: str, colour: str = "ink") -> Cell:
    return Cell(
        paras=(
            Para(text=upper or "–", size=13, bold=True, lines=2, colour=colour),
            *((Para(text=lower, size=12, colour="muted", lines=2),) if lower else ()),
        )
    )


def unknown(deck: Stage, extent: Extent) -> None:
    """Add the slide with the questions whose answers would decide most."""
    if not extent.questions:
        return
    body = deck.body
    n = extent.counts["undecided"]
    title = f"{count(n, 'exposure')} cannot be decided before somebody answers"
    slide = deck.slide(title, [f"{q} ({c:,})" for q, c in extent.questions])
    columns = (Column("Question", 5), Column("Exposures", 100, True))
    rows = [[cell(visible(q), 14, lines=2), cell(f"{c:,}", 14, lines=1, align="right")] for q, c in extent.questions]
    dealt, rest = pages(rows, columns, above_left_out(body), most=1)
    table(slide, body, columns, dealt[0], name="Open questions")
    left_out(slide, body, more(rest))


__all__ = ["add_to", "render"]
