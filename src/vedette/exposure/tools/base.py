"""What the tools over exposures share: opening them, saying one, and saying that there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from vedette.exposure.engine import Exposures
from vedette.schema import (
    DataTable,
    Evidence,
    Exposure,
    ExposureStatus,
    Parameter,
    ToolResult,
    ValueKind,
)
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import COUNT
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined, plural

VULNERABILITY = Parameter(
    name="vulnerability",
    kind=ValueKind.VULNERABILITY,
    description="Only this vulnerability: CVE, GHSA or vendor id.",
    example="CVE-2021-44228",
    routed=False,
)
ASSET = Parameter(
    name="asset",
    kind=ValueKind.HOST,
    description="Only on this asset: a host, image or repository.",
    example="WEB01",
    routed=False,
)
OWNER = Parameter(
    name="owner",
    kind=ValueKind.TEXT,
    description="Only what this person or team owns.",
    example="web team",
    routed=False,
)
HOW_MANY = replace(COUNT, routed=False)
"""Grounding reads vulnerability, asset, owner and number out of a question; no model is asked for them."""
POLICY_QUESTION = "Which policy decides, and from what?"
MOST_SAID = 6


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at at all."""

    n_reports: int
    n_places: int
    last_at: datetime | None
    none: bool
    """Whether nothing was judged: no scan was read, or only SBOMs that nothing was matched against."""


@contextmanager
def opened(context: ToolContext) -> Iterator[Exposures]:
    """Yield the exposures of the context's lake, up to date."""
    exposures = Exposures.open(context.lake, now=context.now)
    try:
        yield exposures
    finally:
        exposures.close()


def coverage(exposures: Exposures) -> Coverage:
    """Return how many scans and SBOMs of how many places there are, and when the last was made."""
    n, places, last = exposures.connection.execute(
        "SELECT count(DISTINCT report_id), count(DISTINCT place), max(made) FROM ("
        "SELECT report_id, unnest(places) AS place, coalesce(made_at, received_at) AS made FROM scan_reports "
        "WHERE coalesce(n_assets, 0) = 0 AND (coalesce(n_statements, 0) = 0 OR n_findings > 0 OR n_components > 0))"
    ).fetchone() or (0, 0, None)
    return Coverage(int(n), int(places), last.replace(tzinfo=UTC) if last else None, not exposures.scanned())


def nothing_read(values: dict[str, Any]) -> ToolResult:
    """Return the answer where no scan was read: unknown, which is not none."""
    return ToolResult(
        unknown=(
            "No scanner result has been read, and no advisory was matched against an SBOM, so whether anything is "
            "exposed is not known: read scans with vedette ingest, and an inventory that says "
            "owner and whether an asset faces the internet.",
        ),
        values=values,
        next_questions=("Which data do you have?",),
    )


def looked_at(say: Saying, seen: Coverage) -> str:
    """Return what was looked at, as a clause."""
    text = f"{say.n(seen.n_reports, 'report')} on {say.n(seen.n_places, 'asset')} were looked at"
    return f"{text}, the last of {day(say, seen.last_at)}" if seen.last_at else text


def coverage_proof(seen: Coverage) -> list[Evidence]:
    """Return what a statement about all reports rests on."""
    return [
        stored(
            "scan_reports",
            f"{seen.n_reports} {plural(seen.n_reports, 'report')} on {seen.n_places} {plural(seen.n_places, 'asset')}",
        )
    ]


def day(say: Saying, at: datetime) -> str:
    """Return a day."""
    say.add(ValueKind.TIME, iso(at))
    return say.value(ValueKind.TEXT, at.astimezone(UTC).date().isoformat())


def component(say: Saying, exposure: Exposure) -> str:
    """Return the component with its version, in a sentence."""
    package = exposure.package
    name = package.name or package.purl or package.cpe
    if not name:
        return "a component that the scanner does not name"
    text = say.value(ValueKind.TEXT, name, 100)
    return f"{text} {say.value(ValueKind.TEXT, package.version, 60)}" if package.version else text


def sentence(say: Saying, exposure: Exposure, now: datetime) -> str:
    """Return what is to be said of one exposure: where, by when, why, who, and what is not known."""
    say.add(ValueKind.VULNERABILITY, exposure.vulnerability)
    where = f"{exposure.vulnerability} in {component(say, exposure)} on {say.host(exposure.asset)}"
    if exposure.status is not ExposureStatus.OPEN:
        state = {"not_affected": "is judged not to matter", "fixed": "is mended", "accepted": "is accepted"}
        by = f" ({say.quote(exposure.status_by)})" if exposure.status_by else ""
        return f"{where} {state[exposure.status.value]}{by}."
    decision = exposure.decision
    if decision.outcome is not None:
        outcome = say.quote(decision.outcome, ValueKind.TEXT, 80)
        if exposure.due_at is None:
            text = f"{where} is decided as {outcome}, with no date"
        else:
            late = (now.date() - exposure.due_at.date()).days
            text = f"{where} is due on {day(say, exposure.due_at)} ({outcome})"
            text += f", {say.n(late, 'day')} overdue" if late > 0 else ""
    else:
        options = joined([say.quote(o, ValueKind.TEXT, 80) for o in decision.possible], 6)
        text = f"{where} is not decided: {options} remain possible" if options else f"{where} is not decided"
    why = reasons(say, exposure)
    text += f": {joined(why)}" if why and decision.outcome is not None else f"; {joined(why)}" if why else ""
    if exposure.owner:
        text += f"; owner: {say.value(ValueKind.TEXT, exposure.owner, 80)}"
    if exposure.fixed_in:
        text += f"; fixed in {joined([say.value(ValueKind.TEXT, v, 60) for v in exposure.fixed_in], 3)}"
    return text + "."


def reasons(say: Saying, exposure: Exposure) -> list[str]:
    """Return what speaks for haste."""
    said = []
    if exposure.exploited:
        said.append("own logs show that it was exploited there")
    elif exposure.attempts:
        said.append("own logs show attempts there")
    if exposure.kev_at is not None:
        said.append(f"in KEV since {day(say, exposure.kev_at)}")
    if exposure.internet_facing is not None:
        said.append("facing the internet" if exposure.internet_facing else "not facing the internet")
    if exposure.epss is not None:
        said.append(f"EPSS {say.share(exposure.epss)}")
    return said


def add_exposure(facts: FactList, exposure: Exposure, now: datetime) -> None:
    """Add a fact that says one exposure."""
    say = Saying()
    text = sentence(say, exposure, now)
    facts.add(
        "exposure", exposure.vulnerability, text, say, kind=ValueKind.VULNERABILITY,
        subject=exposure.asset, subject_kind=ValueKind.HOST, aliases=exposure.aliases, evidence=proof(exposure),
    )  # fmt: skip


def proof(exposure: Exposure) -> list[Evidence]:
    """Return what an exposure rests on: signs in own logs first, then the scan records."""
    return [*exposure.exploited[:2], *exposure.attempts[:2], *exposure.evidence[:3]]


def table(context: ToolContext, exposures: Sequence[Exposure], n: int, title: str = "Exposures") -> DataTable:
    """Return rows for display."""
    rows = tuple(
        (
            e.due_at.date().isoformat() if e.due_at and e.decision.outcome else "",
            e.decision.outcome or "not decided",
            e.vulnerability,
            " ".join(filter(None, (e.package.name or e.package.purl, e.package.version))),
            ", ".join(e.fixed_in[:2]),
            e.asset,
            e.owner or "",
            e.status.value,
            ", ".join(e.scanners),
        )
        for e in exposures[: context.max_rows]
    )
    columns = ("due", "decision", "vulnerability", "component", "fixed in", "asset", "owner", "status", "reported by")
    return DataTable(columns=columns, rows=rows, title=title, cut=max(0, n - len(rows)))


def value_of(exposure: Exposure) -> dict[str, Any]:
    """Return one exposure for programs."""
    return {
        "exposure_id": exposure.exposure_id,
        "vulnerability": exposure.vulnerability,
        "asset": exposure.asset,
        "package": exposure.package.name,
        "version": exposure.package.version,
        "status": exposure.status.value,
        "decision": exposure.decision.outcome,
        "possible": list(exposure.decision.possible),
        "due_at": iso(exposure.due_at) if exposure.decision.outcome else None,
        "owner": exposure.owner,
        "unknown": list(exposure.unknown),
    }


def questions_of(exposures: Sequence[Exposure], most: int = 3) -> tuple[str, ...]:
    """Return the open questions of exposures that are not decided, the commonest first."""
    counted: dict[str, int] = {}
    for exposure in exposures:
        if exposure.status is ExposureStatus.OPEN and exposure.decision.outcome is None:
            for question in exposure.unknown[:1] or (
                (exposure.decision.question,) if exposure.decision.question else ()
            ):
                counted[question] = counted.get(question, 0) + 1
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(f"{q} (it would help decide {n} {plural(n, 'exposure')})" if n > 1 else q for q, n in ordered[:most])
