"""What stood open on the hosts of a case, and whether the attacker used it: said from the case alone.

Nothing is concluded from an exposure being there. A sign is an event that names the vulnerability and was aimed at the
host; that it worked is only said where somebody confirmed it; that it was likely used, where steps of the case on that
host follow such a sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vedette.exposure.of_case import signs_of
from vedette.report.exposures.words import NOBODY, decision_words, due_words, fix_words, package_words, why_words
from vedette.report.inert import clip, visible
from vedette.report.timescale import span_words
from vedette.report.words import count, listed, utc, when
from vedette.schema import Case, Evidence, Exposure, Severity

FOLLOWS = timedelta(hours=1)
"""How long after a sign a step on the same host counts as following it."""
MOST_SIGNS = 20
MOST_RECORDS = 2
"""Scan records of one exposure that a report cites."""
_MAX = 200


class Use(StrEnum):
    """What the logs show of an exposure's use in a case."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    """Tried, and steps of the case on this host follow."""
    TRIED = "tried"
    NO_SIGN = "no sign"


USED = (Use.CONFIRMED, Use.LIKELY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureView:
    """An exposure on a host of the case; every text inert."""

    vulnerability: str
    title: str
    host: str
    """The case's host without its domain, where the asset is one; else the asset's name."""
    owner: str
    component: str
    fix: str
    decision: str
    due: str
    due_at: datetime | None
    why: tuple[str, ...]
    grave: bool
    """High or critical by its severity."""
    known_exploited: bool
    use: Use
    said: str
    """What the logs show, a sentence."""
    quote: str
    """What the first sign says in the log's own words."""
    signs: tuple[str, ...]
    """Short ids of the events that show it."""
    records: tuple[str, ...]
    """Short ids of the scan records that it rests on."""
    unknown: str


def cited(case: Case) -> Iterable[tuple[Evidence, str]]:
    """Yield what exposures rest on, with the asset: signs first."""
    for exposure in case.exposures:
        for item in (*exposure.exploited[:MOST_SIGNS], *exposure.attempts[:MOST_SIGNS]):
            yield item, exposure.asset
    for exposure in case.exposures:
        scanners = ", ".join(exposure.scanners)
        named = " ".join(filter(None, (exposure.package.name, exposure.package.version)))
        quote = ": ".join(filter(None, (scanners, exposure.title or exposure.vulnerability, named)))
        for item in exposure.evidence[:MOST_RECORDS]:
            at = item.at or exposure.last_seen_at
            yield Evidence(kind=item.kind, ref=item.ref, at=at, quote=item.quote or quote), exposure.asset


def views_of(case: Case, ids: Callable[[Iterable[Evidence]], tuple[str, ...]]) -> tuple[ExposureView, ...]:
    """Return the exposures of a case as a report shows them, signs of use first."""
    hosts = _hosts(case)
    made = [_view(case, exposure, hosts.get(_key(exposure.asset)), ids) for exposure in case.exposures]
    rank = list(Use)
    return tuple(sorted(made, key=lambda v: rank.index(v.use)))


def _key(name: str) -> str:
    plain = name.strip().lower()
    return plain if plain.replace(".", "").isdigit() else plain.split(".")[0]


def _hosts(case: Case) -> Mapping[str, str]:
    """Return the host of the case by each name that only one of them has."""
    found: dict[str, set[str]] = {}
    for host in case.hosts:
        for name in (host.name, *host.addresses):
            found.setdefault(_key(name), set()).add(host.name)
    return {key: names.copy().pop() for key, names in found.items() if len(names) == 1}


def _view(
    case: Case, exposure: Exposure, host: str | None, ids: Callable[[Iterable[Evidence]], tuple[str, ...]]
) -> ExposureView:
    asset = clip(visible(exposure.asset), 80)
    short = asset if asset.replace(".", "").isdigit() else asset.split(".")[0] or asset
    name = short if host is not None else asset
    use, said = _use(case, exposure, host, name)
    severity = exposure.severity
    return ExposureView(
        vulnerability=clip(visible(exposure.vulnerability), 60),
        title=clip(visible(exposure.title), _MAX),
        host=name,
        owner=clip(visible(exposure.owner or NOBODY), 80),
        component=package_words(exposure),
        fix=f"fixed in {fix_words(exposure)}" if exposure.fixed_in else fix_words(exposure),
        decision=clip(visible(decision_words(exposure)), 120),
        due=due_words(exposure, utc(case.last_at)),
        due_at=exposure.due_at,
        why=tuple(w for w in why_words(exposure) if not w.startswith(("exploited here", "attempted here"))),
        grave=severity is not None and severity.rank >= Severity.HIGH.rank,
        known_exploited=exposure.kev_at is not None,
        use=use,
        said=said,
        quote=next((clip(visible(e.quote), _MAX) for e in (*exposure.exploited, *exposure.attempts) if e.quote), ""),
        signs=ids((*exposure.exploited[:MOST_SIGNS], *exposure.attempts[:MOST_SIGNS])),
        records=ids(exposure.evidence[:MOST_RECORDS]),
        unknown=clip(visible(exposure.unknown[0]), _MAX) if exposure.unknown else "",
    )


def _use(case: Case, exposure: Exposure, host: str | None, name: str) -> tuple[Use, str]:
    """Return what the logs show of its use on this host, as a word and a sentence."""
    if exposure.exploited:
        at = next((e.at for e in exposure.exploited if e.at is not None), None)
        return Use.CONFIRMED, f"Confirmed: it was used on {name}{_at(at)}."
    if not exposure.attempts:
        return Use.NO_SIGN, "No event in the logs names it on this host."
    steps = sorted(utc(s.at) for s in case.timeline if host is not None and s.host == host)
    own = signs_of(case)
    times = sorted(utc(e.at) for e in exposure.attempts if e.at is not None)
    for at in sorted(utc(e.at) for e in exposure.attempts if e.at is not None and own(e)):
        after = [s for s in steps if at <= s <= at + FOLLOWS]
        if after:
            gap = span_words(after[0] - at)
            return Use.LIKELY, (
                f"Tried on {name}{_at(at)}; {count(len(after), 'step')} of the case on it followed within an hour, the "
                f"first after {gap}. Nobody has confirmed that it worked."
            )
    where = f"Tried on {name}{_at(times[0] if times else None)}"
    return Use.TRIED, f"{where}; no step of the case on it follows within an hour."


def _at(at: datetime | None) -> str:
    return "" if at is None else f" at {when(at)}"


def headline(views: Sequence[ExposureView]) -> str:
    """Return what there is to say of the exposures of a case, in one line."""
    for uses, words in (
        ((Use.CONFIRMED,), "Exposure that the attacker used"),
        ((Use.LIKELY,), "Exposure that the attacker likely used"),
        ((Use.TRIED,), "Exposure that was tried"),
    ):
        found = [v for v in views if v.use in uses]
        if found:
            named = list(dict.fromkeys(f"{v.vulnerability} on {v.host}" for v in found))
            return f"{words}: {listed(named, 1)}"
    return f"{count(len(views), 'open exposure')} on the case's hosts, no sign that one was used"


def extent(views: Sequence[ExposureView]) -> str:
    """Return how many there are on how many hosts, as a sentence."""
    hosts = len({v.host for v in views})
    known = sum(v.known_exploited for v in views)
    signs = sum(v.use is not Use.NO_SIGN for v in views)
    told = f"{signs:,} with signs in the logs" if signs else "no event in the logs names one of them"
    kev = f"{known:,} known to be exploited" if known else "none listed as known to be exploited"
    return f"{count(len(views), 'open exposure')} on {count(hosts, 'host')} of the case, {kev}; {told}."


@dataclass(frozen=True, slots=True, kw_only=True)
class HostExtent:
    """What stands open on one host of the case."""

    host: str
    n_open: int
    n_known_exploited: int
    n_grave: int
    n_signs: int
    due_at: datetime | None
    """The earliest date due, also of what is not decided."""


def by_host(views: Sequence[ExposureView]) -> list[HostExtent]:
    """Return what stands open on each host, signs first, then the most."""
    hosts: dict[str, list[ExposureView]] = {}
    for view in views:
        hosts.setdefault(view.host, []).append(view)
    made = [
        HostExtent(
            host=host,
            n_open=len(found),
            n_known_exploited=sum(v.known_exploited for v in found),
            n_grave=sum(v.grave for v in found),
            n_signs=sum(v.use is not Use.NO_SIGN for v in found),
            due_at=min((utc(v.due_at) for v in found if v.due_at is not None), default=None),
        )
        for host, found in hosts.items()
    ]
    return sorted(made, key=lambda h: (-bool(h.n_signs), -h.n_open, h.host))
