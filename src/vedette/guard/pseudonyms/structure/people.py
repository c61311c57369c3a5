"""Names of nobody, in the place of names: as many words, the same initials where only initials stand."""

from __future__ import annotations

import re
from itertools import product

from vedette.guard.pseudonyms.structure.keyed import Keyed, cased

_FIRST = tuple(
    a + b
    for a, b in product(
        (
            "zel",
            "kor",
            "var",
            "jun",
            "xan",
            "vel",
            "quin",
            "zor",
            "kel",
            "viz",
            "jor",
            "xel",
            "zav",
            "kaz",
            "vok",
            "qir",
        ),
        ("ani", "emo", "indra", "ulo", "avi", "osha", "elin", "uki", "aron", "iva", "ezra", "omi", "ula", "ista"),
    )
)
_LAST = tuple(
    a + b
    for a, b in product(
        *(
            (
                "velk",
                "zarn",
                "kord",
                "juv",
                "xend",
                "quar",
                "vosk",
                "zimb",
                "kald",
                "vrin",
                "jask",
                "zelt",
                "kruv",
                "xim",
            ),
            ("ovar", "enzik", "adrel", "umov", "ethar", "ivan", "orak", "uzeld", "antor", "ekvin", "ilund", "ozmar"),
        )
    )
)
_NAMES = (*_FIRST, *_LAST)
_KEPT = frozenset(
    "van von der den de del della di da dos du la le el al bin ibn af av zu ter ten y e and "
    "mr mrs ms miss dr prof sir dame jr sr ii iii iv phd md herr frau monsieur madame señor señora".split()
)
_WORD = re.compile(r"[^\W\d_]+")


def person(value: str, keyed: Keyed) -> str | None:
    """Return an invented name; None where a value is none that is written with Latin letters."""
    words = list(_WORD.finditer(value))
    names = [word for word in words if word[0].lower() not in _KEPT and len(word[0]) > 1]
    if not names or any(char.isdigit() for char in value) or not _latin(value):
        return None
    out: list[str] = []
    done = 0
    for word in words:
        drawn = word[0]
        if word in names:
            turn = str(keyed.turn) if word is names[-1] else "0"
            drawn = cased(_NAMES[keyed.below(len(_NAMES), "name", word[0].lower(), turn)], word[0])
        elif len(word[0]) == 1:
            drawn = cased("zkvjxq"[keyed.below(6, "initial", word[0].lower())], word[0])
        out += (value[done : word.start()], drawn)
        done = word.end()
    return "".join((*out, value[done:]))


def _latin(value: str) -> bool:
    return all(char < "\u0250" or not char.isalpha() for char in value)
