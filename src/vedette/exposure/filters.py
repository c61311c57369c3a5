"""Which exposures are meant: one filter, its SQL, and the SELECT that an analyst is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from vedette.exposure.identity import normal_id
from vedette.exposure.names import names_in
from vedette.schema import ExposureStatus, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureFilter:
    """Every field narrows; one left empty does not."""

    asset: str | None = None
    """Its name, or any name that is its own."""
    vulnerability: str | None = None
    """Any of its ids."""
    owner: str | None = None
    package: str | None = None
    """Name or purl without version."""
    status: tuple[ExposureStatus, ...] = ()
    """Any of these; empty: all, also what is mended."""
    severity: tuple[Severity, ...] = ()
    outcome: str | None = None
    """Decided so; ``possible`` alone is not enough."""
    due_before: datetime | None = None
    """Open and due by then, what is overdue included."""
    since: datetime | None = None
    """First seen, gone or otherwise changed since then."""
    scanner: str | None = None
    internet_facing: bool | None = None
    hosts: tuple[str, ...] = ()
    """On any asset that has one of these names as its own."""
    exploited_only: bool = False
    """With signs in own logs that it worked here."""
    attempted_only: bool = False
    """With signs in own logs that it was tried here."""
    decided: bool | None = None
    """Whether one outcome is left; False: unknown inputs leave several."""
    exposure_ids: tuple[str, ...] = ()
    no_hosts: bool = False
    """What was asked for (the hosts of an account) is known to be empty: nothing fits."""

    def conditions(self) -> list[str]:
        """Return SQL conditions, values quoted."""
        out = []
        if self.asset is not None:
            out.append(_on([self.asset]))
        if self.vulnerability is not None:
            name = text(normal_id(self.vulnerability))
            out.append(f"(vulnerability = {name} OR list_contains(aliases, {name}))")
        if self.owner is not None:
            out.append(f"lower(owner) = {text(self.owner.lower())}")
        if self.package is not None:
            plain = text(self.package.lower())
            out.append(
                f"(lower(package_name) = {plain} OR starts_with(lower(purl), {plain} || '@')"
                f" OR lower(purl) = {plain} OR ends_with(lower(package_name), ':' || {plain}))"
            )
        if self.status:
            out.append(f"status IN ({_listed(s.value for s in self.status)})")
        if self.severity:
            given = f"severity IN ({_listed(s.value for s in self.severity)})"
            if Severity.CRITICAL in self.severity:  # that grave or graver, by a scanner's word or by the score
                least = _LEAST_SCORE[min(self.severity, key=lambda s: s.rank)]
                given = f"({given} OR score >= {least})"
            out.append(given)
        if self.outcome is not None:
            out.append(f"lower(outcome) = {text(self.outcome.lower())}")
        if self.due_before is not None:
            out.append(f"due_at < {moment(self.due_before)}")
        if self.since is not None:
            since = moment(self.since)
            out.append(f"(first_seen_at >= {since} OR gone_at >= {since} OR changed_at >= {since})")
        if self.scanner is not None:
            out.append(f"len(list_filter(scanners, lambda s: starts_with(lower(s), {text(self.scanner.lower())}))) > 0")
        if self.internet_facing is not None:
            out.append("internet_facing" if self.internet_facing else "NOT internet_facing")
        if self.hosts:
            out.append(_on(self.hosts))
        if self.no_hosts:
            out.append("false")
        if self.exploited_only:
            out.append("n_exploited > 0")
        if self.attempted_only:
            out.append("n_attempts > 0")
        if self.decided is not None:
            out.append("outcome IS NOT NULL" if self.decided else "outcome IS NULL")
        if self.exposure_ids:
            out.append(f"exposure_id IN ({_listed(self.exposure_ids)})")
        return out

    def where(self, *more: str) -> str:
        """Return a WHERE clause, empty where nothing narrows."""
        conditions = [*self.conditions(), *more]
        return f"WHERE {' AND '.join(conditions)}" if conditions else ""


_LEAST_SCORE = {
    Severity.INFORMATIONAL: 0.0, Severity.LOW: 0.1, Severity.MEDIUM: 4.0, Severity.HIGH: 7.0, Severity.CRITICAL: 9.0,
}  # fmt: skip
"""Base score from which CVSS calls something so (qualitative severity rating scale, CVSS 3.1 section 5)."""
EVERYTHING = ExposureFilter()
OPEN = ExposureFilter(status=(ExposureStatus.OPEN,))


def _on(names: Iterable[str]) -> str:
    """Return the condition that an asset has one of the names as its own."""
    forms: dict[str, None] = {}
    for name in names:
        forms[name.strip().lower()] = None
        for space in ("net", "image", "repository"):
            forms |= dict.fromkeys(form.value for form in names_in(space, name))
    listed = _listed(forms)
    return (
        f"(lower(asset) IN ({listed}) OR list_has_any(list_transform(asset_aliases, lambda a: lower(a)), [{listed}]))"
    )


def _listed(values: Iterable[str]) -> str:
    return ", ".join(text(value) for value in values)


def text(value: str) -> str:
    """Return a text as SQL."""
    return "'" + value.replace("\x00", "").replace("'", "''") + "'"


def moment(value: datetime) -> str:
    """Return a moment as SQL, in UTC as the columns are."""
    plain = value.astimezone(UTC) if value.tzinfo else value
    return f"TIMESTAMP '{plain:%Y-%m-%d %H:%M:%S.%f}'"
