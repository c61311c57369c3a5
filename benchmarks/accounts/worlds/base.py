"""A world: an organisation's hosts and accounts, what happens in it, and the records it leaves.

Everything that happens is written through :meth:`World.emit`, which notes the accounts that a
record speaks of and whether the record belongs to the attack. The truth record is derived from
these notes and the script's own declarations, never from a detector's view:

* an account that the script takes over is ``compromised`` where records of its owner's own
  ordinary life are also in the log, and ``attacker`` where the log holds nothing but the abuse;
* an account that the script creates is ``created``;
* an account that the script aims at without success is ``targeted``;
* an account of which no hostile record survived the missing log sources is no part of the truth.
"""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

GIVEN = (
    "Anna Bruno Carla Deniz Emil Farah Goran Hana Ines Jonas Katya Luca Mira Nadia Oskar Paula Quentin Rosa Samir "
    "Tessa Umar Vera Wiktor Xenia Yusuf Zoe Arjun Beatriz Chen Dagny Erik Fatima Gustaf Helga Ivan Jelena Kofi Leila "
    "Mateo Noor Olga Pedro Rania Sven Tariq Ulla Viktor Wanda Yara Zeno"
).split()
FAMILY = (
    "Abel Berg Costa Dahl Egger Frank Gruber Huber Iversen Jansen Keller Lindt Meyer Novak Olsen Petrov Quist Rossi "
    "Sato Tanaka Ulrich Vogel Weber Xu Yilmaz Ziegler Almeida Brandt Castro Duarte Ekman Fischer Garcia Hansen Ito "
    "Jung Kovacs Lopez Moreau Nagy Okafor Park Ramos Silva Torres Urban Varga Wolf Young Zhang"
).split()
COMPANIES = (
    "northwind fabrikam litware tailspin adatum proseware wingtip lucerne cohowine alpine trey relecloud".split()
)
OUTSIDE = ("203.0.113", "198.51.100", "192.0.2")

MIN_OWNER_RECORDS = 3
"""Records of ordinary life that make an owner 'seen'; the scripts write none, or many more."""


@dataclass(slots=True, eq=False)
class Host:
    """A computer."""

    name: str
    fqdn: str
    ip: str
    kind: str
    """workstation, server, files, dc, linux"""
    instance_id: str = ""


@dataclass(slots=True, eq=False)
class Person:
    """An account and its owner, human or not."""

    name: str
    domain: str
    sid: str
    kind: str
    """user, admin, service, system"""
    given: str = ""
    family: str = ""
    upn: str = ""
    home: Host | None = None
    uid: int = 0
    quiet: bool = False
    """True where the ordinary life of the owner is not in the log."""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def full(self) -> str:
        """Return ``DOMAIN\\name``."""
        return f"{self.domain}\\{self.name}"


@dataclass(slots=True)
class Record:
    """One record before it is written: time, stream, content, whom it speaks of, whose deed."""

    at: datetime
    stream: str
    body: Any
    who: tuple[str, ...]
    hostile: bool
    host: str | None


def _only_logged(record: Record) -> bool:
    """Return whether the host merely vouched for a ticket or password and was not itself touched."""
    return isinstance(record.body, dict) and record.body.get("eid") in (4768, 4769, 4771, 4776)


class World:
    """One organisation during some hours, with or without an attack in it."""

    def __init__(self, family: str, seed: int, *, hours: float | None = None) -> None:
        """Found the organisation; the same family and seed give the same world."""
        self.family = family
        self.seed = seed
        self.rng = random.Random(f"{family}/{seed}")
        rng = self.rng
        self.company = rng.choice(COMPANIES)
        tld = rng.choice(["example", "test"])
        self.dns = rng.choice([f"{self.company}.{tld}", f"corp.{self.company}.{tld}", f"ad.{self.company}.{tld}"])
        self.mail_domain = f"{self.company}.{tld}"
        self.netbios = rng.choice([self.company.upper()[:15], self.dns.split(".")[0].upper()[:15]])
        self.name_style = rng.choice(["first.last", "flast", "lastf", "number", "firstl", "first_last"])
        self.admin_style = rng.choice(["adm-{}", "{}-adm", "a_{}", "{}.admin", "t1-{}"])
        self.service_style = rng.choice(["svc_{}", "svc-{}", "sa.{}", "{}_svc"])
        self.host_style = rng.choice(
            ["{site}-{kind}{n:03d}", "{kind}{n:04d}", "{company}{kind}{n}", "{kind}-{site}-{n:02d}"]
        )
        self.site = rng.choice(["BER", "LON", "MUC", "NYC", "SIN", "OSL"])
        self.subnet = rng.choice(["10.{}.{}", "172.20.{}", "192.168.{}", "10.44.{}"])
        self._nets = [self._subnet() for _ in range(3)]
        self.domain_sid = f"S-1-5-21-{rng.randrange(10**8, 4 * 10**9)}-{rng.randrange(10**8, 4 * 10**9)}-{rng.randrange(10**8, 4 * 10**9)}"
        day = datetime(2026, rng.randint(1, 9), rng.randint(1, 28), rng.randint(6, 9), rng.randint(0, 59), tzinfo=UTC)
        self.start = day + timedelta(seconds=rng.random() * 60)
        self.end = self.start + timedelta(hours=hours or rng.uniform(3, 9))
        self.tz_hours = rng.choice([-5, 0, 1, 2])
        self.records: list[Record] = []
        self.hosts: list[Host] = []
        self.people: list[Person] = []
        self._hostile = False
        self._rid = 1190
        self._ip_used: set[str] = set()
        self._names: set[str] = set()
        self._taken: list[str] = []
        self._created: list[str] = []
        self._targeted: list[str] = []
        self._bystanders: dict[str, str] = {}
        self._neutral: set[str] = set()
        self._attack_hosts: set[str] = set()
        self.notes: list[str] = []
        self.missing: tuple[str, ...] = ()
        self.has_attack = False

    # ---- people and hosts -------------------------------------------------------------------
    def _subnet(self) -> str:
        rng = self.rng
        parts = self.subnet.count("{}")
        return self.subnet.format(*[rng.randint(1, 250) for _ in range(parts)])

    def ip(self) -> str:
        """Return an unused inside address."""
        while True:
            net = self.rng.choice(self._nets)
            ip = f"{net}.{self.rng.randint(2, 254)}"
            if ip not in self._ip_used:
                self._ip_used.add(ip)
                return ip

    def outside_ip(self) -> str:
        """Return an unused address from the ranges reserved for documentation."""
        while True:
            ip = f"{self.rng.choice(OUTSIDE)}.{self.rng.randint(1, 254)}"
            if ip not in self._ip_used:
                self._ip_used.add(ip)
                return ip

    def host(self, kind: str) -> Host:
        """Add a host of a kind and return it."""
        words = {
            "workstation": self.rng.choice(["WS", "PC", "LT", "DESKTOP"]) if not self.hosts else None,
            "server": "SRV",
            "files": "FS",
            "dc": "DC",
            "linux": "LX",
        }
        if kind == "workstation":
            word = getattr(self, "_ws_word", None) or words["workstation"] or "WS"
            self._ws_word = word
        else:
            word = words[kind] or "SRV"
        n = len(self.hosts) + self.rng.randint(1, 3)
        while True:
            name = self.host_style.format(site=self.site, kind=word, n=n, company=self.company.upper()[:6])[:15]
            if kind == "linux":
                name = name.lower()
            if all(h.name.lower() != name.lower() for h in self.hosts):
                break
            n += 1
        host = Host(name, f"{name}.{self.dns}".lower() if kind == "linux" else f"{name}.{self.dns}", self.ip(), kind)
        host.instance_id = "i-0" + "".join(self.rng.choice("0123456789abcdef") for _ in range(16))
        self.hosts.append(host)
        return host

    def _login(self, given: str, family: str) -> str:
        g, f = given.lower(), family.lower()
        match self.name_style:
            case "first.last":
                return f"{g}.{f}"
            case "flast":
                return g[0] + f
            case "lastf":
                return f + g[0]
            case "firstl":
                return g + f[0]
            case "first_last":
                return f"{g}_{f}"
            case _:
                return f"{self.rng.choice('ukx')}{self.rng.randrange(10000, 99999)}"

    def person(self, kind: str = "user", *, home: Host | None = None, label: str = "") -> Person:
        """Add an account of a kind and return it."""
        rng = self.rng
        while True:
            given, family = rng.choice(GIVEN), rng.choice(FAMILY)
            if kind == "service":
                name = self.service_style.format(
                    label or rng.choice(["sql", "backup", "web", "scan", "sync", "print", "mon"])
                )
            elif kind == "admin":
                name = self.admin_style.format(self._login(given, family))
            else:
                name = self._login(given, family)
            if name.lower() not in self._names:
                break
            if kind == "service":
                label = (label or "app") + str(rng.randint(1, 99))
        self._names.add(name.lower())
        self._rid += rng.randint(1, 9)
        person = Person(
            name,
            self.netbios,
            f"{self.domain_sid}-{self._rid}",
            kind,
            given,
            family,
            f"{name}@{self.mail_domain}".lower(),
            home,
            1000 + len(self.people),
        )
        self.people.append(person)
        return person

    # ---- time --------------------------------------------------------------------------------
    def moment(self, lo: float = 0.0, hi: float = 1.0) -> datetime:
        """Return a moment between two fractions of the world's hours."""
        span = (self.end - self.start).total_seconds()
        return self.start + timedelta(seconds=span * self.rng.uniform(lo, hi))

    def later(self, at: datetime, lo: float, hi: float) -> datetime:
        """Return a moment some seconds later, within bounds."""
        return at + timedelta(seconds=self.rng.uniform(lo, hi))

    # ---- writing -----------------------------------------------------------------------------
    @contextmanager
    def hostile(self) -> Iterator[None]:
        """Mark everything emitted inside as part of the attack."""
        before, self._hostile, self.has_attack = self._hostile, True, True
        try:
            yield
        finally:
            self._hostile = before

    def emit(self, at: datetime, stream: str, body: Any, *who: Person | str | None, host: Host | None = None) -> None:
        """Write one record that speaks of some accounts."""
        names = tuple((w if isinstance(w, str) else w.name).lower() for w in who if w)
        self.records.append(Record(at, stream, body, names, self._hostile, host.name if host else None))

    def take_over(self, *people: Person | str) -> None:
        """Declare that the attacker acts with these identities."""
        self._taken += [(p if isinstance(p, str) else p.name).lower() for p in people]

    def create(self, *names: str) -> None:
        """Declare that the attacker made these accounts."""
        self._created += [n.lower() for n in names]

    def target(self, *people: Person | str) -> None:
        """Declare that these were aimed at."""
        self._targeted += [(p if isinstance(p, str) else p.name).lower() for p in people]

    def bystander(self, person: Person | str, why: str) -> None:
        """Declare an innocent account near the attack, and what explains it."""
        self._bystanders[(person if isinstance(person, str) else person.name).lower()] = why

    def neutral(self, *names: str) -> None:
        """Declare identities that are not scored either way (``root`` behind sudo)."""
        self._neutral |= {n.lower() for n in names}

    def attacked(self, *hosts: str) -> None:
        """Declare hosts that the log names otherwise than as the writer (an instance id)."""
        self._attack_hosts |= set(hosts)

    # ---- truth -------------------------------------------------------------------------------
    def truth(self) -> dict[str, Any]:
        """Return the truth record, from what is visible in :attr:`records` as they stand."""
        calm: Counter[str] = Counter()
        foul: Counter[str] = Counter()
        for r in self.records:
            for name in r.who:
                (foul if r.hostile else calm)[name] += 1
        accounts: dict[str, dict[str, Any]] = {}
        for name in self._targeted:
            if foul[name]:
                accounts[name] = {"role": "targeted", "hostile_records": foul[name], "own_records": calm[name]}
        for name in self._taken:
            if foul[name]:
                role = "compromised" if calm[name] >= MIN_OWNER_RECORDS else "attacker"
                accounts[name] = {"role": role, "hostile_records": foul[name], "own_records": calm[name]}
            else:
                self._neutral.add(name)
        for name in self._created:
            if foul[name]:
                accounts[name] = {"role": "created", "hostile_records": foul[name], "own_records": calm[name]}
        for name, why in self._bystanders.items():
            if name not in accounts and calm[name]:
                accounts[name] = {"role": "bystander", "why": why, "own_records": calm[name]}
        hosts = sorted(
            self._attack_hosts | {r.host for r in self.records if r.hostile and r.host and not _only_logged(r)}
        )
        return {
            "family": self.family,
            "seed": self.seed,
            "accounts": accounts,
            "neutral": sorted(self._neutral - set(accounts)),
            "hosts": hosts,
            "missing": list(self.missing),
            "n_accounts": len({n for r in self.records for n in r.who}),
            "n_hosts": len({r.host for r in self.records if r.host}),
            "n_records": len(self.records),
            "n_hostile": sum(r.hostile for r in self.records),
            "notes": self.notes,
        }
