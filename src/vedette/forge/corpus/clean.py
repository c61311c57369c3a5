"""What happens to one text: Unicode form, control characters, line ends. Then whether it is kept."""

from __future__ import annotations

import re
import unicodedata

from vedette.forge.recipe import CleanSpec

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, lone surrogates, and characters that are not seen but steer what is: a directed text hides
words in them. Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji need them."""
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\u0085")
_TRAILING = re.compile(r"[ \t\u00a0]+\n")
_BLANK = re.compile(r"\n{4,}")


def normalise(text: str) -> str:
    """Return text in NFC with plain line ends, without control and invisible characters."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ")
    return _BLANK.sub("\n\n\n", _TRAILING.sub("\n", text)).strip(" \n\t")


def rejected(text: str, spec: CleanSpec) -> str | None:
    """Return why a normalised text's length is not wanted, or None."""
    if not text:
        return "empty after cleaning"
    if len(text) < spec.min_chars:
        return "shorter than min_chars"
    return "longer than max_chars" if len(text) > spec.max_chars else None
