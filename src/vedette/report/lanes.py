"""Marks on the lanes of a timeline: steps that stand too close to be drawn apart share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vedette.report.measure import text_width
from vedette.report.timescale import TimeScale
from vedette.report.view import StepView
from vedette.schema import Severity

CELL = 58.0
"""Width that a mark with a number of steps on it may take."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One or more steps that stand too close to be drawn apart."""

    steps: tuple[StepView, ...]
    left: float
    width: float
    label: str

    @property
    def severity(self) -> Severity:
        """Return the gravest severity."""
        return max((s.severity for s in self.steps), key=lambda s: s.rank)


def marks(steps: Sequence[StepView], scale: TimeScale, left: float, width: float, *, smallest: float) -> list[Mark]:
    """Return the marks of one lane, none touching another; steps are in order of time, lengths in points."""
    groups: list[list[StepView]] = [[s] for s in steps]
    while True:
        drawn = [_mark(group, scale, left, width, smallest) for group in groups]
        if not any(_touch(a, b) for a, b in pairwise(drawn)):
            break
        # Merge every touching pair at once: a lane may hold thousands.
        merged: list[list[StepView]] = [list(groups[0])]
        for before, mark, group in zip(drawn, drawn[1:], groups[1:], strict=False):
            if _touch(before, mark):
                merged[-1].extend(group)
            else:
                merged.append(list(group))
        groups = merged
    if any(_span(mark.steps, scale) * width > 3 * CELL for mark in drawn):
        return _cells(steps, scale, left, width)
    return drawn


def _span(steps: Sequence[StepView], scale: TimeScale) -> float:
    return scale.position(steps[-1].at) - scale.position(steps[0].at)


def _cells(steps: Sequence[StepView], scale: TimeScale, left: float, width: float) -> list[Mark]:
    """Return one mark for each cell of the lane that holds steps, with their number on it.

    Where steps follow each other without a gap, merging those that touch would end in a single mark.
    """
    n_cells = max(int(width / CELL), 1)
    cells: dict[int, list[StepView]] = {}
    for step in steps:
        cells.setdefault(min(int(scale.position(step.at) * n_cells), n_cells - 1), []).append(step)
    room = width / n_cells
    drawn = []
    for cell, group in cells.items():
        label = f"×{len(group):,}" if len(group) > 1 else str(group[0].number)
        needed = min(max(text_width(label, 12, bold=True) + 8, 20), room - 3)
        drawn.append(Mark(tuple(group), left + cell * room + (room - needed) / 2, needed, label))
    return drawn


def _touch(before: Mark, mark: Mark) -> bool:
    return mark.left < before.left + before.width + 2


def _label(group: Sequence[StepView]) -> str:
    """Return the step's number, a run of them, or the first and how many more."""
    first, last = group[0].number, group[-1].number
    if len(group) == 1:
        return str(first)
    return f"{first}–{last}" if last - first == len(group) - 1 else f"{first} +{len(group) - 1}"


def _mark(group: Sequence[StepView], scale: TimeScale, left: float, width: float, smallest: float) -> Mark:
    label = _label(group)
    needed = max(text_width(label, 12, bold=True) + 8, smallest)
    middle = left + (scale.position(group[0].at) + scale.position(group[-1].at)) / 2 * width
    return Mark(tuple(group), min(max(middle - needed / 2, left), left + width - needed), needed, label)
