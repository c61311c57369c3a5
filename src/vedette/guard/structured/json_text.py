"""JSON as it stands in logs: whole, one a line, at a line's tail, cut off, or as Python prints a dict."""

from __future__ import annotations

import re
from collections.abc import Callable

from vedette.guard.structured.base import MAX_DEPTH, Path, Places, Reader
from vedette.guard.structured.escapes import decoded

_TOKEN = re.compile(
    r"[\s\ufeff]*+(?:"
    r"[bu]?\"((?:[^\"\\]++|\\.)*+)\""
    r"|[bu]?'((?:[^'\\]++|\\.)*+)'"
    r"|([{}\[\]:,()])"
    r"|([^\s{}\[\]:,\"'()]++)"
    r")",
    re.DOTALL,
)
# possessive throughout: a text is walked once, whatever it holds
_PAIR = re.compile(
    r"\s*+\"((?:[^\"\\]++|\\.)*+)\"\s*+:\s*+(?:\"((?:[^\"\\]++|\\.)*+)\"|([^\s{}\[\]:,\"'()]++))\s*+([,}])", re.DOTALL
)  # what most of a log is made of, taken in one step
_NOTHING = frozenset(("null", "None", "undefined"))
_LABELS = frozenset(("name", "key", "@name", "displayname", "label", "attribute", "field"))
_LABELLED = frozenset(("value", "#text", "newvalue", "oldvalue", "values", "text", "$"))

Nested = Callable[[Reader, str, Path, str, Places], None]
"""What is called with a string that may have a form of its own: reader, decoded text, path, name, places."""


class _Level:
    __slots__ = ("closing", "index", "key", "label")

    def __init__(self, closing: str) -> None:
        self.closing = closing
        self.key: str = ""
        self.label: str = ""
        self.index = 0


def read_json(
    reader: Reader, text: str, start: int, end: int, base: Path = (), nested: Nested | None = None
) -> tuple[int, bool]:
    """Read the value that begins at ``start``; return where reading ended and whether the value ended there.

    What stood before a fault is kept. Python's ``True``, ``None``, tuples and single quotes are taken too.
    """
    levels: list[_Level] = []
    path: list[str | int] = list(base)
    at = start
    state = "value"  # value | key | colon | after
    while not reader.full:
        if state == "key" and (found := _PAIR.match(text, at, end)):
            level = levels[-1]
            level.key = key = found.group(1)
            if "\\" in key:
                level.key = decoded(key, 0, len(key))[0]
            kind = 2 if found.group(2) is not None else 3
            _scalar(reader, text, found, kind, kind == 3, level, path, nested)
            at = found.start(4)
            state = "after"
        found = _TOKEN.match(text, at, end)
        if found is None:
            return at, False
        kind = found.lastindex or 4
        if kind == 3:
            sign = found.group(3)
            if sign in "{[(":
                if state == "key" or state == "colon" or state == "after" or len(levels) >= MAX_DEPTH:
                    return found.start(3), False
                if levels:
                    path.append(levels[-1].key if levels[-1].closing == "}" else levels[-1].index)
                levels.append(_Level({"{": "}", "[": "]", "(": ")"}[sign]))
                state = "key" if sign == "{" else "value"
            elif sign in "}])":
                if not levels or levels[-1].closing != sign or state == "colon":
                    return found.start(3), False
                if state == "value" and sign == "}":
                    return found.start(3), False
                levels.pop()
                if not levels:
                    return found.end(), True
                path.pop()
                state = "after"
            elif sign == ":":
                if state != "colon":
                    return found.start(3), False
                state = "value"
            else:
                if state != "after":
                    return found.start(3), False
                levels[-1].index += 1
                state = "key" if levels[-1].closing == "}" else "value"
        elif state == "key":
            level = levels[-1]
            raw = found.group(kind)
            level.key = decoded(raw, 0, len(raw))[0] if "\\" in raw else raw
            state = "colon"
        elif state == "value":
            _scalar(reader, text, found, kind, kind == 4, levels[-1] if levels else None, path, nested)
            if not levels:
                return found.end(), True
            state = "after"
        else:
            return found.start(kind), False
        at = found.end()
    return at, False


def _scalar(
    reader: Reader,
    text: str,
    found: re.Match[str],
    kind: int,
    bare: bool,
    level: _Level | None,
    above: list[str | int],
    nested: Nested | None,
) -> None:
    raw = found.group(kind)
    if bare and raw in _NOTHING:
        return
    first, last = found.span(kind)
    places = None
    value = raw
    escaped = not bare and "\\" in raw
    if escaped:
        value, places = decoded(text, first, last)
    name = ""
    if level is None:
        whole = tuple(above)
    elif level.closing == "}":
        name = level.key
        lowered = name.lower()
        if level.label and lowered in _LABELLED:
            name = level.label
        elif lowered in _LABELS:
            level.label = value
        whole = (*above, level.key)
    else:
        # the members of a list are called as the list is
        name = next((str(part) for part in reversed(above) if isinstance(part, str)), "")
        whole = (*above, level.index)
    reader.add(whole, name, value, first, last, escaped)
    if nested is not None and not bare and last - first > 12:
        nested(reader, value, whole, name, places or Places(first, last))
