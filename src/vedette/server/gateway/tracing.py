"""Traces, where OpenTelemetry is installed; without it nothing happens. No attribute holds a prompt, reply or value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from vedette import __version__


@cache
def _tracer() -> Any:
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace.get_tracer("vedette.guard", __version__)


class Span:
    """A stretch of work; counts, names of configured things and codes are noted on it."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def note(self, **attributes: str | int | float | bool) -> None:
        """Note something."""
        if self._span is not None:
            for name, value in attributes.items():
                self._span.set_attribute(f"vedette.{name}", value)

    def failed(self, code: str) -> None:
        """Note that it failed, by code; what the error says is not told."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_status(Status(StatusCode.ERROR, code))


@contextmanager
def span(name: str) -> Iterator[Span]:
    """Yield a span around some work; exceptions are not recorded, for their messages may quote."""
    tracer = _tracer()
    if tracer is None:
        yield Span(None)
        return
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as made:
        yield Span(made)
