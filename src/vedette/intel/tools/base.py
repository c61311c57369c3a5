"""What the tools over reports share: which reports are meant, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.intel.digest.digest import name_of
from vedette.intel.keeping import kept
from vedette.schema import Fact, Parameter, Reading, ToolResult, ValueKind
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import text_of
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying

REPORT = Parameter(
    name="report",
    kind=ValueKind.TEXT,
    description="Only the kept report whose title or id holds this.",
    example="freight refund",
    routed=False,
)
NEWEST = Parameter(
    name="newest",
    kind=ValueKind.FLAG,
    description="Only the newest kept report instead of all.",
    example="the latest report",
    routed=False,
)
SIDES = ("who", "how", "whom", "when", "indicators", "flaws", "do")
ABOUT = Parameter(
    name="about",
    kind=ValueKind.CHOICE,
    choices=SIDES,
    description="Of what alone to tell: who did it, how, to whom, when, its indicators, its flaws, what to do.",
    example="who",
    routed=False,
)
MOST_REPORTS = 200
"""Kept reports that one question takes in."""
NO_REPORT = (
    "No report is attached and none is kept, so what reports say is not known: attach one (vedette ask --attach FILE), "
    "or read reports and keep them (vedette extract PATH… --keep)."
)
_ESCAPE = "!"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reports that a question speaks of."""

    readings: tuple[Reading, ...]
    n_kept: int = 0
    """How many are kept in all, where some of them were taken without being named."""


def chosen(context: ToolContext, arguments: Mapping[str, Any]) -> Chosen:
    """Return the reports that are meant: those attached, the one named, the newest kept one, else all kept ones."""
    if context.readings:
        return Chosen(context.readings)
    wanted = text_of(arguments, "report")
    if wanted:
        return Chosen(tuple(kept(context.lake, _named(context, wanted))))
    with context.lake.connection() as connection:
        rows = connection.execute(
            "SELECT document_id FROM intel_documents ORDER BY read_at DESC NULLS LAST, document_id LIMIT ?",
            [MOST_REPORTS],
        ).fetchall()
        (n_kept,) = connection.execute("SELECT count(*) FROM intel_documents").fetchone() or (0,)
    ids = [row[0] for row in rows]
    taken = ids[:1] if arguments.get("newest") else ids
    return Chosen(tuple(kept(context.lake, taken)) if taken else (), int(n_kept))


def _named(context: ToolContext, wanted: str) -> list[str]:
    held = wanted
    for mark in (_ESCAPE, "%", "_"):
        held = held.replace(mark, _ESCAPE + mark)
    with context.lake.connection() as connection:
        rows = connection.execute(
            "SELECT document_id FROM intel_documents WHERE starts_with(document_id, ?) "
            "OR title ILIKE ? ESCAPE '!' OR source ILIKE ? ESCAPE '!' "
            "ORDER BY read_at DESC NULLS LAST, document_id LIMIT ?",
            [wanted, f"%{held}%", f"%{held}%", MOST_REPORTS],
        ).fetchall()
    return [row[0] for row in rows]


def no_report(arguments: Mapping[str, Any], values: dict[str, Any]) -> ToolResult:
    """Return the answer where there is no report: unknown."""
    wanted = arguments.get("report")
    said = f"No kept report is called “{wanted}”." if wanted else NO_REPORT
    return ToolResult(unknown=(said,), values=values)


def which(facts: FactList, found: Chosen) -> None:
    """Say which of several kept reports were taken, where the user named none."""
    if found.n_kept < 2:
        return
    say = Saying()
    if len(found.readings) > 1:
        text = f"No report was attached or named, so this speaks of {say.n(len(found.readings))} of "
        text += f"{say.n(found.n_kept, 'kept report')}, the newest." if len(found.readings) < found.n_kept else ""
        if len(found.readings) == found.n_kept:
            text = f"No report was attached or named, so this speaks of all {say.n(found.n_kept, 'kept report')}."
    else:
        text = (
            f"No report was attached or named, so this speaks of the newest of {say.n(found.n_kept, 'kept report')}, "
            f"{say.quote(name_of(found.readings[0]), ValueKind.TEXT, 140)}."
        )
    document = found.readings[0].document
    facts.add(
        "report_chosen", document.document_id, text, say, kind=ValueKind.TEXT,
        evidence=[stored(document.document_id, name_of(found.readings[0]))],
    )  # fmt: skip
    facts.aside()


def orders(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Return what is to be known of passages that speak to a model; empty where there is none."""
    n = sum(len(reading.suspicious) for reading in readings)
    if not n:
        return ()
    where = "the report" if len(readings) == 1 else "the reports"
    what = f"1 passage of {where} speaks" if n == 1 else f"{n:,} passages of {where} speak"
    return (f"{what} to a model instead of to a reader; nothing obeyed that, and whether to trust the rest is open.",)


def add(facts: FactList, fact: Fact) -> None:
    """Add a fact that was worded elsewhere, remembering what it names."""
    say = Saying()
    for kind, value in fact.related:
        say.add(kind, value)
    facts.add(
        fact.name, fact.value, fact.text, say, kind=fact.kind, subject=fact.subject, subject_kind=fact.subject_kind,
        evidence=fact.evidence, aliases=fact.aliases,
    )  # fmt: skip


def titles(say: Saying, readings: Sequence[Reading]) -> str:
    """Return the reports in a sentence: their titles, or how many there are."""
    if len(readings) == 1:
        return f"the report {say.quote(name_of(readings[0]), ValueKind.TEXT, 120)}"
    return say.n(len(readings), "report")
