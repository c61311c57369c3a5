"""From files, folders and bytes to documents; the one way in.

Nothing is followed, fetched or run, nothing is unpacked to the disk, and no name out of a file is used as a path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from vedette.documents.base import Limits, Quarantined, RefusedError, Source, Work
from vedette.documents.registry import read_source
from vedette.schema.document import Document

_SKIPPED = frozenset({"thumbs.db", "desktop.ini"})
_DEFAULT = Limits()


def read_path(path: Path, *, limits: Limits = _DEFAULT) -> Iterator[Document | Quarantined]:
    """Yield the documents of a file (feeds, mailboxes and archives hold many) or of all files in a folder.

    What could not be read comes out as :class:`Quarantined`, where it stood; nothing is raised for what is in a file.
    """
    yield from read_folder([path], limits=limits)


def read_bytes(data: bytes, name: str, *, limits: Limits = _DEFAULT) -> Iterator[Document | Quarantined]:
    """Yield the documents of a file that is in memory; ``name`` is what it is called, and tells its format."""
    work = Work(limits, size_bytes=len(data))
    yield from _clocked(read_source(Source(name, work, data=data)), work)


def read_folder(paths: Iterable[Path], *, limits: Limits = _DEFAULT) -> Iterator[Document | Quarantined]:
    """Yield the documents of files and folders, in the order given and by name within a folder.

    Hidden files are skipped, and links that lead out of a folder are not followed.
    """
    for path in paths:
        for found in list_files(path):
            if isinstance(found, Quarantined):
                yield found
                continue
            try:
                size = found.stat().st_size
            except OSError as error:
                yield Quarantined(str(found), f"cannot read: {error.strerror or error}")
                continue
            work = Work(limits, size_bytes=size)
            yield from _clocked(read_source(Source(str(found), work, path=found)), work)


def _clocked(found: Iterator[Document | Quarantined], work: Work) -> Iterator[Document | Quarantined]:
    """Yield what is found; the clock stands still while somebody works on it."""
    for item in found:
        work.pause()
        yield item
        work.resume()


def list_files(path: Path) -> Iterator[Path | Quarantined]:
    """Yield the plain files of a path, and what was left out with its reason."""
    try:
        if not path.is_dir():
            if not path.exists():
                yield Quarantined(str(path), "there is no such file")
            elif not path.is_file():
                yield Quarantined(str(path), "not a plain file")
            else:
                yield path
            return
        root = path.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        yield Quarantined(str(path), f"cannot read: {error}")
        return
    closed: list[Quarantined] = []

    def failed(error: OSError) -> None:
        closed.append(Quarantined(str(error.filename), f"cannot read: {error.strerror or error}"))

    for folder, folders, names in os.walk(path, followlinks=False, onerror=failed):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            if name.startswith(".") or name.lower() in _SKIPPED:
                continue
            if file.is_symlink() and not _inside(root, file):
                yield Quarantined(str(file), "a link that leads out of the folder")
            elif not file.is_file():
                yield Quarantined(str(file), "not a plain file")
            else:
                yield file
    yield from closed


def _inside(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


__all__ = ["Limits", "Quarantined", "RefusedError", "list_files", "read_bytes", "read_folder", "read_path"]
