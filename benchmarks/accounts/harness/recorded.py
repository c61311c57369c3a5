"""The six recorded incidents: each by itself, and all blended with busy, innocent days."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.accounts.harness.pipeline import ROOT
from benchmarks.accounts.harness.scoring import IMPLICATED, base, host_base, is_system, stated
from benchmarks.accounts.worlds.base import Host, World
from benchmarks.accounts.worlds.ordinary import Estate, Fleet, Tenant
from benchmarks.accounts.worlds.writers import write

FOLDERS = (ROOT / "shared", ROOT.parent / "shared")


def shared_folder() -> Path | None:
    """Return the folder of the recorded incidents, or None where it is absent."""
    for folder in FOLDERS:
        if (folder / "data" / "incidents-otrf" / "truth.jsonl").exists():
            return folder / "data" / "incidents-otrf"
    return None


def load(folder: Path) -> list[dict[str, Any]]:
    """Return the truth records, with names as they are compared."""
    out = []
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        truth = record["truth"]
        out.append(
            {
                "id": record["id"],
                "path": folder / f"{record['id']}.events.jsonl.gz",
                "accounts": sorted(base(n) for n in truth.get("implicated_accounts", [])),
                "hosts": sorted({host_base(h) for h in truth.get("hosts", [])}),
                "victims": sorted(base(n) for n in truth.get("victim_accounts", [])),
            }
        )
    return out


def naive(actors: Sequence[str]) -> list[str]:
    """Return the naive rule's answer: actors of hit events, less system and machine accounts."""
    return sorted({base(a) for a in actors if not is_system(a)})


def judge(incident: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said beside what is true."""
    best = stated(said["cases"])
    accounts = sorted(n for n, a in best.items() if a["role"] in IMPLICATED)
    hosts = sorted({host_base(h["name"]) for case in said["cases"] for h in case["hosts"]})
    simple = naive(said["naive"])
    return {
        "incident": incident["id"],
        "events": said["n_events"],
        "cases": len(said["cases"]),
        "accounts_truth": incident["accounts"],
        "accounts_said": accounts,
        "accounts_exact": accounts == incident["accounts"],
        "roles": {n: [best[n]["role"], round(best[n]["confidence"], 3)] for n in accounts},
        "others": {n: [a["role"], round(a["confidence"], 3)] for n, a in best.items() if a["role"] not in IMPLICATED},
        "naive": simple,
        "naive_exact": simple == incident["accounts"],
        "hosts_truth": incident["hosts"],
        "hosts_said": hosts,
        "hosts_exact": hosts == incident["hosts"],
        "seconds": said["seconds"],
        "error": said["error"],
    }


def span(path: Path) -> tuple[datetime, datetime]:
    """Return the first and last moment that a recording's records speak of."""
    times = []
    with gzip.open(path, "rt", encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            stamp = record.get("@timestamp") or record.get("UtcTime") or record.get("EventTime")
            if not stamp:
                continue
            text = re.sub(r"(\.\d+)?Z?$", "", str(stamp)).replace(" ", "T")
            times.append(datetime.fromisoformat(text).replace(tzinfo=UTC))
    return min(times), max(times)


# (recording, NetBIOS name, DNS name, user workstations, servers, controllers) of the recorded laboratory
LABORATORIES = (
    (
        "win-dcsync",
        "THESHIRE",
        "theshire.local",
        (("WORKSTATION5", "172.18.39.5"),),
        (),
        (("MORDORDC", "172.18.38.5"),),
    ),
    (
        "win-psremoting",
        "THESHIRE",
        "theshire.local",
        (("WORKSTATION5", "172.18.39.5"), ("WORKSTATION6", "172.18.39.6")),
        (),
        (("MORDORDC", "172.18.38.5"),),
    ),
    (
        "win-remote-schtask",
        "THESHIRE",
        "theshire.local",
        (("WORKSTATION5", "172.18.39.5"), ("WORKSTATION6", "172.18.39.6")),
        (),
        (),
    ),
    ("win-lsass-comsvcs", "THESHIRE", "theshire.local", (("WORKSTATION5", "172.18.39.5"),), (), ()),
)


def blend(folder: Path, out: Path, seed: int = 1) -> dict[str, Any]:
    """Write innocent days onto the recordings' hosts and hours; return who is innocent.

    The recordings themselves stay untouched and are passed beside. Each laboratory gets users who
    share its workstations, administrators who reach its hosts remotely, service accounts and a
    domain controller; the recorded instance's account and Linux host get theirs.
    """
    innocent: set[str] = set()
    same_hosts: set[str] = set()
    paths: list[Path] = []

    def windowed(world: World, name: str) -> None:
        first, last = span(folder / f"{name}.events.jsonl.gz")
        world.start, world.end = first - timedelta(minutes=100), last + timedelta(minutes=100)

    def done(world: World, name: str) -> None:
        write(world, out / name)
        paths.append(out / name / "logs")
        calm = {n for r in world.records for n in r.who}
        innocent.update(calm)

    for i, (name, netbios, dns, stations, _, controllers) in enumerate(LABORATORIES):
        world = World("blend-" + name, seed + i)
        world.netbios, world.dns = netbios, dns
        windowed(world, name)
        estate = Estate(world, users=9, admins=3, servers=2, services=2, dcs=1)
        homes = [Host(n, f"{n}.{dns}", ip, "workstation") for n, ip in stations]
        for dc_name, ip in controllers:
            dc = Host(dc_name, f"{dc_name}.{dns}", ip, "dc")
            world.hosts.remove(estate.win.dcs[0])
            estate.win.dcs[:] = [dc]
            world.hosts.append(dc)
        for j, user in enumerate(estate.users[:5]):
            if user.home in world.hosts:
                world.hosts.remove(user.home)
            user.home = homes[j % len(homes)]
            same_hosts.add(user.name)
        world.hosts += homes
        estate.servers += homes
        estate.day(density=2.0)
        first, last = span(folder / f"{name}.events.jsonl.gz")
        for _ in range(2):
            estate.beside(first + (last - first) / 2, [*homes, *estate.win.dcs], but=set())
        done(world, name)
        same_hosts |= {a.name for a in estate.admins}

    world = World("blend-aws", seed)
    windowed(world, "aws-ec2-proxy-s3-exfil")
    tenant = Tenant(world, users=12, instances=4)
    tenant.cloud.account, tenant.cloud.region = "123456789123", "us-east-1"
    tenant.app_role = "MordorNginxStack-BankingWAFRole-9S3E0UAE1MM0"
    tenant.buckets[2] = "mordors3stack-s3bucket-llp2yingx64a"
    tenant.day(density=2.0)
    done(world, "aws")

    world = World("blend-linux", seed)
    windowed(world, "linux-log4shell-auditd")
    fleet = Fleet(world, hosts=3, users=8)
    fleet.hosts[0] = Host("UBUNTU5", "ubuntu5", "192.168.2.5", "linux")
    world.hosts.append(fleet.hosts[0])
    fleet.day(density=2.0)
    for user in fleet.users[:4]:
        first, _ = span(folder / "linux-log4shell-auditd.events.jsonl.gz")
        fleet.work(user, fleet.hosts[0], first + timedelta(seconds=world.rng.uniform(-600, 600)))
        same_hosts.add(user.name)
    done(world, "linux")
    return {"paths": paths, "innocent": sorted(innocent), "same_hosts": sorted(same_hosts)}
