r"""The backslash escapes of ``$'…'``, ``echo -e`` and ``printf``."""

from __future__ import annotations

import re

_ANSI = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9a-fA-F]{1,2})|x\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{1,4})"
    r"|U([0-9a-fA-F]{1,8})|c(.))",
    re.S,
)
_SIMPLE = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_ECHO = re.compile(
    r"\\(?:([abeEfnrtv\\])|0([0-7]{0,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(c))"
)
_PRINTF = re.compile(
    r"\\(?:([abeEfnrtv\\\"'?])|([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))"
)


def to_bytes(text: str) -> bytes:
    """Return what a value is in bytes: bytes that are no UTF-8 are kept as surrogate escapes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Return the value that bytes make; the inverse of :func:`to_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def rejoined(text: str) -> str:
    """Return a value whose single escaped bytes may together make up UTF-8."""
    if text.isascii():
        return text
    for c in text:
        if "\udc80" <= c <= "\udcff":
            return to_text(to_bytes(text))
    return text


def _byte(value: int) -> str:
    value &= 0xFF
    return chr(value) if value < 0x80 else chr(0xDC00 + value)


def _wide(digits: str) -> str:
    value = int(digits, 16)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        return ""
    return chr(value)


def ansi(body: str) -> str:
    """Return the text of ``$'body'``."""

    def put(m: re.Match[str]) -> str:
        simple, octal, short, braced, four, eight, control = m.groups()
        if simple is not None:
            return _SIMPLE[simple]
        if octal is not None:
            return _byte(int(octal, 8))
        if short is not None:
            return _byte(int(short, 16))
        if braced is not None:
            return _byte(int(braced[-2:], 16))
        if control is not None:
            return chr(ord(control.upper()) & 0x1F if control != "?" else 0x7F)
        return _wide(four or eight)

    out = rejoined(_ANSI.sub(put, body))
    return out.split("\0", 1)[0]


def echoed(text: str) -> tuple[str, bool]:
    r"""Return the text of ``echo -e text`` or ``printf %b``, and whether a ``\c`` ends all output there."""
    stopped = False
    cut = 0

    def put(m: re.Match[str]) -> str:
        nonlocal stopped
        simple, octal, short, four, eight, _end = m.groups()
        if simple is not None:
            return _SIMPLE[simple]
        if octal is not None:
            return _byte(int(octal or "0", 8))
        if short is not None:
            return _byte(int(short, 16))
        return _wide(four or eight)

    for m in _ECHO.finditer(text):
        if m.group(6):
            stopped, cut = True, m.start()
            break
    if stopped:
        text = text[:cut]
    return rejoined(_ECHO.sub(put, text)), stopped


def formatted(text: str) -> str:
    """Return a ``printf`` format with its escapes undone."""

    def put(m: re.Match[str]) -> str:
        simple, octal, short, four, eight = m.groups()
        if simple is not None:
            return _SIMPLE[simple]
        if octal is not None:
            return _byte(int(octal, 8))
        if short is not None:
            return _byte(int(short, 16))
        return _wide(four or eight)

    return rejoined(_PRINTF.sub(put, text))
