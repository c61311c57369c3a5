"""PDF: text by page with headings, paragraphs, code and links. Scans and encrypted files hold no text, and say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Builder
from vedette.documents.pdf import PdfBad, PdfInfo, PdfPage, PdfSpent, pdf_pages
from vedette.documents.pdf_layout import layout, running_lines, scanned
from vedette.schema.document import Document

_POOR_TITLE = re.compile(
    r"(?i)(?:microsoft (?:word|powerpoint)|untitled|slide \d|[^ ]*$|.*\.(?:docx?|indd|pptx?|pdf|odt|tex)$)"
)
_TIME = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+\-Z])(?:(\d\d)'?(\d\d)?)?)?")


class PdfReader:
    """Reads PDF documents."""

    name = "pdf"
    title = "PDF documents"
    examples = ("pdf",)

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the mark in the first KiB."""
        return 1.0 if b"%PDF-" in sample.head[:1024] else 0.6 if sample.suffix == ".pdf" else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the file as one document; pages that cannot be read are named, the others kept."""
        builder = Builder(source, media_type="application/pdf")
        info: dict[str, object] = {}
        pages: list[PdfPage] = []
        for item in pdf_pages(source.whole(), source.limits):
            if isinstance(item, PdfInfo):
                info = item.values
            elif isinstance(item, PdfBad):
                builder.unread(item.place, item.reason)
            elif isinstance(item, PdfSpent):
                source.work.spend(item.seconds)
            else:
                pages.append(item)
        pictures = scanned(pages)
        if pictures:
            builder.unread(f"page {pictures}", "no text, but pictures: scanned pages need character recognition first")
        if info.get("attachments"):
            builder.unread("attachments", "files inside a PDF are not read")
        if info.get("actions"):
            builder.unread("scripts", "not run: the file would act when it is opened")
        for line in sorted(running_lines(pages)):
            builder.edge(line)
        builder.add_all(layout(pages))
        title = str(info.get("title", ""))
        author = str(info.get("author", ""))
        try:
            yield builder.document(
                title="" if _POOR_TITLE.match(title) else title,
                published_at=pdf_time(str(info.get("created", ""))),
                authors=[author] if " " in author.strip() else [],
                language=str(info.get("lang", "")),
                fields={"pages": str(len(pages))},
            )
        except RefusedError as error:
            if pages and str(error) == "no text in it":
                raise RefusedError("no text in it: scanned pages need character recognition first") from None
            raise


def pdf_time(text: str) -> datetime | None:
    """Return a time as PDF writes it (``D:20240203040506+01'00'``), None where it is none."""
    found = _TIME.match(text)
    if not found:
        return None
    try:
        year, month, day, hour, minute, second = (int(found[k] or (k in (2, 3))) for k in range(1, 7))
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if found[7] in ("+", "-"):
            shift = timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0))
            at = at - shift if found[7] == "+" else at + shift
    except (ValueError, OverflowError):
        return None
    return at if at.year >= 1990 else None


READER = PdfReader()
