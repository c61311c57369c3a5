"""Word documents (docx): paragraphs, headings, lists and table cells. Macros, comments and fields are not read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from vedette.errors import MissingExtraError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import MAX_DOCUMENT_BYTES, DamagedError, read_document
from vedette.forge.corpus.readers.text import document_rows
from vedette.forge.recipe import SourceSpec

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"


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
            text = "\n".join(_paragraphs(_body(read_document(file.path))))
        except DamagedError as error:
            yield Bad(place="", reason=str(error))
            return
        yield from document_rows(text, file, spec)


def _body(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(_BODY) as part:
            body = part.read(MAX_DOCUMENT_BYTES + 1)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise DamagedError(f"no Word document: {str(error)[:100]}") from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise DamagedError(f"refused as a decompression bomb: its text is larger than {MAX_DOCUMENT_BYTES >> 20} MiB")
    return body


def _paragraphs(body: bytes) -> Iterator[str]:
    try:
        from lxml import etree
    except ImportError:
        raise MissingExtraError("forge", "reading Word documents") from None
    try:
        parts = etree.iterparse(
            io.BytesIO(body), events=("end",), tag=f"{_W}p", resolve_entities=False, no_network=True, huge_tree=False
        )
        for _, paragraph in parts:
            text = "".join(_runs(paragraph)).strip()
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            name = str(style.get(f"{_W}val") or "") if style is not None else ""
            if text and name.startswith("Heading") and name[7:].isdigit():
                text = "\n" + "#" * min(int(name[7:]), 6) + " " + text
            elif text and paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
                text = "- " + text
            yield text
            paragraph.clear()
    except etree.LxmlError as error:
        raise DamagedError(f"no Word document: {str(error)[:100]}") from None


def _runs(paragraph: Any) -> Iterator[str]:
    for element in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"):
        if element.tag == f"{_W}t":
            yield element.text or ""
        else:
            yield "\t" if element.tag == f"{_W}tab" else "\n"


READER = DocxReader()
