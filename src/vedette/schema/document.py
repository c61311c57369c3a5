"""Documents: the text of a report or message, its parts, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPart:
    """One part of a document: a section, table, code block or attachment."""

    kind: str
    text: str
    origin: str = ""
    """Where in the document it stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report's or message's text with its parts."""

    document_id: str
    """Digest of the source and content."""
    title: str
    source: str
    parts: tuple[DocumentPart, ...]
    language: str | None = None
