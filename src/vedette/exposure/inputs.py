"""How facts become a policy's inputs: each with where it came from, and none where nobody said it.

What is read, and from whom:

- ``in_kev``, ``kev``: yes where KEV lists it. *No* is a word about today, and a list only has it while it is fresh:
  where the list is older than its limit, or older than the vulnerability, not being on it says nothing, and the input
  stays unknown until somebody syncs.
- ``exploitation``: ``active`` where KEV lists it (CISA lists only what is exploited) or an investigation found that it
  worked here; else what CISA's analysts published; else unknown. No EPSS value, and no attempt that failed, makes it
  ``active``; absence from KEV makes it neither ``none`` nor ``public poc``.
- ``automatable``, ``technical_impact``: what CISA's analysts published, and nothing else. CVSS metrics agree with
  them often, not always (``benchmarks/exposure`` has the figures), and CISA does not derive the one from the other.
- ``publicly_exposed``, ``internet_facing``: what the inventory says of the asset.
- ``system_exposure``: an asset that the internet reaches is ``controlled`` or ``open``, one that it does not reach
  ``small`` or ``controlled``: which of the two nobody said, and both stay possible.
- ``human_impact``: the inventory's safety and mission impact through SSVC's own table; with one of the two, the values
  that are left.
- ``score``, ``severity``: of the first CVSS vector that is one, of the held sets, then of the scanner; then the
  scanner's number.
- everything else: as the inventory, the scanner or the own logs say it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import product

from vedette.errors import UserError
from vedette.exposure.policies.base import Policy
from vedette.knowledge import cvss, holding, ssvc
from vedette.knowledge.vulnerabilities import VulnerabilityFacts
from vedette.schema import Asset

Input = tuple[str | None, str]
"""A value, or None; and where it came from, or why there is none (empty: nobody said anything)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the organisation's own scanners and logs say of one exposure."""

    scanner: str = ""
    """Who says ``cvss``, ``score``, ``epss`` and ``known_exploited``."""
    cvss: tuple[str, ...] = ()
    score: float | None = None
    epss: float | None = None
    known_exploited: bool | None = None
    reachable: bool | None = None
    fixed_in: tuple[str, ...] | None = None
    """Versions that mend it; None: the scanner does not speak of them."""
    attempted: bool | None = None
    """None: there are no own logs of the asset; False: there are, and they show nothing."""
    exploited: bool | None = None
    """True only where an investigation or a finding says so."""


@dataclass(frozen=True, slots=True)
class _Given:
    facts: VulnerabilityFacts
    asset: Asset | None
    seen: Seen
    now: datetime
    limits: Mapping[str, int]


def inputs_of(
    facts: VulnerabilityFacts,
    asset: Asset | None,
    policy: Policy,
    *,
    now: datetime,
    seen: Seen | None = None,
    limits: Mapping[str, int] | None = None,
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return a policy's inputs, and where each came from.

    Args:
        facts: what the held sets say of the vulnerability.
        asset: what the inventory says of the asset; None: nothing.
        policy: whose points are asked for.
        now: the moment that is decided for, UTC: what is stale depends on it.
        seen: what scanners and own logs say.
        limits: set to the days after which it is stale, where others than the usual are wanted.

    Returns:
        Point to value, ``None`` where nobody said it, and point to source. An unknown point has a source too where
        there is a reason: ``not in KEV of 2025-08-25, which is 455 days old``.
    """
    usual = {name: kind.limit_days for name, kind in holding.KINDS.items()}
    given = _Given(facts, asset, seen or Seen(), now, {**usual, **(limits or {})})
    values: dict[str, str | None] = {}
    sources: dict[str, str] = {}
    for point in policy.points:
        value, source = _READERS[point.name](given) if point.name in _READERS else (None, "")
        try:
            value = point.written(value)
        except UserError:
            value, source = None, f"{source} says {value!r}, which {point.name} cannot be"
        values[point.name] = value
        if source:
            sources[point.name] = source
    return values, sources


def _kev(g: _Given) -> Input:
    facts = g.facts
    if facts.kev_at is not None:
        return "yes", f"KEV, listed {facts.kev_at:%Y-%m-%d}"
    if g.seen.known_exploited:
        return "yes", f"{g.seen.scanner or 'the scanner'} says that it is known to be exploited"
    on = facts.dates.get("kev")
    if on is None:
        return None, "no KEV list is held here"
    if not any(name.startswith("CVE-") for name in (facts.id.upper(), *facts.aliases)):
        return None, "KEV lists CVE ids only, and this has none"
    age = _age(on, g.now)
    if age > g.limits["kev"]:
        return None, f"not in KEV of {on}, which is {age} days old"
    if facts.published_at is not None and facts.published_at.date() > on:
        return None, f"published after KEV of {on}"
    return "no", f"not in KEV of {on}"


def _exploitation(g: _Given) -> Input:
    if g.seen.exploited:
        return "active", "an investigation found that it was exploited here"
    if g.facts.kev_at is not None:
        return "active", f"KEV, listed {g.facts.kev_at:%Y-%m-%d}"
    if g.seen.known_exploited:
        return "active", f"{g.seen.scanner or 'the scanner'} says that it is known to be exploited"
    return _analysts(g, "exploitation", g.facts.exploitation)


def _automatable(g: _Given) -> Input:
    return _analysts(g, "automatable", g.facts.automatable)


def _technical_impact(g: _Given) -> Input:
    return _analysts(g, "technical_impact", g.facts.technical_impact)


def _analysts(g: _Given, name: str, text: str | None) -> Input:
    if text is None:
        return None, ""
    when = f" of {g.facts.ssvc_at:%Y-%m-%d}" if g.facts.ssvc_at else ""
    value = ssvc.points()[name].value(text)
    return value if value is not None else text, f"CISA's analysts (Vulnrichment{when})"


def _ransomware(g: _Given) -> Input:
    return ("yes", "KEV") if g.facts.ransomware else (None, "")


def _exposed(g: _Given) -> Input:
    facing = None if g.asset is None else g.asset.internet_facing
    return _flag(facing), _inventory(g) if facing is not None else ""


def _system_exposure(g: _Given) -> Input:
    facing = None if g.asset is None else g.asset.internet_facing
    if facing is None:
        return None, ""
    if facing:
        return "controlled|open", f"{_inventory(g)}: the internet reaches it"
    return "small|controlled", f"{_inventory(g)}: the internet does not reach it"


def _safety(g: _Given) -> Input:
    return _impact(g, "safety_impact", None if g.asset is None else g.asset.safety_impact)


def _mission(g: _Given) -> Input:
    return _impact(g, "mission_impact", None if g.asset is None else g.asset.mission_impact)


def _impact(g: _Given, name: str, text: str | None) -> Input:
    if not text:
        return None, ""
    value = ssvc.points()[name].value(text)
    return (value if value is not None else text), _inventory(g)


def _human_impact(g: _Given) -> Input:
    table = ssvc.table("human-impact")
    known = {"safety_impact": _safety(g)[0], "mission_impact": _mission(g)[0]}
    said = {name: value for name, value in known.items() if value in ssvc.points()[name].values}
    if not said:
        return None, ""
    choices = [(said[p.name],) if p.name in said else p.values for p in table.points]
    left = {table.rows[cells] for cells in product(*choices)}
    value = "|".join(v for v in table.outcome.values if v in left)
    return value, f"{_inventory(g)}: {', '.join(said)}, by SSVC's table of human impact {table.version}"


def _rated(g: _Given) -> tuple[float | None, str, str]:
    """Return base score, its rating and where they came from."""
    for vectors, who in ((g.facts.cvss, "the held sets"), (g.seen.cvss, g.seen.scanner or "the scanner")):
        for text in vectors:
            score = _score(text)
            if score is not None:
                return score, _rating(text), f"{text} ({who})"
    if g.seen.score is not None and 0 <= g.seen.score <= 10:
        return g.seen.score, cvss.severity(g.seen.score), f"{g.seen.scanner or 'the scanner'} gives the score"
    return None, "", ""


@cache
def _score(text: str) -> float | None:
    try:
        return cvss.read(text).base_score
    except UserError:
        return None


@cache
def _rating(text: str) -> str:
    return cvss.read(text).severity


def _score_input(g: _Given) -> Input:
    score, _, source = _rated(g)
    return (None if score is None else repr(float(score))), source


def _severity(g: _Given) -> Input:
    score, rating, source = _rated(g)
    return (None if score is None else rating), source


def _epss(g: _Given) -> Input:
    facts = g.facts
    if facts.epss is not None and facts.epss_at is not None:
        age = _age(facts.epss_at, g.now)
        old = f", which is {age} days old" if age > g.limits["epss"] else ""
        return repr(facts.epss), f"EPSS of {facts.epss_at}{old}"
    if g.seen.epss is not None:
        return repr(g.seen.epss), g.seen.scanner or "the scanner"
    return None, ""


def _weight(g: _Given) -> Input:
    weight = None if g.asset is None else g.asset.business_weight
    return (None, "") if weight is None else (repr(float(weight)), _inventory(g))


def _data_class(g: _Given) -> Input:
    text = None if g.asset is None else g.asset.data_class
    return (text, _inventory(g)) if text else (None, "")


def _environment(g: _Given) -> Input:
    text = None if g.asset is None else g.asset.environment
    return (text, _inventory(g)) if text else (None, "")


def _asset_kind(g: _Given) -> Input:
    kind = None if g.asset is None else g.asset.kind.value
    return (None, "") if kind in (None, "unknown") else (kind, _inventory(g))


def _reachable(g: _Given) -> Input:
    return _flag(g.seen.reachable), (g.seen.scanner or "the scanner") if g.seen.reachable is not None else ""


def _fix_available(g: _Given) -> Input:
    fixed = g.seen.fixed_in
    return (None, "") if fixed is None else (_flag(bool(fixed)), g.seen.scanner or "the scanner")


def _attempted(g: _Given) -> Input:
    return _flag(g.seen.attempted), "own logs" if g.seen.attempted is not None else ""


def _exploited(g: _Given) -> Input:
    return _flag(g.seen.exploited), "own logs and cases" if g.seen.exploited is not None else ""


_READERS: dict[str, Callable[[_Given], Input]] = {
    "in_kev": _kev,
    "kev": _kev,
    "ransomware": _ransomware,
    "exploitation": _exploitation,
    "automatable": _automatable,
    "technical_impact": _technical_impact,
    "publicly_exposed": _exposed,
    "internet_facing": _exposed,
    "system_exposure": _system_exposure,
    "safety_impact": _safety,
    "mission_impact": _mission,
    "human_impact": _human_impact,
    "score": _score_input,
    "severity": _severity,
    "epss": _epss,
    "business_weight": _weight,
    "data_class": _data_class,
    "environment": _environment,
    "asset_kind": _asset_kind,
    "reachable": _reachable,
    "fix_available": _fix_available,
    "attempted": _attempted,
    "exploited": _exploited,
}
"""Point to what reads it; a point that is not here (``mission_and_well_being_impact``) nobody but a person can say."""


def _flag(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def _inventory(g: _Given) -> str:
    return f"the inventory's entry for {g.asset.name}" if g.asset is not None else "the inventory"


def _age(on: date, now: datetime) -> int:
    return max(0, (now.date() - on).days)
