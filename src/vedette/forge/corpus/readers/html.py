"""HTML pages: their main text, without menus, scripts and forms. The parsing is the room of documents'."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.documents.base import RefusedError
from vedette.documents.building import Block
from vedette.documents.encodings import decode as decode_any
from vedette.documents.encodings import looks_binary
from vedette.documents.html import declared_charset, is_menu, page_of
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import DamagedError, decode, read_document
from vedette.forge.corpus.readers.text import document_rows
from vedette.forge.recipe import SourceSpec
from vedette.schema.document import PartKind


class HtmlReader:
    """Reads HTML pages."""

    name = "html"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        if sample.suffix in (".html", ".htm", ".xhtml"):
            return 0.9
        head = sample.head[:2000].lstrip().lower()
        return 0.85 if head.startswith((b"<!doctype html", b"<html")) else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the page's main text."""
        try:
            data = read_document(file.path)
            page = page_of(_text(data, spec.options.get("encoding")))
        except (DamagedError, RefusedError) as error:
            yield Bad(place="", reason=str(error))
            return
        text = "\n\n".join(line for block in page.blocks if not is_menu(block) for line in _lines(block))
        more = {"title": page.title} if page.title else {}
        yield from document_rows(text, file, spec, **more)


def _text(data: bytes, encoding: str | None) -> str:
    """Return a page's text; one that is not UTF-8 must say its encoding, for a guess would go unseen into a corpus."""
    if encoding is None and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        if looks_binary(data):
            raise DamagedError("binary")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            declared = declared_charset(data)
        if not declared:
            raise DamagedError("not UTF-8, and the page does not say its encoding") from None
        text, guess = decode_any(data, declared)
        if guess:
            raise DamagedError(f"not UTF-8, and not {declared} either")
        return text
    return decode(data, encoding)


def _lines(block: Block) -> Iterator[str]:
    if block.rows is not None:
        yield from (line for row in block.rows if (line := " | ".join(cell for cell in row if cell)))
    elif block.kind is PartKind.HEADING:
        yield f"{'#' * block.level} {block.text}"
    else:
        yield f"- {block.text}" if block.kind is PartKind.LIST_ITEM else block.text


READER = HtmlReader()
