"""The second family of worlds: another generator, written after the model was finished and not used to develop it.

A university. Nothing is shared with the first family but the form of a finding. Each hour, every pair of a detection
and a segment of the network has a rate of innocent alerts, and intruders add a rate of their own where they are at
work. An alert is drawn from the sum; the chance that it matters is the intruders' part of the rate at that place and
hour: the best that anybody could know. Intruders come, excite their own activity, rest at times, and move on to
neighbours. Alerts name several accounts or none, some name no host, many name no tactic. Analysts work office hours,
get careless when much waits, and copy the last verdict on the same detection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np

KINDS = ("steady", "seasonal", "creep", "merger", "retuned", "tiny")
"""Nothing changes; term and breaks; slow growth; another university joins; detections change meaning; little data."""
CHANGE = 0.8
START = datetime(2027, 9, 6, tzinfo=UTC)

_VERBS = "Unusual,Repeated,Suspicious,Denied,Anomalous,Hidden,Unexpected,Mass".split(",")
_THINGS = (
    "mailbox rule,directory query,token use,file share access,outbound transfer,kernel module,cron entry,web upload,"
    "database export,sudo use,container start,VPN login,USB device,password spray,name lookup,port sweep,script run,"
    "registry write,backup deletion,key export"
).split(",")
_TACTICS = (
    "collection,discovery,credential-access,collection,exfiltration,persistence,persistence,initial-access,"
    "exfiltration,privilege-escalation,execution,initial-access,exfiltration,credential-access,command-and-control,"
    "discovery,execution,persistence,impact,credential-access"
).split(",")
_PRODUCTS = ("sensor", "mailgate", "idp", "cloudwatch")


@dataclass(slots=True)
class _Detection:
    rule_id: str
    title: str
    severity: str
    product: str
    tactic: str
    stage: int
    base: float
    night: float
    liked: float


@dataclass(slots=True)
class _Segment:
    name: str
    hosts: list[str]
    people: list[str]
    value: float
    noise: float
    robots: float


@dataclass(slots=True)
class _Intruder:
    segment: int
    host: str
    account: str
    since: int
    heat: float
    patience: float
    likes: Any


class _University:
    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self.days = 30 if kind == "tiny" else 168
        digest = blake2b(f"university/{kind}/{seed}".encode(), digest_size=8).digest()
        self.rng = np.random.default_rng(int.from_bytes(digest))
        self.detections = [self._detection(i, "a") for i in range(28)]
        self.segments = [self._segment(i, "uni") for i in range(9)]
        self.odd = self._oddities()
        self.growth = 1.0
        self.invaded = 1.0
        self.intruders: list[_Intruder] = []

    def _detection(self, i: int, house: str) -> _Detection:
        rng = self.rng
        thing = int(rng.integers(len(_THINGS)))
        title = f"{_VERBS[int(rng.integers(len(_VERBS)))]} {_THINGS[thing]}"
        return _Detection(
            rule_id=f"{house}-{4000 + 7 * i}",
            title=title,
            severity=str(rng.choice(["low", "medium", "high", "critical"], p=[0.3, 0.4, 0.24, 0.06])),
            product=_PRODUCTS[int(rng.integers(len(_PRODUCTS)))],
            tactic=_TACTICS[thing] if rng.random() < 0.6 else "",
            stage=int(rng.integers(4)),
            base=float(rng.gamma(0.7, 0.012)),
            night=float(rng.uniform(0.1, 1.2)),
            liked=float(rng.gamma(1.0, 1.0)),
        )

    def _segment(self, i: int, house: str) -> _Segment:
        rng = self.rng
        n = int(rng.integers(5, 22))
        return _Segment(
            name=f"{house}{i}",
            hosts=[f"{house}-net{i}-{j:02x}" for j in range(n)],
            people=[f"{house}.p{i}{j:02d}" for j in range(n + 4)],
            value=float(rng.gamma(1.5, 1.0)),
            noise=float(rng.lognormal(0, 0.7)),
            robots=float(rng.uniform(0, 0.5)),
        )

    def _oddities(self) -> dict[tuple[int, int], float]:
        """Pairs of a detection and a segment that go off all the time."""
        rng = self.rng
        return {
            (int(rng.integers(len(self.detections))), int(rng.integers(len(self.segments)))): float(rng.gamma(2, 6))
            for _ in range(14)
        }

    # -- an hour -------------------------------------------------------------------------------

    def _busy(self, hour: int) -> float:
        day, clock = hour // 24, hour % 24
        busy = 1.0 if 8 <= clock < 18 else 0.35 if 6 <= clock < 23 else 0.15
        if day % 7 >= 5:
            busy *= 0.4
        if self.kind == "seasonal" and (day // 28) % 2:
            busy *= 0.45
        return busy

    def _rates(self, hour: int) -> tuple[Any, Any]:
        """Return innocent and hostile rates ``(detections, segments)`` of an hour."""
        clock = hour % 24
        office = self._busy(hour)
        by_rule = np.array([d.base * (d.night if clock < 6 else 1.0) for d in self.detections])
        by_place = np.array([s.noise * (office * (1 - s.robots) + s.robots) for s in self.segments])
        innocent = np.outer(by_rule, by_place) * self.growth
        for (rule, place), more in self.odd.items():
            if rule < innocent.shape[0] and place < innocent.shape[1]:
                innocent[rule, place] *= more
        hostile = np.zeros_like(innocent)
        for intruder in self.intruders:
            stage = min((hour - intruder.since) / intruder.patience, 3.0)
            pairs = zip(self.detections, intruder.likes, strict=True)
            near = np.array([np.exp(-abs(d.stage - stage)) * like for d, like in pairs])
            hostile[:, intruder.segment] += 0.35 * intruder.heat * near / max(near.sum(), 1e-9)
        return innocent, hostile

    def _move(self, hour: int) -> None:
        rng = self.rng
        values = np.array([s.value for s in self.segments])
        if rng.random() < 0.014 * self.invaded:
            place = int(rng.choice(len(self.segments), p=values / values.sum()))
            segment = self.segments[place]
            likes = np.array([d.liked for d in self.detections]) * rng.gamma(0.8, 1.0, len(self.detections))
            self.intruders.append(
                _Intruder(
                    segment=place,
                    host=str(rng.choice(segment.hosts)),
                    account=str(rng.choice(segment.people)),
                    since=hour,
                    heat=1.0,
                    patience=float(rng.uniform(6, 30)),
                    likes=likes,
                )
            )
        for intruder in list(self.intruders):
            intruder.heat = max(intruder.heat * 0.93, 0.25)
            if rng.random() < 0.03:
                intruder.segment = int(rng.choice(len(self.segments), p=values / values.sum()))
                intruder.host = str(rng.choice(self.segments[intruder.segment].hosts))
            if rng.random() < 0.022:
                self.intruders.remove(intruder)

    def _change(self, day: int) -> None:
        rng = self.rng
        if self.kind == "creep":
            self.growth *= 1.004
            self.invaded *= 1.005
            if day % 12 == 0:
                self.detections.append(self._detection(len(self.detections), "b"))
                for intruder in self.intruders:
                    intruder.likes = np.append(intruder.likes, float(rng.gamma(1.0, 1.0)))
        if day != int(self.days * CHANGE):
            return
        if self.kind == "merger":
            joined = [self._detection(i, "m") for i in range(14)]
            for d in joined:
                d.product = "guestnet"
            self.detections += joined
            for intruder in self.intruders:
                intruder.likes = np.append(intruder.likes, rng.gamma(1.0, 1.0, len(joined)))
            self.segments += [self._segment(i, "col") for i in range(6)]
            self.odd |= {
                (int(rng.integers(len(self.detections))), int(rng.integers(len(self.segments)))): float(rng.gamma(2, 6))
                for _ in range(8)
            }
        if self.kind == "retuned":
            bases = rng.permutation([d.base for d in self.detections])
            for d, base in zip(self.detections, bases, strict=True):
                d.base, d.liked = float(base) * 1.3, float(rng.gamma(0.6, 2.0))
            self.odd = self._oddities()
            for intruder in self.intruders:
                intruder.likes = np.array([d.liked for d in self.detections])

    # -- all of it -----------------------------------------------------------------------------

    def alerts(self) -> Iterator[dict[str, Any]]:
        rng = self.rng
        for hour in range(self.days * 24):
            if hour % 24 == 0:
                self._change(hour // 24)
            self._move(hour)
            innocent, hostile = self._rates(hour)
            counts = rng.poisson(innocent + hostile)
            for rule, place in zip(*np.nonzero(counts), strict=True):
                p = float(hostile[rule, place] / (innocent[rule, place] + hostile[rule, place]))
                for _ in range(int(counts[rule, place])):
                    yield self._alert(hour, self.detections[rule], int(place), p)

    def _alert(self, hour: int, detection: _Detection, place: int, p: float) -> dict[str, Any]:
        rng = self.rng
        segment = self.segments[place]
        matters = bool(rng.random() < p)
        here = [i for i in self.intruders if i.segment == place]
        if matters and here:
            who = here[int(rng.integers(len(here)))]
            host = who.host if rng.random() < 0.8 else str(rng.choice(segment.hosts))
            accounts = [who.account] if rng.random() < 0.75 else []
        else:
            host = str(rng.choice(segment.hosts))
            accounts = [str(a) for a in rng.choice(segment.people, size=int(rng.integers(0, 4)), replace=False)]
        at = START + timedelta(hours=hour, seconds=int(rng.integers(3600)))
        return {
            "at": at,
            "detection": detection,
            "host": None if detection.product in ("idp", "mailgate") and rng.random() < 0.7 else host,
            "accounts": accounts,
            "p": p,
            "matters": matters,
        }


def _opened(at: datetime, delay_h: float) -> datetime:
    """Return when somebody at work gets to it."""
    when = at + timedelta(hours=delay_h)
    while when.weekday() >= 5 or not 8 <= when.hour < 18:
        when += timedelta(hours=1)
    return when


def world(kind: str, seed: int) -> list[dict[str, Any]]:
    """Return a university's alerts in order of time, as findings with verdicts and truth."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    university = _University(kind, seed)
    rng = university.rng
    alerts = sorted(university.alerts(), key=lambda a: (a["at"], a["detection"].rule_id, a["host"] or ""))
    out = []
    last: dict[str, str] = {}
    per_day: dict[str, int] = {}
    for number, alert in enumerate(alerts):
        d, at = alert["detection"], alert["at"]
        finding: dict[str, Any] = {
            "finding_id": blake2b(f"{kind}/{seed}/{number}".encode(), digest_size=8).hexdigest(),
            "rule_id": d.rule_id,
            "title": d.title,
            "kind": "alert",
            "source": d.product,
            "severity": d.severity,
            "first_at": at.isoformat(),
            "device_name": alert["host"],
            "accounts": alert["accounts"],
            "techniques": [],
            "tactics": [d.tactic] if d.tactic else [],
            "truth": {"p": round(alert["p"], 5), "matters": alert["matters"]},
        }
        day = at.date().isoformat()
        per_day[day] = per_day.get(day, 0) + 1
        looked = rng.random() < (0.55 if d.severity == "low" else 0.9)
        when = _opened(at, float(rng.gamma(1.5, 5.0)))
        if looked:
            careless = min(0.03 + 0.0008 * per_day[day], 0.15)
            if rng.random() < 0.06 and d.rule_id in last:
                verdict = last[d.rule_id]
            elif alert["matters"]:
                verdict = "benign" if rng.random() < careless else "true_positive"
            elif rng.random() < careless / 8:
                verdict = "true_positive"
            else:
                verdict = "false_positive" if rng.random() < (0.8 if d.product == "sensor" else 0.25) else "benign"
            last[d.rule_id] = verdict
            finding |= {"verdict": verdict, "judged_at": when.isoformat()}
            finding["judged"] = [{"verdict": verdict, "at": when.isoformat(), "by": f"shift{when.weekday()}"}]
        out.append(finding)
    return out
