"""Quotes that only hide: within a name or word, where cmd and its programs take them away again."""

from __future__ import annotations

import re

_PAIR = re.compile(r'(\w?)"([^"]*)"(?=(\w?))')


def split_quotes(raw: str) -> bool:
    """Return whether quotes stand in a word to no end: an empty pair, or a pair that a letter follows."""
    if any(c.isspace() for c in raw):
        return False
    return cuts(raw.replace('\\"', ""))


def cuts(raw: str) -> bool:
    """Return whether a pair of quotes is empty or stands next to a letter."""
    for match in _PAIR.finditer(raw):
        before, inside, after = match.groups()
        if after or before or (not inside and len(raw) > 2):
            return True
    return False
