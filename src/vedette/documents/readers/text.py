"""Plain text: paragraphs, bullets, quoted lines, tables drawn with tabs or bars, indented code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.documents.base import Quarantined, Sample, Source
from vedette.documents.building import Block, Builder, clean
from vedette.documents.encodings import decode, looks_binary
from vedette.schema.document import Document, PartKind

_SUFFIXES = frozenset({".txt", ".text", ".log", ".rst", ".adoc", ".asc", ".ioc", ".yar", ".yara", ".nfo"})
_CODE_SUFFIXES = {".yar": "yara", ".yara": "yara"}
BULLET = re.compile(r"[ \t]*(?:[-*+•◦▪‣·–][ \t]+|\d{1,3}[.)][ \t]+)(?=\S)")
_BLANK = re.compile(r"\n(?:[ \t]*+\n){50,}+")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|~{3,}|\*{3,})[ \t]*")
_MAX_HEADING_CHARS = 120


class TextReader:
    """Reads plain text in any encoding."""

    name = "text"
    title = "plain text"
    examples = ("txt", "log", "rst", "yar")

    def sniff(self, sample: Sample) -> float:
        """Return how sure the reader is: by the name, or because the bytes are text and nobody else knows them."""
        if sample.suffix in _SUFFIXES:
            return 0.7
        return 0.51 if sample.head and (not looks_binary(sample.head) or _utf16(sample.head)) else 0.0

    def read(self, source: Source) -> Iterator[Document | Quarantined]:
        """Yield the text as one document."""
        text, guess = decode(source.whole(), source.charset)
        builder = Builder(source, media_type="text/plain")
        if guess:
            builder.unread("", guess)
        kind = _CODE_SUFFIXES.get(source.sample().suffix)
        if kind:
            builder.put(PartKind.CODE, text, name=kind)
        else:
            builder.add_all(text_blocks(clean(text)))
        yield builder.document()


def _utf16(head: bytes) -> bool:
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[1:4:2] == b"\0\0" or head[0:3:2] == b"\0\0"


def text_blocks(text: str, *, origin: str = "") -> Iterator[Block]:
    """Yield the blocks of a plain text: parted by blank lines, bullets and quoted lines apart."""
    held: list[str] = []
    kind = PartKind.PARAGRAPH

    def flush() -> Iterator[Block]:
        nonlocal kind
        if held:
            yield _shaped(held, kind, origin)
            held.clear()
        kind = PartKind.PARAGRAPH

    for line in _BLANK.sub("\n\n", text).split("\n"):
        if not line.strip():
            yield from flush()
            continue
        if line.startswith(">"):
            if kind is not PartKind.QUOTE:
                yield from flush()
                kind = PartKind.QUOTE
            held.append(line.lstrip("> "))
            continue
        bullet = BULLET.match(line)
        if bullet:
            yield from flush()
            kind = PartKind.LIST_ITEM
            held.append(line[bullet.end() :] if not line.lstrip()[:1].isdigit() else line.strip())
            continue
        if kind is PartKind.QUOTE:
            yield from flush()
        if kind is PartKind.PARAGRAPH and len(held) == 1 and _UNDERLINE.fullmatch(line):
            if len(held[0]) <= _MAX_HEADING_CHARS:
                yield Block(PartKind.HEADING, held[0], level=1 if line[0] == "=" else 2, origin=origin)
                held.clear()
                continue
        held.append(line)
    yield from flush()


def _shaped(lines: list[str], kind: PartKind, origin: str) -> Block:
    if kind is PartKind.PARAGRAPH:
        if len(lines) > 1 and all("\t" in line.strip() for line in lines):
            rows = [[c.strip() for c in line.strip("\n").split("\t")] for line in lines]
            return Block(PartKind.TABLE, rows=rows, origin=origin)
        if len(lines) > 1 and all(line.strip().startswith("|") for line in lines):
            from vedette.documents.readers.markdown import table_rows

            return Block(PartKind.TABLE, rows=table_rows(lines), origin=origin)
        if all(line.startswith(("    ", "\t")) for line in lines) and len(lines) > 1:
            return Block(PartKind.CODE, "\n".join(lines), origin=origin)
    return Block(kind, "\n".join(line.strip() for line in lines), origin=origin)


READER = TextReader()
