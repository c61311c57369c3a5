"""Secrets and personal data behind base64, hex or percent signs: decoded, looked through, and taken out as a whole.

Two layers deep. What decodes to no printable text is left alone: hashes, keys of no known form, pictures.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import re2

from vedette.forge.corpus.rules.base import Find

_DEPTH = 2
_MIN_CHARS = 16
_MAX_CHARS = 1 << 20
_BASE64 = re2.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}(?:\r?\n[A-Za-z0-9+/]{16,}={0,2})*")
_HEX = re2.compile(
    r"\b(?:0x)?(?:[0-9A-Fa-f]{2}){8,}|\b(?:[0-9A-Fa-f]{2}[ :]){7,}[0-9A-Fa-f]{2}|(?:(?:\\x|%u00)[0-9A-Fa-f]{2}){8,}"
)
_PERCENT = re2.compile(r"[^\s\"'<>]*%[0-9A-Fa-f]{2}[^\s\"'<>]*")

GATE = r"[A-Za-z0-9+/_-]{16}|%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}[ :]){8}"
"""Matches wherever something may be encoded."""


def finds(text: str, look: Callable[[str], list[Find]], depth: int = 0) -> Iterator[Find]:
    """Yield encoded ranges that hold a find.

    Args:
        text: what is looked through.
        look: finds in plain text.
        depth: layers already taken off.
    """
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex), (_PERCENT, _from_percent)):
        for match in pattern.finditer(text):
            start, end = match.span()
            plain = decode(match.group()) if end - start <= _MAX_CHARS else None
            if plain is None:
                continue
            inside = look(plain) or (list(finds(plain, look, depth + 1)) if depth + 1 < _DEPTH else [])
            if inside:
                yield Find(start, end, f"encoded {inside[0].kind}", inside[0].placeholder)


def _printable(data: bytes) -> str | None:
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        n_odd = sum(not c.isprintable() and not c.isspace() for c in text[:2000])
        if text and n_odd * 20 <= min(len(text), 2000) and (encoding == "utf-8" or text.isascii()):
            return text
    return None


def _from_base64(value: str) -> str | None:
    bare = "".join(value.split()).rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    if len(bare) < _MIN_CHARS:
        return None
    try:
        return _printable(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return None


def _from_hex(value: str) -> str | None:
    bare = value.replace("\\x", "").replace("%u00", "").removeprefix("0x").replace(" ", "").replace(":", "")
    try:
        return _printable(bytes.fromhex(bare[: len(bare) - len(bare) % 2]))
    except ValueError:
        return None


def _from_percent(value: str) -> str | None:
    plain = unquote(value, errors="replace")
    return plain if plain != value else None
