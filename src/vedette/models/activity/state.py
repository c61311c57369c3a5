"""The running state: what was seen and what was judged, brought up to date in order of time.

The same object is used when a model is trained (the team's history is played back, and each finding's features are
taken before the finding itself is added) and when it is served (a snapshot of it lies in the model folder). It holds
counts and times under keyed digests, no names. A ``fork`` shares everything with its parent until something is
written, so that many requests can go on from one snapshot.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from vedette.models.activity.fired import Fired, Outcome
from vedette.schema import Verdict

SHORT_S = 14 * 86_400.0
LONG_S = 120 * 86_400.0
"""Half-lives of the two decayed shares: habits of this fortnight, and of this season."""

_RECENT = 96
"""Findings remembered of each host, account and rule for what happened around a new one."""

_CODES = (Verdict.TRUE_POSITIVE, Verdict.BENIGN, Verdict.FALSE_POSITIVE)
_CODE = {verdict: code for code, verdict in enumerate(_CODES)}

T = TypeVar("T")


class Tally(NamedTuple):
    """Verdicts on one thing (a rule, a rule on a host, an account, …)."""

    true: float = 0
    benign: float = 0
    false: float = 0
    short_true: float = 0.0
    short_n: float = 0.0
    long_true: float = 0.0
    long_n: float = 0.0
    at: float = 0.0
    """When it was last brought up to date."""
    last: int = -1
    """The latest verdict: 0 true positive, 1 benign, 2 false positive, -1 none."""

    @property
    def n(self) -> float:
        """Return how many verdicts there are."""
        return self.true + self.benign + self.false

    def decayed(self, now: float) -> Tally:
        """Return the tally with its decayed counts as of ``now``."""
        gone = now - self.at
        if gone <= 0:
            return self
        short, long = 0.5 ** (gone / SHORT_S), 0.5 ** (gone / LONG_S)
        return self._replace(
            short_true=self.short_true * short,
            short_n=self.short_n * short,
            long_true=self.long_true * long,
            long_n=self.long_n * long,
            at=now,
        )


EMPTY = Tally()


class Sighting(NamedTuple):
    """A finding that fired, as its neighbours remember it."""

    at: float
    finding_id: str
    rule: str
    host: str
    tactic: str
    severity: float


class _Layer(Mapping[str, T]):
    """A mapping that reads through to a parent and writes to itself."""

    __slots__ = ("_own", "_parent")

    def __init__(self, parent: Mapping[str, T] | None = None, own: dict[str, T] | None = None) -> None:
        self._own: dict[str, T] = own if own is not None else {}
        self._parent: Mapping[str, T] = parent if parent is not None else {}

    def __getitem__(self, key: str) -> T:
        return self._own[key] if key in self._own else self._parent[key]

    def __setitem__(self, key: str, value: T) -> None:
        self._own[key] = value

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (key for key in self._parent if key not in self._own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        return key in self._own or key in self._parent


class _Pending(NamedTuple):
    at: float
    finding_id: str
    code: int
    keys: tuple[str, ...]


def keys_of(fired: Fired) -> tuple[str, ...]:
    """Return the names of the tallies that a verdict on a finding counts for."""
    keys = ["g", f"r|{fired.rule}", f"s|{fired.source}"]
    if fired.host:
        keys += [f"h|{fired.host}", f"rh|{fired.rule}|{fired.host}"]
    if fired.accounts:
        first = fired.accounts[0]
        keys += [f"a|{first}", f"ra|{fired.rule}|{first}"]
    keys += [f"t|{technique}" for technique in fired.techniques[:4]]
    keys += [f"c|{tactic}" for tactic in fired.tactics[:3]]
    return tuple(keys)


class State:
    """What was seen and judged so far."""

    def __init__(self, parent: State | None = None) -> None:
        self.now: float = parent.now if parent else 0.0
        self.n_fired: int = parent.n_fired if parent else 0
        self.first: _Layer[float] = _Layer(parent.first if parent else None)
        """When something was first seen: rule, host, account, rule on host, rule by account, account on host."""
        self.fires: _Layer[int] = _Layer(parent.fires if parent else None)
        """How often a rule fired."""
        self.recent: _Layer[list[Sighting]] = _Layer(parent.recent if parent else None)
        """The latest findings of a rule, host or account, in order of time; lists are replaced, never changed."""
        self.tallies: _Layer[Tally] = _Layer(parent.tallies if parent else None)
        self.given: _Layer[tuple[int, float]] = _Layer(parent.given if parent else None)
        """Finding -> its latest verdict and when; -1 where it was seen and not judged."""
        self._pending: list[_Pending] = list(parent._pending) if parent else []

    def fork(self) -> State:
        """Return a state that goes on from this one and leaves it as it is."""
        return State(self)

    # -- writing -------------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Let the verdicts that were given before ``now`` count."""
        while self._pending and self._pending[0].at < now:
            self._count(heapq.heappop(self._pending))
        self.now = max(self.now, now)

    def add(self, outcome: Outcome) -> None:
        """Add a finding that fired; its verdicts count from when they were given."""
        known = outcome.fired.finding_id in self.given
        self._see(outcome.fired)
        if outcome.judged:
            self._await(outcome, known=known)

    def judge(self, outcome: Outcome) -> None:
        """Add what is new in the verdicts on a finding that was seen before."""
        self._await(outcome, known=True)

    def _await(self, outcome: Outcome, *, known: bool) -> None:
        known_at = self.given.get(outcome.fired.finding_id, (-1, -1.0))[1]
        waiting = {p.at for p in self._pending if p.finding_id == outcome.fired.finding_id} if known else set()
        keys = keys_of(outcome.fired)
        for judged in outcome.judged:
            if judged.at > known_at and judged.at not in waiting:
                code = _CODE.get(judged.verdict, -1)
                heapq.heappush(self._pending, _Pending(judged.at, outcome.fired.finding_id, code, keys))

    def knows(self, finding_id: str) -> bool:
        """Return whether the finding was added."""
        return finding_id in self.given

    def _see(self, fired: Fired) -> None:
        if fired.finding_id in self.given:
            return
        self.given[fired.finding_id] = (-1, -1.0)
        self.n_fired += 1
        names = [f"r|{fired.rule}"]
        if fired.host:
            names += [f"h|{fired.host}", f"rh|{fired.rule}|{fired.host}"]
        for account in fired.accounts[:4]:
            names += [f"a|{account}", f"ra|{fired.rule}|{account}"]
            if fired.host:
                names.append(f"ha|{fired.host}|{account}")
        for name in names:
            if name not in self.first or self.first[name] > fired.at:
                self.first[name] = fired.at
        rule = names[0]
        self.fires[rule] = self.fires.get(rule, 0) + 1
        if "*" not in self.first or self.first["*"] > fired.at:
            self.first["*"] = fired.at
        tactic = fired.tactics[0] if fired.tactics else ""
        severity = fired.severity if fired.severity == fired.severity else 0.0
        sighting = Sighting(fired.at, fired.finding_id, fired.rule, fired.host, tactic, severity)
        around = [rule] + ([f"h|{fired.host}"] if fired.host else []) + [f"a|{a}" for a in fired.accounts[:2]]
        for name in around:
            kept = list(self.recent.get(name, ()))
            insort(kept, sighting)
            self.recent[name] = kept[-_RECENT:]

    def _count(self, pending: _Pending) -> None:
        before, given_at = self.given.get(pending.finding_id, (-1, -1.0))
        self.given[pending.finding_id] = (pending.code, pending.at)
        for key in pending.keys:
            tally = self.tallies.get(key, EMPTY).decayed(pending.at)
            if before >= 0:
                tally = _changed(tally, before, given_at, -1.0)
            if pending.code >= 0:
                tally = _changed(tally, pending.code, pending.at, 1.0)._replace(last=pending.code)
            self.tallies[key] = tally

    # -- reading -------------------------------------------------------------------------------

    def tally(self, key: str) -> Tally:
        """Return the verdicts on something, decayed to now."""
        found = self.tallies.get(key)
        return EMPTY if found is None else found.decayed(self.now)

    def around(self, key: str, at: float, window_s: float) -> list[Sighting]:
        """Return the remembered findings of a rule, host or account in the window before ``at``."""
        return [s for s in self.recent.get(key, ()) if at - window_s < s.at < at]

    def is_new(self, key: str, at: float) -> bool:
        """Return whether nothing of that name was seen before ``at``."""
        return key not in self.first or self.first[key] >= at

    # -- keeping -------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as plain lists and numbers."""
        return {
            "now": self.now,
            "n_fired": self.n_fired,
            "first": {k: self.first[k] for k in sorted(self.first)},
            "fires": {k: self.fires[k] for k in sorted(self.fires)},
            "recent": {k: [list(s) for s in self.recent[k]] for k in sorted(self.recent)},
            "tallies": {k: list(self.tallies[k]) for k in sorted(self.tallies)},
            "given": {k: list(self.given[k]) for k in sorted(self.given)},
            "pending": [list(p) for p in sorted(self._pending)],
        }

    @classmethod
    def restored(cls, kept: Mapping[str, Any]) -> State:
        """Return the state of a snapshot."""
        state = cls()
        state.now, state.n_fired = float(kept["now"]), int(kept["n_fired"])
        state.first = _Layer(own=dict(kept["first"]))
        state.fires = _Layer(own=dict(kept["fires"]))
        state.recent = _Layer(own={k: [Sighting(*s) for s in v] for k, v in kept["recent"].items()})
        state.tallies = _Layer(own={k: Tally(*v) for k, v in kept["tallies"].items()})
        state.given = _Layer(own={k: (int(v[0]), float(v[1])) for k, v in kept["given"].items()})
        state._pending = [_Pending(p[0], p[1], p[2], tuple(p[3])) for p in kept["pending"]]
        heapq.heapify(state._pending)
        return state


def _changed(tally: Tally, code: int, given_at: float, by: float) -> Tally:
    """Return the tally with a verdict more (``by`` 1) or less (-1)."""
    gone = max(tally.at - given_at, 0.0)
    short, long = by * 0.5 ** (gone / SHORT_S), by * 0.5 ** (gone / LONG_S)
    true = 1.0 if code == 0 else 0.0
    counts = [tally.true, tally.benign, tally.false]
    counts[code] += by
    return tally._replace(
        true=counts[0],
        benign=counts[1],
        false=counts[2],
        short_true=max(tally.short_true + short * true, 0.0),
        short_n=max(tally.short_n + short, 0.0),
        long_true=max(tally.long_true + long * true, 0.0),
        long_n=max(tally.long_n + long, 0.0),
    )
