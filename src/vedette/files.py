"""Files that are there whole or not at all, locks among processes, and digests."""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vedette.errors import OutsideError

CHUNK = 1 << 20


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


def walk_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder, all the way down and by name, each with why it is not to be read, if so.

    Hidden ones are skipped; links to folders are not followed, and those to files only within the folder.

    Raises:
        OSError: the folder cannot be read.
    """
    root = folder.resolve()
    closed: list[tuple[Path, str]] = []

    def failed(error: OSError) -> None:
        closed.append((Path(str(error.filename)), f"cannot read: {error.strerror or error}"))

    for below, folders, names in os.walk(folder, followlinks=False, onerror=failed):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            file = Path(below) / name
            if name.startswith("."):
                continue
            if file.is_symlink() and not _inside(root, file):
                yield file, "a link that leads out of the folder"
            elif not file.is_file():
                yield file, "not a plain file"
            else:
                yield file, ""
    yield from closed


def _inside(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False
