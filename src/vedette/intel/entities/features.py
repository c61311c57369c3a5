"""What the tagger reads of a token: rows of a table, the meaning of its word, and bits; and which tokens are one name.

Rows: the word where it is one that context is made of, its first three and last three and four letters, its shape. A
name is no known word: of it only letters, shape, meaning and lists are seen, so that no name is learnt by heart.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vedette.guard.names.features import shape
from vedette.guard.names.gazetteer import BITS as GAZETTEER_BITS
from vedette.guard.names.gazetteer import folded
from vedette.guard.names.model import tagger as everyday
from vedette.intel.entities.base import Sureness
from vedette.intel.entities.known import Known
from vedette.intel.entities.matching import Match
from vedette.intel.entities.tokens import MOST_CHARS, Token
from vedette.models.pieces import Vectors
from vedette.schema.intel import MentionKind

AFFIXES = 2048
SHAPES = 512
SLOTS = 5
"""Rows a token."""

_LISTS = (
    MentionKind.GROUP, MentionKind.MALWARE, MentionKind.TOOL, MentionKind.CAMPAIGN, MentionKind.PRODUCT,
    MentionKind.ORGANIZATION, MentionKind.PLACE,
)  # fmt: skip
LIST_BITS = tuple(f"{part}-{kind.value}{sure}" for kind in _LISTS for sure in ("", "?") for part in ("B", "I"))
"""Whether a token begins or goes on with a known name of a kind; ``?`` where the name is a common word."""
_ENDS = "com|net|org|info|ru|cn|top|xyz|io|biz|site|club|online|su|it|ee|me|de|uk|in|cc|tk|pw"
_FILES = (
    "exe|dll|sys|apk|dex|jar|zip|rar|7z|pdf|docx?|xlsx?|pptx?|rtf|js|vbs|ps1|bat|cmd|py|php|html?|aspx?|jsp|xml|json|dat"
    "|db|tmp|txt|log|ini|cfg|png|jpe?g|gif|ico|lnk|hta|so|bin|sh|elf|msi|scr|iso|img|ogg|mp[34]"
)
_MACHINE = (
    ("url", re.compile(r"^(?:https?|hxxps?|ftp)$|://|^//", re.IGNORECASE)),
    ("host", re.compile(rf"^[\w-]+(?:\.[\w-]+)*\.(?:{_ENDS})(?:/|$)", re.IGNORECASE)),
    ("address", re.compile(r"^\d{1,3}(?:\.\d{1,3}){1,3}(?:[:/]|$)")),
    ("hash", re.compile(r"^(?=.*\d)[0-9a-fA-F]{8,}$")),
    ("digest", re.compile(r"^[0-9a-fA-F]{32,}$")),
    ("file", re.compile(rf"\.(?:{_FILES})$", re.IGNORECASE)),
    ("path", re.compile(r"[\\/]\w")),
    ("dotted", re.compile(r"^[a-z]\w*(?:\.[A-Za-z_]\w*){2,}$")),
    ("mail", re.compile(r"\w@\w")),
    ("snake", re.compile(r"\w_\w")),
    ("cve", re.compile(r"^(?:CVE|CWE|MS\d\d|T\d{4})-?\d*", re.IGNORECASE)),
    ("version", re.compile(r"^v?\d+(?:\.\d+)+$")),
    ("number", re.compile(r"^\d+$")),
    ("mark", re.compile(r"^\W+$")),
    ("camel", re.compile(r"[a-z][A-Z]")),
    ("mixed", re.compile(r"[A-Za-z]\d|\d[A-Za-z]")),
)  # fmt: skip
_KEPT_GAZETTEER = tuple(
    GAZETTEER_BITS.index(name) for name in ("first", "last", "city", "country", "calendar", "firm", "title", "english")
)
BITS = (
    *LIST_BITS, *(name for name, _ in _MACHINE), *(f"in-{GAZETTEER_BITS[i]}" for i in _KEPT_GAZETTEER),
    "small-1", "small-2", "small-3", "begins", "capital", "capitals", "sentence-of-capitals", "meaning",
)  # fmt: skip
"""What the bits of a token say."""
N_LISTS = len(LIST_BITS)
_HAS_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Row:
    """What is read of a token, wherever it stands."""

    rows: tuple[int, ...]
    pieces: tuple[int, ...]
    """Places in the word vectors."""
    bits: tuple[int, ...]
    key: str
    """What the tokens of one name share; empty where it is no name's."""


@dataclass(frozen=True, slots=True)
class Read:
    """What is read of a sentence."""

    rows: NDArray[np.int32]
    """(n_tokens, SLOTS)"""
    meanings: NDArray[np.float32]
    """(n_tokens, n_dims)"""
    bits: NDArray[np.float32]
    """(n_tokens, n_bits)"""
    keys: tuple[str, ...]


@cache
def shipped_lists() -> Known:
    """Return the names that the package knows: what the tagger was trained with, whatever lists a user adds."""
    return Known.load()


def _hash(text: str, rows: int) -> int:
    return zlib.crc32(text.encode("utf-8", "replace")) % rows


class Features:
    """What is read of tokens, by a vocabulary and word vectors. Several threads may use one."""

    def __init__(self, words: Sequence[str], vectors: Vectors) -> None:
        self.words = tuple(words)
        """Words that context is made of."""
        self.vectors = vectors
        self._places = {word: place for place, word in enumerate(self.words)}
        self._first = len(self.words) + 3
        self.n_rows = self._first + 3 * AFFIXES + SHAPES
        self.n_dims = vectors.table.shape[1]
        self._kept: dict[str, Row] = {}

    def of_token(self, text: str) -> Row:
        """Return what is read of a token alone."""
        kept = self._kept.get(text)
        if kept is None:
            kept = self._of_token(text[:MOST_CHARS])
            if len(self._kept) > 200_000:
                self._kept.clear()
            self._kept[text] = kept
        return kept

    def _of_token(self, text: str) -> Row:
        low = text.lower()
        letters = _HAS_LETTER.search(text) is not None
        n = len(self.words)
        word = self._places.get(low, n if letters else n + 1 if text[0].isalnum() else n + 2)
        at = self._first
        rows = (
            word,
            at + _hash(low[:3], AFFIXES),
            at + AFFIXES + _hash(low[-3:], AFFIXES),
            at + 2 * AFFIXES + _hash(low[-4:] if len(low) > 4 else low + "$", AFFIXES),
            at + 3 * AFFIXES + _hash(shape(text), SHAPES),
        )
        said = [N_LISTS + i for i, (_, pattern) in enumerate(_MACHINE) if pattern.search(text)]
        base = N_LISTS + len(_MACHINE)
        model = everyday().features
        found = model.gazetteer.look_up(folded(text)) if letters else 0
        said += [base + i for i, bit in enumerate(_KEPT_GAZETTEER) if found >> bit & 1]
        base += len(_KEPT_GAZETTEER)
        if tier := model.common.get(low, 0):
            said.append(base + min(tier, 3) - 1)
        if text[0].isupper():
            said.append(base + 4)
        if letters and text.isupper() and len(text) > 1:
            said.append(base + 5)
        pieces = self.vectors.pieces(low) if letters else self.vectors.pieces(text)
        if pieces and low in self.vectors.places:
            said.append(base + 7)
        name = letters and len(text) > 2 and (text[0].isupper() or any(c.isupper() or c.isdigit() for c in text))
        return Row(rows, pieces, tuple(said), low if name else "")

    def read(self, text: str, found: Sequence[Token], matches: Sequence[Match]) -> Read:
        """Return what is read of a sentence.

        Args:
            text: the document.
            found: the sentence's tokens.
            matches: the known names within the sentence, by start and the longest first.
        """
        own = [self.of_token(token.text) for token in found]
        n = len(own)
        bits = np.zeros((n, len(BITS)), dtype=np.float32)
        meanings = np.zeros((n, self.n_dims), dtype=np.float32)
        for i, row in enumerate(own):
            bits[i, list(row.bits)] = 1
            if row.pieces:
                meanings[i] = self.vectors.table[list(row.pieces)].mean(axis=0)
        first = next((i for i, row in enumerate(own) if row.key or found[i].text[0].isalnum()), -1)
        if first >= 0:
            bits[first, BITS.index("begins")] = 1
        letters = [token.text for token in found if token.text[0].isalpha()]
        if len(letters) > 2 and sum(word[0].isupper() for word in letters) > 0.7 * len(letters):
            bits[:, BITS.index("sentence-of-capitals")] = 1
        self._mark(bits, found, matches)
        rows = np.array([row.rows for row in own], dtype=np.int32).reshape(n, SLOTS)
        return Read(rows, meanings, bits, tuple(row.key for row in own))

    @staticmethod
    def _mark(bits: NDArray[np.float32], found: Sequence[Token], matches: Sequence[Match]) -> None:
        """Set the bits of the known names, of several that overlap those of the longest."""
        starts = {token.start: i for i, token in enumerate(found)}
        last = -1
        for match in sorted(matches, key=lambda m: (m.start, -m.end)):
            at = starts.get(match.start)
            if at is None or match.start < last:
                continue
            last = match.end
            for name in match.names:
                if name.thing.kind not in _LISTS:
                    continue
                unsure = name.sureness is Sureness.CONTEXT
                column = 4 * _LISTS.index(name.thing.kind) + 2 * unsure
                for i in range(at, len(found)):
                    if found[i].start >= match.end:
                        break
                    bits[i, column + (i > at)] = 1
