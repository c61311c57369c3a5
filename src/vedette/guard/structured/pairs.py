"""``key=value`` and ``Key: value``: auditd, logfmt, CEF, LEEF, and the text of Windows events."""

from __future__ import annotations

import re

from vedette.guard.structured.base import Path, Places, Reader
from vedette.guard.structured.escapes import decoded
from vedette.guard.structured.json_text import Nested

_PAIR = re.compile(
    r"(?<![\w.\-/@:%&?])([A-Za-z_@][\w.\-/@:]{0,63})=(?:"
    r"\"((?:[^\"\\\r\n]++|\\.)*+)\""
    r"|'([^'\r\n]*+)'"
    r"|([^\s\"',;)\]}]*+(?:[,;](?=[^\s,;])[^\s\"',;)\]}]++)*+))"
)  # the key's bound keeps a search linear; a value holds a comma only where something follows it at once
_CEF = re.compile(r"CEF:\s?\d")
_LEEF = re.compile(r"LEEF:[12]\.\d")
_EXTENSION_KEY = re.compile(r"(?<![^\s|^])([A-Za-z][\w.\[\]\-]{0,63})=")
_LINE = re.compile(r"[ \t]*+(?:[-*\u2022][ \t]++)?\"?([A-Za-z][\w ./()\-']{0,47})\"?[ \t]*+:(?:[ \t]++([^\r\n]*+)|$)")
_CEF_LABEL = re.compile(r"(c[snf]\d|flexString\d|deviceCustom\w+\d)Label$")


def read_pairs(
    reader: Reader, text: str, start: int, end: int, base: Path = (), nested: Nested | None = None, *, least: int = 1
) -> int:
    """Read one line's ``key=value`` pairs where it has at least so many; return how many there were."""
    if cef := _CEF.search(text, start, end) or _LEEF.search(text, start, end):
        return _extension(reader, text, cef.end(), end, base)
    found = list(_PAIR.finditer(text, start, end))
    if len(found) < least:
        return 0
    for pair in found:
        kind = pair.lastindex
        if kind is None or kind < 2:
            continue
        first, last = pair.span(kind)
        if first == last:
            continue
        value, places = text[first:last], None
        escaped = kind == 2 and "\\" in value
        if escaped and '\\"' not in value and "\\\\" not in value:
            escaped = False  # C:\Users\x between quotes is written as it is
        if escaped:
            value, places = decoded(text, first, last)
        name = pair.group(1)
        reader.add((*base, name), name, value, first, last, escaped)
        if nested is not None and kind != 4 and last - first > 12:
            nested(reader, value, (*base, name), name, places or Places(first, last))
    return len(found)


def _extension(reader: Reader, text: str, start: int, end: int, base: Path) -> int:
    """Read the extension of CEF or LEEF: values with blanks in them, each up to the next key."""
    keys = list(_EXTENSION_KEY.finditer(text, start, end))
    fields: list[tuple[str, int, int]] = []
    labels: dict[str, str] = {}
    for at, key in enumerate(keys):
        first = key.end()
        last = keys[at + 1].start() if at + 1 < len(keys) else end
        while last > first and text[last - 1] in " \t\r\n^|":
            last -= 1
        if last <= first:
            continue
        name = key.group(1)
        if labelled := _CEF_LABEL.match(name):
            labels[labelled.group(1)] = text[first:last]
        fields.append((name, first, last))
    for name, first, last in fields:
        raw = text[first:last]
        escaped = "\\=" in raw or "\\\\" in raw
        value = decoded(text, first, last)[0] if escaped else raw
        reader.add((*base, name), labels.get(name, name), value, first, last, escaped)
    return len(fields)


def read_line(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """Return name and range of a line that reads ``Key: value``; the value may be missing (a heading)."""
    found = _LINE.match(text, start, end)
    if found is None:
        return None
    first, last = found.span(2) if found.group(2) is not None else (found.end(), found.end())
    while last > first and text[last - 1] in ' \t",':
        last -= 1
    if last > first and text[first] == '"':
        first += 1
    return found.group(1).rstrip(), first, last
