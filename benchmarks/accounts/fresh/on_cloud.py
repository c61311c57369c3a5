"""Ordinary life and attack scripts of the second set in clouds and identity providers."""

# ruff: noqa: E501 (command lines and records are kept whole)

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..worlds.base import Person
from ..worlds.cloud import BROWSERS, Cloud
from .base import FreshWorld

CLI = "aws-cli/2.{} md/awscrt#0.19.19 ua/2.0 os/{} exec-env/none md/command#{}"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.61.0"
SDK = "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOARCH#amd64"
READS = (
    ("ec2", "DescribeInstances"),
    ("s3", "ListBuckets"),
    ("cloudwatch", "DescribeAlarms"),
    ("rds", "DescribeDBInstances"),
    ("lambda", "ListFunctions20150331"),
    ("iam", "ListRoles"),
    ("logs", "DescribeLogGroups"),
    ("ecs", "ListClusters"),
    ("ce", "GetCostAndUsage"),
    ("eks", "ListClusters"),
)
SURVEY = (
    ("sts", "GetCallerIdentity"),
    ("iam", "ListUsers"),
    ("iam", "ListAttachedRolePolicies"),
    ("iam", "ListRoles"),
    ("iam", "GetAccountAuthorizationDetails"),
    ("s3", "ListBuckets"),
    ("ec2", "DescribeInstances"),
    ("secretsmanager", "ListSecrets"),
    ("ssm", "DescribeParameters"),
    ("organizations", "DescribeOrganization"),
    ("lambda", "ListFunctions20150331"),
)


class Accounts:
    """An AWS account: people at the console and the command line, pipelines, applications, an auditor's tool."""

    def __init__(self, w: FreshWorld) -> None:
        """Set up people, roles and buckets."""
        self.w, rng = w, w.rng
        self.c = Cloud(w)
        self.people = [w.person("user") for _ in range(rng.choice([4, 7, 12, 20]))]
        self.office = w.outside_ip()
        self.homes = {p.name: self.office if rng.random() < 0.5 else w.outside_ip() for p in self.people}
        self.repos = [rng.choice(["shop", "billing", "web", "infra"]) + f"-{n}" for n in range(rng.randint(2, 4))]
        self.pipe_role = rng.choice(["gha-deployer", "GitLabRunnerRole", "ci-oidc-deploy", "BuildkiteAgent"])
        self.wide_role = rng.choice(["platform-admin", "OrgOperations", "break-glass", "data-engineering"])
        self.app_role = rng.choice(["web-tier-instance", "EcsTaskRole-api", "worker-profile"])
        self.buckets = [
            f"{w.company}-{x}"
            for x in rng.sample(["exports", "media", "backups", "customer-docs", "tfstate", "ml-data"], 3)
        ]
        self.runner = w.outside_ip()
        self.boxes = [
            "i-0" + "".join(rng.choice("0123456789abcdef") for _ in range(16)) for _ in range(rng.randint(2, 6))
        ]
        self.jobs: list[str] = []

    def web_identity(self, at: datetime, run: str, *, ip: str, also: tuple[str, ...] = ()) -> dict[str, Any]:
        """Write a pipeline's token exchanged for a role; return the identity of the session."""
        c, repo = self.c, self.w.rng.choice(self.repos)
        key = c.key_id("ASIA")
        who = c.role(self.pipe_role, run, key=key)
        c.aws(
            at,
            {"type": "WebIdentityUser", "principalId": f"arn:aws:iam::{c.account}:oidc-provider/ci.example:sts.amazonaws.com:repo:{self.w.company}/{repo}:ref:refs/heads/main", "userName": f"repo:{self.w.company}/{repo}:ref:refs/heads/main", "identityProvider": f"arn:aws:iam::{c.account}:oidc-provider/ci.example"},
            "sts", "AssumeRoleWithWebIdentity", ip=ip, agent="aws-actions/configure-aws-credentials", also=(c.session_name(self.pipe_role, run), *also),
            request={"roleArn": f"arn:aws:iam::{c.account}:role/{self.pipe_role}", "roleSessionName": run, "durationSeconds": 3600},
            response={"credentials": {"accessKeyId": key, "sessionToken": "REDACTED", "expiration": "Jan 1, 2027, 1:00:00 AM"}, "assumedRoleUser": {"assumedRoleId": who["principalId"], "arn": who["arn"]}, "provider": "ci.example"},
        )  # fmt: skip
        return who

    def pipeline(self, at: datetime, run: str, *, n: int | None = None) -> dict[str, Any]:
        """Write one deployment."""
        c, rng = self.c, self.w.rng
        who = self.web_identity(at, run, ip=self.runner)
        for service, call, req in rng.sample(
            [
                ("s3", "PutObject", {"bucketName": self.buckets[0], "key": "build.tgz"}),
                ("ecs", "UpdateService", {"cluster": "main", "service": "api"}),
                ("ecr", "GetAuthorizationToken", None),
                ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "resize"}),
                ("cloudformation", "CreateChangeSet", {"stackName": "net"}),
                ("iam", "GetRole", {"roleName": self.app_role}),
                ("iam", "PutRolePolicy", {"roleName": self.app_role, "policyName": "logs"}),
                ("ssm", "GetParameter", {"name": "/app/version"}),
                ("secretsmanager", "GetSecretValue", {"secretId": "ci/npm"}),
            ],
            n or rng.randint(3, 6),
        ):
            at = self.w.later(at, 1, 30)
            c.aws(at, who, service, call, ip=self.runner, agent=TERRAFORM if rng.random() < 0.5 else SDK, request=req)
        return who

    def day(self) -> None:
        """Write everybody's day."""
        w, c, rng = self.w, self.c, self.w.rng
        for p in self.people:
            if p.quiet:
                continue
            ip, me = self.homes[p.name], c.iam_user(p)
            for _ in range(rng.randint(1, 4)):
                at = w.moment()
                if rng.random() < 0.4:
                    if rng.random() < 0.1:
                        c.console(w.later(at, -30, -9), p, ip=ip, ok=False)
                    c.console(at, p, ip=ip, mfa=True)
                for service, call in rng.sample(READS, rng.randint(2, 5)):
                    at = w.later(at, 1, 60)
                    c.aws(
                        at,
                        me,
                        service,
                        call,
                        ip=ip,
                        agent=CLI.format(13, "macos#23", call),
                        error="AccessDenied" if rng.random() < 0.04 else None,
                    )
                if rng.random() < 0.3:
                    for n in range(rng.randint(1, 5)):
                        c.get_object(
                            w.later(at, 2 + n, 3 + n),
                            me,
                            rng.choice(self.buckets),
                            f"reports/{rng.randrange(999)}.csv",
                            ip=ip,
                            agent=CLI.format(13, "macos#23", "s3.cp"),
                        )
            if rng.random() < 0.2:
                c.aws(
                    w.moment(),
                    me,
                    "iam",
                    "CreateAccessKey",
                    ip=ip,
                    agent=BROWSERS[0],
                    request={"userName": p.name},
                    response={"accessKey": {"accessKeyId": c.key_id(), "status": "Active", "userName": p.name}},
                )
                w.bystander(p, "makes a key of the own user")
            if rng.random() < 0.25:
                at = w.moment(0.0, 0.9)
                them = c.assume(
                    at,
                    me,
                    self.wide_role,
                    p.name,
                    ip=ip,
                    agent=CLI.format(13, "linux#6", "sts.assume-role"),
                    key=c.key_id("ASIA"),
                )
                for service, call in rng.sample(READS, 3):
                    at = w.later(at, 5, 90)
                    c.aws(at, them, service, call, ip=ip, agent=CLI.format(13, "linux#6", call))
                w.bystander(c.session_name(self.wide_role, p.name), "ordinary work in a strong role")
        for n in range(rng.randint(3, 8)):
            run = rng.choice(["GitHubActions", "deploy", "run"]) + (
                f"-{rng.randrange(10**8)}" if rng.random() < 0.6 else f"-{n}"
            )
            self.jobs.append(run)
            self.pipeline(w.moment(0.0, 0.95), run)
        for box in self.boxes:
            who, ip = c.role(self.app_role, box, key=c.key_id("ASIA"), ec2=True), w.ip()
            for _ in range(rng.randint(4, 15)):
                c.get_object(w.moment(), who, self.buckets[1], f"assets/{rng.randrange(9999)}", ip=ip, agent=SDK)
        if rng.random() < 0.6:
            who, at, ip = c.role("PostureReader", "scan", key=c.key_id("ASIA")), w.moment(0, 0.9), w.outside_ip()
            for service, call in [*READS, *SURVEY]:
                at = w.later(at, 0.1, 1)
                c.aws(
                    at,
                    who,
                    service,
                    call,
                    ip=ip,
                    agent="Boto3/1.34.131 md/Botocore#1.34.131",
                    error="AccessDenied" if call == "DescribeOrganization" else None,
                )
            w.bystander(c.session_name("PostureReader", "scan"), "a posture scanner")

    def survey(self, at: datetime, who: dict[str, Any], ip: str, agent: str, n: int) -> datetime:
        """Write an intruder's questions."""
        for service, call in self.w.rng.sample(SURVEY, n):
            at = self.w.later(at, 1, 25)
            self.c.aws(
                at,
                who,
                service,
                call,
                ip=ip,
                agent=agent.format(call),
                error="AccessDenied" if self.w.rng.random() < 0.3 else None,
            )
        return at


def _tool(w: FreshWorld) -> str:
    return w.rng.choice(
        [
            "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.9-amd64 exe/x86_64.kali.2024 prompt/off command/{}",
            "Boto3/1.28.5 md/Botocore#1.31.5 ua/2.0 os/linux lang/python#3.11.2",
            "aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0 botocore/1.23.34",
            "python-requests/2.31.0",
        ]
    )


def pipeline_chain(w: FreshWorld) -> None:
    """A pipeline's session is taken: a stronger role is assumed with it, secrets and objects read from elsewhere."""
    rng = w.rng
    a = Accounts(w)
    a.day()
    c, ip, agent = a.c, w.outside_ip(), _tool(w)
    run = rng.choice(["GitHubActions", "build", "deploy"]) + f"-{rng.randrange(10**7, 10**8)}"
    name = c.session_name(a.pipe_role, run)
    at = w.moment(0.15, 0.6)
    if rng.random() < 0.55:
        who = a.pipeline(at, run, n=rng.randint(6, 9))
        at = w.later(at, 200, 1500)
    else:
        with w.hostile():
            who = a.web_identity(at, run, ip=ip)
    second = rng.choice(["audit", "botocore-session-17", "s", "root-ops"]) + str(rng.randrange(99))
    with w.hostile():
        at = a.survey(w.later(at, 10, 40), who, ip, agent, rng.randint(3, 7))
        at = w.later(at, 10, 60)
        them = c.assume(
            at, who, a.wide_role, second, ip=ip, agent=agent.format("sts.assume-role"), key=c.key_id("ASIA")
        )
        at = a.survey(at, them, ip, agent, 3)
        for n in range(rng.randint(3, 12)):
            at = w.later(at, 1, 20)
            c.aws(
                at,
                them,
                *rng.choice([("secretsmanager", "GetSecretValue"), ("ssm", "GetParameter")]),
                ip=ip,
                agent=agent.format("get"),
                request={"secretId": f"prod/{n}", "withDecryption": True},
            )
        for n in range(rng.randint(10, 60)):
            at = w.later(at, 0.2, 4)
            c.get_object(at, them, a.buckets[2], f"2026/{n:05d}.parquet", ip=ip, agent=agent.format("s3.sync"))
    w.take_over(name, c.session_name(a.wide_role, second))
    w.lose("no_objects", chance=0.3)


def root_console(w: FreshWorld) -> None:
    """The root user signs in without a second factor from elsewhere, makes a user with a key, which is used."""
    rng = w.rng
    a = Accounts(w)
    a.day()
    c = a.c
    root = {"type": "Root", "principalId": c.account, "arn": f"arn:aws:iam::{c.account}:root", "accountId": c.account}
    lived = rng.random() < 0.5

    def sign_in(at: datetime, ip: str, mfa: bool) -> None:
        c.aws(
            at,
            root,
            "signin",
            "ConsoleLogin",
            ip=ip,
            agent=rng.choice(BROWSERS),
            region="us-east-1",
            response={"ConsoleLogin": "Success"},
            extra={
                "eventType": "AwsConsoleSignIn",
                "readOnly": False,
                "additionalEventData": {
                    "LoginTo": "https://console.aws.amazon.com/console/home",
                    "MobileVersion": "No",
                    "MFAUsed": "Yes" if mfa else "No",
                },
            },
        )

    if lived:
        for _ in range(rng.randint(2, 3)):
            at = w.moment()
            sign_in(at, a.office, True)
            for service, call in rng.sample(
                [
                    ("billing", "GetBillingPreferences"),
                    ("ce", "GetCostAndUsage"),
                    ("account", "GetContactInformation"),
                    ("support", "DescribeCases"),
                ],
                3,
            ):
                at = w.later(at, 5, 60)
                c.aws(at, root, service, call, ip=a.office, agent=BROWSERS[1], region="us-east-1")
    made = rng.choice(["terraform-state", "ses-mailer", "adm", "cloud-health", "backup_operator"])
    ip, agent = w.outside_ip(), _tool(w)
    with w.hostile():
        at = w.moment(0.2, 0.7)
        sign_in(at, ip, False)
        kw: dict[str, Any] = {"ip": ip, "agent": BROWSERS[2], "also": (made,), "region": "us-east-1"}
        at = w.later(at, 30, 200)
        c.aws(
            at,
            root,
            "iam",
            "CreateUser",
            request={"userName": made},
            response={
                "user": {
                    "userName": made,
                    "userId": "AIDA" + c._stable(made),
                    "arn": f"arn:aws:iam::{c.account}:user/{made}",
                }
            },
            **kw,
        )
        c.aws(
            w.later(at, 5, 20),
            root,
            "iam",
            rng.choice(["AttachUserPolicy", "AddUserToGroup"]),
            request={
                "userName": made,
                "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
                "groupName": "Admins",
            },
            **kw,
        )
        key = c.key_id()
        c.aws(
            w.later(at, 21, 40),
            root,
            "iam",
            "CreateAccessKey",
            request={"userName": made},
            response={"accessKey": {"accessKeyId": key, "status": "Active", "userName": made}},
            **kw,
        )
        who = c.iam_user(made, key=key)
        at = a.survey(w.later(at, 60, 1200), who, ip, agent, rng.randint(3, 8))
        if rng.random() < 0.6:
            for region in ("us-west-2", "sa-east-1", "eu-north-1"):
                at = w.later(at, 2, 20)
                c.aws(
                    at,
                    who,
                    "ec2",
                    "RunInstances",
                    ip=ip,
                    agent=agent.format("ec2.run-instances"),
                    region=region,
                    request={"instanceType": "p4d.24xlarge", "minCount": 8, "maxCount": 8},
                    error=None if rng.random() < 0.6 else "Client.VcpuLimitExceeded",
                )
        else:
            for n in range(rng.randint(5, 30)):
                at = w.later(at, 1, 5)
                c.get_object(at, who, a.buckets[2], f"dump/{n}.sql.gz", ip=ip, agent=agent.format("s3.cp"))
    w.take_over("root")
    w.create(made)
    w.lose("no_objects", chance=0.2)


class Tenant:
    """An identity provider and its people."""

    def __init__(self, w: FreshWorld, *, okta: bool) -> None:
        """Set up the people."""
        self.w, self.c, self.okta, rng = w, Cloud(w), okta, w.rng
        self.users = [w.person("user") for _ in range(rng.choice([5, 12, 25, 45]))]
        self.admins = [w.person("admin") for _ in range(rng.randint(2, 3))]
        offices = [w.outside_ip(), w.outside_ip()]
        self.homes = {p.name: rng.choice(offices) if rng.random() < 0.6 else w.outside_ip() for p in w.people}
        self.home = {"country": "Poland", "agent": None} if okta else {"country": "PL", "city": "Krakow"}

    def session(self, at: datetime, p: Person) -> None:
        """Write one ordinary session."""
        w, c, rng, ip = self.w, self.c, self.w.rng, self.homes[p.name]
        if self.okta:
            if rng.random() < 0.1:
                c.okta(
                    w.later(at, -40, -5),
                    p,
                    "user.session.start",
                    ip=ip,
                    message="User login to Okta",
                    result="FAILURE",
                    reason="INVALID_CREDENTIALS",
                    country="Poland",
                )
            c.okta(at, p, "user.session.start", ip=ip, message="User login to Okta", country="Poland")
            c.okta(
                w.later(at, 2, 9),
                p,
                "user.authentication.auth_via_mfa",
                ip=ip,
                message="Authentication of user via MFA",
                country="Poland",
                debug={"factor": "FIDO_WEBAUTHN"},
            )
            for app in rng.sample(["Slack", "Google Workspace", "GitHub", "NetSuite", "Zoom"], rng.randint(1, 3)):
                at = w.later(at, 10, 900)
                c.okta(
                    at,
                    p,
                    "user.authentication.sso",
                    ip=ip,
                    message="User single sign on to app",
                    country="Poland",
                    targets=[
                        {
                            "id": "0oa" + app[:3],
                            "type": "AppInstance",
                            "alternateId": app,
                            "displayName": app,
                            "detailEntry": None,
                        }
                    ],
                )
        else:
            if rng.random() < 0.1:
                c.signin(
                    w.later(at, -40, -5),
                    p,
                    ip=ip,
                    code=50126,
                    reason="Invalid username or password.",
                    device=f"NB-{p.uid}",
                    **self.home,
                )
            for app in rng.sample(
                ["OfficeHome", "Microsoft Teams", "SharePoint Online", "Dynamics 365", "GitHub Enterprise"],
                rng.randint(1, 3),
            ):
                at = w.later(at, 10, 900)
                c.signin(
                    at,
                    p,
                    ip=ip,
                    app=app,
                    device=f"NB-{p.uid}",
                    mfa=rng.choice(["MFA completed in Azure AD", "MFA requirement satisfied by claim in the token"]),
                    **self.home,
                )

    def user(self, p: Person) -> dict[str, Any]:
        """Return a person as Entra names a target."""
        return {
            "id": self.c.object_id(p),
            "displayName": f"{p.given} {p.family}",
            "type": "User",
            "userPrincipalName": p.upn,
            "modifiedProperties": [],
        }

    def upkeep(self, at: datetime, p: Person) -> None:
        """Write ordinary administration: new colleagues, groups, applications with fresh secrets."""
        w, c, rng, ip = self.w, self.c, self.w.rng, self.homes[p.name]
        self.session(w.later(at, -90, -30), p)
        other = rng.choice([u for u in self.users if not u.quiet] or [p])
        if self.okta:
            if rng.random() < 0.5:
                new = Person(
                    w._login("Milo", rng.choice(["Benes", "Ortega", "Lindgren", "Conti"])),
                    "",
                    "",
                    "user",
                    "Milo",
                    "New",
                    uid=3,
                )
                new.upn = f"{new.name}@{w.mail_domain}".lower()
                c.okta(
                    at,
                    p,
                    "user.lifecycle.create",
                    ip=ip,
                    message="Create Okta user",
                    country="Poland",
                    targets=[c.okta_user(new)],
                    also=(new,),
                )
                c.okta(
                    w.later(at, 5, 20),
                    p,
                    "user.lifecycle.activate",
                    ip=ip,
                    message="Activate Okta user",
                    country="Poland",
                    targets=[c.okta_user(new)],
                    also=(new,),
                )
                w.bystander(new, "a new colleague")
            else:
                c.okta(
                    at,
                    p,
                    "group.user_membership.add",
                    ip=ip,
                    message="Add user to group membership",
                    country="Poland",
                    targets=[c.okta_user(other)],
                    also=(other,),
                )
        else:
            if rng.random() < 0.5:
                app = {
                    "id": str(c.uuid()),
                    "displayName": rng.choice(["Payroll Sync", "Helpdesk Bot"]),
                    "type": "Application",
                    "userPrincipalName": None,
                    "modifiedProperties": [
                        {
                            "displayName": "KeyDescription",
                            "oldValue": "[]",
                            "newValue": '["[KeyType=Password,KeyUsage=Verify,DisplayName=2026]"]',
                        }
                    ],
                }
                c.directory(
                    at,
                    p,
                    "Update application – Certificates and secrets management ",
                    category="ApplicationManagement",
                    ip=ip,
                    targets=[app],
                )
            else:
                c.directory(
                    at,
                    p,
                    "Add member to group",
                    category="GroupManagement",
                    ip=ip,
                    targets=[self.user(other)],
                    also=(other,),
                )
        w.bystander(p, "ordinary administration")

    def day(self) -> None:
        """Write everybody's day."""
        w, rng = self.w, self.w.rng
        for p in [*self.users, *self.admins]:
            for _ in range(0 if p.quiet else rng.randint(3, 6)):
                self.session(w.moment(), p)
        for p in self.admins:
            for _ in range(0 if p.quiet else rng.randint(1, 2)):
                self.upkeep(w.moment(0.1, 0.95), p)
        for p in rng.sample(self.users, min(3, len(self.users))):
            if not p.quiet and not self.okta and rng.random() < 0.5:
                at, ip = w.moment(), w.outside_ip()
                for _ in range(2):
                    at = w.later(at, 60, 900)
                    self.c.signin(
                        at, p, ip=ip, country="AT", city="Wien", device=f"NB-{p.uid}", mfa="MFA completed in Azure AD"
                    )
                w.bystander(p, "away on a journey with the usual computer")


def entra_token(w: FreshWorld) -> None:
    """A session's token is taken by a proxy: the same session from two distant places; a secret added to an application."""
    rng = w.rng
    t = Tenant(w, okta=False)
    c = t.c
    victim = rng.choice([*t.users, *t.admins[:1]])
    victim.quiet = rng.random() < 0.3
    t.day()
    ip, (country, city) = (
        w.outside_ip(),
        rng.choice([("US", "Ashburn"), ("SG", "Singapore"), ("ZA", "Durban"), ("MD", "Chisinau")]),
    )
    session = str(c.uuid())
    at = w.moment(0.25, 0.7)

    def tag() -> None:
        w.records[-1].body |= {"sessionId": session}

    if not victim.quiet:
        c.signin(
            w.later(at, -700, -200),
            victim,
            ip=t.homes[victim.name],
            app="OfficeHome",
            device=f"NB-{victim.uid}",
            mfa="MFA completed in Azure AD",
            **t.home,
        )
        tag()
    with w.hostile():
        kw: dict[str, Any] = {
            "ip": ip,
            "country": country,
            "city": city,
            "agent": rng.choice(
                [
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/114.0 Safari/537.36",
                    "axios/1.7.2",
                    "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36",
                ]
            ),
        }
        c.signin(
            at,
            victim,
            app="OfficeHome",
            risk=rng.choice(["none", "medium", "high"]),
            mfa="MFA requirement satisfied by claim in the token",
            **kw,
        )
        tag()
        w.records[-1].body["riskEventTypes_v2"] = rng.choice([["anomalousToken"], ["impossibleTravel"], []])
        for app in ("Office 365 Exchange Online", rng.choice(["Microsoft Graph", "Azure Portal"])):
            at = w.later(at, 30, 300)
            c.signin(at, victim, app=app, mfa="MFA requirement satisfied by claim in the token", **kw)
            tag()
        at = w.later(at, 60, 400)
        app = {
            "id": str(c.uuid()),
            "displayName": rng.choice(["Graph Explorer X", "Teams Archiver", "PDF Tools"]),
            "type": "ServicePrincipal",
            "userPrincipalName": None,
            "modifiedProperties": [
                {
                    "displayName": "KeyDescription",
                    "oldValue": "[]",
                    "newValue": '["[KeyType=Password,KeyUsage=Verify,DisplayName=x]"]',
                }
            ],
        }
        match rng.randint(0, 2):
            case 0:
                c.directory(
                    at,
                    victim,
                    "Add service principal credentials",
                    category="ApplicationManagement",
                    ip=ip,
                    targets=[app],
                )
            case 1:
                c.directory(
                    at,
                    victim,
                    "Consent to application",
                    category="ApplicationManagement",
                    ip=ip,
                    targets=[
                        app
                        | {
                            "modifiedProperties": [
                                {
                                    "displayName": "ConsentAction.Permissions",
                                    "oldValue": "[]",
                                    "newValue": '"[[Scope: Mail.Read Files.Read.All offline_access]]"',
                                }
                            ]
                        }
                    ],
                )
            case _:
                c.directory(
                    at,
                    victim,
                    "User registered security info",
                    category="UserManagement",
                    ip=ip,
                    targets=[t.user(victim)],
                    service="Authentication Methods",
                )
        if victim.kind == "admin" and rng.random() < 0.7:
            made = Person(
                rng.choice(["exchange.sync", "breakglass2", "ms-support"]), "", "", "user", "Sync", "Account", uid=4
            )
            made.upn = f"{made.name}@{w.mail_domain}"
            c.directory(
                w.later(at, 60, 200),
                victim,
                "Add user",
                category="UserManagement",
                ip=ip,
                targets=[t.user(made)],
                also=(made,),
            )
            role = t.user(made) | {
                "modifiedProperties": [
                    {"displayName": "Role.DisplayName", "oldValue": None, "newValue": '"Privileged Role Administrator"'}
                ]
            }
            c.directory(
                w.later(at, 201, 300),
                victim,
                "Add member to role",
                category="RoleManagement",
                ip=ip,
                targets=[role],
                also=(made,),
            )
            w.create(made.name)
    w.take_over(victim)


def okta_session(w: FreshWorld) -> None:
    """An administrator's session goes on from another place and browser; a new administrator is made and signs in."""
    rng = w.rng
    t = Tenant(w, okta=True)
    c = t.c
    admin = t.admins[0]
    admin.quiet = rng.random() < 0.3
    t.day()
    at = w.moment(0.25, 0.7)
    session = "102" + c._stable("session" + admin.name)[:20]

    def tag() -> None:
        w.records[-1].body["authenticationContext"]["externalSessionId"] = session

    if not admin.quiet:
        c.okta(
            w.later(at, -900, -300),
            admin,
            "user.session.start",
            ip=t.homes[admin.name],
            message="User login to Okta",
            country="Poland",
        )
        tag()
        c.okta(
            w.later(at, -290, -250),
            admin,
            "user.session.access_admin_app",
            ip=t.homes[admin.name],
            message="User accessing Okta admin app",
            country="Poland",
        )
        tag()
    made = Person(
        rng.choice(["okta.svc", "Audit.Export", "noreply-idp", "hr.bridge"]), "", "", "user", "Svc", "Bridge", uid=5
    )
    made.upn = f"{made.name}@{w.mail_domain}".lower()
    kw: dict[str, Any] = {
        "ip": w.outside_ip(),
        "country": rng.choice(["Vietnam", "United States", "Latvia"]),
        "agent": rng.choice(
            ["Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0", "python-requests/2.32.3"]
        ),
    }
    others = rng.sample([u for u in t.users if not u.quiet], 2) if rng.random() < 0.4 else []
    with w.hostile():
        c.okta(
            at,
            admin,
            "user.session.access_admin_app",
            message="User accessing Okta admin app",
            debug={
                "behaviors": "{New Geo-Location=POSITIVE, New Device=POSITIVE, New IP=POSITIVE, New Country=POSITIVE}"
            },
            severity=rng.choice(["INFO", "WARN"]),
            **kw,
        )
        tag()
        for event, text, debug in (
            ("user.lifecycle.create", "Create Okta user", None),
            ("user.lifecycle.activate", "Activate Okta user", None),
            (
                "user.account.privilege.grant",
                "Grant user privilege",
                {"privilegeGranted": rng.choice(["Super administrator", "Organization administrator"])},
            ),
        ):
            at = w.later(at, 20, 200)
            c.okta(at, admin, event, message=text, targets=[c.okta_user(made)], also=(made,), debug=debug, **kw)
            tag()
        for p in others:
            at = w.later(at, 20, 90)
            c.okta(
                at,
                admin,
                "user.mfa.factor.deactivate",
                message="Reset factor for user",
                targets=[c.okta_user(p)],
                also=(p,),
                **kw,
            )
            tag()
        if rng.random() < 0.4:
            c.okta(
                w.later(at, 20, 90),
                admin,
                rng.choice(["system.api_token.create", "policy.lifecycle.deactivate"]),
                message="Change made",
                **kw,
            )
            tag()
        if rng.random() < 0.7:
            at = w.later(at, 100, 900)
            c.okta(at, made, "user.session.start", message="User login to Okta", **kw)
            c.okta(
                w.later(at, 20, 90),
                made,
                "user.authentication.sso",
                message="User single sign on to app",
                targets=[
                    {
                        "id": "0oa9",
                        "type": "AppInstance",
                        "alternateId": "AWS",
                        "displayName": "AWS",
                        "detailEntry": None,
                    }
                ],
                **kw,
            )
    w.take_over(admin)
    w.create(made.name)
    w.target(*others)


FAMILIES = {f.__name__: f for f in (pipeline_chain, root_console, entra_token, okta_session)}
