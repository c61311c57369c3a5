"""What an export of exposures is given, and which forms there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path

from vedette import __version__
from vedette.errors import UserError
from vedette.schema import Exposure

DUE = ("overdue", "3 days", "14 days", "60 days", "later", "no date", "not decided")
"""When an open exposure is due, from the day of the report: decided dates only; undecided ones stand apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """The exposures that were asked for, and what they were counted as: every number that an export shows."""

    exposures: Sequence[Exposure]
    """All of them, in the order in which they are to be dealt with."""
    policy: str
    policy_version: str
    made_at: datetime
    """UTC: what "overdue" is measured against."""
    filtered: str = ""
    """What was asked for, in words: ``owner: web team``."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """``exposures``, ``open``, ``vulnerabilities``, ``assets``, ``overdue``, ``undecided`` and ``perhaps_overdue`` (not
    decided, and overdue if the gravest possible outcome holds), as SQL counted them."""
    by: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    """Open exposures by ``asset``, ``owner``, ``decision``, ``severity`` (most first) and ``due`` (:data:`DUE`, in its
    order); "" where nobody said."""
    owners_due: Sequence[tuple[str, Mapping[str, int]]] = ()
    """Open exposures of each owner by when they are due, the owner with most overdue first; "" is nobody."""
    trend: Sequence[tuple[str, int, int, int]] = ()
    """Day, new on it, gone on it, open at its end; oldest first."""
    questions: Sequence[tuple[str, int]] = ()
    """Open questions with how many exposures each would decide, most first."""
    knowledge: Sequence[str] = ()
    """What the facts are from, a sentence each: ``EPSS of 2026-10-01 is 53 days old``."""
    version: str = __version__


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A form that exposures can be written in."""

    name: str
    suffix: str
    media_type: str
    about: str
    writer: str
    """``module:function`` below this package; imported when it is used."""

    def render(self, extent: Extent) -> bytes:
        """Return the file's content: the same extent gives the same bytes."""
        module, _, name = self.writer.partition(":")
        render: Callable[[Extent], bytes] = getattr(import_module(f"vedette.report.exposures.{module}"), name)
        return render(extent)


_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FORMATS: Mapping[str, ExportFormat] = {
    f.name: f
    for f in (
        ExportFormat("pptx", ".pptx", _PPTX, "slides with native charts and tables", "slides:render"),
        ExportFormat("html", ".html", "text/html", "one offline page", "page:render"),
        ExportFormat("csv", ".csv", "text/csv", "one row an exposure, for a spreadsheet", "rows:render"),
        ExportFormat("sarif", ".sarif", "application/sarif+json", "SARIF 2.1.0, for code scanning", "sarif:render"),
        ExportFormat("vex", ".cdx.json", "application/vnd.cyclonedx+json", "CycloneDX 1.6 VEX", "vex:render"),
        ExportFormat("ssvc", ".ssvc.json", "application/json", "SSVC selections (CERT/CC)", "selections:render"),
        ExportFormat("tickets", ".md", "text/markdown", "tickets as Markdown, one a vulnerability", "tickets:render"),
    )
}


def format_named(name: str) -> ExportFormat:
    """Return a form by its name.

    Raises:
        UserError: there is none.
    """
    if name not in FORMATS:
        raise UserError(f"exposures cannot be written as {name!r}", next_step=f"choose one of: {', '.join(FORMATS)}")
    return FORMATS[name]


def format_of(path: Path) -> ExportFormat:
    """Return the form that a file name's ending means.

    Raises:
        UserError: none has it.
    """
    for form in sorted(FORMATS.values(), key=lambda f: -len(f.suffix)):
        if path.name.lower().endswith(form.suffix):
            return form
    endings = ", ".join(f.suffix for f in FORMATS.values())
    raise UserError(f"{path.name!r} does not say which form is meant", next_step=f"end it in one of {endings}")


def export(extent: Extent, form: str) -> bytes:
    """Return exposures in a form by its name.

    Raises:
        UserError: there is no such form.
    """
    return format_named(form).render(extent)
