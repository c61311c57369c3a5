"""Generated triage history: a company's findings, its analysts' verdicts, and the truth behind them.

A company has hosts with roles, accounts with hours, and rules of differing worth. Some places trip some rules out of
habit (the backup server and shadow copies), maintenance trips a few rules on many hosts within an hour, new tools are
rolled out, and now and then there is an incident: a chain of rules over hours, from host to host. Every finding is
drawn with a known chance of mattering, and matters or not by that chance. Analysts judge most of them, later, with
known error rates. The same seed gives the same bytes. Names are numbered; nobody's data is in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from vedette.schema import Verdict

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""

KINDS = ("stationary", "gradual", "abrupt", "new-rules", "lazy", "little")
"""What may happen in a world: nothing, slow change, a sudden change, other rules, careless analysts, few findings."""

_TABLE = """
Shadow copies deleted by a command|T1490|impact|high|edr|server|0.8|benign|3
Command line dumps the memory of LSASS|T1003.001|credential-access|critical|edr|any|0.3|fp|6
PowerShell runs an encoded command|T1059.001|execution|medium|edr|any|4.0|benign|5
Office program starts a shell|T1204.002|execution|high|edr|workstation|0.8|fp|4
Scheduled task created on another computer|T1053.005|lateral-movement|high|windows|server|1.0|benign|4
Service installed from a user folder|T1543.003|persistence|high|windows|any|0.8|benign|4
Many failed logons for one account|T1110.001|credential-access|medium|windows|any|5.0|benign|3
One address fails for many accounts|T1110.003|credential-access|medium|identity|any|1.5|fp|3
Account added to an administrators group|T1098|persistence|high|windows|dc|0.9|benign|4
Directory replication asked for by a workstation|T1003.006|credential-access|critical|windows|dc|0.15|fp|5
Service ticket asked for with weak encryption|T1558.003|credential-access|medium|windows|dc|2.0|benign|3
Remote desktop from an unusual host|T1021.001|lateral-movement|medium|windows|server|3.0|benign|4
Administrative share written to|T1021.002|lateral-movement|medium|windows|any|3.0|benign|4
Security log cleared|T1070.001|defense-evasion|high|windows|any|0.4|benign|4
Protection turned off by a command|T1562.001|defense-evasion|high|edr|any|0.7|benign|5
Archive made in a temporary folder|T1560.001|collection|low|edr|any|4.0|benign|3
Large upload to a file sharing site|T1567.002|exfiltration|medium|proxy|workstation|2.5|benign|4
Beacon-like connections to a new domain|T1071.001|command-and-control|medium|proxy|any|4.0|fp|5
Connection to an address on a block list|T1071|command-and-control|medium|proxy|any|3.5|fp|3
Tunnelling over DNS suspected|T1071.004|command-and-control|high|dns|any|1.2|fp|3
Sign-in from two countries within an hour|T1078.004|initial-access|medium|identity|any|3.0|fp|4
Sign-in method changed after a risky sign-in|T1556.006|persistence|high|identity|any|0.7|benign|4
Consent given to an application nobody knows|T1528|credential-access|medium|identity|any|0.6|benign|4
Mail forwarded to an outside address|T1114.003|collection|medium|identity|any|0.8|benign|4
System tool downloads a file|T1105|command-and-control|medium|edr|any|2.5|benign|5
Script host starts from a mail attachment|T1566.001|initial-access|high|edr|workstation|0.7|fp|5
Accounts and groups listed by a command|T1087.002|discovery|low|edr|any|6.0|benign|4
Network scanned from the inside|T1046|discovery|medium|network|any|1.5|benign|4
Web server starts a shell|T1505.003|persistence|critical|edr|server|0.2|fp|5
Driver known to be vulnerable loaded|T1068|privilege-escalation|high|edr|any|0.5|fp|3
Token of another user taken over|T1134|privilege-escalation|high|edr|any|0.4|fp|3
Registry run key set by a script|T1547.001|persistence|medium|edr|workstation|2.5|benign|4
Access key used from a new address|T1078.004|initial-access|medium|cloud|cloud|1.5|benign|4
Trail or audit log stopped|T1562.008|defense-evasion|high|cloud|cloud|0.3|benign|4
Storage bucket opened to everybody|T1530|collection|high|cloud|cloud|0.5|benign|3
Role given administrator rights|T1098.003|persistence|high|cloud|cloud|0.6|benign|4
""".strip()
"""title | technique | tactic | severity | source | where | findings a day | usual reason for a false alarm | weight
in attacks. Ours; technique ids from ATT&CK."""

_ORDER = (
    "initial-access execution persistence privilege-escalation defense-evasion credential-access discovery "
    "lateral-movement collection command-and-control exfiltration impact"
).split()
_JUDGED = {"low": 0.7, "medium": 0.85, "high": 0.95, "critical": 0.99}
_MAINTAINED = ("Service installed", "Scheduled task", "Administrative share", "PowerShell runs", "Remote desktop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What a world is made of."""

    kind: str = "stationary"
    seed: int = 0
    days: int = 180
    scale: float = 1.0
    """Times as many findings."""
    change: float = 0.7
    """Share of the time after which abrupt changes happen."""
    analyst_error: tuple[float, ...] = (0.02, 0.04, 0.06)
    """Chance of each analyst to miss what mattered; calling a false alarm true is ten times rarer."""


@dataclass(slots=True)
class _Rule:
    rule_id: str
    title: str
    technique: str
    tactic: str
    severity: str
    source: str
    where: str
    per_day: float
    nature: str
    weight: float
    share: float
    """Chance of a finding out of the blue to matter."""
    habits: dict[str, float] = field(default_factory=dict)
    """Host -> findings a day by habit."""
    habit_hour: float = 3.0


@dataclass(slots=True)
class _Host:
    name: str
    role: str
    owner: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    at: datetime
    rule: _Rule
    host: _Host
    account: str
    p: float
    cause: str
    incident: int = -1


class _Generator:
    def __init__(self, company: Company) -> None:
        if company.kind not in KINDS:
            raise ValueError(f"unknown kind of world {company.kind!r}; there are {', '.join(KINDS)}")
        if company.kind == "little":
            company = replace(company, days=min(company.days, 14), scale=company.scale * 0.3)
        self.company = company
        seed = int.from_bytes(blake2b(f"{company.kind}/{company.seed}".encode(), digest_size=8).digest())
        self.rng = np.random.default_rng(seed)
        self.n_hosts = 0
        self.hosts = [self._host() for _ in range(70)]
        self.admins = [f"CORP\\adm{i:02d}" for i in range(6)]
        self.rules = [self._rule(line) for line in _TABLE.splitlines()]
        for rule in self.rules:
            self._settle(rule)
        self.rollouts: list[tuple[int, _Rule, list[_Host]]] = []

    # -- the company ---------------------------------------------------------------------------

    def _host(self) -> _Host:
        self.n_hosts += 1
        i = self.n_hosts
        role = str(self.rng.choice(["workstation", "server", "dc", "cloud"], p=[0.62, 0.24, 0.05, 0.09]))
        name = {"workstation": f"WS-{i:03d}", "server": f"SRV-{i:03d}", "dc": f"DC-{i:03d}"}.get(role, f"acct-{i:04d}")
        owner = f"CORP\\user{i:03d}" if role == "workstation" else f"svc-{i:03d}"
        return _Host(name, role, owner)

    def _rule(self, line: str) -> _Rule:
        title, technique, tactic, severity, source, where, per_day, nature, weight = line.split("|")
        share = float(self.rng.beta(0.6, 22))
        if severity == "critical":
            share = min(share * 4, 0.6)
        return _Rule(
            rule_id=blake2b(title.encode(), digest_size=8).hexdigest(),
            title=title,
            technique=technique,
            tactic=tactic,
            severity=severity,
            source=source,
            where=where,
            per_day=float(per_day) * float(self.rng.lognormal(0, 0.35)),
            nature="false_positive" if nature == "fp" else "benign",
            weight=float(weight),
            share=share,
        )

    def _fitting(self, rule: _Rule) -> list[_Host]:
        if rule.where == "any":
            return [h for h in self.hosts if h.role != "cloud"]
        return [h for h in self.hosts if h.role == rule.where] or self.hosts[:3]

    def _settle(self, rule: _Rule) -> None:
        """Give a rule the places that trip it out of habit."""
        rule.habit_hour = float(self.rng.choice([2.0, 3.5, 9.0, 13.0, 19.0]))
        for host in self.rng.choice(np.array(self._fitting(rule), dtype=object), size=int(self.rng.integers(0, 4))):
            rule.habits[host.name] = float(self.rng.uniform(0.1, 0.7))

    # -- what changes --------------------------------------------------------------------------

    def _drift(self, day: int) -> None:
        rng, kind = self.rng, self.company.kind
        if kind == "gradual":
            for rule in self.rules:
                rule.share = float(np.clip(rule.share * rng.lognormal(0, 0.045), 0.0005, 0.7))
                rule.per_day = float(np.clip(rule.per_day * rng.lognormal(0, 0.02), 0.05, 12))
                if rng.random() < 0.01:
                    rule.habits.clear()
                    self._settle(rule)
            if rng.random() < 0.25:
                self.hosts[int(rng.integers(len(self.hosts)))] = self._host()
            if rng.random() < 0.02:
                self._roll_out(day, n_hosts=25)
        if day != int(self.company.days * self.company.change):
            return
        if kind == "abrupt":
            shares = [rule.share for rule in self.rules]
            for rule, share in zip(self.rules, rng.permutation(shares), strict=True):
                rule.share = float(min(share * 2.5, 0.6))
                rule.habits.clear()
                self._settle(rule)
            for i in range(0, len(self.hosts), 3):
                self.hosts[i] = self._host()
            for _ in range(4):
                self._roll_out(day, n_hosts=40)
        if kind == "new-rules":
            for i in range(0, len(self.rules), 2):
                old = self.rules[i]
                title = f"{old.title} (engine 2)"
                new = replace(
                    old,
                    rule_id=blake2b(title.encode(), digest_size=8).hexdigest(),
                    title=title,
                    share=float(min(rng.beta(0.6, 14), 0.6)),
                    per_day=old.per_day * float(rng.lognormal(0.4, 0.4)),
                    habits={},
                )
                self._settle(new)
                self.rules[i] = new

    def _roll_out(self, day: int, n_hosts: int) -> None:
        rule = self.rules[int(self.rng.integers(len(self.rules)))]
        hosts = [h for h in self.hosts if h.role in ("workstation", "server")]
        chosen = self.rng.permutation(np.array(hosts, dtype=object))[:n_hosts]
        self.rollouts.append((day, rule, list(chosen)))

    # -- a day ---------------------------------------------------------------------------------

    def _when(self, day: int, hour: float, spread: float) -> datetime:
        hours = day * 24 + float(np.clip(hour + self.rng.normal(0, spread), 0, 23.99))
        return START + timedelta(seconds=round(hours * 3600))

    def _background(self, day: int) -> Iterator[_Drawn]:
        rng, weekend = self.rng, day % 7 >= 5
        for rule in self.rules:
            by_name = {h.name: h for h in self.hosts}
            fitting = self._fitting(rule)
            for _ in range(rng.poisson(rule.per_day * self.company.scale * (0.35 if weekend else 1.0))):
                host = fitting[int(rng.integers(len(fitting)))]
                account = host.owner if rng.random() < 0.75 else str(rng.choice(self.admins))
                night = rng.random() < 0.12
                at = self._when(day, 23.0 if night else 13.0, 1.0 if night else 2.8)
                p = rule.share * (1.8 if night or weekend else 0.8) * (0.5 if account in self.admins else 1.1)
                yield _Drawn(at, rule, host, account, min(p, 0.9), "chance")
            for name, rate in rule.habits.items():
                if name in by_name:
                    for _ in range(rng.poisson(rate * self.company.scale)):
                        at = self._when(day, rule.habit_hour, 0.3)
                        yield _Drawn(at, rule, by_name[name], by_name[name].owner, 0.003, "habit")

    def _maintenance(self, day: int) -> Iterator[_Drawn]:
        if day % 28 not in (8, 9):
            return
        rules = [r for r in self.rules if r.title.startswith(_MAINTAINED)]
        admin, hour = str(self.rng.choice(self.admins)), float(self.rng.uniform(20, 22))
        hosts = [h for h in self.hosts if h.role in ("server", "workstation")]
        for host in self.rng.permutation(np.array(hosts, dtype=object))[: int(self.rng.integers(12, 30))]:
            rule = rules[int(self.rng.integers(len(rules)))]
            yield _Drawn(self._when(day, hour, 0.3), rule, host, admin, 0.004, "maintenance")

    def _rolling(self, day: int) -> Iterator[_Drawn]:
        for start, rule, hosts in self.rollouts:
            gone = day - start
            for host in hosts[: max(1, int(len(hosts) * min(gone / 15, 1.0)))]:
                if self.rng.random() < 0.12:
                    yield _Drawn(self._when(day, 11.0, 2.5), rule, host, host.owner, 0.004, "rollout")

    def _incident(self, day: int, number: int) -> Iterator[_Drawn]:
        rng = self.rng
        on_cloud = rng.random() < 0.15
        usable = [r for r in self.rules if (r.where == "cloud") == on_cloud]
        hosts = [h for h in self.hosts if (h.role == "cloud") == on_cloud]
        chosen = [hosts[int(i)] for i in rng.permutation(len(hosts))[: int(rng.integers(1, 4))]]
        account = chosen[0].owner if rng.random() < 0.7 else str(rng.choice(self.admins))
        weights = np.array([r.weight for r in usable])
        n = min(int(rng.integers(3, 9)), len(usable))
        steps = [usable[int(i)] for i in rng.choice(len(usable), size=n, replace=False, p=weights / weights.sum())]
        steps.sort(key=lambda r: _ORDER.index(r.tactic))
        hour = float(rng.uniform(0, 24)) if rng.random() < 0.6 else float(rng.normal(13, 3))
        at = self._when(day, min(max(hour, 0), 23), 0.1)
        for i, rule in enumerate(steps):
            host = chosen[min(i * len(chosen) // n, len(chosen) - 1)]
            if i and rng.random() < 0.15:
                account = str(rng.choice(self.admins))
            for _ in range(1 + int(rng.random() < 0.2)):
                yield _Drawn(at, rule, host, account, 0.93, "incident", number)
                at += timedelta(seconds=round(float(rng.exponential(1500)) + 20))

    # -- analysts ------------------------------------------------------------------------------

    def _verdict(self, drawn: _Drawn, matters: bool, error: float) -> Verdict:
        rng = self.rng
        if matters != (rng.random() < (error if matters else error / 10)):
            return Verdict.TRUE_POSITIVE
        usual = Verdict(drawn.rule.nature)
        if drawn.cause in ("habit", "maintenance", "rollout"):
            usual = Verdict.BENIGN
        other = Verdict.BENIGN if usual is Verdict.FALSE_POSITIVE else Verdict.FALSE_POSITIVE
        return usual if rng.random() < 0.88 else other

    def _judged(self, drawn: _Drawn, matters: bool) -> list[dict[str, str]]:
        rng, errors = self.rng, self.company.analyst_error
        chance = _JUDGED[drawn.rule.severity]
        who = int(rng.integers(len(errors)))
        error = errors[who]
        delay_h = float(rng.lognormal(math.log(4), 0.9))
        if self.company.kind == "lazy":
            chance *= 0.45
            error = 0.4 if matters else error
        if rng.random() > chance:
            return []
        at = drawn.at + timedelta(seconds=round(delay_h * 3600))
        given = [{"verdict": self._verdict(drawn, matters, error).value, "at": at.isoformat(), "by": f"analyst{who}"}]
        if rng.random() < 0.03:
            later = at + timedelta(seconds=round(float(rng.exponential(3 * 86_400))) + 600)
            second = self._verdict(drawn, matters, error / 4).value
            given.append({"verdict": second, "at": later.isoformat(), "by": "lead"})
        return given

    # -- all of it -----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[dict[str, Any]]:
        drawn: list[_Drawn] = []
        n_incidents = 0
        for day in range(self.company.days):
            self._drift(day)
            drawn += [*self._background(day), *self._maintenance(day), *self._rolling(day)]
            for _ in range(self.rng.poisson(0.35 * self.company.scale)):
                drawn += self._incident(day, n_incidents)
                n_incidents += 1
        drawn.sort(key=lambda d: (d.at, d.rule.rule_id, d.host.name))
        for number, one in enumerate(drawn):
            yield self._finding(one, number)

    def _finding(self, one: _Drawn, number: int) -> dict[str, Any]:
        matters = bool(self.rng.random() < one.p)
        count = 1 + int(self.rng.poisson(1.0))
        judged = self._judged(one, matters)
        told = f"{self.company.kind}/{self.company.seed}/{number}/{one.rule.rule_id}/{one.at.isoformat()}"
        found: dict[str, Any] = {
            "finding_id": blake2b(told.encode(), digest_size=8).hexdigest(),
            "rule_id": one.rule.rule_id,
            "title": one.rule.title,
            "kind": "sigma" if one.rule.source in ("edr", "windows") else "alert",
            "source": one.rule.source,
            "severity": one.rule.severity,
            "confidence": 0.6,
            "first_at": one.at.isoformat(),
            "last_at": (one.at + timedelta(seconds=30 * (count - 1))).isoformat(),
            "count": count,
            "device_name": None if one.host.role == "cloud" else one.host.name,
            "cloud_account": one.host.name if one.host.role == "cloud" else None,
            "accounts": [one.account],
            "techniques": [one.rule.technique],
            "tactics": [one.rule.tactic],
        }
        if judged:
            found["verdict"], found["judged_at"] = judged[-1]["verdict"], judged[-1]["at"]
            found["judged"] = judged
        found["truth"] = {"p": round(one.p, 5), "matters": matters, "cause": one.cause, "incident": one.incident}
        return found


def generate(company: Company) -> Iterator[dict[str, Any]]:
    """Yield the findings of a world in order of time, as :class:`vedette.schema.Finding` names its fields.

    Each also has ``source``, the verdicts (``judged``, and the latest as ``verdict`` and ``judged_at``) and ``truth``:
    the chance ``p`` that it matters, whether it does, and its cause. No model reads ``truth``.
    """
    yield from _Generator(company)


def write(company: Company, path: Path) -> int:
    """Write a world as JSON lines and return how many findings it has."""
    n = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for finding in generate(company):
            file.write(json.dumps(finding, ensure_ascii=True, separators=(",", ":")) + "\n")
            n += 1
    return n


def truth_of(finding: Mapping[str, Any]) -> tuple[float, bool]:
    """Return the chance that a generated finding matters, and whether it does."""
    truth = finding["truth"]
    return float(truth["p"]), bool(truth["matters"])
