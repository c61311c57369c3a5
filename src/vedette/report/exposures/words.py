"""How an exposure is said in one line, the same wherever it is shown."""

from __future__ import annotations

from datetime import datetime

from vedette.report.inert import clip, visible
from vedette.report.words import count
from vedette.schema import Exposure, ExposureStatus

NOBODY = "nobody named"
"""Said of an owner that no inventory gives."""


def package_words(exposure: Exposure, limit: int = 80) -> str:
    """Return the component as ``name version``; what the scanner says where it names none."""
    package = exposure.package
    name = package.name or _product(package.cpe)
    said = " ".join(filter(None, (name, package.version))) or package.purl or package.cpe
    return clip(visible(said or (exposure.locations[0] if exposure.locations else "no component named")), limit)


def _product(cpe: str) -> str:
    """Return the product that a CPE names, for a scanner that names none: ``windows 10``."""
    from vedette.knowledge.packages import parse_cpe

    parsed = parse_cpe(cpe) if cpe else None
    return parsed.product.replace("_", " ") if parsed is not None and parsed.product not in ("*", "-") else ""


def fix_words(exposure: Exposure, limit: int = 60) -> str:
    """Return what mends it."""
    return clip(visible(", ".join(exposure.fixed_in)), limit) if exposure.fixed_in else "no fixed version known"


def decision_words(exposure: Exposure) -> str:
    """Return the decision, or the span of decisions that the unknowns leave."""
    if exposure.status is not ExposureStatus.OPEN:
        return {"not_affected": "not affected", "fixed": "fixed", "accepted": "accepted"}[exposure.status.value]
    decision = exposure.decision
    if decision.outcome is not None:
        return decision.outcome
    if len(decision.possible) > 1:
        return f"not decided: {decision.possible[0]} to {decision.possible[-1]}"
    return "not decided"


def due_words(exposure: Exposure, now: datetime) -> str:
    """Return the date due as a day, and whether it has passed; the gravest possible one where it is not decided."""
    if exposure.status is not ExposureStatus.OPEN or exposure.due_at is None:
        return "no date"
    day = exposure.due_at.date().isoformat()
    late = (now.date() - exposure.due_at.date()).days
    if exposure.decision.outcome is None:
        return f"{day} if the gravest holds"
    return f"{day}, {late} {'day' if late == 1 else 'days'} overdue" if late > 0 else day


def overdue(exposure: Exposure, now: datetime) -> bool:
    """Return whether a decided date has passed."""
    return (
        exposure.status is ExposureStatus.OPEN
        and exposure.decision.outcome is not None
        and exposure.due_at is not None
        and exposure.due_at.date() < now.date()
    )


def why_words(exposure: Exposure) -> list[str]:
    """Return what speaks for haste, the gravest first, and what is not known; short phrases."""
    said = []
    if exposure.exploited:
        said.append("exploited here")
    elif exposure.attempts:
        said.append(f"attempted here ({count(len(exposure.attempts), 'event')} cited)")
    if exposure.kev_at is not None:
        said.append(f"in KEV since {exposure.kev_at.date().isoformat()}")
    if exposure.internet_facing is not None:
        said.append("internet-facing" if exposure.internet_facing else "not internet-facing")
    if exposure.epss is not None:
        said.append(f"EPSS {exposure.epss:.1%}")
    if exposure.score is not None:
        said.append(f"CVSS {exposure.score:.1f}")
    elif exposure.severity is not None:
        said.append(f"scanner says {exposure.severity.value}")
    return said
