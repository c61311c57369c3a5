"""The organisations of the second set: other names, other naming styles, other hours, clocks that are wrong.

Only the record formats are shared with the first set. What is called how, who works when, which
scripts run and which source is lost are decided here.
"""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from ..worlds.base import Host, Person, World
from ..worlds.linux import Linux

GIVEN = (
    "Aino Baptiste Chiara Dorota Eamon Freya Gael Hiroko Ilse Joaquin Kaarina Lorenz Maeve Nikos Ottilie Priya Ruben "
    "Signe Tomasz Ursula Valentin Willem Ximena Ylva Zoltan Amara Bogdan Celeste Dimitri Elodie Faisal Greta Hamza "
    "Isolde Jiri Kenji Ludmila Marek Nomvula Orsolya Piotr Ragnhild Stellan Thandi Ugo Vesna Yosef Zainab"
).split()
FAMILY = (
    "Aalto Bellini Cermak Dvorak Eriksen Ferreira Gallagher Horvath Ivanova Janssen Karlsson Laurent Mancini Nowak "
    "Oduya Papadakis Quiroga Reinholt Sorensen Takahashi Unger Virtanen Wozniak Yamada Zeman Achebe Bianchi Cardoso "
    "Delacroix Engstrom Farkas Gupta Halvorsen Iyer Jelinek Kowalski Lindqvist Mbeki Naidoo Ostrowski Perrault Rautio "
    "Stanek Tremblay Uchida Vasquez Westergaard"
).split()
FIRMS = (
    "harbourline",
    "quillfeather",
    "stonebrook",
    "velora",
    "meridianlabs",
    "oakhaven",
    "pinecrest",
    "brightloom",
    "saltmarsh",
    "kestrelworks",
)
PLANETS = "atlas borealis castor dione elara fornax ganymede hydra iapetus juno kepler lyra mimas nereid oberon pallas rhea sirius tethys umbriel vega wezen".split()
KIND_WORDS = {
    "workstation": ("wks", "nb", "client", "lap"),
    "server": ("app", "svr", "srv", "vm"),
    "files": ("file", "nas", "data"),
    "dc": ("ads", "pdc", "dom"),
    "linux": ("node", "lnx", "host"),
}


class FreshWorld(World):
    """One organisation of the second set."""

    def __init__(self, family: str, seed: int) -> None:
        """Found the organisation; the same family and seed give the same world."""
        super().__init__(family, seed)
        rng = self.rng = random.Random(f"second set/{seed}/{family}")
        self.company = rng.choice(FIRMS)
        suffix = rng.choice(["example", "example.org", "test", "example.net"])
        self.mail_domain = f"{self.company}.{suffix}"
        self.dns = rng.choice(["{}", "int.{}", "hq.{}", "win.{}", "emea.{}"]).format(self.mail_domain)
        self.netbios = rng.choice(
            [self.company[:9].upper(), "HQ", "GRP" + self.company[:3].upper(), self.company[:5].upper() + "AD"]
        )
        self.login_style = rng.choice(["F.Family", "given", "famgiv", "E", "given-family", "gfamily1", "initials"])
        self.admin_suffix = rng.choice(["{}.da", "x{}", "{}_t0", "SA-{}", "{}-priv", "{}"])
        self.service_suffix = rng.choice(["S-{}", "{}.service", "app_{}", "{}-bot", "run{}", "SVC{}"])
        self.naming = rng.choice(["planet", "desktop", "site-kind", "kind-number", "number"])
        self.site = rng.choice(["kra", "lis", "dub", "yyz", "hel", "gva", "cpt"])
        self._nets = [f"10.{rng.randint(1, 250)}.{rng.randint(0, 250)}" for _ in range(rng.randint(2, 5))]
        self.domain_sid = "S-1-5-21-" + "-".join(str(rng.randrange(10**8, 4 * 10**9)) for _ in range(3))
        night = rng.random() < 0.3
        hour = rng.choice([20, 22, 23]) if night else rng.choice([5, 7, 8, 10, 12])
        self.start = datetime(2026, rng.randint(1, 10), rng.randint(1, 27), hour, rng.randint(0, 59), tzinfo=UTC)
        self.start += timedelta(seconds=rng.random() * 60)
        self.end = self.start + timedelta(hours=rng.choice([2, 4, 7, 11, 20, 30]) * rng.uniform(0.8, 1.2))
        self.tz_hours = rng.choice([-7, -3, 0, 0, 1, 3, 9])
        self._rid = rng.randint(1105, 5000)
        self.skewed = rng.random() < 0.4
        self._skew: dict[str, timedelta] = {}

    # ---- names ---------------------------------------------------------------------------------
    def _login(self, given: str, family: str) -> str:
        g, f, rng = given.lower(), family.lower(), self.rng
        match self.login_style:
            case "F.Family":
                return f"{given[0]}.{family}"
            case "given":
                return g if g not in self._names else g + f[0]
            case "famgiv":
                return f[:4] + g[:3]
            case "E":
                return f"E{rng.randrange(100000, 999999)}"
            case "given-family":
                return f"{g}-{f}"
            case "gfamily1":
                return f"{g[0]}{f[:7]}{rng.randint(1, 9)}"
            case _:
                return f"{g[0]}{rng.choice('abcdefghjklmnprst')}{f[0]}{rng.randrange(10, 999)}"

    def person(self, kind: str = "user", *, home: Host | None = None, label: str = "") -> Person:
        """Add an account of a kind and return it."""
        rng = self.rng
        while True:
            given, family = rng.choice(GIVEN), rng.choice(FAMILY)
            if kind == "service":
                name = self.service_suffix.format(label or rng.choice(["etl", "veeam", "jobs", "print", "inv"]))
            elif kind == "admin":
                name = self.admin_suffix.format(self._login(given, family))
            else:
                name = self._login(given, family)
            if name.lower() not in self._names:
                break
            if kind == "service":
                label = f"{label or 'x'}{rng.randint(2, 99)}"
        self._names.add(name.lower())
        self._rid += rng.randint(1, 30)
        person = Person(
            name, self.netbios, f"{self.domain_sid}-{self._rid}", kind, given, family,
            f"{name}@{self.mail_domain}".lower(), home, 1000 + len(self.people),
        )  # fmt: skip
        self.people.append(person)
        return person

    def host(self, kind: str) -> Host:
        """Add a host of a kind and return it."""
        rng, word = self.rng, self.rng.choice(KIND_WORDS[kind])
        taken = {h.name.lower() for h in self.hosts}
        while True:
            match self.naming:
                case "planet" if kind != "workstation":
                    name = rng.choice(PLANETS) + (str(rng.randint(2, 40)) if rng.random() < 0.4 else "")
                case "desktop" | "planet" if kind == "workstation":
                    name = "DESKTOP-" + "".join(rng.choice("ABCDEFGHJKLMNPQRSTUV0123456789") for _ in range(7))
                case "number":
                    name = f"{self.company[0]}{word[0]}{rng.randrange(10000, 99999)}"
                case "kind-number":
                    name = f"{word}-{rng.randrange(1, 400):03d}"
                case _:
                    name = f"{self.site}-{word}{rng.randint(1, 99):02d}"
            name = (
                name[:15].lower()
                if kind == "linux" or (self.naming == "planet" and kind != "workstation")
                else name[:15].upper()
            )
            if name.lower() not in taken:
                break
        host = Host(name, f"{name}.{self.dns}".lower() if kind == "linux" else f"{name}.{self.dns}", self.ip(), kind)
        host.instance_id = "i-0" + "".join(rng.choice("0123456789abcdef") for _ in range(16))
        self.hosts.append(host)
        return host

    # ---- clocks --------------------------------------------------------------------------------
    def skew(self, host: Host | None) -> timedelta:
        """Return by how much a host's clock is wrong; most are right, a few by up to a minute and a half."""
        if host is None or not self.skewed:
            return timedelta(0)
        if host.name not in self._skew:
            wrong = random.Random(f"{self.family}{self.seed}{host.name}")
            self._skew[host.name] = timedelta(seconds=wrong.uniform(-90, 90) if wrong.random() < 0.3 else 0)
        return self._skew[host.name]

    def emit(self, at: datetime, stream: str, body: Any, *who: Person | str | None, host: Host | None = None) -> None:
        """Write one record, a Windows one by the clock of its host."""
        if stream == "windows":
            at += self.skew(host)
            data = body["data"]
            for key in ("UtcTime", "CreationUtcTime"):
                if key in data:
                    data[key] = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"
        super().emit(at, stream, body, *who, host=host)

    # ---- what is lost --------------------------------------------------------------------------
    def lose(self, *modes: str, chance: float = 0.55) -> None:
        """Take one log source away, unless nothing of the attack would be left."""
        if not modes or self.rng.random() > chance:
            return
        mode = self.rng.choice(modes)
        kinds = {h.name: h.kind for h in self.hosts}
        logons = {4624, 4625, 4634, 4648, 4672, 4768, 4769, 4771, 4776}

        def kept(stream: str, body: Any, host: str | None) -> bool:
            if stream == "cloudtrail":
                return mode != "no_objects" or body["eventCategory"] != "Data"
            if stream != "windows":
                return not (mode == "no_audit" and stream.endswith("-audit")) and not (
                    mode == "no_auth" and stream.endswith("-auth")
                )
            channel, eid = str(body["channel"]), body["eid"]
            match mode:
                case "sysmon_only":
                    return "Sysmon" in channel
                case "security_only":
                    return channel == "Security"
                case "no_logons":
                    return eid not in logons
                case "no_powershell":
                    return "PowerShell" not in channel
                case "no_controllers":
                    return kinds.get(host or "") != "dc"
                case "servers_only":
                    return kinds.get(host or "") != "workstation"
                case "no_processes":
                    return eid not in (1, 4688)
            return True

        left = [r for r in self.records if kept(r.stream, r.body, r.host)]
        if sum(r.hostile for r in left) >= 3:
            self.records = left
            self.missing = (mode,)

    def settle(self) -> None:
        """Leave owners clearly seen or not at all: a trace or two of one is taken out of the log."""
        for name in set(self._taken):
            own = [r for r in self.records if not r.hostile and name in r.who]
            if 0 < len(own) < 6:
                drop = {id(r) for r in own}
                self.records = [r for r in self.records if id(r) not in drop]


class FreshLinux(Linux):
    """The Linux records, by the clock of each host."""

    w: FreshWorld

    def line(self, at: datetime, host: Host, *args: Any, **kwargs: Any) -> None:
        """Write one line of auth.log."""
        super().line(at + self.w.skew(host), host, *args, **kwargs)

    def _audit(self, at: datetime, host: Host, *args: Any, **kwargs: Any) -> None:
        super()._audit(at + self.w.skew(host), host, *args, **kwargs)

    def run(self, at: datetime, host: Host, *args: Any, **kwargs: Any) -> int:
        """Write a program run."""
        return super().run(at + self.w.skew(host), host, *args, **kwargs)

    def _name(self, uid: int) -> str:
        return "root" if uid == 0 else super()._name(uid)

    def touch(self, at: datetime, host: Host, *args: Any, **kwargs: Any) -> None:
        """Write a watched file opened for writing."""
        super().touch(at + self.w.skew(host), host, *args, **kwargs)
