"""Accounts and hosts as analysts and programs word them, and the words that only stand where they would."""

from __future__ import annotations

import pytest

from vedette.guard.personal import PersonalScanner
from vedette.schema.guarding import Around, Passage

SCANNER = PersonalScanner()


def found(text: str, entity: str) -> list[str]:
    """Return what was found of an entity, as it stands in the text."""
    return [text[f.start : f.end] for f in SCANNER.scan(Passage(text=text), Around()).findings if f.entity == entity]


SUDO = "Nov  3 09:14:01 ws01 sudo: jnovotna : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/bin/sh"
ACCOUNTS = [
    ("whoami gave globex\\mwebster", "globex\\mwebster"),
    ("it ran as globex\\mwebster.", "globex\\mwebster"),
    ("user mwebster logged on to WS017", "mwebster"),
    ("the account mwebster was locked", "mwebster"),
    ("account: mwebster", "mwebster"),
    ("the user name mwebster, again", "mwebster"),
    ("user mwebster (Michael Webster) called", "mwebster"),
    ("login failed for user 'sa_hofmann' on SQL01", "sa_hofmann"),
    ("User 'mwebster' hat sich angemeldet", "mwebster"),
    ("password for mwebster was reset", "mwebster"),
    ("mwebster@WS017:~$ whoami", "mwebster"),
    ("[mwebster@web01 ~]$ id", "mwebster"),
    ("2026-11-03 09:14 INFO LoginService - user jnovotna logged in from ws01", "jnovotna"),
    ("uid=jnovotna,ou=people,dc=globex,dc=com", "jnovotna"),
    ("samAccountName=jnovotna", "jnovotna"),
    ("sAMAccountName: jnovotna", "jnovotna"),
    ("session opened for user root by jnovotna(uid=1000)", "jnovotna"),
    ("jnovotna:1104:" + "aad3b435b51404ee" * 2 + ":" + "20d92927433fe1f1" * 2 + ":::", "jnovotna"),
    ("jnovotna:$6$" + "Zs1mRvHc$u0v0vBqCwmVHfG1hKq:18900:0:99999:7:::", "jnovotna"),
    (SUDO, "jnovotna"),
    (SUDO.replace("sudo:", "sudo[12]:"), "jnovotna"),
]


@pytest.mark.parametrize(("text", "account"), ACCOUNTS, ids=[text[:36] for text, _ in ACCOUNTS])
def test_accounts_are_found(text: str, account: str) -> None:
    assert found(text, "USERNAME") == [account]


@pytest.mark.parametrize(
    "text",
    [
        "the user clicked and the user enters a password",
        "user interaction, user32.dll, user-mode and user_id",
        "account takeover by an account manager; account lockout",
        "access control to all users seamlessly",
        "chown user destination_dir",
        "login page",
        "Der Benutzer klickte auf den Link",
        "L'utilisateur ouvre la piece jointe",
        "El usuario pulso en el enlace",
        "user root and account administrator and user 'guest'",
        r"as software\microsoft by bin\debug",
        "root@WS017:/etc# id",
        "email a@b:~ costs 5$",
    ],
)
def test_words_behind_user_are_no_accounts(text: str) -> None:
    assert found(text, "USERNAME") == []


HOSTS = [
    ("user mwebster logged on to WS017", ["WS017"]),
    ("login failed for user 'sa_hofmann' on SQL01", ["SQL01"]),
    ("mwebster@WS017:~$ whoami", ["WS017"]),
    ("user jnovotna logged in from ws01", ["ws01"]),
    ("The hosts FS01, DC01 and LT-4471 were encrypted.", ["FS01", "DC01", "LT-4471"]),
    ("server BER-SRV-003 and workstation named KX7", ["BER-SRV-003", "KX7"]),
    ("FS01/DC01/LT-4471 were hit", ["FS01", "DC01", "LT-4471"]),
    ("FS01 was first", ["FS01"]),
    ("then lsass on WS017; later ws017 again", ["WS017", "ws017"]),
]


@pytest.mark.parametrize(("text", "hosts"), HOSTS, ids=[text[:36] for text, _ in HOSTS])
def test_hosts_are_found(text: str, hosts: list[str]) -> None:
    assert found(text, "HOSTNAME") == hosts


@pytest.mark.parametrize(
    "text",
    [
        "seen on APT28 and FIN7 hosts, from TA505 and UNC2452",
        "T1059 on Win32, MS17-010, KB5034441, CVE-2021-44228, SHA256",
        "servers with SQL2019 on host DB2, Windows Server 2019",
        "listens on port 443 to C2 on PS5",
        "version WS1.2 and DC01/x.tar and FS01_old",
        "server 2012 R2 and client 42",
        "machine MD5 and server HTTP2",
    ],
)
def test_groups_systems_and_standards_are_no_hosts(text: str) -> None:
    assert found(text, "HOSTNAME") == []


@pytest.mark.parametrize("unit", ["user ", "user aa ", "host WS1, ", "WS01 ", "on PC1 ", "a@b:~", "as a\\b "])
def test_hostile_texts_are_done_with(unit: str) -> None:
    text = unit * 6_000
    assert len(SCANNER.scan(Passage(text=text), Around()).findings) <= 12_000
