"""The files of a model: names that cannot lead astray, what is there, and how that differs from what should be."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import UserError
from vedette.files import seen_sha256

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
