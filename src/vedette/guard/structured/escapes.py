"""Escapes of JSON, of Python and of XML, undone with the places kept."""

from __future__ import annotations

import re

from vedette.guard.structured.base import Places

_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))", re.DOTALL
)
_SINGLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0"}
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def _char(number: int) -> str:
    return chr(number) if number <= 0x10FFFF else "\ufffd"


def _backslash(found: re.Match[str]) -> tuple[str, int]:
    """Return what an escape stands for, and where it ends."""
    first, second, long, short, single = found.groups()
    if single is not None:
        return _SINGLE.get(single, single), found.end()
    if first is not None:
        number = int(first, 16)
        if second is not None:
            if 0xD800 <= number < 0xDC00:
                return chr(0x10000 + ((number - 0xD800) << 10) + int(second, 16) - 0xDC00), found.end()
            return chr(number), found.end(1)
        return chr(number), found.end()
    return _char(int(long or short, 16)), found.end()


def _entity(found: re.Match[str]) -> tuple[str, int]:
    decimal, hexadecimal, named = found.groups()
    if named:
        return _NAMED[named], found.end()
    return _char(int(decimal) if decimal else int(hexadecimal, 16)), found.end()


def decoded(text: str, start: int, end: int, *, xml: bool = False) -> tuple[str, Places]:
    """Return a range of a text without its escapes, and where its characters stand in the text."""
    pattern, undo = (_ENTITY, _entity) if xml else (_ESCAPE, _backslash)
    parts: list[str] = []
    places = Places(start, end)
    at, n = start, 0
    while found := pattern.search(text, at, end):
        parts.append(text[at : found.start()])
        n += found.start() - at
        char, after = undo(found)
        parts.append(char)
        n += len(char)
        places.jump(n, after)
        at = after
    parts.append(text[at:end])
    return "".join(parts), places
