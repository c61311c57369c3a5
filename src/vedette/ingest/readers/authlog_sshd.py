"""Messages of sshd: accepted and failed logons, unknown users, connections that end.

What a message holds is partly written by whoever tries to log on ("Invalid user root from 1.2.3.4 port 1
from 9.9.9.9 port 2"): where a name may be anything, the address is taken from the end of the message.

Source: OpenSSH 9.8 ``auth.c``, ``auth2.c``, ``packet.c``, ``sshd-session.c``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from vedette.ingest.base import Native

_ENDPOINT = re.compile(r"(\S{1,255}?)(?: port (\d{1,5}))?(?: ssh[12]?)?(?: \[preauth\])?(?:: (.*))?", re.DOTALL)


def _endpoint(text: str) -> tuple[str, str | None, str | None] | None:
    match = _ENDPOINT.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3])


def _with_endpoint(native: Native, text: str) -> Native | None:
    found = _endpoint(text)
    if found is None:
        return None
    native["src"] = found[0]
    if found[1]:
        native["src_port"] = found[1]
    if found[2]:
        native["detail"] = found[2]
    return native


def _named(native: Native, user: str) -> Native:
    for mark in ("invalid user ", "illegal user "):
        if user.startswith(mark):
            native["is_invalid_user"] = True
            user = user[len(mark) :]
    native["user"] = user
    return native


def _ssh_accepted(text: str) -> Native | None:
    # "Accepted publickey for alice from 10.0.0.1 port 5 ssh2: …": only real accounts are accepted, and a key's
    # comment behind it may hold " from "
    _, method, for_, rest = [*text.split(" ", 3), "", "", ""][:4]
    user, found, tail = rest.partition(" from ")
    if not found or for_ != "for":
        return None
    return _with_endpoint({"event": "sshd_accepted", "method": method, "user": user}, tail)


def _ssh_failed(text: str) -> Native | None:
    _, method, for_, rest = [*text.split(" ", 3), "", "", ""][:4]
    user, found, tail = rest.rpartition(" from ")
    if not found or for_ != "for":
        return None
    return _with_endpoint(_named({"event": "sshd_failed", "method": method}, user), tail)


def _ssh_invalid(text: str) -> Native | None:
    rest = text.partition(" user ")[2]
    user, found, tail = rest.rpartition(" from ")
    if not found:
        return None
    return _with_endpoint({"event": "sshd_invalid_user", "user": user, "is_invalid_user": True}, tail)


def _ssh_not_allowed(text: str) -> Native | None:
    head, found, reason = text.partition(" not allowed because ")
    user, from_, host = head.removeprefix("User ").rpartition(" from ")
    if not found or not from_:
        return None
    return {"event": "sshd_not_allowed", "user": user, "src": host, "detail": reason}


def _ssh_error(text: str) -> Native | None:
    rest = text.removeprefix("error: ")
    for mark, event in (
        ("maximum authentication attempts exceeded for ", "sshd_max_attempts"),
        ("PAM: Authentication failure for ", "sshd_pam_failed"),
        ("PAM: User not known to the underlying authentication module for ", "sshd_pam_failed"),
    ):
        if rest.startswith(mark):
            user, found, tail = rest[len(mark) :].rpartition(" from ")
            return _with_endpoint(_named({"event": event}, user), tail) if found else None
    return None


def _ssh_gone(text: str) -> Native | None:
    # "Connection closed by authenticating user root 1.2.3.4 port 5 [preauth]"
    # "Disconnected from user x 1.2.3.4 port 5"
    head, found, tail = text.rpartition(" port ")
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    if not found or not digits:
        return None
    start = (
        max(head.find(" by "), head.find(" from "))
        if head.startswith(("Connection", "Disconnected", "Received"))
        else -1
    )
    who = head[start:].partition(" ")[2].partition(" ")[2] if start >= 0 else head.partition(" ")[2]
    user, _, host = who.rpartition(" ")
    native: Native = {"event": "sshd_disconnected", "src": host, "src_port": digits}
    is_started = "[preauth]" in tail
    for mark in ("authenticating user ", "invalid user ", "user "):
        if user.startswith(mark):
            native["user"] = user[len(mark) :]
            is_started = is_started or mark != "user "
            if mark == "invalid user ":
                native["is_invalid_user"] = True
            break
    if is_started:
        native["is_preauth"] = True
    return native


def _ssh_connection(text: str) -> Native | None:
    if text.startswith("Connection from "):
        parts = text.split(" ")
        if len(parts) >= 5 and parts[3] == "port" and parts[4].isdigit():
            return {"event": "sshd_connection", "src": parts[2], "src_port": parts[4]}
        return None
    return _ssh_gone(text)


_SSH: dict[str, Callable[[str], Native | None]] = {
    "Accepted": _ssh_accepted,
    "Failed": _ssh_failed,
    "Invalid": _ssh_invalid,
    "Illegal": _ssh_invalid,
    "User": _ssh_not_allowed,
    "error:": _ssh_error,
    "Connection": _ssh_connection,
    "Disconnected": _ssh_gone,
    "Disconnecting": _ssh_gone,
    "Received": _ssh_gone,
}


def parse_sshd(text: str) -> Native | None:
    """Return what a message of sshd says, None if it is not known."""
    handler = _SSH.get(text.partition(" ")[0])
    return handler(text) if handler is not None else None
