"""PDF, page by page, read as the room of documents reads it. Scanned pages hold no text and say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.documents.base import Limits, RefusedError
from vedette.documents.pdf import PdfBad, PdfPage, pdf_pages
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import DamagedError, read_document
from vedette.forge.corpus.readers.text import document_rows
from vedette.forge.recipe import SourceSpec

_HYPHEN = re.compile(r"(?<=[a-zß-öø-ÿ])-\n(?=[a-zß-öø-ÿ])")
_LIMITS = Limits(max_seconds=600, max_chars=64 << 20)


class PdfReader:
    """Reads PDF documents."""

    name = "pdf"
    whole = False

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is."""
        return 1.0 if b"%PDF-" in sample.head[:1024] else 0.6 if sample.suffix == ".pdf" else 0.0

    def read(self, file: SourceFile, spec: SourceSpec) -> Iterator[Row | Bad]:
        """Yield the document's text; pages that cannot be read are told, the others kept."""
        try:
            found = pdf_pages(read_document(file.path), _LIMITS)
        except (DamagedError, RefusedError) as error:
            yield Bad(place="", reason=str(error))
            return
        pages: list[str] = []
        for item in found:
            if isinstance(item, PdfBad):
                yield Bad(place=item.place, reason=item.reason)
            elif isinstance(item, PdfPage):
                pages.append("\n".join(line.text for line in item.lines).strip())
        text = _HYPHEN.sub("", "\n\n".join(page for page in pages if page))
        if text:
            yield from document_rows(text, file, spec)
        elif not any(isinstance(item, PdfBad) for item in found):
            yield Bad(place="", reason="no text in it: scanned pages need character recognition first")


READER = PdfReader()
