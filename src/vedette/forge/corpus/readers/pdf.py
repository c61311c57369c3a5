"""PDF, page by page, with pypdf (in the ``forge`` extra). Scanned pages hold no text and say so."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

from vedette.errors import MissingExtraError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import DamagedError, read_document
from vedette.forge.corpus.readers.text import document_rows
from vedette.forge.recipe import SourceSpec

_MAX_PAGES = 3000
_HYPHEN = re.compile(r"(?<=[a-zß-öø-ÿ])-\n(?=[a-zß-öø-ÿ])")


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
            import pypdf
        except ImportError:
            raise MissingExtraError("forge", "reading PDF") from None
        try:
            data = read_document(file.path)
        except DamagedError as error:
            yield Bad(place="", reason=str(error))
            return
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        pages: list[str] = []
        try:
            document = pypdf.PdfReader(io.BytesIO(data), strict=False)
            if document.is_encrypted and not document.decrypt(""):
                yield Bad(place="", reason="encrypted")
                return
            n_pages = len(document.pages)
        except Exception as error:  # a hostile file fails in any way it likes
            yield Bad(place="", reason=f"no PDF that can be read: {type(error).__name__}: {str(error)[:100]}")
            return
        for number in range(min(n_pages, _MAX_PAGES)):
            try:
                pages.append(document.pages[number].extract_text() or "")
            except Exception as error:
                yield Bad(
                    place=f"page {number + 1}", reason=f"cannot be read: {type(error).__name__}: {str(error)[:100]}"
                )
        if n_pages > _MAX_PAGES:
            yield Bad(place=f"page {_MAX_PAGES + 1}", reason=f"more than {_MAX_PAGES} pages")
        text = _HYPHEN.sub("", "\n\n".join(p.strip() for p in pages if p.strip()))
        if not text:
            yield Bad(place="", reason="no text in it: scanned pages need character recognition first")
            return
        yield from document_rows(text, file, spec)


READER = PdfReader()
