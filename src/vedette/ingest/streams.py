"""From what the user names (files, folders, archives, stdin) to streams of plain bytes.

Nothing is unpacked to disk and no name from an archive is used as a path. Compression is told by
content. A stream that swells like a bomb, an archive in an archive in an archive, or too many
entries is refused with its reason, and the rest goes on.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import zstandard

MAX_NESTING = 3
"""Archive in archive: deeper is refused."""
MAX_ENTRIES = 100_000
"""Files in one archive."""
MAX_RATIO = 400
"""Unpacked over packed, once more than RATIO_FREE_BYTES came out: logs seldom pass 100."""
RATIO_FREE_BYTES = 64 << 20
HEAD_BYTES = 64 << 10

_SKIPPED_NAMES = {"thumbs.db", ".ds_store", "desktop.ini"}
_PACKED_SUFFIXES = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst")
_UNPACK_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, tarfile.TarError,
                  zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError)  # fmt: skip


class StreamError(Exception):
    """A stream that cannot be read on, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Stream:
    """One readable file, wherever it stood."""

    name: str
    """``folder/file`` or ``archive.zip!entry``; what people are shown."""
    base: str
    """File name, lower case, without compression suffix: what sniffers see."""
    raw: IO[bytes]
    path: Path | None = None
    """Set where the bytes are a plain file on disk."""
    consumed: Any = field(default=lambda: 0)
    """Returns how many bytes of the user's file have been read so far, for progress."""

    _head: bytes = b""

    def head(self) -> bytes:
        """Return the first 64 KiB without consuming them.

        Raises:
            StreamError: cannot be read.
        """
        if not self._head:
            self._head = _read_exactly(self, HEAD_BYTES)
            self.raw = _Joined(self._head, self.raw)
        return self._head

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; b"" at the end.

        Raises:
            StreamError: damaged or refused.
        """
        try:
            return self.raw.read(size)
        except StreamError:
            raise
        except _UNPACK_ERRORS as error:
            raise StreamError(f"cannot read on: {type(error).__name__}: {str(error)[:200]}") from None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or entry that was not read, and why."""

    name: str
    reason: str


class _Joined(io.RawIOBase):
    """A head that was read ahead, then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._head:
            out, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
            return out
        return self._rest.read(size)


class _Guarded(io.RawIOBase):
    """Counts what comes out against what went in, and refuses a bomb."""

    def __init__(self, inner: IO[bytes], packed_bytes: Any) -> None:
        self._inner = inner
        self._packed_bytes = packed_bytes
        self._out = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(min(size, 4 << 20) if size >= 0 else 4 << 20)
        self._out += len(data)
        if self._out > RATIO_FREE_BYTES and self._out > MAX_RATIO * max(int(self._packed_bytes()), 1):
            raise StreamError(f"refused as a decompression bomb: more than {MAX_RATIO} bytes out for one in")
        return data


class _Counted(io.RawIOBase):
    """A file that knows how far it has been read."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self.n_read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self.n_read += len(data)
        return data

    def seekable(self) -> bool:
        return False


class _Utf16(io.RawIOBase):
    """UTF-16 text as UTF-8; what does not decode becomes U+FFFD."""

    def __init__(self, inner: IO[bytes], encoding: str) -> None:
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while True:
            data = self._inner.read(size)
            text = self._decoder.decode(data, final=not data)
            if text or not data:
                return text.replace("\ufeff", "").encode("utf-8", "replace")


def _read_exactly(stream: Stream, size: int) -> bytes:
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        data = stream.read(missing)
        if not data:
            break
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)


def list_files(path: Path) -> tuple[list[Path], list[Refused]]:
    """Return the plain files below ``path`` in stable order, and what was left out.

    Links are not followed out of the folder; hidden files are left out.
    """
    if path.is_file():
        return [path], []
    files: list[Path] = []
    refused: list[Refused] = []
    root = path.resolve()
    for folder, folders, names in os.walk(path, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            if name.startswith(".") or name.lower() in _SKIPPED_NAMES:
                continue
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                refused.append(Refused(str(file), "a link that leads out of the folder"))
            elif not file.is_file():
                refused.append(Refused(str(file), "not a plain file"))
            else:
                files.append(file)
    return files, refused


def open_file(path: Path) -> Iterator[Stream | Refused]:
    """Yield the streams in one file: itself, or what it unpacks to. Use each before the next."""
    try:
        handle = path.open("rb")
    except OSError as error:
        yield Refused(str(path), f"cannot open: {error.strerror}")
        return
    with handle:
        counted = _Counted(handle)
        yield from _unpack(str(path), path.name, counted, lambda: counted.n_read, 0, path)


def open_stdin(handle: IO[bytes]) -> Iterator[Stream | Refused]:
    """Yield the streams on standard input."""
    counted = _Counted(handle)
    yield from _unpack("<stdin>", "stdin", counted, lambda: counted.n_read, 0, None)


def _unpack(
    name: str, base: str, raw: IO[bytes], consumed: Any, depth: int, path: Path | None
) -> Iterator[Stream | Refused]:
    stream = Stream(name, _strip_suffixes(base), raw, path if depth == 0 else None, consumed)
    try:
        head = stream.head()
    except StreamError as error:
        yield Refused(name, error.reason)
        return
    if not head:
        yield Refused(name, "empty")
        return
    kind = _packing(head)
    if kind is None:
        encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else None
        if encoding:
            stream = Stream(name, stream.base, _Utf16(stream.raw, encoding), None, consumed)
        elif head[:3] == b"\xef\xbb\xbf":
            stream.raw.read(3)
            stream = Stream(name, stream.base, stream.raw, None, consumed)
        yield stream
        return
    if depth >= MAX_NESTING:
        yield Refused(name, f"packed more than {MAX_NESTING} times over")
        return
    n_before = consumed()

    def packed() -> int:
        return int(consumed()) - n_before + HEAD_BYTES

    try:
        if kind == "zip":
            yield from _unzip(name, stream, path if depth == 0 else None, consumed, depth)
        elif kind == "tar":
            yield from _untar(name, stream.raw, consumed, depth)
        else:
            opened = _decompressor(kind, stream.raw)
            yield from _unpack(name, base, _Guarded(opened, packed), consumed, depth + 1, None)
    except StreamError as error:
        yield Refused(name, error.reason)
    except _UNPACK_ERRORS as error:
        yield Refused(name, f"cannot unpack: {type(error).__name__}: {str(error)[:200]}")


def _packing(head: bytes) -> str | None:
    if head[:2] == b"\x1f\x8b":
        return "gz"
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return "zst"
    if head[:3] == b"BZh" and head[4:10] == b"1AY&SY":
        return "bz2"
    if head[:6] == b"\xfd7zXZ\x00":
        return "xz"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if len(head) > 265 and head[257:262] == b"ustar":
        return "tar"
    return None


def _decompressor(kind: str, raw: IO[bytes]) -> IO[bytes]:
    if kind == "gz":
        return gzip.GzipFile(fileobj=raw, mode="rb")
    if kind == "bz2":
        return bz2.BZ2File(raw)
    if kind == "xz":
        return lzma.LZMAFile(raw)
    return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True)


def _unzip(name: str, stream: Stream, path: Path | None, consumed: Any, depth: int) -> Iterator[Stream | Refused]:
    if path is not None:
        source: Any = path
    else:
        data = _read_exactly(stream, RATIO_FREE_BYTES + 1)
        if len(data) > RATIO_FREE_BYTES:
            raise StreamError("a zip inside another archive larger than 64 MiB: unpack it first")
        source = io.BytesIO(data)
    with zipfile.ZipFile(source) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        if len(entries) > MAX_ENTRIES:
            raise StreamError(f"refused: more than {MAX_ENTRIES} entries")
        for entry in sorted(entries, key=lambda e: e.filename):
            inner = f"{name}!{entry.filename}"
            if entry.flag_bits & 1:
                yield Refused(inner, "encrypted")
                continue
            size = entry.compress_size + 1
            try:
                with archive.open(entry) as handle:
                    guarded: Any = _Guarded(handle, lambda size=size: size)
                    base = entry.filename.rsplit("/", 1)[-1]
                    yield from _unpack(inner, base, guarded, consumed, depth + 1, None)
            except _UNPACK_ERRORS as error:
                yield Refused(inner, f"cannot unpack: {type(error).__name__}: {str(error)[:200]}")


def _untar(name: str, raw: IO[bytes], consumed: Any, depth: int) -> Iterator[Stream | Refused]:
    with tarfile.open(fileobj=raw, mode="r|") as archive:
        for n_entries, entry in enumerate(archive):
            if n_entries >= MAX_ENTRIES:
                raise StreamError(f"refused: more than {MAX_ENTRIES} entries")
            if not entry.isfile():
                continue
            handle = archive.extractfile(entry)
            if handle is None:
                continue
            base = entry.name.rsplit("/", 1)[-1]
            yield from _unpack(f"{name}!{entry.name}", base, handle, consumed, depth + 1, None)


def _strip_suffixes(base: str) -> str:
    name = base.lower()
    while name.endswith(_PACKED_SUFFIXES):
        name = name.rsplit(".", 1)[0]
    return name
