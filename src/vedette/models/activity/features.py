"""Features of a finding: pure functions of the finding and the running state.

Verdict features are as of the state's moment (``state.advance``). What was seen is compared with the time at which the
finding fired, so that a later firing changes nothing. Shares are shrunk towards the wider group (host and rule towards
the rule, the rule towards everything), so that two verdicts do not read like two hundred. Counts that only ever grow
are turned into ``n / (n + k)``, so that time alone is no drift.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from vedette.models.activity.fired import Fired
from vedette.models.activity.state import EMPTY, State, Tally

Floats = NDArray[np.float64]

HOUR_S, DAY_S = 3600.0, 86_400.0
TACTICS = (
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
)

BASE: tuple[tuple[str, str], ...] = (
    ("severity", "what"),
    ("confidence", "what"),
    ("correlation", "what"),
    ("cloud", "what"),
    ("has_host", "what"),
    ("has_account", "what"),
    ("accounts", "what"),
    ("techniques", "what"),
    ("hour_sin", "time"),
    ("hour_cos", "time"),
    ("night", "time"),
    ("weekend", "time"),
    ("rule_share", "rule"),
    ("rule_share_lately", "rule"),
    ("rule_evidence", "rule"),
    ("rule_age", "rule"),
    ("rule_burst", "rule"),
    ("rule_last_true", "rule"),
    ("rule_host_share", "pair"),
    ("rule_host_lately", "pair"),
    ("rule_host_evidence", "pair"),
    ("rule_host_new", "pair"),
    ("rule_account_share", "pair"),
    ("rule_account_evidence", "pair"),
    ("rule_account_new", "pair"),
    ("host_share", "place"),
    ("host_evidence", "place"),
    ("host_new", "place"),
    ("account_share", "place"),
    ("account_evidence", "place"),
    ("account_new", "place"),
    ("account_host_new", "place"),
    ("host_others_day", "company"),
    ("host_tactics_day", "company"),
    ("host_worst_day", "company"),
    ("account_others_day", "company"),
    ("account_hosts_day", "company"),
    ("account_tactics_day", "company"),
    ("rule_hosts_hour", "company"),
    ("rule_hosts_day", "company"),
    ("company_true", "company"),
    ("company_benign", "company"),
    ("company_share", "company"),
    ("technique_share", "kind"),
    ("tactic_share", "kind"),
    ("source_share", "kind"),
    ("source_evidence", "kind"),
)
"""Features that every model has, with their groups."""

CROSSED: tuple[tuple[str, str], ...] = (
    ("severity", "rule_share"),
    ("severity", "rule_host_new"),
    ("severity", "host_tactics_day"),
    ("rule_share", "rule_evidence"),
    ("rule_share", "rule_host_new"),
    ("rule_share", "host_tactics_day"),
    ("rule_share", "company_share"),
    ("rule_share", "rule_hosts_hour"),
    ("rule_share", "night"),
    ("rule_host_share", "rule_host_evidence"),
    ("rule_host_share", "host_tactics_day"),
    ("rule_account_share", "account_new"),
    ("rule_host_new", "host_tactics_day"),
    ("rule_host_new", "account_host_new"),
    ("rule_host_new", "rule_hosts_hour"),
    ("rule_host_evidence", "night"),
    ("host_tactics_day", "night"),
    ("host_tactics_day", "account_host_new"),
    ("host_tactics_day", "rule_hosts_hour"),
    ("account_hosts_day", "account_tactics_day"),
    ("company_share", "account_host_new"),
    ("night", "weekend"),
)
"""Pairs whose product the linear model sees too."""

_WORD = re.compile(r"[a-z][a-z0-9]{2,}")  # one character class and one repetition: linear
_STOP = frozenset("the and for with from that this was are has its not into over than via one two".split())


def words_of(title: str) -> frozenset[str]:
    """Return the words of a title."""
    return frozenset(word for word in _WORD.findall(title.lower()) if word not in _STOP)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which features a model has, in which order."""

    words: tuple[str, ...] = ()
    """Words of titles."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the features' names."""
        tactics = tuple(f"tactic:{t}" for t in TACTICS)
        return tuple(name for name, _ in BASE) + tactics + tuple(f"word:{w}" for w in self.words)

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the group of each feature."""
        return tuple(group for _, group in BASE) + ("what",) * len(TACTICS) + ("title",) * len(self.words)

    def passing(self) -> list[int]:
        """Return the positions of features that say what happened around a finding: a snapshot does not know it."""
        return [i for i, (name, group) in enumerate(BASE) if group == "company" or name == "rule_burst"]

    def crossed(self) -> tuple[tuple[int, int], ...]:
        """Return the positions of the pairs in :data:`CROSSED`."""
        place = {name: index for index, name in enumerate(self.names)}
        return tuple((place[a], place[b]) for a, b in CROSSED)


def choose_words(titles: Iterable[str], most: int, least: int) -> tuple[str, ...]:
    """Return the words that occur in at least ``least`` titles, the most frequent ``most`` of them, sorted."""
    counts: dict[str, int] = {}
    for title in titles:
        for word in words_of(title):
            counts[word] = counts.get(word, 0) + 1
    frequent = sorted((w for w, n in counts.items() if n >= least), key=lambda w: (-counts[w], w))
    return tuple(sorted(frequent[:most]))


def logit(share: float) -> float:
    """Return log odds, kept finite."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))


def shrunk(true: float, n: float, prior: float, k: float) -> float:
    """Return the share of ``true`` in ``n`` after ``k`` imagined ones that follow ``prior``."""
    return (true + k * prior) / (n + k)


def _evidence(tally: Tally) -> float:
    return tally.long_n / (tally.long_n + 5)


def vector(fired: Fired, state: State, layout: Layout) -> Floats:
    """Return a finding's features as of the state's moment; NaN is unknown.

    Returns:
        ``(len(layout.names),) float64``.
    """
    f: dict[str, float] = {}
    at, rule = fired.at, f"r|{fired.rule}"
    f["severity"] = fired.severity / 4
    f["confidence"] = fired.confidence
    f["correlation"] = float("correlation" in fired.kind)
    f["cloud"] = float(fired.cloud)
    f["has_host"] = float(bool(fired.host))
    f["has_account"] = float(bool(fired.accounts))
    f["accounts"] = len(fired.accounts) / (len(fired.accounts) + 3)
    f["techniques"] = len(fired.techniques) / (len(fired.techniques) + 3)
    when = datetime.fromtimestamp(at, UTC)
    hour = when.hour + when.minute / 60
    f["hour_sin"], f["hour_cos"] = math.sin(hour * math.tau / 24), math.cos(hour * math.tau / 24)
    f["night"] = float(hour < 6 or hour >= 21)
    f["weekend"] = float(when.weekday() >= 5)

    base = state.tally("g")
    p_all = shrunk(base.long_true, base.long_n, 0.1, 10)
    of_rule = state.tally(rule)
    p_rule = shrunk(of_rule.long_true, of_rule.long_n, p_all, 4)
    p_lately = shrunk(of_rule.short_true, of_rule.short_n, p_rule, 4)
    f["rule_share"] = logit(p_rule) - logit(p_all)
    f["rule_share_lately"] = logit(p_lately) - logit(p_rule)
    f["rule_evidence"] = _evidence(of_rule)
    f["rule_last_true"] = math.nan if of_rule.last < 0 else float(of_rule.last == 0)
    age = max(at - state.first[rule], 0.0) / DAY_S if rule in state.first else 0.0
    f["rule_age"] = age / (age + 14)
    of_day = state.around(rule, at, DAY_S)
    usual = state.fires.get(rule, 0) / max(age, 1.0)
    f["rule_burst"] = math.log((len(of_day) + 1) / (usual + 1))

    host, account = f"h|{fired.host}", f"a|{fired.accounts[0]}" if fired.accounts else ""
    pair_new = pair_account_new = math.nan
    on_host: list[str] = []
    near_host = state.around(host, at, DAY_S) if fired.host else []
    near_account = state.around(account, at, DAY_S) if account else []
    of_pair = state.tally(f"rh|{fired.rule}|{fired.host}") if fired.host else EMPTY
    p_pair = shrunk(of_pair.long_true, of_pair.long_n, p_rule, 3)
    f["rule_host_share"] = logit(p_pair) - logit(p_rule)
    f["rule_host_lately"] = logit(shrunk(of_pair.short_true, of_pair.short_n, p_pair, 3)) - logit(p_pair)
    f["rule_host_evidence"] = _evidence(of_pair)
    of_host = state.tally(host) if fired.host else EMPTY
    f["host_share"] = logit(shrunk(of_host.long_true, of_host.long_n, p_all, 6)) - logit(p_all)
    f["host_evidence"] = _evidence(of_host)
    f["host_new"] = float(state.is_new(host, at)) if fired.host else math.nan
    if fired.host:
        pair_new = float(state.is_new(f"rh|{fired.rule}|{fired.host}", at))
    f["rule_host_new"] = pair_new
    of_account = state.tally(account) if account else EMPTY
    of_rule_account = state.tally(f"ra|{fired.rule}|{fired.accounts[0]}") if account else EMPTY
    p_rule_account = shrunk(of_rule_account.long_true, of_rule_account.long_n, p_rule, 3)
    f["rule_account_share"] = logit(p_rule_account) - logit(p_rule)
    f["rule_account_evidence"] = _evidence(of_rule_account)
    f["account_share"] = logit(shrunk(of_account.long_true, of_account.long_n, p_all, 6)) - logit(p_all)
    f["account_evidence"] = _evidence(of_account)
    if account:
        pair_account_new = float(state.is_new(f"ra|{fired.rule}|{fired.accounts[0]}", at))
        on_host = [f"ha|{fired.host}|{a}" for a in fired.accounts[:4]] if fired.host else []
    f["rule_account_new"] = pair_account_new
    f["account_new"] = float(state.is_new(account, at)) if account else math.nan
    f["account_host_new"] = float(any(state.is_new(key, at) for key in on_host)) if on_host else math.nan

    others = {s.rule for s in near_host if s.rule != fired.rule}
    f["host_others_day"] = len(others) / (len(others) + 3)
    tactics = {s.tactic for s in near_host if s.tactic} | set(fired.tactics[:1])
    f["host_tactics_day"] = len(tactics) / (len(tactics) + 3)
    f["host_worst_day"] = max((s.severity for s in near_host), default=0.0) / 4
    others = {s.rule for s in near_account if s.rule != fired.rule}
    f["account_others_day"] = len(others) / (len(others) + 3)
    hosts = {s.host for s in near_account if s.host and s.host != fired.host}
    f["account_hosts_day"] = len(hosts) / (len(hosts) + 2)
    tactics = {s.tactic for s in near_account if s.tactic} | set(fired.tactics[:1])
    f["account_tactics_day"] = len(tactics) / (len(tactics) + 3)
    places = {s.host for s in of_day if s.at > at - HOUR_S and s.host != fired.host}
    f["rule_hosts_hour"] = len(places) / (len(places) + 2)
    places = {s.host for s in of_day if s.host != fired.host}
    f["rule_hosts_day"] = len(places) / (len(places) + 4)
    beside = {s.finding_id: s for s in (*near_host, *near_account)}
    codes = [state.given.get(finding_id, (-1, -1.0))[0] for finding_id in beside]
    true, benign = codes.count(0), codes.count(1) + codes.count(2)
    f["company_true"], f["company_benign"] = true / (true + 1), benign / (benign + 2)
    f["company_share"] = logit(shrunk(true, true + benign, p_all, 2)) - logit(p_all)

    f["technique_share"] = _mean_share(state, [f"t|{t}" for t in fired.techniques[:4]], p_all)
    f["tactic_share"] = _mean_share(state, [f"c|{t}" for t in fired.tactics[:3]], p_all)
    of_source = state.tally(f"s|{fired.source}")
    f["source_share"] = logit(shrunk(of_source.long_true, of_source.long_n, p_all, 6)) - logit(p_all)
    f["source_evidence"] = _evidence(of_source)

    words = words_of(fired.title) if layout.words else frozenset()
    return np.array(
        [f[name] for name, _ in BASE]
        + [float(t in fired.tactics) for t in TACTICS]
        + [float(word in words) for word in layout.words],
        dtype=np.float64,
    )


def _mean_share(state: State, keys: Sequence[str], prior: float) -> float:
    if not keys:
        return math.nan
    tallies = [state.tally(key) for key in keys]
    shares = [logit(shrunk(t.long_true, t.long_n, prior, 6)) - logit(prior) for t in tallies]
    return sum(shares) / len(shares)
