"""Known values in another spelling: broken by blanks, with other separators, a name as a file or a mailbox writes it.

Each kind has its own keys, and its own reading of a text that is looked through for them: what is not part of the value
is left out, and what is found is mapped back. Time grows in line with the text, however many values are known.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import AddressValueError, IPv4Address
from typing import Any, NamedTuple

from vedette.guard.base import Pair
from vedette.guard.entities import Group, group_of

LEAST_BROKEN = 12
"""Characters of a value that is known again though blanks stand within it."""
LEAST_SECRET = 8
"""Characters of a secret that is known again though more stands beside it."""
LEAST_DIGITS = 8
LEAST_RUN_TOGETHER = 10
"""Letters of a name in small letters without anything between its words: shorter ones are words of the language."""
_LEAST_NAME = 6
_MOST_WORDS = 4

_UNSEEN = "\u00ad\u200b-\u200f\u2060\ufeff"
_SOLID = re.compile(f"[^\\s{_UNSEEN}]+")
_LETTERS = re.compile(r"[^_.+\-]+")
_JOINT = re.compile(r"[_.+\-]+")
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"(?:\+|\(\+?)?[0-9](?:[ \t\u00a0().\-/\u2010-\u2013]{0,3}[0-9]){5,}")
_ONLY_NUMBER = re.compile(r"[0-9 \t\u00a0().\-/+\u2010-\u2013]+")
_POINT = r"(?:([-_])|[ ]?(?:\[\.?\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|\[\.|\.\]|\\\.)[ ]?|[ ]dot[ ]|(\.))"
"""What stands for a point of an address: a dash, or a point that no program takes for one."""
_ADDRESS = re.compile(
    rf"(?<![0-9])(?<![0-9][._-])([0-9]{{1,3}}){_POINT}([0-9]{{1,3}}){_POINT}([0-9]{{1,3}}){_POINT}([0-9]{{1,3}})"
    r"(?![0-9])(?![._-][0-9])",
    re.IGNORECASE,
)
_HEX_ADDRESS = re.compile(
    r"(?<![0-9A-Za-z])(?:0x[0-9A-Fa-f]{8}|[0-9A-Fa-f]{8}|0x[0-9A-Fa-f]{1,2}(?:\.0x[0-9A-Fa-f]{1,2}){3})(?![0-9A-Za-z.])"
)
_ONE_DIGIT_CODES = frozenset("17")
_TWO_DIGIT_CODES = frozenset(
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 "
    "91 92 93 94 95 98".split()
)
_NOT_ELSEWHERE = frozenset({"AGE", "NRP", "TITLE"})
"""These are words of the language, which name nobody where they stand alone."""
_BLANKS = {ord(char): None for char in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"}
_JOINTS = {ord(char): None for char in "_.+-"}
_BETWEEN = {ord(char): None for char in " \t\u00a0().-/+\u2010\u2011\u2012\u2013"}


class Match(NamedTuple):
    """A known value in another spelling."""

    start: int
    end: int
    entity: str
    kind: str


class _Reading:
    """What a text says to somebody who reads some of its characters only."""

    def __init__(self, text: str, kept: re.Pattern[str]) -> None:
        self._in_text: list[int] = []
        self._here: list[int] = []
        parts: list[str] = []
        size = 0
        for found in kept.finditer(text):
            self._in_text.append(found.start())
            self._here.append(size)
            parts.append(found[0])
            size += len(found[0])
        self.text = "".join(parts)

    def place(self, at: int) -> int:
        """Return where a character stands in the text."""
        piece = bisect_right(self._here, at) - 1
        return self._in_text[piece] + at - self._here[piece]


def _automaton(keys: Iterable[str]) -> Any:
    import ahocorasick_rs

    return ahocorasick_rs.AhoCorasick(list(keys), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def plain_letters(text: str) -> str:
    """Return a text in small letters without accents, as long as it was."""
    if text.isascii():
        return text.lower()
    return "".join(_plain_letter(char) for char in text)


def _plain_letter(char: str) -> str:
    if char.isascii():
        return char.lower()
    low = unicodedata.normalize("NFKD", char)[0].lower()
    return low if len(low) == 1 else char


class Respelt:
    """Finds a session's values in other spellings.

    Args:
        pairs: the session's.
    """

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._broken: dict[str, tuple[str, str, bool]] = {}
        self._numbers: dict[str, tuple[str, str | None]] = {}
        self._names: dict[str, tuple[str, tuple[tuple[int, ...], ...]]] = {}
        self._addresses: dict[int, str] = {}
        for pair in pairs:
            self._take(pair.entity.partition(":")[0], pair.value)
        self._broken_words, self._number_words, self._name_words = (
            (list(keys), _automaton(keys)) if keys else None for keys in (self._broken, self._numbers, self._names)
        )

    def _take(self, entity: str, value: str) -> None:
        group = group_of(entity)
        if entity == "IP_ADDRESS":
            try:
                self._addresses.setdefault(int(IPv4Address(value.strip())), entity)
            except AddressValueError:
                pass
            return
        if entity == "PERSON":
            self._take_name(entity, value)
        if (entity == "PHONE_NUMBER" or group is Group.IDENTIFIER) and _ONLY_NUMBER.fullmatch(value):
            self._take_number(entity, value)
            return
        if entity in _NOT_ELSEWHERE:
            return
        solid = "".join(_SOLID.findall(value))
        secret = group is Group.SECRET
        varied = any(map(str.isdigit, solid)) or not solid.isalnum() or not (solid.islower() or solid.istitle())
        if len(solid) >= LEAST_BROKEN or (secret and varied and len(solid) >= LEAST_SECRET):
            self._broken.setdefault(solid, (entity, value, secret and varied))

    def _take_name(self, entity: str, value: str) -> None:
        words = [word for word in re.split(r"[\s,_.+\-]+", plain_letters(value)) if word]
        if not 2 <= len(words) <= _MOST_WORDS or not all(map(str.isalpha, words)):
            return
        for order in (words, words[1:] + words[:1], words[-1:] + words[:-1]):
            key = "".join(order)
            if len(key) >= _LEAST_NAME:
                known = self._names.get(key, (entity, ()))
                self._names[key] = (entity, (*known[1], tuple(map(len, order))))

    def _take_number(self, entity: str, value: str) -> None:
        digits = "".join(_DIGITS.findall(value))
        if len(digits) < LEAST_DIGITS:
            return
        country, own = _apart(value, digits) if entity == "PHONE_NUMBER" else (None, digits)
        if len(own) < LEAST_DIGITS:
            country, own = None, digits
        self._numbers.setdefault(own, (entity, country))

    def find(self, text: str) -> Iterator[Match]:
        """Yield where they stand; some may overlap."""
        if self._broken_words is not None:
            yield from self._find_broken(text, *self._broken_words)
        if self._number_words is not None:
            yield from self._find_numbers(text, *self._number_words)
        if self._addresses:
            yield from self._find_addresses(text)
        if self._name_words is not None:
            yield from self._find_names(text, *self._name_words)

    def _find_broken(self, text: str, keys: list[str], automaton: Any) -> Iterator[Match]:
        solid = "".join(text.split())
        if not automaton.find_matches_as_indexes(solid if solid.isascii() else solid.translate(_BLANKS)):
            return
        reading = _Reading(text, _SOLID)
        for which, first, last in automaton.find_matches_as_indexes(reading.text):
            start, end = reading.place(first), reading.place(last - 1) + 1
            entity, value, anywhere = self._broken[keys[which]]
            if text[start:end] == value and not _joins(text, start, end):
                continue
            broken = end - start > last - first
            joined = _joins(text, start, end)
            if joined and not anywhere:
                continue
            if broken and last - first < LEAST_BROKEN:
                continue
            if joined:
                start, end = _word_around(text, start, end)
            yield Match(start, end, entity, "broken" if broken else "joined")

    def _find_numbers(self, text: str, keys: list[str], automaton: Any) -> Iterator[Match]:
        runs: list[tuple[int, str]] = []
        ends: list[int] = []
        digits: list[str] = []
        size = 0
        for found in _NUMBER.finditer(text):
            bare = found[0].translate(_BETWEEN)
            if len(bare) >= LEAST_DIGITS:
                runs.append((found.start(), found[0]))
                digits.append(bare)
                ends.append(size)
                size += len(bare) + 1
        held = -1
        for which, first, last in automaton.find_matches_as_indexes("\n".join(digits)):
            number = bisect_right(ends, first) - 1
            at, run = runs[number]
            if number != held:
                held, reading = number, _Reading(run, _DIGITS)
            entity, country = self._numbers[keys[which]]
            span = _span(run, reading, first - ends[number], last - ends[number], country)
            if span is not None and not _is_digit(text, at - 1):
                yield Match(at + span[0], at + span[1], entity, "number")

    def _find_addresses(self, text: str) -> Iterator[Match]:
        for found in _ADDRESS.finditer(text):
            numbers = [int(found[n]) for n in (1, 4, 7, 10)]
            if max(numbers) > 255:
                continue
            joints = {text[found.end(a) : found.start(b)] for a, b in ((1, 4), (4, 7), (7, 10))}
            if joints == {"."} or (joints & {"-", "_"} and len(joints) > 1):
                continue
            yield from self._address(found, int.from_bytes(bytes(numbers), "big"))
        for found in _HEX_ADDRESS.finditer(text):
            if "." in found[0]:
                number = int.from_bytes(bytes(int(part, 16) for part in found[0].split(".")), "big")
            else:
                number = int(found[0], 16)
            yield from self._address(found, number)

    def _address(self, found: re.Match[str], number: int) -> Iterator[Match]:
        entity = self._addresses.get(number)
        if entity is not None:
            yield Match(found.start(), found.end(), entity, "address")

    def _find_names(self, text: str, keys: list[str], automaton: Any) -> Iterator[Match]:
        if not automaton.find_matches_as_indexes(plain_letters(text.translate(_JOINTS))):
            return
        reading = _Reading(text, _LETTERS)
        for which, first, last in automaton.find_matches_as_indexes(plain_letters(reading.text)):
            start, end = reading.place(first), reading.place(last - 1) + 1
            entity, shapes = self._names[keys[which]]
            said = text[start:end]
            parts = tuple(map(len, _JOINT.split(said)))
            if len(parts) == 1:
                if not _is_camel(said, shapes) and not (len(said) >= LEAST_RUN_TOGETHER and said.islower()):
                    continue
            elif parts not in shapes:
                continue
            if _begins_name(text, start) and _ends_name(text, end):
                yield Match(start, end, entity, "name")


_MOST_BEFORE = 6


def _span(run: str, reading: _Reading, first: int, last: int, country: str | None) -> tuple[int, int] | None:
    """Return the range of a known number among digits, with what leads to it; None where it is part of another."""
    start, end = reading.place(first), reading.place(last - 1) + 1
    if end < len(run) and run[end].isdigit():
        return None
    if first > _MOST_BEFORE or (first and not _leads(reading.text[:first], run, country)):
        return None if run[start - 1].isdigit() else (start, end)
    if run[0] == "(" and ")" not in run[:end]:
        return 1, end
    return 0, end


def _leads(before: str, run: str, country: str | None) -> bool:
    """Return whether digits before a telephone number are a country's, with or without the way out, or a nought."""
    if country is None:
        return False
    if country:
        return before in ("0", country, f"{country}0", f"00{country}", f"00{country}0")
    return before == "0" or (run.startswith(("+", "(+")) or before.startswith("00"))


def _apart(value: str, digits: str) -> tuple[str, str]:
    """Return a telephone number's country, where it is said, and its digits without a nought before them."""
    value = value.strip(" (")
    if value.startswith("+") or (value.startswith("00") and not value.startswith("000")):
        bare = digits if value.startswith("+") else digits[2:]
        n = 1 if bare[:1] in _ONE_DIGIT_CODES else 2 if bare[:2] in _TWO_DIGIT_CODES else 3
        return bare[:n], bare[n:].removeprefix("0")
    return "", digits.removeprefix("0")


def _is_digit(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isdigit()


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _joins(text: str, start: int, end: int) -> bool:
    """Return whether something of a word touches a range's ends that are of a word themselves."""
    left = start > 0 and _is_word(text[start - 1]) and _is_word(text[start])
    return left or (end < len(text) and _is_word(text[end]) and _is_word(text[end - 1]))


_MOST_AROUND = 64


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range with the word that it is a part of."""
    low, high = max(0, start - _MOST_AROUND), min(len(text), end + _MOST_AROUND)
    while start > low and _is_word(text[start - 1]):
        start -= 1
    while end < high and _is_word(text[end]):
        end += 1
    return start, end


def _is_camel(said: str, shapes: tuple[tuple[int, ...], ...]) -> bool:
    """Return whether each word of a name begins with a capital, and what is between is small."""
    for shape in shapes:
        at = 0
        for length in shape:
            word = said[at : at + length]
            if not (word[:1].isupper() and (word[1:].islower() or length == 1)):
                break
            at += length
        else:
            return True
    return False


def _begins_name(text: str, start: int) -> bool:
    if start == 0 or not text[start - 1].isalpha():
        return True
    return text[start].isupper() and text[start - 1].islower()


def _ends_name(text: str, end: int) -> bool:
    if end >= len(text) or not text[end].isalpha():
        return True
    return text[end].isupper() and text[end - 1].islower()
