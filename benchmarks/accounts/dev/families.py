"""Twelve families of incident, each with the true role of every account that plays a part.

A label follows the definitions of docs/explanation/implicated-accounts.md: *compromised* where the
owner of the account is seen too, *attacker* where only the attacker uses it, *created* where the
attacker made it, *targeted* where it was aimed at without a sign of use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from in_cloud import cloud_key, federated, role_chain, spray
from on_linux import ssh_force, web_shell
from on_windows import credential_theft, dcsync, insider, kerberoast, lateral, phishing
from steps import PS, SYS, S, begin
from world import Truth, World


def crowd(w: World, t: Truth) -> None:
    """Let innocent people be where the attack is, when it is: the ones that must not be blamed."""
    r = w.rng
    hosts = sorted({h["row"]["device_name"].split(".")[0] for h in w.hits if h["row"].get("device_name")} & set(w.ips))
    innocent = [a for a in [*w.users, *w.admins, *w.svcs] if a not in t.roles]
    if not hosts or not innocent:
        return
    times = sorted(h["row"]["time"] for h in w.hits if h["row"].get("device_name"))
    for who in r.sample(innocent, min(len(innocent), r.randint(0, 6))):
        host = r.choice(hosts)
        x = r.choice(times) + timedelta(seconds=r.randint(-900, 900))
        kind = r.random()
        if host in w.linux:
            w.ssh(x, who, host, w.ips.get(w.ws.get(who, ""), f"{w.net}.240"), method="publickey")
            eid = w.lproc(x + 20 * S, host, who, r.choice(["ls", "df -h", "id", "sudo systemctl restart app"]))
            if r.random() < 0.15:
                w.hit(eid, "Account discovery", "low", ["T1033"], ["discovery"])
        elif kind < 0.5:
            w.logon(
                x,
                who,
                host,
                kind=r.choice(["3", "10"]),
                src=w.ws.get(who) or r.choice([h for h in w.ws.values() if h not in hosts] or [w.dc]),
            )
            ids, _ = w.proc(x + 4 * S, host, who, PS, "powershell Get-Process", parent=SYS + "wsmprovhost.exe")
            if r.random() < 0.2:
                w.hit(
                    ids, "Remote PowerShell session", r.choice(["low", "medium"]), ["T1021.006"], ["lateral-movement"]
                )
        else:
            # A shared computer: this person works on it too, and goes on from there.
            w.logon(x - timedelta(minutes=r.randint(20, 200)), who, host, kind="2")
            for _ in range(r.randint(1, 4)):
                y = x - timedelta(minutes=r.randint(15, 190))
                w.proc(y, host, who, "C:\\Program Files\\chrome.exe", "chrome.exe")
            for _ in range(r.randint(0, 3)):
                w.logon(x + timedelta(seconds=r.randint(0, 2000)), who, r.choice([*w.servers, w.dc]), src=host)
            if r.random() < 0.25:
                ids, _ = w.proc(x, host, who, SYS + "whoami.exe", "whoami")
                w.hit(ids, "Whoami", r.choice(["low", "medium"]), ["T1033"], ["discovery"])


def benign(w: World, t: Truth) -> None:
    """No attack: everyday life with its false alarms."""
    begin(w)


FAMILIES: dict[str, Callable[[World, Truth], None]] = {
    "lateral": lateral,
    "credential_theft": credential_theft,
    "spray": spray,
    "insider": insider,
    "cloud_key": cloud_key,
    "role_chain": role_chain,
    "ssh_force": ssh_force,
    "web_shell": web_shell,
    "federated": federated,
    "phishing": phishing,
    "kerberoast": kerberoast,
    "dcsync": dcsync,
}


def make(family: str, seed: int) -> tuple[World, Truth]:
    """Return the world and the truth of one generated incident."""
    world, truth = World(seed), Truth(family)
    for host in [world.dc, *world.servers]:
        world.skew[host] = world.rng.choice([0.0, 0.0, 0.0, world.rng.uniform(-40, 40)])
    (FAMILIES.get(family) or benign)(world, truth)
    crowd(world, truth)
    truth.roles = {k.casefold(): v for k, v in truth.roles.items()}
    return world, truth
