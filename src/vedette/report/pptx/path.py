"""The attack path as native shapes and connectors, its steps as a table, and the hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pptx.enum.shapes import MSO_SHAPE

from vedette.report.graph import Layout, Route, lay_out
from vedette.report.inert import middle
from vedette.report.measure import text_width
from vedette.report.palette import HOST_ROLE_MEANINGS
from vedette.report.pptx.deck import Deck, above_left_out, left_out
from vedette.report.pptx.draw import Cell, Column, Para, block, cell, line, pages, table, text_box
from vedette.report.pptx.theme import Box
from vedette.report.view import CaseView, HostView, NodeView, PathView, ids_words, short_names
from vedette.report.words import clock, count, day, more, when

MAX_NODES = 30
MAX_PICTURES = 2
MAX_PATH_SLIDES = 2
MAX_HOST_SLIDES = 2
_NODE = (126.0, 40.0)
_GAP_X = 48.0
_PITCH_Y = 50.0
_MAX_PITCH_Y = 84.0
_BADGE = 18.0
_BAND_GAP = 14.0
_KINDS = {"host": "Host", "account": "Account", "ip": "Address", "resource": "Resource", "other": ""}
_SHAPES = {
    "host": (MSO_SHAPE.ROUNDED_RECTANGLE, "paper", "dark"),
    "account": (MSO_SHAPE.ROUNDED_RECTANGLE, "#F3EAF9", "#6B2FA0"),
    "ip": (MSO_SHAPE.RECTANGLE, "#FCEDE7", "#B8390E"),
    "resource": (MSO_SHAPE.RECTANGLE, "#E6F3F1", "#0F7B6C"),
    "other": (MSO_SHAPE.RECTANGLE, "mist", "muted"),
}


def bounded_layout(path: Sequence[PathView], most: int, height: float) -> tuple[Layout, list[PathView]]:
    """Return the layout of the first steps that lead to at most so many nodes, none of its columns too high."""
    while True:
        names: set[str] = set()
        kept: list[PathView] = []
        for step in path:
            if len(names | {step.source, step.target}) <= most:
                names |= {step.source, step.target}
                kept.append(step)
        layout = lay_out([(s.source, s.target) for s in kept])
        if layout.height <= height or most <= 2:
            return layout, kept
        most -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of layers drawn side by side; bands stand one under another."""

    first: int
    last: int
    low: float
    high: float

    @property
    def height(self) -> float:
        """Return its height in rows."""
        return self.high - self.low


def bands(layout: Layout, across: int) -> list[Band]:
    """Return the bands: each begins with the layer that the one before it ended with."""
    out = []
    first = 0
    while True:
        last = min(first + across - 1, layout.n_layers - 1)
        rows = [row for at, row in layout.nodes.values() if first <= at <= last]
        rows += [row for r in layout.routes for at, row in r.points if first <= at <= last]
        low, high = (min(rows) - 0.5, max(rows) + 0.5) if rows else (-0.5, 0.5)
        out.append(Band(first=first, last=last, low=low, high=high))
        if last >= layout.n_layers - 1:
            return out
        first = last


def pictures(deck: Deck) -> None:
    """Add the slides with the diagram."""
    view, body = deck.view, deck.body
    named = count(len(view.hosts), "host")
    if not view.path:
        slide = deck.slide(f"Attack path: {named}, no movement seen")
        text = "No step from one host, account or address to another was seen in the evidence."
        text_box(slide, body, [Para(text=text, size=18)])
        return
    room = body.height - 22
    layout, kept = bounded_layout(view.path, MAX_NODES, room / _PITCH_Y)
    dealt: list[list[Band]] = [[]]
    used = 0.0
    across = max(int((body.width + _GAP_X) / (_NODE[0] + _GAP_X)), 2)
    for band in bands(layout, across):
        height = band.height * _PITCH_Y + _BAND_GAP
        if dealt[-1] and used + height > room:
            dealt.append([])
            used = 0.0
        dealt[-1].append(band)
        used += height
    names = short_names(view.nodes)
    start = view.nodes[kept[0].source]
    title = f"Attack path: {count(len(layout.nodes), 'place')}, beginning at {names[kept[0].source] or start.kind}"
    for number, group in enumerate(dealt[:MAX_PICTURES], start=1):
        slide = deck.slide(
            title if len(dealt) == 1 else f"{title} ({number} of {min(len(dealt), MAX_PICTURES)})",
            ["Steps of the attack path, with whole evidence ids:", *(_note(deck, names, s) for s in kept)],
        )
        top = body.top
        pitch = min((room - _BAND_GAP * len(group)) / sum(b.height for b in group), _MAX_PITCH_Y)
        for band in group:
            area = Box(body.left, top, body.width, band.height * pitch)
            _band(slide, area, band, layout, kept, view, names, across)
            top += area.height + _BAND_GAP
        rest = len(view.path) - len(kept)
        text = "Numbers: steps in the table." + (" Dashed: shown above too." if any(b.first for b in group) else "")
        legend = _legend(slide, body, {view.nodes[n].kind for n in layout.nodes})
        left_out(
            slide,
            Box(body.left, body.top, legend - body.left - 8, body.height),
            f"{text} {more(rest).replace('and', 'And', 1)}".strip(),
        )


def _legend(slide: Any, body: Box, kinds: set[str]) -> float:
    """Draw what the outlines mean, at the foot to the right, and return its left edge."""
    right = body.right
    for kind in reversed([k for k in _KINDS if k in kinds and _KINDS[k]]):
        text = _KINDS[kind]
        width = text_width(text, 12) + 6
        place = Box(right - width, body.bottom - 17, width, 17)
        text_box(slide, place, [Para(text=text, size=12, lines=1)], anchor="middle", name=f"Key: {text}")
        outline, colour, edge = _SHAPES[kind]
        mark = Box(right - width - 22, body.bottom - 15, 17, 12)
        block(slide, mark, colour=colour, line=edge, kind=outline, name=f"Key {kind}")
        right -= width + 36
    return right


def _note(deck: Deck, names: Mapping[str, str], step: PathView) -> str:
    ids = ids_words([deck.view.full_ids[i] for i in step.evidence], 4)
    nodes = deck.view.nodes
    return f"{step.number}. {when(step.at)} {nodes[step.source].name} → {nodes[step.target].name}: {step.label} [{ids}]"


def _band(
    slide: Any,
    area: Box,
    band: Band,
    layout: Layout,
    kept: Sequence[PathView],
    view: CaseView,
    names: Mapping[str, str],
    across: int,
) -> None:
    width, height = _NODE
    repeats = band.first > 0
    pitch = (area.width - width) / (across - 1)

    def centre(point: tuple[float, float]) -> tuple[float, float]:
        at, row = point
        x = area.left + width / 2 + (at - band.first) * pitch
        return x, area.top + (row - band.low) * area.height / band.height

    boxes: dict[tuple[float, float], Any] = {}
    shapes = []
    onward = {point for r in layout.routes for pair in pairwise(r.points) for point in pair if _within(pair, band)}
    for key, (at, row) in layout.nodes.items():
        if band.first <= at <= band.last and (not repeats or at > band.first or (float(at), row) in onward):
            x, y = centre((at, row))
            shapes.append((key, at, row, Box(x - width / 2, y - height / 2, width, height)))
            boxes[(float(at), row)] = None
    taken: list[Box] = [b for *_, b in shapes]
    badges = []
    for route in layout.routes:
        spans = [pair for pair in pairwise(route.points) if _within(pair, band)]
        for number, (a, b) in enumerate(spans):
            badges.append((route, _segment(slide, route, a, b, centre, width, boxes), number))
    for key, at, _, box in shapes:
        _node(slide, view.nodes[key], names[key], box, dashed=repeats and at == band.first)
    labelled: set[int] = set()
    for route, ends, _ in badges:
        if id(route) in labelled:
            continue
        labelled.add(id(route))
        _badge(slide, route, ends, kept, taken)


def _within(pair: tuple[tuple[float, float], tuple[float, float]], band: Band) -> bool:
    """Return whether a part of a route lies in the band."""
    return all(band.first <= at <= band.last for at, _ in pair)


def _segment(
    slide: Any,
    route: Route,
    a: tuple[float, float],
    b: tuple[float, float],
    centre: Any,
    width: float,
    boxes: Mapping[tuple[float, float], Any],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Draw one straight part of a route and return its ends."""
    (ax, ay), (bx, by) = centre(a), centre(b)
    forward = bx > ax
    reach = width / 2 if forward else -width / 2
    start, end = (ax + reach, ay), (bx - reach, by)
    if b not in boxes:
        # A bend runs straight through its column, so that slanted lines keep to the gaps between columns.
        line(slide, end, (bx + reach, by), colour="muted", width=1.5, name=f"Path {route.link.steps[0] + 1}")
    is_last, is_first = b == route.points[-1], a == route.points[0]
    arrow = "end" if is_last else ""
    if route.link.both_ways and is_first:
        arrow = "both" if is_last else "start"
    line(slide, start, end, colour="muted", width=1.5, arrow=arrow, name=f"Path {route.link.steps[0] + 1}")
    return start, end


def _node(slide: Any, node: NodeView, name: str, box: Box, *, dashed: bool) -> None:
    kind, colour, edge = _SHAPES[node.kind]
    under = (node.role or _KINDS[node.kind]).capitalize()
    size = 12.0
    ink = "ink" if colour in {"paper", "mist"} else "#14202B"
    soft = "muted" if colour in {"paper", "mist"} else "#4A5967"
    paras = [
        Para(text=_squeeze(name, box.width - 8, size), size=size, bold=True, align="center", lines=1, colour=ink),
        Para(text=under, size=12, colour=soft, align="center", lines=1),
    ]
    block(
        slide, box, paras, colour=colour, line=edge, kind=kind, inset=4, dashed=dashed, name=f"{node.kind}: {name}"[:80]
    )


def _squeeze(name: str, width: float, size: float) -> str:
    text, n = name, len(name)
    while n > 4 and text_width(text, size, bold=True) > width:
        n -= 1
        text = middle(name, n)
    return text


def _badge(
    slide: Any,
    route: Route,
    ends: tuple[tuple[float, float], tuple[float, float]],
    kept: Sequence[PathView],
    taken: list[Box],
) -> None:
    """Put the numbers of the steps on a line, where they cover nothing; a place is looked for along the line."""
    numbers = [kept[n].number for n in route.link.steps]
    text = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} +{len(numbers) - 1}"
    width = max(text_width(text, 12, bold=True) + 6, _BADGE)
    (ax, ay), (bx, by) = ends
    for share in (0.45, 0.6, 0.3, 0.7, 0.5, 0.2, 0.8):
        x, y = ax + (bx - ax) * share, ay + (by - ay) * share
        box = Box(x - width / 2, y - _BADGE / 2, width, _BADGE)
        if not any(
            box.left < o.right + 1 and o.left < box.right + 1 and box.top < o.bottom + 1 and o.top < box.bottom + 1
            for o in taken
        ):
            break
    else:
        return  # every place is taken: the table has the step all the same
    taken.append(box)
    para = Para(text=text, size=12, bold=True, colour="paper", align="center", lines=1)
    block(slide, box, [para], colour="dark", kind=MSO_SHAPE.ROUNDED_RECTANGLE, inset=0, name=f"Step {text}")


_PATH_COLUMNS = (
    Column("#", 40, True), Column("Time", 142, True), Column("From", 200), Column("To", 200), Column("How", 190),
    Column("Evidence", 84, True),
)  # fmt: skip
_HOST_COLUMNS = (
    Column("Host", 250), Column("Role", 150), Column("Addresses", 130), Column("Seen", 150), Column("Evidence", 192),
)  # fmt: skip


def path_tables(deck: Deck) -> None:
    """Add the slides with the steps of the path."""
    view, body = deck.view, deck.body
    if not view.path:
        return
    names = short_names(view.nodes)
    rows = [
        [
            cell(str(p.number), bold=True, lines=1),
            cell(when(p.at), 12, lines=1),
            cell(names[p.source], lines=2),
            cell(names[p.target], lines=2),
            Cell(
                paras=(
                    Para(text=p.label or "–", size=13, lines=2),
                    Para(text=", ".join(p.techniques[:3]) or "–", size=12, colour="muted", lines=1),
                )
            ),
            Cell(paras=tuple(Para(text=i, size=12, mono=True, lines=1) for i in p.evidence[:2]) or cell("").paras),
        ]
        for p in view.path[:200]
    ]
    part = above_left_out(body)
    dealt, rest = pages(rows, _PATH_COLUMNS, part, most=MAX_PATH_SLIDES)
    for number, group in enumerate(dealt, start=1):
        title = f"Steps of the attack path ({number} of {len(dealt)})" if len(dealt) > 1 else "Steps of the attack path"
        slide = deck.slide(title, [_note(deck, names, p) for p in view.path[:60]])
        table(slide, part, _PATH_COLUMNS, group, name="Attack path")
        if number == len(dealt):
            left_out(slide, body, more(rest + max(len(view.path) - 200, 0)))


def _host_row(host: HostView) -> list[Cell]:
    seen = "–"
    if host.first_at is not None and host.last_at is not None:
        same = day(host.first_at) == day(host.last_at)
        seen = f"{when(host.first_at)[:16]} to {clock(host.last_at)[:5] if same else when(host.last_at)[:16]}"
    return [
        cell(host.name, 14, bold=True, lines=2),
        Cell(
            paras=(
                Para(text=host.role.value.capitalize(), size=13, bold=True, lines=1),
                Para(text=HOST_ROLE_MEANINGS[host.role], size=12, colour="muted", lines=1),
            )
        ),
        cell(", ".join(host.addresses[:3]) + (f" +{len(host.addresses) - 3}" if len(host.addresses) > 3 else ""), 12),
        cell(seen, 12, lines=2),
        Cell(paras=(Para(text=ids_words(host.evidence, 4) or "–", size=12, mono=True, colour="muted", lines=2),)),
    ]


def host_tables(deck: Deck) -> None:
    """Add the slides with the hosts."""
    view, body = deck.view, deck.body
    if not view.hosts:
        return
    part = above_left_out(body)
    dealt, rest = pages([_host_row(h) for h in view.hosts], _HOST_COLUMNS, part, most=MAX_HOST_SLIDES)
    title = f"{count(len(view.hosts), 'host')} in the case"
    done = 0
    for number, group in enumerate(dealt, start=1):
        notes = []
        for host in view.hosts[done : done + len(group)]:
            notes.append(f"{host.name}: {host.role.value} ({HOST_ROLE_MEANINGS[host.role]}).")
            notes += deck.say(host.reasons[:4])
        done += len(group)
        slide = deck.slide(title if len(dealt) == 1 else f"{title} ({number} of {len(dealt)})", notes)
        table(slide, part, _HOST_COLUMNS, group, name="Hosts")
        if number == len(dealt):
            left_out(slide, body, more(rest))
