"""XML as logs hold it, Windows events above all: tags and text, no document type, no entities but the five."""

from __future__ import annotations

import re

from vedette.guard.structured.base import MAX_DEPTH, Path, Places, Reader
from vedette.guard.structured.escapes import decoded
from vedette.guard.structured.json_text import Nested

_TAG = re.compile(
    r"<(/?)([A-Za-z_][\w:.\-]*+)((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)  # stops at the next "<": a text of tags that never end is walked once
_ATTRIBUTE = re.compile(r"(?<![\w:.\-])([A-Za-z_][\w:.\-]*+)\s*+=\s*+(?:\"([^\"<]*+)\"|'([^'<]*+)')")
_NAMING = frozenset(("Name", "name", "key", "Key", "id"))
_NAMED = frozenset(("Data", "ComplexData", "item", "field", "property", "param", "parameter", "attribute", "string"))


def _add(
    reader: Reader, text: str, path: Path, name: str, start: int, end: int, nested: Nested | None, cdata: bool = False
) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start >= end:
        return
    value, places, escaped = text[start:end], None, False
    if not cdata and "&" in value:
        plain, places = decoded(text, start, end, xml=True)
        escaped = plain != value
        value = plain
    reader.add(path, name, value, start, end, escaped)
    if nested is not None and end - start > 12:
        nested(reader, value, path, name, places or Places(start, end))


def read_xml(
    reader: Reader, text: str, start: int, end: int, base: Path = (), nested: Nested | None = None
) -> tuple[int, bool]:
    """Read elements from ``start``; return where reading ended and whether the outermost element was closed.

    An element's text is a field called like the element, or like its ``Name`` (``<Data Name="TargetUserName">``);
    its attributes are fields too. Tags that do not fit are skipped: what is read is a log, not a document to judge.
    """
    names: list[str] = []
    called: list[str] = []
    at = start
    closed = False
    no_comment_end = no_cdata_end = False
    while at < end and not reader.full:
        if text[at] != "<":
            following = text.find("<", at, end)
            following = end if following < 0 else following
            if names:
                _add(reader, text, (*base, *called), called[-1], at, following, nested)
            elif closed and text[at:following].strip():
                return at, True
            at = following
            continue
        if text.startswith("<!--", at) and not no_comment_end:
            stop = text.find("-->", at + 4, end)
            no_comment_end = stop < 0
            at = stop + 3 if stop >= 0 else at + 4
            continue
        if text.startswith("<![CDATA[", at) and not no_cdata_end:
            stop = text.find("]]>", at + 9, end)
            if stop >= 0 and names:
                _add(reader, text, (*base, *called), called[-1], at + 9, stop, nested, cdata=True)
            no_cdata_end = stop < 0
            at = stop + 3 if stop >= 0 else at + 9
            continue
        tag = _TAG.match(text, at, end)
        if tag is None:  # "<?", "<!DOCTYPE", or no tag at all
            following = text.find("<", at + 1, end)
            at = end if following < 0 else following
            continue
        at = tag.end()
        name = tag.group(2)
        if tag.group(1):
            if name in names[-8:]:  # what was left open within is closed with it
                while names:
                    called.pop()
                    if names.pop() == name:
                        break
                closed = closed or not names
                if not names:
                    continue
            continue
        if closed and not names and base:
            return tag.start(), True
        if len(names) >= MAX_DEPTH:
            return tag.start(), False
        inside = tag.group(3)
        label = name
        if inside and "=" in inside:
            for found in _ATTRIBUTE.finditer(text, tag.start(3), tag.end(3)):
                which = 2 if found.group(2) is not None else 3
                if found.group(1) in _NAMING and name in _NAMED:
                    label = found.group(which)
                first, last = found.span(which)
                _add(reader, text, (*base, *called, label, f"@{found.group(1)}"), found.group(1), first, last, None)
        if not inside.endswith("/"):
            names.append(name)
            called.append(label)
    return at, closed
