"""A small organisation that writes event tables: the ground on which incidents are generated.

Everything random comes from one seeded generator. Events are made in their normalised form (the
columns of a lake), with log sources left out at random, because real estates log unevenly.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson

FIRST = (
    "anna ben carla dmitri elena farid grace hugo ines jonas kira liam mona nils olga paul "
    "quinn rosa sven tara umar vera wim xenia yusuf zoe "
).split()
LAST = (
    "adams becker costa diaz eriksen fischer garcia haas ivanov jensen klein lopez meyer novak "
    "olsen petit quist rossi silva toth ueda vogel weber young zhang "
).split()
CORPS = ["ACME", "NORTHWIND", "GLOBEX", "INITECH", "UMBRA", "TYRELL", "VANDELAY", "HOOLI"]


@dataclass
class Truth:
    """What an incident's accounts are, by base name, lower case; anything not named is a bystander."""

    family: str
    roles: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Hosts, accounts, events and hits of one generated incident."""

    seed: int
    lookback_h: float = 24.0
    rng: random.Random = field(init=False)
    rows: list[dict] = field(default_factory=list)
    hits: list[dict] = field(default_factory=list)
    rules: dict[str, dict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        r = self.rng = random.Random(self.seed)
        self.domain = r.choice(CORPS)
        self.fqdn = self.domain.lower() + r.choice([".local", ".corp", ".com", ".lan"])
        self.t0 = datetime(2024, r.randint(1, 12), r.randint(1, 27), r.randint(7, 15), 0, tzinfo=UTC)
        self.sources = {"sysmon": r.random() < 0.75, "security": r.random() < 0.85, "logons": r.random() < 0.9}
        if not self.sources["sysmon"] and not self.sources["security"]:
            self.sources[r.choice(["sysmon", "security"])] = True
        self.skew = {}
        self.style = r.choice(["first.last", "flast", "firstl", "first_last"])
        self.n = 0
        n_users = r.randint(6, 16)
        self.users = []
        while len(self.users) < n_users:
            u = self.person()
            if u not in self.users:
                self.users.append(u)
        prefix = r.choice(["WS", "PC-", "WKS", "LAPTOP-", "DESKTOP-", "WORKSTATION"])
        self.ws = {u: f"{prefix}{r.randint(100, 999)}{i}" for i, u in enumerate(self.users)}
        self.dc = r.choice(["DC01", "DC1", self.domain + "DC"])
        self.servers = [r.choice(["FS", "FILE", "SRV"]) + "01", "SQL01", "APP02"]
        self.admins = [r.choice(["adm-", "admin.", "a_"]) + u.split(".")[0] for u in r.sample(self.users, 2)]
        self.svcs = [
            r.choice(["svc_", "svc-", "sa_"]) + n
            for n in r.sample(["backup", "sql", "scan", "web", "deploy", "monitor"], 3)
        ]
        self.linux = [f"{p}{i:02d}" for i, p in enumerate(r.sample(["web", "db", "app", "build", "gw"], 3), 1)]
        self.net = f"10.{r.randint(1, 250)}.{r.randint(1, 250)}"
        self.ips = {}
        for i, h in enumerate([*self.ws.values(), self.dc, *self.servers, *self.linux]):
            self.ips[h] = f"{self.net}.{i + 10}"
        self.cloud = "".join(r.choice("0123456789") for _ in range(12))
        self.sids = {}
        self.logon_ids = {}
        self.office_ip = f"203.0.113.{r.randint(1, 250)}"
        self.fq = r.random() < 0.5

    # -------------------------------------------------------------- names

    def person(self) -> str:
        a, b = self.rng.choice(FIRST), self.rng.choice(LAST)
        return {"first.last": f"{a}.{b}", "flast": a[0] + b, "firstl": a + b[0], "first_last": f"{a}_{b}"}[self.style]

    def evil_ip(self) -> str:
        first = self.rng.choice([45, 91, 185, 193])
        return f"{first}.{self.rng.randint(2, 250)}.{self.rng.randint(1, 250)}.{self.rng.randint(1, 250)}"

    def device(self, host: str) -> str:
        return f"{host}.{self.fqdn}" if self.fq else host

    def sid(self, user: str) -> str:
        return self.sids.setdefault(user, f"S-1-5-21-111-222-{333}-{1100 + len(self.sids)}")

    def session(self, host: str, user: str) -> str:
        key = (host, user)
        if key not in self.logon_ids:
            self.logon_ids[key] = f"0x{self.rng.randint(0x10000, 0xFFFFFF):x}"
        return self.logon_ids[key]

    def new_session(self, host: str, user: str) -> str:
        self.logon_ids.pop((host, user), None)
        return self.session(host, user)

    # -------------------------------------------------------------- events

    def add(self, at: datetime, source: str = "always", **cols) -> str | None:
        if source != "always" and not self.sources.get(source, True):
            return None
        self.n += 1
        eid = hashlib.sha256(f"{self.seed}:{self.n}".encode()).hexdigest()[:32]
        host = cols.get("device_name")
        at = at + timedelta(seconds=self.skew.get(host, 0.0))
        if host and host in self.ips:
            cols["device_name"] = self.device(host)
        native = cols.pop("native", {})
        self.rows.append(
            {
                "event_id": eid,
                "time": at,
                "source": "gen",
                "reader": "gen",
                "raw": "",
                **cols,
                "native": orjson.dumps(native).decode(),
            }
        )
        return eid

    def hit(self, ids, rule: str, severity: str, techniques=(), tactics=(), p: float = 1.0) -> None:
        """Let a rule fire on events; rules that do not exist in this world never fire."""
        known = self.rules.setdefault(rule, {"on": self.rng.random() < p, "severity": severity})
        if not known["on"]:
            return
        for eid in ids if isinstance(ids, list) else [ids]:
            if eid is None:
                continue
            row = next(r for r in reversed(self.rows) if r["event_id"] == eid)
            self.hits.append(
                {
                    "rule": rule,
                    "row": row,
                    "severity": severity,
                    "techniques": tuple(techniques),
                    "tactics": tuple(tactics),
                }
            )

    def logon(self, at, user, host, kind="3", src=None, domain=None, ok=True, session=None, ntlm=False) -> str | None:
        domain = domain or self.domain
        ip = None
        name = None
        if src:
            ip = self.ips.get(src, src if src[0].isdigit() else None)
            name = src if src in self.ips and (ntlm or self.rng.random() < 0.3) else None
            if name and not ntlm and self.rng.random() < 0.2:
                ip = None
        session = session or self.new_session(host, user)
        eid = self.add(
            at,
            "logons",
            class_name="authentication",
            activity="logon",
            outcome="success" if ok else "failure",
            log_product="windows",
            log_service="security",
            event_code="4624" if ok else "4625",
            device_name=host,
            user_name=user,
            user_domain=self.fqdn.upper() if domain == self.domain and self.rng.random() < 0.3 else domain,
            user_uid=self.sid(user) if ok else "S-1-0-0",
            user_session=session if ok else None,
            logon_type=kind,
            actor_name=None if kind == "3" else f"{host}$",
            actor_domain=None if kind == "3" else self.domain,
            actor_session=None if kind == "3" else "0x3e7",
            src_ip=ip,
            src_name=name,
            auth_protocol="NTLM" if ntlm else "Kerberos",
        )
        return eid

    def proc(
        self,
        at,
        host,
        user,
        image,
        cmd,
        parent="C:\\Windows\\explorer.exe",
        domain=None,
        session=None,
        parent_uid=None,
        system=False,
        only=None,
    ) -> tuple[list, str]:
        domain = domain or self.domain
        session = "0x3e7" if system else session or self.session(host, user)
        uid = "{" + hashlib.md5(f"{self.seed}{self.n}".encode()).hexdigest() + "}"
        pid = self.rng.randint(1000, 20000)
        ids = []
        common = dict(
            class_name="process_activity",
            activity="launch",
            log_product="windows",
            log_category="process_creation",
            device_name=host,
            process_path=image,
            process_cmd=cmd,
            process_pid=pid,
            parent_path=parent,
        )
        if only != "security":
            ids.append(
                self.add(
                    at,
                    "sysmon",
                    **common,
                    log_service="sysmon",
                    event_code="1",
                    actor_name="SYSTEM" if system else user,
                    actor_domain="NT AUTHORITY" if system else domain,
                    actor_session=session,
                    process_uid=uid,
                    parent_uid=parent_uid,
                )
            )
        if only != "sysmon":
            ids.append(
                self.add(
                    at + timedelta(milliseconds=3),
                    "security",
                    **common,
                    log_service="security",
                    event_code="4688",
                    actor_name=f"{host}$" if system else user,
                    actor_domain=self.domain if system else domain,
                    actor_session=session,
                    actor_uid="S-1-5-18" if system else self.sid(user),
                )
            )
        return [i for i in ids if i], uid

    def change(self, at, host, actor, target, code, activity, group=None, session=None, domain=None) -> str | None:
        return self.add(
            at,
            "security",
            class_name="group_management" if group else "account_change",
            activity=activity,
            outcome="success",
            log_product="windows",
            log_service="security",
            event_code=code,
            device_name=host,
            actor_name=actor,
            actor_domain=domain or self.domain,
            actor_uid=self.sid(actor),
            actor_session=session or self.session(host, actor),
            user_name=target,
            user_domain=self.domain,
            user_uid=self.sid(target),
            group_name=group,
        )

    def ssh(self, at, user, host, ip, ok=True, method="password") -> str | None:
        return self.add(
            at,
            "logons",
            class_name="authentication",
            activity="logon",
            outcome="success" if ok else "failure",
            log_product="linux",
            log_service="sshd",
            device_name=host,
            user_name=user,
            src_ip=ip,
            auth_protocol=method,
            logon_type="network",
            process_path="sshd",
        )

    def lproc(self, at, host, user, cmd, run_as=None, attended=True, parent="/bin/bash", name_only=False) -> str | None:
        native = {
            "auid": "1000" if attended else "4294967295",
            "AUID": user if attended else "unset",
            "UID": run_as or user,
            "EUID": run_as or user,
        }
        return self.add(
            at,
            class_name="process_activity",
            activity="launch",
            log_product="linux",
            log_category="process_creation",
            log_service="auditd",
            device_name=host,
            actor_name=user,
            actor_uid="0" if user == "root" else str(1000 + sum(map(ord, user)) % 500) if attended else None,
            process_path="/usr/bin/" + cmd.split()[0].rsplit("/", 1)[-1],
            process_cmd=cmd,
            process_pid=self.rng.randint(500, 30000),
            parent_path=parent,
            native={} if name_only else native,
        )

    def api(
        self,
        at,
        actor,
        op,
        service="s3.amazonaws.com",
        ip=None,
        key=None,
        resource=None,
        agent=None,
        ok=True,
        native=None,
        klass="api_activity",
        user=None,
    ) -> str | None:
        is_role, arn = actor.startswith("assumed-role/"), self.arn(actor)
        dev = actor.rsplit("/", 1)[-1] if is_role and actor.rsplit("/", 1)[-1].startswith("i-") else None
        cols = {}
        if user:
            cols = {
                "user_name": user,
                "user_domain": self.cloud,
                "user_uid": self.arn(user),
            }
        return self.add(
            at,
            class_name=klass,
            activity="other",
            outcome="success" if ok else "failure",
            log_product="aws",
            log_service="cloudtrail",
            event_code=op,
            api_service=service,
            api_operation=op,
            actor_name=actor,
            actor_domain=self.cloud,
            actor_uid=arn,
            actor_session=key or self.key(actor),
            cloud_account=self.cloud,
            cloud_region="eu-west-1",
            src_ip=ip or self.office_ip,
            user_agent=agent or self.agent(actor),
            resource=resource,
            device_name=dev,
            native=native or {},
            **cols,
        )

    def arn(self, actor: str) -> str:
        if actor.startswith("assumed-role/"):
            return f"arn:aws:sts::{self.cloud}:{actor}"
        return f"arn:aws:iam::{self.cloud}:user/{actor}"

    def key(self, actor) -> str:
        kind = "ASIA" if actor.startswith("assumed-role/") else "AKIA"
        return kind + hashlib.sha1(f"{self.seed}{actor}".encode()).hexdigest()[:16].upper()

    def agent(self, actor) -> str:
        return ["aws-cli/2.15 Python/3.11", "Boto3/1.34", "console.amazonaws.com", "terraform/1.7"][
            sum(map(ord, actor)) % 4
        ]

    def signin(self, at, upn_user, ip, ok=True, product="azure", agent="Mozilla/5.0", mfa=True) -> str | None:
        dom = self.domain.lower() + ".com"
        return self.add(
            at,
            class_name="authentication",
            activity="logon",
            outcome="success" if ok else "failure",
            log_product=product,
            log_service="signinlogs" if product == "azure" else "okta",
            event_code="Sign-in activity",
            actor_name=upn_user,
            actor_domain=dom,
            user_name=upn_user,
            user_domain=dom,
            user_uid="oid-" + upn_user,
            src_ip=ip,
            user_agent=agent,
            cloud_account="tenant-1",
            auth_protocol="mfa" if mfa else "password",
        )

    def idp(
        self, at, actor, op, target=None, ip=None, product="azure", activity="update", group=None, agent="Mozilla/5.0"
    ) -> str | None:
        dom = self.domain.lower() + ".com"
        return self.add(
            at,
            class_name="group_management" if group else "account_change" if target else "api_activity",
            activity=activity,
            outcome="success",
            log_product=product,
            log_service="auditlogs",
            event_code=op,
            api_operation=op,
            actor_name=actor,
            actor_domain=dom,
            actor_uid="oid-" + actor,
            user_name=target,
            user_domain=dom if target else None,
            src_ip=ip,
            group_name=group,
            cloud_account="tenant-1",
            user_agent=agent,
        )
