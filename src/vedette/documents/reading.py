"""From files, folders and bytes to documents; the one way in.

Nothing is followed, fetched or run, nothing is unpacked to the disk, and no name out of a file is used as a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from vedette.documents.base import Limits, Quarantined, RefusedError, Source, Work
from vedette.documents.registry import read_source
from vedette.files import walk_files
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
        found = walk_files(path)
        first = next(found, None)
    except (OSError, ValueError, RuntimeError) as error:
        yield Quarantined(str(path), f"cannot read: {error}")
        return
    for file, reason in chain(() if first is None else (first,), found):
        if reason:
            yield Quarantined(str(file), reason)
        elif file.name.lower() not in _SKIPPED:
            yield file


__all__ = ["Limits", "Quarantined", "RefusedError", "list_files", "read_bytes", "read_folder", "read_path"]
