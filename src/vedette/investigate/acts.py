"""Who did what: each event that a rule hit, with the account that really acted and the accounts it acted upon.

The actor that a record names is often a stand-in: SYSTEM for a service that somebody installed from
another host, a machine account for a process started in a user's token, root for a sudo. An
:class:`Act` names the account behind it, how it was found and by which events.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from vedette.investigate.commands import named_accounts
from vedette.investigate.directory import Account, Directory
from vedette.investigate.names import address_key, clean, parse_account
from vedette.investigate.options import InvestigateOptions
from vedette.investigate.scope import Row, Scope, native_of, session_key
from vedette.schema import AccountKind, Event, Finding


class How(StrEnum):
    """How the acting account was found."""

    DIRECT = "direct"
    """The record names it."""
    PROCESS = "process"
    """It runs the process that the record names."""
    SESSION = "session"
    """It opened the session that the record names."""
    LINEAGE = "lineage"
    """It runs an ancestor of the process."""
    INSTALLED = "installed"
    """It created the service or task that ran the process."""
    LOGON = "logon"
    """It logged on over the network just before, and nobody else did."""
    FINDING = "finding"
    """The finding says so and its events are gone."""


class Aim(StrEnum):
    """What was done to an account."""

    CREATED = "created"
    CHANGED = "changed"
    """Given a group, policy, password or key."""
    GUESSED = "guessed"
    SECRETS = "secrets"
    """Its password hash or ticket was asked for."""
    USED = "used"
    """Its credentials were used, or its role was assumed."""


@dataclass(frozen=True, slots=True)
class Target:
    """An account acted upon."""

    account: str
    aim: Aim


@dataclass(frozen=True, slots=True)
class Act:
    """One hit event with its accounts and places."""

    finding: Finding
    event: Event
    host: str | None
    actor: str | None
    """Account key of the account behind the act."""
    stand_in: str | None
    """Account key that the record names, where that is another."""
    how: How
    via: tuple[str, ...]
    """Ids of the events that lead from the stand-in to the actor."""
    targets: tuple[Target, ...]
    session: str | None
    source: str | None
    """Host key or address that it came from."""
    attended: bool = True
    """False where the operating system says that no login stands behind it (auid unset)."""


@dataclass(frozen=True, slots=True)
class Session:
    """A logon session on a host."""

    host: str
    session: str
    account: str
    logon_type: str | None
    source: str | None
    row: Row


_UNSET_AUID = frozenset({"4294967295", "-1", "unset"})
_REPLICATION = frozenset({"T1003.006"})
_KERBEROAST = frozenset({"T1558.003"})
_ASREP = frozenset({"T1558.004"})
# Processes through which work that was asked for over the network runs under another parent.
_BROKERS = ("services.exe", "svchost.exe", "wmiprvse.exe", "taskeng.exe", "taskhostw.exe", "psexesvc.exe")
_NO_INSTALL = frozenset({"launch", "delete", "read", "open", "close", "disable", "stop"})
_BROKER_DELAY = timedelta(seconds=90)


class ActBuilder:
    """Turns hit events into acts."""

    def __init__(self, directory: Directory, scope: Scope, options: InvestigateOptions) -> None:
        """Use what the directory knows and ask the scope for the rest."""
        self.directory = directory
        self._scope = scope
        self._options = options
        self.sessions: dict[tuple[str, str], Session] = {}
        self.births: dict[str, tuple[str | None, datetime, str]] = {}
        """Account to who made it (None where the record does not say), when, and the event."""
        self._processes: dict[str, Row] = {}
        self._pids: dict[tuple[str, int], list[Row]] = {}
        self._installs: list[tuple[str, str, Row, str]] = []
        self._network: dict[str, list[tuple[Row, str]]] = {}

    def build(self, findings: Sequence[Finding], events: Mapping[str, list[Event]], changes: list[Row]) -> list[Act]:
        """Return the acts of all findings, in the order of the findings and their events."""
        every = [e for f in findings for e in events.get(f.finding_id, [])]
        self._load_sessions(every)
        self._load_processes(every)
        self._load_network(every)
        self._load_installs(changes)
        acts: list[Act] = []
        for finding in findings:
            found = events.get(finding.finding_id, [])
            acts.extend(self._act(finding, event) for event in found)
        return acts

    def account(self, row: Row | Event, side: str) -> Account | None:
        """Return the account on one side (``actor`` or ``user``) of a record."""
        host = self.directory.host(row.device_name)
        return self.directory.resolve(
            getattr(row, f"{side}_name"),
            getattr(row, f"{side}_domain"),
            getattr(row, f"{side}_uid"),
            host,
            row.log_product,
            row.cloud_account,
        )

    # ------------------------------------------------------------------ loading

    def _load_sessions(self, events: Iterable[Event]) -> None:
        pairs: set[tuple[str, str]] = set()
        for e in events:
            host = self.directory.host(e.device_name)
            for session in (session_key(e.actor_session), session_key(e.user_session)):
                if host and session:
                    pairs.add((host, session))
        for row in self._scope.sessions(pairs):
            host, session = self.directory.host(row.device_name), session_key(row.user_session)
            account = self.account(row, "user")
            if host and session and account:
                source = self.source(row.src_ip, row.src_name, host)
                known = self.sessions.get((host, session))
                if known is None or (known.source is None and source):
                    self.sessions[(host, session)] = Session(host, session, account.key, row.logon_type, source, row)

    def _load_processes(self, events: Sequence[Event]) -> None:
        wanted = {u for e in events for u in (e.process_uid, e.parent_uid) if u}
        known: set[str] = set()
        # Eight generations reach from a command to the service or shell that began it.
        for _ in range(8):
            fresh = wanted - known
            if not fresh:
                break
            known |= fresh
            for row in self._scope.processes(fresh):
                if row.process_uid and row.process_uid not in self._processes:
                    self._processes[row.process_uid] = row
                    if row.parent_uid:
                        wanted.add(row.parent_uid)
        pairs: set[tuple[str, int]] = set()
        for e in events:
            host = self.directory.host(e.device_name)
            for pid in (e.process_pid, e.parent_pid):
                if host and pid is not None:
                    pairs.add((host, pid))
        for _ in range(4):
            rows = self._scope.processes_by_pid(pairs - set(self._pids))
            for pair in pairs:
                self._pids.setdefault(pair, [])
            more: set[tuple[str, int]] = set()
            for row in rows:
                host = self.directory.host(row.device_name)
                if host and row.process_pid is not None:
                    self._pids[(host, row.process_pid)].append(row)
                    if row.parent_pid is not None and (host, row.parent_pid) not in self._pids:
                        more.add((host, row.parent_pid))
            if not more:
                break
            pairs = more

    def _load_installs(self, changes: Iterable[Row]) -> None:
        for row in changes:
            if row.class_name not in {"windows_service_activity", "scheduled_job_activity"}:
                continue
            if (row.activity or "create") in _NO_INSTALL:
                continue
            host, account = self.directory.host(row.device_name), self.effective(row)
            if host and (account is None or not account.implicable):
                lone = self._lone_logon(host, row.time)
                account = self.directory.accounts[lone[1]] if lone else None
            if host and account and account.implicable:
                command = f"{row.process_cmd or ''} {row.service_name or ''}".casefold()
                self._installs.append((host, command, row, account.key))

    def _load_network(self, events: Sequence[Event]) -> None:
        hosts = {h for e in events if (h := self.directory.host(e.device_name))}
        found: dict[str, list[tuple[Row, str]]] = defaultdict(list)
        for row in self._scope.logons_near(hosts):
            host, account = self.directory.host(row.device_name), self.account(row, "user")
            if host and account and account.implicable:
                found[host].append((row, account.key))
        self._network = dict(found)

    # ------------------------------------------------------------------ one event

    def _act(self, finding: Finding, event: Event) -> Act:
        host = self.directory.host(event.device_name)
        session = session_key(event.actor_session)
        actor, attended = self._actor(event, host)
        stand_in: Account | None = actor
        how: How = How.DIRECT
        via: tuple[str, ...] = ()
        if actor is None or not actor.implicable:
            behind = self._behind(event, host, actor)
            if behind:
                actor, how, via = behind
        targets = self._targets(finding, event, actor, host)
        if actor is not None and is_logon(event) and event.outcome == "failure":
            actor = None
        source = self.source(event.src_ip, event.src_name, host)
        if source is None and host and session and (host, session) in self.sessions:
            source = self.sessions[(host, session)].source
        if is_logon(event) and event.outcome != "failure":
            session = session_key(event.user_session) or session
        return Act(
            finding=finding,
            event=event,
            host=host,
            actor=actor.key if actor else None,
            stand_in=stand_in.key if stand_in and actor and stand_in is not actor else None,
            how=how,
            via=via,
            targets=targets,
            session=session,
            source=source,
            attended=attended,
        )

    def effective(self, row: Row | Event) -> Account | None:
        """Return the actor of a record, by its session where the record names a stand-in."""
        account = self.account(row, "actor")
        if account is None or not account.implicable:
            host, session = self.directory.host(row.device_name), session_key(row.actor_session)
            if host and session and (host, session) in self.sessions:
                return self.directory.accounts.get(self.sessions[(host, session)].account, account)
        return account

    def _actor(self, event: Event, host: str | None) -> tuple[Account | None, bool]:
        native = event.native
        attended = True
        if is_logon(event):
            user, actor = self.account(event, "user"), self.account(event, "actor")
            # su and sudo: the account that asked is the one that acts.
            if actor and actor.implicable and actor is not user and event.log_product == "linux":
                return actor, True
            return user or actor, True
        if event.event_code == "4688" and clean(_text(native, "TargetUserName")):
            target = self.directory.resolve(
                _text(native, "TargetUserName"), _text(native, "TargetDomainName"), None, host, "windows"
            )
            if target and target.implicable:
                return target, True
        if event.log_product == "linux" or "auid" in native:
            auid = clean(_text(native, "auid")) if _text(native, "auid") not in _UNSET_AUID else None
            raw_auid = _text(native, "auid")
            if raw_auid in _UNSET_AUID:
                attended = False
            name = clean(_text(native, "AUID")) or clean(_text(native, "audit_user"))
            name = name or self.directory.name_of_uid(host, auid)
            if name and attended and not name.isdigit():
                login = self.directory.resolve(name, None, None, host, "linux")
                if login:
                    return login, True
        return self.account(event, "actor"), attended

    def _behind(
        self, event: Event, host: str | None, named: Account | None
    ) -> tuple[Account, How, tuple[str, ...]] | None:
        """Return the account behind a record that names nobody, SYSTEM or another stand-in."""
        if host is None:
            return None
        chain = self._chain(event, host)
        for depth, row in enumerate(chain):
            account = self._process_account(row)
            if account and account.implicable:
                own = depth == 0 and row.process_uid == event.process_uid and named is None
                return account, How.PROCESS if own else How.LINEAGE, (row.event_id,)
        session = session_key(event.actor_session)
        if session and (host, session) in self.sessions:
            opened = self.sessions[(host, session)]
            account = self.directory.accounts.get(opened.account)
            if account and account.implicable:
                return account, How.SESSION, (opened.row.event_id,)
        return self._asked_for(event, host, chain)

    def _asked_for(self, event: Event, host: str, chain: Sequence[Row]) -> tuple[Account, How, tuple[str, ...]] | None:
        paths = [event.process_path, event.process_cmd, event.parent_path, *(r.process_path for r in chain)]
        named = {p.casefold().rsplit("\\", 1)[-1] for p in paths if p and len(p) < 400}
        skew = self._options.clock_skew
        for at, command, row, key in reversed(self._installs):
            started = row.time - skew <= event.time <= row.time + timedelta(hours=12)
            own = event.event_id == row.event_id or (
                event.service_name and row.service_name and event.service_name.casefold() == row.service_name.casefold()
            )
            ran = any(n in command for n in named if n.endswith((".exe", ".bat", ".ps1", ".dll", ".cmd")))
            if at == host and started and (own or (ran and not named & set(_BROKERS))):
                return self.directory.accounts[key], How.INSTALLED, (row.event_id,)
        parents = [event.parent_path, *(r.parent_path for r in chain), event.process_path]
        brokered = any((p or "").casefold().endswith(_BROKERS) for p in parents)
        if not brokered and event.class_name not in {"windows_service_activity", "scheduled_job_activity"}:
            return None
        lone = self._lone_logon(host, event.time)
        return (self.directory.accounts[lone[1]], How.LOGON, (lone[0].event_id,)) if lone else None

    def _lone_logon(self, host: str, at: datetime) -> tuple[Row, str] | None:
        """Return the last network logon just before, with its account, where only one account logged on."""
        near = self._network.get(host, [])
        end = bisect_right([r.time for r, _ in near], at + timedelta(seconds=2))
        recent = [(r, k) for r, k in near[:end] if at - r.time <= _BROKER_DELAY]
        return recent[-1] if recent and len({k for _, k in recent}) == 1 else None

    def _chain(self, event: Event, host: str) -> list[Row]:
        """Return the process of the event and its ancestors, nearest first, as far as logs know them."""
        chain: list[Row] = []
        seen: set[str] = set()
        row = self._processes.get(event.process_uid or "")
        if row is None and event.process_pid is not None and not event.process_uid:
            row = self._latest((host, event.process_pid), event)
        if row is None:
            row = self._processes.get(event.parent_uid or "")
            if row is None and event.parent_pid is not None and not event.parent_uid:
                row = self._latest((host, event.parent_pid), event)
        while row is not None and row.event_id not in seen and len(chain) < 8:
            seen.add(row.event_id)
            chain.append(row)
            above = self._processes.get(row.parent_uid or "")
            if above is None and row.parent_pid is not None and not row.parent_uid:
                above = self._latest((host, row.parent_pid), row)
            row = above
        return chain

    def _latest(self, pair: tuple[str, int], before: Row | Event) -> Row | None:
        rows = [r for r in self._pids.get(pair, []) if r.time <= before.time and r.event_id != before.event_id]
        return rows[-1] if rows else None

    def _process_account(self, row: Row) -> Account | None:
        """Return who runs a process: the account whose token it was given, else the one that started it."""
        if row.event_code == "4688" and clean(row.user_name):
            user = self.account(row, "user")
            if user and user.implicable:
                return user
        return self.effective(row)

    # ------------------------------------------------------------------ targets and sources

    def _targets(self, finding: Finding, event: Event, actor: Account | None, host: str | None) -> tuple[Target, ...]:
        found: dict[str, Aim] = {}

        def add(account: Account | None, aim: Aim) -> None:
            if account and (actor is None or account.key != actor.key or aim is Aim.GUESSED):
                found.setdefault(account.key, aim)

        techniques = set(finding.techniques)
        user = self.account(event, "user")
        if event.class_name == "authentication" and not takes_role(event.api_operation):
            if event.outcome == "failure":
                add(user, Aim.GUESSED)
            elif techniques & _KERBEROAST or techniques & _ASREP:
                pass
            elif user:
                add(user, Aim.USED)
        elif event.class_name in {"account_change", "group_management", "entity_management"}:
            add(user, change_aim(event.class_name, event.event_code, event.activity, event.api_operation))
        if techniques & _KERBEROAST:
            service = clean(event.service_name) or clean(_text(event.native, "ServiceName"))
            if service and not service.endswith("$") and service.casefold() != "krbtgt" and "/" not in service:
                domain = event.user_domain or event.actor_domain
                add(self.directory.resolve(service, domain, None, host, event.log_product), Aim.SECRETS)
        if techniques & _ASREP:
            add(user, Aim.SECRETS)
        if techniques & _REPLICATION and actor and actor.implicable and actor.realm and event.event_code == "4662":
            add(self.directory.resolve("krbtgt", actor.realm, None, host, "windows"), Aim.SECRETS)
        if event.api_operation:
            for target in self.cloud_targets(event.api_operation, event.native, event.cloud_account):
                add(self.directory.accounts.get(target.account), target.aim)
        if event.process_cmd and event.class_name in {"process_activity", "script_activity"}:
            for text, aim in named_accounts(event.process_cmd):
                parsed = parse_account(text)
                if parsed:
                    product = event.log_product
                    add(self.directory.resolve(parsed.name, parsed.domain, None, host, product), Aim(aim))
        return tuple(Target(k, a) for k, a in sorted(found.items()))

    def cloud_targets(self, operation: str, native: Mapping[str, Any], cloud: str | None) -> list[Target]:
        """Return the principals that a cloud identity operation made, changed or took on."""
        low = operation.casefold()
        found: list[Target] = []
        if low.startswith("assumerole"):
            arn = _text(native, "responseElements.assumedRoleUser.arn")
            role, name = _text(native, "requestParameters.roleArn"), _text(native, "requestParameters.roleSessionName")
            if not arn and role and name and ":role/" in role:
                head, _, tail = role.partition(":role/")
                arn = f"{head.replace(':iam:', ':sts:')}:assumed-role/{tail.rsplit('/', 1)[-1]}/{name}"
            account = self.directory.resolve(arn, None, arn, None, "aws", cloud) if arn else None
            if account:
                self.directory.learn_key(_text(native, "responseElements.credentials.accessKeyId"), account.key)
                found.append(Target(account.key, Aim.USED))
            return found
        user = _text(native, "requestParameters.userName")
        if user and low not in {"consolelogin"}:
            owner = cloud or _text(native, "recipientAccountId") or _text(native, "userIdentity.accountId")
            arn = f"arn:aws:iam::{owner}:user/{user}"
            account = self.directory.resolve(user, None, arn, None, "aws", owner)
            if account:
                key = _text(native, "responseElements.accessKey.accessKeyId")
                self.directory.learn_key(key, account.key)
                found.append(Target(account.key, Aim.CREATED if low == "createuser" else Aim.CHANGED))
        return found

    def source(self, address: str | None, name: str | None, host: str | None) -> str | None:
        """Return the host or address that something came from; None where it came from the host itself."""
        source = self.directory.host_of_address(address) or self.directory.host(clean(name)) or address_key(address)
        return None if source is None or source == host else source


def takes_role(operation: str | None) -> bool:
    """Return whether a cloud operation hands out a session: its actor acts, and takes on the user."""
    return (operation or "").casefold().startswith(("assumerole", "getsessiontoken", "getfederationtoken"))


def is_logon(event: Row | Event) -> bool:
    """Return whether the account logged on is the one that acts: not so where another's credentials are used."""
    return (
        event.class_name == "authentication"
        and event.event_code not in {"4648", "4672"}
        and not takes_role(event.api_operation)
    )


def change_aim(class_name: str, code: str | None, activity: str | None, operation: str | None) -> Aim:
    """Return whether an account change makes an account or changes one."""
    if class_name != "account_change":
        return Aim.CHANGED
    text = " ".join(t for t in (activity, operation) if t).casefold()
    created = code in {"4720", "4741"} or "create" in text or text in {"add", "add user"} or "add user" == text
    return Aim.CREATED if created and "key" not in text and "profile" not in text else Aim.CHANGED


def changed_accounts(builder: ActBuilder, row: Row) -> list[Target]:
    """Return the accounts that a context row of a change names, with what was done to them."""
    if row.api_operation:
        found = builder.cloud_targets(row.api_operation, native_of(row), row.cloud_account)
        if found:
            return found
    if row.class_name in {"account_change", "group_management", "entity_management"}:
        user = builder.account(row, "user")
        if user and user.kind is not AccountKind.SYSTEM:
            return [Target(user.key, change_aim(row.class_name, row.event_code, row.activity, row.api_operation))]
    return []


def _text(native: Mapping[str, Any], name: str) -> str | None:
    value = native.get(name)
    if value is None and "." in name:
        current: Any = native
        for part in name.split("."):
            current = current.get(part) if isinstance(current, Mapping) else None
        value = current
    return None if value is None or isinstance(value, (list, dict)) else str(value)
