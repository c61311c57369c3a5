from __future__ import annotations

import time

import pytest

from vedette.investigate.commands import named_accounts


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("net user backdoor P@ss1 /add", [("backdoor", "created")]),
        ("net.exe user backdoor /domain", []),
        ("net users", []),
        ('net localgroup "Remote Desktop Users" CORP\\bob /add', [("CORP\\bob", "changed")]),
        ("net localgroup Administrators", []),
        ("useradd -m -s /bin/bash evil", [("evil", "created")]),
        ("useradd -o -u 0 -g 0 evil2", [("evil2", "created")]),
        ("myuseradd evil", []),
        ("usermod -aG sudo evil", [("evil", "changed")]),
        ("runas /user:CORP\\svc cmd", [("CORP\\svc", "used")]),
        ("mimikatz lsadump::dcsync /domain:x /user:krbtgt", [("krbtgt", "secrets")]),
        ("schtasks /create /ru system /S W6 /tn x", []),
        ("schtasks /create /S W6 /u corp\\bob /p x", [("corp\\bob", "used")]),
        ("net use \\\\h\\c$ /user:corp\\bob pw", [("corp\\bob", "used")]),
        ("", []),
    ],
)
def test_accounts_in_commands(command, found):
    assert named_accounts(command) == found


def test_a_hostile_command_takes_no_time():
    began = time.process_time()
    named_accounts("net user " + "a " * 500_000 + "/add")
    named_accounts("useradd " + "-" * 1_000_000)
    assert time.process_time() - began < 20
