"""Ways in which text is written as other text: each finds its own form and says what it stands for."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

SHORTEST = 6
"""Characters that decoded text has at least."""
SHORTEST_BASE64 = 16
LONGEST_SHIFTED = 20_000
"""Characters that are turned back at once."""

_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
_ENCODED = re.compile(r"[A-Za-z0-9+/_%-]{12,}={0,6}")
"""What may be another layer."""
_TO_STANDARD = str.maketrans("-_", "+/", "\r\n =")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{16,})*={0,2}")
_LIKELY = bytes(range(32, 127)) + b"\t\r\n\0" + bytes(range(0xC3, 0xE0))
"""Bytes that the start of decoded text is made of, save those of other scripts."""
_BRAILLE = dict(zip("⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵⠀", string.ascii_lowercase + " ", strict=True))
_MORSE = dict(
    zip(
        ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
        "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- ..--.. -.-.-- -..-. ---... -....- "
        ".----. .-..-.".split(),
        string.ascii_lowercase + "0123456789.,?!/:-'\"",
        strict=True,
    )
)
_FLIPPED = dict(zip("ɐqɔpǝɟƃɓɥᴉɾʞlɯuodbɹsʇnʌʍxʎz", "abcdefgghijklmnopqrstuvwxyz", strict=True))


@dataclass(frozen=True, slots=True)
class Found:
    """A range that stands for other text."""

    codec: str
    start: int
    end: int
    text: str


@cache
def pattern(expression: str) -> Any:
    """Return an expression compiled by RE2, which is loaded with the first text."""
    import re2

    return re2.compile(expression)


def readable(text: str) -> bool:
    """Tell whether decoded characters are words of some language rather than noise."""
    size = len(text)
    if size < SHORTEST:
        return False
    letters = sum(map(str.isalpha, text))
    spaces = text.count(" ") + text.count("\n")
    if letters < 0.6 * size or not all(c.isprintable() or c in "\t\r\n" for c in text):
        return False
    if text.isascii():
        vowels = sum(map(text.lower().count, "aeiouy"))
        return spaces >= 0.06 * size and 0.2 * letters <= vowels <= 0.65 * letters
    foreign = sum(1 for c in text if not c.isascii() and c.isalpha())
    alike = len({ord(c) >> 8 for c in text if c.isalpha()})
    return alike <= 3 + size // 60 and (foreign >= 0.5 * letters or spaces >= 0.06 * size)


def of_bytes(raw: bytes) -> str | None:
    """Return bytes as the text that they are; None where they are none."""
    if len(raw) < SHORTEST:
        return None
    if raw[1::2].count(0) > 0.4 * len(raw):
        text = raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace")
    elif len(raw.translate(None, _PRINTABLE)) <= 0.02 * len(raw):
        text = raw.decode("latin-1")
    else:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return text if readable(text) or _ENCODED.fullmatch(text) else None


def _each(codec: str, expression: str, text: str, decode: Callable[[str], str | None]) -> Iterator[Found]:
    for match in pattern(expression).finditer(text):
        decoded = decode(match[0])
        if decoded is not None:
            yield Found(codec, match.start(), match.end(), decoded)


def hexes(text: str) -> Iterator[Found]:
    """Find hexadecimal bytes, bare or with marks between them."""

    def decode(written: str) -> str | None:
        digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", written)
        return of_bytes(bytes.fromhex(digits[: len(digits) // 2 * 2]))

    two = "[0-9a-fA-F]{2}"
    yield from _each("hex", rf"(?:\\x|\b(?:0x)?){two}(?:[ :,-]{{0,2}}(?:0x|\\x)?{two}){{7,}}", text, decode)


def base64s(text: str) -> Iterator[Found]:
    """Find base64 of either alphabet, in one piece or wrapped."""

    def decode(written: str) -> str | None:
        whole = _base64(written)
        if whole is not None or len(written) < 2 * SHORTEST_BASE64:
            return whole
        pieces = (piece for piece in re.split(r"[/_-]", written) if len(piece) >= SHORTEST_BASE64)
        return next((part for piece in pieces if (part := _base64(piece)) is not None), None)

    for match in _BASE64.finditer(text):
        if (decoded := decode(match[0])) is not None:
            yield Found("base64", match.start(), match.end(), decoded)


def _base64(written: str) -> str | None:
    if written.islower() or written.isupper() or written.isdigit():
        return None
    packed = written.translate(_TO_STANDARD)
    try:
        start = binascii.a2b_base64(packed[:16])
        if len(start.translate(None, _LIKELY)) > 3:
            codecs.getincrementaldecoder("utf-8")().decode(start)
        if len(packed) % 4 == 1:
            packed = packed[:-1]
        return of_bytes(binascii.a2b_base64(packed + "=" * (-len(packed) % 4)))
    except ValueError:  # of base64 as of UTF-8
        return None


def base32s(text: str) -> Iterator[Found]:
    """Find base32."""

    def decode(written: str) -> str | None:
        packed = written.rstrip("=")
        try:
            return of_bytes(base64.b32decode(packed + "=" * (-len(packed) % 8)))
        except (binascii.Error, ValueError):
            return None

    yield from _each("base32", r"[A-Z2-7]{16,}={0,6}", text, decode)


def urls(text: str) -> Iterator[Found]:
    """Find text with its characters as ``%XX``."""

    def decode(written: str) -> str | None:
        return of_bytes(unquote_to_bytes(written.replace("+", " ")))

    yield from _each("url", r"[\w.~+'!*()-]*(?:%[0-9A-Fa-f]{2}[\w.~+'!*()-]*){3,}", text, decode)


def entities(text: str) -> Iterator[Found]:
    """Find text with its characters as ``&#NN;``."""
    one = r"&#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});"
    yield from _each(
        "entities", rf"{one}(?:[^&]{{0,3}}{one}){{3,}}", text, lambda written: _if_readable(html.unescape(written))
    )


def escapes(text: str) -> Iterator[Found]:
    r"""Find text with its characters as ``\uNNNN``, ``\xNN`` or ``\NNN``."""
    one = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})|U\+([0-9A-Fa-f]{4,6})")

    def character(match: re.Match[str]) -> str:
        code = int(match[3], 8) if match[3] else int(match[1] or match[2] or match[4], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"

    def decode(written: str) -> str | None:
        codes = one.sub(character, written)
        return _if_readable(codes) or _if_readable(codes[::2])

    form = r"(?:\\u\{?[0-9a-fA-F]{4,6}\}?|\\x[0-9a-fA-F]{2}|\\[0-7]{3}|U\+[0-9A-Fa-f]{4,6})"
    yield from _each("escapes", rf"{form}(?: ?{form}){{3,}}", text, decode)


def numbers(text: str) -> Iterator[Found]:
    """Find text as binary, octal or decimal codes."""

    def of_codes(codes: list[int]) -> str | None:
        return _if_readable("".join(map(chr, codes)))

    def binary(written: str) -> str | None:
        parts = re.findall(r"[01]+", written)
        if len(parts) == 1:
            parts = [parts[0][at : at + 8] for at in range(0, len(parts[0]) // 8 * 8, 8)]
        return of_codes([int(part, 2) for part in parts if len(part) <= 8])

    yield from _each("binary", r"(?:[01]{7,8}[ ,\n]{1,2}){5,}[01]{7,8}|[01]{48,}", text, binary)
    yield from _each(
        "decimal",
        r"(?:(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])[ ,;]{1,2}){7,}[0-9]{2,3}",
        text,
        lambda written: of_codes([int(part) for part in re.findall(r"\d+", written)]),
    )
    yield from _each(
        "octal",
        r"(?:[01][0-7]{2}[ ,]){7,}[01][0-7]{2}",
        text,
        lambda written: of_codes([int(part, 8) for part in re.findall(r"[0-7]+", written)]),
    )


def morse(text: str) -> Iterator[Found]:
    """Find Morse signs."""

    def decode(written: str) -> str | None:
        plain = written.translate(str.maketrans("·•−–_", "..---"))
        words = [
            [_MORSE.get(sign) for sign in word.split()] for word in re.split(r"\s*[/|]\s*|\n| {3,}", plain.strip())
        ]
        signs = [letter for word in words for letter in word]
        if signs.count(None) > 0.1 * len(signs):
            return None
        return _if_readable(" ".join("".join(letter or "" for letter in word) for word in words))

    yield from _each("morse", r"(?:[.·•_−–-]{1,6}(?:[ /|\n]{1,4})){8,}[.·•_−–-]{0,6}", text, decode)


def braille(text: str) -> Iterator[Found]:
    """Find letters written as Braille cells, and letters turned upside down."""

    def flipped(written: str) -> str | None:
        return _if_readable("".join(_FLIPPED.get(c, c) for c in reversed(written.lower())))

    if any("⠁" <= c <= "⣿" for c in text):
        yield from _each(
            "braille", "[⠀-⣿ ]{8,}", text, lambda written: _if_readable("".join(_BRAILLE.get(c, c) for c in written))
        )
    if "ǝ" in text or "ɹ" in text:
        yield from _each("upside-down", r"[^\n]{6,}", text, flipped)


def joined(text: str) -> Iterator[Found]:
    """Find strings that are put together from pieces: ``"ign" + "ore"``, ``a = "ign"; b = "ore"; a + b``."""
    values = {
        match[1]: match[2] or match[3]
        for match in pattern(r"""\b([A-Za-z_]\w*)\s{0,3}[:=]\s{0,3}(?:"([^"\n]+)"|'([^'\n]+)')""").finditer(text)
    }
    term = r"""(?:[A-Za-z_]\w*|"[^"\n]+"|'[^'\n]+')"""
    for match in pattern(rf"{term}(?:\s{{0,3}}\+\s{{0,3}}{term})+").finditer(text):
        parts = re.findall(r"""[A-Za-z_]\w*|"[^"]*"|'[^']*'""", match[0])
        known = [part[1:-1] if part[0] in "\"'" else values.get(part) for part in parts]
        if all(part is not None for part in known):
            whole = "".join(part or "" for part in known)
            if readable(whole):
                yield Found("joined", match.start(), match.end(), whole)


def _if_readable(text: str) -> str | None:
    return text if readable(text) else None
