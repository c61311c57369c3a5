"""A text with what fills its template masked: names, numbers, versions, hashes, paths, ids, quoted strings.

"SQL injection in Acme Shop before 4.2 allows …" and "SQL injection in Foo Cart through 1.0.3 allows …" are the same
text to a classifier: one in train gives the other in test away. Both become "sql injection in # before # allows …".
A name is a word with a capital that does not begin a sentence, or one with a capital, digit or underscore inside.
Product names in small letters are not seen; the comparison by word pairs forgives one or two of them.
"""

from __future__ import annotations

import re
from functools import lru_cache

MASK = "#"
_TOKEN = re.compile(r"[\"“”`'‘](?=\S)[^\"“”`'’\n]{0,80}[\"“”`'’]\S*|\S+")
_EDGES = ".,;:!?()[]{}<>\"'“”‘’`*"
_SENTENCE_END = (".", "!", "?", ":", "\n")
_PLAIN = re.compile(r"[^\W\d_]+(?:[-'’/][^\W\d_]+)*\Z")
_TITLE_SHARE = 0.55
"""Capitalised words among all: from here on capitals are style (headings), and say nothing about names."""
_HEAD_CHARS = 200_000

_ORDINARY, _CAPITAL, _NAME, _NOTHING = range(4)


@lru_cache(maxsize=1 << 17)
def _kind(token: str) -> tuple[int, bool, tuple[str, ...]]:
    """Return what a token is, whether a sentence ends with it, and its words in lower case."""
    ends = token.endswith(_SENTENCE_END)
    word = token.strip(_EDGES)
    if not word:
        return _NOTHING, ends, ()
    quoted = " " in token
    if quoted or not _PLAIN.match(word) or (not word[1:].islower() and not word.isupper() and len(word) > 1):
        return _NAME, ends, ()
    words = tuple(word.casefold().replace("/", "-").split("-"))
    return (_CAPITAL if word[0].isupper() and len(word) > 1 else _ORDINARY), ends, words


def masked_words(text: str) -> list[str]:
    """Return a text's words in lower case, each run of masked ones as one ``#``."""
    kinds = [_kind(token) for token in _TOKEN.findall(text[:_HEAD_CHARS])]
    n_capital = sum(kind == _CAPITAL for kind, _, _ in kinds)
    n_words = sum(kind in (_CAPITAL, _ORDINARY) for kind, _, _ in kinds)
    by_case = n_capital <= _TITLE_SHARE * n_words
    out: list[str] = []
    begins = True
    for at, (kind, ends, words) in enumerate(kinds):
        if kind == _NOTHING:
            begins = begins or ends
            continue
        # a sentence's first word is a name where another name or a version follows it
        follows = begins and at + 1 < len(kinds) and kinds[at + 1][0] in (_CAPITAL, _NAME)
        if kind == _NAME or (kind == _CAPITAL and by_case and (not begins or follows)):
            if not out or out[-1] != MASK:
                out.append(MASK)
        else:
            out.extend(words)
        begins = ends
    return out or [MASK]
