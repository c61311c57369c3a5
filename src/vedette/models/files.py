"""Files that are there whole or not at all, and their digests."""

from __future__ import annotations

import hashlib
import os
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from vedette.errors import OutsideError, UserError

CHUNK = 1 << 20

# segments of ASCII letters, digits and a few signs; "." and ".." are told apart below
_SEGMENT = re.compile(r"[A-Za-z0-9._+@=,()\[\]~-][A-Za-z0-9 ._+@=,()\[\]~-]{0,199}")
_DEEPEST = 16


@dataclass(frozen=True, slots=True, order=True)
class FileDigest:
    """One file of a model."""

    path: str
    """Relative to the model's folder, with ``/``."""
    size_bytes: int
    sha256: str


def safe_path(text: str) -> str:
    """Return a relative path as it is, if it cannot lead out of its folder.

    Raises:
        UserError: it can, or it holds characters that some file system reads otherwise.
    """
    parts = text.split("/")
    if len(parts) > _DEEPEST or not all(_SEGMENT.fullmatch(p) and p.strip(". ") and p[-1] not in ". " for p in parts):
        raise UserError(
            f"{text[:120]!r} cannot be the name of a model's file",
            next_step="use ASCII letters, digits, dots, dashes and underscores",
        )
    return text


@contextmanager
def locked(path: Path, *, timeout_s: float = 600.0) -> Iterator[None]:
    """Hold a lock among processes and threads; the system frees it when its holder dies.

    Raises:
        OutsideError: somebody else holds it for longer, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        lock.acquire(timeout=timeout_s)
    except Timeout as error:
        raise OutsideError(
            f"another program has been at work here for {timeout_s:.0f} s", location=str(path.parent)
        ) from error
    except OSError as error:
        raise OutsideError(
            f"cannot write here: {error.strerror or error}",
            location=str(path.parent),
            next_step="check the disk's space and permissions",
        ) from error
    try:
        yield
    finally:
        lock.release()


def sync_folder(folder: Path) -> None:
    """Make what was renamed into a folder outlast a power cut, where the platform can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put a file there whole: readers see the old content or the new one, also after a kill.

    Raises:
        OutsideError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutsideError(
            f"cannot write {path.name}: {error.strerror or error}",
            location=str(path.parent),
            next_step="check the disk's space and permissions",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def list_files(folder: Path) -> list[str]:
    """Return the relative paths of all files under a folder, in order.

    Raises:
        UserError: there is a link, a device or a name that cannot be kept.
    """
    found: list[str] = []
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        with os.scandir(here) as items:
            listed = list(items)
        for item in listed:
            path = Path(item.path)
            name = path.relative_to(folder).as_posix()
            if item.is_symlink():
                raise UserError(f"{name} is a link; a model holds files only", location=str(folder))
            if item.is_dir():
                waiting.append(path)
            elif item.is_file():
                found.append(safe_path(name))
            else:
                raise UserError(f"{name} is no regular file", location=str(folder))
    return sorted(found)


def copy_file(source: Path, target: Path, tell: Callable[[int], None] | None = None) -> tuple[int, str]:
    """Copy a file, flush it to the disk, and return its size and SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as read, target.open("xb") as out:
        while block := read.read(CHUNK):
            digest.update(block)
            out.write(block)
            size += len(block)
            if tell is not None:
                tell(len(block))
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


_seen: dict[str, tuple[tuple[int, ...], str]] = {}
_seen_lock = threading.Lock()


def seen_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read once in this process while size, times and inode stay the same."""
    status = path.stat()
    mark = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    with _seen_lock:
        known = _seen.get(str(path))
    if known is not None and known[0] == mark:
        return known[1]
    digest = sha256_of(path)
    with _seen_lock:
        _seen[str(path)] = (mark, digest)
    return digest


def differences(folder: Path, files: Iterable[FileDigest], *, beside: frozenset[str] = frozenset()) -> list[str]:
    """Return in words how a folder's files differ from what they should be; nothing where they do not.

    Args:
        folder: the folder.
        files: what should be there.
        beside: names of files that may be there too.
    """
    wanted = {f.path: f for f in files}
    try:
        there = set(list_files(folder)) - beside
    except UserError as error:
        return [error.message]
    told = [f"{name} is missing" for name in sorted(wanted.keys() - there)]
    told += [f"{name} is not part of the model" for name in sorted(there - wanted.keys())]
    for name in sorted(wanted.keys() & there):
        path, should = folder / name, wanted[name]
        size = path.stat().st_size
        if size != should.size_bytes:
            told.append(f"{name} is torn or changed: {size:,} bytes instead of {should.size_bytes:,}")
        elif seen_sha256(path) != should.sha256:
            told.append(f"{name} was changed: its SHA-256 is not the one in the manifest")
    return told
