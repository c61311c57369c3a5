"""Incidents in cloud accounts and sign-in services."""

from __future__ import annotations

from datetime import timedelta

from steps import PS, M, S, begin, own, remote
from world import Truth, World


def spray(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = begin(w)
    where = r.choice(["windows", "cloud", "okta"])
    src = r.choice(list(w.ws.values())) if where == "windows" and r.random() < 0.5 else w.evil_ip()
    victims = r.sample(w.users, min(len(w.users), r.randint(4, 12)))
    win = r.choice(victims) if r.random() < 0.75 else None
    product = "okta" if where == "okta" else "azure"
    if win:
        own(w, win, at)
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
                remote(w, x + 3 * M, win, src, w.servers[1])
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


def cloud_key(w: World, t: Truth) -> None:
    r = w.rng
    machine_key = r.random() < 0.4
    dormant = r.random() < 0.4
    owner = r.choice(["ci-deploy", "backup-bot", "legacy-app", "terraform"]) if machine_key else r.choice(w.users[2:6])
    at, _ = begin(w, frozenset({owner}) if dormant else frozenset())
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
    at, _ = begin(w)
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


def federated(w: World, t: Truth) -> None:
    r = w.rng
    at, _ = begin(w)
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
