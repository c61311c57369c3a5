"""Letters with their marks beside them become one character before they are tagged, and invisible ones are left out.

What was tagged stands where the letters stood: a part keeps the place of each character. Linear.
"""

from __future__ import annotations

from unicodedata import combining, is_normalized, normalize

from vedette.guard.names.parts import Part

_UNSEEN = "\u00ad\u200b\u2060\ufeff"
"""Soft hyphen, space without width, joiner of words, mark of byte order."""
_JAMO = ("\u1100", "\u11ff")


def composed(part: Part) -> Part:
    """Return a part in composed letters (Unicode's form C) without the invisible ones."""
    text = part.text
    if text.isascii() or (is_normalized("NFC", text) and not any(c in text for c in _UNSEEN)):
        return part
    rest = text[part.lead :]
    letters: list[str] = []
    places: list[int] = []
    n = len(rest)
    at = 0
    while at < n:
        end = at + 1
        while end < n and (combining(rest[end]) or rest[end] in _UNSEEN or _JAMO[0] <= rest[end] <= _JAMO[1]):
            end += 1
        cluster = rest[at:end]
        for mark in _UNSEEN:
            cluster = cluster.replace(mark, "")
        whole = normalize("NFC", cluster)
        letters.append(whole)
        places += [at] * len(whole)
        at = end
    places.append(n)
    if part.places is not None:
        places = [part.places[place] for place in places]
    else:
        places = [part.start + place for place in places]
    return Part(text[: part.lead] + "".join(letters), part.lead, part.start, tuple(places))
