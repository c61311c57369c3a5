"""The timeline: a picture of lanes by tactic, then the key steps as a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pptx.enum.shapes import MSO_SHAPE

from vedette.report.lanes import marks
from vedette.report.measure import text_width
from vedette.report.palette import SEVERITY_COLOURS, tactic_colour, tactic_label, tactic_rank
from vedette.report.pptx.deck import Deck, above_left_out, left_out
from vedette.report.pptx.draw import Cell, Column, Para, block, cell, line, pages, table, text_box
from vedette.report.pptx.theme import Box
from vedette.report.timescale import TimeScale, span_words, time_scale
from vedette.report.view import StepView, ids_words, key_steps
from vedette.report.words import clock, count, day, more

MAX_TABLE_STEPS = 28
MAX_TABLE_SLIDES = 4
MAX_LANES = 12
_LANE_LABEL = 176.0
_MARK = 20.0
_AXIS = 22.0
_LEGEND = 20.0


def picture(deck: Deck) -> None:
    """Add the slide with the lanes."""
    view, body = deck.view, deck.body
    if not view.steps:
        slide = deck.slide("Timeline: no step could be dated")
        text_box(slide, body, [Para(text="The case holds no timeline.", size=18)])
        return
    tactics = sorted({s.tactic for s in view.steps}, key=tactic_rank)
    shown = tactics[:MAX_LANES]
    first, last = view.steps[0], view.steps[-1]
    span = span_words(last.at - first.at)
    ends = f"from {tactic_label(first.tactic)} to {tactic_label(last.tactic)}"
    title = f"{count(len(view.steps), 'step')} in {span}, {ends}"
    notes = ["Key steps, with whole evidence ids:"]
    notes += [_note(deck, s) for s in key_steps(view.steps, 40)]
    slide = deck.slide(title, notes)
    scale = time_scale([s.at for s in view.steps])
    area = Box(body.left + _LANE_LABEL, body.top + 4, body.width - _LANE_LABEL, body.height - _AXIS - _LEGEND - 8)
    lane = min(area.height / len(shown), 44.0)
    bottom = area.top + lane * len(shown)
    for segment in scale.segments:
        if segment.folded:
            left, right = (area.left + p * area.width for p in (segment.start, segment.end))
            block(slide, Box(left, area.top, right - left, bottom - area.top), colour="mist", name="Silence")
    for number, tactic in enumerate(shown):
        top = area.top + number * lane
        text_box(
            slide,
            Box(body.left + 12, top, _LANE_LABEL - 20, lane),
            [Para(text=tactic_label(tactic), size=13, bold=True, lines=1)],
            anchor="middle",
            name=f"Lane {number + 1}",
        )
        swatch = Box(body.left, top + lane / 2 - 8, 5, 16)
        block(slide, swatch, colour=tactic_colour(tactic), name="Tactic")
        middle = top + lane / 2
        line(slide, (area.left, middle), (area.right, middle), colour="#C9D2DB", width=0.75)
        for mark in marks([s for s in view.steps if s.tactic == tactic], scale, area.left, area.width, smallest=_MARK):
            block(
                slide,
                Box(mark.left, middle - _MARK / 2, mark.width, _MARK),
                [Para(text=mark.label, size=12, bold=True, colour="#FFFFFF", align="center", lines=1)],
                colour=SEVERITY_COLOURS[mark.severity],
                kind=MSO_SHAPE.ROUNDED_RECTANGLE,
                inset=1,
                name=f"Step {mark.label}",
            )
    _axis(slide, scale, Box(area.left, bottom + 2, area.width, _AXIS))
    _legend(slide, Box(body.left, body.bottom - _LEGEND, body.width, _LEGEND), len(tactics) - len(shown))


def _note(deck: Deck, step: StepView) -> str:
    whole = deck.view.full_ids
    ids = ids_words([whole[i] for i in step.evidence], 4)
    return f"{step.number}. {day(step.at)} {clock(step.at)} {step.text} [{ids}]"


def _axis(slide: Any, scale: TimeScale, box: Box) -> None:
    """Draw times under the lanes, none touching another, and the length of each silence."""
    days = {day(s.start_at) for s in scale.segments} | {day(s.end_at) for s in scale.segments}

    def words(at: datetime) -> str:
        return clock(at)[:5] if len(days) == 1 else f"{day(at)[5:]} {clock(at)[:5]}"

    taken: list[tuple[float, float]] = []

    def put(position: float, text: str, colour: str) -> None:
        width = text_width(text, 12) + 6
        left = min(max(box.left + position * box.width - width / 2, box.left), box.right - width)
        if any(left < b + 4 and a < left + width + 4 for a, b in taken):
            return
        taken.append((left, left + width))
        para = Para(text=text, size=12, colour=colour, align="center", lines=1)
        text_box(slide, Box(left, box.top, width, box.height), [para], anchor="top", name="Time")

    for segment in scale.segments:
        if segment.folded:
            put((segment.start + segment.end) / 2, f"{span_words(segment.end_at - segment.start_at)} quiet", "muted")
    put(0.0, words(scale.time(0.0)), "ink")
    put(1.0, words(scale.time(1.0)), "ink")
    for n in range(1, 8):
        position = n / 8
        if not any(s.folded and s.start <= position <= s.end for s in scale.segments):
            put(position, words(scale.time(position)), "ink")


def _legend(slide: Any, box: Box, n_lanes_left_out: int) -> None:
    left = box.left
    for severity in sorted(SEVERITY_COLOURS, key=lambda s: -s.rank):
        text = severity.value.capitalize()
        block(slide, Box(left, box.top + 4, 12, 12), colour=SEVERITY_COLOURS[severity], name="Key")
        width = text_width(text, 12) + 6
        text_box(slide, Box(left + 17, box.top, width, box.height), [Para(text=text, size=12)], anchor="middle")
        left += 17 + width + 12
    rest = "Numbers as in the tables, ×n for n steps; grey: silence"
    if n_lanes_left_out > 0:
        rest = f"Numbers as in the tables; {count(n_lanes_left_out, 'tactic')} more in the JSON file"
    para = Para(text=rest, size=12, colour="muted", lines=1, align="right")
    text_box(slide, Box(left, box.top, box.right - left, box.height), [para], anchor="middle", name="Reading")


_COLUMNS = (
    Column("#", 40, True), Column("Time", 80, True), Column("What", 340), Column("Tactic", 110),
    Column("Severity", 92, True), Column("Host", 116), Column("Evidence", 84, True),
)  # fmt: skip
_TACTIC = 3
"""The column that a narrow slide has no room for; the lanes show it too."""
_NARROW = 780.0


def _row(step: StepView, hosts: Mapping[str, str], *, narrow: bool) -> list[Cell]:
    times = f" ×{step.n_events:,}" if step.n_events > 1 else ""
    colour = SEVERITY_COLOURS[step.severity]
    under = (Para(text=step.account, size=12, colour="muted", lines=1),) if step.account else ()
    row = [
        cell(str(step.number), 13, bold=True, lines=1),
        Cell(
            paras=(
                Para(text=clock(step.at), size=13, lines=1),
                Para(text=day(step.at), size=12, colour="muted", lines=1),
            )
        ),
        Cell(paras=(Para(text=step.text + times, size=13, lines=3 if narrow else 2), *under)),
        cell(tactic_label(step.tactic), 12, lines=2),
        cell(step.severity.value.capitalize(), 12, bold=True, colour="#FFFFFF", fill=colour, lines=1),
        cell(hosts.get(step.host, step.host), 12, lines=2),
        Cell(paras=tuple(Para(text=i, size=12, mono=True, lines=1) for i in step.evidence[:2]) or cell("").paras),
    ]
    return row[:_TACTIC] + row[_TACTIC + 1 :] if narrow else row


def tables(deck: Deck) -> None:
    """Add the slides with the key steps."""
    view, body = deck.view, deck.body
    steps = key_steps(view.steps, MAX_TABLE_STEPS)
    if not steps:
        return
    part = above_left_out(body)
    hosts = view.short_hosts
    narrow = body.width < _NARROW
    columns = _COLUMNS[:_TACTIC] + _COLUMNS[_TACTIC + 1 :] if narrow else _COLUMNS
    dealt, _ = pages([_row(s, hosts, narrow=narrow) for s in steps], columns, part, most=MAX_TABLE_SLIDES)
    done = 0
    for number, rows in enumerate(dealt, start=1):
        here = steps[done : done + len(rows)]
        title = "Key steps" if len(dealt) == 1 else f"Key steps ({number} of {len(dealt)})"
        title += f": {day(here[0].at)} {clock(here[0].at)[:5]} to {day(here[-1].at)} {clock(here[-1].at)[:5]}"
        slide = deck.slide(title, [_note(deck, s) for s in here])
        table(slide, part, columns, rows, name="Key steps")
        done += len(rows)
        if number == len(dealt):
            left_out(slide, body, more(len(view.steps) - done))
