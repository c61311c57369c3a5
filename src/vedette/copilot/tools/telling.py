"""Events in words: who did what, where, from where, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from vedette.copilot.tools.where import account_forms
from vedette.investigate.names import clean
from vedette.investigate.words import deed, evidence_of
from vedette.schema import Event, EventClass, Evidence, Fact, Outcome, ValueKind
from vedette.store.query import QueryResult
from vedette.toolbox import ToolContext
from vedette.toolbox.saying import FactList, Saying, iso, shown

TOLD_COLUMNS: tuple[str, ...] = (
    "event_id", "time", "class_name", "source", "reader", "activity", "outcome", "log_product", "event_code",
    "device_name", "device_ip", "actor_name", "actor_domain", "actor_uid", "user_name", "user_domain", "user_uid",
    "group_name", "logon_type", "auth_protocol", "process_path", "process_cmd", "target_path", "src_ip", "src_name",
    "dst_ip", "dst_port", "dst_name", "file_path", "registry_path", "service_name", "api_operation", "resource",
    "cloud_account", "dns_query", "url", "user_agent", "alert", "message",
)  # fmt: skip
"""The columns that a sentence about an event may need."""
TOLD = ", ".join(TOLD_COLUMNS)

_AUTH = {
    "logon": ("logged on", "failed to log on"),
    "session_open": ("opened a session", "failed to open a session"),
    "logoff": ("logged off", "failed to log off"),
    "session_close": ("closed a session", "failed to close a session"),
    "disconnect": ("disconnected", "disconnected"),
    "service_ticket": ("was given a Kerberos service ticket", "was refused a Kerberos service ticket"),
    "ticket_granting": ("was given a Kerberos ticket", "was refused a Kerberos ticket"),
    "authentication_ticket": ("was given a Kerberos ticket", "was refused a Kerberos ticket"),
    "preauth": ("passed Kerberos pre-authentication", "failed Kerberos pre-authentication"),
    "special_privileges": ("was given special privileges", "was refused special privileges"),
    "validate": ("had credentials validated", "had credentials refused"),
    "authenticate": ("authenticated", "failed to authenticate"),
}


def events_of(result: QueryResult) -> list[Event]:
    """Return rows of :data:`TOLD_COLUMNS` as events."""
    found = []
    for row in result.rows:
        values = dict(zip(result.columns, row, strict=True))
        values["time"] = values["time"].replace(tzinfo=UTC)
        found.append(Event(**{"raw": "", **values}))
    return found


def written_account(name: str | None, domain: str | None, uid: str | None = None) -> str | None:
    r"""Return an account of an event as people write it: ``DOMAIN\user``, ``user@domain`` or a bare name."""
    name, domain = clean(name), clean(domain)
    if name is None:
        return None if uid == "S-1-0-0" else clean(uid)
    if domain is None or "\\" in name or "@" in name or "/" in name or domain.isdigit():
        return name
    return f"{name}@{domain}" if "." in domain else f"{domain}\\{name}"


class Names:
    """Names of accounts as the cases write them; each is looked up once."""

    def __init__(self, context: ToolContext) -> None:
        """Take the cases."""
        self._context = context
        self._found: dict[str, str] = {}

    def of(self, written: str | None) -> str | None:
        """Return the name by which the cases know an account, or the name as written."""
        if written is None:
            return None
        if written not in self._found:
            forms = account_forms(self._context, written)
            self._found[written] = forms.name
        return self._found[written]

    def actor(self, e: Event) -> str | None:
        """Return who acted."""
        return self.of(written_account(e.actor_name, e.actor_domain, e.actor_uid))

    def user(self, e: Event) -> str | None:
        """Return who was acted upon, or logged on."""
        return self.of(written_account(e.user_name, e.user_domain, e.user_uid))


def telling(say: Saying, names: Names, e: Event) -> str:
    """Return what an event says, without its time and without a full stop."""
    where = f" on {say.host(e.device_name)}" if e.device_name else ""
    source = e.src_name or e.src_ip
    came = ""
    if source:
        came = f" from {say.host(e.src_name)}" if e.src_name else f" from {say.address(str(e.src_ip))}"
    actor, user = names.actor(e), names.user(e)
    if e.class_name == EventClass.AUTHENTICATION:
        onto = " to" if e.activity == "logon" else " on"
        return _authentication(say, e, actor, user) + where.replace(" on", onto, 1) + came
    if e.class_name in (EventClass.ACCOUNT_CHANGE, EventClass.GROUP):
        return _change(say, e, actor, user) + where + came
    if e.class_name == EventClass.FINDING:
        to = f" to {say.address(e.dst_ip)}" if e.dst_ip else ""
        return f"{say.value(ValueKind.TEXT, e.reader)} raised the alert {say.quote(e.alert or '')}{where}{came}{to}"
    if e.class_name == EventClass.LOG and e.activity == "clear":
        return f"{say.account(actor) if actor else 'An unnamed account'} cleared a log{where}{came}"
    who = say.account(actor) if actor else say.account(user) if user else None
    networked = e.class_name in (EventClass.NETWORK, EventClass.DNS, EventClass.HTTP, EventClass.SMB, EventClass.RPC)
    if who is None and source and networked:
        who, came = came.removeprefix(" from "), ""
    what = _particular(e) or deed(e)
    if e.class_name == EventClass.DNS and e.dns_query:
        what = f"asked for the name {say.value(ValueKind.DOMAIN, e.dns_query)}"
    elif what is None and e.message:
        what = f"wrote {say.quote(' '.join(e.message.split()))}"
    elif what is None:
        what = f"did: {e.class_name.replace('_', ' ')}" + (f", {e.activity.replace('_', ' ')}" if e.activity else "")
    say.add(ValueKind.TEXT, what)
    port = ""
    if e.dst_port is not None and networked:
        say.add(ValueKind.COUNT, e.dst_port)
        port = f", port {e.dst_port}"
    failed = " and failed" if e.outcome == Outcome.FAILURE else ""
    return f"{who or 'An unnamed account'} {what}{port}{failed}{where}{came}"


def _particular(e: Event) -> str | None:
    """Return what was done in an event that more can be said of than the verb of its class."""
    program = shown((e.process_path or "").replace("\\", "/").rsplit("/", 1)[-1], 60) or "a process"
    if e.class_name == EventClass.PROCESS and e.activity == "terminate":
        return f"ended {program}"
    if e.class_name == EventClass.PROCESS and e.activity == "open" and e.target_path:
        return f"opened {shown(e.target_path, 100)} with {program}"
    if e.class_name == EventClass.MODULE and e.file_path:
        return f"loaded {shown(e.file_path, 120)} into {program}"
    if e.class_name == EventClass.DIRECTORY:
        return f"accessed the directory object {shown(e.resource, 100)}" if e.resource else "accessed the directory"
    if e.class_name == EventClass.NETWORK and not (e.url or e.dns_query or e.dst_name or e.dst_ip):
        return f"{'listened' if e.activity == 'listen' else 'opened a socket'} with {program}"
    if e.class_name == EventClass.FILE and not e.file_path:
        return f"touched a file with {program}"
    return None


def _authentication(say: Saying, e: Event, actor: str | None, user: str | None) -> str:
    failed = e.outcome == Outcome.FAILURE
    if e.activity == "logon_explicit" and actor and user:
        to = f" towards {say.host(e.dst_name)}" if e.dst_name else ""
        return f"{say.account(actor)} used the credentials of {say.account(user)}{to}"
    subject = user or actor
    verbs = _AUTH.get(e.activity or "")
    verb = verbs[failed] if verbs else f"did: {shown(str(e.activity or 'authentication').replace('_', ' '), 40)}"
    name = say.account(subject) if subject else "An unnamed account"
    ways = []
    if e.activity == "logon" and (e.logon_type or "").isdecimal():
        ways.append(f"logon type {say.n(int(str(e.logon_type)))}")
    if e.activity == "logon" and e.auth_protocol:
        ways.append(say.value(ValueKind.TEXT, e.auth_protocol, 40))
    way = f" ({', '.join(ways)})" if ways else ""
    return f"{name} {verb}{way}"


def _change(say: Saying, e: Event, actor: str | None, user: str | None) -> str:
    who = say.account(actor) if actor else "An unnamed account"
    verb = {"create": "created", "lock": "saw the lockout of", "delete": "deleted", "enable": "enabled",
            "disable": "disabled", "change": "changed", "unlock": "unlocked", "reset_password": "reset the password of",
            "add_member": "added", "remove_member": "removed", "update": "changed"}.get(e.activity or "")  # fmt: skip
    verb = verb or shown(str(e.activity or "changed").replace("_", " "), 40)
    target = say.account(user) if user else (say.value(ValueKind.RESOURCE, e.resource) if e.resource else "an account")
    group = ""
    if e.group_name:
        group = f"{' from' if verb == 'removed' else ' to'} the group {say.quote(e.group_name)}"
    return f"{who} {verb} {target}{group}"


def event_fact(
    facts: FactList, names: Names, e: Event, *, name: str = "event", lead: str = "", subject: str = "",
    subject_kind: ValueKind | None = None, said: Saying | None = None,
) -> Fact:  # fmt: skip
    """Say one event: when, who, what, where; ``lead`` goes before the time and was worded by ``said``."""
    say = said or Saying()
    at = say.at(e.time)
    text = f"{lead or 'At '}{at}: {telling(say, names, e)}."
    who = names.actor(e) or names.user(e)
    return facts.add(
        name, iso(e.time), text, say, kind=ValueKind.TIME, subject=subject or who or e.device_name or "",
        subject_kind=subject_kind or (ValueKind.ACCOUNT if who else ValueKind.HOST if e.device_name else None),
        evidence=[evidence_of(e)], aliases=[a for a in (e.actor_uid, e.user_uid, e.event_id) if a],
    )  # fmt: skip


def row_of(names: Names, e: Event) -> dict[str, Any]:
    """Return an event as JSON values, for programs."""
    logged_on = names.user(e) if e.class_name == EventClass.AUTHENTICATION else None
    return {
        "event_id": e.event_id,
        "at": iso(e.time),
        "class": e.class_name,
        "activity": e.activity,
        "outcome": e.outcome,
        "account": logged_on or names.actor(e) or names.user(e),
        "user": names.user(e),
        "host": e.device_name,
        "source": e.src_name or e.src_ip,
        "destination": e.dst_name or e.dst_ip,
        "what": evidence_of(e).quote,
    }


def proof(events: Iterable[Event]) -> list[Evidence]:
    """Return the pointers to events."""
    return [evidence_of(e) for e in events]


Row = Mapping[str, Any]
__all__ = ["TOLD", "TOLD_COLUMNS", "Names", "event_fact", "events_of", "proof", "row_of", "telling", "written_account"]
