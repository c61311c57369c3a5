"""The profile of one account, host or address, fact by fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vedette.copilot.tools.coverage import coverage
from vedette.copilot.tools.event_query import EventQuery
from vedette.copilot.tools.telling import TOLD, Names, event_fact, events_of, proof, written_account
from vedette.copilot.tools.where import (
    AccountForms,
    Condition,
    HostForms,
    account_forms,
    account_key,
    address_condition,
    all_of,
    any_of,
    host_forms,
    in_time,
    one_of,
    written_out,
)
from vedette.investigate.names import is_address, is_external
from vedette.investigate.tools.accounts import role_fact, strongest
from vedette.investigate.tools.base import account_in, host_in, same_host
from vedette.investigate.tools.hosts import host_fact
from vedette.schema import (
    AccountRole,
    Case,
    DataTable,
    Evidence,
    Finding,
    ToolResult,
    ValueKind,
    Window,
)
from vedette.store.query import Reader
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import in_window
from vedette.toolbox.cases import stored
from vedette.toolbox.saying import FactList, Saying, iso, joined, stamp

TIMEOUT_S = 20.0
LOOKBACK = timedelta(hours=1)
"""With less than this before its part in a case, what is normal for an entity cannot be told."""
_TICKETS = ("service_ticket", "ticket_granting", "authentication_ticket", "preauth", "validate")
_ADDRESS = "regexp_replace(src_ip, '^::ffff:', '')"
_PROGRAM = "regexp_extract(process_path, '[^/\\\\]+$')"


@dataclass(frozen=True, slots=True)
class _Group:
    """One value that events of the entity name."""

    value: str
    n: int
    first_at: datetime
    event_id: str
    n_before: int
    """Events before the case."""


def kind_of(context: ToolContext, reader: Reader, wanted: str) -> ValueKind:
    """Return whether a name is an account, a host or an address: by the cases, else by what the lake holds more of."""
    if is_address(wanted):
        return ValueKind.ADDRESS
    for case in context.cases:
        if account_in(case, wanted):
            return ValueKind.ACCOUNT
        if host_in(case, wanted):
            return ValueKind.HOST
    if "\\" in wanted or "@" in wanted or wanted.startswith(("arn:", "S-1-", "assumed-role/")):
        return ValueKind.ACCOUNT
    account, host = account_condition(account_forms(context, wanted)), host_forms(context, wanted).on()
    sql = f"SELECT count(*) FILTER ({account.sql}), count(*) FILTER ({host.sql}) FROM events"  # noqa: S608 (values are parameters)
    row = reader.run(sql, (*account.values, *host.values), timeout_s=TIMEOUT_S).rows[0]
    return ValueKind.HOST if row[1] > row[0] else ValueKind.ACCOUNT


def account_condition(forms: AccountForms) -> Condition:
    """Return the condition that an account acted or was acted upon."""
    return any_of([forms.condition("actor"), forms.condition("user")])


class Profile:
    """One profile."""

    def __init__(
        self, context: ToolContext, reader: Reader, wanted: str, kind: ValueKind, window: Window | None
    ) -> None:
        self._context, self._reader, self._kind, self._window = context, reader, kind, window
        self._names = Names(context)
        self._facts = FactList()
        self._account: AccountForms | None = None
        self._host: HostForms | None = None
        if kind is ValueKind.ACCOUNT:
            self._account = account_forms(context, wanted)
            self._name, condition = self._account.name, account_condition(self._account)
            self._aliases: Sequence[str] = self._account.aliases
        elif kind is ValueKind.HOST:
            self._host = host_forms(context, wanted)
            self._name, condition = self._host.name, self._host.on()
            self._aliases = (self._host.key, *self._host.addresses)
        else:
            self._name, condition = wanted, address_condition(wanted)
            self._aliases = ()
        self._where = all_of([condition, *in_time(window)])
        self._case = self._case_of()
        self._unknown: list[str] = []
        self._values: dict[str, Any] = {
            "entity": self._name, "kind": kind.value, "role": None, "case": self._case.case_id if self._case else None,
            "first_at": None, "last_at": None, "hosts": [], "accounts": [], "addresses": [], "n_events": 0,
        }  # fmt: skip

    def _case_of(self) -> Case | None:
        focus = self._context.focus.case_id
        ordered = sorted(self._context.cases, key=lambda c: c.case_id != focus)
        for case in ordered:
            if self._kind is ValueKind.ACCOUNT and account_in(case, self._name):
                return case
            if self._kind is ValueKind.HOST and host_in(case, self._name):
                return case
            if self._kind is ValueKind.ADDRESS and (
                any(self._name in h.addresses for h in case.hosts) or ("ip", self._name) in case.observables
            ):
                return case
        return None

    def _run(self, sql: str, values: tuple[Any, ...] = (), max_rows: int = 1_000) -> Any:
        return self._reader.run(sql, values or self._where.values, max_rows=max_rows, timeout_s=TIMEOUT_S)

    def result(self) -> ToolResult:
        """Return the profile."""
        self._role()
        query = self._seen()
        if self._values["n_events"]:
            self._changes()
            self._groups()
            self._company()
            self._findings()
            self._normal()
        if self._case is not None:
            self._unknown += [q for q in self._case.unknown if self._name in q][:3]
        return ToolResult(
            facts=self._facts.done(),
            values=self._values,
            tables=self._tables(),
            query=query,
            unknown=tuple(self._unknown),
            case_id=self._case.case_id if self._case else None,
            entities=(self._name,),
            window=self._window,
            next_questions=self._next(),
        )

    def _role(self) -> None:
        case, say = self._case, Saying()
        if case is not None and self._kind is ValueKind.ACCOUNT:
            account = account_in(case, self._name)
            assert account is not None  # noqa: S101 (the case was chosen by it)
            role_fact(self._facts, case, account)
            self._values["role"] = account.role.value
            for reason in strongest(account)[:2]:
                said = Saying()
                self._facts.add(
                    "account_reason", account.name, said.told(reason.text, case), said, kind=ValueKind.ACCOUNT,
                    subject=account.name, subject_kind=ValueKind.ACCOUNT, evidence=reason.evidence,
                    aliases=self._aliases,
                )  # fmt: skip
            return
        if case is not None and self._kind is ValueKind.HOST:
            host = host_in(case, self._name)
            assert host is not None  # noqa: S101 (the case was chosen by it)
            host_fact(self._facts, case, host)
            self._values["role"] = host.role.value
            return
        proof_ = [stored(c.case_id, c.title) for c in self._context.cases] or [stored("cases", "0 cases")]
        name = say.value(self._kind, self._name)
        if case is not None:
            owner = next((h for h in case.hosts if self._name in h.addresses), None)
            if owner:
                say.add(ValueKind.ROLE, owner.role.value)
                text = f"{name} is an address of {say.host(owner.name)}, {owner.role.value} host in {say.case(case)}."
            else:
                text = f"{name} is an external address seen in the events of {say.case(case)}."
        else:
            n = say.n(len(self._context.cases), "current case was", "current cases were")
            text = f"{name} takes part in no case: {n} looked at."
        self._facts.add(
            "role", None if case is None else case.case_id, text, say, kind=ValueKind.ROLE, subject=self._name,
            subject_kind=self._kind, evidence=proof_, aliases=self._aliases,
        )  # fmt: skip

    def _seen(self) -> str:
        sql = (
            "SELECT count(*) AS n, min((time, event_id)) AS first, max((time, event_id)) AS last, "  # noqa: S608 (values are parameters)
            "count(*) FILTER (class_name = 'authentication' AND activity = 'logon' AND outcome = 'success') AS ok, "
            "count(*) FILTER (class_name = 'authentication' AND activity = 'logon' AND outcome = 'failure') AS failed, "
            "count(DISTINCT CAST(time AS DATE)) AS days, "
            "min((time, event_id)) FILTER (class_name = 'authentication' AND activity = 'logon') AS logon "
            f"FROM events WHERE {self._where.sql}"
        )
        n, first, last, n_ok, n_failed, n_days, logon = self._run(sql).rows[0]
        shown = written_out(sql, self._where.values)
        say = Saying()
        name = say.value(self._kind, self._name)
        statement = stored("query", shown)
        if not n:
            self._nothing(name, say, statement)
            return shown
        first_at, last_at = _utc(first[0]), _utc(last[0])
        named = {
            ValueKind.ACCOUNT: f"name {name} as acting or acted upon",
            ValueKind.HOST: f"were recorded on {name}",
        }.get(self._kind, f"come from, go to or were recorded on {name}")
        text = f"{say.n(n, 'event')} {named}{in_window(say, self._window)}, {say.span(first_at, last_at)}, on "
        text += f"{say.n(n_days, 'day')}."
        ids = one_of("event_id", [first[1], last[1]])
        ends = events_of(
            self._run(f"SELECT {TOLD} FROM events WHERE {ids.sql} ORDER BY time, event_id", ids.values)  # noqa: S608 (as above)
        )
        self._facts.add(
            "n_events", int(n), text, say, kind=ValueKind.COUNT, subject=self._name, subject_kind=self._kind,
            evidence=[*proof(ends), statement], aliases=self._aliases,
        )  # fmt: skip
        self._values |= {"n_events": int(n), "first_at": iso(first_at), "last_at": iso(last_at)}
        self._values |= {"logons": int(n_ok), "failed_logons": int(n_failed)}
        for e, lead in zip(ends, ("First seen at ", "Last seen at "), strict=False):
            which = "first_seen" if lead.startswith("F") else "last_seen"
            event_fact(self._facts, self._names, e, name=which, lead=lead, subject=self._name, subject_kind=self._kind)
        say = Saying()
        whose = {ValueKind.ACCOUNT: "of", ValueKind.HOST: "on"}.get(self._kind, "from, to or on")
        about = f"{whose} {say.value(self._kind, self._name)}{in_window(say, self._window)}"
        text = f"There is no logon {about}, neither a successful nor a failed one."
        if n_ok or n_failed:
            verb = "is" if n_ok == 1 else "are"
            text = f"There {verb} {say.n(int(n_ok), 'successful logon')} and {say.n(int(n_failed), 'failed logon')} "
            text += f"{about}, the first at {say.at(_utc(logon[0]))}."
            statement = Evidence(ref=str(logon[1]), at=_utc(logon[0]))
        self._facts.add(
            "n_logons", int(n_ok), text, say, kind=ValueKind.COUNT, subject=self._name, subject_kind=self._kind,
            evidence=[statement], aliases=self._aliases,
        )  # fmt: skip
        return shown

    def _nothing(self, name: str, say: Saying, statement: Evidence) -> None:
        seen = coverage(self._reader, EventQuery(window=self._window))
        if seen.cannot_tell:
            self._unknown += seen.unknown(EventQuery(window=self._window), self._context)
            return
        text = f"{name} is named in no event{in_window(say, self._window)}: {say.n(seen.n_in_window, 'event')} of "
        text += f"{seen.sources_said(say)} were searched."
        self._facts.add(
            "n_events", 0, text, say, kind=ValueKind.COUNT, subject=self._name, subject_kind=self._kind,
            evidence=[*seen.evidence, statement], aliases=self._aliases,
        )  # fmt: skip

    def _changes(self) -> None:
        """Say what was changed about an account: made, put into groups, unlocked."""
        if self._account is None:
            return
        upon = self._account.condition("user")
        where = all_of([upon, one_of("class_name", ["account_change", "group_management"]), *in_time(self._window)])
        sql = f"SELECT {TOLD} FROM events WHERE {where.sql} ORDER BY time, event_id LIMIT 6"  # noqa: S608 (as above)
        told: set[str] = set()
        for e in events_of(self._run(sql, where.values)):
            key = f"{e.activity} {e.group_name} {e.time:%Y-%m-%d %H:%M}"
            if key not in told:
                told.add(key)
                event_fact(
                    self._facts, self._names, e, name="account_change", subject=self._name, subject_kind=self._kind
                )

    # ------------------------------------------------------------------ what it is seen with

    def _began(self) -> datetime | None:
        """Return when the entity's part in the case began."""
        if self._case is None:
            return None
        steps = [
            s.at for s in self._case.timeline
            if (self._kind is ValueKind.ACCOUNT and s.account == self._name)
            or (self._kind is ValueKind.HOST and same_host(s.host, self._name))
        ]  # fmt: skip
        return min(steps, default=self._case.first_at)

    def _by(
        self, expression: str, more: str = "true", limit: int = 200, realm: str = "NULL", key: str = ""
    ) -> list[_Group]:
        began = self._began()
        before = "time < ?" if began else "true"
        values = (*([began.replace(tzinfo=None)] if began else []), *self._where.values)
        sql = (
            f"SELECT min({expression}) AS value, count(*) AS n, min((time, event_id)) AS first, "  # noqa: S608 (expressions are ours, values are parameters)
            f"count(*) FILTER ({before}) AS n_before, min({realm}) AS realm "
            f"FROM events WHERE {self._where.sql} AND {more} AND {expression} IS NOT NULL AND {expression} <> '' "
            f"GROUP BY {key or f'lower({expression})'} ORDER BY n DESC, value"
        )
        rows = self._run(sql, values, 200).rows
        return [
            _Group(written_account(str(v), r) or str(v), int(n), _utc(first[0]), str(first[1]), int(b))
            for v, n, first, b, r in rows
        ]

    def _groups(self) -> None:
        tickets = ", ".join(f"'{t}'" for t in _TICKETS)
        present = f"NOT (class_name = 'authentication' AND coalesce(activity, '') IN ({tickets}))"
        self._hosts: list[_Group] = []
        self._accounts: list[_Group] = []
        self._addresses: list[_Group] = []
        self._programs: list[_Group] = []
        if self._kind is not ValueKind.HOST:
            self._hosts = self._by("device_name", present)
            self._group_fact("hosts", self._hosts, ValueKind.HOST, "host", "recorded it")
        if self._kind is not ValueKind.ACCOUNT:
            who = "CASE WHEN class_name = 'authentication' THEN coalesce(user_name, actor_name) ELSE actor_name END"
            realm = "CASE WHEN class_name = 'authentication' THEN coalesce(user_domain, actor_domain) "
            found = self._by(who, present, realm=realm + "ELSE actor_domain END", key=account_key(who))
            self._accounts = [self._named(g) for g in found]
            self._group_fact("accounts", self._accounts, ValueKind.ACCOUNT, "account", "acted or logged on there")
        if self._kind is not ValueKind.ADDRESS:
            self._addresses = self._by(_ADDRESS, "src_ip NOT IN ('::1', '127.0.0.1', '-')")
            self._group_fact("addresses", self._addresses, ValueKind.ADDRESS, "source address", "it came from")
        else:
            away = [g for g in self._by("coalesce(dst_name, dst_ip)") if g.value != self._name]
            self._group_fact("destinations", away, ValueKind.ADDRESS, "other end", "it reached")
            self._values["destinations"] = [g.value for g in away[:50]]
        self._programs = self._by(_PROGRAM, "class_name = 'process_activity' AND activity = 'launch'")
        self._group_fact("programs", self._programs, ValueKind.PROCESS, "program", "started")
        if self._kind is ValueKind.HOST and self._host and self._host.addresses:
            self._values["addresses"] = list(self._host.addresses)
        self._values["programs"] = [g.value for g in self._programs[:50]]

    def _named(self, group: _Group) -> _Group:
        return _Group(self._names.of(group.value) or group.value, group.n, group.first_at, group.event_id,
                      group.n_before)  # fmt: skip

    def _group_fact(self, key: str, groups: list[_Group], kind: ValueKind, noun: str, why: str) -> None:
        if key in self._values:
            self._values[key] = [g.value for g in groups[:50]]
        if not groups:
            return
        say = Saying()
        words = joined([f"{say.value(kind, g.value)} ({say.n(g.n)})" for g in groups[:6]], 6)
        more = f" and {say.n(len(groups) - 6)} more" if len(groups) > 6 else ""
        name = say.value(self._kind, self._name)
        many = {"source address": "source addresses"}.get(noun, noun + "s")
        text = {
            "hosts": f"Its events were recorded on {say.n(len(groups), noun, many)}: {words}{more}.",
            "accounts": f"{say.n(len(groups), noun, many)} acted or logged on there: {words}{more}.",
            "addresses": f"Its events name {say.n(len(groups), noun, many)}: {words}{more}.",
            "destinations": f"It is seen with {say.n(len(groups), noun, many)}: {words}{more}.",
            "programs": f"It started {say.n(len(groups), 'different program')}: {words}{more}.",
        }[key]
        text = f"{name}: {text[:1].lower()}{text[1:]}"
        self._facts.add(
            key, [g.value for g in groups[:20]], text, say, kind=kind, subject=self._name, subject_kind=self._kind,
            evidence=[Evidence(ref=g.event_id, at=g.first_at) for g in groups[:6]], aliases=self._aliases,
        )  # fmt: skip

    # ------------------------------------------------------------------ judged, and normal or not

    def _company(self) -> None:
        """Say which implicated accounts an address is seen with, where no case names the address itself."""
        if self._kind is not ValueKind.ADDRESS or self._case is not None:
            return
        for case in self._context.cases:
            roles = {a.name: a.role.value for a in case.accounts if a.implicated}
            seen = [g for g in self._accounts if g.value in roles]
            if not seen:
                continue
            say = Saying()
            words = joined([f"{say.account(g.value)} ({roles[g.value]}, {say.n(g.n, 'event')})" for g in seen[:6]], 6)
            for g in seen[:6]:
                say.add(ValueKind.ROLE, roles[g.value])
            first = min(g.first_at for g in seen)
            text = f"{say.address(self._name)} is seen with {say.n(len(seen), 'account')} implicated in "
            text += f"{say.case(case)}: {words}, first at {say.at(first)}."
            self._facts.add(
                "implicated_accounts", [g.value for g in seen], text, say, kind=ValueKind.ACCOUNT, subject=self._name,
                subject_kind=self._kind, evidence=[Evidence(ref=g.event_id, at=g.first_at) for g in seen],
            )  # fmt: skip
            self._case, self._values["case"] = case, case.case_id
            return

    def _findings(self) -> None:
        fitting = self._own_findings()
        self._values["findings"] = len(fitting)
        say = Saying()
        name = say.value(self._kind, self._name)
        if not fitting:
            text = f"No finding names {name}."
            evidence: list[Evidence] = [stored("findings", "0 findings")]
        else:
            titles = joined([f"{say.quoted_title(f.title)} ({f.severity.value})" for f in fitting[:4]], 4)
            for f in fitting[:4]:
                say.add(ValueKind.SEVERITY, f.severity.value)
            more = f" and {say.n(len(fitting) - 4)} more" if len(fitting) > 4 else ""
            verb = "names" if len(fitting) == 1 else "name"
            text = f"{say.n(len(fitting), 'finding')} {verb} {name}, the gravest first: {titles}{more}."
            evidence = [e for f in fitting[:6] for e in f.evidence[:1]]
        self._facts.add(
            "n_findings", len(fitting), text, say, kind=ValueKind.COUNT, subject=self._name, subject_kind=self._kind,
            evidence=evidence, aliases=self._aliases,
        )  # fmt: skip

    def _own_findings(self) -> list[Finding]:
        from vedette.store.book import load_findings

        found = load_findings(self._context.lake)
        if self._kind is ValueKind.HOST:
            return [f for f in found if same_host(f.device_name, self._name)]
        if self._kind is ValueKind.ACCOUNT:
            assert self._account is not None  # noqa: S101 (set with the kind)
            own = self._account.name.casefold()
            return [f for f in found if any((self._names.of(a) or "").casefold() == own for a in f.accounts)]
        sql = (
            "SELECT DISTINCT rule_id FROM hits WHERE event_id IN "  # noqa: S608 (values are parameters)
            f"(SELECT event_id FROM events WHERE {self._where.sql})"
        )
        rules = {str(r[0]) for r in self._run(sql).rows}
        return [f for f in found if f.rule_id in rules and any(self._fits_place(f, g) for g in self._hosts)]

    @staticmethod
    def _fits_place(finding: Finding, host: _Group) -> bool:
        """Return whether a finding may be of a host: it names that one, or none."""
        return not finding.device_name or same_host(finding.device_name, host.value)

    def _normal(self) -> None:
        """Say what the entity did before the case, and what was new in it."""
        case, began = self._case, self._began()
        if case is None or began is None or self._kind is ValueKind.ADDRESS:
            return
        if self._values["role"] == AccountRole.CREATED:
            return  # nothing is normal for an account that the attacker made
        sql = (
            "SELECT count(*), count(DISTINCT CAST(time AS DATE)), min(time) "  # noqa: S608 (values are parameters)
            f"FROM events WHERE time < ? AND {self._where.sql}"
        )
        n, n_days, first = self._run(sql, (began.replace(tzinfo=None), *self._where.values)).rows[0]
        say = Saying()
        name = say.value(self._kind, self._name)
        if not n or began - _utc(first) < LOOKBACK:
            seen = "nothing was recorded of it" if not n else (
                f"its records begin at {stamp(_utc(first))}, less than an hour"
            )  # fmt: skip
            self._unknown.append(
                f"What is normal for {self._name} cannot be told: {seen} before its part in {case.case_id} began at "
                f"{stamp(began)}."
            )
            self._values["normal_before"] = None
            return
        groups = {ValueKind.HOST: self._hosts or [], ValueKind.ACCOUNT: self._accounts or [],
                  ValueKind.ADDRESS: self._addresses or []}  # fmt: skip
        new: list[str] = []
        proofs: list[Evidence] = []
        listed: dict[str, list[str]] = {}
        for kind, found in groups.items():
            fresh = [g for g in found if not g.n_before and g.first_at <= case.last_at]
            key = {"host": "hosts", "account": "accounts", "address": "addresses"}[kind.value]
            listed[key] = [g.value for g in fresh]
            if fresh:
                words = joined([say.value(kind, g.value) for g in fresh[:5]], 5)
                more = f" and {say.n(len(fresh) - 5)} more" if len(fresh) > 5 else ""
                new.append(f"{key} {words}{more}")
                proofs += [Evidence(ref=g.event_id, at=g.first_at) for g in fresh[:3]]
        began_said = say.at(began)
        text = f"Before its part in {say.case(case)} began at {began_said}, {name} is seen in "
        text += f"{say.n(int(n), 'event')} on {say.n(int(n_days), 'day')}, from {say.at(_utc(first))} on"
        text += f"; new during the case: {'; '.join(new)}." if new else "; no host, account or address was new to it."
        self._facts.add(
            "seen_before", int(n), text, say, kind=ValueKind.COUNT, subject=self._name, subject_kind=self._kind,
            evidence=[*proofs, stored("query", sql)], aliases=self._aliases,
        )  # fmt: skip
        self._values["normal_before"] = {"n_events": int(n), "n_days": int(n_days), "new": listed}

    # ------------------------------------------------------------------ the rest

    def _tables(self) -> tuple[DataTable, ...]:
        if not self._values["n_events"]:
            return ()
        made = []
        for title, groups in (
            ("Hosts", self._hosts), ("Accounts", self._accounts), ("Addresses", self._addresses),
            ("Programs", self._programs),
        ):  # fmt: skip
            if groups:
                rows = tuple((g.value, g.n, iso(g.first_at)) for g in groups[: self._context.max_rows])
                cut = max(0, len(groups) - len(rows))
                made.append(DataTable(columns=("value", "events", "first"), rows=rows, title=title, cut=cut))
        return tuple(made)

    def _next(self) -> tuple[str, ...]:
        if self._kind is ValueKind.ACCOUNT:
            return (f"What did {self._name} do first?", f"Which failed logons did {self._name} have?")
        if self._kind is ValueKind.HOST:
            return (f"Who logged on to {self._name}?", f"Show me the timeline of {self._name}.")
        where = "inside or outside"
        return (
            (f"Which accounts came from {self._name}?",)
            if is_external(self._name)
            else (f"Which host is it, {where}?",)
        )


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


__all__ = ["Profile", "kind_of"]
