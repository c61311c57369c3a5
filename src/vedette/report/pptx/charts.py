"""The slides with native charts: techniques by tactic, and activity over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.util import Pt

from vedette.report.inert import clip, workbook
from vedette.report.palette import SEVERITY_COLOURS, tactic_colour, tactic_label
from vedette.report.pptx.deck import Deck, above_left_out, heading, left_out
from vedette.report.pptx.draw import Cell, Column, Para, cell, pages, paint, table, text_box
from vedette.report.pptx.theme import EMU, Box
from vedette.report.timescale import span_words, time_scale
from vedette.report.view import StepView, ids_words, tactic_totals
from vedette.report.words import clock, count, day, more
from vedette.schema import Severity

MAX_CATEGORIES = 14
MAX_BINS = 24
_BINS_S = (1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800, 2_592_000, 31_536_000)
_COLUMNS = (
    Column("Technique", 84, True),
    Column("Name and tactics", 230),
    Column("Findings", 72, True),
    Column("Evidence", 84, True),
)


def native_chart(slide: Any, box: Box, kind: Any, data: CategoryChartData, name: str) -> Any:
    """Draw a native chart with one quiet style and return it."""
    graphic = slide.shapes.add_chart(kind, *(round(v * EMU) for v in (box.left, box.top, box.width, box.height)), data)
    graphic.name = name
    chart = graphic.chart
    chart.font.size = Pt(13)
    paint(chart.font.color, "ink")
    chart.has_title = False
    chart.has_legend = False
    axis = chart.value_axis
    axis.has_major_gridlines = False
    axis.visible = False
    axis.minimum_scale = 0
    chart.category_axis.format.line.color.rgb = colour_of("#C9D2DB")
    chart.category_axis.has_major_gridlines = False
    chart.category_axis.tick_labels.font.size = Pt(13)
    return chart


def colour_of(colour: str) -> Any:
    """Return ``#RRGGBB`` as python-pptx takes it."""
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))


def techniques(deck: Deck) -> None:
    """Add the slides with ATT&CK techniques: a bar for each tactic, and a table."""
    view, body = deck.view, deck.body
    if not view.techniques:
        slide = deck.slide("ATT&CK techniques: none could be named")
        text_box(slide, body, [Para(text="No finding of the case names a technique.", size=18)])
        return
    totals = tactic_totals(view.techniques)
    tactics = list(totals)
    shown = tactics[:MAX_CATEGORIES]
    most = max(tactics, key=totals.__getitem__)
    title = (
        f"{count(len(view.techniques), 'ATT&CK technique')} over {count(len(tactics), 'tactic')}, "
        f"most in {tactic_label(most)}"
    )
    ordered = sorted(view.techniques, key=lambda t: (-t.n_findings, t.technique_id))
    whole = view.full_ids
    notes = [
        f"{t.technique_id} {t.name}: {count(t.n_findings, 'finding')} [{ids_words([whole[i] for i in t.evidence], 3)}]"
        for t in ordered[:60]
    ]
    rows = [
        [
            cell(t.technique_id, 13, bold=True, lines=1),
            Cell(
                paras=(
                    *((Para(text=t.name, size=13, lines=1),) if t.name else ()),
                    Para(text=", ".join(map(tactic_label, t.tactics)) or "–", size=12, colour="muted", lines=1),
                )
            ),
            cell(f"{t.n_findings:,}", 13, lines=1, align="right"),
            cell("  ".join(t.evidence[:1]), 12, lines=1, mono=True),
        ]
        for t in ordered
    ]
    slide = deck.slide(title, notes)
    chart_width = body.width * 0.42
    place = heading(slide, "Findings by tactic", Box(body.left, body.top, chart_width, body.height))
    data = CategoryChartData()
    # Bars are drawn from the bottom up: the last category first, so that the matrix reads from the top.
    data.categories = [clip(workbook(tactic_label(t)), 40) for t in reversed(shown)]
    data.add_series("Findings", [totals[t] for t in reversed(shown)])
    chart = native_chart(slide, place, XL_CHART_TYPE.BAR_CLUSTERED, data, "Findings by tactic")
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.has_data_labels = True
    plot.data_labels.font.size = Pt(13)
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    for number, tactic in enumerate(reversed(shown)):
        paint_series(plot.series[0].points[number]).rgb = colour_of(tactic_colour(tactic))
    right = Box(body.left + chart_width + 16, body.top, body.width - chart_width - 16, body.height)
    dealt, rest = pages(rows, _COLUMNS, above_left_out(right), most=1)
    table(slide, right, _COLUMNS, dealt[0], name="Techniques")
    if not rest:
        return
    rows = rows[len(dealt[0]) :]
    half = (body.width - 16) / 2
    columns = [Box(body.left + n * (half + 16), body.top, half, body.height) for n in (0, 1)]
    dealt, rest = pages(rows, _COLUMNS, above_left_out(columns[0]), most=2)
    slide = deck.slide(f"More techniques, by number of findings: {count(len(rows) - rest, 'technique')}", notes)
    for place, group in zip(columns, dealt, strict=False):
        table(slide, place, _COLUMNS, group, name="Techniques")
    left_out(slide, body, more(rest))


def paint_series(series: Any) -> Any:
    """Make a series or point solid and return its colour, to be set."""
    series.format.fill.solid()
    return series.format.fill.fore_color


def bins(steps: Sequence[StepView]) -> tuple[list[str], list[list[StepView]], timedelta]:
    """Return labels and steps of each stretch of equal length, silences as one empty stretch, and the length."""
    scale = time_scale([s.at for s in steps])
    busy = [s for s in scale.segments if not s.folded]
    total = sum((s.end_at - s.start_at).total_seconds() for s in busy)
    room = max(MAX_BINS - 2 * len(scale.segments), 4)
    seconds = next((b for b in _BINS_S if total / b <= room), _BINS_S[-1])
    many_days = day(steps[0].at) != day(steps[-1].at)
    labels: list[str] = []
    dealt: list[list[StepView]] = []
    at = 0
    for segment in scale.segments:
        if segment.folded:
            labels.append(f"{span_words(segment.end_at - segment.start_at)} quiet")
            dealt.append([])
            continue
        start = segment.start_at.timestamp() // seconds * seconds
        n_bins = int((segment.end_at.timestamp() - start) // seconds) + 1
        groups: list[list[StepView]] = [[] for _ in range(n_bins)]
        while at < len(steps) and steps[at].at <= segment.end_at:
            groups[int((steps[at].at.timestamp() - start) // seconds)].append(steps[at])
            at += 1
        for n in range(n_bins):
            moment = segment.start_at + timedelta(seconds=start + n * seconds - segment.start_at.timestamp())
            text = clock(moment)[: 5 if seconds >= 60 else 8]
            labels.append(day(moment) if seconds >= 86_400 else f"{day(moment)[5:]} {text}" if many_days else text)
        dealt += groups
    return labels, dealt, timedelta(seconds=seconds)


def activity(deck: Deck) -> None:
    """Add the slide with activity over time."""
    view, body = deck.view, deck.body
    if len(view.steps) < 2:
        return
    labels, dealt, length = bins(view.steps)
    busiest = max(range(len(dealt)), key=lambda n: len(dealt[n]))
    most = f"{count(len(dealt[busiest]), 'step')} in {span_words(length)}"
    title = f"Activity was densest around {labels[busiest]} UTC: {most}"
    slide = deck.slide(title, [f"{a}: {count(len(b), 'step')}" for a, b in zip(labels, dealt, strict=True)])
    place = heading(slide, f"Timeline steps per {span_words(length)}, by severity", body)
    data = CategoryChartData()
    data.categories = labels
    shown = [s for s in Severity if any(step.severity == s for group in dealt for step in group)]
    for severity in shown:
        data.add_series(severity.value.capitalize(), [sum(s.severity == severity for s in group) for group in dealt])
    chart = native_chart(slide, place, XL_CHART_TYPE.COLUMN_STACKED, data, "Activity over time")
    plot = chart.plots[0]
    plot.gap_width = 35
    plot.overlap = 100
    for severity, series in zip(shown, plot.series, strict=True):
        paint_series(series).rgb = colour_of(SEVERITY_COLOURS[severity])
    axis = chart.value_axis
    axis.visible = True
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = colour_of("#E3E8ED")
    axis.format.line.fill.background()
    axis.tick_labels.font.size = Pt(13)
    axis.tick_labels.number_format = "0"
    axis.tick_labels.number_format_is_linked = False
    if max(len(group) for group in dealt) < 8:
        axis.major_unit = 1
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(13)
