"""What attackers do on Windows, step by step, and how an incident begins."""

from __future__ import annotations

from datetime import timedelta

from everyday import daily
from world import World

S = timedelta(seconds=1)
M = timedelta(minutes=1)
PS = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
CMD = "C:\\Windows\\System32\\cmd.exe"
SYS = "C:\\Windows\\System32\\"


def begin(w: World, idle: frozenset = frozenset()) -> tuple:
    """Write everyday life before and during the attack, except for idle accounts; return the time it begins."""
    r = w.rng
    back = r.choice([0.0, 0.0, 2.0, 8.0, 24.0, 36.0])
    start = w.t0 - timedelta(hours=back)
    at = w.t0 + timedelta(minutes=r.randint(20, 240))
    daily(w, start, at + timedelta(hours=r.randint(1, 4)), idle)
    return at, back


def own(w: World, user: str, at) -> None:
    """Make sure that the owner is seen on the own workstation before the attack."""
    w.logon(at - timedelta(minutes=w.rng.randint(30, 300)), user, w.ws[user], kind="2")
    for _ in range(3):
        w.proc(
            at - timedelta(minutes=w.rng.randint(15, 200)),
            w.ws[user],
            user,
            "C:\\Program Files\\outlook.exe",
            "outlook.exe",
        )


def implant(w: World, at, user, host) -> None:
    """Let a user's own session on a host run an implant."""
    r = w.rng
    ids, uid = w.proc(
        at,
        host,
        user,
        PS,
        "powershell -nop -w hidden -enc SQBFAFgA...",
        parent=r.choice(["C:\\Program Files\\winword.exe", "C:\\Windows\\explorer.exe"]),
    )
    w.hit(ids, "Encoded PowerShell", r.choice(["high", "medium"]), ["T1059.001"], ["execution"], 0.9)
    if r.random() < 0.6:
        ids, _ = w.proc(at + 40 * S, host, user, SYS + "whoami.exe", "whoami /all", parent=PS, parent_uid=uid)
        w.hit(ids, "Whoami", r.choice(["low", "medium"]), ["T1033"], ["discovery"], 0.7)
    if r.random() < 0.5:
        ids, _ = w.proc(
            at + 80 * S, host, user, SYS + "net.exe", 'net group "Domain Admins" /domain', parent=PS, parent_uid=uid
        )
        w.hit(ids, "Domain group discovery", "low", ["T1069.002"], ["discovery"], 0.7)
    if r.random() < 0.5:
        eid = w.add(
            at + 20 * S,
            "sysmon",
            class_name="network_activity",
            log_product="windows",
            log_service="sysmon",
            log_category="network_connection",
            event_code="3",
            device_name=host,
            actor_name=user,
            actor_domain=w.domain,
            process_path=PS,
            src_ip=w.ips[host],
            dst_ip=w.evil_ip(),
            dst_port=443,
            native={"Initiated": "true"},
        )
        w.hit(
            eid, "PowerShell to the Internet", r.choice(["medium", "low"]), ["T1071.001"], ["command-and-control"], 0.6
        )


def dump(w: World, at, user, host, system=False) -> None:
    r = w.rng
    kind = r.randint(0, 2)
    if kind == 0:
        ids, _ = w.proc(
            at, host, user, SYS + "rundll32.exe", "rundll32 comsvcs.dll, MiniDump 624 C:\\t\\l.dmp full", parent=PS
        )
        w.hit(
            ids,
            "LSASS dump through comsvcs",
            r.choice(["high", "critical"]),
            ["T1003.001"],
            ["credential-access"],
            0.95,
        )
    elif kind == 1:
        ids, uid = w.proc(at, host, user, "C:\\Users\\Public\\m.exe", "m.exe sekurlsa::logonpasswords", parent=CMD)
        w.hit(ids, "Mimikatz words", r.choice(["high", "critical"]), ["T1003.001"], ["credential-access"], 0.9)
        eid = w.add(
            at + 2 * S,
            "sysmon",
            class_name="memory_activity",
            log_product="windows",
            log_service="sysmon",
            log_category="process_access",
            event_code="10",
            device_name=host,
            process_path="C:\\Users\\Public\\m.exe",
            process_uid=uid,
            target_path=SYS + "lsass.exe",
            actor_name=user if r.random() < 0.5 else None,
            actor_domain=w.domain,
        )
        w.hit(eid, "LSASS opened", "high", ["T1003.001"], ["credential-access"], 0.8)
    else:
        ids, _ = w.proc(at, host, user, SYS + "reg.exe", "reg save HKLM\\SAM C:\\t\\sam", parent=CMD)
        w.hit(ids, "SAM saved", "high", ["T1003.002"], ["credential-access"], 0.95)


def remote(w: World, at, user, src, dst, domain=None, ntlm=False, by=None) -> str:
    """Let an account act on another host over the network; return its session there."""
    r = w.rng
    how = r.choice(["service", "task", "winrm", "wmi", "rdp"])
    if by and by != user and r.random() < 0.6:
        eid = w.add(
            at - S,
            "logons",
            class_name="authentication",
            activity="logon",
            outcome="success",
            log_product="windows",
            log_service="security",
            event_code="4648",
            device_name=src,
            actor_name=by,
            actor_domain=w.domain,
            actor_session=w.session(src, by),
            user_name=user,
            user_domain=domain or w.domain,
            dst_name=dst,
        )
        if r.random() < 0.3:
            w.hit(eid, "Explicit credentials", "medium", ["T1078"], ["lateral-movement"], 0.5)
    eid = w.logon(at, user, dst, kind="10" if how == "rdp" else "3", src=src, domain=domain, ntlm=ntlm)
    session = w.session(dst, user)
    if ntlm and r.random() < 0.5:
        w.hit(eid, "NTLM logon of an administrator", "medium", ["T1550.002"], ["lateral-movement"], 0.6)
    t = at + 3 * S
    if how == "service":
        named = r.random() < 0.5
        eid = w.add(
            t,
            "security",
            class_name="windows_service_activity",
            activity="create",
            log_product="windows",
            log_service="security" if named else "system",
            event_code="4697" if named else "7045",
            device_name=dst,
            service_name="PSEXESVC",
            process_cmd="%SystemRoot%\\PSEXESVC.exe",
            actor_name=user if named else None,
            actor_domain=(domain or w.domain) if named else None,
            actor_session=session if named else None,
        )
        w.hit(
            eid, "PsExec service", r.choice(["high", "medium"]), ["T1569.002"], ["lateral-movement", "execution"], 0.9
        )
        ids, uid = w.proc(
            t + 2 * S,
            dst,
            "SYSTEM",
            "C:\\Windows\\PSEXESVC.exe",
            "C:\\Windows\\PSEXESVC.exe",
            parent=SYS + "services.exe",
            system=True,
        )
        ids, _ = w.proc(
            t + 4 * S,
            dst,
            "SYSTEM",
            CMD,
            "cmd /c whoami & net user",
            parent="C:\\Windows\\PSEXESVC.exe",
            parent_uid=uid,
            system=True,
        )
        w.hit(ids, "Shell from a remote service", "high", ["T1569.002"], ["execution"], 0.8)
    elif how == "task":
        eid = w.add(
            t,
            "security",
            class_name="scheduled_job_activity",
            activity="create",
            log_product="windows",
            log_service="security",
            event_code="4698",
            device_name=dst,
            service_name="\\Updater",
            process_cmd="C:\\t\\u.bat",
            actor_name=user,
            actor_domain=domain or w.domain,
            actor_session=session,
        )
        w.hit(
            eid,
            "Task created remotely",
            r.choice(["high", "medium"]),
            ["T1053.005"],
            ["persistence", "lateral-movement"],
            0.9,
        )
        ids, _ = w.proc(t + 20 * S, dst, "SYSTEM", CMD, "cmd /c C:\\t\\u.bat", parent=SYS + "svchost.exe", system=True)
        w.hit(ids, "Shell from the task scheduler", "medium", ["T1053.005"], ["execution"], 0.6)
    elif how == "winrm":
        ids, uid = w.proc(
            t,
            dst,
            user,
            SYS + "wsmprovhost.exe",
            "wsmprovhost.exe -Embedding",
            parent=SYS + "svchost.exe",
            domain=domain,
            session=session,
        )
        w.hit(ids, "Remote PowerShell session", "medium", ["T1021.006"], ["lateral-movement"], 0.8)
        ids, _ = w.proc(
            t + 5 * S,
            dst,
            user,
            CMD,
            "cmd /c ipconfig /all",
            parent=SYS + "wsmprovhost.exe",
            parent_uid=uid,
            domain=domain,
            session=session,
        )
        w.hit(ids, "Shell from remote PowerShell", "high", ["T1021.006"], ["lateral-movement", "execution"], 0.7)
    elif how == "wmi":
        ids, _ = w.proc(
            t,
            dst,
            user if r.random() < 0.5 else "SYSTEM",
            CMD,
            "cmd /c powershell -enc aQBlAHgA",
            parent=SYS + "wbem\\WmiPrvSE.exe",
            domain=domain,
            session=session,
            system=False,
        )
        w.hit(ids, "Shell from WMI", "high", ["T1047"], ["execution", "lateral-movement"], 0.9)
    else:
        ids, _ = w.proc(t + 30 * S, dst, user, PS, "powershell -nop -enc SQBF", domain=domain, session=session)
        w.hit(ids, "Encoded PowerShell", "high", ["T1059.001"], ["execution"], 0.9)
    return session
