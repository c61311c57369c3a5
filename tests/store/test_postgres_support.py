"""The temporary PostgreSQL of the tests: gone when they are, even killed; loud where it must be there."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import postgres_support
from postgres_support import REQUIRED, Cluster, started

STARTS = """
import sys, time
sys.path.insert(0, sys.argv[1])
from postgres_support import Cluster
cluster = Cluster()
print(cluster.folder, cluster.port, flush=True)
time.sleep(600)
"""


def test_nothing_is_left_when_the_tests_are_killed(postgres: Cluster) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(Path(postgres_support.__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    folder, port = process.stdout.readline().split()
    assert (Path(folder) / "data" / "postmaster.pid").exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 60
    while Path(folder).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(folder).exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0


def test_it_does_not_run_as_root_and_wants_a_password(postgres: Cluster) -> None:
    pid = int((postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner != 0 or pwd.getpwuid(owner).pw_name != "root"
    assert os.stat(postgres.folder).st_mode & 0o077 == 0  # noqa: PTH116 (the mode is meant)
    with pytest.raises(postgres_support.psycopg.OperationalError, match="password"):
        postgres_support.psycopg.connect(
            host="127.0.0.1", port=postgres.port, user="vedette", password="wrong", dbname="postgres"
        )


@pytest.mark.parametrize(("value", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_where_it_must_be_there_its_absence_fails(
    monkeypatch: pytest.MonkeyPatch, value: str, outcome: type[BaseException]
) -> None:
    def none() -> Path:
        raise postgres_support.NoPostgresError("not installed")

    monkeypatch.setattr(postgres_support, "programs", none)
    monkeypatch.setenv(REQUIRED, value)
    with pytest.raises(outcome, match="not installed"):
        started()
