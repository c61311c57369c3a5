"""The exposures on the hosts of a case: what the attacker may have used, and what else stood open there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vedette.schema import Case, Evidence, Exposure, ExposureStatus

if TYPE_CHECKING:
    from vedette.exposure.engine import Exposures
    from vedette.store import Lake

MOST = 300
"""Exposures that a case is given at most; those with signs of use come first."""
BEFORE = timedelta(hours=1)
"""How long before a case's first finding a sign still falls in its time."""
MOST_SIGNS = 20
"""Attempts of one exposure whose time and words are read."""


def for_case(lake: Lake, case: Case, now: datetime | None = None, *, policy: str = "bod-26-04") -> tuple[Exposure, ...]:
    """Return the open exposures on the hosts of a case, those with signs in its own events first.

    Then those with signs elsewhere in the logs, then the others in the order in which they are due. Signs carry their
    time and the words of the log. Empty where no scan was read, or nothing stands open on these hosts.

    Args:
        lake: scans, inventories, events and findings.
        case: whose hosts are meant.
        now: what is due depends on the day.
        policy: what decides.

    Raises:
        UserError: there is no such policy.
        OutsideError: knowledge is torn, or the cache cannot be written.
    """
    if not case.hosts or not any(True for _ in lake.segments("scan_reports")):
        return ()
    from vedette.exposure.engine import Exposures
    from vedette.exposure.filters import ExposureFilter

    names = tuple(dict.fromkeys(name for host in case.hosts for name in (host.name, *host.addresses) if name))
    with Exposures.open(lake, policy=policy, now=now or datetime.now(UTC)) as exposures:
        wanted = ExposureFilter(hosts=names, status=(ExposureStatus.OPEN,))
        tried = exposures.select(replace(wanted, attempted_only=True), limit=MOST)
        rest = exposures.select(wanted, limit=MOST)
        own = signs_of(case)
        found = {e.exposure_id: e for e in sorted(tried, key=lambda e: _rank(e, own))}
        for exposure in rest:
            found.setdefault(exposure.exposure_id, exposure)
        return tuple(_told(exposures, list(found.values())[:MOST]))


def signs_of(case: Case) -> Callable[[Evidence], bool]:
    """Return what tells whether a sign is the case's own: it cites the event, or the event fell in its time."""
    cited = {e.ref for e in _cited(case)}
    first, last = _utc(case.first_at), _utc(case.last_at)

    def own(sign: Evidence) -> bool:
        at = None if sign.at is None else _utc(sign.at)
        return sign.ref in cited or (at is not None and first - at <= BEFORE and at <= last)

    return own


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _rank(exposure: Exposure, own: Callable[[Evidence], bool]) -> tuple[bool, bool, bool]:
    worked = [own(e) for e in exposure.exploited]
    return (not any(worked), not worked, not any(own(e) for e in exposure.attempts))


def _cited(case: Case) -> Iterator[Evidence]:
    for finding in case.findings:
        yield from finding.evidence
    for step in case.timeline:
        yield from step.evidence
    for claim in (
        *case.summary,
        *(r for a in case.accounts for r in a.reasons),
        *(r for h in case.hosts for r in h.reasons),
    ):
        yield from claim.evidence


def _told(exposures: Exposures, found: list[Exposure]) -> Iterator[Exposure]:
    """Yield exposures with time and words of their signs."""
    refs = sorted({e.ref for x in found for e in (*x.exploited[:MOST_SIGNS], *x.attempts[:MOST_SIGNS])})
    said: dict[str, tuple[datetime, str]] = {}
    if refs:
        rows = exposures.connection.execute(
            "SELECT event_id, time, coalesce(nullif(alert, ''), nullif(message, ''), nullif(url, ''), ''), src_ip, "
            "dst_ip FROM events WHERE event_id IN (SELECT unnest(?))",
            [refs],
        ).fetchall()
        for ref, at, words, source, target in rows:
            where = f" (from {source} to {target})" if source and target else ""
            said[ref] = (at.replace(tzinfo=UTC), f"{words}{where}")

    def told(signs: Iterable[Evidence]) -> tuple[Evidence, ...]:
        out = []
        for sign in signs:
            at, quote = said.get(sign.ref, (sign.at, sign.quote))
            out.append(replace(sign, at=at, quote=quote))
        return tuple(sorted(out, key=lambda e: (e.at is None, e.at, e.ref)))

    for exposure in found:
        if exposure.attempts or exposure.exploited:
            yield replace(exposure, attempts=told(exposure.attempts), exploited=told(exposure.exploited))
        else:
            yield exposure
