"""Word documents: headings, paragraphs, lists, tables, code, footnotes, links.

Macros, comments and what was deleted are not read. Headings are told by their style's outline, whatever language the
style is named in. Fields are read as they were last shown; what they would fetch or run is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vedette.documents import xml
from vedette.documents.base import Quarantined, RefusedError, Sample, Source
from vedette.documents.building import Block, Builder
from vedette.documents.package import Package
from vedette.schema.document import Document, PartKind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BODY = "word/document.xml"
_NOTES = (("word/footnotes.xml", "footnotes"), ("word/endnotes.xml", "endnotes"))
_EDGE = re.compile(r"word/(?:header|footer)\d{0,4}\.xml")
_MOST_EDGES = 20
_MONO = re.compile(r"(?i)courier|consol|mono|menlo|lucida console")
_FIELD = re.compile(r'HYPERLINK\s{1,5}"([^"]{1,2000})"')
_CODE_STYLE = re.compile(r"(?i)code|preformatted|quellcode|source|terminal|console")
_BLOCK_TAGS = [f"{_W}{name}" for name in ("p", "tbl", "tr", "tc", "footnote", "endnote", "txbxContent")] + [_FALLBACK]


class DocxReader:
    """Reads Word documents (docx, docm)."""

    name = "docx"
    title = "Word documents"
    examples = ("docx", "docm")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by name and the mark of a package, or by a part that only Word writes."""
        if sample.head[:4] != b"PK\x03\x04":
            return 0.0
        if sample.suffix in (".docx", ".docm", ".dotx", ".dotm"):
            return 0.95
        # a package begins with one of these; an archive may hold a Word document among others
        first = sample.head[30:60].startswith((b"[Content_Types].xml", b"_rels/", b"word/", b"docProps/"))
        return 0.9 if first and b"word/" in sample.head else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the file as one document."""
        package = Package(source)
        builder = Builder(source, media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        if any(name.endswith("vbaProject.bin") for name in package.names):
            builder.unread("macros", "not read, not run")
        if any(name.startswith("word/embeddings/") for name in package.names):
            builder.unread("embedded files", "not read")
        builder.add_all(merged_code(docx_blocks(package, builder)))
        for line in _edges(package):
            builder.edge(line)
        title, author, created = package.about("docProps/core.xml")
        yield builder.document(title=title, authors=[author], published_at=created)


def _edges(package: Package) -> Iterator[str]:
    """Yield the lines of the heads and feet of pages."""
    for name in sorted(name for name in package.names if _EDGE.fullmatch(name))[:_MOST_EDGES]:
        try:
            data = package.part(name)
            for block in _part_blocks(data, {}, {}, "", 10_000) if data else ():
                yield from (block.text.split("\n") if block.rows is None else (c for row in block.rows for c in row))
        except RefusedError:
            continue


def docx_blocks(package: Package, builder: Builder | None = None) -> Iterator[Block]:
    """Yield the blocks of a Word document: its body, then its notes. Empty paragraphs are empty blocks.

    Args:
        package: the file.
        builder: told what cannot be read; without one, damage is raised.

    Raises:
        RefusedError: it is no Word document, or damaged.
    """
    body = package.part(_BODY)
    if body is None:
        raise RefusedError("no Word document: there is no text in the package")
    styles = _styles(package)
    for name, place, data in ((_BODY, "", body), *((n, p, package.part(n)) for n, p in _NOTES)):
        if data is None:
            continue
        try:
            yield from _part_blocks(data, _targets(package, name), styles, place, package.source.limits.max_elements)
        except RefusedError as error:
            if builder is None:
                raise
            builder.unread(place, str(error))


def _styles(package: Package) -> dict[str, str]:
    """Return by a style's id what it makes of a paragraph: ``h1`` to ``h9``, ``title``, ``code``, ``quote``."""
    try:
        data = package.part("word/styles.xml")
        root = xml.tree(data, max_elements=200_000) if data else None
    except RefusedError:
        root = None
    found: dict[str, str] = {}
    if root is None:
        return found
    for style in root.iter(f"{_W}style"):
        key = style.get(f"{_W}styleId") or ""
        named = style.find(f"{_W}name")
        name = (named.get(f"{_W}val") or "").lower() if named is not None else ""
        level = style.find(f"{_W}pPr/{_W}outlineLvl")
        value = level.get(f"{_W}val") or "" if level is not None else ""
        if value.isdigit() and int(value) < 9:
            found[key] = f"h{int(value) + 1}"
        elif name.startswith("heading ") and name[8:].isdigit():
            found[key] = f"h{name[8:]}"
        elif name in ("title", "caption"):
            found[key] = name
        elif "quote" in name:
            found[key] = "quote"
        elif _CODE_STYLE.search(name):
            found[key] = "code"
        elif style.find(f"{_W}pPr/{_W}numPr") is not None or name.startswith("list bullet"):
            found[key] = "list"
    return found


def _targets(package: Package, name: str) -> dict[str, str]:
    folder, _, base = name.rpartition("/")
    try:
        data = package.part(f"{folder}/_rels/{base}.rels")
        root = xml.tree(data, max_elements=100_000) if data else None
    except RefusedError:
        return {}
    found: dict[str, str] = {}
    for relation in root if root is not None else ():
        if relation.get("TargetMode") == "External" and (relation.get("Type") or "").endswith("/hyperlink"):
            found[relation.get("Id") or ""] = relation.get("Target") or ""
    return found


def _part_blocks(
    data: bytes, targets: dict[str, str], styles: dict[str, str], place: str, limit: int
) -> Iterator[Block]:
    rows: list[list[str]] = []
    cells: list[str] = []
    pieces: list[str] = []
    links: list[tuple[int, int, int, int, str]] = []
    depth = shut = in_p = 0
    for event, element in xml.events(data, _BLOCK_TAGS, max_elements=limit):
        tag = element.tag
        if event == "start":
            shut += tag == _FALLBACK
            in_p += tag == f"{_W}p"
            if tag == f"{_W}tbl":
                depth += 1
            continue
        if tag == _FALLBACK:
            shut -= 1
            element.clear()
        elif tag == f"{_W}p":
            in_p -= 1
            if shut:
                continue
            block = _paragraph(element, targets, styles)
            block.origin = place
            if not depth:
                yield block
            elif block.text.strip():
                text = block.text.replace("\t", " ").replace("\n", " ")
                shift = sum(len(p) + 1 for p in pieces)
                links.extend((len(rows), len(cells), a + shift, b + shift, t) for a, b, t in block.links)
                pieces.append(text)
            if in_p:
                element.clear()
            elif not depth:
                xml.free(element)
        elif tag == f"{_W}tc" and depth == 1:
            cells.append(" ".join(pieces))
            pieces = []
        elif tag == f"{_W}tr" and depth == 1:
            rows.append(cells)
            cells = []
            xml.free(element)
        elif tag == f"{_W}tbl":
            depth -= 1
            if not depth:
                if any(any(row) for row in rows):
                    yield Block(PartKind.TABLE, rows=rows, row_links=links, origin=place)
                rows, cells, pieces, links = [], [], [], []


def _paragraph(paragraph: Any, targets: dict[str, str], styles: dict[str, str]) -> Block:
    block = Block(PartKind.PARAGRAPH)
    pieces: list[str] = []
    length = 0
    target, begun = "", 0
    n_mono = n_all = 0
    for element in paragraph.iter(
        f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen", f"{_W}instrText", f"{_W}fldChar"
    ):
        tag = element.tag
        if tag == f"{_W}instrText":
            found = _FIELD.search((element.text or "")[:4000])
            if found:
                target, begun = found[1], length
            continue
        if tag == f"{_W}fldChar":
            if element.get(f"{_W}fldCharType") == "end" and target:
                if length > begun:
                    block.links.append((begun, length, target))
                target = ""
            continue
        if tag == f"{_W}t":
            piece = element.text or ""
        elif tag == f"{_W}noBreakHyphen":
            piece = "-"
        elif element.getparent() is not None and element.getparent().tag != f"{_W}r":
            continue  # a tabulator's place, not a tabulator
        else:
            piece = "\t" if tag == f"{_W}tab" else "\n"
        if not piece:
            continue
        run = element.getparent()
        outer = run.getparent() if run is not None else None
        if outer is not None and outer.tag == f"{_W}hyperlink":
            linked = targets.get(outer.get(f"{_R}id") or "", "")
            if linked:
                if block.links and block.links[-1][1] == length and block.links[-1][2] == linked:
                    block.links[-1] = (block.links[-1][0], length + len(piece), linked)
                else:
                    block.links.append((length, length + len(piece), linked))
        pieces.append(piece)
        length += len(piece)
        if tag == f"{_W}t":
            fonts = run.find(f"{_W}rPr/{_W}rFonts") if run is not None else None
            n_all += len(piece)
            n_mono += len(piece) if fonts is not None and _MONO.search(fonts.get(f"{_W}ascii") or "") else 0
    block.text = "".join(pieces)
    if block.text.strip():
        _name_kind(block, paragraph, styles, n_all > 0 and n_mono == n_all)
    return block


def _name_kind(block: Block, paragraph: Any, styles: dict[str, str], mono: bool) -> None:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    key = str(style.get(f"{_W}val") or "") if style is not None else ""
    means = styles.get(key, "")
    if not means and key.startswith("Heading") and key[7:].isdigit():
        means = f"h{key[7:]}"
    if means[:1] == "h" and means[1:].isdigit():
        block.kind, block.level = PartKind.HEADING, min(int(means[1:]), 9)
    elif means == "title":
        block.kind = PartKind.TITLE
    elif means == "code" or mono:
        block.kind = PartKind.CODE
    elif means == "quote":
        block.kind = PartKind.QUOTE
    elif means == "caption":
        block.kind = PartKind.CAPTION
    elif means == "list" or paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
        block.kind = PartKind.LIST_ITEM


def merged_code(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield blocks, lines of code that follow each other as one."""
    held: Block | None = None
    for block in blocks:
        if held is not None and block.kind is PartKind.CODE and not block.links:
            held.text = f"{held.text}\n{block.text}"
            continue
        if held is not None:
            yield held
            held = None
        if block.kind is PartKind.CODE:
            held = block
        else:
            yield block
    if held is not None:
        yield held


READER = DocxReader()
