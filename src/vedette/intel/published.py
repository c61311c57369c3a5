"""When a report was published, as its own head or foot says it: a labelled date, a byline, a line that is a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import re2

from vedette.intel.entities import dates
from vedette.knowledge.tools.base import encodable
from vedette.schema import Document, PartKind

_OUT = re2.compile(
    r"(?i)^\W*(?:(?:original )?(?:release|publication|publishing|posting|issue|report|advisory|alert|bulletin|"
    r"creation)[ _]?(?:date|time)?|"
    r"(?:first |originally )?(?:published|posted|released|issued|created|written)(?: (?:on|at|by .{2,60}(?: on|"
    r",)))?|date(?: of (?:publication|issue|release|report))?|"
    r"datum|ver[oö]ffentlicht(?: am)?|stand|publi[eé](?: le)?|fecha(?: de publicaci[oó]n)?|publicado(?: el| em)?|"
    r"data(?: di pubblicazione)?|"
    r"opublikowano|дата(?: публикации)?)\W{0,8}$"
)
_CHANGED = re2.compile(
    r"(?i)^\W*(?:last[ _])?(?:updated?|revised|revision|modified|changed|edited|reviewed|aktualisiert|"
    r"mis [aà] jour)(?:[ _]?(?:date|on|at|am|le))?\W{0,8}$"
)
_BETWEEN = re2.compile(r"^\W*$|[|•·–—]\s*$")
_BYLINE = re2.compile(r"(?i)^\W*(?:by|von|par|por|author)\b.{2,120}[|•·,–—-]\s*$|[|•·]\s*$")
_AFTER = re2.compile(r"(?i)^\W*$|^\s*[|•·–—]|^\W*(?:by|at|\d+ min)\b")
_HEAD_LINES = 15
_FOOT_LINES = 6
_LONGEST_LINE = 240
_HEAD_CHARS = 6_000


def dated(document: Document) -> Document:
    """Return the document with the day on which it says that it was published, where its source told none."""
    if document.published_at is not None:
        return document
    found = sorted(_said(document))
    return replace(document, published_at=found[0][2]) if found else document


def _said(document: Document) -> Iterator[tuple[int, int, datetime]]:
    """Yield how little each date of head and foot tells of publication, its order, and the day."""
    for number, line in enumerate(_lines(document)):
        for one in dates.find(line):
            if one.iso is None or len(one.iso) < 10:
                continue
            before, after = line[: one.start], line[one.end :]
            rank = _rank(before, after)
            if rank is not None:
                at = datetime.fromisoformat(one.iso.replace("Z", "+00:00"))
                yield rank, number, at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
            break


def _rank(before: str, after: str) -> int | None:
    label = before.rpartition("|")[2]
    if _OUT.search(label):
        return 0
    if _CHANGED.search(label):
        return 2
    if (_BETWEEN.search(before) or _BYLINE.search(before)) and _AFTER.search(after):
        return 1
    return None


def _lines(document: Document) -> list[str]:
    """Return the lines of head and foot that may tell a day: no cells of tables, no fields, no code."""
    head: list[str] = []
    foot: list[str] = []
    plain = [
        p for p in document.parts if p.kind not in (PartKind.TABLE, PartKind.FIELD, PartKind.CODE, PartKind.HEADER)
    ]
    for parts, lines, most in ((plain, head, _HEAD_LINES), (plain[::-1], foot, _FOOT_LINES)):
        n_chars = 0
        for part in parts[:40]:
            body = encodable(document.text[part.start : part.end])
            body = body[-_HEAD_CHARS:] if lines is foot else body[:_HEAD_CHARS]
            lines += [line.strip(" \t*_#>") for line in body.split("\n") if line.strip()]
            n_chars += len(body)
            if len(lines) >= most or n_chars > _HEAD_CHARS:
                break
    foot = [line for line in foot[:_FOOT_LINES] if line not in head]
    kept = [line for line in head[:_HEAD_LINES] if len(line) <= _LONGEST_LINE]
    return kept + [line for line in foot if len(line) <= _LONGEST_LINE and _labelled(line)]


def _labelled(line: str) -> bool:
    """Return whether a line of the foot names its date: a bare one may be anything there."""
    return any(_OUT.search(line[: one.start]) or _CHANGED.search(line[: one.start]) for one in dates.find(line))
