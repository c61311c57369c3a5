"""Marks on the lanes of a timeline: steps that stand too close to be drawn apart share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vedette.report.measure import text_width
from vedette.report.timescale import TimeScale
from vedette.report.view import StepView
from vedette.schema import Severity


@dataclass(frozen=True, slots=True)
class Mark:
    """One or more steps that stand too close to be drawn apart."""

    steps: tuple[StepView, ...]
    left: float
    width: float

    @property
    def label(self) -> str:
        """Return the step's number, a run of them, or the first and how many more."""
        numbers = [s.number for s in self.steps]
        if len(numbers) == 1:
            return str(numbers[0])
        if numbers == list(range(numbers[0], numbers[-1] + 1)):
            return f"{numbers[0]}–{numbers[-1]}"
        return f"{numbers[0]} +{len(numbers) - 1}"

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
            return drawn
        # Merge every touching pair at once: a lane may hold thousands.
        merged: list[list[StepView]] = [list(groups[0])]
        for before, mark, group in zip(drawn, drawn[1:], groups[1:], strict=False):
            if _touch(before, mark):
                merged[-1].extend(group)
            else:
                merged.append(list(group))
        groups = merged


def _touch(before: Mark, mark: Mark) -> bool:
    return mark.left < before.left + before.width + 2


def _mark(group: Sequence[StepView], scale: TimeScale, left: float, width: float, smallest: float) -> Mark:
    mark = Mark(tuple(group), 0, 0)
    needed = max(text_width(mark.label, 12, bold=True) + 8, smallest)
    middle = left + (scale.position(group[0].at) + scale.position(group[-1].at)) / 2 * width
    return Mark(tuple(group), min(max(middle - needed / 2, left), left + width - needed), needed)
