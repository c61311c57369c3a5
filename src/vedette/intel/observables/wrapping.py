"""Values that the lines of a PDF broke: hashes in pieces, URLs that end in the middle of a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.guard.personal.sheet import Pattern
from vedette.intel.observables.mirror import Edit

_SIZES = frozenset((32, 40, 64, 128))
_MOST_PIECES = 4
_BROKEN = Pattern(rb"[0-9A-Fa-f]{12}[0-9A-Fa-f]*[ \t]*\r?\n[ \t]*[0-9A-Fa-f]{4}")
_PIECE = re.compile(rb"[0-9A-Fa-f]+")
_BREAK = re.compile(rb"[ \t]*\r?\n[ \t]*(?=[0-9A-Fa-f])")
_URL_END = Pattern(rb"[\-_=&?%][ \t]?\r?\n[ \t]*[A-Za-z0-9%]")
_TOKEN = re.compile(rb"[^\s<>\"`|\\^{}\x00-\x1f]+")
_URL = re.compile(rb"(?i)(?:h[tx]{2}ps?|ftp)(?:\[?:\]?)//[^\s<>\"`|\\^{}\x00-\x1f]*\Z")
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_\xff")


def hashes(raw: bytes) -> Iterator[Edit]:
    """Yield the line ends within hashes: pieces that are none alone, and together as long as one."""
    at = 0
    while (found := _BROKEN.search(raw, at)) is not None:
        start = found.start()
        ends: list[Edit] = []
        piece = _PIECE.match(raw, start)
        assert piece is not None  # noqa: S101  (the pattern begins so)
        at, size = piece.end(), piece.end() - start
        if size in _SIZES or size > 127 or (start and raw[start - 1] in _WORDS):
            continue
        for _ in range(_MOST_PIECES):
            end = _BREAK.match(raw, at)
            if end is None or (piece := _PIECE.match(raw, end.end())) is None:
                break
            ends.append(Edit(end.start(), end.end(), ""))
            at, size = piece.end(), size + piece.end() - end.end()
            if size in _SIZES and not (at < len(raw) and raw[at] in _WORDS):
                yield from ends
                break
            if size > 127 or piece.end() - piece.start() in _SIZES:
                at = piece.start()
                break
        else:
            continue


def urls(raw: bytes) -> Iterator[Edit]:
    """Yield the line ends within URLs: where one ends in a sign that none ends in, and the next line goes on."""
    for found in _URL_END.finditer(raw):
        head = raw[max(0, found.start() - 300) : found.start() + 1]
        if _URL.search(head[max(head.rfind(b" "), head.rfind(b"\n")) + 1 :]) is None:
            continue
        end = found.end() - 1
        token = _TOKEN.match(raw, end, end + 300)
        if (
            token is None
            or b"//" in token.group()
            or not any(sign in token.group() for sign in (b".", b"/", b"-", b"=", b"_"))
        ):
            continue
        yield Edit(found.start() + 1, end, "")
