"""Finds secrets behind base64, hex or percent signs: decoded, looked through, and reported as the encoded range.

Three layers deep. What decodes to no text is left alone: hashes, keys of no known form, pictures. What is decoded in all is
bounded by the text's length, so that layers cannot multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import unquote

import re2

from vedette.guard.secrets import checks
from vedette.guard.secrets.base import Hit

DEPTH = 3
_MIN_CHARS = 16
_BASE64 = re2.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[ \t]{0,8}[A-Za-z0-9+/]{8,})*={0,2}")
_HEX = re2.compile(
    r"(?:[0-9A-Fa-f]{2}){10,}|(?:\\x[0-9A-Fa-f]{2}){8,}|(?:0x[0-9A-Fa-f]{2},[ \t]?){8,}0x[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}[ :]){11,}[0-9A-Fa-f]{2}"
)
_PERCENT = re2.compile(
    r"[A-Za-z0-9_.~!*'();:@&=+$,/?#\[\]%-]*%(?:2[0-9A-Fa-f]|3[ABDFabdf]|40|5[BDbd])[A-Za-z0-9_.~!*'();:@&=+$,/?#\[\]%-]*"
)


def find(text: str, look: Callable[[str], list[Hit]], depth: int = 0, budget: list[int] | None = None) -> Iterator[Hit]:
    """Yield encoded ranges that hold a secret.

    Args:
        text: what is looked through.
        look: finds in plain text.
        depth: layers already taken off.
        budget: characters that may still be decoded, in its one item; used up as it goes.
    """
    budget = [2 * len(text) + 4096] if budget is None else budget
    forms: list[tuple[str, object, Callable[[str], str | None]]] = [
        ("base64", _BASE64, _from_base64),
        ("hex", _HEX, _from_hex),
    ]
    if "%" in text:
        forms.append(("url", _PERCENT, _from_percent))
    for form, pattern, decode in forms:
        for match in pattern.finditer(text):  # type: ignore[attr-defined]
            start, end = match.span()
            if budget[0] <= 0:
                return
            plain = decode(match.group())
            if plain is None:
                continue
            budget[0] -= len(plain)
            inside = look(plain)
            if not inside and depth + 1 < DEPTH:
                inside = list(find(plain, look, depth + 1, budget))
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
