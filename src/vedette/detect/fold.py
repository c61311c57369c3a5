"""Hits to findings: one rule on one host (or cloud account) in one stretch of time is one finding.

**Confidence** of a finding is what the rule's author says of it, less what the data says of the rule:
the level gives the start (critical 0.9, high 0.75, medium 0.55, low 0.35, informational 0.15), a status
of ``stable`` adds 0.05 and ``experimental`` takes 0.05 away (``deprecated`` and ``unsupported`` 0.15). A
rule that fires on much of what it sees is noise there, so the result is multiplied by
``1 / (1 + 40 * share)`` with the share of all events that the rule hit, once it has hit at least 50.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from vedette.detect.base import EventSource, Hit, RuleInfo
from vedette.detect.correlate import CorrelationHit
from vedette.detect.matcher import Matcher
from vedette.schema import Evidence, Finding, Severity

ALERT = "alert:"
"""Begins the rule id of a finding that a security product made, not a rule of ours."""
SHOWN_FIRST = 5
SHOWN_LAST = 5
SHOWN_ACCOUNTS = 40
"""Accounts of which one hit each is shown beside the first and last."""
MAX_QUOTE_CHARS = 400
MAX_VALUE_CHARS = 160
MAX_ACCOUNTS = 50
_MAX_COUNTED_ACCOUNTS = 5_000
_LEVELS = {"critical": 0.9, "high": 0.75, "medium": 0.55, "low": 0.35, "informational": 0.15}
_STATUS = {"stable": 0.05, "experimental": -0.05, "deprecated": -0.15, "unsupported": -0.15}
_NOISE_FROM_HITS = 50
_NEVER = datetime.min.replace(tzinfo=UTC)
_NOISE_WEIGHT = 40.0


@dataclass(slots=True)
class _Fold:
    """A finding in the making."""

    rule_id: str
    device: str | None
    cloud: str | None
    first: list[Hit] = field(default_factory=list)
    last: list[Hit] = field(default_factory=list)
    each: dict[str, Hit] = field(default_factory=dict)
    """The first hit of each account."""
    count: int = 0
    accounts: Counter[str] = field(default_factory=Counter)
    first_at: datetime = _NEVER
    last_at: datetime = _NEVER
    head: str = ""
    note: str = ""

    def add(self, hits: Sequence[Hit], count: int, at: datetime) -> None:
        if not self.count:
            self.first_at, self.head = hits[0].time, hits[0].event_id
        for hit in hits:
            if len(self.first) < SHOWN_FIRST:
                self.first.append(hit)
            else:
                self.last.append(hit)
                del self.last[:-SHOWN_LAST]
            if hit.actor and hit.actor not in self.each and len(self.each) < SHOWN_ACCOUNTS:
                self.each[hit.actor] = hit
            if hit.actor and (hit.actor in self.accounts or len(self.accounts) < _MAX_COUNTED_ACCOUNTS):
                self.accounts[hit.actor] += 1
        self.last_at = at
        self.count += count

    def shown(self) -> list[Hit]:
        """Return the hits that become evidence, in order of time."""
        return sorted(dict.fromkeys((*self.first, *self.each.values(), *self.last)), key=lambda h: (h.time, h.event_id))


def confidence(info: RuleInfo, n_hits: int, n_events: int) -> float:
    """Return how sure a finding of the rule is, in [0, 1].

    Args:
        info: The rule.
        n_hits: How often it fired in all events.
        n_events: How many events there are; 0 where that is not known.
    """
    base = _LEVELS.get(info.level, _LEVELS["medium"]) + _STATUS.get(info.status, 0.0)
    if n_events > 0 and n_hits >= _NOISE_FROM_HITS:
        base /= 1 + _NOISE_WEIGHT * min(n_hits / n_events, 1.0)
    return round(min(max(base, 0.01), 0.99), 4)


def finding_id(rule_id: str, place: str, first_event: str) -> str:
    """Return 16 hex digits, the same for the same rule, place and first event."""
    return sha256(f"{rule_id}\0{place}\0{first_event}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fold(
    hits: Iterable[Hit],
    events: EventSource,
    matcher: Matcher,
    *,
    firings: Iterable[CorrelationHit] = (),
    infos: Mapping[str, RuleInfo] | None = None,
    n_events: int = 0,
    gap: timedelta = timedelta(hours=24),
    ordered: bool = False,
) -> list[Finding]:
    """Return the findings, the most severe first, then by time.

    Args:
        hits: What the rules hit.
        events: Looks up the events that are shown as evidence.
        matcher: Matches the rule set that made the hits; tells which values were decisive.
        firings: What the correlations made of the hits.
        infos: What is told of the rules, where that is not the matcher's own rule set (a product's alerts).
        n_events: Events judged, for the noise that a rule makes.
        gap: A longer silence than this starts a new finding.
        ordered: Whether the hits already come by rule, place and time; then they are not held in memory.
    """
    infos = matcher.ruleset.infos if infos is None else infos
    if not ordered:
        hits = sorted(hits, key=lambda h: (h.rule_id, _place(h), h.time, h.event_id))
    totals: Counter[str] = Counter()
    folds: list[_Fold] = []
    for (rule_id, _), group in itertools.groupby(hits, key=lambda h: (h.rule_id, _place(h))):
        info = infos.get(rule_id)
        if info is None or not info.output:
            continue
        for made in _stretches(rule_id, group, gap):
            totals[rule_id] += made.count
            folds.append(made)
    folds += _correlated(firings, infos, gap)
    shown = _lookup(folds, events)
    indexes = {r.info.rule_id: i for i, r in enumerate(matcher.ruleset.rules)}
    findings = [_finding(f, infos[f.rule_id], indexes, matcher, shown, totals[f.rule_id], n_events) for f in folds]
    return sorted(findings, key=lambda f: (-f.severity.rank, f.first_at, f.finding_id))


def _place(hit: Hit) -> str:
    return hit.device_name.lower() if hit.device_name else f"cloud:{hit.cloud_account}" if hit.cloud_account else ""


def _stretches(rule_id: str, hits: Iterable[Hit], gap: timedelta) -> Iterator[_Fold]:
    current: _Fold | None = None
    for hit in hits:
        if current is None or hit.time - current.last_at > gap:
            if current is not None:
                yield current
            current = _Fold(rule_id, hit.device_name, hit.cloud_account)
        current.add((hit,), 1, hit.time)
    if current is not None:
        yield current


def _correlated(firings: Iterable[CorrelationHit], infos: Mapping[str, RuleInfo], gap: timedelta) -> list[_Fold]:
    """Fold firings of a correlation that share their group and their place."""
    done: list[_Fold] = []
    open_folds: dict[tuple[str, str, Any], _Fold] = {}
    for firing in sorted(firings, key=lambda f: (f.rule_id, f.time, f.group)):
        if firing.rule_id not in infos or not infos[firing.rule_id].output:
            continue
        places = {_place(h) for h in firing.events}
        hit = firing.events[0]
        device, cloud = (hit.device_name, hit.cloud_account) if len(places) == 1 else (None, None)
        key = (firing.rule_id, places.pop() if len(places) == 1 else "", firing.group)
        current = open_folds.get(key)
        if current is None or firing.time - current.last_at > gap:
            note = ", ".join(f"{name}={value}" for name, value in firing.group)
            current = open_folds[key] = _Fold(firing.rule_id, device, cloud, note=note)
            done.append(current)
        current.add(firing.events, 1, firing.time)
    return done


def _lookup(folds: Sequence[_Fold], events: EventSource) -> dict[str, Mapping[str, Any]]:
    ids = list(dict.fromkeys(h.event_id for f in folds for h in f.shown()))
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), 5_000):
        found.update(events(ids[start : start + 5_000]))
    return found


def _finding(
    made: _Fold,
    info: RuleInfo,
    indexes: Mapping[str, int],
    matcher: Matcher,
    events: Mapping[str, Mapping[str, Any]],
    n_hits: int,
    n_events: int,
) -> Finding:
    index = indexes.get(made.rule_id)
    evidence = []
    for hit in made.shown():
        event = events.get(hit.event_id)
        quote = made.note
        if event is not None and index is not None:
            quote = quote_of(matcher, index, event)
        elif event is not None and made.rule_id.startswith(ALERT):
            quote = _cut(str(event.get("message") or event.get("alert") or ""), MAX_QUOTE_CHARS)
        evidence.append(Evidence(ref=hit.event_id, at=hit.time, quote=quote))
    return Finding(
        finding_id=finding_id(made.rule_id, f"{made.device or ''}\0{made.cloud or ''}\0{made.note}", made.head),
        rule_id=made.rule_id,
        title=info.title,
        kind="alert" if made.rule_id.startswith(ALERT) else "sigma" if index is not None else "sigma_correlation",
        severity=Severity(info.level) if info.level in _LEVELS else Severity.MEDIUM,
        confidence=confidence(info, n_hits, n_events),
        first_at=made.first_at,
        last_at=made.last_at,
        count=made.count,
        evidence=tuple(evidence),
        device_name=made.device,
        cloud_account=made.cloud,
        accounts=tuple(a for a, _ in sorted(made.accounts.items(), key=lambda p: (-p[1], p[0]))[:MAX_ACCOUNTS]),
        techniques=info.techniques,
        tactics=info.tactics,
        description=info.description,
        false_positives=info.falsepositives,
        vulnerabilities=info.vulnerabilities,
    )


def quote_of(matcher: Matcher, rule: int, event: Mapping[str, Any]) -> str:
    """Return the field values that made the rule fire, ``field=value`` lines, shortened."""
    native = event.get("native") or {}
    pairs = matcher.decisive(rule, native, event.get("logsource") or (None, None, None), event.get)
    text = "\n".join(f"{name}={_cut(value, MAX_VALUE_CHARS)}" for name, value in pairs)
    return _cut(text, MAX_QUOTE_CHARS)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
