"""From the lines of PDF pages to headings, paragraphs, bullets and code.

A heading is a short line in larger letters than most of the text; what larger sizes there are gives the levels. A
paragraph ends where the gap to the next line is wider than usual, where a line is short, and before a bullet. Lines
that come back at the top or bottom of the pages are left out. Words broken at a line's end are joined, by what the
document itself writes elsewhere; a hash broken over two lines is joined where only the two together have its length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from vedette.documents.building import Block
from vedette.documents.pdf import PdfLine, PdfPage
from vedette.schema.document import PartKind

_BULLET = re.compile(r"[ \t]*(?:[•◦▪‣·●○■➢➤✓\uf0b7\uf0a7\uf0d8–][ \t]*|[-*o][ \t]+(?=\S)|\d{1,3}[.)][ \t]+(?=\S))")
_NUMBER = re.compile(r"\d+")
_LARGER = 1.13
_MAX_HEADING_CHARS = 160
_WIDER = 1.3
_BROKEN = re.compile(r"([A-Za-z\u00c0-\u024f]{1,40})-\n([a-z\u00df-\u024f]{1,40})(?![\w\[.@:/\\])")
_HEX_END = re.compile(r"(?:^|[\s|(])([0-9a-fA-F]{8,127})\n([0-9a-fA-F]{1,120})(?![0-9A-Za-z])")
_HASH_LENGTHS = frozenset({32, 40, 56, 64, 96, 128})
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:-[A-Za-z\u00c0-\u024f]+)*")
_MAX_SCANNED = 20
_MIN_LINES = 5
"""A page with fewer lines has none to spare."""


def layout(pages: Sequence[PdfPage]) -> Iterator[Block]:
    """Yield the blocks of a document's pages."""
    running = running_lines(pages)
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            if not line.mono:
                sizes[line.size] += len(line.text.strip())
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted((s for s in sizes if body and s >= _LARGER * body), reverse=True)
    levels = {size: min(at + 1, 6) for at, size in enumerate(_merged(larger))}
    level_of = {s: next(levels[m] for m in levels if s >= m * 0.97) for s in larger}
    words: Counter[str] = Counter()
    for page in pages:
        for line in page.lines:
            words.update(w.lower() for w in _WORD.findall(line.text))
    held: Block | None = None
    for page in pages:
        for block in _blocks(page, running, level_of):
            if held is not None and _carries_on(held, block):
                shift = len(held.text) + 1
                held.text = f"{held.text}\n{block.text}"
                held.links.extend((a + shift, b + shift, t) for a, b, t in block.links)
                continue
            if held is not None:
                yield _mended(held, words)
            held = block
    if held is not None:
        yield _mended(held, words)


def _merged(sizes: list[float]) -> list[float]:
    """Return sizes without those that differ by a hair from a larger one."""
    kept: list[float] = []
    for size in sizes:
        if not kept or size < kept[-1] * 0.97:
            kept.append(size)
    return kept


def _carries_on(held: Block, block: Block) -> bool:
    """Return whether a paragraph goes on after the end of its page."""
    return (
        held.origin != block.origin
        and held.kind in (PartKind.PARAGRAPH, PartKind.LIST_ITEM)
        and block.kind is PartKind.PARAGRAPH
        and held.text[-1:] not in ".!?:;"
        and block.text[:1].islower()
    )


def running_lines(pages: Sequence[PdfPage]) -> set[str]:
    """Return the lines, numbers left out, that come back at the edges of the pages."""
    if len(pages) < 3:
        return set()
    seen: Counter[str] = Counter()
    inner: set[str] = set()
    for page in pages:
        filled = [_NUMBER.sub("#", line.text.strip()) for line in page.lines if line.text.strip()]
        if len(filled) < _MIN_LINES:
            continue
        seen.update({text for text in (*filled[:2], *filled[-2:]) if len(text) < 120})
        inner.update(filled[2:-2])
    return {text for text, n in seen.items() if n >= max(3, 0.4 * len(pages)) and text not in inner}


def _blocks(page: PdfPage, running: set[str], level_of: dict[float, int]) -> Iterator[Block]:
    origin = f"page {page.number}"
    filled = [at for at, line in enumerate(page.lines) if line.text.strip()]
    edges = {*filled[:2], *filled[-2:]} if len(filled) >= _MIN_LINES else set()
    gaps = Counter(
        round(abs(a.y - b.y), 0)
        for a, b in zip(page.lines, page.lines[1:], strict=False)
        if a.size and a.size == b.size and 0 < abs(a.y - b.y) < 4 * a.size
    )
    usual = gaps.most_common(1)[0][0] if gaps else 0.0
    widest = max((len(line.text) for line in page.lines), default=0)
    links: dict[int, list[tuple[int, int, str]]] = {}
    for line_at, start, end, target in page.links:
        links.setdefault(line_at, []).append((start, end, target))
    current: Block | None = None
    last: PdfLine | None = None
    for at in range(len(page.lines)):
        line = page.lines[at]
        text = line.text.rstrip()
        if not text.strip():
            if current is not None and current.kind is not PartKind.CODE and not line.size:
                yield current
                current = None
            continue
        if at in edges and _NUMBER.sub("#", text.strip()) in running:
            continue
        kind, level = _kind(line, text, level_of)
        bullet = _BULLET.match(text) if kind is PartKind.PARAGRAPH else None
        begins = (
            current is None
            or last is None
            or bullet is not None
            or (kind is not current.kind and not (kind is PartKind.PARAGRAPH and current.kind is PartKind.LIST_ITEM))
            or (kind is PartKind.HEADING and level != current.level)
            or (kind is not PartKind.HEADING and _parted(last, line, usual, widest))
        )
        if begins:
            if current is not None:
                yield current
            current = Block(PartKind.LIST_ITEM if bullet else kind, level=level, origin=origin)
        assert current is not None  # noqa: S101 (begun above)
        lead = 0
        if kind is not PartKind.CODE:
            lead = len(text) - len(text.lstrip())
            if bullet and not bullet[0].strip()[:1].isdigit():
                lead = bullet.end()
        body = text[lead:]
        joint = "" if not current.text else " " if kind is PartKind.HEADING else "\n"
        shift = len(current.text) + len(joint) - lead
        current.text += joint + body
        current.links.extend(
            (max(a + shift, 0), min(b + shift, len(current.text)), t) for a, b, t in links.get(at, ()) if b > lead
        )
        last = line
    if current is not None:
        yield current


def _kind(line: PdfLine, text: str, level_of: dict[float, int]) -> tuple[PartKind, int]:
    if line.mono:
        return PartKind.CODE, 0
    if line.size in level_of and len(text) <= _MAX_HEADING_CHARS:
        return PartKind.HEADING, level_of[line.size]
    return PartKind.PARAGRAPH, 0


def _parted(last: PdfLine, line: PdfLine, usual: float, widest: int) -> bool:
    """Return whether a new paragraph begins with a line."""
    if line.mono:
        return False
    gap = abs(last.y - line.y)
    if usual and line.y and gap > _WIDER * usual:
        return True
    before = last.text.rstrip()
    short = len(before) < 0.7 * widest
    return short and before[-1:] in ".!?:" and not line.text.lstrip()[:1].islower()


def _mended(block: Block, words: Counter[str]) -> Block:
    """Return the block with broken words and hashes put together; links move along."""
    if "\n" not in block.text or block.kind is PartKind.CODE:
        return block
    cuts: list[tuple[int, int]] = []  # ranges to take out

    for found in _BROKEN.finditer(block.text):
        left, right = found[1].lower(), found[2].lower()
        hyphen = found.end(1)
        if words[left + right] or not (
            words[f"{left}-{right}"] or (left in words and right in words and words[left] > 1 and words[right] > 1)
        ):
            cuts.append((hyphen, hyphen + 2))
        else:
            cuts.append((hyphen + 1, hyphen + 2))
    for found in _HEX_END.finditer(block.text):
        if len(found[1]) + len(found[2]) in _HASH_LENGTHS and len(found[1]) not in _HASH_LENGTHS:
            cuts.append((found.end(1), found.end(1) + 1))
    if not cuts:
        return block
    cuts.sort()
    kept: list[str] = []
    at = 0
    for start, end in cuts:
        kept.append(block.text[at:start])
        at = end
    kept.append(block.text[at:])
    block.text = "".join(kept)

    def moved(place: int) -> int:
        return place - sum(min(end, place) - start for start, end in cuts if start < place)

    block.links = [(moved(a), moved(b), t) for a, b, t in block.links]
    return block


def scanned(pages: Sequence[PdfPage]) -> str:
    """Return which pages are pictures without text, fit to be shown, or an empty text."""
    numbers = [str(page.number) for page in pages if page.pictures]
    more = f" and {len(numbers) - _MAX_SCANNED} more" if len(numbers) > _MAX_SCANNED else ""
    return ", ".join(numbers[:_MAX_SCANNED]) + more
