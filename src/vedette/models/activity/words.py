"""Reasons in plain words: what spoke for a verdict, with the counts that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from vedette.models.activity.features import DAY_S, HOUR_S, Floats, words_of
from vedette.models.activity.fired import Fired
from vedette.models.activity.state import EMPTY, State, Tally
from vedette.schema import Severity

_FAMILY: Mapping[str, tuple[str, ...]] = {
    "rule": ("rule_share", "rule_share_lately", "rule_evidence", "rule_age", "rule_last_true"),
    "burst": ("rule_burst", "rule_hosts_hour", "rule_hosts_day"),
    "rule_host": ("rule_host_share", "rule_host_lately", "rule_host_evidence", "rule_host_new"),
    "rule_account": ("rule_account_share", "rule_account_evidence", "rule_account_new"),
    "host": ("host_share", "host_evidence", "host_new"),
    "account": ("account_share", "account_evidence", "account_new", "account_host_new"),
    "around": ("host_others_day", "host_tactics_day", "host_worst_day", "account_others_day", "account_hosts_day",
               "account_tactics_day", "company_true", "company_benign", "company_share"),
    "time": ("hour_sin", "hour_cos", "night", "weekend"),
    "kind": ("technique_share", "tactic_share", "source_share", "source_evidence", "techniques", "correlation"),
    "severity": ("severity", "confidence", "accounts", "cloud", "has_host", "has_account"),
}  # fmt: skip
_OF = {name: family for family, names in _FAMILY.items() for name in names}


def family_of(name: str) -> str:
    """Return which kind of reason a feature belongs to."""
    if name.startswith("tactic:"):
        return "kind"
    return "title" if name.startswith("word:") else _OF[name]


@dataclass(frozen=True, slots=True)
class Facts:
    """What reasons are worded from, taken when the features were."""

    base: Tally
    rule: Tally
    pair: Tally
    pair_new: bool
    rule_account: Tally
    account_new: bool
    host: Tally
    account: Tally
    host_new: bool
    n_rules_near: int
    n_tactics_near: int
    n_true_near: int
    n_hosts_hour: int
    n_rule_day: int

    @classmethod
    def of(cls, fired: Fired, state: State) -> Facts:
        """Return the facts about a finding as of the state's moment."""
        host = f"h|{fired.host}"
        first = fired.accounts[0] if fired.accounts else ""
        near = state.around(host, fired.at, DAY_S) if fired.host else []
        by_account = state.around(f"a|{first}", fired.at, DAY_S) if first else []
        beside = {s.finding_id: s for s in (*near, *by_account)}
        of_rule = state.around(f"r|{fired.rule}", fired.at, DAY_S)
        return cls(
            base=state.tally("g"),
            rule=state.tally(f"r|{fired.rule}"),
            pair=state.tally(f"rh|{fired.rule}|{fired.host}") if fired.host else EMPTY,
            pair_new=bool(fired.host) and state.is_new(f"rh|{fired.rule}|{fired.host}", fired.at),
            rule_account=state.tally(f"ra|{fired.rule}|{first}") if first else EMPTY,
            account_new=bool(first) and state.is_new(f"a|{first}", fired.at),
            host=state.tally(host) if fired.host else EMPTY,
            account=state.tally(f"a|{first}") if first else EMPTY,
            host_new=bool(fired.host) and state.is_new(host, fired.at),
            n_rules_near=len({s.rule for s in beside.values() if s.rule != fired.rule}),
            n_tactics_near=len({s.tactic for s in beside.values() if s.tactic} | set(fired.tactics[:1])),
            n_true_near=sum(1 for i in beside if state.given.get(i, (-1, 0.0))[0] == 0),
            n_hosts_hour=len({s.host for s in of_rule if s.at > fired.at - HOUR_S and s.host != fired.host}),
            n_rule_day=len(of_rule),
        )


def _counted(tally: Tally, what: str) -> str:
    n, true = round(tally.n), round(tally.true)
    if not n:
        return f"{what} never judged before"
    if true * 2 >= n:
        return f"{what} judged true {true} of {n} times"
    benign, false = round(tally.benign), round(tally.false)
    word = "benign" if not false else "false" if not benign else "benign or false"
    return f"{what} judged {word} {n - true} of {n} times"


def _times(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _say(family: str, fired: Fired, facts: Facts) -> str:
    match family:
        case "rule":
            share = facts.base.true / facts.base.n if facts.base.n else 0.0
            told = _counted(facts.rule, "this rule was")
            return f"{told} (all findings: true {share:.0%})" if facts.base.n else told
        case "rule_host":
            if facts.pair_new:
                return "this rule never fired on this host before"
            return _counted(facts.pair, "on this host this rule was")
        case "rule_account":
            return _counted(facts.rule_account, "for this account this rule was")
        case "host":
            return "this host was not seen before" if facts.host_new else _counted(facts.host, "findings here were")
        case "account":
            if facts.account_new:
                return "this account was not seen before"
            return _counted(facts.account, "findings of this account were")
        case "around":
            if not facts.n_rules_near:
                return "nothing else fired on this host or for this account in the day before"
            told = f"{_times(facts.n_rules_near, 'other rule')} fired around it in the day before"
            if facts.n_tactics_near > 1:
                told += f", {facts.n_tactics_near} tactics in all"
            return told + (f", {facts.n_true_near} judged true" if facts.n_true_near else "")
        case "burst":
            if facts.n_hosts_hour:
                return f"the same rule fired on {_times(facts.n_hosts_hour, 'other host')} within the hour before"
            return f"the same rule fired {_times(facts.n_rule_day, 'time')} in the day before"
        case "time":
            return f"it fired on a {datetime.fromtimestamp(fired.at, UTC):%A at %H:%M} UTC"
        case "kind":
            what = ", ".join((*fired.techniques[:2], *fired.tactics[:2])) or fired.source
            return f"what it is about: {what}"
        case "title":
            return f"words of its title: {', '.join(sorted(words_of(fired.title))[:5]) or 'none of the usual ones'}"
        case _:
            severity = "" if np.isnan(fired.severity) else f" is {list(Severity)[round(fired.severity)].value}"
            return f"its severity{severity or ' is not said'}"


def reasons(
    names: tuple[str, ...], contributions: Floats, fired: Fired, facts: Facts, *, for_true: bool, most: int = 4
) -> tuple[str, ...]:
    """Return what spoke for the verdict, strongest first.

    Args:
        names: the features.
        contributions: what each added to the log odds, ``(d,)``.
        fired: the finding.
        facts: what was known of it.
        for_true: whether the verdict is that it matters; else what lowered the chance is told.
        most: at most so many.
    """
    sums: dict[str, float] = {}
    for name, value in zip(names, contributions, strict=True):
        family = family_of(name)
        sums[family] = sums.get(family, 0.0) + float(value)
    sign = 1 if for_true else -1
    ranked = sorted(((v * sign, f) for f, v in sums.items() if v * sign > 0.05), key=lambda vf: (-vf[0], vf[1]))
    return tuple(_say(family, fired, facts) for _, family in ranked[:most])
