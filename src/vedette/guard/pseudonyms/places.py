r"""Where in a text a value stands, and how it is written there: in JSON strings, in JSON within those, in URLs, in XML.

A value has one identity, however it is written: ``DOM\alice`` in prose is ``DOM\\alice`` in a JSON string. What is read
from a place and written to the same place comes out as it was, or else that spelling gets a mark of its own, whose
letter says what place it was read from. A place follows from what stands before it in the text that goes upstream,
which masking and restoring both see; so both judge it alike, whatever the text is made of.
"""

from __future__ import annotations

import html
import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote

from vedette.schema.guarding import Form

DEEPEST = 3
"""JSON strings within each other that are told apart."""
BARE = "N"
"""The letter of a mark whose value stands in JSON without quotes; its pseudonym stands in quotes there."""
_OPENERS = 64
_OPENS_JSON = re.compile(r"(?:\s|\\+[nrt])*[{\[](?:\s|\\+[nrt]|[{\[,\d.\-]|true|false|null)*\Z")
_URL_ENDS = re.compile(r"[\s\"'<>`)\]}|\\,]")
_URL_SAFE = "-._~:/@!$'()*,;"
_BEGINS_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\"{\[\]])")
_MAY_BEGIN_JSON = re.compile(r"\s*(?:[{\[]\s*)?\Z")
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
LITERAL = re.compile(r'[^\s"{}\[\]:,]+')
_MOST_LEADING = 256


class Place(NamedTuple):
    """What a value at a place is written in."""

    depth: int = 0
    """JSON strings that it stands in."""
    bare: bool = False
    """Whether it stands where JSON expects a value, outside the strings of the innermost JSON."""
    url: bool = False
    xml: bool = False

    @property
    def letter(self) -> str:
        """Return what marks a spelling that was read here; empty where everything is written as it is."""
        if self.xml:
            return "G" if self.url else "H"
        return ("", "J", "K", "Q")[self.depth] if not self.url else ("U", "V", "W", "X")[self.depth]

    @property
    def quote(self) -> str:
        """Return the quote of strings in the innermost JSON."""
        return "\\" * ((1 << self.depth) - 1) + '"'


PLAIN = Place()
_LETTERS = {
    place.letter: place
    for place in (
        *(Place(depth=depth, url=url) for depth in range(DEEPEST + 1) for url in (False, True)),
        *(Place(xml=True, url=url) for url in (False, True)),
    )
}
_LETTERS[BARE] = PLAIN


def place_of(letter: str) -> Place | None:
    """Return where the spellings of a mark were read; None for a letter that no mark has."""
    return _LETTERS.get(letter)


def read(raw: str, place: Place) -> str:
    """Return the value that a piece of text stands for at a place."""
    value = raw
    for _ in range(place.depth):
        if "\\" not in value:
            break
        try:
            value = json.loads(f'"{value}"', strict=False)
        except ValueError:
            return raw
    if place.xml and "&" in value:
        value = html.unescape(value)
    if place.url and "%" in value:
        try:
            value = unquote(value, errors="strict")
        except UnicodeDecodeError:
            return raw
    return value


def write(value: str, place: Place) -> str:
    """Return how a value is written at a place."""
    if place.url:
        value = quote(value, safe=_URL_SAFE, errors="surrogatepass")
    if place.xml:
        value = html.escape(value, quote=False)
    for _ in range(place.depth):
        value = json.dumps(value, ensure_ascii=False)[1:-1]
    return value


def written(value: str, letter: str, place: Place) -> str:
    """Return how a spelling that was read at a mark's place is written at another."""
    if letter == place.letter and letter != BARE:
        return value
    return write(read(value, _LETTERS.get(letter, PLAIN)), place)


@dataclass(slots=True)
class _String:
    """A JSON string that is open."""

    holds_json: bool | None = None
    """None as long as nobody can say."""
    opening: str = ""
    """What stands in it so far, as long as that matters."""


class Tracker:
    """Follows a text, piece by piece, and says what place comes next."""

    __slots__ = ("_before", "_json", "_slashes", "_strings", "_url", "_xml")

    def __init__(self, form: Form) -> None:
        self._json = form is Form.JSON
        self._xml = form is Form.XML
        self._strings: list[_String] = []
        self._slashes = 0
        self._url = False
        self._before = ""

    @property
    def place(self) -> Place:
        """Return the place right after what was followed."""
        if not self._json:
            return Place(0, False, self._url, self._xml)
        depth = len(self._strings)
        bare = depth == 0 or self._strings[-1].holds_json is True
        return Place(depth, bare, self._url and not bare, False)

    def follow(self, text: str) -> None:
        """Take in what comes next."""
        if not text:
            return
        seen = self._before + text
        at = seen.rfind("://")
        if at >= 0:
            self._url = _URL_ENDS.search(seen, at + 3) is None
        elif self._url:
            self._url = _URL_ENDS.search(text) is None
        self._before = seen[-2:]
        if self._json:
            self._follow_json(text)

    def _follow_json(self, text: str) -> None:
        done = 0
        at = text.find('"')
        while at >= 0:
            first = at
            while first > done and text[first - 1] == "\\":
                first -= 1
            n_slashes = at - first + (self._slashes if first == 0 else 0)
            self._note(text, done, first)
            self._at_quote(n_slashes)
            done = at + 1
            at = text.find('"', done)
        self._note(text, done, len(text))
        n_slashes = len(text) - len(text.rstrip("\\"))
        self._slashes = n_slashes + (self._slashes if n_slashes == len(text) else 0)

    def _note(self, text: str, start: int, end: int) -> None:
        if not self._strings or end <= start:
            return
        last = self._strings[-1]
        if last.holds_json is None:
            last.opening += text[start : min(end, start + _OPENERS + 1)]
            if len(last.opening) > _OPENERS:
                last.holds_json = False
                last.opening = ""

    def _at_quote(self, n_slashes: int) -> None:
        strings = self._strings
        level = 0
        while level < len(strings):
            if n_slashes % 2 == 0:
                del strings[level:]
                return
            n_slashes //= 2
            level += 1
        if strings:
            last = strings[-1]
            if last.holds_json is None:
                opening = last.opening.rstrip("\\")
                last.holds_json = len(strings) < DEEPEST and _OPENS_JSON.match(opening) is not None
                last.opening = ""
            if not last.holds_json:
                return
        strings.append(_String())


def settled(form: Form, text: str, *, whole: bool = True) -> Form | None:
    """Return how a text is read whose form is to be told by its beginning; None where more of it is needed."""
    if form is not Form.AUTO:
        return form
    if _BEGINS_JSON.match(text):
        return Form.JSON
    if not whole and len(text) < _MOST_LEADING and _MAY_BEGIN_JSON.match(text):
        return None
    return Form.PLAIN


class Strings:
    """The outermost strings of a JSON text; ranges of it are cut so that none crosses a quote."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = [found.span(1) for found in _STRING.finditer(text)]
        self._starts = [start for start, _ in self._spans]
        self._literal = (0, 0)

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts of a range that can be replaced: of strings, and single literals outside them."""
        found: list[tuple[int, int]] = []
        at = start
        which = max(0, bisect_right(self._starts, start) - 1)
        for low, high in self._spans[which:]:
            if high < at:
                continue
            if low > end:
                break
            if at < low - 1:
                found += self._literals(at, min(low - 1, end))
            if max(at, low) < min(end, high):
                found.append(self._uncut(max(at, low), min(end, high), low, high))
            at = max(at, high + 1)
        if at < end:
            found += self._literals(at, end)
        return found

    def _literals(self, start: int, end: int) -> list[tuple[int, int]]:
        out = []
        for found in LITERAL.finditer(self._text, start, end):
            low, high = found.span()
            if self._literal[0] <= low and high <= self._literal[1]:
                low, high = self._literal
            else:
                while low > 0 and LITERAL.match(self._text[low - 1]):
                    low -= 1
                after = LITERAL.match(self._text, high)
                high = after.end() if after else high
                self._literal = low, high
            out.append((low, high))
        return out

    def _uncut(self, start: int, end: int, low: int, high: int) -> tuple[int, int]:
        """Return a range of a string made so wide that it cuts no escape."""
        within = self._escape_around(start, low, high)
        if within:
            start = within[0]
        within = self._escape_around(end, low, high)
        if within:
            end = within[1]
        return start, end

    def _escape_around(self, at: int, low: int, high: int) -> tuple[int, int] | None:
        text = self._text
        for start in range(max(low, at - 5), at):
            if text[start] != "\\":
                continue
            first = start
            while first > low and text[first - 1] == "\\":
                first -= 1
            if (start - first) % 2:
                continue
            length = 6 if text[start + 1 : start + 2] == "u" else 2
            if start + length > at:
                return start, min(start + length, high)
        return None
