"""The company that the demo takes place in: people, accounts, hosts, addresses, cloud.

Everything is invented. Names end in reserved domains, outside addresses come from the ranges
that RFC 5737 sets aside for documentation, inside ones from RFC 1918, and the cloud account is
the number that its vendor's manuals use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from vedette.errors import InternalError

DOMAIN = "alderfinch.example"
AD_DOMAIN = "corp.alderfinch.example"
NETBIOS = "ALDERFINCH"
AWS_ACCOUNT = "111122223333"
AWS_REGION = "eu-central-1"
TENANT = "7d1f4c2e-52a9-4f0b-9a3e-0c6b8f1d2e55"

_FIRST = (
    "Amelie Anders Anika Arjun Aylin Bastian Beata Carla Cem Chiara Daan Daria Deniz Elif Emeka Erik Esra Farid "
    "Fatima Femke Florian Freya Giulia Goran Greta Hanna Hugo Ida Imran Ingrid Ivan Jana Jasper Joana Jonas Julia "
    "Kaan Karim Katja Kenji Klara Lars Laura Leila Lena Levin Lina Livia Luca Mads Maja Malte Marek Marta Mateo "
    "Meera Mila Milan Mira Nadia Nils Nina Noor Olga Omar Oskar Paula Pavel Pia Priya Rafael Raj Ronja Rosa Sami "
    "Sanne Selma Sofia Sven Tamar Tariq Theo Tim Tuva Uma Vera Viktor Wanda Yara Yusuf Zoe"
).split()
_LAST = (
    "Adler Albers Bakker Becker Berger Bianchi Blom Boateng Brandt Cerny Chandra Costa Demir Dietz Dubois Eklund "
    "Engel Farkas Ferrari Fischer Forsberg Franke Gallo Garcia Graf Gruber Haas Hahn Hansen Hartmann Heller Horvat "
    "Ibrahim Ivanov Jansen Jensen Kaiser Kaya Keller Koch Kowal Kraus Kumar Lang Larsen Lehmann Lindner Lorenz "
    "Maier Marino Mehta Meyer Moreau Moser Nagel Nguyen Novak Okafor Olsen Otto Park Pereira Peters Petrov Pohl "
    "Popov Rao Richter Rossi Roth Sahin Santos Sauer Schmid Scholz Schuster Silva Simon Soto Stein Svensson Tanaka "
    "Thoma Vogel Voss Wagner Walter Weiss Winter Wolf Yilmaz Ziegler Zimmer"
).split()
_DEPARTMENTS = (
    ("Finance", 14), ("Sales", 22), ("Logistics", 20), ("HR", 7), ("Engineering", 16), ("Legal", 4), ("Management", 5),
)  # fmt: skip


class Shape(StrEnum):
    """How a host's Windows events reach the collector."""

    NXLOG = "nxlog"
    WINLOGBEAT = "winlogbeat"
    EVTX_DUMP = "evtx_dump"


@dataclass(slots=True, eq=False)
class Account:
    """A domain account, of a person or a service."""

    name: str
    sid: str
    full_name: str
    department: str
    dn: str
    person: Person | None = None
    domain: str = NETBIOS

    @property
    def qualified(self) -> str:
        r"""``DOMAIN\name``, as Windows writes it."""
        return f"{self.domain}\\{self.name}"

    @property
    def upn(self) -> str:
        """``name@domain``, as the identity provider writes it."""
        return f"{self.name}@{DOMAIN}"


@dataclass(slots=True, eq=False)
class Person:
    """An employee: account, workstation, habits."""

    full_name: str
    department: str
    account: Account
    workstation: Host
    starts_at: float
    """Usual hour of logging on (UTC)."""
    leaves_at: float
    office_ip: str = "198.51.100.14"
    home_ip: str = ""
    entra_id: str = ""


@dataclass(slots=True, eq=False)
class Process:
    """A process that has started, as Sysmon knows it."""

    guid: str
    pid: int
    image: str
    command: str
    user: str
    logon_id: int


@dataclass(slots=True, eq=False)
class Session:
    """A logon session on a Windows host."""

    host: Host
    account: Account
    logon_id: int
    logon_type: int
    shell: Process | None = None
    ends_at: int = 0

    @property
    def desktop(self) -> Process:
        """The shell of an interactive session."""
        if self.shell is None:
            raise InternalError(f"{self.account.name} has no desktop on {self.host.name}")
        return self.shell


@dataclass(slots=True, eq=False)
class Host:
    """A computer, with the little state that keeps its records coherent."""

    name: str
    ip: str
    role: str
    sid: str = ""
    shape: Shape | None = None
    skew_us: int = 0
    """How far its clock is off."""
    guid: str = ""
    """First eight hex digits of its Sysmon process ids."""
    services: dict[str, Process] = field(default_factory=dict)
    booted_at: int = 0
    n_processes: int = 0
    n_logons: int = 0
    mac: str = ""

    @property
    def fqdn(self) -> str:
        """Full name in the internal domain."""
        return f"{self.name}.{AD_DOMAIN}"

    @property
    def machine_account(self) -> str:
        """Name of its computer account."""
        return f"{self.name}$"


@dataclass(slots=True, eq=False)
class CloudUser:
    """An IAM user or role of the cloud account."""

    name: str
    principal_id: str
    access_key_id: str
    is_role: bool = False

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:iam::{AWS_ACCOUNT}:{'role' if self.is_role else 'user'}/{self.name}"


@dataclass(slots=True, eq=False)
class Company:
    """Everybody and everything."""

    domain_sid: str
    people: list[Person]
    accounts: dict[str, Account]
    hosts: dict[str, Host]
    workstations: list[Host]
    cloud: dict[str, CloudUser]
    domain_admins: list[Account]
    helpdesk: list[Account]
    engineers: list[Person]
    buckets: tuple[str, ...] = (
        "alderfinch-shop-assets",
        "alderfinch-customer-exports",
        "alderfinch-invoices-archive",
        "alderfinch-build-artifacts",
        "alderfinch-backup-nightly",
    )

    def host(self, name: str) -> Host:
        """Return a host by its short name."""
        return self.hosts[name]

    def account(self, name: str) -> Account:
        """Return a domain account by name."""
        return self.accounts[name]


_SERVERS = (
    ("DC01", "10.20.0.10", "domain controller", Shape.EVTX_DUMP),
    ("DC02", "10.20.0.11", "domain controller", Shape.WINLOGBEAT),
    ("FS01", "10.20.0.20", "file server", Shape.WINLOGBEAT),
    ("MAIL01", "10.20.0.25", "mail server", Shape.WINLOGBEAT),
    ("SQL01", "10.20.0.30", "database server", Shape.WINLOGBEAT),
    ("APP01", "10.20.0.31", "application server", Shape.WINLOGBEAT),
    ("SYNC01", "10.20.0.35", "directory synchronisation", Shape.WINLOGBEAT),
    ("MGMT01", "10.20.0.40", "software deployment", Shape.WINLOGBEAT),
    ("BACKUP01", "10.20.0.45", "backup server", Shape.WINLOGBEAT),
)
_LINUX = (
    ("web01", "10.20.1.10", "web server"),
    ("deploy01", "10.20.1.20", "deployment server"),
    ("scan01", "10.20.1.30", "vulnerability scanner"),
    ("mon01", "10.20.1.31", "monitoring"),
    ("mx01", "10.20.1.40", "mail gateway"),
)
_SERVICES = (
    ("svc_backup", "Backup service", 1401),
    ("svc_sql", "Database service", 1402),
    ("svc_deploy", "Software deployment", 1403),
    ("svc_scan", "Vulnerability scanner", 1404),
    ("svc_monitor", "Monitoring", 1405),
    ("MSOL_4be81d0c93fa", "Directory synchronisation", 1406),
    ("svc_app", "Application pool", 1407),
)


def build_company(rng: Random) -> Company:
    """Return the company of a seed: the same generator state gives the same company."""
    domain_sid = (
        f"S-1-5-21-{rng.randrange(10**9, 4 * 10**9)}-{rng.randrange(10**9, 4 * 10**9)}-{rng.randrange(10**8, 10**9)}"
    )
    company = Company(domain_sid, [], {}, {}, [], {}, [], [], [])
    rid = 1104
    for i, (name, ip, role, shape) in enumerate(_SERVERS):
        sid = f"{domain_sid}-{1000 + i}"
        company.hosts[name] = Host(name, ip, role, sid, shape, _skew(rng, 40), f"{rng.getrandbits(32):08x}")
    for name, ip, role in _LINUX:
        company.hosts[name] = Host(name, ip, role, skew_us=_skew(rng, 300))
    company.hosts["deploy01"].skew_us = 1_400_000
    names = _names(rng, sum(n for _, n in _DEPARTMENTS) + 7)
    departments = [d for d, n in _DEPARTMENTS for _ in range(n)] + ["IT"] * 7
    for i, (department, (first, last)) in enumerate(zip(departments, names, strict=True)):
        full, name = f"{first} {last}", f"{first[0]}{last}".lower()
        account = _account(company, name, full, department, rid)
        rid += 1
        ws = Host(
            f"AF-WS{i + 1:03d}", f"10.20.{10 + i // 60}.{20 + i % 60}", "workstation", f"{domain_sid}-{2100 + i}",
            Shape.NXLOG, _skew(rng, 90), f"{rng.getrandbits(32):08x}",
        )  # fmt: skip
        company.hosts[ws.name] = ws
        company.workstations.append(ws)
        person = Person(full, department, account, ws, rng.uniform(7.2, 9.1), rng.uniform(16.2, 18.4))
        person.home_ip = f"192.0.2.{20 + i}"
        person.entra_id = _uuid(rng)
        account.person = person
        company.people.append(person)
        if department == "Engineering":
            company.engineers.append(person)
    staff = [p for p in company.people if p.department == "IT"]
    for person in staff[:2]:
        company.domain_admins.append(_account(company, f"adm-{person.account.name}", person.full_name, "IT", rid))
        rid += 1
    for person in staff[2:5]:
        company.helpdesk.append(_account(company, f"hd-{person.account.name}", person.full_name, "IT", rid))
        rid += 1
    for admin, person in zip([*company.domain_admins, *company.helpdesk], staff, strict=False):
        admin.person = person
    for name, full, service_rid in _SERVICES:
        _account(company, name, full, "Service", service_rid)
    for host in company.hosts.values():
        host.mac = ":".join(f"{b:02x}" for b in (0x02, *rng.randbytes(5)))
    for user in ("ci-deploy", "reporting-export", "cloud-admin", "finops-viewer"):
        company.cloud[user] = CloudUser(user, _aws_id(rng, "AIDA"), _aws_id(rng, "AKIA"))
    for role in ("DeployRole", "ShopAppRole", "BackupReplicationRole", "ConfigRecorderRole", "LogShipperRole"):
        company.cloud[role] = CloudUser(role, _aws_id(rng, "AROA"), _aws_id(rng, "ASIA"), is_role=True)
    return company


def _account(company: Company, name: str, full: str, department: str, rid: int) -> Account:
    dn = f"CN={full if not name.startswith(('adm-', 'hd-')) else name},OU={department},DC=corp,DC=alderfinch,DC=example"
    account = Account(name, f"{company.domain_sid}-{rid}", full, department, dn)
    company.accounts[name] = account
    return account


def _names(rng: Random, n: int) -> list[tuple[str, str]]:
    """Return ``n`` full names whose account names are unique."""
    chosen: dict[str, tuple[str, str]] = {}
    while len(chosen) < n:
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        chosen.setdefault(f"{first[0]}{last}".lower(), (first, last))
    return list(chosen.values())


def _skew(rng: Random, ms: int) -> int:
    return rng.randrange(-ms, ms + 1) * 1000


def _uuid(rng: Random) -> str:
    h = f"{rng.getrandbits(128):032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def _aws_id(rng: Random, prefix: str) -> str:
    # Ends in EXAMPLE as the vendor's manuals do, so that no scanner and no reader takes it for a real key.
    return prefix + "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=9)) + "EXAMPLE"
