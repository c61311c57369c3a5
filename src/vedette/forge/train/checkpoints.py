"""Checkpoints that are whole or do not exist.

A checkpoint is written under a staging name, its files are flushed to disk, a manifest of their digests is added, and
only then does a rename make it visible. A reader checks every digest before it believes a checkpoint; one that does not
check is passed over for the one before, and said so. A power cut, ``kill -9`` or a full disk therefore costs the steps
since the last whole checkpoint and nothing else.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vedette.errors import OutsideError, UserError, VedetteError

MANIFEST = "vedette-manifest.json"
_STAGING = ".staging-"
_NAME = re.compile(r"^checkpoint-([0-9]{1,12})$")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_WORDS = ("No space left", "os error 28", "os error 27", "File too large", "Disk quota", "PytorchStreamWriter")
_READ = 1 << 20


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)


def staging(target: Path) -> Path:
    """Return the folder that what becomes ``target`` is written to."""
    return target.with_name(f"{_STAGING}{target.name}")


def flatten(inner: Path, outer: Path) -> None:
    """Move what is in ``inner``, a folder in ``outer``, up into ``outer``."""
    for path in list(inner.iterdir()):
        path.rename(outer / path.name)
    inner.rmdir()


def seal(target: Path, facts: Mapping[str, Any]) -> None:
    """Make the staged folder of ``target`` whole and visible: digests, flush, manifest, rename, flush.

    What was at ``target`` before is replaced.
    """
    staged = staging(target)
    files = {}
    for path in _files(staged):
        _flush(path)
        files[path.relative_to(staged).as_posix()] = {"sha256": digest_of(path), "size_bytes": path.stat().st_size}
    manifest = staged / MANIFEST
    with manifest.open("w", encoding="utf-8") as file:
        json.dump({"files": files, "facts": dict(facts)}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    for folder in {path.parent for path in _files(staged)} | {staged}:
        _flush(folder)
    if target.exists():
        old = target.with_name(f"{_STAGING}old-{target.name}")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        staged.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        staged.rename(target)
    _flush(target.parent)


def problem_of(folder: Path) -> str | None:
    """Return why a sealed folder cannot be believed, or nothing where it is whole."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        return "it was not finished"
    except (OSError, ValueError, KeyError, TypeError):
        return "its manifest cannot be read"
    found = {path.relative_to(folder).as_posix() for path in _files(folder)}
    for name, entry in said.items():
        if name not in found:
            return f"{name} is missing"
        path = folder / name
        if path.stat().st_size != entry["size_bytes"] or digest_of(path) != entry["sha256"]:
            return f"{name} is not what was written"
    if strange := found - set(said):
        return f"{min(strange)} was added"
    return None


def facts_of(folder: Path) -> dict[str, Any]:
    """Return what was said of a sealed folder when it was made; empty where there is none."""
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["facts"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}


def numbered(folder: Path) -> list[tuple[int, Path]]:
    """Return the visible checkpoints of a folder, the newest first."""
    if not folder.is_dir():
        return []
    found = [(int(m.group(1)), path) for path in folder.iterdir() if (m := _NAME.match(path.name)) and path.is_dir()]
    return sorted(found, reverse=True)


def last_whole(folder: Path, tell: Callable[[str], None]) -> Path | None:
    """Return the newest checkpoint that checks, or nothing; tell of each that does not."""
    for _, path in numbered(folder):
        why = problem_of(path)
        if why is None:
            return path
        tell(f"{path.name} is damaged ({why}): using the one before")
    return None


def sweep(folder: Path) -> None:
    """Remove what a killed writer left behind."""
    if folder.is_dir():
        for path in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(path, ignore_errors=True)


def prune(folder: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` checkpoints, each by a rename first so that none is ever seen half removed."""
    for step, path in numbered(folder)[keep:]:
        gone = path.with_name(f"{_STAGING}gone-{step}")
        shutil.rmtree(gone, ignore_errors=True)
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder have."""
    return sum(path.stat().st_size for path in _files(folder))


def size_on_disk(path: Path) -> int:
    """Return how many bytes a file, or the files of a folder, have."""
    return path.stat().st_size if path.is_file() else size_of(path)


def in_words(n_bytes: float) -> str:
    """Return a size as people say it."""
    for unit in ("B", "KB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"


def _full(folder: Path, needed: int, what: str = "a checkpoint") -> OutsideError:
    try:
        free = f"{in_words(shutil.disk_usage(folder).free)} are free"
    except OSError:
        free = "it cannot be looked at"
    return OutsideError(
        f"no room for {what} in {folder}: about {in_words(needed)} are needed, {free}",
        next_step=f"free at least {in_words(needed)} there and run the same command again: it goes on from the last "
        "whole checkpoint (train.keep says how many are kept)",
        location=str(folder),
    )


def ensure_room(folder: Path, needed: int) -> None:
    """Raise an `OutsideError` where ``folder``'s disk has less than ``needed`` bytes free."""
    if shutil.disk_usage(folder).free < needed:
        raise _full(folder, needed)


@contextmanager
def full_disk_is_said(folder: Path, needed: int, what: str = "a checkpoint") -> Iterator[None]:
    """Turn any writer's "no space left" into an `OutsideError` that says where and how much.

    The libraries that write weights each wrap the system's error in their own, so that the words are looked at too.
    """
    try:
        yield
    except VedetteError:
        raise
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in _FULL or any(word in str(error) for word in _FULL_WORDS):
            raise _full(folder, needed, what) from error
        raise


def differences(before: object, now: Mapping[str, Any]) -> list[str]:
    """Return what of a run's identity changed; what an older version did not write down is not compared."""
    if not isinstance(before, dict):
        return ["everything"]
    return sorted(key for key in now if key in before and before[key] != now[key])


def ensure_same_run(folder: Path, identity: Mapping[str, Any]) -> None:
    """Say what a checkpoint folder belongs to, or raise where it belongs to another run.

    Raises:
        UserError: the checkpoints there were made with another recipe, corpus or base.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run.json"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = None
    now = json.loads(json.dumps(dict(identity), sort_keys=True))
    changed = differences(before, now)
    if before is not None and changed and numbered(folder):
        raise UserError(
            f"the checkpoints in {folder} belong to another run: {', '.join(changed)} changed",
            next_step="run it with --fresh to start anew",
            location=str(folder),
        )
    staged = path.with_name(f"{_STAGING}run.json")
    staged.write_text(json.dumps(now, indent=1, sort_keys=True), encoding="utf-8")
    staged.replace(path)
