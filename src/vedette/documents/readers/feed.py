"""RSS, Atom and JSON feeds that were saved to a file: each entry a document. What entries link to is not fetched."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from typing import Any

from vedette.documents import values, xml
from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Builder, clean, one_line
from vedette.documents.encodings import decode
from vedette.documents.html import fragment_blocks, is_menu
from vedette.documents.readers.text import text_blocks
from vedette.documents.times import parse_time
from vedette.schema.document import Document, PartKind

_ROOT = re.compile(rb"<(?:[A-Za-z]{1,10}:)?(rss|feed|RDF)[\s>]")
_ENTITY = re.compile(r"&([A-Za-z]{2,8});")
_KEPT = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DECLARATION = re.compile(r"^\s{0,100}<\?xml[^>]{0,300}\?>")
_CHARSET = re.compile(rb"<\?xml[^>]{0,200}encoding\s{0,3}=\s{0,3}[\"']([A-Za-z0-9_.:\-]{2,40})")
_BODIES = ("encoded", "content", "description", "summary")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_JSON_FEED = b"https://jsonfeed.org/version/"


class FeedReader:
    """Reads RSS, Atom and JSON feeds."""

    name = "feed"
    title = "feeds saved to a file"
    examples = ("RSS", "Atom", "JSON Feed")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the root of the document."""
        head = sample.head[:4000]
        if b"\0" in head[:100]:
            head = head.replace(b"\0", b"")
        if _JSON_FEED in head:
            return 0.95
        if _ROOT.search(head[:3000]) and b"<html" not in head[:500].lower():
            return 0.93 if head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"<" else 0.0
        return 0.7 if sample.suffix in (".rss", ".atom") else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the entries in the feed's order."""
        data = source.whole()
        if _JSON_FEED in data[:4000]:
            yield from _json_feed(data, source)
            return
        declared = _CHARSET.search(data[:400])
        text, guess = decode(data, declared[1].decode() if declared else "")
        text = _ENTITY.sub(_entity, _DECLARATION.sub("", clean(text), count=1).lstrip())
        feed = ""
        number = 0
        for event, element in xml.events(text.encode(), None, max_elements=source.limits.max_elements, starts=False):
            name = xml.local(element.tag)
            if event == "end" and name == "title" and xml.local(element.getparent().tag) in ("channel", "feed"):
                feed = feed or one_line("".join(element.itertext()))
            if name not in ("item", "entry") or xml.local(element.getparent().tag) not in ("channel", "feed", "RDF"):
                continue
            number += 1
            builder = Builder(source, media_type="text/html", name=f"{source.name}#{number}")
            if guess:
                builder.unread("", guess)
            try:
                yield _entry(element, builder, feed)
            except RefusedError as error:
                yield Quarantined(builder.name, str(error))
            source.work.check()
            xml.free(element)
        if not number:
            raise RefusedError("a feed without entries")


def _entity(found: re.Match[str]) -> str:
    """Return the letter that HTML means by a name, which XML does not know."""
    name = found[1]
    letter = html.entities.html5.get(f"{name};", "") if name not in _KEPT else ""
    return letter if letter and letter not in "<>&" else found[0]


def _entry(element: Any, builder: Builder, feed: str) -> Document:
    children: dict[str, list[Any]] = {}
    for child in element:
        name = xml.local(child.tag)
        if name and len(children.setdefault(name, [])) < 100:
            children[name].append(child)

    def said(*names: str) -> str:
        for name in names:
            for child in children.get(name, ()):
                text = "".join(child.itertext()).strip()
                if text:
                    return text
        return ""

    title = one_line(_TAG.sub(" ", said("title")))
    link = _link(children)
    if title:
        builder.put(PartKind.TITLE, title, target=link)
    seen: list[str] = []
    for name in _BODIES:
        for child in children.get(name, ()):
            body = _markup(child)
            plain = one_line(_TAG.sub(" ", body))
            if not plain or any(plain[:200] in other or other in plain for other in seen):
                continue  # the summary is the beginning of the text
            seen.append(plain)
            add_markup(builder, body)
    for child in children.get("enclosure", ()):
        builder.put(PartKind.FIELD, child.get("url") or "", name="enclosure")
    authors = [
        "".join(next((c for c in child if xml.local(c.tag) == "name"), child).itertext())
        for name in ("creator", "author")
        for child in children.get(name, ())
    ]
    tags = [child.get("term") or (child.text or "") for child in children.get("category", ())]
    return builder.document(
        title=title,
        own_id=said("guid", "id") or link,
        published_at=parse_time(said("published", "pubDate", "date", "issued", "updated")),
        authors=authors,
        fields={"feed": feed, "url": link, "tags": ", ".join(t.strip() for t in tags if t and t.strip())},
    )


def _link(children: dict[str, list[Any]]) -> str:
    for child in children.get("link", ()):
        if (child.get("rel") or "alternate") == "alternate":
            target = child.get("href") or (child.text or "").strip()
            if target:
                return str(target)
    return ""


def _markup(element: Any) -> str:
    """Return an element's content as HTML: as it is where it was written as text, else put together again."""
    from lxml import etree

    if len(element):
        return "".join([element.text or "", *(etree.tostring(c, encoding="unicode", method="html") for c in element)])
    return element.text or ""


def add_markup(builder: Builder, body: str) -> None:
    """Add what may be HTML or plain text to a document."""
    if _TAG.search(body[:20_000]):
        blocks = fragment_blocks(body, max_elements=builder.limits.max_elements)
        builder.add_all(b for b in blocks if not is_menu(b) or b.links)
    else:
        builder.add_all(text_blocks(clean(html.unescape(body))))


def _json_feed(data: bytes, source: Source) -> Iterator[Document | Quarantined]:
    feed = values.loads(data, source.limits)
    items = values.objects(feed.get("items")) if values.is_object(feed) else []
    if not items:
        raise RefusedError("a feed without entries")
    for number, item in enumerate(items, start=1):
        builder = Builder(source, media_type="text/html", name=f"{source.name}#{number}")
        title, link = one_line(values.text(item.get("title"))), values.text(item.get("url"))
        if title:
            builder.put(PartKind.TITLE, title, target=link)
        add_markup(builder, values.text(item.get("content_html")) or values.text(item.get("content_text")))
        author = item.get("author")
        named = values.objects(item.get("authors")) or ([author] if values.is_object(author) else [])
        try:
            yield builder.document(
                title=title,
                own_id=values.text(item.get("id")) or link,
                published_at=parse_time(item.get("date_published")),
                authors=[values.text(a.get("name")) for a in named],
                fields={
                    "feed": values.text(feed.get("title")),
                    "url": link,
                    "tags": ", ".join(values.texts(item.get("tags"))),
                },
            )
        except RefusedError as error:
            yield Quarantined(builder.name, str(error))
        source.work.check()


READER = FeedReader()
