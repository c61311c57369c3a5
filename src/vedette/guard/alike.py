"""Known values in letters of another script that look the same, and a person known by both names called by one.

A name with a Cyrillic letter in it reads as the name that the session knows, and no search for that finds it; *Sofia*
alone names the person whom an earlier turn called by both names. Words of the language are never taken for a name
alone, nor are countries. Time grows in line with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from vedette.guard.base import Pair
from vedette.guard.injection.normalise_tables import LOOKALIKES, OTHER_SCRIPTS
from vedette.guard.pseudonyms.everyday import EVERYDAY
from vedette.guard.pseudonyms.index import sweepable
from vedette.guard.pseudonyms.words import is_whole
from vedette.guard.respelt import Match

LEAST_ALIKE = 5
"""Characters of a value that is known again in other letters."""
LEAST_NAME = 4
"""Letters of a name that is known again alone."""
_MOST_WORDS = 4
_ALIKE = {ord(letter): latin for letter, latin in LOOKALIKES.items() if len(latin) == 1}
_OTHER = re.compile(f"[{OTHER_SCRIPTS}]")
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_JOINS_BEFORE = "_.@/\\-=#$%&+:"
_JOINS_AFTER = "_@/\\=#$%&+("


def skeleton(text: str) -> str:
    """Return a text in small Latin letters where it has letters that look like them, as long as it was."""
    low = text.translate(_ALIKE)
    folded = low.lower()
    return folded if len(folded) == len(low) else "".join(c.lower() if len(c.lower()) == 1 else c for c in low)


class Alike:
    """Finds a session's values in letters that look the same, and its persons called by one of their names.

    Args:
        pairs: the session's.
    """

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._values: dict[str, str] = {}
        self._names: set[str] = set()
        for pair in pairs:
            entity = pair.entity.partition(":")[0]
            if len(pair.value) >= LEAST_ALIKE and sweepable(entity, pair.value) and any(map(str.isalpha, pair.value)):
                self._values.setdefault(skeleton(pair.value), entity)
            if entity == "PERSON":
                self._names.update(_alone(pair.value))
        self._value_words = _automaton(self._values) if self._values else None
        self._name_words = _automaton(self._names) if self._names else None

    def find(self, text: str) -> Iterator[Match]:
        """Yield where they stand."""
        if self._value_words is not None and not text.isascii() and _OTHER.search(text):
            keys, automaton = self._value_words
            for which, start, end in automaton.find_matches_as_indexes(skeleton(text)):
                if _OTHER.search(text, start, end) and is_whole(text, start, end):
                    yield Match(start, end, self._values[keys[which]], "look-alike")
        if self._name_words is not None:
            for _, start, end in self._name_words[1].find_matches_as_indexes(text):
                if _stands_alone(text, start, end):
                    yield Match(start, end, "PERSON", "name-alone")


def _automaton(keys: Iterable[str]) -> tuple[list[str], Any]:
    import ahocorasick_rs

    listed = list(keys)
    return listed, ahocorasick_rs.AhoCorasick(listed, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def _alone(value: str) -> Iterator[str]:
    """Yield those of a person's names that stand for the person where they stand alone."""
    words = value.replace(",", " ").split()
    if not 2 <= len(words) <= _MOST_WORDS:
        return
    for word in (words[0], words[-1]):
        if len(word) >= LEAST_NAME and _NAME.fullmatch(word) and word[0].isupper() and not word.isupper():
            if word.casefold() not in EVERYDAY and not _is_word(word):
                yield word


def _is_word(word: str) -> bool:
    """Return whether the lists know a name as something else as well."""
    from vedette.guard.names.gazetteer import BIT
    from vedette.guard.personal.people import word_bits

    others = BIT["english"] | BIT["country"] | BIT["state"] | BIT["calendar"] | BIT["firm"] | BIT["title"] | BIT["job"]
    return bool(word_bits(word) & others)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a name is a word of prose, and no part of an account, a path, a host or a longer name."""
    if start and (text[start - 1].isalnum() or text[start - 1] in _JOINS_BEFORE):
        return False
    after = text[end : end + 2]
    if not after:
        return True
    if after[0].isalnum() or after[0] in _JOINS_AFTER:
        return False
    return not (after[0] in ".-:" and after[1:].isalnum())
