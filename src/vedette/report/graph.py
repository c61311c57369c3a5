"""Where the nodes and lines of an attack path are drawn: layers from left to right, in the order of the attack.

A small Sugiyama layout: lines that would close a circle are turned for the layering, nodes get the longest path from
a start as layer, lines over several layers get a bend in each, and layers are ordered by the mean place of their
neighbours. Pure and deterministic, so that the deck, the page without scripts and the page with them show one picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Slot = str | tuple[int, int]
"""A node's name, or (line, layer) for the bend of a line in a layer."""

_SWEEPS = 8
_BEND_ROOM = 0.45
"""Height that a bend takes, as a share of a node's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line between two nodes, in the direction of its first step."""

    source: str
    target: str
    steps: tuple[int, ...]
    """Positions of the path steps that it stands for, in either direction."""
    both_ways: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How a link runs: points of (layer, row), its nodes first and last, bends between."""

    link: Link
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Nodes by name with their (layer, row), and the routes between them. Rows are centred on 0."""

    nodes: dict[str, tuple[int, float]]
    routes: tuple[Route, ...]
    n_layers: int
    height: float
    """Rows from the top of the highest node to the foot of the lowest."""


def links(steps: Sequence[tuple[str, str]]) -> list[Link]:
    """Return one link for each pair of nodes, in order of their first step; none from a node to itself."""
    found: dict[frozenset[str], list[int]] = {}
    for number, (source, target) in enumerate(steps):
        if source != target:
            found.setdefault(frozenset((source, target)), []).append(number)
    return [
        Link(
            source=steps[numbers[0]][0],
            target=steps[numbers[0]][1],
            steps=tuple(numbers),
            both_ways=len({steps[n] for n in numbers}) > 1,
        )
        for numbers in found.values()
    ]


def _layers(nodes: Sequence[str], lines: Sequence[Link]) -> tuple[dict[str, int], set[int]]:
    """Return each node's layer, and the positions of the lines that run against the layers."""
    ahead: dict[str, set[str]] = {node: set() for node in nodes}
    turned: set[int] = set()

    def reaches(start: str, goal: str) -> bool:
        stack, seen = [start], {start}
        while stack:
            node = stack.pop()
            if node == goal:
                return True
            fresh = ahead[node] - seen
            seen |= fresh
            stack.extend(fresh)
        return False

    for number, line in enumerate(lines):
        source, target = line.source, line.target
        if reaches(target, source):
            source, target = target, source
            turned.add(number)
        ahead[source].add(target)
    layer = dict.fromkeys(nodes, 0)
    waiting = {node: 0 for node in nodes}
    for targets in ahead.values():
        for target in targets:
            waiting[target] += 1
    queue = [node for node in nodes if not waiting[node]]
    while queue:
        node = queue.pop(0)
        for target in sorted(ahead[node]):
            layer[target] = max(layer[target], layer[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                queue.append(target)
    # A start that is only needed later (a second account used against the last host) stands next to its first goal.
    has_source = {target for targets in ahead.values() for target in targets}
    for node in nodes:
        if node not in has_source and ahead[node]:
            layer[node] = min(layer[target] for target in ahead[node]) - 1
    return layer, turned


def lay_out(steps: Sequence[tuple[str, str]]) -> Layout:
    """Return the layout of these steps (source and target names, in order of time)."""
    lines = links(steps)
    nodes = list(dict.fromkeys(name for step in steps for name in step))
    if not nodes:
        return Layout(nodes={}, routes=(), n_layers=0, height=0.0)
    layer, turned = _layers(nodes, lines)
    n_layers = max(layer.values()) + 1
    columns: list[list[Slot]] = [[] for _ in range(n_layers)]
    for node in nodes:
        columns[layer[node]].append(node)
    chains: list[list[Slot]] = []
    for number, line in enumerate(lines):
        left, right = (line.target, line.source) if number in turned else (line.source, line.target)
        bends: list[Slot] = [(number, at) for at in range(layer[left] + 1, layer[right])]
        for bend in bends:
            assert isinstance(bend, tuple)  # noqa: S101 -- tells the type checker
            columns[bend[1]].append(bend)
        chains.append([left, *bends, right])
    columns = _ordered(columns, chains)
    rows = _rows(columns)
    routes = []
    for number, (line, chain) in enumerate(zip(lines, chains, strict=True)):
        points = [(float(s[1] if isinstance(s, tuple) else layer[s]), rows[s]) for s in chain]
        routes.append(Route(link=line, points=tuple(reversed(points) if number in turned else points)))
    height = max(sum(1.0 if isinstance(s, str) else _BEND_ROOM for s in column) for column in columns)
    return Layout(
        nodes={node: (layer[node], rows[node]) for node in nodes},
        routes=tuple(routes),
        n_layers=n_layers,
        height=height,
    )


def _rows(columns: Sequence[Sequence[Slot]]) -> dict[Slot, float]:
    """Return the middle of each slot, columns centred on 0."""
    rows: dict[Slot, float] = {}
    for column in columns:
        at = -sum(1.0 if isinstance(slot, str) else _BEND_ROOM for slot in column) / 2
        for slot in column:
            room = 1.0 if isinstance(slot, str) else _BEND_ROOM
            rows[slot] = at + room / 2
            at += room
    return rows


def _ordered(columns: list[list[Slot]], chains: Sequence[Sequence[Slot]]) -> list[list[Slot]]:
    """Return the columns in the order that crosses the fewest lines, of those that the sweeps go through."""
    before: dict[Slot, list[Slot]] = {}
    after: dict[Slot, list[Slot]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            after.setdefault(a, []).append(b)
            before.setdefault(b, []).append(a)
    parts = [pair for chain in chains for pair in pairwise(chain)]
    best, fewest = [list(c) for c in columns], _crossings(columns, parts)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        beside = before if forward else after
        for column in columns if forward else reversed(columns):
            rows = _rows(columns)
            # Python's sort is stable, so equal means keep the order of time.
            means = {
                slot: sum(rows[n] for n in beside[slot]) / len(beside[slot]) if slot in beside else rows[slot]
                for slot in column
            }
            column.sort(key=means.__getitem__)
        n = _crossings(columns, parts)
        if n < fewest:
            best, fewest = [list(c) for c in columns], n
    return best


def _crossings(columns: Sequence[Sequence[Slot]], parts: Sequence[tuple[Slot, Slot]]) -> int:
    """Return how many pairs of line parts between the same two layers cross."""
    place = {slot: (at, row) for at, column in enumerate(columns) for row, slot in enumerate(column)}
    by_layer: dict[int, list[tuple[int, int]]] = {}
    for a, b in parts:
        by_layer.setdefault(place[a][0], []).append((place[a][1], place[b][1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for ends in by_layer.values()
        for n, a in enumerate(ends)
        for b in ends[n + 1 :]
    )
