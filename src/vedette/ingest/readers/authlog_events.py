"""Which event a message of auth.log is: class and columns by the event that ``authlog`` names.

One log-on by ssh gives several lines. Only "Accepted" and "Failed" are activity ``logon``, so that
counts are of logons; what comes before and after has activities of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from vedette.ingest.base import Mapping, Pick, TimeHow, pick
from vedette.ingest.convert import as_ip, not_ip, to_int
from vedette.schema import EventClass, Outcome


class EventShape(NamedTuple):
    """Class, activity and outcome of one kind of message."""

    class_name: EventClass
    activity: str
    outcome: str | None = None


_OK, _FAILED = Outcome.SUCCESS.value, Outcome.FAILURE.value

EVENTS: dict[str, EventShape] = {
    "sshd_accepted": EventShape(EventClass.AUTHENTICATION, "logon", _OK),
    "sshd_failed": EventShape(EventClass.AUTHENTICATION, "logon", _FAILED),
    "sshd_invalid_user": EventShape(EventClass.AUTHENTICATION, "identify", _FAILED),
    "sshd_not_allowed": EventShape(EventClass.AUTHENTICATION, "authorize", _FAILED),
    "sshd_max_attempts": EventShape(EventClass.AUTHENTICATION, "authenticate", _FAILED),
    "sshd_pam_failed": EventShape(EventClass.AUTHENTICATION, "authenticate", _FAILED),
    "sshd_disconnected": EventShape(EventClass.AUTHENTICATION, "disconnect"),
    "sshd_connection": EventShape(EventClass.NETWORK, "open"),
    "pam_session_opened": EventShape(EventClass.AUTHENTICATION, "session_open", _OK),
    "pam_session_closed": EventShape(EventClass.AUTHENTICATION, "session_close"),
    "pam_failed": EventShape(EventClass.AUTHENTICATION, "authenticate", _FAILED),
    "session_opened": EventShape(EventClass.AUTHENTICATION, "session_open", _OK),
    "session_closed": EventShape(EventClass.AUTHENTICATION, "session_close"),
    "login": EventShape(EventClass.AUTHENTICATION, "logon", _OK),
    "login_failed": EventShape(EventClass.AUTHENTICATION, "logon", _FAILED),
    "su": EventShape(EventClass.AUTHENTICATION, "logon", _OK),
    "su_failed": EventShape(EventClass.AUTHENTICATION, "logon", _FAILED),
    "su_note": EventShape(EventClass.AUTHENTICATION, "note"),
    "sudo_command": EventShape(EventClass.PROCESS, "launch", _OK),
    "sudo_denied": EventShape(EventClass.PROCESS, "launch", _FAILED),
    "pkexec": EventShape(EventClass.PROCESS, "launch", _OK),
    "polkit": EventShape(EventClass.AUTHENTICATION, "elevate", _OK),
    "polkit_failed": EventShape(EventClass.AUTHENTICATION, "elevate", _FAILED),
    "user_created": EventShape(EventClass.ACCOUNT_CHANGE, "create", _OK),
    "user_deleted": EventShape(EventClass.ACCOUNT_CHANGE, "delete", _OK),
    "user_changed": EventShape(EventClass.ACCOUNT_CHANGE, "update", _OK),
    "user_locked": EventShape(EventClass.ACCOUNT_CHANGE, "lock", _OK),
    "user_unlocked": EventShape(EventClass.ACCOUNT_CHANGE, "unlock", _OK),
    "password_changed": EventShape(EventClass.ACCOUNT_CHANGE, "password_change", _OK),
    "group_created": EventShape(EventClass.GROUP, "create", _OK),
    "group_deleted": EventShape(EventClass.GROUP, "delete", _OK),
    "group_member_added": EventShape(EventClass.GROUP, "add_member", _OK),
    "group_member_removed": EventShape(EventClass.GROUP, "remove_member", _OK),
    "cron_run": EventShape(EventClass.SCHEDULED_JOB, "launch"),
    "cron_replace": EventShape(EventClass.SCHEDULED_JOB, "update"),
    "cron_delete": EventShape(EventClass.SCHEDULED_JOB, "delete"),
    "cron_begin_edit": EventShape(EventClass.SCHEDULED_JOB, "open"),
    "cron_end_edit": EventShape(EventClass.SCHEDULED_JOB, "close"),
    "cron_list": EventShape(EventClass.SCHEDULED_JOB, "read"),
}
"""What each event of :func:`vedette.ingest.readers.authlog.parse_message` is."""

_COMMANDS = frozenset({"sudo_command", "sudo_denied", "pkexec", "cron_run"})
_PROTOCOLS = {"keyboard-interactive/pam": "keyboard-interactive", "gssapi-with-mic": "Kerberos"}


def _protocol(value: Any) -> str | None:
    return _PROTOCOLS.get(value, value) if type(value) is str and value != "none" else None


def message_mapping(
    service: str,
    event: str | None,
    time: tuple[tuple[str, TimeHow], ...],
    common: dict[str, Pick],
) -> Mapping:
    """Return the mapping of a syslog message: ``common`` columns and those of its event."""
    const: dict[str, Any] = {"log_product": "linux", "log_service": service}
    shape = EVENTS.get(event) if event else None
    if shape is None:
        return Mapping(EventClass.LOG, time, const, common)
    const["activity"] = shape.activity
    if shape.outcome:
        const["outcome"] = shape.outcome
    fields = {
        **common,
        "user_name": pick("user"),
        "user_uid": pick("user_uid"),
        "user_session": pick("session"),
        "actor_name": pick("by_user"),
        "actor_uid": pick("by_uid"),
        "src_ip": pick("src", convert=as_ip),
        "src_name": pick("src", convert=not_ip),
        "src_port": pick("src_port", convert=to_int),
        "auth_protocol": pick("method", convert=_protocol),
        "group_name": pick("group"),
    }
    if event in _COMMANDS:
        fields["process_cmd"] = pick("command")
        # the id is that of sudo or cron, not of the command
        fields.pop("process_pid", None)
    if shape.class_name is EventClass.SCHEDULED_JOB:
        const["log_service"] = "cron"
    return Mapping(shape.class_name, time, const, fields)
