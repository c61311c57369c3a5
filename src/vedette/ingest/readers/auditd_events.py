"""Which event an audit record is: class and columns by record type.

One login gives a dozen records (USER_AUTH, USER_ACCT, CRED_ACQ, LOGIN, USER_START, USER_LOGIN):
only USER_LOGIN is activity ``logon``, so that counts are of logons.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from vedette.ingest.base import Mapping, Native, Pick, pick
from vedette.ingest.convert import as_ip, to_int, to_text
from vedette.schema import EventClass, Outcome

MAX_ARGUMENTS = 4096
"""A command line is joined from this many arguments at most."""

_UNSET = frozenset({"4294967295", "-1", "unset", "?", "(null)", "(none)", "", None})
_NO_ACCOUNT = frozenset({"(unknown)", "(unknown user)", "(invalid user)", "(invalid)", "unknown", "UNKNOWN"})
_BLANK_OR_QUOTE = frozenset(" \t\n\r\"'")

AUTHENTICATION_ACTIVITIES: dict[str, str] = {
    "USER_LOGIN": "logon",
    "USER_LOGOUT": "logoff",
    "USER_START": "session_open",
    "USER_END": "session_close",
    "USER_AUTH": "authenticate",
    "USER_ACCT": "authorize",
    "USER_ERR": "authenticate",
    "GRP_AUTH": "authenticate",
    "CRED_ACQ": "credential_acquire",
    "CRED_REFR": "credential_refresh",
    "CRED_DISP": "credential_dispose",
    "LOGIN": "session_set",
}
"""Record type of the audit system to the activity of an authentication event."""

_ACCOUNT_ACTIVITIES = {
    "ADD_USER": "create",
    "DEL_USER": "delete",
    "USER_MGMT": "update",
    "CHUSER_ID": "update",
    "USER_CHAUTHTOK": "password_change",
    "ACCT_LOCK": "lock",
    "ACCT_UNLOCK": "unlock",
    "RESP_ACCT_LOCK": "lock",
    "ANOM_LOGIN_ACCT": "lock",
}
_GROUP_ACTIVITIES = {
    "ADD_GROUP": "create",
    "DEL_GROUP": "delete",
    "GRP_MGMT": "update",
    "CHGRP_ID": "update",
    "GRP_CHAUTHTOK": "password_change",
}
_PATH_ACTIVITIES = {"CREATE": "create", "DELETE": "delete", "NORMAL": "access", "PARENT": "parent"}
_LOG_ACTIVITIES = {
    "SERVICE_START": "start",
    "SERVICE_STOP": "stop",
    "CONFIG_CHANGE": "configure",
    "DAEMON_START": "start",
    "DAEMON_END": "stop",
    "AVC": "access",
    "SECCOMP": "deny",
    "TTY": "input",
    "USER_TTY": "input",
    "SYSTEM_BOOT": "start",
    "SYSTEM_SHUTDOWN": "stop",
    "ANOM_PROMISCUOUS": "promiscuous",
    "ANOM_ABEND": "crash",
}


def said(value: Any) -> str | None:
    """Return ``value`` as text unless audit writes it for "nobody said"."""
    if type(value) is list:
        value = value[0] if value else None
    text = to_text(value)
    return None if text in _UNSET else text


def _name(value: Any) -> str | None:
    name = said(value)
    return None if name is None or name.startswith("unknown(") else name


def _account(value: Any) -> str | None:
    name = said(value)
    return None if name in _NO_ACCOUNT else name


def _outcome(value: Any) -> str | None:
    text = str(value).lower()
    if text in ("yes", "success", "1", "true"):
        return Outcome.SUCCESS.value
    return Outcome.FAILURE.value if text in ("no", "failed", "fail", "failure", "0", "false") else None


def _host(value: Any) -> str | None:
    name = said(value)
    return None if name is None or as_ip(name) else name


def actor(native: Native) -> dict[str, Any]:
    """Return the acting account: who logged on (audit uid), else whom the process runs as."""
    uid, names = said(native.get("auid")), ("AUID", "audit_user")
    if uid is None:
        uid, names = said(native.get("uid")), ("UID", "user")
    name = next((name for key in names if (name := _name(native.get(key))) is not None), None)
    # every other number is another account on every host
    return {"actor_name": name or ("root" if uid == "0" else None), "actor_uid": uid}


def _login_actor(native: Native) -> dict[str, Any]:
    """Return the account that logged on before; a daemon that checks a password is nobody who acts."""
    return {} if said(native.get("auid")) is None else actor(native)


def command_line(native: Native) -> str | None:
    """Return the arguments a0, a1, … as one line; those with blanks or quotes are quoted for a shell."""
    words = []
    for number in range(MAX_ARGUMENTS):
        word = native.get(f"a{number}")
        if word is None:
            break
        text = word if type(word) is str else str(word)
        words.append(shlex.quote(text) if not text or not _BLANK_OR_QUOTE.isdisjoint(text) else text)
    return " ".join(words) or None


def _execve(native: Native) -> dict[str, Any]:
    columns = actor(native)
    columns["process_cmd"] = command_line(native)
    return columns


def _path(native: Native) -> dict[str, Any]:
    columns = actor(native)
    name, folder = native.get("name"), native.get("cwd")
    if type(name) is str and name[:1] not in ("/", "", "(") and type(folder) is str:
        name = f"{folder.rstrip('/')}/{name.removeprefix('./')}"
    columns["file_path"] = None if type(name) is str and name in _UNSET else to_text(name)
    return columns


def _sockaddr(native: Native) -> dict[str, Any]:
    columns = actor(native)
    address = _socket_address(native.get("saddr"))
    if address is None:
        return columns
    host, port = address
    call = native.get("SYSCALL")
    if port is None:
        columns.update(class_name=EventClass.LOG, file_path=host)
    elif call in ("accept", "accept4"):
        columns.update(src_ip=host, src_port=port, activity="accept")
    elif call == "bind":
        columns.update(src_ip=host, src_port=port, activity="listen")
    else:
        columns.update(dst_ip=host, dst_port=port)
        if call == "connect":
            columns.update(activity="open", log_category="network_connection")
    return columns


def _socket_address(value: Any) -> tuple[str, int | None] | None:
    """Return address and port of a ``struct sockaddr`` in hex; for a local socket its path and None."""
    try:
        data = bytes.fromhex(value) if type(value) is str else b""
    except ValueError:
        return None
    family = int.from_bytes(data[:2], "little")
    if family == 2 and len(data) >= 8:
        return str(IPv4Address(data[4:8])), int.from_bytes(data[2:4], "big")
    if family == 10 and len(data) >= 24:
        return str(IPv6Address(data[8:24])), int.from_bytes(data[2:4], "big")
    if family == 1:
        path = data[2:].split(b"\0")[0]
        return (path.decode(errors="backslashreplace"), None) if path else None
    return None


def audit_kind(native: Native) -> str:
    """Return the key of the record's mapping: its type, with more where that does not tell the class."""
    kind = native.get("type")
    if type(kind) is list:
        kind = "EXECVE" if "EXECVE" in kind else kind[0] if kind else None
    if type(kind) is not str:
        return ""
    if kind == "PATH":
        nametype = native.get("nametype")
        return f"PATH {nametype}" if nametype in _PATH_ACTIVITIES else kind
    return kind if kind in _KINDS else kind.removeprefix("AUOMS_") if kind.removeprefix("AUOMS_") in _KINDS else ""


def audit_mapping(
    kind: str, device: Pick | None = None, time: tuple[tuple[str, str], ...] = (("timestamp", "epoch_s"),)
) -> Mapping:
    """Return the mapping for a kind of :func:`audit_kind`."""
    base, _, nametype = kind.partition(" ")
    const: dict[str, Any] = {"log_product": "linux", "log_service": "auditd"}
    fields = {
        "event_code": pick("type", convert=_main_type),
        "device_name": device or pick("node"),
        "outcome": pick("success", "res", "result", convert=_outcome),
        "actor_session": pick("ses", convert=said),
        "process_path": pick("exe", convert=said),
        "process_pid": pick("pid", convert=to_int),
        "parent_pid": pick("ppid", convert=to_int),
    }
    row: Callable[[Native], MappingABC[str, Any]] = actor
    class_name = EventClass.LOG
    if base in ("EXECVE", "AUOMS_EXECVE"):
        class_name = EventClass.PROCESS
        const |= {"activity": "launch", "log_category": "process_creation"}
        if base == "EXECVE":
            row = _execve
        else:
            fields["process_cmd"] = pick("cmdline", "proctitle", convert=said)
    elif base in ("SYSCALL", "PROCTITLE", "CWD"):
        class_name = EventClass.PROCESS
        const["activity"] = base.lower()
        fields["process_cmd"] = pick("proctitle", convert=said)
    elif base == "USER_CMD":
        class_name = EventClass.PROCESS
        const["activity"] = "launch"
        fields["process_cmd"] = pick("cmd", convert=said)
        fields["user_name"] = pick("acct", convert=_account)
    elif base == "PATH":
        class_name, row = EventClass.FILE, _path
        const["activity"] = _PATH_ACTIVITIES.get(nametype)
        if nametype == "CREATE":
            const["log_category"] = "file_event"
    elif base == "SOCKADDR":
        class_name, row = EventClass.NETWORK, _sockaddr
    elif base in AUTHENTICATION_ACTIVITIES:
        class_name, row = EventClass.AUTHENTICATION, _login_actor
        const["activity"] = AUTHENTICATION_ACTIVITIES[base]
        fields |= {
            "user_name": pick("acct", "ID", "AUID", convert=_account),
            "user_uid": pick("id", convert=said),
            "user_session": pick("ses", convert=said),
            "src_ip": pick("addr", "hostname", convert=as_ip),
            "src_name": pick("hostname", convert=_host),
            "logon_type": pick("terminal", convert=said),
        }
    elif base in _ACCOUNT_ACTIVITIES or base in _GROUP_ACTIVITIES:
        is_group = base in _GROUP_ACTIVITIES
        class_name = EventClass.GROUP if is_group else EventClass.ACCOUNT_CHANGE
        const["activity"] = (_GROUP_ACTIVITIES if is_group else _ACCOUNT_ACTIVITIES)[base]
        fields |= {
            "user_name": pick("acct", "ID", convert=_account),
            "user_uid": pick("id", convert=said),
            "group_name": pick("grp", "new_group", *(("acct",) if is_group else ()), convert=said),
        }
    else:
        const["activity"] = _LOG_ACTIVITIES.get(base)
        fields |= {
            "service_name": pick("unit", convert=said),
            "file_path": pick("path", "name", convert=said),
            "message": pick("data", "op", "avc", convert=said),
            "user_name": pick("acct", convert=_account),
            "src_ip": pick("addr", convert=as_ip),
        }
    return Mapping(class_name, time, {k: v for k, v in const.items() if v is not None}, fields, row)


def _main_type(value: Any) -> str | None:
    if type(value) is list:
        return "EXECVE" if "EXECVE" in value else to_text(value[0]) if value else None
    return to_text(value)


_KINDS = frozenset(
    {
        "EXECVE",
        "AUOMS_EXECVE",
        "SYSCALL",
        "PROCTITLE",
        "CWD",
        "USER_CMD",
        "PATH",
        "SOCKADDR",
        *AUTHENTICATION_ACTIVITIES,
        *_ACCOUNT_ACTIVITIES,
        *_GROUP_ACTIVITIES,
        *_LOG_ACTIVITIES,
    }
)
