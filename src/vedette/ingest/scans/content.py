"""One file's content, hashed once, in UTF-8, and readable from its beginning as often as a reader likes.

A plain UTF-8 file on disk is read where it lies. Anything else (from an archive, a pipe, in another encoding) goes to a
temporary file first, in memory up to 8 MB, so that memory does not grow with the file. Text that is not UTF-8 is
read in the encoding that its XML declaration names, else as Windows-1252, which is what spreadsheets on Windows save;
bytes with NULs in them are left as they are.
"""

from __future__ import annotations

import codecs
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO

import re2

from vedette.ingest.scans.base import ScanError
from vedette.streams import Stream

MAX_WHOLE_BYTES = 256 << 20
"""What may be read whole: parsing takes several times as much memory."""
_IN_MEMORY_BYTES = 8 << 20
_BLOCK_BYTES = 1 << 20
_DECLARED = re2.compile(rb"""^\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,10}=\s{0,10}["']([A-Za-z0-9._-]{1,40})["']""")
_WIDE = {b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be", b"{\0": "utf-16-le", b"\0{": "utf-16-be"}


class HeldContent:
    """The content of one file; what readers are given.

    Args:
        name: file name without folders or compression suffix, small letters.
        digest: 32 hex digits of the bytes as they came.
        size: bytes, unpacked.
        held: the bytes, or the file that holds them.
    """

    def __init__(self, name: str, digest: str, size: int, held: bytes | Path) -> None:
        self.name = name
        self.digest = digest
        self.size = size
        self._held = held

    def open(self) -> IO[bytes]:
        """Return the content from its beginning, seekable."""
        return io.BytesIO(self._held) if isinstance(self._held, bytes) else self._held.open("rb")

    def read(self) -> bytes:
        """Return all of it.

        Raises:
            ScanError: larger than what may be read whole.
        """
        if self.size > MAX_WHOLE_BYTES:
            raise ScanError(
                f"{self.size / (1 << 20):,.0f} MB: this format is read whole, up to {MAX_WHOLE_BYTES >> 20} MB; "
                "scan in parts, or export fewer results a file"
            )
        with self.open() as handle:
            return handle.read()


@contextmanager
def content_of(stream: Stream, folder: Path) -> Iterator[HeldContent]:
    """Yield a stream's content.

    Args:
        stream: read to its end; damage in it counts as the end and is told in its ``problem``.
        folder: for temporary files.

    Raises:
        StreamError: it cannot be read at all.
    """
    stream.ends_at_damage = True
    encoding = _encoding(stream.head())
    with _Spool(folder) as spool, _Spool(folder) as text:
        digest, size, is_utf8 = _take(stream, None if stream.path else spool)
        held = stream.path or spool.held()
        if encoding is None and not is_utf8:
            encoding = "cp1252"
        if encoding is not None:
            with io.BytesIO(held) if isinstance(held, bytes) else held.open("rb") as source:
                size = _transcode(source, text, encoding)
            held = text.held()
        yield HeldContent(stream.base, digest, size, held)


class _Spool:
    """Bytes put aside: in memory while they are few, then in a file that goes with the spool."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bytes = io.BytesIO()
        self._path: Path | None = None
        self._handle: IO[bytes] = self._bytes

    def __enter__(self) -> _Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        self._handle.write(data)
        if self._path is None and self._bytes.tell() > _IN_MEMORY_BYTES:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix="scan-", delete=False) as handle:
                self._path = Path(handle.name)
            self._handle = self._path.open("wb")
            self._handle.write(self._bytes.getvalue())
            self._bytes = io.BytesIO()

    def held(self) -> bytes | Path:
        """Return the bytes, or the file that holds them; nothing is written after this."""
        if self._path is None:
            return self._bytes.getvalue()
        self._handle.close()
        return self._path


def _take(stream: Stream, spool: _Spool | None) -> tuple[str, int, bool]:
    """Read a stream to its end; return digest, size, and whether it is UTF-8 (or no text at all)."""
    digest = blake2b(digest_size=16)
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    is_utf8, is_binary = True, b"\0" in stream.head()
    while data := stream.read(_BLOCK_BYTES):
        digest.update(data)
        size += len(data)
        if spool is not None:
            spool.write(data)
        if is_utf8 and not is_binary:
            try:
                decoder.decode(data)
            except UnicodeDecodeError:
                is_utf8 = False
    return digest.hexdigest(), size, is_utf8 or is_binary


def _encoding(head: bytes) -> str | None:
    """Return the encoding that the bytes must be read in, None for UTF-8 or where nothing says."""
    for start, wide in _WIDE.items():
        if head.startswith(start):
            return wide
    found = _DECLARED.match(head[:512])
    if found is None:
        return None
    try:
        name = codecs.lookup(found.group(1).decode("ascii")).name
    except (LookupError, ValueError):
        raise ScanError(f"the encoding {found.group(1).decode('ascii', 'replace')!r} is not known") from None
    # what declares UTF-16 and can be read byte by byte has been decoded on its way here
    return None if name in ("utf-8", "ascii") or name.startswith(("utf-16", "utf-32")) else name


def _transcode(source: IO[bytes], target: _Spool, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    size = 0
    while True:
        data = source.read(_BLOCK_BYTES)
        text = decoder.decode(data, final=not data).replace("\ufeff", "").encode("utf-8", "replace")
        target.write(text)
        size += len(text)
        if not data:
            return size
