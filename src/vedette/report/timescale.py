"""A time axis with its long silences folded, so that a burst on Monday and one on Friday can both be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

FOLD_SHARE = 0.2
"""A silence longer than this share of the whole span is folded."""
FOLD_WIDTH = 0.05
"""Width of a folded silence, as a share of the axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of the axis."""

    start_at: datetime
    end_at: datetime
    start: float
    """Position in [0, 1]."""
    end: float
    folded: bool


@dataclass(frozen=True, slots=True)
class TimeScale:
    """A piecewise linear map from time to [0, 1], never decreasing."""

    segments: tuple[Segment, ...]

    def position(self, at: datetime) -> float:
        """Return where the time stands, in [0, 1]; times outside are put at the ends."""
        for segment in self.segments:
            if at <= segment.end_at:
                length = (segment.end_at - segment.start_at).total_seconds()
                share = (at - segment.start_at).total_seconds() / length if length > 0 else 0.5
                return segment.start + (segment.end - segment.start) * min(max(share, 0.0), 1.0)
        return self.segments[-1].end

    def time(self, position: float) -> datetime:
        """Return the time at a position in [0, 1]."""
        for segment in self.segments:
            if position <= segment.end:
                width = segment.end - segment.start
                share = (position - segment.start) / width if width > 0 else 0.0
                return segment.start_at + (segment.end_at - segment.start_at) * min(max(share, 0.0), 1.0)
        return self.segments[-1].end_at


def time_scale(times: Sequence[datetime]) -> TimeScale:
    """Return the scale for these times, which need no order but must not be empty."""
    ordered = sorted(set(times))
    first, last = ordered[0], ordered[-1]
    if first == last:
        return TimeScale((Segment(start_at=first, end_at=last, start=0.0, end=1.0, folded=False),))
    limit = (last - first) * FOLD_SHARE
    folds = [(a, b) for a, b in pairwise(ordered) if b - a > limit]
    busy = (last - first).total_seconds() - sum((b - a).total_seconds() for a, b in folds)
    edges = [first, *(t for fold in folds for t in fold), last]
    stretches = list(pairwise(edges))
    # Stretches alternate: busy, folded, busy, … A busy stretch may be a single instant, and still gets some room.
    busy_room = 1.0 - FOLD_WIDTH * len(folds)
    n_busy = len(folds) + 1
    segments: list[Segment] = []
    position = 0.0
    for number, (start_at, end_at) in enumerate(stretches):
        folded = number % 2 == 1
        if folded:
            width = FOLD_WIDTH
        else:
            share = (end_at - start_at).total_seconds() / busy if busy > 0 else 1 / n_busy
            width = busy_room * (0.3 / n_busy + 0.7 * share)
        segments.append(
            Segment(start_at=start_at, end_at=end_at, start=position, end=min(position + width, 1.0), folded=folded)
        )
        position += width
    return TimeScale(tuple(segments))


def span_words(span: timedelta) -> str:
    """Return a length of time in its two largest units: ``3 h 12 min``."""
    seconds = int(abs(span.total_seconds()))
    parts = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    for number, (size, unit) in enumerate(parts):
        if seconds >= size:
            rest = ""
            if number + 1 < len(parts):
                smaller, small_unit = parts[number + 1]
                n_small = seconds % size // smaller
                rest = f" {n_small} {small_unit}" if n_small else ""
            return f"{seconds // size} {unit}{rest}"
    return "under 1 s"
