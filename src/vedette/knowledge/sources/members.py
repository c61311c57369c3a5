"""What a feed is made of: a file, a compressed one, an archive of many, or a folder; unpacked within bounds.

Feeds come from mirrors and memory sticks, so nothing in them is trusted: an archive's own sizes are checked while it is
read, names in it open no file, and links are not followed. A member is read whole (the largest known, a year of the
NVD, has 160 MB); members are read one after the other, so memory is bounded by the largest.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from vedette.files import CHUNK
from vedette.knowledge.sources.base import WrongFormatError

_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, RuntimeError,
           NotImplementedError)  # fmt: skip
"""What reading a torn or encrypted archive may raise."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is unpacked."""

    member_bytes: int = 1 << 30
    total_bytes: int = 24 << 30
    n_members: int = 2_000_000
    ratio: int = 400
    """Unpacked to packed, counted once more than a megabyte is unpacked: text and JSON stay under 40."""


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a feed."""

    name: str
    """Its name inside, for messages."""
    data: bytes = field(repr=False)
    alone: bool = False
    """Whether it is all of the feed, and not one file of an archive or folder."""


@dataclass(slots=True)
class Reading:
    """One pass over a feed; afterwards it knows the digest of what was read."""

    path: Path
    bounds: Bounds = BOUNDS
    _total: int = 0
    _count: int = 0
    _names: list[tuple[str, str]] = field(default_factory=list)

    def members(self) -> Iterator[Member]:
        """Yield the files of the feed, in order of their names.

        Raises:
            WrongFormatError: an archive is torn, encrypted, or unpacks to more than it may.
            OSError: it cannot be read.
        """
        if self.path.is_dir():
            for path in sorted(p for p in self.path.rglob("*") if p.is_file() and not p.is_symlink()):
                name = path.relative_to(self.path).as_posix()
                if not any(part.startswith(".") for part in name.split("/")):
                    yield from self._file(path, name)
        else:
            yield from self._file(self.path, self.path.name)

    @property
    def sha256(self) -> str:
        """Digest of the file, or of a folder's names and digests in order."""
        if len(self._names) == 1 and not self.path.is_dir():
            return self._names[0][1]
        return hashlib.sha256("".join(f"{n}\0{d}\n" for n, d in sorted(self._names)).encode()).hexdigest()

    def _file(self, path: Path, name: str) -> Iterator[Member]:
        with path.open("rb") as stream:
            self._names.append((name, hashlib.file_digest(stream, "sha256").hexdigest()))
            stream.seek(0)
            try:
                yield from self._opened(stream, name, path.stat().st_size, 0)
            except _BROKEN as error:
                raise WrongFormatError(f"{name} is torn or cannot be unpacked: {error}") from None

    def _opened(self, stream: IO[bytes], name: str, packed: int, depth: int) -> Iterator[Member]:
        start = stream.read(6)
        stream.seek(0)
        if start.startswith(b"PK\x03\x04"):
            if depth > 1:
                raise WrongFormatError(f"{name}: archives within archives within archives")
            yield from self._zip(stream, name, depth)
        elif start.startswith(b"\x1f\x8b"):
            yield from self._packed(gzip.GzipFile(fileobj=stream), name.removesuffix(".gz"), packed, depth)
        elif start == b"\xfd7zXZ\x00":
            yield from self._packed(lzma.LZMAFile(stream), name.removesuffix(".xz"), packed, depth)
        elif name.endswith((".tar", ".tgz")):
            yield from self._tar(stream, name, packed)
        else:
            yield self._member(name, self._read(stream, name, packed), alone=self._is_alone(depth))

    def _packed(
        self, unpacked: IO[bytes] | gzip.GzipFile | lzma.LZMAFile, name: str, packed: int, depth: int
    ) -> Iterator[Member]:
        if name.endswith((".tar", ".tgz")):
            yield from self._tar(unpacked, name, packed)  # type: ignore[arg-type]
            return
        data = self._read(unpacked, name, packed)  # type: ignore[arg-type]
        if data.startswith(b"PK\x03\x04"):
            yield from self._opened(io.BytesIO(data), name, len(data), depth + 1)
        else:
            yield self._member(name, data, alone=self._is_alone(depth))

    def _is_alone(self, depth: int) -> bool:
        return depth == 0 and not self.path.is_dir()

    def _zip(self, stream: IO[bytes], name: str, depth: int) -> Iterator[Member]:
        with zipfile.ZipFile(stream) as archive:
            for info in sorted(archive.infolist(), key=lambda i: i.filename):
                if info.is_dir():
                    continue
                with archive.open(info) as read:
                    data = self._read(read, info.filename, info.compress_size)
                if data.startswith(b"PK\x03\x04"):
                    yield from self._opened(io.BytesIO(data), f"{name}/{info.filename}", len(data), depth + 1)
                else:
                    yield self._member(info.filename, data)

    def _tar(self, stream: IO[bytes], name: str, packed: int) -> Iterator[Member]:
        before = self._total
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                if not info.isfile():
                    continue
                read = archive.extractfile(info)
                if read is not None:
                    data = self._read(read, info.name, None)
                    self._check_ratio(name, self._total - before, packed)
                    yield self._member(info.name, data)

    def _member(self, name: str, data: bytes, *, alone: bool = False) -> Member:
        self._count += 1
        if self._count > self.bounds.n_members:
            raise WrongFormatError(f"more than {self.bounds.n_members:,} files")
        return Member(name, data, alone)

    def _read(self, stream: IO[bytes], name: str, packed: int | None) -> bytes:
        parts: list[bytes] = []
        size = 0
        while block := stream.read(CHUNK):
            size += len(block)
            self._total += len(block)
            if size > self.bounds.member_bytes:
                raise WrongFormatError(f"{name} unpacks to more than {self.bounds.member_bytes:,} bytes")
            if self._total > self.bounds.total_bytes:
                raise WrongFormatError(f"it unpacks to more than {self.bounds.total_bytes:,} bytes")
            if packed is not None:
                self._check_ratio(name, size, packed)
            parts.append(block)
        return b"".join(parts)

    def _check_ratio(self, name: str, size: int, packed: int) -> None:
        if size > CHUNK and size > packed * self.bounds.ratio:
            raise WrongFormatError(f"{name} unpacks to more than {self.bounds.ratio} times its size: a bomb")
