"""Messages of the programs that write auth.log: who logged on, who became whom, which account changed.

The syslog reader calls :func:`parse_message` for each line, since auth.log mixes programs.

Source: Linux-PAM ``pam_unix``, sudo ``logging.c``, util-linux ``su``
and ``login``, shadow-utils, systemd-logind, cronie and Vixie cron, polkit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from vedette.ingest.base import Native
from vedette.ingest.readers.authlog_sshd import parse_sshd

_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ ?(.*)\]", re.DOTALL)
_PAM = re.compile(r"pam_\w{1,32}\(([^:()]{1,64}):(\w{1,16})\): (.*)", re.DOTALL)
_SESSION = re.compile(
    r"session (opened|closed) for user ([^\s()]{1,255})(?:\(uid=(\d{1,10})\))?"
    r"(?: by ([^\s()]{0,255}) ?(?:\(uid=(\d{1,10})\))?)?"
)
_PAIR = re.compile(r"(?<!\S)(\w{1,16})=(\S*)", re.ASCII)
_SUDO_PART = re.compile(r"(TTY|PWD|USER|GROUP|ENV|TSID|CHROOT)=(.*)", re.DOTALL)
_SU_UTIL = re.compile(r"(FAILED SU )?\(to ([^)]{1,255})\) (.{1,255}?) on (\S{1,64})")
_SU_SHADOW = re.compile(r"(Successful|FAILED) su for (\S{1,255}) by (\S{1,255})")
_SU_MARK = re.compile(r"([+-]) (\S{1,64}) ([^\s:]{1,255})[:-]([^\s:]{1,255})")
_SU_BSD = re.compile(r"'su ([^\s']{1,255})' (failed|succeeded) for (\S{1,255})(?: on (\S{1,64}))?")
_NEW = re.compile(r"new (user|group): (.*)", re.DOTALL)
_FIELD = re.compile(r"(name|UID|GID|home|shell|from)=([^,]*)")
_TO_GROUP = re.compile(r"add '([^']{1,255})' to (?:shadow )?group '([^']{1,255})'")
_FROM_GROUP = re.compile(r"delete '([^']{1,255})' from (?:shadow )?group '([^']{1,255})'")
_DELETE_USER = re.compile(r"delete user '([^']{1,255})'")
_CHANGE_USER = re.compile(r"(change|lock|unlock) user '([^']{1,255})' ?(.*)", re.DOTALL)
_GROUP_REMOVED = re.compile(r"(?:removed group '([^']{1,255})'.*|group '([^']{1,255})' removed.*)", re.DOTALL)
_GPASSWD = re.compile(r"user (\S{1,255}) (added|removed) by (\S{1,255}) (?:to|from) group (\S{1,255})")
_PASSWORD = re.compile(r"password (?:changed for|for user) '?([^\s']{1,255})'?(?: changed.*)?")
_PASSWORD_BY = re.compile(r"password for '([^']{1,255})' changed by '([^']{1,255})'")
_LOGIND_NEW = re.compile(r"New session (\S{1,64}) of user ([^\s]{1,255}?)\.")
_LOGIND_OLD = re.compile(r"Removed session (\S{1,64}?)\.")
_LOGIN_ON = re.compile(r"(?:ROOT )?LOGIN {1,2}ON (\S{1,64})(?: BY (\S{1,255}))?(?: FROM (\S{1,255}))?")
_LOGIN_FAILED = re.compile(
    r"FAILED LOGIN (?:SESSION )?\(?\d{1,6}\)? (?:on '([^']{1,64})' )?(?:from (\S{1,255}) )?FOR '?(.{0,255}?)'?, (.*)",
    re.DOTALL | re.IGNORECASE,
)
_CRON = re.compile(r"\((\S{1,255})\) ([A-Z][A-Z ]{1,30}[A-Z]) \((.*)\)", re.DOTALL)
_PKEXEC = re.compile(
    r"(\S{1,255}): Executing command \[USER=([^\]]{1,255})\] \[TTY=([^\]]{1,64})\] "
    r"\[CWD=([^\]]{0,4096})\] \[COMMAND=(.*)\]",
    re.DOTALL,
)
_POLKIT = re.compile(
    r"Operator of (\S{1,255}) (successfully authenticated|FAILED to authenticate) as unix-user:(\S{1,255}) to gain "
    r"(?:TEMPORARY|ONE-SHOT) authorization for action (\S{1,255}) .* \(owned by unix-user:(\S{1,255})\)",
    re.DOTALL,
)


def _pam(text: str) -> Native | None:
    match = _PAM.fullmatch(text)
    native: Native = {}
    if match is not None:
        native["pam_service"], native["pam_type"], text = match.groups()
    session = _SESSION.fullmatch(text)
    if session is not None:
        native["event"] = f"pam_session_{session[1]}"
        native["user"] = session[2]
        for key, value in (("user_uid", session[3]), ("by_user", session[4]), ("by_uid", session[5])):
            if value:
                native[key] = value
        return native
    head, found, rest = text.partition("; ")
    if found and "authentication failure" in head:
        native["event"] = "pam_failed"
        for key, value in _PAIR.findall(rest):
            if value:
                native[{"rhost": "src", "ruser": "by_user", "logname": "login_name", "uid": "by_uid"}.get(key, key)] = (
                    value
                )
        return native
    if match is not None and match[2] == "chauthtok":
        changed = _PASSWORD.fullmatch(text)
        if changed is not None:
            return {**native, "event": "password_changed", "user": changed[1]}
    return None


def _sudo(text: str) -> Native | None:
    user, found, rest = text.strip(" ").partition(" : ")
    if not found or not user or " " in user:
        return None
    # the command is last and may hold anything
    rest, commanded, command = rest.partition("COMMAND=")
    native: Native = {"event": "sudo_command", "by_user": user}
    denied = []
    for part in rest.split(" ; "):
        match = _SUDO_PART.fullmatch(part.strip(" "))
        if match is not None:
            native.setdefault({"USER": "user", "GROUP": "group"}.get(match[1], match[1].lower()), match[2])
        elif part.strip(" ;"):
            denied.append(part.strip(" ;"))
    if commanded:
        native["command"] = command
    if denied:
        native["event"] = "sudo_denied"
        native["detail"] = "; ".join(denied)[:1000]
    return native if commanded or denied else None


def _su(text: str) -> Native | None:
    match = _SU_UTIL.fullmatch(text)
    if match is not None:
        return {"event": "su_failed" if match[1] else "su", "user": match[2], "by_user": match[3], "tty": match[4]}
    match = _SU_SHADOW.fullmatch(text)
    if match is not None:
        return {"event": "su" if match[1] == "Successful" else "su_failed", "user": match[2], "by_user": match[3]}
    match = _SU_MARK.fullmatch(text)
    if match is not None:
        # shadow's su writes this line beside "Successful su": no second logon
        return {"event": "su_note", "tty": match[2], "by_user": match[3], "user": match[4]}
    match = _SU_BSD.fullmatch(text)
    if match is not None:
        native = {"event": "su_failed" if match[2] == "failed" else "su", "user": match[1], "by_user": match[3]}
        return {**native, "tty": match[4]} if match[4] else native
    return None


def _accounts(text: str) -> Native | None:
    match = _NEW.fullmatch(text)
    if match is not None:
        names = {"name": match[1], "UID": "user_uid", "GID": "gid"}
        native: Native = {"event": f"{match[1]}_created"}
        for key, value in _FIELD.findall(match[2]):
            native[names.get(key, key)] = value
        return native
    match = _TO_GROUP.fullmatch(text)
    if match is not None:
        return {"event": "group_member_added", "user": match[1], "group": match[2]}
    match = _FROM_GROUP.fullmatch(text)
    if match is not None:
        return {"event": "group_member_removed", "user": match[1], "group": match[2]}
    match = _DELETE_USER.fullmatch(text)
    if match is not None:
        return {"event": "user_deleted", "user": match[1]}
    match = _CHANGE_USER.fullmatch(text)
    if match is not None:
        event = {"lock": "user_locked", "unlock": "user_unlocked"}.get(match[1], "user_changed")
        if match[1] == "change" and match[3].startswith("password"):
            event = "password_changed"
        return {"event": event, "user": match[2], "detail": match[3]}
    match = _GROUP_REMOVED.fullmatch(text)
    if match is not None:
        return {"event": "group_deleted", "group": match[1] or match[2]}
    match = _GPASSWD.fullmatch(text)
    if match is not None:
        event = "group_member_added" if match[2] == "added" else "group_member_removed"
        return {"event": event, "user": match[1], "by_user": match[3], "group": match[4]}
    match = _PASSWORD_BY.fullmatch(text)
    if match is not None:
        return {"event": "password_changed", "user": match[1], "by_user": match[2]}
    match = _PASSWORD.fullmatch(text)
    if match is not None:
        return {"event": "password_changed", "user": match[1]}
    return None


def _logind(text: str) -> Native | None:
    match = _LOGIND_NEW.fullmatch(text)
    if match is not None:
        return {"event": "session_opened", "session": match[1], "user": match[2]}
    match = _LOGIND_OLD.fullmatch(text)
    return None if match is None else {"event": "session_closed", "session": match[1]}


def _login(text: str) -> Native | None:
    match = _LOGIN_ON.fullmatch(text)
    if match is not None:
        user = match[2] or ("root" if text.startswith("ROOT") else None)
        native: Native = {"event": "login", "tty": match[1]}
        native |= {"user": user} if user else {}
        return native | ({"src": match[3]} if match[3] else {})
    match = _LOGIN_FAILED.fullmatch(text)
    if match is None:
        return None
    native = {"event": "login_failed", "user": match[3], "detail": match[4]}
    native |= {"tty": match[1]} if match[1] else {}
    return native | ({"src": match[2]} if match[2] else {})


def _cron(text: str) -> Native | None:
    match = _CRON.fullmatch(text)
    if match is None:
        return None
    user, verb, detail = match.groups()
    if verb == "CMD":
        return {"event": "cron_run", "by_user": user, "command": detail.strip(" ")}
    if verb in ("REPLACE", "DELETE", "BEGIN EDIT", "END EDIT", "LIST"):
        return {"event": f"cron_{verb.lower().replace(' ', '_')}", "by_user": user, "user": detail}
    return None


def _pkexec(text: str) -> Native | None:
    match = _PKEXEC.fullmatch(text)
    if match is None:
        return None
    by_user, user, tty, folder, command = match.groups()
    return {"event": "pkexec", "by_user": by_user, "user": user, "tty": tty, "pwd": folder, "command": command}


def _polkit(text: str) -> Native | None:
    match = _POLKIT.fullmatch(text)
    if match is None:
        return None
    event = "polkit" if match[2].startswith("succ") else "polkit_failed"
    return {"event": event, "user": match[3], "by_user": match[5], "action": match[4]}


_PROGRAMS: dict[str, Callable[[str], Native | None]] = {
    "sshd": parse_sshd,
    "sudo": _sudo,
    "su": _su,
    **dict.fromkeys(
        (
            "useradd",
            "usermod",
            "userdel",
            "groupadd",
            "groupmod",
            "groupdel",
            "gpasswd",
            "passwd",
            "chpasswd",
            "adduser",
        ),
        _accounts,
    ),
    "systemd-logind": _logind,
    "login": _login,
    "cron": _cron,
    "crontab": _cron,
    "pkexec": _pkexec,
    "polkitd": _polkit,
}

SERVICES: dict[str, str] = {
    "sshd": "sshd",
    "sudo": "sudo",
    "cron": "cron",
    "crontab": "cron",
    "anacron": "cron",
    "vsftpd": "vsftpd",
    "clamd": "clamav",
    "freshclam": "clamav",
    "clamscan": "clamav",
    "clamav": "clamav",
    "guacd": "guacamole",
    **dict.fromkeys(
        (
            *(
                "su",
                "useradd",
                "usermod",
                "userdel",
                "groupadd",
                "groupmod",
                "groupdel",
                "gpasswd",
                "passwd",
                "chpasswd",
            ),
            *(
                "adduser",
                "chage",
                "chsh",
                "chfn",
                "newgrp",
                "login",
                "systemd-logind",
                "pkexec",
                "polkitd",
                "gdm-password",
            ),
            *("sssd", "sssd_be", "pam", "unix_chkpwd", "runuser", "lightdm", "kdm", "xdm", "systemd-user", "remote"),
        ),
        "auth",
    ),
}
"""Sigma service by program; every other program is ``syslog``."""

_ALIASES = {"sshd-session": "sshd", "sshd-auth": "sshd", "crond": "cron", "cronie": "cron", "sudo-i": "sudo"}


@lru_cache(maxsize=4096)
def program_name(program: str) -> str:
    """Return a program's plain name: without folder, ``(pam_unix)`` mark or upper case, one name a daemon."""
    name = program.rpartition("/")[2].partition("(")[0].lower()
    return _ALIASES.get(name, name)


def service_of(program: str | None) -> str:
    """Return the Sigma service of a program."""
    return SERVICES.get(program_name(program), "syslog") if program else "syslog"


def parse_message(program: str | None, message: str) -> Native | None:
    """Return what a message says, None if it is not known.

    ``event`` is a key of ``authlog_events.EVENTS``; the other fields are named by who they are about:
    ``user`` (acted upon), ``by_user`` (who acts), ``src``, ``command``, ``group``.
    """
    if not program:
        return None
    repeated = None
    if message.startswith("message repeated "):
        match = _REPEATED.fullmatch(message)
        if match is not None:
            repeated, message = match.groups()
    name = program_name(program)
    native: Native | None = None
    if message.startswith("pam_") or "(pam_unix)" in program:
        native = _pam(message)
    elif message.startswith("PAM ") and name == "sshd":
        native = _pam(message)
    if native is None:
        handler = _PROGRAMS.get(name)
        native = handler(message) if handler is not None else None
    if native is not None and repeated:
        native["repeated"] = repeated
    return native
