"""From what the user names (files, folders, archives, stdin) to streams of plain bytes.

The one place where Vedette unpacks: of logs and scans, and of documents.

Nothing is unpacked to disk and no name from an archive is used as a path. Compression is told by
content. A stream that swells like a bomb, an archive in an archive in an archive, or too many
entries is refused with its reason, and the rest goes on.
"""

from __future__ import annotations

import bz2
import codecs
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, cast

import zstandard

MAX_NESTING = 3
"""Archive in archive: deeper is refused."""
MAX_ENTRIES = 100_000
"""Files in one archive, those of archives inside it counted too."""
MAX_RATIO = 400
"""Unpacked over packed, once more than RATIO_FREE_BYTES came out: logs seldom pass 100."""
RATIO_FREE_BYTES = 64 << 20
MAX_DIRECTORY_BYTES = 64 << 20
"""The table of contents of a zip; and MAX_HEADER_BYTES, an extended header in a tar: read whole, so bounded."""
MAX_HEADER_BYTES = 1 << 20
_ENTRY_BYTES = 700
"""Of an entry in that table, on average, before it counts as several."""
HEAD_BYTES = 64 << 10
SWOLLEN = "refused as a decompression bomb: its entries together swell too much"
"""Why nothing more of a file is unpacked."""

_SKIPPED_NAMES = {"thumbs.db", ".ds_store", "desktop.ini"}
_PACKED_SUFFIXES = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst")
_UNPACK_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, tarfile.TarError,
                  zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError)  # fmt: skip


class StreamError(Exception):
    """A stream that cannot be read on, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, b"" at the end."""
        ...


@dataclass(slots=True)
class Stream:
    """One readable file, wherever it stood."""

    name: str
    """``folder/file`` or ``archive.zip!entry``; what people are shown."""
    base: str
    """File name, lower case, without compression suffix: what sniffers see."""
    raw: Readable
    path: Path | None = None
    """Set where the bytes are a plain file on disk."""
    consumed: Callable[[], int] = field(default=lambda: 0)
    """Returns how many bytes of the user's file have been read so far, for progress."""

    ends_at_damage: bool = False
    """Whether damage counts as the end, told in ``problem``, so that what stands before it is kept."""
    problem: str | None = None
    """Why the stream could not be read to its end."""

    _head: bytes = b""

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first 64 KiB (or ``size``) without consuming them.

        Raises:
            StreamError: cannot be read at all.
        """
        if not self._head or (len(self._head) < size and len(self._head) >= HEAD_BYTES):
            parts: list[bytes] = []
            missing = size
            rest = self.raw
            while missing > 0:
                try:
                    data = self.read(missing)
                except StreamError as error:
                    if not parts:
                        raise
                    rest = _Broken(error)
                    break
                if not data:
                    break
                parts.append(data)
                missing -= len(data)
            self._head = b"".join(parts)
            self.raw = _Joined(self._head, rest)
        return self._head[:size]

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; b"" at the end.

        Raises:
            StreamError: damaged or refused, and ``ends_at_damage`` is not set.
        """
        if self.problem is not None:
            return b""
        try:
            return self.raw.read(size)
        except StreamError as error:
            reason = error.reason
        except _UNPACK_ERRORS as error:
            reason = f"cannot read on: {type(error).__name__}: {str(error)[:200]}"
        if not self.ends_at_damage:
            raise StreamError(reason)
        self.problem = reason
        return b""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or entry that was not read, and why."""

    name: str
    reason: str


class _Broken(io.RawIOBase):
    """A stream that cannot be read on."""

    def __init__(self, error: StreamError) -> None:
        self._error = error

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise self._error


class _Joined(io.RawIOBase):
    """A head that was read ahead, then the rest."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._head:
            out, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
            return out
        return self._rest.read(size)


def _nothing_whole(base: str, head: bytes) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a file is unpacked."""

    max_nesting: int = field(default_factory=lambda: MAX_NESTING)
    max_entries: int = field(default_factory=lambda: MAX_ENTRIES)
    max_ratio: int = field(default_factory=lambda: MAX_RATIO)
    free_bytes: int = field(default_factory=lambda: RATIO_FREE_BYTES)
    is_whole: Callable[[str, bytes], bool] = _nothing_whole
    """Whether something packed is a file of its own and not to be unpacked (an office document), by its name in small
    letters and its head."""


@dataclass(slots=True)
class _Budget:
    """What one file of the user may unpack to, whatever stands inside what."""

    size_bytes: Callable[[], int]
    """Size of the user's file, or how much of it was read where the size is not known."""
    bounds: Bounds = field(default_factory=Bounds)
    n_out: int = 0
    n_entries: int = 0

    def entry(self) -> None:
        """Count a file in an archive."""
        self.n_entries += 1
        if self.n_entries > self.bounds.max_entries:
            raise StreamError(f"refused: more than {self.bounds.max_entries} entries")


class _Guarded(io.RawIOBase):
    """Counts what comes out against what went in, and refuses a bomb.

    A stream is judged by its own ratio, and all streams of a file together by the file's: entries
    of a zip may share their packed bytes.
    """

    def __init__(self, inner: Readable, packed_bytes: Callable[[], int], budget: _Budget) -> None:
        self._inner = inner
        self._packed_bytes = packed_bytes
        self._budget = budget
        self.n_out = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(min(size, 4 << 20) if size >= 0 else 4 << 20)
        self.n_out += len(data)
        self._budget.n_out += len(data)
        bounds = self._budget.bounds
        if self.n_out > bounds.free_bytes and self.n_out > bounds.max_ratio * max(int(self._packed_bytes()), 1):
            raise StreamError(f"refused as a decompression bomb: more than {bounds.max_ratio} bytes out for one in")
        if self._budget.n_out > 4 * bounds.free_bytes + bounds.max_ratio * self._budget.size_bytes():
            raise StreamError(SWOLLEN)
        return data


class _Unpacked(io.RawIOBase):
    """What a compressed stream holds, member after member.

    The standard library's file objects drop what they have unpacked when they meet damage or a
    missing end; this hands it out first, because a log cut short is still evidence.

    Args:
        kind: gz, bz2, xz or zst.
        raw: the packed bytes.
    """

    def __init__(self, kind: str, raw: Readable) -> None:
        self._kind = kind
        self._raw = raw
        self._input = b""
        self._decoder = _decoder(kind)
        # zstd has no limit on what one call gives back: 2 KiB in give 64 MiB out at most
        self._step = 2 << 10 if kind == "zst" else 16 << 10

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        limit = min(size, 1 << 20) if size > 0 else 1 << 20
        while True:
            if self._decoder.eof and not self._next_member():
                return b""
            data = self._feed()
            bounds = () if self._kind == "zst" else (limit,)
            out: bytes = self._decoder.decompress(data, *bounds)
            if self._kind == "gz":
                self._input = self._decoder.unconsumed_tail + self._input
            if out:
                return out

    def _feed(self) -> bytes:
        if getattr(self._decoder, "needs_input", True) is False:
            return b""
        if not self._input:
            self._input = self._raw.read(64 << 10)
            if not self._input:
                raise StreamError("cut short: the packed data has no end")
        data, self._input = self._input[: self._step], self._input[self._step :]
        return data

    def _next_member(self) -> bool:
        """Go on to what follows a member that ended; return whether there is more."""
        rest = (self._decoder.unused_data + self._input).lstrip(b"\0")  # padding is allowed
        while len(rest) < 16:
            more = self._raw.read(64 << 10)
            if not more:
                break
            rest = (rest + more).lstrip(b"\0")
        self._input = rest
        if not rest:
            return False
        if packing(rest) != self._kind:
            raise StreamError("something else follows the packed data")
        self._decoder = _decoder(self._kind)
        return True


def _decoder(kind: str) -> Any:
    if kind == "gz":
        return zlib.decompressobj(wbits=31)
    if kind == "bz2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(memlimit=256 << 20)
    return zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()


class _Counted(io.RawIOBase):
    """A file that knows how far it has been read."""

    def __init__(self, inner: Readable) -> None:
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

    def __init__(self, inner: Readable, encoding: str) -> None:
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

    Links are not followed out of the folder; hidden files are left out. What is named itself is
    read whatever it is (a pipe, such as a shell's ``<(…)``).
    """
    if not path.is_dir():
        return [path], []
    files: list[Path] = []
    refused: list[Refused] = []
    root = path.resolve()

    def closed(error: OSError) -> None:
        refused.append(Refused(str(error.filename), f"cannot open: {error.strerror}"))

    for folder, folders, names in os.walk(path, followlinks=False, onerror=closed):
        links = [Path(folder) / name for name in folders if (Path(folder) / name).is_symlink()]
        refused += [Refused(str(link), "a link to a folder") for link in links]
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            if name.startswith(".") or name.lower() in _SKIPPED_NAMES:
                continue
            if file.is_symlink() and not _leads_into(root, file):
                refused.append(Refused(str(file), "a link that leads out of the folder"))
            elif not file.is_file():
                refused.append(Refused(str(file), "not a plain file"))
            else:
                files.append(file)
    return files, refused


def _leads_into(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop
        return False


def open_file(path: Path) -> Iterator[Stream | Refused]:
    """Yield the streams in one file: itself, or what it unpacks to. Use each before the next."""
    try:
        handle = path.open("rb")
    except OSError as error:
        yield Refused(str(path), f"cannot open: {error.strerror}")
        return
    with handle:
        counted = _Counted(handle)
        size_bytes = os.fstat(handle.fileno()).st_size
        budget = _Budget(lambda: max(size_bytes, counted.n_read))
        plain = path if path.is_file() else None
        yield from _unpack(str(path), path.name, counted, lambda: counted.n_read, 0, plain, budget)


def open_packed(name: str, base: str, handle: Readable, size_bytes: int, bounds: Bounds) -> Iterator[Stream | Refused]:
    """Yield the streams that something packed holds. Use each before the next.

    Args:
        name: what people are shown.
        base: the file's name in small letters.
        handle: its bytes.
        size_bytes: of the user's file that it came with.
        bounds: how far to unpack.
    """
    counted = _Counted(handle)
    budget = _Budget(lambda: size_bytes, bounds)
    yield from _unpack(name, base, counted, lambda: counted.n_read, 0, None, budget)


def open_stdin(handle: Readable) -> Iterator[Stream | Refused]:
    """Yield the streams on standard input."""
    counted = _Counted(handle)
    budget = _Budget(lambda: counted.n_read)
    yield from _unpack("<stdin>", "stdin", counted, lambda: counted.n_read, 0, None, budget)


def _unpack(
    name: str, base: str, raw: Readable, consumed: Callable[[], int], depth: int, path: Path | None, budget: _Budget
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
    kind = packing(head)
    if kind is not None and depth and budget.bounds.is_whole(stream.base, head):
        yield stream
        return
    if kind is None:
        encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else None
        if encoding:
            stream = Stream(name, stream.base, _Utf16(stream.raw, encoding), None, consumed)
        elif head[:3] == b"\xef\xbb\xbf":
            stream.raw.read(3)
            stream = Stream(name, stream.base, stream.raw, None, consumed)
        yield stream
        return
    if depth >= budget.bounds.max_nesting:
        yield Refused(name, f"packed more than {budget.bounds.max_nesting} times over")
        return
    n_before = consumed()

    def packed() -> int:
        return consumed() - n_before + HEAD_BYTES

    try:
        if kind == "zip":
            yield from _unzip(name, stream, path if depth == 0 else None, consumed, depth, budget)
        elif kind == "tar":
            yield from _untar(name, stream.raw, consumed, depth, budget)
        else:
            opened = _Unpacked(kind, stream.raw)
            yield from _unpack(name, base, _Guarded(opened, packed, budget), consumed, depth + 1, None, budget)
    except StreamError as error:
        yield Refused(name, error.reason)
    except _UNPACK_ERRORS as error:
        yield Refused(name, f"cannot unpack: {type(error).__name__}: {str(error)[:200]}")


def packing(head: bytes) -> str | None:
    """Return what a file is packed with, by its first bytes: gz, zst, bz2, xz, zip or tar; None for a plain one."""
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


def _unzip(
    name: str, stream: Stream, path: Path | None, consumed: Callable[[], int], depth: int, budget: _Budget
) -> Iterator[Stream | Refused]:
    if path is not None:
        source: Any = path
    else:
        data = _read_exactly(stream, RATIO_FREE_BYTES + 1)
        if len(data) > RATIO_FREE_BYTES:
            raise StreamError("a zip inside another archive, or from a pipe, larger than 64 MiB: unpack it first")
        source = io.BytesIO(data)
    if _directory_bytes(source) > min(MAX_DIRECTORY_BYTES, _ENTRY_BYTES * budget.bounds.max_entries):
        raise StreamError(f"refused: more than {budget.bounds.max_entries} entries")
    with zipfile.ZipFile(source) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        if len(entries) > budget.bounds.max_entries:
            raise StreamError(f"refused: more than {budget.bounds.max_entries} entries")
        n_done = 0
        for entry in sorted(entries, key=lambda e: e.filename):
            budget.entry()
            inner = f"{name}!{entry.filename}"
            if entry.flag_bits & 1:
                yield Refused(inner, "encrypted")
                continue
            size = entry.compress_size + 1
            try:
                with archive.open(entry) as handle:
                    guarded = _Guarded(handle, lambda size=size: size, budget)  # type: ignore[misc]
                    read = _zip_progress(guarded, n_done, entry) if path is not None else consumed
                    base = entry.filename.rsplit("/", 1)[-1]
                    yield from _unpack(inner, base, guarded, read, depth + 1, None, budget)
            except _UNPACK_ERRORS as error:
                yield Refused(inner, f"cannot unpack: {type(error).__name__}: {str(error)[:200]}")
            n_done += entry.compress_size


def _zip_progress(guarded: _Guarded, n_before: int, entry: zipfile.ZipInfo) -> Callable[[], int]:
    share = entry.compress_size / max(entry.file_size, 1)
    return lambda: n_before + int(guarded.n_out * share)


def _directory_bytes(source: Path | io.BytesIO) -> int:
    """Return the size of a zip's table of contents, as its end record says it, 0 where that is not found."""
    with source.open("rb") if isinstance(source, Path) else io.BytesIO(source.getbuffer()) as handle:
        size = handle.seek(0, io.SEEK_END)
        start = max(size - (66 << 10), 0)
        handle.seek(start)
        tail = handle.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0:
            return 0
        said = int.from_bytes(tail[at + 12 : at + 16], "little")
        if said != 0xFFFFFFFF or tail[at - 20 : at - 16] != b"PK\x06\x07":
            return said
        handle.seek(min(int.from_bytes(tail[at - 12 : at - 4], "little"), size))
        return int.from_bytes(handle.read(48)[40:48], "little")


class _BoundedInfo(tarfile.TarInfo):
    """A tar header whose extensions (read whole into memory) are bounded."""

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if not self.isreg() and self.type in _EXTENSIONS and self.size > MAX_HEADER_BYTES:
            raise StreamError("refused: a header in the tar is larger than 1 MiB")
        return super()._proc_member(archive)  # type: ignore[misc]


_EXTENSIONS = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
)  # fmt: skip


def _untar(
    name: str, raw: Readable, consumed: Callable[[], int], depth: int, budget: _Budget
) -> Iterator[Stream | Refused]:
    n_before = consumed()

    def packed() -> int:
        return consumed() - n_before + HEAD_BYTES

    with tarfile.open(fileobj=cast(IO[bytes], raw), mode="r|", tarinfo=_BoundedInfo) as archive:
        for entry in archive:
            budget.entry()
            if not entry.isfile():
                continue
            handle = archive.extractfile(entry)
            if handle is None:
                continue
            base = entry.name.rsplit("/", 1)[-1]
            # sparse entries swell without being packed
            guarded = _Guarded(handle, packed, budget)
            yield from _unpack(f"{name}!{entry.name}", base, guarded, consumed, depth + 1, None, budget)
            archive.members = []  # type: ignore[attr-defined]  # it keeps every header it has met
        # the standard library takes a damaged header for the end
        rest = archive.fileobj.read(1 << 16) if archive.fileobj is not None else b""
        if rest.strip(b"\0"):
            raise StreamError("damaged: not read to its end")


def _strip_suffixes(base: str) -> str:
    name = base.lower()
    while name.endswith(_PACKED_SUFFIXES):
        name = name.rsplit(".", 1)[0]
    return name
