"""What a kept value says to somebody who decodes it, so that who wants a name gone need not know how it was encoded.

No threshold tells chance from meaning here: what is decoded is only ever compared with a value that is looked for.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

DEPTH = 3
"""Encodings within encodings that are opened."""
MOST_TEXTS = 64
"""Readings of one value."""
LONGEST = 64_000
"""Characters of a value that are looked at."""
_RUN = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,6}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[ :-]?){4,}")
_ESCAPES = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


def readings(value: str) -> Iterator[str]:
    """Yield what a value says in its encodings, within one another, and backwards; not the value itself."""
    value = value[:LONGEST]
    seen = {value}
    waiting = [(value, 0)]
    yield value[::-1]
    while waiting:
        text, depth = waiting.pop(0)
        for one in _decoded(text):
            if one in seen:
                continue
            if len(seen) > MOST_TEXTS:
                return
            seen.add(one)
            yield one
            yield one[::-1]
            if depth + 1 < DEPTH:
                waiting.append((one, depth + 1))


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote_plus(text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPES.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    for match in _HEX.finditer(text):
        bare = re.sub(r"[ :-]", "", match[0])
        yield from _texts(bytes.fromhex(bare))
    for match in _RUN.finditer(text):
        run = match[0].rstrip("=")
        for decode in (_base64, _base32):
            data = decode(run)
            if data:
                yield from _texts(data)


def _base64(run: str) -> bytes:
    bare = run.replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    return base64.b64decode(bare + "=" * (-len(bare) % 4))


def _base32(run: str) -> bytes:
    bare = run[: len(run) - {1: 1, 3: 1, 6: 1}.get(len(run) % 8, 0)].upper()
    try:
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except binascii.Error:
        return b""


def _texts(data: bytes) -> Iterator[str]:
    """Yield bytes as text, where they are mostly that."""
    for encoding in ("utf-8", "utf-16-le"):
        text = data.decode(encoding, "replace")
        if sum(char.isprintable() and char != "\ufffd" for char in text) * 5 >= len(text) * 4:
            yield text
