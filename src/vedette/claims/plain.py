"""One plain form of written text for comparing, and what may hide in text.

A reader sees glyphs, a program sees code points. Text is compared in one form (spaces, quotation marks, dashes and
defanged addresses made plain); characters that a reader cannot see, or that only look like others, make a sentence
unfit to be checked.
"""

from __future__ import annotations

import unicodedata

import re2

_PLAIN = {
    0x00A0: " ", 0x2007: " ", 0x2009: " ", 0x200A: " ", 0x202F: " ", 0x2002: " ", 0x2003: " ",
    0x201C: '"', 0x201D: '"', 0x201E: '"', 0x00AB: '"', 0x00BB: '"',
    0x2018: "'", 0x2019: "'", 0x02BC: "'",
    0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2212: "-",
    0x2013: " - ", 0x2014: " - ", 0x2026: "…", 0x2022: "-", 0x00D7: "x", 0x2192: "->",
}  # fmt: skip
_DEFANGED = re2.compile(r"(?i)\[\.\]|\(\.\)|\[dot\]|\bhxxp|\[:\]|\[@\]|\[at\]")
_REFANGED = {"[.]": ".", "(.)": ".", "[dot]": ".", "hxxp": "http", "[:]": ":", "[@]": "@", "[at]": "@"}
_HARMLESS = frozenset("…™®©°²³½¼¾ªº№µ\u00a0\u2007\u2009\u200a\u202f\u2002\u2003\u2011")
"""Compatibility characters that people and models write without any trick."""


def hidden(text: str) -> str:
    """Return why a text cannot be checked for what its characters hide, else an empty string."""
    if text.isascii():
        if any((ord(c) < 32 and c not in "\t\n\r") or c == "\x7f" for c in text):
            return "holds a control character"
        return ""
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cf", "Cc", "Co", "Cs", "Cn") and char not in "\t\n\r":
            return f"holds an invisible character (U+{ord(char):04X})"
        if category in ("Mn", "Me") or char == "\N{REPLACEMENT CHARACTER}":
            continue
        if char not in _HARMLESS and ord(char) > 0x2E7F and unicodedata.normalize("NFKC", char) != char:
            return f"holds a look-alike character (U+{ord(char):04X})"
        if (char not in _HARMLESS and 0x2100 <= ord(char) <= 0x218F) or 0x2460 <= ord(char) <= 0x24FF:
            return f"holds a look-alike character (U+{ord(char):04X})"
    return ""


def plain(text: str) -> str:
    """Return the text in the form in which texts are compared: one line, plain marks, nothing defanged."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    if "[" in text or "(.)" in text or "xxp" in text or "XXP" in text:
        text = _DEFANGED.sub(lambda m: _REFANGED[m.group(0).lower()], text)
    return " ".join(text.split())


def folded(text: str) -> str:
    """Return the plain text without regard to case, of the same length as the plain text."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def mixed_scripts(word: str) -> bool:
    """Return whether a word mixes Latin letters or digits with letters of another script that look like them."""
    if word.isascii():
        return False
    scripts = {unicodedata.name(c, "?").split(" ", 1)[0] for c in word if c.isalpha()}
    return len(scripts - {"MODIFIER"}) > 1 or bool(scripts & {"MATHEMATICAL", "FULLWIDTH", "CYRILLIC", "GREEK"})
