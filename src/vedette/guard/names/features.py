"""From a token to the rows of the tagger's table that are summed for it.

Ten rows a token: the word where it is one of those that context is made of, its first three and last three and four
letters, its shape, two of the gazetteer, and how its case stands to how the word is mostly written. A name is no
known word: of it only letters, shape and lists are seen, so that no name is learnt by heart.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

from vedette.guard.names.gazetteer import BIT, Gazetteer, folded
from vedette.guard.names.tokens import Token, chunks, inner

SLOTS = 9
"""Rows a token."""
AFFIXES = 2048
"""Rows for each kind of affix."""
SHAPES = 512
_CASES = 16
_KEPT = 100_000
"""Chunks whose tokens are kept."""

MACHINE = ("url", "mail", "path", "assign", "option", "name", "file", "dotted", "hex", "id", "long")
SPECIAL = ("<none>", "<word>", "<number>", "<mark>", "<line>", *(f"<{kind}>" for kind in MACHINE))
"""Words that stand for many, first in every vocabulary."""

_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")

Row = tuple[int, ...]


def shape(word: str) -> str:
    """Return how a word looks: ``Xx``, ``XX3``, ``4-2-2``."""
    if word[0].isdigit():
        return _DIGITS.sub(lambda m: str(min(len(m.group()), 9)), word)[:14]
    drawn = ""
    for c in word:
        kind = "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else "w" if c.isalpha() else c
        if not drawn.endswith(kind):
            drawn += kind
        if len(drawn) > 6:
            break
    if drawn in ("X", "x", "XX", "xx", "w"):
        return drawn + str(min(len(word), 4))
    return drawn + ("s" if len(word) < 5 else "")


def _hash(text: str, rows: int) -> int:
    return zlib.crc32(text.encode("utf-8", "replace")) % rows


class Features:
    """The rows of tokens, by a vocabulary and a gazetteer. Several threads may use one."""

    def __init__(self, words: Sequence[str], common: Mapping[str, int], gazetteer: Gazetteer) -> None:
        self.words = tuple(words)
        """Known words, the special ones first."""
        self.common = dict(common)
        """How often a word is written small, in three steps from 1; by word."""
        self.gazetteer = gazetteer
        self.places = {word: place for place, word in enumerate(self.words)}
        base = len(self.words)
        self.first = [base, base + AFFIXES, base + 2 * AFFIXES, base + 3 * AFFIXES]
        self.first += [self.first[3] + SHAPES, self.first[3] + SHAPES + 256, self.first[3] + SHAPES + 512]
        self.first.append(self.first[-1] + _CASES)
        self.n_rows = self.first[-1] + 2
        self._kept: dict[str, tuple[tuple[Token, ...], tuple[Row, ...]]] = {}

    def row(self, token: Token, *, inside: bool) -> Row:
        """Return the rows of a token; ``inside`` where no white space stands before it."""
        text = token.text
        prefix, suffix, longer, shapes, low, high, case, attached = self.first
        if token.machine:
            place = self.places[f"<{token.machine}>"]
            return (
                place,
                prefix,
                suffix,
                longer,
                shapes + _hash(token.machine, SHAPES),
                low,
                high,
                case,
                attached + inside,
            )
        if not (text[0].isalnum()):
            place = 4 if text == "\n" else self.places.get(text, 3)
            return (place, prefix, suffix, longer, shapes + _hash(text, SHAPES), low, high, case, attached + inside)
        plain = text.lower()
        if text[0].isdigit():
            place = self.places.get(plain, 2)
            bits = BIT["calendar"] if _YEAR.fullmatch(text) else 0
        else:
            place = self.places.get(plain, 1)
            bits = self.gazetteer.look_up(folded(text))
        tier = self.common.get(plain, 0)
        cased = 0 if plain == text else 1 if text[1:] == plain[1:] else 2
        return (
            place,
            prefix + 1 + _hash(plain[:3], AFFIXES - 1),
            suffix + 1 + _hash(plain[-3:], AFFIXES - 1),
            longer + 1 + _hash(plain[-4:] if len(plain) > 4 else plain + "$", AFFIXES - 1),
            shapes + _hash(shape(text), SHAPES),
            low + (bits & 0xFF),
            high + (bits >> 8),
            case + 1 + cased * 4 + tier,
            attached + inside,
        )

    def of_chunk(self, chunk: str) -> tuple[tuple[Token, ...], tuple[Row, ...]]:
        """Return a chunk's tokens and their rows."""
        kept = self._kept.get(chunk)
        if kept is None:
            if chunk == "\n":
                tokens: tuple[Token, ...] = (Token(0, 1, "\n"),)
            else:
                tokens = inner(chunk)
            rows = tuple(self.row(token, inside=place > 0) for place, token in enumerate(tokens))
            kept = (tokens, rows)
            if len(chunk) <= 80:
                if len(self._kept) >= _KEPT:
                    self._kept.clear()
                self._kept[chunk] = kept
        return kept

    def of_text(self, text: str) -> tuple[list[tuple[int, int]], list[Row]]:
        """Return the offsets of a text's tokens, and their rows."""
        spans: list[tuple[int, int]] = []
        rows: list[Row] = []
        for start, chunk in chunks(text):
            tokens, found = self.of_chunk(chunk)
            for token in tokens:
                spans.append((start + token.start, start + token.end))
            rows += found
        return spans, rows
