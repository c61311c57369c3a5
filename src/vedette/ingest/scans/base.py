"""What a reader of scanner results, SBOMs, VEX documents and inventories is.

A reader is given the whole content of one file and yields records, as its source gave them: it joins nothing, looks
nothing up and guesses nothing. What it cannot read it yields as a :class:`ScanRefusal`, and goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import IO, Protocol, runtime_checkable

from vedette.ingest.base import Sample
from vedette.schema import ScanRecord

GROUP = "vedette.scan_readers"


class ScanError(Exception):
    """A file that cannot be read as what it seems to be, or not to its end: the message names cause and place."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ScanRefusal:
    """One record that could not be read: it goes to quarantine, and the rest goes on."""

    pointer: str
    reason: str
    raw: bytes = b""


class ScanContent(Protocol):
    """One file, unpacked: told apart by content, never by name alone."""

    name: str
    """File name without folders or compression suffix, small letters."""
    size: int
    """Bytes, unpacked."""

    def open(self) -> IO[bytes]:
        """Return the content from its beginning, seekable; text as UTF-8 without a mark, whatever it was written in."""
        ...

    def read(self) -> bytes:
        """Return all of it, for formats that can only be read whole.

        Raises:
            ScanError: larger than what may be read whole.
        """
        ...


@dataclass(slots=True)
class ScanHead:
    """What a reader learns of a file as a whole; it fills this in while it yields."""

    scanner: str = ""
    made_at: datetime | None = None
    places: list[str] = field(default_factory=list)
    """Everything that was looked at, also where nothing was found."""


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What the user said about a file, for the facts that it leaves out."""

    asset: str | None = None
    """Name of the place, for formats that do not say it (npm audit, SARIF, a bare SBOM). Without it such a reader takes
    the file's own name of its subject (project, root component, target), and only then the file's name."""
    timezone: tzinfo | None = None
    """Of times written without one; None: UTC is not assumed, the time is left out."""


@runtime_checkable
class ScanReader(Protocol):
    """A format of scanner results, SBOM, VEX or inventory."""

    name: str
    """Short, stable: ``trivy``, ``cyclonedx``."""
    title: str
    """For people: ``Trivy (JSON)``."""
    examples: tuple[str, ...]
    """What it reads, for the table of formats: versions and report kinds."""

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is that the sample is of this format, 0 no to 1 certain. Never raises."""
        ...

    def read(self, content: ScanContent, head: ScanHead, context: ScanContext) -> Iterator[ScanRecord | ScanRefusal]:
        """Yield the file's records in its order.

        Raises:
            ScanError: it is not what it seemed, or is damaged from here on; what was yielded before stays.
        """
        ...
