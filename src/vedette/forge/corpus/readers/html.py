"""HTML: the main text of a page, without menus, footers, cookie banners and share buttons.

Where the page marks its content (``main``, ``article``) and that holds a good part of the text, the rest is dropped;
blocks that are mostly links are dropped everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vedette.errors import MissingExtraError
from vedette.forge.corpus.base import Bad, Row, Sample, SourceFile
from vedette.forge.corpus.files import DamagedError, looks_binary, read_document
from vedette.forge.corpus.readers.text import document_rows
from vedette.forge.recipe import SourceSpec

_DROPPED = frozenset(
    "script style noscript template svg iframe nav header footer aside form button select dialog head object "
    "embed".split()
)
_BLOCKS = frozenset(
    "p div section article main li ul ol dl dt dd table tr pre blockquote h1 h2 h3 h4 h5 h6 figure figcaption body "
    "html br hr address details summary".split()
)
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|sidebar|footer|breadcrumbs?|cookies?|consent|share|sharing|social|comments?|advert|"
    r"ads?|related|newsletter|subscribe|pagination|skip-link|toc)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MAIN_SHARE = 0.3
_LINK_SHARE = 0.6
_SPACES = re.compile(r"[ \t\r\n\f]+")


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
            if looks_binary(data) and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
                raise DamagedError("binary")
            title, text = main_text(data, spec.options.get("encoding"))
        except DamagedError as error:
            yield Bad(place="", reason=str(error))
            return
        more = {"title": title} if title else {}
        yield from document_rows(text, file, spec, **more)


def main_text(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return a page's title and main text.

    Raises:
        DamagedError: it cannot be parsed.
        MissingExtraError: lxml is not installed.
    """
    try:
        from lxml import etree, html
    except ImportError:
        raise MissingExtraError("forge", "reading HTML") from None
    if encoding is None and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        try:
            data.decode("utf-8")
            encoding = "utf-8"
        except UnicodeDecodeError:
            if b"charset" not in data[:4096].lower():
                raise DamagedError("not UTF-8, and the page does not say its encoding") from None
    try:
        parser = html.HTMLParser(encoding=encoding, huge_tree=False, no_network=True, remove_comments=True)
        tree = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError, LookupError, AssertionError) as error:
        raise DamagedError(f"no HTML: {str(error)[:100]}") from None
    title = _SPACES.sub(" ", tree.findtext(".//title") or "").strip()
    body = tree.find("body") if tree.find("body") is not None else tree
    every = _blocks(body)
    size = sum(map(len, every))
    for path in (".//article", ".//main", ".//*[@role='main']"):
        parts = [b for part in body.findall(path) if not _within(part, path) for b in _blocks(part)]
        if parts and sum(map(len, parts)) >= _MAIN_SHARE * size:
            return title, "\n\n".join(parts)
    return title, "\n\n".join(every)


def _within(part: Any, path: str) -> bool:
    tag = part.tag
    return any(a.tag == tag for a in part.iterancestors()) if path.startswith(".//") and "[" not in path else False


def _chrome(element: Any) -> bool:
    if element.tag in _DROPPED:
        # a header inside the article is its title, not the page's
        return not (element.tag == "header" and any(a.tag in ("article", "main") for a in element.iterancestors()))
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if element.get("role") in ("navigation", "banner", "contentinfo", "search", "complementary"):
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag not in ("body", "html", "main", "article") and bool(named.strip() and _CHROME.search(named))


def _blocks(root: Any) -> list[str]:
    """Return the text of an element's blocks, without recursion: hostile pages nest deep."""
    blocks: list[str] = []
    text: list[str] = []
    n_link = 0
    in_link = in_pre = 0

    def end() -> None:
        nonlocal n_link
        joined = "".join(text) if in_pre else _SPACES.sub(" ", "".join(text)).strip()
        if joined.strip() and n_link <= _LINK_SHARE * len(joined.strip()):
            blocks.append(joined.strip("\n"))
        text.clear()
        n_link = 0

    def add(piece: str | None) -> None:
        nonlocal n_link
        if piece:
            text.append(piece)
            n_link += len(piece.strip()) if in_link else 0

    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        tag = element.tag
        if closing:
            if tag in _BLOCKS:
                end()
            in_link -= tag == "a"
            in_pre -= tag == "pre"
            if element is not root:
                add(element.tail)
            continue
        if not isinstance(tag, str) or (element is not root and _chrome(element)):
            add(element.tail)
            continue
        if tag in _BLOCKS:
            end()
        elif tag in ("td", "th") and text:
            add(" | ")
        in_link += tag == "a"
        in_pre += tag == "pre"
        if tag == "li":
            add("- ")
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            add("#" * int(tag[1]) + " ")
        add(element.text)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    end()
    return [b for b in blocks if b.strip(" -#|")]


READER = HtmlReader()
