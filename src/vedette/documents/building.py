"""From blocks to a :class:`~vedette.schema.document.Document`: text, offsets, sections, links, limits."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vedette.documents.base import RefusedError, Source, sound
from vedette.documents.language import language_of
from vedette.documents.marking import marking_of, strictest
from vedette.schema.document import Document, DocumentPart, Link, PartKind, Unread

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_GAP = "\n\n"
_MAX_TITLE_CHARS = 300
_MAX_TARGET_CHARS = 4000
_MAX_UNREAD = 200
_MAX_EDGES = 200
_CHECK_EVERY = 256
_MAX_STEPS = 20_000_000
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Block:
    """One piece of a document as a reader finds it, before it has a place."""

    kind: PartKind
    text: str = ""
    level: int = 0
    """Of a heading, 1 the highest."""
    links: list[tuple[int, int, str]] = field(default_factory=list)
    """(start, end, target) in ``text``."""
    rows: list[list[str]] | None = None
    """Of a table; its text is made of them."""
    row_links: list[tuple[int, int, int, int, str]] = field(default_factory=list)
    """(row, cell, start, end, target) in a cell of ``rows``."""
    name: str = ""
    origin: str = ""
    n_link: int = 0
    """Characters of its text that are links."""


def clean(text: str) -> str:
    """Return a text with the line feed as its only line end and without control characters and halves of characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x0c" in text or "\x0b" in text:
        text = text.replace("\x0c", "\n").replace("\x0b", "\n")
    return _UNWANTED.sub("\ufffd", text)


def one_line(text: str) -> str:
    """Return a text with each run of white space as one space."""
    return _SPACES.sub(" ", text).strip()


class Builder:
    """Puts the parts of one document after each other.

    Adding never raises for what a part holds: beyond a limit it takes no more (``full``), and says so in ``unread``.
    """

    def __init__(self, source: Source, *, media_type: str, name: str = "") -> None:
        self.source = source
        self.limits = source.limits
        self.media_type = media_type
        self.name = sound(name or source.name)
        self.full = False
        self._texts: list[str] = []
        self._length = 0
        self._parts: list[DocumentPart] = []
        self._links: list[Link] = []
        self._unread: list[Unread] = []
        self._edges: list[str] = []
        self._section: list[tuple[int, str]] = []
        self._n_cells = 0
        self._n_checks = 0
        self._began = time.thread_time()

    @property
    def n_parts(self) -> int:
        """Return how many parts there are."""
        return len(self._parts)

    def timely(self) -> bool:
        """Return whether the document may take more time; where not, it is full."""
        if not self.full and time.thread_time() - self._began > self.limits.max_seconds:
            self._cut("", f"cut: more than {self.limits.max_seconds:g} s of work")
        return not self.full

    def unread(self, place: str, reason: str) -> None:
        """Name what could not be read."""
        if len(self._unread) < _MAX_UNREAD:
            self._unread.append(Unread(place=sound(place)[:300], reason=clean(reason)[:300]))
        elif len(self._unread) == _MAX_UNREAD:
            self._unread.append(Unread(place="", reason="and more that could not be read"))

    def _cut(self, place: str, reason: str) -> None:
        self.full = True
        self._unread.insert(0, Unread(place=sound(place)[:300], reason=reason))

    def add_all(self, blocks: Iterable[Block]) -> None:
        """Add blocks, in order, until the document is full."""
        for block in blocks:
            self.add(block)
            if self.full:
                return

    def put(
        self, kind: PartKind, text: str, *, name: str = "", origin: str = "", level: int = 0, target: str = ""
    ) -> None:
        """Add a part from its text; ``target`` is what all of it links to."""
        block = Block(kind, text, level=level, name=name, origin=origin)
        if target:
            block.links.append((0, len(text), target))
        self.add(block)

    def add(self, block: Block) -> None:
        """Add a block."""
        self._n_checks += 1
        if self._n_checks % _CHECK_EVERY == 0:
            self.timely()
        if self.full:
            return
        limits = self.limits
        if len(self._parts) >= limits.max_parts:
            return self._cut(block.origin, f"cut: more than {limits.max_parts:,} parts")
        if block.rows is not None:
            self._lay_out(block)
        text, links = _trimmed(block)
        if not text:
            return None
        room = limits.max_chars - self._length - len(_GAP)
        if len(text) > room:
            self._cut(block.origin, f"cut: more than {limits.max_chars:,} characters")
            text = text[: max(room, 0)].rstrip()
            if not text:
                return None
        if block.kind is PartKind.HEADING:
            level = block.level or 1
            while self._section and self._section[-1][0] >= level:
                self._section.pop()
        start = self._length + (len(_GAP) if self._texts else 0)
        self._texts.append(text)
        self._length = start + len(text)
        self._parts.append(
            DocumentPart(
                kind=block.kind, start=start, end=self._length, origin=sound(block.origin)[:300],
                section=tuple(h for _, h in self._section), name=sound(block.name)[:200],
            )
        )  # fmt: skip
        if block.kind is PartKind.HEADING and len(self._section) < 12:
            self._section.append((block.level or 1, one_line(text)[:_MAX_TITLE_CHARS]))
        for a, b, target in links:
            if b > len(text):
                continue
            if len(self._links) >= limits.max_links:
                if len(self._links) == limits.max_links:
                    self.unread(block.origin, f"cut: more than {limits.max_links:,} links")
                break
            target = clean(target).strip()
            if target and a < b:
                self._links.append(Link(start=start + a, end=start + b, target=target[:_MAX_TARGET_CHARS]))
        return None

    def edge(self, line: str) -> None:
        """Take note of a line at the edges of pages: it is no part of the text, and may mark the document."""
        if len(self._edges) < _MAX_EDGES:
            self._edges.append(line)

    def leave_sections(self) -> None:
        """Begin anew: what follows stands under no heading."""
        self._section.clear()

    def _lay_out(self, block: Block) -> None:
        lines: list[str] = []
        at: dict[tuple[int, int], int] = {}
        position = 0
        for r, row in enumerate(block.rows or ()):
            self._n_cells += len(row)
            if self._n_cells > self.limits.max_cells:
                self.unread(block.origin, f"cut: more than {self.limits.max_cells:,} cells of tables")
                self._n_cells = self.limits.max_cells
                break
            for c, cell in enumerate(row):
                at[r, c] = position
                position += len(cell) + 1
            lines.append("\t".join(row))
        block.text = "\n".join(lines)
        block.links = [
            (at[r, c] + a, at[r, c] + b, target) for r, c, a, b, target in block.row_links if (r, c) in at
        ]  # fmt: skip

    def document(
        self,
        *,
        title: str = "",
        own_id: str = "",
        published_at: datetime | None = None,
        authors: Iterable[str] = (),
        fields: Mapping[str, str] | None = None,
        language: str | None = None,
    ) -> Document:
        """Return the document.

        Args:
            title: as the source says it; else the first heading, else the first line, else the file's name.
            own_id: what the source itself calls it: a message's or entry's id.
            published_at: as the source says it.
            authors: as the source says them.
            fields: what a structured source says of it.
            language: as the source says it, which counts only where the text does not tell.

        Raises:
            RefusedError: there is no text in it.
        """
        text = _GAP.join(self._texts)
        if not text.strip():
            raise RefusedError(self._unread[0].reason if self._unread else "no text in it")
        digest = hashlib.sha256(text.encode() + b"\0" + own_id.encode("utf-8", "replace")).hexdigest()
        if not one_line(title):
            named = [p for p in self._parts if p.kind in (PartKind.TITLE, PartKind.HEADING)]
            named = named or [p for p in self._parts if p.kind is not PartKind.TABLE]  # cells are no title
            title = text[named[0].start : named[0].end].split("\n", 1)[0] if named else _file_of(self.name)
        said = dict(fields or {})
        said["tlp"] = strictest(said.get("tlp", ""), marking_of(text, self._parts, self._edges)) or said.get("tlp", "")
        return Document(
            document_id=f"doc-{digest[:16]}",
            title=one_line(clean(title))[:_MAX_TITLE_CHARS],
            source=self.name,
            text=text,
            parts=tuple(self._parts),
            media_type=self.media_type,
            language=self._language(text) or (language or "").lower()[:2] or None,
            published_at=published_at.astimezone(UTC) if published_at is not None else None,
            authors=tuple(dict.fromkeys(one_line(clean(a))[:200] for a in authors if a.strip()))[:50],
            links=tuple(self._links),
            unread=tuple(self._unread),
            fields={k: clean(v)[:2000] for k, v in said.items() if v},
        )

    def _language(self, text: str) -> str | None:
        prose: list[str] = []
        n = 0
        for part in self._parts:
            if part.kind in (PartKind.PARAGRAPH, PartKind.LIST_ITEM, PartKind.QUOTE, PartKind.TITLE, PartKind.HEADING):
                prose.append(text[part.start : min(part.end, part.start + 4000)])
                n += len(prose[-1])
                if n > 4000:
                    break
        return language_of("\n".join(prose)) or language_of(text)


def _file_of(name: str) -> str:
    return name.replace("\\", "/").rsplit("!", 1)[-1].rsplit("/", 1)[-1]


def _trimmed(block: Block) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a block's text without white space around it, and its links moved along."""
    text = block.text
    cleaned = clean(text)
    links = block.links if len(cleaned) == len(text) else []  # only line ends change the length
    if links is not block.links and len(text) * len(block.links) < _MAX_STEPS:
        links = [(len(clean(text[:a])), len(clean(text[:b])), t) for a, b, t in block.links]
    body = cleaned.strip("\n").rstrip() if block.kind is PartKind.CODE else cleaned.strip()
    if block.rows is not None:
        body = cleaned.strip("\n")
        body = body if body.strip() else ""
    offset = cleaned.find(body) if body else 0
    kept = []
    for a, b, target in links:
        a, b = max(a - offset, 0), min(b - offset, len(body))
        kept.append((a, b, target))
    return body, kept
