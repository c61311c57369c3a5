"""The pages of PDF files, read by a process that is kept for the next file and ended where it overstays.

Starting it takes about 0.4 s, once; after that a page costs what pypdf takes for it. What a page yields is kept when a
later one brings the process down.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vedette.documents.base import Limits, RefusedError

_MAX_LINE = 64 << 20
_FILES_A_WORKER = 200
_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of a page."""

    text: str
    size: float
    """Of its letters, in points; 0 where it is not known."""
    y: float
    mono: bool


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page."""

    number: int
    lines: tuple[PdfLine, ...]
    links: tuple[tuple[int, int, int, str], ...] = ()
    """(line, start, end, target)."""
    pictures: bool = False
    """Whether a page without text shows pictures: a scan."""


@dataclass(frozen=True, slots=True)
class PdfBad:
    """What could not be read."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class PdfInfo:
    """What a file says of itself."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PdfSpent:
    """How long the reading took."""

    seconds: float
    """Of the processor."""


PdfItem = PdfInfo | PdfPage | PdfBad | PdfSpent


def pdf_pages(data: bytes, limits: Limits) -> list[PdfItem]:
    """Return what a file says of itself, its pages, and what of it could not be read.

    Raises:
        RefusedError: it is encrypted, or no process can be started to read it.
    """
    with _lock:
        return list(_worker(limits.max_memory_bytes).read(data, limits))


class _Worker:
    def __init__(self, memory: int) -> None:
        self.pid = os.getpid()
        self.memory = memory
        self.n_files = 0
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        environment["PYTHONIOENCODING"] = "utf-8"
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "vedette.documents.pdf_worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
        except OSError as error:
            raise RefusedError(f"no process can be started to read PDF: {error.strerror or error}") from None

    def alive(self) -> bool:
        return self.pid == os.getpid() and self.process.poll() is None and self.n_files < _FILES_A_WORKER

    def end(self) -> None:
        if self.pid != os.getpid():  # the process of whom this one was forked from
            return
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()

    def read(self, data: bytes, limits: Limits) -> Iterator[PdfItem]:
        self.n_files += 1
        asked = {
            "size": len(data), "memory": self.memory, "seconds": limits.max_seconds, "pages": limits.max_pages,
            "chars": limits.max_chars,
        }  # fmt: skip
        number = 0
        done = False
        overdue = threading.Event()

        def overstays() -> None:
            overdue.set()
            with contextlib.suppress(OSError):
                self.process.kill()

        # time of the processor is counted there; this is for what does not even get to counting
        watch = threading.Timer(4 * limits.max_seconds + 20, overstays)
        watch.daemon = True
        watch.start()
        try:
            assert self.process.stdin is not None  # noqa: S101 (both are pipes)
            assert self.process.stdout is not None  # noqa: S101
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(json.dumps(asked).encode() + b"\n" + data)
                self.process.stdin.flush()
            while line := self.process.stdout.readline(_MAX_LINE):
                if not line.endswith(b"\n"):
                    break
                message = json.loads(line)
                if "end" in message:
                    done = True
                    yield PdfSpent(float(message["end"]))
                    break
                if "refused" in message:
                    yield PdfBad("", message["refused"])
                elif "info" in message:
                    yield PdfInfo(message["info"])
                elif "bad" in message:
                    yield PdfBad(*message["bad"])
                else:
                    number = message["page"]
                    yield PdfPage(
                        number,
                        tuple(PdfLine(*said) for said in message["lines"]),
                        tuple((a, b, c, d) for a, b, c, d in message["links"]),
                        message["pictures"],
                    )
            if done:
                return
            why = (
                f"took more than {limits.max_seconds:g} s"
                if overdue.is_set()
                else "ended the process that read it: more memory than it may"
            )
            done = True
            yield PdfBad(f"page {number + 1}" if number else "", f"cut: {why}")
            yield PdfSpent(limits.max_seconds)
            self.end()
        finally:
            watch.cancel()
            if not done:  # somebody stopped listening in the middle
                self.end()


_lock = threading.RLock()
_current: list[_Worker] = []


def _worker(memory: int) -> _Worker:
    if _current and (not _current[0].alive() or _current[0].memory != memory):
        _current.pop().end()
    if not _current:
        _current.append(_Worker(memory))
    return _current[0]


def close_worker() -> None:
    """End the process that reads PDF, where one is kept."""
    while _current:
        _current.pop().end()


atexit.register(close_worker)
if hasattr(os, "register_at_fork"):
    # a lock that another thread holds would stay shut in the child
    def _forked() -> None:
        global _lock
        _lock = threading.RLock()
        _current.clear()

    os.register_at_fork(after_in_child=_forked)
