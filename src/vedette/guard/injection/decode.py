"""What a text says inside its encodings, layer within layer, with the range of the text that it stands in.

Security text holds encoded commands all day: that something is encoded is no alarm. What decodes to no readable text is
dropped.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from vedette.guard.injection import decode_codecs as codecs
from vedette.guard.injection.decode_codecs import LONGEST_SHIFTED, Found, pattern, readable
from vedette.guard.sound import sound

DEPTH = 3
"""Encodings within encodings that are opened."""
MOST_LAYERS = 48
MOST_CHARACTERS = 64_000
"""Decoded characters of one text, all layers together."""
LONGEST = 400_000
"""Characters of a text that are looked through for encodings; what comes later is not."""

_GATES: tuple[tuple[str, Callable[[str], Iterator[Found]]], ...] = (
    (r"[0-9a-fA-F]{16}|(?:[0-9a-fA-F]{2}[ :,-]{1,2}){6}|(?:[0\\]x[0-9a-fA-F]{2}[ ,]?){4}", codecs.hexes),
    (r"[A-Z2-7]{16}", codecs.base32s),
    (r"[A-Za-z0-9+/_-]{16}", codecs.base64s),
    (r"%[0-9A-Fa-f]{2}", codecs.urls),
    (r"&#[0-9xX]", codecs.entities),
    (r"\\u|\\x|\\[0-7]{3}|U\+[0-9A-Fa-f]{4}", codecs.escapes),
    (r"[01]{7}[ ,01]|(?:[0-9]{2,3}[ ,;]{1,2}){7}", codecs.numbers),
    (r"(?:[.·•_−–-]{1,6}[ /|\n]{1,4}){8}", codecs.morse),
    ("[⠁-⣿ǝɹ]", codecs.braille),
    (r"""["'\w] {0,3}\+ {0,3}["'\w]""", codecs.joined),
)
_TELLING = """
    ignore forget previous instructions instruction system prompt please write about everything reveal password answer
    following information explain without should would there which their message rules repeat describe translate secret
""".split()
"""Words by which shifted, reversed and otherwise turned letters are known."""
ENOUGH = 2
"""How many different ones it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Text that stands inside a text."""

    text: str
    within: tuple[str, ...]
    """Its encodings, outermost first."""
    start: int
    end: int
    """The range of the given text that holds it."""


def layers(text: str) -> tuple[Layer, ...]:
    """Return what a text says inside its encodings, outer layers first.

    Bounded in depth, in number and in size: each character is looked at once for each way of writing.
    """
    if len(text) > LONGEST:
        text = text[:LONGEST]
    found: list[Layer] = []
    seen: set[str] = set()
    waiting: list[tuple[str, tuple[str, ...], int, int, bool]] = [(text, (), 0, 0, True)]
    left = MOST_CHARACTERS
    while waiting:
        inner, within, start, end, outermost = waiting.pop(0)
        if len(within) >= DEPTH:
            continue
        for one in _opened(sound(inner)):
            if len(found) == MOST_LAYERS or len(one.text) > left:
                return tuple(found)
            if one.text in seen:
                continue
            seen.add(one.text)
            left -= len(one.text)
            at, to = (one.start, one.end) if outermost else (start, end)
            layer = Layer(text=one.text, within=(*within, one.codec), start=at, end=to)
            if readable(one.text):
                found.append(layer)
            waiting.append((one.text, layer.within, at, to, False))
    return tuple(found)


def _opened(text: str) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for gate, finder in _GATES:
        if not pattern(gate).search(text):
            continue
        for found in finder(text):
            if any(start <= found.start and found.end <= end for start, end in taken):
                continue
            taken.append((found.start, found.end))
            yield found
    yield from _turned(text)


@cache
def _turned_words() -> tuple[Any, tuple[tuple[str, str], ...]]:
    """Return the words in every way of turning letters, and which way and word each is."""
    from ahocorasick_rs import AhoCorasick

    spelled: dict[str, tuple[str, str]] = {}
    for word in _TELLING:
        for by in range(1, 26):
            spelled[_shifted(word, by)] = (f"caesar-{by}", word)
        spelled[word.translate(_ATBASH)] = ("atbash", word)
        spelled[word[::-1]] = ("reversed", word)
        spelled[_pig(word)] = ("pig-latin", word)
    known = set(_TELLING)
    kept = [(written, told) for written, told in spelled.items() if written not in known]
    return AhoCorasick([written for written, _ in kept]), tuple(told for _, told in kept)


def _turned(text: str) -> Iterator[Found]:
    """Find lines whose letters were shifted, mirrored or moved: they hold words known in that form."""
    automaton, told = _turned_words()
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    hits: dict[str, dict[str, int]] = {}
    places: dict[str, list[int]] = {}
    for number, start, end in automaton.find_matches_as_indexes(lower, overlapping=True):
        if lower[start - 1 : start].isalpha() or lower[end : end + 1].isalpha():
            continue
        way, word = told[number]
        hits.setdefault(way, {})[word] = start
        places.setdefault(way, []).append(start)
    for way, words in hits.items():
        if len(words) < ENOUGH:
            continue
        start = text.rfind("\n", 0, min(places[way])) + 1
        end = text.find("\n", max(places[way]))
        end = len(text) if end < 0 else end
        plain = _turn(text[start : min(end, start + LONGEST_SHIFTED)], way)
        if readable(plain):
            yield Found(
                "rot13" if way == "caesar-13" else way.split("-")[0] if way != "pig-latin" else way, start, end, plain
            )


_ATBASH = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase, string.ascii_lowercase[::-1] + string.ascii_uppercase[::-1]
)


def _shifted(text: str, by: int) -> str:
    low, high = string.ascii_lowercase, string.ascii_uppercase
    return text.translate(str.maketrans(low + high, low[by:] + low[:by] + high[by:] + high[:by]))


def _pig(word: str) -> str:
    at = next((place for place, letter in enumerate(word) if letter in "aeiouAEIOU"), 0)
    return word[at:] + word[:at] + ("ay" if at else "way")


def _unpig(word: str) -> str:
    if word.lower().endswith("way") and word[:1].lower() in "aeiou":
        return word[:-3]
    stem = word[:-2]
    for size in (1, 2, 3):
        cut = stem[-size:] + stem[:-size]
        if cut.lower() in _KNOWN or (stem[-size - 1 : -size].lower() in "aeiou"):
            return cut
    return word


def _turn(text: str, way: str) -> str:
    if way == "atbash":
        return text.translate(_ATBASH)
    if way == "reversed":
        return text[::-1]
    if way == "pig-latin":
        return " ".join(
            _unpig(word) if word.lower().endswith("ay") and len(word) > 3 else word for word in text.split(" ")
        )
    return _shifted(text, 26 - int(way.removeprefix("caesar-")))


_KNOWN = frozenset(_TELLING)
