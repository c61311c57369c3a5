"""Work in the cloud and on the deployment server: pipelines, consoles, exports, key rotation."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.demo.clock import MINUTE, SECOND
from vedette.demo.company import Host
from vedette.demo.formats.linux import Audited
from vedette.demo.routines.agenda import OFFICE_IP, Agenda
from vedette.demo.scene import Scene


def pipeline(agenda: Agenda, t: int) -> None:
    """The deployment server builds and ships: it reads its cloud key, assumes its role, uploads."""
    s, rng = agenda.scene, agenda.scene.rng
    host, ci, role = s.company.host("deploy01"), s.company.cloud["ci-deploy"], s.company.cloud["DeployRole"]
    pid, ses, job = 9000 + int(rng.random() * 50_000), 1 + int(rng.random() * 900), 4000 + int(rng.random() * 5000)
    agent = "aws-cli/2.15.17 md/Botocore#2.4.5 ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.11.6"
    run = Audited("runner", 998, 4294967295, ses, cwd=f"/var/lib/runner/builds/{job}")
    aws = "/usr/local/bin/aws"
    sync = ["aws", "s3", "sync", "dist/", "s3://alderfinch-build-artifacts/shop/"]
    s.linux.execve(host, t, sync, aws, run, pid=pid, ppid=pid - 7)
    keys = "/var/lib/runner/.aws/credentials"
    s.linux.opened(host, t + 200_000, keys, aws, run, pid=pid, ppid=pid - 7, key="cloud-keys", owner=998)
    key = f"ASIA{rng.getrandbits(40):010X}EX"[:13] + "EXAMPLE"
    session = f"pipeline-{job}"
    s.cloud.call(
        t + 2 * SECOND,
        s.cloud.user(ci),
        "sts.amazonaws.com",
        "AssumeRole",
        OFFICE_IP,
        agent,
        request={"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 3600},
        response={
            "credentials": {"accessKeyId": key},
            "assumedRoleUser": {"arn": f"arn:aws:sts::111122223333:assumed-role/DeployRole/{session}"},
        },
        resources=[{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": role.arn}],
    )
    who = s.cloud.role(role, session, key, t + 2 * SECOND)
    for i in range(4):
        s.cloud.call(
            t + (4 + i) * SECOND,
            who,
            "s3.amazonaws.com",
            "PutObject",
            OFFICE_IP,
            agent,
            request={"bucketName": "alderfinch-build-artifacts", "key": f"shop/{job}/bundle-{i}.js"},
            data=True,
            resources=[
                {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::alderfinch-build-artifacts/shop/{job}/bundle-{i}.js"}
            ],
        )
    s.cloud.call(
        t + 12 * SECOND,
        who,
        "ecs.amazonaws.com",
        "UpdateService",
        OFFICE_IP,
        agent,
        request={"service": "shop", "cluster": "prod"},
    )


def engineer_on_linux(agenda: Agenda, t: int) -> None:
    """An engineer logs on to the deployment server, mistypes now and then, restarts something."""
    s, rng = agenda.scene, agenda.scene.rng
    people = [p for p in s.company.engineers if p.workstation.name in s.sessions]
    if not people:
        return
    person = people[int(rng.random() * len(people))]
    ssh_session(
        s,
        t,
        person.workstation,
        s.company.host("deploy01"),
        person.account.name,
        2000 + s.company.people.index(person),
        failures=1 if rng.random() < 0.4 else 0,
        key=rng.random() < 0.7,
        commands=(
            ["ls", "-la", "/srv/shop"],
            ["systemctl", "status", "shop"],
            ["journalctl", "-u", "shop", "-n", "50"],
        ),
        sudo="/usr/bin/systemctl restart shop",
        minutes=6,
    )


def console_work(agenda: Agenda, t: int) -> None:
    """The cloud administrator looks around; the finance viewer is refused something."""
    s = agenda.scene
    admin, viewer = s.company.cloud["cloud-admin"], s.company.cloud["finops-viewer"]
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0"
    s.cloud.call(
        t - MINUTE,
        s.cloud.user(admin),
        "signin.amazonaws.com",
        "ConsoleLogin",
        OFFICE_IP,
        agent,
        response={"ConsoleLogin": "Success"},
        extra={"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "Yes"},
        kind="AwsConsoleSignIn",
    )
    for i, (service, call) in enumerate(
        (
            ("ec2", "DescribeInstances"),
            ("iam", "ListUsers"),
            ("iam", "ListAccessKeys"),
            ("s3", "ListBuckets"),
            ("sts", "GetCallerIdentity"),
            ("cloudtrail", "LookupEvents"),
        )
    ):
        s.cloud.call(t + i * 9 * SECOND, s.cloud.user(admin), f"{service}.amazonaws.com", call, OFFICE_IP, agent)
    for i, call in enumerate(("GetCostAndUsage", "ListUsers")):
        service = "ce" if i == 0 else "iam"
        s.cloud.call(
            t + (90 + i * 20) * SECOND,
            s.cloud.user(viewer),
            f"{service}.amazonaws.com",
            call,
            OFFICE_IP,
            agent,
            error="AccessDenied" if i else "",
        )


def key_rotation(agenda: Agenda, t: int) -> None:
    """The cloud administrator rotates their own access key."""
    s = agenda.scene
    admin = s.company.cloud["cloud-admin"]
    who, agent = s.cloud.user(admin), "aws-cli/2.15.17"
    key = {"accessKey": {"userName": admin.name, "accessKeyId": "AKIAROTATEDXXEXAMPLE", "status": "Active"}}
    s.cloud.call(
        t,
        who,
        "iam.amazonaws.com",
        "CreateAccessKey",
        OFFICE_IP,
        agent,
        request={"userName": admin.name},
        response=key,
    )
    s.cloud.call(
        t + 3 * MINUTE,
        who,
        "iam.amazonaws.com",
        "UpdateAccessKey",
        OFFICE_IP,
        agent,
        request={"userName": admin.name, "status": "Inactive", "accessKeyId": admin.access_key_id},
    )


def key_for_colleague(agenda: Agenda, t: int) -> None:
    """The cloud administrator makes a key for another user, from the office, as they were asked to."""
    s = agenda.scene
    admin, colleague = s.company.cloud["cloud-admin"], s.company.cloud["finops-viewer"]
    key = {"accessKey": {"userName": colleague.name, "accessKeyId": "AKIAFINOPSXXXEXAMPLE", "status": "Active"}}
    request = {"userName": colleague.name}
    who = s.cloud.user(admin)
    s.cloud.call(t, who, "iam.amazonaws.com", "ListAccessKeys", OFFICE_IP, "aws-cli/2.15.17", request=request)
    s.cloud.call(
        t + MINUTE,
        who,
        "iam.amazonaws.com",
        "CreateAccessKey",
        OFFICE_IP,
        "aws-cli/2.15.17",
        request=request,
        response=key,
    )


def report_export(agenda: Agenda, t: int) -> None:
    """The reporting job reads yesterday's exports, as it does every working day."""
    s = agenda.scene
    who = s.cloud.user(s.company.cloud["reporting-export"])
    for i in range(12):
        s.cloud.get_object(
            t + i * 2 * SECOND,
            who,
            OFFICE_IP,
            "Boto3/1.34.34",
            "alderfinch-customer-exports",
            f"daily/part-{i:03d}.csv",
            220_000,
        )


def copy_buckets(agenda: Agenda, t: int) -> None:
    """A role copies the archive to the backup bucket: many reads at night, all of them its job."""
    s = agenda.scene
    role = s.company.cloud["BackupReplicationRole"]
    who = s.cloud.role(role, "nightly-copy", role.access_key_id, t)
    for i in range(30):
        s.cloud.get_object(
            t + i * SECOND,
            who,
            "backup.amazonaws.com",
            "backup.amazonaws.com",
            "alderfinch-invoices-archive",
            f"2026/{i:04d}.pdf",
            90_000,
        )


@dataclass(frozen=True, slots=True)
class SshSession:
    """What an SSH session left for others to refer to."""

    who: Audited
    sudo_at: int
    sudo_pid: int
    """Process that sudo ran."""


def ssh_session(
    scene: Scene,
    t: int,
    source: Host,
    host: Host,
    user: str,
    uid: int,
    *,
    failures: int,
    key: bool,
    commands: tuple[list[str], ...],
    sudo: str,
    minutes: int,
) -> SshSession:
    """Log on to an audited Linux host by SSH, run commands, use sudo, log off.

    Args:
        scene: Where to write.
        t: When the first password is tried, or the key is shown; each failure takes eight seconds.
        source: Where from.
        host: Where to.
        user: As whom.
        uid: Its number.
        failures: Wrong passwords before the right one.
        key: Public key instead of a password.
        commands: Programs to run, a quarter of a minute apart.
        sudo: Command line to run as root.
        minutes: How long the session lasts at least.
    """
    s, rng = scene, scene.rng
    port, pid, ses = s.port(), 9000 + int(rng.random() * 50_000), 100 + int(rng.random() * 9000)
    log, sshd, rhost = s.linux.syslog, "/usr/sbin/sshd", source.ip
    nobody = Audited(user, 0, 4294967295, 4294967295)
    opened_at = t - SECOND
    for _ in range(failures):
        refused = f"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={rhost}"
        log(host, t - 900_000, "sshd", pid, f"{refused}  user={user}")
        log(host, t, "sshd", pid, f"Failed password for {user} from {rhost} port {port} ssh2")
        s.linux.user_event(
            host, t, "USER_AUTH", "PAM:authentication", user, nobody, pid=pid, exe=sshd, addr=rhost, ok=False
        )
        t += 8 * SECOND
    ids = s.zeek.conn(
        opened_at, (rhost, port), (host.ip, 22), service="ssh", seconds=60.0 * minutes, sent=30_000, received=80_000
    )
    s.zeek.ssh(t, ids, True, failures + 1, "SSH-2.0-OpenSSH_for_Windows_8.6")
    proof = f": ED25519 SHA256:4xAMPLEk3y0f4nEng1neer{uid}DemoOnlyAAAAAAAAAAAA" if key else ""
    way = "publickey" if key else "password"
    log(host, t, "sshd", pid, f"Accepted {way} for {user} from {rhost} port {port} ssh2{proof}")
    log(host, t + 30_000, "sshd", pid, f"pam_unix(sshd:session): session opened for user {user}(uid={uid}) by (uid=0)")
    log(host, t + 60_000, "systemd-logind", 612, f"New session {ses} of user {user}.")
    who = Audited(user, uid, uid, ses, cwd=f"/home/{user}", tty="pts0")
    login = Audited(user, 0, uid, ses)
    s.linux.user_event(host, t + 40_000, "USER_LOGIN", "login", user, login, pid=pid, exe=sshd, addr=rhost)
    at = t + 12 * SECOND
    for i, argv in enumerate(commands):
        exe = f"/usr/bin/{argv[0].rpartition('/')[2]}"
        s.linux.execve(host, at, argv, exe, who, pid=pid + 20 + i, ppid=pid + 9)
        at += 15 * SECOND
    root = Audited(user, 0, uid, ses, cwd=who.cwd, tty="pts1")
    log(host, at, "sudo", pid + 60, f"{user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND={sudo}")
    opened = f"pam_unix(sudo:session): session opened for user root(uid=0) by {user}(uid={uid})"
    log(host, at + 20_000, "sudo", pid + 60, opened)
    argv = sudo.split(" ")
    s.linux.execve(host, at + 40_000, argv, argv[0], root, pid=pid + 61, ppid=pid + 60)
    log(host, at + 2 * SECOND, "sudo", pid + 60, "pam_unix(sudo:session): session closed for user root")
    end = max(t + minutes * MINUTE, at + 9 * SECOND)
    log(host, end, "sshd", pid, f"Disconnected from user {user} {rhost} port {port}")
    log(host, end + 40_000, "sshd", pid, f"pam_unix(sshd:session): session closed for user {user}")
    return SshSession(root, at + 40_000, pid + 61)
