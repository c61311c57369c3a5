"""From paths to bounded bytes, lines and text. gz and zst are unpacked on the way.

Damage is told after what stands before it: the lines of a file that was cut short are kept. A file that swells to
more than ``MAX_RATIO`` times its packed size is refused.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from vedette.documents.encodings import looks_binary
from vedette.errors import UserError
from vedette.forge.corpus.base import EXCERPT_CHARS, Bad, Sample, SourceFile

MAX_RATIO = 400
"""Unpacked over packed, once ``RATIO_FREE_BYTES`` came out: text seldom passes 100."""
RATIO_FREE_BYTES = 64 << 20
MAX_LINE_BYTES = 32 << 20
MAX_DOCUMENT_BYTES = 64 << 20
"""A document that is read whole (text, HTML, PDF, JSON)."""
HEAD_BYTES = 64 << 10

_PACKED = (".gz", ".zst", ".zstd")
_SKIPPED = frozenset({"thumbs.db", "desktop.ini"})


class DamagedError(Exception):
    """A file that cannot be read on, and why."""


def list_files(path: Path) -> tuple[list[SourceFile], list[Bad]]:
    """Return the plain files of a source in a fixed order, and what was left out.

    Hidden files are skipped; links that lead out of the folder are not followed.

    Raises:
        UserError: there is nothing there.
    """
    if not path.exists():
        raise UserError(f"there is no {path}", next_step="a source's path is relative to the recipe's folder")
    if not path.is_dir():
        return [SourceFile(path, path.name)], []
    root = path.resolve()
    files: list[SourceFile] = []
    bad: list[Bad] = []

    def closed(error: OSError) -> None:
        bad.append(Bad(place="", reason=f"cannot open: {error.strerror}", file=str(error.filename)))

    for folder, folders, names in os.walk(path, followlinks=False, onerror=closed):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            file = Path(folder) / name
            shown = file.relative_to(path).as_posix()
            if name.startswith(".") or name.lower() in _SKIPPED:
                continue
            if file.is_symlink() and not _inside(root, file):
                bad.append(Bad(place="", reason="a link that leads out of the folder", file=shown))
            elif not file.is_file():
                bad.append(Bad(place="", reason="not a plain file", file=shown))
            else:
                files.append(SourceFile(file, shown))
    return sorted(files, key=lambda f: f.name), bad


def _inside(root: Path, link: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def digest_of(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def bare_name(name: str) -> str:
    """Return a file's name in lower case without the suffix of its compression."""
    base = name.rsplit("/", 1)[-1].lower()
    return base.rsplit(".", 1)[0] if base.endswith(_PACKED) else base


def sample_of(file: SourceFile) -> Sample:
    """Return what readers recognise a file by; an empty head where it cannot be read."""
    parts: list[bytes] = []
    size = 0
    try:
        for data in chunks(file.path):
            parts.append(data)
            size += len(data)
            if size >= HEAD_BYTES:
                break
    except DamagedError:
        pass
    return Sample(bare_name(file.name), b"".join(parts)[:HEAD_BYTES])


def chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, unpacked.

    Raises:
        DamagedError: cannot be opened, is damaged, or swells like a bomb; what came before has been yielded.
    """
    try:
        with path.open("rb") as handle:
            first = handle.read(4)
            handle.seek(0)
            if first[:2] == b"\x1f\x8b":
                yield from _guarded(_gunzip(handle), handle)
            elif first == b"\x28\xb5\x2f\xfd":
                yield from _guarded(_unzstd(handle), handle)
            else:
                while data := handle.read(1 << 20):
                    yield data
    except OSError as error:
        raise DamagedError(f"cannot read: {error.strerror or error}") from None


def _guarded(parts: Iterator[bytes], handle: io.BufferedReader) -> Iterator[bytes]:
    n_out = 0
    try:
        for data in parts:
            n_out += len(data)
            if n_out > RATIO_FREE_BYTES and n_out > MAX_RATIO * max(handle.tell(), 1):
                raise DamagedError(f"refused as a decompression bomb: more than {MAX_RATIO} bytes out for one in")
            yield data
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise DamagedError(f"cannot unpack: {error}") from None


def _gunzip(handle: io.BufferedReader) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=31)
    rest = b""
    while True:
        if decoder.eof:
            rest = (decoder.unused_data + rest).lstrip(b"\0") or handle.read(1 << 16).lstrip(b"\0")
            if not rest:
                return
            decoder = zlib.decompressobj(wbits=31)
        if not rest:
            rest = handle.read(1 << 16)
            if not rest:
                raise EOFError("cut short: the packed data has no end")
        data = decoder.decompress(rest, 1 << 20)
        rest = decoder.unconsumed_tail
        if data:
            yield data


def _unzstd(handle: io.BufferedReader) -> Iterator[bytes]:
    def fresh() -> Any:
        return zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()

    decoder = fresh()
    rest = b""
    while True:
        if decoder.eof:
            rest = decoder.unused_data + rest
            if not rest and not (rest := handle.read(1 << 16)):
                return
            decoder = fresh()
        if not rest and not (rest := handle.read(1 << 16)):
            raise EOFError("cut short: the packed data has no end")
        step, rest = rest[: 2 << 10], rest[2 << 10 :]  # one call gives back at most 64 MiB for 2 KiB
        data = decoder.decompress(step)
        if data:
            yield data


def read_document(path: Path, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Return a whole file, unpacked.

    Raises:
        DamagedError: damaged, empty, or larger than ``limit`` bytes.
    """
    parts: list[bytes] = []
    size = 0
    for data in chunks(path):
        parts.append(data)
        size += len(data)
        if size > limit:
            raise DamagedError(f"larger than {limit >> 20} MiB")
    if not size:
        raise DamagedError("empty")
    return b"".join(parts)


def decode(data: bytes, encoding: str | None = None, *, marked: bool = True) -> str:
    """Return bytes as text.

    UTF-8 (with or without a mark) and UTF-16 with a mark are told by content; anything else only where the recipe
    names the encoding (``options: {encoding: cp1252}``), because a guess would be wrong without anybody seeing it.

    Args:
        data: the bytes.
        encoding: what the recipe says.
        marked: whether a mark of UTF-16 counts: at the beginning of a file, not of a line.

    Raises:
        DamagedError: binary, or not in that encoding.
    """
    if encoding is not None:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            raise DamagedError(f"not {encoding}: byte {error.start} does not decode") from None
        except LookupError:
            raise UserError(f"there is no encoding {encoding!r}", next_step="name one that Python knows") from None
    if marked and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise DamagedError(f"not UTF-16, though it begins so: byte {error.start}") from None
    if looks_binary(data):
        raise DamagedError("binary")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DamagedError(
            f"not UTF-8: byte {error.start} does not decode (say options: {{encoding: …}} if it is another encoding)"
        ) from None


def lines(path: Path, encoding: str | None = None) -> Iterator[tuple[int, str] | Bad]:
    """Yield a file's lines with their numbers from 1, without line ends; bad ones as :class:`Bad`."""
    number = 0
    narrow = None if _wide(encoding) else encoding
    for number, data in enumerate(_raw_lines(path, encoding), start=1):
        if isinstance(data, DamagedError):
            yield Bad(place=f"line {number}", reason=str(data))
            continue
        try:
            text = decode(data, narrow, marked=False) if data else ""
        except DamagedError as error:
            yield Bad(place=f"line {number}", reason=str(error), excerpt=excerpt_of(data))
            continue
        yield number, text.removesuffix("\r")
    if number == 0:
        yield Bad(place="", reason="empty")


def _raw_lines(path: Path, encoding: str | None) -> Iterator[bytes | DamagedError]:
    rest = b""
    skipping = False
    wide = _wide(encoding)
    try:
        source = _as_utf8(path, wide) if wide else _told_utf16(path)
        for data in source:
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                if skipping or len(line) > MAX_LINE_BYTES:
                    skipping = False
                    yield DamagedError(f"a line longer than {MAX_LINE_BYTES >> 20} MiB")
                else:
                    yield line
            if len(rest) > MAX_LINE_BYTES:
                skipping, rest = True, b""
    except DamagedError as error:
        if rest:
            yield rest
        yield error
        return
    if skipping:
        yield DamagedError(f"a line longer than {MAX_LINE_BYTES >> 20} MiB")
    elif rest:
        yield rest


def _wide(encoding: str | None) -> str | None:
    return encoding if encoding and encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")) else None


def _told_utf16(path: Path) -> Iterator[bytes]:
    parts = chunks(path)
    first = next(parts, b"")
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        parts.close()  # type: ignore[attr-defined]
        yield from _as_utf8(path, "utf-16")
        return
    yield first
    yield from parts


def _as_utf8(path: Path, encoding: str) -> Iterator[bytes]:
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for data in chunks(path):
            yield decoder.decode(data).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise DamagedError(f"not {encoding}: {error}") from None


def excerpt_of(data: bytes | str) -> str:
    """Return the beginning of something unreadable, fit to be shown."""
    text = data if isinstance(data, str) else data[: 4 * EXCERPT_CHARS].decode("utf-8", "backslashreplace")
    return text[:EXCERPT_CHARS]
