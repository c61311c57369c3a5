"""Where rendered records go: one buffer per log, written in order of time, slice by slice.

A record may be emitted ahead of time (a connection's end, a logoff hours later): it waits in its
log's buffer until the slice that holds its time is flushed. Memory is therefore bounded by one
slice and what is scheduled beyond it, never by the size of the world. Record numbers and line
numbers are given when a line is written, so that both rise with time as they do on real systems.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import IO

from vedette.demo.clock import DAY, day_key
from vedette.demo.truth import Step

_RENDER_AT = itemgetter(0)
_Record = tuple[int, str, str | None, Step | None]


@dataclass(slots=True)
class LogFile:
    """One file written: where, in which format, how much, and what a reader must be told."""

    path: str
    """Relative to the world's folder, with forward slashes."""
    format: str
    """What the file is: ``nxlog``, ``winlogbeat``, ``evtx_dump``, ``zeek``, ``cloudtrail``, …"""
    n_events: int = 0
    n_lines: int = 0
    year: int | None = None
    """Year of the first record, where the format writes none (RFC 3164)."""
    timezone: str | None = None
    """Zone of the times, where the format writes none."""


@dataclass(slots=True)
class Log:
    """One logical log, perhaps rotated: its name, framing, and what is waiting to be written."""

    pattern: str
    """Path below the world's folder; ``{period}`` stands for the rotation period."""
    format: str
    header: Callable[[int], str] | None = None
    """Text at the head of each file, given the time of opening."""
    footer: Callable[[int], str] | None = None
    tail: str = ""
    """What closes a line after its record number."""
    period: int = 0
    """Microseconds per file; 0 for a single file."""
    name_period: Callable[[int], str] = day_key
    separator: str = "\n"
    """Between records: a newline, or a comma inside one JSON document."""
    timezone: str | None = None
    buffer: list[_Record] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    current: LogFile | None = None
    current_period: int = -1
    handle: IO[bytes] | None = None
    opened: list[IO[bytes]] = field(default_factory=list)


class Sink:
    """Takes rendered records for named logs and writes them in order of time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[LogFile] = []
        self.n_events = 0
        self.n_marked = 0
        """Of these, how many belong to a step of the incident."""
        self.n_aside = 0
        """Of the benign ones, how many do not count towards the number asked for."""
        self.step: Step | None = None
        """The step of the incident that records emitted now belong to; None for benign ones."""
        self._logs: dict[str, Log] = {}

    def open_log(self, name: str, log: Log) -> list[_Record]:
        """Register a log and return its buffer, for writers that append to it directly."""
        self._logs[name] = log
        return log.buffer

    def emit(self, name: str, t: int, text: str, counter: str | None = None) -> None:
        """Add a record (perhaps of several lines) to a log.

        Args:
            name: The log.
            t: When it is written, in microseconds: files are in this order.
            text: The record; with ``counter``, everything before its record number.
            counter: Sequence that numbers it, where the format carries a record number.
        """
        step = self.step
        self._logs[name].buffer.append((t, text, counter, step))
        self.n_events += 1
        if step is not None:
            self.n_marked += 1

    def flush(self, before: int) -> None:
        """Write every record whose time lies before ``before``; later ones keep waiting."""
        for log in self._logs.values():
            if not log.buffer:
                continue
            log.buffer.sort(key=_RENDER_AT)
            end = _first_at_or_after(log.buffer, before)
            ready, log.buffer[:] = log.buffer[:end], log.buffer[end:]
            start = 0
            while start < len(ready):
                stop = len(ready)
                if log.period:
                    limit = (ready[start][0] // log.period + 1) * log.period
                    stop = start + _first_at_or_after(ready[start:], limit)
                self._write(log, ready[start:stop])
                start = stop

    def close(self) -> None:
        """Write what is left and close all files."""
        self.flush(1 << 62)
        for log in self._logs.values():
            self._finish(log)

    def _write(self, log: Log, ready: list[_Record]) -> None:
        first = ready[0][0]
        period = first // log.period if log.period else 0
        if log.handle is None or log.current is None or period != log.current_period:
            self._finish(log)
            handle, current = self._begin(log, first, period)
        else:
            handle, current = log.handle, log.current
        counters, tail, separator = log.counters, log.tail, log.separator
        parts: list[str] = []
        line_no, n_before = current.n_lines, current.n_events
        for i, (_, text, counter, step) in enumerate(ready):
            if counter is not None:
                number = counters.get(counter)
                if number is None:
                    # A host's log has a history: numbers do not start at one, nor alike on two hosts.
                    number = 10_000 + sum(counter.encode()) * 131
                counters[counter] = number + 1
                text = f"{text}{number}{tail}"
            if step is not None:
                at = n_before + i + 1 if separator != "\n" else line_no + 1
                step.note(current.path, at, text)
            if separator == "\n":
                line_no += text.count("\n") + 1
            parts.append(text)
        body = separator.join(parts)
        if separator == "\n":
            body += "\n"
        elif n_before:
            body = separator + body
        handle.write(body.encode())
        current.n_lines = line_no
        current.n_events += len(ready)

    def _begin(self, log: Log, t: int, period: int) -> tuple[IO[bytes], LogFile]:
        path = log.pattern.format(period=log.name_period(t)) if log.period else log.pattern
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        raw: IO[bytes] = target.open("wb")
        log.opened = [raw]
        if path.endswith(".gz"):
            # No file name and no time in the header: the same seed gives the same bytes.
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=5, mtime=0)
            raw = io.BufferedWriter(packed)
            log.opened = [raw, *log.opened]
        log.handle, log.current_period = raw, period
        log.current = LogFile(path, log.format, timezone=log.timezone)
        if log.timezone is not None:
            log.current.year = int(day_key(t)[:4])
        self.files.append(log.current)
        if log.header is not None:
            head = log.header(t)
            raw.write(head.encode())
            log.current.n_lines = head.count("\n")
        return raw, log.current

    def _finish(self, log: Log) -> None:
        if log.handle is None:
            return
        if log.footer is not None:
            log.handle.write(log.footer((log.current_period + 1) * (log.period or DAY)).encode())
        for handle in log.opened:
            handle.close()
        log.handle = None


def _first_at_or_after(records: list[_Record], t: int) -> int:
    low, high = 0, len(records)
    while low < high:
        middle = (low + high) // 2
        if records[middle][0] < t:
            low = middle + 1
        else:
            high = middle
    return low
