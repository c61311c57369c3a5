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
_GROUPED = Pattern(rb"[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}")
_GROUPS = Pattern(rb"(?:[0-9A-Fa-f]{8} ){3,15}[0-9A-Fa-f]{8}\b")
_LABEL = re.compile(rb"(?i)\b(?:md5|sha-?(?:1|256|512)|hash(?:es)?)\b[^\n]{0,12}\Z")
_HALVES = Pattern(rb"[0-9A-Fa-f]{12,63} [0-9A-Fa-f]{8,63}(?: [0-9A-Fa-f]{8,63}){0,2}\b")
_KINDS = re.compile(rb"md5|sha-?1|sha-?256|sha-?512")
_FILE = re.compile(
    rb"(?i)[\w\-%]+(?:/[\w\-%.]+)*\.(?:php|html?|aspx?|jsp|cgi|exe|dll|zip|rar|js|txt|ps1|png|jpe?g|gif|hta|docx?|pdf)\b"
)
_URL_END = Pattern(rb"[\-_=&?%/][ \t]?\r?\n[ \t]*[A-Za-z0-9%]")
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


def groups(raw: bytes) -> Iterator[Edit]:
    """Yield the blanks within hashes: groups of eight digits after a word that says so, pieces of a cell's lines."""
    if _GROUPED.search(raw) is None:
        return
    for found in _GROUPS.finditer(raw):
        start, end = found.span()
        if (end - start + 1) // 9 * 8 in _SIZES and _LABEL.search(raw, max(0, start - 24), start) is not None:
            yield from (Edit(at, at + 1, "") for at in range(start + 8, end, 9))
    for found in _HALVES.finditer(raw):
        start, end = found.span()
        pieces = raw[start:end].split(b" ")
        if (start and raw[start - 1] in _WORDS) or sum(map(len, pieces)) not in _SIZES:
            continue
        if any(len(piece) in _SIZES for piece in pieces) and not _said_long(raw, start):
            continue
        if raw[start:end].replace(b" ", b"").isdigit():
            continue
        at = start
        for piece in pieces[:-1]:
            at += len(piece)
            yield Edit(at, at + 1, "")
            at += 1


def _said_long(raw: bytes, start: int) -> bool:
    """Return whether what stands before two halves, as a label or a table's head, says SHA-256 rather than MD5."""
    labels = _KINDS.findall(raw[max(0, start - 4_000) : start].lower())
    return bool(labels) and labels[-1].endswith(b"256") and b"md5" not in labels


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
        if raw[found.start() : found.start() + 1] == b"/" and not _goes_on(raw, found.start() + 1, end):
            continue
        yield Edit(found.start() + 1, end, "")


def _goes_on(raw: bytes, end: int, start: int) -> bool:
    """Return whether the next line is a file of the folder that a URL ends in, and not the next value of a list."""
    name = _FILE.match(raw, start, start + 300)
    if name is None:
        return False
    line_end = raw.find(b"\n", name.end())
    alone = not raw[name.end() : line_end if line_end >= 0 else len(raw)].strip()
    return not (alone and b" " not in raw[raw.rfind(b"\n", 0, end) + 1 : end].strip())
