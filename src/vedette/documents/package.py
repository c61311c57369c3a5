"""Office documents as packages: parts of a zip, each read bounded, none by its path on the disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import datetime
from typing import IO

from vedette.documents import xml
from vedette.documents.base import RefusedError, Source

_DAMAGE = (zipfile.BadZipFile, KeyError, OSError, EOFError, RuntimeError, NotImplementedError, zlib.error, ValueError)
_MAX_NAMES = 20_000
_BLOCK = 1 << 18


class Package:
    """The parts of an office document."""

    def __init__(self, source: Source) -> None:
        """Open a package.

        Raises:
            RefusedError: it is none.
        """
        self.source = source
        data = source.whole()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise RefusedError(f"a damaged package: {str(error)[:100]}") from None
        self.names = frozenset(self._zip.namelist()[:_MAX_NAMES])

    def part(self, name: str) -> bytes | None:
        """Return a part, None where there is none.

        Raises:
            RefusedError: it is damaged, or swells like a bomb.
        """
        if name not in self.names:
            return None
        try:
            with self._zip.open(name) as handle:
                return read_bounded(handle, self.source)
        except _DAMAGE as error:
            raise RefusedError(f"a damaged package: {name}: {str(error)[:100]}") from None

    def about(self, name: str) -> tuple[str, str, datetime | None]:
        """Return title, author and time of creation, as the part of that name says them."""
        try:
            data = self.part(name)
            if data is None:
                return "", "", None
            root = xml.tree(data, max_elements=1000)
        except RefusedError:
            return "", "", None
        return (
            xml.first_text(root, "title"),
            xml.first_text(root, "creator", "initial-creator"),
            xml.first_time(root, "created", "creation-date", "date"),
        )


def read_bounded(handle: IO[bytes], source: Source) -> bytes:
    """Return what comes out of something packed.

    Raises:
        RefusedError: it swells like a bomb, or to more than a document may have.
    """
    limit = source.limits.max_bytes
    parts: list[bytes] = []
    size = 0
    while block := handle.read(_BLOCK):
        size += len(block)
        source.work.unpacked(len(block))
        if size > limit:
            raise RefusedError(f"refused as a decompression bomb: unpacked it is larger than {max(limit >> 20, 1)} MiB")
        parts.append(block)
    return b"".join(parts)
