"""Files that are known and hold no text that can be read here: each is told what it is, and what would help."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.schema.document import Document

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG picture: character recognition would have to read it"),
    (b"\xff\xd8\xff", "a JPEG picture: character recognition would have to read it"),
    (b"GIF8", "a GIF picture: character recognition would have to read it"),
    (b"II*\0", "a TIFF picture: character recognition would have to read it"),
    (b"MM\0*", "a TIFF picture: character recognition would have to read it"),
    (b"{\\rtf", "rich text (RTF): save it as docx or PDF"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it first"),
    (b"MZ", "a Windows program: no document"),
    (b"\x7fELF", "a Linux program: no document"),
    (b"\xca\xfe\xba\xbe", "a program: no document"),
    (b"PAR1", "a Parquet table: no document"),
    (b"SQLite format 3\0", "an SQLite database: no document"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture: no document"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture: no document"),
    (b"ElfFile\0", "a Windows event log: `vedette ingest` reads it"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS = {
    ".msg": "an Outlook message (msg): save it as eml",
    ".doc": "a Word document of before 2007: save it as docx or PDF",
    ".xls": "an Excel workbook of before 2007: save its sheets as csv",
    ".ppt": "a PowerPoint presentation of before 2007: save it as PDF",
}
_OFFICE = ((b"xl/", "an Excel workbook: save its sheets as csv"), (b"ppt/", "a presentation: save it as PDF"))
_OFFICE_SUFFIXES = {
    ".xlsx": _OFFICE[0][1], ".xlsm": _OFFICE[0][1], ".pptx": _OFFICE[1][1], ".pptm": _OFFICE[1][1],
}  # fmt: skip


class OtherReader:
    """Names what cannot be read."""

    name = "other"
    title = "what is known and not read"
    examples = ("msg", "rtf", "xlsx", "pictures", "programs")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the mark of a format that is known and not read."""
        return 0.9 if _what(sample) else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Say why the file is not read."""
        raise RefusedError(f"{_what(source.sample())}")
        yield  # a generator, as all readers are


def _what(sample: Sample) -> str:
    head = sample.head
    if head.startswith(_OLE):
        return _OLE_KINDS.get(sample.suffix, "an office file of before 2007 or an Outlook message: save it anew")
    if head[:4] == b"PK\x03\x04":
        if sample.suffix in _OFFICE_SUFFIXES:
            return _OFFICE_SUFFIXES[sample.suffix]
        if b"[Content_Types].xml" in head[:200]:
            return next((what for mark, what in _OFFICE if mark in head), "")
        return ""
    for mark, what in _MARKS:
        if head.startswith(mark) and (mark != b"MZ" or b"\0" in head[:200]):
            return what
    return ""


READER = OtherReader()
