"""HTML pages: their main text with headings, tables, code and links."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.documents.base import Quarantined, Sample, Source
from vedette.documents.building import Block, Builder, one_line
from vedette.documents.encodings import decode
from vedette.documents.html import declared_charset, is_menu, page_of
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_PUBLISHED = (
    "article:published_time", "ld:published", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created",
    "pubdate", "publishdate", "parsely-pub-date", "sailthru.date", "time",
)  # fmt: skip
_AUTHORS = ("author", "ld:author", "article:author", "dc.creator", "parsely-author")
_MIN_REFERENCE_WORDS = 5


class HtmlReader:
    """Reads HTML pages."""

    name = "html"
    title = "web pages"
    examples = ("html", "htm", "xhtml")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the name, or by how the page begins."""
        if sample.suffix in (".html", ".htm", ".xhtml", ".mht"):
            return 0.9 if sample.suffix != ".mht" else 0.0
        head = sample.head[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return 0.85 if head.startswith((b"<!doctype html", b"<html")) else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the page's main text as one document."""
        data = source.whole()
        text, guess = decode(data, source.charset or declared_charset(data))
        del data
        page = page_of(text, max_elements=source.limits.max_elements)
        builder = Builder(source, media_type="text/html")
        if guess:
            builder.unread("", guess)
        if page.cut:
            builder.unread("", page.cut)
        meta = page.meta
        title = one_line(meta.get("og:title") or meta.get("ld:headline") or page.title)
        kept = [b for b in page.blocks if not is_menu(b) or _is_reference(b)]
        if title and not any(b.kind is PartKind.HEADING and b.level == 1 for b in kept):
            builder.put(PartKind.TITLE, title)
        builder.add_all(kept)
        yield builder.document(
            title=title,
            published_at=next((at for key in _PUBLISHED if (at := parse_time(meta.get(key)))), None),
            authors=[a for key in _AUTHORS if (a := meta.get(key, "")) and not a.startswith("http")][:1],
            language=meta.get("lang"),
            fields={"url": meta.get("canonical") or meta.get("og:url", ""), "site": meta.get("og:site_name", "")},
        )


def _is_reference(block: Block) -> bool:
    """Return whether a block of links is one that a reader wants: a source with its title, a table, an address."""
    return (
        block.rows is not None
        or "://" in block.text
        or block.kind is PartKind.HEADING
        or len(block.text.split()) >= _MIN_REFERENCE_WORDS
    )


READER = HtmlReader()
