"""OpenDocument texts: headings, paragraphs, lists, tables, notes, links. Scripts and forms are not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vedette.documents import xml
from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Block, Builder
from vedette.documents.package import Package
from vedette.documents.readers.docx import merged_code
from vedette.schema.document import Document, PartKind

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_TAGS = [
    f"{_TEXT}h", f"{_TEXT}p", f"{_TEXT}list-item", f"{_TEXT}note", f"{_TEXT}tracked-changes", f"{_OFFICE}annotation",
    f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-cell",
]  # fmt: skip
_SHUT = (f"{_TEXT}tracked-changes", f"{_OFFICE}annotation")
_MAX_SPACES = 200


class OdtReader:
    """Reads OpenDocument texts (odt)."""

    name = "odt"
    title = "OpenDocument texts"
    examples = ("odt",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the media type that the package begins with."""
        if sample.head[:4] != b"PK\x03\x04":
            return 0.0
        if b"application/vnd.oasis.opendocument.text" in sample.head[:200]:
            return 0.96
        return 0.9 if sample.suffix in (".odt", ".ott") else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the file as one document."""
        package = Package(source)
        content = package.part("content.xml")
        if content is None:
            raise RefusedError("no OpenDocument text: there is no content in the package")
        builder = Builder(source, media_type="application/vnd.oasis.opendocument.text")
        if any(name.startswith(("Basic/", "Scripts/")) for name in package.names):
            builder.unread("macros", "not read, not run")
        try:
            builder.add_all(merged_code(_blocks(content, source.limits.max_elements)))
        except RefusedError as error:
            builder.unread("", str(error))
        title, author, created = package.about("meta.xml")
        yield builder.document(title=title, authors=[author], published_at=created)


def _blocks(data: bytes, limit: int) -> Iterator[Block]:
    rows: list[list[str]] = []
    cells: list[str] = []
    pieces: list[str] = []
    links: list[tuple[int, int, int, int, str]] = []
    notes: list[Block] = []
    in_list = in_table = in_note = shut = 0
    for event, element in xml.events(data, _TAGS, max_elements=limit):
        tag = element.tag
        step = 1 if event == "start" else -1
        if tag in _SHUT:
            shut += step
            if event == "end":
                element.clear(keep_tail=True)
        elif tag == f"{_TEXT}list-item":
            in_list += step
        elif tag == f"{_TEXT}note":
            in_note += step
            if event == "end":
                element.clear(keep_tail=True)
        elif tag == f"{_TABLE}table":
            in_table += step
            if not in_table:
                if any(any(row) for row in rows):
                    yield Block(PartKind.TABLE, rows=rows, row_links=links)
                rows, links = [], []
        elif event == "start" or shut:
            continue
        elif tag == f"{_TABLE}table-cell" and in_table == 1:
            cells.append(" ".join(pieces))
            pieces = []
        elif tag == f"{_TABLE}table-row" and in_table == 1:
            rows.append(cells)
            cells = []
            xml.free(element)
        elif tag in (f"{_TEXT}p", f"{_TEXT}h"):
            block = _paragraph(element)
            if in_note:
                block.origin = "footnotes"
                notes.append(block)
            elif in_table:
                shift = sum(len(p) + 1 for p in pieces)
                links.extend((len(rows), len(cells), a + shift, b + shift, t) for a, b, t in block.links)
                pieces.append(block.text.replace("\t", " ").replace("\n", " "))
            else:
                if in_list and block.kind is PartKind.PARAGRAPH:
                    block.kind = PartKind.LIST_ITEM
                yield block
                if not in_list:
                    xml.free(element)
    yield from notes


def _paragraph(paragraph: Any) -> Block:
    block = Block(PartKind.PARAGRAPH)
    pieces: list[str] = []
    length = 0

    def say(piece: str | None) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            length += len(piece)

    stack: list[tuple[Any, int]] = [(paragraph, -1)]
    while stack:
        element, begun = stack.pop()
        tag = element.tag
        if begun >= 0:
            if tag == f"{_TEXT}a" and length > begun and element.get(_HREF):
                block.links.append((begun, length, element.get(_HREF)))
            if element is not paragraph:
                say(element.tail)
            continue
        if tag == f"{_TEXT}note" or tag in _SHUT or not isinstance(tag, str):
            say(element.tail)
            continue
        if tag == f"{_TEXT}s":
            count = element.get(f"{_TEXT}c") or "1"
            say(" " * min(int(count) if count.isdigit() and len(count) < 5 else 1, _MAX_SPACES))
        elif tag == f"{_TEXT}tab":
            say("\t")
        elif tag == f"{_TEXT}line-break":
            say("\n")
        stack.append((element, length))
        say(element.text)
        stack.extend((child, -1) for child in reversed(element))
    block.text = "".join(pieces)
    style = (paragraph.get(f"{_TEXT}style-name") or "").lower()
    if paragraph.tag == f"{_TEXT}h":
        level = paragraph.get(f"{_TEXT}outline-level") or "1"
        block.kind, block.level = PartKind.HEADING, int(level) if level.isdigit() and len(level) == 1 else 1
    elif style == "title":
        block.kind = PartKind.TITLE
    elif "preformatted" in style or "code" in style:
        block.kind = PartKind.CODE
    elif "quot" in style:
        block.kind = PartKind.QUOTE
    return block


READER = OdtReader()
