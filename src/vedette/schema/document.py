"""Documents: the text of a report or message, its parts, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PartKind(StrEnum):
    """What a part of a document is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    """Cells parted by tabs, rows by line ends."""
    CODE = "code"
    QUOTE = "quote"
    HEADER = "header"
    """Of a message: ``From: …``, a line each."""
    CAPTION = "caption"
    FIELD = "field"
    """A named value of a structured source: a ticket's field, a STIX property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPart:
    """A range of a document's text, half open, that is one paragraph, table, code block and so on."""

    kind: PartKind
    start: int
    end: int
    origin: str = ""
    """Where it stood: ``page 3``, ``report.docx/footnotes``, ``entry 2``, ``attachment invoice.pdf``."""
    section: tuple[str, ...] = ()
    """The headings above it, outermost first."""
    name: str = ""
    """Of a field; the language of code where it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a range of a document's text links to; never followed."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What of a document could not be read, and why."""

    place: str
    """``page 12``, ``attachment a.zip``; empty for the document itself."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report's or message's text with its parts. Every offset in the product is into ``text``."""

    document_id: str
    """``doc-`` and 16 hex digits of the SHA-256 of the text and the source's own id: the same text read again is the
    same document, whatever its file is called."""
    title: str
    source: str
    """The file as the user named it, with the entry in it where it holds several: ``feed.xml#3``."""
    text: str
    """Parts after each other, parted by blank lines."""
    parts: tuple[DocumentPart, ...]
    """In order, without overlap; what lies between them is white space."""
    media_type: str = "text/plain"
    language: str | None = None
    """ISO 639-1; None where it could not be told."""
    published_at: datetime | None = None
    """UTC; as the document itself says it, never the file's time."""
    authors: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    unread: tuple[Unread, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """What a structured source says of it: a ticket's id, a feed's name, a marking (``tlp``)."""
