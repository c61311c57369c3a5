from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import one

from vedette.ingest.readers.authlog import parse_message, service_of
from vedette.ingest.readers.authlog_events import EVENTS
from vedette.ingest.readers.syslog import READER


def _event(program: str, message: str) -> dict[str, object]:
    return one(READER, f"May  1 10:00:00 web1 {program}[7]: {message}")


def _columns(event: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(event.get(name) for name in names)


def test_a_failed_password() -> None:
    event = _event("sshd", "Failed password for invalid user admin from 203.0.113.9 port 40023 ssh2")
    assert _columns(event, "class_name", "activity", "outcome") == ("authentication", "logon", "failure")
    assert _columns(event, "user_name", "src_ip", "src_port", "auth_protocol") == (
        "admin",
        "203.0.113.9",
        40023,
        "password",
    )
    assert _columns(event, "log_product", "log_service") == ("linux", "sshd")


@pytest.mark.parametrize(
    "name", ["root from 192.0.2.1 port 1 ssh2", "a from b", "", "x port 5", "invalid user", "from 1.1.1.1 port 1 ssh2:"]
)
def test_a_name_cannot_forge_the_address(name: str) -> None:
    for text in (
        f"Failed password for invalid user {name} from 203.0.113.9 port 40024 ssh2",
        f"Invalid user {name} from 203.0.113.9 port 40024",
    ):
        said = parse_message("sshd", text)
        assert said is not None
        assert (said["src"], said["src_port"], said["user"]) == ("203.0.113.9", "40024", name)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_name_can_forge_the_address(name: str) -> None:
    said = parse_message("sshd", f"Failed password for invalid user {name} from 203.0.113.9 port 40024 ssh2")
    assert said is not None
    assert said["src"] == "203.0.113.9"


def test_sudo_names_who_and_as_whom() -> None:
    event = _event(
        "sudo", "  alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh -c a ; USER=bob ; COMMAND=b"
    )
    assert _columns(event, "class_name", "activity", "outcome") == ("process_activity", "launch", "success")
    assert _columns(event, "actor_name", "user_name") == ("alice", "root")
    assert event["process_cmd"] == "/bin/sh -c a ; USER=bob ; COMMAND=b"
    assert "process_pid" not in event


@pytest.mark.parametrize("reason", ["user NOT in sudoers", "3 incorrect password attempts", "command not allowed"])
def test_sudo_denied(reason: str) -> None:
    event = _event("sudo", f"bob : {reason} ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id")
    assert _columns(event, "actor_name", "outcome", "process_cmd") == ("bob", "failure", "/bin/id")


@pytest.mark.parametrize(
    ("program", "message", "columns"),
    [
        ("su", "(to root) alice on pts/0", {"activity": "logon", "user_name": "root", "actor_name": "alice"}),
        ("su", "FAILED SU (to root) bob on pts/1", {"outcome": "failure", "actor_name": "bob"}),
        (
            "useradd",
            "new user: name=mallory, UID=0, GID=0, home=/root, shell=/bin/bash",
            {"class_name": "account_change", "activity": "create", "user_name": "mallory", "user_uid": "0"},
        ),
        (
            "usermod",
            "add 'mallory' to group 'sudo'",
            {"class_name": "group_management", "activity": "add_member", "user_name": "mallory", "group_name": "sudo"},
        ),
        ("userdel", "delete user 'mallory'", {"activity": "delete", "user_name": "mallory"}),
        (
            "passwd",
            "pam_unix(passwd:chauthtok): password changed for bob",
            {"class_name": "account_change", "activity": "password_change", "user_name": "bob"},
        ),
        (
            "CRON",
            "(root) CMD (run-parts /etc/cron.hourly)",
            {"log_service": "cron", "actor_name": "root", "process_cmd": "run-parts /etc/cron.hourly"},
        ),
        ("systemd-logind", "New session c12 of user alice.", {"user_name": "alice", "user_session": "c12"}),
        ("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure", {"user_name": "root"}),
        ("groupadd", "new group: name=ops, GID=1005", {"activity": "create", "group_name": "ops"}),
    ],
)
def test_messages(program: str, message: str, columns: dict[str, str]) -> None:
    event = _event(program, message)
    assert {name: event.get(name) for name in columns} == columns


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("sshd", "Failed password for root"),
        ("sshd", "Failed password root from 1.2.3.4 port 22 ssh2"),
        ("sshd", "failed password for root from 1.2.3.4 port 22 ssh2"),
        ("sudo", "alice: TTY=pts/0 ; COMMAND=/bin/id"),
        ("useradd", "new users: name=x"),
        ("cron", "(root) CMD run-parts"),
        ("app", "Failed password for root from 1.2.3.4 port 22 ssh2"),
        ("app", "new user: name=x, UID=0"),
    ],
)
def test_near_misses_stay_text(program: str, message: str) -> None:
    assert parse_message(program, message) is None
    event = _event(program, message)
    assert _columns(event, "class_name", "message") == ("log_activity", message)


def test_programs_have_their_services() -> None:
    assert [
        service_of(name) for name in ("sshd", "/usr/sbin/CRON", "sshd-session", "sshd(pam_unix)", "su", "foo", None)
    ] == [*("sshd", "cron", "sshd", "sshd", "auth", "syslog", "syslog")]


@given(st.sampled_from(["sshd", "su", "sudo", "passwd", "login", "cron", "polkitd"]), st.text(max_size=100))
def test_no_message_raises(program: str, message: str) -> None:
    said = parse_message(program, message)
    assert said is None or said["event"] in EVENTS
