"""The registry: signed versions, current and before; nothing half there, nothing changed is served."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from model_support import model_folder

from vedette.errors import OutsideError, UserError, VedetteError
from vedette.forge.base import ParityReport
from vedette.models import Registry, files, find
from vedette.models.manifest import MANIFEST, SIGNATURE
from vedette.models.signing import Keys

FACTS: dict[str, Any] = {
    "licence": "Apache-2.0",
    "recipe_sha256": "1" * 64,
    "corpus_sha256": "2" * 64,
    "base": {"name": "smollm2-135m-instruct", "sha256": "3" * 64},
    "metrics": {"top1": {"value": np.float64(0.5), "low": 0.4, "high": 0.6}},
    "gate": [{"rule": "top1 at least 0.4", "passed": True, "why": "it is 0.5"}],
    "parity": [ParityReport(format="onnx", n_prompts=200, n_different=0, tolerance=0.0, passed=True)],
    "run_id": "run-1",
    "about": "counts",
    "where": Path("/somewhere"),
}


def test_registered_version_is_found_whole(registry: Registry, home: Path, tmp_path: Path) -> None:
    source = model_folder(tmp_path / "m")
    version = registry.register("counter", source, facts=FACTS, promote=True)
    assert version == "1"
    found = find("counter", home)
    assert found == registry.entry("counter", "1")
    assert (found.current, found.shipped) == (True, False)
    assert (found.path / "deep" / "weights.bin").read_bytes() == (source / "deep" / "weights.bin").read_bytes()
    manifest = found.manifest
    assert (manifest.name, manifest.version, manifest.form) == ("counter", "1", "counting")
    assert manifest.created_at <= datetime.now(UTC)
    assert [f.path for f in manifest.files] == ["deep/weights.bin", "model.json"]
    assert manifest.metrics == {"top1": {"value": 0.5, "low": 0.4, "high": 0.6}}
    assert manifest.parity[0]["n_prompts"] == 200
    assert manifest.base == {"name": "smollm2-135m-instruct", "sha256": "3" * 64}
    assert manifest.more == {"about": "counts", "where": "/somewhere"}
    assert not any(p.name.startswith(".staging") for p in registry.folder.rglob("*"))


def test_versions_count_up_and_only_promoted_ones_are_served(registry: Registry, home: Path, tmp_path: Path) -> None:
    source = model_folder(tmp_path / "m")
    assert registry.register("counter", source, facts={}, promote=False) == "1"
    with pytest.raises(UserError, match="no version of counter was promoted"):
        find("counter", home)
    assert find("counter@1", home).version == "1"
    assert registry.register("counter", source, facts={}, promote=True) == "2"
    assert registry.register("counter", source, facts={}, promote=False) == "3"
    assert (registry.versions("counter"), registry.current("counter")) == (["1", "2", "3"], "2")
    assert [(e.version, e.current) for e in registry.list()] == [("1", False), ("2", True), ("3", False)]
    # a number is not given twice, also where its folder was deleted
    registry.promote("counter", "3")
    shutil.rmtree(registry.folder / "counter" / "3")
    assert registry.register("counter", source, facts={}, promote=False) == "4"


def test_rollback_goes_back_step_by_step(registry: Registry, tmp_path: Path) -> None:
    source = model_folder(tmp_path / "m")
    for _ in range(3):
        registry.register("counter", source, facts={}, promote=True)
    registry.promote("counter", "3")  # already current: no step
    assert registry.rollback("counter") == "2"
    assert registry.register("counter", source, facts={}, promote=True) == "4"
    assert registry.rollback("counter") == "2"
    assert registry.rollback("counter") == "1"
    with pytest.raises(UserError, match="no version of counter was current before"):
        registry.rollback("counter")
    assert registry.current("counter") == "1"
    told = [(s.action, s.version) for s in registry.pointer("counter").steps]
    assert told == [("promote", v) for v in "123"] + [
        ("rollback", "2"), ("promote", "4"), ("rollback", "2"), ("rollback", "1"),
    ]  # fmt: skip


def test_rollback_passes_over_a_version_that_is_gone(registry: Registry, tmp_path: Path) -> None:
    source = model_folder(tmp_path / "m")
    for _ in range(3):
        registry.register("counter", source, facts={}, promote=True)
    shutil.rmtree(registry.folder / "counter" / "2")
    assert registry.rollback("counter") == "1"


def rewrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def change(folder: Path) -> None:
    rewrite(folder / "deep" / "weights.bin", b"x" * 1400)


def tear(folder: Path) -> None:
    rewrite(folder / "deep" / "weights.bin", b"weights")


def lose(folder: Path) -> None:
    (folder / "deep" / "weights.bin").unlink()


def smuggle(folder: Path) -> None:
    (folder / "deep" / "more.py").write_text("import os")


def link(folder: Path) -> None:
    (folder / "deep" / "weights.bin").rename(folder.parent / "away")
    (folder / "deep" / "weights.bin").symlink_to(folder.parent / "away")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def edit_manifest(folder: Path) -> None:
    body = json.loads((folder / MANIFEST).read_bytes())
    body["metrics"] = {"top1": 1.0}
    rewrite(folder / MANIFEST, json.dumps(body).encode())


def empty_manifest(folder: Path) -> None:
    rewrite(folder / MANIFEST, b"")


def lose_signature(folder: Path) -> None:
    (folder / SIGNATURE).unlink()


def edit_signature(folder: Path) -> None:
    body = json.loads((folder / SIGNATURE).read_bytes())
    body["signature"] = "A" * 86 + "=="
    rewrite(folder / SIGNATURE, json.dumps(body).encode())


def garble_signature(folder: Path) -> None:
    rewrite(folder / SIGNATURE, b"\xff\x00{")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (change, "deep/weights.bin was changed"),
        (tear, "deep/weights.bin is torn or changed: 7 bytes instead of 1,400"),
        (lose, "deep/weights.bin is missing"),
        (smuggle, "deep/more.py is not part of the model"),
        (link, "deep/weights.bin is a link"),
        (pipe, "pipe is no regular file"),
        (edit_manifest, "the signature does not hold"),
        (empty_manifest, "the signature does not hold"),
        (lose_signature, "manifest.sig of counter@2 cannot be read"),
        (edit_signature, "the signature does not hold"),
        (garble_signature, "signature of the model cannot be read"),
    ],
)
def test_damage_is_refused_by_name(
    registry: Registry, home: Path, tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    source = model_folder(tmp_path / "m")
    for _ in range(2):
        registry.register("counter", source, facts={}, promote=True)
    find("counter", home)
    damage(registry.folder / "counter" / "2")
    with pytest.raises(OutsideError, match=told):
        find("counter", home)
    with pytest.raises(OutsideError, match=told):
        registry.promote("counter", "2")
    assert registry.rollback("counter") == "1"
    assert find("counter", home).version == "1"
    with pytest.raises(OutsideError, match=told):
        registry.promote("counter", "2")
    assert registry.current("counter") == "1"
    sound, broken = registry.scan()
    assert sound[0].version == "1"
    assert len(sound) + len(broken) == 2


def test_a_change_that_keeps_size_and_time_is_seen(registry: Registry, home: Path, tmp_path: Path) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    path = find("counter", home).path / "deep" / "weights.bin"
    before = path.stat()
    change(path.parent.parent)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(OutsideError, match="was changed"):
        find("counter", home)


def test_version_of_another_name_cannot_be_passed_off(registry: Registry, home: Path, tmp_path: Path) -> None:
    source = model_folder(tmp_path / "m")
    registry.register("good", source, facts={}, promote=True)
    registry.register("evil", source, facts={}, promote=True)
    shutil.rmtree(registry.folder / "good" / "1")
    shutil.copytree(registry.folder / "evil" / "1", registry.folder / "good" / "1")
    with pytest.raises(OutsideError, match="good@1 holds the manifest of evil@1"):
        find("good", home)


def test_another_homes_model_is_served_once_its_key_is_trusted(registry: Registry, home: Path, tmp_path: Path) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    other = tmp_path / "other"
    shutil.copytree(home / "models", other / "models")
    with pytest.raises(OutsideError, match="which is not listed"):
        find("counter", other)
    assert [b.name for b in Registry(other).scan()[1]] == ["counter"]
    key = registry.keys.trusted()[0]
    assert Keys(other).trust(key.line) == key
    assert Keys(other).trust(key.line) == key
    assert len(Keys(other).trusted()) == 1
    assert find("counter", other).key_id == key.key_id
    # without its private key a home still serves what it signed before
    (home / "keys" / "registry.ed25519").unlink()
    assert find("counter", home).version == "1"
    registry.register("counter", model_folder(tmp_path / "n"), facts={}, promote=True)
    assert [find(f"counter@{v}", home).version for v in "12"] == ["1", "2"]
    assert len(registry.keys.trusted()) == 2


def test_private_key_is_for_its_owner_alone(registry: Registry, tmp_path: Path) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    path = registry.keys.private_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(UserError, match="can be read by others") as caught:
        registry.register("counter", model_folder(tmp_path / "n"), facts={}, promote=True)
    assert "chmod 600" in str(caught.value.next_step)
    path.chmod(0o600)
    path.write_bytes(b"no key")
    with pytest.raises(OutsideError, match="cannot read the registry's private key"):
        registry.register("counter", model_folder(tmp_path / "o"), facts={}, promote=True)
    assert registry.versions("counter") == ["1"]


@pytest.mark.parametrize("line", ["", "ed25519", "ed25519 AAAA me", "rsa " + "A" * 43 + "=", "ed25519 " + "!" * 44])
def test_what_is_no_key_is_not_trusted(home: Path, line: str) -> None:
    with pytest.raises(UserError, match="is no public key"):
        Keys(home).trust(line)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "A", "a b", "a\x00", "a\n", "-a", "x" * 65, "é"]
)
def test_names_cannot_leave_the_registry(registry: Registry, home: Path, tmp_path: Path, name: str) -> None:
    source = model_folder(tmp_path / "m")
    for act in (
        lambda: registry.register(name, source, facts={}, promote=True),
        lambda: registry.promote(name, "1"),
        lambda: registry.rollback(name),
        lambda: registry.current(name),
        lambda: find(name, home),
    ):
        with pytest.raises(UserError):
            act()
    assert not home.exists() or not list((home / "models" / "registry").iterdir())


@pytest.mark.parametrize("version", ["", "0", "01", "2", "..", "../1", "1/", "x", "-1", "1" * 20, ".staging-x"])
def test_versions_cannot_leave_their_model(registry: Registry, home: Path, tmp_path: Path, version: str) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    (registry.folder / "counter" / ".staging-x").mkdir()
    with pytest.raises(UserError):
        registry.entry("counter", version)
    with pytest.raises(UserError):
        registry.promote("counter", version)
    with pytest.raises(UserError):
        find(f"counter@{version}", home)
    assert registry.versions("counter") == ["1"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\\b", "", "a//b", "./a", "a/.", "a/..", "x\n"])
def test_manifest_cannot_name_a_file_outside(registry: Registry, tmp_path: Path, path: str) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    folder = registry.folder / "counter" / "1"
    body = json.loads((folder / MANIFEST).read_bytes())
    body["files"][0]["path"] = path
    content = json.dumps(body).encode()
    signature = registry.keys.sign(content)
    rewrite(folder / MANIFEST, content)
    import base64

    said = {"algorithm": "ed25519", "key_id": signature.key_id, "signature": base64.b64encode(signature.value).decode()}
    rewrite(folder / SIGNATURE, json.dumps(said).encode())
    with pytest.raises(OutsideError, match="cannot be the name of a model's file"):
        registry.entry("counter", "1")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"null", b"[]", b'{"schema": 2}', b"\xff", b"{" * 5000, b'{"schema": 1, "files": 3}']
)
def test_signed_nonsense_is_no_manifest(registry: Registry, tmp_path: Path, content: bytes) -> None:
    from vedette.models.manifest import read_manifest

    with pytest.raises(OutsideError, match="manifest cannot be read"):
        read_manifest(content, "here")


def make_link(path: Path) -> None:
    (model_folder(path) / "x").symlink_to("/etc/passwd")


def make_pipe(path: Path) -> None:
    os.mkfifo(model_folder(path) / "x")


def make_odd_name(path: Path) -> None:
    (model_folder(path) / "a\nb").write_text("")


def make_garbled_form(path: Path) -> None:
    (model_folder(path) / "model.json").write_text("[")


def make_formless(path: Path) -> None:
    (model_folder(path) / "model.json").unlink()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "is no folder"),
        (Path.mkdir, "holds no file"),
        (Path.touch, "is no folder"),
        (make_link, "x is a link"),
        (make_pipe, "x is no regular file"),
        (make_odd_name, "cannot be the name"),
        (make_garbled_form, "does not say the model's form"),
        (make_formless, "nobody says what form"),
    ],
)
def test_what_no_model_can_hold_is_not_registered(
    registry: Registry, tmp_path: Path, make: Callable[[Path], None], told: str
) -> None:
    make(tmp_path / "m")
    with pytest.raises(UserError, match=told):
        registry.register("counter", tmp_path / "m", facts={}, promote=True)
    assert registry.names() == []
    assert registry.current("counter") is None
    assert [p.name for p in (registry.folder / "counter").iterdir()] == [".lock"]


def test_fact_that_cannot_be_written_is_said(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        registry.register("counter", model_folder(tmp_path / "m"), facts={"odd": object()}, promote=True)
    assert registry.names() == []


def test_registered_model_can_be_registered_again(registry: Registry, tmp_path: Path) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts=FACTS, promote=True)
    again = registry.register("copy", registry.entry("counter", "1").path, facts={}, promote=True)
    entry = registry.entry("copy", again)
    assert entry.manifest.files == registry.entry("counter", "1").manifest.files


def test_full_disk_leaves_nothing(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = model_folder(tmp_path / "m")
    registry.register("counter", source, facts={}, promote=True)
    written = 0

    def full(handle: int) -> None:
        nonlocal written
        written += 1
        if written > 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutsideError, match="No space left"):
        registry.register("counter", source, facts={}, promote=True)
    monkeypatch.undo()
    assert (registry.versions("counter"), registry.current("counter")) == (["1"], "1")
    assert registry.register("counter", source, facts={}, promote=True) == "2"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"current": "../../x", "before": [], "steps": []}', b"\xff"])
def test_torn_pointer_is_said(registry: Registry, home: Path, tmp_path: Path, content: bytes) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    (registry.folder / "counter" / "current.json").write_bytes(content)
    with pytest.raises(OutsideError, match="which version of counter is current") as caught:
        find("counter", home)
    assert "delete the file" in str(caught.value.next_step)
    (registry.folder / "counter" / "current.json").unlink()
    registry.promote("counter", "1")
    assert find("counter", home).version == "1"


def test_killed_at_every_step_it_stays_consistent(tmp_path: Path) -> None:
    """SIGKILL before each file operation of a registration, a promotion and a rollback; see the driver."""
    driver = Path(__file__).with_name("killed_registry.py")
    done = subprocess.run(
        [sys.executable, str(driver), str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["killed"]["register"] > 20
    assert told["killed"]["rollback"] > 3


def test_registrations_of_several_processes_do_not_collide(registry: Registry, home: Path, tmp_path: Path) -> None:
    source = model_folder(tmp_path / "m")
    code = (
        "import sys; from pathlib import Path; from vedette.models import Registry\n"
        "registry = Registry(Path(sys.argv[1]))\n"
        "for _ in range(4): print(registry.register('counter', Path(sys.argv[2]), facts={}, promote=True))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(home), str(source)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    here: list[str] = []
    threads = [
        threading.Thread(target=lambda: here.append(registry.register("counter", source, facts={}, promote=True)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [line for process in running for line in process.communicate(timeout=60)[0].split()]
    assert sorted(map(int, told + here)) == list(range(1, 17))
    assert registry.versions("counter") == [str(n) for n in range(1, 17)]
    assert registry.scan()[1] == []
    pointer = registry.pointer("counter")
    # everyone who was current is in the history once: no move of the pointer was lost
    assert sorted([*pointer.before, pointer.current or ""], key=int) == registry.versions("counter")
    assert len(registry.keys.trusted()) == 1


class RegistryMachine(RuleBasedStateMachine):
    """The registry beside a plain list of what should be there."""

    root: Path

    @initialize()
    def start(self) -> None:
        self.home = self.root / f"home-{len(list(self.root.iterdir()))}"
        self.registry = Registry(self.home)
        self.source = self.root / "source"
        if not self.source.exists():
            model_folder(self.source)
        self.versions: list[str] = []
        self.stack: list[str] = []

    @rule(promote=st.booleans())
    def register(self, promote: bool) -> None:
        version = self.registry.register("counter", self.source, facts={}, promote=promote)
        assert version == str(len(self.versions) + 1)
        self.versions.append(version)
        if promote:
            self.stack.append(version)

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def promote(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(self.versions))
        self.registry.promote("counter", version)
        if self.stack[-1:] != [version]:
            self.stack.append(version)

    @precondition(lambda self: self.versions)
    @rule()
    def rollback(self) -> None:
        if len(self.stack) < 2:
            with pytest.raises(UserError):
                self.registry.rollback("counter")
        else:
            self.stack.pop()
            assert self.registry.rollback("counter") == self.stack[-1]

    @precondition(lambda self: self.versions)
    @rule()
    def promote_what_is_not_there(self) -> None:
        with pytest.raises(VedetteError):
            self.registry.promote("counter", str(len(self.versions) + 1))

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "registry"):
            return
        assert self.registry.versions("counter") == self.versions
        assert self.registry.current("counter") == (self.stack[-1] if self.stack else None)
        if self.stack:
            assert find("counter", self.home).version == self.stack[-1]


def test_any_sequence_of_acts_agrees_with_the_model(tmp_path: Path) -> None:
    class Machine(RegistryMachine):
        root = tmp_path

    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=12, stateful_step_count=12, deadline=None, print_blob=False)
    )
