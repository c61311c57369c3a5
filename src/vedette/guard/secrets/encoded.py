"""Finds secrets behind base64, base32, hex or percent signs: decoded, looked through, and reported as the encoded range.

Three layers deep. What decodes to no text is left alone: hashes, keys of no known form, pictures. What is decoded in all is
bounded by the text's length, so that layers cannot multiply.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import re2

from vedette.guard.secrets import checks
from vedette.guard.secrets.base import Hit

DEPTH = 3
_MIN_CHARS = 16
_BASE64 = re2.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[ \t]{0,8}[A-Za-z0-9+/]{8,})*={0,2}")
_BASE32 = re2.compile(r"\b(?:[A-Z2-7]{24,}|[a-z2-7]{24,})={0,6}\w?")
_HEX = re2.compile(
    r"(?:[0-9A-Fa-f]{2}){10,}|(?:\\x[0-9A-Fa-f]{2}){8,}|(?:0x[0-9A-Fa-f]{2},[ \t]?){8,}0x[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}[ :]){11,}[0-9A-Fa-f]{2}"
)
_PERCENT = re2.compile(
    r"[A-Za-z0-9_.~!*'();:@&=+$,/?#\[\]%-]*%(?:2[0-9A-Fa-f]|3[ABDFabdf]|40|5[BDbd])[A-Za-z0-9_.~!*'();:@&=+$,/?#\[\]%-]*"
)


@dataclass(slots=True)
class Allowance:
    """What may still be decoded, and whether something was left for want of it."""

    n_chars: int
    short: bool = False


def allowance(text: str) -> Allowance:
    """Return how much of a text is decoded at most."""
    return Allowance(2 * len(text) + 4096)


def find(
    text: str, look: Callable[[str], list[Hit]], depth: int = 0, allowed: Allowance | None = None
) -> Iterator[Hit]:
    """Yield encoded ranges that hold a secret.

    Args:
        text: what is looked through.
        look: finds in plain text.
        depth: layers already taken off.
        allowed: what may still be decoded; used up as it goes, and told where it did not suffice.
    """
    allowed = allowed or allowance(text)
    for form, pattern, decode in _FORMS:
        if form == "url" and "%" not in text:
            continue
        for match in pattern.finditer(text):
            start, end = match.span()
            plain = decode(match.group())
            if plain is None:
                continue
            if depth >= DEPTH or allowed.n_chars <= 0:
                allowed.short = True
                return
            allowed.n_chars -= len(plain)
            inside = look(plain) or list(find(plain, look, depth + 1, allowed))
            if inside:
                best = max(inside, key=lambda h: h.score)
                yield Hit(start, end, best.entity, best.rule, best.score, (form, *best.within))


def _printable(data: bytes) -> str | None:
    if data[1:2] == b"\0" and data[3:4] == b"\0":
        try:
            text = data.decode("utf-16-le")
        except UnicodeDecodeError:
            return None
        return text if text.isascii() else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head = text[:512]
    n_odd = sum(not c.isprintable() and not c.isspace() for c in head)
    return text if text and n_odd * 20 <= len(head) else None


def _from_base64(value: str) -> str | None:
    bare = "".join(value.split()) if "\n" in value else value
    bare = bare.rstrip("=")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    if len(bare) < _MIN_CHARS:
        return None
    head = checks.decoded(bare[:24])
    if head is None or _printable(head.rstrip(b"\xc2\xc3\xe2\xe3\xf0")) is None:
        return None
    data = checks.decoded(bare)
    return _printable(data) if data else None


def _from_base32(value: str) -> str | None:
    bare = value.rstrip("=").upper()
    bare = bare[: len(bare) - {1: 1, 3: 1, 6: 1}.get(len(bare) % 8, 0)]
    try:
        head = base64.b32decode(bare[:24])
        if _printable(head.rstrip(b"\xc2\xc3\xe2\xe3\xf0")) is None:
            return None
        return _printable(base64.b32decode(bare + "=" * (-len(bare) % 8)))
    except binascii.Error:
        return None


def _from_hex(value: str) -> str | None:
    bare = (
        value.replace("\\x", "").replace("0x", "").replace(",", "").replace(" ", "").replace(":", "").replace("\t", "")
    )
    try:
        return _printable(bytes.fromhex(bare[: len(bare) - len(bare) % 2]))
    except ValueError:
        return None


def _from_percent(value: str) -> str | None:
    plain = unquote(value, errors="replace")
    return plain if plain != value else None


_FORMS: tuple[tuple[str, Any, Callable[[str], str | None]], ...] = (
    ("base64", _BASE64, _from_base64),
    ("base32", _BASE32, _from_base32),
    ("hex", _HEX, _from_hex),
    ("url", _PERCENT, _from_percent),
)
