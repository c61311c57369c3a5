"""Sigma correlations over the hits of their base rules, in one pass in order of time.

What the specification leaves open is settled here. For ``gt`` and ``gte`` and for the temporal kinds a
window slides: it ends at each hit and reaches back the timespan. ``lt``, ``lte``, ``eq`` and ``neq`` would
be true of the first hit of nearly every window, so they (and extended conditions, which may say ``not``)
are judged on whole windows: one opens at a hit, lasts the timespan, and the next opens at the first hit
after it. On sliding windows a correlation fires when its condition becomes true, and again only after it
has been false.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from vedette.detect.base import Cond, Correlation, Hit, RuleSet
from vedette.detect.values import number_of, plain, text_of

MAX_EVIDENCE = 12
"""Base events that a firing carries: the first and last few, and besides the first of each account."""
MAX_ACCOUNTS_SHOWN = 40
_HALF = MAX_EVIDENCE // 2


@dataclass(frozen=True, slots=True)
class CorrelationHit:
    """One firing of a correlation."""

    rule_id: str
    time: datetime
    """Of the hit that completed it."""
    events: tuple[Hit, ...]
    """Base hits in order of time: the first and last few, and the first of each account."""
    count: int
    """Base hits in the window."""
    group: tuple[tuple[str, str], ...]
    """Group-by fields and their values."""


@dataclass(slots=True)
class _Item:
    time: datetime
    rule_id: str
    hits: tuple[Hit, ...]
    values: dict[str, Any]


@dataclass(slots=True)
class _Window:
    items: deque[_Item] = field(default_factory=deque)
    rules: Counter[str] = field(default_factory=Counter)
    counted: Counter[Any] = field(default_factory=Counter)
    numbers: list[float] = field(default_factory=list)
    chains: list[tuple[_Item, ...]] = field(default_factory=list)
    armed: bool = True


def correlate(ruleset: RuleSet, hits: Iterable[Hit]) -> list[CorrelationHit]:
    """Return every firing of every correlation, correlations in rule-set order, each in order of time.

    Args:
        ruleset: Where the correlations are.
        hits: Hits of the base rules in order of time; others are passed over. Memory holds what lies
            within a timespan, and the firings.
    """
    if not ruleset.correlations:
        return []
    runs = [_Run(c) for c in ruleset.correlations]
    watching: dict[str, list[_Run]] = {}
    for run in runs:
        for rule_id in dict.fromkeys(run.rule.rules):
            watching.setdefault(rule_id, []).append(run)

    def feed(item: _Item) -> None:
        for run in watching.get(item.rule_id, ()):
            for firing, values in run.take(item):
                run.fired.append(firing)
                feed(_Item(firing.time, firing.rule_id, firing.events, values))

    for hit in hits:
        if hit.rule_id in watching:
            values = orjson.loads(hit.values) if hit.values else {}
            feed(_Item(hit.time, hit.rule_id, (hit,), values if isinstance(values, dict) else {}))
    for run in runs:
        for firing, _ in run.finish():
            run.fired.append(firing)
    return [f for run in runs for f in run.fired]


class _Run:
    """One correlation at work."""

    def __init__(self, rule: Correlation) -> None:
        self.rule = rule
        self.span = timedelta(seconds=rule.timespan_s)
        self.fired: list[CorrelationHit] = []
        self._windows: dict[tuple[str, ...], _Window] = {}
        self._sliding = rule.op in ("gt", "gte") and rule.expression is None
        self._since_sweep = 0

    def take(self, item: _Item) -> list[tuple[CorrelationHit, dict[str, Any]]]:
        """Return the firings that a hit brings about, with the values a correlation above may group by."""
        group = self._group(item)
        if group is None:
            return []
        self._sweep(item.time)
        key = tuple(v for _, v in group)
        window = self._windows.setdefault(key, _Window())
        if self.rule.kind == "temporal_ordered" and self.rule.expression is None:
            return self._ordered(window, item, group)
        fired: list[tuple[CorrelationHit, dict[str, Any]]] = []
        if self._sliding:
            while window.items and item.time - window.items[0].time > self.span:
                self._leave(window)
        elif window.items and item.time - window.items[0].time > self.span:
            fired += self._close(window, group)
        self._enter(window, item)
        if self._sliding:
            if not self._true(window):
                window.armed = True
            elif window.armed:
                window.armed = False
                fired.append(self._fire(window.items, group))
        return fired

    def finish(self) -> list[tuple[CorrelationHit, dict[str, Any]]]:
        """Return the firings of windows that were still open at the end of the data."""
        if self._sliding or (self.rule.kind == "temporal_ordered" and self.rule.expression is None):
            return []
        names = self.rule.group_by
        done = []
        for key, window in self._windows.items():
            done += self._close(window, tuple(zip(names, key, strict=True)))
        return done

    def _group(self, item: _Item) -> tuple[tuple[str, str], ...] | None:
        """Return the group-by values, or None where the hit lacks one: nothing groups by the unknown."""
        group = []
        for name in self.rule.group_by:
            value = item.values.get(self._field(item, name))
            if value is None or value == []:
                return None
            group.append((name, text_of(plain(value)).lower()))
        return tuple(group)

    def _field(self, item: _Item, name: str) -> str:
        return self.rule.aliases.get(name, {}).get(item.rule_id, name)

    def _sweep(self, now: datetime) -> None:
        """Drop groups that have fallen silent, so that memory follows the timespan and not the data."""
        self._since_sweep += 1
        if self._since_sweep < 50_000 or not self._sliding:
            return
        self._since_sweep = 0
        self._windows = {k: w for k, w in self._windows.items() if w.items and now - w.items[-1].time <= self.span}

    def _measured(self, item: _Item) -> Any:
        values = [item.values.get(self._field(item, f)) for f in self.rule.fields]
        if any(v is None for v in values):
            return None
        return tuple(text_of(plain(v)).lower() for v in values)

    def _number(self, item: _Item) -> float | None:
        number = number_of(plain(item.values.get(self._field(item, self.rule.fields[0]))))
        return None if number is None else float(number)

    def _enter(self, window: _Window, item: _Item) -> None:
        window.items.append(item)
        window.rules[item.rule_id] += 1
        if self.rule.kind == "value_count":
            value = self._measured(item)
            if value is not None:
                window.counted[value] += 1
        elif self.rule.kind.startswith("value_"):
            number = self._number(item)
            if number is not None:
                insort(window.numbers, number)

    def _leave(self, window: _Window) -> None:
        item = window.items.popleft()
        for counter, key in ((window.rules, item.rule_id), (window.counted, self._measured(item))):
            if key in counter:
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]
        if window.numbers:
            number = self._number(item)
            if number is not None:
                window.numbers.pop(bisect_left(window.numbers, number))

    def _close(
        self, window: _Window, group: tuple[tuple[str, str], ...]
    ) -> list[tuple[CorrelationHit, dict[str, Any]]]:
        fired = [self._fire(window.items, group)] if window.items and self._true(window) else []
        window.items.clear()
        window.rules.clear()
        window.counted.clear()
        window.numbers.clear()
        return fired

    def _true(self, window: _Window) -> bool:
        rule = self.rule
        if rule.expression is not None:
            if not _expressed(rule.expression, [bool(window.rules[r]) for r in rule.rules]):
                return False
            return rule.kind == "temporal" or _in_order(rule, window)
        value: float | None
        if rule.kind == "event_count":
            value = len(window.items)
        elif rule.kind == "value_count":
            value = len(window.counted)
        elif rule.kind in ("temporal", "temporal_ordered"):
            value = len(window.rules)
        else:
            value = _aggregate(rule, window.numbers)
        return value is not None and _OPS[rule.op](value, rule.count)

    def _ordered(
        self, window: _Window, item: _Item, group: tuple[tuple[str, str], ...]
    ) -> list[tuple[CorrelationHit, dict[str, Any]]]:
        """Advance the chains that hold the first k rules in order, keeping for each k the one begun last."""
        rules = self.rule.rules
        if not window.chains:
            window.chains = [()] * len(rules)
        chains = window.chains
        for k in range(len(rules) - 1, -1, -1):
            if rules[k] != item.rule_id:
                continue
            before = chains[k - 1] if k else ()
            if k and (not before or item.time - before[0].time > self.span):
                continue
            chains[k] = (*before, item)
            if k == len(rules) - 1:
                done = chains[k]
                window.chains = [()] * len(rules)
                return [self._fire(done, group)]
        window.items = deque([item])
        return []

    def _fire(
        self, items: Iterable[_Item], group: tuple[tuple[str, str], ...]
    ) -> tuple[CorrelationHit, dict[str, Any]]:
        listed = list(items)
        hits = [h for i in listed for h in i.hits]
        shown = _telling(hits)
        last = listed[-1]
        values = {**last.values, **{name: value for name, value in group}}
        firing = CorrelationHit(self.rule.info.rule_id, last.time, tuple(shown), len(hits), group)
        return firing, values


def _expressed(node: Cond, present: list[bool]) -> bool:
    if type(node) is int:
        return present[node]
    if node[0] == "n":
        return not _expressed(node[1], present)
    judged = (_expressed(child, present) for child in node[1:])
    return all(judged) if node[0] == "a" else any(judged)


def _in_order(rule: Correlation, window: _Window) -> bool:
    """Return whether the rules that are there can be met in their order."""
    wanted = [r for r in rule.rules if window.rules[r]]
    at = 0
    for item in window.items:
        if at < len(wanted) and item.rule_id == wanted[at]:
            at += 1
    return at == len(wanted)


def _aggregate(rule: Correlation, numbers: list[float]) -> float | None:
    if not numbers:
        return None
    if rule.kind == "value_sum":
        return sum(numbers)
    if rule.kind == "value_avg":
        return sum(numbers) / len(numbers)
    share = 0.5 if rule.kind == "value_median" else min(max((rule.percentile or 0) / 100, 0), 1)
    at = share * (len(numbers) - 1)
    low = int(at)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (at - low)


_OPS: Mapping[str, Any] = {
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
}


def _telling(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that say most: both ends, and one for each account, so that none it concerns is lost."""
    if len(hits) <= MAX_EVIDENCE:
        return list(hits)
    shown = {*range(_HALF), *range(len(hits) - _HALF, len(hits))}
    accounts: set[str] = set()
    for at, hit in enumerate(hits):
        if hit.actor and hit.actor not in accounts and len(accounts) < MAX_ACCOUNTS_SHOWN:
            accounts.add(hit.actor)
            shown.add(at)
    return [hits[at] for at in sorted(shown)]
