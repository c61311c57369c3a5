"""What a reader is: the plug-in that turns one log format into events.

A reader names its format, recognises it from the head of a file, parses raw records into flat
*native* dicts, and says by a :class:`Mapping` per kind of record which native field fills which
event column. Everything else (opening, unpacking, framing, identity, time zones, quarantine,
Arrow columns) is done once for all readers, in batches grouped by the shape of the records, so
that a reader stays a table of facts about its format.

Entry-point group: ``vedette.readers``; the entry point is a reader instance.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from vedette.schema import EventClass

if TYPE_CHECKING:
    from vedette.ingest.framing import RawBatch

Native = dict[str, Any]
"""One record's own fields, flat: nested objects as dotted keys, lists of scalars kept."""


class Rebuilt(dict[str, Any]):
    """Native fields that were put together anew: the raw record is not the same flat JSON object.

    A reader with ``keeps_json = True`` returns plain dicts for records that it hands on as they
    stood, so that the lake need not keep them twice, and this for all others.
    """


class RecordError(Exception):
    """A record that cannot become an event: goes to quarantine with this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Framing(StrEnum):
    """How raw records stand in the byte stream."""

    LINES = "lines"
    """One record a line (LF or CRLF)."""
    JSON = "json"
    """JSON lines, an array, concatenated objects, or an envelope holding one array of records."""
    BINARY = "binary"
    """The reader frames the file itself (:class:`BinaryReader`)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The head of a stream, for recognising its format."""

    name: str
    """File name, lower case, without folders or compression suffix."""
    head: bytes
    """First 64 KiB at most, decoded to UTF-8 where the stream was UTF-16."""
    lines: tuple[bytes, ...]
    """Complete first lines (up to 50), without line ends; the last may be cut."""
    first: MappingABC[str, Any] | None
    """The first JSON object that stands in the head (inside an envelope or array too), else None."""


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the user said about a file, for the facts that its records leave out."""

    name: str = ""
    timezone: tzinfo | None = None
    """Zone of times that are written without one; None means: not known, so such a record is refused."""
    year: int | None = None
    """Year of times that are written without one (RFC 3164); None means the same."""
    host: str | None = None
    """Host name for formats that do not carry one (web access logs)."""
    options: MappingABC[str, str] = field(default_factory=dict)
    """Reader options by name (``mapping`` for the CSV and JSON mapping file)."""


TimeHow = str | Callable[[Any, ReadContext], int]
"""``iso`` (ISO 8601; without zone: the user's zone, else refused), ``iso_utc`` (without zone: UTC,
because the field is defined so), ``epoch_s``, ``epoch_ms``, ``epoch_us``, ``epoch`` (unit by size),
``filetime``, or a function (value, context) -> microseconds since 1970 UTC that raises RecordError."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Where a column's value comes from: the first of ``keys`` that says something.

    Absent, null, ``""`` and ``"-"`` say nothing.
    """

    keys: tuple[str, ...]
    convert: Callable[[Any], Any] | None = None
    """Pure and total (returns None where it cannot tell): results are memoised by value."""


def pick(*keys: str, convert: Callable[[Any], Any] | None = None) -> Pick:
    """Return a :class:`Pick` of ``keys`` in order of preference."""
    return Pick(keys, convert)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of record becomes an event."""

    class_name: EventClass
    time: tuple[tuple[str, TimeHow], ...]
    """Native keys that hold the time, the best first, each with how it is written."""
    const: MappingABC[str, Any] = field(default_factory=dict)
    """Column to constant value (``activity``, ``log_product``, ``log_category``, ``log_service``, …)."""
    fields: MappingABC[str, Pick] = field(default_factory=dict)
    """Column to where its value comes from."""
    row: Callable[[Native], MappingABC[str, Any]] | None = None
    """For what a table cannot say: columns computed from the whole record. They win over ``fields``.
    Slower (one call a record); may return ``class_name`` too."""


class Session(Protocol):
    """The parsing of one stream: may keep state, such as a header line."""

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return, for each raw record, its native fields, None for a header or comment, or why not.

        Never raises. ``batch`` items have no line end. Called in stream order.
        """
        ...

    def preamble(self) -> bytes:
        """Return what a new session must be fed first to parse later records (header lines), or b""."""
        ...


@runtime_checkable
class Reader(Protocol):
    """A log format."""

    name: str
    """Short, stable: ``windows_json``."""
    title: str
    """For people: ``Windows events as JSON``."""
    framing: Framing
    examples: tuple[str, ...]
    """What it reads, for the formats table: ``Winlogbeat``, ``NXLog``."""

    def sniff(self, sample: Sample) -> float:
        """Return how sure it is that the sample is of this format, 0 no to 1 certain. Never raises."""
        ...

    def open(self, context: ReadContext) -> Session:
        """Return a new parsing session for one stream."""
        ...

    def kind(self, native: Native) -> Hashable:
        """Return the key of the mapping for this record (event id and channel, log type, …).

        Called for each record, so cheap; must have few distinct values; never raises.
        """
        ...

    def mapping(self, kind: Hashable) -> Mapping:
        """Return the mapping for a kind; called once a kind. Unknown kinds get a general mapping."""
        ...

    def self_identifying(self, native: Native) -> bool:
        """Return whether the raw record carries its own unique id (record number with host, uuid).

        Then equal raw records are one record wherever they stand; otherwise the logical source is
        told by the first record of the file.
        """
        ...


class StatelessSession:
    """A session over a pure function of one record; what most readers need.

    Args:
        parse_one: raw record to native fields, or None for a comment; raises RecordError.
    """

    def __init__(self, parse_one: Callable[[bytes], Native | None]) -> None:
        self._parse_one = parse_one

    def parse(self, batch: Sequence[bytes]) -> list[Native | RecordError | None]:
        """Return native fields, None or the error, for each record."""
        out: list[Native | RecordError | None] = []
        parse_one = self._parse_one
        for data in batch:
            try:
                out.append(parse_one(data))
            except RecordError as error:
                out.append(error)
            except (
                ValueError,
                KeyError,
                TypeError,
                IndexError,
                AttributeError,
                OverflowError,
                RecursionError,
            ) as error:
                out.append(RecordError(f"cannot parse: {type(error).__name__}: {error}"[:300]))
        return out

    def preamble(self) -> bytes:
        """Return b"": nothing is remembered."""
        return b""


class BinaryReader(Protocol):
    """A reader of files that are neither lines nor JSON (``framing`` is BINARY)."""

    def frame(self, path: Path) -> Iterator[RawBatch]:
        """Yield the raw records of a file on disk; what is damaged goes into ``bad`` and the rest goes on."""
        ...
