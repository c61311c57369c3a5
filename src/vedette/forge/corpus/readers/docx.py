"""Word documents (docx): paragraphs, headings, lists and table cells, read as the room of documents reads them."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.documents.base import Limits, RefusedError, Source, Work
from vedette.documents.building import Block
from vedette.documents.package import Package
from vedette.documents.readers.docx import docx_blocks
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import MAX_DOCUMENT_BYTES, DamagedError, read_document
from vedette.forge.corpus.readers.text import document_rows
from vedette.forge.recipe import SourceSpec
from vedette.schema.document import PartKind

_LIMITS = Limits(max_bytes=MAX_DOCUMENT_BYTES, max_elements=5_000_000)


class DocxReader:
    """Reads Word documents."""

    name = "docx"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        return 0.95 if sample.suffix in (".docx", ".docm") and sample.head[:4] == b"PK\x03\x04" else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the document's text."""
        try:
            data = read_document(file.path)
            package = Package(Source(file.name, Work(_LIMITS, size_bytes=len(data)), data=data))
            lines = [line for block in docx_blocks(package) if not block.origin for line in _lines(block)]
        except (DamagedError, RefusedError) as error:
            yield Bad(place="", reason=str(error))
            return
        yield from document_rows("\n".join(lines), file, spec)


def _lines(block: Block) -> Iterator[str]:
    if block.rows is not None:
        yield from (cell for row in block.rows for cell in row)
        return
    text = block.text.strip()
    if text and block.kind is PartKind.HEADING:
        yield f"\n{'#' * min(block.level, 6)} {text}"
    else:
        yield f"- {text}" if text and block.kind is PartKind.LIST_ITEM else text


READER = DocxReader()
