"""Pseudonyms in the form of a word and a tag, ``PERSON_7KQ2M4T``: how they are drawn, and how they are found again.

A tag has seven of 28 characters, 34 bits, and never spells a word: no vowel is among them, and none of the pairs that
people and fonts mistake. Two sessions of a thousand persons each share a tag once in 13,000 pairs of sessions; a tag
resolves only with its word and in its session's book. Other spellings of the same value carry a mark behind the tag:
``PERSON_7KQ2M4T_2``; a letter in the mark says what the spelling is made of (:mod:`.places`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vedette.guard.entities import ENTITIES
from vedette.guard.pseudonyms.words import INVISIBLE, is_whole

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
TAG_LENGTH = 7
_DIGITS = frozenset("23456789")

_THIN = f"[{INVISIBLE}]{{0,2}}"
_TAG_CHAR = "[2-9BCDFGHJKMNP-TV-Zbcdfghjkmnp-tv-z]"
_UNDERSCORE = r"(?:_|\\{1,4}_|%5[Ff]|&#95;)"
_MARK = f"(?:{_UNDERSCORE}{_THIN}([A-Za-z]?{_THIN}[1-9][0-9]{{0,4}})(?![0-9A-Za-z]))?"
_TAG = re.compile(
    f"(?:(?<![A-Za-z0-9])|(?<=%5[Ff]))({_TAG_CHAR}(?:{_THIN}{_TAG_CHAR}){{{TAG_LENGTH - 1}}})(?![A-Za-z0-9]){_MARK}"
)
"""A tag, wherever it stands. The word before it is looked at afterwards: tags are rare, words are not."""
_GAP = f"{_THIN}(?:{_UNDERSCORE}|[-\u2010\u2011 \u00a0]){_THIN}"
"""What may stand between the parts of a pseudonym, in place of its underscore."""
_AFTER_WORD = r"(?:(?<![A-Z0-9])|(?<=\\[BFNRT0])|(?<=%[0-9A-F]{2})|(?<=\\X[0-9A-F]{2})|(?<=\\U[0-9A-F]{4}))"
"""Where a pseudonym may begin, as :func:`.words.begins` has it, or somewhat more often."""
_GAP_BACKWARDS = f"{_THIN}(?:_\\\\{{0,4}}|F5%|;59#&|[-\u2010\u2011 \u00a0]){_THIN}"
_GAP_BEGUN = f"{_THIN}(?:\\\\{{1,4}}|%5?|&(?:#(?:95?)?)?|(?:{_UNDERSCORE}|[-\u2010\u2011 \u00a0])?{_THIN})\\Z"
_MARK_BEGUN = f"[0-9A-Za-z_%&#;\\\\{INVISIBLE}]{{0,24}}\\Z"
LONGEST_WORD = 32
LONGEST = 2 * LONGEST_WORD + 12 * 4 + 3 * TAG_LENGTH + 24
"""Characters of the longest shape that is recognised, with all that may have been put into it."""
_UNSPELLED = re.compile(f"{_UNDERSCORE}|[^A-Z0-9]+", re.IGNORECASE | re.ASCII)
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A pseudonym's shape in a text."""

    start: int
    end: int
    name: str
    """As it would have been given out: ``PERSON_7KQ2M4T_2``."""
    plain: str
    """The same without its mark."""
    plain_end: int
    """Where it ends without its mark; -1 where it would then be a part of a longer word."""


def word_of(entity: str) -> str:
    """Return the word that a pseudonym of an entity begins with."""
    return re.sub(r"[^A-Z0-9]+", "_", entity.upper()).strip("_")[:LONGEST_WORD].strip("_") or "VALUE"


def draw(secret: bytes, entity: str, identity: str, turn: int) -> str:
    """Return the pseudonym of a value's identity; a higher turn gives another one."""
    told = "\x00".join(("tag", entity, identity, str(turn))).encode("utf-8", "surrogatepass")
    number = int.from_bytes(hmac.new(secret, told, hashlib.sha256).digest(), "big")
    while True:
        number, tag = _spelled(number)
        if _DIGITS.intersection(tag) and not _DIGITS.issuperset(tag):
            return f"{word_of(entity)}_{tag}"
        if number < len(ALPHABET) ** TAG_LENGTH:
            number = int.from_bytes(hmac.new(secret, told + tag.encode(), hashlib.sha256).digest(), "big")


_EXACT = re.compile(f"([A-Z0-9]+(?:_[A-Z0-9]+)*_[{ALPHABET}]{{{TAG_LENGTH}}})(?:_([A-Z]?)[1-9][0-9]*)?")


def letter_of(pseudonym: str) -> str | None:
    """Return the letter of a token's mark, empty where it has none; None for what is no token."""
    found = _EXACT.fullmatch(pseudonym)
    return (found[2] or "") if found else None


def unmarked(token: str) -> str:
    """Return a token without its mark."""
    found = _EXACT.fullmatch(token)
    return found[1] if found else token


def _spelled(number: int) -> tuple[int, str]:
    tag = []
    for _ in range(TAG_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        tag.append(ALPHABET[place])
    return number, "".join(tag)


class Words:
    """The words that pseudonyms of a session begin with: those of our entities, and those of packs' entities."""

    def __init__(self) -> None:
        self.words: set[str] = {word_of(name) for name in ENTITIES}
        self._before: re.Pattern[str] | None = None
        self._begun: re.Pattern[str] | None = None

    def learn(self, word: str) -> None:
        """Take in the word of an entity that is none of ours."""
        if word not in self.words:
            self.words = self.words | {word}
            self._before = self._begun = None

    @property
    def before(self) -> re.Pattern[str]:
        """What stands before a tag, spelt backwards, so that it can be matched from there."""
        found = self._before
        if found is None:
            found = self._before = _before(frozenset(self.words))
        return found

    @property
    def begun(self) -> re.Pattern[str]:
        """The end of a text that may become a pseudonym, or another one, with what follows."""
        found = self._begun
        if found is None:
            found = self._begun = _begun(frozenset(self.words))
        return found


@lru_cache(maxsize=64)
def _before(words: frozenset[str]) -> re.Pattern[str]:
    ways = "|".join(
        _GAP_BACKWARDS.join(_THIN.join(part[::-1]) for part in reversed(word.split("_")))
        for word in sorted(words, key=lambda one: (-len(one), one))
    )
    return re.compile(f"{_GAP_BACKWARDS}({ways})", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=64)
def _begun(words: frozenset[str]) -> re.Pattern[str]:
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for char in word + "$":
            node = node.setdefault(char, {})
    tag = f"(?:{_TAG_CHAR}(?:{_THIN}{_TAG_CHAR}){{0,{TAG_LENGTH - 1}}}{_THIN}{_MARK_BEGUN})?\\Z"

    def ways(node: dict[str, Any]) -> str:
        told = []
        for char, child in sorted(node.items()):
            if char == "$":
                told.append(f"{_GAP}{tag}|{_GAP_BEGUN}")
            elif char == "_":
                told.append(f"{_GAP}(?:{ways(child)})|{_GAP_BEGUN}")
            else:
                told.append(f"{char}{_THIN}(?:{ways(child)})")
        told.append("\\Z")
        return "|".join(told)

    first = f"[{''.join(sorted(tree))}]"
    return re.compile(f"{_AFTER_WORD}(?={first})(?:{ways(tree)})", re.IGNORECASE | re.ASCII)


def shapes(text: str, words: Words, start: int = 0) -> Iterator[Found]:
    """Yield what has a pseudonym's shape, as a whole word, whether it was given out or not."""
    for tag in _TAG.finditer(text, start):
        spelled = _INVISIBLE.sub("", tag[1]).upper()
        if not _DIGITS.intersection(spelled) or _DIGITS.issuperset(spelled):
            continue
        before = words.before.match(text[max(start, tag.start() - LONGEST) : tag.start()][::-1])
        if before is None:
            continue
        low = tag.start() - before.end()
        if is_whole(text, low, tag.end()):
            mark = _INVISIBLE.sub("", tag[2] or "").upper()
            word = _UNSPELLED.sub("_", _INVISIBLE.sub("", before[1][::-1]).upper())
            plain = f"{word}_{spelled}"
            plain_end = tag.end(1) if mark and is_whole(text, low, tag.end(1)) else -1
            yield Found(low, tag.end(), f"{plain}_{mark}" if mark else plain, plain, plain_end)


def begun_at(text: str, words: Words, start: int = 0) -> int:
    """Return where the end of a text begins that may yet become a pseudonym; the text's length where none may."""
    found = words.begun.search(text, max(start, len(text) - LONGEST))
    return found.start() if found else len(text)


def token_shapes(text: str, words: Words | None = None) -> Iterator[tuple[int, int]]:
    """Yield where a text has a token's shape, written as we write it but for its case."""
    for found in shapes(text, words or _OURS):
        if text[found.start : found.end].upper() == found.name:
            yield found.start, found.end


_OURS = Words()


def warm() -> None:
    """Compile what recognises tokens, once for all sessions: it takes a few tenths of a second."""
    _before(frozenset(_OURS.words))
    _begun(frozenset(_OURS.words))
