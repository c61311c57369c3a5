"""The main text of HTML pages as blocks, without menus, scripts and forms.

Menus are told by what they are made of: by their tag, role or class, and by links being most of their text. Where the
page marks its article, only that is read. Nothing is run and nothing is fetched; a page cannot nest deeper than the
parser allows, and the walk over it does not recurse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vedette.documents.base import RefusedError
from vedette.documents.building import Block, one_line
from vedette.schema.document import PartKind

_DROPPED = frozenset(
    "script style noscript template svg iframe nav header footer aside form button select dialog head object "
    "embed".split()
)
_BLOCKS = frozenset(
    "p div section article main li ul ol dl dt dd table tr pre blockquote h1 h2 h3 h4 h5 h6 figure figcaption body "
    "html br hr address details summary caption".split()
)
_KINDS = {
    "h1": PartKind.HEADING, "h2": PartKind.HEADING, "h3": PartKind.HEADING, "h4": PartKind.HEADING,
    "h5": PartKind.HEADING, "h6": PartKind.HEADING, "li": PartKind.LIST_ITEM, "blockquote": PartKind.QUOTE,
    "pre": PartKind.CODE, "figcaption": PartKind.CAPTION, "caption": PartKind.CAPTION,
}  # fmt: skip
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|sidebar|footer|breadcrumbs?|cookies?|consent|share|sharing|social|comments?|advert|"
    r"ads?|related|newsletter|subscribe|pagination|skip-link|toc)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden)", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:^|\s)(?:lang(?:uage)?-|brush:\s?|highlight-(?:source-)?)([A-Za-z0-9+#]{1,20})")
_MAIN_SHARE = 0.3
LINK_SHARE = 0.6
"""A block with more of its text in links is a menu, or a list of references."""
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_MAX_MEAN_CELL_CHARS = 400
_MAX_ATTRIBUTES = 1000
"""Of one element: the parser takes the square of their number."""
_LONG_TAG = 4000
_TAG = re.compile(r"<(?:!--|([A-Za-z][^\s/>]*+))")
# as HTML5 says where attributes begin and end; nothing is tried twice, so the time is linear
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_REST_OF_TAG = re.compile(rf"(?:{_ATTRIBUTE})*+[\s/]*+>")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_RAW = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "title", "xmp")}
_LD_CHARS = 200_000


@dataclass(slots=True)
class Page:
    """A page as read."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    """Its ``meta`` elements by name or property, in small letters; ``lang``, ``canonical``."""
    cut: str = ""
    """Why it was not read to its end."""


def declared_charset(data: bytes) -> str:
    """Return the encoding that a page claims in its first 4 KiB, or an empty text."""
    found = _CHARSET.search(data[:4096])
    return found[1].decode("ascii") if found else ""


def page_of(text: str, *, max_elements: int = 500_000) -> Page:
    """Return the main text of a page.

    Raises:
        RefusedError: it cannot be parsed.
    """
    page = Page()
    tree = parse(text, page, max_elements)
    if tree is None:
        return page
    page.title = one_line(tree.findtext(".//title") or "")
    _read_meta(tree, page.meta)
    body = tree.find("body")
    body = body if body is not None else tree
    every = list(blocks_of(body))
    size = sum(_size(b) for b in every)
    page.blocks = every
    for path in (".//article", ".//main", ".//*[@role='main']"):
        found = [part for part in body.findall(path) if not _within(part)]
        parts = [b for part in found for b in blocks_of(part)]
        if parts and sum(_size(b) for b in parts) >= _MAIN_SHARE * size:
            page.blocks = parts
            break
    return page


def fragment_blocks(text: str, *, max_elements: int = 500_000) -> list[Block]:
    """Return the blocks of a piece of HTML (a feed's entry, a message's body), menus kept off but nothing chosen.

    Raises:
        RefusedError: it cannot be parsed.
    """
    page = Page()
    tree = parse(text, page, max_elements)
    if tree is None:
        return []
    body = tree.find("body")
    return list(blocks_of(body if body is not None else tree))


def parse(text: str, page: Page, max_elements: int) -> Any:
    """Return the tree of a page, None where it is empty.

    Raises:
        RefusedError: it cannot be parsed.
    """
    from lxml import etree, html

    if text.count("<") > max_elements:
        at = -1
        for _ in range(max_elements):
            at = text.find("<", at + 1)
        text = text[:at]
        page.cut = f"cut: more than {max_elements:,} tags"
    end = _too_many_attributes(text)
    if end >= 0:
        text = text[:end]
        page.cut = f"cut: an element with more than {_MAX_ATTRIBUTES:,} attributes"
    if not text.strip():
        return None
    try:
        parser = html.HTMLParser(
            encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
        )
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
        if any("xcessive depth" in str(error) for error in parser.error_log.filter_from_errors()):
            page.cut = page.cut or "cut: elements nested deeper than 256"
        return tree
    except (etree.LxmlError, ValueError, LookupError, AssertionError) as error:
        if "empty" in str(error):
            return None
        raise RefusedError(f"no HTML: {str(error)[:100]}") from None


def _too_many_attributes(text: str) -> int:
    """Return where an element begins that has too many attributes, or a tag that never ends; -1 where none does."""
    at = 0
    while (tag := _TAG.search(text, at)) is not None:
        if tag[1] is None:
            at = text.find("-->", tag.end())
            if at < 0:
                return -1
            continue
        rest = _REST_OF_TAG.match(text, tag.end())
        end = rest.end() if rest else len(text)
        if end - tag.start() > _LONG_TAG:
            for n, _ in enumerate(_ATTRIBUTES.finditer(text, tag.end(), end), start=1):
                if n > _MAX_ATTRIBUTES:
                    return tag.start()
        at = end
        raw = _RAW.get(tag[1].lower())
        if raw is not None:
            closing = raw.search(text, end)
            if closing is None:
                return -1
            at = closing.start()
    return -1


def _size(block: Block) -> int:
    return len(block.text) if block.rows is None else sum(len(c) for row in block.rows for c in row)


def _within(part: Any) -> bool:
    """Return whether an element lies in another one of its kind."""
    return any(
        a.tag == part.tag if part.tag in ("article", "main") else a.get("role") == "main" for a in part.iterancestors()
    )


def _read_meta(tree: Any, meta: dict[str, str]) -> None:
    meta["lang"] = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:20]
    for n, element in enumerate(tree.iter("meta", "link", "time")):
        if n > 5000:
            break
        if element.tag == "meta":
            name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()[:100]
            value = element.get("content")
        elif element.tag == "link":
            name, value = (element.get("rel") or "").lower(), element.get("href")
            if name != "canonical":
                continue
        else:
            name, value = "time", element.get("datetime")
        if name and value and value.strip() and name not in meta:
            meta[name] = value.strip()[:2000]
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json" and script.text and len(script.text) < _LD_CHARS:
            _read_ld(script.text, meta)


def _read_ld(text: str, meta: dict[str, str]) -> None:
    """Take time and author from what a page says of itself in JSON-LD."""
    import orjson

    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    for thing in (
        value if isinstance(value, list) else value.get("@graph", [value]) if isinstance(value, dict) else []
    )[:50]:
        if not isinstance(thing, dict):
            continue
        for key, name in (("datePublished", "ld:published"), ("headline", "ld:headline"), ("author", "ld:author")):
            said = thing.get(key)
            said = said[0] if isinstance(said, list) and said else said
            said = said.get("name") if isinstance(said, dict) else said
            if isinstance(said, str) and said.strip():
                meta.setdefault(name, said.strip()[:500])


def _chrome(element: Any) -> bool:
    if element.tag in _DROPPED:
        # a header inside the article is its title, not the page's
        return not (element.tag == "header" and any(a.tag in ("article", "main") for a in element.iterancestors()))
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    if style and _HIDDEN.search(style[:2000]):
        return True
    if element.get("role") in ("navigation", "banner", "contentinfo", "search", "complementary"):
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:2000]
    return element.tag not in ("body", "html", "main", "article") and bool(named.strip() and _CHROME.search(named))


class _Flow:
    """Text as it comes, white space closed up, with links."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.n_link = 0
        self.links: list[tuple[int, int, str]] = []
        self._blank = True

    def add(self, piece: str | None, *, raw: bool, in_link: bool) -> None:
        if not piece:
            return
        if not raw:
            piece = _SPACES.sub(" ", piece)
            if self._blank and piece[:1] == " ":
                piece = piece[1:]
            if not piece:
                return
            self._blank = piece[-1] == " "
        else:
            self._blank = piece[-1].isspace()
        self.pieces.append(piece)
        self.length += len(piece)
        self.n_link += len(piece.strip()) if in_link else 0

    def take(self) -> tuple[str, list[tuple[int, int, str]], int]:
        text, links, n_link = "".join(self.pieces), self.links, self.n_link
        self.pieces, self.links, self.length, self.n_link, self._blank = [], [], 0, 0, True
        return text, links, n_link


def blocks_of(root: Any, *, in_cell: bool = False) -> Iterator[Block]:
    """Yield the blocks of an element, without recursion: hostile pages nest deep."""
    flow = _Flow()
    kinds: list[tuple[PartKind, int, str]] = []
    hrefs: list[tuple[int, str]] = []
    in_pre = 0

    def end() -> Iterator[Block]:
        if hrefs:  # a link around blocks: each block is one
            begin, target = hrefs[-1]
            if target and flow.length > begin:
                flow.links.append((begin, flow.length, target))
            hrefs[-1] = (0, target)
        text, links, n_link = flow.take()
        bare = text.strip()
        if bare.strip(" -#|"):
            kind, level, name = kinds[-1] if kinds else (PartKind.PARAGRAPH, 0, "")
            lead = len(text) - len(text.lstrip()) if not in_pre else len(text) - len(text.lstrip("\n"))
            text = bare if not in_pre else text.strip("\n")
            links = [(max(a - lead, 0), min(b - lead, len(text)), t) for a, b, t in links]
            block = Block(kind, text, level=level, name=name, links=[x for x in links if x[0] < x[1]])
            block.n_link = n_link
            yield block

    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        tag = element.tag
        if closing:
            if tag in _BLOCKS:
                yield from end()
            if tag == "a" and hrefs:
                begin, target = hrefs.pop()
                if target and flow.length > begin:
                    flow.links.append((begin, flow.length, target))
            in_pre -= tag == "pre"
            if tag in _KINDS and kinds:
                kinds.pop()
            if element is not root:
                flow.add(element.tail, raw=in_pre > 0, in_link=bool(hrefs))
            continue
        if not isinstance(tag, str) or (element is not root and _chrome(element)):
            flow.add(element.tail, raw=in_pre > 0, in_link=bool(hrefs))
            continue
        if tag in _BLOCKS:
            yield from end()
        if tag == "br" and in_cell:
            flow.add(" ", raw=False, in_link=False)
        if tag == "table" and not in_cell and element is not root:
            table = _table(element)
            if table is not None:
                yield from table
                flow.add(element.tail, raw=in_pre > 0, in_link=bool(hrefs))
                continue
        if tag in ("td", "th") and flow.length:
            flow.add(" | ", raw=True, in_link=False)
        if tag in _KINDS:
            level = int(tag[1]) if tag[0] == "h" and tag[1:].isdigit() else 0
            kinds.append((_KINDS[tag], level, _language(element) if tag == "pre" else ""))
        in_pre += tag == "pre"
        if tag == "a":
            hrefs.append((flow.length, _href(element)))
        flow.add(element.text, raw=in_pre > 0, in_link=bool(hrefs))
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield from end()


def _href(element: Any) -> str:
    target = (element.get("href") or "").strip()
    return (
        ""
        if target.startswith("#") or target[:11].lower() in ("javascript:",) or target[:5].lower() == "data:"
        else target
    )


def _language(element: Any) -> str:
    """Return the language of a code block where its class says so."""
    for node in (element, *list(element)[:1], element.getparent()):
        found = _LANGUAGE.search((node.get("class") or "")[:500]) if node is not None else None
        if found:
            return found[1].lower()
    return ""


def _table(element: Any) -> list[Block] | None:
    """Return a table with its caption, None for one that only lays out a page."""
    if element.get("role") == "presentation":
        return None
    if next(element.iterdescendants("table", "h1", "h2", "h3", "h4"), None) is not None:
        return None
    caption: list[Block] = []
    block = Block(PartKind.TABLE, rows=[])
    n_chars = n_cells = 0
    rows: list[list[str]] = []
    for row in element.iter("tr", "caption"):
        if row.tag == "caption":
            caption = list(blocks_of(row))
            continue
        cells: list[str] = []
        for cell in row:
            if cell.tag not in ("td", "th") or _chrome(cell):
                continue
            text, length = "", 0
            if not len(cell):
                text = _SPACES.sub(" ", cell.text or "").strip()
            for inner in blocks_of(cell, in_cell=True) if len(cell) else ():
                said = inner.text.replace("\t", " ").replace("\n", " ")
                length = len(text) + 1 if text else 0
                block.row_links.extend((len(rows), len(cells), length + a, length + b, t) for a, b, t in inner.links)
                block.n_link += inner.n_link
                text = f"{text} {said}" if text else said
            cells.append(text)
            n_chars += len(text)
        if any(cells):
            n_cells += len(cells)
            rows.append(cells)
        else:
            block.row_links = [link for link in block.row_links if link[0] != len(rows)]
    if not rows:
        return caption
    if max(map(len, rows)) < 2 or n_chars > _MAX_MEAN_CELL_CHARS * n_cells:
        return None
    block.rows = rows
    return [*caption, block]


def is_menu(block: Block) -> bool:
    """Return whether a block's text is links for the greatest part."""
    return block.n_link > LINK_SHARE * max(_size(block), 1)


__all__ = ["Page", "blocks_of", "declared_charset", "fragment_blocks", "is_menu", "page_of"]
