"""Text that remembers where it comes from: every phase of cmd rewrites a line, and spans still point into the layer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

Segment = tuple[int, int, int, bool]
"""Where it begins in the text, the half-open range of the layer that it stands for, and whether it is copied from
there character by character."""


ESCAPE = "="
"""Mark of a special character that a caret makes plain: no way of hiding, but to be written again."""


class Edit(NamedTuple):
    """A range of a text to be replaced."""

    start: int
    end: int
    text: str
    method: str | None = None
    """How the new text was hidden, if it was."""
    known: bool = True
    """Whether the new text is what will stand there, and not what is written for it."""


class Traced:
    """A text, where each part of it stands in the layer, what was undone where, and which parts are not known."""

    __slots__ = ("marks", "segments", "text", "unknown")

    def __init__(
        self,
        text: str,
        segments: list[Segment],
        marks: tuple[tuple[int, str], ...] = (),
        unknown: tuple[tuple[int, int], ...] = (),
    ):
        self.text = text
        self.segments = segments
        self.marks = marks
        """Positions at which something was undone, and how it was hidden."""
        self.unknown = unknown
        """Ranges that stay as they are written."""

    @classmethod
    def source(cls, text: str) -> Traced:
        """Return the text of a layer itself."""
        return cls(text, [(0, 0, len(text), True)])

    @classmethod
    def standing_for(cls, text: str, start: int, end: int, known: bool = True) -> Traced:
        """Return a text that as a whole stands for a range of the layer."""
        return cls(text, [(0, start, end, False)], (), () if known else ((0, len(text)),))

    def _segment(self, position: int) -> Segment:
        segments = self.segments
        if len(segments) == 1:
            return segments[0]
        at = bisect_right(segments, position, key=_first) - 1
        return segments[max(at, 0)]

    def start_of(self, position: int) -> int:
        """Return where the character at a position begins in the layer."""
        at, start, end, copied = self._segment(position)
        return min(start + position - at, end) if copied else start

    def end_of(self, position: int) -> int:
        """Return where the text before a position ends in the layer."""
        if position <= 0:
            return self.start_of(0)
        at, start, end, copied = self._segment(position - 1)
        return min(start + position - at, end) if copied else end

    def known(self, start: int, end: int) -> bool:
        """Return whether the whole range is known."""
        ranges = self.unknown
        at = bisect_right(ranges, start, key=_last)
        return at >= len(ranges) or ranges[at][0] >= end

    def methods(self, start: int, end: int) -> tuple[str, ...]:
        """Return how the range was hidden, each way once, in order."""
        if not self.marks:
            return ()
        end = max(end, start + 1)
        low = bisect_left(self.marks, start, key=_at)
        high = bisect_left(self.marks, end, low, key=_at)
        return tuple(dict.fromkeys(m for _, m in self.marks[low:high] if m != ESCAPE))

    def hidden(self) -> bool:
        """Return whether something was undone that hid the text."""
        return any(method != ESCAPE for _, method in self.marks)

    def escaped(self) -> str:
        """Return the text with the carets that it needs."""
        at = {position for position, method in self.marks if method == ESCAPE}
        if not at:
            return self.text
        return "".join("^" + c if i in at else c for i, c in enumerate(self.text))

    def __getitem__(self, range_: tuple[int, int]) -> Traced:
        start, end = range_
        if start <= 0 and end >= len(self.text):
            return self
        segments: list[Segment] = []
        _copy(self, start, end, 0, segments)
        marks: tuple[tuple[int, str], ...] = ()
        if self.marks:
            first = bisect_left(self.marks, start, key=_at)
            last = bisect_left(self.marks, end, first, key=_at)
            marks = tuple((p - start, m) for p, m in self.marks[first:last])
        unknown: tuple[tuple[int, int], ...] = ()
        if self.unknown:
            first = bisect_right(self.unknown, start, key=_last)
            last = bisect_left(self.unknown, end, first, key=_first_of)
            unknown = tuple((max(a, start) - start, min(b, end) - start) for a, b in self.unknown[first:last])
        return Traced(
            self.text[start:end], segments or [(0, self.start_of(start), self.start_of(start), False)], marks, unknown
        )

    def edited(self, edits: list[Edit]) -> Traced:
        """Return the text with ranges replaced; they are in order and do not overlap."""
        if not edits:
            return self
        parts: list[str] = []
        segments: list[Segment] = []
        marks: list[tuple[int, str]] = []
        unknown: list[tuple[int, int]] = []
        at = position = 0
        mark_at = unknown_at = 0
        text, own_marks, own_unknown = self.text, self.marks, self.unknown

        def keep(to: int) -> None:
            nonlocal at, position, mark_at, unknown_at
            if to > position:
                parts.append(text[position:to])
                _copy(self, position, to, at, segments)
                while mark_at < len(own_marks) and own_marks[mark_at][0] < position:
                    mark_at += 1
                while mark_at < len(own_marks) and own_marks[mark_at][0] < to:
                    marks.append((at + own_marks[mark_at][0] - position, own_marks[mark_at][1]))
                    mark_at += 1
                while unknown_at < len(own_unknown) and own_unknown[unknown_at][1] <= position:
                    unknown_at += 1
                for first, last in own_unknown[unknown_at:]:
                    if first >= to:
                        break
                    unknown.append((at + max(first, position) - position, at + min(last, to) - position))
                at += to - position
            position = max(position, to)

        for edit in edits:
            keep(edit.start)
            start, end = self.start_of(edit.start), self.end_of(edit.end)
            if edit.method is not None:
                marks.append((at, edit.method))
            if edit.text:
                parts.append(edit.text)
                segments.append((at, start, max(start, end), False))
                if not edit.known:
                    unknown.append((at, at + len(edit.text)))
                at += len(edit.text)
            position = edit.end
        keep(len(text))
        if not segments:
            start = self.start_of(0)
            segments = [(0, start, max(start, self.end_of(len(text))), False)]
        return Traced("".join(parts), segments, tuple(marks), tuple(unknown))

    def sure(self) -> Traced:
        """Return the same text with nothing marked unknown: a later phase looks at it again."""
        return Traced(self.text, self.segments, self.marks) if self.unknown else self


def _first(segment: Segment) -> int:
    return segment[0]


def _at(mark: tuple[int, str]) -> int:
    return mark[0]


def _first_of(range_: tuple[int, int]) -> int:
    return range_[0]


def _last(range_: tuple[int, int]) -> int:
    return range_[1]


def _copy(source: Traced, start: int, end: int, at: int, out: list[Segment]) -> None:
    if start >= end:
        return
    segments = source.segments
    index = max(bisect_right(segments, start, key=_first) - 1, 0) if len(segments) > 1 else 0
    while index < len(segments):
        first, low, high, copied = segments[index]
        if first >= end:
            break
        last = segments[index + 1][0] if index + 1 < len(segments) else len(source.text)
        a, b = max(first, start), min(last, end)
        if b > a:
            if copied:
                out.append((at + a - start, low + a - first, min(low + b - first, high), True))
            else:
                out.append((at + a - start, low, high, False))
        index += 1


def joined(parts: list[Traced]) -> Traced:
    """Return texts put together."""
    if len(parts) == 1:
        return parts[0]
    texts: list[str] = []
    segments: list[Segment] = []
    marks: list[tuple[int, str]] = []
    unknown: list[tuple[int, int]] = []
    at = 0
    for part in parts:
        if not part.text:
            marks.extend((at, method) for _, method in part.marks)
            continue
        texts.append(part.text)
        segments.extend((at + s[0], s[1], s[2], s[3]) for s in part.segments)
        marks.extend((at + p, m) for p, m in part.marks)
        unknown.extend((at + a, at + b) for a, b in part.unknown)
        at += len(part.text)
    if not segments:
        segments = [(0, parts[0].start_of(0), parts[0].start_of(0), False)] if parts else [(0, 0, 0, False)]
    return Traced("".join(texts), segments, tuple(marks), tuple(unknown))
