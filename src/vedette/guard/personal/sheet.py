"""A text laid out for scanning: its mirror in bytes, one a character, and what was found so far."""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from vedette.guard.structured import Field

_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
_LETTER, _OTHER = 0xFF, 0x3F


@cache
def _stand_in(char: str) -> int:
    """Return the byte that stands for a character that Latin-1 lacks: wide and foreign digits become digits."""
    if char in _DASHES:
        return 0x2D
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 1 and folded.isascii():
        return ord(folded)
    if (digit := unicodedata.decimal(char, None)) is not None:
        return 0x30 + digit
    if char.isspace():
        return 0x20
    return _LETTER if char.isalnum() else _OTHER


def _stand_ins(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return bytes(map(_stand_in, error.object[error.start : error.end])), error.end


codecs.register_error("vedette-mirror", _stand_ins)
_NO_BREAK = bytes.maketrans(b"\xa0\xad", b"  ")
_RARE = re.compile(rb"\\u([0-9a-fA-F]{4})|&(amp|lt|gt|quot|apos|#\d{1,4});")
_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_KEPT = b"\x01\x02"
"""What stands for a doubled backslash while the others are undone."""


def _rare(found: re.Match[bytes]) -> bytes:
    """Return what a numbered escape or an entity stands for, filled up from the left to its length."""
    number, entity = found.groups()
    if entity in _NAMED:
        char: bytes = _NAMED[entity]
    else:
        code = int(number, 16) if number is not None else int(entity[1:])
        char = bytes((code,)) if 32 <= code < 256 else b" "
    return char.rjust(len(found.group()))


def _undone(raw: bytes) -> bytes:
    """Return escaped bytes with line breaks blank and the rest as it stands for; a backslash stays doubled."""
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", _KEPT)
        for sign in (b"\\n", b"\\r", b"\\t", b"\\b", b"\\f"):
            raw = raw.replace(sign, b"  ")
        raw = raw.replace(b'\\"', b' "').replace(b"\\/", b" /").replace(b"\\'", b" '")
        if b"\\u" in raw or b"&" in raw:
            raw = _RARE.sub(_rare, raw)
        return raw.replace(_KEPT, b"\\\\")
    return _RARE.sub(_rare, raw)


def mirror(text: str, fields: tuple[Field, ...] = ()) -> bytes:
    """Return a text as bytes, one a character, so that offsets are the text's own; patterns run over it.

    Within fields that are written with escapes, line breaks and entities become what they stand for.
    """
    if text.isascii():
        raw = text.encode("ascii")
    else:
        raw = text.encode("latin-1", "vedette-mirror").translate(_NO_BREAK)
    escaped = [(one.start, one.end) for one in fields if one.escaped]
    if not escaped:
        return raw
    parts: list[bytes] = []
    at = 0
    for start, end in escaped:  # in order of place; what lies within another was done with it
        if start < at:
            continue
        parts.append(raw[at:start])
        parts.append(_undone(raw[start:end]))
        at = end
    parts.append(raw[at:])
    return b"".join(parts)


@cache
def _compiled(source: bytes) -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = 32 << 20
    return re2.compile(source, options)


class Pattern:
    """A pattern over mirrors, compiled with its first use, that runs in linear time."""

    __slots__ = ("source",)

    def __init__(self, source: bytes) -> None:
        """Keep the source, in RE2's syntax."""
        self.source = source

    def finditer(self, raw: bytes, start: int = 0, end: int | None = None) -> Iterator[Any]:
        """Yield matches in order."""
        found: Iterator[Any] = _compiled(self.source).finditer(raw, start, end)
        return found

    def search(self, raw: bytes, start: int = 0, end: int | None = None) -> Any:
        """Return the first match, or None."""
        return _compiled(self.source).search(raw, start, end)

    def match(self, raw: bytes, start: int = 0, end: int | None = None) -> Any:
        """Return the match at the start, or None."""
        return _compiled(self.source).match(raw, start, end)

    def fullmatch(self, raw: bytes) -> Any:
        """Return the match of the whole, or None."""
        return _compiled(self.source).fullmatch(raw)


class Hit(NamedTuple):
    """Something found; a finding in the making."""

    entity: str
    start: int
    end: int
    score: float
    rule: str


_SMALL = bytes(
    byte + 32 if 65 <= byte <= 90 or (0xC0 <= byte <= 0xDE and byte != 0xD7) else byte for byte in range(256)
)
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(range(0xC0, 0x100))
_DIGITS = frozenset(b"0123456789")


class Sheet:
    """One text, its mirror and its fields; finders put down what they find."""

    __slots__ = ("_low", "_starts", "fields", "hits", "raw", "text")

    def __init__(self, text: str, fields: tuple[Field, ...]) -> None:
        """Mirror the text."""
        self.text = text
        self.fields = fields
        self.raw = mirror(text, fields)
        self._low: bytes | None = None
        self._starts: list[int] | None = None
        self.hits: list[Hit] = []

    @property
    def low(self) -> bytes:
        """The mirror in small letters."""
        if self._low is None:
            self._low = self.raw.translate(_SMALL)
        return self._low

    def hit(self, entity: str, start: int, end: int, score: float, rule: str = "") -> None:
        """Put down something found."""
        self.hits.append(Hit(entity, start, end, score, rule))

    def fields_at(self, at: int) -> tuple[Field, ...]:
        """Return the fields around a place, as far as they begin shortly before it."""
        if self._starts is None:
            self._starts = [one.start for one in self.fields]
        last = bisect_right(self._starts, at)
        return tuple(one for one in self.fields[max(0, last - 6) : last] if one.end > at)

    def own_value(self, start: int, end: int) -> bool:
        """Return whether a range is the whole value of a field, which then says itself what it is."""
        return any(one.start == start and one.end == end for one in self.fields_at(start)) if self.fields else False

    def word_before(self, at: int) -> bool:
        """Return whether the character before a place is a letter, a digit or an underscore."""
        return at > 0 and self.raw[at - 1] in _WORD

    def word_after(self, at: int) -> bool:
        """Return whether the character at a place is a letter, a digit or an underscore."""
        return at < len(self.raw) and self.raw[at] in _WORD

    def number_alone(self, start: int, end: int) -> bool:
        """Return whether a number is no part of a longer word, number, version, path or identifier."""
        raw = self.raw
        if start > 0:
            before = raw[start - 1]
            if before in _WORD or (before in b"-/" and start > 1 and raw[start - 2] in _WORD):
                return False
            if before in b"+.\\%$":
                return False
        if end < len(raw):
            after = raw[end]
            if after in _WORD:
                return False
            if after in b".-/:\\+" and end + 1 < len(raw) and raw[end + 1] in _DIGITS:
                return False
            if after in b"-\\" and end + 1 < len(raw) and raw[end + 1] in _WORD:
                return False
        return True
