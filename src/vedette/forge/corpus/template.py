"""A text with what fills its template masked: names, numbers, versions, hashes, paths, ids, quoted strings.

"SQL injection in Acme Shop before 4.2 allows …" and "SQL injection in Foo Cart through 1.0.3 allows …" are the same
text to a classifier: one in train gives the other in test away. Both become "sql injection in # before # allows …".
A name is a word with a capital that does not begin a sentence, or one with a capital, digit or underscore inside.
Product names in small letters are not seen; the comparison by word pairs forgives one or two of them.
"""

from __future__ import annotations

import re

MASK = "#"
_TOKEN = re.compile(r"https?://\S+|[\"“”`'‘](?=\S)[^\"“”`'’\n]{0,80}[\"“”`'’]|\S+")
_EDGES = ".,;:!?()[]{}<>\"'“”‘’`*"
_SENTENCE_END = (".", "!", "?", ":", "\n")
_PLAIN = re.compile(r"[^\W\d_]+(?:[-'’/][^\W\d_]+)*\Z")
_TITLE_SHARE = 0.55
"""Capitalised words among all: from here on capitals are style (headings), and say nothing about names."""
_SMALL = frozenset({"i", "a"})


def masked_words(text: str) -> list[str]:
    """Return a text's words in lower case, each run of masked ones as one ``#``."""
    tokens = _TOKEN.findall(text[:200_000])
    plain = [t.strip(_EDGES) for t in tokens]
    words = [p for p in plain if p and p[0].isalpha()]
    capitals = sum(p[0].isupper() for p in words)
    by_case = capitals <= _TITLE_SHARE * len(words)
    out: list[str] = []
    begins = True
    for at, (token, word) in enumerate(zip(tokens, plain, strict=True)):
        if not word:
            begins = begins or token.endswith(_SENTENCE_END)
            continue
        if _is_name(word, token, begins, by_case, plain[at + 1] if at + 1 < len(plain) else ""):
            if not out or out[-1] != MASK:
                out.append(MASK)
        else:
            out.extend(word.casefold().replace("/", "-").split("-"))
        begins = token.endswith(_SENTENCE_END)
    return out or [MASK]


def _is_name(word: str, token: str, begins: bool, by_case: bool, following: str) -> bool:
    if not _PLAIN.match(word):
        return True
    if token[0] in "\"“`'‘" and token[-1] in "\"”`'’,.;:)" and len(token) > 2 and " " in token:
        return True
    if any(c.isupper() for c in word[1:]) and not word.isupper():
        return True
    if not by_case or not word[0].isupper() or word.casefold() in _SMALL:
        return False
    if not begins:
        return True
    # a sentence's first word is a name where another name or a version follows it
    return bool(following) and (following[0].isupper() or following[0].isdigit() or not _PLAIN.match(following))
