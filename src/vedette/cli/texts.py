"""Texts given on a command line: files, folders, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.cli.frame import Frame

MOST_BYTES = 32_000_000
_MARKED = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\b\x1b")) + b"\x7f"
_SHARE = 33
"""One control character in so many makes bytes binary: no text in any encoding has that many."""
_LEFT_OUT = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})


@dataclass(frozen=True, slots=True)
class Given:
    """One text, and where it came from."""

    name: str
    text: str = field(default="", repr=False)
    problem: str | None = None
    """Why it could not be read; the text is then empty."""
    met: bool = False
    """Whether it was met in a folder, and not named."""
    encoding: str = "utf-8"
    """What its bytes were read as, and are written back as."""


def given_texts(frame: Frame, paths: list[Path] | None, usage: str) -> Iterator[Given]:
    """Yield the texts of paths in order, a folder's files by name; without paths, or for ``-``, standard input.

    A file of a folder that is no text is told of in its place; one that was named is a mistake.

    Raises:
        UserError: a path is not there, or nothing is on standard input.
    """
    for path in paths or [Path("-")]:
        if str(path) == "-":
            if sys.stdin.isatty():
                raise UserError("nothing to read", next_step=f"{usage} FILE, or pipe text in")
            yield read_bytes(sys.stdin.buffer.read(MOST_BYTES + 1), "stdin")
        elif path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(one for one in folders if one not in _LEFT_OUT)
                for name in sorted(names):
                    one = Path(folder) / name
                    if one.is_file() and not one.is_symlink():
                        yield replace(read_text(one), met=True)
        elif not path.exists():
            raise UserError(f"{path} is not there", next_step="check the path")
        else:
            yield read_text(path)


def read_text(path: Path) -> Given:
    """Return a file's text, or why it has none."""
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        return Given(str(path), problem=f"it cannot be read: {error.strerror}")
    return read_bytes(data, str(path))


def read_bytes(data: bytes, name: str) -> Given:
    """Return bytes as a text, by their byte order mark, else UTF-8; bytes that are none of it are kept as they are."""
    if len(data) > MOST_BYTES:
        return Given(name, problem=f"it is larger than {MOST_BYTES:,} bytes")
    for mark, encoding in _MARKED.items():
        if data.startswith(mark) and b"\0" in data:
            try:
                return Given(name, data.decode(encoding), encoding=encoding)  # the mark is its first character
            except UnicodeDecodeError:
                return Given(name, problem="it begins as UTF-16 and is none")
    if b"\0" in data or len(data.translate(None, _CONTROLS)) * _SHARE < len(data) * (_SHARE - 1):
        return Given(name, problem="it is binary")
    return Given(name, data.decode("utf-8", "surrogateescape"))
