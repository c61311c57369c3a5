"""A text as it was given: nothing is cleaned or moved, so that offsets hold in the caller's own string."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from vedette.documents.language import language_of
from vedette.documents.marking import marking_of
from vedette.schema.document import Document, DocumentPart, PartKind

_LINE = re.compile(r"[^\n]*\n?")
_BULLET = re.compile(r"[ \t]*(?:[-*+•◦▪‣][ \t]+|\d{1,3}[.)][ \t]+)(?=\S)")
_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_LONGEST_HEADING = 120


def as_given(text: str, source: str = "", *, title: str = "") -> Document:
    """Return a text as a document whose ``text`` is that very string.

    Blank lines part it; bullets, Markdown's headings and fences, tables of tabs or bars and indented code are told by
    their look.
    """
    parts = tuple(_parts(text))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    first = text[parts[0].start : parts[0].end].lstrip("# ").partition("\n")[0].strip() if parts else ""
    return Document(
        document_id=f"doc-{digest}",
        title=title or first[:_LONGEST_HEADING],
        source=source,
        text=text,
        parts=parts,
        language=language_of(text),
        fields={"tlp": marking} if (marking := marking_of(text, parts)) else {},
    )


def _parts(text: str) -> Iterator[DocumentPart]:
    section: list[tuple[int, str]] = []
    held: list[tuple[int, int]] = []
    kind = PartKind.PARAGRAPH
    fenced = False

    def flush() -> Iterator[DocumentPart]:
        nonlocal kind
        if held:
            start, end = held[0][0], held[-1][1]
            while start < end and text[start].isspace():
                start += 1
            while end > start and text[end - 1].isspace():
                end -= 1
            if start < end:
                shape = kind if kind is not PartKind.PARAGRAPH else _shape([text[low:high] for low, high in held])
                yield DocumentPart(kind=shape, start=start, end=end, section=tuple(name for _, name in section))
            held.clear()
        kind = PartKind.PARAGRAPH

    for match in _LINE.finditer(text):
        if not match[0]:
            break
        line, place = match[0], match.span()
        if line.lstrip().startswith("```"):
            yield from flush()
            fenced = not fenced
            continue
        if fenced:
            kind = PartKind.CODE
            held.append(place)
            continue
        if not line.strip():
            yield from flush()
            continue
        heading = _HEADING.match(line)
        if heading and len(line) <= _LONGEST_HEADING:
            yield from flush()
            level = len(heading[1])
            while section and section[-1][0] >= level:
                section.pop()
            section.append((level, line.strip().lstrip("# ").rstrip()))
            kind = PartKind.HEADING
            held.append(place)
            yield from flush()
            continue
        if _BULLET.match(line):
            yield from flush()
            kind = PartKind.LIST_ITEM
        elif line.startswith(">") and kind is not PartKind.QUOTE:
            yield from flush()
            kind = PartKind.QUOTE
        held.append(place)
    yield from flush()


def _shape(lines: list[str]) -> PartKind:
    if len(lines) > 1:
        if all("\t" in line.strip() for line in lines) or all(line.lstrip().startswith("|") for line in lines):
            return PartKind.TABLE
        if all(line.startswith(("    ", "\t")) for line in lines):
            return PartKind.CODE
    return PartKind.PARAGRAPH
