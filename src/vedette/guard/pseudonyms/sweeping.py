"""Values that are known already, found wherever they stand: in another case, escaped, where no scanner looked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from vedette.guard.pseudonyms.index import Phrases

_ESCAPE = re.compile(
    r"\\u(?P<code>[0-9a-fA-F]{4})|\\(?P<char>[\"\\/bfnrt])|(?P<url>(?:%[0-9a-fA-F]{2})+)"
    r"|(?P<html>&(?:amp|lt|gt|quot|apos|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});)"
)
_CHARS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ROUNDS = 2


def occurrences(text: str, *phrases: Phrases) -> Iterator[tuple[int, int, str, Phrases]]:
    """Yield where known values stand in a text as whole words, as they are or escaped."""
    wanted = [one for one in phrases if one]
    if not wanted:
        return
    for one in wanted:
        for start, end, phrase in one.find(text):
            yield start, end, phrase, one
    view = text
    starts: list[int] | None = None
    for _ in range(_ROUNDS):
        if not ("\\" in view or "%" in view or "&" in view) or _ESCAPE.search(view) is None:
            return
        view, places = _decoded(view)
        starts = places if starts is None else [starts[place] for place in places]
        for one in wanted:
            for start, end, phrase in one.find(view):
                yield starts[start], starts[end], phrase, one


def _decoded(text: str) -> tuple[str, list[int]]:
    """Return a text without its escapes, and where each of its characters began; the end too."""
    parts: list[str] = []
    starts: list[int] = []
    done = 0
    for found in _ESCAPE.finditer(text):
        parts.append(text[done : found.start()])
        starts.extend(range(done, found.start()))
        said = _said(found)
        parts.append(said)
        starts.extend([found.start()] * len(said))
        done = found.end()
    parts.append(text[done:])
    starts.extend(range(done, len(text) + 1))
    return "".join(parts), starts


def _said(found: re.Match[str]) -> str:
    if found["code"]:
        return chr(int(found["code"], 16))
    if found["char"]:
        return _CHARS.get(found["char"], found["char"])
    if found["html"]:
        return html.unescape(found["html"])
    try:
        return unquote_to_bytes(found["url"]).decode()
    except UnicodeDecodeError:
        return found["url"]
