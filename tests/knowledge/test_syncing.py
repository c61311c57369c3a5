"""Fetching on request: what is asked of whom, what is refused, and that nothing else asks the network."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import feeds
import pytest

from vedette import knowledge
from vedette.errors import OutsideError, UserError
from vedette.fetching import RefusedError
from vedette.knowledge import holding, syncing
from vedette.knowledge.vulnerabilities import lookup

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
A = "CVE-2026-1001"


class Mirror(ThreadingHTTPServer):
    files: dict[str, bytes]
    asked: list[str]
    torn: bool = False


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/elsewhere.json":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
            return
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if self.server.torn else data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror(("127.0.0.1", 0), Handler)
    server.files, server.asked = {}, []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def url_of(mirror: Mirror, path: str) -> str:
    return f"http://127.0.0.1:{mirror.server_port}{path}"


def test_a_mirror_gives_a_set_under_the_publishers_name(home: Path, mirror: Mirror) -> None:
    mirror.files["/feeds/known_exploited_vulnerabilities.json"] = feeds.kev(A)
    fetch = syncing.planned("kev", NOW, url_of(mirror, "/feeds/"))
    assert fetch.hosts == ("127.0.0.1",)
    told: list[str] = []
    made = syncing.sync(home, fetch, now=NOW, fewer=True, tell=told.append)
    assert (made.n_records, made.source) == (1, "127.0.0.1")
    assert made.source_sha256 == hashlib.sha256(feeds.kev(A)).hexdigest()
    assert any("from 127.0.0.1" in line for line in told)
    assert mirror.asked == ["/feeds/known_exploited_vulnerabilities.json"]
    assert lookup(home, [A])[A].kev_at is not None


def test_the_nvd_is_a_feed_a_year(home: Path, mirror: Mirror) -> None:
    fetch = syncing.planned("nvd", NOW, url_of(mirror, "/"))
    assert len(fetch.urls) == 25
    for number, url in enumerate(fetch.urls):
        name = "/" + url.rpartition("/")[2]
        mirror.files[name] = feeds.packed(feeds.nvd(f"CVE-{2002 + number}-1000"))
    assert syncing.sync(home, fetch, now=NOW).n_records == 25
    with pytest.raises(UserError, match="one SHA-256"):
        syncing.sync(home, fetch, now=NOW, sha256="0" * 64)


@pytest.mark.parametrize("what", ["gone", "torn", "page", "digest", "redirect", "dead"])
def test_what_is_not_the_set_is_refused_and_the_old_one_stays(home: Path, mirror: Mirror, what: str) -> None:
    mirror.files["/kev.json"] = feeds.kev(A)
    syncing.sync(home, syncing.planned("kev", NOW, url_of(mirror, "/kev.json")), now=NOW, fewer=True)
    before = holding.held(home, "kev")
    target, options = url_of(mirror, "/kev.json"), {}
    if what == "gone":
        mirror.files.clear()
    elif what == "torn":
        mirror.torn = True
    elif what == "page":
        mirror.files["/kev.json"] = b"<html>Please log in</html>"
    elif what == "digest":
        options = {"sha256": "0" * 64}
    elif what == "redirect":
        target = url_of(mirror, "/elsewhere.json")
    else:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            target = f"http://127.0.0.1:{free.getsockname()[1]}/kev.json"
    with pytest.raises((OutsideError, UserError)) as caught:
        syncing.sync(home, syncing.planned("kev", NOW, target), now=NOW, fewer=True, **options)  # type: ignore[arg-type]
    assert caught.value.next_step
    assert holding.held(home, "kev") == before
    assert [p for p in holding.folder(home, "kev").iterdir() if p.name.startswith((".fetch", ".import", ".part"))] == []


@pytest.mark.parametrize(
    "url", ["http://mirror.example/kev.json", "file:///etc/passwd", "ftp://mirror.example/", "kev.json"]
)
def test_only_https_is_followed(url: str) -> None:
    with pytest.raises(UserError, match="only https"):
        syncing.planned("kev", NOW, url)


def test_planning_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.fetching.build_opener", lambda *_: pytest.fail("the network was asked"))
    for name in holding.KINDS:
        assert all(url.startswith("https://") for url in syncing.planned(name, NOW).urls)


def test_sets_are_named_once() -> None:
    assert syncing.names_of([]) == ("kev", "epss", "vulnrichment")
    assert syncing.names_of(["kev", "kev", "epss"]) == ("kev", "epss")
    assert syncing.names_of(["all"]) == tuple(holding.KINDS)
    with pytest.raises(UserError, match="no set 'kevs'"):
        syncing.names_of(["kevs"])


def test_an_opener_that_refuses_is_told_with_a_way_round(home: Path) -> None:
    def refuse(url: str, target: Path, tell: syncing.Tell) -> None:
        raise RefusedError("503 busy")

    with pytest.raises(OutsideError, match="did not give epss: 503 busy") as caught:
        syncing.sync(home, syncing.planned("epss", NOW), now=NOW, opener=refuse)
    assert "knowledge import epss" in str(caught.value.next_step)


def test_looking_up_asks_nobody(home: Path) -> None:
    """In a process of its own, where a socket cannot even be made."""
    code = (
        "import socket, sys\n"
        "def no(*a, **k): raise SystemExit('a socket was made')\n"
        "socket.socket = no\n"
        "from datetime import datetime, UTC\n"
        "from pathlib import Path\n"
        "from vedette import knowledge\n"
        "from vedette.knowledge.vulnerabilities import lookup\n"
        f"home = Path({str(home)!r})\n"
        "assert lookup(home, ['CVE-2021-44228'])['CVE-2021-44228'].kev_at\n"
        "knowledge.status(home)\n"
        "assert 'urllib.request' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# how sets stand


def _status(home: Path, name: str, now: datetime = NOW, **options: Any) -> knowledge.SetStatus:
    return next(s for s in knowledge.status(home, now=now, **options) if s.name == name)


def test_the_packaged_kev_is_dated_and_ages(home: Path) -> None:
    kev = _status(home, "kev")
    assert (kev.on, kev.source, kev.age_days, kev.stale) == (date(2025, 8, 25), "package", 455, True)
    assert kev.sentence == "KEV of 2025-08-25 is 455 days old"
    fresh = _status(home, "kev", datetime(2025, 8, 26, tzinfo=UTC))
    assert (fresh.stale, fresh.sentence) == (False, "KEV of 2025-08-25 is 1 day old")
    assert _status(home, "kev", datetime(2025, 8, 25, 23, tzinfo=UTC)).sentence == "KEV of 2025-08-25 is from today"
    assert not _status(home, "kev", limits={"kev": 1000}).stale


def test_what_is_not_held_says_so(home: Path) -> None:
    epss = _status(home, "epss")
    assert (epss.held, epss.stale, epss.sentence) == (False, False, "no EPSS is held here")


def test_stale_epss_is_said(home: Path, mirror: Mirror) -> None:
    mirror.files["/epss_scores-current.csv.gz"] = feeds.packed(feeds.epss({A: ("0.5", "0.5")}, on="2026-10-01"))
    syncing.sync(home, syncing.planned("epss", NOW, url_of(mirror, "/")), now=NOW)
    assert "EPSS of 2026-10-01 is 53 days old" in knowledge.stale_sentences(home, now=NOW)
    assert _status(home, "epss").extra == {"model_version": "v2025.03.14"}


def test_damage_is_a_status_and_not_a_crash(home: Path, mirror: Mirror) -> None:
    mirror.files["/k.json"] = feeds.kev(A)
    made = syncing.sync(home, syncing.planned("kev", NOW, url_of(mirror, "/k.json")), now=NOW, fewer=True)
    made.path.write_bytes(b"")
    kev = _status(home, "kev")
    assert (kev.held, kev.intact) == (False, False)
    assert "torn" in kev.sentence
    assert any("torn" in text for text in knowledge.stale_sentences(home, now=NOW))
