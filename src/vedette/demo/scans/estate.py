"""Which host has which gap at which of the two scans, and what the inventory knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from vedette.demo.company import Company, Host, Shape
from vedette.demo.scans import catalogue as known
from vedette.demo.scans.catalogue import Check

_OLD_WORKSTATIONS = 5
"""Beside the one that the incident begins on."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One host with what each of the two scans finds on it."""

    host: Host
    system: str
    before: tuple[Check, ...]
    now: tuple[Check, ...]


def scanned_hosts(company: Company, rng: Random, entry: Host | None) -> tuple[list[Scanned], list[Scanned]]:
    """Return servers and workstations with their gaps.

    Args:
        company: whose hosts they are.
        rng: chooses the gaps; nothing else draws from it.
        entry: workstation that the incident begins on, which lacks what the incident uses.
    """
    servers = [_server(host) for host in company.hosts.values() if host.role != "workstation"]
    names = [w.name for w in company.workstations if w is not entry]
    old = set(rng.sample(names, _OLD_WORKSTATIONS)) | ({entry.name} if entry is not None else set())
    zipped, mended = set(rng.sample(names, 9)), set(rng.sample(names, 12))
    outlook = set(rng.sample(names, 4)) | ({entry.name} if entry is not None else set())
    workstations = []
    for host in company.workstations:
        lasting = [*(known.NOVEMBER_2022 if host.name in old else ()), *([known.OUTLOOK] * (host.name in outlook))]
        before = [*lasting, *([known.WEBP] * (host.name in mended))]
        now = [*lasting, *([known.SEVEN_ZIP] * (host.name in zipped))]
        workstations.append(Scanned(host, "Microsoft Windows 10 Enterprise Build 19045", tuple(before), tuple(now)))
    return servers, workstations


_SERVER_GAPS: dict[str, tuple[tuple[Check, ...], tuple[Check, ...]]] = {
    "DC01": ((known.CERTIFRIED, known.SWEET32), (known.CERTIFRIED, known.SWEET32)),
    "DC02": ((known.CERTIFRIED,), ()),
    "FS01": ((known.CLFS, known.SWEET32), (known.CLFS, known.SWEET32)),
    "MAIL01": ((known.EXCHANGE,), (known.EXCHANGE, known.IPV6)),
    "SQL01": ((known.SWEET32,), (known.SWEET32,)),
    "APP01": ((known.CLFS, known.IPV6), (known.IPV6,)),
    "BACKUP01": ((known.VEEAM,), (known.VEEAM,)),
    "deploy01": ((known.REGRESSHION, known.LOONEY), (known.REGRESSHION, known.LOONEY)),
    "mx01": ((known.REGRESSHION,), ()),
    "mon01": ((), (known.REGRESSHION,)),
}
"""By server: what the first scan finds, and the second."""


def _server(host: Host) -> Scanned:
    before, now = _SERVER_GAPS.get(host.name, ((), ()))
    linux = host.shape is None
    system = "Linux Kernel 6.1 on Debian 12" if linux else "Microsoft Windows Server 2019 Standard Build 17763"
    return Scanned(host, system, before, now)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the inventory; empty where nobody wrote it down."""

    name: str
    fqdn: str
    address: str
    kind: str
    owner: str
    criticality: str
    facing: str
    data: str
    environment: str = "production"


_SERVER_FACTS = {
    "DC01": ("Identity team", "critical", "no", "confidential"),
    "DC02": ("Identity team", "critical", "no", "confidential"),
    "FS01": ("Workplace team", "high", "no", "confidential"),
    "MAIL01": ("Messaging team", "high", "", "personal"),  # does it face the internet? nobody wrote it down
    "SQL01": ("Shop team", "critical", "no", "personal"),
    "APP01": ("Shop team", "high", "no", "internal"),
    "SYNC01": ("Identity team", "high", "no", "confidential"),
    "MGMT01": ("Workplace team", "high", "no", "internal"),
    "BACKUP01": ("", "critical", "no", "confidential"),  # whose is it?
    "web01": ("Shop team", "critical", "yes", "personal"),
    "deploy01": ("Platform team", "high", "no", ""),
    "scan01": ("Security team", "medium", "no", "internal"),
    "mon01": ("Platform team", "medium", "no", "internal"),
    "mx01": ("Messaging team", "high", "yes", "personal"),
}
_DEPARTMENT_DATA = {"Finance": "confidential", "HR": "personal", "Legal": "confidential", "Management": "confidential"}


def inventory(company: Company, rng: Random, entry: Host | None) -> list[Listed]:
    """Return the inventory: every server, the workstations, the shop's image; some facts are missing, as they are."""
    rows = []
    for host in company.hosts.values():
        if host.role != "workstation":
            owner, weight, facing, data = _SERVER_FACTS[host.name]
            rows.append(Listed(host.name, host.fqdn, host.ip, "Server", owner, weight, facing, data))
    forgotten = set(rng.sample([p.workstation.name for p in company.people if p.workstation is not entry], 3))
    for person in company.people:
        host = person.workstation
        if host.name not in forgotten:
            data = _DEPARTMENT_DATA.get(person.department, "internal")
            rows.append(Listed(host.name, host.fqdn, host.ip, "Workstation", "Workplace team", "medium", "no", data))
    rows.append(Listed(known.WEB_IMAGE, "", "", "Container image", "Shop team", "critical", "yes", "personal"))
    return rows


def is_windows(host: Host) -> bool:
    """Return whether a host runs Windows."""
    return host.shape in (Shape.NXLOG, Shape.WINLOGBEAT, Shape.EVTX_DUMP)
