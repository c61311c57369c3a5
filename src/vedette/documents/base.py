"""What readers of documents take and give, and how much of a file they may use up."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, runtime_checkable

from vedette.schema.document import Document

_HALVES = re.compile("[\ud800-\udfff]")
GROUP = "vedette.document_readers"
HEAD_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read; what lies beyond is cut and named, or the file is quarantined with its reason."""

    max_bytes: int = 64 << 20
    """Of one document, unpacked."""
    max_pages: int = 3000
    max_parts: int = 100_000
    max_chars: int = 8_000_000
    """Of a document's text."""
    max_links: int = 50_000
    max_cells: int = 200_000
    """Of all tables of a document together."""
    max_elements: int = 500_000
    """Tags of a markup document, values of a structured one."""
    max_nesting: int = 3
    """Archive in archive, message in message."""
    max_entries: int = 20_000
    """Files in one archive, those of archives inside it counted too."""
    max_documents: int = 1_000_000
    """Out of one file of the user."""
    max_ratio: int = 200
    """Unpacked over packed, once ``free_bytes`` came out: text seldom passes 100."""
    free_bytes: int = 16 << 20
    max_unpacked_bytes: int = 4 << 30
    """All that comes out of one file of the user."""
    max_seconds: float = 60.0
    """Of work on one document, in seconds of the processor: a busy machine changes no result."""
    max_seconds_per_mib: float = 30.0
    """Of work on one file of the user, whatever it holds, beyond ``max_seconds``."""
    max_memory_bytes: int = 1 << 30
    """Of the process of its own that reads PDF."""


class RefusedError(Exception):
    """A file, entry or message that is not read, and why."""


class BombError(RefusedError):
    """A file of the user that swells, or takes more work than its size allows: nothing more of it is read."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file, entry or message that gave no document, and why."""

    source: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", sound(self.source))
        object.__setattr__(self, "reason", sound(self.reason))


def sound(text: str) -> str:
    """Return a text without halves of characters, which names of files and entries may hold."""
    return _HALVES.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a reader recognises a file by."""

    name: str
    """File name in small letters."""
    head: bytes
    """Its first 64 KiB."""

    @property
    def suffix(self) -> str:
        """Return the last suffix with its dot, or an empty string."""
        return PurePosixPath(self.name).suffix


@dataclass(slots=True)
class Work:
    """What reading one file of the user has used up; shared by everything that is found inside it."""

    limits: Limits
    size_bytes: int = 0
    """Of the user's file."""
    nesting: int = 0
    n_entries: int = 0
    n_unpacked_bytes: int = 0
    n_documents: int = 0
    _spent: float = 0.0
    _since: float = field(default_factory=time.thread_time)

    def pause(self) -> None:
        """Stop the clock: what is done with a document is no work of reading."""
        self._spent += time.thread_time() - self._since

    def resume(self) -> None:
        """Let the clock go on."""
        self._since = time.thread_time()

    def spend(self, seconds: float) -> None:
        """Count work that another process did."""
        self._spent += seconds

    def check(self) -> None:
        """Count the time.

        Raises:
            BombError: the file has had its share of time.
        """
        allowed = self.limits.max_seconds + self.limits.max_seconds_per_mib * self.size_bytes / (1 << 20)
        if self._spent + time.thread_time() - self._since > allowed:
            raise BombError(f"cut: more than {allowed:.0f} s of work on this file")

    def entry(self) -> None:
        """Count a file in an archive.

        Raises:
            RefusedError: there are too many.
        """
        self.check()
        self.n_entries += 1
        if self.n_entries > self.limits.max_entries:
            raise RefusedError(f"cut: more than {self.limits.max_entries:,} entries")

    def unpacked(self, n_bytes: int) -> None:
        """Count bytes that came out of something packed.

        Raises:
            BombError: they swell.
        """
        self.n_unpacked_bytes += n_bytes
        limits = self.limits
        if self.n_unpacked_bytes > limits.max_unpacked_bytes:
            raise BombError(f"refused as a decompression bomb: more than {limits.max_unpacked_bytes >> 20} MiB")
        if self.n_unpacked_bytes > limits.free_bytes and self.n_unpacked_bytes > limits.max_ratio * self.size_bytes:
            raise BombError(f"refused as a decompression bomb: more than {limits.max_ratio} bytes out for one in")


@dataclass(slots=True)
class Source:
    """One file, entry or attachment to be read."""

    name: str
    """As the user named it, with the entry in it: ``reports.zip!2024/a.pdf``."""
    work: Work
    path: Path | None = None
    data: bytes | None = None
    """Where it is held in memory; else it is at ``path``."""
    media_type: str = ""
    """As a message or feed declares it."""
    charset: str = ""
    _head: bytes | None = None

    @property
    def limits(self) -> Limits:
        """Return how much may be read."""
        return self.work.limits

    @property
    def base(self) -> str:
        """Return the file's own name in small letters."""
        return self.name.replace("\\", "/").rsplit("!", 1)[-1].rsplit("/", 1)[-1].lower()

    def sample(self) -> Sample:
        """Return what readers recognise it by.

        Raises:
            RefusedError: it cannot be read.
        """
        if self._head is None:
            with self.open() as handle:
                self._head = handle.read(HEAD_BYTES)
        return Sample(self.base, self._head)

    def open(self) -> IO[bytes]:
        """Return the bytes to be read in order.

        Raises:
            RefusedError: it cannot be opened.
        """
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.path is None:
            raise RefusedError("there is nothing to read")
        try:
            return self.path.open("rb")
        except OSError as error:
            raise RefusedError(f"cannot read: {error.strerror or error}") from None

    def whole(self) -> bytes:
        """Return all bytes.

        Raises:
            RefusedError: it is empty, too large, or cannot be read.
        """
        limit = self.limits.max_bytes
        try:
            if self.data is not None:
                data = self.data
            else:
                with self.open() as handle:
                    data = handle.read(limit + 1)
        except OSError as error:
            raise RefusedError(f"cannot read: {error.strerror or error}") from None
        if len(data) > limit:
            raise RefusedError(f"larger than {limit >> 20} MiB" if limit >> 20 else f"larger than {limit:,} bytes")
        if not data:
            raise RefusedError("empty")
        return data


@runtime_checkable
class DocumentReader(Protocol):
    """Reads one family of formats (entry points ``vedette.document_readers``)."""

    @property
    def name(self) -> str:
        """Name of the format."""
        ...

    @property
    def title(self) -> str:
        """What it reads, in a few words."""
        ...

    @property
    def examples(self) -> tuple[str, ...]:
        """Which files: suffixes, or what writes them."""
        ...

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is that a file is its own, 0 to 1; above 0.5 counts."""
        ...

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the documents of a file, and what of it could not be read.

        Raises:
            RefusedError: it cannot be read (on); what was yielded before stands.
        """
        ...
