"""``vedette knowledge`` as it is typed."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import feeds
import pytest

from vedette.cli import main
from vedette.store import Lake, audit

A = "CVE-2026-1001"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def vedette(home: Path, *arguments: str | Path) -> Done:
    """Run the program in this process."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["vedette", "--home", str(home), "knowledge", *map(str, arguments)]
    code: object = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", argv)
        try:
            main.main()
        except SystemExit as end:
            code = end.code
    return Done(int(code) if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


@pytest.fixture
def host() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(feeds.kev(A))

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_sync_says_the_host_first_and_is_audited(tmp_path: Path, host: str) -> None:
    home = tmp_path / "home"
    done = vedette(home, "sync", "kev", "--from", host, "--fewer", "--json")
    assert done.returncode == 0, done.stderr
    (made,) = json.loads(done.stdout)["sets"]
    assert (made["name"], made["n_records"], made["source"]) == ("kev", 1, "127.0.0.1")
    assert "asks 127.0.0.1" in done.stderr
    lake = Lake.open(home)
    try:
        rows = [(e.action, e.target) for e in audit.entries(lake, action="knowledge.")]
        (synced,) = audit.entries(lake, action="knowledge.sync")
    finally:
        lake.close()
    assert rows == [("knowledge.fetch", "kev"), ("knowledge.sync", "kev")]
    assert synced.detail["source_sha256"] == made["source_sha256"]


def test_a_folder_of_feeds_is_a_mirror_too(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "known_exploited_vulnerabilities.json").write_bytes(feeds.kev(A))
    (stick / "epss_scores-current.csv.gz").write_bytes(feeds.packed(feeds.epss({A: ("0.5", "0.9")})))
    home = tmp_path / "home"
    done = vedette(home, "sync", "kev", "epss", "--from", stick, "--fewer")
    assert done.returncode == 0, done.stderr
    assert "kev: 1 records of 2026-11-20" in done.stdout
    found = json.loads(vedette(home, "vulnerability", A, "--json").stdout)
    assert (found["kev_at"], found["epss"]) == ("2026-11-18T00:00:00+00:00", 0.5)
    sets = {s["name"]: s for s in json.loads(vedette(home, "status", "--json").stdout)["sets"]}
    assert (sets["epss"]["held"], sets["epss"]["extra"]) == (True, {"model_version": "v2025.03.14"})
    assert sets["epss"]["says"].startswith("EPSS of 2026-11-20 is")


def test_mistakes_exit_2_and_say_what_to_do(tmp_path: Path) -> None:
    feed = tmp_path / "kev.json"
    feed.write_bytes(feeds.kev(A))
    for arguments, said in (
        (("import", "kevv", feed), "no set"),
        (("import", "kev", tmp_path / "gone"), "there is no gone"),
        (("import", "epss", feed), "no CSV"),
        (("import", "kev", feed), "--fewer"),
        (("import", "kev", feed, "--date", "yesterday"), "no day"),
        (("import", "kev", feed, "--sha256", "ab"), "SHA-256"),
        (("rollback", "kev"), "no earlier version"),
        (("sync", "kev", "epss", "--sha256", "ab"), "one set"),
        (("sync", "kev", "--from", "http://mirror.example/"), "only https"),
        (("technique", "T0000"), "has no T0000"),
        (("weakness", "CWE-0"), "has no CWE-0"),
    ):
        done = vedette(tmp_path / "home", *arguments)
        assert done.returncode == 2, (arguments, done.stderr)
        assert said in done.stderr.replace("\n", " "), (arguments, done.stderr)
        assert "Traceback" not in done.stderr


def test_rollback_lets_the_one_before_count(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for day in ("2026-11-01", "2026-11-08"):
        (tmp_path / "kev.json").write_bytes(feeds.kev(A, released=day))
        assert vedette(home, "import", "kev", tmp_path / "kev.json", "--fewer").returncode == 0
    assert "before: 2026.11.01 of 2026-11-01" in vedette(home, "status").stdout
    assert "of 2026-11-01" in vedette(home, "rollback", "kev").stdout
