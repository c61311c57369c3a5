"""From grounded arguments to conditions on events, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.copilot.tools.activities import ACTIVITIES, NETWORKED, Activity, conditions_of
from vedette.copilot.tools.where import (
    Condition,
    account_forms,
    address_condition,
    all_of,
    any_of,
    host_forms,
    in_time,
    like,
    of_case,
    one_of,
    pattern,
)
from vedette.errors import UserError
from vedette.investigate.names import is_address
from vedette.investigate.tools.base import account_in, host_in
from vedette.knowledge import attack
from vedette.schema import Finding, Outcome, Parameter, ValueKind, Window
from vedette.store.query import reading
from vedette.toolbox import ToolContext
from vedette.toolbox.arguments import (
    ACCOUNT,
    ADDRESS,
    CASE,
    HOST,
    TECHNIQUE,
    WINDOW,
    choice_of,
    in_window,
    technique_of,
    text_of,
    window_of,
)
from vedette.toolbox.cases import choose_case
from vedette.toolbox.saying import Saying

SEARCHED = (
    "process_cmd", "process_path", "parent_cmd", "target_path", "file_path", "registry_path", "service_name",
    "api_operation", "resource", "dns_query", "url", "user_agent", "alert", "message", "group_name", "raw",
)  # fmt: skip
"""Columns that free text is looked for in; the last is the whole record as its source wrote it."""

LOGONS = frozenset({"logon", "failed_logon", "logoff", "ticket"})
"""Kinds in which the account acted upon is the one that logs on."""
LOGON_TYPES = {
    "interactive": "2", "network": "3", "batch": "4", "service": "5", "unlock": "7", "cleartext": "8",
    "new_credentials": "9", "remote_desktop": "10", "cached": "11",
}  # fmt: skip
"""Windows logon types by the words that people use for them."""

FILTERS = (
    CASE,
    Parameter(
        name="activity",
        kind=ValueKind.CHOICE,
        choices=tuple(ACTIVITIES),
        description="Which kind of activity; left out: any.",
        example="failed logons",
    ),
    ACCOUNT,
    Parameter(
        name="whose",
        kind=ValueKind.CHOICE,
        choices=("implicated",),
        description="Only what accounts implicated in the case did, where no account is named.",
        example="they",
        routed=False,
    ),
    HOST,
    ADDRESS,
    Parameter(
        name="source",
        kind=ValueKind.ENTITY,
        description="Only what came from this host or address.",
        example="from 203.0.113.7",
    ),
    Parameter(
        name="destination",
        kind=ValueKind.ENTITY,
        description="Only what went to this host or address.",
        example="to DC01",
    ),
    Parameter(
        name="excluding",
        kind=ValueKind.ENTITY,
        many=True,
        description="Leave out what these accounts did or was done to them, and what was on these hosts or addresses.",
        example="besides FS01",
        routed=False,
    ),
    WINDOW,
    Parameter(
        name="outcome",
        kind=ValueKind.CHOICE,
        choices=tuple(o.value for o in Outcome),
        description="Only what succeeded, or only what failed.",
        example="failed",
    ),
    TECHNIQUE,
    Parameter(
        name="finding",
        kind=ValueKind.FINDING,
        description="Only events that this finding or rule fired on: its title, part of it, or its id.",
        example="Event log cleared",
    ),
    Parameter(
        name="process", kind=ValueKind.PROCESS, description="Only events of this program.", example="powershell.exe"
    ),
    Parameter(
        name="command",
        kind=ValueKind.COMMAND,
        description="Only events whose command line holds this; * stands for anything.",
        example="comsvcs*MiniDump",
    ),
    Parameter(
        name="operation",
        kind=ValueKind.TEXT,
        description="Only calls of this operation of a cloud's or directory's API.",
        example="GetObject",
    ),
    Parameter(
        name="code",
        kind=ValueKind.TEXT,
        description="Only events with this number or name that the source itself gives to the kind of event.",
        example="4720",
    ),
    Parameter(
        name="logon_type",
        kind=ValueKind.CHOICE,
        choices=tuple(LOGON_TYPES),
        description="Only logons of this Windows type.",
        example="by remote desktop",
    ),
    Parameter(name="port", kind=ValueKind.COUNT, description="Only this port, at either end.", example="3389"),
    Parameter(
        name="text",
        kind=ValueKind.TEXT,
        description="Only events that hold this text anywhere; * stands for anything.",
        example="mimikatz",
    ),
)
"""The parameters by which events are chosen."""


@dataclass
class EventQuery:
    """Which events are asked for."""

    activity: Activity | None = None
    conditions: list[Condition] = field(default_factory=list)
    window: Window | None = None
    said: list[tuple[str, ValueKind | None, str]] = field(default_factory=list)
    """The filters in words: what goes before a value, its kind, and the value."""
    entities: list[str] = field(default_factory=list)
    case_id: str | None = None
    account: str | None = None
    host: str | None = None
    aliases: list[str] = field(default_factory=list)
    acting: Condition | None = None
    """That the account asked for is the one that acted."""
    text: str | None = None
    outcome: str = ""
    """``successful`` or ``failed``, where the question asks for it and the activity's own noun does not say it."""
    no_finding: str | None = None
    """Set where events of a technique or finding were asked for and no finding is of it."""

    @property
    def where(self) -> Condition:
        """Everything that must hold."""
        return all_of(self.conditions)

    def words(self, say: Saying) -> str:
        """Return the filters in words, with a space before each."""
        text = "".join(
            f" {before} {say.value(kind, value) if kind else value}".rstrip() for before, kind, value in self.said
        )
        return text + in_window(say, self.window)

    def noun(self, n: int) -> str:
        """Return what one or several of the events are called."""
        if self.activity is None:
            return "event" if n == 1 else "events"
        noun = self.activity.one if n == 1 else self.activity.many
        return f"{self.outcome} {noun}" if self.outcome else noun


_OUTCOMES = {Outcome.SUCCESS.value: "successful", Outcome.FAILURE.value: "failed"}


def event_query(context: ToolContext, arguments: Mapping[str, Any]) -> EventQuery:
    """Return which events the arguments mean.

    Raises:
        UserError: an argument makes no sense.
    """
    q = EventQuery()
    name = choice_of(arguments, "activity", ACTIVITIES, None)
    outcome = choice_of(arguments, "outcome", (o.value for o in Outcome), None)
    if name == "logon" and outcome == Outcome.FAILURE:
        name, outcome = "failed_logon", None
    q.activity = ACTIVITIES[name] if name else None
    if q.activity:
        q.conditions += conditions_of(q.activity)
    q.window = window_of(arguments)
    if text_of(arguments, "case"):
        _case(q, context, arguments)
    if choice_of(arguments, "whose", ("implicated",), None) and not text_of(arguments, "account"):
        _whose(q, context, arguments)
    _who(q, context, arguments)
    _where(q, context, arguments)
    _without(q, context, arguments)
    q.conditions += in_time(q.window)
    if outcome and not (q.activity and q.activity.outcome == outcome):
        q.conditions.append(one_of("outcome", [outcome]))
        word = _OUTCOMES.get(outcome, "") if q.activity else ""
        if word:
            q.outcome = word
        else:
            q.said.append((f"with the outcome {outcome}", None, ""))
    _what(q, arguments)
    _judged(q, context, arguments)
    return q


def _case(q: EventQuery, context: ToolContext, arguments: Mapping[str, Any]) -> None:
    chosen = choose_case(context, arguments)
    if chosen is None:
        raise UserError("there is no case", next_step="leave the case out")
    q.case_id = chosen.case.case_id
    if q.window is None:
        q.window = of_case(chosen.case)
        q.said.append(("during", ValueKind.CASE, chosen.case.case_id))


def _whose(q: EventQuery, context: ToolContext, arguments: Mapping[str, Any]) -> None:
    chosen = choose_case(context, arguments)
    if chosen is None:
        raise UserError("there is no case, so nobody is implicated", next_step="name an account")
    q.case_id = chosen.case.case_id
    names = [a.name for a in chosen.case.accounts if a.implicated]
    forms = [account_forms(context, name) for name in names]
    acting = [f.condition("actor") for f in forms] or [Condition("false")]
    q.conditions.append(any_of(acting))
    q.entities += names
    if q.window is None:  # before it and after it, they did their work
        q.window = of_case(chosen.case)
        q.said.append(("during", ValueKind.CASE, chosen.case.case_id))
    q.said.append(("by the accounts implicated in", ValueKind.CASE, chosen.case.case_id))


def _who(q: EventQuery, context: ToolContext, arguments: Mapping[str, Any]) -> None:
    account = text_of(arguments, "account")
    if account is None:
        return
    forms = account_forms(context, account)
    q.account = forms.name
    q.acting = forms.condition("actor")
    q.aliases += forms.aliases
    q.entities.append(forms.name)
    if q.activity and q.activity.name in LOGONS:
        # the account that logged on; only where a source has no such field, the one that acted
        nobody = Condition("user_name IS NULL AND user_uid IS NULL")
        q.conditions.append(any_of([forms.condition("user"), all_of_bracketed([nobody, forms.condition("actor")])]))
        q.said.append(("of", ValueKind.ACCOUNT, forms.name))
    else:
        q.conditions.append(any_of([forms.condition("actor"), forms.condition("user")]))
        q.said.append(("with", ValueKind.ACCOUNT, f"{forms.name}"))
        q.said.append(("acting or acted upon", None, ""))


def all_of_bracketed(conditions: list[Condition]) -> Condition:
    """Return the condition that all hold, in brackets."""
    every = all_of(conditions)
    return Condition(f"({every.sql})", every.values)


def _where(q: EventQuery, context: ToolContext, arguments: Mapping[str, Any]) -> None:
    host, address = text_of(arguments, "host"), text_of(arguments, "address")
    if host:
        forms = host_forms(context, host)
        q.host = forms.name
        q.aliases += [forms.key, *forms.addresses]
        q.entities.append(forms.name)
        if q.activity and q.activity.name in NETWORKED:
            asked = [Condition("lower(dns_query) = ?", (forms.name.casefold().rstrip("."),))]
            q.conditions.append(any_of([forms.on(), forms.end("src"), forms.end("dst"), *asked]))
            q.said.append(("on, from or to", ValueKind.HOST, forms.name))
        else:
            q.conditions.append(forms.on())
            q.said.append(("on", ValueKind.HOST, forms.name))
    if address:
        if not is_address(address):
            raise UserError("address is no IP address", next_step="write it as 10.20.0.5 or 2001:db8::1")
        q.entities.append(address)
        q.conditions.append(address_condition(address))
        q.said.append(("from, to or on", ValueKind.ADDRESS, address))
    for name, side, before in (("source", "src", "from"), ("destination", "dst", "to")):
        wanted = text_of(arguments, name)
        if wanted is None:
            continue
        if is_account(context, wanted):
            # an account comes from nowhere: what it did, or what was done to it, is meant
            who = account_forms(context, wanted)
            if who.name != q.account:
                q.conditions.append(who.condition("actor" if side == "src" else "user"))
                q.said.append(("by" if side == "src" else "upon", ValueKind.ACCOUNT, who.name))
                q.entities.append(who.name)
            continue
        forms = host_forms(context, wanted)
        q.entities.append(forms.name)
        q.aliases += [forms.key, *forms.addresses]
        parts = [forms.end(side)]
        if side == "dst" and not is_address(wanted):
            # a host's own log names it as the device, and only the other end as an address
            elsewhere = Condition("coalesce(src_ip, src_name) IS NOT NULL AND dst_ip IS NULL AND dst_name IS NULL")
            parts.append(all_of_bracketed([forms.on(), elsewhere]))
        elif side == "src" and not is_address(wanted) and not (q.activity and q.activity.name in LOGONS):
            # what a host records of itself comes from it, unless the record names another source
            parts.append(all_of_bracketed([forms.on(), Condition("src_ip IS NULL AND src_name IS NULL")]))
        q.conditions.append(any_of(parts))
        q.said.append((before, ValueKind.ADDRESS if is_address(wanted) else ValueKind.HOST, forms.name))


def _without(q: EventQuery, context: ToolContext, arguments: Mapping[str, Any]) -> None:
    """Leave out accounts, hosts and addresses; what names none at all stays out too, since it may be theirs."""
    for at, wanted in enumerate(arguments.get("excluding") or ()):
        name = str(wanted)
        if is_address(name):
            q.conditions.append(negated(address_condition(name)))
            q.conditions.append(Condition("coalesce(src_ip, dst_ip, device_ip) IS NOT NULL"))
            q.said.append(("and" if at else "other than from, to or on", ValueKind.ADDRESS, name))
        elif is_host(context, name):
            forms = host_forms(context, name)
            q.conditions += [negated(forms.on()), Condition("device_name IS NOT NULL")]
            q.said.append(("and" if at else "other than on", ValueKind.HOST, forms.name))
        else:
            who = account_forms(context, name)
            q.conditions += [
                negated(any_of([who.condition("actor"), who.condition("user")])),
                Condition("coalesce(actor_name, user_name) IS NOT NULL"),
            ]
            q.said.append(("and" if at else "other than by or upon", ValueKind.ACCOUNT, who.name))


def is_host(context: ToolContext, wanted: str) -> bool:
    """Return whether a name is a host's: one of a case, or one that recorded events."""
    if is_account(context, wanted):
        return False
    if any(host_in(c, wanted) for c in context.cases):
        return True
    on = host_forms(context, wanted).on()
    with reading(context.lake) as reader:
        return bool(reader.run(f"SELECT 1 FROM events WHERE {on.sql} LIMIT 1", on.values, max_rows=1).rows)  # noqa: S608 (the condition is ours, its values are parameters)


def negated(condition: Condition) -> Condition:
    """Return the condition that another does not hold; where it cannot be told, it does not."""
    return Condition(f"NOT coalesce(({condition.sql}), false)", condition.values)


def is_account(context: ToolContext, wanted: str) -> bool:
    """Return whether a name is an account's and no host's or address's."""
    if is_address(wanted):
        return False
    if "\\" in wanted or "@" in wanted or wanted.startswith(("arn:", "assumed-role/", "S-1-")):
        return True
    return any(account_in(c, wanted) for c in context.cases) and not any(host_in(c, wanted) for c in context.cases)


def _what(q: EventQuery, arguments: Mapping[str, Any]) -> None:
    process, command, text = (text_of(arguments, n) for n in ("process", "command", "text"))
    if process:
        low = process.casefold().replace("/", "\\")
        path = "replace(lower(process_path), '/', '\\')"
        end = pattern(low)
        q.conditions.append(
            Condition(f"({path} = ? OR {path} LIKE ? ESCAPE '!' OR {path} LIKE ? ESCAPE '!')",
                      (low, f"%\\{end}", f"%\\{end}.exe"))
        )  # fmt: skip
        q.said.append(("of the program", ValueKind.PROCESS, process))
    if command:
        q.conditions.append(like("process_cmd", command))
        q.said.append(("with a command line that holds", ValueKind.COMMAND, command))
    if text:
        q.text = text
        q.conditions.append(like(f"concat_ws(chr(10), {', '.join(SEARCHED)})", text))
        q.said.append(("that hold the text", ValueKind.TEXT, text))
    operation, code = text_of(arguments, "operation"), text_of(arguments, "code")
    if operation:
        q.conditions.append(Condition("lower(api_operation) = ?", (operation.casefold(),)))
        q.said.append(("that call", ValueKind.RESOURCE, operation))
    if code:
        q.conditions.append(Condition("event_code = ?", (code,)))
        q.said.append(("with the event code", ValueKind.TEXT, code))
    logon_type = choice_of(arguments, "logon_type", LOGON_TYPES, None)
    if logon_type:
        q.conditions.append(one_of("logon_type", [LOGON_TYPES[logon_type]]))
        q.said.append(("of logon type", ValueKind.COUNT, LOGON_TYPES[logon_type]))
    port = arguments.get("port")
    if port is not None:
        if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65_535:
            raise UserError("port must be a whole number from 0 to 65535", next_step="ask for a port such as 3389")
        q.conditions.append(Condition("(dst_port = ? OR src_port = ?)", (port, port)))
        q.said.append(("on port", ValueKind.COUNT, str(port)))


def _judged(q: EventQuery, context: ToolContext, arguments: Mapping[str, Any]) -> None:
    technique, finding = technique_of(arguments), text_of(arguments, "finding")
    if not technique and not finding:
        return
    from vedette.store.book import load_findings

    fitting: list[Finding] = load_findings(context.lake)
    if technique:
        wanted = technique
        fitting = [f for f in fitting if any(t == wanted or t.startswith(wanted + ".") for t in f.techniques)]
        q.said.append(("that a finding tagged", ValueKind.TECHNIQUE, wanted))
        known = attack.technique(wanted)
        q.aliases += [known.name, known.title] if known else []
    if finding:
        low = finding.casefold()
        fitting = [f for f in fitting if f.finding_id.startswith(low) or f.rule_id == low or low in f.title.casefold()]
        q.said.append(("that the finding", ValueKind.FINDING, finding))
    q.said.append(("rests on", None, ""))
    if not fitting:
        q.no_finding = (technique or finding or "").strip()
        q.conditions.append(Condition("false"))
        return
    rules = sorted({f.rule_id for f in fitting})[:500]
    refs = sorted({e.ref for f in fitting if f.kind != "sigma" for e in f.evidence})[:500]
    hit = one_of("rule_id", rules)
    parts = [Condition(f"event_id IN (SELECT event_id FROM hits WHERE {hit.sql})", hit.values)]  # noqa: S608 (as all: values are parameters)
    if refs:
        parts.append(one_of("event_id", refs))
    q.conditions.append(any_of(parts))


__all__ = ["FILTERS", "LOGONS", "LOGON_TYPES", "SEARCHED", "EventQuery", "event_query"]
