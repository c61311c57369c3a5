"""What readers give: rows of named fields, and what could not be read with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from vedette.forge.recipe import SourceSpec, Split

EXCERPT_CHARS = 300
"""How much of something unreadable is kept with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record as its source has it."""

    place: str
    """Where in the file: ``line 12``, ``row 3``, ``note 4``; empty for a file that is one record."""
    fields: Mapping[str, Any]
    """``text`` where the reader knows the text; ``messages``, ``chosen``, ``rejected`` where it knows those."""
    labels: tuple[str, ...] = ()
    """What the reader knows to be the labels; the recipe's ``label`` comes first."""
    group: str = ""
    """What the reader knows to belong together; the recipe's ``group`` comes first."""
    at: datetime | None = None
    licence: str | None = None
    """Where the source itself says it; the recipe's comes first."""
    split: Split | None = None
    """Where the source itself is parted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """What could not become a record, and why."""

    place: str
    reason: str
    excerpt: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a reader recognises a file by."""

    name: str
    """File name, lower case, without the suffix of its compression."""
    head: bytes
    """Its first 64 KiB, unpacked."""

    @property
    def suffix(self) -> str:
        """Return the last suffix with its dot, or an empty string."""
        return Path(self.name).suffix


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source."""

    path: Path
    name: str
    """Path within the source with forward slashes: what people are shown, the same on every machine."""


@runtime_checkable
class CorpusReader(Protocol):
    """Reads one family of formats (entry points ``vedette.corpus_readers``).

    A reader never raises for what is in a file: what it cannot read it yields as :class:`Bad`, and goes on.
    """

    @property
    def name(self) -> str:
        """Name in recipes (``format:``)."""
        ...

    @property
    def whole(self) -> bool:
        """Whether it takes a source as one (a folder with a layout, a home), not file by file: :class:`WholeReader`."""
        ...

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is that a file is its own, 0 to 1; above 0.5 counts."""
        ...

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the rows of a file (or of the source, where ``whole``).

        Raises:
            UserError: the recipe asks for what this reader cannot do, or an optional part is missing.
        """
        ...


@runtime_checkable
class WholeReader(CorpusReader, Protocol):
    """A reader that takes a source as one: a folder with a layout, a home, a set by name (``whole`` is true)."""

    def digest(self, file: SourceFile, spec: SourceSpec) -> str:
        """Return a digest of everything that :meth:`read` would read.

        Raises:
            UserError: there is no such source.
        """
        ...


@runtime_checkable
class ClaimingReader(WholeReader, Protocol):
    """One that knows its sources where the recipe does not name the format."""

    def claims(self, path: Path) -> bool:
        """Return whether a source of format ``auto`` is its own."""
        ...
