"""The figures of the page as plain coordinates: what it draws without scripts, and what its scripts begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.report.graph import Layout, lay_out
from vedette.report.inert import middle
from vedette.report.lanes import marks
from vedette.report.measure import text_width
from vedette.report.palette import tactic_label, tactic_rank
from vedette.report.timescale import TimeScale, span_words, time_scale
from vedette.report.view import NodeView, PathView, StepView
from vedette.report.words import clock, day
from vedette.schema import Severity

LANE_LABEL = 172.0
WIDTH = 1080.0
LANE_HEIGHT = 30.0
MARK = 20.0
MAX_LANES = 18
NODE = (138.0, 42.0)
PITCH_ACROSS = (214.0, 60.0)
PITCH_DOWN = (162.0, 92.0)
PAGE = (1_120.0, 900.0)
"""Room that a graph has in the page; the direction that fits it better is taken."""
BADGE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFigure:
    """A mark: where it stands, what is written on it, and the step that it leads to."""

    x: float
    y: float
    width: float
    label: str
    severity: Severity
    step: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFigure:
    """A lane."""

    tactic: str | None
    label: str
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFigure:
    """The timeline."""

    width: float
    height: float
    left: float
    lanes: tuple[LaneFigure, ...]
    marks: tuple[MarkFigure, ...]
    ticks: tuple[tuple[float, str], ...]
    silences: tuple[tuple[float, float, str], ...]
    """Left edge, width, and how long it was."""
    scale: tuple[tuple[float, float, float, float, bool], ...]
    """Start and end in seconds since 1970, start and end in [0, 1], folded."""
    n_left_out: int


def timeline(steps: list[StepView]) -> TimelineFigure | None:
    """Return the timeline of these steps, which are in order of time; None where there are none."""
    if not steps:
        return None
    scale = time_scale([s.at for s in steps])
    tactics = sorted({s.tactic for s in steps}, key=tactic_rank)
    room = WIDTH - LANE_LABEL - 8
    lanes, drawn = [], []
    for number, tactic in enumerate(tactics[:MAX_LANES]):
        middle_y = number * LANE_HEIGHT + LANE_HEIGHT / 2
        lanes.append(LaneFigure(tactic=tactic, label=tactic_label(tactic), y=middle_y))
        for mark in marks([s for s in steps if s.tactic == tactic], scale, LANE_LABEL, room, smallest=MARK):
            first = mark.steps[0]
            more = f" and {len(mark.steps) - 1} more" if len(mark.steps) > 1 else ""
            drawn.append(
                MarkFigure(
                    x=round(mark.left, 1),
                    y=middle_y - MARK / 2,
                    width=round(mark.width, 1),
                    label=mark.label,
                    severity=mark.severity,
                    step=first.number,
                    title=f"Step {mark.label}, {day(first.at)} {clock(first.at)}: {first.text}{more}",
                )
            )
    return TimelineFigure(
        width=WIDTH,
        height=len(lanes) * LANE_HEIGHT + 26,
        left=LANE_LABEL,
        lanes=tuple(lanes),
        marks=tuple(drawn),
        ticks=tuple(_ticks(scale, room)),
        silences=tuple(
            (
                round(LANE_LABEL + s.start * room, 1),
                round((s.end - s.start) * room, 1),
                span_words(s.end_at - s.start_at),
            )
            for s in scale.segments
            if s.folded
        ),
        scale=tuple((s.start_at.timestamp(), s.end_at.timestamp(), s.start, s.end, s.folded) for s in scale.segments),
        n_left_out=len(tactics) - len(lanes),
    )


def _ticks(scale: TimeScale, room: float) -> list[tuple[float, str]]:
    taken: list[float] = []
    out = []
    folds = [s for s in scale.segments if s.folded]
    for position in (0.0, 1.0, 0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875):
        x = LANE_LABEL + min(max(position * room, 42), room - 42)
        if any(s.start < position < s.end for s in folds) or any(abs(x - t) < 100 for t in taken):
            continue
        taken.append(x)
        at = scale.time(position)
        out.append((round(x, 1), f"{day(at)[5:]} {clock(at)[:5]}"))
    return sorted(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigure:
    """A node of the graph."""

    index: int
    key: str
    label: str
    title: str
    under: str
    kind: str
    x: float
    y: float
    """The middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigure:
    """A line of the graph, with the number of its first step at (x, y)."""

    index: int
    source: int
    target: int
    points: tuple[tuple[float, float], ...]
    both_ways: bool
    label: str
    steps: tuple[int, ...]
    x: float
    y: float
    width: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFigure:
    """The attack path."""

    width: float
    height: float
    nodes: tuple[NodeFigure, ...]
    lines: tuple[LineFigure, ...]
    n_left_out: int


def graph(
    path: tuple[PathView, ...], nodes: Mapping[str, NodeView], names: Mapping[str, str], most: int
) -> GraphFigure | None:
    """Return the graph of the first steps that lead to at most so many nodes; None where nothing moved."""
    seen: set[str] = set()
    kept: list[PathView] = []
    for step in path:
        if len(seen | {step.source, step.target}) <= most:
            seen |= {step.source, step.target}
            kept.append(step)
    if not kept:
        return None
    layout = lay_out([(s.source, s.target) for s in kept])
    across = ((layout.n_layers - 1) * PITCH_ACROSS[0] + NODE[0] + 24, layout.height * PITCH_ACROSS[1] + 16)
    down = (layout.height * PITCH_DOWN[0] + 16, (layout.n_layers - 1) * PITCH_DOWN[1] + NODE[1] + 24)
    downward = min(PAGE[0] / down[0], PAGE[1] / down[1], 1) > min(PAGE[0] / across[0], PAGE[1] / across[1], 1)
    width, height = down if downward else across

    def place(point: tuple[float, float]) -> tuple[float, float]:
        layer, row = point
        if downward:
            return round(width / 2 + row * PITCH_DOWN[0], 1), round(12 + NODE[1] / 2 + layer * PITCH_DOWN[1], 1)
        return round(12 + NODE[0] / 2 + layer * PITCH_ACROSS[0], 1), round(height / 2 + row * PITCH_ACROSS[1], 1)

    index = {key: number for number, key in enumerate(layout.nodes)}
    drawn = []
    for key, at in layout.nodes.items():
        x, y = place((float(at[0]), at[1]))
        node = nodes[key]
        label = names[key]
        n = len(label)
        while n > 4 and text_width(label, 12, bold=True) > NODE[0] - 12:
            n -= 1
            label = middle(names[key], n)
        drawn.append(
            NodeFigure(
                index=index[key],
                key=key,
                label=label,
                title=node.name,
                under=(node.role or {"ip": "address", "other": ""}.get(node.kind, node.kind)).capitalize(),
                kind=node.kind,
                x=x,
                y=y,
            )
        )
    return GraphFigure(
        width=width,
        height=height,
        nodes=tuple(drawn),
        lines=tuple(_lines(layout, kept, index, place, downward)),
        n_left_out=len(path) - len(kept),
    )


def _lines(layout: Layout, kept: list[PathView], index: dict[str, int], place: Any, downward: bool) -> list[LineFigure]:
    half = (0.0, NODE[1] / 2) if downward else (NODE[0] / 2, 0.0)
    taken: list[tuple[float, float]] = []
    out = []
    for number, route in enumerate(layout.routes):
        placed = [place(p) for p in route.points]
        layers = [at for at, _ in route.points]
        points: list[tuple[float, float]] = []
        for at, (x, y) in enumerate(placed):
            ahead = layers[at + 1] > layers[at] if at + 1 < len(placed) else layers[at] > layers[at - 1]
            way = (half[0], half[1]) if ahead else (-half[0], -half[1])
            if at > 0:
                points.append((round(x - way[0], 1), round(y - way[1], 1)))
            if at + 1 < len(placed):
                points.append((round(x + way[0], 1), round(y + way[1], 1)))
        steps = tuple(kept[n].number for n in route.link.steps)
        label = str(steps[0]) if len(steps) == 1 else f"{steps[0]} +{len(steps) - 1}"
        (ax, ay), (bx, by) = points[0], points[1]
        shares = (0.45, 0.62, 0.3, 0.75)
        spots = [(ax + (bx - ax) * s, ay + (by - ay) * s) for s in shares]
        free = (s for s in spots if not any(abs(s[0] - t[0]) < 26 and abs(s[1] - t[1]) < BADGE + 2 for t in taken))
        spot = next(free, spots[0])
        taken.append(spot)
        first = kept[route.link.steps[0]]
        out.append(
            LineFigure(
                index=number,
                source=index[route.link.source],
                target=index[route.link.target],
                points=tuple(points),
                both_ways=route.link.both_ways,
                label=label,
                steps=steps,
                x=round(spot[0], 1),
                y=round(spot[1], 1),
                width=round(max(text_width(label, 12, bold=True) + 8, BADGE), 1),
                title=f"Step {label}: {first.label}",
            )
        )
    return out
