"""Everyday life: what people, administrators, services and machines do while nothing is wrong."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from world import World


def daily(w: World, start: datetime, end: datetime, skip: frozenset[str] = frozenset()) -> None:
    """Let everybody work: the owner of each account, on its own places."""
    r = w.rng
    hours = (end - start).total_seconds() / 3600

    def when():
        return start + timedelta(seconds=r.random() * hours * 3600)

    scale = min(3.0, max(0.4, hours / 12))
    for u in w.users:
        if u in skip:
            continue
        desk = w.ws[u]
        first = start + timedelta(minutes=r.randint(0, 50))
        w.logon(first, u, desk, kind=r.choice(["2", "11", "7", "2"]))
        for _ in range(int(r.randint(4, 10) * scale)):
            app = r.choice(["outlook.exe", "winword.exe", "chrome.exe", "excel.exe", "teams.exe"])
            w.proc(when(), desk, u, f"C:\\Program Files\\{app}", f'"C:\\Program Files\\{app}"')
        for _ in range(int(r.randint(1, 4) * scale)):
            w.logon(when(), u, r.choice([w.dc, w.servers[0]]), src=desk)
        if r.random() < 0.3:
            w.logon(when(), u, desk, kind="2", ok=False)
        if r.random() < 0.5:
            for _ in range(r.randint(1, 3)):
                w.signin(when(), u, w.office_ip)
    for a in w.admins:
        if a in skip:
            continue
        base = r.choice(list(w.ws.values()))
        w.logon(start + timedelta(minutes=r.randint(0, 60)), a, base, kind="2")
        for _ in range(int(r.randint(2, 5) * scale)):
            t, h = when(), r.choice([*w.servers, *w.ws.values()])
            w.logon(t, a, h, kind=r.choice(["3", "10", "3"]), src=base)
            ids, _ = w.proc(
                t + timedelta(seconds=5),
                h,
                a,
                "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
                "powershell Get-Service",
                parent="C:\\Windows\\System32\\wsmprovhost.exe",
            )
            if r.random() < 0.25:
                w.hit(ids, "Remote PowerShell session", "low", ["T1021.006"], ["lateral-movement"], 0.6)
            if r.random() < 0.15:
                ids, _ = w.proc(
                    t + timedelta(seconds=30),
                    h,
                    a,
                    "C:\\Windows\\System32\\net.exe",
                    'net group "Domain Admins" /domain',
                )
                w.hit(ids, "Domain group discovery", r.choice(["low", "medium"]), ["T1069.002"], ["discovery"], 0.6)
            if r.random() < 0.08:
                eid = w.add(
                    t + timedelta(seconds=9),
                    "security",
                    class_name="windows_service_activity",
                    activity="create",
                    log_product="windows",
                    log_service="system",
                    event_code="7045",
                    device_name=h,
                    service_name="RemoteTool",
                    process_cmd="C:\\Windows\\RemoteTool.exe",
                    actor_name=a,
                    actor_domain=w.domain,
                )
                w.hit(eid, "Service installed", "medium", ["T1543.003"], ["persistence"], 0.5)
        for _ in range(r.choice([0, 0, 1, 3])):
            w.change(when(), w.dc, a, r.choice(w.users), "4724", "reset_password")
        if r.random() < 0.3:
            new = w.person()
            w.change(when(), w.dc, a, new, "4720", "create")
    for s in w.svcs:
        if s in skip:
            continue
        for _ in range(int(r.randint(6, 14) * scale)):
            h = r.choice(w.servers)
            w.logon(when(), s, h, kind=r.choice(["3", "5", "3"]), src=r.choice(w.servers))
            if r.random() < 0.4:
                w.proc(when(), h, s, "C:\\svc\\job.exe", "job.exe --run", parent="C:\\Windows\\System32\\services.exe")
    for h in [*w.ws.values(), *w.servers]:
        w.logon(when(), f"{h}$", w.dc, src=h)
        ids, _ = w.proc(
            when(),
            h,
            "SYSTEM",
            "C:\\Windows\\System32\\svchost.exe",
            "svchost.exe -k netsvcs",
            parent="C:\\Windows\\System32\\services.exe",
            system=True,
        )
        if r.random() < 0.05:
            w.hit(ids, "Rare svchost", "low", ["T1036"], ["defense-evasion"])
    ops = w.users[:3]
    for u in ops:
        for _ in range(int(r.randint(1, 4) * scale)):
            if u in skip:
                continue
            h, t = r.choice(w.linux), when()
            w.ssh(t, u, h, w.ips[w.ws[u]], method="publickey")
            for c in r.sample(["ls -la", "df -h", "systemctl status app", "vim app.conf", "tail -f log", "id"], 2):
                eid = w.lproc(t + timedelta(seconds=r.randint(5, 300)), h, u, c)
                if c == "id":
                    w.hit(eid, "Account discovery", "low", ["T1033"], ["discovery"], 0.4)
    for h in w.linux:
        for _ in range(r.randint(1, 4)):
            w.lproc(
                when(),
                h,
                "root",
                r.choice(["run-parts /etc/cron.hourly", "logrotate /etc/logrotate.conf"]),
                attended=False,
                parent="/usr/sbin/cron",
            )
            w.lproc(when(), h, "www-data", "php-fpm worker", attended=False)
    for u in w.users[2:6]:
        if u in skip:
            continue
        for _ in range(int(r.randint(2, 7) * scale)):
            op = r.choice(["DescribeInstances", "ListBuckets", "GetObject", "DescribeVolumes", "GetCallerIdentity"])
            eid = w.api(when(), u, op, ip=w.office_ip, resource="s3://app-data/x" if op == "GetObject" else None)
            if op == "GetCallerIdentity":
                w.hit(eid, "Caller identity asked", "low", ["T1087.004"], ["discovery"], 0.4)
    for i in range(2):
        inst = f"i-0{hashlib.md5(f'{w.seed}{i}'.encode()).hexdigest()[:16]}"
        actor = f"assumed-role/{['AppRole', 'WebRole'][i]}/{inst}"
        if actor in skip:
            continue
        for _ in range(int(r.randint(3, 8) * scale)):
            w.api(
                when(),
                actor,
                r.choice(["GetObject", "PutObject", "GetParameter"]),
                ip=f"{w.net}.{200 + i}",
                agent="Boto3/1.34",
                resource="s3://app-data/cfg",
            )
    for _ in range(r.randint(0, 8)):
        desk = r.choice(list(w.ws.values()))
        u = next(k for k, v in w.ws.items() if v == desk)
        if u not in skip:
            ids, _ = w.proc(when(), desk, u, "C:\\Windows\\System32\\whoami.exe", "whoami /all")
            w.hit(ids, "Whoami", "low", ["T1033"], ["discovery"], 0.6)
