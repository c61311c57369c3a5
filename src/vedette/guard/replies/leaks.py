"""Replies that give the system prompt, or a word planted in it.

Compared is what a reader would recognise: letters and digits without case, marks and spacing. So a prompt that is
translated or told in other words is not found; one that is spelt backwards, spaced out, or encoded is.
"""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vedette.guard.survivors import encodings
from vedette.schema.guarding import GuardFinding

SCANNER = "replies"
LEAST_WORDS = 9
"""Words in a row that are the instructions' own: fewer are found in any text of the same matter."""
LEAST_CHARS = 36
_MOST = 200_000
_LEAST_CODED = 6
_WORD = re.compile(r"[^\W_]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[ :]?){24,}")


def canaries(text: str, planted: Sequence[str]) -> Iterator[GuardFinding]:
    """Yield where a planted word stands: as it is, in another case, spaced out, backwards, or encoded."""
    for word in planted:
        bare = _bare(word)
        if len(bare.text) < 4:
            continue
        seen = False
        for way, start, end in _wherever(text, bare.text):
            seen = True
            yield _finding("CANARY_LEAK", start, end, 1.0, "canary", way, "a planted word")
        if not seen:
            for way, form in _encoded(word):
                at = text.find(form)
                if at >= 0:
                    yield _finding("CANARY_LEAK", at, at + len(form), 1.0, "canary", way, "a planted word, encoded")


def leaks(text: str, instructions: Sequence[str]) -> Iterator[GuardFinding]:
    """Yield where a reply repeats the instructions, nine words in a row or more."""
    if not instructions or not text:
        return
    text = text[:_MOST]
    for way, readable, place in _layers(text):
        reply = _words(readable)
        if len(reply) < LEAST_WORDS:
            continue
        for told in instructions:
            for first, last in _runs(reply, _words(told[:_MOST])):
                start, end = reply[first].start, reply[last].end
                n = last - first + 1
                where = (start, end) if place is None else place
                yield _finding(
                    "SYSTEM_PROMPT_LEAK", *where, min(1.0, 0.8 + 0.02 * (n - LEAST_WORDS)), "repeated", way,
                    f"{n} words in a row of the instructions",
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Bare:
    """A text without case, marks and spacing, and where each letter stood."""

    text: str
    at: tuple[int, ...]


def _words(text: str) -> list[_Word]:
    return [_Word(_fold(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]


def _fold(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()


def _bare(text: str) -> _Bare:
    letters, at = [], []
    for place, char in enumerate(text[:_MOST]):
        for one in _fold(char) if not char.isascii() else char.lower():
            if one.isalnum():
                letters.append(one)
                at.append(place)
    return _Bare("".join(letters), tuple(at))


def _wherever(text: str, bare_word: str) -> Iterator[tuple[str, int, int]]:
    bare = _bare(text)
    for way, form in (("", bare_word), ("reversed", bare_word[::-1])):
        if way and form == bare_word:
            continue
        start = bare.text.find(form)
        while start >= 0:
            first, last = bare.at[start], bare.at[start + len(form) - 1]
            yield way, first, last + 1
            start = bare.text.find(form, start + len(form))


def _encoded(word: str) -> Iterator[tuple[str, str]]:
    """Yield the word as encodings hold it; shorter forms are found by chance."""
    for way, form in (*encodings(word), ("rot13", codecs.encode(word, "rot13"))):
        if len(form) >= _LEAST_CODED:
            yield way, form


def _layers(text: str) -> Iterator[tuple[str, str, tuple[int, int] | None]]:
    """Yield the reply as it is, backwards, in rot13, and what it holds encoded, with its place where it has one."""
    yield "", text, None
    yield "rot13", codecs.encode(text, "rot13"), None
    if len(text) <= 20_000:
        yield "reversed", text[::-1], (0, len(text))
    for match in _BASE64.finditer(text):
        coded = match.group().replace("-", "+").replace("_", "/").rstrip("=")
        try:
            readable = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True).decode()
        except ValueError:
            continue
        yield "base64", readable, match.span()
    for match in _HEX.finditer(text):
        try:
            readable = bytes.fromhex(match.group().replace(":", "")).decode()
        except ValueError:
            continue
        yield "hex", readable, match.span()


def _runs(reply: list[_Word], told: list[_Word]) -> Iterator[tuple[int, int]]:
    """Yield first and last word of each longest run that both have, by a table of the instructions' word groups."""
    if len(told) < 4:
        return
    least = min(LEAST_WORDS, len(told))
    starts: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(told) - least + 1):
        places = starts.setdefault(tuple(word.text for word in told[i : i + least]), [])
        if len(places) < 8:  # instructions that repeat themselves are not followed into each repeat
            places.append(i)
    at = 0
    while at + least <= len(reply):
        found = starts.get(tuple(word.text for word in reply[at : at + least]))
        if found is None:
            at += 1
            continue
        longest = max(_length(reply, at, told, start) for start in found)
        last = at + longest - 1
        if reply[last].end - reply[at].start >= LEAST_CHARS:
            yield at, last
        at = last + 1


def _length(reply: list[_Word], i: int, told: list[_Word], j: int) -> int:
    n = 0
    while i + n < len(reply) and j + n < len(told) and reply[i + n].text == told[j + n].text:
        n += 1
    return n


def _finding(entity: str, start: int, end: int, score: float, rule: str, way: str, note: str) -> GuardFinding:
    return GuardFinding(
        entity=entity,
        start=start,
        end=end,
        score=score,
        scanner=SCANNER,
        rule=rule,
        within=(way,) if way else (),
        note=note,
    )
