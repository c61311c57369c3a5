"""Progress on standard error: how far, how fast, how long still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from vedette.cli.frame import Frame, clean


class Bar:
    """A progress bar that counts events and knows the share done."""

    def __init__(self, progress: Progress | None, task: Any) -> None:
        self._progress = progress
        self._task = task
        self._started = time.monotonic()

    def bytes(self, *, done_bytes: int, total_bytes: int | None, n_events: int, name: str) -> None:
        """Take the bytes read so far."""
        self._update(done_bytes, total_bytes, n_events, name)

    def events(self, done: int, total: int) -> None:
        """Take the events done so far."""
        self._update(done, total, done, "")

    def rows(self, *, rows: int, total: int | None, errors: int) -> None:
        """Take the rows done so far, and how many of them failed."""
        self._update(rows, total, rows, f"{errors:,} failed" if errors else "", "texts")

    def _update(self, done: int, total: int | None, n_events: int, name: str, what: str = "events") -> None:
        if self._progress is None:
            return
        rate = n_events / max(time.monotonic() - self._started, 0.01)
        short = clean(name)[-40:]
        self._progress.update(
            self._task, completed=done, total=total, info=f"{n_events:,} {what}  {rate:,.0f}/s  {short}"
        )


@contextmanager
def bar(frame: Frame, title: str) -> Iterator[Bar]:
    """Yield a bar on standard error; nothing is shown where that is no terminal."""
    if frame.quiet or not frame.err.is_terminal:
        yield Bar(None, None)
        return
    # no markup: file names may hold brackets
    info = TextColumn("{task.fields[info]}", markup=False)
    columns = (TextColumn(title, markup=False), BarColumn(), TimeRemainingColumn(), info)
    with Progress(*columns, console=frame.err, transient=True) as progress:
        yield Bar(progress, progress.add_task(title, total=None, info=""))
