"""Checkpoints: sealed or absent, believed only when every digest holds."""

from __future__ import annotations

import errno
from collections import namedtuple
from pathlib import Path

import pytest

from vedette.errors import OutsideError, UserError
from vedette.forge.train import checkpoints


def sealed(folder: Path, step: int, body: bytes = b"weights") -> Path:
    target = folder / f"checkpoint-{step}"
    staged = checkpoints.staging(target)
    staged.mkdir(parents=True)
    (staged / "model.bin").write_bytes(body)
    (staged / "deep").mkdir()
    (staged / "deep" / "state.json").write_text("{}")
    checkpoints.seal(target, {"step": step})
    return target


def test_sealed_is_whole(tmp_path: Path) -> None:
    target = sealed(tmp_path, 3)
    assert checkpoints.problem_of(target) is None
    assert checkpoints.facts_of(target) == {"step": 3}
    assert not checkpoints.staging(target).exists()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda p: (p / "model.bin").write_bytes(b"weightz"), "not what was written"),
        (lambda p: (p / "model.bin").write_bytes(b"weig"), "not what was written"),
        (lambda p: (p / "model.bin").unlink(), "missing"),
        (lambda p: (p / "deep" / "state.json").write_text("[]"), "not what was written"),
        (lambda p: (p / "more.bin").write_bytes(b""), "added"),
        (lambda p: (p / checkpoints.MANIFEST).unlink(), "not finished"),
        (lambda p: (p / checkpoints.MANIFEST).write_text('{"files": '), "cannot be read"),
        (lambda p: (p / checkpoints.MANIFEST).write_bytes(b"\x00" * 64), "cannot be read"),
    ],
)
def test_damaged_is_passed_over(tmp_path: Path, damage: object, why: str) -> None:
    sealed(tmp_path, 3)
    newest = sealed(tmp_path, 12)
    damage(newest)  # type: ignore[operator]
    told: list[str] = []
    assert checkpoints.last_whole(tmp_path, told.append) == tmp_path / "checkpoint-3"
    assert len(told) == 1
    assert "checkpoint-12" in told[0]
    assert why in told[0]


def test_what_a_killed_writer_left_is_never_read_and_is_swept(tmp_path: Path) -> None:
    sealed(tmp_path, 3)
    staged = checkpoints.staging(tmp_path / "checkpoint-6")
    staged.mkdir()
    (staged / "model.bin").write_bytes(b"half")
    assert [step for step, _ in checkpoints.numbered(tmp_path)] == [3]
    checkpoints.sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-3"]


def test_sealing_again_replaces(tmp_path: Path) -> None:
    sealed(tmp_path, 3, b"one")
    target = sealed(tmp_path, 3, b"two")
    assert (target / "model.bin").read_bytes() == b"two"
    assert checkpoints.problem_of(target) is None


def test_prune_keeps_the_newest(tmp_path: Path) -> None:
    for step in (2, 10, 4):
        sealed(tmp_path, step)
    checkpoints.prune(tmp_path, 2)
    assert [step for step, _ in checkpoints.numbered(tmp_path)] == [10, 4]


def test_too_little_room_is_said_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(checkpoints.shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 5_000_000, 5_000_000))
    with pytest.raises(OutsideError) as caught:
        checkpoints.ensure_room(tmp_path, 1_600_000_000)
    assert str(tmp_path) in caught.value.message
    assert "1.6 GB" in caught.value.message
    assert "5 MB" in caught.value.message
    checkpoints.ensure_room(tmp_path, 4_000_000)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "File too large"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
        RuntimeError("[enforce fail at inline_container.cc] PytorchStreamWriter failed writing file data/3"),
    ],
)
def test_any_writers_full_disk_is_said(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(OutsideError, match="no room"), checkpoints.full_disk_is_said(tmp_path, 1000):
        raise error


def test_other_errors_stay_themselves(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), checkpoints.full_disk_is_said(tmp_path, 1000):
        raise ZeroDivisionError


def test_checkpoints_of_another_run_are_refused(tmp_path: Path) -> None:
    checkpoints.ensure_same_run(tmp_path, {"seed": 1, "corpus": "a"})
    sealed(tmp_path, 3)
    checkpoints.ensure_same_run(tmp_path, {"seed": 1, "corpus": "a"})
    with pytest.raises(UserError, match="corpus changed") as caught:
        checkpoints.ensure_same_run(tmp_path, {"seed": 1, "corpus": "b"})
    assert caught.value.next_step is not None
