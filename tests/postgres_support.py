"""A real PostgreSQL for tests: a temporary cluster on loopback that is gone when the tests are, however they end."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

REQUIRED = "VEDETTE_REQUIRE_POSTGRES"
"""Environment variable: with ``1`` a missing PostgreSQL fails the tests instead of skipping them."""
START_TIMEOUT_S = 120
USER = "vedette"

# The shell holds the cluster until its standard input ends, which the kernel sees to when the tests are killed.
_ENDED = "keeper: the server ended"
_KEEPER = f"""
trap '' INT TERM HUP
bin=$1; folder=$2; port=$3; cd /
{{
  "$bin/initdb" -D "$folder/data" -U {USER} --pwfile="$folder/password" --auth=scram-sha-256 --encoding=UTF8 \\
    --locale=C --no-sync --no-instructions &&
  "$bin/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories= \\
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=24MB -c max_connections=60 \\
    -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c logging_collector=off
  echo "{_ENDED}"
}} >"$folder/log" 2>&1 &
server=$!
read -r _
while kill -0 $server 2>/dev/null; do
  kill -QUIT "$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null)" 2>/dev/null
  sleep 0.05
done
rm -rf "$folder"
"""


class NoPostgresError(Exception):
    """There is none on this machine, or it does not start."""


def programs() -> Path:
    """Return the folder of PostgreSQL's programs: the newest of Debian's, or where ``postgres`` is found."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda p: [int(n) for n in re.findall(r"\d+", str(p))])
    if found:
        return found[-1]
    for name in ("postgres", "initdb"):
        path = shutil.which(name)
        if path and (Path(path).resolve().parent / "initdb").exists():
            return Path(path).resolve().parent
    raise NoPostgresError("PostgreSQL is not installed (Debian: apt-get install postgresql)")


class Cluster:
    """A running PostgreSQL with its own data folder; one database for each that is asked for."""

    def __init__(self) -> None:
        self._programs = programs()
        self._n_made = 0
        self._migrated: str | None = None
        self.password = "p@ss/" + secrets.token_hex(8)  # characters that a URL must escape
        for attempt in range(5):
            self._start()
            if self._answers():
                break
            log = self.log()
            self.stop()
            if attempt == 4 or "Address already in use" not in log:
                raise NoPostgresError(f"PostgreSQL does not start: {log[-500:]}")

    def _start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vedette-postgres-"))
        (self.folder / "password").write_text(self.password + "\n")
        as_user: dict[str, Any] = {}
        if os.getuid() == 0:  # PostgreSQL refuses root
            who = _unprivileged()
            os.chown(self.folder, who.pw_uid, who.pw_gid)
            os.chown(self.folder / "password", who.pw_uid, who.pw_gid)
            as_user = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "sh", str(self._programs), str(self.folder), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            start_new_session=True,
            **as_user,
        )

    def _answers(self) -> bool:
        until = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < until:
            if _ENDED in self.log():
                return False
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def log(self) -> str:
        """Return what the server wrote."""
        try:
            return (self.folder / "log").read_text(errors="replace")
        except OSError:
            return ""

    def run(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement outside of a transaction."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=self.password, dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str) -> str:
        """Return a database's URL."""
        made = URL.create("postgresql+psycopg", USER, self.password, "127.0.0.1", self.port, database)
        return made.render_as_string(hide_password=False)

    def create(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        self._n_made += 1
        name = f"test_{self._n_made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def migrated(self) -> str:
        """Return the name of a database with today's tables, to copy: five times as fast as migrating again."""
        if self._migrated is None:
            from vedette.store import Lake

            name = self.create()
            with tempfile.TemporaryDirectory() as folder:
                Lake.open(Path(folder), self.url(name)).close()
            self.run("DELETE FROM home", name)
            self._migrated = name
        return self._migrated

    def drop(self, database: str) -> None:
        """Drop a database, whoever still holds it."""
        self.run(f"DROP DATABASE {database} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(timeout=60)


def started() -> Cluster:
    """Return a running cluster; skip the test where there is none, or fail it where there must be one."""
    try:
        return Cluster()
    except NoPostgresError as error:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{error} ({REQUIRED}=1)")
        pytest.skip(str(error))


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgresError("PostgreSQL refuses root, and there is no user postgres or nobody to run it as")
