"""The slides of what stood open on the case's hosts: what the attacker used of it, and all there was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.util import Pt

from vedette.report.case_exposures import USED, ExposureView, HostExtent, Use, by_host, extent, headline
from vedette.report.inert import clip, workbook
from vedette.report.pptx.charts import colour_of, native_chart, paint_series
from vedette.report.pptx.deck import Deck, above_left_out, heading, left_out
from vedette.report.pptx.draw import Cell, Column, Para, cell, height_of, pages, table, text_box
from vedette.report.pptx.theme import Box
from vedette.report.view import ids_words
from vedette.report.words import day, more

MAX_HOSTS = 6
MAX_PAGES = 2
USE_COLOURS = {Use.CONFIRMED: "#8B1A2B", Use.LIKELY: "#C2410C", Use.TRIED: "#D98E04", Use.NO_SIGN: "#3B7DA8"}
USE_WORDS = {Use.CONFIRMED: "Used", Use.LIKELY: "Likely used", Use.TRIED: "Tried", Use.NO_SIGN: "No sign of use"}
_SIGNS = (
    Column("Exposure", 2.6), Column("On", 1.2), Column("What the logs show", 3.4), Column("Evidence", 84, True),
)  # fmt: skip
_HOSTS = (
    Column("Host", 2), Column("Open", 52, True), Column("In KEV", 62, True), Column("≥ high", 66, True),
    Column("First due", 88, True),
)  # fmt: skip
_ALL = (
    Column("Due", 168, True), Column("Vulnerability and reason", 3), Column("Component and mending", 3),
    Column("Host and owner", 1.8), Column("Evidence", 84, True),
)  # fmt: skip


def used(deck: Deck) -> None:
    """Add the slide that says which exposure the attacker used, and the extent on the case's hosts."""
    views = deck.view.exposures
    if not views:
        return
    body = deck.body
    slide = deck.slide(headline(views), _notes(deck, [v for v in views if v.use is not Use.NO_SIGN], extent(views)))
    signs = [v for v in views if v.use is not Use.NO_SIGN]
    told = Para(text=extent(views), size=14, lines=2).fitted(body.width)
    text_box(slide, Box(body.left, body.top, body.width, height_of([told], body.width)), [told], name="Extent")
    top = body.top + height_of([told], body.width) + 8
    if signs:
        room = Box(body.left, top, body.width, body.height * 0.42)
        dealt, rest = pages([_sign(v) for v in signs], _SIGNS, room, most=1)
        top += table(slide, room, _SIGNS, dealt[0], name="Exposures with signs of use") + 6
        if rest:
            said = Para(text=more(rest, "see the next slide"), size=12, colour="muted", lines=1)
            text_box(slide, Box(body.left, top, body.width, 17), [said], name="More signs")
            top += 20
    half = (body.width - 24) / 2
    hosts = by_host(views)
    left = heading(slide, "Open exposures by host", Box(body.left, top + 4, half, body.bottom - top - 4))
    _chart(slide, left, views, hosts[:MAX_HOSTS])
    right = heading(
        slide, "Extent on the case's hosts", Box(body.left + half + 24, top + 4, half, body.bottom - top - 4)
    )
    dealt, rest = pages([_host(h) for h in hosts], _HOSTS, above_left_out(right), most=1)
    table(slide, above_left_out(right), _HOSTS, dealt[0], name="Exposures by host")
    left_out(slide, right, more(rest))


def _notes(deck: Deck, shown: Sequence[ExposureView], first: str) -> list[str]:
    whole = deck.view.full_ids
    out = [first]
    for v in shown:
        ids = ids_words([whole.get(i, i) for i in (*v.signs, *v.records)], 12)
        out.append(
            f"{v.vulnerability} in {v.component} on {v.host}: {v.said} Due {v.due}, {v.decision}. Evidence: {ids}."
        )
    return out


def _sign(v: ExposureView) -> list[Cell]:
    return [
        Cell(paras=(
            Para(text=v.vulnerability, size=15, bold=True, lines=1),
            Para(text=v.title or v.component, size=12, lines=2),
            Para(text=f"{v.component}, {v.fix}", size=12, colour="muted", lines=2),
        )),
        Cell(
            paras=(
                Para(text=v.host, size=14, bold=True, colour="#FFFFFF", lines=2),
                Para(text=USE_WORDS[v.use], size=12, colour="#FFFFFF", lines=1),
            ),
            fill=USE_COLOURS[v.use] if v.use in USED else "#8A5A00",
        ),
        Cell(paras=(
            Para(text=v.said, size=13, lines=4),
            *([Para(text=f"“{v.quote}”", size=12, lines=2)] if v.quote else []),
            Para(text="; ".join(v.why), size=12, colour="muted", lines=2),
        )),
        _evidence(v),
    ]  # fmt: skip


def _evidence(v: ExposureView) -> Cell:
    ids = (*v.signs[:3], *v.records[:1])
    return Cell(
        paras=tuple(Para(text=i, size=12, mono=True, colour="muted", lines=1) for i in ids) or (Para(text="–"),)
    )


def _host(h: HostExtent) -> list[Cell]:
    return [
        cell(h.host, 13, lines=1, bold=True),
        *(cell(f"{n:,}" if n else "–", 13, lines=1, align="right") for n in (h.n_open, h.n_known_exploited, h.n_grave)),
        cell("no date" if h.due_at is None else day(h.due_at), 13, lines=1),
    ]


def _chart(slide: Any, box: Box, views: Sequence[ExposureView], hosts: Sequence[HostExtent]) -> None:
    data = CategoryChartData()
    # bars are drawn from the bottom up
    names = [h.host for h in reversed(hosts)]
    data.categories = [clip(workbook(name), 40) for name in names]
    shown = [use for use in Use if any(v.use is use for v in views)]
    for use in shown:
        data.add_series(USE_WORDS[use], [sum(v.host == n and v.use is use for v in views) or None for n in names])
    chart = native_chart(slide, box, XL_CHART_TYPE.BAR_STACKED, data, "Exposures by host and use")
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 45, 100
    plot.has_data_labels = True
    plot.data_labels.font.size = Pt(13)
    plot.data_labels.font.color.rgb = colour_of("#FFFFFF")
    plot.data_labels.number_format = "#,##0"
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.position = XL_LABEL_POSITION.CENTER
    for series, use in zip(plot.series, shown, strict=True):
        paint_series(series).rgb = colour_of(USE_COLOURS[use])
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(12)


def listed(deck: Deck) -> None:
    """Add the slides that list what stood open on the case's hosts."""
    views, body = deck.view.exposures, deck.body
    if not views:
        return
    part = above_left_out(body)
    dealt, rest = pages([_row(v) for v in views], _ALL, part, most=MAX_PAGES)
    at = 0
    for number, rows in enumerate(dealt, start=1):
        shown = views[at : at + len(rows)]
        at += len(rows)
        title = "What stood open on the case's hosts"
        slide = deck.slide(title if len(dealt) == 1 else f"{title} ({number} of {len(dealt)})", _notes(deck, shown, ""))
        table(slide, part, _ALL, rows, name="Exposures of the case")
        if number == len(dealt):
            left_out(slide, body, more(rest))


def _row(v: ExposureView) -> list[Cell]:
    why = "; ".join((*([USE_WORDS[v.use].lower()] if v.use is not Use.NO_SIGN else []), *v.why))
    return [
        _two(v.due, v.decision),
        _two(v.vulnerability, why),
        _two(v.component, v.fix),
        _two(v.host, v.owner),
        _evidence(v),
    ]


def _two(upper: str, lower: str) -> Cell:
    return Cell(
        paras=(
            Para(text=upper or "–", size=13, bold=True, lines=2),
            *((Para(text=lower, size=12, colour="muted", lines=2),) if lower else ()),
        )
    )
